//! Guards about the order in which expressions are evaluated.

use super::super::effects;
use super::super::{BindingKind, Facts, Reason, Refusal, VariableId};
use super::Guarded;
use crate::syntax::{Field, Node};

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
    if !effects::commute(facts, one, other) {
        facts.refuse(Refusal::new(Reason::EvaluationOrder, site.range()))?;
    }
    // for x in xs: d[key(x)] = k         # a NameError before `key` is called, or after
    for name in one.descendants().chain(other.descendants()) {
        let read = facts.model().reference_at(name).and_then(|reference| reference.variable);
        if read.is_some_and(|variable| may_lack_value(facts, variable, site)) {
            facts.refuse(Refusal::about(Reason::EvaluationOrder, name.range(), name.text()))?;
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
