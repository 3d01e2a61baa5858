//! One statement of a longer loop: `r = r + f(x)` makes a new list at every turn, `r.extend(f(x))` does not.

use crate::edit::{Assumption, Decline, Edit, Fix, Measured, Verdict};
use crate::engine::Cx;
use crate::semantic::guards::{self, Guarded};
use crate::semantic::{Class, Facts, Reason, Refusal, Resolution, ScopeKind, VariableId};
use crate::syntax::{Field, Kind, Node};
use crate::text::Range;

use super::super::loop_append::shape::augmented;
use super::{META, added, assume_list, operand_range, whole};

/// What becomes of the statement.
pub(super) fn verdict(statement: Node<'_>, cx: &Cx<'_>) -> Verdict {
    let facts = cx.facts;
    let assignment = statement.named_children().next().filter(|inner| inner.kind() == Kind::Assignment);
    let sum = assignment.and_then(|inner| inner.child(Field::Right)).ok_or(Decline::NotThisShape)?;
    let (receiver, element) = augmented(statement).ok_or(Decline::NotThisShape)?;
    if !is_repeated(statement) {
        return Err(Decline::NotThisShape);
    }
    // Numbers and strings are added up more often than lists.
    if facts.type_of(receiver).base() != Some(Class::List) {
        return Err(Decline::NotThisShape);
    }
    let Resolution::Variable(variable) = facts.model().resolve(receiver) else {
        return Err(Decline::NotThisShape);
    };
    unshared(cx, statement, receiver, variable)?;
    let mut assumptions: Vec<Assumption> = Vec::new();
    for node in added(&element) {
        assumptions.extend(assume_list(facts, node, false)?);
    }
    assumptions.dedup();
    later_operands_leave(facts, variable, receiver, added(&element).get(1..).unwrap_or_default())?;
    let (Some(operand), place) = (operand_range(sum), whole(statement)) else {
        return Err(Decline::NotThisShape);
    };
    let head = Range::new(place.start, operand.start);
    Ok(Fix {
        transform: META.id,
        message: format!("extend `{}` instead of copying it", receiver.text()),
        range: place,
        edits: vec![
            Edit::replace(head, format!("{}.extend(", receiver.text())),
            Edit::insert(operand.end, ")"),
        ],
        strings: Vec::new(),
        hoists: Vec::new(),
        imports: Vec::new(),
        measured: Some(Measured { case: "add-in-longer-loop", form: "extend" }),
        assumptions,
        footprint: vec![place],
    })
}

/// That the operands behind the first do nothing with the list, of which there is a copy by then.
///
/// ```python
/// r = r + [x] + [r.pop()]
/// ```
fn later_operands_leave(
    facts: &Facts<'_>,
    variable: VariableId,
    receiver: Node<'_>,
    later: &[Node<'_>],
) -> Guarded {
    let mut reads = later.iter().flat_map(|it| facts.model().references_in(variable, it.range()));
    match reads.next() {
        Some(read) => {
            let at = facts.tree().node(read.node).range();
            facts.refuse(Refusal::about(Reason::AccumulatorReadInLoop, at, receiver.text()))
        }
        None => Ok(()),
    }
}

/// Whether a loop of the same body runs the statement again and again.
fn is_repeated(statement: Node<'_>) -> bool {
    let around = statement
        .chain()
        .take_while(|up| !matches!(up.kind(), Kind::FunctionDefinition | Kind::ClassDefinition));
    around.into_iter().any(|part| {
        let holder = part.parent().map(|holder| holder.kind());
        part.field() == Field::Body && matches!(holder, Some(Kind::ForStatement | Kind::WhileStatement))
    })
}

/// That nobody holds the list who would see it grow: neither another name, nor a loop over it.
///
/// ```python
/// history.append(r)
/// r = r + [x]                            # a new list, which `history` does not hold
/// for x in r: r = r + [x]                # goes over the old one
/// ```
fn unshared(cx: &Cx<'_>, statement: Node<'_>, receiver: Node<'_>, variable: VariableId) -> Guarded {
    let facts = cx.facts;
    let model = facts.model();
    let scope = guards::own_names(facts, statement)?;
    guards::own_variable(facts, receiver, scope, Reason::AccumulatorObservable)?;
    let goes_over_it = |part: Node<'_>| {
        let iterable = part.child(Field::Right).filter(|_| part.kind() == Kind::ForStatement);
        iterable.is_some_and(|it| model.references_in(variable, it.range()).next().is_some())
    };
    // try: return r
    // finally: r = r + [x]
    let returned = statement.ancestors().any(|up| up.kind() == Kind::FinallyClause);
    let row = model.variable(variable);
    if row.is_captured_by_closure() || returned || statement.ancestors().any(goes_over_it) {
        let refusal = Refusal::about(Reason::AccumulatorObservable, receiver.range(), receiver.text());
        facts.refuse(refusal)?;
    }
    if model.scope(scope).kind == ScopeKind::Module {
        guards::unseen_outside(facts, &row.name, receiver.range(), Reason::AccumulatorObservable)?;
    }
    guards::unaliased(facts, variable)
}
