//! Bytes and positions: what a source text is before anyone knows that it is Python.

mod range;
mod source;
mod target;

pub use range::Range;
pub use source::{Indent, Source};
pub use target::{Dialect, PythonVersion, Target};
