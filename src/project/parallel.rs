//! Work over many files by threads of its own, not those of a shared pool: the caller may hold a lock that other jobs
//! of such a pool wait for.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Calls `work` for every item. Where no thread starts, only for some: what `work` finds must be found later, too.
pub(super) fn warm_up<T: Sync>(items: &[T], work: impl Fn(&T) + Sync) {
    /// Fewer are read sooner than a thread starts.
    const WORTH_A_THREAD: usize = 20;
    /// As deep as the parser allows text to be nested.
    const STACK_SIZE: usize = 16 * 1024 * 1024;
    let next = AtomicUsize::new(0);
    let run = || {
        while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
            work(item);
        }
    };
    let most = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        for _ in 0..most.min(items.len() / WORTH_A_THREAD) {
            let _ = thread::Builder::new().stack_size(STACK_SIZE).spawn_scoped(scope, run);
        }
    });
}
