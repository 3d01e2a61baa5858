//! One interpreter kept alive, and what it tells of the programs that it is given.
//!
//! A program costs a process (some milliseconds) or, among others in one process, a tenth of a millisecond. What
//! runs in the worker is `worker.py`.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use regex::Regex;
use serde::{Deserialize, Serialize};

/// How programs are kept from disturbing one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Each has a process of its own.
    Apart,
    /// One runs after the other, each as a `__main__` of its own.
    Together,
    /// As `Apart`, with notes on what loops ran over.
    Watched,
}

/// What running a program showed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Observation {
    /// How it ended.
    pub end: End,
    /// Type and message of the exception, or the exit status.
    pub detail: String,
    /// What it wrote to its standard streams, in the order of the lines.
    pub output: String,
    /// By the line of a loop statement, what it ran over; only of watched programs.
    #[serde(default)]
    pub loops: BTreeMap<String, Vec<Turn>>,
}

/// What a loop statement ran over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Turn {
    /// At least one item.
    Items,
    /// Nothing.
    Empty,
    /// Something, until an exception left the loop.
    Raising,
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// It is no program for this interpreter.
    Rejected,
    /// It ran to its end.
    Finished,
    /// It raised `SystemExit`.
    Exited,
    /// It raised something else.
    Raised,
    /// It ran longer than it may.
    TimedOut,
    /// The process died.
    Crashed,
}

impl Observation {
    /// What is known of a program when its worker does not answer.
    pub fn of_dead_worker() -> Self {
        let detail = "the worker gave no answer".to_owned();
        Self { end: End::Crashed, detail, output: String::new(), loops: BTreeMap::new() }
    }

    /// Whether `other` cannot be told from it: same output in the same order, same end, same exception. Addresses
    /// of objects differ from run to run. The scopes in qualified names of functions are a matter of frames, and so is
    /// whether Python 2 calls a name without a value a global one. None of that counts.
    pub fn same_as(&self, other: &Observation) -> bool {
        let judged = self.end != End::TimedOut && self.end != End::Crashed;
        let shown = |it: &Observation| (it.end, comparable(&it.detail), comparable(&it.output));
        judged && shown(self) == shown(other)
    }
}

fn comparable(text: &str) -> String {
    static PASSING: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r" at 0x[0-9A-Fa-f]+|<(?:locals|genexpr|listcomp|setcomp|dictcomp)>\.").unwrap()
    });
    PASSING.replace_all(text, "").replace("global name '", "name '")
}

impl std::fmt::Display for Observation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {}\n{}", self.end, self.detail, self.output)
    }
}

#[derive(Serialize)]
struct Request {
    programs: Vec<String>,
    seconds: u64,
    mode: Mode,
}

/// A process of an interpreter that runs programs.
pub struct Worker {
    process: Child,
    answers: Receiver<Vec<u8>>,
}

impl Worker {
    /// Starts the interpreter at a path.
    pub fn start(interpreter: &Path) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/behaviour/worker.py");
        let mut process = Command::new(interpreter)
            .args(["-u", "-B", "-W", "ignore", script])
            .current_dir(std::env::temp_dir())
            .env("PYTHONHASHSEED", "0")
            .env("PYTHONIOENCODING", "utf-8")
            .env_remove("PYTHONPATH")
            .env_remove("PYTHONSTARTUP")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("an interpreter that told its version starts");
        let stdout = process.stdout.take().expect("stdout is piped");
        let (sender, answers) = mpsc::channel();
        std::thread::spawn(move || {
            let mut stdout = BufReader::new(stdout);
            while let Some(answer) = read_answer(&mut stdout) {
                if sender.send(answer).is_err() {
                    return;
                }
            }
        });
        Self { process, answers }
    }

    /// One answer for each program; `None` when the worker died or does not answer in time.
    pub fn ask(&mut self, programs: &[&[u8]], mode: Mode, seconds: u64) -> Option<Vec<Observation>> {
        let in_latin1 = |program: &&[u8]| program.iter().copied().map(char::from).collect();
        let count = programs.len();
        let request = Request { programs: programs.iter().map(in_latin1).collect(), seconds, mode };
        let body = serde_json::to_string(&request).ok()?;
        let ascii: String = body.chars().map(escape).collect();
        let stdin = self.process.stdin.as_mut()?;
        write!(stdin, "{}\n{ascii}", ascii.len()).ok()?;
        stdin.flush().ok()?;
        let longest = Duration::from_secs(seconds * (count as u64 + 1));
        let answer = self.answers.recv_timeout(longest).ok()?;
        let observations: Vec<Observation> = serde_json::from_slice(&answer).ok()?;
        (observations.len() == count).then_some(observations)
    }

    /// Ends the process, whatever it is doing.
    pub fn end(mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

fn read_answer(stdout: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut header = String::new();
    stdout.read_line(&mut header).ok()?;
    let mut answer = vec![0; header.trim().parse().ok()?];
    stdout.read_exact(&mut answer).ok()?;
    Some(answer)
}

/// The character as JSON spells it in ASCII; programs hold none above U+00FF here.
fn escape(character: char) -> String {
    if character.is_ascii() { character.to_string() } else { format!("\\u{:04x}", u32::from(character)) }
}
