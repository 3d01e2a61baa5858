//! Guards about the collection that a loop fills: who could see it half filled, and under which other names.

use super::super::effects::{self, Effects};
use super::super::types::makes_new;
use super::super::{BindingKind, Class, Facts, Flow, Reason, Refusal, Resolution, ScopeKind, VariableId};
use super::{Guarded, header, unseen_outside};
use crate::syntax::{Call, Field, Kind, Node};

/// That nobody sees `variable` while `site` fills it, nor since `creation`, where the result takes over what
/// that statement made: nobody who could be called holds the name, or only known code runs and none of it
/// can raise.
///
/// ```python
/// def size(x): return len(r)
/// for x in xs: r.append(size(x))
/// ```
///
/// # Errors
///
/// When a function that exists before the loop, or another file, knows the name, and code that is not known
/// may run meanwhile.
pub fn unobserved(
    facts: &Facts<'_>,
    flow: &Flow,
    variable: VariableId,
    evaluated: &[Node<'_>],
    creation: Option<Node<'_>>,
    site: Node<'_>,
) -> Guarded {
    let model = facts.model();
    let row = model.variable(variable);
    let module = model.scope(row.scope).kind == ScopeKind::Module;
    let refusal = || Refusal::about(Reason::AccumulatorObservable, header(site), &row.name);
    let known_to_closure = row.is_captured_by_closure() && flow.nested_use_before(model, variable, site);
    let elsewhere =
        || module && unseen_outside(facts, &row.name, header(site), Reason::AccumulatorObservable).is_err();
    if !known_to_closure && !elsewhere() {
        return Ok(());
    }
    let sum = evaluated.iter().fold(Effects::empty(), |sum, part| sum | effects::of_expression(facts, *part));
    if sum.intersects(Effects::CALLS_UNKNOWN | Effects::SUSPENDS) {
        facts.refuse(refusal())?;
    }
    if !effects::loop_runs_known_code(facts, site) {
        facts.refuse(refusal())?;
    }
    if !known_to_closure {
        return Ok(());
    }
    // g()                                # defined before, and looks at `r`
    // for x in xs: r.append(x)
    if creation.is_some_and(|creation| creation.next_statement() != Some(site)) {
        facts.refuse(refusal())?;
    }
    // callbacks.append(lambda: r)        # outlives an exception
    if evaluated.iter().any(|part| may_raise(facts, flow, *part, site)) || unpacks(site) {
        facts.refuse(refusal())?;
    }
    Ok(())
}

/// Whether evaluating `part`, for which `site` is reached, runs no unknown code and raises nothing, so that nobody can
/// tell what was done before it.
///
/// ```python
/// text = 'a'
/// text += name                         # where `name` is a plain string
/// ```
pub fn cannot_fail(facts: &Facts<'_>, flow: &Flow, part: Node<'_>, site: Node<'_>) -> bool {
    let acts = Effects::CALLS_UNKNOWN | Effects::MAY_RAISE | Effects::SUSPENDS | Effects::BINDS;
    !effects::of_expression(facts, part).intersects(acts) && has_values(facts, flow, part, site)
}

/// Whether the statements of the loop `site` run no code of a user's by themselves, to iterate, unpack or test.
///
/// ```python
/// for x in numbered(self): self.text += x     # a generator that looks at `self.text`
/// ```
pub fn runs_known_code(facts: &Facts<'_>, site: Node<'_>) -> bool {
    effects::loop_runs_known_code(facts, site)
}

/// Whether evaluating `part`, which runs known code alone, may raise: it does more than read names, or one of them
/// may have no value.
fn may_raise(facts: &Facts<'_>, flow: &Flow, part: Node<'_>, site: Node<'_>) -> bool {
    !effects::only_names(part) || !has_values(facts, flow, part, site)
}

/// Whether every name in `part` surely has a value where `site` evaluates it.
fn has_values(facts: &Facts<'_>, flow: &Flow, part: Node<'_>, site: Node<'_>) -> bool {
    let model = facts.model();
    let surely_bound = |name: Node<'_>| {
        let Resolution::Variable(variable) = model.resolve(name) else { return model.is_builtin(name) };
        let bound_by_site = model.bindings_in(variable, site.range()).next().is_some();
        let here = model.variable(variable).scope == facts.body_scope(site);
        bound_by_site
            || (here && !flow.maybe_unbound(model, variable, site.child(Field::Right).unwrap_or(site)))
    };
    let mut names =
        part.descendants().filter(|node| node.kind() == Kind::Identifier && node.field() != Field::Attribute);
    names.all(surely_bound)
}

/// Whether a loop of `site` takes its items apart, which they may have too few or too many parts for.
fn unpacks(site: Node<'_>) -> bool {
    let mut loops = site.descendants().filter(|node| node.kind() == Kind::ForStatement);
    loops.any(|node| node.child(Field::Left).is_none_or(|target| target.kind() != Kind::Identifier))
}

/// That the code of this body and other files do not look at `variable` when `site` raised. What nested functions
/// see is what [`unobserved`] asks.
///
/// ```python
/// r = []
/// try:
///     for x in xs: r.append(int(x))
/// except ValueError:
///     pass
/// print(r)
/// ```
///
/// # Errors
///
/// When a way that an exception takes out of `site` leads to a read.
pub fn no_partial_result(facts: &Facts<'_>, flow: &Flow, variable: VariableId, site: Node<'_>) -> Guarded {
    let model = facts.model();
    let row = model.variable(variable);
    let refusal = |range| Refusal::about(Reason::PartialResult, range, &row.name);
    if let Some(read) = flow.read_on_failure(model, variable, site) {
        facts.refuse(refusal(facts.tree().node(read).range()))?;
    }
    // Behind a handler, another file could look.
    if flow.may_be_handled(site) && model.scope(row.scope).kind == ScopeKind::Module {
        unseen_outside(facts, &row.name, header(site), Reason::PartialResult)?;
    }
    Ok(())
}

/// That the object in `variable` has no other name: it is made here, and only its own methods, loops over it
/// and `return` ever touch it.
///
/// ```python
/// s = r
/// for x in xs: r.append(size(s, x))
/// ```
///
/// # Errors
///
/// When the object comes from elsewhere, or may be passed on.
pub fn unaliased(facts: &Facts<'_>, variable: VariableId) -> Guarded {
    let model = facts.model();
    let row = model.variable(variable);
    for binding in &row.bindings {
        let binding = model.binding(*binding);
        let target = facts.tree().node(binding.node);
        if !is_made_here(facts, target, binding.kind) {
            facts.refuse(Refusal::about(Reason::AccumulatorObservable, target.range(), &row.name))?;
        }
    }
    for reference in &row.references {
        let node = facts.tree().node(model.reference(*reference).node);
        if !is_kept_here(facts, node) {
            facts.refuse(Refusal::about(Reason::AccumulatorObservable, node.range(), &row.name))?;
        }
    }
    Ok(())
}

/// Whether what is assigned to `target` alone is a new collection.
fn is_made_here(facts: &Facts<'_>, target: Node<'_>, kind: BindingKind) -> bool {
    let assignment = target.parent().filter(|up| up.kind() == Kind::Assignment);
    let value = assignment.and_then(|up| up.child(Field::Right));
    let lone = assignment.and_then(|up| up.parent()).is_some_and(|up| up.kind() == Kind::ExpressionStatement);
    let fresh = value.is_some_and(|value| {
        match value.kind() {
            Kind::List | Kind::Set | Kind::ListComprehension | Kind::SetComprehension => true,
            // r = r + [x]
            Kind::BinaryOperator => facts.type_of(value).base() == Some(Class::List),
            // r = kept()                     # returns the same list each time
            Kind::Call => makes_new(facts.model(), value),
            _ => false,
        }
    });
    matches!(kind, BindingKind::Assignment | BindingKind::AnnotatedAssignment) && lone && fresh
}

/// Whether a read of a collection gives it to nobody.
fn is_kept_here(facts: &Facts<'_>, read: Node<'_>) -> bool {
    let Some(parent) = read.parent() else { return false };
    match parent.kind() {
        Kind::Attribute => {
            let called = parent.parent().and_then(Call::cast).is_some_and(|call| call.function == parent);
            // it = r.__iter__()
            let special = parent.child(Field::Attribute).is_none_or(|name| name.text().starts_with("__"));
            called && read.field() == Field::Object && !special
        }
        Kind::ReturnStatement => true,
        Kind::ExpressionList | Kind::Tuple => {
            parent.parent().is_some_and(|up| up.kind() == Kind::ReturnStatement)
        }
        // A sum of lists is a new one.
        Kind::BinaryOperator => facts.type_of(parent).base() == Some(Class::List),
        Kind::ForStatement => read.field() == Field::Right,
        // more = (y + 1 for y in r)
        Kind::ForInClause => {
            let lazy = parent.parent().is_none_or(|up| up.kind() == Kind::GeneratorExpression);
            read.field() == Field::Right && !lazy
        }
        _ => false,
    }
}
