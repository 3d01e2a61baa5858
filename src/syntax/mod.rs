//! The concrete syntax tree: the only place that names tree-sitter.
//!
//! A text is parsed region by region into one arena of nodes whose positions are absolute. Nobody outside
//! this module sees a root node or knows how many trees there were: statements of the module level simply
//! have no parent.

mod dialect;
mod hints;
mod kind;
mod parser;
mod python3;
mod same_string;
mod string_units;
mod strings;
mod templates;
mod tree;
mod version;
mod views;

pub use dialect::{detect_dialect, dialect_of, may_be_python2};
pub use kind::{Field, Kind};
pub use parser::{EditedTree, ParseFailure, Regions, parse, parse_edited};
pub use python3::{Health, health, same_expression};
pub use same_string::{is_python3_expression, same_string};
pub use string_units::{Unit, inside, units};
pub use strings::{Literal, LiteralKind, StringPrefix, is_text};
pub use templates::{
    Accepts, Converted, SpecPart, TemplateField, TemplatePart, ValueKey, format_parts, percent_parts,
};
pub use tree::{Node, NodeId, SyntaxTree};
pub use version::{minimum_version, raised_by_syntax};
pub use views::{Argument, Arguments, Assignment, Attribute, Call, ForLoop, Function, is_target, jumps_in};
