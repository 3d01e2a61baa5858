//! Bytes, positions and encodings of source texts. Knows of Python only how a file declares its encoding.

mod codecs;
mod cookie;
pub mod encoding;
pub mod newline;
pub mod range;
#[cfg(test)]
mod testing;

pub use encoding::{DecodeError, Decoded, EncodeError, Encoding, decode};
pub use newline::{Newline, lone_crs, newline_at, newline_style};
pub use range::Range;
