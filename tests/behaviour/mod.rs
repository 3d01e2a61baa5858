//! Runs programs before and after a rewrite under every Python found, and judges whether anybody could tell.
//!
//! What is compared is output, the order in which it was written, type and message of an exception, and the exit
//! status. How programs are run fast is in `worker`; which Pythons there are, in `pythons`.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use pyfix::text::{PythonVersion, Target};

use crate::support::diff::diff;

pub mod pythons;
pub mod worker;

use pythons::{Interpreter, SECONDS, pythons};
use worker::{End, Mode, Observation};

/// A program, and what became of it.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The program.
    pub before: String,
    /// What should behave like it.
    pub after: String,
    /// The Pythons that both must run on.
    pub target: Target,
}

/// What one interpreter showed of a pair.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The interpreter.
    pub version: PythonVersion,
    /// Of the program.
    pub before: Observation,
    /// Of what became of it.
    pub after: Observation,
}

/// What all interpreters showed of a pair, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// Those that accept the program.
    pub shown: Vec<Shown>,
}

impl Shown {
    /// Both observations, and the texts of the pair that they were made of.
    pub fn report(&self, pair: &Pair) -> String {
        let Shown { version, before, after } = self;
        let texts = diff(&pair.before, &pair.after);
        format!("on Python {version} it behaved so:\n{before}\nand now so:\n{after}\n{texts}")
    }
}

impl Comparison {
    /// The first difference that somebody could see.
    pub fn difference(&self) -> Option<&Shown> {
        self.differences().next()
    }

    /// Every difference that somebody could see.
    pub fn differences(&self) -> impl Iterator<Item = &Shown> {
        self.shown.iter().filter(|shown| !shown.before.same_as(&shown.after))
    }

    /// That the pair behaves the same on every interpreter, at least one of which accepts the program.
    ///
    /// # Errors
    ///
    /// What differs, with both observations.
    pub fn same(&self, pair: &Pair) -> Result<(), String> {
        if let Some(shown) = self.difference() {
            return Err(shown.report(pair));
        }
        if self.shown.is_empty() && !pythons().within(pair.target).is_empty() {
            return Err("no interpreter accepts the program".to_owned());
        }
        Ok(())
    }
}

/// Runs all pairs, each program in a process of its own, on every interpreter that their targets name.
pub fn compare_all(pairs: &[Pair]) -> Vec<Comparison> {
    compare_within(pairs, SECONDS)
}

/// As [`compare_all`], where no program may run longer than `seconds`.
pub fn compare_within(pairs: &[Pair], seconds: u64) -> Vec<Comparison> {
    compare_in(Mode::Apart, pairs, seconds)
}

/// Runs all pairs, many programs in one process; a difference counts only if it is one in processes apart too.
///
/// For programs that leave the interpreter as it was, and end within `seconds`.
pub fn compare_quickly(pairs: &[Pair], seconds: u64) -> Vec<Comparison> {
    let mut comparisons = compare_in(Mode::Together, pairs, seconds);
    for (comparison, pair) in comparisons.iter_mut().zip(pairs) {
        if comparison.difference().is_some() {
            *comparison = compare_in(Mode::Apart, std::slice::from_ref(pair), seconds).remove(0);
        }
    }
    comparisons
}

fn compare_in(mode: Mode, pairs: &[Pair], seconds: u64) -> Vec<Comparison> {
    let results: Mutex<Vec<Comparison>> = Mutex::new(vec![Comparison::default(); pairs.len()]);
    let all = pythons().within(Target::from_oldest(PythonVersion::PY27));
    let needed = |interpreter: &&Interpreter| {
        pairs.iter().any(|pair| (pair.target.oldest..=pair.target.newest).contains(&interpreter.version))
    };
    let needed: Vec<&Interpreter> = all.into_iter().filter(needed).collect();
    in_parallel(&needed, |interpreter| {
        let named = |pair: &Pair| (pair.target.oldest..=pair.target.newest).contains(&interpreter.version);
        let mine: Vec<usize> = (0..pairs.len()).filter(|&index| named(&pairs[index])).collect();
        let texts = mine.iter().flat_map(|&index| [&*pairs[index].before, &*pairs[index].after]);
        let observed = observe_each(interpreter, texts, mode, seconds);
        let mut results = results.lock().unwrap();
        for index in mine {
            let (before, after) = (&observed[&*pairs[index].before], &observed[&*pairs[index].after]);
            if before.end != End::Rejected {
                let version = interpreter.version;
                let shown = Shown { version, before: before.clone(), after: after.clone() };
                results[index].shown.push(shown);
            }
        }
    });
    let mut results = results.into_inner().unwrap();
    for comparison in &mut results {
        comparison.shown.sort_by_key(|shown| shown.version);
    }
    results
}

/// What an interpreter shows of each text; equal texts are run once.
pub fn observe_each<'t>(
    interpreter: &Interpreter,
    texts: impl Iterator<Item = &'t str>,
    mode: Mode,
    seconds: u64,
) -> HashMap<&'t str, Observation> {
    let mut seen = HashSet::new();
    let mut different: Vec<&str> = Vec::new();
    for text in texts {
        if seen.insert(text) {
            different.push(text);
        }
    }
    let programs: Vec<&[u8]> = different.iter().map(|text| text.as_bytes()).collect();
    let observations = interpreter.observe(&programs, mode, seconds);
    different.into_iter().zip(observations).collect()
}

/// Does `work` for every one of `items`, on as many threads as the machine has processors.
pub fn in_parallel<T: Sync>(items: &[T], work: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(items.len());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                    work(item);
                }
            });
        }
    });
}
