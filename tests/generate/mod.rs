//! Generated programs behave after a rewrite as they did before.
//!
//! `cargo test --test integration generated_programs -- --nocapture` runs some, `PYFIX_PROGRAMS=20000` as many as
//! wanted, from `PYFIX_SEED` on; the report at the end says what they covered. A program that behaves differently
//! is shrunk and printed; with `PYFIX_BLESS=1` it is kept among the pitfalls, so that it is never forgotten.

mod blocks;
mod campaign;
mod draft;
mod expressions;
mod on_trial;
pub mod random;
mod scenes;
mod shapes;
mod shrink;
mod trial;

use pyfix::transforms::BUILT_IN;

use crate::behaviour::pythons::pythons;
use campaign::Campaign;
use shapes::SHAPES;
use trial::Trial;

/// How many programs are run where nothing else is said.
const PROGRAMS: u64 = 350 * SHAPES.len() as u64;

/// The least share of programs, in percent, that must be rewritten for the others to mean something.
const REWRITTEN: usize = 30;

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

#[test]
fn every_transform_has_a_shape() {
    let fed: Vec<&str> = SHAPES.iter().map(|shape| shape.transform).collect();
    let transforms: Vec<&str> = BUILT_IN.transforms().map(|transform| transform.meta().id).collect();
    let starving: Vec<_> = transforms.iter().filter(|id| !fed.contains(id)).collect();
    assert!(starving.is_empty(), "no shape in tests/generate feeds {starving:?}");
    assert!(
        fed.iter().all(|id| transforms.contains(id)),
        "shapes for transforms that are not there: {fed:?}"
    );
}

#[test]
fn generated_programs() {
    let first = setting("PYFIX_SEED").unwrap_or(0);
    let count = setting("PYFIX_PROGRAMS").unwrap_or(PROGRAMS);
    let campaign = Campaign::run(&BUILT_IN, first..first + count);
    eprintln!("{campaign}");
    let failures: Vec<String> =
        campaign.failures.iter().take(5).map(|failure| failure.report(&BUILT_IN)).collect();
    assert!(failures.is_empty(), "{} programs fail:\n\n{}", campaign.failures.len(), failures.join("\n\n"));
    if count >= 1000 {
        let share = campaign.share();
        assert!(share >= REWRITTEN, "only {share}% of the programs are rewritten");
    }
    if count >= PROGRAMS && first == 0 {
        campaign.check_coverage();
    }
}

/// Prints how many programs behave differently with each refusal muted; what chance never meets is left to pitfalls.
#[test]
#[ignore = "takes minutes, and says something rather than checking it"]
fn refusals_on_trial() {
    let count = setting("PYFIX_PROGRAMS").unwrap_or(PROGRAMS);
    let table = on_trial::missed(&BUILT_IN, count);
    eprintln!("{:<34} refused changed  differ stopped", "refusal");
    for (place, missed) in &table {
        let on_trial::Missed { refused, changed, differ, stopped } = missed;
        eprintln!("{:<34} {refused:>7} {changed:>7} {differ:>7} {stopped:>7}", place.name);
    }
    let caught = table.iter().filter(|(_, missed)| missed.differ + missed.stopped > 0).count();
    eprintln!("{caught} of {} refusals are missed by {count} programs", table.len());
    assert!(caught * 4 > table.len(), "chance meets less than a quarter of the refusals");
}

#[test]
fn seeds_give_the_same_program_again() {
    for seed in 0..50 {
        assert_eq!(Trial::new(&BUILT_IN, seed).program.text, Trial::new(&BUILT_IN, seed).program.text);
    }
}

/// The generator can fail, and what it finds is made small.
#[test]
fn a_wrong_transform_is_found_and_shrunk() {
    if pythons().within(pyfix::text::Target::default()).is_empty() {
        return;
    }
    let registry = crate::harness::WRONG_RENAMING;
    let campaign = Campaign::run(&registry, 0..40);
    let failure = campaign.failures.first().expect("a transform that changes numbers is found");
    let small = failure.shrunk(&registry);
    assert!(failure.still_fails(&small, &registry), "nothing is wrong with the small program:\n{small}");
    assert!(small.lines().count() <= 10, "it could be smaller:\n{small}");
}
