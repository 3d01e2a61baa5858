//! What transforms share that evaluate something once, before the loop that evaluates it again and again: where it
//! goes, and where its name must be free. Whether it may go there is their own judgement.

use crate::edit::Edit;
use crate::edit::render::{moved, whole_lines};
use crate::semantic::comments::comments_in;
use crate::semantic::guards::{self, Guarded};
use crate::semantic::{Facts, Reason, Refusal, ScopeId, ScopeKind};
use crate::syntax::{Assignment, Field, Kind, Node};
use crate::text::Range;

/// The statement before which a value used at `node` is to be computed: the outermost loop of the same body
/// that repeats `node`, or the statement whose comprehension does.
pub(super) fn anchor<'t>(facts: &Facts<'_>, node: Node<'t>) -> Option<Node<'t>> {
    loops(facts, node).pop()
}

/// The statements of the same body that repeat `node`, as loops or by a comprehension, from the innermost to the
/// outermost. None where nothing can stand before the outermost.
pub(super) fn loops<'t>(facts: &Facts<'_>, node: Node<'t>) -> Vec<Node<'t>> {
    let mut found: Vec<Node<'t>> =
        repetitions(facts, node).into_iter().filter_map(|holder| holder.statement()).collect();
    found.dedup();
    if found.last().is_none_or(|outermost| takes_line_before(*outermost)) { found } else { Vec::new() }
}

/// The outermost statement that repeats `node`, and before which its value can be computed: `fits` holds for it and
/// for those further in that do. `None` where nothing repeats it.
///
/// ```python
/// for name in names:
///     for x in xs:                       # here
///         for y in ys: use(len(name))
/// ```
///
/// # Errors
///
/// With what `fits` says of the innermost.
pub(super) fn widest<'t>(
    facts: &Facts<'_>,
    node: Node<'t>,
    fits: impl Fn(Node<'t>) -> Guarded,
) -> Guarded<Option<Node<'t>>> {
    let body = facts.body_scope(node);
    let mut found = None;
    for holder in repetitions(facts, node) {
        // later = (f(x, len(name)) for x in xs)
        let lazy = holder.kind() == Kind::GeneratorExpression && !guards::is_consumed_at_once(facts, holder);
        let statement = holder.statement().filter(|statement| takes_line_before(*statement));
        // A comprehension in a lambda belongs to no statement of its body.
        let Some(statement) = statement.filter(|statement| !lazy && facts.body_scope(*statement) == body)
        else {
            break;
        };
        if found == Some(statement) {
            continue;
        }
        match fits(statement) {
            Ok(()) => found = Some(statement),
            Err(hindrance) if found.is_none() => return Err(hindrance),
            Err(_) => break,
        }
    }
    Ok(found)
}

/// The loops and comprehensions of the same body that evaluate `node` again and again, innermost first.
pub(super) fn repetitions<'t>(facts: &Facts<'_>, node: Node<'t>) -> Vec<Node<'t>> {
    let model = facts.model();
    let body = facts.body_scope(node);
    let mut found = Vec::new();
    let mut inner = node;
    for holder in node.ancestors() {
        if model.function_scope_of(model.scope_of(holder)) != body {
            break;
        }
        if repeats(holder, inner) {
            found.push(holder);
        }
        inner = holder;
    }
    found
}

/// A decorated function or a class whose header holds a comprehension is no place to insert before.
fn takes_line_before(statement: Node<'_>) -> bool {
    !matches!(statement.kind(), Kind::FunctionDefinition | Kind::ClassDefinition | Kind::DecoratedDefinition)
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

/// The edits that move `name = value` as a whole in front of `anchor`, where `value` is such a statement's and nothing
/// can tell when it ran, with the lines that it leaves.
pub(super) fn moved_assignment(
    facts: &Facts<'_>,
    value: Node<'_>,
    anchor: Node<'_>,
    scope: ScopeId,
) -> Option<(Vec<Edit>, Range)> {
    let statement = value.statement()?;
    let assignment =
        Assignment::cast(statement).filter(|found| found.right == value && found.annotation.is_none())?;
    (assignment.left.kind() == Kind::Identifier).then_some(())?;
    bound_unnoticed(facts, assignment.left, statement, scope).ok()?;
    // The block must not be left empty.
    statement.next_statement().or_else(|| statement.previous_statement())?;
    let lines = whole_lines(statement)?;
    let source = anchor.source();
    source.begins_line(anchor.range().start).then_some(())?;
    comments_in(facts.tree(), lines).next().is_none().then_some(())?;
    let indentation = source.slice(source.indentation(anchor.range().start));
    let text = moved(statement, indentation);
    let newline = source.newline_at(anchor.range().start);
    let inserted = Edit::insert(anchor.range().start, format!("{text}{newline}{indentation}"));
    Some((vec![inserted, Edit::delete(lines)], lines))
}

/// That nothing can tell when `statement` binds `name`.
///
/// ```python
/// def seen(): return 'p' in globals()
/// for line in lines:
///     print(seen())
///     p = re.compile('a')
/// ```
fn bound_unnoticed(facts: &Facts<'_>, name: Node<'_>, statement: Node<'_>, scope: ScopeId) -> Guarded {
    let model = facts.model();
    let id = guards::own_variable(facts, name, scope, Reason::TargetNotLocal)?;
    let variable = model.variable(id);
    let refusal = |reason| Refusal::about(reason, name.range(), name.text());
    // p = 'z'; print(p); p = re.compile('a')
    if variable.bindings.len() != 1 {
        facts.refuse(refusal(Reason::TargetReadLater))?;
    }
    // Without a flow there is nothing to go on with.
    let Some(flow) = facts.flow(scope) else { return Err(refusal(Reason::DynamicScope)) };
    let early = variable.references.iter().map(|id| facts.tree().node(model.reference(*id).node));
    if early.into_iter().any(|read| flow.maybe_unbound(model, id, read)) {
        facts.refuse(refusal(Reason::MaybeUnbound))?;
    }
    if model.scope(scope).kind == ScopeKind::Module {
        guards::unseen_outside(facts, &variable.name, statement.range(), Reason::TargetPublic)?;
    }
    Ok(())
}
