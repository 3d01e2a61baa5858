//! Guards about the order in which expressions are evaluated.

use super::super::effects;
use super::super::{Answer, Facts, Reason, Refusal, Resolution, ScopeKind, Taints};
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
    if [one, other].into_iter().any(|node| is_settled(facts, node, &[one, other])) {
        return Ok(());
    }
    facts.refuse(Refusal::new(Reason::EvaluationOrder, site.range()))
}

/// Whether `node` gives the same value, and nothing happens, whenever it is evaluated among `parts`.
fn is_settled(facts: &Facts<'_>, node: Node<'_>, parts: &[Node<'_>]) -> bool {
    match node.kind() {
        // A name read here has a value, or else both orders raise the same.
        Kind::Identifier => !is_bound_by(facts, node, parts),
        Kind::Tuple | Kind::List | Kind::ExpressionList | Kind::ParenthesizedExpression => {
            node.named_children().all(|part| is_settled(facts, part, parts))
        }
        Kind::UnaryOperator => node
            .child(Field::Argument)
            .is_some_and(|argument| matches!(argument.kind(), Kind::Integer | Kind::Float)),
        _ => effects::of_expression(facts, node).is_empty(),
    }
}

fn is_bound_by(facts: &Facts<'_>, name: Node<'_>, parts: &[Node<'_>]) -> bool {
    let Resolution::Variable(id) = facts.model().resolve(name) else { return true };
    let row = facts.model().variable(id);
    let rebound = row.bindings.iter().any(|binding| {
        let binding = facts.model().binding(*binding);
        // A function that is called meanwhile may rebind a name of its surroundings.
        binding.scope != row.scope
            || parts.iter().any(|part| part.range().contains(facts.tree().node(binding.node).range()))
    });
    let module = facts.model().scope(row.scope).kind == ScopeKind::Module;
    // globals()['k'] = 5, also in another file
    let reached = || {
        facts.model().any_taint().intersects(Taints::all() - Taints::STAR_IMPORT - Taints::LOCALS)
            || facts.world().name_used_elsewhere(&row.name) != Answer::No
    };
    rebound || (module && reached())
}
