//! The scan that decides, without parsing, whether a text can hold a candidate.
//!
//! It may say yes wrongly, never no.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use regex::bytes::Regex;

use crate::engine::{Config, Prefilter, Registry, Transform};

/// Whether [`fix_source`](super::fix_source) would look into `text`: it may hold a candidate of a transform that
/// `config` selects, or a suppression.
pub fn is_looked_into(text: &str, registry: &Registry, config: &Config) -> bool {
    let mut selected =
        registry.transforms().filter(|transform| config.selection.includes(transform.meta().id));
    config.prefilter == Prefilter::Off
        || selected.any(|transform| may_match(text, transform))
        || text.contains("pyfix:")
}

/// Whether `text` may hold a candidate of `transform`.
pub(super) fn may_match(text: &str, transform: &dyn Transform) -> bool {
    transform.meta().needles.iter().all(|needle| {
        // A needle that is no regular expression, which a test excludes, would find everything.
        compiled(needle).is_none_or(|regex| regex.is_match(text.as_bytes()))
    })
}

/// The regular expression, compiled once for the process.
fn compiled(needle: &'static str) -> Option<Arc<Regex>> {
    type Compiled = HashMap<&'static str, Option<Arc<Regex>>>;
    static KNOWN: RwLock<Option<Compiled>> = RwLock::new(None);
    if let Some(known) = &*KNOWN.read().unwrap_or_else(PoisonError::into_inner)
        && let Some(regex) = known.get(needle)
    {
        return regex.clone();
    }
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    known
        .get_or_insert_default()
        .entry(needle)
        .or_insert_with(|| Regex::new(needle).ok().map(Arc::new))
        .clone()
}
