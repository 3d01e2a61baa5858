//! The shape of a row of statements that put a text together.

use crate::semantic::guards::PlainText;
use crate::semantic::{Facts, VariableId};
use crate::syntax::{Assignment, Field, Kind, Node, is_python3_expression};
use crate::text::Range;

use super::operands::{Operand, is_sum, is_template, operands};

/// `text = ...` with statements right behind it that add to `text`.
pub(super) struct Row<'t> {
    /// The name that is assigned to first.
    pub target: Node<'t>,
    /// What the name means.
    pub variable: VariableId,
    /// The statements, the assignment first.
    pub steps: Vec<Step<'t>>,
}

/// One statement of a row.
pub(super) struct Step<'t> {
    /// The statement.
    pub statement: Node<'t>,
    /// What stands on its right-hand side, but for the name itself.
    pub values: Vec<Node<'t>>,
    /// The operands of all of them.
    pub operands: Vec<Operand<'t>>,
}

impl Step<'_> {
    /// How far it is known that it adds text.
    pub fn known(&self) -> PlainText {
        let is = |known| self.operands.iter().any(|operand| operand.known == known);
        match (is(PlainText::Never), is(PlainText::Perhaps)) {
            (true, _) => PlainText::Never,
            (false, true) => PlainText::Perhaps,
            (false, false) => PlainText::Surely,
        }
    }
}

impl<'t> Row<'t> {
    /// The longest row that begins with the statement `node`.
    pub fn of(node: Node<'t>, facts: &Facts<'_>) -> Option<Self> {
        let first = Assignment::cast(node).filter(|first| first.left.kind() == Kind::Identifier)?;
        let mut following = node.next_statement().filter(|next| added(*next, first.left.text()).is_some());
        following?;
        let variable = facts.model().binding_at(first.left)?.variable;
        let mut steps = vec![Step::of(node, vec![first.right], facts)?];
        while let Some(statement) = following
            && let Some(values) = added(statement, first.left.text())
            && !values.iter().any(|value| mentions(facts, variable, *value))
            && let Some(step) = Step::of(statement, values, facts)
        {
            steps.push(step);
            following = statement.next_statement();
        }
        (steps.len() > 1).then_some(Self { target: first.left, variable, steps })
    }

    /// The statements as one piece of text.
    pub fn range(&self) -> Range {
        let ends = |step: &Step<'_>| step.statement.range();
        let first = self.steps.first().map_or(self.target.range(), ends);
        self.steps.last().map_or(first, |last| first.cover(last.statement.range()))
    }

    /// All operands, but for empty literals.
    pub fn operands(&self) -> impl Iterator<Item = &Operand<'t>> {
        self.steps.iter().flat_map(|step| &step.operands).filter(|operand| !operand.is_empty())
    }

    /// Whether it is made of literals alone.
    pub fn is_constant(&self) -> bool {
        self.operands().all(Operand::is_literal)
    }
}

impl<'t> Step<'t> {
    fn of(statement: Node<'t>, values: Vec<Node<'t>>, facts: &Facts<'_>) -> Option<Self> {
        let suspends = |value: &Node<'_>| {
            value.descendants().any(|part| matches!(part.kind(), Kind::Yield | Kind::Await))
        };
        // Python 2 has expressions that nobody can compare here, such as `0777`.
        let understood = |value: &Node<'_>| is_python3_expression(value.text()) && !suspends(value);
        values.iter().all(understood).then_some(())?;
        let operands: Vec<_> = values.iter().flat_map(|value| operands(*value, facts)).collect();
        let step = Self { statement, values, operands };
        let templates = step.operands.iter().any(|operand| is_template(operand.node));
        (!templates && step.known() != PlainText::Never).then_some(step)
    }
}

/// What `name += x` or `name = name + x + y` adds to `name`.
fn added<'t>(statement: Node<'t>, name: &str) -> Option<Vec<Node<'t>>> {
    let inner =
        statement.named_children().next().filter(|_| statement.kind() == Kind::ExpressionStatement)?;
    let left = inner.child(Field::Left).filter(|left| left.kind() == Kind::Identifier)?;
    let value = inner.child(Field::Right)?;
    (left.text() == name).then_some(())?;
    match inner.kind() {
        Kind::AugmentedAssignment if inner.has_token("+=") => Some(vec![value]),
        Kind::Assignment if inner.child(Field::Type).is_none() => {
            let mut values = Vec::new();
            let mut sum = value;
            while is_sum(sum) {
                values.push(sum.child(Field::Right)?);
                sum = sum.child(Field::Left)?;
            }
            values.reverse();
            let itself = sum.kind() == Kind::Identifier && sum.text() == name;
            (itself && !values.is_empty()).then_some(values)
        }
        _ => None,
    }
}

/// Whether `value` reads or binds the variable.
fn mentions(facts: &Facts<'_>, variable: VariableId, value: Node<'_>) -> bool {
    let model = facts.model();
    model.references_in(variable, value.range()).next().is_some()
        || model.bindings_in(variable, value.range()).next().is_some()
}
