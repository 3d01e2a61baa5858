//! Colours for lines of Python in a page. Judges nothing: what it takes for a keyword is only painted.
//!
//! Works line by line, because a diff shows pieces of a file. A string over several lines is painted on its first line
//! only.

use std::fmt::Write;

const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
    "del", "elif", "else", "except", "exec", "finally", "for", "from", "global", "if", "import", "in", "is",
    "lambda", "nonlocal", "not", "or", "pass", "print", "raise", "return", "self", "try", "while", "with",
    "yield",
];

const BUILTINS: &[&str] = &[
    "abs",
    "all",
    "any",
    "bool",
    "bytes",
    "dict",
    "enumerate",
    "filter",
    "float",
    "frozenset",
    "getattr",
    "int",
    "isinstance",
    "iter",
    "len",
    "list",
    "map",
    "max",
    "min",
    "next",
    "object",
    "open",
    "range",
    "repr",
    "reversed",
    "set",
    "setattr",
    "sorted",
    "str",
    "sum",
    "super",
    "tuple",
    "type",
    "unicode",
    "xrange",
    "zip",
];

/// Appends `line` to `page` as HTML.
pub fn paint_python(line: &str, page: &mut String) {
    let mut rest = line;
    let mut is_attribute = false;
    while let Some(first) = rest.chars().next() {
        let (length, class) = token(rest, first, is_attribute);
        let (piece, behind) = rest.split_at(length);
        match class {
            "" => escape(piece, page),
            class => {
                page.push_str("<i class=");
                page.push_str(class);
                page.push('>');
                escape(piece, page);
                page.push_str("</i>");
            }
        }
        is_attribute = piece == ".";
        rest = behind;
    }
}

/// The length of the token that `rest` begins with, in bytes, and its class; no class where it is not painted.
fn token(rest: &str, first: char, is_attribute: bool) -> (usize, &'static str) {
    if first == '#' {
        return (rest.len(), "c");
    }
    let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    if let Some(length) = string(rest, word) {
        return (length, "s");
    }
    if first.is_ascii_digit() {
        return (word, "n");
    }
    if word > 0 {
        let text = rest.get(..word).unwrap_or_default();
        let class = match text {
            _ if is_attribute => "",
            _ if KEYWORDS.contains(&text) => "k",
            _ if BUILTINS.contains(&text) => "b",
            _ => "",
        };
        return (word, class);
    }
    if first == '@' {
        let end = rest.find(|c: char| !c.is_alphanumeric() && !"_.@".contains(c)).unwrap_or(rest.len());
        return (end.max(1), "d");
    }
    (first.len_utf8(), "")
}

/// The length of the string that `rest` begins with, whose prefix may be the first `word` bytes.
fn string(rest: &str, word: usize) -> Option<usize> {
    let prefix = rest.get(..word)?;
    if word > 2 || !prefix.chars().all(|c| "rRbBuUfF".contains(c)) {
        return None;
    }
    let body = rest.get(word..)?;
    let quote = body.chars().next().filter(|c| *c == '"' || *c == '\'')?;
    let triple: String = std::iter::repeat_n(quote, 3).collect();
    if let Some(inside) = body.strip_prefix(&triple) {
        let end = inside.find(&triple).map_or(body.len(), |at| at + 6);
        return Some(word + end);
    }
    let mut is_escaped = false;
    for (at, letter) in body.char_indices().skip(1) {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            _ if letter == quote => return Some(word + at + 1),
            _ => {}
        }
    }
    Some(rest.len())
}

/// Appends `text` to `page` so that a browser shows it and takes nothing in it for markup. Characters that turn the
/// direction of writing around are named: a change must not look like another one.
pub fn escape(text: &str, page: &mut String) {
    for letter in text.chars() {
        match letter {
            '&' => page.push_str("&amp;"),
            '<' => page.push_str("&lt;"),
            '>' => page.push_str("&gt;"),
            '"' => page.push_str("&quot;"),
            '\'' => page.push_str("&#39;"),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}' => {
                let _ = write!(page, "<b class=odd>U+{:04X}</b>", letter as u32);
            }
            '\t' | '\n' => page.push(letter),
            _ if letter.is_control() => page.push('\u{fffd}'),
            _ => page.push(letter),
        }
    }
}

/// `text` as HTML.
pub fn escaped(text: &str) -> String {
    let mut page = String::with_capacity(text.len());
    escape(text, &mut page);
    page
}

/// `text`, a sentence of pyfix, as HTML: what stands between backquotes is code.
pub fn prose(text: &str) -> String {
    let mut page = String::with_capacity(text.len());
    let pieces: Vec<&str> = text.split('`').collect();
    for (at, piece) in pieces.iter().enumerate() {
        match (at % 2, at + 1 == pieces.len()) {
            (1, false) => {
                page.push_str("<code>");
                escape(piece, &mut page);
                page.push_str("</code>");
            }
            // The last of an odd number of backquotes is none of a pair.
            (1, true) => {
                page.push('`');
                escape(piece, &mut page);
            }
            _ => escape(piece, &mut page),
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    fn painted(line: &str) -> String {
        let mut page = String::new();
        paint_python(line, &mut page);
        page
    }

    #[test]
    fn tokens_are_told_apart() {
        assert_eq!(
            painted("    for x in rb'a\\'b': y.list = 0x1F  # <done>"),
            "    <i class=k>for</i> x <i class=k>in</i> <i class=s>rb&#39;a\\&#39;b&#39;</i>: y.list = \
             <i class=n>0x1F</i>  <i class=c># &lt;done&gt;</i>"
        );
        assert_eq!(painted("@a.b(c)"), "<i class=d>@a.b</i>(c)");
        assert_eq!(painted("\"\"\"open"), "<i class=s>&quot;&quot;&quot;open</i>");
        assert_eq!(painted("returned = list()"), "returned = <i class=b>list</i>()");
    }

    #[test]
    fn code_in_sentences_is_marked() {
        assert_eq!(prose("`a<b` is `c"), "<code>a&lt;b</code> is `c");
        assert_eq!(prose("none"), "none");
    }

    #[test]
    fn nothing_is_markup() {
        assert_eq!(
            escaped("<script>\u{202e}\u{1b}&\"'"),
            "&lt;script&gt;<b class=odd>U+202E</b>\u{fffd}&amp;&quot;&#39;"
        );
    }
}
