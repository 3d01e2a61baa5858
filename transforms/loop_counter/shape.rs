//! What a loop looks like that counts: the spellings of adding one to what a dict holds for a key.

use crate::syntax::{Argument, Assignment, Attribute, Call, Field, Kind, Node};

use super::super::loop_append::shape::{Addition, Key, Shape};

/// The shape of the loop `site`; `None` when it does anything but count.
pub(super) fn of(site: Node<'_>) -> Option<Shape<'_>> {
    Shape::ending_in(site, |statements| match statements {
        [only] => single(*only).or_else(|| one_of_two(*only)).or_else(|| caught(*only)),
        [first, second] => begun(*first, *second),
        _ => None,
    })
}

/// Whether the key need not be in the dict for the statements of `shape`: every spelling but a lone `d[k] += 1`.
pub(super) fn begins_by_itself(shape: &Shape<'_>) -> bool {
    matches!(shape.addition, Addition::Count { spelled: 2.., .. })
}

/// A dict, and what stands for a key of it.
#[derive(Clone, Copy)]
struct Item<'t> {
    dict: Node<'t>,
    key: Key<'t>,
}

impl<'t> Item<'t> {
    /// `dict[key]`.
    fn of(subscript: Node<'t>) -> Option<Self> {
        let dict = subscript.child(Field::Value).filter(|dict| dict.kind() == Kind::Identifier)?;
        let key = Key::Between(subscript);
        let odd = |part: &Node<'_>| matches!(part.kind(), Kind::Slice | Kind::ListSplat);
        (subscript.kind() == Kind::Subscript && !key.parts().iter().any(odd)).then_some(Self { dict, key })
    }

    /// Whether both are spelled alike.
    fn is(self, other: Self) -> bool {
        self.dict.text() == other.dict.text() && spelling(self.key) == spelling(other.key)
    }

    fn counted(self, spelled: usize) -> (Node<'t>, Addition<'t>) {
        (self.dict, Addition::Count { key: self.key, spelled })
    }
}

/// The parts of a key; those of a tuple are the same with and without parentheses.
fn spelling(key: Key<'_>) -> Vec<&str> {
    let parts = key.parts();
    match parts.as_slice() {
        [only] if only.kind() == Kind::Tuple => only.named_children().map(|part| part.text()).collect(),
        parts => parts.iter().map(Node::text).collect(),
    }
}

fn is_number(node: Node<'_>, digit: &str) -> bool {
    node.kind() == Kind::Integer && node.text() == digit
}

/// The side of `1 + other` or `other + 1` that is not the one.
fn more_by_one(sum: Node<'_>) -> Option<Node<'_>> {
    (sum.kind() == Kind::BinaryOperator && sum.has_token("+")).then_some(())?;
    let (left, right) = (sum.child(Field::Left)?, sum.child(Field::Right)?);
    match (is_number(left, "1"), is_number(right, "1")) {
        (false, true) => Some(left),
        (true, false) => Some(right),
        _ => None,
    }
}

/// `d[k] = value`.
fn stored(statement: Node<'_>) -> Option<(Item<'_>, Node<'_>)> {
    let assignment = Assignment::cast(statement).filter(|assignment| assignment.annotation.is_none())?;
    Some((Item::of(assignment.left)?, assignment.right))
}

fn stored_number<'t>(statement: Node<'t>, digit: &str) -> Option<Item<'t>> {
    stored(statement).filter(|(_, value)| is_number(*value, digit)).map(|(item, _)| item)
}

/// `d[k] += 1`, and how often it spells the key.
fn incremented(statement: Node<'_>) -> Option<(Item<'_>, usize)> {
    if let Some((item, value)) = stored(statement) {
        let read = Item::of(more_by_one(value)?)?;
        return item.is(read).then_some((item, 2));
    }
    let inner =
        statement.named_children().next().filter(|_| statement.kind() == Kind::ExpressionStatement)?;
    let by_one = inner.kind() == Kind::AugmentedAssignment
        && inner.has_token("+=")
        && is_number(inner.child(Field::Right)?, "1");
    Some((Item::of(inner.child(Field::Left).filter(|_| by_one)?)?, 1))
}

/// `k in d` or `k not in d`.
fn asked(condition: Node<'_>) -> Option<(Item<'_>, &str)> {
    let mut operators = condition.children_in(Field::Operators);
    let operator = operators.next().filter(|_| condition.kind() == Kind::ComparisonOperator)?.text();
    let mut sides = condition.named_children();
    let (key, dict) = (sides.next()?, sides.next()?);
    let single = operators.next().is_none() && matches!(operator, "in" | "not in");
    let item = Item { dict, key: Key::Expression(key) };
    (single && dict.kind() == Kind::Identifier).then_some((item, operator))
}

/// A method of a dict that is called with a key and another argument.
fn called<'t>(node: Node<'t>, name: &str, second: &str) -> Option<Item<'t>> {
    let call = Call::cast(node)?;
    let method = Attribute::cast(call.function).filter(|method| method.name.text() == name)?;
    match call.arguments().list.as_slice() {
        [Argument::Positional(key), Argument::Positional(other)] if is_number(*other, second) => {
            Some(Item { dict: method.object, key: Key::Expression(*key) })
        }
        _ => None,
    }
}

/// `d[k] += 1`, `d[k] = d.get(k, 0) + 1`, `d[k] = d[k] + 1 if k in d else 1`.
fn single(statement: Node<'_>) -> Option<(Node<'_>, Addition<'_>)> {
    if let Some((item, spelled)) = incremented(statement) {
        // Twice as well, but it does not begin by itself.
        return (spelled == 1).then(|| item.counted(1));
    }
    let (item, value) = stored(statement)?;
    if value.kind() == Kind::ConditionalExpression {
        let mut parts = value.named_children().filter(|part| !part.is_trivia());
        let (yes, condition, no) = (parts.next()?, parts.next()?, parts.next()?);
        let (question, operator) = asked(condition)?;
        let (more, one) = if operator == "in" { (yes, no) } else { (no, yes) };
        let same = item.is(question) && item.is(Item::of(more_by_one(more)?)?) && is_number(one, "1");
        return same.then(|| item.counted(3));
    }
    item.is(called(more_by_one(value)?, "get", "0")?).then(|| item.counted(2))
}

fn only_statement(block: Option<Node<'_>>) -> Option<Node<'_>> {
    let mut statements = block?.statements();
    let first = statements.next()?;
    statements.next().is_none().then_some(first)
}

/// `if k in d: d[k] += 1` with `else: d[k] = 1`, or the other way round.
fn one_of_two(statement: Node<'_>) -> Option<(Node<'_>, Addition<'_>)> {
    (statement.kind() == Kind::IfStatement).then_some(())?;
    let (question, operator) = asked(statement.child(Field::Condition)?)?;
    let mut alternatives = statement.children_in(Field::Alternative);
    let otherwise = alternatives.next().filter(|clause| clause.kind() == Kind::ElseClause)?;
    let yes = only_statement(statement.child(Field::Consequence))?;
    let no = only_statement(otherwise.child(Field::Body))?;
    let (more, one) = if operator == "in" { (yes, no) } else { (no, yes) };
    let ((item, spelled), begun) = (incremented(more)?, stored_number(one, "1")?);
    (item.is(question) && item.is(begun)).then(|| item.counted(spelled + 2))
}

/// `try: d[k] += 1` with `except KeyError: d[k] = 1`, where the key is a name, which raises no `KeyError` itself.
fn caught(statement: Node<'_>) -> Option<(Node<'_>, Addition<'_>)> {
    (statement.kind() == Kind::TryStatement).then_some(())?;
    let mut clauses =
        statement.named_children().filter(|part| part.field() != Field::Body && !part.is_trivia());
    let clause = clauses.next().filter(|clause| clause.kind() == Kind::ExceptClause)?;
    let mut parts = clause.named_children().filter(|part| !part.is_trivia());
    let (error, handler) = (parts.next()?, parts.next()?);
    let plain = clauses.next().is_none() && parts.next().is_none() && error.text() == "KeyError";
    let (item, spelled) = incremented(only_statement(statement.child(Field::Body))?)?;
    let begun = stored_number(only_statement(Some(handler).filter(|it| it.kind() == Kind::Block))?, "1")?;
    let parts = item.key.parts();
    let name = parts.len() == 1 && parts.iter().all(|part| part.kind() == Kind::Identifier);
    (plain && name && item.is(begun)).then(|| item.counted(spelled + 1))
}

/// `if k not in d: d[k] = 0`, or `d.setdefault(k, 0)`, and `d[k] += 1` behind it.
fn begun<'t>(first: Node<'t>, second: Node<'t>) -> Option<(Node<'t>, Addition<'t>)> {
    let (item, spelled) = incremented(second)?;
    if first.kind() == Kind::IfStatement {
        let (question, operator) = asked(first.child(Field::Condition)?)?;
        let begun = stored_number(only_statement(first.child(Field::Consequence))?, "0")?;
        let alone = first.child(Field::Alternative).is_none() && operator == "not in";
        return (alone && item.is(question) && item.is(begun)).then(|| item.counted(spelled + 2));
    }
    let call = first.named_children().next().filter(|_| first.kind() == Kind::ExpressionStatement)?;
    item.is(called(call, "setdefault", "0")?).then(|| item.counted(spelled + 1))
}

/// Whether `shape` is a `try` whose handler names an exception: its class must be the builtin.
pub(super) fn catches(shape: &Shape<'_>) -> bool {
    shape.site.descendants().any(|node| node.kind() == Kind::ExceptClause)
}
