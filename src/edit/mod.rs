//! From a decision to new text: what a fix is, how it is rendered, planned and applied.
//!
//! Whether a rewrite is right was decided before anything here is asked.

mod fix;
mod range_map;

pub use fix::{Applicability, Assumption, Decline, Edit, Fix, Hoist, ImportRequest, Refusal, Verdict};
pub use range_map::RangeMap;
