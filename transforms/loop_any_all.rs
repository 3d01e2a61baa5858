//! `loop-any-all`: a loop that looks for an item becomes a call of `any` or `all`.
//!
//! See `loop-any-all.md`. The loop is read, judged and written as `loop-append` does with lists; here is what ends it,
//! and whether it may end early.

use crate::edit::{Assumption, Decline, Fix, Measured, Verdict};
use crate::engine::{Cx, Meta, Transform};
use crate::semantic::comments::{comments_in, is_pragma, is_type, trailing_comment};
use crate::semantic::guards::{self, Form, Guarded};
use crate::semantic::{Facts, Flow, Reason, Refusal, ScopeId, ScopeKind, VariableId};
use crate::syntax::{Assignment, Field, Kind, Node};
use crate::text::{PythonVersion, Range};

use super::consumers::asked_twice;
use super::loop_append::origin::{Creation, Empty, Origin, origin};
use super::loop_append::shape::{Addition, Clause, Element, Shape};
use super::loop_append::write::{self, Assigned, Expression, Target};
use super::loop_append::{Judge, Local};

/// The transform.
pub struct LoopAnyAll;

static META: Meta = Meta {
    id: "loop-any-all",
    summary: "a loop that looks for an item becomes a call of `any` or `all`",
    page: include_str!("loop-any-all.md"),
    kinds: &[Kind::ForStatement],
    needles: &[r"\bfor\b", r"\bTrue\b", r"\bFalse\b"],
    reasons: &[
        Reason::ClassScope,
        Reason::DynamicScope,
        Reason::LoopElse,
        Reason::TargetNotName,
        Reason::TargetNotLocal,
        Reason::TargetCaptured,
        Reason::TargetReadLater,
        Reason::TargetPublic,
        Reason::AccumulatorReadInLoop,
        Reason::AccumulatorObservable,
        Reason::PartialResult,
        Reason::NotBuiltin,
        Reason::StopsEarly,
        Reason::Yields,
        Reason::Awaits,
        Reason::StopsIteration,
        Reason::ZeroArgumentSuper,
        Reason::Walrus,
        Reason::MaybeUnbound,
        Reason::PragmaInTheWay,
        Reason::CommentInTheWay,
        Reason::FormattingOff,
        Reason::NoGain,
    ],
    oldest: PythonVersion::PY27,
    priority: 10,
};

/// Releases from which on a generator was measured to be faster than a loop of the module level.
const FASTER_AT_MODULE_LEVEL: PythonVersion = PythonVersion::new(3, 11);

impl Transform for LoopAnyAll {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, node: Node<'_>, cx: &Cx<'_>) -> Verdict {
        let search = Search::of(node).ok_or(Decline::NotThisShape)?;
        let judge = Judge { cx, facts: cx.facts, shape: &search.shape };
        match search.end {
            End::Return(last) => returned(&search, &judge, last),
            End::Break | End::GoOn => flagged(&search, &judge),
        }
    }
}

/// A loop that does nothing but test items until one passes.
struct Search<'t> {
    shape: Shape<'t>,
    /// What the result is where an item passes.
    found: Found,
    end: End<'t>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    True,
    False,
}

/// What comes behind an item that passes.
#[derive(Clone, Copy)]
enum End<'t> {
    /// The function returns; the statement behind the loop returns the opposite.
    Return(Node<'t>),
    /// The loop is left.
    Break,
    /// The next item is tested.
    GoOn,
}

impl<'t> Search<'t> {
    fn of(site: Node<'t>) -> Option<Self> {
        let mut shape = Shape::ending_in(site, |statements| match statements {
            [only] if only.kind() == Kind::ReturnStatement => {
                let value = only.named_children().next()?;
                Some((value, Addition::Decide { element: Element::Plain(value), reads: 1 }))
            }
            [assigned] => decided(*assigned),
            [assigned, last] if last.kind() == Kind::BreakStatement => decided(*assigned),
            _ => None,
        })?;
        let value = shape.addition.plain_element()?;
        let found = truth(value)?;
        let last = value.statement()?;
        let end = match last.next_statement() {
            _ if last.kind() == Kind::ReturnStatement => {
                let behind = site.next_statement().filter(|it| it.kind() == Kind::ReturnStatement)?;
                let other = truth(behind.named_children().next()?)?;
                (other != found).then_some(End::Return(behind))?
            }
            Some(_) => End::Break,
            None => End::GoOn,
        };
        let Some(Clause::If(condition)) = shape.clauses.pop() else { return None };
        shape.addition = Addition::Decide { element: Element::Plain(condition), reads: 1 };
        // for x in xs:
        //     if x: found = True; break      # leaves the inner loop alone
        let single = shape.loops().count() == 1;
        (single || !matches!(end, End::Break)).then_some(Self { shape, found, end })
    }

    /// What `all` asks for in place of a condition that begins with `not`.
    fn denied(&self) -> Option<Node<'t>> {
        let condition = self.shape.addition.plain_element()?;
        let denied = self.found == Found::False && condition.kind() == Kind::NotOperator;
        denied.then_some(condition)?.child(Field::Argument)
    }

    /// What must be assumed of the truth of what is searched for.
    fn assumptions(&self, facts: &Facts<'_>) -> Vec<Assumption> {
        let asked = self.denied().or_else(|| self.shape.addition.plain_element());
        asked.and_then(|asked| asked_twice(facts, asked)).into_iter().collect()
    }

    /// The result as an expression.
    fn value(&self, cx: &Cx<'_>) -> Expression {
        if self.found == Found::True {
            return Expression::of_pieces(&self.shape, cx, "any(".to_owned(), ")");
        }
        match self.denied() {
            Some(argument) => {
                let shape = Shape {
                    site: self.shape.site,
                    clauses: self.shape.clauses.clone(),
                    temporary: None,
                    receiver: self.shape.receiver,
                    addition: Addition::Decide { element: Element::Plain(argument), reads: 1 },
                };
                Expression::of_pieces(&shape, cx, "all(".to_owned(), ")")
            }
            None => Expression::of_pieces(&self.shape, cx, "not any(".to_owned(), ")"),
        }
    }
}

/// `name = True` or `name = False`.
fn decided(statement: Node<'_>) -> Option<(Node<'_>, Addition<'_>)> {
    let assignment = Assignment::cast(statement).filter(|it| it.annotation.is_none())?;
    let plain = assignment.left.kind() == Kind::Identifier && truth(assignment.right).is_some();
    plain.then_some((
        assignment.left,
        Addition::Decide { element: Element::Plain(assignment.right), reads: 1 },
    ))
}

fn truth(value: Node<'_>) -> Option<Found> {
    match value.kind() {
        Kind::True => Some(Found::True),
        Kind::False => Some(Found::False),
        _ => None,
    }
}

/// What must hold whatever becomes of the result.
fn searches_alike(search: &Search<'_>, judge: &Judge<'_, '_, '_>, flow: &Flow, scope: ScopeId) -> Guarded {
    let (facts, site) = (judge.facts, search.shape.site);
    judge.common(scope)?;
    judge.pieces_fit(flow, Form::Generator)?;
    guards::no_stop_iteration(facts, &search.shape.parts(), site)?;
    // any = print
    guards::builtin(facts, site, if search.found == Found::True { "any" } else { "all" })?;
    guards::builtin(facts, site, "any")
}

/// A generator was measured to be slower than the loop, but for newer Pythons where names are looked up in dicts.
fn pays_to_search(judge: &Judge<'_, '_, '_>, site: Node<'_>, scope: ScopeId) -> Guarded {
    let module = judge.facts.model().scope(scope).kind == ScopeKind::Module;
    let faster = module && site.source().target().oldest >= FASTER_AT_MODULE_LEVEL;
    if !faster && !judge.cx.config.takes_slower(META.id) {
        judge.facts.refuse(Refusal::new(Reason::NoGain, guards::header(site)))?;
    }
    Ok(())
}

/// `return any(...)` in place of the loop and the statement behind it.
fn returned(search: &Search<'_>, judge: &Judge<'_, '_, '_>, last: Node<'_>) -> Verdict {
    let (cx, facts, site) = (judge.cx, judge.facts, search.shape.site);
    let scope = facts.body_scope(site);
    pays_to_search(judge, site, scope)?;
    let flow = judge.flow(scope)?;
    searches_alike(search, judge, &flow, scope)?;
    let behind = Range::new(site.range().end, last.range().end);
    for comment in comments_in(cx.tree, behind).chain(trailing_comment(cx.tree, last.range().end)) {
        if is_pragma(comment.text()) || is_type(comment.text()) {
            facts.refuse(Refusal::new(Reason::PragmaInTheWay, comment.range()))?;
        }
    }
    let range = site.range().cover(last.range());
    let edit = write::expression(cx, range, "return ".to_owned(), search.value(cx))?;
    let written = Assigned { range, edits: vec![edit], footprint: vec![range] };
    Ok(fix(search, facts, written, "any-break"))
}

/// `found = any(...)` in place of the loop.
fn flagged(search: &Search<'_>, judge: &Judge<'_, '_, '_>) -> Verdict {
    let (cx, facts, site) = (judge.cx, judge.facts, search.shape.site);
    let Some(variable) = judge.receiver_variable() else { return Err(Decline::NotThisShape) };
    let Origin::Created(creation) = origin(facts, variable, site, constant) else {
        return Err(Decline::NotThisShape);
    };
    let opposite = if search.found == Found::True { Empty::False } else { Empty::True };
    if creation.what != opposite {
        return Err(Decline::NotThisShape);
    }
    let scope = facts.body_scope(site);
    pays_to_search(judge, site, scope)?;
    judge.own_receiver(scope)?;
    let flow = judge.flow(scope)?;
    searches_alike(search, judge, &flow, scope)?;
    let target = decided_once(search, judge, &flow, variable, &creation)?;
    let written = write::assigned(cx, &search.shape, Some(&creation), &target, "=", search.value(cx))?;
    let module = facts.model().scope(scope).kind == ScopeKind::Module;
    let case = match search.end {
        _ if module => "any-break-at-module-level",
        End::GoOn => "any-flag",
        _ => "any-break",
    };
    Ok(fix(search, facts, written, case))
}

/// That nobody sees when the result is decided, and where it goes.
fn decided_once(
    search: &Search<'_>,
    judge: &Judge<'_, '_, '_>,
    flow: &Flow,
    variable: VariableId,
    creation: &Creation<'_>,
) -> Guarded<Target> {
    let (facts, site) = (judge.facts, search.shape.site);
    let parts = search.shape.parts();
    // for x in xs:
    //     if note(x): found = True           # notes all of them
    if matches!(search.end, End::GoOn) {
        // What is iterated over first is evaluated all the same.
        let first = search.shape.loops().next().map(|header| header.iterable);
        let quiet = |part: &Node<'_>| Some(*part) == first || guards::cannot_fail(facts, flow, *part, site);
        if !parts.iter().all(quiet) || !guards::runs_known_code(facts, site) {
            facts.refuse(Refusal::new(Reason::StopsEarly, guards::header(site)))?;
        }
    }
    guards::unobserved(facts, flow, variable, &parts, Some(creation.assignment.statement), site)?;
    guards::no_partial_result(facts, flow, variable, site)?;
    let target = judge.target(&Local { flow, variable }, creation);
    if let Target::Creation(range) = &target {
        write::check_creation_comments(facts, *range, site)?;
    }
    Ok(target)
}

fn fix(search: &Search<'_>, facts: &Facts<'_>, written: Assigned, case: &'static str) -> Fix {
    let Assigned { range, edits, footprint } = written;
    Fix {
        transform: META.id,
        message: format!("search with `{}`", if search.found == Found::True { "any" } else { "all" }),
        range,
        edits,
        strings: Vec::new(),
        hoists: Vec::new(),
        imports: Vec::new(),
        measured: Some(Measured { case, form: "generator" }),
        assumptions: search.assumptions(facts),
        footprint,
    }
}

/// What a result is before the search.
fn constant(_: &Facts<'_>, value: Node<'_>) -> Option<Empty> {
    match truth(value)? {
        Found::True => Some(Empty::True),
        Found::False => Some(Empty::False),
    }
}
