//! `format-call`: `'{}'.format(x)` becomes an f-string.
//!
//! See `format-call.md`. Both ask the same of a value; only the order is another one.

use super::filling::{self, Filled};
use crate::edit::{Decline, Verdict};
use crate::engine::{Cx, Meta, Transform};
use crate::semantic::{Reason, Refusal};
use crate::syntax::{Argument, Attribute, Call, Kind, Node, ValueKey, format_parts};
use crate::text::PythonVersion;

/// The transform.
pub struct FormatCall;

static META: Meta = Meta {
    id: "format-call",
    summary: "a call of `format` on a template becomes an f-string",
    page: include_str!("format-call.md"),
    kinds: &[Kind::Call],
    needles: &[r"\bformat\b"],
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

/// How many fields that say more of their values were measured to be no faster in an f-string.
const MANY_SPECS: usize = 3;

impl Transform for FormatCall {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, node: Node<'_>, cx: &Cx<'_>) -> Verdict {
        let call = Call::cast(node).ok_or(Decline::NotThisShape)?;
        let method = Attribute::cast(call.function).filter(|method| method.name.text() == "format");
        let template = method.ok_or(Decline::NotThisShape)?.object;
        let arguments = call.arguments().list;
        if arguments.is_empty() || !filling::may_become_f_string(node, cx) {
            return Err(Decline::NotThisShape);
        }
        let read = filling::read(template, format_parts)?;
        let mut given = Vec::new();
        for (at, argument) in arguments.into_iter().filter(|argument| !is_trivia(argument)).enumerate() {
            given.push(match argument {
                Argument::Positional(value) => (ValueKey::At(at), value),
                Argument::Keyword { name, value } => (ValueKey::Named(name.text().to_owned()), value),
                // '{} {}'.format(*xs): without the values there is nothing to go on with.
                Argument::Unpacked(unpacked) => {
                    return Err(Refusal::new(Reason::UnpackedArgument, unpacked.range()).into());
                }
            });
        }
        let filled = Filled::new(node, cx, &META, template, read, given)?;
        if !filled.wanted_by_name() && !pays(&filled) {
            filled.no_gain()?;
        }
        let fillings: Vec<_> = filled.places().map(|place| filled.counterpart(&place)).collect();
        filled.fix("write the `format` call as an f-string", &fillings, Vec::new())
    }
}

fn is_trivia(argument: &Argument<'_>) -> bool {
    matches!(argument, Argument::Positional(value) if value.is_trivia())
}

/// Whether an f-string was measured to be faster.
fn pays(filled: &Filled<'_, '_, '_>) -> bool {
    let specified = filled.places().filter(|place| !place.field.spec.is_empty()).count();
    specified < MANY_SPECS || 2 * specified <= filled.places().count()
}
