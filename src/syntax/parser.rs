//! From a text to its tree: calls tree-sitter over the regions and flattens what it returns.
//!
//! Does not decide what to parse (the scan does). Each thread keeps its parser, and what it parsed last: the same text
//! is often asked for again, for another target or after a look at its dialect.

use std::cell::RefCell;

use tree_sitter::{InputEdit, Language, Parser, Point, Tree, TreeCursor};

use super::kind::{Field, Kind};
use super::tree::{NodeData, NodeId, Parsed, SyntaxTree};
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
        let (mut start, mut end) = (0, 0);
        for statement in tree.statements() {
            // Two statements on one line (`a; b`) stay together, also where the first began on another line: the line
            // is the smallest thing to cut.
            let line = source.line_start(statement.range().start);
            if line > start && end <= line {
                ranges.push(Range::new(start, line));
                start = line;
            }
            end = statement.range().end;
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

/// What was parsed of the text before it was edited: all that the edits left alone is not parsed again.
#[derive(Debug)]
pub struct EditedTree(Tree);

impl SyntaxTree<'_> {
    /// What can be kept of this tree where each of `edits` (sorted, disjoint) puts another text for a range; `None`
    /// for a tree of several regions.
    pub fn edited<'e>(&self, edits: impl DoubleEndedIterator<Item = (Range, &'e str)>) -> Option<EditedTree> {
        let mut tree = self.parsed.clone()?;
        let source = self.source();
        // From the last to the first, so that the places of the others stay as they are.
        for (range, replacement) in edits.rev() {
            let start = point(source, range.start);
            let new_end = match replacement.rsplit_once('\n') {
                None => Point::new(start.row, start.column + replacement.len()),
                Some((lines, last)) => Point::new(start.row + 1 + lines.matches('\n').count(), last.len()),
            };
            tree.edit(&InputEdit {
                start_byte: range.start as usize,
                old_end_byte: range.end as usize,
                new_end_byte: range.start as usize + replacement.len(),
                start_position: start,
                old_end_position: point(source, range.end),
                new_end_position: new_end,
            });
        }
        Some(EditedTree(tree))
    }
}

/// Parses `regions` of `source`.
///
/// # Errors
///
/// When a region holds a syntax error or nests too deeply, or when tree-sitter fails.
pub fn parse<'s>(source: &'s Source, regions: &Regions) -> Result<SyntaxTree<'s>, ParseFailure> {
    if regions.ranges == [source.full_range()] {
        return parse_whole(source);
    }
    check_brackets(source)?;
    let mut tree = SyntaxTree::new(source);
    for &region in &regions.ranges {
        let parsed = parse_region(source, region)?;
        flatten(&mut parsed.walk(), &mut tree)?;
    }
    tree.finish();
    Ok(tree)
}

/// Parses all of `source`, unless it was the last text that this thread parsed.
fn parse_whole(source: &Source) -> Result<SyntaxTree<'_>, ParseFailure> {
    thread_local! {
        static LAST: RefCell<Option<(String, Result<Parsed, ParseFailure>)>> = const { RefCell::new(None) };
    }
    LAST.with_borrow_mut(|last| {
        if last.as_ref().is_none_or(|(text, _)| text != source.text()) {
            *last = Some((source.text().to_owned(), parse_anew(source).map(SyntaxTree::into_parsed)));
        }
        match last {
            Some((_, Ok(parsed))) => Ok(SyntaxTree::of_parsed(source, parsed)),
            Some((_, Err(failure))) => Err(*failure),
            None => Err(ParseFailure::ParserFailed),
        }
    })
}

/// Parses all of `source`.
fn parse_anew(source: &Source) -> Result<SyntaxTree<'_>, ParseFailure> {
    check_brackets(source)?;
    flattened(source, with_parser(|parser| parser.parse(source.text(), None))?)
}

fn flattened(source: &Source, parsed: Tree) -> Result<SyntaxTree<'_>, ParseFailure> {
    let mut tree = SyntaxTree::new(source);
    flatten(&mut parsed.walk(), &mut tree)?;
    tree.parsed = Some(parsed);
    tree.finish();
    Ok(tree)
}

/// Parses `source`, whose text is that of `before` with its edits made.
///
/// # Errors
///
/// As those of [`parse`].
pub fn parse_edited<'s>(source: &'s Source, before: &EditedTree) -> Result<SyntaxTree<'s>, ParseFailure> {
    check_brackets(source)?;
    let tree = flattened(source, with_parser(|parser| parser.parse(source.text(), Some(&before.0)))?)?;
    debug_assert!(
        parse_anew(source).is_ok_and(|anew| anew.has_same_nodes(&tree)),
        "what was kept of the tree makes a difference in:\n{}",
        source.text()
    );
    Ok(tree)
}

fn parse_region(source: &Source, region: Range) -> Result<Tree, ParseFailure> {
    let included = tree_sitter::Range {
        start_byte: region.start as usize,
        end_byte: region.end as usize,
        start_point: point(source, region.start),
        end_point: point(source, region.end),
    };
    with_parser(|parser| {
        parser.set_included_ranges(&[included]).ok()?;
        let tree = parser.parse(source.text(), None);
        parser.set_included_ranges(&[]).ok()?;
        tree
    })
}

/// Hands the parser of this thread to `parse`.
fn with_parser(parse: impl FnOnce(&mut Parser) -> Option<Tree>) -> Result<Tree, ParseFailure> {
    thread_local! {
        static PARSER: RefCell<Option<Parser>> = const { RefCell::new(None) };
    }
    PARSER.with_borrow_mut(|slot| {
        let parser = slot.get_or_insert_with(Parser::new);
        if parser.language().is_none() {
            parser.set_language(&language()).map_err(|_| ParseFailure::ParserFailed)?;
        }
        parser.reset();
        parse(parser).ok_or(ParseFailure::ParserFailed)
    })
}

fn point(source: &Source, offset: u32) -> Point {
    Point::new(source.line(offset) as usize - 1, (offset - source.line_start(offset)) as usize)
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
    let has_error = root.has_error();
    // The nodes whose children are being visited, innermost last; the first stands for the module level.
    let mut open: Vec<Open> = vec![Open { id: None, kind: Kind::Token, depth: 0 }];
    loop {
        let node = cursor.node();
        let at = node.start_byte() as u32;
        if has_error && (node.is_error() || node.is_missing()) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Dialect, Target};

    #[test]
    fn statements_that_share_a_line_are_not_cut_apart() {
        let text = "x = 1\ny = \\\n2; print(y)\nz = 3\n";
        let source = Source::new(text.to_owned(), Dialect::Python3, Target::default());
        let Ok(whole) = parse(&source, &Regions::whole(&source)) else { panic!("cannot parse {text}") };
        let regions = Regions::per_statement(&whole);
        let texts: Vec<&str> = regions.ranges().iter().map(|range| source.slice(*range)).collect();
        assert_eq!(texts, ["x = 1\n", "y = \\\n2; print(y)\n", "z = 3\n"]);
    }
}
