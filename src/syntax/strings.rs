//! String literals: prefixes, quotes and the value that Python gives them.
//!
//! Values of f-strings and template strings are not computed here.

use super::{Kind, Node, inside};

/// What a literal evaluates to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LiteralKind {
    /// `str` on Python 3. On Python 2 a literal without prefix is a byte string.
    Text,
    /// `bytes`; the value holds one character below U+0100 for each byte.
    Bytes,
}

/// The letters before the opening quote.
#[expect(clippy::struct_excessive_bools, reason = "the letters of a prefix are independent of one another")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StringPrefix {
    /// `r`.
    pub raw: bool,
    /// `b`.
    pub bytes: bool,
    /// `u`.
    pub unicode: bool,
    /// `f` or `t`: holds expressions.
    pub interpolated: bool,
}

impl StringPrefix {
    /// The prefix of a string node; `None` for Python 2's backticks, which only look like a string.
    pub fn of(string: Node<'_>) -> Option<Self> {
        let start = string.children().find(|child| child.kind() == Kind::StringStart)?;
        let letters = start.text().trim_end_matches(['"', '\'']);
        if letters.contains('`') {
            return None;
        }
        let has = |wanted: char| letters.chars().any(|letter| letter.eq_ignore_ascii_case(&wanted));
        Some(Self { raw: has('r'), bytes: has('b'), unicode: has('u'), interpolated: has('f') || has('t') })
    }
}

/// Whether `node` is a literal, or several ones in a row; f-strings and bytes are.
pub fn is_text(node: Node<'_>) -> bool {
    match node.kind() {
        Kind::String => StringPrefix::of(node).is_some(),
        Kind::ConcatenatedString => true,
        _ => false,
    }
}

/// A literal with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    /// Text or bytes.
    pub kind: LiteralKind,
    /// The value.
    pub value: String,
    /// Whether every part is written so that Python 2 and Python 3 give it the same value and kind.
    pub portable: bool,
}

impl Literal {
    /// The value of a string node or of implicitly concatenated ones. `None` for anything else, for
    /// interpolated strings, for `\N{...}`, and for text mixed with bytes.
    pub fn evaluate(node: Node<'_>) -> Option<Self> {
        match node.kind() {
            Kind::String => Self::evaluate_one(node),
            Kind::ConcatenatedString => {
                let mut parts = node.named_children().map(Self::evaluate_one);
                let mut whole = parts.next()??;
                for part in parts {
                    let part = part?;
                    if part.kind != whole.kind {
                        return None;
                    }
                    whole.value.push_str(&part.value);
                    whole.portable &= part.portable;
                }
                Some(whole)
            }
            Kind::ParenthesizedExpression => {
                let mut inner = node.named_children();
                match (inner.next(), inner.next()) {
                    (Some(only), None) => Self::evaluate(only),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn evaluate_one(node: Node<'_>) -> Option<Self> {
        let prefix = StringPrefix::of(node)?;
        if prefix.interpolated {
            return None;
        }
        let inner = inside(node)?.replace("\r\n", "\n");
        let kind = if prefix.bytes { LiteralKind::Bytes } else { LiteralKind::Text };
        // Python 2 reads `\u` in a raw unicode literal, and not in a plain one; non-ASCII characters of a
        // plain literal are bytes there.
        let portable = inner.is_ascii() && !(inner.contains("\\u") || inner.contains("\\U"));
        let value = if prefix.raw { inner } else { unescape(&inner, kind)? };
        if kind == LiteralKind::Bytes && value.chars().any(|character| character as u32 > 0xFF) {
            return None;
        }
        Some(Self { kind, value, portable })
    }
}

/// The value of the inside of a literal that is not raw.
fn unescape(inner: &str, kind: LiteralKind) -> Option<String> {
    let mut value = String::with_capacity(inner.len());
    let mut rest = inner.chars().peekable();
    while let Some(character) = rest.next() {
        if character != '\\' {
            value.push(character);
            continue;
        }
        let escaped = rest.next()?;
        match escaped {
            '\n' => {}
            '\\' | '\'' | '"' => value.push(escaped),
            'a' => value.push('\x07'),
            'b' => value.push('\x08'),
            'f' => value.push('\x0c'),
            'n' => value.push('\n'),
            'r' => value.push('\r'),
            't' => value.push('\t'),
            'v' => value.push('\x0b'),
            '0'..='7' => {
                let mut code = escaped.to_digit(8)?;
                for _ in 0..2 {
                    let Some(digit) = rest.peek().and_then(|next| next.to_digit(8)) else { break };
                    rest.next();
                    code = code * 8 + digit;
                }
                value.push(char::from_u32(if kind == LiteralKind::Bytes { code & 0xFF } else { code })?);
            }
            'x' => value.push(hexadecimal(&mut rest, 2)?),
            'u' if kind == LiteralKind::Text => value.push(hexadecimal(&mut rest, 4)?),
            'U' if kind == LiteralKind::Text => value.push(hexadecimal(&mut rest, 8)?),
            'N' if kind == LiteralKind::Text => return None,
            _ => {
                value.push('\\');
                value.push(escaped);
            }
        }
    }
    Some(value)
}

fn hexadecimal(rest: &mut impl Iterator<Item = char>, digits: usize) -> Option<char> {
    let mut code = 0;
    for _ in 0..digits {
        code = code * 16 + rest.next()?.to_digit(16)?;
    }
    char::from_u32(code)
}
