//! Many ranges of one text, and whether a range overlaps one of them, without looking at each.

use std::collections::{BTreeMap, BTreeSet};

use super::Range;

/// A set of ranges of one text, which may overlap one another.
#[derive(Debug, Default)]
pub struct RangeSet {
    /// From start to end. Ranges that share a byte are melted into one, those that merely touch are not: an empty
    /// range between the two overlaps neither.
    filled: BTreeMap<u32, u32>,
    empty: BTreeSet<u32>,
}

impl RangeSet {
    /// Adds a range.
    pub fn insert(&mut self, range: Range) {
        if range.is_empty() {
            self.empty.insert(range.start);
            return;
        }
        let mut whole = range;
        while let Some(met) = self.last_overlapping(whole) {
            self.filled.remove(&met.start);
            whole = whole.cover(met);
        }
        self.filled.insert(whole.start, whole.end);
    }

    /// Whether [`Range::overlaps`] holds for `range` and one of the set.
    pub fn overlaps(&self, range: Range) -> bool {
        let meets_empty = if range.is_empty() {
            self.empty.contains(&range.start)
        } else {
            self.empty.range(range.start + 1..range.end).next().is_some()
        };
        meets_empty || self.last_overlapping(range).is_some()
    }

    fn last_overlapping(&self, range: Range) -> Option<Range> {
        let (&start, &end) = self.filled.range(..range.end).next_back()?;
        (range.start < end).then_some(Range::new(start, end))
    }
}

impl Extend<Range> for RangeSet {
    fn extend<I: IntoIterator<Item = Range>>(&mut self, ranges: I) {
        ranges.into_iter().for_each(|range| self.insert(range));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_answers_as_a_look_at_each_would(pairs in prop::collection::vec((0..30_u32, 0..6_u32), 0..12)) {
            let ranges: Vec<Range> = pairs.iter().map(|(start, len)| Range::new(*start, start + len)).collect();
            let mut set = RangeSet::default();
            set.extend(ranges.iter().copied());
            for start in 0..36 {
                for end in start..36 {
                    let range = Range::new(start, end);
                    prop_assert_eq!(set.overlaps(range), ranges.iter().any(|it| it.overlaps(range)), "{:?}", range);
                }
            }
        }
    }
}
