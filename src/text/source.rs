//! An immutable source text with its line index.
//!
//! Knows lines, columns and the indentation that the text uses; does not know Python's grammar, and not
//! the bytes of the file (see `encoding`).

use super::newline::newline_at;
use super::{Dialect, Range, Target};

/// One immutable source text: UTF-8, without a byte order mark.
///
/// Offsets are bytes of [`Source::text`]. Lines are numbered from 1 and end at `\n` only.
#[derive(Clone, Debug)]
pub struct Source {
    text: String,
    /// Offset of the first byte of every line; never empty.
    line_starts: Vec<u32>,
    dialect: Dialect,
    target: Target,
}

impl Source {
    /// A source over `text`, which must be shorter than 4 GiB.
    pub fn new(text: String, dialect: Dialect, target: Target) -> Self {
        let mut line_starts = vec![0];
        line_starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at as u32 + 1));
        Self { text, line_starts, dialect, target }
    }

    /// The same languages over another text: the result of a round.
    #[must_use]
    pub fn with_text(&self, text: String) -> Self {
        Self::new(text, self.dialect, self.target)
    }

    /// The same text for other Pythons.
    #[must_use]
    pub fn with_target(&self, target: Target) -> Self {
        Self { target, ..self.clone() }
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The language that the text is written in.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The Pythons that the text must run on.
    pub fn target(&self) -> Target {
        self.target
    }

    /// Whether Python 2 may run this text, by its syntax or by its target.
    pub fn may_run_on_python2(&self) -> bool {
        self.dialect == Dialect::Python2 || self.target.includes_python2()
    }

    /// Length in bytes.
    pub fn len(&self) -> u32 {
        self.text.len() as u32
    }

    /// Whether there is no text at all.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The range of the whole text.
    pub fn full_range(&self) -> Range {
        Range::new(0, self.len())
    }

    /// The text in `range`; empty when the range does not lie on character boundaries of this text.
    pub fn slice(&self, range: Range) -> &str {
        self.text.get(range.as_usize()).unwrap_or("")
    }

    /// The byte at `offset`, if there is one.
    pub fn byte(&self, offset: u32) -> Option<u8> {
        self.text.as_bytes().get(offset as usize).copied()
    }

    /// The number of the line (from 1) that holds `offset`.
    pub fn line(&self, offset: u32) -> u32 {
        self.line_starts.partition_point(|&start| start <= offset) as u32
    }

    /// How many lines there are; a text that ends in a line feed has an empty last line.
    pub fn line_count(&self) -> u32 {
        self.line_starts.len() as u32
    }

    /// Line (from 1) and column (from 1, in characters) of `offset`.
    pub fn position(&self, offset: u32) -> (u32, u32) {
        let line = self.line(offset);
        let start = self.line_start(offset);
        (line, self.slice(Range::new(start, offset)).chars().count() as u32 + 1)
    }

    /// Offset of the first byte of the line that holds `offset`.
    pub fn line_start(&self, offset: u32) -> u32 {
        let index = self.line_starts.partition_point(|&start| start <= offset);
        index.checked_sub(1).and_then(|index| self.line_starts.get(index)).copied().unwrap_or(0)
    }

    /// Offset one past the last byte of the line that holds `offset`, its line ending included.
    pub fn line_end(&self, offset: u32) -> u32 {
        let index = self.line_starts.partition_point(|&start| start <= offset);
        self.line_starts.get(index).copied().unwrap_or(self.len())
    }

    /// The range of line `number` (from 1), its ending included; empty at the end past the last line.
    pub fn line_range(&self, number: u32) -> Range {
        let at = |index: u32| self.line_starts.get(index as usize).copied().unwrap_or(self.len());
        Range::new(at(number.saturating_sub(1)), at(number))
    }

    /// The blanks (spaces, tabs, form feeds) at the beginning of the line that holds `offset`.
    pub fn indentation(&self, offset: u32) -> Range {
        let start = self.line_start(offset);
        let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\x0c');
        let count = self.text.as_bytes().iter().skip(start as usize).take_while(|byte| blank(byte)).count();
        Range::new(start, start + count as u32)
    }

    /// Whether nothing but blanks stands before `offset` on its line, and the line before does not go on.
    pub fn begins_line(&self, offset: u32) -> bool {
        let line = self.line_start(offset);
        let before = self.slice(Range::new(line, offset));
        let previous = self.slice(Range::new(self.line_start(line.saturating_sub(1)), line));
        let continued = previous.trim_end_matches(['\r', '\n']).ends_with('\\');
        before.trim().is_empty() && !(line > 0 && continued)
    }

    /// The line ending used by the line that holds `offset`; a last line without one takes that of most
    /// lines.
    pub fn newline_at(&self, offset: u32) -> &'static str {
        newline_at(&self.text, offset).as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source::new(text.to_owned(), Dialect::Python3, Target::default())
    }

    #[test]
    fn lines_and_positions() {
        let source = source("a\nbé c\r\n\nlast");
        assert_eq!(source.line(0), 1);
        assert_eq!(source.line(2), 2);
        assert_eq!(source.position(6), (2, 4));
        assert_eq!(source.line_range(4), Range::new(10, 14));
        assert_eq!(source.newline_at(3), "\r\n");
        assert_eq!(source.newline_at(12), "\n");
        assert_eq!(source.line_end(13), 14);
    }
}
