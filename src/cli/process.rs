//! The way of one file: read, decode, fix, encode, compare or write. Prints nothing.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use super::args::{Mode, Strictness};
use super::cache::{Entry, Hash, Kept, Store, hash, hash_of_settings};
use super::diff::{self, Paint};
use super::panics;
use super::profile::{FileTimes, Heat, Profile};
use super::report::{Alarm, Change, FileReport, Nature, Places, Problem, Status};
use super::settings::{Settings, TypeInference};
use super::surroundings::{Landscape, Surroundings};
use super::touched::Since;
use super::walk::{Reached, SourceFile};
use super::write;
use crate::engine::{Config, Outcome, Prefilter, Registry, Skip, fix_source, is_looked_into};
use crate::project::{Questions, Recorder};
use crate::text::{DecodeError, Decoded, Source, Target, decode};

/// What is the same for every file of a run.
#[derive(Clone, Copy)]
pub struct Pipeline<'a> {
    /// The transforms.
    pub registry: &'a Registry,
    /// What happens to the files.
    pub mode: Mode,
    /// What a skipped file means.
    pub strictness: Strictness,
    /// How a diff is painted, if one is wanted.
    pub diff: Option<Paint>,
    /// The projects around the files.
    pub landscape: &'a Landscape,
    /// Where the program spends its time.
    pub profile: Option<&'a Profile>,
    /// The least seconds of a function that is rewritten.
    pub hot_from: Option<f64>,
    /// The revision since which a function must have been touched to be rewritten.
    pub since: Option<&'a Since>,
}

/// A file with the settings that hold for it.
#[derive(Clone, Debug)]
pub struct FileJob {
    /// The file.
    pub file: SourceFile,
    /// Its settings.
    pub settings: Arc<Settings>,
}

/// What keeps rewrites to parts of a text.
#[derive(Clone, Copy)]
pub struct Limits<'a> {
    /// The time that its functions take.
    pub times: Option<FileTimes<'a>>,
    /// The revision since which a function must have been touched.
    pub since: Option<&'a Since>,
    /// Where the text is.
    pub path: &'a Path,
}

impl Limits<'_> {
    /// Whether all of the text may be rewritten.
    fn are_none(&self) -> bool {
        self.times.is_none() && self.since.is_none()
    }
}

/// A text that was looked at.
pub struct Examined {
    /// The text as bytes.
    pub decoded: Decoded,
    /// The text.
    pub source: Source,
    /// The engine's account.
    pub outcome: Outcome,
    /// The Pythons that the text must run on.
    pub target: Target,
    /// Where the target was found.
    pub target_origin: String,
    /// The time that the functions take, where a profile was given.
    pub heat: Option<Heat>,
}

/// Why a file was not looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// pyfix must not touch it.
    OffLimits(Problem),
    /// pyfix cannot understand it.
    NotUnderstood(Problem),
    /// The system, or a bug.
    Failure(Problem),
}

impl Pipeline<'_> {
    /// Judges the file of `job`. Writes nothing: other files may still ask what stands in this one.
    pub fn process_file(&self, job: &FileJob) -> FileReport {
        let file = &job.file;
        let mut report = FileReport::new(file.shown.clone(), file.real.clone());
        let change = read(&file.real, job.settings.max_file_size).and_then(|bytes| {
            let surroundings = self.landscape.around(&file.real, &job.settings);
            // Whoever names a file wants to hear of its syntax errors, whether or not it holds a candidate.
            let mut settings = Settings::clone(&job.settings);
            if file.reached == Reached::Named {
                settings.engine.prefilter = Prefilter::Off;
            }
            self.process_bytes(bytes, &surroundings, &settings, &mut report)
        });
        match change {
            Ok(None) => {}
            Ok(Some(change)) => {
                report.hunks = self.hunks(&change);
                report.pending = (self.mode == Mode::Write).then_some(change);
            }
            Err(obstacle) => self.give_up(obstacle, file.reached, &mut report),
        }
        report
    }

    /// Judges `bytes` and fills in `report`. Returns the change, if there is one.
    ///
    /// # Errors
    ///
    /// When the bytes are not understood, or must not be.
    pub fn process_bytes(
        &self,
        bytes: Vec<u8>,
        surroundings: &Surroundings,
        settings: &Settings,
        report: &mut FileReport,
    ) -> Result<Option<Change>, Obstacle> {
        let times = self.profile.map(|profile| profile.of_file(&report.real, self.hot_from));
        let examined = examine(
            bytes,
            surroundings,
            settings,
            self.registry,
            Limits { times, since: self.since, path: &report.real },
        )?;
        let Examined { decoded, source, mut outcome, target, target_origin, heat } = examined;
        report.misfit = heat.as_ref().and_then(Heat::misfit);
        report.nature = Some(Nature {
            encoding: decoded.encoding().name(),
            target,
            target_origin,
            dialect: source.dialect(),
        });
        if let Some(skip) = outcome.skipped.take() {
            return Err(skipped(&skip));
        }
        let new = encode(&decoded, &outcome)?;
        let places =
            Places { source: &source, decoded: &decoded, oldest: target.oldest, heat: heat.as_ref() };
        let applied = outcome.fixes.into_iter().map(|fix| places.fix(fix, true));
        let withheld = outcome.withheld.into_iter().map(|fix| places.fix(fix, false));
        report.fixes = applied.chain(withheld).collect();
        report.fixes.sort_by_key(|fix| (fix.place.range, fix.round));
        let suppressed = outcome.suppressed.into_iter();
        report.suppressed = suppressed.map(|fix| places.suppressed(fix)).collect();
        report.declines = outcome.declined.iter().map(|site| places.decline(site)).collect();
        report.put_hot_first();
        report.quarantined = outcome.quarantined.into_iter().map(Into::into).collect();
        let unused = outcome.unused_suppressions.into_iter();
        report.unused_suppressions = unused.map(|suppression| places.suppression(suppression)).collect();
        if !report.quarantined.is_empty() {
            report.alarm = Alarm::Failure;
        }
        let Some(new) = new else { return Ok(None) };
        report.status = Status::Changed;
        Ok(Some(Change { old: decoded.into_bytes(), new }))
    }

    /// Notes in `report` that the file was left alone.
    pub fn give_up(&self, obstacle: Obstacle, reached: Reached, report: &mut FileReport) {
        let matters = reached == Reached::Named || self.strictness == Strictness::AllFiles;
        let (status, problem, is_failure) = match obstacle {
            Obstacle::OffLimits(problem) => (Status::Skipped, problem, false),
            Obstacle::NotUnderstood(problem) => (Status::Skipped, problem, matters),
            Obstacle::Failure(problem) => (Status::Failed, problem, true),
        };
        report.status = status;
        report.reason = Some(problem);
        report.alarm = if is_failure { Alarm::Failure } else { Alarm::Silent };
    }

    /// The diff of `change`, if one is wanted.
    pub fn hunks(&self, change: &Change) -> Vec<u8> {
        self.diff.map_or_else(Vec::new, |paint| diff::hunks(&change.old, &change.new, paint))
    }

    /// Writes the change that waits in `report`, if there is one.
    pub fn write_pending(&self, report: &mut FileReport) {
        let Some(change) = report.pending.take() else { return };
        let Err(error) = write::replace(&report.real, &change.old, &change.new) else { return };
        let problem = Problem { id: error.id(), message: error.to_string() };
        self.give_up(Obstacle::Failure(problem), Reached::Named, report);
        report.hunks.clear();
        for fix in &mut report.fixes {
            fix.applied = false;
        }
    }
}

/// Decodes and judges `bytes`, unless an earlier run did.
///
/// # Errors
///
/// When they are no text in a known encoding, or pyfix has a bug.
pub fn examine(
    bytes: Vec<u8>,
    surroundings: &Surroundings,
    settings: &Settings,
    registry: &Registry,
    limits: Limits<'_>,
) -> Result<Examined, Obstacle> {
    // What a profile or Git says is no part of what is kept.
    let store = surroundings.store().filter(|_| limits.are_none());
    let content = store.map(|_| hash(&bytes));
    let decoded = decode(bytes).map_err(|error| {
        Obstacle::NotUnderstood(Problem { id: decode_id(&error), message: error.to_string() })
    })?;
    let judged = panics::catch(|| {
        let Some(((store, path), content)) = store.zip(content) else {
            return judge(decoded.text(), surroundings, settings, registry, limits);
        };
        let judgement = hash_of_settings(settings);
        if let Some(known) =
            recall(decoded.text(), store, path, (&content, &judgement), surroundings, registry)
        {
            return Ok(known);
        }
        let judged = judge(decoded.text(), surroundings, settings, registry, limits)?;
        let entry = Entry::new(content, judgement, judged.questions.clone(), &judged.kept);
        if let Some(entry) = entry {
            store.remember(path, entry);
        }
        Ok(judged)
    });
    let Judged { kept, source, heat, .. } =
        judged.map_err(|said| bug(&format!("it panicked: {said}"))).flatten()?;
    let (target, target_origin) = match kept.outcome.target {
        Some(target) if target != kept.target => (target, "the syntax of the file".to_owned()),
        _ => (kept.target, kept.target_origin),
    };
    Ok(Examined { decoded, source, outcome: kept.outcome, target, target_origin, heat })
}

/// A text that was judged, in this run or an earlier one.
struct Judged {
    source: Source,
    kept: Kept,
    questions: Questions,
    heat: Option<Heat>,
}

/// What `store` knows of the file at `path`, which holds `text`, if it still holds.
fn recall(
    text: &str,
    store: &Store,
    path: &Path,
    (content, judgement): (&Hash, &Hash),
    surroundings: &Surroundings,
    registry: &Registry,
) -> Option<Judged> {
    let source = |kept: &Kept| Source::new(text.to_owned(), kept.dialect, kept.target);
    let entry = store.recall(path, content, judgement, |entry| {
        entry.kept(text, registry).is_some_and(|kept| {
            surroundings.with_world(&source(&kept), |world| entry.questions.are_answered_alike(world))
        })
    })?;
    let kept = entry.kept(text, registry)?;
    Some(Judged { source: source(&kept), kept, questions: entry.questions, heat: None })
}

fn judge(
    text: &str,
    surroundings: &Surroundings,
    settings: &Settings,
    registry: &Registry,
    limits: Limits<'_>,
) -> Result<Judged, Obstacle> {
    // What is not looked into may be in any dialect; to tell could take a parse.
    let looked_into = is_looked_into(text, registry, &settings.engine);
    let dialect = if looked_into { surroundings.dialect_of(text) } else { surroundings.stated_dialect() };
    let (target, target_origin) = surroundings.target_of(text);
    let source = Source::new(text.to_owned(), dialect, target);
    let heat = limits.times.map(|times| Heat::of(&source, times));
    let touched = limits.since.filter(|_| looked_into).map(|since| since.focus(limits.path, &source));
    let touched = touched.transpose()?;
    let focus = heat.as_ref().and_then(Heat::focus).into_iter().chain(touched).collect();
    let config = Config { focus, ..settings.engine.clone() };
    let (outcome, questions) = surroundings.with_world(&source, |world| {
        let recorder = Recorder::new(world).with_types(settings.types == TypeInference::On);
        (fix_source(&source, registry, &config, &recorder), recorder.questions())
    });
    Ok(Judged { source, kept: Kept { dialect, target, target_origin, outcome }, questions, heat })
}

/// The content of the file at `path`.
///
/// # Errors
///
/// When it cannot be read, or is larger than `limit` bytes.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>, Obstacle> {
    let failed = |error: io::Error| {
        Obstacle::Failure(Problem { id: "unreadable", message: format!("cannot be read: {error}") })
    };
    let mut file = File::open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    if size > limit {
        return Err(too_large(size, limit));
    }
    let mut bytes = Vec::with_capacity(size as usize);
    file.read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// The obstacle of a text of `size` bytes where `limit` are allowed.
pub fn too_large(size: u64, limit: u64) -> Obstacle {
    let message = format!(
        "has {size} bytes, more than the limit of {limit}; raise `max-file-size` or --max-file-size to include it"
    );
    Obstacle::NotUnderstood(Problem { id: "too-large", message })
}

fn skipped(skip: &Skip) -> Obstacle {
    let problem = Problem { id: skip.id(), message: skip.to_string() };
    match skip {
        Skip::Generated | Skip::FileIgnored => Obstacle::OffLimits(problem),
        Skip::SyntaxError { .. }
        | Skip::TooDeep { .. }
        | Skip::LoneCarriageReturn { .. }
        | Skip::RespelledName { .. }
        | Skip::TooCostly { .. }
        | Skip::ParserFailed => Obstacle::NotUnderstood(problem),
    }
}

/// The new bytes, if the outcome changes anything.
fn encode(decoded: &Decoded, outcome: &Outcome) -> Result<Option<Vec<u8>>, Obstacle> {
    let Some(text) = &outcome.text else { return Ok(None) };
    let edits: Vec<_> = outcome.edits.iter().map(|edit| (edit.range, edit.replacement.clone())).collect();
    let new = decoded.encode_edited(&edits).map_err(|error| {
        Obstacle::NotUnderstood(Problem { id: "unencodable", message: error.to_string() })
    })?;
    // Two accounts of the same change: what is written must be what was verified.
    match decode(new.clone()) {
        Ok(again) if again.text() == text => Ok(Some(new)),
        _ => Err(bug("its edits do not give the text that it verified")),
    }
}

fn bug(what: &str) -> Obstacle {
    let message = format!("a bug in pyfix ({what}); please report it with this file, which was left alone");
    Obstacle::Failure(Problem { id: "internal-error", message })
}

/// A stable name for machines.
const fn decode_id(error: &DecodeError) -> &'static str {
    match error {
        DecodeError::UnknownEncoding(_) => "unknown-encoding",
        DecodeError::Undecodable { .. } => "undecodable",
        DecodeError::BomCookieConflict(_) => "bom-cookie-conflict",
        DecodeError::Binary { .. } => "binary",
        DecodeError::TooLarge => "too-large",
    }
}
