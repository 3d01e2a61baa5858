//! Class statements, and other ways to name or make a class, told from the bytes of a text.
//!
//! Strings and comments are not told from code: what is found there may be none.

use std::collections::BTreeSet;

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

/// The names that a text gives to the class `name`: `text = str`, `import str as text`.
pub(super) fn aliases(text: &[u8], name: &str) -> Vec<String> {
    let finder = Finder::new(name);
    let mut found = Vec::new();
    for range in usage::words(text, &finder) {
        found.extend(usage::alias(text, &range).map(|alias| String::from_utf8_lossy(alias).into_owned()));
        let line = text.get(range.end..).unwrap_or_default();
        let end = line.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r'));
        if !matches!(end, None | Some(b'\n' | b'#' | b';')) {
            continue;
        }
        let head = text.get(..range.start).unwrap_or_default();
        // Past `six.` in `text = six.text_type`.
        let head = without_dotted_end(head);
        let Some(head) = head.trim_ascii_end().strip_suffix(b"=") else { continue };
        let head = head.trim_ascii_end();
        let length = head.iter().rev().take_while(|byte| is_name_byte(**byte)).count();
        let alias = head.get(head.len() - length..).unwrap_or_default();
        if !alias.is_empty() {
            found.push(String::from_utf8_lossy(alias).into_owned());
        }
    }
    found
}

/// The bytes without those at the end that are part of a dotted name.
fn without_dotted_end(text: &[u8]) -> &[u8] {
    let kept = text.iter().rposition(|byte| !(is_name_byte(*byte) || *byte == b'.'));
    text.get(..kept.map_or(0, |at| at + 1)).unwrap_or_default()
}

/// Whether a call such as `type('X', (str,), {})` makes a class with one of `family` for a base.
pub(super) fn makes_class(text: &[u8], family: &BTreeSet<&str>) -> bool {
    ["type", "new_class"].iter().any(|function| {
        let finder = Finder::new(*function);
        usage::words(text, &finder).any(|range| {
            let rest = text.get(range.end..).unwrap_or_default().trim_ascii_start();
            let Some(arguments) = closing(rest).filter(|_| rest.first() == Some(&b'(')) else { return false };
            let arguments = rest.get(1..arguments).unwrap_or_default();
            // `type(x)` has one argument.
            let bases = arguments.iter().position(|byte| *byte == b',');
            let bases = bases.and_then(|comma| arguments.get(comma + 1..)).map(<[u8]>::trim_ascii_start);
            let Some(bases) = bases.filter(|bases| bases.first() == Some(&b'(')) else { return false };
            let end = closing(bases).unwrap_or(bases.len());
            words::words(bases.get(..end).unwrap_or_default())
                .any(|word| std::str::from_utf8(word.text).is_ok_and(|word| family.contains(word)))
        })
    })
}
