//! From a source to an outcome: asks the transforms, plans, applies, repeats, verifies.
//!
//! Names no transform: the registry is handed in. Does no I/O.

mod config;
mod cx;
mod evidence;
mod fix_source;
mod focus;
mod outcome;
mod permitted;
mod respelled;
mod round_world;
mod scan;
mod suppression;
mod transform;
mod verify;

pub use config::{Config, Goal, Prefilter, RegionPolicy, Selection};
pub use cx::Cx;
pub use evidence::{Gain, Measurement};
pub use fix_source::fix_source;
pub use focus::{Focus, Interest};
pub use outcome::{AppliedFix, DeclinedSite, Outcome, Quarantine, Skip, SuppressedFix, UnusedSuppression};
pub use permitted::Permitted;
pub use scan::is_looked_into;
pub use transform::{Meta, Registry, Transform};
