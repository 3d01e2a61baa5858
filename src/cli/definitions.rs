//! The functions and classes of a text.

use crate::syntax::{Field, Kind, Node};
use crate::text::Range;

/// A function or a class, with its decorators.
pub struct Definition<'t> {
    /// The statement without decorators.
    pub node: Node<'t>,
    /// The statement with its decorators.
    pub range: Range,
}

impl<'t> Definition<'t> {
    /// The definition that `node` is, if it is one.
    pub fn of(node: Node<'t>) -> Option<Self> {
        matches!(node.kind(), Kind::FunctionDefinition | Kind::ClassDefinition).then_some(())?;
        let outer = node.parent().filter(|parent| parent.kind() == Kind::DecoratedDefinition);
        Some(Self { node, range: outer.unwrap_or(node).range() })
    }

    /// What is defined.
    pub fn name(&self) -> &'t str {
        self.node.child(Field::Name).map_or("", |name| name.text())
    }
}
