//! Escapes, and sets of characters in brackets.

use super::tokens::Token;
use super::{Doubt, Oldest, Parser, Part, PatternKind, Rejection, Width};

/// What an escape or a plain character stands for in a set.
enum Member {
    /// One character, by its number.
    Character(u64),
    /// A class such as `\d`, which cannot bound a range.
    Class,
}

impl Parser {
    /// The escape `token` outside of sets.
    pub(super) fn escape(&mut self, token: Token) -> Result<(Part, Width), Rejection> {
        match token.character() {
            'A' | 'b' | 'B' | 'Z' => Ok((Part::Anchor, Width::ZERO)),
            'd' | 'D' | 's' | 'S' | 'w' | 'W' => Ok((Part::Other, Width::ONE)),
            digit @ '1'..='9' => self.numbered(token, digit),
            _ => {
                self.character_escape(token)?;
                Ok((Part::Character, Width::ONE))
            }
        }
    }

    /// `\1` to `\99` refer to groups; three octal digits are a character.
    fn numbered(&mut self, token: Token, first: char) -> Result<(Part, Width), Rejection> {
        let start = self.tokens.position();
        if first.is_digit(8) && self.tokens.take_digits(8, 2).is_some_and(|digits| digits.count == 2) {
            // `\400` and above fit no byte.
            let fits = first <= '3';
            return if fits {
                Ok((Part::Character, Width::ONE))
            } else {
                Err(token.doubted(Doubt::IncompleteEscape))
            };
        }
        self.tokens.rewind(start);
        let second = self.tokens.take_digits(10, 1).map(|digits| digits.value);
        let first = first.to_digit(10).map_or(0, u64::from);
        let number = second.map_or(first, |second| first * 10 + second);
        self.check_reference(token, self.groups.is_closed(number))?;
        Ok((Part::Other, Width::ZERO))
    }

    /// An escape that stands for one character in sets and outside of them; its number.
    fn character_escape(&mut self, token: Token) -> Result<u64, Rejection> {
        let incomplete = token.doubted(Doubt::IncompleteEscape);
        match token.character() {
            'a' => Ok(0x07),
            't' => Ok(0x09),
            'n' => Ok(0x0a),
            'v' => Ok(0x0b),
            'f' => Ok(0x0c),
            'r' => Ok(0x0d),
            'x' => self.hexadecimal(2).ok_or(incomplete),
            '0' => Ok(self.tokens.take_digits(8, 2).map_or(0, |digits| digits.value)),
            'u' | 'U' if self.kind == PatternKind::Bytes || self.oldest == Oldest::Python27 => {
                Err(token.doubted(Doubt::UnknownEscape))
            }
            'u' => self.hexadecimal(4).ok_or(incomplete),
            'U' => self.hexadecimal(8).filter(|number| *number <= 0x10_ffff).ok_or(incomplete),
            other if other.is_ascii_alphanumeric() => Err(token.doubted(Doubt::UnknownEscape)),
            other => Ok(u64::from(u32::from(other))),
        }
    }

    /// The value of exactly `count` hexadecimal digits.
    fn hexadecimal(&mut self, count: usize) -> Option<u64> {
        self.tokens.take_digits(16, count).filter(|digits| digits.count == count).map(|digits| digits.value)
    }

    /// The rest of a set after its `[`, which is `bracket`.
    pub(super) fn set(&mut self, bracket: Token) -> Result<(), Rejection> {
        let unclosed = bracket.doubted(Doubt::UnclosedSet);
        if self.tokens.peek().is_some_and(|token| token.is('[')) {
            return Err(bracket.doubted(Doubt::FutureSet));
        }
        self.tokens.take_if('^');
        let mut first = self.tokens.next().ok_or(unclosed)?;
        // A `]` is a member when it comes first.
        loop {
            self.check_operator(first)?;
            let start = self.member(first)?;
            if self.tokens.take_if('-') {
                let last = self.tokens.next().ok_or(unclosed)?;
                if last.is(']') {
                    return Ok(());
                }
                if last.is('-') {
                    return Err(last.doubted(Doubt::FutureSet));
                }
                self.check_operator(last)?;
                let end = self.member(last)?;
                match (start, end) {
                    (Member::Character(start), Member::Character(end)) if start <= end => {}
                    _ => return Err(first.doubted(Doubt::BadRange)),
                }
            }
            first = self.tokens.next().ok_or(unclosed)?;
            if first.is(']') {
                return Ok(());
            }
        }
    }

    /// Python warns of `--`, `&&`, `~~` and `||` in sets.
    fn check_operator(&self, token: Token) -> Result<(), Rejection> {
        let doubled = matches!(token.plain(), Some('-' | '&' | '~' | '|'))
            && self.tokens.peek().and_then(Token::plain) == token.plain();
        if doubled { Err(token.doubted(Doubt::FutureSet)) } else { Ok(()) }
    }

    fn member(&mut self, token: Token) -> Result<Member, Rejection> {
        if let Some(character) = token.plain() {
            return Ok(Member::Character(u64::from(u32::from(character))));
        }
        match token.character() {
            'd' | 'D' | 's' | 'S' | 'w' | 'W' => Ok(Member::Class),
            'b' => Ok(Member::Character(0x08)),
            digit @ '1'..='7' => {
                let first = digit.to_digit(8).map_or(0, u64::from);
                let value = match self.tokens.take_digits(8, 2) {
                    Some(digits) if digits.count == 2 => first * 64 + digits.value,
                    Some(digits) => first * 8 + digits.value,
                    None => first,
                };
                if value > 0xff {
                    Err(token.doubted(Doubt::IncompleteEscape))
                } else {
                    Ok(Member::Character(value))
                }
            }
            _ => self.character_escape(token).map(Member::Character),
        }
    }
}
