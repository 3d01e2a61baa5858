//! What a transform may ask while it judges a node.

use crate::engine::Config;
use crate::semantic::Facts;
use crate::syntax::SyntaxTree;

/// What a transform may ask while it judges a node: the facts of the text and what the user wants.
pub struct Cx<'a> {
    /// The tree of the current round.
    pub tree: &'a SyntaxTree<'a>,
    /// Scopes, flow and types of the tree, and the world around the file.
    pub facts: &'a Facts<'a>,
    /// What the user wants.
    pub config: &'a Config,
}
