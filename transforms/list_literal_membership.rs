//! `list-literal-membership`: a literal collection that is only looked into becomes one that is cheaper to ask, or is
//! made once, in front of the loop that asks it.
//!
//! See `list-literal-membership.md`. What stands in a display, and what becomes of it, is told by `display`.

#[path = "list_literal_membership/display.rs"]
mod display;

use crate::edit::render::moved;
use crate::edit::{Assumption, Decline, Edit, Fix, Hoist, HoistForm, Measured, Verdict};
use crate::engine::{Cx, Gain, Meta, Transform};
use crate::semantic::comments::comments_in;
use crate::semantic::guards::{self, Guarded};
use crate::semantic::{Class, Facts, Reason, Refusal};
use crate::syntax::{Kind, Node};
use crate::text::{PythonVersion, Range};

use super::filling::one_line;
use super::hoisting::{moved_assignment, name_scope, repeats, widest};
use display::{Display, Use};

/// The transform.
pub struct ListLiteralMembership;

static META: Meta = Meta {
    id: "list-literal-membership",
    summary: "a literal collection that is only looked into becomes a set, or is made once",
    page: include_str!("list-literal-membership.md"),
    kinds: &[Kind::List, Kind::Tuple, Kind::Set, Kind::Dictionary],
    // `1in [1, 2]`
    needles: &[r"(?:in|while)\b"],
    reasons: &[
        Reason::ClassScope,
        Reason::DynamicScope,
        Reason::ClassUnknown,
        Reason::SubclassInTheWay,
        Reason::MayFailEarly,
        Reason::OperandChanges,
        Reason::NoGain,
        Reason::CommentInTheWay,
        Reason::SharedLine,
        Reason::FormattingOff,
    ],
    oldest: PythonVersion::PY27,
    priority: 62,
};

/// With fewer items, the first of which is often the one, a set is not surely faster.
const FEWEST: usize = 3;

/// What a display is called in front of a loop.
const NAME: &str = "_values";

impl Transform for ListLiteralMembership {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, node: Node<'_>, cx: &Cx<'_>) -> Verdict {
        let display = Display::of(cx.facts, node).ok_or(Decline::NotThisShape)?;
        match display.used {
            Use::Asked(key) if display.is_constant() && node.kind() != Kind::Dictionary => {
                as_set(cx, &display, key)
            }
            Use::Asked(_) => match hoisted(cx, &display) {
                // x in [x - 1, y]
                Err(hindrance) if node.kind() == Kind::List => as_tuple(cx, &display, hindrance),
                verdict => verdict,
            },
            Use::LookedUp | Use::Assigned => hoisted(cx, &display),
        }
    }
}

/// `x in {1, 2, 3}`, a constant of the compiled code as the tuple is that `CPython` makes of the list.
fn as_set(cx: &Cx<'_>, display: &Display<'_>, key: Node<'_>) -> Verdict {
    let facts = cx.facts;
    let node = display.node;
    // A set is one already; Python 2 would make it anew every time.
    let several = display.items.len() > 1 && matches!(node.kind(), Kind::List | Kind::Tuple);
    if !several || !display.is_comparable(facts, key) {
        return Err(Decline::NotThisShape);
    }
    let python2 = node.source().may_run_on_python2();
    if python2 || (display.items.len() < FEWEST && !cx.config.takes_slower(META.id)) {
        facts.refuse(Refusal::new(Reason::NoGain, node.range()))?;
    }
    // [] in [1, 2, 3]
    let known = facts.proven_type_of(key).base();
    if matches!(known, Some(Class::List | Class::Set | Class::Dict | Class::ByteArray)) {
        return Err(Decline::NotThisShape);
    }
    let mut assumptions = Vec::new();
    if let Err(hindrance) = guards::hashes_quietly(facts, key) {
        if hindrance.reason != Reason::ClassUnknown {
            return Err(hindrance.into());
        }
        let mut unproven = vec![hindrance.sentence()];
        unproven.extend(guards::what_would_tell(facts, key));
        assumptions.push(Assumption {
            id: "key-is-hashable",
            sentence: format!(
                "`{}` can be hashed, and has the hash of every value here that it is equal to",
                one_line(key)
            ),
            unproven,
        });
    }
    let text =
        display.items.iter().any(|item| matches!(item.kind(), Kind::String | Kind::ConcatenatedString));
    let case = match (text, display.items.len()) {
        (true, ..=2) => "strings-2",
        (true, 3..=5) => "strings-3",
        (true, _) => "strings-8",
        (false, ..=2) => "numbers-2",
        (false, 3..=5) => "numbers-3",
        (false, _) => "numbers-8",
    };
    let mut fix = new_fix(display, "ask a set", Measured::new(case, "set"));
    fix.edits = bracketed(node, "{", "}");
    fix.assumptions = assumptions;
    Ok(fix)
}

/// `x in (a, b)`, since `hindrance` keeps it from being made once. Newer releases make a tuple of the list by themselves.
fn as_tuple(cx: &Cx<'_>, display: &Display<'_>, hindrance: Decline) -> Verdict {
    let node = display.node;
    let measured = Measured::new("names", "tuple");
    let gain = Gain::of(META.id, measured, node.source().target().oldest);
    if !gain.is_some_and(|gain| gain.is_faster()) && !cx.config.takes_slower(META.id) {
        if matches!(hindrance, Decline::Refused(_)) {
            return Err(hindrance);
        }
        cx.facts.refuse(Refusal::new(Reason::NoGain, node.range()))?;
    }
    let mut fix = new_fix(display, "ask a tuple", measured);
    fix.edits = bracketed(node, "(", display.tuple_end());
    Ok(fix)
}

/// The display before the loop that makes it at every turn.
fn hoisted(cx: &Cx<'_>, display: &Display<'_>) -> Verdict {
    let facts = cx.facts;
    let node = display.node;
    if !guards::is_hot(node, repeats) || display.changes_with_turn(facts).ok_or(Decline::NotThisShape)? {
        return Err(Decline::NotThisShape);
    }
    display.is_repeatable(facts)?;
    let anchor = widest(facts, node, |region| stays_the_same(facts, display, region))?;
    let anchor = anchor.ok_or(Decline::NotThisShape)?;
    // x in [a,  # the first
    //       b]
    if let Some(comment) = comments_in(cx.tree, node.range()).next() {
        facts.refuse(Refusal::new(Reason::CommentInTheWay, comment.range()))?;
    }
    let case = match (node.kind(), &display.used) {
        (_, Use::Asked(_)) => "names-in-loop",
        (Kind::Dictionary, _) => "dict-in-loop",
        _ => "list-in-loop",
    };
    let mut fix = new_fix(display, "make it once, before the loop", Measured::new(case, "hoisted"));
    let scope = facts.body_scope(anchor);
    if let Use::Assigned = display.used {
        let (edits, lines) = moved_assignment(facts, node, anchor, scope).ok_or(Decline::NotThisShape)?;
        fix.edits = edits;
        fix.footprint = vec![lines];
        return Ok(fix);
    }
    let source = anchor.source();
    let indentation = source.slice(source.indentation(anchor.range().start));
    let text = moved(node, indentation);
    let asked = matches!(display.used, Use::Asked(_)) && node.kind() == Kind::List;
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).filter(|_| asked);
    let expression = inner.map(|inner| format!("({inner}{}", display.tuple_end()));
    fix.hoists = vec![Hoist {
        form: HoistForm::Value,
        anchor: anchor.range().start,
        expression: expression.unwrap_or(text),
        name: NAME.to_owned(),
        scope: name_scope(facts, scope),
        uses: vec![Edit::replace(node.range(), display.gap())],
    }];
    Ok(fix)
}

/// That a display in the loop `region` holds the same objects at every turn, all of which are there before.
///
/// ```python
/// for x in xs:
///     if x in [first, last]: print(x)
///     last = x
/// ```
fn stays_the_same(facts: &Facts<'_>, display: &Display<'_>, region: Node<'_>) -> Guarded {
    guards::own_names(facts, region)?;
    for item in &display.items {
        for name in item.descendants().filter(|part| part.kind() == Kind::Identifier) {
            if facts.model().reference_at(name).is_some() {
                guards::holds_same(facts, name, region)?;
            }
        }
    }
    Ok(())
}

fn new_fix(display: &Display<'_>, message: &str, measured: Measured) -> Fix {
    Fix {
        transform: META.id,
        message: message.to_owned(),
        range: display.node.range(),
        edits: Vec::new(),
        strings: Vec::new(),
        hoists: Vec::new(),
        imports: Vec::new(),
        measured: Some(measured),
        assumptions: Vec::new(),
        footprint: vec![display.site.range()],
    }
}

/// The edits that give a display other brackets.
fn bracketed(node: Node<'_>, open: &str, close: &str) -> Vec<Edit> {
    let Range { start, end } = node.range();
    vec![Edit::replace(Range::new(start, start + 1), open), Edit::replace(Range::new(end - 1, end), close)]
}
