//! Line endings of a text: which one it uses, which one a given line uses, and where a lone `\r` stands.
//!
//! Does not know string literals, so it cannot say whether a lone `\r` ends a line of code.

use memchr::{memchr, memchr_iter};
use serde::Serialize;

/// A line ending that inserted text can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Newline {
    /// `\n`
    Lf,
    /// `\r\n`
    CrLf,
}

impl Newline {
    /// The characters of the ending.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lf => "\n",
            Self::CrLf => "\r\n",
        }
    }
}

/// The ending that most lines of `text` have. Equal counts, and a text without endings, give [`Newline::Lf`].
pub fn newline_style(text: &str) -> Newline {
    let (mut lf, mut crlf) = (0_usize, 0_usize);
    for at in memchr_iter(b'\n', text.as_bytes()) {
        match ending_at(text, at) {
            Newline::Lf => lf += 1,
            Newline::CrLf => crlf += 1,
        }
    }
    if crlf > lf { Newline::CrLf } else { Newline::Lf }
}

/// The ending of the line that holds the byte at `offset`; the bytes of an ending belong to the line that
/// they end. A last line without ending, and an offset past the text, take [`newline_style`].
pub fn newline_at(text: &str, offset: u32) -> Newline {
    let start = offset as usize;
    let rest = text.as_bytes().get(start..).unwrap_or_default();
    memchr(b'\n', rest).map_or_else(|| newline_style(text), |at| ending_at(text, start + at))
}

/// Byte offsets of every `\r` in `text` that no `\n` follows, in order. Python ends a line at such a
/// character outside a string literal.
pub fn lone_crs(text: &str) -> impl Iterator<Item = u32> {
    let bytes = text.as_bytes();
    memchr_iter(b'\r', bytes).filter(|at| bytes.get(at + 1) != Some(&b'\n')).map(|at| at as u32)
}

/// The ending whose `\n` stands at `at`.
fn ending_at(text: &str, at: usize) -> Newline {
    match at.checked_sub(1).and_then(|before| text.as_bytes().get(before)) {
        Some(b'\r') => Newline::CrLf,
        _ => Newline::Lf,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commoner_ending_wins() {
        assert_eq!(newline_style(""), Newline::Lf);
        assert_eq!(newline_style("a\r"), Newline::Lf);
        assert_eq!(newline_style("a\r\nb"), Newline::CrLf);
        assert_eq!(newline_style("a\r\nb\n"), Newline::Lf);
        assert_eq!(newline_style("a\r\nb\nc\r\n"), Newline::CrLf);
        assert_eq!(newline_style("\n"), Newline::Lf);
        assert_eq!(Newline::CrLf.as_str(), "\r\n");
    }

    #[test]
    fn a_line_has_its_own_ending() {
        let text = "a\r\nb\nc\r\nd";
        let endings: Vec<_> = (0..=11).map(|offset| newline_at(text, offset)).collect();
        let (lf, crlf) = (Newline::Lf, Newline::CrLf);
        // a \r \n b \n c \r \n d, the end of the text and two offsets past it.
        assert_eq!(endings, [crlf, crlf, crlf, lf, lf, crlf, crlf, crlf, crlf, crlf, crlf, crlf]);
    }

    #[test]
    fn an_ending_that_starts_on_a_carriage_return_of_its_own_is_not_split() {
        assert_eq!(newline_at("\r\n", 1), Newline::CrLf);
        assert_eq!(newline_at("\r\r\n", 0), Newline::CrLf);
    }

    #[test]
    fn lone_carriage_returns_are_found() {
        assert_eq!(lone_crs("a\r\nb\rc\r\r\n\r").collect::<Vec<_>>(), [4, 6, 9]);
        assert_eq!(lone_crs("a\r\n\n").next(), None);
    }
}
