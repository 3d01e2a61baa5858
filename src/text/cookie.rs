//! Finds the encoding that a Python file declares in a comment (PEP 263).
//!
//! Works on bytes, since nothing can be decoded before the declaration is read. Whether the name means
//! anything is for [`codecs`](super::codecs) to say.

use memchr::{memchr2, memmem};

/// The encoding name written in the first line of `source`, or in the second one if the first holds nothing
/// but blanks and a comment. `source` starts after the byte order mark.
///
/// Lines end as Python ends them before it decodes: at `\n`, `\r\n` and a lone `\r`.
pub(super) fn declared_name(source: &[u8]) -> Option<&str> {
    let (first, rest) = split_line(source);
    match read_line(first) {
        Line::Declares(name) => return Some(name),
        Line::Code => return None,
        Line::Silent => {}
    }
    match read_line(split_line(rest).0) {
        Line::Declares(name) => Some(name),
        Line::Code | Line::Silent => None,
    }
}

/// Whether Python takes `name` for its own UTF-8 before it asks the codec registry, which is what a byte
/// order mark allows beside it: `utf_8` and `UTF-8-unix` pass, the alias `utf8` does not.
pub(super) fn is_plain_utf8(name: &str) -> bool {
    has_stem(&shortened(name), "utf-8")
}

/// Whether Python takes `name` for its own Latin-1 before it asks the codec registry.
pub(super) fn is_plain_latin1(name: &str) -> bool {
    let short = shortened(name);
    ["latin-1", "iso-8859-1", "iso-latin-1"].iter().any(|stem| has_stem(&short, stem))
}

/// What a line can mean for the search.
enum Line<'a> {
    Declares(&'a str),
    /// Blank, or a comment about something else.
    Silent,
    Code,
}

fn read_line(line: &[u8]) -> Line<'_> {
    let start = line.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\x0c'));
    let Some(text) = start.and_then(|start| line.get(start..)) else { return Line::Silent };
    if !text.starts_with(b"#") {
        return Line::Code;
    }
    // A comment may hold the word several times (`# no coding here; coding: utf-8`); the first one that is
    // followed by a name counts.
    memmem::find_iter(text, b"coding")
        .find_map(|at| name_after(text.get(at + b"coding".len()..)?))
        .map_or(Line::Silent, Line::Declares)
}

/// The name in `[:=][ \t]*([-_.a-zA-Z0-9]+)` at the start of `text`.
fn name_after(text: &[u8]) -> Option<&str> {
    let (b':' | b'=', text) = text.split_first()? else { return None };
    let start = text.iter().position(|byte| !matches!(byte, b' ' | b'\t'))?;
    let text = text.get(start..)?;
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let end = text.iter().position(|byte| !is_name(byte)).unwrap_or(text.len());
    let name = std::str::from_utf8(text.get(..end)?).ok()?;
    (!name.is_empty()).then_some(name)
}

/// The first line without its ending, and what follows the ending.
fn split_line(source: &[u8]) -> (&[u8], &[u8]) {
    let Some((line, rest)) = memchr2(b'\n', b'\r', source).and_then(|end| source.split_at_checked(end))
    else {
        return (source, &[]);
    };
    let rest = rest.strip_prefix(b"\r\n").or_else(|| rest.get(1..)).unwrap_or_default();
    (line, rest)
}

/// Python looks at no more than the first 12 characters of a name for its built-in shortcuts.
fn shortened(name: &str) -> String {
    let lower = |c: char| if c == '_' { '-' } else { c.to_ascii_lowercase() };
    name.chars().take(12).map(lower).collect()
}

fn has_stem(short: &str, stem: &str) -> bool {
    short.strip_prefix(stem).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}
