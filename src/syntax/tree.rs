//! The arena of nodes and the handle to one of them.
//!
//! tree-sitter finds a node's parent by walking down from the root; here parent, siblings and children are
//! fields of a row, because guards ask for them all the time.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;

use super::kind::{Field, Kind};
use crate::text::{Range, Source};

/// The number of a node in its tree: its place in document order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

impl NodeId {
    /// As an index into a table with one row a node.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A row of the arena. Absent links are [`NONE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NodeData {
    pub kind: Kind,
    pub field: Field,
    pub range: Range,
    pub parent: u32,
    pub first_child: u32,
    pub next: u32,
    pub previous: u32,
    /// One past the last node of the subtree.
    pub subtree_end: u32,
}

const NONE: u32 = u32::MAX;

impl Default for NodeData {
    fn default() -> Self {
        Self {
            kind: Kind::Token,
            field: Field::None,
            range: Range::empty(0),
            parent: NONE,
            first_child: NONE,
            next: NONE,
            previous: NONE,
            subtree_end: 0,
        }
    }
}

/// Everything that was parsed of one [`Source`].
#[derive(Debug)]
pub struct SyntaxTree<'s> {
    source: &'s Source,
    nodes: Vec<NodeData>,
    comments: Vec<NodeId>,
    /// Last child pushed so far under each node, while the tree is being built.
    last_child: Vec<u32>,
    /// Last node pushed so far at the module level.
    last_top: u32,
    /// What tree-sitter made of the whole text, where it was parsed as one.
    pub(super) parsed: Option<tree_sitter::Tree>,
    effort: Cell<u64>,
    max_effort: Cell<u64>,
    /// What was looked for in the text, and whether it is there.
    looked_for: RefCell<HashMap<&'static str, bool>>,
    /// Where one level of indentation stands, if a block shows one.
    indent_unit: OnceCell<Option<Range>>,
}

/// What there is of a tree without its source.
#[derive(Clone, Debug)]
pub(super) struct Parsed {
    nodes: Vec<NodeData>,
    comments: Vec<NodeId>,
    tree: Option<tree_sitter::Tree>,
}

impl<'s> SyntaxTree<'s> {
    pub(super) fn new(source: &'s Source) -> Self {
        Self {
            source,
            nodes: Vec::new(),
            comments: Vec::new(),
            last_child: Vec::new(),
            last_top: NONE,
            parsed: None,
            effort: Cell::new(0),
            max_effort: Cell::new(u64::MAX),
            looked_for: RefCell::default(),
            indent_unit: OnceCell::new(),
        }
    }

    /// A tree of `source`, whose text is the one that `parsed` was made of.
    pub(super) fn of_parsed(source: &'s Source, parsed: &Parsed) -> Self {
        let Parsed { nodes, comments, tree } = parsed.clone();
        Self { nodes, comments, parsed: tree, ..Self::new(source) }
    }

    /// What does not depend on the source but for its text.
    pub(super) fn into_parsed(self) -> Parsed {
        Parsed { nodes: self.nodes, comments: self.comments, tree: self.parsed }
    }

    /// Appends a node after everything pushed so far, as the last child of `parent`.
    pub(super) fn push(&mut self, parent: Option<NodeId>, mut data: NodeData) -> NodeId {
        let id = self.nodes.len() as u32;
        data.parent = parent.map_or(NONE, |parent| parent.0);
        let last = match parent {
            None => std::mem::replace(&mut self.last_top, id),
            Some(parent) => {
                self.last_child.get_mut(parent.index()).map_or(NONE, |last| std::mem::replace(last, id))
            }
        };
        data.previous = last;
        if let Some(previous) = self.nodes.get_mut(last as usize) {
            previous.next = id;
        } else if let Some(parent) = parent
            && let Some(parent) = self.nodes.get_mut(parent.index())
        {
            parent.first_child = id;
        }
        if data.kind == Kind::Comment {
            self.comments.push(NodeId(id));
        }
        self.nodes.push(data);
        self.last_child.push(NONE);
        NodeId(id)
    }

    /// Says that everything below `id` has been pushed.
    pub(super) fn close(&mut self, id: NodeId) {
        let end = self.nodes.len() as u32;
        if let Some(node) = self.nodes.get_mut(id.index()) {
            node.subtree_end = end;
        }
    }

    /// Says that the tree is complete.
    pub(super) fn finish(&mut self) {
        self.last_child = Vec::new();
    }

    /// Whether `other` has the same nodes at the same places.
    pub(super) fn has_same_nodes(&self, other: &Self) -> bool {
        self.nodes == other.nodes
    }

    /// The text that was parsed.
    pub fn source(&self) -> &'s Source {
        self.source
    }

    /// Whether `word` is anywhere in the text; looked for once, however often it is asked.
    pub fn mentions(&self, word: &'static str) -> bool {
        let find = || self.source.text().contains(word);
        *self.looked_for.borrow_mut().entry(word).or_insert_with(find)
    }

    /// How many nodes there are; ids are smaller than this.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether nothing was parsed.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// How many nodes, and rows of facts about them, were looked at since the tree was made, and whatever else was entered
    /// with [`SyntaxTree::spend`]: a measure of time that is the same on every machine.
    pub fn effort(&self) -> u64 {
        self.effort.get()
    }

    /// Enters `steps` of work on this tree, each about as long as a look at a node.
    pub fn spend(&self, steps: usize) {
        self.effort.set(self.effort.get().saturating_add(steps as u64));
    }

    /// Lets every walk through the tree end when its effort is more than `max_effort`, so that no search goes on for
    /// hours. What was found out by then means nothing: ask [`SyntaxTree::is_exhausted`] before it is used.
    pub fn set_max_effort(&self, max_effort: u64) {
        self.max_effort.set(max_effort);
    }

    /// Whether more was looked at than is allowed.
    pub fn is_exhausted(&self) -> bool {
        self.effort.get() > self.max_effort.get()
    }

    /// The node with this id.
    pub fn node(&self, id: NodeId) -> Node<'_> {
        Node { tree: self, id }
    }

    /// Every node, in document order (a node before its children).
    pub fn nodes(&self) -> impl Iterator<Item = Node<'_>> {
        (0..self.nodes.len() as u32).map_while(|id| {
            self.spend(1);
            (!self.is_exhausted()).then_some(Node { tree: self, id: NodeId(id) })
        })
    }

    /// The statements of the module level, comments left out, in order.
    pub fn statements(&self) -> impl Iterator<Item = Node<'_>> {
        let first = (!self.nodes.is_empty()).then_some(Node { tree: self, id: NodeId(0) });
        std::iter::successors(first, Node::next_sibling).filter(Node::is_statement)
    }

    /// Every comment, in order.
    pub fn comments(&self) -> impl Iterator<Item = Node<'_>> {
        self.comments.iter().map(|id| self.node(*id))
    }

    /// The comments that begin at or behind `offset`, in order.
    pub fn comments_from(&self, offset: u32) -> impl Iterator<Item = Node<'_>> {
        let first = self.comments.partition_point(|id| self.node(*id).range().start < offset);
        self.comments.iter().skip(first).map(|id| self.node(*id))
    }

    /// One level of indentation, as most of the first blocks of this text write it; else four spaces.
    pub fn indent_unit(&self) -> &'s str {
        let unit = *self.indent_unit.get_or_init(|| self.find_indent_unit());
        unit.map_or("    ", |unit| self.source.slice(unit))
    }

    fn find_indent_unit(&self) -> Option<Range> {
        const SAMPLE: usize = 64;
        let mut seen: Vec<(Range, usize)> = Vec::new();
        let text = |unit: Range| self.source.slice(unit);
        for block in self.nodes().filter(|node| node.kind() == Kind::Block).take(SAMPLE) {
            let Some(unit) = self.unit_of(block) else { continue };
            match seen.iter_mut().find(|(known, _)| text(*known) == text(unit)) {
                Some((_, count)) => *count += 1,
                None => seen.push((unit, 1)),
            }
        }
        let most = seen.iter().map(|(_, count)| *count).max();
        seen.iter().find(|(_, count)| Some(*count) == most).map(|(unit, _)| *unit)
    }

    /// By what a block is indented more than what it belongs to.
    fn unit_of(&self, block: Node<'_>) -> Option<Range> {
        let first = block.statements().next()?;
        let holder = block.parent()?;
        let of = |node: Node<'_>| self.source.indentation(node.range().start);
        let (inner, outer) = (of(first), of(holder));
        let alone = inner.end == first.range().start;
        let unit = self.source.slice(inner).strip_prefix(self.source.slice(outer))?;
        (alone && !unit.is_empty()).then(|| Range::new(inner.end - unit.len() as u32, inner.end))
    }

    /// The smallest node that holds `range`, if one does.
    pub fn covering(&self, range: Range) -> Option<Node<'_>> {
        // Nodes are in document order: the candidates start at or before the range, and the last of them
        // that still holds it is the innermost.
        let count = self.nodes.partition_point(|node| node.range.start <= range.start);
        let mut at = count.checked_sub(1)?;
        loop {
            let node = self.nodes.get(at)?;
            if node.range.contains(range) {
                return Some(Node { tree: self, id: NodeId(at as u32) });
            }
            at = match self.nodes.get(node.parent as usize) {
                Some(_) => node.parent as usize,
                None => return None,
            };
        }
    }
}

/// A handle to one node: cheap to copy, with absolute positions.
#[derive(Clone, Copy)]
pub struct Node<'t> {
    tree: &'t SyntaxTree<'t>,
    id: NodeId,
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && std::ptr::eq(self.tree.source, other.tree.source)
    }
}

impl Eq for Node<'_> {}

impl std::fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {:?} `{}`", self.kind(), self.range(), self.text())
    }
}

impl<'t> Node<'t> {
    fn data(&self) -> &'t NodeData {
        // Ids are made by `push` alone, so the row is always there.
        &self.tree.nodes[self.id.index()]
    }

    fn link(&self, id: u32) -> Option<Node<'t>> {
        self.tree.spend(1);
        (id != NONE && !self.tree.is_exhausted()).then_some(Node { tree: self.tree, id: NodeId(id) })
    }

    /// The number of this node.
    pub fn id(&self) -> NodeId {
        self.id
    }

    /// The tree that holds this node.
    pub fn tree(&self) -> &'t SyntaxTree<'t> {
        self.tree
    }

    /// The text that this node is part of.
    pub fn source(&self) -> &'t Source {
        self.tree.source
    }

    /// What this node is.
    pub fn kind(&self) -> Kind {
        self.data().kind
    }

    /// Its role in its parent.
    pub fn field(&self) -> Field {
        self.data().field
    }

    /// Where it stands in the text.
    pub fn range(&self) -> Range {
        self.data().range
    }

    /// Its text.
    pub fn text(&self) -> &'t str {
        self.tree.source.slice(self.range())
    }

    /// The number (from 1) of the line it begins on.
    pub fn line(&self) -> u32 {
        self.tree.source.line(self.range().start)
    }

    /// The node that holds it; `None` for a statement or comment of the module level.
    pub fn parent(&self) -> Option<Node<'t>> {
        self.link(self.data().parent)
    }

    /// Its ancestors, nearest first.
    pub fn ancestors(&self) -> impl Iterator<Item = Node<'t>> + use<'t> {
        std::iter::successors(self.parent(), Node::parent)
    }

    /// The node itself, then its ancestors, nearest first.
    pub fn chain(&self) -> impl Iterator<Item = Node<'t>> + use<'t> {
        std::iter::successors(Some(*self), Node::parent)
    }

    /// All children, tokens and comments included.
    pub fn children(&self) -> impl Iterator<Item = Node<'t>> + use<'t> {
        std::iter::successors(self.link(self.data().first_child), Node::next_sibling)
    }

    /// The children that mean something: no tokens, no comments, no line continuations.
    pub fn named_children(&self) -> impl Iterator<Item = Node<'t>> + use<'t> {
        self.children().filter(|child| !child.is_trivia() && child.kind() != Kind::Token)
    }

    /// The first child in role `field`.
    pub fn child(&self, field: Field) -> Option<Node<'t>> {
        self.children().find(|child| child.field() == field && !child.is_trivia())
    }

    /// All children in role `field`.
    pub fn children_in(&self, field: Field) -> impl Iterator<Item = Node<'t>> + use<'t> {
        self.children().filter(move |child| child.field() == field && !child.is_trivia())
    }

    /// The sibling after it, whatever it is.
    pub fn next_sibling(&self) -> Option<Node<'t>> {
        self.link(self.data().next)
    }

    /// The sibling before it, whatever it is.
    pub fn previous_sibling(&self) -> Option<Node<'t>> {
        self.link(self.data().previous)
    }

    /// The statement after it in the same block.
    pub fn next_statement(&self) -> Option<Node<'t>> {
        std::iter::successors(self.next_sibling(), Node::next_sibling).find(Node::is_statement)
    }

    /// The statement before it in the same block.
    pub fn previous_statement(&self) -> Option<Node<'t>> {
        self.tree.spend(1);
        std::iter::successors(self.previous_sibling(), Node::previous_sibling).find(Node::is_statement)
    }

    /// The last child, whatever it is.
    fn last_child(&self) -> Option<Node<'t>> {
        let last = self.data().subtree_end.checked_sub(1)?;
        Node { tree: self.tree, id: NodeId(last) }.chain().find(|node| node.data().parent == self.id.0)
    }

    /// The last of the statements directly in this block; none for other nodes.
    pub fn last_statement(&self) -> Option<Node<'t>> {
        std::iter::successors(self.last_child(), Node::previous_sibling).find(Node::is_statement)
    }

    /// This node and everything below it, in document order.
    pub fn descendants(&self) -> impl Iterator<Item = Node<'t>> + use<'t> {
        let tree = self.tree;
        (self.id.0..self.data().subtree_end).map_while(move |id| {
            tree.spend(1);
            (!tree.is_exhausted()).then_some(Node { tree, id: NodeId(id) })
        })
    }

    /// The ids of this node and of everything below it.
    pub fn id_range(&self) -> std::ops::Range<NodeId> {
        self.id..NodeId(self.data().subtree_end)
    }

    /// Whether `other` is this node or lies below it.
    pub fn holds(&self, other: Node<'_>) -> bool {
        (self.id.0..self.data().subtree_end).contains(&other.id.0)
    }

    /// Whether it is a comment or a line continuation.
    pub fn is_trivia(&self) -> bool {
        matches!(self.kind(), Kind::Comment | Kind::LineContinuation)
    }

    /// Whether it is the token (punctuation or keyword) with this text.
    pub fn is_token(&self, text: &str) -> bool {
        self.kind() == Kind::Token && self.text() == text
    }

    /// Whether a child token has this text, as `async` in `async for`.
    pub fn has_token(&self, text: &str) -> bool {
        self.children().any(|child| child.is_token(text))
    }

    /// Whether it is a statement.
    pub fn is_statement(&self) -> bool {
        matches!(
            self.kind(),
            Kind::AssertStatement
                | Kind::BreakStatement
                | Kind::ClassDefinition
                | Kind::ContinueStatement
                | Kind::DecoratedDefinition
                | Kind::DeleteStatement
                | Kind::ExecStatement
                | Kind::ExpressionStatement
                | Kind::ForStatement
                | Kind::FunctionDefinition
                | Kind::FutureImportStatement
                | Kind::GlobalStatement
                | Kind::IfStatement
                | Kind::ImportFromStatement
                | Kind::ImportStatement
                | Kind::MatchStatement
                | Kind::NonlocalStatement
                | Kind::PassStatement
                | Kind::PrintStatement
                | Kind::RaiseStatement
                | Kind::ReturnStatement
                | Kind::TryStatement
                | Kind::TypeAliasStatement
                | Kind::WhileStatement
                | Kind::WithStatement
        )
    }

    /// The statement that this node is, or is part of.
    pub fn statement(&self) -> Option<Node<'t>> {
        self.chain().find(Node::is_statement)
    }

    /// The statements directly in this block; none for other nodes.
    pub fn statements(&self) -> impl Iterator<Item = Node<'t>> + use<'t> {
        self.children().filter(Node::is_statement)
    }
}
