//! Facts about a text, without edits: scopes, names, flow, effects, types, and the guards made of them.

mod reason;
mod world;

pub use reason::Reason;
pub use world::{Answer, LoneFile, UnknownWorld, World};
