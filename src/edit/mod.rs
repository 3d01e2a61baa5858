//! From a decision to new text: what a fix is, how it is rendered, planned and applied.
//!
//! Whether a rewrite is right was decided before anything here is asked.

pub mod filled;
mod fix;
pub mod imports;
pub mod interpolate;
mod plan;
mod range_map;
pub mod render;

pub use fix::{
    Applicability, Assumption, Decline, Edit, Fix, Hoist, HoistForm, ImportRequest, Measured, SameString,
    Verdict,
};
pub use plan::{Plan, apply};
pub use range_map::RangeMap;
