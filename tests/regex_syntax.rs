//! Every pattern that `surely_compiles` accepts must compile, without a warning, on the Pythons found here.
//!
//! The default test takes some thousand seeded patterns. The ignored ones do the same at length:
//! `PYFIX_REGEX_COUNT` sets how many accepted patterns are compiled, `PYFIX_REGEX_SEED` where generation
//! starts, and `PYFIX_REGEX_CORPUS` names a file of real patterns, one `t|b <flags> <hex>` a line.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test may panic, and says what it skips")]

mod generate;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::{env, fs, thread};

use pyfix::semantic::regex_syntax::{Doubt, Flags, Oldest, PatternKind, surely_compiles};

use generate::Generator;

/// Reads `t|b <flags> <hex>` lines and prints the number and the trouble of each that does not compile.
const CHECKER: &str = r"
import binascii, re, sys, warnings
warnings.simplefilter('error')
for number, line in enumerate(sys.stdin):
    kind, flags, digits = line.split()
    data = binascii.unhexlify(digits.strip('-').encode('ascii'))
    forms = [data if kind == 'b' else data.decode('utf-8')]
    if kind == 't' and sys.version_info[0] == 2:
        forms.append(data)
    try:
        for form in forms:
            re.compile(form, int(flags))
    except BaseException as trouble:
        print('%d %s: %s' % (number, type(trouble).__name__, ascii(str(trouble)) if str is not bytes else trouble))
";

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Case {
    pattern: String,
    bytes: bool,
    flags: u16,
}

impl Case {
    fn kind(&self) -> PatternKind {
        if self.bytes { PatternKind::Bytes } else { PatternKind::Text }
    }

    fn check(&self, oldest: Oldest) -> Result<(), Doubt> {
        let flags = Flags::from_bits_retain(self.flags);
        surely_compiles(&self.pattern, self.kind(), flags, oldest).map_err(|rejection| {
            assert!(rejection.offset <= self.pattern.chars().count(), "{self:?}: {rejection}");
            rejection.doubt
        })
    }

    fn line(&self) -> String {
        let data: Vec<u8> = if self.bytes {
            self.pattern.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect()
        } else {
            self.pattern.as_bytes().to_vec()
        };
        let mut line = format!("{} {} ", if self.bytes { 'b' } else { 't' }, self.flags);
        if data.is_empty() {
            line.push('-');
        }
        for byte in data {
            write!(line, "{byte:02x}").unwrap();
        }
        line.push('\n');
        line
    }

    fn from_line(line: &str) -> Self {
        let mut fields = line.split(' ');
        let bytes = fields.next() == Some("b");
        let flags = fields.next().unwrap().parse().unwrap();
        let digits = fields.next().unwrap().trim_matches('-');
        let data: Vec<u8> = (0..digits.len())
            .step_by(2)
            .map(|i| u8::from_str_radix(&digits[i..i + 2], 16).unwrap())
            .collect();
        let pattern = if bytes {
            data.iter().map(|b| char::from(*b)).collect()
        } else {
            String::from_utf8(data).unwrap()
        };
        Self { pattern, bytes, flags }
    }
}

struct Interpreter {
    path: PathBuf,
    version: (u32, u32),
}

/// The supported Pythons of pyenv and of PATH, one for each version.
fn interpreters() -> Vec<Interpreter> {
    let pyenv = env::var_os("PYENV_ROOT")
        .map(PathBuf::from)
        .or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".pyenv")));
    let versions = pyenv.and_then(|root| fs::read_dir(root.join("versions")).ok());
    let mut paths: Vec<PathBuf> =
        versions.into_iter().flatten().flatten().map(|entry| entry.path().join("bin/python")).collect();
    paths.sort();
    paths.extend(["python3", "python2.7"].map(PathBuf::from));
    let mut found = BTreeMap::new();
    for path in paths {
        let script = "import sys; print('%d %d' % sys.version_info[:2])";
        let Ok(output) = Command::new(&path).args(["-c", script]).output() else { continue };
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let Some((major, minor)) = text.trim().split_once(' ') else { continue };
        let version = (major.parse().unwrap(), minor.parse().unwrap());
        if version == (2, 7) || (version >= (3, 6) && version <= (3, 14)) {
            found.entry(version).or_insert(path);
        }
    }
    found.into_iter().map(|(version, path)| Interpreter { path, version }).collect()
}

/// What `python` cannot compile of `cases`, with the trouble.
fn failures(python: &Interpreter, cases: &[&Case]) -> BTreeMap<usize, String> {
    let mut child = Command::new(&python.path)
        .args(["-c", CHECKER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let lines: String = cases.iter().map(|case| case.line()).collect();
    let failures = thread::scope(|scope| {
        scope.spawn(move || input.write_all(lines.as_bytes()));
        output
            .lines()
            .map(|line| {
                let line = line.unwrap();
                let (number, trouble) = line.split_once(' ').unwrap();
                (number.parse().unwrap(), trouble.to_owned())
            })
            .collect()
    });
    assert!(child.wait().unwrap().success(), "{} failed", python.path.display());
    failures
}

fn oldest_for(python: &Interpreter) -> Vec<Oldest> {
    if python.version.0 == 2 { vec![Oldest::Python27] } else { vec![Oldest::Python27, Oldest::Python36] }
}

/// Compiles what the checker accepts of `cases` on every interpreter; how many that were for each.
fn assert_sound(cases: &[Case]) -> Vec<((u32, u32), usize)> {
    let found = interpreters();
    let mut compiled = Vec::new();
    for python in &found {
        let accepted: Vec<&Case> = cases
            .iter()
            .filter(|case| oldest_for(python).iter().any(|oldest| case.check(*oldest).is_ok()))
            .collect();
        let wrong: Vec<_> = failures(python, &accepted)
            .into_iter()
            .map(|(number, trouble)| format!("{:?}: {trouble}", accepted[number]))
            .collect();
        assert!(
            wrong.is_empty(),
            "{} accepted patterns do not compile on Python {:?}:\n{}",
            wrong.len(),
            python.version,
            wrong[..wrong.len().min(25)].join("\n")
        );
        compiled.push((python.version, accepted.len()));
    }
    if found.is_empty() {
        eprintln!("skipped: no Python found to compile patterns with");
    }
    compiled
}

fn setting<T: std::str::FromStr>(name: &str, default: T) -> T {
    env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

fn corpus() -> Vec<Case> {
    let Some(path) = env::var_os("PYFIX_REGEX_CORPUS") else { return Vec::new() };
    fs::read_to_string(path).unwrap().lines().map(Case::from_line).collect()
}

#[test]
fn accepted_patterns_compile_everywhere() {
    let cases: Vec<Case> = Generator::new(1, Vec::new()).take(8_000).collect();
    let accepted = cases.iter().filter(|case| case.check(Oldest::Python36).is_ok()).count();
    assert!(accepted > 2_000, "only {accepted} of the generated patterns are accepted");
    assert_sound(&cases);
}

#[test]
#[ignore = "takes minutes: the same at length"]
fn accepted_patterns_compile_everywhere_at_length() {
    let wanted: usize = setting("PYFIX_REGEX_COUNT", 300_000);
    let mut generator = Generator::new(setting("PYFIX_REGEX_SEED", 2), corpus());
    let mut totals: BTreeMap<(u32, u32), usize> = BTreeMap::new();
    let mut generated = 0_usize;
    while totals.is_empty() || totals.values().any(|total| *total < wanted) {
        let cases: Vec<Case> = generator.by_ref().take(100_000).collect();
        generated += cases.len();
        let compiled = assert_sound(&cases);
        if compiled.is_empty() {
            return;
        }
        for (version, count) in compiled {
            *totals.entry(version).or_default() += count;
        }
        eprintln!("{generated} generated; accepted and compiled: {totals:?}");
    }
}

#[test]
#[ignore = "needs a corpus"]
fn real_patterns_are_accepted() {
    let cases = corpus();
    assert_sound(&cases);
    let mut sound = vec![(true, true); cases.len()];
    for python in interpreters() {
        for (number, _) in failures(&python, &cases.iter().collect::<Vec<_>>()) {
            sound[number].0 = false;
            sound[number].1 &= python.version.0 == 2;
        }
    }
    for (oldest, of) in [
        (Oldest::Python27, (|(all, _)| all) as fn((bool, bool)) -> bool),
        (Oldest::Python36, |(_, newer)| newer),
    ] {
        let good: Vec<&Case> =
            cases.iter().zip(&sound).filter(|(_, sound)| of(**sound)).map(|(c, _)| c).collect();
        let mut doubts: BTreeMap<Doubt, Vec<&Case>> = BTreeMap::new();
        for case in &good {
            if let Err(doubt) = case.check(oldest) {
                doubts.entry(doubt).or_default().push(case);
            }
        }
        let rejected: usize = doubts.values().map(Vec::len).sum();
        eprintln!(
            "{oldest:?}: {} patterns, {} compile everywhere, of these {rejected} rejected",
            cases.len(),
            good.len()
        );
        for (doubt, examples) in doubts {
            eprintln!("  {} {doubt:?}: {:?}", examples.len(), &examples[..examples.len().min(4)]);
        }
    }
}
