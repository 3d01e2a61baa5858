//! How a name occurs in a text, told from its bytes: no parse, no encoding.
//!
//! Strings and comments are not told from code, so an occurrence may be found that is none; one that is
//! written in any ordinary way is never missed.

use std::ops::Range;

use memchr::memmem::Finder;

use super::words::{self, WordHash, is_name_byte};

/// Where `word` stands in `text` as a whole word.
///
/// The letter of an escape sequence does not belong to a word: the `n` in `"import mod\nmod.name"`.
pub(super) fn words<'a>(text: &'a [u8], word: &'a Finder<'_>) -> impl Iterator<Item = Range<usize>> + 'a {
    let length = word.needle().len();
    word.find_iter(text).map(move |start| start..start + length).filter(|range| is_whole(text, range))
}

fn is_whole(text: &[u8], range: &Range<usize>) -> bool {
    let after = text.get(range.end).is_some_and(|byte| is_name_byte(*byte));
    let before = match text.get(..range.start).unwrap_or_default() {
        [] | [.., b'\\', b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v'] => false,
        [.., last] => is_name_byte(*last),
    };
    !after && !before
}

/// An `import` (or Cython's `cimport`) and what it imports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ImportClause {
    /// From the end of the keyword to the end of the names.
    pub names: Range<usize>,
    /// What stands between `from` and the keyword, without blanks; empty for `import x`.
    pub module: Vec<u8>,
    /// Whether it imports `*`.
    pub star: bool,
}

/// Every import in `text`.
pub(super) fn imports(text: &[u8]) -> Vec<ImportClause> {
    let keyword = Finder::new(b"import");
    let mut clauses = Vec::new();
    for start in keyword.find_iter(text) {
        let end = start + keyword.needle().len();
        let cython = start.checked_sub(1).is_some_and(|at| text.get(at) == Some(&b'c'));
        let start = if cython { start - 1 } else { start };
        if is_whole(text, &(start..end)) {
            clauses.push(clause(text, start, end));
        }
    }
    clauses
}

fn clause(text: &[u8], keyword: usize, start: usize) -> ImportClause {
    let mut at = skip_blanks(text, start);
    let parenthesised = text.get(at) == Some(&b'(');
    if parenthesised {
        at = skip_lines(text, at + 1);
    }
    let star = text.get(at) == Some(&b'*');
    let end = if parenthesised { closing(text, at) } else { logical_end(text, at) };
    ImportClause { names: start..end, module: module_before(text, keyword), star }
}

/// Past blanks and continued line ends.
fn skip_blanks(text: &[u8], mut at: usize) -> usize {
    loop {
        match text.get(at..).unwrap_or_default() {
            [b' ' | b'\t' | b'\x0c', ..] => at += 1,
            [b'\\', b'\r', b'\n', ..] => at += 3,
            [b'\\', b'\n', ..] => at += 2,
            _ => return at,
        }
    }
}

/// Past blanks, line ends and comments.
fn skip_lines(text: &[u8], mut at: usize) -> usize {
    loop {
        at = skip_blanks(text, at);
        match text.get(at) {
            Some(b'\n' | b'\r') => at += 1,
            Some(b'#') => at = line_end(text, at),
            _ => return at,
        }
    }
}

fn line_end(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    memchr::memchr(b'\n', rest).map_or(text.len(), |length| at + length)
}

/// Where the bracket closes that is open at `at`; brackets in comments do not count.
fn closing(text: &[u8], mut at: usize) -> usize {
    while let Some(length) = memchr::memchr2(b')', b'#', text.get(at..).unwrap_or_default()) {
        at += length;
        if text.get(at) == Some(&b')') {
            return at;
        }
        at = line_end(text, at);
    }
    text.len()
}

/// The end of the line, of the next one too where it is continued.
fn logical_end(text: &[u8], mut at: usize) -> usize {
    loop {
        let end = line_end(text, at);
        let line = text.get(at..end).unwrap_or_default();
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if !line.ends_with(b"\\") || end == text.len() {
            return end;
        }
        at = end + 1;
    }
}

/// The module path of `from pkg.mod import`, with its dots, when that stands before `keyword`.
fn module_before(text: &[u8], keyword: usize) -> Vec<u8> {
    // Nobody nests packages deeper than this many bytes.
    const REACH: usize = 400;
    let before = text.get(keyword.saturating_sub(REACH)..keyword).unwrap_or_default();
    let Some(from) = words(before, &Finder::new(b"from")).last() else { return Vec::new() };
    let path = before.get(from.end..).unwrap_or_default();
    let path: Vec<u8> =
        path.iter().copied().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'\\').collect();
    let valid = !path.is_empty() && path.iter().all(|byte| is_name_byte(*byte) || *byte == b'.');
    if valid { path } else { Vec::new() }
}

/// Whether the word at `range` is used as an attribute: a dot stands before it, perhaps with blanks, line
/// ends and comments between.
pub(super) fn follows_dot(text: &[u8], range: &Range<usize>) -> bool {
    before(text, range.start).is_some_and(|at| text.get(at) == Some(&b'.'))
}

/// The place of the last byte before `at` that is no blank, line end or comment.
pub(super) fn before(text: &[u8], at: usize) -> Option<usize> {
    let mut at = at;
    loop {
        let line = text.get(..at)?;
        let last = line.last()?;
        match last {
            b' ' | b'\t' | b'\x0c' | b'\r' | b'\\' => at -= 1,
            b'\n' => {
                at -= 1;
                let line_start = memchr::memrchr(b'\n', text.get(..at)?).map_or(0, |at| at + 1);
                let line = text.get(line_start..at)?;
                // A `#` may stand in a string; it only matters where a dot comes right before it.
                let comment = memchr::memchr_iter(b'#', line).find(|hash| {
                    let code = line.get(..*hash).unwrap_or_default().trim_ascii_end();
                    code.is_empty() || code.ends_with(b".")
                });
                at = line_start + comment.unwrap_or(line.len());
            }
            _ => return Some(at - 1),
        }
    }
}

/// The words of a template or document that may be a call, or an attribute that a template calls: `name(` and
/// `x.name`.
pub(super) fn called_by_text(text: &[u8]) -> Vec<WordHash> {
    let may_be_called = |word: &words::Word<'_>| {
        let end = word.start + word.text.len();
        let opens = text.get(skip_blanks(text, end)) == Some(&b'(');
        opens || before(text, word.start).is_some_and(|at| text.get(at) == Some(&b'.'))
    };
    let mut called: Vec<WordHash> =
        words::words(text).filter(may_be_called).map(|word| words::hash(word.text)).collect();
    called.sort_unstable();
    called.dedup();
    called
}

/// Whether the word at `range` is the whole of a string, be it escaped in another string.
pub(super) fn is_quoted(text: &[u8], range: &Range<usize>) -> bool {
    let is_quote = |byte: Option<&u8>| matches!(byte, Some(b'\'' | b'"'));
    let opened = range.start.checked_sub(1).is_some_and(|at| is_quote(text.get(at)));
    let closing = match text.get(range.end) {
        Some(b'\\') => text.get(range.end + 1),
        other => other,
    };
    opened && is_quote(closing)
}

/// Whether the word at `range` is an object's name in `pkg.mod:name`, with `module` before the colon.
pub(super) fn follows_module_colon(text: &[u8], range: &Range<usize>, module: &[u8]) -> bool {
    let Some(colon) = before(text, range.start).filter(|at| text.get(*at) == Some(&b':')) else {
        return false;
    };
    let head = text.get(..colon).unwrap_or_default().trim_ascii_end();
    head.ends_with(module) && is_whole(head, &(head.len() - module.len()..head.len()))
}

/// Whether the word at `range` is the name of a keyword argument.
pub(super) fn is_keyword_argument(text: &[u8], range: &Range<usize>) -> bool {
    let opened = before(text, range.start).is_some_and(|at| matches!(text.get(at), Some(b'(' | b',')));
    let sign = skip_lines(text, range.end);
    opened && text.get(sign) == Some(&b'=') && text.get(sign + 1) != Some(&b'=')
}

/// The other name that the word at `range` is given: `m` in `mod as m`.
pub(super) fn alias<'a>(text: &'a [u8], range: &Range<usize>) -> Option<&'a [u8]> {
    let at = skip_lines(text, range.end);
    let rest = text.get(at..)?.strip_prefix(b"as")?;
    let name = at + 2 + (skip_lines(rest, 0));
    let length = text.get(name..)?.iter().take_while(|byte| is_name_byte(**byte)).count();
    (name > at + 2 && length > 0).then(|| text.get(name..name + length)).flatten()
}

/// Whether the object named at `range` is asked for names that the text does not spell out: `vars(mod)`,
/// `dir(mod)`, `getmembers(mod)`, `mod.__dict__`, `getattr(mod, name)`.
pub(super) fn is_inspected(text: &[u8], range: &Range<usize>) -> bool {
    let dot = skip_lines(text, range.end);
    if text.get(dot) == Some(&b'.') {
        let attribute = skip_lines(text, dot + 1);
        return text.get(attribute..).is_some_and(|rest| rest.starts_with(b"__dict__"));
    }
    // The dotted name that the word ends.
    let head = text.get(..range.start).unwrap_or_default();
    let dotted = head.iter().rev().take_while(|byte| is_name_byte(**byte) || **byte == b'.').count();
    let Some(open) = before(text, range.start - dotted).filter(|at| text.get(*at) == Some(&b'(')) else {
        return false;
    };
    let head = text.get(..open).unwrap_or_default();
    let function = head.iter().rev().take_while(|byte| is_name_byte(**byte)).count();
    let after = text.get(dot);
    match head.get(open - function..).unwrap_or_default() {
        b"vars" | b"dir" | b"getmembers" | b"getmembers_static" => matches!(after, Some(b')' | b',')),
        b"getattr" | b"setattr" | b"delattr" | b"hasattr" => {
            let argument = text.get(skip_lines(text, dot + 1));
            after == Some(&b',') && !matches!(argument, Some(b'\'' | b'"'))
        }
        _ => false,
    }
}
