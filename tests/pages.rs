//! Every page of a transform is true: its examples come out as printed, behave as before, and show every
//! reason that the transform can give.
//!
//! The info string of an example is `python before`, `python after` or `python unchanged: <reason>`; after
//! `before` and `unchanged: <reason>` may stand `py2` (the text is Python 2), `target=py36`, `world=unknown`
//! (the file may be imported; else it stands alone), `unsafe` (the fix rests on an assumption), `select`
//! (the transform was asked for by name), and `never-empty` or `never-raises` (of a loop that is rewritten).

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use pyfix::edit::Applicability;
use pyfix::engine::{Meta, Outcome, Registry, Transform};
use pyfix::semantic::UnknownWorld;
use pyfix::syntax::{Kind, Node, Regions, parse};
use pyfix::text::{Dialect, PythonVersion, Range, Source};
use pyfix::transforms::BUILT_IN;

use crate::behaviour::pythons::pythons;
use crate::behaviour::worker::{End, Turn};
use crate::behaviour::{Comparison, Pair, Shown, compare_all};
use crate::pitfalls::Program;
use crate::support::check::{Setup, try_fix};
use crate::support::diff::diff;

#[path = "pages/examples.rs"]
mod examples;

use examples::{Example, Expected, read_examples};

#[test]
fn pages_are_true() {
    let tests = test_functions();
    let faults: Vec<String> =
        BUILT_IN.transforms().flat_map(|transform| check_page(transform.meta(), &BUILT_IN, &tests)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

/// Everything that is wrong with the page of one transform, each fault with the line that it is about.
pub fn check_page(meta: &Meta, registry: &Registry, tests: &str) -> Vec<String> {
    let mut faults = check_layout(meta);
    let examples = match read_examples(meta.page) {
        Ok(examples) => examples,
        Err(fault) => {
            faults.push(fault);
            Vec::new()
        }
    };
    let mut rewritten = Vec::new();
    for example in &examples {
        match check_example(example, meta, registry) {
            Ok(rewrite) => rewritten.push((example, rewrite)),
            Err(fault) => faults.push(format!("line {}: {fault}", example.line)),
        }
    }
    let pairs: Vec<Pair> = rewritten.iter().map(|(_, rewrite)| rewrite.pair.clone()).collect();
    for ((example, rewrite), comparison) in rewritten.iter().zip(compare_all(&pairs)) {
        let judged =
            check_behaviour(example, &rewrite.pair, &comparison).and_then(|()| check_loops(example, rewrite));
        faults.extend(judged.err().map(|fault| format!("line {}: {fault}", example.line)));
    }
    if !examples.iter().any(|example| matches!(example.expected, Expected::Rewritten(_))) {
        faults.push("no example of a rewrite".to_owned());
    }
    for reason in meta.reasons {
        let shown =
            |example: &Example| matches!(&example.expected, Expected::Unchanged(id) if id == reason.id());
        let test = format!("fn reason_{}(", reason.id().replace('-', "_"));
        if !examples.iter().any(shown) && !tests.contains(&test) {
            faults.push(format!("no example and no test shows the reason {}", reason.id()));
        }
    }
    faults.iter().map(|fault| format!("{}.md: {fault}", meta.id)).collect()
}

/// The programs of a page with how each is rewritten, named by the transform, the reason for which it declines
/// (or `rewritten`) and a number.
pub fn programs(meta: &Meta, registry: &Registry) -> Vec<Program> {
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    let mut programs = Vec::new();
    for example in read_examples(meta.page).expect("the page is checked by another test") {
        let outcome = match &example.expected {
            Expected::Unchanged(reason) => reason.clone(),
            Expected::Rewritten(_) => "rewritten".to_owned(),
        };
        let number = numbers.entry(outcome.clone()).or_default();
        *number += 1;
        let name = format!("{} {outcome} {number}", meta.id);
        let setup = setup_for(&example, meta, registry).expect("the options are checked by another test");
        programs.push(Program { name, text: example.before, setup, importer: None });
    }
    programs
}

/// The title and the sections of a page, in their order; only the assumptions may be missing.
fn check_layout(meta: &Meta) -> Vec<String> {
    let mut faults = Vec::new();
    let mut paragraphs = meta.page.split("\n\n").map(str::trim);
    if paragraphs.next() != Some(&format!("# {}", meta.id)) {
        faults.push(format!("the page does not begin with the title `# {}`", meta.id));
    }
    let summary = paragraphs.next().unwrap_or("").replace('\n', " ");
    if summary != meta.summary {
        faults.push(format!("the first paragraph is not the summary:\n{}", diff(meta.summary, &summary)));
    }
    let status = paragraphs.next().unwrap_or("");
    if !status.starts_with("Status:") || !status.contains(&format!("Python {}", meta.oldest)) {
        faults.push(format!("the second paragraph is not `Status: ...` naming Python {}", meta.oldest));
    }
    let titles: Vec<&str> = outside_fences(meta.page).filter_map(|line| line.strip_prefix("## ")).collect();
    let wanted: Vec<&str> = ["Why it is faster", "When it declines", "Assumes", "Examples"]
        .into_iter()
        .filter(|&title| title != "Assumes" || titles.contains(&title))
        .collect();
    if titles != wanted {
        faults.push(format!("the sections are {titles:?}, not {wanted:?}"));
    }
    faults
}

fn outside_fences(page: &str) -> impl Iterator<Item = &str> {
    let mut fenced = false;
    page.lines().filter(move |line| {
        let fence = line.starts_with("```");
        fenced ^= fence;
        !fence && !fenced
    })
}

/// What the options of an example say, on top of the default.
fn setup_for(example: &Example, meta: &Meta, registry: &Registry) -> Result<Setup, String> {
    let mut setup = Setup { registry: *registry, ..Setup::default() };
    // What is done when nothing else is left to do would stand in the examples of everything else.
    let last = registry.transforms().map(Transform::meta).filter(|it| it.priority >= Meta::LAST);
    let others = last.map(|it| it.id.to_owned()).filter(|id| id != meta.id);
    setup.config.selection.ignored = others.collect();
    for option in &example.options {
        match option.split_once('=').unwrap_or((option, "")) {
            ("py2", "") => {
                setup.dialect = Dialect::Python2;
                setup = setup.for_oldest(PythonVersion::PY27);
                setup.target.newest = PythonVersion::PY27;
            }
            ("target", version) => {
                let oldest = PythonVersion::parse(version);
                setup = setup.for_oldest(oldest.ok_or_else(|| format!("`{version}` is no version"))?);
            }
            ("world", "lone") | ("never-empty" | "never-raises", "") => {}
            ("world", "unknown") => setup.world = &UnknownWorld,
            ("unsafe", "") => setup = setup.with_unsafe_fixes(),
            ("select", "") => setup.config.selection.only = Some(vec![meta.id.to_owned()]),
            _ => return Err(format!("`{option}` is no option")),
        }
    }
    Ok(setup)
}

/// An example with what is to be run of it.
struct Rewrite {
    /// The program before and after; twice the same where it is not rewritten.
    pair: Pair,
    /// The lines (from 1) of the outermost loop statements around what was rewritten.
    loops: Vec<u32>,
}

fn check_example(example: &Example, meta: &Meta, registry: &Registry) -> Result<Rewrite, String> {
    let setup = setup_for(example, meta, registry)?;
    let outcome = try_fix(&example.before, &setup)?;
    let pair =
        |after: &str| Pair { before: example.before.clone(), after: after.to_owned(), target: setup.target };
    match &example.expected {
        Expected::Unchanged(reason) => {
            check_declined(&outcome, meta, reason)?;
            Ok(Rewrite { pair: pair(&example.before), loops: Vec::new() })
        }
        Expected::Rewritten(after) => {
            check_rewritten(&example.before, after, &outcome, meta)?;
            let dos = |text: &str| text.replace('\n', "\r\n");
            let ended_by_two = try_fix(&dos(&example.before), &setup)?.text.unwrap_or_default();
            if ended_by_two != dos(after) {
                return Err(format!("with CRLF at the ends of its lines it becomes:\n{ended_by_two}"));
            }
            if setup.config.applied == Applicability::Unsafe {
                check_withheld(example, after, &setup, meta)?;
            }
            let edits = outcome.fixes.iter().flat_map(|fix| &fix.edits).map(|edit| edit.range);
            let ranges = outcome.fixes.iter().map(|fix| fix.range).chain(edits);
            Ok(Rewrite { pair: pair(after), loops: outermost_loops(&example.before, &setup, ranges) })
        }
    }
}

/// The lines (from 1) of the outermost loop statements, within their function, around `ranges`.
fn outermost_loops(text: &str, setup: &Setup, ranges: impl Iterator<Item = Range>) -> Vec<u32> {
    let source = Source::new(text.to_owned(), setup.dialect, setup.target);
    let Ok(tree) = parse(&source, &Regions::whole(&source)) else { return Vec::new() };
    let ranges: Vec<Range> = ranges.collect();
    let is_loop = |node: &Node<'_>| matches!(node.kind(), Kind::ForStatement | Kind::WhileStatement);
    let mut lines = BTreeSet::new();
    for touched in
        tree.nodes().filter(is_loop).filter(|node| ranges.iter().any(|range| range.overlaps(node.range())))
    {
        let within = touched.chain().take_while(|it| it.kind() != Kind::FunctionDefinition);
        lines.extend(within.filter(is_loop).last().map(|outermost| source.line(outermost.range().start)));
    }
    lines.into_iter().collect()
}

fn check_declined(outcome: &Outcome, meta: &Meta, reason: &str) -> Result<(), String> {
    if let Some(new) = &outcome.text {
        return Err(format!("it should decline for {reason}, but gives:\n{new}"));
    }
    let own = outcome.declined.iter().filter(|decline| decline.transform == meta.id);
    let reasons: Vec<&str> = own.map(|decline| decline.refusal.reason.id()).collect();
    if reasons.contains(&reason) {
        return Ok(());
    }
    Err(format!("it should decline for {reason}, but its reasons are {reasons:?}"))
}

fn check_rewritten(before: &str, after: &str, outcome: &Outcome, meta: &Meta) -> Result<(), String> {
    let actual = outcome.text.as_deref().unwrap_or(before);
    if actual != after {
        let declines: Vec<String> = outcome
            .declined
            .iter()
            .map(|decline| format!("{} {}", decline.transform, decline.refusal.reason.id()))
            .collect();
        return Err(format!("the result is another (declines: {declines:?}):\n{}", diff(after, actual)));
    }
    if outcome.fixes.iter().any(|fix| fix.transform == meta.id) {
        return Ok(());
    }
    Err("no fix of this transform took part".to_owned())
}

/// An example marked `unsafe` is one that the default configuration does not rewrite so.
fn check_withheld(example: &Example, after: &str, setup: &Setup, meta: &Meta) -> Result<(), String> {
    let mut setup = setup.clone();
    setup.config.applied = Applicability::Safe;
    let outcome = try_fix(&example.before, &setup)?;
    if outcome.text.as_deref() == Some(after) {
        return Err("it is marked unsafe, but rewritten by default".to_owned());
    }
    if outcome.withheld.iter().any(|fix| fix.transform == meta.id) {
        return Ok(());
    }
    Err("it is marked unsafe, but by default no fix is withheld".to_owned())
}

/// Both programs print and raise the same, and the first shows something to compare.
fn check_behaviour(example: &Example, pair: &Pair, comparison: &Comparison) -> Result<(), String> {
    let newest = pythons().within(pair.target).last().map(|interpreter| interpreter.version);
    let accepted = |version| comparison.shown.iter().any(|shown| shown.version == version);
    if let Some(version) = newest.filter(|&version| !accepted(version)) {
        return Err(format!("Python {version} does not accept it"));
    }
    if matches!(example.expected, Expected::Unchanged(_)) {
        // It is left alone, so there is nothing to compare: it only has to be Python.
        return Ok(());
    }
    let silent = |shown: &Shown| shown.before.output.is_empty() && shown.before.end == End::Finished;
    if comparison.shown.iter().any(silent) && !pair.before.contains("assert ") {
        return Err("it prints and asserts nothing, so that nothing can be compared".to_owned());
    }
    comparison.same(pair)
}

/// Each loop that is rewritten runs over nothing, over something, and into an exception.
fn check_loops(example: &Example, rewrite: &Rewrite) -> Result<(), String> {
    let Some(interpreter) = pythons().within(rewrite.pair.target).pop().filter(|_| !rewrite.loops.is_empty())
    else {
        return Ok(());
    };
    let observed = interpreter.watch(&rewrite.pair.before);
    let marked = |option: &str| example.options.iter().any(|it| it == option);
    let mut faults = Vec::new();
    for line in &rewrite.loops {
        let turns = observed.loops.get(&line.to_string()).cloned().unwrap_or_default();
        let wanted = [
            (Turn::Items, false, "over at least one item"),
            (Turn::Empty, marked("never-empty"), "over nothing"),
            (Turn::Raising, marked("never-raises"), "into an exception"),
        ];
        for (turn, excused, what) in wanted {
            if turns.contains(&turn) == excused {
                let not = if excused { "is marked as one that never does, but runs" } else { "does not run" };
                faults.push(format!("the loop in line {line} of the program {not} {what}"));
            }
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("; ")) }
}

/// The text of every test source, to be searched for the names of test functions.
fn test_functions() -> String {
    fn collect(directory: &Path, text: &mut String) {
        for entry in std::fs::read_dir(directory).expect("the tests are readable").flatten() {
            let path = entry.path();
            if path.is_dir() {
                collect(&path, text);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                text.push_str(&std::fs::read_to_string(&path).expect("a test source is readable"));
            }
        }
    }
    let mut text = String::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests"), &mut text);
    text
}
