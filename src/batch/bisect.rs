//! Finds the fixes without which the verify command succeeds, with few runs of it.
//!
//! Fixes stand in a row: file after file, and in a file by position. Applying none of them is known to succeed,
//! applying all to fail. Somewhere between there is a fix before which all together succeed and with which they fail:
//! it is found by halving, over files and then over the fixes of one file. It is dropped, and the rest is tried again.
//!
//! ```text
//! files    a: 1 2   b: 3 4 5   c: 6      with `a` and `b` it fails, with `a` alone it does not: the file is b
//! fixes    a: 1 2   b: 3 4               fails, and with 3 alone it does not: the fix is 4
//! ```
//!
//! A fix that only fails together with an earlier one is found and dropped all the same, and what is kept at the end
//! has been run as a whole, whatever the reasons of failures are.

use anyhow::Result;

use super::verify::Failure;

/// After so many fixes that fail only now and then, one that does counts as guilty.
const PATIENCE: usize = 2;

/// Which fixes are applied: for each file, for each fix of it.
pub type Kept = Vec<Vec<bool>>;

/// What came of trying some fixes together.
#[derive(Clone, Debug)]
pub enum Answer {
    /// The command succeeds.
    Passed,
    /// It fails.
    Failed(Failure),
    /// It may not be run any more.
    OutOfBudget,
}

/// Tries the fixes that are kept. `Again` asks for another run where the same was tried before.
pub type Trial<'t> = dyn FnMut(&Kept, Repetition) -> Result<Answer> + 't;

/// Whether an earlier answer will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repetition {
    /// It will.
    First,
    /// The command has to be run again.
    Again,
}

/// A fix, by the number of its file and its own number in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Item {
    /// The file.
    pub file: usize,
    /// The fix.
    pub fix: usize,
}

/// What a search found.
#[derive(Clone, Debug, Default)]
pub struct Isolation {
    /// The fixes with which the command succeeds.
    pub kept: Kept,
    /// The fixes that make it fail, with what it said.
    pub dropped: Vec<(Item, Failure)>,
    /// The fixes that were left out because the budget was spent before they were tried.
    pub untried: Vec<Item>,
    /// Whether a failure could not be seen a second time.
    pub is_flaky: bool,
}

/// The end of a search: nothing more may be run.
struct Spent;

/// Finds what to keep of all fixes, `counts` in each file, which fail together as `failure` tells.
///
/// # Errors
///
/// When a trial cannot be made.
pub fn isolate(counts: &[usize], failure: Failure, trial: &mut Trial<'_>) -> Result<Isolation> {
    let all: Kept = counts.iter().map(|&count| vec![true; count]).collect();
    let mut search = Search {
        trial,
        isolation: Isolation { kept: all, ..Isolation::default() },
        passing: Position::default(),
        failure,
        doubts: 0,
    };
    if search.run()?.is_err() {
        search.keep_what_passes();
    }
    Ok(search.isolation)
}

/// A place in the row of fixes: everything in the files before `file`, and so many fixes of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Position {
    file: usize,
    /// Of all fixes of the file, dropped ones included.
    fixes: usize,
}

struct Search<'s, 't> {
    trial: &'s mut Trial<'t>,
    isolation: Isolation,
    /// What is kept up to here succeeds.
    passing: Position,
    /// Why everything that is kept fails, as far as is known.
    failure: Failure,
    doubts: usize,
}

impl Search<'_, '_> {
    fn run(&mut self) -> Result<Result<(), Spent>> {
        loop {
            let Some(guilty) = (match self.find()? {
                Ok(found) => found,
                Err(spent) => return Ok(Err(spent)),
            }) else {
                return Ok(Ok(()));
            };
            if let Err(spent) = self.settle(guilty)? {
                return Ok(Err(spent));
            }
            // The rest, as a whole.
            match (self.trial)(&self.isolation.kept.clone(), Repetition::First)? {
                Answer::Passed => return Ok(Ok(())),
                Answer::Failed(failure) => self.failure = failure,
                Answer::OutOfBudget => return Ok(Err(Spent)),
            }
        }
    }

    /// The first fix with which what comes before it fails; none where nothing is left that could.
    fn find(&mut self) -> Result<Result<Option<Item>, Spent>> {
        let (mut low, mut high) = (self.passing.file, self.isolation.kept.len());
        while high - low > 1 {
            let middle = usize::midpoint(low, high);
            match self.probe(Position { file: middle, fixes: 0 })? {
                Ok(true) => low = middle,
                Ok(false) => high = middle,
                Err(spent) => return Ok(Err(spent)),
            }
        }
        let file = low;
        let applied: Vec<usize> = match self.isolation.kept.get(file) {
            Some(fixes) => (0..fixes.len()).filter(|&at| fixes.get(at) == Some(&true)).collect(),
            None => return Ok(Ok(None)),
        };
        if applied.is_empty() {
            return Ok(Ok(None));
        }
        let known = if self.passing.file == file { self.passing.fixes } else { 0 };
        let (mut low, mut high) = (applied.iter().filter(|&&at| at < known).count(), applied.len());
        while high - low > 1 {
            let middle = usize::midpoint(low, high);
            let fixes = applied.get(middle).copied().unwrap_or_default();
            match self.probe(Position { file, fixes })? {
                Ok(true) => low = middle,
                Ok(false) => high = middle,
                Err(spent) => return Ok(Err(spent)),
            }
        }
        Ok(Ok(applied.get(high - 1).map(|&fix| Item { file, fix })))
    }

    /// Whether what is kept up to `position` succeeds.
    fn probe(&mut self, position: Position) -> Result<Result<bool, Spent>> {
        let kept = self.up_to(position);
        Ok(match (self.trial)(&kept, Repetition::First)? {
            Answer::Passed => {
                self.passing = position;
                Ok(true)
            }
            Answer::Failed(failure) => {
                self.failure = failure;
                Ok(false)
            }
            Answer::OutOfBudget => Err(Spent),
        })
    }

    fn up_to(&self, position: Position) -> Kept {
        let in_file = |(at, fixes): (usize, &Vec<bool>)| {
            let count = match at.cmp(&position.file) {
                std::cmp::Ordering::Less => fixes.len(),
                std::cmp::Ordering::Equal => position.fixes,
                std::cmp::Ordering::Greater => 0,
            };
            fixes.iter().enumerate().map(|(fix, &kept)| kept && fix < count).collect()
        };
        self.isolation.kept.iter().enumerate().map(in_file).collect()
    }

    /// Drops the fix `guilty`, unless it succeeds when it is tried once more: then a test is not to be relied on.
    fn settle(&mut self, guilty: Item) -> Result<Result<(), Spent>> {
        let with = self.up_to(Position { file: guilty.file, fixes: guilty.fix + 1 });
        if self.doubts < PATIENCE {
            match (self.trial)(&with, Repetition::Again)? {
                Answer::OutOfBudget => {}
                Answer::Failed(failure) => self.failure = failure,
                Answer::Passed => {
                    self.doubts += 1;
                    self.isolation.is_flaky = true;
                    self.passing = Position { file: guilty.file, fixes: guilty.fix + 1 };
                    return Ok(Ok(()));
                }
            }
        }
        if let Some(kept) =
            self.isolation.kept.get_mut(guilty.file).and_then(|fixes| fixes.get_mut(guilty.fix))
        {
            *kept = false;
        }
        self.isolation.dropped.push((guilty, self.failure.clone()));
        Ok(Ok(()))
    }

    /// Leaves out everything behind what is known to succeed.
    fn keep_what_passes(&mut self) {
        let passing = self.up_to(self.passing);
        for (file, (fixes, passing)) in self.isolation.kept.iter().zip(&passing).enumerate() {
            for (fix, (kept, passes)) in fixes.iter().zip(passing).enumerate() {
                if *kept && !*passes {
                    self.isolation.untried.push(Item { file, fix });
                }
            }
        }
        self.isolation.kept = passing;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure() -> Failure {
        Failure { summary: "it fails".to_owned(), tests: vec![], output: String::new() }
    }

    /// Runs a search in which `fails` judges the numbers of the fixes that are kept, counted over all files. Returns
    /// the numbers that were dropped and left untried, and the runs that it took.
    fn search(
        counts: &[usize],
        budget: usize,
        fails: impl Fn(&[usize]) -> bool,
    ) -> (Vec<usize>, Vec<usize>, usize) {
        let number = |item: &Item| counts.iter().take(item.file).sum::<usize>() + item.fix;
        let mut runs = 0;
        let mut trial = |kept: &Kept, _: Repetition| {
            if runs == budget {
                return Ok(Answer::OutOfBudget);
            }
            runs += 1;
            let numbers: Vec<usize> =
                kept.iter().flatten().enumerate().filter(|(_, kept)| **kept).map(|(at, _)| at).collect();
            Ok(if fails(&numbers) { Answer::Failed(failure()) } else { Answer::Passed })
        };
        let found = isolate(counts, failure(), &mut trial).unwrap();
        let kept: Vec<usize> =
            found.kept.iter().flatten().enumerate().filter(|(_, kept)| **kept).map(|(at, _)| at).collect();
        assert!(!fails(&kept), "what is kept fails: {kept:?}");
        let dropped: Vec<usize> = found.dropped.iter().map(|(item, _)| number(item)).collect();
        let untried: Vec<usize> = found.untried.iter().map(number).collect();
        assert_eq!(kept.len() + dropped.len() + untried.len(), counts.iter().sum::<usize>());
        (dropped, untried, runs)
    }

    #[test]
    fn one_guilty_fix_is_found_in_few_runs() {
        for guilty in 0..64 {
            let (dropped, untried, runs) = search(&[8; 8], 1000, |kept| kept.contains(&guilty));
            assert_eq!((dropped, untried), (vec![guilty], vec![]));
            assert!(runs <= 2 * 6, "{runs} runs for fix {guilty}");
        }
        let (dropped, _, runs) = search(&[1000], 1000, |kept| kept.contains(&777));
        assert_eq!(dropped, [777]);
        assert!(runs <= 2 * 10, "{runs} runs");
    }

    #[test]
    fn several_guilty_fixes_are_found() {
        let guilty = [3, 17, 18, 40];
        let fails = |kept: &[usize]| guilty.iter().any(|fix| kept.contains(fix));
        let (mut dropped, untried, runs) = search(&[5, 1, 20, 0, 30], 1000, fails);
        dropped.sort_unstable();
        assert_eq!((dropped, untried), (guilty.to_vec(), vec![]));
        assert!(runs <= 4 * 2 * 6, "{runs} runs");
    }

    #[test]
    fn of_fixes_that_only_fail_together_one_goes() {
        let (dropped, _, _) =
            search(&[4, 4], 1000, |kept| kept.contains(&1) && kept.contains(&6) && kept.contains(&3));
        assert_eq!(dropped, [6]);
        let (dropped, _, _) = search(&[4, 4], 1000, |kept| kept.contains(&1) != kept.contains(&6));
        assert!(dropped == [1, 6] || dropped == [1], "{dropped:?}");
    }

    #[test]
    fn a_spent_budget_leaves_what_is_known_to_pass() {
        for budget in 0..12 {
            let (dropped, untried, runs) = search(&[8; 4], budget, |kept| kept.contains(&20));
            assert!(runs <= budget);
            assert!(dropped == [20] || untried.contains(&20), "budget {budget}");
        }
    }

    #[test]
    fn what_fails_only_once_is_kept() {
        let mut failures = 1;
        let mut trial = |_: &Kept, _: Repetition| {
            failures -= 1;
            Ok(if failures == 0 { Answer::Failed(failure()) } else { Answer::Passed })
        };
        let found = isolate(&[4], failure(), &mut trial).unwrap();
        assert!(found.is_flaky && found.dropped.is_empty(), "{found:?}");
    }
}
