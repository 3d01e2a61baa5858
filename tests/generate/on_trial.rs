//! Which refusals generated programs would miss, were they muted.
//!
//! `guards` shows for every refusal a pitfall or an example that needs it; this says how far chance gets alone.

use std::collections::BTreeMap;
use std::sync::Mutex;

use pyfix::engine::Registry;

use super::trial::{Trial, compare};
use crate::behaviour::{Pair, in_parallel};
use crate::guards::{Place, places, rewrite};
use crate::pitfalls::Program;

/// What muting one place does to the programs that are refused there.
#[derive(Clone, Copy, Default)]
pub struct Missed {
    /// Programs that are refused there.
    pub refused: usize,
    /// Those that are rewritten otherwise without it.
    pub changed: usize,
    /// Those that behave differently then.
    pub differ: usize,
    /// Those that verification stops.
    pub stopped: usize,
}

/// What was found by place, and what is to be run for it.
type Found = (BTreeMap<usize, Missed>, Vec<(usize, Pair)>);

/// What muting each place of refusal does to the programs of `0..programs`.
pub fn missed(registry: &Registry, programs: u64) -> Vec<(Place, Missed)> {
    let places = places();
    let found: Mutex<Found> = Mutex::default();
    let seeds: Vec<u64> = (0..programs).collect();
    in_parallel(&seeds, |&seed| {
        let trial = Trial::new(registry, seed);
        if trial.assumes {
            return;
        }
        let text = trial.program.text.clone();
        let program = Program { name: seed.to_string(), text, setup: trial.setup.clone(), importer: None };
        let (usual, heard) = rewrite(&program, None);
        for (index, place) in places.iter().enumerate().filter(|(_, place)| heard.contains_key(&place.key()))
        {
            let (muted, _) = rewrite(&program, Some(place));
            let mut found = found.lock().unwrap();
            let missed = found.0.entry(index).or_default();
            missed.refused += 1;
            missed.stopped += usize::from(!muted.quarantined.is_empty());
            if let Some(after) = muted.text.filter(|after| Some(after) != usual.text.as_ref()) {
                missed.changed += 1;
                found.1.push((index, trial.pair(&after)));
            }
        }
    });
    let (mut by_place, changed) = found.into_inner().unwrap();
    let pairs: Vec<Pair> = changed.iter().map(|(_, pair)| pair.clone()).collect();
    for ((index, _), comparison) in changed.iter().zip(compare(&pairs)) {
        by_place.entry(*index).or_default().differ += usize::from(comparison.difference().is_some());
    }
    let all = places.into_iter().enumerate();
    all.map(|(index, place)| (place, by_place.get(&index).copied().unwrap_or_default())).collect()
}
