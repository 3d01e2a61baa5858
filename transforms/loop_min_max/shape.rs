//! What a loop looks like that keeps the greatest or least of what it sees, and what such a loop begins with.

use crate::semantic::Facts;
use crate::syntax::{Argument, Assignment, Call, Field, Kind, Node};

use super::super::loop_append::origin::{Creation, Empty};
use super::super::loop_append::shape::{Addition, Element, Shape};

/// A loop that does nothing but keep one of what it sees.
pub(super) struct Choice<'t> {
    /// The loop, which adds what it sees.
    pub shape: Shape<'t>,
    /// What is kept where it is greater or less.
    pub candidate: Node<'t>,
    /// `max` or `min`.
    pub builtin: &'static str,
    pub spelling: Spelling,
    /// Whether the first is kept whatever it is: `m is None or`.
    first_anyway: FirstAnyway,
}

/// How the loop chooses.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Spelling {
    /// `if x > m: m = x`.
    Compared,
    /// `m = max(m, x)`.
    Called,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum FirstAnyway {
    Asked,
    No,
}

impl<'t> Choice<'t> {
    /// The loop `site` as a choice; `None` when it does anything else.
    pub fn of(site: Node<'t>) -> Option<Self> {
        let shape = Shape::ending_in(site, |statements| match statements {
            [only] => step(*only),
            _ => None,
        })?;
        let receiver = shape.receiver;
        let statement = receiver.statement()?;
        let kept = Assignment::cast(statement)?.right;
        let candidate = shape.addition.plain_element()?;
        if let Some((builtin, _)) = called(kept, receiver) {
            let (spelling, first_anyway) = (Spelling::Called, FirstAnyway::No);
            return Some(Self { shape, candidate, builtin, spelling, first_anyway });
        }
        let condition = statement.parent()?.parent()?.child(Field::Condition)?;
        let (compared, first_anyway) = match or_none(condition, receiver) {
            Some(compared) => (compared, FirstAnyway::Asked),
            None => (condition, FirstAnyway::No),
        };
        let builtin = compared_with(compared, kept, receiver)?;
        let spelling = Spelling::Compared;
        Some(Self { shape, candidate, builtin, spelling, first_anyway })
    }

    /// Whether the loop works when its name begins as `creation` says.
    pub fn begins_with(&self, creation: &Creation<'_>) -> bool {
        let seed = creation.assignment.right;
        match creation.what {
            Empty::Number => self.first_anyway == FirstAnyway::No,
            Empty::Nothing => self.first_anyway == FirstAnyway::Asked,
            Empty::Infinity => {
                let negative = seed.text().contains('-');
                self.first_anyway == FirstAnyway::No && negative == (self.builtin == "max")
            }
            Empty::First => {
                let of = seed.child(Field::Value).map_or("", |value| value.text());
                let items = self.shape.clauses.len() == 1
                    && self.shape.plain_loop().is_some_and(|header| {
                        header.iterable.kind() == Kind::Identifier
                            && header.iterable.text() == of
                            && header.target.text() == self.candidate.text()
                    });
                items && self.first_anyway == FirstAnyway::No
            }
            _ => false,
        }
    }

    /// Whether every candidate is as great as the number `seed`, as a length is that of 0: then the seed is the result
    /// only where there is no candidate.
    pub fn reaches(&self, seed: &str) -> bool {
        let length = Call::cast(self.candidate).is_some_and(|call| call.function.text() == "len");
        length && self.builtin == "max" && (seed == "0" || seed.starts_with('-'))
    }

    /// What the first loop iterates over.
    pub fn iterable(&self) -> Node<'t> {
        self.shape.loops().next().map_or(self.shape.site, |header| header.iterable)
    }
}

/// `if x > m: m = x`, or `m = max(m, x)`: the name, and what it may become.
fn step(statement: Node<'_>) -> Option<(Node<'_>, Addition<'_>)> {
    if statement.kind() != Kind::IfStatement {
        let (receiver, value) = assigned(statement)?;
        let (_, candidate) = called(value, receiver)?;
        return Some((receiver, Addition::Decide { element: Element::Plain(candidate), reads: 1 }));
    }
    let mut body = statement.child(Field::Consequence)?.statements();
    let (receiver, value) = assigned(body.next()?)?;
    let alone = body.next().is_none() && statement.child(Field::Alternative).is_none();
    let element = Element::Plain(value);
    (alone && called(value, receiver).is_none()).then_some((receiver, Addition::Decide { element, reads: 2 }))
}

/// `name = value`.
fn assigned(statement: Node<'_>) -> Option<(Node<'_>, Node<'_>)> {
    let assignment = Assignment::cast(statement).filter(|it| it.annotation.is_none())?;
    let plain = assignment.left.kind() == Kind::Identifier
        && !matches!(assignment.right.kind(), Kind::Assignment | Kind::ExpressionList);
    plain.then_some((assignment.left, assignment.right))
}

/// `max(m, x)` and the like: the builtin and what is not `m`.
fn called<'t>(value: Node<'t>, receiver: Node<'_>) -> Option<(&'static str, Node<'t>)> {
    let call = Call::cast(value)?;
    let builtin = match call.function.text() {
        "max" => "max",
        "min" => "min",
        _ => return None,
    };
    match call.arguments().list.as_slice() {
        [Argument::Positional(one), Argument::Positional(other)] => {
            let candidate = match (is_name(*one, receiver), is_name(*other, receiver)) {
                (true, false) => *other,
                (false, true) => *one,
                _ => return None,
            };
            Some((builtin, candidate))
        }
        _ => None,
    }
}

fn is_name(node: Node<'_>, name: Node<'_>) -> bool {
    node.kind() == Kind::Identifier && node.text() == name.text()
}

/// What stands behind `m is None or`.
fn or_none<'t>(condition: Node<'t>, receiver: Node<'_>) -> Option<Node<'t>> {
    (condition.kind() == Kind::BooleanOperator && condition.has_token("or")).then_some(())?;
    let (left, right) = (condition.child(Field::Left)?, condition.child(Field::Right)?);
    let mut sides = left.named_children();
    let (one, other) = (sides.next()?, sides.next()?);
    let mut operators = left.children_in(Field::Operators);
    let asks = left.kind() == Kind::ComparisonOperator
        && operators.next().is_some_and(|operator| operator.text() == "is")
        && operators.next().is_none()
        && is_name(one, receiver)
        && other.kind() == Kind::None;
    asks.then_some(right)
}

/// Which builtin `kept > receiver`, or one of its other spellings, is a step of.
fn compared_with(condition: Node<'_>, kept: Node<'_>, receiver: Node<'_>) -> Option<&'static str> {
    let mut operators = condition.children_in(Field::Operators);
    let operator = operators.next().filter(|_| condition.kind() == Kind::ComparisonOperator)?;
    let mut sides = condition.named_children();
    let (one, other) = (sides.next()?, sides.next()?);
    operators.next().is_none().then_some(())?;
    let forward = one.text() == kept.text() && is_name(other, receiver);
    let backward = other.text() == kept.text() && is_name(one, receiver);
    match (operator.text(), forward, backward) {
        (">", true, false) | ("<", false, true) => Some("max"),
        ("<", true, false) | (">", false, true) => Some("min"),
        _ => None,
    }
}

/// What a value is, if a search for the greatest or least can begin with it.
pub(super) fn seed(facts: &Facts<'_>, value: Node<'_>) -> Option<Empty> {
    match value.kind() {
        Kind::None => Some(Empty::Nothing),
        Kind::Integer if is_decimal(value) => Some(Empty::Number),
        Kind::UnaryOperator if value.has_token("-") => {
            value.child(Field::Argument).filter(|number| is_decimal(*number)).map(|_| Empty::Number)
        }
        Kind::Call => {
            let call = Call::cast(value)?;
            let text = call.sole_argument()?.text();
            let infinite = matches!(text.trim_matches(['"', '\'']), "inf" | "-inf" | "+inf");
            let float = call.function.text() == "float" && facts.model().is_builtin(call.function);
            (infinite && float).then_some(Empty::Infinity)
        }
        Kind::Subscript => {
            let mut keys = value.children_in(Field::Subscript);
            let first = keys.next().is_some_and(|key| key.text() == "0") && keys.next().is_none();
            let named = value.child(Field::Value).is_some_and(|of| of.kind() == Kind::Identifier);
            (first && named).then_some(Empty::First)
        }
        _ => None,
    }
}

fn is_decimal(number: Node<'_>) -> bool {
    number.kind() == Kind::Integer && number.text().bytes().all(|byte| byte.is_ascii_digit())
}
