//! Facts about a text: what its names mean. Nothing here edits.
//!
//! - [`Model`]: scopes, bindings and references of one tree, and the questions about them.

mod bind;
mod build;
mod builtins;
mod exports;
mod model;
mod roles;
mod scope;
mod taint;
#[cfg(test)]
mod tests;

pub use builtins::is_builtin_name;
pub use exports::Exports;
pub use model::{Model, Resolution};
pub use scope::{
    Binding, BindingId, BindingKind, Reference, ReferenceId, Scope, ScopeId, ScopeKind, Taints, Variable,
    VariableFlags, VariableId,
};
