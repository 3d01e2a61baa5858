//! `string-augment-loop`: a loop that adds to a text becomes one `join`.
//!
//! See `string-augment-loop.md`. A loop that does nothing else is read, judged and written as `loop-append` does
//! with lists; what becomes of other loops is in `parts`.

#[path = "string_augment_loop/joined.rs"]
mod joined;
#[path = "string_augment_loop/parts.rs"]
mod parts;

use crate::edit::{Assumption, Decline, Verdict};
use crate::engine::{Cx, Meta, Transform};
use crate::semantic::guards::{self, Guarded, PlainText};
use crate::semantic::{Facts, Reason, Refusal};
use crate::syntax::{Kind, Node, StringPrefix, inside};
use crate::text::PythonVersion;

use super::loop_append::origin::Empty;
use super::loop_append::shape::{Addition, Shape};

/// The transform.
pub struct StringAugmentLoop;

static META: Meta = Meta {
    id: "string-augment-loop",
    summary: "a loop that adds to a text becomes one `join`",
    page: include_str!("string-augment-loop.md"),
    kinds: &[Kind::ForStatement, Kind::WhileStatement],
    needles: &[r"\b(?:for|while)\b", r"\+=|=(?:\s|\\\r?\n)*\w+(?:\s|\\\r?\n)*\+"],
    reasons: &[
        Reason::ClassScope,
        Reason::DynamicScope,
        Reason::LoopElse,
        Reason::TargetNotName,
        Reason::TargetNotLocal,
        Reason::TargetCaptured,
        Reason::TargetReadLater,
        Reason::TargetPublic,
        Reason::AccumulatorReadInLoop,
        Reason::AccumulatorObservable,
        Reason::PartialResult,
        Reason::NotFresh,
        Reason::Yields,
        Reason::Awaits,
        Reason::ZeroArgumentSuper,
        Reason::Walrus,
        Reason::MaybeUnbound,
        Reason::PragmaInTheWay,
        Reason::CommentInTheWay,
        Reason::FormattingOff,
        Reason::SharedLine,
        Reason::NoGain,
    ],
    oldest: PythonVersion::PY27,
    priority: 10,
};

impl Transform for StringAugmentLoop {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, node: Node<'_>, cx: &Cx<'_>) -> Verdict {
        let shape = Shape::of(node).filter(|shape| matches!(shape.addition, Addition::Augment(_)));
        let Some(shape) = shape else { return parts::verdict(node, cx) };
        match joined::verdict(&shape, cx) {
            // A loop that stays a loop keeps its names.
            Err(Decline::Refused(refusal)) => parts::verdict(node, cx).map_err(|_| Decline::Refused(refusal)),
            verdict => verdict,
        }
    }
}

/// What text is, as something to begin with.
fn text(facts: &Facts<'_>, value: Node<'_>) -> Option<Empty> {
    (guards::plain_text(facts, value) == PlainText::Surely).then_some(Empty::Text)
}

/// The quotes of the literal `value`, and whether there is nothing between them; `None` for other expressions.
fn quotes(value: Node<'_>) -> Option<(&'static str, bool)> {
    (value.kind() == Kind::String).then_some(())?;
    let prefix = StringPrefix::of(value).filter(|prefix| !prefix.interpolated && !prefix.bytes)?;
    let empty = inside(value)?.is_empty() && !prefix.raw;
    Some((if value.text().ends_with('"') { "\"\"" } else { "''" }, empty))
}

/// What must be assumed for every one of `added` to be text.
///
/// ```python
/// try:
///     for x in xs: text += x             # a TypeError at the first number, not when all is over
/// except TypeError: ...
/// ```
fn assumptions(facts: &Facts<'_>, receiver: &str, added: &[Node<'_>]) -> Result<Vec<Assumption>, Decline> {
    let mut assumptions: Vec<Assumption> = Vec::new();
    for node in added {
        match guards::plain_text(facts, *node) {
            PlainText::Surely => continue,
            PlainText::Never => return Err(Decline::NotThisShape),
            PlainText::Perhaps => unhandled(facts, receiver, *node)?,
        }
        let assumption = super::string_augment::assume_text(facts, *node);
        if !assumptions.contains(&assumption) {
            assumptions.push(assumption);
        }
    }
    Ok(assumptions)
}

/// That nobody waits for what adding something else than text raises.
fn unhandled(facts: &Facts<'_>, receiver: &str, added: Node<'_>) -> Guarded {
    let mut around = added.ancestors().take_while(|up| up.kind() != Kind::FunctionDefinition);
    if around.any(|up| up.kind() == Kind::TryStatement) {
        facts.refuse(Refusal::about(Reason::PartialResult, added.range(), receiver))?;
    }
    Ok(())
}
