//! The migration of one repository: transform by transform, each verified and committed.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use rayon::ThreadPool;

use super::bisect::{Answer, Isolation, Item, Kept, Repetition, isolate};
use super::journal::{Journal, Past, Step, write_whole};
use super::judge::{Judge, Judged};
use super::message::commit_message;
use super::plan::{Assignment, Place};
use super::python2;
use super::record::{
    Baseline, DropReason, DroppedFix, FileDiff, FixLine, RepositoryRecord, Shelf, Status, StepRecord,
    read_json,
};
use super::repository::{self, Repository};
use super::tree::{Tree, Variant};
use super::variants::Variants;
use super::verify::{Ending, Failure, Run};
use crate::cli::{BatchOptions, FileJob, Landscape, Paint, SettingsFinder, Since, Survey, hunks};
use crate::engine::{Meta, Registry, Transform};

/// What transforms wrote is looked at again, so often at most.
const MAX_PASSES: usize = 3;

/// The numbers of the steps of a pass.
const STEPS_OF_A_PASS: usize = 1000;

/// So much of what the verify command printed is kept with a dropped fix, in bytes.
const KEPT_FAILURE: usize = 8 << 10;

/// What all migrations of a run share.
pub struct Office<'a> {
    /// The transforms.
    pub registry: &'a Registry,
    /// What the user asked for.
    pub options: &'a BatchOptions,
    /// Where everything is kept; absolute.
    pub work_dir: &'a Path,
    /// What was done.
    pub journal: &'a Journal,
}

impl Office<'_> {
    /// Where the patches of `assignment` go, if they are wanted.
    fn patches_of(&self, assignment: &Assignment) -> Option<PathBuf> {
        Some(self.options.format_patch.as_ref()?.join(&assignment.name))
    }
}

/// Whether the directory at `path` holds anything.
fn is_filled(path: &Path) -> bool {
    fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_some())
}

/// Migrates the repository of `assignment`, and tells `notice` what it is at.
///
/// # Errors
///
/// When the result cannot be written down. What goes wrong with the repository is part of the record.
pub fn migrate(
    office: &Office<'_>,
    assignment: &Assignment,
    pool: &ThreadPool,
    notice: &dyn Fn(&str),
) -> Result<RepositoryRecord> {
    let shelf = Shelf::new(office.work_dir, &assignment.name);
    let mut record = blank_record(assignment);
    let result = Migration::open(office, assignment, pool, notice, &shelf).and_then(|mut migration| {
        let result = migration.run();
        migration.fill(&mut record);
        result?;
        migration.deliver(&mut record)
    });
    if let Err(error) = result {
        // What was committed so far is kept for a run that goes on.
        let _ = Tree::existing(shelf.directory()).remove_files();
        record.status = Status::Failed;
        if record.branch.is_none() {
            // Nothing of it came to the user.
            (record.fixes, record.commits) = (0, 0);
        }
        record.error = Some(format!("{error:#}"));
    }
    shelf.put_record(&record)?;
    // What failed is tried again by a run that is resumed.
    if record.status != Status::Failed {
        office.journal.enter(&Step::Finished { repository: assignment.name.clone() })?;
    }
    Ok(record)
}

fn blank_record(assignment: &Assignment) -> RepositoryRecord {
    RepositoryRecord {
        name: assignment.name.clone(),
        place: match &assignment.place {
            Place::Directory(path) => path.display().to_string(),
            Place::Address(url) => url.clone(),
        },
        status: Status::Unchanged,
        error: None,
        base: None,
        base_branch: None,
        branch: None,
        tip: None,
        verify: assignment.verification.as_ref().map(|verification| verification.command.clone()),
        baseline: None,
        verify_runs: 0,
        files: 0,
        fixes: 0,
        dropped: 0,
        declined: 0,
        commits: 0,
        notes: Vec::new(),
    }
}

struct Migration<'a> {
    office: &'a Office<'a>,
    assignment: &'a Assignment,
    pool: &'a ThreadPool,
    notice: &'a dyn Fn(&str),
    shelf: &'a Shelf,
    repository: Repository,
    tree: Tree,
    past: Past,
    base: String,
    base_branch: Option<String>,
    /// The run of the verify command before any change.
    baseline: Option<Run>,
    /// How often the verify command was run.
    runs: usize,
    /// What earlier passes over the files did.
    done: Done,
    files: usize,
    notes: Vec<String>,
}

/// What earlier steps did.
#[derive(Debug, Default)]
struct Done {
    /// The files that were changed, by the pass.
    changed: BTreeMap<usize, HashSet<PathBuf>>,
    /// The files in which fixes of a transform were dropped: they are not offered again.
    dropped: HashSet<(String, PathBuf)>,
    fixes: usize,
    drops: usize,
    declined: BTreeMap<String, usize>,
    commits: usize,
}

impl<'a> Migration<'a> {
    /// Looks at the repository and refuses what cannot be migrated.
    fn open(
        office: &'a Office<'a>,
        assignment: &'a Assignment,
        pool: &'a ThreadPool,
        notice: &'a dyn Fn(&str),
        shelf: &'a Shelf,
    ) -> Result<Self> {
        notice("opening");
        let path = match &assignment.place {
            Place::Directory(path) => path.clone(),
            Place::Address(url) => {
                let copy = shelf.path("clone.git");
                repository::clone(url, &copy)?;
                copy
            }
        };
        let repository = Repository::open(&path)?;
        let past = office.journal.take_past(&assignment.name);
        let mut tree = Tree::create(shelf.directory(), &repository)?;
        let (base, base_branch) = if let Some(opened) = past.opened.clone() {
            opened
        } else {
            let head = repository.head()?;
            Repository::refuse_changes(&tree.changes_in(&repository, &head.commit)?)?;
            if repository.branch(&assignment.branch)?.is_some() {
                bail!(
                    "has a branch `{}` already; delete it or name another with --branch",
                    assignment.branch
                );
            }
            if let Some(other) = repository.branch_in_the_way(&assignment.branch)? {
                bail!(
                    "has a branch `{other}`, beside which Git can have none called `{}`; name another with --branch",
                    assignment.branch
                );
            }
            if office.options.in_place && repository.checkout().is_none() {
                bail!("is a bare repository, in which --in-place has no files to write; leave it out");
            }
            if let Some(patches) = office.patches_of(assignment).filter(|patches| is_filled(patches)) {
                bail!(
                    "{} has files already, among which new patches would get lost; remove it or name another with \
                     --format-patch",
                    patches.display()
                );
            }
            let opened = Step::Opened {
                repository: assignment.name.clone(),
                base: head.commit.clone(),
                branch: head.branch.clone(),
            };
            office.journal.enter(&opened)?;
            (head.commit, head.branch)
        };
        if let Err(error) = tree.check_out(&base) {
            if repository.is_partial() {
                bail!(
                    "is a partial clone, and pyfix fetches nothing of what it lacks; name the address that it was cloned \
                     from instead, or clone it as a whole ({error:#})"
                );
            }
            return Err(error);
        }
        let mut notes = Vec::new();
        if base_branch.is_none() {
            notes.push(format!("no branch was checked out; the new one starts at {}", short(&base)));
        }
        if tree.has_submodules() {
            notes.push("submodules are left alone, and are empty where the verify command runs".to_owned());
        }
        Ok(Self {
            office,
            assignment,
            pool,
            notice,
            shelf,
            repository,
            tree,
            base,
            base_branch,
            baseline: None,
            runs: past.verified.len(),
            past,
            done: Done::default(),
            files: 0,
            notes,
        })
    }

    fn run(&mut self) -> Result<()> {
        if self.past.is_delivered {
            return self.recount();
        }
        let mut finder = SettingsFinder::new(&self.assignment.judgement, self.office.registry)?;
        let top = self.tree.files().to_owned();
        let survey = Survey::of(std::slice::from_ref(&top), &mut finder, self.pool.current_num_threads());
        if let Some(error) = survey.errors.first() {
            let inside = error.path.strip_prefix(&top).unwrap_or(&error.path);
            bail!("{}: {}", inside.display(), error.message);
        }
        self.files = survey.jobs.len();
        self.establish_baseline()?;
        let transforms = in_order_of_priority(self.office.registry);
        let since = self.since()?;
        let since = since.as_ref();
        let mut judge = self.judge(&survey.jobs, since);
        for pass in 1..=MAX_PASSES {
            for (index, meta) in transforms.iter().enumerate() {
                let number = pass * STEPS_OF_A_PASS + index;
                if let Some(commit) = self.past.applied.get(&number).cloned() {
                    self.recall(number, commit.as_deref())?;
                    judge = self.judge(&survey.jobs, since);
                } else if self.take_step(number, pass, meta, &judge)? {
                    judge = self.judge(&survey.jobs, since);
                }
            }
            // Only what a pass wrote can be new to the next one.
            if !self.done.changed.contains_key(&pass) {
                break;
            }
        }
        Ok(())
    }

    fn judge<'j>(&self, jobs: &'j [FileJob], since: Option<&'j Since>) -> Judge<'j>
    where
        'a: 'j,
    {
        Judge {
            registry: self.office.registry,
            pool: self.pool,
            jobs,
            landscape: Landscape::default(),
            since,
        }
    }

    /// The revision that changes are counted from. What pyfix commits outside of functions is none.
    fn since(&self) -> Result<Option<Since>> {
        let Some(revision) = &self.assignment.diff_base else { return Ok(None) };
        let Some(commit) = self.repository.commit(revision)? else {
            bail!("`{revision}` of --diff-base is no revision of it");
        };
        Ok(Some(Since::new(commit).judged_outside_by(self.base.clone())))
    }

    /// Runs the verify command before any change.
    fn establish_baseline(&mut self) -> Result<()> {
        let Some(verification) = &self.assignment.verification else {
            self.notes.push("no verify command was given: only pyfix's own checks were made".to_owned());
            return Ok(());
        };
        let path = self.shelf.path("baseline.json");
        let known: Option<Run> = read_json(&path)?;
        let run = if let Some(run) = known.filter(|_| self.past.opened.is_some()) {
            run
        } else {
            (self.notice)("verifying the untouched tree");
            self.tree.store(&Variant::new())?;
            self.run_verify_command()?
        };
        self.runs += 1;
        if let Some(unfit) = run.unfit_to_compare(verification) {
            let is_status = matches!(run.ending, Ending::Status(status) if status != 127);
            if !(is_status && self.assignment.allow_failing_baseline && verification.junit.is_none()) {
                bail!("{unfit}");
            }
            self.notes.push(format!(
                "{} before any change; it had to end so after every change, too",
                run.ending.describe(verification.limit)
            ));
        }
        // One that nothing can be compared with is made again when the run is gone on with.
        write_whole(&path, &serde_json::to_vec(&run)?)?;
        self.baseline = Some(run);
        Ok(())
    }

    /// Runs the verify command over the files as they are, and takes back what it does to them.
    fn run_verify_command(&mut self) -> Result<Run> {
        let Some(verification) = &self.assignment.verification else { bail!("there is no verify command") };
        self.tree.remove_bytecode()?;
        self.tree.share_index()?;
        let run = verification.run(self.tree.files())?;
        let touched = self.tree.undo_changes()?;
        if let Some(first) = touched.first() {
            let more =
                if touched.len() > 1 { format!(" and {} more", touched.len() - 1) } else { String::new() };
            let note = format!(
                "the verify command changes tracked files ({}{more}); they were put back each time",
                first.display()
            );
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
        Ok(run)
    }

    /// Applies one transform everywhere. Returns whether the tree is another one now.
    fn take_step(&mut self, number: usize, pass: usize, meta: &Meta, judge: &Judge<'_>) -> Result<bool> {
        (self.notice)(meta.id);
        let before = pass.checked_sub(1).filter(|before| *before > 0);
        let mut judged = judge.judge(meta.id, &self.tree, |name| {
            let again = before.is_none_or(|before| {
                self.done.changed.get(&before).is_some_and(|changed| changed.contains(name))
            });
            again && !self.done.dropped.contains(&(meta.id.to_owned(), name.to_owned()))
        });
        let broken = python2::broken(&judged.changes);
        judged
            .leave_alone(&broken, "a bug in pyfix (Python 2.7 cannot compile the result); please report it");
        let is_silent = judged.is_silent();
        let runs_before = self.runs;
        let mut settled = self.settle(&judged, meta, judge)?;
        let mut step = StepRecord {
            transform: meta.id.to_owned(),
            pass,
            commit: None,
            fixes: settled.fixes,
            dropped: settled.dropped,
            account: judged.account.clone(),
            verify_runs: 0,
            notes: std::mem::take(&mut settled.notes),
            diffs: Vec::new(),
        };
        step.verify_runs = self.runs - runs_before;
        let mut variant = Variant::new();
        for (change, new) in judged.changes.iter().zip(&settled.files) {
            if let Some(new) = new.as_ref().filter(|new| **new != change.old) {
                let diff = hunks(&change.old, new, Paint::Plain);
                step.diffs.push(FileDiff {
                    file: change.name.display().to_string(),
                    hunks: String::from_utf8_lossy(&diff).into_owned(),
                });
                variant.insert(change.name.clone(), new.as_slice());
            }
        }
        if !variant.is_empty() {
            let tree = self.tree.store(&variant)?;
            let message = commit_message(meta, &step);
            let commit = self.tree.commit(&tree, &message, self.office.journal.signature())?;
            step.commit = Some(commit);
        }
        if !is_silent {
            self.shelf.put_step(number, &step)?;
        }
        let commit = step.commit.clone();
        self.office.journal.enter(&Step::Applied {
            repository: self.assignment.name.clone(),
            number,
            commit: commit.clone(),
        })?;
        self.remember(&step);
        match &commit {
            Some(commit) => self.tree.check_out(commit)?,
            None => self.tree.show(&Variant::new())?,
        }
        Ok(commit.is_some())
    }

    /// Does over what a step did in an earlier run.
    fn recall(&mut self, number: usize, commit: Option<&str>) -> Result<()> {
        if let Some(step) = self.shelf.step(number)? {
            self.remember(&step);
        }
        match commit {
            Some(commit) => self.tree.check_out(commit),
            None => Ok(()),
        }
    }

    /// Counts what was done in an earlier run.
    fn recount(&mut self) -> Result<()> {
        for (number, commit) in std::mem::take(&mut self.past.applied) {
            self.recall(number, commit.as_deref())?;
        }
        self.baseline = read_json(&self.shelf.path("baseline.json"))?;
        self.runs += usize::from(self.baseline.is_some());
        Ok(())
    }

    fn remember(&mut self, step: &StepRecord) {
        let done = &mut self.done;
        done.commits += usize::from(step.commit.is_some());
        done.fixes += step.fixes.len();
        done.drops += step.dropped.len();
        let declined = step.account.declined.values().map(|declined| declined.count).sum();
        // What a later pass says is said of the same candidates.
        let known = done.declined.entry(step.transform.clone()).or_default();
        *known = (*known).max(declined);
        let changed = step.diffs.iter().map(|diff| PathBuf::from(&diff.file));
        if step.commit.is_some() {
            done.changed.entry(step.pass).or_default().extend(changed);
        }
        let dropped = step.dropped.iter().map(|fix| (step.transform.clone(), PathBuf::from(&fix.file)));
        done.dropped.extend(dropped);
    }

    /// Finds what can be kept of `judged`.
    fn settle(&mut self, judged: &Judged, meta: &Meta, judge: &Judge<'_>) -> Result<Settled> {
        let changes = &judged.changes;
        let counts: Vec<usize> = changes.iter().map(|change| change.fixes.len()).collect();
        let all: Kept = counts.iter().map(|&count| vec![true; count]).collect();
        let mut notes = Vec::new();
        let mut variants = Variants::new(changes, judge);
        let isolation = if changes.is_empty() || self.assignment.verification.is_none() {
            Isolation { kept: all, ..Isolation::default() }
        } else {
            match self.attempt(&mut variants, &all, Repetition::First)? {
                Answer::Passed => Isolation { kept: all, ..Isolation::default() },
                Answer::OutOfBudget => nothing_kept(&counts),
                Answer::Failed(failure) => {
                    (self.notice)(&format!("{}: looking for what breaks", meta.id));
                    let mut trial = |kept: &Kept, repetition| self.attempt(&mut variants, kept, repetition);
                    isolate(&counts, failure, &mut trial)?
                }
            }
        };
        if isolation.is_flaky {
            notes.push("the verify command failed once and then succeeded over the same files".to_owned());
        }
        if !isolation.untried.is_empty() {
            notes.push(format!(
                "the verify command was run {} times, as often as --verify-budget allows; {} fixes were left out \
                 untried",
                self.runs,
                isolation.untried.len()
            ));
        }
        self.tree.show(&Variant::new())?;
        let mut settled = Settled { notes, ..Settled::default() };
        let guilty: BTreeMap<Item, &Failure> =
            isolation.dropped.iter().map(|(item, failure)| (*item, failure)).collect();
        let untried: BTreeSet<Item> = isolation.untried.iter().copied().collect();
        for (file, (change, kept)) in changes.iter().zip(&isolation.kept).enumerate() {
            let (new, made) = variants.made(file, kept);
            settled.files.push(new);
            for (fix, record) in change.fixes.iter().enumerate() {
                let item = Item { file, fix };
                let place = change.name.display().to_string();
                if made.get(fix) == Some(&true) {
                    settled.fixes.push(fix_line(place, record));
                    continue;
                }
                let failure = guilty.get(&item).map(|failure| shortened(failure));
                let why = match (&failure, untried.contains(&item)) {
                    (Some(_), _) => DropReason::Guilty,
                    (None, true) => DropReason::Untried,
                    (None, false) => DropReason::Dependent,
                };
                let (line, message) = (record.place.line, record.message.clone());
                settled.dropped.push(DroppedFix { file: place, line, message, why, failure });
            }
        }
        Ok(settled)
    }

    /// Runs the verify command with the fixes that `kept` says, unless that is known already.
    fn attempt(
        &mut self,
        variants: &mut Variants<'_, '_>,
        kept: &Kept,
        repetition: Repetition,
    ) -> Result<Answer> {
        let Some(verification) = &self.assignment.verification else { return Ok(Answer::Passed) };
        let limit = verification.limit;
        // A file is judged among the others as they were.
        if variants.lacks(kept) {
            self.tree.show(&Variant::new())?;
        }
        let files = variants.files(kept);
        let variant: Variant<'_> =
            files.iter().map(|(name, bytes)| ((*name).clone(), bytes.as_slice())).collect();
        if variant.is_empty() {
            return Ok(Answer::Passed);
        }
        let tree = self.tree.store(&variant)?;
        let run = match repetition {
            Repetition::First => 0,
            Repetition::Again => 1,
        };
        let as_answer = |failure: Option<Failure>| failure.map_or(Answer::Passed, Answer::Failed);
        if let Some(known) = self.past.verified.get(&(tree.clone(), run)) {
            return Ok(as_answer(known.clone()));
        }
        if self.runs >= self.assignment.budget {
            return Ok(Answer::OutOfBudget);
        }
        self.runs += 1;
        self.tree.show(&variant)?;
        let outcome = self.run_verify_command()?;
        let failure = match &self.baseline {
            Some(baseline) => outcome.worse_than(baseline, limit),
            None => None,
        };
        let failure = failure.map(|failure| shortened(&failure));
        self.office.journal.enter(&Step::Verified {
            repository: self.assignment.name.clone(),
            tree: tree.clone(),
            run,
            failure: failure.clone(),
        })?;
        self.past.verified.insert((tree, run), failure.clone());
        Ok(as_answer(failure))
    }

    /// Enters what was done so far into `record`.
    fn fill(&self, record: &mut RepositoryRecord) {
        record.base = Some(self.base.clone());
        record.base_branch.clone_from(&self.base_branch);
        record.baseline = self.baseline.as_ref().map(|run| {
            let count =
                |wanted| run.tests.as_ref().map(|tests| tests.values().filter(|it| **it == wanted).count());
            Baseline {
                ending: run.ending,
                passed: count(super::junit::TestResult::Passed),
                failed: count(super::junit::TestResult::Failed),
                seconds: run.seconds,
            }
        });
        record.verify_runs = self.runs;
        record.files = self.files;
        record.fixes = self.done.fixes;
        record.dropped = self.done.drops;
        record.declined = self.done.declined.values().sum();
        record.commits = self.done.commits;
        record.notes.clone_from(&self.notes);
    }

    /// Gives the commits to the user's repository.
    fn deliver(&mut self, record: &mut RepositoryRecord) -> Result<()> {
        let tip = self.tree.base().to_owned();
        if tip != self.base {
            (self.notice)("handing over");
            if let Some(directory) = self.office.patches_of(self.assignment) {
                self.tree.format_patches(&self.base, &tip, &directory)?;
            }
            let branch = &self.assignment.branch;
            self.repository.receive(&self.tree.pack(&self.base, &tip)?)?;
            self.repository.create_branch(branch, &tip)?;
            self.office.journal.enter(&Step::Delivered { repository: self.assignment.name.clone() })?;
            record.status = Status::Migrated;
            record.branch = Some(branch.clone());
            record.tip = Some(tip.clone());
            if self.office.options.in_place {
                super::in_place::check_out(&self.repository, &self.tree, &self.base, &tip, branch)?;
            }
        }
        // The commits are in the user's repository, and what was found is written down.
        self.tree.remove_files()?;
        let git_dir = self.shelf.path("git");
        fs::remove_dir_all(&git_dir).with_context(|| format!("{} cannot be removed", git_dir.display()))
    }
}

/// What could be kept of the changes of a transform.
#[derive(Debug, Default)]
struct Settled {
    /// The new bytes of each file that was to change.
    files: Vec<Option<Vec<u8>>>,
    fixes: Vec<FixLine>,
    dropped: Vec<DroppedFix>,
    notes: Vec<String>,
}

fn nothing_kept(counts: &[usize]) -> Isolation {
    let items =
        counts.iter().enumerate().flat_map(|(file, &count)| (0..count).map(move |fix| Item { file, fix }));
    Isolation {
        kept: counts.iter().map(|&count| vec![false; count]).collect(),
        untried: items.collect(),
        ..Isolation::default()
    }
}

fn fix_line(file: String, fix: &crate::cli::FixRecord) -> FixLine {
    FixLine {
        file,
        line: fix.place.line,
        message: fix.message.clone(),
        gain: fix.gain.as_ref().map(ToString::to_string),
        speed: fix.gain.as_ref().map(|gain| gain.speed),
        assumptions: fix.assumptions.iter().map(|assumption| assumption.sentence.clone()).collect(),
    }
}

/// `failure` with the end of its output.
fn shortened(failure: &Failure) -> Failure {
    let output = &failure.output;
    let mut start = output.len().saturating_sub(KEPT_FAILURE);
    while !output.is_char_boundary(start) {
        start += 1;
    }
    let tail = output.get(start..).unwrap_or_default();
    let output = if start == 0 { tail.to_owned() } else { format!("[...]{tail}") };
    Failure { output, ..failure.clone() }
}

/// The transforms in the order in which they are applied: as a plan takes their fixes.
fn in_order_of_priority(registry: &Registry) -> Vec<&'static Meta> {
    let mut metas: Vec<&'static Meta> = registry.transforms().map(Transform::meta).collect();
    metas.sort_by_key(|meta| meta.priority);
    metas
}

/// The first letters of the id of a commit.
pub fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}
