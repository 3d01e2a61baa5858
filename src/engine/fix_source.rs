//! The core function: rounds until nothing changes, then verification.

use std::cell::Cell;
use std::collections::BTreeSet;

use crate::edit::{Decline, Edit, Fix, Plan, RangeMap, apply};
use crate::engine::respelled::respelled;
use crate::engine::round_world::RoundWorld;
use crate::engine::scan::{is_looked_into, may_match};
use crate::engine::suppression::{Suppressions, skip_file};
use crate::engine::verify::verify;
use crate::engine::{
    AppliedFix, Config, Cx, DeclinedSite, Focus, Gain, Meta, Outcome, Prefilter, Quarantine, RegionPolicy,
    Registry, Skip, SuppressedFix, Transform,
};
use crate::semantic::guards::{self, Guarded};
use crate::semantic::{Facts, Reason, Refusal, World};
use crate::syntax::{
    EditedTree, Kind, ParseFailure, Regions, SyntaxTree, health, parse, parse_edited, raised_by_syntax,
    same_string,
};
use crate::text::{Dialect, Range, RangeSet, Source, lone_crs};

/// A text that still changes after so many rounds will never come to rest: two transforms undo one another.
const MAX_ROUNDS: u32 = 50;

/// Rewrites `source` with the transforms of `registry` that `config` selects, until nothing changes.
///
/// Does no I/O but through `world`, and returns for every text. A transform whose result fails verification
/// is left out, named in [`Outcome::quarantined`], and the others go on.
pub fn fix_source(source: &Source, registry: &Registry, config: &Config, world: &dyn World) -> Outcome {
    let oldest = source.target().oldest;
    let wanted = |transform: &&'static dyn Transform| {
        let meta = transform.meta();
        config.selection.includes(meta.id) && meta.oldest <= oldest
    };
    let mut transforms: Vec<&'static dyn Transform> = registry.transforms().filter(wanted).collect();
    if let Some(at) = first_lone_cr(source) {
        return skipped(lone_cr(source, at));
    }
    // Every transform counts: the syntax may show that the text is for later Pythons than it is said to be.
    if !is_looked_into(source.text(), registry, config) {
        return Outcome::default();
    }
    let tree = match parse(source, &Regions::whole(source)) {
        Ok(tree) => tree,
        Err(failure) => return skipped(as_skip(source, failure)),
    };
    let target = raised_by_syntax(source.target(), &tree);
    if target != source.target() {
        return fix_source(&source.with_target(target), registry, config, world);
    }
    // tree-sitter accepts much that Python does not, such as a header without a body.
    if source.dialect() == Dialect::Python3
        && let Some((at, _)) = health(source.text(), oldest).error
    {
        return skipped(Skip::SyntaxError { line: source.line(at) });
    }
    if let Some(name) = respelled(&tree) {
        return skipped(Skip::RespelledName { line: name.line(), name: name.text().to_owned() });
    }
    let job = Job { registry, config, world, spent: Cell::new(0) };
    let (mut outcome, mut flaw) = job.converge(&tree, &transforms);
    let mut quarantined = Vec::new();
    while let Some(failure) = flaw.filter(|_| !job.is_exhausted()) {
        let guilty = job.guilty(&tree, &outcome, &transforms);
        if guilty.is_empty() {
            // Nothing took part, and still something is wrong: then nothing is changed.
            quarantined.push(Quarantine { transform: "pyfix".to_owned(), failure });
            outcome = Outcome::default();
            break;
        }
        transforms.retain(|transform| !guilty.contains(&transform.meta().id));
        let report = |id: &&'static str| Quarantine { transform: (*id).to_owned(), failure: failure.clone() };
        quarantined.extend(guilty.iter().map(report));
        (outcome, flaw) = job.converge(&tree, &transforms);
    }
    if job.is_exhausted() {
        return skipped(Skip::TooCostly { limit: config.max_effort });
    }
    outcome.quarantined = quarantined;
    outcome.target = Some(target);
    outcome
}

fn skipped(skip: Skip) -> Outcome {
    Outcome { skipped: Some(skip), ..Outcome::default() }
}

fn as_skip(source: &Source, failure: ParseFailure) -> Skip {
    match failure {
        ParseFailure::SyntaxError { at } => Skip::SyntaxError { line: source.line(at) },
        ParseFailure::TooDeep { at } => Skip::TooDeep { line: source.line(at) },
        ParseFailure::ParserFailed => Skip::ParserFailed,
    }
}

/// The first carriage return that stands alone and not inside a string.
fn first_lone_cr(source: &Source) -> Option<u32> {
    let first = lone_crs(source.text()).next()?;
    let Ok(tree) = parse(source, &Regions::whole(source)) else { return Some(first) };
    let in_string = |at: u32| {
        tree.covering(Range::new(at, at + 1))
            .is_some_and(|node| node.chain().any(|holder| holder.kind() == Kind::String))
    };
    lone_crs(source.text()).find(|at| !in_string(*at))
}

fn lone_cr(source: &Source, at: u32) -> Skip {
    Skip::LoneCarriageReturn { line: source.line(at) }
}

/// What stays the same from round to round.
struct Job<'a> {
    registry: &'a Registry,
    config: &'a Config,
    world: &'a dyn World,
    /// What the rounds that are over cost.
    spent: Cell<u64>,
}

/// What one round found.
#[derive(Default)]
struct Findings {
    /// Fixes that may be applied, with their priorities, in the order of the text.
    fixes: Vec<(u8, Fix)>,
    /// Fixes that the user could ask for, with their priorities.
    withheld: Vec<(u8, Fix)>,
    declined: Vec<(&'static str, Range, Refusal)>,
    /// Fixes that must not be made.
    suppressed: Vec<SuppressedFix>,
}

impl Findings {
    /// Leaves out fixes of [`Meta::LAST`] where others are to be made, and what they would take from others that are
    /// only withheld.
    fn keep_last_for_last(&mut self) {
        let is_last = |priority: u8| priority >= Meta::LAST;
        if self.fixes.iter().any(|(priority, _)| !is_last(*priority)) {
            self.fixes.retain(|(priority, _)| !is_last(*priority));
        }
        let mut wanted = RangeSet::default();
        for (_, fix) in self.withheld.iter().filter(|(priority, _)| !is_last(*priority)) {
            wanted.extend(fix.footprint.iter().copied());
        }
        let hides = |fix: &Fix| fix.written().any(|range| wanted.overlaps(range));
        self.fixes.retain(|(priority, fix)| !is_last(*priority) || !hides(fix));
    }
}

/// How far the rounds over one text have come.
#[derive(Default)]
struct Course {
    outcome: Outcome,
    map: RangeMap,
    /// What the last round leaves of its tree.
    edited: Option<EditedTree>,
    /// The suppression comments that suppressed a fix.
    used: BTreeSet<Range>,
    /// What other transforms said before the first fix of [`Meta::LAST`], which hides from them what they know code by.
    said_before: Option<Said>,
}

/// What was found of candidates that stay as they are.
struct Said {
    declined: Vec<DeclinedSite>,
    withheld: Vec<AppliedFix>,
    suppressed: Vec<SuppressedFix>,
}

/// Whether another round may find something.
enum Rounds {
    More,
    Over,
    /// No fix could be made, although the transform of that name found one on that line.
    Stuck(&'static str, u32),
}

/// What is wrong with a result: a bug in pyfix.
type Flaw = Option<String>;

impl Job<'_> {
    /// Whether no more is to be looked at.
    fn is_exhausted(&self) -> bool {
        self.spent.get() > self.config.max_effort
    }

    /// Round after round until nothing changes. The last one shows that a run over the result would not change it.
    fn converge(&self, original: &SyntaxTree<'_>, transforms: &[&'static dyn Transform]) -> (Outcome, Flaw) {
        let suppressions = Suppressions::of(original);
        if let Some(skip) = skip_file(original, &suppressions) {
            return (skipped(skip), None);
        }
        let mut course = Course::default();
        let mut flaw = None;
        for round in 1..=MAX_ROUNDS + 1 {
            course.outcome.rounds = round;
            if round > MAX_ROUNDS {
                let flaw = format!("after {MAX_ROUNDS} rounds the result still changes");
                return (course.outcome, Some(flaw));
            }
            let text = match course.outcome.text.clone() {
                // The text of the first round has been parsed already.
                None if self.config.regions == RegionPolicy::Whole => {
                    match self.take_round(original, original, transforms, &mut course) {
                        Rounds::More => continue,
                        Rounds::Over | Rounds::Stuck(..) => break,
                    }
                }
                text => text.unwrap_or_else(|| original.source().text().to_owned()),
            };
            let source = original.source().with_text(text);
            let tree = match self.parse(&source, course.edited.take()) {
                Ok(tree) => tree,
                Err(failure) => {
                    flaw = Some(format!("the result has a {failure}"));
                    break;
                }
            };
            flaw = match self.take_round(original, &tree, transforms, &mut course) {
                Rounds::More => continue,
                Rounds::Over => flaw_of(original, &course.outcome, &tree),
                Rounds::Stuck(transform, line) => {
                    Some(format!("another run would change the result again ({transform}, line {line})"))
                }
            };
            break;
        }
        let Course { mut outcome, used, .. } = course;
        if outcome.text.as_deref() == Some(original.source().text()) {
            outcome.text = None;
        }
        outcome.fixes.sort_by_key(|fix| (fix.range, fix.round));
        outcome.unused_suppressions = suppressions.unused(&used, self.registry);
        (outcome, flaw)
    }

    /// Judges `tree`, the text as it is now, and applies what fits into one round.
    fn take_round(
        &self,
        original: &SyntaxTree<'_>,
        tree: &SyntaxTree<'_>,
        transforms: &[&'static dyn Transform],
        course: &mut Course,
    ) -> Rounds {
        let Course { outcome, map, edited, used, said_before } = course;
        let source = tree.source();
        let origins = Origins { original: original.source(), current: source, map };
        let before = tree.effort();
        let findings = self.round(tree, transforms, &origins);
        self.spent.set(self.spent.get().saturating_add(tree.effort() - before));
        used.extend(findings.suppressed.iter().map(|fix| map.original_cover(fix.comment)));
        let offered: Vec<(u8, &Fix)> =
            findings.fixes.iter().map(|(priority, fix)| (*priority, fix)).collect();
        let plan = Plan::new(tree, &offered);
        if plan.edits.is_empty() {
            account(outcome, &findings, &origins);
            if let Some(said) = said_before.take() {
                outcome.declined.retain(|decline| self.is_last(decline.transform));
                outcome.declined.extend(said.declined);
                outcome.declined.sort_by_key(|decline| decline.site.start);
                outcome.withheld.retain(|fix| self.is_last(fix.transform));
                outcome.withheld.extend(said.withheld);
                outcome.withheld.sort_by_key(|fix| fix.range.start);
                outcome.suppressed.retain(|fix| self.is_last(fix.transform));
                outcome.suppressed.extend(said.suppressed);
                outcome.suppressed.sort_by_key(|fix| fix.range.start);
            }
            return match findings.fixes.first() {
                Some((_, fix)) => Rounds::Stuck(fix.transform, source.line(fix.range.start)),
                None => Rounds::Over,
            };
        }
        if findings.fixes.iter().any(|(priority, _)| *priority < Meta::LAST) {
            *said_before = None;
        } else if said_before.is_none() {
            let mut said = Said {
                declined: declined(&findings, &origins),
                withheld: withheld(&findings, &origins),
                suppressed: suppressed(&findings, &origins),
            };
            said.suppressed.retain(|fix| !self.is_last(fix.transform));
            said.declined.retain(|decline| !self.is_last(decline.transform));
            said.withheld.retain(|fix| !self.is_last(fix.transform));
            *said_before = Some(said);
        }
        for (index, edits) in &plan.taken {
            if let Some((_, fix)) = findings.fixes.get(*index) {
                if !keeps_strings(source, fix) {
                    outcome.unequal_strings.push(fix.transform);
                }
                outcome.fixes.push(applied(fix, edits, &origins, outcome.rounds));
            }
        }
        *edited = tree.edited(plan.edits.iter().map(|edit| (edit.range, edit.replacement.as_str())));
        *map = map.after(&plan.edits);
        let next = apply(source.text(), &plan.edits);
        outcome.edits = map.edits(&next);
        outcome.text = Some(next);
        Rounds::More
    }

    /// Whether fixes of the transform wait until there are no others.
    fn is_last(&self, id: &str) -> bool {
        self.registry.get(id).is_some_and(|transform| transform.meta().priority >= Meta::LAST)
    }

    /// Parses the text of a round, of which `edited` may be what is left of the round before.
    fn parse<'s>(
        &self,
        source: &'s Source,
        edited: Option<EditedTree>,
    ) -> Result<SyntaxTree<'s>, ParseFailure> {
        let whole = match edited {
            Some(before) => parse_edited(source, &before)?,
            None => parse(source, &Regions::whole(source))?,
        };
        match self.config.regions {
            RegionPolicy::Whole => Ok(whole),
            RegionPolicy::PerStatement => parse(source, &Regions::per_statement(&whole)),
        }
    }

    /// Asks every transform about every node of its kinds, and stops when that takes too long.
    fn round(
        &self,
        tree: &SyntaxTree<'_>,
        transforms: &[&'static dyn Transform],
        origins: &Origins<'_>,
    ) -> Findings {
        let (source, map) = (tree.source(), origins.map);
        let suppressions = Suppressions::of(tree);
        let world = RoundWorld { world: self.world, map };
        let facts = Facts::new(tree, &world)
            .with_annotations(self.config.annotations)
            .on_trial(self.config.trial.clone());
        let cx = Cx { tree, facts: &facts, config: self.config };
        let mut findings = Findings::default();
        let all = self.config.prefilter == Prefilter::Off;
        let possible = transforms.iter().filter(|transform| all || may_match(source.text(), **transform));
        let asked = ByKind::new(possible.copied());
        let left = self.config.max_effort.saturating_sub(self.spent.get());
        tree.set_max_effort(tree.effort().saturating_add(left));
        for node in tree.nodes() {
            for transform in asked.of(node.kind()) {
                let meta = transform.meta();
                let verdict = transform.check(node, &cx);
                // Each candidate is held against the comments near it that ask for something.
                if !matches!(verdict, Err(Decline::NotThisShape)) {
                    tree.spend(suppressions.count_near(source, node.range()));
                }
                let fix = match verdict {
                    Ok(fix) => fix,
                    Err(Decline::NotThisShape) => continue,
                    Err(Decline::Refused(refusal)) => {
                        let site = node.range().cover(refusal.range);
                        let asked = suppressions.suppressing(source, meta.id, site);
                        // The comment itself is what stands in the way.
                        if let Some(comment) = asked.filter(|comment| *comment == refusal.range) {
                            let (range, message) = (node.range(), meta.summary.to_owned());
                            let fix = SuppressedFix { transform: meta.id, message, range, comment };
                            findings.suppressed.push(fix);
                        } else {
                            findings.declined.push((meta.id, node.range(), refusal));
                        }
                        continue;
                    }
                };
                if changes_spelling(tree, &fix) {
                    continue;
                }
                if let Some(comment) = suppressions.suppressing(source, meta.id, fix.range) {
                    let Fix { transform, message, range, .. } = fix;
                    findings.suppressed.push(SuppressedFix { transform, message, range, comment });
                } else if let Err(refusal) =
                    keeps_formatting(&facts, &suppressions, &fix).and_then(|()| can_hoist(&facts, &fix))
                {
                    findings.declined.push((meta.id, fix.range, refusal));
                } else if !self.config.goal.is_met(gain_of(&fix, source)) {
                    let refusal = Refusal::new(Reason::GoalNotMet, fix.range);
                    findings.declined.push((meta.id, fix.range, refusal));
                } else if let Some(focus) = self.excluding(map.original_cover(fix.range)) {
                    findings.declined.push((meta.id, fix.range, Refusal::new(focus.reason(), fix.range)));
                } else if !self.is_permitted(&fix, origins) {
                    // Whoever asks for it knows why.
                } else if fix.applicability() < self.config.applied {
                    findings.withheld.push((meta.priority, fix));
                } else {
                    findings.fixes.push((meta.priority, fix));
                }
            }
        }
        if tree.is_exhausted() {
            return Findings::default();
        }
        // Verification looks at all of the tree, whatever the rounds have left.
        tree.set_max_effort(u64::MAX);
        findings.keep_last_for_last();
        findings
    }

    /// The focus that does not include what stands at `range` of the original text.
    fn excluding(&self, range: Range) -> Option<&Focus> {
        self.config.focus.iter().find(|focus| !focus.includes(range))
    }

    fn is_permitted(&self, fix: &Fix, origins: &Origins<'_>) -> bool {
        let permitted = self.config.permitted.as_ref();
        permitted.is_none_or(|permitted| permitted.includes(fix.transform, origins.of(fix.range)))
    }

    /// The transforms without which the rest passes verification: one where that is enough, else all that
    /// took part.
    fn guilty(
        &self,
        original: &SyntaxTree<'_>,
        outcome: &Outcome,
        transforms: &[&'static dyn Transform],
    ) -> Vec<&'static str> {
        let suspects: BTreeSet<&'static str> = outcome.fixes.iter().map(|fix| fix.transform).collect();
        for suspect in &suspects {
            let others: Vec<_> =
                transforms.iter().copied().filter(|transform| transform.meta().id != *suspect).collect();
            if self.converge(original, &others).1.is_none() {
                return vec![suspect];
            }
        }
        suspects.into_iter().collect()
    }
}

/// The transforms that ask for nodes of each kind.
#[derive(Default)]
struct ByKind(Vec<Vec<&'static dyn Transform>>);

impl ByKind {
    fn new(transforms: impl Iterator<Item = &'static dyn Transform>) -> Self {
        let mut all = Self::default();
        for transform in transforms {
            for &kind in transform.meta().kinds {
                let index = kind as usize;
                all.0.resize_with(all.0.len().max(index + 1), Vec::new);
                if let Some(asking) = all.0.get_mut(index) {
                    asking.push(transform);
                }
            }
        }
        all
    }

    fn of(&self, kind: Kind) -> impl Iterator<Item = &'static dyn Transform> {
        self.0.get(kind as usize).into_iter().flatten().copied()
    }
}

/// What is wrong with `outcome`, of which `result` is the tree.
fn flaw_of(original: &SyntaxTree<'_>, outcome: &Outcome, result: &SyntaxTree<'_>) -> Flaw {
    if let Some(transform) = outcome.unequal_strings.first() {
        return Some(format!("{transform} would write a string of other pieces than before"));
    }
    verify(original, outcome, result).err()
}

/// ```python
/// # fmt: off
/// for x in xs: r.append(x)
/// # fmt: on
/// ```
fn keeps_formatting(facts: &Facts<'_>, suppressions: &Suppressions, fix: &Fix) -> Guarded {
    match suppressions.protecting(fix.written().chain(fix.insertions())) {
        Some(range) => facts.refuse(Refusal::new(Reason::FormattingOff, range)),
        None => Ok(()),
    }
}

/// Whether `fix` would write into something that is read as it is spelled.
///
/// ```python
/// print(f"{sorted(xs)[0]=}")
/// ```
fn changes_spelling(tree: &SyntaxTree<'_>, fix: &Fix) -> bool {
    fix.written().any(|range| tree.covering(range).is_some_and(guards::is_read_as_spelled))
}

/// Whether every string that `fix` rewrites is built of the same literal text and the same values, in order.
fn keeps_strings(source: &Source, fix: &Fix) -> bool {
    fix.strings.iter().all(|string| {
        let before: Vec<_> = string.before.iter().map(|range| source.slice(*range)).collect();
        let written = fix.edits.iter().any(|edit| edit.replacement.contains(&string.after));
        written && same_string(&before, &string.after)
    })
}

fn can_hoist(facts: &Facts<'_>, fix: &Fix) -> Guarded {
    fix.hoists.iter().try_for_each(|hoist| guards::begins_line(facts, hoist.anchor))
}

/// The way from the text of a round back to the original text.
struct Origins<'a> {
    original: &'a Source,
    current: &'a Source,
    map: &'a RangeMap,
}

impl Origins<'_> {
    /// Where `range` comes from: its own place where it merely moved; where a fix wrote it, the only place in what
    /// that fix replaced with the same text; and else all that was replaced.
    fn of(&self, range: Range) -> Range {
        let cover = self.map.original_cover(range);
        if self.map.original(range) == Some(cover) {
            return cover;
        }
        let text = self.current.slice(range);
        let mut same = self.original.slice(cover).match_indices(text);
        match (same.next(), same.next()) {
            (Some((at, _)), None) if !text.is_empty() => {
                let start = cover.start + at as u32;
                Range::new(start, start + range.len())
            }
            _ => cover,
        }
    }
}

/// Enters what the last round found into the account.
fn account(outcome: &mut Outcome, findings: &Findings, origins: &Origins<'_>) {
    outcome.declined = declined(findings, origins);
    outcome.withheld = withheld(findings, origins);
    outcome.suppressed = suppressed(findings, origins);
}

/// The candidates that a guard refused, in the order of the text.
fn declined(findings: &Findings, origins: &Origins<'_>) -> Vec<DeclinedSite> {
    let sites = findings.declined.iter().map(|(transform, site, refusal)| {
        let refusal = Refusal { range: origins.of(refusal.range), ..refusal.clone() };
        DeclinedSite { transform, site: origins.of(*site), refusal }
    });
    let mut sites: Vec<DeclinedSite> = sites.collect();
    // A fix that `# fmt: off` protects may begin before the node that it was found for.
    sites.sort_by_key(|decline| decline.site.start);
    sites
}

/// The fixes that the configuration does not allow, in the order of the text.
fn withheld(findings: &Findings, origins: &Origins<'_>) -> Vec<AppliedFix> {
    findings.withheld.iter().map(|(_, fix)| applied(fix, &fix.edits, origins, 0)).collect()
}

/// The fixes that a comment asks not to make, in the order of the text.
fn suppressed(findings: &Findings, origins: &Origins<'_>) -> Vec<SuppressedFix> {
    let to_original = |fix: &SuppressedFix| SuppressedFix {
        transform: fix.transform,
        message: fix.message.clone(),
        range: origins.of(fix.range),
        comment: origins.of(fix.comment),
    };
    findings.suppressed.iter().map(to_original).collect()
}

fn gain_of(fix: &Fix, source: &Source) -> Option<Gain> {
    Gain::of(fix.transform, fix.measured?, source.target().oldest)
}

fn applied(fix: &Fix, edits: &[Edit], origins: &Origins<'_>, round: u32) -> AppliedFix {
    let to_original =
        |edit: &Edit| Edit::replace(origins.map.original_cover(edit.range), edit.replacement.clone());
    AppliedFix {
        transform: fix.transform,
        message: fix.message.clone(),
        range: origins.of(fix.range),
        applicability: fix.applicability(),
        assumptions: fix.assumptions.clone(),
        edits: edits.iter().map(to_original).collect(),
        measured: fix.measured,
        round,
    }
}
