//! No guard is there for show: where one refuses, a program would behave differently if it did not.
//!
//! Every place in the sources that calls `Facts::refuse` is muted, alone, while a program is rewritten that is
//! refused there. `docs/guards-on-trial.md` names the program for each place, the Python that it runs on and what
//! changes; the test repeats each of these trials. `PYFIX_BLESS=1` looks for programs where the page names none
//! that holds, among the pitfalls and the examples of the pages, and writes the page anew.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::Location;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use pyfix::engine::{Outcome, fix_source};
use pyfix::semantic::comments::{is_pragma, is_type};
use pyfix::semantic::{GuardTrial, Reason, Refusal, RefusalFilter};
use pyfix::text::{PythonVersion, Source};
use pyfix::transforms::BUILT_IN;

use crate::behaviour::pythons::pythons;
use crate::behaviour::worker::{End, Observation};
use crate::pages;
use crate::pitfalls::{self, Program};
use crate::support::diff::diff;

const PAGE: &str = "docs/guards-on-trial.md";

const HEAD: &str = "\
# Guards on trial

Generated; `PYFIX_BLESS=1 cargo test guards` writes it anew.

No guard is there for show. Each line is a place in the sources where a [guard](guards.md) or a transform refuses: the
function, and which of its refusals it is, in the order of the source. When that one refusal is muted, pyfix rewrites the
program so that it behaves differently under the Python named here: the test `guards` repeats every one of these trials.
The programs are those of `tests/fixtures/pitfalls`, with the mode of `tests/pitfalls.rs`, and the examples of the
transforms' pages: `unaliased 2` of a page is its second example with that reason.

What changes: the `output`, the `exception`, or the program is `no Python` any more. Some refusals protect what running
a program cannot show: the `comment` for a tool that would stand at other code, the `formatting` that is switched off, or
that keeps lines short, the `speed` that the rewrite would not bring, and the `template` that tools for translations or
logs look for.

| Refusal | Reason | Program | Python | What changes |
|---|---|---|---|---|
";

/// A place where the sources refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The function and a number, such as `vanishes 2`.
    pub name: String,
    file: String,
    line: u32,
}

/// The path and the text of every source that may refuse.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    for directory in ["src/semantic", "src/edit", "src/engine", "transforms"] {
        let walk = ignore::Walk::new(root.join(directory));
        paths.extend(walk.flatten().map(ignore::DirEntry::into_path));
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    paths.sort();
    let read = |path: PathBuf| {
        let file = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
        (file, std::fs::read_to_string(path).unwrap())
    };
    paths.into_iter().map(read).collect()
}

impl Place {
    /// Its file and line.
    pub fn key(&self) -> (String, u32) {
        (self.file.clone(), self.line)
    }
}

/// Every place in the sources that refuses, in their order.
pub fn places() -> Vec<Place> {
    let function = regex::Regex::new(r"^\s*(?:pub(?:\([^)]*\))? )?fn (\w+)").unwrap();
    let mut places = Vec::new();
    for (file, text) in sources() {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        let mut current = String::new();
        for (index, line) in text.lines().enumerate() {
            if let Some(found) = function.captures(line) {
                found[1].clone_into(&mut current);
            }
            if line.contains(".refuse(") && !line.trim_start().starts_with("//") {
                let count = counts.entry(current.clone()).or_default();
                *count += 1;
                let line = u32::try_from(index + 1).unwrap();
                places.push(Place { name: format!("{current} {count}"), file: file.clone(), line });
            }
        }
    }
    let names: BTreeSet<&str> = places.iter().map(|place| place.name.as_str()).collect();
    assert_eq!(names.len(), places.len(), "two functions that refuse have the same name");
    places
}

/// The files and lines that refused, each with the reason that it gave last.
pub type Heard = BTreeMap<(String, u32), Reason>;

/// Mutes one place, and hears of all.
#[derive(Default)]
struct Listener {
    muted: Option<Place>,
    heard: Mutex<Heard>,
}

impl RefusalFilter for Listener {
    fn stands(&self, refusal: &Refusal, place: &'static Location<'static>) -> bool {
        let file = place.file().replace('\\', "/").replace("src/../", "");
        let muted = self.muted.as_ref().is_some_and(|muted| muted.line == place.line() && muted.file == file);
        self.heard.lock().unwrap().insert((file, place.line()), refusal.reason);
        !muted
    }
}

/// Rewrites `program` with one place muted, or none; returns the reasons that were given, too.
pub fn rewrite(program: &Program, muted: Option<&Place>) -> (Outcome, Heard) {
    let listener = Arc::new(Listener { muted: muted.cloned(), ..Listener::default() });
    let mut config = program.setup.config.clone();
    config.trial = GuardTrial::new(listener.clone());
    let source = Source::new(program.text.clone(), program.setup.dialect, program.setup.target);
    let outcome = fix_source(&source, &program.setup.registry, &config, program.setup.world);
    let heard = std::mem::take(&mut *listener.heard.lock().unwrap());
    (outcome, heard)
}

/// What a trial showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    Output,
    Exception,
    NoPython,
    Comment,
    Formatting,
    Speed,
    Template,
}

impl Change {
    const ALL: [Change; 7] = [
        Change::Output,
        Change::Exception,
        Change::NoPython,
        Change::Comment,
        Change::Formatting,
        Change::Speed,
        Change::Template,
    ];

    fn name(self) -> &'static str {
        match self {
            Change::Output => "output",
            Change::Exception => "exception",
            Change::NoPython => "no Python",
            Change::Comment => "comment",
            Change::Formatting => "formatting",
            Change::Speed => "speed",
            Change::Template => "template",
        }
    }

    /// Whether running the program shows it.
    fn is_behaviour(self) -> bool {
        matches!(self, Change::Output | Change::Exception | Change::NoPython)
    }
}

/// A line of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    place: String,
    reason: String,
    program: String,
    python: Option<PythonVersion>,
    change: Option<Change>,
}

impl Row {
    fn render(&self) -> String {
        let python = self.python.map_or_else(String::new, |version| version.to_string());
        let change = self.change.map_or("", Change::name);
        format!("| `{}` | {} | {} | {python} | {change} |\n", self.place, self.reason, self.program)
    }

    fn parse(line: &str) -> Option<Self> {
        let cells: Vec<&str> = line.strip_prefix("| `")?.split('|').map(str::trim).collect();
        let &[place, reason, program, python, change, ""] = cells.as_slice() else { return None };
        Some(Self {
            place: place.trim_end_matches('`').to_owned(),
            reason: reason.to_owned(),
            program: program.to_owned(),
            python: PythonVersion::parse(python),
            change: Change::ALL.into_iter().find(|known| known.name() == change),
        })
    }
}

/// The runs of programs that were made already.
#[derive(Default)]
struct Runs {
    known: BTreeMap<(PythonVersion, String), Observation>,
}

impl Runs {
    /// What running `text` showed; `None` without an interpreter of that version.
    fn observe(&mut self, version: PythonVersion, text: &str) -> Option<Observation> {
        let interpreter = pythons().get(version)?;
        let key = (version, text.to_owned());
        Some(self.known.entry(key).or_insert_with(|| interpreter.run(text)).clone())
    }
}

/// What muting `place` does to `program`, on `version` or on the newest Python that shows it.
fn trial(
    place: &Place,
    program: &Program,
    version: Option<PythonVersion>,
    runs: &mut Runs,
) -> Option<(Option<PythonVersion>, Change)> {
    let (usual, heard) = rewrite(program, None);
    let reason = *heard.get(&(place.file.clone(), place.line))?;
    let (muted, _) = rewrite(program, Some(place));
    let failed = |words: &str| muted.quarantined.iter().any(|quarantine| quarantine.failure.contains(words));
    // Verification stops what is no Python: the program would not compile.
    if failed("no valid Python") || failed("syntax error") || failed("needs a newer Python") {
        return Some((None, Change::NoPython));
    }
    if failed("comment on line") {
        return Some((None, Change::Comment));
    }
    let before = usual.text.as_ref().unwrap_or(&program.text);
    let after = muted.text.as_ref().unwrap_or(&program.text);
    if before == after {
        return None;
    }
    let all = pythons().within(program.setup.target);
    let versions = all.iter().rev().map(|python| python.version);
    for version in versions.filter(|found| version.is_none_or(|wanted| wanted == *found)) {
        if let Some(change) = behaviour(program, before, after, version, runs) {
            return Some((Some(version), change));
        }
    }
    layout(reason, &program.text, after).map(|change| (None, change))
}

/// What changes in the behaviour of a program that behaves as it should when it becomes `usual`, when it becomes
/// `muted` instead.
fn behaviour(
    program: &Program,
    usual: &str,
    muted: &str,
    version: PythonVersion,
    runs: &mut Runs,
) -> Option<Change> {
    let mut run = |text: &str| runs.observe(version, &program.script(text));
    let expected = run(&program.text)?;
    if expected.end == End::Rejected || !expected.same_as(&run(usual)?) {
        return None;
    }
    let now = run(muted)?;
    if expected.same_as(&now) {
        return None;
    }
    Some(match now.end {
        End::Rejected => Change::NoPython,
        _ if (expected.end, &expected.detail) == (now.end, &now.detail) => Change::Output,
        _ => Change::Exception,
    })
}

/// What else changes that the reason speaks of.
fn layout(reason: Reason, before: &str, after: &str) -> Option<Change> {
    match reason {
        Reason::PragmaInTheWay => (tool_comments(before) != tool_comments(after)).then_some(Change::Comment),
        Reason::FormattingOff => (protected(before) != protected(after)).then_some(Change::Formatting),
        Reason::LineTooLong => (longest_line(before) < longest_line(after)).then_some(Change::Formatting),
        Reason::NoGain | Reason::ModuleLevel | Reason::NotEveryTurn => Some(Change::Speed),
        Reason::LazyMessage => Some(Change::Template),
        _ => None,
    }
}

fn longest_line(text: &str) -> usize {
    text.lines().map(str::len).max().unwrap_or(0)
}

/// The comments for tools, each with the code before it on its line.
fn tool_comments(text: &str) -> Vec<(String, String)> {
    let lines = text.lines().filter_map(|line| line.split_once('#'));
    let found = lines.map(|(code, comment)| (code.trim().to_owned(), format!("#{comment}")));
    found.filter(|(_, comment)| is_pragma(comment) || is_type(comment)).collect()
}

/// The lines on which formatting is switched off.
fn protected(text: &str) -> Vec<&str> {
    let mut off = false;
    let on_this_line = |line: &&str| {
        off = (off || line.contains("# fmt: off")) && !line.contains("# fmt: on");
        off || line.contains("# fmt: skip")
    };
    text.lines().filter(on_this_line).collect()
}

/// Every program that a place can be tried with.
fn programs() -> Vec<Program> {
    let of_pages = BUILT_IN.transforms().flat_map(|transform| pages::programs(transform.meta(), &BUILT_IN));
    pitfalls::programs().into_iter().chain(of_pages).collect()
}

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    std::fs::read_to_string(path).unwrap_or_default()
}

/// What is wrong with a line of the page, if anything.
fn fault(row: &Row, places: &[Place], programs: &[Program], runs: &mut Runs) -> Option<String> {
    let place = places.iter().find(|place| place.name == row.place);
    let program = programs.iter().find(|program| program.name == row.program);
    let (Some(place), Some(program)) = (place, program) else {
        return Some("the place or the program is gone".to_owned());
    };
    if row.python.is_some_and(|version| pythons().get(version).is_none()) {
        return None;
    }
    match trial(place, program, row.python, runs) {
        Some(shown) if (shown.0, Some(shown.1)) == (row.python, row.change) => None,
        Some(shown) => Some(format!("it shows {shown:?}")),
        None => Some("muting it changes nothing".to_owned()),
    }
}

#[test]
fn every_refusal_protects_something() {
    let (places, programs) = (places(), programs());
    let mut runs = Runs::default();
    let committed = page();
    let rows: Vec<Row> = committed.lines().filter_map(Row::parse).collect();
    if std::env::var_os("PYFIX_BLESS").is_some() {
        return bless(&places, &programs, &rows, &mut runs);
    }
    let mut faults = Vec::new();
    for row in &rows {
        faults
            .extend(fault(row, &places, &programs, &mut runs).map(|fault| format!("{}: {fault}", row.place)));
    }
    let shown: BTreeSet<&str> = rows.iter().map(|row| row.place.as_str()).collect();
    let missing = places.iter().filter(|place| !shown.contains(place.name.as_str()));
    faults.extend(missing.map(|place| format!("{}: no program shows what it protects", place.name)));
    assert!(faults.is_empty(), "run with PYFIX_BLESS=1, or write a pitfall:\n{}", faults.join("\n"));
    let rendered = rows.iter().fold(HEAD.to_owned(), |text, row| text + &row.render());
    assert!(rendered == committed, "{PAGE} is stale:\n{}", diff(&rendered, &committed));
}

/// A refusal that no test can mute says that without the missing piece nothing could be rewritten.
#[test]
fn only_what_cannot_go_on_refuses_by_itself() {
    let plain = regex::Regex::new(r"Err\(.*(?:[rR]efusal|unknown\(\)|about_)|ok_or_else\((?:refusal|none)\)")
        .unwrap();
    let mut found = 0;
    let mut faults = Vec::new();
    for (file, text) in sources() {
        let lines: Vec<&str> = text.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let passed_on =
                line.contains("if let Err") || line.contains("Err(Decline") || file.ends_with("trial.rs");
            if !plain.is_match(line) || passed_on {
                continue;
            }
            found += 1;
            let above = &lines[index.saturating_sub(4)..=index];
            if !above.iter().any(|line| line.contains("nothing to go on with")) {
                faults.push(format!("{file}:{}: {}", index + 1, line.trim()));
            }
        }
    }
    assert!(found > 5, "the refusals are gone");
    assert!(faults.is_empty(), "these refuse without `Facts::refuse`:\n{}", faults.join("\n"));
}

/// Writes the page with a program for every place for which there is one, and names the others.
fn bless(places: &[Place], programs: &[Program], rows: &[Row], runs: &mut Runs) {
    let refused: Vec<_> = programs.iter().map(|program| (program, rewrite(program, None).1)).collect();
    let mut text = HEAD.to_owned();
    for place in places {
        let key = place.key();
        let known = rows.iter().find(|row| row.place == place.name);
        let kept = known.filter(|row| row.change.is_some_and(Change::is_behaviour));
        if let Some(row) = kept.filter(|row| fault(row, places, programs, runs).is_none()) {
            text.push_str(&row.render());
            continue;
        }
        let mut best: Option<Row> = None;
        for (program, heard) in &refused {
            let Some(reason) = heard.get(&key) else { continue };
            let Some((python, change)) = trial(place, program, None, runs) else { continue };
            // What running shows is better than what verification stops, and that than what only reading shows.
            if best.as_ref().and_then(|best| best.change).is_none_or(|known| change < known) {
                best = Some(Row {
                    place: place.name.clone(),
                    reason: reason.id().to_owned(),
                    program: program.name.clone(),
                    python,
                    change: Some(change),
                });
            }
            if change < Change::NoPython {
                break;
            }
        }
        match best {
            Some(row) => text.push_str(&row.render()),
            None => report(place, &refused),
        }
    }
    std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE), text).unwrap();
}

/// Says what becomes of the programs that are refused at `place` when it is muted, for want of one that shows it.
fn report(place: &Place, refused: &[(&Program, Heard)]) {
    eprintln!("{} ({}:{}) is not shown by", place.name, place.file, place.line);
    let key = place.key();
    for (program, heard) in refused.iter().filter(|(_, heard)| heard.contains_key(&key)) {
        let (outcome, now) = rewrite(program, Some(place));
        let instead = now.keys().filter(|other| !heard.contains_key(other));
        let instead: Vec<String> = instead.map(|(file, line)| format!("{file}:{line}")).collect();
        let result = if outcome.text.is_some() { "rewritten" } else { "unchanged" };
        let declined: Vec<_> = outcome.declined.iter().map(|site| site.refusal.reason.id()).collect();
        let (failed, instead) = (outcome.quarantined, instead.join(", "));
        eprintln!("    {}: {result}, {failed:?}, {instead}, {declined:?}", program.name);
    }
}
