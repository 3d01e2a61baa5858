//! Everything that starts with a parenthesis: groups, references by name, lookarounds, conditionals, inline
//! flags and comments.

use super::tokens::Token;
use super::{
    Doubt, Flags, MAX_DEPTH, MAX_LOOKBEHIND, Oldest, Parser, Part, PatternKind, Rejection, Sequence,
};
use super::{Spacing, Width};

/// Python 2.7 stops at 100 groups, of which the whole match is one.
const MAX_GROUPS_PYTHON27: usize = 99;

/// The capturing groups that have been opened so far.
#[derive(Default)]
pub(super) struct Groups {
    all: Vec<Group>,
}

struct Group {
    name: Option<String>,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Closed,
}

impl Groups {
    /// Whether group `number`, counted from 1, exists and is closed.
    pub(super) fn is_closed(&self, number: u64) -> bool {
        let group = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        group.and_then(|index| self.all.get(index)).is_some_and(|group| group.state == State::Closed)
    }

    /// Whether a group of this name exists and is closed.
    fn is_named_closed(&self, name: &str) -> bool {
        self.named(name).is_some_and(|group| group.state == State::Closed)
    }

    fn named(&self, name: &str) -> Option<&Group> {
        self.all.iter().find(|group| group.name.as_deref() == Some(name))
    }

    /// Opens a group; its index, for [`close`](Self::close).
    fn open(&mut self, name: Option<String>) -> usize {
        self.all.push(Group { name, state: State::Open });
        self.all.len() - 1
    }

    fn close(&mut self, index: usize) {
        if let Some(group) = self.all.get_mut(index) {
            group.state = State::Closed;
        }
    }
}

impl Parser {
    /// Flags for the whole pattern at its very start, as in `(?i)`; none when it starts otherwise. Later
    /// ones are an error or a warning on some version.
    pub(super) fn leading_flags(&mut self, given: Flags) -> Result<Flags, Rejection> {
        let Some(start) = self.tokens.peek() else { return Ok(Flags::empty()) };
        if !(self.tokens.take_if('(') && self.tokens.take_if('?')) {
            self.tokens.rewind(0);
            return Ok(Flags::empty());
        }
        let flags = self.flag_letters();
        if flags.is_empty() || !self.tokens.take_if(')') {
            self.tokens.rewind(0);
            return Ok(Flags::empty());
        }
        let clash = flags.contains(Flags::LOCALE)
            || (given | flags).contains(Flags::ASCII | Flags::UNICODE)
            || (flags.contains(Flags::UNICODE) && self.kind == PatternKind::Bytes)
            || (flags.contains(Flags::ASCII) && self.oldest == Oldest::Python27);
        if clash { Err(start.doubted(Doubt::InlineFlags)) } else { Ok(flags) }
    }

    /// Takes the letters of inline flags.
    fn flag_letters(&mut self) -> Flags {
        let mut flags = Flags::empty();
        while let Some(flag) = self.tokens.peek().and_then(Token::plain).and_then(flag_of_letter) {
            self.tokens.advance();
            flags |= flag;
        }
        flags
    }

    /// What follows the parenthesis `open`, up to and with the one that closes it.
    pub(super) fn group(
        &mut self,
        open: Token,
        spacing: Spacing,
        sequence: &mut Sequence,
    ) -> Result<(), Rejection> {
        if self.depth == MAX_DEPTH {
            return Err(open.doubted(Doubt::TooDeep));
        }
        self.depth += 1;
        let part = if self.tokens.take_if('?') {
            self.extension(open, spacing)?
        } else {
            Some((Part::Other, self.capture(open, None, spacing)?))
        };
        self.depth -= 1;
        if let Some((part, width)) = part {
            sequence.push(part, width);
        }
        Ok(())
    }

    /// What follows a `(?`; `None` for a comment.
    fn extension(&mut self, open: Token, spacing: Spacing) -> Result<Option<(Part, Width)>, Rejection> {
        let unknown = open.doubted(Doubt::UnknownGroup);
        let start = self.tokens.position();
        match self.tokens.next().and_then(Token::plain) {
            Some(':') => Ok(Some((Part::Other, self.body(open, spacing)?))),
            Some('P') => self.named(open, spacing).map(Some),
            Some('#') => self.comment(open).map(|()| None),
            Some('=' | '!') => {
                self.body(open, spacing)?;
                Ok(Some((Part::Lookaround, Width::ZERO)))
            }
            Some('<') if self.tokens.take_if('=') || self.tokens.take_if('!') => {
                self.lookbehind(open, spacing)?;
                Ok(Some((Part::Lookaround, Width::ZERO)))
            }
            Some('(') => self.conditional(open, spacing).map(Some),
            Some(letter) if letter == '-' || flag_of_letter(letter).is_some() => {
                self.tokens.rewind(start);
                Ok(Some((Part::Other, self.scoped_flags(open, spacing)?)))
            }
            _ => Err(unknown),
        }
    }

    /// Alternatives and the closing parenthesis.
    fn body(&mut self, open: Token, spacing: Spacing) -> Result<Width, Rejection> {
        let width = self.alternation(spacing)?;
        self.close(open)?;
        Ok(width)
    }

    fn close(&mut self, open: Token) -> Result<(), Rejection> {
        if self.tokens.take_if(')') { Ok(()) } else { Err(open.doubted(Doubt::UnbalancedParenthesis)) }
    }

    fn capture(&mut self, open: Token, name: Option<String>, spacing: Spacing) -> Result<Width, Rejection> {
        let index = self.groups.open(name);
        if self.oldest == Oldest::Python27 && index >= MAX_GROUPS_PYTHON27 {
            return Err(open.doubted(Doubt::TooManyGroups));
        }
        let width = self.body(open, spacing)?;
        self.groups.close(index);
        Ok(width)
    }

    /// What follows `(?P`.
    fn named(&mut self, open: Token, spacing: Spacing) -> Result<(Part, Width), Rejection> {
        if self.tokens.take_if('<') {
            let name = self.name(open, '>')?;
            if self.groups.named(&name).is_some() {
                return Err(open.doubted(Doubt::GroupName));
            }
            return Ok((Part::Other, self.capture(open, Some(name), spacing)?));
        }
        if self.tokens.take_if('=') {
            let name = self.name(open, ')')?;
            self.check_reference(open, self.groups.is_named_closed(&name))?;
            return Ok((Part::Other, Width::ZERO));
        }
        Err(open.doubted(Doubt::UnknownGroup))
    }

    /// A name and the `end` after it. Python 2.7 wants ASCII identifiers, and so do bytes patterns of late.
    fn name(&mut self, open: Token, end: char) -> Result<String, Rejection> {
        self.tokens.take_until(end).filter(|name| is_name(name)).ok_or(open.doubted(Doubt::GroupName))
    }

    /// A reference in a lookbehind is a warning on 2.7 and refused by some versions of 3.
    pub(super) fn check_reference(&self, token: Token, to_closed_group: bool) -> Result<(), Rejection> {
        if to_closed_group && self.lookbehinds == 0 {
            Ok(())
        } else {
            Err(token.doubted(Doubt::GroupReference))
        }
    }

    /// The rest of `(?#`. An escaped parenthesis does not end it.
    fn comment(&mut self, open: Token) -> Result<(), Rejection> {
        while let Some(token) = self.tokens.next() {
            if token.is(')') {
                return Ok(());
            }
        }
        Err(open.doubted(Doubt::UnbalancedParenthesis))
    }

    fn lookbehind(&mut self, open: Token, spacing: Spacing) -> Result<(), Rejection> {
        self.lookbehinds += 1;
        let width = self.body(open, spacing)?;
        self.lookbehinds -= 1;
        if width.is_fixed() && width.least <= MAX_LOOKBEHIND {
            Ok(())
        } else {
            Err(open.doubted(Doubt::LookbehindWidth))
        }
    }

    /// The rest of `(?(1)yes|no)` after its second parenthesis.
    ///
    /// Where nothing is compiled for `no`, `re` guesses from the last but one word of the compiled `yes` whether
    /// there is a `no`, and takes some sets, groups and counts for one: `(a)?(?(1)b[\x00-\x12])` is an invalid
    /// code to 3.6. A character or an anchor at the end is safe.
    fn conditional(&mut self, open: Token, spacing: Spacing) -> Result<(Part, Width), Rejection> {
        let target = self.tokens.take_until(')').ok_or(open.doubted(Doubt::GroupName))?;
        let closed = if is_name(&target) {
            self.groups.is_named_closed(&target)
        } else {
            // A sign, a space or a leading zero is a warning or an error on some version.
            let written = !target.starts_with('0') && target.bytes().all(|byte| byte.is_ascii_digit());
            written && target.parse().is_ok_and(|number| self.groups.is_closed(number))
        };
        self.check_reference(open, closed)?;
        let yes = self.sequence(spacing)?;
        let no = if self.tokens.take_if('|') { self.sequence(spacing)? } else { Sequence::EMPTY };
        let safe_end = matches!(yes.latest, None | Some((Part::Character | Part::Anchor, _)));
        // `(?:)` is a part that compiles to nothing on some versions; what has a width does not.
        let surely_emits = no.width().most != Some(0);
        if !(safe_end || surely_emits) {
            return Err(open.doubted(Doubt::Conditional));
        }
        if self.tokens.peek().is_some_and(|token| token.is('|')) {
            return Err(open.doubted(Doubt::Conditional));
        }
        self.close(open)?;
        Ok((Part::Other, yes.width().or(no.width())))
    }

    /// The rest of `(?i-s:...)`, which 2.7 does not know. Flags that change what text is, such as `a`, may not
    /// be scoped on 3.6.
    fn scoped_flags(&mut self, open: Token, spacing: Spacing) -> Result<Width, Rejection> {
        let refused = open.doubted(Doubt::InlineFlags);
        let on = self.flag_letters();
        let off = if self.tokens.take_if('-') {
            Some(self.flag_letters()).filter(|flags| !flags.is_empty()).ok_or(refused)?
        } else {
            Flags::empty()
        };
        let scopable = Flags::IGNORECASE | Flags::MULTILINE | Flags::DOTALL | Flags::VERBOSE;
        let sound = self.oldest == Oldest::Python36 && scopable.contains(on | off) && !on.intersects(off);
        if !(sound && self.tokens.take_if(':')) {
            return Err(refused);
        }
        let spacing = match () {
            () if on.contains(Flags::VERBOSE) => Spacing::Free,
            () if off.contains(Flags::VERBOSE) => Spacing::Significant,
            () => spacing,
        };
        self.body(open, spacing)
    }
}

const fn flag_of_letter(letter: char) -> Option<Flags> {
    match letter {
        'i' => Some(Flags::IGNORECASE),
        'm' => Some(Flags::MULTILINE),
        's' => Some(Flags::DOTALL),
        'x' => Some(Flags::VERBOSE),
        'u' => Some(Flags::UNICODE),
        'a' => Some(Flags::ASCII),
        'L' => Some(Flags::LOCALE),
        _ => None,
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
