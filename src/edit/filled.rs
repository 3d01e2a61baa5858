//! A template with the values in the places of its fields, as an f-string; a template of several lines keeps them.
//!
//! That the values mean the same there was decided before; here only what can be spelled is.

use std::ops::Range as Places;

use super::interpolate::{Style, Unspeakable, embeddable, embedded, nests_quotes, parts_of, text, unwrapped};
use super::render::columns;
use crate::syntax::{Converted, Node, StringPrefix, TemplatePart, Unit, inside, is_text, units};
use crate::text::{PythonVersion, Range};

/// A template as it stands in the source.
pub struct Template<'t> {
    node: Node<'t>,
    literals: Vec<Literal<'t>>,
    /// The template's characters; where a unit is none, one that means nothing in a field.
    pub characters: Vec<char>,
}

/// One of the literals that a template is put together from.
struct Literal<'t> {
    node: Node<'t>,
    units: Vec<Unit<'t>>,
    /// Where its characters stand in the template.
    places: Places<usize>,
}

/// What a field becomes.
#[derive(Clone, Debug)]
pub struct Filling<'t> {
    /// The value.
    pub value: Node<'t>,
    /// What is called before the value is formatted.
    pub converted: Converted,
    /// What follows the colon.
    pub spec: Vec<Spec<'t>>,
}

/// A part of what follows the colon.
#[derive(Clone, Debug)]
pub enum Spec<'t> {
    /// Text, as [`SpecPart::Text`](crate::syntax::SpecPart::Text) has it.
    Text(String),
    /// The text of a value.
    Value(Node<'t>),
}

/// Stands for a character that only Python can tell.
const UNTOLD: char = '\u{FFFC}';

impl<'t> Template<'t> {
    /// The template that `node` is, perhaps in parentheses; `None` for what is no literal text.
    ///
    /// # Errors
    ///
    /// When one of its literals runs over several lines, or holds an escape that may be a part of a field.
    pub fn of(node: Node<'t>) -> Option<Result<Self, Unspeakable<'t>>> {
        let inner = unwrapped(node);
        let readable = |part: Node<'_>| {
            StringPrefix::of(part).is_some_and(|prefix| !prefix.bytes && !prefix.interpolated)
        };
        (is_text(inner) && parts_of(inner).all(readable)).then_some(())?;
        let mut characters = Vec::new();
        let mut literals = Vec::new();
        for part in parts_of(inner) {
            let Some(units) = units(part).filter(|units| !units.iter().any(hides_a_sign)) else {
                return Some(Err(Unspeakable::Literal(part)));
            };
            let start = characters.len();
            characters.extend(units.iter().map(|unit| unit.value.unwrap_or(UNTOLD)));
            literals.push(Literal { node: part, units, places: start..characters.len() });
        }
        Some(Ok(Self { node, literals, characters }))
    }

    /// Its text with `fillings` in the places of the fields of `parts`, for Pythons from `oldest` on.
    ///
    /// # Errors
    ///
    /// When a field begins in one literal and ends in another, or an expression cannot stand in an f-string.
    pub fn filled(
        &self,
        parts: &[TemplatePart],
        fillings: &[Filling<'t>],
        oldest: PythonVersion,
    ) -> Result<String, Unspeakable<'t>> {
        let source = self.node.source();
        let mut written = String::new();
        let mut end = self.node.range().start;
        for literal in &self.literals {
            let range = literal.node.range();
            written.push_str(source.slice(Range::new(end, range.start)));
            written.push_str(&literal.filled(parts, fillings, oldest)?);
            end = range.end;
        }
        written.push_str(source.slice(Range::new(end, self.node.range().end)));
        Ok(written)
    }
}

impl<'t> Literal<'t> {
    fn filled(
        &self,
        parts: &[TemplatePart],
        fillings: &[Filling<'t>],
        oldest: PythonVersion,
    ) -> Result<String, Unspeakable<'t>> {
        let mut fields = fillings.iter();
        let mut pieces = Vec::new();
        let mut copied = 0;
        for part in parts {
            match part {
                TemplatePart::Text(places) => {
                    let here = places.start.max(self.places.start)..places.end.min(self.places.end);
                    if here.start < here.end {
                        copied += here.len();
                        let own = here.start - self.places.start..here.end - self.places.start;
                        pieces.push(Piece::Text(self.units.get(own).unwrap_or_default().to_vec(), self.node));
                    }
                }
                TemplatePart::Field(field) => {
                    let filling = fields.next().ok_or(Unspeakable::Literal(self.node))?;
                    let (start, end) = (field.range.start, field.range.end);
                    if end <= self.places.start || start >= self.places.end {
                        continue;
                    }
                    if start < self.places.start || end > self.places.end {
                        return Err(Unspeakable::Literal(self.node));
                    }
                    pieces.push(filling.as_text().unwrap_or(Piece::Field(filling)));
                }
            }
        }
        // Nothing but text, and none of it doubled.
        if copied == self.units.len() {
            return Ok(self.node.text().to_owned());
        }
        self.spelled(&pieces, oldest).ok_or(Unspeakable::Literal(self.node))?
    }

    fn spelled(
        &self,
        pieces: &[Piece<'_, 't>],
        oldest: PythonVersion,
    ) -> Option<Result<String, Unspeakable<'t>>> {
        let values = || pieces.iter().filter_map(Piece::filling).flat_map(Filling::values);
        if let Some(refused) = values().find_map(|value| embeddable(value, oldest).err()) {
            return Some(Err(refused));
        }
        let formatted = pieces.iter().any(|piece| piece.filling().is_some());
        let own = |piece: &Piece<'_, '_>| !matches!(piece, Piece::Text(_, literal) if *literal != self.node);
        let escapes = StringPrefix::of(self.node)?.raw && inside(self.node)?.contains('\\');
        let raw = escapes && pieces.iter().all(own);
        let preferred = self.quote();
        let other = if preferred == '\'' { '"' } else { '\'' };
        let clash = |quote: char| values().find(|value| value.text().contains(quote));
        let quotes = match (clash(preferred), clash(other)) {
            (None, None) => vec![preferred, other],
            (None, Some(_)) => vec![preferred],
            (Some(_), None) => vec![other],
            (Some(_), Some(_)) if nests_quotes(oldest) => vec![preferred],
            (Some(value), Some(_)) => return Some(Err(Unspeakable::Expression(value))),
        };
        let style = formatted.then_some(Style::FString);
        let bodies = |raw: bool| {
            quotes.iter().find_map(move |quote| Some((raw, *quote, body(pieces, *quote, style, raw)?)))
        };
        let (raw, quote, body) = if raw { bodies(true) } else { None }.or_else(|| bodies(false))?;
        let prefix = match (formatted, raw) {
            (true, true) => "rf",
            (true, false) => "f",
            (false, true) => "r",
            (false, false) => "",
        };
        Some(Ok(format!("{prefix}{quote}{body}{quote}")))
    }

    /// Its own quote; of a literal in three quotes one that it does not hold.
    fn quote(&self) -> char {
        let text = self.node.text().trim_start_matches(|it: char| it.is_ascii_alphabetic());
        let own = if text.starts_with('"') { '"' } else { '\'' };
        let triple = text.starts_with("\"\"\"") || text.starts_with("'''");
        let other = if own == '\'' { '"' } else { '\'' };
        let holds = |quote: char| self.units.iter().any(|unit| unit.value == Some(quote));
        if triple && holds(own) && !holds(other) { other } else { own }
    }
}

enum Piece<'a, 't> {
    Text(Vec<Unit<'t>>, Node<'t>),
    Field(&'a Filling<'t>),
}

impl<'a, 't> Piece<'a, 't> {
    fn filling(&self) -> Option<&'a Filling<'t>> {
        match self {
            Piece::Text(..) => None,
            Piece::Field(filling) => Some(*filling),
        }
    }
}

impl<'t> Filling<'t> {
    /// A literal that is shown as it is: a part of the text.
    fn as_text<'a>(&self) -> Option<Piece<'a, 't>> {
        let plain = self.spec.is_empty() && matches!(self.converted, Converted::Not | Converted::Str);
        let readable = StringPrefix::of(self.value).is_some_and(|prefix| !prefix.bytes);
        (plain && readable).then_some(())?;
        Some(Piece::Text(units(self.value)?, self.value))
    }

    /// The expressions that stand between the braces.
    fn values(&self) -> impl Iterator<Item = Node<'t>> + '_ {
        let nested = self.spec.iter().filter_map(|part| match part {
            Spec::Text(_) => None,
            Spec::Value(value) => Some(unwrapped(*value)),
        });
        std::iter::once(unwrapped(self.value)).chain(nested)
    }
}

/// What stands between the quotes.
fn body(pieces: &[Piece<'_, '_>], quote: char, style: Option<Style>, raw: bool) -> Option<String> {
    let mut body = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(units, literal) => text(units, *literal, quote, style, raw, &mut body)?,
            Piece::Field(filling) => field(filling, &mut body),
        }
    }
    Some(body)
}

fn field(filling: &Filling<'_>, body: &mut String) {
    body.push('{');
    body.push_str(&embedded(unwrapped(filling.value)));
    body.push_str(match filling.converted {
        Converted::Not => "",
        Converted::Str => "!s",
        Converted::Repr => "!r",
        Converted::Ascii => "!a",
    });
    if !filling.spec.is_empty() {
        body.push(':');
    }
    for part in &filling.spec {
        match part {
            Spec::Text(spec) => body.push_str(spec),
            Spec::Value(value) => {
                body.push('{');
                body.push_str(&embedded(unwrapped(*value)));
                body.push('}');
            }
        }
    }
    body.push('}');
}

/// Whether an escape gives a character that only Python's tables tell, or a backslash in front of what may be a
/// part of a field: '\N{PERCENT SIGN}s', '\%s'.
fn hides_a_sign(unit: &Unit<'_>) -> bool {
    unit.value.is_none() && (unit.spelled.starts_with("\\N") || unit.spelled.ends_with(['%', '{', '}']))
}

/// Whether `replacement`, for what stood on several lines before, makes a line longer than `limit` columns, and longer
/// than those were.
pub fn is_too_long(node: Node<'_>, replacement: &str, limit: usize) -> bool {
    let (source, range) = (node.source(), node.range());
    let lines = |text: &str| text.matches('\n').count();
    if lines(replacement) >= lines(node.text()) {
        return false;
    }
    let whole = Range::new(source.line_start(range.start), source.line_end(range.end));
    let longest = |text: &str| text.lines().map(|line| columns(line.trim_end())).max().unwrap_or(0);
    let before = source.slice(Range::new(whole.start, range.start));
    let behind = source.slice(Range::new(range.end, whole.end));
    longest(&format!("{before}{replacement}{behind}")) > longest(source.slice(whole)).max(limit)
}
