//! The Python interpreters of this machine, and a way to run many small programs on each of them quickly.
//!
//! One long-lived worker process per interpreter forks a child for every program, so that programs cannot
//! disturb one another and a run costs milliseconds. What runs in the worker is `worker.py`.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{LazyLock, Mutex, OnceLock};
use std::time::Duration;

use pyfix::text::{PythonVersion, Target};
use regex::Regex;
use serde::{Deserialize, Serialize};

/// How long a program may run.
const SECONDS: u64 = 10;

/// The releases that the tests would like to find.
const WANTED: &[PythonVersion] = &[
    PythonVersion::PY27,
    PythonVersion::PY36,
    PythonVersion::new(3, 7),
    PythonVersion::new(3, 8),
    PythonVersion::new(3, 9),
    PythonVersion::new(3, 10),
    PythonVersion::new(3, 11),
    PythonVersion::new(3, 12),
    PythonVersion::new(3, 13),
];

/// The interpreters that were found, at most one a release, oldest first.
pub struct Pythons {
    found: BTreeMap<PythonVersion, Interpreter>,
}

/// One interpreter with its worker.
pub struct Interpreter {
    /// The release that it says it is.
    pub version: PythonVersion,
    path: PathBuf,
    worker: Mutex<Option<Worker>>,
}

/// What running a program showed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Observation {
    /// How it ended.
    pub end: End,
    /// Type and message of the exception, or the exit status.
    pub detail: String,
    /// What it printed.
    pub stdout: String,
    /// What it wrote to the standard error stream.
    pub stderr: String,
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
    /// Whether `other` cannot be told from it: same output, same end, same exception. Addresses of objects
    /// differ from run to run and do not count.
    pub fn same_as(&self, other: &Observation) -> bool {
        let judged = self.end != End::TimedOut && self.end != End::Crashed;
        let shown = |it: &Observation| (it.end, without_addresses(&it.detail), without_addresses(&it.stdout));
        judged && shown(self) == shown(other)
    }
}

fn without_addresses(text: &str) -> String {
    static ADDRESS: LazyLock<Regex> = LazyLock::new(|| Regex::new(" at 0x[0-9A-Fa-f]+").unwrap());
    ADDRESS.replace_all(text, " at 0x").into_owned()
}

impl std::fmt::Display for Observation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {}\n{}{}", self.end, self.detail, self.stdout, self.stderr)
    }
}

/// The interpreters of this machine; they are looked for once, and what is missing is named once.
pub fn pythons() -> &'static Pythons {
    static PYTHONS: OnceLock<Pythons> = OnceLock::new();
    PYTHONS.get_or_init(|| {
        let pythons = Pythons::find();
        let missing: Vec<_> = WANTED
            .iter()
            .filter(|&&version| pythons.get(version).is_none())
            .map(ToString::to_string)
            .collect();
        if !missing.is_empty() {
            eprintln!("no interpreter for Python {}: nothing is run on it", missing.join(", "));
        }
        pythons
    })
}

impl Pythons {
    fn find() -> Self {
        let mut found = BTreeMap::new();
        for path in candidates() {
            if let Some(version) = ask_version(&path)
                && (version == PythonVersion::PY27 || version >= PythonVersion::PY36)
            {
                found.entry(version).or_insert_with(|| Interpreter {
                    version,
                    path,
                    worker: Mutex::new(None),
                });
            }
        }
        Self { found }
    }

    /// The interpreter of a release.
    pub fn get(&self, version: PythonVersion) -> Option<&Interpreter> {
        self.found.get(&version)
    }

    /// Those that a text for `target` must run on, oldest first.
    pub fn within(&self, target: Target) -> Vec<&Interpreter> {
        let range = target.oldest..=target.newest;
        self.found.values().filter(|interpreter| range.contains(&interpreter.version)).collect()
    }

    /// The oldest and the newest of [`Pythons::within`]; all of them when `PYFIX_ALL_PYTHONS` is set.
    pub fn sample(&self, target: Target) -> Vec<&Interpreter> {
        let all = self.within(target);
        if std::env::var_os("PYFIX_ALL_PYTHONS").is_some() || all.len() < 3 {
            return all;
        }
        all.first().into_iter().chain(all.last()).copied().collect()
    }
}

/// Paths at which there may be an interpreter, the most exact first.
fn candidates() -> Vec<PathBuf> {
    let mut paths = Vec::new();
    let root = std::env::var_os("PYENV_ROOT").map(PathBuf::from);
    let root = root.or_else(|| std::env::home_dir().map(|home| home.join(".pyenv")));
    if let Some(entries) = root.and_then(|root| std::fs::read_dir(root.join("versions")).ok()) {
        let mut versions: Vec<_> = entries.flatten().map(|entry| entry.path().join("bin/python")).collect();
        versions.sort();
        paths.extend(versions);
    }
    let directories: Vec<_> =
        std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
    let exact = WANTED.iter().map(|version| format!("python{version}"));
    for name in exact.chain(["python3".to_owned(), "python2".to_owned(), "python".to_owned()]) {
        paths.extend(directories.iter().map(|directory: &PathBuf| directory.join(&name)));
    }
    paths.retain(|path| path.is_file());
    paths
}

fn ask_version(path: &Path) -> Option<PythonVersion> {
    let script = "import sys; print('%d.%d' % sys.version_info[:2])";
    let output = Command::new(path).args(["-c", script]).stdin(Stdio::null()).output().ok()?;
    PythonVersion::parse(std::str::from_utf8(&output.stdout).ok()?.trim())
}

#[derive(Serialize)]
struct Request {
    program: String,
    seconds: u64,
}

impl Interpreter {
    /// Runs `program` as a script.
    pub fn run(&self, program: &str) -> Observation {
        self.run_bytes(program.as_bytes())
    }

    /// Runs the bytes of a file as a script.
    pub fn run_bytes(&self, program: &[u8]) -> Observation {
        self.observe(program, SECONDS)
    }

    fn observe(&self, program: &[u8], seconds: u64) -> Observation {
        let program = program.iter().copied().map(char::from).collect();
        let mut slot = self.worker.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let worker = slot.get_or_insert_with(|| Worker::start(&self.path));
        if let Some(observation) = worker.ask(&Request { program, seconds }) {
            return observation;
        }
        // The worker watches the clock itself; when even that fails, the next program gets a new one.
        if let Some(mut worker) = slot.take() {
            worker.process.kill().ok();
            worker.process.wait().ok();
        }
        let detail = "the worker gave no answer".to_owned();
        Observation { end: End::Crashed, detail, stdout: String::new(), stderr: String::new() }
    }
}

struct Worker {
    process: Child,
    answers: Receiver<Vec<u8>>,
}

impl Worker {
    fn start(interpreter: &Path) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/worker.py");
        let mut process = Command::new(interpreter)
            .args(["-B", "-W", "ignore", script])
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

    /// `None` when the worker died or does not answer in time.
    fn ask(&mut self, request: &Request) -> Option<Observation> {
        let body = serde_json::to_string(request).ok()?;
        let ascii: String = body.chars().map(escape).collect();
        let stdin = self.process.stdin.as_mut()?;
        write!(stdin, "{}\n{ascii}", ascii.len()).ok()?;
        stdin.flush().ok()?;
        let answer = self.answers.recv_timeout(Duration::from_secs(2 * SECONDS)).ok()?;
        serde_json::from_slice(&answer).ok()
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

#[test]
fn programs_are_observed() {
    for interpreter in pythons().within(Target::from_oldest(PythonVersion::PY27)) {
        let version = interpreter.version;
        let program = "import sys\nprint('a')\nsys.stderr.write('b')\nraise ValueError('c')\n";
        let observation = interpreter.run(program);
        assert_eq!(observation.end, End::Raised, "Python {version}: {observation}");
        assert_eq!(observation.detail, "ValueError: c", "Python {version}");
        assert_eq!((observation.stdout.as_str(), observation.stderr.as_str()), ("a\n", "b"));
        assert_eq!(interpreter.run("raise SystemExit(3)\n").detail, "3");
        assert_eq!(interpreter.run("print(\n").end, End::Rejected);
        assert_eq!(interpreter.run("import os\nos.abort()\n").end, End::Crashed);
        assert_eq!(interpreter.run("print(__name__)\n").stdout, "__main__\n");
    }
}

#[test]
fn programs_cannot_disturb_one_another() {
    for interpreter in pythons().within(Target::default()) {
        interpreter.run("import builtins, sys\nbuiltins.len = None\nsys.setrecursionlimit(60)\n");
        let observation = interpreter.run("import sys\nprint(len('ab'), sys.getrecursionlimit())\n");
        assert_eq!(observation.stdout, "2 1000\n", "Python {}: {observation}", interpreter.version);
    }
}

#[test]
fn a_program_that_does_not_end_is_stopped() {
    let Some(interpreter) = pythons().within(Target::default()).into_iter().next_back() else {
        return;
    };
    assert_eq!(interpreter.observe(b"while True: pass\n", 1).end, End::TimedOut);
    assert_eq!(interpreter.run("print(1)\n").stdout, "1\n");
}

#[test]
fn observations_are_told_apart() {
    let Some(interpreter) = pythons().within(Target::default()).into_iter().next_back() else {
        return;
    };
    let one = interpreter.run("print(1)\n");
    assert!(one.same_as(&interpreter.run("print(2 - 1)\n")));
    assert!(!one.same_as(&interpreter.run("print(2)\n")));
    assert!(!one.same_as(&interpreter.run("print(1)\nraise ValueError\n")));
    assert!(!interpreter.run("[].x\n").same_as(&interpreter.run("().x\n")));
}
