//! Where the text of a later round came from.
//!
//! ```text
//! original   aaaa[bbb]cccc[d]eee         each replaced piece of the original ...
//! current    aaaa[BBBBB]cccc[]eee        ... and what stands there now; all else only moved
//! ```

use super::Edit;
use crate::text::Range;

/// A map from the text of the current round to the original text of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RangeMap {
    /// Sorted by both ranges, disjoint in both.
    pieces: Vec<Piece>,
}

/// A replaced piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Piece {
    original: Range,
    current: Range,
}

impl RangeMap {
    /// The original range of `current`, if all of it is text of the original file that merely moved. An
    /// insertion strictly inside it, or a replaced piece that it touches with a byte, gives `None`.
    pub fn original(&self, current: Range) -> Option<Range> {
        let near = self.behind(|piece| piece.current.end < current.start);
        let touched = near.take_while(|piece| piece.current.start <= current.end).any(|piece| {
            piece.current.overlaps(current)
                || (piece.current.is_empty()
                    && current.start < piece.current.start
                    && piece.current.start < current.end)
        });
        if touched {
            return None;
        }
        // What is deleted right behind the range is no part of it.
        let end =
            if current.is_empty() { self.unmoved(current.end) } else { self.unmoved(current.end - 1) + 1 };
        Some(Range::new(self.unmoved(current.start), end))
    }

    /// The smallest original range that surely holds what `current` was made from.
    pub fn original_cover(&self, current: Range) -> Range {
        let start = self
            .behind(|piece| piece.current.end <= current.start)
            .next()
            .filter(|piece| piece.current.start <= current.start)
            .map_or_else(|| self.unmoved(current.start), |piece| piece.original.start);
        let end = self
            .behind(|piece| piece.current.end < current.end)
            .next()
            .filter(|piece| piece.current.start < current.end)
            .map_or_else(|| self.unmoved(current.end), |piece| piece.original.end);
        Range::new(start, end.max(start))
    }

    /// The pieces from the first for which `is_before` does not hold.
    fn behind(&self, is_before: impl FnMut(&Piece) -> bool) -> impl Iterator<Item = &Piece> {
        let first = self.pieces.partition_point(is_before);
        self.pieces.iter().skip(first)
    }

    /// The original offset of a current offset outside replaced pieces.
    fn unmoved(&self, offset: u32) -> u32 {
        let index = self.pieces.partition_point(|piece| piece.current.end <= offset);
        match index.checked_sub(1).and_then(|index| self.pieces.get(index)) {
            Some(piece) => piece.original.end + (offset - piece.current.end),
            None => offset,
        }
    }

    /// The map after `edits` (sorted, disjoint, against the current text) were applied.
    #[must_use]
    pub fn after(&self, edits: &[Edit]) -> Self {
        // Pieces that an edit touches melt into one; everything behind an edit moves.
        let mut merged: Vec<(Range, Range, i64)> = Vec::new();
        let mut old = self.pieces.iter().copied().peekable();
        let mut new = edits.iter().peekable();
        loop {
            let take_old = match (old.peek(), new.peek()) {
                (None, None) => break,
                (Some(_), None) => true,
                (None, Some(_)) => false,
                (Some(piece), Some(edit)) => piece.current.start <= edit.range.start,
            };
            // Original range, range in the text before these edits, and growth through these edits.
            let (original, before, growth) = if take_old {
                let Some(piece) = old.next() else { break };
                (piece.original, piece.current, 0)
            } else {
                let Some(edit) = new.next() else { break };
                let growth = edit.replacement.len() as i64 - i64::from(edit.range.len());
                (self.original_cover(edit.range), edit.range, growth)
            };
            match merged.last_mut() {
                Some(last) if before.start <= last.1.end => {
                    last.0 = last.0.cover(original);
                    last.1 = last.1.cover(before);
                    last.2 += growth;
                }
                _ => merged.push((original, before, growth)),
            }
        }
        let mut shift = 0_i64;
        let pieces = merged.into_iter().map(|(original, before, growth)| {
            let start = (i64::from(before.start) + shift) as u32;
            shift += growth;
            let end = (i64::from(before.end) + shift) as u32;
            Piece { original, current: Range::new(start, end) }
        });
        Self { pieces: pieces.collect() }
    }

    /// The edits that turn the original text into `current`, sorted and disjoint.
    pub fn edits(&self, current: &str) -> Vec<Edit> {
        let text = |range: Range| current.get(range.as_usize()).unwrap_or("");
        self.pieces.iter().map(|piece| Edit::replace(piece.original, text(piece.current))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::apply;
    use proptest::prelude::*;

    #[test]
    fn a_deletion_behind_a_range_is_no_part_of_it() {
        let map = RangeMap::default().after(&[Edit::delete(Range::new(2, 4))]);
        assert_eq!(map.original(Range::new(0, 2)), Some(Range::new(0, 2)));
        assert_eq!(map.original(Range::new(2, 4)), Some(Range::new(4, 6)));
        assert_eq!(map.original(Range::new(1, 3)), None);
    }

    /// Edits against a text of that length: sorted and disjoint.
    fn edits(length: u32) -> impl Strategy<Value = Vec<Edit>> {
        prop::collection::vec((0..=length, 0..4_u32, "[x-z]{0,4}"), 0..5).prop_map(move |parts| {
            let mut edits: Vec<Edit> = Vec::new();
            let mut parts = parts;
            parts.sort();
            for (start, count, replacement) in parts {
                let range = Range::new(start, (start + count).min(length));
                if edits.last().is_none_or(|last| last.range.end < range.start) {
                    edits.push(Edit::replace(range, replacement));
                }
            }
            edits
        })
    }

    proptest! {
        #[test]
        fn two_rounds_add_up((first, second) in edits(20).prop_flat_map(|first| {
            let length = apply("abcdefghijklmnopqrst", &first).len() as u32;
            (Just(first), edits(length))
        })) {
            let original = "abcdefghijklmnopqrst";
            let middle = apply(original, &first);
            let last = apply(&middle, &second);
            let map = RangeMap::default().after(&first).after(&second);
            prop_assert_eq!(apply(original, &map.edits(&last)), last.clone());
            for start in 0..last.len() as u32 {
                for end in start + 1..=last.len() as u32 {
                    let current = Range::new(start, end);
                    if let Some(range) = map.original(current) {
                        prop_assert_eq!(&original[range.as_usize()], &last[current.as_usize()]);
                    }
                    let cover = map.original_cover(current);
                    prop_assert!(cover.end as usize <= original.len());
                }
            }
        }
    }
}
