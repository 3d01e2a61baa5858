//! Every page of a transform is true: its examples come out as printed, behave as before, and show every
//! reason that the transform can give.
//!
//! The info string of an example is `python before`, `python after` or `python unchanged: <reason>`; after
//! `before` and `unchanged: <reason>` may stand `py2` (the text is Python 2), `target=py36`, `world=unknown`
//! (the file may be imported; else it stands alone), `unsafe` (the fix rests on an assumption) and `select`
//! (the transform was asked for by name).

use std::collections::BTreeMap;
use std::path::Path;

use pyfix::edit::Applicability;
use pyfix::engine::{Meta, Outcome, Registry};
use pyfix::semantic::UnknownWorld;
use pyfix::text::{Dialect, PythonVersion};
use pyfix::transforms::BUILT_IN;

use crate::pitfalls::Program;
use crate::support::check::{Setup, try_fix};
use crate::support::diff::diff;
use crate::support::pythons::{End, pythons};

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
    for example in &examples {
        if let Err(fault) = check_example(example, meta, registry) {
            faults.push(format!("line {}: {fault}", example.line));
        }
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

/// An example of a page.
struct Example {
    /// The line (from 1) of the page that it begins on.
    line: usize,
    before: String,
    expected: Expected,
    options: Vec<String>,
}

enum Expected {
    /// The new text.
    Rewritten(String),
    /// The id of the reason for which the transform declines.
    Unchanged(String),
}

/// A fenced block: its line (from 1), its info string and its text.
struct Block<'p> {
    line: usize,
    info: &'p str,
    text: String,
    /// Whether only blank lines stand between it and the block before it.
    follows: bool,
}

/// The examples of a page.
fn read_examples(page: &str) -> Result<Vec<Example>, String> {
    let mut examples = Vec::new();
    let mut blocks = read_blocks(page)?.into_iter();
    while let Some(block) = blocks.next() {
        let words: Vec<&str> = block.info.split_whitespace().collect();
        let line = block.line;
        let owned = |options: &[&str]| options.iter().map(|&option| option.to_owned()).collect();
        match words.as_slice() {
            ["python", "before", options @ ..] => {
                let after = blocks.next().filter(|after| after.info == "python after" && after.follows);
                let Some(after) = after else {
                    return Err(format!("line {line}: no `python after` follows at once"));
                };
                let expected = Expected::Rewritten(after.text);
                examples.push(Example { line, before: block.text, expected, options: owned(options) });
            }
            ["python", "unchanged:", reason, options @ ..] => {
                let expected = Expected::Unchanged((*reason).to_owned());
                examples.push(Example { line, before: block.text, expected, options: owned(options) });
            }
            ["python", ..] => return Err(format!("line {line}: `{}` is no example", block.info)),
            _ => {}
        }
    }
    Ok(examples)
}

fn read_blocks(page: &str) -> Result<Vec<Block<'_>>, String> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let mut lines = page.lines().enumerate();
    let mut follows = false;
    while let Some((index, line)) = lines.next() {
        let Some(info) = line.strip_prefix("```") else {
            follows &= line.trim().is_empty();
            continue;
        };
        let mut text = String::new();
        loop {
            match lines.next() {
                Some((_, "```")) => break,
                Some((_, line)) => text.extend([line, "\n"]),
                None => return Err(format!("line {}: the block does not end", index + 1)),
            }
        }
        blocks.push(Block { line: index + 1, info: info.trim(), text, follows });
        follows = true;
    }
    Ok(blocks)
}

/// What the options of an example say, on top of the default.
fn setup_for(example: &Example, meta: &Meta, registry: &Registry) -> Result<Setup, String> {
    let mut setup = Setup { registry: *registry, ..Setup::default() };
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
            ("world", "lone") => {}
            ("world", "unknown") => setup.world = &UnknownWorld,
            ("unsafe", "") => setup = setup.with_unsafe_fixes(),
            ("select", "") => setup.config.selection.only = Some(vec![meta.id.to_owned()]),
            _ => return Err(format!("`{option}` is no option")),
        }
    }
    Ok(setup)
}

fn check_example(example: &Example, meta: &Meta, registry: &Registry) -> Result<(), String> {
    let setup = setup_for(example, meta, registry)?;
    let outcome = try_fix(&example.before, &setup)?;
    match &example.expected {
        Expected::Unchanged(reason) => check_declined(&outcome, meta, reason),
        Expected::Rewritten(after) => {
            check_rewritten(&example.before, after, &outcome, meta)?;
            if setup.config.applied == Applicability::Unsafe {
                check_withheld(example, after, &setup, meta)?;
            }
            check_behaviour(&example.before, after, &setup)
        }
    }
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

/// Runs both texts: they print and raise the same, and the first shows something to compare.
fn check_behaviour(before: &str, after: &str, setup: &Setup) -> Result<(), String> {
    for interpreter in pythons().sample(setup.target) {
        let version = interpreter.version;
        let observed = interpreter.run(before);
        if observed.end == End::Rejected {
            return Err(format!("Python {version} does not accept it: {observed}"));
        }
        if observed.stdout.is_empty() && observed.end == End::Finished && !before.contains("assert ") {
            return Err("it prints and asserts nothing, so that nothing can be compared".to_owned());
        }
        let now = interpreter.run(after);
        if !observed.same_as(&now) {
            return Err(format!("on Python {version} it behaved so:\n{observed}\nand now so:\n{now}"));
        }
    }
    Ok(())
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
