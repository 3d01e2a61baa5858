//! What transforms share that evaluate something once, before the loop that evaluates it again and again: where it
//! goes, and where its name must be free. Whether it may go there is their own judgement.

use crate::semantic::{Facts, ScopeId};
use crate::syntax::{Field, Kind, Node};
use crate::text::Range;

/// The statement before which a value used at `node` is to be computed: the outermost loop of the same body
/// that repeats `node`, or the statement whose comprehension does.
pub(super) fn anchor<'t>(facts: &Facts<'_>, node: Node<'t>) -> Option<Node<'t>> {
    let model = facts.model();
    let body = facts.body_scope(node);
    let mut outermost = None;
    let mut inner = node;
    for holder in node.ancestors() {
        if model.function_scope_of(model.scope_of(holder)) != body {
            break;
        }
        if repeats(holder, inner) {
            outermost = holder.statement();
        }
        inner = holder;
    }
    // A decorated function or a class whose header holds a comprehension is no place to insert before.
    outermost.filter(|statement| {
        !matches!(
            statement.kind(),
            Kind::FunctionDefinition | Kind::ClassDefinition | Kind::DecoratedDefinition
        )
    })
}

/// Whether `holder` is a loop that runs its part `inner` again and again.
fn repeats(holder: Node<'_>, inner: Node<'_>) -> bool {
    match holder.kind() {
        Kind::ForStatement => inner.field() == Field::Body,
        Kind::WhileStatement => matches!(inner.field(), Field::Body | Field::Condition),
        Kind::ListComprehension
        | Kind::SetComprehension
        | Kind::DictionaryComprehension
        | Kind::GeneratorExpression => {
            let first = holder.named_children().find(|child| child.kind() == Kind::ForInClause);
            first != Some(inner)
        }
        _ => false,
    }
}

/// The text in which a name of this scope must be free.
pub(super) fn name_scope(facts: &Facts<'_>, scope: ScopeId) -> Range {
    let tree = facts.tree();
    match facts.model().scope(scope).node {
        Some(node) => tree.node(node).range(),
        None => tree.source().full_range(),
    }
}
