//! pyfix rewrites Python source so that it runs faster and holds less memory, and changes nothing else.
//!
//! The modules, in reading order; each uses only those above it:
//!
//! - [`text`]: bytes and positions, encodings, line endings; knows nothing of Python.
//! - [`syntax`]: the concrete syntax tree; the only place that names tree-sitter.
//! - [`semantic`]: facts about a text, such as what its names mean; no edits.

pub mod semantic;
pub mod syntax;
pub mod text;
