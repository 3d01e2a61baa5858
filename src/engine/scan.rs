//! The scan that decides, without parsing, whether a text can hold a candidate.
//!
//! It may say yes wrongly, never no.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use regex::bytes::Regex;

use crate::engine::Transform;
use crate::text::Source;

/// Whether `source` may hold a candidate of `transform`.
pub(super) fn may_match(source: &Source, transform: &dyn Transform) -> bool {
    transform.meta().needles.iter().all(|needle| {
        // A needle that is no regular expression, which a test excludes, would find everything.
        compiled(needle).is_none_or(|regex| regex.is_match(source.text().as_bytes()))
    })
}

/// The regular expression, compiled once for the process.
fn compiled(needle: &'static str) -> Option<Regex> {
    static KNOWN: RwLock<Option<HashMap<&'static str, Option<Regex>>>> = RwLock::new(None);
    if let Some(known) = &*KNOWN.read().unwrap_or_else(PoisonError::into_inner)
        && let Some(regex) = known.get(needle)
    {
        return regex.clone();
    }
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    known.get_or_insert_default().entry(needle).or_insert_with(|| Regex::new(needle).ok()).clone()
}
