//! Guards about what may stand in a comprehension or generator.

use super::super::{BindingKind, Facts, Reason, Refusal, Resolution, ScopeKind};
use super::iteration::may_stop_iteration;
use super::{Guarded, unseen_outside, vanishes};
use crate::syntax::{Call, Field, Kind, Node};
use crate::text::{Dialect, PythonVersion, Range};

/// That `part` can move into a comprehension, or into a generator that a call consumes.
///
/// ```python
/// r.append((yield x))
/// r.append(super().v())
/// r.extend(x for y in ys); del x        # a SyntaxError before Python 3.2
/// ```
///
/// # Errors
///
/// For `yield`; for a name that is deleted; for `next()` in a generator; for `await` in a generator or nested in another comprehension; for
/// `super()` and `__class__` where a comprehension is a function of its own.
pub fn fits_comprehension(facts: &Facts<'_>, part: Node<'_>, form: Form) -> Guarded {
    let inlined = part.source().target().oldest >= PythonVersion::new(3, 12) && form == Form::Comprehension;
    for node in part.descendants() {
        let refusal = |reason| Refusal::new(reason, node.range());
        match node.kind() {
            Kind::Yield => facts.refuse(refusal(Reason::Yields))?,
            Kind::Await => {
                if form == Form::Generator {
                    facts.refuse(refusal(Reason::Awaits))?;
                }
                if within_nested_scope(node, part) {
                    facts.refuse(refusal(Reason::Awaits))?;
                }
            }
            Kind::Call if form == Form::Generator && may_stop_iteration(facts, node) => {
                facts.refuse(refusal(Reason::StopsIteration))?;
            }
            Kind::ForInClause if node.has_token("async") => facts.refuse(refusal(Reason::Awaits))?,
            Kind::Identifier if !inlined && is_implicit_class(node) => {
                facts.refuse(refusal(Reason::ZeroArgumentSuper))?;
            }
            Kind::Identifier if part.source().may_run_on_python2() && is_deleted(facts, node) => {
                facts.refuse(Refusal::about(Reason::Deleted, node.range(), node.text()))?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether a local variable that `name` reads is deleted somewhere: then no nested scope may read it there.
fn is_deleted(facts: &Facts<'_>, name: Node<'_>) -> bool {
    let model = facts.model();
    let Some(variable) = model.reference_at(name).and_then(|reference| reference.variable) else {
        return false;
    };
    let row = model.variable(variable);
    let local = model.scope(row.scope).kind == ScopeKind::Function;
    local && row.bindings.iter().any(|binding| model.binding(*binding).kind == BindingKind::Delete)
}

/// What a piece of a loop moves into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A list, set or dict comprehension.
    Comprehension,
    /// A generator expression.
    Generator,
}

fn within_nested_scope(node: Node<'_>, part: Node<'_>) -> bool {
    let scoped = |holder: &Node<'_>| {
        matches!(
            holder.kind(),
            Kind::ListComprehension
                | Kind::SetComprehension
                | Kind::DictionaryComprehension
                | Kind::GeneratorExpression
                | Kind::Lambda
        )
    };
    node.ancestors().take_while(|holder| part.holds(*holder)).any(|holder| scoped(&holder))
}

/// `super()` without arguments and `__class__`, which the compiler resolves by the function they stand in.
fn is_implicit_class(identifier: Node<'_>) -> bool {
    match identifier.text() {
        "__class__" => true,
        "super" => identifier
            .parent()
            .and_then(Call::cast)
            .is_none_or(|call| call.function != identifier || call.arguments().list.is_empty()),
        _ => false,
    }
}

/// That assignment expressions in `part` mean the same in a comprehension over `targets`.
///
/// ```python
/// r = [(x := x + 1) for x in xs]        # SyntaxError
/// ```
///
/// # Errors
///
/// When one binds a target, or stands in something that is iterated over.
pub fn walrus_allowed(facts: &Facts<'_>, part: Node<'_>, targets: &[&str], place: Place) -> Guarded {
    for node in part.descendants().filter(|node| node.kind() == Kind::NamedExpression) {
        let name = node.child(Field::Name).map_or("", |name| name.text());
        let refusal = || Refusal::about(Reason::Walrus, node.range(), name);
        if place == Place::Iterable {
            facts.refuse(refusal())?;
        }
        if targets.contains(&name) {
            facts.refuse(refusal())?;
        }
    }
    Ok(())
}

/// That nobody reads what Python 2 leaves in the targets of the list comprehension `comprehension`, where that may run
/// it: a generator, a set or a dict comprehension keeps its targets to itself.
///
/// ```python
/// print(sum([x for x in (1, 2)]), x)    # Python 2: 2
/// ```
///
/// # Errors
///
/// When a target may be read later, or elsewhere in the statement.
pub fn leaves_no_name(facts: &Facts<'_>, comprehension: Node<'_>) -> Guarded {
    if !comprehension.source().may_run_on_python2() {
        return Ok(());
    }
    let clauses = comprehension.named_children().filter(|part| part.kind() == Kind::ForInClause);
    let targets = clauses.filter_map(|clause| clause.child(Field::Left)).flat_map(|left| left.descendants());
    for name in targets.filter(|name| facts.model().binding_at(*name).is_some()) {
        if is_read_behind(facts, name, comprehension) {
            facts.refuse(Refusal::about(Reason::TargetReadLater, name.range(), name.text()))?;
        }
    }
    Ok(())
}

/// Whether anything outside of `comprehension` may see what it leaves in its target `name`.
fn is_read_behind(facts: &Facts<'_>, name: Node<'_>, comprehension: Node<'_>) -> bool {
    let model = facts.model();
    let body = facts.body_scope(comprehension);
    let (Some(statement), Resolution::Variable(variable)) = (comprehension.statement(), model.resolve(name))
    else {
        return true;
    };
    // all([x for x in [x, 2]])             # what is iterated over first is evaluated outside
    let first = comprehension.named_children().find(|part| part.kind() == Kind::ForInClause);
    let first = first.and_then(|clause| clause.child(Field::Right)).map(|iterable| iterable.range());
    let within = |range: Range| {
        comprehension.range().contains(range) && !first.is_some_and(|first| first.contains(range))
    };
    if name.source().dialect() == Dialect::Python2 {
        let mut beside = model.references_in(variable, statement.range());
        return beside.any(|reference| !within(facts.tree().node(reference.node).range()))
            || vanishes(facts, name, statement, body).is_err();
    }
    // What Python 3 keeps apart, Python 2 takes for one name.
    let own = |node: Node<'_>| match model.resolve(node) {
        Resolution::Variable(id) => {
            let holder = model.variable(id).scope;
            holder != body && model.enclosing(holder).any(|scope| scope == body)
        }
        _ => false,
    };
    let sees = |node: Node<'_>| model.enclosing(model.scope_of(node)).any(|scope| scope == body);
    let named = facts.tree().nodes().any(|node| {
        node.kind() == Kind::Identifier
            && node.text() == name.text()
            && model.reference_at(node).is_some()
            && !within(node.range())
            && !own(node)
            && sees(node)
    });
    let module = model.scope(body).kind == ScopeKind::Module;
    named || (module && unseen_outside(facts, name.text(), name.range(), Reason::TargetReadLater).is_err())
}

/// Where in a comprehension a piece goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Behind `in`.
    Iterable,
    /// Anywhere else.
    Elsewhere,
}
