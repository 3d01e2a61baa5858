//! Bytes, positions and encodings: what a source text is before anyone knows that it is Python. Knows of
//! Python only how a file declares its encoding.

mod codecs;
mod cookie;
mod encoding;
mod newline;
mod range;
mod range_set;
mod source;
mod target;
#[cfg(test)]
mod testing;

pub use encoding::{DecodeError, Decoded, EncodeError, Encoding, decode};
pub use newline::lone_crs;
pub use range::Range;
pub use range_set::RangeSet;
pub use source::Source;
pub use target::{Dialect, PythonVersion, Target};
