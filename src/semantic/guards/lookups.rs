//! Guards about looking up a function once instead of every time.

use super::super::{BindingKind, Facts, Reason, Refusal, ScopeKind, VariableId, standard};
use super::{Guarded, has_run, leaks_into};
use crate::syntax::{Attribute, Field, Kind, Node};

/// Whether `expression`, a name or an attribute, is a cheap function that the standard library has on every Python of
/// the target, and whose module is there once the name at the root of the expression has a value.
pub fn standard_function(facts: &Facts<'_>, expression: Node<'_>) -> bool {
    standard::reachable_name(facts, expression)
        .is_some_and(|qualified| standard::is_function(expression.source(), &qualified))
}

/// That no code of this file puts another attribute in the place of `name`, an identifier behind `object` and a dot,
/// as far as it spells the name.
///
/// ```python
/// for i in range(2):
///     with mock.patch('project.P.go', fake): self.go()
///     self.go = self.stop
///     setattr(self, spelled(), fake)
/// ```
///
/// # Errors
///
/// When something assigns to an attribute of that name, a string names it, or `object` has attributes set by computed
/// names.
pub fn not_replaced(facts: &Facts<'_>, object: Node<'_>, name: Node<'_>) -> Guarded {
    if facts.replacements().may_replace_attribute(object.text(), name.text()) {
        facts.refuse(Refusal::about(Reason::Replaced, name.range(), name.text()))?;
    }
    Ok(())
}

/// That no code of this file puts another function in the place of the one of the interpreter or the standard library
/// that `function`, a name or an attribute of a module, shows, as far as it spells the name.
///
/// ```python
/// with mock.patch('builtins.len', fake): len(x)
/// with mock.patch('os.getcwd', fake): os.getcwd()
/// setattr(math, spelled(), fake)
/// ```
///
/// # Errors
///
/// When a string is a dotted name that ends with it, when attributes of the module are set by computed names, or an
/// attribute of the module of builtins is assigned to.
pub fn not_patched(facts: &Facts<'_>, function: Node<'_>) -> Guarded {
    let attribute = Attribute::cast(function);
    let name = attribute.map_or(function, |attribute| attribute.name);
    let module = attribute.map_or("builtins", |attribute| attribute.object.text());
    if facts.replacements().may_replace_function(module, name.text()) {
        facts.refuse(Refusal::about(Reason::Replaced, function.range(), function.text()))?;
    }
    Ok(())
}

/// That `variable`, which `name` shows, holds one object from the loop `site` on: it surely has it there, and nothing
/// binds or deletes the name in the loop or further down.
///
/// ```python
/// for x in xs:
///     batch.append(x)
///     if len(batch) == 2: batch = []
/// del batch                              # a method that is kept would keep the object
/// ```
///
/// # Errors
///
/// When it may be unbound, bound again, or bound by other bodies.
pub fn stays_the_same(facts: &Facts<'_>, variable: VariableId, name: Node<'_>, site: Node<'_>) -> Guarded {
    let model = facts.model();
    let row = model.variable(variable);
    let rebound = row.bindings.iter().any(|id| {
        let binding = model.binding(*id);
        let own = model.function_scope_of(binding.scope) == row.scope;
        let later = facts.tree().node(binding.node).range().start >= site.range().start;
        // What the module binds further down was bound before a function runs, or is bound by nobody meanwhile.
        let here = row.scope == facts.body_scope(site);
        !own || binding.kind == BindingKind::Delete || (here && later)
    });
    if rebound || leaks_into(facts, variable, site) {
        facts.refuse(Refusal::about(Reason::ReceiverRebound, name.range(), name.text()))?;
    }
    let module = model.scope(row.scope).kind == ScopeKind::Module;
    if (module || row.scope == facts.body_scope(site)) && !has_run(facts, variable, site) {
        facts.refuse(Refusal::about(Reason::UnboundBefore, name.range(), name.text()))?;
    }
    Ok(())
}

/// That no other code of this thread runs between turns of the loop `site`.
///
/// ```python
/// for x in xs: yield self.shown(x)       # whoever asks for the next one may have set `self.shown`
/// ```
///
/// # Errors
///
/// When the loop yields or awaits.
pub fn not_suspended(facts: &Facts<'_>, name: Node<'_>, site: Node<'_>) -> Guarded {
    let suspends = |node: &Node<'_>| match node.kind() {
        Kind::Yield | Kind::Await => true,
        Kind::ForStatement | Kind::ForInClause | Kind::WithStatement => node.has_token("async"),
        _ => false,
    };
    let body = facts.body_scope(site);
    let found = site.descendants().find(|node| suspends(node) && facts.body_scope(*node) == body);
    match found {
        Some(_) => facts.refuse(Refusal::about(Reason::Suspended, name.range(), name.text())),
        None => Ok(()),
    }
}

/// Whether `call` runs again and again, as far as its place tells: it is not in code that at most one turn of a loop
/// around it reaches, nor in what an inner loop evaluates once, to begin.
///
/// ```python
/// for x in xs:
///     if not x:
///         log.append(x)
///         break
///     for y in sorted(x): use(y)
/// ```
pub fn is_hot(call: Node<'_>, repeats: impl Fn(Node<'_>, Node<'_>) -> bool) -> bool {
    let mut inner = call;
    for holder in call.ancestors() {
        if repeats(holder, inner) {
            return true;
        }
        let cold = match holder.kind() {
            Kind::RaiseStatement | Kind::ExceptClause => true,
            Kind::ForStatement => inner.field() != Field::Body,
            Kind::ForInClause => inner.field() == Field::Right,
            Kind::Block => holder.last_statement().is_some_and(|last| {
                matches!(last.kind(), Kind::ReturnStatement | Kind::RaiseStatement | Kind::BreakStatement)
            }),
            _ => false,
        };
        if cold {
            return false;
        }
        inner = holder;
    }
    false
}
