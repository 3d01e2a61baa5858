//! The fixes that may be made, where not all may: those that a search for a harmful one tries together.

use crate::text::Range;

/// Says which fixes may be made, by their transform and the place in the original text.
///
/// What an earlier run over the same text made and this names is made again, as far as it does not build upon a fix
/// that this leaves out; nothing else is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permitted {
    sites: Vec<(&'static str, Range)>,
}

impl Permitted {
    /// Permits `fixes` and no others.
    ///
    /// Each is named by its transform and its [range](crate::engine::AppliedFix::range).
    pub fn only(fixes: impl IntoIterator<Item = (&'static str, Range)>) -> Self {
        Self { sites: fixes.into_iter().collect() }
    }

    /// Whether the fix of `transform` at `range` of the original text may be made.
    pub fn includes(&self, transform: &str, range: Range) -> bool {
        self.sites.iter().any(|(id, site)| *id == transform && *site == range)
    }
}
