//! The code of a Jupyter notebook as plain text, without a JSON parser: whatever is broken stays readable.

/// The strings of the JSON text `json`, unescaped. Strings that only a comma parts (the lines of a cell) are
/// joined as they are, others stand on lines of their own.
pub(super) fn text(json: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(json.len());
    let mut rest = json;
    loop {
        let Some(quote) = memchr::memchr(b'"', rest) else { return out };
        let between = rest.get(..quote).unwrap_or_default().trim_ascii();
        if between != b"," && !out.is_empty() {
            out.push(b'\n');
        }
        rest = unescape(rest.get(quote + 1..).unwrap_or_default(), &mut out);
    }
}

/// Appends the string that `rest` begins with, and returns what follows its closing quote.
fn unescape<'a>(mut rest: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
    loop {
        let Some(at) = memchr::memchr2(b'"', b'\\', rest) else {
            out.extend_from_slice(rest);
            return &[];
        };
        let (plain, special) = rest.split_at(at);
        out.extend_from_slice(plain);
        let [first, after @ ..] = special else { return &[] };
        if *first == b'"' {
            return after;
        }
        let [letter, after @ ..] = after else { return &[] };
        rest = after;
        match letter {
            b'n' => out.push(b'\n'),
            b't' => out.push(b'\t'),
            b'r' => out.push(b'\r'),
            b'b' | b'f' => out.push(b' '),
            b'u' => {
                let digits = rest.get(..4).and_then(|digits| std::str::from_utf8(digits).ok());
                let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
                // Half a surrogate pair is no part of a name.
                let letter = code.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER);
                out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
                rest = rest.get(4..).unwrap_or_default();
            }
            other => out.push(*other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_become_text() {
        let json =
            br#"{"cells": [{"source": ["from mod import (\n", "    name)\n", "x = \"\\u0041\\n\""]}]}"#;
        let expected = "cells\nsource\nfrom mod import (\n    name)\nx = \"\\u0041\\n\"";
        assert_eq!(String::from_utf8(text(json)).unwrap(), expected);
    }

    #[test]
    fn broken_notebooks_stay_readable() {
        assert_eq!(text(br#"["a\"#), b"a");
        assert_eq!(text(br#"["a\u00"#), "a\u{fffd}".as_bytes());
        assert_eq!(text(b"no strings"), b"");
        assert_eq!(text(br#"["a", "b"#), b"ab");
    }
}
