//! Guards about the order in which expressions are evaluated.

use super::super::effects::{self, Effects};
use super::super::{BindingKind, Class, Facts, Reason, Refusal, VariableId};
use super::Guarded;
use crate::syntax::{Accepts, Attribute, Call, Converted, Field, Kind, Node, TemplateField};

pub use effects::Making;

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

/// Whether evaluating `node` twice in a row does and gives the same as evaluating it once: it runs no code that cannot
/// be seen, hands control to nobody and binds nothing.
///
/// ```python
/// for x in xs: d[next(ids)] = d.get(next(ids), 0) + 1
/// ```
pub fn repeatable(facts: &Facts<'_>, node: Node<'_>) -> bool {
    let acts = Effects::CALLS_UNKNOWN | Effects::SUSPENDS | Effects::BINDS;
    !effects::of_expression(facts, node).intersects(acts)
}

/// What an f-string does, step by step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'t> {
    /// It evaluates the expression, which is evaluated as so manieth where a template is filled.
    Evaluates(Node<'t>, usize),
    /// It makes text of the value of the expression.
    Shows(Node<'t>, Making),
}

/// That an f-string does the same as a template, which evaluates all values before it makes text of the first. Returns
/// what is not proven: a value, and another one that is evaluated behind it.
///
/// ```python
/// '{1}{0}'.format(f(), g())            # f'{g()}{f()}'
/// '%s %s' % (d['x'], len(d))           # of a defaultdict: f'{d["x"]} {len(d)}' does not show it itself
/// '%s %s' % (x, (yield))               # whoever is waiting may change `x`
/// '%s of %s' % (queue, queue.pop())
/// ```
///
/// # Errors
///
/// When two expressions change places that do something, or a value becomes text before somebody else has
/// control who had it before.
pub fn filled_in_turn<'t>(
    facts: &Facts<'_>,
    events: &[Event<'t>],
    site: Node<'_>,
) -> Guarded<Vec<(Node<'t>, Node<'t>)>> {
    let mut unproven = Vec::new();
    for (at, event) in events.iter().enumerate() {
        let later = events.iter().skip(at + 1).filter_map(|event| match event {
            Event::Evaluates(node, number) => Some((*node, *number)),
            Event::Shows(..) => None,
        });
        match *event {
            Event::Evaluates(node, number) => {
                for (other, place) in later.filter(|(_, place)| *place <= number) {
                    let plain = is_plain(node) || is_plain(other);
                    let moves = place < number && (!plain || !exchangeable(facts, node, other, site));
                    if moves || (place == number && !plain) {
                        facts.refuse(Refusal::about(Reason::TextOrder, other.range(), other.text()))?;
                    }
                }
            }
            Event::Shows(node, text) => {
                for (other, _) in later {
                    let bound = text == Making::Nothing || has_values(facts, other, site);
                    if bound && effects::shown_before(facts, node, text, other) {
                        continue;
                    }
                    if effects::suspends_or_binds(other) || is_asked_by(node, other) {
                        facts.refuse(Refusal::about(Reason::TextOrder, other.range(), other.text()))?;
                    }
                    unproven.push((node, other));
                }
            }
        }
    }
    Ok(unproven)
}

/// What making text of `value` may do in `field`, or in one that says nothing of it.
pub fn making(facts: &Facts<'_>, value: Node<'_>, field: Option<&TemplateField>) -> Making {
    let class = facts.type_of(value).class();
    let bare = field.is_none_or(|field| field.converted != Converted::Not || field.spec.is_empty());
    let accepts = field.map_or(Accepts::Anything, |field| field.accepts);
    match (class, accepts) {
        (Some(Class::Bool), Accepts::Integers) | (Some(Class::Bool | Class::Float), Accepts::Numbers) => {
            Making::Nothing
        }
        (_, Accepts::Integers | Accepts::Numbers) => Making::Fails,
        (Some(Class::Str | Class::Bool | Class::Float | Class::None), _) if bare => Making::Nothing,
        // '%d' % 10 ** 5000
        // '{:d}'.format('a')
        (Some(Class::Str | Class::Bool | Class::Float | Class::None | Class::Int | Class::Bytes), _) => {
            Making::Fails
        }
        _ => Making::Anything,
    }
}

/// Whether two expressions can be evaluated in either order, as [`commute`] asks.
fn exchangeable(facts: &Facts<'_>, one: Node<'_>, other: Node<'_>, site: Node<'_>) -> bool {
    effects::commute(facts, one, other) && has_values(facts, one, site) && has_values(facts, other, site)
}

/// Whether every name in `node` surely has a value when `site` runs.
fn has_values(facts: &Facts<'_>, node: Node<'_>, site: Node<'_>) -> bool {
    node.descendants().all(|name| {
        let read = facts.model().reference_at(name).and_then(|reference| reference.variable);
        read.is_none_or(|variable| !may_lack_value(facts, variable, site))
    })
}

/// Whether evaluating `later` calls a method of the very object that `shown` names: `queue`, `queue.pop()`.
fn is_asked_by(shown: Node<'_>, later: Node<'_>) -> bool {
    let calls = later.descendants().filter_map(Call::cast);
    let mut methods = calls.filter_map(|call| Attribute::cast(call.function));
    methods.any(|method| method.object.text() == shown.text())
}

/// A name or a literal: evaluating it again, or in another place, costs and does nothing by itself.
fn is_plain(node: Node<'_>) -> bool {
    match node.kind() {
        Kind::Identifier | Kind::Integer | Kind::Float | Kind::True | Kind::False | Kind::None => true,
        Kind::String => node.descendants().all(|part| part.kind() != Kind::Interpolation),
        _ => false,
    }
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
