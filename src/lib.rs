//! pyfix rewrites Python source so that it runs faster and holds less memory, and changes nothing else.
//!
//! The modules, in reading order; each uses only those above it:
//!
//! - [`text`]: bytes and positions, encodings, line endings; knows nothing of Python.
//! - [`syntax`]: the concrete syntax tree; the only place that names tree-sitter.
//! - [`semantic`]: facts, no edits: scopes, names, flow, effects, types, guards.
//! - [`edit`]: from a decision to new text.
//! - [`engine`]: asks the transforms, plans, applies, repeats, verifies.
//! - [`project`]: the world around a file: its root, its target, what other files do with its names. Uses
//!   `text`, `syntax` and `semantic`; the core never uses it.
//! - [`transforms`]: the built-in rewrites: judgement, no plumbing.
//! - [`cli`]: arguments, configuration, files and output: everything that the user touches.
//! - [`batch`]: many Git repositories: a commit for each transform, verified by the user's command.

pub mod batch;
pub mod cli;
pub mod edit;
pub mod engine;
pub mod project;
pub mod semantic;
pub mod syntax;
pub mod text;
#[path = "../transforms/mod.rs"]
pub mod transforms;
