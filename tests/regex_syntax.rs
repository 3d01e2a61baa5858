//! Every pattern that `surely_compiles` accepts must compile, without a warning, on the Pythons found here.
//!
//! The default test takes some thousand seeded patterns. The ignored ones do the same at length:
//! `PYFIX_REGEX_COUNT` sets how many accepted patterns are compiled, `PYFIX_REGEX_SEED` where generation
//! starts, and `PYFIX_REGEX_CORPUS` names a file of real patterns, one `t|b <flags> <hex>` a line.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test may panic, and says what it skips")]

mod generate;
mod vocabulary;

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
        if version == (2, 7) || ((3, 6)..=(3, 14)).contains(&version) {
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

fn text(pattern: &str, oldest: Oldest) -> Option<Doubt> {
    surely_compiles(pattern, PatternKind::Text, Flags::empty(), oldest).err().map(|rejection| rejection.doubt)
}

/// What people write, which a checker that only ever doubts would lose.
#[test]
fn common_patterns_are_accepted() {
    for pattern in [
        "",
        "|",
        r"^\s*(?P<key>[A-Za-z_]\w*)\s*=\s*(?P<quote>['\x22]?)(.*?)(?P=quote)$",
        r"(?ix) a  b # it's (unbalanced [",
        r"[]a-z\]\-\d_-]|[^]\0\101\b]",
        r"(?<![ab]|\d)(?<=x{3}yy)(?=a)(?!b|cc)",
        r"(<)?\w+@\w+(?(1)>|$)",
        r"(a)\1{2,3}?b{,4}c{5,}{x}{}{",
        r"\/\-\!\ \_\{\}",
        r"a(?#note \) here)+",
    ] {
        for oldest in [Oldest::Python27, Oldest::Python36] {
            assert_eq!(text(pattern, oldest), None, "{pattern}");
        }
    }
    for pattern in [r"(?i-s:a)b", r"[\u0100-\U0001F600]", "[à-ü]", "(?:a*)*", "(?a)b"] {
        assert_eq!(text(pattern, Oldest::Python36), None, "{pattern}");
        assert!(text(pattern, Oldest::Python27).is_some(), "{pattern}");
    }
    let hundred = "()".repeat(100);
    assert_eq!(text(&hundred, Oldest::Python36), None);
    assert_eq!(text(&hundred, Oldest::Python27), Some(Doubt::TooManyGroups));
    assert_eq!(text(&hundred[2..], Oldest::Python27), None);
}

/// What versions disagree on, with the place of the doubt.
#[test]
fn doubtful_patterns_are_rejected_where_the_doubt_is() {
    for (pattern, offset, doubt) in [
        ("ab\\", 2, Doubt::TrailingBackslash),
        ("é(a", 1, Doubt::UnbalancedParenthesis),
        ("a)", 1, Doubt::UnbalancedParenthesis),
        ("a(?>b)", 1, Doubt::UnknownGroup),
        ("a(?i)", 1, Doubt::InlineFlags),
        ("(?L)a", 0, Doubt::InlineFlags),
        ("(?P<é>a)", 0, Doubt::GroupName),
        ("(?P<a>)(?P<a>)", 7, Doubt::GroupName),
        (r"(a\1)", 2, Doubt::GroupReference),
        (r"(a)(?<=\1)", 7, Doubt::GroupReference),
        ("(?(1)a)(b)", 0, Doubt::GroupReference),
        ("(a)?(?(1)b[cd])", 4, Doubt::Conditional),
        ("(a)?(?(1)b[cd]|(?:))", 4, Doubt::Conditional),
        ("(a)?(?(1)b|c|d)", 4, Doubt::Conditional),
        ("x(?<=a+)", 1, Doubt::LookbehindWidth),
        ("x(?<!a|bc)", 1, Doubt::LookbehindWidth),
        ("|*", 1, Doubt::NothingToRepeat),
        ("^*", 1, Doubt::NothingToRepeat),
        ("(?=a)*", 5, Doubt::NothingToRepeat),
        ("a*+", 2, Doubt::MultipleRepeat),
        ("a{3,2}", 1, Doubt::RepeatCounts),
        ("a{65535}", 1, Doubt::RepeatCounts),
        (r"a\z", 1, Doubt::UnknownEscape),
        (r"\N{DIGIT ONE}", 0, Doubt::UnknownEscape),
        (r"[\B]", 1, Doubt::UnknownEscape),
        (r"\400", 0, Doubt::IncompleteEscape),
        (r"\x4", 0, Doubt::IncompleteEscape),
        ("a[]", 1, Doubt::UnclosedSet),
        ("[z-a]", 1, Doubt::BadRange),
        (r"[\d-z]", 1, Doubt::BadRange),
        ("[[a]", 0, Doubt::FutureSet),
        ("[a--b]", 3, Doubt::FutureSet),
        ("[a||b]", 2, Doubt::FutureSet),
    ] {
        let rejection =
            surely_compiles(pattern, PatternKind::Text, Flags::empty(), Oldest::Python36).unwrap_err();
        assert_eq!((rejection.offset, rejection.doubt), (offset, doubt), "{pattern}");
    }
    let deep = |depth| format!("{}a{}", "(?:".repeat(depth), ")".repeat(depth));
    assert_eq!(text(&deep(100), Oldest::Python27), None);
    assert_eq!(text(&deep(101), Oldest::Python36), Some(Doubt::TooDeep));
    assert_eq!(text(&deep(100_000), Oldest::Python36), Some(Doubt::TooDeep));
}

#[test]
fn flags_that_clash_with_the_pattern_are_rejected() {
    for (kind, flags, oldest, accepted) in [
        (PatternKind::Text, Flags::UNICODE | Flags::VERBOSE, Oldest::Python27, true),
        (PatternKind::Text, Flags::ASCII, Oldest::Python36, true),
        (PatternKind::Text, Flags::ASCII, Oldest::Python27, false),
        (PatternKind::Text, Flags::ASCII | Flags::UNICODE, Oldest::Python36, false),
        (PatternKind::Text, Flags::LOCALE, Oldest::Python36, false),
        (PatternKind::Text, Flags::DEBUG, Oldest::Python36, false),
        (PatternKind::Bytes, Flags::UNICODE, Oldest::Python36, false),
        (PatternKind::Bytes, Flags::IGNORECASE, Oldest::Python27, true),
    ] {
        assert_eq!(
            surely_compiles("a", kind, flags, oldest).is_ok(),
            accepted,
            "{kind:?} {flags:?} {oldest:?}"
        );
    }
    assert!(surely_compiles("(?u)a", PatternKind::Text, Flags::ASCII, Oldest::Python36).is_err());
    assert!(surely_compiles("(?u)a", PatternKind::Bytes, Flags::empty(), Oldest::Python36).is_err());
    assert!(surely_compiles(r"\u0041", PatternKind::Bytes, Flags::empty(), Oldest::Python36).is_err());
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
