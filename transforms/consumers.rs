//! Builtins that use up what they are given at once, and what they do with the items. It judges nothing.

use crate::edit::Assumption;
use crate::semantic::Facts;
use crate::semantic::guards::Treatment;
use crate::syntax::{Call, Field, Kind, Node};

/// A builtin's name, called with one argument alone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Consumer<'t> {
    /// The call.
    pub call: Call<'t>,
    /// What is called, if it is the builtin of that name.
    pub name: &'t str,
    /// How it uses up its argument.
    pub consumption: Consumption,
    /// The argument.
    pub argument: Node<'t>,
}

/// How a builtin uses up what it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Consumption {
    /// Asks of one item after the other whether it is true, until one decides.
    UntilDecided,
    /// Hashes each item.
    Hashes,
    /// Takes each item apart, and hashes the first part.
    Pairs,
    /// Adds each item to the sum of those before.
    Adds,
    /// Compares each item with the best of those before.
    Compares,
    /// Makes a list or tuple of all items before it does anything with them.
    Collects,
}

impl Consumption {
    /// What it does with an item.
    pub fn treatment(self) -> Treatment {
        match self {
            Self::UntilDecided => Treatment::Tests,
            Self::Hashes | Self::Pairs => Treatment::Hashes,
            Self::Adds => Treatment::Adds,
            Self::Compares => Treatment::Compares,
            Self::Collects => Treatment::Keeps,
        }
    }
}

impl<'t> Consumer<'t> {
    /// The call `node` as that of a consumer, whether or not its name means the builtin.
    pub fn of(node: Node<'t>) -> Option<Self> {
        let call = Call::cast(node).filter(|call| call.function.kind() == Kind::Identifier)?;
        let name = call.function.text();
        let consumption = match name {
            "any" | "all" => Consumption::UntilDecided,
            "set" | "frozenset" => Consumption::Hashes,
            "dict" => Consumption::Pairs,
            "sum" => Consumption::Adds,
            "min" | "max" => Consumption::Compares,
            "list" | "tuple" | "sorted" => Consumption::Collects,
            _ => return None,
        };
        let argument = call.sole_argument().filter(|only| !only.is_trivia())?;
        Some(Self { call, name, consumption, argument })
    }
}

/// What must be assumed where the truth of `value` is asked for by a builtin instead of a condition, if anything.
pub(super) fn asked_twice(facts: &Facts<'_>, value: Node<'_>) -> Option<Assumption> {
    is_asked_twice(facts, value).then(|| Assumption {
        id: "truth-is-quiet",
        sentence: format!(
            "asking once whether parts of `{}` are true is as good as asking twice",
            super::filling::one_line(value)
        ),
        unproven: Vec::new(),
    })
}

/// Whether who asks for the truth of `value` asks something that `value` asked already, which a condition does not.
///
/// ```python
/// any(x or y for x in xs)                # `x.__bool__` runs twice, unlike in `if x or y`
/// ```
fn is_asked_twice(facts: &Facts<'_>, value: Node<'_>) -> bool {
    match value.kind() {
        Kind::ParenthesizedExpression => value.named_children().any(|inner| is_asked_twice(facts, inner)),
        Kind::ConditionalExpression => {
            let mut parts = value.named_children();
            let branches = [parts.next(), parts.nth(1)];
            branches.into_iter().flatten().any(|branch| is_asked_twice(facts, branch))
        }
        Kind::BooleanOperator => {
            let known =
                |part: Option<Node<'_>>| part.is_some_and(|part| facts.type_of(part).class().is_some());
            !known(value.child(Field::Left))
                || value.child(Field::Right).is_none_or(|right| is_asked_twice(facts, right))
        }
        // not (x and y)
        Kind::NotOperator => value.child(Field::Argument).is_none_or(|it| is_asked_twice(facts, it)),
        // low < x < high
        Kind::ComparisonOperator if value.children_in(Field::Operators).count() > 1 => {
            let operands = value.named_children().filter(|operand| !operand.is_trivia());
            operands.into_iter().any(|operand| facts.type_of(operand).class().is_none())
        }
        _ => false,
    }
}
