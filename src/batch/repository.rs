//! The user's repository: what is found out about it before a migration, and what it is given at the end.
//!
//! Between the two nothing is written to it. See `git` for what must not happen here.

use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::cli::git::{self, as_line, git, git_in};

/// How many files with uncommitted changes are named.
const NAMED: usize = 3;

/// The configuration that decides what Git takes a file of the working tree for, and that names no program.
const HARMLESS: &[&str] = &[
    "core.autocrlf",
    "core.checkstat",
    "core.eol",
    "core.filemode",
    "core.ignorecase",
    "core.precomposeunicode",
    "core.symlinks",
    "core.trustctime",
];

/// A Git repository of the user.
#[derive(Clone, Debug)]
pub struct Repository {
    /// Its Git directory; for a linked work tree that of this work tree.
    git_dir: PathBuf,
    /// The part of the Git directory that all work trees share.
    common_dir: PathBuf,
    /// Where its objects are.
    objects: PathBuf,
    /// The directory with the files; none for a bare repository.
    checkout: Option<PathBuf>,
    /// How objects are named: `sha1` or `sha256`.
    object_format: String,
}

/// What the repository stands at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The id of the commit.
    pub commit: String,
    /// The branch that it is the tip of; none where the head is detached.
    pub branch: Option<String>,
}

/// The tracked files of a checkout whose content is not that of the head.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Those that Git compares itself.
    pub plain: Vec<PathBuf>,
    /// Those that a program would have to change back before they can be compared.
    pub filtered: Vec<PathBuf>,
}

fn some_of(names: &[PathBuf]) -> String {
    let first: Vec<String> = names.iter().take(NAMED).map(|path| path.display().to_string()).collect();
    let more = match names.len().saturating_sub(NAMED) {
        0 => String::new(),
        count => format!(" and {count} more"),
    };
    format!("{}{more}", first.join(", "))
}

impl Repository {
    /// The repository at `path`: the top of a checkout, or a bare repository.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn open(path: &Path) -> Result<Self> {
        let top = match fs::canonicalize(path) {
            Ok(top) => top,
            Err(error) if error.kind() == ErrorKind::NotFound => bail!("no such directory"),
            Err(error) => bail!("cannot be read: {error}"),
        };
        if !top.is_dir() {
            bail!("is no directory");
        }
        let asked = ["--git-dir", "--git-common-dir", "--git-path", "objects", "--is-bare-repository"];
        let mut command = git();
        // What lies above is another repository.
        command.env("GIT_CEILING_DIRECTORIES", top.parent().unwrap_or(&top)).arg("-C").arg(&top);
        command.args(["rev-parse", "--path-format=absolute"]).args(asked).arg("--show-object-format");
        let Some(answer) = git::output_if_any(&mut command)? else {
            bail!("is not a Git repository; name the top directory of one");
        };
        let answers: Vec<&[u8]> = answer.split(|&byte| byte == b'\n').collect();
        let [git_dir, common_dir, objects, is_bare, format, _] = answers.as_slice() else {
            bail!("is a Git repository that cannot be read");
        };
        let path = |bytes: &[u8]| PathBuf::from(OsStr::from_bytes(bytes));
        let checkout = top.join(".git").exists().then_some(top);
        if checkout.is_none() && *is_bare != b"true" {
            bail!("is the inside of a Git repository; name its top directory");
        }
        Ok(Self {
            git_dir: path(git_dir),
            common_dir: path(common_dir),
            objects: path(objects),
            checkout,
            object_format: as_line(format),
        })
    }

    /// Where its objects are.
    pub fn objects(&self) -> &Path {
        &self.objects
    }

    /// The directory with the files; none for a bare repository.
    pub fn checkout(&self) -> Option<&Path> {
        self.checkout.as_deref()
    }

    /// How objects are named.
    pub fn object_format(&self) -> &str {
        &self.object_format
    }

    /// Whether some of its objects may still be where it was cloned from.
    pub fn is_partial(&self) -> bool {
        let is_promise = |entry: fs::DirEntry| entry.path().extension().is_some_and(|it| it == "promisor");
        let packs = fs::read_dir(self.objects.join("pack"));
        packs.is_ok_and(|entries| entries.flatten().any(is_promise))
    }

    /// What it says about files that is in no commit.
    pub fn attributes(&self) -> PathBuf {
        self.common_dir.join("info/attributes")
    }

    /// The list of commits whose parents are missing, where the history was not fetched as a whole.
    pub fn shallow_file(&self) -> PathBuf {
        self.common_dir.join("shallow")
    }

    /// The index of the checkout.
    pub fn index(&self) -> PathBuf {
        self.git_dir.join("index")
    }

    /// What the repository stands at.
    ///
    /// # Errors
    ///
    /// When it has no commits.
    pub fn head(&self) -> Result<Head> {
        let Some(commit) = self.commit("HEAD")? else {
            bail!("has no commits yet; make one first");
        };
        let branch = git::output_if_any(self.git().args(["symbolic-ref", "-q", "--short", "HEAD"]))?;
        Ok(Head { commit, branch: branch.as_deref().map(as_line) })
    }

    /// The id of the commit that `revision` names, if there is one.
    ///
    /// # Errors
    ///
    /// When Git cannot be run.
    pub fn commit(&self, revision: &str) -> Result<Option<String>> {
        let revision = format!("{revision}^{{commit}}");
        let mut command = self.git();
        command.args(["rev-parse", "--verify", "--quiet", "--end-of-options", &revision]);
        Ok(git::output_if_any(&mut command)?.as_deref().map(as_line))
    }

    /// The id of the commit that the branch `name` points at, if there is such a branch.
    ///
    /// # Errors
    ///
    /// When Git cannot be run.
    pub fn branch(&self, name: &str) -> Result<Option<String>> {
        self.commit(&format!("refs/heads/{name}"))
    }

    /// The branch because of which there can be none called `name`: Git may keep them as files, and `a` as a file leaves
    /// no room for `a/b`.
    ///
    /// # Errors
    ///
    /// When Git cannot be run.
    pub fn branch_in_the_way(&self, name: &str) -> Result<Option<String>> {
        for (at, _) in name.match_indices('/') {
            let above = name.get(..at).unwrap_or_default();
            if self.branch(above)?.is_some() {
                return Ok(Some(above.to_owned()));
            }
        }
        let below = format!("refs/heads/{name}/");
        let mut command = self.git();
        command.args(["for-each-ref", "--count=1", "--format=%(refname:lstrip=2)", &below]);
        let first = git::line(&mut command)?;
        Ok(Some(first).filter(|first| !first.is_empty()))
    }

    /// The tags, in the form of the file in which Git keeps many of them.
    ///
    /// # Errors
    ///
    /// When Git fails.
    pub fn packed_tags(&self) -> Result<Vec<u8>> {
        let mut command = self.git();
        command.args(["for-each-ref", "--format=%(objectname) %(refname)", "refs/tags"]);
        git::output(&mut command)
    }

    /// The settings that say what Git takes a file of the checkout for, as arguments for another `git`.
    ///
    /// # Errors
    ///
    /// When Git cannot be run.
    pub fn harmless_settings(&self) -> Result<Vec<String>> {
        let mut settings = Vec::new();
        for key in HARMLESS.iter().filter(|key| ["core.autocrlf", "core.eol"].contains(key)) {
            settings.extend(git::user_configuration(key).map(|value| format!("{key}={value}")));
        }
        let mut command = git();
        // Includes are not followed: nothing but this one file is read.
        command
            .args(["config", "--no-includes", "-z", "--list", "--file"])
            .arg(self.common_dir.join("config"));
        let listed = git::output_if_any(&mut command)?.unwrap_or_default();
        for row in String::from_utf8_lossy(&listed).split('\0') {
            let (key, value) = row.split_once('\n').unwrap_or((row, "true"));
            if HARMLESS.contains(&key) {
                settings.push(format!("{key}={value}"));
            }
        }
        Ok(settings)
    }

    /// Refuses a checkout with changes that are in no commit.
    ///
    /// # Errors
    ///
    /// When there are any.
    pub fn refuse_changes(changes: &Changes) -> Result<()> {
        if !changes.plain.is_empty() {
            bail!("has uncommitted changes ({}); commit or stash them first", some_of(&changes.plain));
        }
        if !changes.filtered.is_empty() {
            bail!(
                "has files that may have changed and can only be compared by a filter, which pyfix does not run ({}); run \
                 `git status` in it, which does, and commit or stash what it shows",
                some_of(&changes.filtered)
            );
        }
        Ok(())
    }

    /// Takes over the objects of `pack`.
    ///
    /// # Errors
    ///
    /// When Git fails, for example because the disk is full; the repository is then as it was.
    pub fn receive(&self, pack: &[u8]) -> Result<()> {
        git::output_with(self.git().args(["index-pack", "--stdin"]), pack).map(drop)
    }

    /// Points the new branch `name` at `commit`.
    ///
    /// # Errors
    ///
    /// When there is such a branch already that points elsewhere.
    pub fn create_branch(&self, name: &str, commit: &str) -> Result<()> {
        if self.branch(name)?.as_deref() == Some(commit) {
            return Ok(());
        }
        let reference = format!("refs/heads/{name}");
        let unborn = "0".repeat(commit.len());
        let mut command = self.git();
        command.args(["update-ref", "-m", "pyfix batch", &reference, commit, &unborn]);
        git::output(&mut command).map(drop)
    }

    /// Makes the branch `name` the one that is checked out, without touching files.
    ///
    /// # Errors
    ///
    /// When Git fails.
    pub fn stand_at(&self, name: &str) -> Result<()> {
        let reference = format!("refs/heads/{name}");
        git::output(self.git().args(["symbolic-ref", "-m", "pyfix batch", "HEAD", &reference])).map(drop)
    }

    /// Enters `rows`, in the form that `git update-index -z --index-info` reads, into the index of the checkout.
    ///
    /// # Errors
    ///
    /// When Git fails.
    pub fn update_index(&self, rows: &[u8]) -> Result<()> {
        let mut command = self.git();
        if let Some(checkout) = &self.checkout {
            command.arg("--work-tree").arg(checkout);
        }
        git::output_with(command.args(["update-index", "-z", "--index-info"]), rows).map(drop)
    }

    fn git(&self) -> std::process::Command {
        git_in(&self.git_dir)
    }
}

/// Refuses what is no name of a branch.
///
/// # Errors
///
/// When `name` is none.
pub fn check_branch_name(name: &str) -> Result<()> {
    // `--branch` would also take `@{-1}` for a name.
    let full = format!("refs/heads/{name}");
    let is_taken = name == "HEAD" || name == "@";
    if is_taken
        || name.starts_with('-')
        || git::output_if_any(git().args(["check-ref-format", &full]))?.is_none()
    {
        bail!("`{name}` is no name for a branch");
    }
    Ok(())
}

/// Copies the repository at `url` into `directory`, without a checkout.
///
/// # Errors
///
/// When Git fails, which tells why.
pub fn clone(url: &str, directory: &Path) -> Result<()> {
    if directory.join("HEAD").exists() {
        return Ok(());
    }
    let parent = directory.parent().unwrap_or(directory);
    fs::create_dir_all(parent).with_context(|| format!("{} cannot be made", parent.display()))?;
    // A copy that was broken off must not be taken for a whole one.
    let unfinished = directory.with_extension("unfinished");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished)
            .with_context(|| format!("{} cannot be removed", unfinished.display()))?;
    }
    let mut command = git::git_for_cloning();
    command.args(["clone", "--quiet", "--bare", "--template=", "--", url]).arg(&unfinished);
    git::output(&mut command)?;
    fs::rename(&unfinished, directory).with_context(|| format!("{} cannot be made", directory.display()))
}
