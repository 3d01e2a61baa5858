//! One string out of literal text and values: an f-string, a `%` template or a `.format` call.
//!
//! That a value may be put into the string was decided before; here only what can be spelled is.

use super::render::{Bracketed, Page};
use crate::semantic::Facts;
use crate::syntax::{Call, Kind, Node, StringPrefix, Unit, inside, units};
use crate::text::{PythonVersion, Range, Source, Target};

/// How the user wants strings with values in them to be spelled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StringStyle {
    /// As was measured to be fastest on the target: f-strings where it has them, else `%`.
    #[default]
    Auto,
    /// As f-strings, where the target has them.
    FString,
    /// As calls of `format`.
    Format,
    /// As `%` templates.
    Percent,
}

impl StringStyle {
    /// What the styles are called in the configuration.
    pub const NAMES: [&'static str; 4] = ["auto", "fstring", "format", "percent"];

    /// The style of that name.
    pub fn named(name: &str) -> Option<Self> {
        let at = Self::NAMES.iter().position(|known| *known == name)?;
        [Self::Auto, Self::FString, Self::Format, Self::Percent].get(at).copied()
    }
}

/// A part of the string.
#[derive(Clone, Copy, Debug)]
pub enum Piece<'t> {
    /// A literal without expressions.
    Text(Node<'t>),
    /// An f-string.
    Formatted(Node<'t>),
    /// The text of a value.
    Value(Node<'t>, Conversion),
}

/// How a value becomes text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conversion {
    /// It is text, or a number whose format is its text.
    Plain,
    /// By `str`.
    Str,
    /// By `repr`.
    Repr,
}

/// How the string is spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `f'{x}'`.
    FString,
    /// `'{}'.format(x)`.
    Format,
    /// `'%s' % x`.
    Percent,
}

impl Style {
    /// The style that the user wants, or else the fastest one that the whole target has.
    pub fn wanted(style: StringStyle, target: Target) -> Self {
        match style {
            StringStyle::Auto | StringStyle::FString if target.oldest >= PythonVersion::new(3, 6) => {
                Self::FString
            }
            StringStyle::Auto | StringStyle::FString | StringStyle::Percent => Self::Percent,
            StringStyle::Format => Self::Format,
        }
    }

    /// Whether a literal means something else as a part of a template.
    pub fn reads_literal(self, literal: Node<'_>) -> bool {
        match self {
            Self::FString => false,
            Self::Format => literal.text().contains(['{', '}']),
            Self::Percent => literal.text().contains('%'),
        }
    }
}

/// What is handed to a template for one of its fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    text: String,
    /// Whether it can stand behind `%` alone: no tuple, and not to be taken apart by the operator.
    stands_alone: bool,
}

/// Why a string cannot be spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unspeakable<'t> {
    /// A literal runs over several lines, or holds bytes.
    Literal(Node<'t>),
    /// An expression holds what an f-string of that Python cannot: its own quotes, a backslash, a comment.
    Expression(Node<'t>),
}

/// The literal that holds `pieces`, and the arguments that go with it: none for an f-string.
///
/// # Errors
///
/// When a piece cannot be spelled in this style, for Pythons from `oldest` on.
pub fn template<'t>(
    pieces: &[Piece<'t>],
    style: Style,
    oldest: PythonVersion,
) -> Result<(String, Vec<Argument>), Unspeakable<'t>> {
    let quote = quote(pieces, style, oldest)?;
    let texts = || pieces.iter().filter(|piece| !matches!(piece, Piece::Value(..)));
    let raw = style == Style::FString && texts().next().is_some() && texts().all(Piece::is_raw);
    let holds_values = pieces.iter().any(|piece| !matches!(piece, Piece::Text(_)));
    let mut body = String::new();
    let mut arguments = Vec::new();
    for piece in pieces {
        match *piece {
            Piece::Text(literal) => {
                for part in parts_of(literal) {
                    let units = units(part).ok_or(Unspeakable::Literal(part))?;
                    let within = holds_values.then_some(style);
                    text(&units, part, quote, within, raw, &mut body).ok_or(Unspeakable::Literal(part))?;
                }
            }
            Piece::Formatted(literal) => {
                for part in parts_of(literal) {
                    formatted(part, quote, &mut body).ok_or(Unspeakable::Literal(part))?;
                }
            }
            Piece::Value(expression, conversion) => {
                body.push_str(field(style, conversion));
                if style == Style::FString {
                    body.push_str(&embedded(expression));
                    body.push_str(closing(conversion));
                } else {
                    arguments.push(Argument {
                        text: expression.text().to_owned(),
                        stands_alone: conversion == Conversion::Plain && is_primary(expression),
                    });
                }
            }
        }
    }
    let prefix = match (style, holds_values, raw) {
        (Style::FString, true, true) => "rf",
        (Style::FString, true, false) => "f",
        (Style::FString, false, true) => "r",
        _ => "",
    };
    Ok((format!("{prefix}{quote}{body}{quote}"), arguments))
}

/// The literal with its arguments, as one expression.
pub fn expression(template: &str, arguments: &[Argument], style: Style) -> String {
    let texts: Vec<_> = arguments.iter().map(|argument| argument.text.as_str()).collect();
    match (style, arguments) {
        (Style::FString, _) | (_, []) => template.to_owned(),
        (Style::Format, _) => format!("{template}.format({})", texts.join(", ")),
        (Style::Percent, [only]) if only.stands_alone => format!("{template} % {}", only.text),
        (Style::Percent, [only]) => format!("{template} % ({},)", only.text),
        (Style::Percent, _) => format!("{template} % ({})", texts.join(", ")),
    }
}

/// The same on the lines of `page`: arguments that do not fit stand on lines of their own.
pub fn laid_out(template: &str, arguments: &[Argument], style: Style, page: &Page<'_>) -> String {
    let flat = expression(template, arguments, style);
    let open = match style {
        Style::Format if !arguments.is_empty() => ".format(",
        Style::Percent if flat.ends_with(')') && arguments.len() > 1 => " % (",
        _ => return flat,
    };
    let (lines, last) = template.rsplit_once('\n').unwrap_or(("", template));
    let begun = if lines.is_empty() { page.used } else { 0 };
    let call = Bracketed {
        head: format!("{last}{open}"),
        parts: arguments.iter().map(|argument| argument.text.clone()).collect(),
        separator: ", ",
        tail: ")".to_owned(),
    };
    let written = call.lay_out(&Page { used: begun, ..*page });
    if lines.is_empty() { written } else { format!("{lines}\n{written}") }
}

/// `replacement` for the expression `node`, with blanks where a keyword touches it: `return'a'+x`.
pub fn apart(node: Node<'_>, replacement: &str) -> String {
    let source = node.source();
    let of_word = |it: char| it.is_alphanumeric() || it == '_';
    let (start, end) = (node.range().start, node.range().end);
    let before =
        source.slice(Range::new(0, start)).ends_with(of_word) && !replacement.starts_with(['\'', '"']);
    let behind =
        source.slice(Range::new(end, source.len())).starts_with(of_word) && replacement.ends_with(of_word);
    format!("{}{replacement}{}", if before { " " } else { "" }, if behind { " " } else { "" })
}

/// What has to stay where `dropped` goes: a blank, if what is around it would become one word, else nothing.
pub fn gap(source: &Source, dropped: Range) -> &'static str {
    let of_word = |it: char| it.is_alphanumeric() || it == '_';
    let before = source.slice(Range::new(0, dropped.start)).ends_with(of_word);
    let behind = source.slice(Range::new(dropped.end, source.len())).starts_with(of_word);
    if before && behind { " " } else { "" }
}

/// The argument of `str(x)` or `repr(x)`, and which of them it is.
pub fn converted<'t>(node: Node<'t>, facts: &Facts<'_>) -> Option<(Node<'t>, Conversion)> {
    let call = Call::cast(node)?;
    let conversion = match call.function.text() {
        "str" => Conversion::Str,
        "repr" => Conversion::Repr,
        _ => return None,
    };
    let argument = call.sole_argument().filter(|argument| argument.kind() != Kind::GeneratorExpression)?;
    facts.model().is_builtin(call.function).then_some((argument, conversion))
}

/// What stands in parentheses, where those do nothing in a template.
pub fn unwrapped(node: Node<'_>) -> Node<'_> {
    let inner = node.named_children().find(|part| !part.is_trivia());
    let group = node.kind() == Kind::ParenthesizedExpression;
    inner
        .filter(|inner| group && !matches!(inner.kind(), Kind::Yield | Kind::GeneratorExpression))
        .unwrap_or(node)
}

/// Whether every operator leaves `expression` in one piece.
fn is_primary(expression: Node<'_>) -> bool {
    matches!(
        expression.kind(),
        Kind::Identifier | Kind::Attribute | Kind::Call | Kind::Subscript | Kind::Integer
    )
}

impl Piece<'_> {
    /// Whether it is a raw literal whose text would change without its prefix.
    fn is_raw(&self) -> bool {
        match self {
            Piece::Text(literal) => parts_of(*literal).all(|part| {
                StringPrefix::of(part).is_some_and(|prefix| prefix.raw && part.text().contains('\\'))
            }),
            Piece::Formatted(_) | Piece::Value(..) => false,
        }
    }
}

/// The literals of an implicit concatenation, or the one literal.
pub(super) fn parts_of(literal: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let several = literal.kind() == Kind::ConcatenatedString;
    let parts = literal.named_children().filter(move |part| several && part.kind() == Kind::String);
    parts.chain((!several).then_some(literal))
}

/// The quote that serves all pieces: that of the first literal, if it can.
fn quote<'t>(pieces: &[Piece<'t>], style: Style, oldest: PythonVersion) -> Result<char, Unspeakable<'t>> {
    let of = |literal: Node<'t>| {
        let start = literal.children().find(|child| child.kind() == Kind::StringStart);
        let quotes = start.map_or("", |start| start.text().trim_start_matches(|it| it != '\'' && it != '"'));
        (quotes.len() == 1).then(|| quotes.chars().next()).flatten()
    };
    let mut fixed = None;
    let mut first = None;
    for piece in pieces {
        match *piece {
            Piece::Text(literal) => {
                first = first.or_else(|| parts_of(literal).find_map(of));
            }
            Piece::Formatted(literal) => {
                for part in parts_of(literal) {
                    let prefix = StringPrefix::of(part).ok_or(Unspeakable::Literal(part))?;
                    if !prefix.interpolated {
                        continue;
                    }
                    let own = of(part).ok_or(Unspeakable::Literal(part))?;
                    let clash = fixed.is_some_and(|fixed| fixed != own);
                    if clash || prefix.raw || style != Style::FString {
                        return Err(Unspeakable::Literal(part));
                    }
                    fixed = Some(own);
                }
            }
            Piece::Value(..) => {}
        }
    }
    let preferred = fixed.or(first).unwrap_or('\'');
    if style != Style::FString {
        return Ok(preferred);
    }
    let other = if preferred == '\'' { '"' } else { '\'' };
    let free = |quote: char| {
        pieces.iter().find_map(|piece| match piece {
            Piece::Value(expression, _) if expression.text().contains(quote) => Some(*expression),
            _ => None,
        })
    };
    for piece in pieces {
        if let Piece::Value(expression, _) = piece {
            embeddable(*expression, oldest)?;
        }
    }
    let nests = nests_quotes(oldest);
    match (free(preferred), free(other)) {
        (None, _) => Ok(preferred),
        (Some(_), None) if fixed.is_none() => Ok(other),
        (Some(_), _) if nests => Ok(preferred),
        (Some(expression), _) => Err(Unspeakable::Expression(expression)),
    }
}

/// Whether an f-string can hold its own quotes and a backslash in an expression.
pub(super) fn nests_quotes(oldest: PythonVersion) -> bool {
    oldest >= PythonVersion::new(3, 12)
}

/// That an f-string on one line can hold `expression`, but for the quotes.
pub(super) fn embeddable(expression: Node<'_>, oldest: PythonVersion) -> Result<(), Unspeakable<'_>> {
    let text = expression.text();
    let escapes = !nests_quotes(oldest) && text.contains('\\');
    // Before 3.7 `await` is an ordinary name in there.
    let awaits =
        oldest < PythonVersion::new(3, 7) && expression.descendants().any(|it| it.kind() == Kind::Await);
    if text.contains(['\n', '\r', '#']) || escapes || awaits {
        return Err(Unspeakable::Expression(expression));
    }
    Ok(())
}

/// The inside of an f-string, or of a literal beside one.
fn formatted(part: Node<'_>, quote: char, body: &mut String) -> Option<()> {
    if let Some(units) = units(part) {
        return text(&units, part, quote, Some(Style::FString), false, body);
    }
    body.push_str(inside(part).filter(|inner| !inner.contains('\n'))?);
    Some(())
}

/// Spells `units` anew between `quote`s. With `style`, what means something in such a template is doubled.
pub(super) fn text(
    units: &[Unit<'_>],
    literal: Node<'_>,
    quote: char,
    style: Option<Style>,
    raw: bool,
    body: &mut String,
) -> Option<()> {
    let prefix = StringPrefix::of(literal)?;
    if prefix.bytes {
        return None;
    }
    // rf'\{{' is r'\{' to Python, but other readers of the language take the first brace for an escaped one, and the
    // second for the beginning of a field.
    let slash_before_brace = |pair: &[Unit<'_>]| matches!(pair, [slash, brace] if slash.spelled.ends_with('\\') && brace.spelled.starts_with(['{', '}']));
    if prefix.raw && style == Some(Style::FString) && units.windows(2).any(slash_before_brace) {
        return None;
    }
    // r'\' + 'd': the end of one literal and the beginning of the next must not become one escape.
    let begins_with_digit =
        units.first().is_some_and(|unit| unit.spelled.starts_with(|it: char| it.is_digit(8)));
    if begins_with_digit && ends_in_short_octal(body) {
        return None;
    }
    for (at, unit) in units.iter().enumerate() {
        let bare = unit.spelled.chars().next().filter(|only| only.len_utf8() == unit.spelled.len());
        match (unit.value, bare) {
            _ if raw => {
                if bare == Some(quote) {
                    return None;
                }
                let doubles = style.is_some() && matches!(bare, Some('{' | '}'));
                body.push_str(unit.spelled);
                if doubles {
                    body.push_str(unit.spelled);
                }
            }
            (Some('\\'), Some(_)) => body.push_str("\\\\"),
            (Some(value), _) if value == quote => body.extend(['\\', quote]),
            (Some(value @ ('\'' | '"')), _) => body.push(value),
            (Some('{' | '}'), bare) => {
                body.push_str(unit.spelled);
                let doubles = match style {
                    Some(Style::Format) => true,
                    Some(Style::FString) => bare.is_some(),
                    _ => false,
                };
                if doubles {
                    body.push_str(unit.spelled);
                }
            }
            (Some('%'), _) => {
                body.push_str(unit.spelled);
                if style == Some(Style::Percent) {
                    body.push_str(unit.spelled);
                }
            }
            // Python keeps the backslash of an escape that it does not know: '\{'
            (None, None) if style == Some(Style::FString) && matches!(unit.spelled, "\\{" | "\\}") => {
                body.push_str("\\\\");
                body.push_str(unit.spelled.trim_start_matches('\\').repeat(2).as_str());
            }
            (None, None) if style == Some(Style::Format) && matches!(unit.spelled, "\\{" | "\\}") => {
                body.push_str(unit.spelled);
                body.push_str(unit.spelled.trim_start_matches('\\'));
            }
            (None, None) if style == Some(Style::Percent) && unit.spelled == "\\%" => body.push_str("\\%%"),
            (Some(value), None) if is_short_octal(unit.spelled) && followed_by_digit(units, at) => {
                body.push_str("\\x");
                body.extend(
                    [value as u32 >> 4, value as u32 & 15]
                        .iter()
                        .filter_map(|digit| char::from_digit(*digit, 16)),
                );
            }
            _ => body.push_str(unit.spelled),
        }
    }
    Some(())
}

fn is_short_octal(spelled: &str) -> bool {
    let digits = spelled.strip_prefix('\\').unwrap_or_default();
    !digits.is_empty() && digits.len() < 3 && digits.chars().all(|digit| digit.is_digit(8))
}

fn followed_by_digit(units: &[Unit<'_>], at: usize) -> bool {
    units.get(at + 1).is_some_and(|next| next.spelled.starts_with(|it: char| it.is_digit(8)))
}

/// Whether an octal escape at the end of `body` would take in a digit that follows.
fn ends_in_short_octal(body: &str) -> bool {
    let digits = body.chars().rev().take_while(|it| it.is_digit(8)).count();
    let head = body.get(..body.len() - digits).unwrap_or_default();
    let slashes = head.chars().rev().take_while(|it| *it == '\\').count();
    (1..3).contains(&digits) && slashes % 2 == 1
}

fn field(style: Style, conversion: Conversion) -> &'static str {
    match (style, conversion) {
        (Style::FString, _) => "{",
        (Style::Format, Conversion::Plain) => "{}",
        (Style::Format, Conversion::Str) => "{!s}",
        (Style::Format, Conversion::Repr) => "{!r}",
        (Style::Percent, Conversion::Plain | Conversion::Str) => "%s",
        (Style::Percent, Conversion::Repr) => "%r",
    }
}

const fn closing(conversion: Conversion) -> &'static str {
    match conversion {
        Conversion::Plain => "}",
        Conversion::Str => "!s}",
        Conversion::Repr => "!r}",
    }
}

/// The expression as it can stand between braces.
pub(super) fn embedded(expression: Node<'_>) -> String {
    let text = expression.text();
    let ambiguous = matches!(expression.kind(), Kind::NamedExpression | Kind::Yield);
    if ambiguous || ends_in_lambda(expression) {
        format!("({text})")
    } else if text.starts_with('{') {
        format!(" {text}")
    } else {
        text.to_owned()
    }
}

/// Whether the colon of a `lambda` stands in no brackets: `x or lambda: 1`.
fn ends_in_lambda(expression: Node<'_>) -> bool {
    let mut last = Some(expression);
    while let Some(node) = last {
        match node.kind() {
            Kind::Lambda => return true,
            Kind::ConditionalExpression | Kind::BooleanOperator | Kind::NotOperator => {
                last = node.named_children().last();
            }
            _ => return false,
        }
    }
    false
}
