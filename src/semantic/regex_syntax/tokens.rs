//! The tokens of a pattern: single characters, and backslashes joined with the character that follows them.
//!
//! Python's tokenizer joins them even in comments and names, where the escape means nothing.

use super::{Doubt, Rejection};

/// One token of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    spelling: Spelling,
    offset: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spelling {
    Plain(char),
    Escaped(char),
}

impl Token {
    /// Whether this is `character` without a backslash.
    pub(super) fn is(self, character: char) -> bool {
        self.spelling == Spelling::Plain(character)
    }

    /// The character, when no backslash stands before it.
    pub(super) const fn plain(self) -> Option<char> {
        match self.spelling {
            Spelling::Plain(character) => Some(character),
            Spelling::Escaped(_) => None,
        }
    }

    /// The character, backslash or not.
    pub(super) const fn character(self) -> char {
        match self.spelling {
            Spelling::Plain(character) | Spelling::Escaped(character) => character,
        }
    }

    /// A rejection that points at this token.
    pub(super) const fn doubted(self, doubt: Doubt) -> Rejection {
        Rejection { offset: self.offset, doubt }
    }
}

/// Some digits in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Digits {
    /// How many there are; at least one.
    pub(super) count: usize,
    /// The number that they write; the greatest `u64` when it is larger than that.
    pub(super) value: u64,
}

/// The tokens of one pattern with a reading position.
pub(super) struct Tokens {
    all: Vec<Token>,
    next: usize,
}

impl Tokens {
    /// Splits `pattern`.
    ///
    /// # Errors
    ///
    /// When it ends in a backslash with nothing after it.
    pub(super) fn new(pattern: &str) -> Result<Self, Rejection> {
        let mut all = Vec::with_capacity(pattern.len());
        let mut characters = pattern.chars().enumerate();
        while let Some((offset, character)) = characters.next() {
            let spelling = match character {
                '\\' => {
                    let rejection = Rejection { offset, doubt: Doubt::TrailingBackslash };
                    Spelling::Escaped(characters.next().ok_or(rejection)?.1)
                }
                _ => Spelling::Plain(character),
            };
            all.push(Token { spelling, offset });
        }
        Ok(Self { all, next: 0 })
    }

    /// The next token, which stays.
    pub(super) fn peek(&self) -> Option<Token> {
        self.all.get(self.next).copied()
    }

    /// Takes the next token.
    pub(super) fn next(&mut self) -> Option<Token> {
        let token = self.peek();
        self.advance();
        token
    }

    /// Steps over the next token, if there is one.
    pub(super) fn advance(&mut self) {
        self.next = self.all.len().min(self.next.saturating_add(1));
    }

    /// Takes the next token if it is `character` without a backslash; whether it did.
    pub(super) fn take_if(&mut self, character: char) -> bool {
        let found = self.peek().is_some_and(|token| token.is(character));
        if found {
            self.advance();
        }
        found
    }

    /// Takes up to `limit` digits of base `radix`; `None` when there is none.
    pub(super) fn take_digits(&mut self, radix: u32, limit: usize) -> Option<Digits> {
        let mut digits = Digits { count: 0, value: 0 };
        while digits.count < limit {
            let Some(digit) = self.peek().and_then(Token::plain).and_then(|c| c.to_digit(radix)) else {
                break;
            };
            self.advance();
            digits.count += 1;
            digits.value = digits.value.saturating_mul(u64::from(radix)).saturating_add(u64::from(digit));
        }
        (digits.count > 0).then_some(digits)
    }

    /// Takes everything up to and with `end`; `None` when it does not come or a backslash does first.
    pub(super) fn take_until(&mut self, end: char) -> Option<String> {
        let mut taken = String::new();
        loop {
            match self.next()?.plain()? {
                character if character == end => return Some(taken),
                character => taken.push(character),
            }
        }
    }

    /// The reading position, for [`rewind`](Self::rewind).
    pub(super) const fn position(&self) -> usize {
        self.next
    }

    /// Goes back to a position that [`position`](Self::position) gave.
    pub(super) const fn rewind(&mut self, position: usize) {
        self.next = position;
    }
}
