//! Guards about the order in which expressions are evaluated.

use super::super::effects;
use super::super::{Answer, BindingKind, Facts, Reason, Refusal, Resolution, ScopeKind, Taints, VariableId};
use super::Guarded;
use crate::syntax::{Field, Kind, Node};

/// That two expressions can be evaluated in either order.
///
/// ```python
/// for x in xs: d[key(x)] = value(x)    # value first; a comprehension asks for the key first
/// ```
///
/// # Errors
///
/// When both may have effects, or one has effects that the other could see.
pub fn commute(facts: &Facts<'_>, one: Node<'_>, other: Node<'_>, site: Node<'_>) -> Guarded {
    let parts = [one, other];
    if parts.into_iter().any(|node| is_settled(facts, node, &parts, site)) {
        return Ok(());
    }
    facts.refuse(Refusal::new(Reason::EvaluationOrder, site.range()))
}

/// Whether `node` gives the same value, and nothing happens, whenever it is evaluated among `parts`.
fn is_settled(facts: &Facts<'_>, node: Node<'_>, parts: &[Node<'_>], site: Node<'_>) -> bool {
    match node.kind() {
        Kind::Identifier => keeps_value(facts, node, parts, site).is_ok(),
        Kind::Tuple | Kind::List | Kind::ExpressionList | Kind::ParenthesizedExpression => {
            node.named_children().all(|part| is_settled(facts, part, parts, site))
        }
        Kind::UnaryOperator => node
            .child(Field::Argument)
            .is_some_and(|argument| matches!(argument.kind(), Kind::Integer | Kind::Float)),
        _ => effects::of_expression(facts, node).is_empty(),
    }
}

/// That `name` has a value, and the same one before and after `parts` are evaluated.
///
/// ```python
/// def key(x):
///     global k
///     k = x
/// for x in xs: d[key(x)] = k
/// ```
fn keeps_value(facts: &Facts<'_>, name: Node<'_>, parts: &[Node<'_>], site: Node<'_>) -> Guarded {
    let model = facts.model();
    let refusal = || Refusal::about(Reason::EvaluationOrder, name.range(), name.text());
    let Resolution::Variable(id) = model.resolve(name) else { return facts.refuse(refusal()) };
    let row = model.variable(id);
    let mut bindings = row.bindings.iter().map(|binding| model.binding(*binding));
    // A function that is called meanwhile may rebind a name of its surroundings.
    if bindings.clone().any(|binding| binding.scope != row.scope) {
        facts.refuse(refusal())?;
    }
    // d[(k := x)] = k
    let within = |node: Node<'_>| parts.iter().any(|part| part.range().contains(node.range()));
    if bindings.any(|binding| within(facts.tree().node(binding.node))) {
        facts.refuse(refusal())?;
    }
    // fill()                             # a NameError before `key` is called
    // k = 1
    if may_lack_value(facts, id, site) {
        facts.refuse(refusal())?;
    }
    if model.scope(row.scope).kind == ScopeKind::Module {
        // globals()['k'] = 5
        if model.any_taint().intersects(Taints::all() - Taints::STAR_IMPORT - Taints::LOCALS) {
            facts.refuse(refusal())?;
        }
        // this_module.k = 5
        if facts.world().name_used_elsewhere(&row.name) != Answer::No {
            facts.refuse(refusal())?;
        }
    }
    Ok(())
}

/// Whether `variable`, which `site` does not bind, may have no value when `site` runs.
fn may_lack_value(facts: &Facts<'_>, variable: VariableId, site: Node<'_>) -> bool {
    let model = facts.model();
    if model.bindings_in(variable, site.range()).next().is_some() {
        return false;
    }
    let holder = model.variable(variable).scope;
    // The definition in that body which holds the loop runs before the loop.
    let place = site.chain().find(|node| facts.body_scope(*node) == holder);
    let place = place.map(|place| place.child(Field::Right).filter(|_| place == site).unwrap_or(place));
    let mut bindings = model.variable(variable).bindings.iter().map(|binding| model.binding(*binding).kind);
    let deleted = facts.body_scope(site) != holder && bindings.any(|kind| kind == BindingKind::Delete);
    match (facts.flow(holder), place) {
        (Some(flow), Some(place)) => deleted || flow.maybe_unbound(model, variable, place),
        _ => true,
    }
}
