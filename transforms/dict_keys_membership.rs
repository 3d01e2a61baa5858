//! `dict-keys-membership`: `k in d.keys()` becomes `k in d`.
//!
//! See `dict-keys-membership.md`.

use crate::edit::interpolate;
use crate::edit::{Assumption, Decline, Edit, Fix, Measured, Verdict};
use crate::engine::{Cx, Meta, Transform};
use crate::semantic::comments::comments_in;
use crate::semantic::guards::{self, Guarded, Treatment};
use crate::semantic::{Class, Facts, Reason, Refusal, ScopeKind};
use crate::syntax::{Attribute, Call, Field, Kind, Node};
use crate::text::{Dialect, PythonVersion, Range};

/// The transform.
pub struct DictKeysMembership;

static META: Meta = Meta {
    id: "dict-keys-membership",
    summary: "`k in d.keys()` becomes `k in d`",
    page: include_str!("dict-keys-membership.md"),
    kinds: &[Kind::ComparisonOperator],
    // `1in d.keys()`
    needles: &[r"in\b", r"keys\b"],
    reasons: &[Reason::ReceiverUnknown, Reason::FormattingOff],
    oldest: PythonVersion::PY27,
    priority: 30,
};

impl Transform for DictKeysMembership {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, node: Node<'_>, cx: &Cx<'_>) -> Verdict {
        let (key, keys, dict) = operands(node).ok_or(Decline::NotThisShape)?;
        let dropped = Range::new(dict.range().end, keys.range().end);
        if comments_in(cx.tree, dropped).next().is_some() {
            return Err(Decline::NotThisShape);
        }
        let mut assumptions = Vec::new();
        match cx.facts.type_of(dict).class() {
            Some(Class::Dict) => {}
            Some(_) => return Err(Decline::NotThisShape),
            None => assumptions.extend(unproven_dict(cx.facts, dict)?),
        }
        if node.source().may_run_on_python2() && !compares_as_hashed(cx.facts, key, dict) {
            assumptions.push(Assumption {
                id: "key-is-hashable",
                sentence: format!(
                    "`{}` can be hashed, and has the hash of every key that it is equal to",
                    super::filling::one_line(key)
                ),
                unproven: Vec::new(),
            });
        }
        Ok(Fix {
            transform: META.id,
            message: format!("ask `{}` itself", super::filling::one_line(dict)),
            range: node.range(),
            edits: vec![Edit::replace(dropped, interpolate::gap(node.source(), dropped))],
            strings: Vec::new(),
            hoists: Vec::new(),
            imports: Vec::new(),
            measured: Some(Measured { case: "in-keys", form: "dict" }),
            assumptions,
            footprint: vec![node.range()],
        })
    }
}

/// The key, the call of `keys`, and what it is called on.
fn operands(node: Node<'_>) -> Option<(Node<'_>, Node<'_>, Node<'_>)> {
    let mut operators = node.children_in(Field::Operators);
    let operator = operators.next().filter(|_| operators.next().is_none())?;
    matches!(operator.text(), "in" | "not in").then_some(())?;
    let mut sides = node.named_children().filter(|part| part.field() != Field::Operators);
    let (key, keys) = (sides.next()?, sides.next()?);
    let call = Call::cast(keys)?;
    let method = Attribute::cast(call.function)?;
    let python2 = node.source().dialect() == Dialect::Python2;
    let named = match method.name.text() {
        "keys" => true,
        "iterkeys" | "viewkeys" => python2,
        _ => false,
    };
    let bare = call.arguments.kind() == Kind::ArgumentList && call.arguments().list.is_empty();
    (named && bare).then_some((key, keys, method.object))
}

/// What has to be assumed of something that is not known to be exactly a dict.
///
/// ```python
/// class Headers(dict):
///     def __contains__(self, key): return dict.__contains__(self, key.lower())
/// ```
///
/// # Errors
///
/// When a class of the file says by itself what its keys are, or what it contains.
fn unproven_dict(facts: &Facts<'_>, dict: Node<'_>) -> Guarded<Option<Assumption>> {
    let Err(found) = guards::behaves_as(facts, dict, Class::Dict) else { return Ok(None) };
    let model = facts.model();
    let decides = |name: &str| {
        let mut classes = model.scopes().filter(|(_, scope)| scope.kind == ScopeKind::Class);
        classes.any(|(id, _)| model.variable_in(id, name).is_some())
    };
    if decides("__contains__") || decides("keys") {
        facts.refuse(Refusal::about(Reason::ReceiverUnknown, dict.range(), dict.text()))?;
    }
    let mut unproven = vec![found.sentence()];
    unproven.extend(guards::what_would_tell(facts, dict));
    Ok(Some(Assumption {
        id: "receiver-is-dict",
        sentence: format!("`{}` is a mapping that contains its keys", super::filling::one_line(dict)),
        unproven,
    }))
}

/// Whether a list of the keys, which Python 2 makes, is asked the same as the dict: it compares, and hashes nothing.
///
/// ```python
/// [] in d.keys()                         # False; `[] in d` is a TypeError
/// ```
fn compares_as_hashed(facts: &Facts<'_>, key: Node<'_>, dict: Node<'_>) -> bool {
    let found = facts.type_of(key);
    let ascii = !found.is(Class::Str) || (key.kind() == Kind::String && key.text().is_ascii());
    let plain = |treated| guards::treats_type_quietly(treated, Treatment::Hashes);
    ascii && plain(&found) && plain(&facts.type_of(dict).item())
}
