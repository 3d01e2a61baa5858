//! Class statements, told from the bytes of a text.
//!
//! Strings and comments are not told from code: what is found there may be none.

use memchr::memmem::Finder;

use super::usage;
use super::words::{self, is_name_byte};

/// A class statement, as its bytes show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// Its name.
    pub name: String,
    /// The words between its parentheses.
    pub bases: Vec<String>,
    /// The number of its file.
    pub file: usize,
}

/// The class statements of a text, and what only looks like one.
pub(super) fn headers(text: &[u8], file: usize) -> Vec<Header> {
    let keyword = Finder::new("class");
    let found = usage::words(text, &keyword).filter_map(|range| {
        let rest = text.get(range.end..)?;
        let name_at = rest.iter().position(|byte| !matches!(byte, b' ' | b'\t'))?;
        let rest = rest.get(name_at..)?;
        let length = rest.iter().position(|byte| !is_name_byte(*byte))?;
        let (name, rest) = rest.split_at_checked(length).filter(|(name, _)| !name.is_empty())?;
        let mut rest = rest.trim_ascii_start();
        if rest.first() == Some(&b'[') {
            let end = closing(rest)?;
            rest = rest.get(end + 1..)?.trim_ascii_start();
        }
        let bases = match rest.first()? {
            b'(' => rest.get(1..closing(rest)?)?,
            b':' => &[],
            _ => return None,
        };
        let bases = words::words(bases).map(|word| String::from_utf8_lossy(word.text).into_owned()).collect();
        Some(Header { name: String::from_utf8_lossy(name).into_owned(), bases, file })
    });
    found.collect()
}

/// Where the bracket closes that `text` begins with, not far away.
fn closing(text: &[u8]) -> Option<usize> {
    const REACH: usize = 4000;
    let mut depth = 0;
    for (at, byte) in text.iter().enumerate().take(REACH) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}
