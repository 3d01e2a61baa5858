//! A range of bytes in one source text.
//!
//! Responsible for the arithmetic of ranges and nothing else: which text a range belongs to is known to
//! whoever holds it.

use serde::Serialize;

/// A half-open range of bytes, `start..end`, in one [`Source`](super::Source).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Range {
    /// First byte of the range.
    pub start: u32,
    /// One past the last byte of the range; never smaller than `start`.
    pub end: u32,
}

impl Range {
    /// The range `start..end`. A `end` before `start` gives the empty range at `start`.
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end: if end < start { start } else { end } }
    }

    /// The empty range at `offset`.
    pub const fn empty(offset: u32) -> Self {
        Self { start: offset, end: offset }
    }

    /// Length in bytes.
    pub const fn len(self) -> u32 {
        self.end - self.start
    }

    /// Whether the range holds no byte.
    pub const fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether every byte of `other` lies in this range; an empty `other` counts when it touches.
    pub const fn contains(self, other: Range) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the byte at `offset` lies in this range.
    pub const fn contains_offset(self, offset: u32) -> bool {
        self.start <= offset && offset < self.end
    }

    /// Whether the two ranges share a byte, or an empty one lies strictly inside the other, or both are the
    /// same empty range: the cases in which editing one could disturb the other.
    pub const fn overlaps(self, other: Range) -> bool {
        (self.start < other.end && other.start < self.end)
            || (self.is_empty() && other.is_empty() && self.start == other.start)
    }

    /// The smallest range that holds both.
    #[must_use]
    pub fn cover(self, other: Range) -> Range {
        Range { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// As indices for slicing.
    pub const fn as_usize(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl From<std::ops::Range<usize>> for Range {
    fn from(range: std::ops::Range<usize>) -> Self {
        Range::new(range.start as u32, range.end as u32)
    }
}
