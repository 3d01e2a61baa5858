//! A run over repositories: several at once, told of in the order in which they are named.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Sender};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use rayon::ThreadPoolBuilder;

use super::html::write_page;
use super::journal::{Beginning, Journal, write_whole_with};
use super::message::counted;
use super::migrate::{Office, migrate};
use super::plan::{self, Assignment};
use super::progress::Progress;
use super::record::{RepositoryRecord, Shelf, Status};
use super::report::{Found, Totals, write_json};
use super::tree::Signature;
use super::verify;
use crate::cli::git::{require_git, user_configuration};
use crate::cli::{BatchOptions, DocumentFormat, ExitStatus, STACK_SIZE, Terminal, catch_panic};
use crate::engine::Registry;

/// Does what `options` say with the transforms of `registry`.
///
/// # Errors
///
/// When nothing can be begun: the plan means nothing, the work directory cannot be used, there is no Git.
pub fn run(options: &BatchOptions, registry: &Registry, terminal: &mut Terminal) -> Result<ExitStatus> {
    require_git()?;
    let assignments = plan::read(options, registry)?;
    let work_dir = prepare(&options.work_dir)?;
    let journal = open_journal(options, &assignments, &work_dir)?;
    stop_commands_with_us()?;
    let office = Office { registry, options, work_dir: &work_dir, journal: &journal };
    let has_failed = work(&office, &assignments, terminal)?;
    let (report, totals) = write_reports(&office, &assignments)?;
    terminal.say(&sum(&totals));
    match options.format {
        DocumentFormat::Json => {
            std::io::copy(&mut fs::File::open(&report)?, &mut terminal.out())?;
        }
        DocumentFormat::Text => terminal.say(&format!("report: {}", report.with_extension("html").display())),
    }
    terminal.flush()?;
    Ok(if has_failed { ExitStatus::Failure } else { ExitStatus::Success })
}

/// All repositories in one line.
fn sum(totals: &Totals) -> String {
    let repositories = totals.migrated + totals.unchanged + totals.failed;
    let failed = if totals.failed > 0 { format!(", {} failed", totals.failed) } else { String::new() };
    format!(
        "{}: {} migrated, {} with nothing to change{failed}; {} kept, {} dropped",
        counted(repositories, "repository", "repositories"),
        totals.migrated,
        totals.unchanged,
        counted(totals.fixes, "fix", "fixes"),
        totals.dropped
    )
}

/// Writes the report as a document and as a page, and gives the path of the document and what it adds up.
fn write_reports(office: &Office<'_>, assignments: &[Assignment]) -> Result<(PathBuf, Totals)> {
    let findings = |take: &mut dyn FnMut(Found) -> Result<()>| {
        for assignment in assignments {
            let shelf = Shelf::new(office.work_dir, &assignment.name);
            if let Some(record) = shelf.record()? {
                take(Found { record, steps: shelf.steps()? })?;
            }
        }
        Ok(())
    };
    let began = office.journal.signature().seconds;
    let totals = Totals::of(&findings, office.registry)?;
    let path = office.work_dir.join("report.json");
    write_whole_with(&path, &|out| write_json(&findings, &totals, began, out))?;
    write_whole_with(&path.with_extension("html"), &|out| write_page(&findings, &totals, began, out))?;
    Ok((path, totals))
}

/// Makes the work directory, which Git is to ignore wherever it lies.
fn prepare(directory: &Path) -> Result<PathBuf> {
    let failed = || format!("{} cannot be used as work directory", directory.display());
    fs::create_dir_all(directory).with_context(failed)?;
    let ignore = directory.join(".gitignore");
    if !ignore.exists() {
        fs::write(&ignore, "*\n").with_context(failed)?;
    }
    fs::canonicalize(directory).with_context(failed)
}

fn open_journal(options: &BatchOptions, assignments: &[Assignment], work_dir: &Path) -> Result<Journal> {
    let version = env!("CARGO_PKG_VERSION");
    let asked = fingerprint(options, assignments);
    if options.resume {
        return Journal::resume(work_dir, version, &asked);
    }
    let signature = signature()?;
    Journal::begin(work_dir, Beginning { version: version.to_owned(), asked, signature })
}

/// Stands for everything that the result depends on, however paths are spelled.
fn fingerprint(options: &BatchOptions, assignments: &[Assignment]) -> String {
    let absolute = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
    let patches = options.format_patch.as_ref().map(absolute);
    let located: Vec<Assignment> = assignments.iter().cloned().map(Assignment::located).collect();
    let mut hasher = DefaultHasher::new();
    format!("{located:?} {} {patches:?}", options.in_place).hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Who commits, and when: the same for all commits of a run, so that they do not depend on how long it takes.
fn signature() -> Result<Signature> {
    let seconds = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => match text.parse() {
            Ok(seconds) => seconds,
            Err(_) => bail!("SOURCE_DATE_EPOCH is `{text}`, which is no number of seconds"),
        },
        Err(_) => SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs()),
    };
    let (name, email) = (user_configuration("user.name"), user_configuration("user.email"));
    Ok(Signature {
        name: name.unwrap_or_else(|| "pyfix".to_owned()),
        email: email.unwrap_or_else(|| "pyfix@localhost".to_owned()),
        seconds,
    })
}

/// Commands have groups of processes of their own, which a person who stops pyfix does not reach.
fn stop_commands_with_us() -> Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let mut signals =
        signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGTERM]).context("signals cannot be caught")?;
    std::thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            verify::kill_all();
            let _ = signal_hook::low_level::emulate_default_handler(signal);
        }
    });
    Ok(())
}

/// What a thread that works on a repository tells.
enum News {
    /// What it is at.
    At(usize, String),
    /// It is done with it.
    Done(usize, Box<Result<RepositoryRecord>>),
}

/// Works on all repositories. Returns whether one of them failed.
fn work(office: &Office<'_>, assignments: &[Assignment], terminal: &mut Terminal) -> Result<bool> {
    let next = AtomicUsize::new(0);
    let is_stopped = AtomicBool::new(false);
    let (sender, receiver) = mpsc::channel();
    let mut has_failed = false;
    let mut failure = None;
    let mut progress = Progress::new(assignments.len(), terminal.is_watched());
    std::thread::scope(|scope| {
        for _ in 0..office.options.jobs.min(assignments.len()) {
            let sender = sender.clone();
            let (next, is_stopped) = (&next, &is_stopped);
            scope.spawn(move || work_off(office, assignments, next, is_stopped, &sender));
        }
        drop(sender);
        let mut early = BTreeMap::new();
        let mut expected = 0;
        while let Ok(news) = receiver.recv() {
            let (index, record) = match news {
                News::Done(index, record) => (index, *record),
                News::At(index, what) => {
                    let name = assignments.get(index).map_or("", |assignment| assignment.name.as_str());
                    progress.at(index, name, &what);
                    continue;
                }
            };
            progress.done(index);
            match record {
                Ok(record) => {
                    early.insert(index, Line::of(&record));
                }
                Err(error) => {
                    is_stopped.store(true, Ordering::Relaxed);
                    failure = failure.take().or(Some(error));
                }
            }
            while let Some(line) = early.remove(&expected) {
                expected += 1;
                has_failed |= line.is_failure;
                progress.suspend(|| {
                    if line.is_failure { terminal.error(&line.text) } else { terminal.say(&line.text) }
                });
            }
        }
    });
    progress.finish();
    match failure {
        Some(error) => Err(error),
        None => Ok(has_failed),
    }
}

fn work_off(
    office: &Office<'_>,
    assignments: &[Assignment],
    next: &AtomicUsize,
    is_stopped: &AtomicBool,
    sender: &Sender<News>,
) {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = processors.div_ceil(office.options.jobs).max(1);
    let pool = match ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK_SIZE).build() {
        Ok(pool) => pool,
        Err(error) => {
            let failure = Err(error).context("no threads could be started");
            let _ = sender.send(News::Done(usize::MAX, Box::new(failure)));
            return;
        }
    };
    while !is_stopped.load(Ordering::Relaxed) {
        let index = next.fetch_add(1, Ordering::Relaxed);
        let Some(assignment) = assignments.get(index) else { return };
        let notice = |at: &str| {
            let _ = sender.send(News::At(index, at.to_owned()));
        };
        let result = if office.journal.is_finished(&assignment.name) {
            finished(office, assignment)
        } else {
            catch_panic(|| migrate(office, assignment, &pool, &notice)).unwrap_or_else(|said| {
                bail!("{}: a bug in pyfix (it panicked: {said}); please report it", assignment.name)
            })
        };
        if sender.send(News::Done(index, Box::new(result))).is_err() {
            return;
        }
    }
}

/// The record of a repository that an earlier run was done with.
fn finished(office: &Office<'_>, assignment: &Assignment) -> Result<RepositoryRecord> {
    let record = Shelf::new(office.work_dir, &assignment.name).record()?;
    record.with_context(|| format!("{}: the record of an earlier run is gone; begin anew", assignment.name))
}

/// What is said of a repository.
struct Line {
    text: String,
    is_failure: bool,
}

impl Line {
    fn of(record: &RepositoryRecord) -> Self {
        let name = &record.name;
        let text = match (record.status, &record.branch) {
            (Status::Failed, _) => format!("{name}: {}", record.error.as_deref().unwrap_or("failed")),
            (Status::Migrated, Some(branch)) => format!(
                "{name}: {} in {} on branch {branch}{}",
                counted(record.fixes, "fix", "fixes"),
                counted(record.commits, "commit", "commits"),
                dropped(record)
            ),
            _ => format!("{name}: nothing to change{}", dropped(record)),
        };
        Self { text, is_failure: record.status == Status::Failed }
    }
}

fn dropped(record: &RepositoryRecord) -> String {
    match record.dropped {
        0 => String::new(),
        count => format!("; {} dropped", counted(count, "fix", "fixes")),
    }
}
