//! Putting pieces of the original together into new Python: parentheses and line breaks.
//!
//! Whether a piece needs parentheses is decided by parsing the result, not by a table of precedences. Pieces
//! are copied as they are, but for the indentation of their continuation lines.

use unicode_width::UnicodeWidthStr;

use crate::syntax::{Kind, Node, SyntaxTree, same_expression};
use crate::text::Range;

/// A place in new code that an expression is put into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// The element of a list or set comprehension, or of a generator.
    Element,
    /// The key of a dict comprehension.
    Key,
    /// The value of a dict comprehension.
    Value,
    /// What a clause of a comprehension iterates over.
    Iterable,
    /// The condition of a comprehension.
    Filter,
    /// Behind `not` in the condition of a comprehension.
    Negated,
    /// Before `if` in a conditional expression.
    Chosen,
    /// Between `if` and `else` in a conditional expression.
    Condition,
    /// Behind `else` in a conditional expression.
    Otherwise,
    /// One of several arguments of a call.
    Argument,
    /// The object that an attribute is looked up on.
    Object,
}

impl Slot {
    /// Code around the slot, before and behind it.
    const fn context(self) -> (&'static str, &'static str) {
        match self {
            Slot::Element => ("[", " for _ in _]"),
            Slot::Key => ("{", ": _ for _ in _}"),
            Slot::Value => ("{_: ", " for _ in _}"),
            Slot::Iterable => ("[_ for _ in ", " if _]"),
            Slot::Filter => ("[_ for _ in _ if ", " if _]"),
            Slot::Negated => ("[_ for _ in _ if not ", " if _]"),
            Slot::Chosen => ("[", " if _ else _ for _ in _]"),
            Slot::Condition => ("[_ if ", " else _ for _ in _]"),
            Slot::Otherwise => ("[_ if _ else ", " for _ in _]"),
            Slot::Argument => ("_(", ", _)"),
            Slot::Object => ("", "._"),
        }
    }

    /// `piece` as it can stand in this slot, in parentheses only where Python asks for them.
    pub fn fill(self, piece: &str) -> String {
        let (before, behind) = self.context();
        if bare_suffices(before, piece, behind) { piece.to_owned() } else { format!("({piece})") }
    }
}

/// `before`, `piece` and `behind` in a row, with `piece` in parentheses only where Python asks for them.
pub fn fill_between(before: &str, piece: &str, behind: &str) -> String {
    if bare_suffices(before, piece, behind) {
        format!("{before}{piece}{behind}")
    } else {
        format!("{before}({piece}){behind}")
    }
}

fn bare_suffices(before: &str, piece: &str, behind: &str) -> bool {
    // In brackets, so that a line break inside a piece is no end of a statement.
    let bare = format!("[{before}{piece}{behind}]");
    let wrapped = format!("[{before}({piece}){behind}]");
    same_expression(&bare, &wrapped)
}

/// The text of `node` for a line that is indented by `to`: its continuation lines move with its first line,
/// where they are indented at least as far, and never inside a string.
pub fn moved(node: Node<'_>, to: &str) -> String {
    moved_range(node, node.range(), to)
}

/// The same for a part of `holder`.
pub fn moved_range(holder: Node<'_>, range: Range, to: &str) -> String {
    let source = holder.source();
    let text = source.slice(range);
    if !text.contains('\n') {
        return text.to_owned();
    }
    let from = source.slice(source.indentation(range.start));
    let strings: Vec<Range> =
        holder.descendants().filter(|node| node.kind() == Kind::String).map(|node| node.range()).collect();
    let mut result = String::with_capacity(text.len());
    let mut offset = range.start;
    for line in text.split_inclusive('\n') {
        let first = offset == range.start;
        let in_string = strings.iter().any(|string| string.start < offset && offset < string.end);
        match line.strip_prefix(from) {
            Some(rest) if !first && !in_string => {
                result.push_str(to);
                result.push_str(rest);
            }
            _ => result.push_str(line),
        }
        offset += line.len() as u32;
    }
    result
}

/// The lines of `statement` with their ending, if nothing else stands on them and no comment in them.
pub fn whole_lines(statement: Node<'_>) -> Option<Range> {
    let source = statement.source();
    let range = statement.range();
    let lines = Range::new(source.line_start(range.start), source.line_end(range.end.saturating_sub(1)));
    let before = source.slice(Range::new(lines.start, range.start));
    let behind = source.slice(Range::new(range.end, lines.end));
    let previous = source.slice(Range::new(source.line_start(lines.start.saturating_sub(1)), lines.start));
    let continued = previous.trim_end_matches(['\r', '\n']).ends_with('\\');
    let comment = statement.tree().comments_from(lines.start).next();
    let commented = comment.is_some_and(|comment| comment.range().start < lines.end);
    let alone = before.trim().is_empty() && behind.trim().is_empty() && behind.ends_with('\n');
    (alone && !continued && !commented).then_some(lines)
}

/// Where new code stands, and how wide it may be.
#[derive(Clone, Copy, Debug)]
pub struct Page<'s> {
    /// The blanks at the beginning of its first line.
    pub indentation: &'s str,
    /// One more level.
    pub unit: &'s str,
    /// The line ending in use.
    pub newline: &'static str,
    /// No line is to be wider, in columns.
    pub width: usize,
    /// Columns of the first line that are taken by what stands before the new code.
    pub used: usize,
    /// Columns of the last line that are taken by what stands behind it.
    pub behind: usize,
}

impl<'s> Page<'s> {
    /// The page for code that replaces `range`.
    pub fn at(tree: &SyntaxTree<'s>, range: Range, width: usize) -> Self {
        let source = tree.source();
        let before = source.slice(Range::new(source.line_start(range.start), range.start));
        let behind = source.slice(Range::new(range.end, source.line_end(range.end))).trim_end();
        Self {
            indentation: source.slice(source.indentation(range.start)),
            unit: tree.indent_unit(),
            newline: source.newline_at(range.start),
            width,
            used: columns(before),
            behind: columns(behind),
        }
    }

    /// The blanks of a line one level further in.
    pub fn inner(&self) -> String {
        format!("{}{}", self.indentation, self.unit)
    }
}

/// Columns that `text` takes; a tab counts as four.
pub fn columns(text: &str) -> usize {
    text.chars().filter(|&character| character == '\t').count() * 4 + text.width()
}

/// New code that can be broken over lines: `head`, some parts, `tail`.
#[derive(Clone, Debug)]
pub struct Bracketed {
    /// What stands before the parts, ending in the opening bracket.
    pub head: String,
    /// The parts, in order.
    pub parts: Vec<String>,
    /// What stands between two parts on one line: a blank, or a comma and a blank.
    pub separator: &'static str,
    /// What stands behind the parts, beginning with the closing bracket.
    pub tail: String,
}

impl Bracketed {
    /// On one line if that fits, else one part a line. Arguments that fit on one line of their own stay
    /// together, otherwise each ends in a comma.
    pub fn lay_out(&self, page: &Page<'_>) -> String {
        let flat = format!("{}{}{}", self.head, self.parts.join(self.separator), self.tail);
        if !flat.contains('\n') && page.used + columns(&flat) + page.behind <= page.width {
            return flat;
        }
        let (inner, newline) = (page.inner(), page.newline);
        let together = self.parts.join(self.separator);
        let commas = self.separator.starts_with(',');
        let fits = !together.contains('\n') && columns(&inner) + columns(&together) <= page.width;
        let lines = if commas && fits {
            format!("{inner}{together}{newline}")
        } else {
            let end = if commas { "," } else { "" };
            format!("{inner}{}{end}{newline}", self.parts.join(&format!("{end}{newline}{inner}")))
        };
        format!("{}{newline}{lines}{}{}", self.head, page.indentation, self.tail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parentheses_only_where_needed() {
        assert_eq!(Slot::Filter.fill("a or b"), "a or b");
        assert_eq!(Slot::Filter.fill("a if b else c"), "(a if b else c)");
        assert_eq!(Slot::Filter.fill("lambda: x"), "(lambda: x)");
        assert_eq!(Slot::Filter.fill("y := x"), "(y := x)");
        assert_eq!(Slot::Iterable.fill("1, 2"), "(1, 2)");
        assert_eq!(Slot::Iterable.fill("lambda: x"), "(lambda: x)");
        assert_eq!(Slot::Element.fill("a if b else c"), "a if b else c");
        assert_eq!(Slot::Element.fill("(x for x in y)"), "(x for x in y)");
        assert_eq!(Slot::Key.fill("a, b"), "(a, b)");
        assert_eq!(Slot::Object.fill("a + b"), "(a + b)");
        assert_eq!(Slot::Object.fill("1"), "(1)");
    }
}
