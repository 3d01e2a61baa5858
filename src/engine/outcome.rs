//! What comes out of [`fix_source`](super::fix_source): the new text, and an account of everything.

use crate::edit::{Applicability, Assumption, Edit, Measured};
use crate::semantic::Refusal;
use crate::text::{Range, Target};

/// The account of one source. All ranges are bytes of the *original* text.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The new text, when it differs from the original.
    pub text: Option<String>,
    /// What turns the original text into the new one: sorted and disjoint.
    pub edits: Vec<Edit>,
    /// Fixes that were applied, in the order of the text.
    pub fixes: Vec<AppliedFix>,
    /// Fixes that were possible but not allowed by the configuration.
    pub withheld: Vec<AppliedFix>,
    /// Fixes that a comment asks not to make, in the order of the text.
    pub suppressed: Vec<SuppressedFix>,
    /// Candidates that a guard refused, in the order of the text.
    pub declined: Vec<DeclinedSite>,
    /// Transforms that produced a result which failed verification: a bug in pyfix.
    pub quarantined: Vec<Quarantine>,
    /// Transforms that rewrote a string into another one: a bug in pyfix.
    pub unequal_strings: Vec<&'static str>,
    /// Suppression comments that suppress nothing.
    pub unused_suppressions: Vec<UnusedSuppression>,
    /// Why the source was not looked at, if it was not.
    pub skipped: Option<Skip>,
    /// How many rounds it took until nothing changed.
    pub rounds: u32,
    /// The Pythons that the result must run on, what the syntax of the source asks for considered; `None` where
    /// the source was not parsed.
    pub target: Option<Target>,
}

/// A fix, as it is reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedFix {
    /// The id of the transform.
    pub transform: &'static str,
    /// What it does, in one line.
    pub message: String,
    /// The site; for a fix of a later round, where its text stood in the original, or else the smallest original
    /// range that surely holds it.
    pub range: Range,
    /// How far it can be trusted.
    pub applicability: Applicability,
    /// What it takes on trust.
    pub assumptions: Vec<Assumption>,
    /// The measured rewrite that is nearest to it.
    pub measured: Option<Measured>,
    /// Its edits; for a fix of a later round against the text of that round, mapped to the original as
    /// [`AppliedFix::range`] is.
    pub edits: Vec<Edit>,
    /// The round (from 1) that it was applied in.
    pub round: u32,
}

/// A fix that a comment asks not to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuppressedFix {
    /// The id of the transform.
    pub transform: &'static str,
    /// What it would do, in one line.
    pub message: String,
    /// The site.
    pub range: Range,
    /// The comment.
    pub comment: Range,
}

/// A candidate that a guard refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclinedSite {
    /// The id of the transform.
    pub transform: &'static str,
    /// The candidate.
    pub site: Range,
    /// The guard's words.
    pub refusal: Refusal,
}

/// A transform whose result failed verification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantine {
    /// The id of the transform.
    pub transform: String,
    /// What was wrong with the result.
    pub failure: String,
}

/// A suppression comment that suppresses nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnusedSuppression {
    /// The comment.
    pub range: Range,
    /// What is wrong with it, in one line.
    pub message: String,
}

/// Why a source was not looked at.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Skip {
    /// No tree without errors.
    #[error("syntax error at line {line}")]
    SyntaxError {
        /// The line (from 1) of the first error.
        line: u32,
    },
    /// Nested too deeply.
    #[error("nested too deeply at line {line}")]
    TooDeep {
        /// The line (from 1) where the limit was passed.
        line: u32,
    },
    /// A carriage return that ends a line for Python but not for the parser.
    #[error("a lone carriage return ends line {line} for Python; convert the line endings first")]
    LoneCarriageReturn {
        /// The line (from 1) that it is on.
        line: u32,
    },
    /// A name is spelled otherwise than Python reads it.
    #[error("`{name}` at line {line} is another spelling of a name; write it as Python reads it")]
    RespelledName {
        /// The line (from 1) that it is on.
        line: u32,
        /// The name as it is spelled.
        name: String,
    },
    /// Judging it takes too long.
    #[error("takes more than {limit} steps to judge; raise `max-effort` or --max-effort to include it")]
    TooCostly {
        /// The limit that was passed.
        limit: u64,
    },
    /// A marker in the first lines says that a program wrote the file.
    #[error("generated file")]
    Generated,
    /// A comment asks for the file to be left alone.
    #[error("`# pyfix: file-ignore`")]
    FileIgnored,
    /// The parser gave up.
    #[error("the parser gave up")]
    ParserFailed,
}

impl Skip {
    /// A stable name for machines.
    pub const fn id(&self) -> &'static str {
        match self {
            Skip::SyntaxError { .. } => "syntax-error",
            Skip::TooDeep { .. } => "too-deep",
            Skip::LoneCarriageReturn { .. } => "lone-carriage-return",
            Skip::RespelledName { .. } => "respelled-name",
            Skip::TooCostly { .. } => "too-costly",
            Skip::Generated => "generated",
            Skip::FileIgnored => "file-ignored",
            Skip::ParserFailed => "parser-failed",
        }
    }
}
