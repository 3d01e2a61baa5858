//! The shape of a `+` chain that holds text.

use std::ops::Range as Indices;

use crate::edit::interpolate::{Conversion, converted, unwrapped};
use crate::semantic::{Class, Facts, guards};
use crate::syntax::{Field, Kind, Node, StringPrefix, is_python3_expression, is_text};
use crate::text::Range;

/// A `+` chain with at least one literal text and one value that is no constant.
pub struct Chain<'t> {
    /// The whole sum.
    pub node: Node<'t>,
    /// Its operands, in order.
    pub operands: Vec<Operand<'t>>,
}

/// One operand.
pub struct Operand<'t> {
    /// The expression.
    pub node: Node<'t>,
    /// What is given to the builtin `str` or `repr`, if this is such a call.
    pub converted: Option<(Node<'t>, Conversion)>,
    /// The `+` in front of it.
    operator: Option<Range>,
}

impl Operand<'_> {
    /// Whether it is a literal, f-strings included.
    pub fn is_text(&self) -> bool {
        is_text(self.node)
    }
}

impl<'t> Chain<'t> {
    /// The chain that `node` is the whole of.
    pub fn of(node: Node<'t>, facts: &Facts<'_>) -> Option<Self> {
        (is_sum(node) && !node.parent().is_some_and(is_sum) && !guards::is_in_field(node)).then_some(())?;
        let mut operands = flat(node);
        // x + y + 'a'                    # whatever `x + y` is, it is added first
        let first = operands.iter().position(|operand| facts.type_of(operand.node).is(Class::Str))?;
        if first > 1 {
            let whole = operands.get(first).and_then(|operand| operand.node.parent())?.child(Field::Left)?;
            operands.splice(..first, [Operand { node: whole, converted: None, operator: None }]);
        }
        for operand in &mut operands {
            operand.converted = converted(operand.node, facts);
        }
        let mut texts = operands.iter().filter(|operand| operand.is_text());
        let text = texts.next().is_some_and(|text| !is_bytes(text.node));
        let bytes = texts.any(|text| is_bytes(text.node));
        let value = operands.iter().any(|operand| !is_constant(operand.node));
        // Python 2 has expressions that nobody can compare here, such as `0777`.
        // ('a' + x) + 'b'
        let grouped = operands.first().is_some_and(|first| is_sum(unwrapped(first.node)));
        (text && !bytes && !grouped && value && is_python3_expression(node.text()))
            .then_some(Self { node, operands })
    }

    /// The operands that share a line, line by line.
    pub fn rows(&self) -> Vec<Indices<usize>> {
        let mut rows: Vec<Indices<usize>> = Vec::new();
        for at in 0..self.operands.len() {
            let (before, behind) = self.gap(at);
            match rows.last_mut() {
                Some(row) if !before.contains('\n') && !behind.contains('\n') => row.end = at + 1,
                _ => rows.push(at..at + 1),
            }
        }
        rows
    }

    /// What stands before and behind the operator in front of the operand `at`.
    pub fn gap(&self, at: usize) -> (&'t str, &'t str) {
        let before = at.checked_sub(1).and_then(|at| self.operands.get(at));
        let (Some(before), Some(operand)) = (before, self.operands.get(at)) else { return ("", "") };
        let Some(operator) = operand.operator else { return ("", "") };
        let source = self.node.source();
        (
            source.slice(Range::new(before.node.range().end, operator.start)),
            source.slice(Range::new(operator.end, operand.node.range().start)),
        )
    }
}

/// Whether a literal holds expressions.
pub fn holds_values(literal: Node<'_>) -> bool {
    literal
        .descendants()
        .any(|part| part.kind() == Kind::String && StringPrefix::of(part).is_some_and(|it| it.interpolated))
}

/// Whether Python computes `node` before the program runs.
fn is_constant(node: Node<'_>) -> bool {
    match node.kind() {
        Kind::String => StringPrefix::of(node).is_some_and(|prefix| !prefix.interpolated),
        Kind::Integer => true,
        Kind::BinaryOperator | Kind::ParenthesizedExpression | Kind::ConcatenatedString => {
            node.named_children().all(is_constant)
        }
        _ => false,
    }
}

/// The operands of a chain that leans to the left.
fn flat(node: Node<'_>) -> Vec<Operand<'_>> {
    let mut operands = Vec::new();
    let mut left = node;
    while is_sum(left) {
        let (Some(next), Some(operator), Some(right)) =
            (left.child(Field::Left), left.child(Field::Operator), left.child(Field::Right))
        else {
            break;
        };
        operands.push(Operand { node: right, converted: None, operator: Some(operator.range()) });
        left = next;
    }
    operands.push(Operand { node: left, converted: None, operator: None });
    operands.reverse();
    operands
}

fn is_sum(node: Node<'_>) -> bool {
    node.kind() == Kind::BinaryOperator
        && node.child(Field::Operator).is_some_and(|operator| operator.is_token("+"))
}

fn is_bytes(literal: Node<'_>) -> bool {
    literal.descendants().any(|part| StringPrefix::of(part).is_some_and(|prefix| prefix.bytes))
}
