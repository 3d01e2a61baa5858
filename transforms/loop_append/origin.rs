//! Where the collection comes from: created empty right before the loop, or somewhere else.

use crate::semantic::{Facts, Reason, Refusal, VariableId};
use crate::syntax::{Assignment, Call, Kind, Node};

/// What a new, empty collection is, or what else a loop may begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Empty {
    List,
    Set,
    Dict,
    /// A `defaultdict` whose missing values are 0.
    DefaultDict,
    Counter,
    /// The number 0.
    Zero,
    /// An integer that is written out.
    Number,
    /// `float('inf')` or `float('-inf')`.
    Infinity,
    /// The item 0 of something.
    First,
    /// `None`.
    Nothing,
    True,
    False,
    /// Text, which need not be empty.
    Text,
}

/// The statement that creates the collection.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Creation<'t> {
    pub assignment: Assignment<'t>,
    pub what: Empty,
    /// Whether it stands in the same block as the loop.
    pub same_block: bool,
}

/// What precedes the loop.
pub(in super::super) enum Origin<'t> {
    /// On every way to the loop, and not touched since.
    Created(Creation<'t>),
    /// The last statement before the loop that mentions the collection, which is no creation.
    Touched(Node<'t>),
    /// Nothing in the body mentions it before the loop.
    Elsewhere,
}

/// What a value is, if it is a new collection.
pub(in super::super) type Made = fn(&Facts<'_>, Node<'_>) -> Option<Empty>;

/// Walks back from `site`, through the blocks around it as far as each of their runs reaches the loop once.
pub(in super::super) fn origin<'t>(
    facts: &Facts<'_>,
    variable: VariableId,
    site: Node<'t>,
    made: Made,
) -> Origin<'t> {
    let refusal = |at: Node<'_>| Refusal::new(Reason::NotFresh, at.range());
    let mut at = site;
    let mut same_block = true;
    loop {
        while let Some(statement) = at.previous_statement() {
            at = statement;
            // from settings import *             # may bind anything
            let star_import = statement.descendants().any(|node| node.kind() == Kind::WildcardImport);
            if star_import && facts.refuse(refusal(statement)).is_err() {
                return Origin::Touched(statement);
            }
            if mentions(facts, variable, statement) {
                if let Some((assignment, what)) = creation(facts, variable, statement, made) {
                    return Origin::Created(Creation { assignment, what, same_block });
                }
                if !only_returns(facts, variable, statement) && facts.refuse(refusal(statement)).is_err() {
                    return Origin::Touched(statement);
                }
            }
        }
        same_block = false;
        let Some(holder) = at.parent().and_then(|block| enclosing(facts, variable, block)) else {
            return Origin::Elsewhere;
        };
        at = holder;
    }
}

/// The statement around `block` that runs it at most once for each time that it is reached, with nothing of
/// the variable in between.
fn enclosing<'t>(facts: &Facts<'_>, variable: VariableId, block: Node<'t>) -> Option<Node<'t>> {
    let holder = match block.kind() {
        Kind::Block => block.parent()?,
        _ => return None,
    };
    let statement = match holder.kind() {
        Kind::IfStatement | Kind::WithStatement | Kind::TryStatement => holder,
        // What ran before, a tried block or an earlier condition, may have touched the variable.
        Kind::ElifClause | Kind::ElseClause => holder.parent().filter(|up| up.kind() == Kind::IfStatement)?,
        _ => return None,
    };
    let before = statement.named_children().take_while(|child| child.range().start < block.range().start);
    let touched = before.into_iter().any(|child| {
        let skipped = child.kind() == Kind::Block || child.kind() == Kind::ElifClause && !child.holds(block);
        !skipped && !child.holds(block) && mentions(facts, variable, child)
    });
    if touched {
        facts.refuse(Refusal::new(Reason::NotFresh, statement.range())).ok()?;
    }
    Some(statement)
}

fn mentions(facts: &Facts<'_>, variable: VariableId, node: Node<'_>) -> bool {
    let model = facts.model();
    model.references_in(variable, node.range()).next().is_some()
        || model.bindings_in(variable, node.range()).next().is_some()
}

/// Whether every mention in `statement` is what a `return` gives back: then the loop is not reached from it.
fn only_returns(facts: &Facts<'_>, variable: VariableId, statement: Node<'_>) -> bool {
    let model = facts.model();
    let returned =
        |node: Node<'_>| node.parent().is_some_and(|parent| parent.kind() == Kind::ReturnStatement);
    let inside_try = statement.descendants().any(|node| node.kind() == Kind::TryStatement);
    !inside_try
        && model.bindings_in(variable, statement.range()).next().is_none()
        && model
            .references_in(variable, statement.range())
            .all(|reference| returned(facts.tree().node(reference.node)))
}

/// The statement as the creation of an empty collection: one plain target, and `[]`, `{}`, `list()`, `dict()`
/// or `set()`.
fn creation<'t>(
    facts: &Facts<'_>,
    variable: VariableId,
    statement: Node<'t>,
    made: Made,
) -> Option<(Assignment<'t>, Empty)> {
    let assignment =
        Assignment::cast(statement).filter(|assignment| assignment.left.kind() == Kind::Identifier)?;
    let binding = facts.model().binding_at(assignment.left)?;
    if binding.variable != variable {
        return None;
    }
    Some((assignment, made(facts, assignment.right)?))
}

/// What an empty collection is.
pub(in super::super) fn empty(facts: &Facts<'_>, value: Node<'_>) -> Option<Empty> {
    match value.kind() {
        Kind::List if value.named_children().next().is_none() => Some(Empty::List),
        Kind::Dictionary if value.named_children().next().is_none() => Some(Empty::Dict),
        Kind::Call => {
            let call = Call::cast(value)?;
            let plain = call.function.kind() == Kind::Identifier
                && call.arguments.kind() == Kind::ArgumentList
                && call.arguments().list.is_empty()
                && facts.model().is_builtin(call.function);
            match call.function.text() {
                "list" if plain => Some(Empty::List),
                "set" if plain => Some(Empty::Set),
                "dict" if plain => Some(Empty::Dict),
                _ => None,
            }
        }
        _ => None,
    }
}
