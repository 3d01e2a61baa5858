//! Turns a panic into one line, so that a bug met in one file does not stop the work on the others.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};

thread_local! {
    /// What the last panic of this thread said.
    static LAST: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Makes panics silent: whoever calls [`catch`] reports them.
pub fn install_hook() {
    panic::set_hook(Box::new(|info| LAST.with_borrow_mut(|last| *last = describe(info))));
}

/// Runs `work`.
///
/// # Errors
///
/// When it panics: what the panic said, in one line.
pub fn catch<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    // Whatever `work` borrows mutably is thrown away with the file that it belongs to.
    panic::catch_unwind(AssertUnwindSafe(work)).map_err(|_| LAST.with_borrow_mut(std::mem::take))
}

fn describe(info: &PanicHookInfo<'_>) -> String {
    let said = info.payload_as_str().unwrap_or("no message");
    let place = info.location().map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
    format!("{}{place}", said.lines().collect::<Vec<_>>().join(" "))
}
