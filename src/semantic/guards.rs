//! The questions that transforms ask before they rewrite: a closed vocabulary.
//!
//! Each guard stands under a piece of Python that would break without it, and refuses with the reason, through
//! [`Facts::refuse`](super::Facts::refuse). A guard that is missing is added here, for everyone.

mod comprehension;
mod consumption;
mod invariance;
mod iteration;
mod layout;
mod lookups;
mod modules;
mod names;
mod order;
mod pools;
mod result;
mod steady;
mod strings;
mod types;

use super::Refusal;

pub use comprehension::{Form, Place, fits_comprehension, leaves_no_name, walrus_allowed};
pub use consumption::{Treatment, iterates_quietly, treats_quietly, treats_type_quietly, unpacks_quietly};
pub use invariance::{hashes_everywhere, holds_same, is_only_looked_at, total_value, unchanged};
pub(super) use iteration::stopping_functions;
pub use iteration::{mapped_builtin, no_stop_iteration};
pub use layout::{begins_line, header};
pub use lookups::{is_hot, not_patched, not_replaced, not_suspended, standard_function, stays_the_same};
pub use modules::{StandardName, has_run, import_has_run, standard_name};
pub use names::{
    builtin, is_consumed_at_once, leaks_into, outlives, own_names, own_variable, surely_bound,
    unseen_outside, vanishes,
};
pub use order::{Event, Making, commute, filled_in_turn, making, repeatable};
pub use pools::{Asked, Assumed, Nest, looks_like_collection, same_items};
pub use result::{cannot_fail, no_partial_result, runs_known_code, unaliased, unobserved};
pub use steady::steady;
pub use strings::{
    PlainText, is_in_field, is_read_as_spelled, no_template, plain_text, plain_text_here, why_no_text,
};
pub(super) use types::odd_subclass;
pub use types::{Certainty, behaves_as, hashes_quietly, is_no_mapping, what_would_tell};

/// What a guard says.
pub type Guarded<T = ()> = Result<T, Refusal>;
