//! What a transform may ask while it judges a node.

use crate::engine::Config;
use crate::semantic::World;
use crate::syntax::SyntaxTree;

/// What a transform may ask while it judges a node: the facts of the text, the world around it, and what the
/// user wants.
pub struct Cx<'a> {
    /// The tree of the current round.
    pub tree: &'a SyntaxTree<'a>,
    /// What lies outside the file.
    pub world: &'a dyn World,
    /// What the user wants.
    pub config: &'a Config,
}
