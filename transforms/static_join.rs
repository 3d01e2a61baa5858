//! `static-join`: a `join` of values that stand right there becomes an f-string.
//!
//! See `static-join.md`. `join` takes strings alone, so every value must be known to be one.

use super::filling;
use crate::edit::filled::is_too_long;
use crate::edit::interpolate::{self, Conversion, Piece, Style, Unspeakable, converted, unwrapped};
use crate::edit::{Assumption, Decline, Edit, Fix, Measured, SameString, Verdict};
use crate::engine::{Cx, Meta, Transform};
use crate::semantic::comments::comments_in;
use crate::semantic::guards::{self, Guarded, PlainText};
use crate::semantic::{Class, Facts, Reason, Refusal};
use crate::syntax::{Attribute, Call, Kind, Literal, LiteralKind, Node, StringPrefix, is_text};
use crate::text::PythonVersion;

/// The transform.
pub struct StaticJoin;

static META: Meta = Meta {
    id: "static-join",
    summary: "a `join` of a few values becomes an f-string",
    page: include_str!("static-join.md"),
    kinds: &[Kind::Call],
    needles: &[r"\bjoin\b"],
    reasons: &[
        Reason::LazyMessage,
        Reason::UnpackedArgument,
        Reason::TextNotOneLine,
        Reason::ExpressionNotEmbeddable,
        Reason::CommentInTheWay,
        Reason::LineTooLong,
        Reason::FormattingOff,
        Reason::NoGain,
    ],
    oldest: PythonVersion::new(3, 6),
    priority: 30,
};

/// The most pieces of text and values for which an f-string was measured to be faster.
const MOST_PIECES: usize = 7;

impl Transform for StaticJoin {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, node: Node<'_>, cx: &Cx<'_>) -> Verdict {
        let (separator, items) = operands(node).ok_or(Decline::NotThisShape)?;
        if !filling::may_become_f_string(node, cx) {
            return Err(Decline::NotThisShape);
        }
        let empty = value_of(separator).ok_or(Decline::NotThisShape)?.is_empty();
        let assumptions = assumptions(cx.facts, &items).ok_or(Decline::NotThisShape)?;
        // ''.join([x, *xs]): without the items there is nothing to go on with.
        if let Some(unpacked) = items.iter().find(|item| is_unpacked(**item)) {
            return Err(Refusal::new(Reason::UnpackedArgument, unpacked.range()).into());
        }
        guards::no_template(cx.facts, node)?;
        let mut pieces = Vec::new();
        for (at, item) in items.iter().enumerate() {
            if at > 0 && !empty {
                pieces.push(Piece::Text(separator));
            }
            pieces.push(piece(cx.facts, *item));
        }
        if !cx.config.takes_slower(META.id) {
            few_enough(cx.facts, node, &pieces)?;
        }
        let replacement = joined_text(cx, node, &pieces)?;
        Ok(Fix {
            transform: META.id,
            message: "write the joined values as one f-string".to_owned(),
            range: node.range(),
            edits: vec![Edit::replace(node.range(), interpolate::apart(node, &replacement))],
            strings: vec![SameString { before: vec![node.range()], after: replacement }],
            footprint: vec![node.range()],
            hoists: Vec::new(),
            imports: Vec::new(),
            measured: Some(measured(&items, empty)),
            assumptions,
        })
    }
}

/// What was measured for a join of `items`.
fn measured(items: &[Node<'_>], without_separator: bool) -> Measured {
    let case = match items.len() {
        _ if items.iter().any(|item| item.kind() == Kind::Call) => "str-of-integer",
        few if without_separator => {
            if few < 6 {
                "two"
            } else {
                "eight"
            }
        }
        0..=3 => "three-with-text",
        4 => "four-with-text",
        5..=6 => "five-with-text",
        _ => "eight-with-text",
    };
    Measured::new(case, "fstring")
}

/// The literal in front of `join`, and the items that are listed behind it.
fn operands(node: Node<'_>) -> Option<(Node<'_>, Vec<Node<'_>>)> {
    let call = Call::cast(node)?;
    let method = Attribute::cast(call.function).filter(|method| method.name.text() == "join")?;
    let list = call.sole_argument().filter(|list| matches!(list.kind(), Kind::List | Kind::Tuple))?;
    let items: Vec<_> = list.named_children().filter(|item| !item.is_trivia()).collect();
    // A string of literals alone could become a docstring; one item is no text to put together.
    (items.len() > 1 && items.iter().any(|item| !is_text(*item))).then_some((method.object, items))
}

/// The value of a separator that is text.
fn value_of(separator: Node<'_>) -> Option<String> {
    let literal = Literal::evaluate(separator).filter(|_| separator.kind() == Kind::String)?;
    (literal.kind == LiteralKind::Text).then_some(literal.value)
}

fn is_unpacked(item: Node<'_>) -> bool {
    matches!(item.kind(), Kind::ListSplat | Kind::ParenthesizedListSplat)
}

/// What has to be assumed for every item to be a plain string; `None` where one surely is something else.
///
/// ```python
/// ''.join([1, x])                      # a TypeError
/// ''.join([Markup(x), y])              # the text as it is; an f-string calls `__format__`
/// ```
fn assumptions(facts: &Facts<'_>, items: &[Node<'_>]) -> Option<Vec<Assumption>> {
    let mut assumptions = Vec::new();
    for item in items.iter().filter(|item| !is_unpacked(**item)) {
        match guards::plain_text(facts, *item) {
            PlainText::Surely => {}
            PlainText::Never => return None,
            PlainText::Perhaps => assumptions.push(Assumption {
                id: "operand-is-str",
                sentence: format!("`{}` is a plain `str`", filling::one_line(*item)),
                unproven: guards::why_no_text(facts, *item),
            }),
        }
    }
    Some(assumptions)
}

/// What the item is in the f-string.
fn piece<'t>(facts: &Facts<'_>, item: Node<'t>) -> Piece<'t> {
    if is_text(item) {
        let interpolated = |part: Node<'_>| StringPrefix::of(part).is_some_and(|prefix| prefix.interpolated);
        let holds_values = item.descendants().any(interpolated);
        return if holds_values { Piece::Formatted(item) } else { Piece::Text(item) };
    }
    match converted(item, facts) {
        None => Piece::Value(unwrapped(item), Conversion::Plain),
        Some((value, Conversion::Repr)) => Piece::Value(value, Conversion::Repr),
        Some((value, _)) => match facts.type_of(value).class() {
            Some(Class::Str | Class::Int) => Piece::Value(value, Conversion::Plain),
            _ => Piece::Value(value, Conversion::Str),
        },
    }
}

/// That an f-string of `pieces` was measured to be faster.
fn few_enough(facts: &Facts<'_>, node: Node<'_>, pieces: &[Piece<'_>]) -> Guarded {
    if count(pieces) > MOST_PIECES {
        facts.refuse(Refusal::new(Reason::NoGain, node.range()))?;
    }
    Ok(())
}

/// The values, and the texts between them.
fn count(pieces: &[Piece<'_>]) -> usize {
    let is_text = |piece: &Piece<'_>| matches!(piece, Piece::Text(_));
    let texts = pieces.chunk_by(|one, other| is_text(one) == is_text(other));
    texts.map(|run| if run.first().is_some_and(is_text) { 1 } else { run.len() }).sum()
}

fn joined_text(cx: &Cx<'_>, node: Node<'_>, pieces: &[Piece<'_>]) -> Guarded<String> {
    let written = match interpolate::template(pieces, Style::FString, node.source().target().oldest) {
        Ok((written, _)) => written,
        // What cannot be spelled leaves nothing to go on with.
        Err(Unspeakable::Literal(literal)) => {
            return Err(Refusal::new(Reason::TextNotOneLine, literal.range()));
        }
        // Again there is nothing to go on with.
        Err(Unspeakable::Expression(expression)) => {
            return Err(Refusal::new(Reason::ExpressionNotEmbeddable, expression.range()));
        }
    };
    if let Some(comment) = comments_in(cx.tree, node.range()).next() {
        cx.facts.refuse(Refusal::new(Reason::CommentInTheWay, comment.range()))?;
    }
    if is_too_long(node, &written, cx.config.line_length) {
        cx.facts.refuse(Refusal::new(Reason::LineTooLong, guards::header(node)))?;
    }
    Ok(written)
}
