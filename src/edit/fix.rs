//! What a transform returns: a fix, or the reason why there is none.

use std::borrow::Cow;

use serde::Serialize;

use crate::semantic::Refusal;
use crate::text::Range;

/// One replacement of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What goes, in bytes of the text that the fix was computed on; empty for an insertion.
    pub range: Range,
    /// What comes in its place: ASCII, or pieces of the original text.
    pub replacement: String,
}

impl Edit {
    /// Replaces the text in `range`.
    pub fn replace(range: Range, replacement: impl Into<String>) -> Self {
        Self { range, replacement: replacement.into() }
    }

    /// Inserts text at `offset`.
    pub fn insert(offset: u32, replacement: impl Into<String>) -> Self {
        Self::replace(Range::empty(offset), replacement)
    }

    /// Deletes the text in `range`.
    pub fn delete(range: Range) -> Self {
        Self::replace(range, "")
    }
}

/// Something that a fix takes on trust beyond `docs/safety.md`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Assumption {
    /// What kind of assumption it is: a stable name for machines.
    pub id: &'static str,
    /// The assumption as a sentence about this code, such as "`out` is a builtin list".
    pub sentence: String,
    /// Why it could not be proven, and what would help: sentences for a person.
    #[serde(skip)]
    pub unproven: Vec<String>,
}

/// An expression that is to be evaluated once, before a statement, and used by name; or a class.
///
/// The plan gives it a name that is free in the whole file, and merges the equal ones of a round: those before the same
/// statement, or of classes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hoist {
    /// What is put there.
    pub form: HoistForm,
    /// Where the new statement goes: the offset of the first byte of the statement that it precedes, which must
    /// begin its line, as [`begins_line`](crate::semantic::guards::begins_line) finds.
    pub anchor: u32,
    /// What is evaluated; for a class all that follows its name, without the end of the last line.
    pub expression: String,
    /// The name to use when it is free; that of a value begins with an underscore.
    pub name: String,
    /// The text in which the name must be free: the function, or everything at the module level.
    pub scope: Range,
    /// What the name replaces, with the text that follows the name.
    pub uses: Vec<Edit>,
}

/// What a [`Hoist`] puts before a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HoistForm {
    /// `name = expression`.
    Value,
    /// The definition of a class, set apart by two blank lines.
    Class,
}

/// A module, or a member of one, that a fix needs under a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImportRequest {
    /// The module, such as `re`.
    pub module: Cow<'static, str>,
    /// What is imported from it; `None` for the module itself.
    pub member: Option<Cow<'static, str>>,
    /// The name that the fix's text uses for it.
    pub name: String,
}

/// A string that is spelled in another way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SameString {
    /// The expressions that give it now, one after the other.
    pub before: Vec<Range>,
    /// The expression that gives it in the new text.
    pub after: String,
}

/// A case of `docs/evidence.json`: a rewrite that was timed on every Python.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    /// The name of the case, among those of the transform.
    pub case: &'static str,
    /// The form that was measured.
    pub form: &'static str,
}

impl Measured {
    /// The form `form` of the case `case`.
    pub const fn new(case: &'static str, form: &'static str) -> Self {
        Self { case, form }
    }
}

/// A proven rewrite of one site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// The id of the transform that made it.
    pub transform: &'static str,
    /// What it does, in one line.
    pub message: String,
    /// The site as a person would point at it.
    pub range: Range,
    /// Replacements, sorted and disjoint.
    pub edits: Vec<Edit>,
    /// Strings that must be built of the same pieces as before; the engine compares them.
    pub strings: Vec<SameString>,
    /// What is to be evaluated before a loop.
    pub hoists: Vec<Hoist>,
    /// Modules that the new text needs.
    pub imports: Vec<ImportRequest>,
    /// The measured rewrite that is nearest to this one; `None` where none is near.
    pub measured: Option<Measured>,
    /// What it takes on trust; empty for a safe fix.
    pub assumptions: Vec<Assumption>,
    /// The text whose facts justify the fix, edits included: no other fix of the same round touches it.
    pub footprint: Vec<Range>,
}

/// How far a fix can be trusted. The order is that of trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Applicability {
    /// Never applied.
    DisplayOnly,
    /// Rests on an assumption that the output names.
    Unsafe,
    /// Rests on nothing but `docs/safety.md`.
    Safe,
}

impl Fix {
    /// Derived from the assumptions, never chosen.
    pub fn applicability(&self) -> Applicability {
        if self.assumptions.is_empty() { Applicability::Safe } else { Applicability::Unsafe }
    }

    /// Where the fix adds new lines, as empty ranges.
    pub fn insertions(&self) -> impl Iterator<Item = Range> {
        self.hoists.iter().map(|hoist| Range::empty(hoist.anchor))
    }

    /// Every range that the fix writes to, new lines left out.
    pub fn written(&self) -> impl Iterator<Item = Range> {
        let hoisted = self.hoists.iter().flat_map(|hoist| hoist.uses.iter());
        self.edits.iter().chain(hoisted).map(|edit| edit.range)
    }
}

/// Why there is no fix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decline {
    /// The node is no candidate at all.
    NotThisShape,
    /// The node is a candidate, and a guard refused.
    Refused(Refusal),
}

impl From<Refusal> for Decline {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// A fix, or why there is none.
pub type Verdict = Result<Fix, Decline>;
