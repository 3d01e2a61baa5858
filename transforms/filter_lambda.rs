//! `filter-lambda`: `filter` with a lambda becomes a comprehension or generator with a condition.
//!
//! See `filter-lambda.md`. What it shares with `map-lambda` is in `lambdas`.

use super::consumers::asked_twice;
use super::lambdas::Lambda;
use crate::edit::{Decline, Verdict};
use crate::engine::{Cx, Meta, Transform};
use crate::semantic::{Class, Reason};
use crate::syntax::{Kind, Node};
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
        let assumptions = asked_twice(cx.facts, lambda.body).into_iter().collect();
        lambda.fix(cx, META.id, shape, chosen, Some(lambda.body.text()), assumptions)
    }
}
