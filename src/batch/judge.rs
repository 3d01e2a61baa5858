//! What one transform makes of the files of a tree.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::ThreadPool;
use serde::{Deserialize, Serialize};

use super::tree::Tree;
use crate::cli::{
    DeclineRecord, Event, FileJob, FileReport, FixRecord, Flow, Landscape, Mode, Pipeline, Settings, Since,
    Status, Strictness, in_order,
};
use crate::engine::{Permitted, Registry};
use crate::text::Dialect;

/// How many candidates are named for each reason why they were left alone.
const EXAMPLES: usize = 5;

/// A file that a transform changes.
#[derive(Debug)]
pub struct FileChange {
    /// Its name in the tree.
    pub name: PathBuf,
    /// Its bytes.
    pub old: Vec<u8>,
    /// What they become.
    pub new: Vec<u8>,
    /// The fixes that do it, in the order of the text.
    pub fixes: Vec<FixRecord>,
    /// The language that it is written in.
    pub dialect: Dialect,
    job: FileJob,
}

/// What a transform makes of a tree.
#[derive(Debug, Default)]
pub struct Judged {
    /// The files that it changes, sorted.
    pub changes: Vec<FileChange>,
    /// What else is to be told of it.
    pub account: Account,
}

/// What became of the candidates of a transform that it did not change, and of files that could not be judged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Candidates that were left alone, by the id of the reason.
    pub declined: BTreeMap<String, Declined>,
    /// Fixes that rest on an assumption and were not asked for.
    pub withheld: usize,
    /// Fixes that comments ask not to make.
    pub suppressed: usize,
    /// Files in which the transform is switched off, or that could not be read or written, with the reason: bugs of
    /// pyfix, or troubles of the system.
    pub failed: BTreeMap<String, String>,
    /// Files that pyfix does not understand or must not touch, by the id of the reason.
    pub skipped: BTreeMap<String, usize>,
}

/// Candidates that were left alone for one reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declined {
    /// How many.
    pub count: usize,
    /// The reason as a clause, about the first of them.
    pub sentence: String,
    /// What a person could do; empty when nothing would help.
    pub advice: String,
    /// Where the first of them are, such as `a.py:12`.
    pub places: Vec<String>,
}

/// Judges the files of one tree.
pub struct Judge<'a> {
    /// The transforms.
    pub registry: &'a Registry,
    /// The threads.
    pub pool: &'a ThreadPool,
    /// The files.
    pub jobs: &'a [FileJob],
    /// What lies around them; the tree must stand as it was when this was made.
    pub landscape: Landscape,
    /// The revision since which a function must have been touched.
    pub since: Option<&'a Since>,
}

impl Judge<'_> {
    /// What `transform` makes of those of the files that `wanted` names.
    pub fn judge(&self, transform: &str, tree: &Tree, wanted: impl Fn(&Path) -> bool) -> Judged {
        let mut narrowed = Narrowed { transform, registry: self.registry, known: HashMap::new() };
        let mut names = Vec::new();
        let mut jobs = Vec::new();
        for job in self.jobs {
            let Some(name) = tree.tracked_name(&job.file.real).filter(|name| wanted(name)) else { continue };
            names.push(name);
            jobs.push(FileJob { file: job.file.clone(), settings: narrowed.settings(&job.settings) });
        }
        let mut judged = Judged::default();
        let pipeline = self.pipeline();
        let mut index = 0;
        in_order(
            self.pool,
            &jobs,
            |job| pipeline.process_file(job),
            |event| {
                if let Event::Done(report) = event
                    && let (Some(job), Some(name)) = (jobs.get(index), names.get(index))
                {
                    judged.enter(*report, job, name);
                    index += 1;
                }
                Flow::Continue
            },
        );
        judged
    }

    /// The bytes that the file of `change` gets when only those of its fixes are made that `kept` says, and which of
    /// them were made: one that builds upon another is gone with it. The file must stand as it was.
    pub fn with_some(&self, change: &FileChange, kept: &[bool]) -> (Option<Vec<u8>>, Vec<bool>) {
        let sites = change.fixes.iter().zip(kept).filter(|(_, kept)| **kept);
        let permitted = Permitted::only(sites.map(|(fix, _)| (fix.id, fix.site)));
        let mut settings = Settings::clone(&change.job.settings);
        settings.engine.permitted = Some(permitted);
        let job = FileJob { file: change.job.file.clone(), settings: Arc::new(settings) };
        let report = self.pool.install(|| self.pipeline().process_file(&job));
        let is_made = |fix: &FixRecord| {
            report.fixes.iter().any(|made| made.applied && (made.id, made.site) == (fix.id, fix.site))
        };
        let made = change.fixes.iter().map(is_made).collect();
        (report.pending.map(|change| change.new), made)
    }

    fn pipeline(&self) -> Pipeline<'_> {
        Pipeline {
            registry: self.registry,
            mode: Mode::Write,
            strictness: Strictness::NamedFiles,
            diff: None,
            landscape: &self.landscape,
            profile: None,
            hot_from: None,
            since: self.since,
        }
    }
}

/// Settings with which only one transform runs. It is not named, but all others are ignored: what is named is taken
/// to be wanted whatever it gains.
struct Narrowed<'a> {
    transform: &'a str,
    registry: &'a Registry,
    known: HashMap<*const Settings, Arc<Settings>>,
}

impl Narrowed<'_> {
    fn settings(&mut self, settings: &Arc<Settings>) -> Arc<Settings> {
        let narrowed = self.known.entry(Arc::as_ptr(settings)).or_insert_with(|| {
            let mut settings = Settings::clone(settings);
            let others = self.registry.transforms().map(|transform| transform.meta().id);
            let others = others.filter(|id| *id != self.transform).map(str::to_owned);
            settings.engine.selection.ignored.extend(others);
            Arc::new(settings)
        });
        Arc::clone(narrowed)
    }
}

impl Judged {
    fn enter(&mut self, report: FileReport, job: &FileJob, name: &Path) {
        let shown = name.display().to_string();
        match (report.status, &report.reason) {
            (Status::Failed, reason) => {
                let message = reason.as_ref().map_or("failed", |problem| problem.message.as_str());
                self.account.failed.insert(shown.clone(), message.to_owned());
            }
            (Status::Skipped, Some(problem)) => {
                *self.account.skipped.entry(problem.id.to_owned()).or_default() += 1;
            }
            _ => {}
        }
        for quarantined in &report.quarantined {
            let message = format!("{} was switched off ({})", quarantined.id, quarantined.failure);
            self.account.failed.insert(shown.clone(), message);
        }
        self.account.withheld += report.withheld().count();
        self.account.suppressed += report.suppressed.len();
        report.declines.iter().for_each(|decline| self.account.enter(decline, &shown));
        if let Some(change) = report.pending {
            self.changes.push(FileChange {
                name: name.to_owned(),
                old: change.old,
                new: change.new,
                fixes: report.fixes.into_iter().filter(|fix| fix.applied).collect(),
                dialect: report.nature.map_or(Dialect::Python3, |nature| nature.dialect),
                job: job.clone(),
            });
        }
    }

    /// Whether there is anything that a report has to tell.
    pub fn is_silent(&self) -> bool {
        self.changes.is_empty() && self.account == Account::default()
    }

    /// Leaves the files `names` as they are, for the reason `message`.
    pub fn leave_alone(&mut self, names: &BTreeSet<PathBuf>, message: &str) {
        self.changes.retain(|change| !names.contains(&change.name));
        for name in names {
            self.account.failed.insert(name.display().to_string(), message.to_owned());
        }
    }
}

impl Account {
    fn enter(&mut self, decline: &DeclineRecord, name: &str) {
        let declined = self.declined.entry(decline.reason.id().to_owned()).or_default();
        declined.count += 1;
        if declined.places.is_empty() {
            declined.sentence.clone_from(&decline.sentence);
            decline.advice.clone_into(&mut declined.advice);
        }
        if declined.places.len() < EXAMPLES {
            declined.places.push(format!("{name}:{}", decline.place.line));
        }
    }
}
