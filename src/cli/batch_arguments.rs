//! The arguments of `pyfix batch` as they are typed, and what they resolve to. What a plan says is not known here.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use super::args::{Judgement, JudgementArguments, known_transform};
use crate::engine::Registry;

const EXAMPLES: &str = "\
Examples:
  pyfix batch ../shop --verify 'pytest -q'       migrate one repository on the new branch `pyfix`
  pyfix batch --plan plan.toml --jobs 4          migrate those that the plan names, four at once
  pyfix batch --plan plan.toml --resume          go on where an earlier run was stopped

Exit status:
  0  every repository was worked on to its end, also where fixes were dropped or nothing was found
  2  a repository could not be migrated, or a usage error; the others were worked on";

/// The arguments as typed.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct BatchArguments {
    /// Git repositories: directories, or addresses that Git can clone
    #[arg(value_name = "REPO")]
    repositories: Vec<String>,
    /// A file that names repositories, with settings for each
    #[arg(long, value_name = "FILE", help_heading = "Batch")]
    plan: Option<PathBuf>,
    /// The command that has to succeed after every change, for a shell, in the top directory of the repository
    #[arg(long, value_name = "COMMAND", help_heading = "Verification")]
    verify: Option<String>,
    /// Where the command writes a `JUnit` report, relative to the top directory: tests are compared one by one
    #[arg(long, value_name = "FILE", help_heading = "Verification")]
    verify_junit: Option<PathBuf>,
    /// How long the command may take, such as `90`, `90s`, `30m` or `2h` [default: 30m]
    #[arg(long, value_name = "TIME", help_heading = "Verification", value_parser = parse_duration)]
    verify_timeout: Option<Duration>,
    /// How often the command may be run for one repository [default: 200]
    #[arg(long, value_name = "N", help_heading = "Verification")]
    verify_budget: Option<NonZeroUsize>,
    /// Go on where the command fails before any change: its exit status must then stay the same
    #[arg(long, help_heading = "Verification")]
    allow_failing_baseline: bool,
    /// The branch to make [default: pyfix]
    #[arg(long, value_name = "NAME", help_heading = "Batch")]
    branch: Option<String>,
    /// Only fix functions that were touched since this revision
    #[arg(long, value_name = "REV", help_heading = "Transforms")]
    diff_base: Option<String>,
    /// At the end, check the new branch out in the repository itself
    #[arg(long, help_heading = "Batch")]
    in_place: bool,
    /// Where copies, the journal and the report are kept
    #[arg(long, value_name = "DIR", default_value = ".pyfix-batch", help_heading = "Batch")]
    work_dir: PathBuf,
    /// Go on with the run in the work directory
    #[arg(long, help_heading = "Batch")]
    resume: bool,
    /// How many repositories are worked on at once [default: 1]
    #[arg(long, value_name = "N", help_heading = "Batch")]
    jobs: Option<NonZeroUsize>,
    /// Only the I-th of N equal parts of the list, for N machines
    #[arg(long, value_name = "I/N", help_heading = "Batch", value_parser = parse_shard)]
    shard: Option<Shard>,
    /// Write the commits as patches, too, into one directory for each repository
    #[arg(long, value_name = "DIR", help_heading = "Batch")]
    format_patch: Option<PathBuf>,
    /// What goes to standard output: one line for each repository, or the report [default: text]
    #[arg(long, value_name = "FORMAT", help_heading = "Output")]
    output_format: Option<DocumentFormat>,
    #[command(flatten)]
    judgement: JudgementArguments,
}

/// What goes to standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DocumentFormat {
    /// One line for each repository.
    Text,
    /// The report.
    Json,
}

/// One of several equal parts of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which, from 0.
    pub index: usize,
    /// Of how many.
    pub count: usize,
}

/// What holds for one repository, or for all that say nothing themselves; `None` where nothing is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overriding {
    /// `--verify`.
    pub verify: Option<String>,
    /// `--verify-junit`.
    pub junit: Option<PathBuf>,
    /// `--verify-timeout`.
    pub timeout: Option<Duration>,
    /// `--verify-budget`.
    pub budget: Option<usize>,
    /// `--allow-failing-baseline`.
    pub allow_failing_baseline: Option<bool>,
    /// `--branch`.
    pub branch: Option<String>,
    /// `--diff-base`.
    pub diff_base: Option<String>,
    /// `--select`.
    pub select: Option<Vec<String>>,
    /// `--ignore`.
    pub ignore: Option<Vec<String>>,
    /// `--unsafe-fixes`.
    pub unsafe_fixes: Option<bool>,
}

impl Overriding {
    /// What `self` says, and where it says nothing what `other` does.
    #[must_use]
    pub fn or(self, other: &Self) -> Self {
        Self {
            verify: self.verify.or_else(|| other.verify.clone()),
            junit: self.junit.or_else(|| other.junit.clone()),
            timeout: self.timeout.or(other.timeout),
            budget: self.budget.or(other.budget),
            allow_failing_baseline: self.allow_failing_baseline.or(other.allow_failing_baseline),
            branch: self.branch.or_else(|| other.branch.clone()),
            diff_base: self.diff_base.or_else(|| other.diff_base.clone()),
            select: self.select.or_else(|| other.select.clone()),
            ignore: self.ignore.or_else(|| other.ignore.clone()),
            unsafe_fixes: self.unsafe_fixes.or(other.unsafe_fixes),
        }
    }

    /// Refuses an id that no transform of `registry` has.
    ///
    /// # Errors
    ///
    /// When there is one, with the nearest.
    pub fn check_ids(&self, registry: &Registry) -> Result<()> {
        let ids = self.select.iter().chain(&self.ignore).flatten();
        ids.into_iter().try_for_each(|id| known_transform(id, registry))
    }
}

/// A run over repositories, as the command line says it.
#[derive(Clone, Debug)]
pub struct BatchOptions {
    /// The repositories that are named.
    pub repositories: Vec<String>,
    /// The file that names others.
    pub plan: Option<PathBuf>,
    /// What wins over the plan.
    pub overriding: Overriding,
    /// How files are judged.
    pub judgement: Judgement,
    /// Whether the new branch is checked out at the end.
    pub in_place: bool,
    /// Where everything is kept.
    pub work_dir: PathBuf,
    /// Whether an earlier run is gone on with.
    pub resume: bool,
    /// How many repositories are worked on at once.
    pub jobs: usize,
    /// Which part of the list.
    pub shard: Option<Shard>,
    /// Where patches are written.
    pub format_patch: Option<PathBuf>,
    /// What goes to standard output.
    pub format: DocumentFormat,
}

impl BatchArguments {
    /// What they mean.
    ///
    /// # Errors
    ///
    /// For values that make no sense.
    pub fn resolve(self, registry: &Registry) -> Result<BatchOptions> {
        if self.repositories.is_empty() && self.plan.is_none() {
            bail!("no repositories: name some, or a plan with --plan");
        }
        let judgement = self.judgement.resolve(registry)?;
        let overriding = Overriding {
            verify: self.verify,
            junit: self.verify_junit,
            timeout: self.verify_timeout,
            budget: self.verify_budget.map(NonZeroUsize::get),
            allow_failing_baseline: self.allow_failing_baseline.then_some(true),
            branch: self.branch,
            diff_base: self.diff_base,
            select: judgement.overrides.select.clone(),
            ignore: judgement.overrides.ignore.clone(),
            unsafe_fixes: judgement.overrides.unsafe_fixes,
        };
        Ok(BatchOptions {
            repositories: self.repositories,
            plan: self.plan,
            overriding,
            judgement,
            in_place: self.in_place,
            work_dir: self.work_dir,
            resume: self.resume,
            jobs: self.jobs.map_or(1, NonZeroUsize::get),
            shard: self.shard,
            format_patch: self.format_patch,
            format: self.output_format.unwrap_or(DocumentFormat::Text),
        })
    }
}

/// Reads `90`, `90s`, `30m` or `2h`.
///
/// # Errors
///
/// When `text` is no time, or none at all.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let unit_at = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let seconds = match unit {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => 0,
    };
    let total = number.parse::<u64>().ok().and_then(|number| number.checked_mul(seconds));
    match total {
        Some(total @ 1..) => Ok(Duration::from_secs(total)),
        _ => Err("write a time like `90`, `90s`, `30m` or `2h`".to_owned()),
    }
}

fn parse_shard(text: &str) -> Result<Shard, String> {
    let numbers = text.split_once('/').and_then(|(index, count)| {
        Some((index.parse::<usize>().ok()?.checked_sub(1)?, count.parse::<usize>().ok()?))
    });
    match numbers {
        Some((index, count)) if index < count => Ok(Shard { index, count }),
        _ => Err("write it like `1/4`, the first of four parts".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        assert_eq!(parse_duration("90"), Ok(Duration::from_secs(90)));
        assert_eq!(parse_duration("30m"), Ok(Duration::from_mins(30)));
        assert!(
            ["0", "", "m", "1d", "-1", "99999999999999999999h"].iter().all(|it| parse_duration(it).is_err())
        );
    }

    #[test]
    fn shards_count_from_one() {
        assert_eq!(parse_shard("1/4"), Ok(Shard { index: 0, count: 4 }));
        assert_eq!(parse_shard("4/4"), Ok(Shard { index: 3, count: 4 }));
        assert!(["0/4", "5/4", "4", "a/b", "1/0"].iter().all(|it| parse_shard(it).is_err()));
    }
}
