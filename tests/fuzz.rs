//! Programs of the pages and fixtures, changed at random as the fuzz targets change them: whatever comes of it, pyfix
//! returns in time and keeps its promises.
//!
//! `PYFIX_FUZZ_PROGRAMS` says how many, `PYFIX_FUZZ_SEED` which. For machines without the nightly compiler that the
//! targets in `fuzz` need.

use std::path::Path;
use std::time::{Duration, Instant};

use pyfix::engine::Prefilter;

use crate::generate::random;
use crate::support;

use self::material::Material;
use self::mutate::mutate;
use self::random::Random;
use self::support::check::{Setup, try_fix};

#[path = "../fuzz/src/material.rs"]
mod material;
#[path = "../fuzz/src/mutate.rs"]
mod mutate;
#[path = "../fuzz/src/trial.rs"]
mod trial;

const LIMIT: Duration = Duration::from_secs(10);

#[test]
fn changed_programs_break_no_promise() {
    let number = |name: &str, default: u64| {
        std::env::var(name).map_or(default, |value| value.parse().expect("a whole number"))
    };
    let (programs, seed) = (number("PYFIX_FUZZ_PROGRAMS", 400), number("PYFIX_FUZZ_SEED", 1));
    let material = Material::read(Path::new(env!("CARGO_MANIFEST_DIR")));
    let (mut parsed, mut rewritten) = (0, 0);
    let mut faults = Vec::new();
    for number in 0..programs {
        let mut random = Random::new(seed << 32 | number);
        let mut setup = trial::setup([random.below(256) as u8, random.below(256) as u8]);
        setup.config.prefilter = Prefilter::Off;
        let mut text = material.programs[random.below(material.programs.len())].clone();
        text = mutate(&text, &material, &mut random);
        if text.len() > trial::LONGEST {
            continue;
        }
        let started = Instant::now();
        match judged(&text, &setup) {
            Ok((is_parsed, is_rewritten)) => {
                parsed += u64::from(is_parsed);
                rewritten += u64::from(is_rewritten);
            }
            Err(fault) => faults.push(format!("program {number} of seed {seed}: {fault}\n{text}")),
        }
        if started.elapsed() > LIMIT {
            faults.push(format!("program {number} of seed {seed} takes {:?}:\n{text}", started.elapsed()));
        }
    }
    eprintln!("{programs} programs: {parsed} are Python, {rewritten} were rewritten");
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
    assert!(parsed > programs / 4 && rewritten > programs / 20, "most changes break the program");
}

/// Whether the text is Python, and whether it was rewritten.
fn judged(text: &str, setup: &Setup) -> Result<(bool, bool), String> {
    let mut judgement = Err("it panicked".to_owned());
    let run = || {
        judgement = try_fix(text, setup).map(|outcome| (outcome.skipped.is_none(), outcome.text.is_some()));
    };
    if std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| trial::on_a_large_stack(run))).is_err() {
        return Err("it panicked".to_owned());
    }
    judgement
}
