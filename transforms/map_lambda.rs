//! `map-lambda`: `map` with a lambda becomes a comprehension or generator.
//!
//! See `map-lambda.md`. What it shares with `filter-lambda` is in `lambdas`.

use super::lambdas::Lambda;
use crate::edit::{Decline, Verdict};
use crate::engine::{Cx, Meta, Transform};
use crate::semantic::Reason;
use crate::syntax::{Kind, Node};
use crate::text::PythonVersion;

/// The transform.
pub struct MapLambda;

static META: Meta = Meta {
    id: "map-lambda",
    summary: "`map` with a lambda becomes a comprehension or generator",
    page: include_str!("map-lambda.md"),
    kinds: &[Kind::Call],
    needles: &[r"\bmap\b", r"\blambda\b"],
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

impl Transform for MapLambda {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, node: Node<'_>, cx: &Cx<'_>) -> Verdict {
        let lambda = Lambda::of(node, "map").ok_or(Decline::NotThisShape)?;
        let shape =
            lambda.shape(cx.facts).or_else(|| lambda.eager_shape(cx.facts)).ok_or(Decline::NotThisShape)?;
        lambda.lambda_fits(cx.facts, "map")?;
        lambda.fix(cx, META.id, shape, lambda.body.text(), None, Vec::new())
    }
}
