//! A second opinion from a real Python 3 grammar: tree-sitter accepts far more than Python does.
//!
//! Texts must be known not to nest deeply (see `parser`) before they come here: this parser recurses.

use ruff_python_ast::comparable::ComparableExpr;
use ruff_python_parser::{Mode, ParseOptions, parse_expression, parse_unchecked};

use crate::text::PythonVersion;

/// What a Python 3 parser says of a whole text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// The first syntax error: where it is, and the parser's words.
    pub error: Option<(u32, String)>,
    /// How many constructs are newer than the version asked for.
    pub too_new: usize,
}

/// Parses `text` as a Python 3 module that is to run on `oldest`.
pub fn health(text: &str, oldest: PythonVersion) -> Health {
    let version = ruff_python_ast::PythonVersion { major: oldest.major, minor: oldest.minor };
    let options = ParseOptions::from(Mode::Module).with_target_version(version);
    let parsed = parse_unchecked(text, options);
    Health {
        error: parsed
            .errors()
            .first()
            .map(|error| (error.location.start().to_u32(), error.error.to_string())),
        too_new: parsed.unsupported_syntax_errors().len(),
    }
}

/// Whether both texts are Python 3 expressions that mean the same, whatever their parentheses and blanks.
pub fn same_expression(one: &str, other: &str) -> bool {
    let (Ok(one), Ok(other)) = (parse_expression(one), parse_expression(other)) else { return false };
    if !one.errors().is_empty() || !other.errors().is_empty() {
        return false;
    }
    ComparableExpr::from(one.expr()) == ComparableExpr::from(other.expr())
}
