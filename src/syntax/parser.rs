//! From a text to its tree: calls tree-sitter over the regions and flattens what it returns.
//!
//! Does not decide what to parse (the scan does) and keeps no state between calls but one parser a thread.

use std::cell::RefCell;

use tree_sitter::{Language, Parser, Point, TreeCursor};

use super::kind::{Field, Kind};
use super::tree::{NodeData, NodeId, SyntaxTree};
use crate::text::{Range, Source};

/// Nesting deeper than this is refused; left-nested operator chains count as one level.
const MAX_DEPTH: u32 = 500;

/// Which parts of a text are to be parsed, in order and disjoint.
///
/// A region holds whole statements of the module level together with the blanks and comments around them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Regions {
    ranges: Vec<Range>,
}

impl Regions {
    /// One region: everything.
    pub fn whole(source: &Source) -> Self {
        Self { ranges: vec![source.full_range()] }
    }

    /// One region for every statement of the module level, together covering the whole text. The result of
    /// [`parse`] must not depend on the difference; a test says so.
    pub fn per_statement(tree: &SyntaxTree<'_>) -> Self {
        let source = tree.source();
        let mut ranges = Vec::new();
        let mut start = 0;
        for statement in tree.statements() {
            // Two statements on one line (`a; b`) stay together: the line is the smallest thing to cut.
            let line = source.line_start(statement.range().start);
            if line > start {
                ranges.push(Range::new(start, line));
                start = line;
            }
        }
        ranges.push(Range::new(start, source.len()));
        Self { ranges }
    }

    /// The ranges, in order.
    pub fn ranges(&self) -> &[Range] {
        &self.ranges
    }
}

/// Why a text has no usable tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseFailure {
    /// The text is not Python as the grammar knows it.
    #[error("syntax error")]
    SyntaxError {
        /// Where the first error is.
        at: u32,
    },
    /// The text nests deeper than any person writes.
    #[error("nested deeper than {MAX_DEPTH} levels")]
    TooDeep {
        /// Where the limit was passed.
        at: u32,
    },
    /// The parser itself gave up; it does so only when it runs out of memory.
    #[error("the parser gave up")]
    ParserFailed,
}

pub(super) fn language() -> Language {
    tree_sitter_python::LANGUAGE.into()
}

/// Parses `regions` of `source`.
///
/// # Errors
///
/// When a region holds a syntax error or nests too deeply, or when tree-sitter fails.
pub fn parse<'s>(source: &'s Source, regions: &Regions) -> Result<SyntaxTree<'s>, ParseFailure> {
    check_brackets(source)?;
    let mut tree = SyntaxTree::new(source);
    for &region in &regions.ranges {
        let parsed = parse_region(source, region)?;
        let mut cursor = parsed.walk();
        flatten(&mut cursor, &mut tree)?;
    }
    tree.finish();
    Ok(tree)
}

fn parse_region(source: &Source, region: Range) -> Result<tree_sitter::Tree, ParseFailure> {
    thread_local! {
        static PARSER: RefCell<Option<Parser>> = const { RefCell::new(None) };
    }
    PARSER.with_borrow_mut(|slot| {
        let parser = slot.get_or_insert_with(Parser::new);
        if parser.language().is_none() {
            parser.set_language(&language()).map_err(|_| ParseFailure::ParserFailed)?;
        }
        parser.reset();
        let included = tree_sitter::Range {
            start_byte: region.start as usize,
            end_byte: region.end as usize,
            start_point: Point::new(source.line(region.start) as usize - 1, 0),
            end_point: Point::new(
                source.line(region.end) as usize - 1,
                (region.end - source.line_start(region.end)) as usize,
            ),
        };
        let whole = region == source.full_range();
        let ranges = if whole { &[][..] } else { std::slice::from_ref(&included) };
        parser.set_included_ranges(ranges).map_err(|_| ParseFailure::ParserFailed)?;
        parser.parse(source.text(), None).ok_or(ParseFailure::ParserFailed)
    })
}

/// Refuses texts whose brackets nest absurdly, before the parser spends time on them. It counts brackets in
/// strings and comments too, so the limit is far above the one that the tree is held to.
fn check_brackets(source: &Source) -> Result<(), ParseFailure> {
    const LIMIT: i64 = 20 * MAX_DEPTH as i64;
    let mut depth = 0_i64;
    for (at, byte) in source.text().bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = (depth - 1).max(0),
            _ => continue,
        }
        if depth > LIMIT {
            return Err(ParseFailure::TooDeep { at: at as u32 });
        }
    }
    Ok(())
}

/// Appends the tree under `cursor` to the arena, in document order, without recursion.
fn flatten(cursor: &mut TreeCursor<'_>, tree: &mut SyntaxTree<'_>) -> Result<(), ParseFailure> {
    let root = cursor.node();
    if root.is_error() {
        return Err(ParseFailure::SyntaxError { at: root.start_byte() as u32 });
    }
    if !cursor.goto_first_child() {
        return Ok(());
    }
    // The nodes whose children are being visited, innermost last; the first stands for the module level.
    let mut open: Vec<Open> = vec![Open { id: None, kind: Kind::Token, depth: 0 }];
    loop {
        let node = cursor.node();
        let at = node.start_byte() as u32;
        if node.is_error() || node.is_missing() {
            return Err(ParseFailure::SyntaxError { at });
        }
        let kind = Kind::from_id(node.kind_id());
        let Some(parent) = open.last() else { return Ok(()) };
        let field = cursor.field_id().map_or(Field::None, |id| Field::from_id(id.get()));
        let chain = kind == parent.kind && is_chain(kind) && field == Field::Left;
        let depth = if chain { parent.depth } else { parent.depth + 1 };
        if depth > MAX_DEPTH {
            return Err(ParseFailure::TooDeep { at });
        }
        let end = node.end_byte() as u32;
        // The grammar takes the carriage return before a newline for the last letter of a comment, and so of what ends
        // with the comment.
        let within_string =
            matches!(kind, Kind::StringContent | Kind::EscapeSequence | Kind::LineContinuation);
        let cr = !within_string
            && end > at
            && tree.source().text().as_bytes().get(end as usize - 1) == Some(&b'\r');
        let range = Range::new(at, if cr { end - 1 } else { end });
        let id = tree.push(parent.id, NodeData { kind, field, range, ..NodeData::default() });
        if cursor.goto_first_child() {
            open.push(Open { id: Some(id), kind, depth });
            continue;
        }
        tree.close(id);
        while !cursor.goto_next_sibling() {
            match open.pop().and_then(|left| left.id) {
                Some(left) => tree.close(left),
                None => return Ok(()),
            }
            cursor.goto_parent();
        }
    }
}

/// A node whose children are being visited.
struct Open {
    id: Option<NodeId>,
    kind: Kind,
    depth: u32,
}

/// Operators that are parsed to the left: a thousand operands are a thousand levels of the tree, but the
/// compiler reads them in a row.
fn is_chain(kind: Kind) -> bool {
    matches!(kind, Kind::BinaryOperator | Kind::BooleanOperator)
}
