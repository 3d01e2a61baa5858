//! All transforms over one program: what they leave for one another comes to rest soon, in code that a person would
//! have written.

use std::fs;
use std::path::Path;

use pyfix::text::{Dialect, PythonVersion, Target};

use crate::behaviour::{Pair, compare_all};
use crate::support::check::{Setup, try_fix};
use crate::support::diff::diff;

/// More rounds than these would say that transforms undo, or wait for, one another.
const ROUNDS: u32 = 4;

#[test]
fn a_program_with_everything_comes_to_rest() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/interplay");
    let read = |name: &str| fs::read_to_string(directory.join(name)).unwrap();
    let (before, after) = (read("before.py"), read("after.py"));
    let target = Target::from_oldest(PythonVersion::DEFAULT);
    let setup = Setup { dialect: Dialect::Python3, target, ..Setup::default() };
    let outcome = try_fix(&before, &setup).unwrap();
    let found = outcome.text.unwrap_or_default();
    assert!(found == after, "{}", diff(&after, &found));
    assert!(outcome.rounds <= ROUNDS, "it took {} rounds", outcome.rounds);
    let pair = Pair { before, after, target };
    for comparison in compare_all(std::slice::from_ref(&pair)) {
        comparison.same(&pair).unwrap();
    }
}
