//! A string literal unit by unit: what is spelled, and the character that it stands for.

use super::{Node, StringPrefix};

/// One character of a literal, or an escape sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit<'t> {
    /// As it stands in the source.
    pub spelled: &'t str,
    /// The character that it gives. `None` for `\N{NAME}`, which gives one that only Python's tables tell, and
    /// for a backslash that Python keeps because what follows is no escape.
    pub value: Option<char>,
}

/// The units of one literal that holds no expressions; `None` for f-strings, and for what is not spelled on one
/// line.
pub fn units(string: Node<'_>) -> Option<Vec<Unit<'_>>> {
    let prefix = StringPrefix::of(string).filter(|prefix| !prefix.interpolated)?;
    let inner = inside(string)?;
    let mut units = Vec::new();
    let mut at = 0;
    while let Some(first) = inner.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = inner.get(at..)?;
        let length = if first == '\\' && !prefix.raw { escape_length(rest)? } else { first.len_utf8() };
        let spelled = rest.get(..length)?;
        let value = if length == first.len_utf8() { Some(first) } else { escaped(spelled) };
        if matches!(first, '\n' | '\r') {
            return None;
        }
        units.push(Unit { spelled, value });
        at += length;
    }
    Some(units)
}

/// What stands between the quotes.
pub fn inside(string: Node<'_>) -> Option<&str> {
    // By the text: in r'\\' the parser's end stands before the backslashes.
    let quoted = string.text().trim_start_matches(|it: char| it.is_ascii_alphabetic());
    ["\"\"\"", "'''", "\"", "'"].into_iter().find_map(|quote| quoted.strip_prefix(quote)?.strip_suffix(quote))
}

/// The bytes of the escape sequence that `rest` begins with; `None` for a continued line.
fn escape_length(rest: &str) -> Option<usize> {
    let after = rest.get(1..)?;
    let next = after.chars().next()?;
    Some(match next {
        '\n' | '\r' => return None,
        '0'..='7' => 1 + after.chars().take(3).take_while(|digit| digit.is_digit(8)).count(),
        'x' => 4,
        'u' => 6,
        'U' => 10,
        'N' => 1 + after.find('}')? + 1,
        'a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | '\\' | '\'' | '"' => 2,
        // Python keeps the backslash of an escape that it does not know.
        _ => 1 + next.len_utf8(),
    })
}

fn escaped(spelled: &str) -> Option<char> {
    let code = |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    let rest = spelled.get(1..)?;
    match rest.chars().next()? {
        'a' => Some('\x07'),
        'b' => Some('\x08'),
        'f' => Some('\x0c'),
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        'v' => Some('\x0b'),
        quoted @ ('\\' | '\'' | '"') => Some(quoted),
        '0'..='7' => code(rest, 8),
        'x' | 'u' | 'U' => code(rest.get(1..)?, 16),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{inside, units};
    use crate::syntax::{Kind, Regions, parse};
    use crate::text::{Dialect, Source, Target};

    fn spelled(text: &str) -> (String, Vec<String>) {
        let source = Source::new(text.to_owned(), Dialect::Python3, Target::default());
        let Ok(tree) = parse(&source, &Regions::whole(&source)) else { panic!("cannot parse {text}") };
        let Some(string) = tree.nodes().find(|node| node.kind() == Kind::String) else { panic!("no string") };
        let found = units(string).unwrap_or_default();
        let spelled = found.iter().map(|unit| unit.spelled.to_owned()).collect();
        (inside(string).unwrap_or_default().to_owned(), spelled)
    }

    #[test]
    fn every_character_and_escape_is_a_unit() {
        assert_eq!(spelled(r"r'\\' + x").0, r"\\");
        assert_eq!(spelled(r"r'\\' + x").1, [r"\", r"\"]);
        assert_eq!(spelled(r"'\\a\n'").1, [r"\\", "a", r"\n"]);
    }
}
