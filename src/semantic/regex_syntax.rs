//! Whether a regular expression literal surely compiles under Python's `re`.
//!
//! A call of `re.compile` may only move out of a loop when it can neither raise nor warn on any supported
//! Python (2.7, and 3.6 to 3.14). This module reads a pattern as those versions do and accepts it only where
//! they agree. It errs on the side of doubt: it rejects some patterns that compile, and never says what a
//! pattern matches or how fast.

mod groups;
mod sets;
mod tokens;

use bitflags::bitflags;
use thiserror::Error;

use groups::Groups;
use tokens::{Token, Tokens};

/// Counts above this are doubted: old versions overflow at 65535, and no count that large is meant.
const MAX_COUNT: u64 = 65_534;

/// Lookbehinds wider than this are doubted.
const MAX_LOOKBEHIND: u64 = 65_534;

/// Groups may nest this deep; `re` itself recurses and would run into Python's recursion limit.
const MAX_DEPTH: usize = 100;

/// Checks that `pattern` compiles without an error and without a warning on all the supported versions.
///
/// `pattern` is the value of the literal, after Python's own escapes; for [`PatternKind::Bytes`] each `char`
/// stands for the byte of the same number.
///
/// # Errors
///
/// The first place where some version could raise or warn, or where this checker does not know.
pub fn surely_compiles(
    pattern: &str,
    kind: PatternKind,
    flags: Flags,
    oldest: Oldest,
) -> Result<(), Rejection> {
    check_flags(kind, flags, oldest)?;
    let tokens = Tokens::new(pattern)?;
    if let Some(offset) = pattern.chars().position(|c| !is_certain(c, kind, oldest)) {
        return Err(Rejection { offset, doubt: Doubt::UncertainCharacter });
    }
    let mut parser = Parser { tokens, kind, oldest, groups: Groups::default(), lookbehinds: 0, depth: 0 };
    let inline = parser.leading_flags(flags)?;
    parser.alternation(Spacing::under(flags | inline))?;
    match parser.tokens.peek() {
        None => Ok(()),
        Some(token) => Err(token.doubted(Doubt::UnbalancedParenthesis)),
    }
}

/// Whether a pattern literal is text (`str`) or bytes. A plain literal of a file that runs on both Python 2
/// and 3 is [`Text`](PatternKind::Text).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatternKind {
    /// `'...'` or `u'...'`.
    Text,
    /// `b'...'`.
    Bytes,
}

/// The oldest Python that the pattern must compile on; every later supported version counts as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oldest {
    /// Python 2.7, and 3.6 or newer.
    Python27,
    /// Python 3.6 or newer.
    Python36,
}

bitflags! {
    /// The flags given to `re.compile`, with the bits that Python gives them.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
    pub struct Flags: u16 {
        /// `re.IGNORECASE`.
        const IGNORECASE = 2;
        /// `re.LOCALE`: always rejected, since what is compiled may depend on the locale of the moment.
        const LOCALE = 4;
        /// `re.MULTILINE`.
        const MULTILINE = 8;
        /// `re.DOTALL`.
        const DOTALL = 16;
        /// `re.UNICODE`.
        const UNICODE = 32;
        /// `re.VERBOSE`.
        const VERBOSE = 64;
        /// `re.DEBUG`: always rejected, since compiling prints.
        const DEBUG = 128;
        /// `re.ASCII`, which Python 2.7 lacks.
        const ASCII = 256;
    }
}

/// Why, and where, a pattern is not known to compile everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{doubt} (at character {offset} of the pattern)")]
pub struct Rejection {
    /// The place of the doubt, counted in characters from 0.
    pub offset: usize,
    /// What is doubted there.
    pub doubt: Doubt,
}

/// What can keep a pattern from compiling on some version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Error)]
pub enum Doubt {
    /// A flag prints or depends on the locale, or two flags exclude each other.
    #[error("these flags do not go together with such a pattern on all versions")]
    Flags,
    /// On Python 2, what a text literal with non-ASCII characters holds depends on the build and the encoding.
    #[error("Python 2 may hold this character as several units")]
    UncertainCharacter,
    /// The pattern ends in a backslash.
    #[error("the pattern ends in a lone backslash")]
    TrailingBackslash,
    /// A parenthesis is not closed, or one is closed that was not opened.
    #[error("parentheses are not balanced")]
    UnbalancedParenthesis,
    /// Groups nest deeper than is sure to fit Python's recursion limit.
    #[error("groups nest too deep")]
    TooDeep,
    /// Python 2.7 has at most 99 groups.
    #[error("there are more groups than Python 2.7 allows")]
    TooManyGroups,
    /// A `(?` that not all versions know.
    #[error("not all versions know this kind of group")]
    UnknownGroup,
    /// A name that is no ASCII identifier, or that names two groups.
    #[error("the name of the group is not valid everywhere")]
    GroupName,
    /// A reference to a group that does not exist, is still open, or stands in a lookbehind.
    #[error("the reference is not to a closed group, or stands in a lookbehind")]
    GroupReference,
    /// A conditional with too many branches, or of a shape that `re` may fail to validate.
    #[error("the conditional group has a shape that is not sure to compile")]
    Conditional,
    /// Inline flags that do not stand first, or that some version refuses.
    #[error("not all versions accept these inline flags here")]
    InlineFlags,
    /// A lookbehind whose matches differ in length, or are very long.
    #[error("the lookbehind has no fixed width")]
    LookbehindWidth,
    /// A quantifier with nothing before it, or after an anchor or a lookaround.
    #[error("there is nothing to repeat")]
    NothingToRepeat,
    /// A quantifier after a quantifier; some versions read it as possessive.
    #[error("a quantifier follows a quantifier")]
    MultipleRepeat,
    /// Early releases of Python 2.7 refuse to repeat what may be empty and has no greatest length.
    #[error("early releases of Python 2.7 refuse to repeat what may be empty and is unbounded")]
    EmptyRepeat,
    /// The counts of a quantifier are reversed or very large.
    #[error("the counts of the quantifier are reversed or too large")]
    RepeatCounts,
    /// An escape that some version does not know.
    #[error("not all versions know this escape")]
    UnknownEscape,
    /// A numeric escape with too few digits or too large a value.
    #[error("the escape does not name a character")]
    IncompleteEscape,
    /// A set without its closing bracket.
    #[error("the set of characters is not closed")]
    UnclosedSet,
    /// A range whose end lies before its start, or whose end is a class such as `\d`.
    #[error("the range of characters is not valid")]
    BadRange,
    /// A set that Python warns may mean something else one day.
    #[error("Python warns that this set may become a set operation")]
    FutureSet,
}

fn check_flags(kind: PatternKind, flags: Flags, oldest: Oldest) -> Result<(), Rejection> {
    let clash = flags.intersects(Flags::DEBUG | Flags::LOCALE)
        || flags.contains(Flags::ASCII | Flags::UNICODE)
        || (kind == PatternKind::Bytes && flags.contains(Flags::UNICODE))
        || (oldest == Oldest::Python27 && flags.contains(Flags::ASCII));
    if clash { Err(Rejection { offset: 0, doubt: Doubt::Flags }) } else { Ok(()) }
}

/// Whether every version holds `character` as one unit. A plain literal is encoded bytes on Python 2, whose
/// second byte may even be a backslash, and narrow builds split what lies beyond the first plane.
const fn is_certain(character: char, kind: PatternKind, oldest: Oldest) -> bool {
    match (kind, oldest) {
        (PatternKind::Bytes, _) => (character as u32) < 0x100,
        (PatternKind::Text, Oldest::Python27) => character.is_ascii(),
        (PatternKind::Text, Oldest::Python36) => true,
    }
}

/// Whether white space and comments are part of the pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spacing {
    /// They match themselves.
    Significant,
    /// `re.VERBOSE`: they are skipped.
    Free,
}

impl Spacing {
    const fn under(flags: Flags) -> Self {
        if flags.contains(Flags::VERBOSE) { Self::Free } else { Self::Significant }
    }
}

/// How many characters something can match, computed as Python 2.7 does: a back reference counts as empty,
/// which is exact where it matters because none is accepted in a lookbehind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Width {
    least: u64,
    /// Not above [`MAX_LOOKBEHIND`]; `None` when there is no limit or it lies beyond that.
    most: Option<u64>,
}

impl Width {
    const ZERO: Self = Self { least: 0, most: Some(0) };
    const ONE: Self = Self { least: 1, most: Some(1) };

    fn then(self, next: Self) -> Self {
        let most = self.most.zip(next.most).map(|(a, b)| a.saturating_add(b));
        Self { least: self.least.saturating_add(next.least), most: within_limit(most) }
    }

    fn or(self, other: Self) -> Self {
        let most = self.most.zip(other.most).map(|(a, b)| a.max(b));
        Self { least: self.least.min(other.least), most }
    }

    fn times(self, counts: Counts) -> Self {
        let most = match (self.most, counts.most) {
            (Some(0), _) | (_, Some(0)) => Some(0),
            (Some(each), Some(count)) => Some(each.saturating_mul(count)),
            _ => None,
        };
        Self { least: self.least.saturating_mul(counts.least), most: within_limit(most) }
    }

    fn is_fixed(self) -> bool {
        self.most == Some(self.least)
    }
}

fn within_limit(most: Option<u64>) -> Option<u64> {
    most.filter(|most| *most <= MAX_LOOKBEHIND)
}

/// The counts of a quantifier; no `most` is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Counts {
    least: u64,
    most: Option<u64>,
}

/// What the latest part of a sequence is, as far as it decides what may follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// One given character.
    Character,
    /// `^`, `$`, `\b` and their like.
    Anchor,
    /// A lookahead or lookbehind.
    Lookaround,
    /// Anything with a quantifier.
    Repeat,
    /// Sets, groups, references.
    Other,
}

/// A run of parts without `|`.
#[derive(Clone, Copy, Debug)]
struct Sequence {
    /// The width of all parts but the latest.
    before: Width,
    latest: Option<(Part, Width)>,
}

impl Sequence {
    const EMPTY: Self = Self { before: Width::ZERO, latest: None };

    fn push(&mut self, part: Part, width: Width) {
        self.before = self.width();
        self.latest = Some((part, width));
    }

    fn width(self) -> Width {
        self.latest.map_or(self.before, |(_, width)| self.before.then(width))
    }
}

/// Reads the tokens of one pattern; every method returns at the first doubt.
struct Parser {
    tokens: Tokens,
    kind: PatternKind,
    oldest: Oldest,
    groups: Groups,
    /// How many lookbehinds are open.
    lookbehinds: usize,
    /// How many parentheses are open.
    depth: usize,
}

impl Parser {
    /// Alternatives up to a `)` or the end, neither of which is taken.
    fn alternation(&mut self, spacing: Spacing) -> Result<Width, Rejection> {
        let mut width = self.sequence(spacing)?.width();
        while self.tokens.take_if('|') {
            width = width.or(self.sequence(spacing)?.width());
        }
        Ok(width)
    }

    fn sequence(&mut self, spacing: Spacing) -> Result<Sequence, Rejection> {
        let mut sequence = Sequence::EMPTY;
        while let Some(token) = self.tokens.peek() {
            if token.is('|') || token.is(')') {
                break;
            }
            self.tokens.advance();
            if spacing == Spacing::Free && self.skipped(token) {
                continue;
            }
            self.part(token, spacing, &mut sequence)?;
        }
        Ok(sequence)
    }

    /// Whether `token` is white space or starts a comment, which is then taken. A comment ends at a newline,
    /// but not at one after a backslash, because the two are one token.
    fn skipped(&mut self, token: Token) -> bool {
        if token.is('#') {
            while self.tokens.next().is_some_and(|token| !token.is('\n')) {}
            return true;
        }
        matches!(token.plain(), Some(' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c'))
    }

    fn part(&mut self, token: Token, spacing: Spacing, sequence: &mut Sequence) -> Result<(), Rejection> {
        let Some(character) = token.plain() else {
            let (part, width) = self.escape(token)?;
            sequence.push(part, width);
            return Ok(());
        };
        match character {
            '[' => {
                self.set(token)?;
                sequence.push(Part::Other, Width::ONE);
            }
            '(' => self.group(token, spacing, sequence)?,
            '.' => sequence.push(Part::Other, Width::ONE),
            '^' | '$' => sequence.push(Part::Anchor, Width::ZERO),
            '*' => self.repeat(token, Counts { least: 0, most: None }, sequence)?,
            '+' => self.repeat(token, Counts { least: 1, most: None }, sequence)?,
            '?' => self.repeat(token, Counts { least: 0, most: Some(1) }, sequence)?,
            '{' => match self.counts(token)? {
                Some(counts) => self.repeat(token, counts, sequence)?,
                None => sequence.push(Part::Character, Width::ONE),
            },
            _ => sequence.push(Part::Character, Width::ONE),
        }
        Ok(())
    }

    /// The counts after a `{`, taken up to the `}`; `None`, with nothing taken, when the brace is a character.
    fn counts(&mut self, brace: Token) -> Result<Option<Counts>, Rejection> {
        let start = self.tokens.position();
        if self.tokens.peek().is_some_and(|token| token.is('}')) {
            return Ok(None);
        }
        let least = self.tokens.take_digits(10, usize::MAX);
        let most = if self.tokens.take_if(',') { self.tokens.take_digits(10, usize::MAX) } else { least };
        if !self.tokens.take_if('}') {
            self.tokens.rewind(start);
            return Ok(None);
        }
        let counts = Counts { least: least.map_or(0, |digits| digits.value), most: most.map(|d| d.value) };
        let greatest = counts.most.unwrap_or(counts.least);
        if greatest < counts.least || greatest.max(counts.least) > MAX_COUNT {
            return Err(brace.doubted(Doubt::RepeatCounts));
        }
        Ok(Some(counts))
    }

    fn repeat(&mut self, token: Token, counts: Counts, sequence: &mut Sequence) -> Result<(), Rejection> {
        let Some((part, width)) = sequence.latest else {
            return Err(token.doubted(Doubt::NothingToRepeat));
        };
        match part {
            Part::Anchor | Part::Lookaround => return Err(token.doubted(Doubt::NothingToRepeat)),
            Part::Repeat => return Err(token.doubted(Doubt::MultipleRepeat)),
            Part::Character | Part::Other => {}
        }
        if self.oldest == Oldest::Python27 && width.least == 0 && width.most.is_none() {
            return Err(token.doubted(Doubt::EmptyRepeat));
        }
        self.tokens.take_if('?');
        sequence.latest = Some((Part::Repeat, width.times(counts)));
        Ok(())
    }
}
