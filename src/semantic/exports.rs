//! What a module exports by `__all__`.

use super::model::Model;
use super::scope::{BindingKind, Reference};
use crate::syntax::{Attribute, Call, Field, Kind, Literal, Node};

/// The contents of `__all__`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exports {
    /// The module has no `__all__`.
    Undeclared,
    /// These names, in the order of the text; those of all branches where it depends on a condition.
    Names(Vec<String>),
    /// It is there, and computed.
    Unknown,
}

impl Model<'_> {
    /// The names that `__all__` lists, where it is made of literals.
    pub fn exported_names(&self) -> Exports {
        let Some(variable) = self.variable_in(self.module(), "__all__") else { return Exports::Undeclared };
        let variable = self.variable(variable);
        let mut names = Vec::new();
        for id in &variable.bindings {
            let binding = self.binding(*id);
            let value = match binding.kind {
                BindingKind::Assignment
                | BindingKind::AnnotatedAssignment
                | BindingKind::AugmentedAssignment => assigned_value(self.tree().node(binding.node)),
                BindingKind::Annotation => continue,
                _ => None,
            };
            if value.and_then(|value| add_names(value, &mut names)).is_none() {
                return Exports::Unknown;
            }
        }
        for id in &variable.references {
            if self.add_use(self.reference(*id), &mut names).is_none() {
                return Exports::Unknown;
            }
        }
        Exports::Names(names)
    }

    /// Adds what a use of `__all__` appends to it; `None` when it may do anything else to it.
    fn add_use(&self, reference: &Reference, names: &mut Vec<String>) -> Option<()> {
        let node = self.tree().node(reference.node);
        if self.binding_at(node).is_some() {
            return Some(());
        }
        let parent = node.parent()?;
        match parent.kind() {
            Kind::Attribute => {
                let method = Attribute::cast(parent)?.name.text();
                let call = Call::cast(parent.parent()?).filter(|call| call.function == parent)?;
                match method {
                    "append" => add_name(call.sole_argument()?, names),
                    "extend" => add_names(call.sole_argument()?, names),
                    "sort" | "count" | "index" | "copy" => Some(()),
                    _ => None,
                }
            }
            Kind::ForStatement | Kind::ForInClause if node.field() == Field::Right => Some(()),
            Kind::ComparisonOperator | Kind::BinaryOperator => Some(()),
            _ => None,
        }
    }
}

/// The value that the assignment to the plain target `target` gives it.
fn assigned_value(target: Node<'_>) -> Option<Node<'_>> {
    let assignment = target.parent()?;
    let plain = matches!(assignment.kind(), Kind::Assignment | Kind::AugmentedAssignment);
    let adds = assignment.child(Field::Operator).is_none_or(|operator| operator.text() == "+=");
    assignment.child(Field::Right).filter(|_| plain && adds)
}

fn add_names(value: Node<'_>, names: &mut Vec<String>) -> Option<()> {
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value.kind() {
            Kind::List | Kind::Tuple | Kind::ExpressionList => {
                value.named_children().try_for_each(|element| add_name(element, names))?;
            }
            Kind::ParenthesizedExpression => open.extend(value.named_children()),
            Kind::BinaryOperator if value.child(Field::Operator)?.text() == "+" => {
                open.push(value.child(Field::Right)?);
                open.push(value.child(Field::Left)?);
            }
            _ => return None,
        }
    }
    Some(())
}

fn add_name(element: Node<'_>, names: &mut Vec<String>) -> Option<()> {
    names.push(Literal::evaluate(element)?.value);
    Some(())
}

impl Exports {
    /// Whether `name` may be among them.
    pub fn may_hold(&self, name: &str) -> bool {
        match self {
            Exports::Undeclared => false,
            Exports::Names(names) => names.iter().any(|known| known == name),
            Exports::Unknown => true,
        }
    }
}
