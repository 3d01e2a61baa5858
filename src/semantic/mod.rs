//! Facts about a text, without edits: scopes, names, flow, effects, types, and the guards made of them.
//!
//! - [`Model`]: scopes, bindings and references of one tree, and the questions about them.
//! - [`Flow`]: which code of a body can run after which.
//! - [`Type`]: what is known of the values of an expression.
//! - [`Facts`]: all of it, computed when asked for, with the [`World`] around the file.
//! - [`guards`]: the closed vocabulary of questions that transforms ask.

mod bind;
mod build;
mod builtins;
pub mod classes;
pub mod comments;
pub mod copying;
mod effects;
mod exports;
mod facts;
mod flow;
pub mod guards;
mod model;
pub mod pure;
mod reason;
pub mod regex_syntax;
mod replacements;
mod roles;
mod scope;
pub mod standard;
mod taint;
#[cfg(test)]
mod tests;
mod trial;
mod types;
mod world;

pub use builtins::{is_builtin_everywhere, is_builtin_name};
pub use exports::Exports;
pub use facts::{Annotations, Facts};
pub use flow::{Flow, Reaching};
pub use model::{Model, Occurrences, Resolution};
pub use reason::{Reason, Refusal};
pub use scope::{
    Binding, BindingId, BindingKind, Reference, ReferenceId, Scope, ScopeId, ScopeKind, Taints, Variable,
    VariableFlags, VariableId,
};
#[doc(hidden)]
pub use trial::{GuardTrial, RefusalFilter};
pub use types::{Class, Items, Sources, Type};
pub use world::{
    Answer, CallSite, Callee, EngineType, Importable, LoneFile, Subclasses, TypeOrigin, UnknownWorld, World,
};
