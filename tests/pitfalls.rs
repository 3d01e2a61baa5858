//! The known ways to break a program are not taken.
//!
//! `fixtures/pitfalls` holds one file for each: a program and, where there is one, the wrong rewrite of it.
//! Every program is rewritten in several modes; the result is never the wrong one, and behaves as before.
//! `fixtures/pitfalls/outcomes.txt` records what happens to each; `PYFIX_BLESS=1` writes it anew.

use std::path::{Path, PathBuf};

use pyfix::engine::Outcome;
use pyfix::semantic::UnknownWorld;
use pyfix::text::{Dialect, PythonVersion, Target};

use crate::behaviour::pythons::pythons;
use crate::behaviour::{Comparison, Pair, compare_all, compare_within};
use crate::support::check::{Setup, try_fix, valid_python3};
use crate::support::diff::diff;

#[test]
fn no_pitfall_is_stepped_into() {
    let pitfalls: Vec<Pitfall> = fixtures().iter().map(|path| Pitfall::read(path)).collect();
    let tasks: Vec<(&Pitfall, Mode)> =
        pitfalls.iter().flat_map(|pitfall| Mode::ALL.map(|mode| (pitfall, mode))).collect();
    let rewritten: Vec<Result<Rewritten, String>> =
        tasks.iter().map(|(pitfall, mode)| pitfall.rewrite(*mode)).collect();
    let pairs: Vec<Pair> =
        rewritten.iter().flatten().filter_map(|rewritten| rewritten.pair.clone()).collect();
    let mut comparisons = compare_all(&pairs).into_iter();
    let mut faults = Vec::new();
    let mut table = String::new();
    for ((pitfall, mode), rewritten) in tasks.iter().zip(rewritten) {
        if *mode == Mode::Safe {
            table.extend([&pitfall.id, " ", &pitfall.title, "\n"]);
        }
        let line = rewritten.and_then(|rewritten| pitfall.judge(rewritten, &mut comparisons));
        let line = line.unwrap_or_else(|fault| {
            faults.push(format!("{} {}: {fault}", pitfall.id, mode.name()));
            "FAULT".to_owned()
        });
        table.extend(["    ", mode.name(), ": ", &line, "\n"]);
    }
    eprintln!("{table}");
    let changed = compare_with_record(&table);
    assert!(faults.is_empty(), "{} faults:\n\n{}", faults.len(), faults.join("\n\n"));
    assert!(changed.is_none(), "other outcomes than recorded; review them:\n{}", changed.unwrap_or_default());
}

/// A program and how it is rewritten.
pub struct Program {
    /// The pitfall and the mode, such as `T3.12 wrapped`.
    pub name: String,
    /// The program.
    pub text: String,
    /// How it is rewritten.
    pub setup: Setup,
    /// Another file, which imports it.
    pub importer: Option<String>,
}

impl Program {
    /// What is run for the program and for what becomes of it: `text`, or the other file that imports it.
    pub fn script(&self, text: &str) -> String {
        script(text, self.importer.as_deref())
    }
}

/// A script that does what `importer` does, with `text` as the module `subject`.
fn script(text: &str, importer: Option<&str>) -> String {
    let Some(importer) = importer else { return text.to_owned() };
    // A JSON string in ASCII without escapes for single characters is a Python string as well.
    assert!(text.is_ascii() && !text.contains(['\x08', '\x0c', '\x7f']), "the text needs other escapes");
    let literal = serde_json::to_string(text).expect("a text is JSON");
    format!(
        "import sys, types\nsubject = sys.modules['subject'] = types.ModuleType('subject')\n\
         exec({literal}, subject.__dict__)\n{importer}"
    )
}

/// The pitfalls in every mode that is possible, those left out that do what docs/safety.md takes on trust.
pub fn programs() -> Vec<Program> {
    let mut programs = Vec::new();
    for pitfall in fixtures().iter().map(|path| Pitfall::read(path)).filter(|pitfall| !pitfall.trusts()) {
        for mode in Mode::ALL {
            let name = format!("{} {}", pitfall.id, mode.name());
            let text = pitfall.program(mode);
            let importer = pitfall.importer.clone();
            programs.extend(text.map(|text| Program { name, text, setup: pitfall.setup(mode), importer }));
        }
    }
    programs
}

/// The judge can tell: every wrong rewrite behaves differently somewhere.
#[test]
fn wrong_rewrites_are_told_apart() {
    if !pythons().complete() {
        eprintln!("not checked, since some differences show on one release alone");
        return;
    }
    let pitfalls: Vec<Pitfall> = fixtures().iter().map(|path| Pitfall::read(path)).collect();
    let all = Target::from_oldest(PythonVersion::PY27);
    let newest = pythons().within(all).pop().map_or(all.newest, |interpreter| interpreter.version);
    let mut left: Vec<&Pitfall> =
        pitfalls.iter().filter(|pitfall| pitfall.wrong.is_some() && !pitfall.needs_package()).collect();
    let mut faults = Vec::new();
    // One release tells most of them apart; all have to be asked for the rest only.
    for target in [Target { oldest: newest, newest }, all] {
        let pairs: Vec<Pair> = left
            .iter()
            .map(|pitfall| {
                let after = pitfall.wrong.clone().unwrap_or_default();
                let run = |text: &str| script(text, pitfall.importer.as_deref());
                Pair { before: run(&pitfall.before), after: run(&after), target }
            })
            .collect();
        let told: Vec<bool> =
            compare_within(&pairs, 1).iter().map(|comparison| comparison.difference().is_some()).collect();
        let marked = left.iter().zip(&told).filter(|(pitfall, told)| **told && pitfall.is_alike());
        faults.extend(marked.map(|(pitfall, _)| format!("{} is `alike`, but can be told apart", pitfall.id)));
        left = left.into_iter().zip(told).filter(|(_, told)| !told).map(|(pitfall, _)| pitfall).collect();
    }
    let unmarked = left.iter().filter(|pitfall| !pitfall.is_alike());
    faults.extend(unmarked.map(|pitfall| format!("{} cannot be told from its wrong rewrite", pitfall.id)));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pitfalls")
}

fn fixtures() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory()).unwrap().flatten().map(|entry| entry.path());
    let mut paths: Vec<_> = entries.filter(|path| path.extension().is_some_and(|it| it == "py")).collect();
    paths.sort();
    assert!(!paths.is_empty(), "the pitfalls are gone");
    paths
}

/// How `table` differs from the record, which it replaces on request.
fn compare_with_record(table: &str) -> Option<String> {
    let path = directory().join("outcomes.txt");
    if std::env::var_os("PYFIX_BLESS").is_some() {
        std::fs::write(&path, table).unwrap();
        return None;
    }
    let record = std::fs::read_to_string(&path).unwrap_or_default();
    (record != table).then(|| diff(&record, table))
}

/// How a program is rewritten.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// As by default.
    Safe,
    /// With fixes that rest on assumptions: what they change is for information, but never the wrong result.
    Unsafe,
    /// Inside a function, where that is possible.
    Wrapped,
    /// For Python 2.7 and everything newer.
    Legacy,
}

impl Mode {
    const ALL: [Mode; 4] = [Mode::Safe, Mode::Unsafe, Mode::Wrapped, Mode::Legacy];

    fn name(self) -> &'static str {
        match self {
            Mode::Safe => "safe",
            Mode::Unsafe => "unsafe",
            Mode::Wrapped => "wrapped",
            Mode::Legacy => "legacy",
        }
    }
}

struct Pitfall {
    id: String,
    title: String,
    dialect: Dialect,
    /// The words behind `before`.
    options: Vec<String>,
    before: String,
    /// Another file, which imports the program as `subject`.
    importer: Option<String>,
    /// What must never come out.
    wrong: Option<String>,
}

impl Pitfall {
    /// Reads `# title`, `# === before` with options, the program, and where there are any `# === importer` or
    /// `# === wrong` and that one. Options are `py2`, `target=py312`, `trusts`, `unmentioned`, `alike`, and `needs=`
    /// with the name of a package.
    fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let (title, rest) = text.split_once("\n# === before").expect("a title, then the program");
        let (options, programs) = rest.split_once('\n').expect("a program");
        let options: Vec<&str> = options.split_whitespace().collect();
        let known = |option: &&str| {
            ["py2", "trusts", "unmentioned", "alike"].contains(option)
                || ["needs=", "target=", "only="].iter().any(|it| option.starts_with(it))
        };
        assert!(options.iter().all(known), "{}", path.display());
        let dialect = if options.contains(&"py2") { Dialect::Python2 } else { Dialect::Python3 };
        let (before, wrong) = match programs.split_once("# === wrong\n") {
            Some((before, wrong)) => (before, Some(wrong.to_owned())),
            None => (programs, None),
        };
        let (before, importer) = match before.split_once("# === importer\n") {
            Some((before, importer)) => (before, Some(importer.to_owned())),
            None => (before, None),
        };
        Self {
            id: path.file_stem().unwrap().to_string_lossy().into_owned(),
            title: title.trim_start_matches("# ").to_owned(),
            dialect,
            options: options.iter().map(|&option| option.to_owned()).collect(),
            importer,
            before: before.to_owned(),
            wrong,
        }
    }

    /// Whether it does what docs/safety.md takes on trust that no program does: the behaviour may differ.
    fn trusts(&self) -> bool {
        self.is("trusts")
    }

    /// Whether running it does not show what is wrong.
    fn is_alike(&self) -> bool {
        self.is("alike")
    }

    /// Whether it needs a package that is not there.
    fn needs_package(&self) -> bool {
        self.options.iter().any(|option| option.starts_with("needs="))
    }

    fn is(&self, option: &str) -> bool {
        self.options.iter().any(|it| it == option)
    }

    fn setup(&self, mode: Mode) -> Setup {
        let mut setup = Setup { dialect: self.dialect, ..Setup::default() };
        if let Some(version) = self.options.iter().find_map(|option| option.strip_prefix("target=")) {
            setup.target.oldest = PythonVersion::parse(version).expect("a version");
        }
        if let Some(id) = self.options.iter().find_map(|option| option.strip_prefix("only=")) {
            setup.config.selection.only = Some(vec![id.to_owned()]);
        }
        if self.dialect == Dialect::Python2 {
            setup.target = Target { oldest: PythonVersion::PY27, newest: PythonVersion::PY27 };
        }
        if self.importer.is_some() && !self.is("unmentioned") {
            setup.world = &UnknownWorld;
        }
        match mode {
            Mode::Safe | Mode::Wrapped => setup,
            Mode::Unsafe => setup.with_unsafe_fixes(),
            Mode::Legacy => {
                setup.target.oldest = PythonVersion::PY27;
                setup
            }
        }
    }

    /// The program as it is rewritten in `mode`; `None` where that is not possible.
    fn program(&self, mode: Mode) -> Option<String> {
        match mode {
            Mode::Wrapped if self.importer.is_some() => None,
            Mode::Wrapped => wrap(&self.before, self.dialect),
            _ => Some(self.before.clone()),
        }
    }

    /// What pyfix makes of it; the error says what it should not have done.
    fn rewrite(&self, mode: Mode) -> Result<Rewritten, String> {
        let setup = self.setup(mode);
        let Some(before) = self.program(mode) else {
            return Ok(Rewritten { line: "not possible".to_owned(), pair: None });
        };
        let outcome = try_fix(&before, &setup)?;
        let line = describe(&outcome);
        let Some(after) = outcome.text else {
            return Ok(Rewritten { line, pair: None });
        };
        // In a function a name may be out of reach that was in reach at the module level, and then the rewrite
        // that is wrong there is right: for the wrapped program, behaviour alone decides.
        let forbidden = self.wrong.as_ref().filter(|_| mode != Mode::Wrapped);
        if forbidden.is_some_and(|wrong| without_blanks(wrong) == without_blanks(&after)) {
            return Err(format!("the wrong rewrite:\n{after}"));
        }
        let run = |text: &str| script(text, self.importer.as_deref());
        let pair = Pair { before: run(&before), after: run(&after), target: setup.target };
        let pair = (mode != Mode::Unsafe).then_some(pair);
        Ok(Rewritten { line, pair })
    }

    /// One line that says what happened, given how its pair behaves; the error says what should not have.
    fn judge(
        &self,
        rewritten: Rewritten,
        comparisons: &mut impl Iterator<Item = Comparison>,
    ) -> Result<String, String> {
        let Some(pair) = &rewritten.pair else { return Ok(rewritten.line) };
        let comparison = comparisons.next().expect("every pair was compared");
        match (comparison.same(pair), self.trusts()) {
            (Ok(()), false) => Ok(rewritten.line),
            // Without an interpreter nothing shows, and the record stands.
            (Ok(()), true) if !comparison.shown.is_empty() => {
                Err("marked `trusts`, but nothing is taken on trust".to_owned())
            }
            (_, true) => Ok(format!("{}, differs as docs/safety.md says", rewritten.line)),
            (Err(fault), false) => Err(fault),
        }
    }
}

/// What became of a pitfall in one mode.
struct Rewritten {
    /// Every fix and every decline.
    line: String,
    /// What is to be run, where anything was rewritten.
    pair: Option<Pair>,
}

/// The program as the body of a function that is called at once; `None` where indenting it would make another
/// program of it.
fn wrap(program: &str, dialect: Dialect) -> Option<String> {
    let obstacles = ["\"\"\"", "'''", "global ", "import *", "__future__", "\x0c", "\\\n", "exec "];
    if obstacles.iter().any(|obstacle| program.contains(obstacle)) {
        return None;
    }
    let wrapped = indent_in_main(program);
    let valid = dialect == Dialect::Python2 || valid_python3(&wrapped, Target::default()).is_ok();
    valid.then_some(wrapped)
}

fn indent_in_main(program: &str) -> String {
    let body: String = program
        .lines()
        .map(|line| if line.is_empty() { "\n".to_owned() } else { format!("    {line}\n") })
        .collect();
    format!("def main():\n{body}\nmain()\n")
}

fn without_blanks(text: &str) -> String {
    text.split_whitespace().collect()
}

/// What happened, in one line: every fix and every decline.
fn describe(outcome: &Outcome) -> String {
    if let Some(skip) = &outcome.skipped {
        return format!("skipped: {}", skip.id());
    }
    let fixes = outcome.fixes.iter().map(|fix| format!("{} rewritten", fix.transform));
    let withheld = outcome.withheld.iter().map(|fix| format!("{} withheld", fix.transform));
    let declines = outcome
        .declined
        .iter()
        .map(|decline| format!("{} {}", decline.transform, decline.refusal.reason.id()));
    let all: Vec<String> = fixes.chain(withheld).chain(declines).collect();
    if all.is_empty() { "no candidate".to_owned() } else { all.join(", ") }
}
