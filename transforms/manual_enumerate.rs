//! `manual-enumerate`: a counter beside a loop becomes `enumerate`.
//!
//! See `manual-enumerate.md`.

use std::ops::Range;

use crate::edit::render::{Slot, whole_lines};
use crate::edit::{Decline, Edit, Fix, Measured, Verdict};
use crate::engine::{Cx, Meta, Transform};
use crate::semantic::comments::comments_in;
use crate::semantic::guards::{self, Guarded};
use crate::semantic::{Facts, Reason, Refusal, Resolution, VariableId};
use crate::syntax::{Assignment, Field, ForLoop, Kind, Node, jumps_in};
use crate::text::{PythonVersion, Range as TextRange};

/// The transform.
pub struct ManualEnumerate;

static META: Meta = Meta {
    id: "manual-enumerate",
    summary: "a counter that a loop keeps by itself becomes `enumerate`",
    page: include_str!("manual-enumerate.md"),
    kinds: &[Kind::ForStatement],
    needles: &[r"\bfor\b", r"\+"],
    reasons: &[
        Reason::ClassScope,
        Reason::DynamicScope,
        Reason::NotBuiltin,
        Reason::TargetNotLocal,
        Reason::TargetCaptured,
        Reason::TargetReadLater,
        Reason::TargetPublic,
        Reason::CounterNotSteady,
        Reason::SharedLine,
        Reason::FormattingOff,
        Reason::NoGain,
    ],
    oldest: PythonVersion::PY27,
    priority: 14,
};

/// The oldest Pythons for which the counter was measured to be slower.
const COUNTER_SLOWER: Range<PythonVersion> = PythonVersion::new(3, 6)..PythonVersion::new(3, 11);

impl Transform for ManualEnumerate {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, node: Node<'_>, cx: &Cx<'_>) -> Verdict {
        let counter = Counter::of(cx.facts, node).ok_or(Decline::NotThisShape)?;
        guards::builtin(cx.facts, node, "enumerate")?;
        let scope = guards::own_names(cx.facts, node)?;
        guards::vanishes(cx.facts, counter.creation.left, node, scope)?;
        counter.is_steady(cx.facts)?;
        enumerate_wanted(cx, node)?;
        let first = lines_of(counter.creation.statement)?;
        let last = counter.last_lines()?;
        let header = counter.bare_header(cx).ok_or(Decline::NotThisShape)?;
        Ok(Fix {
            transform: META.id,
            message: format!("let `enumerate` count `{}`", counter.creation.left.text()),
            range: node.range(),
            edits: vec![
                Edit::delete(first),
                Edit::replace(header, format!("{}{}", counter.blank(), counter.text())),
                Edit::delete(last),
            ],
            strings: Vec::new(),
            hoists: Vec::new(),
            imports: Vec::new(),
            measured: Some(Measured {
                case: if counter.counts_first { "first" } else { "last" },
                form: "enumerate",
            }),
            assumptions: Vec::new(),
            footprint: vec![first, node.range()],
        })
    }
}

/// That `enumerate` is faster, or asked for.
fn enumerate_wanted(cx: &Cx<'_>, node: Node<'_>) -> Guarded {
    let faster = COUNTER_SLOWER.contains(&node.source().target().oldest);
    if !faster && !cx.config.takes_slower(META.id) {
        cx.facts.refuse(Refusal::new(Reason::NoGain, guards::header(node)))?;
    }
    Ok(())
}

/// A loop that counts its turns.
struct Counter<'t> {
    header: ForLoop<'t>,
    variable: VariableId,
    /// `i = 0` in front of the loop.
    creation: Assignment<'t>,
    first: u32,
    /// `i += 1` in the loop.
    step: Node<'t>,
    /// Whether a turn begins with it, rather than ends.
    counts_first: bool,
}

impl<'t> Counter<'t> {
    fn of(facts: &Facts<'_>, node: Node<'t>) -> Option<Self> {
        let header = ForLoop::cast(node).filter(|header| !header.is_async())?;
        let statements: Vec<_> = header.body.statements().collect();
        let (first, last) = (*statements.first()?, *statements.last()?);
        (statements.len() > 1).then_some(())?;
        let (name, step, counts_first) = match (counted(first), counted(last)) {
            (Some(name), _) => (name, first, true),
            (None, Some(name)) => (name, last, false),
            (None, None) => return None,
        };
        let Resolution::Variable(variable) = facts.model().resolve(name) else { return None };
        let creation = created(facts, variable, node)?;
        // 010 is eight in Python 2.
        let digits = creation.right.text();
        let number: u32 = if digits.starts_with('0') && digits != "0" { None } else { digits.parse().ok() }?;
        // A name that is read nowhere is a count, which is wanted behind the loop.
        let read = facts
            .model()
            .references_in(variable, header.body.range())
            .any(|read| !step.holds(node.tree().node(read.node)));
        let first = number.checked_add(u32::from(counts_first))?;
        read.then_some(Self { header, variable, creation, first, step, counts_first })
    }

    /// That the counter is the number of the turn wherever the loop reads it, and nothing else reads it.
    ///
    /// ```python
    /// for x in xs:
    ///     if x < 0: continue
    ///     print(i, x)
    ///     i += 1
    /// ```
    fn is_steady(&self, facts: &Facts<'_>) -> Guarded {
        let (model, node) = (facts.model(), self.header.node);
        let refusal = |at: Node<'_>| {
            Refusal::about(Reason::CounterNotSteady, guards::header(at), self.creation.left.text())
        };
        if guards::leaks_into(facts, self.variable, node) {
            facts.refuse(refusal(node))?;
        }
        if let Some(other) = model.bindings_in(self.variable, node.range()).nth(1) {
            facts.refuse(refusal(node.tree().node(other.node)))?;
        }
        // for x in f(i):
        let outside = [Some(self.header.iterable), Some(self.header.target), self.header.alternative];
        for part in outside.into_iter().flatten() {
            if model.references_in(self.variable, part.range()).next().is_some() {
                facts.refuse(refusal(part))?;
            }
        }
        if !self.counts_first
            && let Some(skip) = skips(self.header.body)
        {
            facts.refuse(refusal(skip))?;
        }
        // if c: return i                     # between the two, or where the loop is not reached
        let seen = facts.flow(facts.body_scope(node)).is_none_or(|flow| {
            flow.read_before(model, self.variable, self.creation.statement, node).is_some()
        });
        if seen {
            facts.refuse(refusal(self.creation.statement))?;
        }
        Ok(())
    }

    /// The lines of the step, with the blank ones in front of it where it is the last of its block.
    fn last_lines(&self) -> Guarded<TextRange> {
        let lines = lines_of(self.step)?;
        let source = self.step.source();
        let mut start = lines.start;
        while !self.counts_first && start > 0 {
            let above = source.line_start(start - 1);
            if !source.slice(TextRange::new(above, start)).trim().is_empty() {
                break;
            }
            start = above;
        }
        Ok(TextRange::new(start, lines.end))
    }

    /// The target and what is iterated over; `None` where a comment stands between them.
    fn bare_header(&self, cx: &Cx<'_>) -> Option<TextRange> {
        let header = TextRange::new(self.header.target.range().start, self.header.iterable.range().end);
        comments_in(cx.tree, header).next().is_none().then_some(header)
    }

    /// for(a, b)in pairs:
    fn blank(&self) -> &'static str {
        let source = self.header.node.source();
        let before = source.slice(TextRange::new(0, self.header.target.range().start));
        if before.ends_with("for") { " " } else { "" }
    }

    fn text(&self) -> String {
        let target = self.header.target;
        let target = match target.kind() {
            Kind::PatternList => format!("({})", target.text()),
            _ => target.text().to_owned(),
        };
        let iterable = match self.header.iterable.kind() {
            Kind::ExpressionList => format!("({})", self.header.iterable.text()),
            _ => Slot::Argument.fill(self.header.iterable.text()),
        };
        let start = if self.first == 0 { String::new() } else { format!(", {}", self.first) };
        format!("{}, {target} in enumerate({iterable}{start})", self.creation.left.text())
    }
}

/// The name that a statement adds one to.
fn counted(statement: Node<'_>) -> Option<Node<'_>> {
    let inner =
        statement.named_children().next().filter(|_| statement.kind() == Kind::ExpressionStatement)?;
    let (left, right) = (inner.child(Field::Left)?, inner.child(Field::Right)?);
    let one = match inner.kind() {
        Kind::AugmentedAssignment => inner.has_token("+=") && right.text() == "1",
        // i = i + 1
        Kind::Assignment => {
            let added = (right.child(Field::Left), right.child(Field::Right));
            right.kind() == Kind::BinaryOperator
                && right.has_token("+")
                && matches!(added, (Some(name), Some(one)) if name.text() == left.text() && one.text() == "1")
        }
        _ => false,
    };
    (one && left.kind() == Kind::Identifier).then_some(left)
}

/// `i = 0` in front of the loop `node`, with nothing of `i` in between.
fn created<'t>(facts: &Facts<'_>, variable: VariableId, node: Node<'t>) -> Option<Assignment<'t>> {
    let model = facts.model();
    let mut at = node;
    for _ in 0..8 {
        at = at.previous_statement()?;
        let mentioned = model.references_in(variable, at.range()).next().is_some()
            || model.bindings_in(variable, at.range()).next().is_some();
        if mentioned {
            break;
        }
    }
    let creation = Assignment::cast(at).filter(|it| it.annotation.is_none())?;
    let binding = model.binding_at(creation.left).filter(|binding| binding.variable == variable);
    (binding.is_some() && creation.right.kind() == Kind::Integer).then_some(creation)
}

/// A `continue` of the loop with this body.
fn skips(body: Node<'_>) -> Option<Node<'_>> {
    body.descendants()
        .filter(|part| part.kind() == Kind::ContinueStatement)
        .find(|part| jumps_in(*part, body))
}

/// The lines of a statement that goes.
///
/// ```python
/// i = 0; n = 1
/// i = 0  # the row
/// ```
fn lines_of(statement: Node<'_>) -> Guarded<TextRange> {
    match whole_lines(statement) {
        Some(lines) => Ok(lines),
        // Half a line cannot go: there is nothing to go on with.
        None => Err(Refusal::new(Reason::SharedLine, guards::header(statement))),
    }
}
