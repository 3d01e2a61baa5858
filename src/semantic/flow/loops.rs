//! How often the parts of a loop run.

use super::{Edge, Flow, StepId};
use crate::semantic::Model;
use crate::syntax::{Argument, Call, Field, Kind, Literal, Node, jumps_in};

impl Flow {
    /// Whether the body of this `for` or `while` statement is surely entered whenever the statement runs, as far
    /// as no exception comes before: it iterates over a display, a literal or a `range` of constants with at
    /// least one item, or its condition is a true constant. `false` for a loop of another body.
    ///
    /// ```python
    /// pattern = None
    /// for line in lines: pattern = compile_it()      # `lines` may be empty: the call may never happen
    /// ```
    pub fn runs_at_least_once(&self, model: &Model<'_>, statement: Node<'_>) -> bool {
        let header = match statement.kind() {
            Kind::ForStatement if !statement.has_token("async") => statement.child(Field::Right),
            Kind::WhileStatement => statement.child(Field::Condition),
            _ => None,
        };
        header.filter(|header| self.knows(*header)).is_some_and(|header| match statement.kind() {
            Kind::ForStatement => has_item(model, header),
            _ => is_surely_true(header),
        })
    }

    /// Whether `place`, which is in the body of the loop `statement` or the condition of a `while`, is evaluated
    /// in each turn that no exception ends: no branch, `break`, `continue`, `return`, handler or operator that
    /// evaluates only one side leads past it. `false` for a place that the graph does not know.
    ///
    /// ```python
    /// for line in lines:
    ///     if not line: continue
    ///     re.search('(', line)               # fails only for some lines
    /// ```
    pub fn unconditional_in_loop(&self, place: Node<'_>, statement: Node<'_>) -> bool {
        let Some(target) = self.step_of(place.id()) else { return false };
        let body = statement.child(Field::Body).filter(|body| body.holds(place));
        let Some(body) = body else {
            let condition =
                statement.child(Field::Condition).filter(|_| statement.kind() == Kind::WhileStatement);
            return condition.is_some_and(|it| it.holds(place) && is_always_evaluated(place, it));
        };
        is_always_evaluated(place, body) && !self.passes_by(target, body)
    }

    /// Whether control can go through the block `body` from its beginning and leave it, by another way than an
    /// exception, without `target` having run to its end.
    fn passes_by(&self, target: StepId, body: Node<'_>) -> bool {
        let inside = self.steps_in(body);
        let within = |id: &StepId| inside.get(*id) == Some(&true);
        let enters = |id: &StepId| {
            let before = self.steps.get(*id).map_or(&[][..], |step| &step.before);
            before.iter().any(|(from, edge)| *edge == Edge::Normal && !within(from))
        };
        let mut seen = vec![false; self.steps.len()];
        let mut open: Vec<StepId> = (0..self.steps.len()).filter(|id| within(id) && enters(id)).collect();
        while let Some(id) = open.pop() {
            let Some(step) = self.steps.get(id) else { continue };
            if seen.get_mut(id).is_none_or(|slot| std::mem::replace(slot, true)) {
                continue;
            }
            open.extend(step.exceptional.iter().copied().filter(within));
            if id == target {
                continue;
            }
            let leaves = step.holder.is_some_and(|holder| jumps_out(body.tree().node(holder), body));
            if leaves || !step.normal.iter().all(within) {
                return true;
            }
            open.extend(step.normal.iter().copied());
        }
        false
    }
}

/// Whether `statement` is a `return`, or a `break` of the loop whose body is `body`; both may pass through `finally`
/// clauses on their way, where the graph no longer knows them.
fn jumps_out(statement: Node<'_>, body: Node<'_>) -> bool {
    match statement.kind() {
        Kind::ReturnStatement => true,
        Kind::BreakStatement => jumps_in(statement, body),
        _ => false,
    }
}

/// Whether a condition is true for its text alone.
pub(super) fn is_surely_true(condition: Node<'_>) -> bool {
    match condition.kind() {
        Kind::ParenthesizedExpression => condition.named_children().all(is_surely_true),
        Kind::True => true,
        Kind::Integer => number(condition).is_some_and(|number| number != 0),
        _ => false,
    }
}

/// Whether iterating over `iterable` gives at least one item, for its text alone.
pub(in crate::semantic) fn has_item(model: &Model<'_>, iterable: Node<'_>) -> bool {
    match iterable.kind() {
        Kind::ParenthesizedExpression => iterable.named_children().all(|inner| has_item(model, inner)),
        Kind::List | Kind::Tuple | Kind::Set | Kind::ExpressionList => iterable
            .named_children()
            .any(|item| !matches!(item.kind(), Kind::ListSplat | Kind::ParenthesizedListSplat)),
        Kind::Dictionary => iterable.named_children().any(|item| item.kind() == Kind::Pair),
        Kind::String => Literal::evaluate(iterable).is_some_and(|literal| !literal.value.is_empty()),
        Kind::Call => Call::cast(iterable).is_some_and(|call| calls_for_items(model, &call)),
        _ => false,
    }
}

/// `range(3)`, `enumerate(['a'])` and the like.
fn calls_for_items(model: &Model<'_>, call: &Call<'_>) -> bool {
    if call.function.kind() != Kind::Identifier || !model.is_builtin(call.function) {
        return false;
    }
    let positional = |argument: &Argument<'_>| match argument {
        Argument::Positional(value) => number(*value),
        _ => None,
    };
    match call.function.text() {
        "range" | "xrange" => {
            let numbers: Option<Vec<i64>> = call.arguments().list.iter().map(positional).collect();
            match numbers.as_deref() {
                Some([stop]) => *stop > 0,
                Some([start, stop]) => start < stop,
                Some([start, stop, by]) => (*by > 0 && start < stop) || (*by < 0 && start > stop),
                _ => false,
            }
        }
        "enumerate" | "iter" | "list" | "reversed" | "set" | "sorted" | "tuple" => {
            call.sole_argument().is_some_and(|only| has_item(model, only))
        }
        _ => false,
    }
}

/// The value of a decimal integer literal, perhaps negative.
pub(in crate::semantic) fn number(literal: Node<'_>) -> Option<i64> {
    match literal.kind() {
        Kind::Integer => literal.text().parse().ok(),
        Kind::UnaryOperator if literal.has_token("-") => {
            number(literal.child(Field::Argument)?).and_then(i64::checked_neg)
        }
        _ => None,
    }
}

/// Whether nothing but the flow of statements decides whether running `code`, a block or an expression, evaluates
/// `place` in it.
///
/// ```python
/// ok = found or search(line)
/// ```
fn is_always_evaluated(place: Node<'_>, code: Node<'_>) -> bool {
    let within = place.chain().take_while(|part| *part != code);
    within.into_iter().all(|part| {
        let Some(holder) = part.parent() else { return false };
        let is_nth = |index: usize| holder.named_children().nth(index) == Some(part);
        match holder.kind() {
            Kind::BooleanOperator => part.field() != Field::Right,
            Kind::ConditionalExpression => is_nth(1),
            // a < b < search(line)
            Kind::ComparisonOperator => is_nth(0) || is_nth(1),
            Kind::Lambda | Kind::FunctionDefinition | Kind::ClassDefinition => part.field() != Field::Body,
            Kind::ListComprehension
            | Kind::SetComprehension
            | Kind::DictionaryComprehension
            | Kind::GeneratorExpression => {
                let first = holder.named_children().find(|child| child.kind() == Kind::ForInClause);
                first == Some(part)
            }
            Kind::ForInClause => part.field() == Field::Right,
            // Asserts may be switched off, patterns stop where they do not match, annotations may be evaluated
            // later or never.
            Kind::AssertStatement | Kind::CaseClause | Kind::TypeAliasStatement | Kind::Type => false,
            _ => true,
        }
    })
}
