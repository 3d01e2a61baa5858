//! `filter-lambda`: `filter` with a lambda becomes a comprehension or generator with a condition.
//!
//! See `filter-lambda.md`. What it shares with `map-lambda` is in `lambdas`.

use super::lambdas::Lambda;
use crate::edit::{Assumption, Decline, Verdict};
use crate::engine::{Cx, Meta, Transform};
use crate::semantic::{Class, Facts, Reason};
use crate::syntax::{Field, Kind, Node};
use crate::text::PythonVersion;

/// The transform.
pub struct FilterLambda;

static META: Meta = Meta {
    id: "filter-lambda",
    summary: "`filter` with a lambda becomes a comprehension or generator with a condition",
    page: include_str!("filter-lambda.md"),
    kinds: &[Kind::Call],
    needles: &[r"\bfilter\b", r"\blambda\b"],
    reasons: &[
        Reason::ClassScope,
        Reason::DynamicScope,
        Reason::NotBuiltin,
        Reason::TargetCaptured,
        Reason::TargetReadLater,
        Reason::StopsIteration,
        Reason::ZeroArgumentSuper,
        Reason::Deleted,
        Reason::MaybeUnbound,
        Reason::FormattingOff,
    ],
    oldest: PythonVersion::PY27,
    priority: 22,
};

impl Transform for FilterLambda {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, node: Node<'_>, cx: &Cx<'_>) -> Verdict {
        let lambda = Lambda::of(node, "filter").ok_or(Decline::NotThisShape)?;
        // filter(lambda c: c != 'b', 'abc')    # of Python 2 gives a string
        let listed = cx.facts.type_of(lambda.items).is(Class::List);
        let eager = || lambda.eager_shape(cx.facts).filter(|_| listed);
        let shape = lambda.shape(cx.facts).or_else(eager).ok_or(Decline::NotThisShape)?;
        lambda.lambda_fits(cx.facts, "filter")?;
        let chosen = lambda.parameter.text();
        let mut assumptions = Vec::new();
        if is_asked_twice(cx.facts, lambda.body) {
            assumptions.push(Assumption {
                id: "truth-is-quiet",
                sentence: format!(
                    "asking once whether parts of `{}` are true is as good as asking twice",
                    super::filling::one_line(lambda.body)
                ),
                unproven: Vec::new(),
            });
        }
        lambda.fix(cx, META.id, shape, chosen, Some(lambda.body.text()), assumptions)
    }
}

/// Whether `filter` asks again for the truth of something that the lambda asked for it, which a condition does not.
///
/// ```python
/// filter(lambda x: x or y, xs)           # `x.__bool__` runs twice
/// ```
fn is_asked_twice(facts: &Facts<'_>, value: Node<'_>) -> bool {
    match value.kind() {
        Kind::ParenthesizedExpression => value.named_children().any(|inner| is_asked_twice(facts, inner)),
        Kind::ConditionalExpression => {
            let mut parts = value.named_children();
            let branches = [parts.next(), parts.nth(1)];
            branches.into_iter().flatten().any(|branch| is_asked_twice(facts, branch))
        }
        Kind::BooleanOperator => {
            let known =
                |part: Option<Node<'_>>| part.is_some_and(|part| facts.type_of(part).class().is_some());
            !known(value.child(Field::Left))
                || value.child(Field::Right).is_none_or(|right| is_asked_twice(facts, right))
        }
        _ => false,
    }
}
