//! One run over files: walks, hands the files to threads, and passes on what they report, in order.

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use rayon::iter::{IntoParallelRefMutIterator, ParallelIterator};
use rayon::{ThreadPool, ThreadPoolBuilder};

use super::ExitStatus;
use super::args::{Caching, Input, Mode, Options, OutputFormat};
use super::base::Base;
use super::cache::{Cache, DIRECTORY_VARIABLE};
use super::in_order::{Event, Flow, STACK_SIZE, in_order};
use super::names::shown;
use super::output::{Names, Output};
use super::process::{Pipeline, too_large};
use super::profile::Profile;
use super::progress::Progress;
use super::report::{Alarm, FileReport, Status};
use super::settings::{Settings, SettingsFinder};
use super::summary::Summary;
use super::surroundings::Landscape;
use super::survey::Survey;
use super::terminal::Terminal;
use super::touched::Since;
use super::walk::{InputError, Reached, current_directory};
use super::write::clear_away;
use crate::engine::{Prefilter, Registry};

/// Does what `options` say with the transforms of `registry`.
///
/// # Errors
///
/// When the configuration that the command line names is wrong, or standard output fails.
pub fn run(options: &Options, registry: &Registry, terminal: &mut Terminal) -> Result<ExitStatus> {
    let landscape = Landscape::with_cache(match options.caching {
        Caching::On => Cache::of_user(),
        Caching::Off => Cache::off(),
    });
    let profile = options.profile.as_deref().map(Profile::read).transpose()?;
    let hot_from = profile.as_ref().zip(options.hot).map(|(profile, percent)| profile.hot_from(percent));
    let since = options.diff_base.clone().map(Since::new);
    let pipeline = Pipeline {
        profile: profile.as_ref(),
        hot_from,
        since: since.as_ref(),
        registry,
        landscape: &landscape,
        mode: options.mode,
        strictness: options.strictness,
        diff: (options.format == Some(OutputFormat::Diff)).then(|| terminal.paint()),
    };
    let mut finder = SettingsFinder::new(&options.judgement, registry)?;
    let pool = ThreadPoolBuilder::new()
        .num_threads(options.jobs.map_or(0, std::num::NonZeroUsize::get))
        .stack_size(STACK_SIZE)
        .build()
        .context("no threads could be started")?;
    match &options.input {
        Input::Stdin(name) => run_stdin(name, options, &pipeline, &mut finder, &pool, terminal),
        Input::Paths(paths) => run_paths(paths, options, &pipeline, &mut finder, &pool, terminal),
    }
}

fn run_paths(
    paths: &[PathBuf],
    options: &Options,
    pipeline: &Pipeline<'_>,
    finder: &mut SettingsFinder<'_>,
    pool: &ThreadPool,
    terminal: &mut Terminal,
) -> Result<ExitStatus> {
    let Survey { jobs, excluded, errors, roots } = Survey::of(paths, finder, pool.current_num_threads());
    let mut tally = Tally { errors, ..Tally::default() };
    tally.summary.excluded = excluded;
    for error in &tally.errors {
        terminal.error(&format!("{}: {}", shown(&error.path), error.message));
    }
    warn_of_configuration(finder, terminal);
    tally.summary.errors = tally.errors.len();

    if let (Some(since), Some(first)) = (pipeline.since, jobs.first()) {
        // A revision that means nothing would mean nothing for each file.
        since
            .check(&first.file.real)
            .map_err(|problem| anyhow!("{}: {problem}", shown(&first.file.shown)))?;
    }
    let names = Names::new(current_directory(), &roots);
    let mut output = Output::new(options.format, options.mode, options.detail, terminal.paint(), names);
    if let Some(profile) = pipeline.profile
        && !jobs.iter().any(|job| profile.knows(&job.file.real))
    {
        terminal.warning(&profile.elsewhere());
    }
    let mut progress = Progress::new(jobs.len(), terminal.is_watched());
    let mut waiting = Vec::new();
    let mut failure = None;
    let collect = |event| {
        let Event::Done(report) = event else {
            progress.show();
            return Flow::Continue;
        };
        let printed = match options.mode {
            Mode::Write => {
                waiting.push(*report);
                Ok(())
            }
            // Taking the bar away and back for every file would make it flicker.
            Mode::Preview | Mode::Check if report.is_silent() => {
                tally.pass_on(*report, &mut output, terminal)
            }
            Mode::Preview | Mode::Check => progress.suspend(|| tally.pass_on(*report, &mut output, terminal)),
        };
        progress.advance();
        // Nobody reads the output any more.
        printed.map_or_else(
            |error| {
                failure = Some(error);
                Flow::Stop
            },
            |()| Flow::Continue,
        )
    };
    in_order(pool, &jobs, |job| pipeline.process_file(job), collect);
    progress.finish();
    if options.mode == Mode::Write {
        let directories: BTreeSet<&Path> = jobs.iter().filter_map(|job| job.file.real.parent()).collect();
        directories.into_iter().for_each(clear_away);
    }
    // A file is judged by what stands in the others: none is written before all were judged, so that the
    // result does not depend on the order, and is what a preview shows.
    pool.install(|| waiting.par_iter_mut().for_each(|report| pipeline.write_pending(report)));
    for report in waiting {
        tally.pass_on(report, &mut output, terminal)?;
    }
    if let Some(failure) = failure {
        return Err(failure.into());
    }
    let apply_in = output.finish(&tally.errors, &tally.summary, pipeline.registry, terminal.out())?;
    terminal.flush()?;
    if jobs.is_empty() && tally.errors.is_empty() {
        terminal.warning("no Python files found under these paths");
    }
    for warning in pipeline.landscape.warnings() {
        terminal.warning(&warning);
    }
    if let Err(error) = pipeline.landscape.save() {
        terminal.warning(&format!(
            "what was found out cannot be kept for the next run: {error}; set {DIRECTORY_VARIABLE} to a directory that \
             can be written to, or use --no-cache"
        ));
    }
    // After errors alone, a line of zeros would only blur them.
    if !jobs.is_empty() || tally.errors.is_empty() {
        for line in tally.summary.render(options.mode, options.detail) {
            terminal.say(&line);
        }
    }
    if let Some(directory) = apply_in {
        terminal.say(&format!("the diff is for `git -C {} apply`", shell_quoted(&directory)));
    }
    Ok(tally.status(options.mode))
}

fn run_stdin(
    name: &Path,
    options: &Options,
    pipeline: &Pipeline<'_>,
    finder: &mut SettingsFinder<'_>,
    pool: &ThreadPool,
    terminal: &mut Terminal,
) -> Result<ExitStatus> {
    let settings = finder.settings_in(&directory_of(name))?;
    warn_of_configuration(finder, terminal);
    let mut bytes = Vec::new();
    io::stdin()
        .take(settings.max_file_size.saturating_add(1))
        .read_to_end(&mut bytes)
        .context("standard input cannot be read")?;
    let original = bytes.clone();
    let mut report = FileReport::new(name.to_owned(), current_directory().join(name));
    let size = bytes.len() as u64;
    // A thread of the pool has the stack that deep nesting needs.
    let change = pool.install(|| {
        if size > settings.max_file_size {
            return Err(too_large(size, settings.max_file_size));
        }
        let surroundings = pipeline.landscape.around_stdin(&report.real, &settings);
        // Whoever hands in a text wants to hear of its syntax errors, whether or not it holds a candidate.
        let mut settings = Settings::clone(&settings);
        settings.engine.prefilter = Prefilter::Off;
        pipeline.process_bytes(bytes, &surroundings, &settings, &mut report)
    });
    let mut new = None;
    match change {
        Ok(Some(change)) => {
            report.hunks = pipeline.hunks(&change);
            new = Some(change.new);
        }
        Ok(None) => {}
        Err(obstacle) => pipeline.give_up(obstacle, Reached::Named, &mut report),
    }
    let mut tally = Tally::default();
    tally.add(&report);
    tell(&report, terminal);
    let names = Names::Settled(Base::new(current_directory()));
    let mut output = Output::new(options.format, options.mode, options.detail, terminal.paint(), names);
    if options.mode == Mode::Write {
        terminal.out().write_all(&new.unwrap_or(original))?;
    }
    output.add(report, terminal.out())?;
    output.finish(&tally.errors, &tally.summary, pipeline.registry, terminal.out())?;
    terminal.flush()?;
    for line in tally.summary.render(options.mode, options.detail) {
        terminal.say(&line);
    }
    Ok(tally.status(options.mode))
}

fn warn_of_configuration(finder: &SettingsFinder<'_>, terminal: &mut Terminal) {
    for warning in finder.warnings() {
        let (path, line) = (shown(&warning.path), warning.line);
        terminal.warning(&format!("{path}: line {line}: {}", warning.message));
    }
}

/// Where the configuration for standard input is looked for.
fn directory_of(name: &Path) -> PathBuf {
    let parent = current_directory().join(name).parent().map(Path::to_owned).unwrap_or_default();
    std::fs::canonicalize(parent).unwrap_or_else(|_| current_directory())
}

/// Everything that is added up over a run.
#[derive(Default)]
struct Tally {
    summary: Summary,
    errors: Vec<InputError>,
    has_failed: bool,
}

impl Tally {
    /// Counts `report`, tells of what is wrong, and hands it to `output`.
    fn pass_on(
        &mut self,
        report: FileReport,
        output: &mut Output,
        terminal: &mut Terminal,
    ) -> io::Result<()> {
        self.add(&report);
        tell(&report, terminal);
        output.add(report, terminal.out())
    }

    fn add(&mut self, report: &FileReport) {
        self.summary.add(report);
        self.has_failed |= report.alarm == Alarm::Failure;
    }

    fn status(&self, mode: Mode) -> ExitStatus {
        if self.has_failed || !self.errors.is_empty() {
            return ExitStatus::Failure;
        }
        if mode == Mode::Check && self.summary.changed > 0 {
            return ExitStatus::WouldChange;
        }
        ExitStatus::Success
    }
}

/// Tells of everything in `report` that somebody has to look at.
fn tell(report: &FileReport, terminal: &mut Terminal) {
    let path = shown(&report.path);
    if let Some(problem) = report.reason.as_ref().filter(|_| report.alarm == Alarm::Failure) {
        let skipped = if report.status == Status::Skipped { "skipped: " } else { "" };
        terminal.error(&format!("{path}: {skipped}{}", problem.message));
    }
    for quarantined in &report.quarantined {
        let (id, failure) = (&quarantined.id, &quarantined.failure);
        terminal.error(&format!(
            "{path}: a bug in pyfix: {id} was switched off for this file ({failure}); please report it"
        ));
    }
    if let Some(misfit) = &report.misfit {
        terminal.warning(&format!("{path}: {misfit}"));
    }
    for unused in &report.unused_suppressions {
        terminal.warning(&format!("{path}:{}: {}", unused.place.line, unused.message));
    }
}

/// `path` as a word of a POSIX shell.
fn shell_quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@%".contains(c);
    if text.chars().all(is_plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}
