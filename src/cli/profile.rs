//! Where a program spends its time, as `python -m cProfile -o FILE` found.
//!
//! Which function of a text that is, `heat` finds out; how the file is written, `marshal` knows.

mod heat;
mod marshal;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use self::marshal::Value;
use super::names::shown;
use super::walk::current_directory;

pub use self::heat::{Heat, Spent};

/// The file name of what is written in C.
const BUILT_IN: &str = "~";

/// Where a program spends its time.
#[derive(Debug)]
pub struct Profile {
    path: PathBuf,
    /// Seconds in everything.
    total: f64,
    /// The times of functions written in Python, by the file that they are in: its real path where there is such a
    /// file here, else what the profile says.
    files: HashMap<PathBuf, Vec<Time>>,
    /// The part of `files` that is not here.
    absent: Vec<PathBuf>,
}

/// The time that a function takes itself, with what it calls that is written in C.
#[derive(Clone, Debug, PartialEq)]
pub struct Time {
    /// The line (from 1) that the function begins on.
    pub line: u32,
    /// Its name, such as `parse` or `<listcomp>`.
    pub name: String,
    /// Seconds.
    pub seconds: f64,
}

/// What a profile says of one file.
#[derive(Clone, Copy, Debug)]
pub struct FileTimes<'a> {
    /// Its functions.
    pub times: &'a [Time],
    /// Seconds in the whole program.
    pub total: f64,
    /// The least seconds with which a function counts as hot, where only hot functions are rewritten.
    pub hot_from: Option<f64>,
}

impl Profile {
    /// Reads the profile at `path`.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or is no profile.
    pub fn read(path: &Path) -> Result<Self> {
        let name = shown(path);
        let bytes = std::fs::read(path).with_context(|| format!("--profile: {name} cannot be read"))?;
        let advice = "write one with `python -m cProfile -o FILE program.py`";
        let value = match marshal::read(&bytes) {
            Ok(value) => value,
            Err(error) => bail!("--profile: {name} is no profile of cProfile ({error}); {advice}"),
        };
        let Some(functions) = functions(&value) else {
            bail!("--profile: {name} is no profile of cProfile; {advice}");
        };
        let mut profile =
            Self { path: path.to_owned(), total: 0.0, files: HashMap::new(), absent: Vec::new() };
        profile.total = functions.values().map(|function| function.seconds).sum();
        for (function, seconds) in with_built_ins(&functions) {
            profile.enter(function, seconds);
        }
        Ok(profile)
    }

    fn enter(&mut self, function: &Function, seconds: f64) {
        let path = PathBuf::from(&function.file);
        let time = Time { line: function.line, name: function.name.clone(), seconds };
        let real = std::fs::canonicalize(current_directory().join(&path));
        if real.is_err() && !self.files.contains_key(&path) {
            self.absent.push(path.clone());
        }
        self.files.entry(real.unwrap_or(path)).or_default().push(time);
    }

    /// The least seconds of the functions that together take `percent` of the time: the fewest that do.
    pub fn hot_from(&self, percent: u8) -> f64 {
        let mut seconds: Vec<f64> = self.files.values().flatten().map(|time| time.seconds).collect();
        seconds.sort_by(|a, b| b.total_cmp(a));
        let wanted = self.total * f64::from(percent) / 100.0;
        let mut sum = 0.0;
        let last = seconds.iter().find(|seconds| {
            sum += **seconds;
            // Sums in another order differ in their last digits.
            sum >= wanted * (1.0 - 1e-9)
        });
        // A function that takes no time at all is not hot.
        last.or(seconds.last()).copied().unwrap_or(f64::INFINITY).max(f64::MIN_POSITIVE)
    }

    /// What it says of the file at `real`, which is absolute and canonical.
    ///
    /// The path of a profile that was made elsewhere ends like the path of the file here does.
    pub fn of_file(&self, real: &Path, hot_from: Option<f64>) -> FileTimes<'_> {
        let found = self.files.get(real).or_else(|| {
            let here = current_directory();
            let relative = real.strip_prefix(&here).ok()?;
            let mut alike = self.absent.iter().filter(|absent| absent.ends_with(relative));
            let only = alike.next().filter(|_| alike.next().is_none())?;
            self.files.get(only)
        });
        FileTimes { times: found.map_or(&[], Vec::as_slice), total: self.total, hot_from }
    }

    /// Whether it has a function of the file at `real`, which is absolute and canonical.
    pub fn knows(&self, real: &Path) -> bool {
        !self.of_file(real, None).times.is_empty()
    }

    /// What to tell somebody none of whose files is in the profile.
    pub fn elsewhere(&self) -> String {
        let name = shown(&self.path);
        let hottest = self.files.iter().flat_map(|(path, times)| times.iter().map(move |time| (path, time)));
        match hottest.max_by(|a, b| a.1.seconds.total_cmp(&b.1.seconds)) {
            Some((path, time)) => format!(
                "no file given is in the profile {name}, which has most of the time in `{}` of {}; run pyfix on the \
                 program that was profiled, from the same directory",
                time.name,
                shown(path)
            ),
            None => format!("the profile {name} holds no function written in Python"),
        }
    }
}

/// A function of a profile.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Function {
    file: String,
    line: u32,
    name: String,
}

/// What a profile says of a function.
struct Account {
    /// The time in the function itself.
    seconds: f64,
    /// The part of it that each caller is to blame for.
    callers: Vec<(Function, f64)>,
}

/// ```python
/// {(file, line, name): (primitive calls, calls, own seconds, seconds, {caller: (calls, calls, own seconds, seconds)})}
/// ```
fn functions(profile: &Value) -> Option<BTreeMap<Function, Account>> {
    let Value::Dictionary(functions) = profile else { return None };
    functions.iter().map(|(key, value)| Some((function(key)?, account(value)?))).collect()
}

fn function(key: &Value) -> Option<Function> {
    let Value::Sequence(parts) = key else { return None };
    let [Value::Text(file), Value::Number(line), Value::Text(name)] = parts.as_ref() else { return None };
    Some(Function { file: file.to_string(), line: *line as u32, name: name.to_string() })
}

fn account(value: &Value) -> Option<Account> {
    let Value::Sequence(parts) = value else { return None };
    let [_, Value::Number(calls), Value::Number(seconds), _, Value::Dictionary(callers)] = parts.as_ref()
    else {
        return None;
    };
    let blamed = |value: &Value| match value {
        Value::Sequence(parts) => match parts.as_ref() {
            [_, _, Value::Number(seconds), _] => Some(*seconds),
            _ => None,
        },
        // The module `profile` counts calls alone.
        Value::Number(count) => Some(seconds * count / calls.max(1.0)),
        _ => None,
    };
    let callers = callers.iter().map(|(key, value)| Some((function(key)?, blamed(value)?)));
    Some(Account { seconds: *seconds, callers: callers.collect::<Option<_>>()? })
}

/// The functions written in Python with their time and that of what they call which is not.
fn with_built_ins(functions: &BTreeMap<Function, Account>) -> BTreeMap<&Function, f64> {
    let in_python = |function: &Function| function.file != BUILT_IN && !function.file.starts_with('<');
    let mut seconds: BTreeMap<&Function, f64> = functions
        .iter()
        .filter(|(function, _)| in_python(function))
        .map(|(function, account)| (function, account.seconds))
        .collect();
    for (_, account) in functions.iter().filter(|(function, _)| function.file == BUILT_IN) {
        for (caller, blamed) in &account.callers {
            if let Some(sum) = seconds.get_mut(caller) {
                *sum += blamed;
            }
        }
    }
    seconds
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(seconds: &[f64]) -> Profile {
        let time = |(index, seconds): (usize, &f64)| Time {
            line: index as u32 + 1,
            name: format!("f{index}"),
            seconds: *seconds,
        };
        Profile {
            path: PathBuf::from("p"),
            total: seconds.iter().sum(),
            files: HashMap::from([(PathBuf::from("/a.py"), seconds.iter().enumerate().map(time).collect())]),
            absent: Vec::new(),
        }
    }

    #[test]
    fn the_fewest_functions_that_take_the_share_are_hot() {
        let profile = profile(&[0.5, 6.0, 3.0, 0.5, 0.0]);
        assert!((profile.hot_from(60) - 6.0).abs() < 1e-9);
        assert!((profile.hot_from(61) - 3.0).abs() < 1e-9);
        assert!((profile.hot_from(90) - 3.0).abs() < 1e-9);
        assert!((profile.hot_from(100) - 0.5).abs() < 1e-9);
    }

    #[test]
    fn nothing_is_hot_where_no_time_was_spent() {
        assert!(profile(&[0.0, 0.0]).hot_from(90) > 0.0);
        assert!(profile(&[]).hot_from(90) > 0.0);
    }
}
