//! The report of a run as a JSON document; `docs/batch.md` describes it. What it adds up serves the page, too.
//!
//! Reads the records of one repository after the other, so that a long list takes no more memory than a short one.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::{Context, Result};
use serde::Serialize;

use super::record::{DropReason, RepositoryRecord, Status, StepRecord};
use crate::engine::Registry;

/// Raised when a reader of the present document would misunderstand another one.
const SCHEMA: u32 = 1;

/// What was found of one repository.
pub struct Found {
    /// What became of it.
    pub record: RepositoryRecord,
    /// The transforms that did something.
    pub steps: Vec<StepRecord>,
}

/// Gives what was found of each repository, in order.
pub type Findings<'f> = dyn Fn(&mut dyn FnMut(Found) -> Result<()>) -> Result<()> + 'f;

/// Everything added up.
#[derive(Debug, Default, Serialize)]
pub struct Totals {
    /// Repositories with a new branch.
    pub migrated: usize,
    /// Repositories in which nothing was changed.
    pub unchanged: usize,
    /// Repositories that could not be migrated.
    pub failed: usize,
    /// Python files that were looked at.
    pub files: usize,
    /// Fixes that were kept.
    pub fixes: usize,
    /// Fixes that were not kept.
    pub dropped: usize,
    /// Candidates that were left alone.
    pub declined: usize,
    /// Commits.
    pub commits: usize,
    /// Runs of verify commands.
    pub verify_runs: usize,
    /// By the id of the transform, where it found anything.
    pub transforms: BTreeMap<String, TransformTotals>,
    /// Kept fixes by what their rewrite was measured to gain.
    pub speeds: BTreeMap<SpeedBucket, usize>,
    /// The most candidates of one repository: what pictures are scaled by.
    #[serde(skip)]
    pub most: usize,
}

/// Everything that one transform did.
#[derive(Debug, Default, Serialize)]
pub struct TransformTotals {
    /// What it does.
    pub summary: String,
    /// Fixes that were kept.
    pub fixes: usize,
    /// Fixes that were not.
    pub dropped: usize,
    /// Fixes that rest on an assumption and were not asked for.
    pub withheld: usize,
    /// Candidates that were left alone, by the id of the reason.
    pub declined: BTreeMap<String, DeclinedTotals>,
    /// The least and the greatest measured gain of the kept fixes: time before divided by time after.
    pub speed: Option<(f64, f64)>,
}

/// Candidates that were left alone for one reason.
#[derive(Debug, Default, Serialize)]
pub struct DeclinedTotals {
    /// How many.
    pub count: usize,
    /// The reason as a clause, about one of them.
    pub example: String,
}

/// How much faster a rewrite was measured to be, roughly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SpeedBucket {
    /// Not measured.
    Unmeasured,
    /// Not faster: for memory, or as a step to something else.
    NotFaster,
    /// Up to 1.25 times.
    UpTo1_25,
    /// Up to 1.5 times.
    UpTo1_5,
    /// Up to 2 times.
    UpTo2,
    /// Up to 5 times.
    UpTo5,
    /// More.
    Over5,
}

impl SpeedBucket {
    /// All, in order.
    pub const ALL: [Self; 7] = [
        Self::Unmeasured,
        Self::NotFaster,
        Self::UpTo1_25,
        Self::UpTo1_5,
        Self::UpTo2,
        Self::UpTo5,
        Self::Over5,
    ];

    fn of(speed: Option<f64>) -> Self {
        match speed {
            None => Self::Unmeasured,
            Some(speed) if speed < 1.05 => Self::NotFaster,
            Some(speed) if speed <= 1.25 => Self::UpTo1_25,
            Some(speed) if speed <= 1.5 => Self::UpTo1_5,
            Some(speed) if speed <= 2.0 => Self::UpTo2,
            Some(speed) if speed <= 5.0 => Self::UpTo5,
            Some(_) => Self::Over5,
        }
    }

    /// What it is called.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Unmeasured => "not timed",
            Self::NotFaster => "no faster",
            Self::UpTo1_25 => "up to 1.25x",
            Self::UpTo1_5 => "1.25x to 1.5x",
            Self::UpTo2 => "1.5x to 2x",
            Self::UpTo5 => "2x to 5x",
            Self::Over5 => "over 5x",
        }
    }
}

impl Totals {
    /// The sum of `findings`.
    ///
    /// # Errors
    ///
    /// When a record cannot be read.
    pub fn of(findings: &Findings<'_>, registry: &Registry) -> Result<Self> {
        let mut totals = Self::default();
        findings(&mut |found| {
            totals.add(&found, registry);
            Ok(())
        })?;
        Ok(totals)
    }

    fn add(&mut self, found: &Found, registry: &Registry) {
        let record = &found.record;
        match record.status {
            Status::Migrated => self.migrated += 1,
            Status::Unchanged => self.unchanged += 1,
            Status::Failed => self.failed += 1,
        }
        self.files += record.files;
        self.fixes += record.fixes;
        self.dropped += record.dropped;
        self.declined += record.declined;
        self.commits += record.commits;
        self.verify_runs += record.verify_runs;
        self.most = self.most.max(record.fixes + record.dropped + record.declined);
        if record.status == Status::Failed && record.branch.is_none() {
            return;
        }
        for step in &found.steps {
            let totals = self.transforms.entry(step.transform.clone()).or_default();
            if totals.summary.is_empty()
                && let Some(transform) = registry.get(&step.transform)
            {
                transform.meta().summary.clone_into(&mut totals.summary);
            }
            totals.fixes += step.fixes.len();
            totals.dropped += step.dropped.len();
            for fix in &step.fixes {
                *self.speeds.entry(SpeedBucket::of(fix.speed)).or_default() += 1;
                if let Some(speed) = fix.speed {
                    let (least, greatest) = totals.speed.unwrap_or((speed, speed));
                    totals.speed = Some((least.min(speed), greatest.max(speed)));
                }
            }
            // Later passes look at the same candidates again.
            if step.pass > 1 {
                continue;
            }
            totals.withheld += step.account.withheld;
            for (reason, declined) in &step.account.declined {
                let row = totals.declined.entry(reason.clone()).or_default();
                row.count += declined.count;
                if row.example.is_empty() {
                    row.example.clone_from(&declined.sentence);
                }
            }
        }
    }
}

impl TransformTotals {
    /// Candidates that were left alone.
    pub fn declined_count(&self) -> usize {
        self.declined.values().map(|row| row.count).sum()
    }
}

/// Everything that is known of a repository, as it is written.
#[derive(Serialize)]
struct Entry<'f> {
    #[serde(flatten)]
    record: &'f RepositoryRecord,
    steps: Vec<StepEntry<'f>>,
}

/// What one transform did, as it is written: the commit has the diff.
#[derive(Serialize)]
struct StepEntry<'f> {
    transform: &'f str,
    pass: usize,
    commit: Option<&'f str>,
    files: Vec<&'f str>,
    fixes: &'f [super::record::FixLine],
    dropped: &'f [super::record::DroppedFix],
    #[serde(flatten)]
    account: &'f super::judge::Account,
    verify_runs: usize,
    notes: &'f [String],
}

/// Writes the document of a run that began at `began`, in seconds since 1970.
///
/// # Errors
///
/// When a record cannot be read, or `out` fails.
pub fn write_json(findings: &Findings<'_>, totals: &Totals, began: u64, out: &mut dyn Write) -> Result<()> {
    let version = env!("CARGO_PKG_VERSION");
    write!(out, "{{\"schema\":{SCHEMA},\"version\":\"{version}\",\"began\":{began},\n\"totals\":")?;
    serde_json::to_writer(&mut *out, totals)?;
    write!(out, ",\n\"repositories\":[")?;
    let mut separator = "\n";
    findings(&mut |found| {
        write!(out, "{separator}")?;
        separator = ",\n";
        let steps = found.steps.iter().map(|step| StepEntry {
            transform: &step.transform,
            pass: step.pass,
            commit: step.commit.as_deref(),
            files: step.diffs.iter().map(|diff| diff.file.as_str()).collect(),
            fixes: &step.fixes,
            dropped: &step.dropped,
            account: &step.account,
            verify_runs: step.verify_runs,
            notes: &step.notes,
        });
        let entry = Entry { record: &found.record, steps: steps.collect() };
        serde_json::to_writer(&mut *out, &entry).context("the report cannot be written")
    })?;
    writeln!(out, "\n]}}").context("the report cannot be written")
}

impl DropReason {
    /// Why, as a clause.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Guilty => "the verify command fails with it",
            Self::Untried => "the budget of verify runs was spent before it was tried",
            Self::Dependent => "it builds upon a fix that was dropped",
        }
    }
}
