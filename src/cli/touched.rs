//! Which functions of a file were touched since a revision, as Git has it.
//!
//! A function was touched when a line of it is new, or one went away from inside of it; the statements outside of
//! functions when that happened to one of them. What was not touched stays as it is.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use similar::{Algorithm, DiffOp};

use super::definitions::Definition;
use super::git;
use super::process::Obstacle;
use super::report::Problem;
use crate::engine::{Focus, Interest};
use crate::semantic::Reason;
use crate::syntax::{Kind, Regions, parse};
use crate::text::{Range, Source, decode};

/// The revision that changes are counted from.
#[derive(Debug)]
pub struct Since {
    revision: String,
    /// The commit that decides about the statements outside of functions, where that is not the text itself: what
    /// pyfix puts there is no reason to rewrite more.
    outside: Option<String>,
    /// Why the revision means nothing, by the directory.
    known: Mutex<HashMap<PathBuf, Option<String>>>,
}

impl Since {
    /// Changes since `revision`.
    pub fn new(revision: String) -> Self {
        Self { revision, outside: None, known: Mutex::default() }
    }

    /// The same, but the statements outside of functions count as touched where they were in `commit`.
    #[must_use]
    pub fn judged_outside_by(self, commit: String) -> Self {
        Self { outside: Some(commit), ..self }
    }

    /// The parts of `source`, the text of the file at `path`, that were touched.
    ///
    /// # Errors
    ///
    /// When the file is in no repository, or the revision is not in its repository.
    pub fn focus(&self, path: &Path, source: &Source) -> Result<Focus, Obstacle> {
        self.check(path).map_err(failed)?;
        let old = text_at(&self.revision, path).map_err(failed)?;
        let touched = Touched::between(old.as_deref(), source);
        let is_outside_touched = match &self.outside {
            None => touched.is_outside_touched,
            Some(commit) => match text_at(commit, path).map_err(failed)? {
                None => true,
                Some(text) => Touched::between(old.as_deref(), &source.with_text(text)).is_outside_touched,
            },
        };
        let interest = |wanted| if wanted { Interest::Wanted } else { Interest::Unwanted };
        let outside = (source.full_range(), interest(is_outside_touched));
        let functions = touched.functions.into_iter().map(|(range, wanted)| (range, interest(wanted)));
        Ok(Focus::new(Reason::NotTouched, std::iter::once(outside).chain(functions)))
    }

    /// Finds out, once for each directory, whether the revision is in the repository of the file at `path`.
    ///
    /// # Errors
    ///
    /// When it is not, or there is no repository.
    pub fn check(&self, path: &Path) -> Result<(), String> {
        let directory = path.parent().unwrap_or(path);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let problem = known.entry(directory.to_owned()).or_insert_with(|| self.problem_in(directory));
        problem.clone().map_or(Ok(()), Err)
    }

    /// Why the revision means nothing in `directory`.
    fn problem_in(&self, directory: &Path) -> Option<String> {
        let ask = |arguments: &[&str]| {
            let mut command = git::git();
            command.arg("-C").arg(directory).arg("rev-parse").args(arguments);
            git::output_if_any(&mut command)
        };
        let revision = format!("{}^{{commit}}", self.revision);
        let is_there = ask(&["--verify", "--quiet", "--end-of-options", &revision]);
        let problem = match (is_there, ask(&["--git-dir"])) {
            (Ok(Some(_)), _) => return None,
            (Ok(None), Ok(Some(_))) => {
                format!("`{}` is no revision of the repository that it is in", self.revision)
            }
            (Ok(None), Ok(None)) => "it is in no Git repository".to_owned(),
            (Err(error), _) | (_, Err(error)) => format!("{error:#}"),
        };
        Some(format!("--diff-base: {problem}"))
    }
}

fn failed(message: String) -> Obstacle {
    Obstacle::Failure(Problem { id: "diff-base", message })
}

/// The text of the file at `path` in `revision`; none where it was not there, or was no text.
fn text_at(revision: &str, path: &Path) -> Result<Option<String>, String> {
    let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else { return Ok(None) };
    let mut object = std::ffi::OsString::from(format!("{revision}:./"));
    object.push(name);
    let mut command = git::git();
    command.arg("-C").arg(directory).args(["cat-file", "blob"]).arg(object);
    let bytes = git::output_if_any(&mut command).map_err(|error| format!("--diff-base: {error:#}"))?;
    Ok(bytes.and_then(|bytes| decode(bytes).ok()).map(|decoded| decoded.text().to_owned()))
}

/// What was touched.
struct Touched {
    is_outside_touched: bool,
    /// The functions, with their decorators.
    functions: Vec<(Range, bool)>,
}

impl Touched {
    /// What of `source` differs from `old`, the text as it was; everything where there was none.
    fn between(old: Option<&str>, source: &Source) -> Self {
        let mut functions = functions_of(source);
        let Some(old) = old else {
            for (_, touched) in &mut functions {
                *touched = true;
            }
            return Self { is_outside_touched: true, functions };
        };
        let mut touched = Self { is_outside_touched: false, functions };
        let (old, new) = (lines(old), lines(source.text()));
        for op in similar::capture_diff_slices(Algorithm::Myers, &old, &new) {
            match op {
                DiffOp::Equal { .. } => {}
                DiffOp::Delete { old_index, old_len, new_index } => {
                    let gone = old.get(old_index..old_index + old_len).unwrap_or_default();
                    touched.enter_gap(source, new_index as u32, gone);
                }
                DiffOp::Insert { new_index, new_len, .. } | DiffOp::Replace { new_index, new_len, .. } => {
                    (new_index..new_index + new_len).for_each(|at| touched.enter_line(source, at as u32 + 1));
                }
            }
        }
        touched
    }

    /// The line of that number (from 1) is new.
    fn enter_line(&mut self, source: &Source, line: u32) {
        let mut is_inside = false;
        for (range, touched) in &mut self.functions {
            if span(source, *range).contains(&line) {
                (*touched, is_inside) = (true, true);
            }
        }
        self.is_outside_touched |= !is_inside;
    }

    /// Lines went away behind so many lines that are still there. They were of a function that goes on behind them, or
    /// that ends here and is indented less than they were.
    fn enter_gap(&mut self, source: &Source, before: u32, gone: &[&str]) {
        let depth = gone.iter().filter(|line| !line.trim().is_empty()).map(|line| indentation(line)).max();
        let mut is_inside = false;
        for (range, touched) in &mut self.functions {
            let lines = span(source, *range);
            let own = indentation(source.slice(source.line_range(*lines.start())));
            let held = lines.contains(&before)
                && (lines.contains(&(before + 1)) || depth.is_some_and(|depth| depth > own));
            if held {
                (*touched, is_inside) = (true, true);
            }
        }
        self.is_outside_touched |= !is_inside && depth.is_some();
    }
}

/// The lines (from 1) of `range`.
fn span(source: &Source, range: Range) -> std::ops::RangeInclusive<u32> {
    source.line(range.start)..=source.line(range.end.saturating_sub(1).max(range.start))
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

fn functions_of(source: &Source) -> Vec<(Range, bool)> {
    let Ok(tree) = parse(source, &Regions::whole(source)) else { return Vec::new() };
    let definitions = tree.nodes().filter_map(Definition::of);
    let functions = definitions.filter(|definition| definition.node.kind() == Kind::FunctionDefinition);
    functions.map(|function| (function.range, false)).collect()
}

/// The lines of a text, whatever ends them.
fn lines(text: &str) -> Vec<&str> {
    text.split('\n').map(|line| line.trim_end_matches('\r')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Dialect, Target};

    const OLD: &str = "import a\n\n\ndef f():\n    x = 1\n    y = 2\n\n\ndef g():\n    def inner():\n        z = 3\n    w = 4\n";

    /// Whether the statements outside of functions are touched, and each function, when `old` becomes `new`.
    fn touched(old: &str, new: &str) -> (bool, Vec<bool>) {
        let source = Source::new(new.to_owned(), Dialect::Python3, Target::default());
        let touched = Touched::between(Some(old), &source);
        (touched.is_outside_touched, touched.functions.into_iter().map(|(_, touched)| touched).collect())
    }

    #[test]
    fn only_what_changed_is_touched() {
        let changed = |from: &str, to: &str| touched(OLD, &OLD.replace(from, to));
        assert_eq!(changed("no such text", ""), (false, vec![false, false, false]));
        assert_eq!(changed("x = 1", "x = 5"), (false, vec![true, false, false]));
        assert_eq!(changed("z = 3", "z = 5"), (false, vec![false, true, true]));
        assert_eq!(changed("w = 4", "w = 5"), (false, vec![false, true, false]));
        assert_eq!(changed("import a", "import b"), (true, vec![false, false, false]));
        assert_eq!(changed("    x = 1\n", ""), (false, vec![true, false, false]));
        assert_eq!(changed("    y = 2\n", ""), (false, vec![true, false, false]));
        assert_eq!(changed("import a\n", ""), (true, vec![false, false, false]));
    }

    #[test]
    fn line_endings_are_no_change() {
        assert_eq!(touched(OLD, &OLD.replace('\n', "\r\n")), (false, vec![false, false, false]));
    }

    #[test]
    fn a_function_that_went_away_touches_no_other() {
        let without_g = &OLD[..OLD.find("\n\ndef g").unwrap()];
        assert_eq!(touched(OLD, without_g).1, [false]);
    }
}
