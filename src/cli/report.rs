//! The account of one file as the outputs need it: positions in the file on disk, nothing borrowed.

use std::cmp::Ordering;
use std::path::PathBuf;

use serde::Serialize;

use super::profile::{Heat, Spent};
use crate::edit::{Applicability, Assumption, Edit};
use crate::engine::{AppliedFix, DeclinedSite, Gain, Quarantine, SuppressedFix, UnusedSuppression};
use crate::semantic::Reason;
use crate::text::{Decoded, Dialect, PythonVersion, Range, Source, Target};

/// The account of one file.
#[derive(Debug, Serialize)]
pub struct FileReport {
    /// The path as it is shown.
    #[serde(serialize_with = "lossy")]
    pub path: PathBuf,
    /// Absolute, without symbolic links; what a diff is for.
    #[serde(skip)]
    pub real: PathBuf,
    /// What became of the file.
    pub status: Status,
    /// Why it was skipped or failed.
    pub reason: Option<Problem>,
    /// What was found out about the file.
    #[serde(flatten)]
    pub nature: Option<Nature>,
    /// Fixes, those that the configuration does not allow included.
    pub fixes: Vec<FixRecord>,
    /// Fixes that a comment asks not to make.
    pub suppressed: Vec<SuppressedRecord>,
    /// Candidates that were left alone.
    pub declines: Vec<DeclineRecord>,
    /// Transforms whose result failed verification.
    pub quarantined: Vec<QuarantineRecord>,
    /// Suppression comments that suppress nothing.
    pub unused_suppressions: Vec<SuppressionRecord>,
    /// The hunks of the diff; empty unless a diff is wanted and the file changes.
    #[serde(skip)]
    pub hunks: Vec<u8>,
    /// What is to be written once every file was judged.
    #[serde(skip)]
    pub pending: Option<Change>,
    /// What is wrong with the profile of the file, in one line.
    #[serde(skip)]
    pub misfit: Option<String>,
    /// Whether somebody has to be told, and the exit status is 2.
    #[serde(skip)]
    pub alarm: Alarm,
}

/// The bytes of a file before and after.
#[derive(Debug)]
pub struct Change {
    /// The file as it was read.
    pub old: Vec<u8>,
    /// The file as it is to be.
    pub new: Vec<u8>,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It changed, or would change.
    Changed,
    /// Nothing to do.
    Unchanged,
    /// It was left alone because pyfix cannot or must not understand it.
    Skipped,
    /// It could not be read or written, or pyfix has a bug.
    Failed,
}

/// Whether a skipped or failed file is a failure of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alarm {
    /// No.
    Silent,
    /// Yes: a line on standard error, and exit status 2.
    Failure,
}

/// Why a file was skipped or failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// A stable name for machines.
    pub id: &'static str,
    /// What happened, and what to do, in one line.
    pub message: String,
}

/// What was found out about a file.
#[derive(Clone, Debug, Serialize)]
pub struct Nature {
    /// The encoding, by Python's name.
    pub encoding: &'static str,
    /// The Pythons that the text must run on: those of the project, or newer ones that its own syntax asks for.
    pub target: Target,
    /// Where the target was found.
    pub target_origin: String,
    /// The language that the text is written in.
    pub dialect: Dialect,
}

/// A fix.
#[derive(Clone, Debug, Serialize)]
pub struct FixRecord {
    /// The id of the transform.
    pub id: &'static str,
    /// What it does, in one line.
    pub message: String,
    /// Where it is.
    #[serde(flatten)]
    pub place: Place,
    /// Where it is in the decoded text.
    #[serde(skip)]
    pub site: Range,
    /// What it replaces.
    pub edits: Vec<EditRecord>,
    /// How far it can be trusted.
    pub applicability: Applicability,
    /// What it takes on trust.
    pub assumptions: Vec<Assumption>,
    /// What it was measured to gain on the target, in the example that was measured.
    pub gain: Option<Gain>,
    /// The time in the function around it, where a profile was given.
    pub profile: Option<Spent>,
    /// The round (from 1) that it belongs to.
    pub round: u32,
    /// Whether it is part of the change.
    pub applied: bool,
}

/// A place in the file on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Line of the first byte, from 1.
    pub line: u32,
    /// Column of the first byte, from 1, in characters.
    pub column: u32,
    /// Line of the last byte, from 1.
    pub end_line: u32,
    /// Bytes of the file, half-open, from 0.
    pub range: Range,
}

/// One replacement.
#[derive(Clone, Debug, Serialize)]
pub struct EditRecord {
    /// Bytes of the file, half-open, from 0.
    pub range: Range,
    /// What takes their place.
    pub replacement: String,
}

/// A fix that a comment asks not to make.
#[derive(Clone, Debug, Serialize)]
pub struct SuppressedRecord {
    /// The id of the transform.
    pub id: &'static str,
    /// What it would do, in one line.
    pub message: String,
    /// Where it is.
    #[serde(flatten)]
    pub place: Place,
    /// The bytes of the file that the comment has.
    pub comment: Range,
}

/// A candidate that was left alone.
#[derive(Clone, Debug, Serialize)]
pub struct DeclineRecord {
    /// The id of the transform.
    pub id: &'static str,
    /// Where the candidate is.
    #[serde(flatten)]
    pub place: Place,
    /// Why it was left alone.
    pub reason: Reason,
    /// The same as a clause.
    pub sentence: String,
    /// What a person could do to allow the fix; empty when nothing would help.
    pub advice: &'static str,
    /// The bytes of the file that the sentence is about.
    pub at: Range,
    /// The time in the function around it, where a profile was given.
    pub profile: Option<Spent>,
}

/// A transform whose result failed verification.
#[derive(Clone, Debug, Serialize)]
pub struct QuarantineRecord {
    /// The id of the transform.
    pub id: String,
    /// What was wrong with its result.
    pub failure: String,
}

/// A suppression comment that suppresses nothing.
#[derive(Clone, Debug, Serialize)]
pub struct SuppressionRecord {
    /// Where the comment is.
    #[serde(flatten)]
    pub place: Place,
    /// What is wrong with it.
    pub message: String,
}

impl FileReport {
    /// A report about a file that nothing is known of yet.
    pub fn new(path: PathBuf, real: PathBuf) -> Self {
        Self {
            path,
            real,
            status: Status::Unchanged,
            reason: None,
            nature: None,
            fixes: Vec::new(),
            suppressed: Vec::new(),
            declines: Vec::new(),
            quarantined: Vec::new(),
            unused_suppressions: Vec::new(),
            hunks: Vec::new(),
            pending: None,
            misfit: None,
            alarm: Alarm::Silent,
        }
    }

    /// Whether no output has a word to say about the file.
    pub fn is_silent(&self) -> bool {
        self.status == Status::Unchanged
            && self.fixes.is_empty()
            && self.suppressed.is_empty()
            && self.declines.is_empty()
            && self.quarantined.is_empty()
            && self.unused_suppressions.is_empty()
    }

    /// Puts first what the profiled program spends its time on; without a profile the order of the text stays.
    pub fn put_hot_first(&mut self) {
        self.fixes.sort_by(|a, b| by_time(a.profile.as_ref(), b.profile.as_ref()));
        self.declines.sort_by(|a, b| by_time(a.profile.as_ref(), b.profile.as_ref()));
    }

    /// The most time that is spent around a fix or a refusal.
    pub fn hottest(&self) -> Option<&Spent> {
        let declines = self.declines.iter().filter_map(|decline| decline.profile.as_ref());
        let all = self.fixes.iter().filter_map(|fix| fix.profile.as_ref()).chain(declines);
        all.max_by(|a, b| a.seconds.total_cmp(&b.seconds))
    }

    /// Fixes that are part of the change.
    pub fn applied(&self) -> impl Iterator<Item = &FixRecord> {
        self.fixes.iter().filter(|fix| fix.applied)
    }

    /// Fixes that the configuration does not allow.
    pub fn withheld(&self) -> impl Iterator<Item = &FixRecord> {
        self.fixes.iter().filter(|fix| !fix.applied)
    }
}

/// The order of what is spent: the most first.
pub fn by_time(a: Option<&Spent>, b: Option<&Spent>) -> Ordering {
    let seconds = |spent: Option<&Spent>| spent.map_or(0.0, |spent| spent.seconds);
    seconds(b).total_cmp(&seconds(a))
}

/// Turns ranges of a text into places of its file.
pub struct Places<'a> {
    /// The text and its lines.
    pub source: &'a Source,
    /// The way back to the bytes.
    pub decoded: &'a Decoded,
    /// The oldest Python that the result must run on.
    pub oldest: PythonVersion,
    /// The time that its functions take, where a profile was given.
    pub heat: Option<&'a Heat>,
}

impl Places<'_> {
    /// The record of `fix`.
    pub fn fix(&self, fix: AppliedFix, applied: bool) -> FixRecord {
        let oldest = self.oldest;
        let edit = |edit: Edit| EditRecord { range: self.range(edit.range), replacement: edit.replacement };
        FixRecord {
            id: fix.transform,
            message: fix.message,
            place: self.place(fix.range),
            site: fix.range,
            edits: fix.edits.into_iter().map(edit).collect(),
            applicability: fix.applicability,
            assumptions: fix.assumptions,
            gain: fix.measured.and_then(|measured| Gain::of(fix.transform, measured, oldest)),
            profile: self.spent_at(fix.range),
            round: fix.round,
            applied,
        }
    }

    /// The record of `fix`.
    pub fn suppressed(&self, fix: SuppressedFix) -> SuppressedRecord {
        SuppressedRecord {
            id: fix.transform,
            message: fix.message,
            place: self.place(fix.range),
            comment: self.range(fix.comment),
        }
    }

    /// The record of `site`.
    pub fn decline(&self, site: &DeclinedSite) -> DeclineRecord {
        let refusal = &site.refusal;
        DeclineRecord {
            id: site.transform,
            place: self.place(site.site),
            reason: refusal.reason,
            sentence: refusal.reason.sentence(refusal.subject.as_deref()),
            advice: refusal.reason.advice(),
            at: self.range(refusal.range),
            profile: self.spent_at(site.site),
        }
    }

    /// The record of `suppression`.
    pub fn suppression(&self, suppression: UnusedSuppression) -> SuppressionRecord {
        SuppressionRecord { place: self.place(suppression.range), message: suppression.message }
    }

    fn spent_at(&self, range: Range) -> Option<Spent> {
        self.heat.and_then(|heat| heat.spent_at(range))
    }

    fn place(&self, range: Range) -> Place {
        let (line, column) = self.source.position(range.start);
        let last = if range.is_empty() { range.start } else { range.end - 1 };
        Place { line, column, end_line: self.source.line(last), range: self.range(range) }
    }

    fn range(&self, range: Range) -> Range {
        Range::new(self.decoded.to_file_offset(range.start), self.decoded.to_file_offset(range.end))
    }
}

impl From<Quarantine> for QuarantineRecord {
    fn from(quarantine: Quarantine) -> Self {
        Self { id: quarantine.transform, failure: quarantine.failure }
    }
}

/// JSON is Unicode; a name that is not is shown as well as it can be.
fn lossy<S: serde::Serializer>(path: &std::path::Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.to_string_lossy())
}
