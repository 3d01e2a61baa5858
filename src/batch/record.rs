//! What is kept of a migration for the report: a file for every transform that did something, and one for the whole.
//!
//! Written while the run goes on, so that no result of a finished repository is held in memory.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::journal::write_whole;
use super::judge::Account;
use super::verify::{Ending, Failure};

/// What one transform did to a repository.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StepRecord {
    /// Its id.
    pub transform: String,
    /// Which time around it was, from 1: what transforms wrote is looked at once more.
    pub pass: usize,
    /// The commit; none where nothing was kept.
    pub commit: Option<String>,
    /// The fixes that were kept.
    pub fixes: Vec<FixLine>,
    /// The fixes that were not.
    pub dropped: Vec<DroppedFix>,
    /// Everything else.
    #[serde(flatten)]
    pub account: Account,
    /// How often the verify command was run.
    pub verify_runs: usize,
    /// What is worth knowing about it, in sentences.
    pub notes: Vec<String>,
    /// The change of each file.
    pub diffs: Vec<FileDiff>,
}

/// A fix that was kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FixLine {
    /// The file.
    pub file: String,
    /// The line (from 1) in the file as it was before this transform.
    pub line: u32,
    /// What was done, in one line.
    pub message: String,
    /// What the rewrite was measured to gain, as a clause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gain: Option<String>,
    /// Time before divided by time after, where it was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speed: Option<f64>,
    /// What it takes on trust, in sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assumptions: Vec<String>,
}

/// A fix that was not kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DroppedFix {
    /// The file.
    pub file: String,
    /// The line (from 1) in the file as it was before this transform.
    pub line: u32,
    /// What was to be done, in one line.
    pub message: String,
    /// Why it was dropped.
    pub why: DropReason,
    /// What the verify command said with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

/// Why a fix was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DropReason {
    /// With it the verify command fails.
    Guilty,
    /// The budget was spent before it was tried.
    Untried,
    /// It built upon one that was dropped.
    Dependent,
}

/// The change of one file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FileDiff {
    /// The file.
    pub file: String,
    /// The hunks of the diff.
    pub hunks: String,
}

/// How a repository ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// There is a branch with commits.
    Migrated,
    /// Nothing was kept.
    Unchanged,
    /// It could not be migrated; nothing was changed in it.
    Failed,
}

/// What became of a repository.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RepositoryRecord {
    /// What it is called.
    pub name: String,
    /// Where it is.
    pub place: String,
    /// How it ended.
    pub status: Status,
    /// Why it failed, in one line.
    pub error: Option<String>,
    /// The commit that the branch starts at.
    pub base: Option<String>,
    /// The branch that was checked out.
    pub base_branch: Option<String>,
    /// The new branch, where there is one.
    pub branch: Option<String>,
    /// The commit that it points at.
    pub tip: Option<String>,
    /// The verify command.
    pub verify: Option<String>,
    /// The run of it before any change.
    pub baseline: Option<Baseline>,
    /// How often it was run.
    pub verify_runs: usize,
    /// Python files that were looked at.
    pub files: usize,
    /// Fixes that were kept.
    pub fixes: usize,
    /// Fixes that were dropped.
    pub dropped: usize,
    /// Candidates that were left alone.
    pub declined: usize,
    /// Commits of the branch.
    pub commits: usize,
    /// What is worth knowing about it, in sentences.
    pub notes: Vec<String>,
}

/// The run of the verify command before any change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// How it ended.
    pub ending: Ending,
    /// Tests that passed, where there is a report.
    pub passed: Option<usize>,
    /// Tests that failed.
    pub failed: Option<usize>,
    /// How long it took, in seconds.
    pub seconds: f64,
}

/// The files of one repository in the work directory.
#[derive(Clone, Debug)]
pub struct Shelf {
    directory: PathBuf,
}

impl Shelf {
    /// The place of the repository `name` in `work_dir`.
    pub fn new(work_dir: &Path, name: &str) -> Self {
        Self { directory: work_dir.join("repositories").join(name) }
    }

    /// The directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Writes down what the step of that number did.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn put_step(&self, number: usize, step: &StepRecord) -> Result<()> {
        write_whole(&self.step_path(number), &serde_json::to_vec(step)?)
    }

    /// What the step of that number did; none where it did nothing.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn step(&self, number: usize) -> Result<Option<StepRecord>> {
        read_json(&self.step_path(number))
    }

    /// All steps that did something, in order.
    ///
    /// # Errors
    ///
    /// When one cannot be read.
    pub fn steps(&self) -> Result<Vec<StepRecord>> {
        let mut paths: Vec<PathBuf> = match fs::read_dir(self.directory.join("steps")) {
            Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
            Err(_) => Vec::new(),
        };
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        paths.sort();
        let read = |path: PathBuf| read_json(&path).transpose();
        paths.into_iter().filter_map(read).collect()
    }

    /// Writes down what became of the repository.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn put_record(&self, record: &RepositoryRecord) -> Result<()> {
        write_whole(&self.directory.join("result.json"), &serde_json::to_vec(record)?)
    }

    /// What became of the repository.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn record(&self) -> Result<Option<RepositoryRecord>> {
        read_json(&self.directory.join("result.json"))
    }

    /// Where something called `name` is kept.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    fn step_path(&self, number: usize) -> PathBuf {
        self.directory.join("steps").join(format!("{number:05}.json"))
    }
}

/// Reads the file at `path`; none where there is no such file.
///
/// # Errors
///
/// When it cannot be read.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>> {
    let failed = || format!("{} cannot be read", path.display());
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).with_context(failed),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(failed),
    }
}
