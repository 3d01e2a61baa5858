//! Runs the command that the user gave, and judges what came of it against a run before any change.

use std::io::{ErrorKind, PipeReader, Read};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anstream::adapter::strip_str;
use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use serde::{Deserialize, Serialize};

use super::junit::{self, TestResult, Tests};
use super::message::counted;

/// So much of the end of what a command prints is kept, in bytes.
const KEPT_OUTPUT: usize = 64 << 10;

/// How long output is waited for after everything that could write it was killed.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// So much of a line that a command printed is told, in characters.
const LONGEST_QUOTE: usize = 200;

/// How many tests are named in one line.
const NAMED: usize = 3;

/// The status that a POSIX shell gives for a command that it does not find.
const NOT_FOUND: i32 = 127;

/// What has to succeed for a change to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// The command, for a POSIX shell.
    pub command: String,
    /// Where the command writes a `JUnit` report, relative to the tree.
    pub junit: Option<PathBuf>,
    /// How long it may take.
    pub limit: Duration,
}

/// How a run of the command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// With this status.
    Status(i32),
    /// By this signal.
    Signal(i32),
    /// It took too long, and was killed with everything that it had started.
    TimedOut,
}

/// What came of a run of the command.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// How it ended.
    pub ending: Ending,
    /// The end of what it printed, to standard output and standard error.
    pub output: String,
    /// The tests of its report, where one was asked for and is there.
    pub tests: Option<Tests>,
    /// How long it took, in seconds.
    pub seconds: f64,
}

/// Why a run is worse than that before any change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What is worse, in one line.
    pub summary: String,
    /// Tests that passed before and do not now.
    pub tests: Vec<String>,
    /// The end of what the command printed.
    pub output: String,
}

impl Ending {
    /// The same as a clause.
    pub fn describe(self, limit: Duration) -> String {
        match self {
            Self::Status(NOT_FOUND) => "the verify command was not found (exit status 127)".to_owned(),
            Self::Status(status) => format!("the verify command ended with exit status {status}"),
            Self::Signal(signal) => format!("the verify command was killed by signal {signal}"),
            Self::TimedOut => {
                let seconds = counted(limit.as_secs() as usize, "second", "seconds");
                format!("the verify command took longer than {seconds} and was killed")
            }
        }
    }
}

impl Run {
    /// Why `self` is no run to compare others with; none where it is one.
    pub fn unfit_to_compare(&self, verification: &Verification) -> Option<String> {
        let limit = verification.limit;
        match self.ending {
            Ending::TimedOut => Some(format!("{}; raise --verify-timeout", self.ending.describe(limit))),
            Ending::Status(NOT_FOUND) => {
                Some(format!("{}; say it as you would in a shell", self.said(limit)))
            }
            _ if verification.junit.is_some() && self.tests.is_none() => {
                Some(format!("{}, and wrote no JUnit report that can be read", self.said(limit)))
            }
            Ending::Status(0) => None,
            // With a report, tests are compared one by one.
            Ending::Status(_) if self.tests.is_some() => None,
            _ => Some(format!(
                "{} before any change; mend that, compare test by test with --verify-junit, or use \
                 --allow-failing-baseline",
                self.said(limit)
            )),
        }
    }

    /// How it ended, with the last line that it printed.
    fn said(&self, limit: Duration) -> String {
        let last = self.output.lines().rev().find(|line| !line.trim().is_empty());
        let words = last.map_or_else(String::new, |line| {
            let line: String = line.trim().replace(char::is_control, " ");
            let start: String = line.chars().take(LONGEST_QUOTE).collect();
            let rest = if start.len() < line.len() { "..." } else { "" };
            format!(", saying `{start}{rest}`")
        });
        format!("{}{words}", self.ending.describe(limit))
    }

    /// Why `self` is worse than `before`, if it is.
    ///
    /// What failed before may fail now. With reports a test that passed before must be there and pass; the status
    /// must be what it was, or success.
    pub fn worse_than(&self, before: &Self, limit: Duration) -> Option<Failure> {
        let failure = |summary: String, tests: Vec<String>| {
            Some(Failure { summary, tests, output: self.output.clone() })
        };
        if let Some(old) = &before.tests {
            let Some(new) = &self.tests else {
                return failure(
                    format!("{}, and wrote no JUnit report", self.ending.describe(limit)),
                    vec![],
                );
            };
            let is_broken = |(name, result): &(&String, &TestResult)| {
                **result == TestResult::Passed && new.get(*name) != Some(&TestResult::Passed)
            };
            let broken: Vec<String> = old.iter().filter(is_broken).map(|(name, _)| name.clone()).collect();
            if !broken.is_empty() {
                return failure(describe_tests(&broken, new), broken);
            }
        }
        if self.ending == Ending::Status(0) || self.ending == before.ending {
            return None;
        }
        failure(self.ending.describe(limit), vec![])
    }
}

/// Such as `2 tests that passed before fail: a, b`.
fn describe_tests(broken: &[String], now: &Tests) -> String {
    let named = broken.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    let more = match broken.len().saturating_sub(NAMED) {
        0 => String::new(),
        count => format!(" and {count} more"),
    };
    let is_gone = broken.iter().all(|name| !now.contains_key(name));
    match (broken.len(), is_gone) {
        (1, false) => format!("a test that passed before does not now: {named}"),
        (1, true) => format!("a test that passed before was not run: {named}"),
        (count, false) => format!("{count} tests that passed before do not now: {named}{more}"),
        (count, true) => format!("{count} tests that passed before were not run: {named}{more}"),
    }
}

impl Verification {
    /// Runs the command in `directory`.
    ///
    /// # Errors
    ///
    /// When no shell can be started.
    pub fn run(&self, directory: &Path) -> Result<Run> {
        let report = self.junit.as_ref().map(|name| directory.join(name));
        if let Some(report) = &report {
            let real = |path: &Path| std::fs::canonicalize(path).ok();
            if let Some((there, top)) = report.parent().and_then(real).zip(real(directory))
                && !there.starts_with(top)
            {
                bail!("a symbolic link leads to the JUnit report {} outside of the tree", report.display());
            }
            // That of an earlier run says nothing of this one.
            match std::fs::remove_file(report) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    bail!("{} cannot be removed: {error}", report.display());
                }
                _ => {}
            }
        }
        let started = Instant::now();
        let (ending, output) = run_in_shell(&self.command, directory, self.limit)?;
        let tests = report.and_then(|path| std::fs::read(path).ok()).and_then(|xml| junit::read(&xml));
        Ok(Run { ending, output, tests, seconds: started.elapsed().as_secs_f64() })
    }
}

/// The groups of processes that run now: a person who stops pyfix wants them stopped, too.
static RUNNING: Mutex<Vec<Pid>> = Mutex::new(Vec::new());

/// Kills every command that runs, with all that it started.
pub fn kill_all() {
    // A lock that a signal interrupted must not keep the others alive.
    let running = match RUNNING.try_lock() {
        Ok(running) => running.clone(),
        Err(_) => Vec::new(),
    };
    for group in running {
        let _ = kill_process_group(group, Signal::KILL);
    }
}

fn run_in_shell(command: &str, directory: &Path, limit: Duration) -> Result<(Ending, String)> {
    let (reader, writer) = std::io::pipe().context("no pipe can be made")?;
    let mut shell = Command::new("/bin/sh");
    shell.arg("-c").arg(command).current_dir(directory).process_group(0).stdin(Stdio::null());
    shell.stderr(writer.try_clone().context("no pipe can be made")?).stdout(writer);
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY"] {
        shell.env_remove(name);
    }
    let mut child = shell.spawn().context("`/bin/sh` cannot be run")?;
    // The ends of the pipe that this process holds: reading would never be over.
    drop(shell);
    let output = read_tail(reader);
    let group = Pid::from_child(&child);
    let running = |change: &dyn Fn(&mut Vec<Pid>)| {
        change(&mut RUNNING.lock().unwrap_or_else(PoisonError::into_inner));
    };
    running(&|groups| groups.push(group));
    let in_time = wait(group, limit);
    // What it left running would disturb the next run. The shell was not waited for yet, so that its id is not that
    // of another process by now.
    let _ = kill_process_group(group, Signal::KILL);
    running(&|groups| groups.retain(|it| *it != group));
    let ending = ending_of(&mut child, in_time)?;
    let said = output.recv_timeout(LAST_WORDS).unwrap_or_default();
    Ok((ending, said))
}

/// Whether the process ends within `limit`.
fn wait(process: Pid, limit: Duration) -> bool {
    let started = Instant::now();
    let mut pause = Duration::from_millis(1);
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    while !matches!(waitid(WaitId::Pid(process), options), Ok(Some(_))) {
        if started.elapsed() >= limit {
            return false;
        }
        std::thread::sleep(pause.min(limit.saturating_sub(started.elapsed())));
        pause = (pause * 2).min(Duration::from_millis(50));
    }
    true
}

fn ending_of(child: &mut Child, in_time: bool) -> Result<Ending> {
    use std::os::unix::process::ExitStatusExt;
    let status = child.wait().context("the verify command cannot be waited for")?;
    if !in_time {
        return Ok(Ending::TimedOut);
    }
    Ok(match status.code() {
        Some(code) => Ending::Status(code),
        None => Ending::Signal(status.signal().unwrap_or(0)),
    })
}

/// Reads everything from `reader` on a thread of its own and gives the end of it.
fn read_tail(mut reader: PipeReader) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut tail: Vec<u8> = Vec::new();
        let mut buffer = [0; 8192];
        let mut dropped = false;
        while let Ok(count @ 1..) = reader.read(&mut buffer) {
            tail.extend(buffer.get(..count).unwrap_or_default());
            if tail.len() > 2 * KEPT_OUTPUT {
                tail.drain(..tail.len() - KEPT_OUTPUT);
                dropped = true;
            }
        }
        if tail.len() > KEPT_OUTPUT {
            tail.drain(..tail.len() - KEPT_OUTPUT);
            dropped = true;
        }
        let text = String::from_utf8_lossy(&tail);
        // Colours are for terminals.
        let text = strip_str(&text).to_string();
        let _ = sender.send(if dropped { format!("[...]\n{text}") } else { text });
    });
    receiver
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verification(command: &str, seconds: u64) -> Verification {
        Verification { command: command.to_owned(), junit: None, limit: Duration::from_secs(seconds) }
    }

    fn run(command: &str) -> Run {
        let directory = tempfile::tempdir().unwrap();
        verification(command, 60).run(directory.path()).unwrap()
    }

    #[test]
    fn the_command_runs_in_a_shell() {
        let run = run("echo out; echo err >&2; exit 3");
        assert_eq!(run.ending, Ending::Status(3));
        assert_eq!(run.output, "out\nerr\n");
    }

    #[test]
    fn what_it_says_is_told_without_colours() {
        let run = run("printf '\\033[31mred\\033[0m\\ta\\007\\n'; exit 1");
        assert_eq!(run.output, "red\ta\n");
        let said = run.said(Duration::ZERO);
        assert!(said.ends_with(", saying `red a`"), "{said}");
        let long = Run { output: "x".repeat(1000), ..run };
        assert!(long.said(Duration::ZERO).len() < 300);
    }

    #[test]
    fn only_the_end_of_the_output_is_kept() {
        let run = run("yes | head -c 1000000; echo last");
        assert!(run.output.len() < KEPT_OUTPUT + 100);
        assert!(run.output.starts_with("[...]\n") && run.output.ends_with("last\n"));
    }

    #[test]
    fn a_command_that_hangs_is_killed_with_its_children() {
        let directory = tempfile::tempdir().unwrap();
        let command = "(sleep 3; touch late) & echo started; sleep 3; touch late";
        let run = verification(command, 1).run(directory.path()).unwrap();
        assert_eq!((run.ending, run.output.as_str()), (Ending::TimedOut, "started\n"));
        std::thread::sleep(Duration::from_secs(3));
        assert!(!directory.path().join("late").exists());
    }

    #[test]
    fn what_it_leaves_running_is_killed() {
        let started = Instant::now();
        assert_eq!(run("sleep 50 & exit 0").ending, Ending::Status(0));
        assert!(started.elapsed() < Duration::from_secs(40));
    }

    fn with_tests(status: i32, tests: &[(&str, TestResult)]) -> Run {
        let tests = tests.iter().map(|(name, result)| ((*name).to_owned(), *result)).collect();
        Run { ending: Ending::Status(status), output: String::new(), tests: Some(tests), seconds: 0.0 }
    }

    #[test]
    fn what_failed_before_may_fail_after() {
        use TestResult::{Failed, Passed};
        let before = with_tests(1, &[("a", Passed), ("b", Failed)]);
        let worse = |run: &Run| run.worse_than(&before, Duration::ZERO).map(|failure| failure.tests);
        assert_eq!(worse(&before), None);
        assert_eq!(worse(&with_tests(0, &[("a", Passed), ("b", Passed)])), None);
        assert_eq!(worse(&with_tests(1, &[("a", Failed), ("b", Failed)])), Some(vec!["a".to_owned()]));
        assert_eq!(worse(&with_tests(1, &[("b", Failed)])), Some(vec!["a".to_owned()]));
        assert_eq!(worse(&with_tests(2, &[("a", Passed), ("b", Failed)])), Some(vec![]));
    }

    #[test]
    fn without_a_report_the_status_is_compared() {
        let ended = |status| Run { tests: None, ..with_tests(status, &[]) };
        assert!(ended(1).worse_than(&ended(0), Duration::ZERO).is_some());
        assert!(ended(0).worse_than(&ended(1), Duration::ZERO).is_none());
        assert!(ended(1).worse_than(&ended(1), Duration::ZERO).is_none());
        assert!(ended(2).worse_than(&ended(1), Duration::ZERO).is_some());
        assert!(ended(1).unfit_to_compare(&verification("x", 1)).is_some());
        assert!(ended(0).unfit_to_compare(&verification("x", 1)).is_none());
    }
}
