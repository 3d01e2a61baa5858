//! Guards about the order in which expressions are evaluated.

use super::super::effects;
use super::super::{Facts, Reason, Refusal};
use super::Guarded;
use crate::syntax::Node;

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
    if effects::commute(facts, one, other) {
        return Ok(());
    }
    facts.refuse(Refusal::new(Reason::EvaluationOrder, site.range()))
}
