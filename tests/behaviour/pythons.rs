//! The Python interpreters of this machine: found once, and what is missing is named once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

use pyfix::text::{PythonVersion, Target};

use super::worker::{End, Mode, Observation, Turn, Worker};

/// How long a program may run.
pub const SECONDS: u64 = 10;

/// How many programs a worker is given at once.
const BATCH: usize = 100;

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
    /// Where it is.
    pub path: PathBuf,
    worker: Mutex<Option<Worker>>,
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

    /// All, oldest first.
    pub fn all(&self) -> impl Iterator<Item = &Interpreter> {
        self.found.values()
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

    /// Whether every release is there that the tests would like to find.
    pub fn complete(&self) -> bool {
        WANTED.iter().all(|version| self.found.contains_key(version))
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

impl Interpreter {
    /// Runs `program` as a script, in a process of its own.
    pub fn run(&self, program: &str) -> Observation {
        self.run_bytes(program.as_bytes())
    }

    /// Runs the bytes of a file as a script, in a process of its own.
    pub fn run_bytes(&self, program: &[u8]) -> Observation {
        self.observe(&[program], Mode::Apart, SECONDS).remove(0)
    }

    /// Runs `program` with notes on what its loops ran over.
    pub fn watch(&self, program: &str) -> Observation {
        self.observe(&[program.as_bytes()], Mode::Watched, SECONDS).remove(0)
    }

    /// What each of the programs shows, none of which may take longer than `seconds`.
    pub fn observe(&self, programs: &[&[u8]], mode: Mode, seconds: u64) -> Vec<Observation> {
        let mut observations = Vec::new();
        for batch in programs.chunks(BATCH) {
            observations.extend(self.observe_batch(batch, mode, seconds));
        }
        observations
    }

    fn observe_batch(&self, programs: &[&[u8]], mode: Mode, seconds: u64) -> Vec<Observation> {
        let mut slot = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        let worker = slot.get_or_insert_with(|| Worker::start(&self.path));
        if let Some(observations) = worker.ask(programs, mode, seconds) {
            return observations;
        }
        // The worker watches the clock itself; when even that fails, the next programs get a new one.
        if let Some(worker) = slot.take() {
            worker.end();
        }
        vec![Observation::of_dead_worker(); programs.len()]
    }
}

#[test]
fn programs_are_observed() {
    for interpreter in pythons().within(Target::from_oldest(PythonVersion::PY27)) {
        let version = interpreter.version;
        let program = "import sys\nprint('a')\nsys.stderr.write('b\\n')\nprint('c')\nraise ValueError('d')\n";
        let observation = interpreter.run(program);
        assert_eq!(observation.end, End::Raised, "Python {version}: {observation}");
        assert_eq!(observation.detail, "ValueError: d", "Python {version}");
        assert_eq!(observation.output, "a\nb\nc\n", "Python {version}");
        assert_eq!(interpreter.run("raise SystemExit(3)\n").detail, "3");
        assert_eq!(interpreter.run("print(\n").end, End::Rejected);
        assert_eq!(interpreter.run("import os\nos.abort()\n").end, End::Crashed);
        assert_eq!(interpreter.run("print(__name__)\n").output, "__main__\n");
    }
}

#[test]
fn programs_cannot_disturb_one_another() {
    let breaking =
        "import builtins, sys\nbuiltins.len = None\nsys.setrecursionlimit(60)\nsys.stdout = None\n";
    let asking = "import sys\nprint(len('ab'), sys.getrecursionlimit())\n";
    for interpreter in pythons().within(Target::default()) {
        for mode in [Mode::Apart, Mode::Together] {
            let programs = [breaking.as_bytes(), asking.as_bytes()];
            let observation = interpreter.observe(&programs, mode, SECONDS).remove(1);
            assert_eq!(observation.output, "2 1000\n", "Python {}: {observation}", interpreter.version);
        }
    }
}

#[test]
fn programs_that_do_not_end_or_die_are_told_apart() {
    let Some(interpreter) = pythons().within(Target::default()).into_iter().next_back() else {
        return;
    };
    let programs: [&[u8]; 5] =
        [b"print(1)", b"while True: pass", b"print(2)", b"import os; os.abort()", b"print(3)"];
    let observations = interpreter.observe(&programs, Mode::Together, 1);
    let ends: Vec<End> = observations.iter().map(|observation| observation.end).collect();
    assert_eq!(ends, [End::Finished, End::TimedOut, End::Finished, End::Crashed, End::Finished]);
    assert_eq!(observations[4].output, "3\n");
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
    assert!(!interpreter.run("exit(1)\n").same_as(&interpreter.run("exit(2)\n")));
    let order = |one: &str, other: &str| interpreter.run(&format!("import sys\n{one}\n{other}\n"));
    let (out, err) = ("sys.stdout.write('a\\n')", "sys.stderr.write('b\\n')");
    assert!(!order(out, err).same_as(&order(err, out)));
}

#[test]
fn loops_are_watched() {
    let program = "\
def run(items):
    for item in items:
        1 / item
n = 2
while n:
    n -= 1
run([1])
for items in [[], [0]]:
    try:
        run(items)
    except ZeroDivisionError:
        pass
for item in ():
    pass
";
    for interpreter in pythons().within(Target::from_oldest(PythonVersion::PY27)) {
        let loops = interpreter.watch(program).loops;
        let turns = |line: &str| loops.get(line).cloned().unwrap_or_default();
        assert_eq!(turns("2"), [Turn::Items, Turn::Empty, Turn::Raising], "Python {}", interpreter.version);
        assert_eq!(
            (turns("5"), turns("8"), turns("13")),
            (vec![Turn::Items], vec![Turn::Items], vec![Turn::Empty])
        );
    }
}
