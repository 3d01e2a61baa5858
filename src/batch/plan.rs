//! Which repositories are migrated, and how: the command line together with the plan that it names.

use std::collections::{BTreeSet, HashSet};
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::repository::check_branch_name;
use super::verify::Verification;
use crate::cli::{BatchOptions, Judgement, Overriding};
use crate::engine::Registry;

const DEFAULT_BRANCH: &str = "pyfix";
const DEFAULT_LIMIT: Duration = Duration::from_mins(30);
const DEFAULT_BUDGET: usize = 200;

/// Where a repository is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a directory.
    Directory(PathBuf),
    /// At an address that Git can clone.
    Address(String),
}

/// What is to be done with one repository.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// What it is called in messages, in the report and in the work directory; no two have the same.
    pub name: String,
    /// Where it is.
    pub place: Place,
    /// What has to succeed; nothing but pyfix's own checks where `None`.
    pub verification: Option<Verification>,
    /// How often that may be run.
    pub budget: usize,
    /// Whether it may fail before any change.
    pub allow_failing_baseline: bool,
    /// The branch to make.
    pub branch: String,
    /// Only functions touched since this revision are fixed.
    pub diff_base: Option<String>,
    /// How files are judged.
    pub judgement: Judgement,
}

impl Assignment {
    /// The same, with the directory by its only absolute name.
    #[must_use]
    pub fn located(self) -> Self {
        let place = match self.place {
            Place::Directory(path) => Place::Directory(real(&path)),
            Place::Address(url) => Place::Address(url),
        };
        Self { place, ..self }
    }
}

/// `path` without symbolic links, as far as that can be found out.
fn real(path: &Path) -> PathBuf {
    let absolute = || std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    std::fs::canonicalize(path).unwrap_or_else(|_| absolute())
}

/// A plan as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Document {
    #[serde(flatten)]
    common: Settings,
    #[serde(default)]
    repository: Vec<Row>,
}

/// One repository of a plan.
#[derive(Debug, Deserialize)]
struct Row {
    path: Option<PathBuf>,
    url: Option<String>,
    name: Option<String>,
    #[serde(flatten)]
    own: Settings,
}

/// What a plan may say for all repositories, or for one.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Settings {
    verify: Option<String>,
    verify_junit: Option<PathBuf>,
    verify_timeout: Option<String>,
    verify_budget: Option<usize>,
    allow_failing_baseline: Option<bool>,
    branch: Option<String>,
    diff_base: Option<String>,
    select: Option<Vec<String>>,
    ignore: Option<Vec<String>>,
    unsafe_fixes: Option<bool>,
}

/// Every key of a plan, without those that name a repository.
const KEYS: &[&str] = &[
    "verify",
    "verify-junit",
    "verify-timeout",
    "verify-budget",
    "allow-failing-baseline",
    "branch",
    "diff-base",
    "select",
    "ignore",
    "unsafe-fixes",
];

impl Settings {
    fn resolve(self) -> Result<Overriding> {
        let timeout = match &self.verify_timeout {
            None => None,
            Some(text) => match crate::cli::parse_duration(text) {
                Ok(time) => Some(time),
                Err(hint) => bail!("verify-timeout: `{text}` is no time; {hint}"),
            },
        };
        if self.verify_budget == Some(0) {
            bail!("verify-budget must be at least 1");
        }
        Ok(Overriding {
            verify: self.verify,
            junit: self.verify_junit,
            timeout,
            budget: self.verify_budget,
            allow_failing_baseline: self.allow_failing_baseline,
            branch: self.branch,
            diff_base: self.diff_base,
            select: self.select,
            ignore: self.ignore,
            unsafe_fixes: self.unsafe_fixes,
        })
    }
}

/// The repositories that `options` and the plan name, in that order, less those of other shards.
///
/// # Errors
///
/// When the plan cannot be read or means nothing, or a setting of a repository does.
pub fn read(options: &BatchOptions, registry: &Registry) -> Result<Vec<Assignment>> {
    let mut wanted: Vec<(Place, Option<String>, Overriding)> = Vec::new();
    for text in &options.repositories {
        let place = place_of(text)?;
        wanted.push((place, None, options.overriding.clone()));
    }
    if let Some(path) = &options.plan {
        let shown = path.display();
        let text = std::fs::read_to_string(path).with_context(|| format!("{shown}: cannot be read"))?;
        wanted.extend(read_plan(path, &text, &options.overriding).with_context(|| format!("{shown}"))?);
    }
    let mut names = Names::default();
    let mut assignments = Vec::new();
    for (place, name, overriding) in wanted {
        let name = names.choose(name, &place);
        overriding.check_ids(registry).with_context(|| name.clone())?;
        assignments.push(assign(name, place, overriding, options)?);
    }
    let mut seen = HashSet::new();
    for assignment in &assignments {
        if let Place::Directory(path) = &assignment.place
            && !seen.insert(real(path))
        {
            bail!("{} is named twice", path.display());
        }
    }
    if let Some(shard) = options.shard {
        let mut index = 0;
        assignments.retain(|_| {
            index += 1;
            (index - 1) % shard.count == shard.index
        });
    }
    Ok(assignments)
}

fn read_plan(
    path: &Path,
    text: &str,
    flags: &Overriding,
) -> Result<Vec<(Place, Option<String>, Overriding)>> {
    check_keys(text)?;
    let document: Document = match toml::from_str(text) {
        Ok(document) => document,
        Err(error) => bail!("{}", describe(&error, text)),
    };
    let common = document.common.resolve()?;
    let beside = path.parent().unwrap_or(Path::new(""));
    let mut wanted = Vec::new();
    for (number, row) in document.repository.into_iter().enumerate() {
        let number = number + 1;
        let place = match (row.path, row.url) {
            (Some(path), None) => Place::Directory(beside.join(path)),
            (None, Some(url)) => Place::Address(checked_address(&url)?),
            _ => bail!("repository {number} needs either `path` or `url`"),
        };
        let own = row.own.resolve().with_context(|| format!("repository {number}"))?;
        wanted.push((place, row.name, flags.clone().or(&own).or(&common)));
    }
    if wanted.is_empty() {
        bail!("names no repository; write a `[[repository]]` table with `path` or `url` for each");
    }
    Ok(wanted)
}

/// Refuses keys that mean nothing; what is flattened is not checked by `serde`.
fn check_keys(text: &str) -> Result<()> {
    let Ok(table) = text.parse::<toml::Table>() else { return Ok(()) };
    let refuse = |key: &str, known: &[&str]| {
        let hint = crate::cli::hint(key, known);
        bail!("`{key}` is no key of a plan{hint}")
    };
    let top: Vec<&str> = KEYS.iter().copied().chain(["repository"]).collect();
    let row: Vec<&str> = KEYS.iter().copied().chain(["path", "url", "name"]).collect();
    for (key, value) in &table {
        if !top.contains(&key.as_str()) {
            return refuse(key, &top);
        }
        for repository in value.as_array().into_iter().flatten().filter_map(toml::Value::as_table) {
            if let Some(key) = repository.keys().find(|key| !row.contains(&key.as_str())) {
                return refuse(key, &row);
            }
        }
    }
    Ok(())
}

/// What is wrong, and in which line.
fn describe(error: &toml::de::Error, text: &str) -> String {
    let message = error.message().lines().next().unwrap_or("is no valid TOML").to_owned();
    let Some(span) = error.span() else { return message };
    let line = text.get(..span.start).unwrap_or("").matches('\n').count() + 1;
    format!("line {line}: {message}")
}

fn assign(name: String, place: Place, said: Overriding, options: &BatchOptions) -> Result<Assignment> {
    let branch = said.branch.unwrap_or_else(|| DEFAULT_BRANCH.to_owned());
    check_branch_name(&branch)?;
    if said.verify.is_none() && said.junit.is_some() {
        bail!("{name}: a JUnit report is named, but no command that writes it; add --verify");
    }
    let (junit, limit) = (said.junit, said.timeout.unwrap_or(DEFAULT_LIMIT));
    // What is there from an earlier run is removed.
    if let Some(path) = junit.as_ref().filter(|path| !is_inside(path)) {
        bail!(
            "{name}: the JUnit report {} would be outside of the tree; name a path inside of it",
            path.display()
        );
    }
    let mut judgement = options.judgement.clone();
    judgement.overrides.select = said.select;
    judgement.overrides.ignore = said.ignore;
    judgement.overrides.unsafe_fixes = said.unsafe_fixes;
    Ok(Assignment {
        name,
        place,
        verification: said.verify.map(|command| Verification { command, junit, limit }),
        budget: said.budget.unwrap_or(DEFAULT_BUDGET),
        allow_failing_baseline: said.allow_failing_baseline.unwrap_or(false),
        branch,
        diff_base: said.diff_base,
        judgement,
    })
}

/// Whether `path` names something below the directory that it is relative to.
fn is_inside(path: &Path) -> bool {
    let mut parts = path.components().filter(|part| *part != Component::CurDir).peekable();
    parts.peek().is_some() && parts.all(|part| matches!(part, Component::Normal(_)))
}

/// What is meant by `text` on the command line.
fn place_of(text: &str) -> Result<Place> {
    let directory = PathBuf::from(text);
    if directory.exists() {
        return Ok(Place::Directory(directory));
    }
    let before_colon = text.split_once(':').map(|(before, _)| before);
    // As Git does: `host:path` is an address unless a slash comes before the colon.
    let is_address = text.contains("://") || before_colon.is_some_and(|before| !before.contains('/'));
    if is_address { Ok(Place::Address(checked_address(text)?)) } else { Ok(Place::Directory(directory)) }
}

/// Refuses an address that Git would take for an option, or that names a program to run.
fn checked_address(url: &str) -> Result<String> {
    let is_helper = url
        .split_once("::")
        .is_some_and(|(before, _)| before.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c)));
    if url.starts_with('-') || is_helper {
        bail!("`{url}` is no address of a repository that pyfix clones; use https, ssh, git or file");
    }
    Ok(url.to_owned())
}

/// The names given out so far.
#[derive(Debug, Default)]
struct Names {
    given: BTreeSet<String>,
}

impl Names {
    /// `wanted`, or what `place` is called, made fit for the name of a directory and different from all others.
    fn choose(&mut self, wanted: Option<String>, place: &Place) -> String {
        let called = wanted.unwrap_or_else(|| match place {
            Place::Directory(path) => {
                real(path).file_name().unwrap_or_default().to_string_lossy().into_owned()
            }
            Place::Address(url) => {
                url.trim_end_matches('/').rsplit(['/', ':']).next().unwrap_or("").to_owned()
            }
        });
        let fit = |c: char| if c.is_alphanumeric() || "._-+".contains(c) { c } else { '-' };
        let mut name: String = called.trim_end_matches(".git").chars().map(fit).take(100).collect();
        if name.trim_matches(['.', '-']).is_empty() {
            "repository".clone_into(&mut name);
        }
        let numbered = (2..).map(|number| format!("{name}-{number}"));
        let mut names = std::iter::once(name.clone()).chain(numbered);
        let free = names.find(|name| !self.given.contains(name)).unwrap_or(name);
        self.given.insert(free.clone());
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(text: &str) -> Result<Vec<(Place, Option<String>, Overriding)>> {
        let flags = Overriding { branch: Some("flag".to_owned()), ..Overriding::default() };
        read_plan(Path::new("/plans/plan.toml"), text, &flags)
    }

    #[test]
    fn a_repository_wins_over_the_plan_and_flags_over_both() {
        let rows = plan(
            "verify = 'pytest'\nbranch = 'plan'\n[[repository]]\npath = 'a'\n[[repository]]\nurl = 'https://x/b.git'\n\
             verify = 'tox'\nverify-timeout = '2m'\n",
        )
        .unwrap();
        assert_eq!(rows[0].0, Place::Directory(PathBuf::from("/plans/a")));
        assert_eq!(rows[0].2.verify.as_deref(), Some("pytest"));
        assert_eq!(rows[0].2.branch.as_deref(), Some("flag"));
        assert_eq!(rows[1].2.verify.as_deref(), Some("tox"));
        assert_eq!(rows[1].2.timeout, Some(Duration::from_mins(2)));
    }

    #[test]
    fn what_means_nothing_is_refused() {
        let refused = |text: &str| format!("{:#}", plan(text).unwrap_err());
        assert!(refused("verifi = 'x'\n").contains("`verifi` is no key of a plan"));
        assert!(refused("verify = 'x'\n").contains("names no repository"));
        assert!(refused("[[repository]]\nname = 'x'\n").contains("needs either `path` or `url`"));
        assert!(refused("\n[[repository]]\npath = 3\n").contains("line 3"));
        assert!(refused("[[repository]]\npath = 'x'\nverify-timeout = 'soon'\n").contains("no time"));
        assert!(refused("[[repository]]\nurl = 'ext::sh -c x'\n").contains("no address"));
        assert!(refused("[[repository]]\nurl = '--upload-pack=x'\n").contains("no address"));
    }

    #[test]
    fn names_are_fit_for_directories_and_differ() {
        let mut names = Names::default();
        let mut name = |url: &str| names.choose(None, &Place::Address(url.to_owned()));
        assert_eq!(name("https://host/team/shop.git"), "shop");
        assert_eq!(name("git@host:other/shop.git"), "shop-2");
        assert_eq!(name("https://host/.."), "repository");
        assert_eq!(name("https://host/a b"), "a-b");
    }
}
