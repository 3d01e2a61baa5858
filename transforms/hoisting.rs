//! What transforms share that evaluate something once, before the loop that evaluates it again and again: where it
//! goes, and where its name must be free. Whether it may go there is their own judgement.

use crate::semantic::{Facts, ScopeId};
use crate::syntax::{Field, Kind, Node};
use crate::text::Range;

/// The statement before which a value used at `node` is to be computed: the outermost loop of the same body
/// that repeats `node`, or the statement whose comprehension does.
pub(super) fn anchor<'t>(facts: &Facts<'_>, node: Node<'t>) -> Option<Node<'t>> {
    loops(facts, node).pop()
}

/// The statements of the same body that repeat `node`, as loops or by a comprehension, from the innermost to the
/// outermost. None where nothing can stand before the outermost.
pub(super) fn loops<'t>(facts: &Facts<'_>, node: Node<'t>) -> Vec<Node<'t>> {
    let model = facts.model();
    let body = facts.body_scope(node);
    let mut found: Vec<Node<'t>> = Vec::new();
    let mut inner = node;
    for holder in node.ancestors() {
        if model.function_scope_of(model.scope_of(holder)) != body {
            break;
        }
        if repeats(holder, inner)
            && let Some(statement) = holder.statement()
            && found.last() != Some(&statement)
        {
            found.push(statement);
        }
        inner = holder;
    }
    // A decorated function or a class whose header holds a comprehension is no place to insert before.
    let is_header = |statement: &Node<'_>| {
        matches!(
            statement.kind(),
            Kind::FunctionDefinition | Kind::ClassDefinition | Kind::DecoratedDefinition
        )
    };
    if found.last().is_some_and(is_header) { Vec::new() } else { found }
}

/// Whether `holder` is a loop that runs its part `inner` again and again.
pub(super) fn repeats(holder: Node<'_>, inner: Node<'_>) -> bool {
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
