//! What a sum of texts is added up from.

use crate::edit::interpolate::Conversion;
use crate::semantic::Facts;
use crate::semantic::guards::{self, PlainText};
use crate::syntax::{Argument, Attribute, Call, Field, Kind, Node, StringPrefix, is_text, units};

/// One operand of a sum.
pub(super) struct Operand<'t> {
    /// The expression, without parentheses that do nothing.
    pub node: Node<'t>,
    /// What is given to the builtin `str` or `repr`, if this is such a call.
    pub converted: Option<(Node<'t>, Conversion)>,
    /// How far it is known to be text.
    pub known: PlainText,
}

impl<'t> Operand<'t> {
    fn of(node: Node<'t>, facts: &Facts<'_>) -> Self {
        Self { node, converted: converted(node, facts), known: guards::plain_text(facts, node) }
    }

    /// Whether it is a literal without expressions.
    pub fn is_literal(&self) -> bool {
        is_text(self.node) && !holds_values(self.node)
    }

    /// Whether it is an empty literal.
    pub fn is_empty(&self) -> bool {
        let empty = |part: Node<'_>| units(part).is_some_and(|units| units.is_empty());
        self.is_literal() && literals(self.node).all(empty)
    }
}

/// The operands of `value`, in order: itself where it is no sum.
pub(super) fn operands<'t>(value: Node<'t>, facts: &Facts<'_>) -> Vec<Operand<'t>> {
    let mut right = Vec::new();
    let mut left = unwrapped(value);
    while is_sum(left)
        && let (Some(next), Some(last)) = (left.child(Field::Left), left.child(Field::Right))
    {
        right.push(last);
        left = unwrapped(next);
    }
    let nodes = std::iter::once(left).chain(right.into_iter().rev().map(unwrapped));
    nodes.map(|node| Operand::of(node, facts)).collect()
}

/// Whether `node` adds two values.
pub(super) fn is_sum(node: Node<'_>) -> bool {
    node.kind() == Kind::BinaryOperator
        && node.child(Field::Operator).is_some_and(|operator| operator.is_token("+"))
}

/// Whether `node` is a template with its arguments, which is another business: they belong to its own fields.
///
/// ```python
/// '%d of %d' % (x, y)        '{} of {}'.format(x, y)        ''.join([x, y])
/// ```
pub(super) fn is_template(node: Node<'_>) -> bool {
    if node.kind() == Kind::BinaryOperator {
        let left = node.child(Field::Left);
        return left.is_some_and(|left| is_text(unwrapped(left))) && !is_sum(node);
    }
    let Some(call) = Call::cast(node) else { return false };
    let Some(method) = Attribute::cast(call.function).filter(|it| is_text(unwrapped(it.object))) else {
        return false;
    };
    let display = call.arguments().list.iter().any(|argument| match argument {
        Argument::Positional(value) => matches!(unwrapped(*value).kind(), Kind::List | Kind::Tuple),
        _ => false,
    });
    method.name.text() == "format" || (method.name.text() == "join" && display)
}

/// Whether a literal holds expressions.
pub(super) fn holds_values(literal: Node<'_>) -> bool {
    literals(literal).any(|part| StringPrefix::of(part).is_none_or(|prefix| prefix.interpolated))
}

/// The literals of an implicit concatenation, or the one literal.
fn literals(literal: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let several = literal.kind() == Kind::ConcatenatedString;
    let parts = literal.named_children().filter(move |part| several && part.kind() == Kind::String);
    parts.chain((!several).then_some(literal))
}

/// What stands in parentheses, where those do nothing as an operand, not even for the end of a line.
fn unwrapped(node: Node<'_>) -> Node<'_> {
    let mut bare = node;
    while bare.kind() == Kind::ParenthesizedExpression
        && let Some(inner) = bare.named_children().find(|part| !part.is_trivia())
        && (is_text(inner) || is_sum(inner) || !bare.text().contains('\n'))
        && !matches!(inner.kind(), Kind::Yield | Kind::GeneratorExpression | Kind::NamedExpression)
    {
        bare = inner;
    }
    bare
}

/// The argument of `str(x)` or `repr(x)`, and which of them it is.
fn converted<'t>(node: Node<'t>, facts: &Facts<'_>) -> Option<(Node<'t>, Conversion)> {
    let call = Call::cast(node)?;
    let conversion = match call.function.text() {
        "str" => Conversion::Str,
        "repr" => Conversion::Repr,
        _ => return None,
    };
    let argument = call.sole_argument().filter(|argument| argument.kind() != Kind::GeneratorExpression)?;
    facts.model().is_builtin(call.function).then_some((argument, conversion))
}
