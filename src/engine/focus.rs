//! The parts of a text that fixes are made in.

use crate::semantic::Reason;
use crate::text::Range;

/// Says which parts of the original text may be rewritten.
///
/// Parts are nested, as functions are: what the smallest part around a site says counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Focus {
    reason: Reason,
    parts: Vec<(Range, Interest)>,
}

/// Whether a part may be rewritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interest {
    /// It may.
    Wanted,
    /// It stays as it is.
    Unwanted,
}

impl Focus {
    /// A focus on those of `parts` that are wanted; for the others `reason` is given.
    pub fn new(reason: Reason, parts: impl IntoIterator<Item = (Range, Interest)>) -> Self {
        Self { reason, parts: parts.into_iter().collect() }
    }

    /// Why what is not wanted stays as it is.
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// Whether a site at `range` of the original text may be rewritten. What lies in no part may not.
    pub fn includes(&self, range: Range) -> bool {
        let around = self.parts.iter().filter(|(part, _)| part.contains(range));
        around.min_by_key(|(part, _)| part.len()).is_some_and(|(_, interest)| *interest == Interest::Wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::{Focus, Interest};
    use crate::semantic::Reason;
    use crate::text::Range;

    #[test]
    fn the_smallest_part_around_a_site_counts() {
        let focus = Focus::new(
            Reason::NotHot,
            [
                (Range::new(0, 100), Interest::Unwanted),
                (Range::new(10, 50), Interest::Wanted),
                (Range::new(20, 30), Interest::Unwanted),
            ],
        );
        assert!(focus.includes(Range::new(12, 15)));
        assert!(focus.includes(Range::new(15, 40)));
        assert!(!focus.includes(Range::new(22, 25)));
        assert!(!focus.includes(Range::new(60, 70)));
        assert!(!Focus::new(Reason::NotHot, []).includes(Range::new(0, 1)));
    }
}
