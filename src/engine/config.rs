//! What the engine is told to do; resolved, validated, and free of where it came from.

use crate::edit::Applicability;
use crate::edit::interpolate::StringStyle;
use crate::semantic::{Annotations, GuardTrial};

/// What the engine is told to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Which transforms run.
    pub selection: Selection,
    /// The least trust with which a fix is applied: [`Applicability::Safe`], or `Unsafe` on request.
    pub applied: Applicability,
    /// Lines are broken where they would be longer than this many characters.
    pub line_length: usize,
    /// Whether declared types are taken for true.
    pub annotations: Annotations,
    /// How strings with values in them are spelled.
    pub string_style: StringStyle,
    /// Whether files without a candidate are left unparsed.
    pub prefilter: Prefilter,
    /// How a text is cut before it is parsed.
    pub regions: RegionPolicy,
    /// What a test does to the refusals of guards; nothing everywhere else.
    #[doc(hidden)]
    pub trial: GuardTrial,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            selection: Selection::default(),
            applied: Applicability::Safe,
            line_length: 88,
            annotations: Annotations::Trusted,
            string_style: StringStyle::default(),
            prefilter: Prefilter::On,
            regions: RegionPolicy::Whole,
            trial: GuardTrial::default(),
        }
    }
}

/// Which transforms run: by default all that are on by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only these, when given.
    pub only: Option<Vec<String>>,
    /// Never these.
    pub ignored: Vec<String>,
}

impl Selection {
    /// Whether the transform `id` runs.
    pub fn includes(&self, id: &str) -> bool {
        let wanted = self.only.as_ref().is_none_or(|only| only.iter().any(|name| name == id));
        wanted && !self.ignored.iter().any(|name| name == id)
    }

    /// Whether the transform `id` was asked for by name.
    pub fn names(&self, id: &str) -> bool {
        self.only.as_ref().is_some_and(|only| only.iter().any(|name| name == id))
    }
}

/// Whether files without a candidate are left unparsed; the result is the same either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefilter {
    /// A byte scan decides what is parsed.
    On,
    /// Everything is parsed.
    Off,
}

/// How a text is cut before it is parsed; the result is the same either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegionPolicy {
    /// One region.
    Whole,
    /// One region for every statement of the module level.
    PerStatement,
}
