//! Many trials, and what they covered.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use pyfix::engine::{Outcome, Registry};
use pyfix::text::{PythonVersion, Target};

use super::trial::{Failure, Trial, compare};
use crate::behaviour::pythons::pythons;
use crate::behaviour::worker::End;
use crate::behaviour::{Pair, in_parallel};

/// How many programs are rewritten before they are run.
const BATCH: u64 = 500;

/// What became of programs of some kind.
#[derive(Clone, Copy, Default)]
struct Tally {
    programs: usize,
    rewritten: usize,
}

/// A trial with what became of its program.
type Done = (Trial, Result<Outcome, Box<Failure>>);

/// So many programs meet every hazard; with fewer, chance may pass over the rarest ones.
const EVERYTHING: usize = 20_000;

/// Transforms without a safe fix.
const ALWAYS_UNSAFE: &[&str] = &["list-building-iter"];

/// What many trials showed.
#[derive(Default)]
pub struct Campaign {
    /// What is wrong.
    pub failures: Vec<Failure>,
    all: Tally,
    by_transform: BTreeMap<&'static str, Tally>,
    by_hazard: BTreeMap<&'static str, Tally>,
    by_version: BTreeMap<PythonVersion, usize>,
    by_end: BTreeMap<&'static str, usize>,
    unsafe_only: usize,
    /// Rewritten programs that no interpreter accepts.
    no_python: usize,
    /// Rewritten programs for which there is no interpreter.
    not_run: usize,
    took: Duration,
}

impl Campaign {
    /// Runs the trials of `seeds`.
    pub fn run(registry: &Registry, seeds: Range<u64>) -> Self {
        let started = Instant::now();
        let mut campaign = Self::default();
        let mut first = seeds.start;
        while first < seeds.end {
            let last = (first + BATCH).min(seeds.end);
            campaign.run_batch(registry, first..last);
            first = last;
        }
        campaign.took = started.elapsed();
        campaign
    }

    fn run_batch(&mut self, registry: &Registry, seeds: Range<u64>) {
        let done: Mutex<Vec<Done>> = Mutex::default();
        let seeds: Vec<u64> = seeds.collect();
        in_parallel(&seeds, |&seed| {
            let trial = Trial::new(registry, seed);
            let outcome = trial.rewrite();
            done.lock().unwrap().push((trial, outcome));
        });
        let mut done = done.into_inner().unwrap();
        done.sort_by_key(|(trial, _)| trial.seed);
        let mut compared: Vec<(Trial, Pair)> = Vec::new();
        for (trial, outcome) in done {
            match outcome {
                Ok(outcome) => {
                    self.count(&trial, &outcome);
                    let after = outcome.text.filter(|_| !trial.assumes);
                    compared.extend(
                        after.map(|after| (trial.pair(&after), trial)).map(|(pair, trial)| (trial, pair)),
                    );
                }
                Err(failure) => self.failures.push(*failure),
            }
        }
        let pairs: Vec<Pair> = compared.iter().map(|(_, pair)| pair.clone()).collect();
        for ((trial, pair), comparison) in compared.iter().zip(compare(&pairs)) {
            self.failures.extend(trial.judge(&comparison, pair));
            for shown in &comparison.shown {
                *self.by_version.entry(shown.version).or_default() += 1;
                *self.by_end.entry(end_name(shown.before.end)).or_default() += 1;
            }
            let runnable = !pythons().within(pair.target).is_empty();
            self.no_python += usize::from(runnable && comparison.shown.is_empty());
            self.not_run += usize::from(!runnable);
        }
    }

    fn count(&mut self, trial: &Trial, outcome: &Outcome) {
        let rewritten = usize::from(outcome.text.is_some());
        let add = |tally: &mut Tally, rewritten: usize| {
            tally.programs += 1;
            tally.rewritten += rewritten;
        };
        add(&mut self.all, rewritten);
        self.unsafe_only += usize::from(trial.assumes);
        for &transform in &trial.program.transforms {
            let fixed = outcome.fixes.iter().any(|fix| fix.transform == transform);
            add(self.by_transform.entry(transform).or_default(), usize::from(fixed));
        }
        for &hazard in &trial.program.hazards {
            add(self.by_hazard.entry(hazard).or_default(), rewritten);
        }
    }

    /// How many of a hundred programs were rewritten.
    pub fn share(&self) -> usize {
        100 * self.all.rewritten / self.all.programs.max(1)
    }

    /// Nothing that the generator is proud of stays unused.
    pub fn check_coverage(&self) {
        let hazards = super::scenes::all_hazards();
        let unmet: Vec<_> = hazards.iter().filter(|hazard| !self.by_hazard.contains_key(*hazard)).collect();
        let spared = if self.all.programs < EVERYTHING { hazards.len() / 20 } else { 0 };
        assert!(unmet.len() <= spared, "no program meets {unmet:?}");
        for (transform, tally) in &self.by_transform {
            // Nothing that rests on assumptions is run.
            if ALWAYS_UNSAFE.contains(transform) {
                continue;
            }
            assert!(tally.rewritten * 100 >= tally.programs * 20, "{transform} is rewritten too rarely");
        }
        assert!(self.no_python * 50 <= self.all.programs, "{} programs are no Python", self.no_python);
        for version in pythons().within(Target::from_oldest(PythonVersion::PY27)).iter().map(|it| it.version)
        {
            let compared = self.by_version.get(&version).copied().unwrap_or_default();
            assert!(compared * 20 > self.all.rewritten, "Python {version} runs only {compared} programs");
        }
        let runs: usize = self.by_end.values().sum();
        for (end, count) in self.by_end.iter().filter(|(end, _)| **end != "finished") {
            assert!(count * 5 <= runs, "{count} of {runs} runs {end}, which shows little");
        }
    }
}

fn end_name(end: End) -> &'static str {
    match end {
        End::Finished => "finished",
        End::Raised => "raised",
        End::Exited => "exited",
        End::Rejected => "rejected",
        End::TimedOut => "timed out",
        End::Crashed => "crashed",
    }
}

impl fmt::Display for Campaign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tally { programs, rewritten } = self.all;
        let seconds = self.took.as_secs_f64();
        writeln!(
            f,
            "{programs} programs in {seconds:.1} s, {:.0} a second; {rewritten} rewritten ({}%), {} of all with unsafe fixes, which are not run",
            f64::from(u32::try_from(programs).unwrap_or(u32::MAX)) / seconds,
            self.share(),
            self.unsafe_only,
        )?;
        let runs: Vec<String> =
            self.by_version.iter().map(|(version, count)| format!("{version}: {count}")).collect();
        writeln!(
            f,
            "compared on {}; {} accepted nowhere, {} without an interpreter",
            runs.join(", "),
            self.no_python,
            self.not_run
        )?;
        writeln!(f, "ends: {:?}", self.by_end)?;
        for (title, tallies) in [("transform", &self.by_transform), ("hazard", &self.by_hazard)] {
            writeln!(f, "{title:<34} programs  rewritten")?;
            for (name, tally) in tallies {
                writeln!(f, "{name:<34} {:>8} {:>10}", tally.programs, tally.rewritten)?;
            }
        }
        write!(f, "{} failures", self.failures.len())
    }
}
