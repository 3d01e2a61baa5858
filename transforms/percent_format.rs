//! `percent-format`: a `%` template with its values becomes an f-string.
//!
//! See `percent-format.md`. What `%` does depends on what stands at its right: a tuple is taken apart, and a number
//! is asked for where an f-string would take anything.

use super::filling::{self, Filled, Place};
use crate::edit::filled::{Filling, Spec};
use crate::edit::interpolate::unwrapped;
use crate::edit::{Assumption, Decline, Verdict};
use crate::engine::{Cx, Meta, Transform};
use crate::semantic::guards::{self, PlainText};
use crate::semantic::{Class, Facts, Reason, Refusal};
use crate::syntax::{Accepts, Converted, Field, Kind, Literal, LiteralKind, Node, ValueKey, percent_parts};
use crate::text::PythonVersion;

/// The transform.
pub struct PercentFormat;

static META: Meta = Meta {
    id: "percent-format",
    summary: "a `%` template with its values becomes an f-string",
    page: include_str!("percent-format.md"),
    kinds: &[Kind::BinaryOperator],
    // A literal right before a `%`, parentheses, line breaks and comments aside.
    needles: &[r#"["'][\s\\)]*(?:#[^\n]*\n[\s\\)]*)*%"#],
    reasons: &[
        Reason::LazyMessage,
        Reason::TextNotOneLine,
        Reason::FieldNotMapped,
        Reason::UnpackedArgument,
        Reason::ArgumentNotShown,
        Reason::TextOrder,
        Reason::ExpressionNotEmbeddable,
        Reason::CommentInTheWay,
        Reason::LineTooLong,
        Reason::FormattingOff,
        Reason::NoGain,
    ],
    oldest: PythonVersion::new(3, 6),
    priority: 30,
};

/// Releases from which on Python itself compiles `'%s' % (x,)` like an f-string.
const TUPLES_COMPILED: PythonVersion = PythonVersion::new(3, 11);

impl Transform for PercentFormat {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, node: Node<'_>, cx: &Cx<'_>) -> Verdict {
        let (template, right) = operands(node).ok_or(Decline::NotThisShape)?;
        if !filling::may_become_f_string(node, cx) {
            return Err(Decline::NotThisShape);
        }
        let read = filling::read(template, percent_parts)?;
        let named = read.1.iter().any(crate::syntax::TemplatePart::is_named);
        // '%s %s' % (*xs, y): without the values there is nothing to go on with.
        if let Some(unpacked) =
            right.named_children().find(|part| is_unpacked(*part)).filter(|_| is_display(right))
        {
            return Err(Refusal::new(Reason::UnpackedArgument, unpacked.range()).into());
        }
        let given = given(right, named).ok_or(Decline::NotThisShape)?;
        let filled = Filled::new(node, cx, &META, template, read, given)?;
        let assumptions = assumptions(cx.facts, &filled, right).ok_or(Decline::NotThisShape)?;
        if !filled.wanted_by_name() && !pays(cx.facts, &filled, right) {
            filled.no_gain()?;
        }
        let fillings: Vec<_> = filled.places().map(|place| spelled(cx.facts, &filled, &place)).collect();
        filled.fix("write the `%` template as an f-string", &fillings, assumptions)
    }
}

/// The literal and what stands at the right of `%`.
fn operands(node: Node<'_>) -> Option<(Node<'_>, Node<'_>)> {
    node.child(Field::Operator).filter(|operator| operator.is_token("%"))?;
    let right = node.child(Field::Right)?;
    let left = node.child(Field::Left)?;
    matches!(unwrapped(left).kind(), Kind::String | Kind::ConcatenatedString)
        .then(|| (left, unwrapped(right)))
}

fn is_display(right: Node<'_>) -> bool {
    matches!(right.kind(), Kind::Tuple | Kind::Dictionary)
}

fn is_unpacked(part: Node<'_>) -> bool {
    matches!(part.kind(), Kind::ListSplat | Kind::DictionarySplat | Kind::ParenthesizedListSplat)
}

/// The values with their keys; `None` where they are not told, or one is given twice.
fn given(right: Node<'_>, named: bool) -> Option<Vec<(ValueKey, Node<'_>)>> {
    let parts = || right.named_children().filter(|part| !part.is_trivia());
    match (right.kind(), named) {
        (Kind::Dictionary, true) => {
            let mut given: Vec<(ValueKey, Node<'_>)> = Vec::new();
            for pair in parts() {
                let key = Literal::evaluate(pair.child(Field::Key)?)?;
                let key = Some(ValueKey::Named(key.value)).filter(|_| key.kind == LiteralKind::Text)?;
                if given.iter().any(|(known, _)| *known == key) {
                    return None;
                }
                given.push((key, pair.child(Field::Value)?));
            }
            Some(given)
        }
        (_, true) => None,
        (Kind::Tuple, false) => {
            Some(parts().enumerate().map(|(at, value)| (ValueKey::At(at), value)).collect())
        }
        (_, false) => Some(vec![(ValueKey::At(0), right)]),
    }
}

/// What has to be assumed for `%` to mean what the f-string does; `None` where it surely means something else.
fn assumptions(facts: &Facts<'_>, filled: &Filled<'_, '_, '_>, right: Node<'_>) -> Option<Vec<Assumption>> {
    let mut assumptions = Vec::new();
    let mut numbers = false;
    for place in filled.places() {
        let (wanted, id, what): (&[Class], _, _) = match place.field.accepts {
            Accepts::Anything => continue,
            Accepts::Integers => (&[Class::Int, Class::Bool], "value-is-int", "a plain `int`"),
            Accepts::Numbers => {
                (&[Class::Int, Class::Bool, Class::Float], "value-is-number", "a plain `int` or `float`")
            }
        };
        numbers = true;
        let found = facts.type_of(place.value);
        if found.class().is_some_and(|class| wanted.contains(&class)) {
            continue;
        }
        // '%d' % 2.5                 # 2
        if found.base().is_some_and(|base| !wanted.contains(&base)) {
            return None;
        }
        let sentence = format!("`{}` is {what}", filling::one_line(place.value));
        assumptions.push(Assumption { id, sentence, unproven: Vec::new() });
    }
    if is_display(right) || numbers {
        return Some(assumptions);
    }
    // point = (1, 2)
    // '%s' % point
    match facts.type_of(right).base() {
        Some(Class::Tuple) => return None,
        // class Shout(str):
        //     def __rmod__(self, template): return template.upper()
        Some(Class::Str) if facts.type_of(right).class().is_some() => {}
        Some(base) if base != Class::Str => {}
        _ if guards::plain_text(facts, right) == PlainText::Surely => {}
        _ => {
            let sentence = format!(
                "`{}` is no tuple, and no string of a class that defines `__rmod__`",
                filling::one_line(right)
            );
            assumptions.push(Assumption { id: "operand-is-no-tuple", sentence, unproven: Vec::new() });
        }
    }
    Some(assumptions)
}

/// Whether an f-string was measured to be faster on some version of the target.
fn pays(facts: &Facts<'_>, filled: &Filled<'_, '_, '_>, right: Node<'_>) -> bool {
    let (mut strings, mut integers, mut others, mut specified) = (0, 0, 0, 0);
    let mut compiled = true;
    for place in filled.places() {
        compiled &= place.field.accepts == Accepts::Anything;
        let filling = spelled(facts, filled, &place);
        match facts.type_of(filling.value).class() {
            _ if !filling.spec.is_empty() => specified += 1,
            Some(Class::Str) => strings += 1,
            Some(Class::Int) if filling.converted == Converted::Not => integers += 1,
            _ => others += 1,
        }
    }
    match right.kind() {
        Kind::Dictionary if filled.is_named() => specified < 2 || specified <= strings + integers + others,
        _ if specified > 0 || (integers > 1 && integers > 2 * (strings + others)) => false,
        Kind::Tuple if compiled && right.source().target().oldest >= TUPLES_COMPILED => strings > 0,
        _ => true,
    }
}

/// What a field becomes, given what is known of its value.
fn spelled<'t>(facts: &Facts<'_>, filled: &Filled<'_, '_, 't>, place: &Place<'_, 't>) -> Filling<'t> {
    let filling = filled.counterpart(place);
    let class = facts.type_of(filling.value).class();
    match (class, filling.converted, filling.spec.as_slice()) {
        // What makes text of the others by `format` was measured to be slower than `str`.
        (Some(Class::Str | Class::Int), Converted::Str, []) => {
            Filling { converted: Converted::Not, ..filling }
        }
        (Some(Class::Int), Converted::Not, [Spec::Text(kind)]) if kind == "d" => {
            Filling { spec: Vec::new(), ..filling }
        }
        _ => filling,
    }
}
