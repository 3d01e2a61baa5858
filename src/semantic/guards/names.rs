//! Guards about names: whose they are, who else can reach them, whether they have a value.

use super::super::{
    Answer, BindingKind, Facts, Flow, Reason, Refusal, Resolution, ScopeId, ScopeKind, Taints, VariableFlags,
    VariableId,
};
use super::{Guarded, header};
use crate::syntax::{Argument, Call, Field, Kind, Node};
use crate::text::{Dialect, Range};

/// The body that `node` runs in, if its names are known to be its own.
///
/// ```python
/// class C:
///     k = 2
///     r = []
///     for x in y: r.append(x * k)      # a comprehension does not see `k`
/// ```
///
/// # Errors
///
/// In a class body, and where names can be reached by their spelling.
pub fn own_names(facts: &Facts<'_>, node: Node<'_>) -> Guarded<ScopeId> {
    let model = facts.model();
    let scope = facts.body_scope(node);
    let row = model.scope(scope);
    let refusal = |reason| Refusal::new(reason, header(node));
    match row.kind {
        ScopeKind::Function => {
            // def caller(): return sys._getframe(1).f_code.co_name
            if model.any_taint().contains(Taints::FRAMES) {
                facts.refuse(refusal(Reason::DynamicScope))?;
            }
            if row.taints.intersects(Taints::LOCALS | Taints::EVAL | Taints::STAR_IMPORT) {
                facts.refuse(refusal(Reason::DynamicScope))?;
            }
        }
        ScopeKind::Module => {
            if model.any_taint().intersects(Taints::all() - Taints::STAR_IMPORT) {
                facts.refuse(refusal(Reason::DynamicScope))?;
            }
        }
        _ => facts.refuse(refusal(Reason::ClassScope))?,
    }
    Ok(scope)
}

/// That `name`, read where `node` stands, is the builtin.
///
/// ```python
/// def list(x): return 'mine'
/// ```
///
/// # Errors
///
/// When the name is bound anywhere that is visible there, or could be.
pub fn builtin(facts: &Facts<'_>, node: Node<'_>, name: &str) -> Guarded {
    match facts.model().lookup(facts.model().scope_of(node), name) {
        Resolution::Builtin => Ok(()),
        _ => facts.refuse(Refusal::about(Reason::NotBuiltin, header(node), name)),
    }
}

/// The variable that `identifier` means, if it belongs to `scope` itself and no other scope binds it.
///
/// ```python
/// def f():
///     global R
///     R = []
/// ```
///
/// # Errors
///
/// When another scope holds it or binds it, with `reason`.
pub fn own_variable(
    facts: &Facts<'_>,
    identifier: Node<'_>,
    scope: ScopeId,
    reason: Reason,
) -> Guarded<VariableId> {
    let refusal = || Refusal::about(reason, identifier.range(), identifier.text());
    // Without a variable there is nothing to go on with.
    let Resolution::Variable(id) = facts.model().resolve(identifier) else { return Err(refusal()) };
    let variable = facts.model().variable(id);
    let elsewhere = variable.bindings.iter().any(|binding| {
        let bound_in = facts.model().binding(*binding).scope;
        facts.model().function_scope_of(bound_in) != scope
    });
    if variable.scope != scope || elsewhere {
        facts.refuse(refusal())?;
    }
    Ok(id)
}

/// That nobody can tell whether the target `identifier` of `site` was ever bound by it.
///
/// ```python
/// for x in xs: r.append(x)
/// print(x)
/// ```
///
/// # Errors
///
/// When the name is read on a way out of `site`, in a nested scope, or possibly by another file.
pub fn vanishes(facts: &Facts<'_>, identifier: Node<'_>, site: Node<'_>, scope: ScopeId) -> Guarded {
    let model = facts.model();
    let name = identifier.text();
    let id = own_variable(facts, identifier, scope, Reason::TargetNotLocal)?;
    if outlives(facts, id) {
        facts.refuse(Refusal::about(Reason::TargetCaptured, identifier.range(), name))?;
    }
    let at = |node| facts.tree().node(node).range();
    // Without a flow there is nothing to go on with.
    let Some(flow) = facts.flow(scope).filter(|flow| flow.knows(identifier)) else {
        return Err(Refusal::new(Reason::DynamicScope, header(site)));
    };
    if let Some(read) = flow.read_after(model, id, site) {
        facts.refuse(Refusal::about(Reason::TargetReadLater, at(read), name))?;
    }
    // print(x)                           # UnboundLocalError, unless the name stops being a local one
    // for x in xs: r.append(x)
    // for x in ys: r.append(x)           # goes in the same round
    // for x in (x, 1): r.append(x)       # what is iterated over first is evaluated outside
    let first = site.child(Field::Right).map(|iterable| iterable.range());
    let outside =
        |node: &_| !site.range().contains(at(*node)) || first.is_some_and(|first| first.contains(at(*node)));
    let mut reads = model.variable(id).references.iter().map(|id| model.reference(*id).node).filter(outside);
    if model.scope(scope).kind == ScopeKind::Function
        && let Some(read) = reads.find(|read| flow.maybe_unbound(model, id, facts.tree().node(*read)))
    {
        facts.refuse(Refusal::about(Reason::TargetReadLater, at(read), name))?;
    }
    if model.scope(scope).kind == ScopeKind::Module {
        unseen_outside(facts, name, identifier.range(), Reason::TargetPublic)?;
    }
    Ok(())
}

/// Whether a nested scope that may run later than the code around it reads or writes the variable. A generator
/// expression that a builtin consumes on the spot does not.
///
/// ```python
/// for x in xs: r.append(lambda: x)
/// for x in xs:
///     if any(x < y for y in ys): r.append(x)      # over when the condition is
/// ```
pub fn outlives(facts: &Facts<'_>, variable: VariableId) -> bool {
    let model = facts.model();
    let row = model.variable(variable);
    if !row.is_captured_by_closure() {
        return false;
    }
    let later = |scope: ScopeId| {
        model.enclosing(scope).take_while(|id| *id != row.scope).any(|id| {
            let nested = model.scope(id);
            let node = nested.node.map(|node| facts.tree().node(node));
            nested.kind != ScopeKind::Comprehension
                || node.is_none_or(|node| !is_consumed_at_once(facts, node))
        })
    };
    row.references.iter().any(|id| later(model.reference(*id).scope))
        || row.bindings.iter().any(|id| later(model.binding(*id).scope))
}

/// Whether a comprehension is over when the expression around it is: it is no generator, or a builtin that
/// keeps nothing consumes it.
pub fn is_consumed_at_once(facts: &Facts<'_>, comprehension: Node<'_>) -> bool {
    const CONSUMERS: &[&str] =
        &["all", "any", "sum", "min", "max", "sorted", "list", "tuple", "set", "frozenset", "dict"];
    if comprehension.kind() != Kind::GeneratorExpression {
        return true;
    }
    let holder = match comprehension.parent() {
        Some(list) if list.kind() == Kind::ArgumentList => list.parent(),
        other => other,
    };
    let call = holder.and_then(Call::cast).filter(|call| call.function.kind() == Kind::Identifier);
    call.is_some_and(|call| {
        let first = call.arguments().list.first().is_some_and(
            |argument| matches!(argument, Argument::Positional(value) if *value == comprehension),
        );
        first && CONSUMERS.contains(&call.function.text()) && facts.model().is_builtin(call.function)
    })
}

/// That no other file sees `name` of this module.
///
/// ```python
/// from this_module import x
/// ```
///
/// # Errors
///
/// With `reason`, when one does or nobody knows.
pub fn unseen_outside(facts: &Facts<'_>, name: &str, range: Range, reason: Reason) -> Guarded {
    let refusal = || Refusal::about(reason, range, name);
    if facts.model().exported_names().may_hold(name) {
        facts.refuse(refusal())?;
    }
    if facts.is_in_code_text(name) {
        facts.refuse(refusal())?;
    }
    if facts.world().name_used_elsewhere(name) != Answer::No {
        facts.refuse(refusal())?;
    }
    Ok(())
}

/// That every name of this body that `part` reads surely has a value where `site` begins.
///
/// ```python
/// for x in xs: r.append(x * k)         # UnboundLocalError
/// r = [x * k for x in xs]              # NameError
/// ```
///
/// # Errors
///
/// When a local variable of a function may be unbound there. `bound_within` are those that the site itself
/// binds.
pub fn surely_bound(
    facts: &Facts<'_>,
    flow: &Flow,
    part: Node<'_>,
    site: Node<'_>,
    bound_within: &[VariableId],
) -> Guarded {
    let model = facts.model();
    for node in part.descendants().filter(|node| node.kind() == Kind::Identifier) {
        let Some(reference) = model.reference_at(node) else { continue };
        let Some(id) = reference.variable.filter(|id| !bound_within.contains(id)) else { continue };
        let row = model.variable(id);
        let local = row.scope == facts.body_scope(site) && model.scope(row.scope).kind == ScopeKind::Function;
        if !local || binds(facts, id, site) {
            continue;
        }
        if flow.maybe_unbound(model, id, site.child(Field::Right).unwrap_or(site)) {
            facts.refuse(Refusal::about(Reason::MaybeUnbound, node.range(), node.text()))?;
        }
    }
    Ok(())
}

fn binds(facts: &Facts<'_>, variable: VariableId, site: Node<'_>) -> bool {
    facts.model().bindings_in(variable, site.range()).next().is_some()
}

/// Whether Python 2, where it may run this text, binds `variable` by a list comprehension within `site`.
///
/// ```python
/// for i in range(len(xs)):
///     q = [i for i in (0, 1)]
///     print(xs[i])
/// ```
pub fn leaks_into(facts: &Facts<'_>, variable: VariableId, site: Node<'_>) -> bool {
    let model = facts.model();
    let name = &model.variable(variable).name;
    // In a text of Python 2 it is the variable itself that the comprehension binds.
    let binds =
        || model.bindings_in(variable, site.range()).any(|it| it.kind == BindingKind::ComprehensionTarget);
    let leaks = || {
        model.variables().any(|(other, row)| {
            row.name == *name
                && row.flags.contains(VariableFlags::LEAKS_ON_PYTHON2)
                && model.bindings_in(other, site.range()).next().is_some()
        })
    };
    match site.source().dialect() {
        Dialect::Python2 => binds(),
        Dialect::Python3 => site.source().may_run_on_python2() && leaks(),
    }
}
