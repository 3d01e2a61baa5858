//! What lies around a file: the root of its project, the Pythons it must run on, and what other files of the
//! project do with its names. Reads files; never writes or executes one.

mod callers;
mod class_statements;
mod closure;
mod copiers;
mod digest;
mod files;
mod fingerprint;
mod lookups;
mod mentions;
mod metaclasses;
mod notebook;
mod offenders;
mod parallel;
mod questions;
mod root;
mod specifiers;
mod stated;
mod subclasses;
mod target;
mod types;
mod usage;
mod words;
mod world;

pub use closure::{Closure, is_closed};
pub use files::Limits;
pub use fingerprint::{Fingerprint, fingerprint};
pub use questions::{Questions, Recorder};
pub use root::{ProjectRoot, RootMarker, Roots};
pub use target::{TargetDecision, TargetSource, decide_target};
pub use types::{TypeEngine, TypedFile};
pub use world::{Project, ProjectWorld};
