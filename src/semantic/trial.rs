//! Which refusals stand while guards are put to the test: all of them, but where a test says otherwise.
//!
//! A guard that is never missed protects nothing. The tests mute one place of refusal after the other, and want
//! some program to behave differently. No user can reach this: it is no flag and no setting.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use super::Refusal;

/// Hears of every refusal, and may mute it.
pub trait RefusalFilter: Send + Sync {
    /// Whether `refusal`, made at `place` of the source of pyfix, stands. Where it does not, the guard goes on as
    /// if it had found nothing.
    fn stands(&self, refusal: &Refusal, place: &'static Location<'static>) -> bool;
}

/// What refusals go through: nothing, unless a test put something there.
#[derive(Clone, Default)]
pub struct GuardTrial(Option<Arc<dyn RefusalFilter>>);

impl GuardTrial {
    /// A trial in which `filter` decides which refusals stand.
    pub fn new(filter: Arc<dyn RefusalFilter>) -> Self {
        Self(Some(filter))
    }

    /// The refusal as an error, if it stands.
    pub(super) fn judge(&self, refusal: Refusal, place: &'static Location<'static>) -> Result<(), Refusal> {
        match &self.0 {
            Some(filter) if !filter.stands(&refusal, place) => Ok(()),
            _ => Err(refusal),
        }
    }
}

impl fmt::Debug for GuardTrial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "GuardTrial(on)" } else { "GuardTrial(off)" })
    }
}

impl PartialEq for GuardTrial {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (None, None) => true,
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }
}

impl Eq for GuardTrial {}
