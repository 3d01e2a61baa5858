//! Runs the core function, and checks on every result what must hold for all of them.
//!
//! Every test that rewrites a text goes through [`fix`], and so checks for free that the result converges, is
//! a fixpoint, parses, keeps every comment and every line ending, does not depend on how the text was cut or
//! scanned, and is accounted for by edits, fixes and declines that lie in the text.

use pyfix::edit::{Applicability, Edit, Measured};
use pyfix::engine::{AppliedFix, Config, Gain, Outcome, Prefilter, RegionPolicy, Registry, fix_source};
use pyfix::semantic::{LoneFile, Reason, World};
use pyfix::syntax::{Regions, parse};
use pyfix::text::{Dialect, PythonVersion, Range, Source, Target};
use pyfix::transforms::BUILT_IN;
use ruff_python_ast::PythonVersion as RuffVersion;
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};

use super::diff::diff;

/// What a text is rewritten with.
#[derive(Clone)]
pub struct Setup {
    /// The transforms.
    pub registry: Registry,
    /// What the user wants.
    pub config: Config,
    /// The language.
    pub dialect: Dialect,
    /// The Pythons that the text must run on.
    pub target: Target,
    /// What lies outside.
    pub world: &'static dyn World,
}

impl Default for Setup {
    /// The built-in transforms with the default configuration, on a script that nobody imports.
    fn default() -> Self {
        Self {
            registry: BUILT_IN,
            config: Config::default(),
            dialect: Dialect::Python3,
            target: Target::default(),
            world: &LoneFile,
        }
    }
}

impl Setup {
    /// The same, with fixes applied that rest on assumptions.
    #[must_use]
    pub fn with_unsafe_fixes(mut self) -> Self {
        self.config.applied = Applicability::Unsafe;
        self
    }

    /// The same, for texts that must run on `oldest` and everything newer.
    #[must_use]
    pub fn for_oldest(mut self, oldest: PythonVersion) -> Self {
        self.target = Target::from_oldest(oldest);
        self
    }
}

/// Rewrites `text`, and panics when the result breaks what must hold for every result.
pub fn fix(text: &str, setup: &Setup) -> Outcome {
    try_fix(text, setup).unwrap_or_else(|fault| panic!("{fault}\nin the program:\n{text}"))
}

/// Rewrites `text`; the error says what the result breaks.
pub fn try_fix(text: &str, setup: &Setup) -> Result<Outcome, String> {
    let run = |text: &str, config: &Config| {
        let source = Source::new(text.to_owned(), setup.dialect, setup.target);
        fix_source(&source, &setup.registry, config, setup.world)
    };
    let outcome = run(text, &setup.config);
    audit(text, setup, &outcome)?;
    if let Some(new) = &outcome.text {
        let again = run(new, &setup.config);
        if let Some(newer) = &again.text {
            return Err(format!("a second run changes the result:\n{}", diff(new, newer)));
        }
    }
    let cut = Config { regions: RegionPolicy::PerStatement, ..setup.config.clone() };
    same(&outcome, &run(text, &cut)).map_err(|fault| format!("with one region a statement, {fault}"))?;
    let unscanned = Config { prefilter: Prefilter::Off, ..setup.config.clone() };
    same(&outcome, &run(text, &unscanned)).map_err(|fault| format!("without the prefilter, {fault}"))?;
    Ok(outcome)
}

/// What must hold for one outcome by itself.
pub fn audit(text: &str, setup: &Setup, outcome: &Outcome) -> Result<(), String> {
    if let Some(failed) = outcome.quarantined.first() {
        return Err(format!("{} was put in quarantine: {}", failed.transform, failed.failure));
    }
    audit_edits(text, outcome)?;
    audit_fixes(text, setup, outcome)?;
    audit_declines(text, setup, outcome)?;
    match &outcome.text {
        Some(new) => audit_text(text, setup, new),
        None => Ok(()),
    }
}

fn audit_edits(text: &str, outcome: &Outcome) -> Result<(), String> {
    for edit in &outcome.edits {
        in_text(text, edit.range, "an edit")?;
    }
    if !outcome.edits.is_sorted_by(|edit, next| edit.range.end <= next.range.start) {
        return Err(format!("the edits are not sorted and disjoint: {:?}", outcome.edits));
    }
    let applied = apply(text, &outcome.edits);
    match &outcome.text {
        Some(new) if new == text => Err("the new text is the old one".to_owned()),
        Some(new) if *new != applied => Err(format!("the edits give another text:\n{}", diff(new, &applied))),
        None if applied != text => Err("there are edits but no new text".to_owned()),
        _ => Ok(()),
    }
}

fn audit_fixes(text: &str, setup: &Setup, outcome: &Outcome) -> Result<(), String> {
    if outcome.text.is_some() == outcome.fixes.is_empty() {
        return Err("fixes and a new text do not come together".to_owned());
    }
    if outcome.skipped.is_some() && !(outcome.fixes.is_empty() && outcome.declined.is_empty()) {
        return Err("a skipped text has fixes or declines".to_owned());
    }
    let order = |fixes: &[AppliedFix]| fixes.is_sorted_by_key(|fix| fix.range.start);
    if !order(&outcome.fixes) || !outcome.declined.is_sorted_by_key(|decline| decline.site.start) {
        return Err("fixes or declines are not in the order of the text".to_owned());
    }
    for fix in outcome.fixes.iter().chain(&outcome.withheld) {
        in_text(text, fix.range, fix.transform)?;
        if setup.registry.get(fix.transform).is_none() {
            return Err(format!("a fix of {}, which was not asked", fix.transform));
        }
        if (fix.applicability == Applicability::Safe) != fix.assumptions.is_empty() {
            return Err(format!("{} is {:?} with {:?}", fix.transform, fix.applicability, fix.assumptions));
        }
        let unknown = |measured: &Measured| Gain::of(fix.transform, *measured, setup.target.oldest).is_none();
        if let Some(measured) = fix.measured.filter(unknown) {
            return Err(format!("{} names {measured:?}, which was not measured", fix.transform));
        }
        for edit in &fix.edits {
            in_text(text, edit.range, fix.transform)?;
        }
    }
    let allowed = |fix: &AppliedFix| fix.applicability >= setup.config.applied;
    if let Some(fix) = outcome.fixes.iter().find(|fix| !allowed(fix)) {
        return Err(format!("{} was applied although the configuration forbids it", fix.transform));
    }
    if let Some(fix) = outcome.withheld.iter().find(|fix| allowed(fix)) {
        return Err(format!("{} was withheld although the configuration allows it", fix.transform));
    }
    Ok(())
}

fn audit_declines(text: &str, setup: &Setup, outcome: &Outcome) -> Result<(), String> {
    for decline in &outcome.declined {
        in_text(text, decline.site, decline.transform)?;
        in_text(text, decline.refusal.range, decline.transform)?;
        let Some(transform) = setup.registry.get(decline.transform) else {
            return Err(format!("a decline of {}, which was not asked", decline.transform));
        };
        let reason = decline.refusal.reason;
        // Given by the engine, to whatever transform it is.
        let is_common = matches!(reason, Reason::GoalNotMet | Reason::NotHot);
        if !is_common && !transform.meta().reasons.contains(&reason) {
            return Err(format!(
                "{} declines for {}, which it does not declare",
                decline.transform,
                reason.id()
            ));
        }
    }
    Ok(())
}

fn audit_text(text: &str, setup: &Setup, new: &str) -> Result<(), String> {
    let failed = |what: &str| Err(format!("{what}:\n{}", diff(text, new)));
    let (Some(before), Some(after)) = (comments(text, setup), comments(new, setup)) else {
        return failed("a text with syntax errors was rewritten, or became one");
    };
    if before != after {
        return failed("comments were lost, added or changed");
    }
    let valid = |text: &str| valid_python3(text, setup.target);
    if setup.dialect == Dialect::Python3 && valid(text).is_ok() {
        valid(new).or_else(|error| failed(&error))?;
    }
    for ending in [bare_line_feeds as fn(&str) -> usize, carriage_returns] {
        if ending(text) == 0 && ending(new) > 0 {
            return failed("a line ending that the text does not use");
        }
    }
    if text.ends_with('\n') != new.ends_with('\n') {
        return failed("the last line's ending changed");
    }
    Ok(())
}

/// The comments, sorted; `None` for a text with syntax errors.
fn comments(text: &str, setup: &Setup) -> Option<Vec<String>> {
    let source = Source::new(text.to_owned(), setup.dialect, setup.target);
    let tree = parse(&source, &Regions::whole(&source)).ok()?;
    let mut comments: Vec<_> = tree.comments().map(|comment| comment.text().trim_end().to_owned()).collect();
    comments.sort();
    Some(comments)
}

/// Whether `text` is Python 3 that the oldest Python 3 of `target` accepts; the error says why not.
pub fn valid_python3(text: &str, target: Target) -> Result<(), String> {
    let oldest = target.oldest.max(PythonVersion::new(3, 7));
    let version = RuffVersion { major: oldest.major, minor: oldest.minor };
    let parsed = parse_unchecked(text, ParseOptions::from(Mode::Module).with_target_version(version));
    if let Some(error) = parsed.errors().first() {
        return Err(format!("no Python: {error}"));
    }
    match parsed.unsupported_syntax_errors().first() {
        Some(error) => Err(format!("no Python {oldest}: {error}")),
        None => Ok(()),
    }
}

fn bare_line_feeds(text: &str) -> usize {
    text.matches('\n').count() - text.matches("\r\n").count()
}

fn carriage_returns(text: &str) -> usize {
    text.matches('\r').count()
}

fn in_text(text: &str, range: Range, whose: &str) -> Result<(), String> {
    match text.get(range.as_usize()) {
        Some(_) => Ok(()),
        None => Err(format!("{whose} names {range:?}, which is no range of the text")),
    }
}

/// `text` with `edits`, which are sorted, disjoint and in the text, carried out.
fn apply(text: &str, edits: &[Edit]) -> String {
    let mut new = String::new();
    let mut done = 0;
    for edit in edits {
        new.push_str(&text[done..edit.range.start as usize]);
        new.push_str(&edit.replacement);
        done = edit.range.end as usize;
    }
    new + &text[done..]
}

/// Whether two outcomes of the same text say the same.
fn same(one: &Outcome, other: &Outcome) -> Result<(), String> {
    if one.text != other.text {
        let shown = |outcome: &Outcome| outcome.text.clone().unwrap_or_else(|| "unchanged\n".to_owned());
        return Err(format!("the result is another:\n{}", diff(&shown(one), &shown(other))));
    }
    if one.edits != other.edits {
        return Err(format!("the edits are others:\n{:?}\n{:?}", one.edits, other.edits));
    }
    if (&one.fixes, &one.withheld) != (&other.fixes, &other.withheld) {
        return Err(format!("the fixes are others:\n{:?}\n{:?}", one.fixes, other.fixes));
    }
    if one.declined != other.declined {
        return Err(format!("the declines are others:\n{:?}\n{:?}", one.declined, other.declined));
    }
    Ok(())
}
