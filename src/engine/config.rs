//! What the engine is told to do; resolved, validated, and free of where it came from.

use crate::edit::Applicability;
use crate::edit::interpolate::StringStyle;
use crate::engine::{Focus, Gain, Permitted};
use crate::semantic::{Annotations, GuardTrial};

/// Some ten seconds. Four files of sympy take more than a twentieth of this.
const DEFAULT_MAX_EFFORT: u64 = 2_000_000_000;

/// What the engine is told to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Which transforms run.
    pub selection: Selection,
    /// The least trust with which a fix is applied: [`Applicability::Safe`], or `Unsafe` on request.
    pub applied: Applicability,
    /// What a fix has to gain.
    pub goal: Goal,
    /// Which parts of the text may be rewritten: those that every one of these includes.
    pub focus: Vec<Focus>,
    /// The only fixes that are made; all where `None`.
    pub permitted: Option<Permitted>,
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
    /// How much is looked at before a text is given up, in [`SyntaxTree::effort`](crate::syntax::SyntaxTree::effort)
    /// of all rounds.
    pub max_effort: u64,
    /// What a test does to the refusals of guards; nothing everywhere else.
    #[doc(hidden)]
    pub trial: GuardTrial,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            selection: Selection::default(),
            applied: Applicability::Safe,
            goal: Goal::default(),
            focus: Vec::new(),
            permitted: None,
            line_length: 88,
            annotations: Annotations::Trusted,
            string_style: StringStyle::default(),
            prefilter: Prefilter::On,
            regions: RegionPolicy::Whole,
            max_effort: DEFAULT_MAX_EFFORT,
            trial: GuardTrial::default(),
        }
    }
}

impl Config {
    /// Whether the transform `id` may write what was measured to be slower: somebody named it, or wants memory saved.
    pub fn takes_slower(&self, id: &str) -> bool {
        self.selection.names(id) || self.goal == Goal::Memory
    }
}

/// What a fix has to gain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Goal {
    /// Whatever its transform is for.
    #[default]
    Any,
    /// It was measured to be faster on the oldest Python that the text must run on.
    Speed,
    /// It was measured to hold less memory there.
    Memory,
}

impl Goal {
    /// What the goals are called in the configuration; there is no name for [`Goal::Any`].
    pub const NAMES: [&'static str; 2] = ["speed", "memory"];

    /// The goal of that name.
    pub fn named(name: &str) -> Option<Self> {
        let at = Self::NAMES.iter().position(|known| *known == name)?;
        [Self::Speed, Self::Memory].get(at).copied()
    }

    /// Whether a fix that was measured to gain this much, or was not measured, is worth it.
    pub fn is_met(self, gain: Option<Gain>) -> bool {
        match self {
            Self::Any => true,
            Self::Speed => gain.is_some_and(|gain| gain.is_faster()),
            Self::Memory => gain.is_some_and(|gain| gain.saves_memory()),
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
