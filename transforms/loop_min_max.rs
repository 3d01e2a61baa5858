//! `loop-min-max`: a loop that keeps the greatest or least item becomes a call of `max` or `min`.
//!
//! See `loop-min-max.md`. How the loop chooses, and what it begins with, is read in `shape`; the rest is read, judged
//! and written as `loop-append` does with lists.

#[path = "loop_min_max/shape.rs"]
mod shape;

use crate::edit::{Assumption, Decline, Fix, Measured, Verdict};
use crate::engine::{Cx, Meta, Transform};
use crate::semantic::guards::{self, Form, Guarded};
use crate::semantic::{Class, Reason, Refusal, ScopeId, ScopeKind};
use crate::syntax::{Kind, Node};
use crate::text::PythonVersion;

use super::loop_append::origin::{Creation, Empty, Origin, origin};
use super::loop_append::write::{self, Expression, Target};
use super::loop_append::{Judge, Local};
use shape::{Choice, Spelling};

/// The transform.
pub struct LoopMinMax;

static META: Meta = Meta {
    id: "loop-min-max",
    summary: "a loop that keeps the greatest or least item becomes a call of `max` or `min`",
    page: include_str!("loop-min-max.md"),
    kinds: &[Kind::ForStatement],
    needles: &[r"\bfor\b", r"[<>]|\b(?:min|max)\b"],
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
        Reason::EvaluatedOnce,
        Reason::NotBuiltin,
        Reason::Yields,
        Reason::Awaits,
        Reason::StopsIteration,
        Reason::ZeroArgumentSuper,
        Reason::Walrus,
        Reason::MaybeUnbound,
        Reason::PragmaInTheWay,
        Reason::CommentInTheWay,
        Reason::FormattingOff,
        Reason::NoGain,
    ],
    // `default` is not there before Python 3.4.
    oldest: PythonVersion::new(3, 6),
    priority: 10,
};

/// Releases from which on `max` of the items was measured to be slower than a loop of a function.
const ITEMS_SLOWER: PythonVersion = PythonVersion::new(3, 12);

/// Releases from which on `max` of what `map` gives was measured to be slower than a loop of a function.
const MAP_SLOWER: PythonVersion = PythonVersion::new(3, 11);

impl Transform for LoopMinMax {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, node: Node<'_>, cx: &Cx<'_>) -> Verdict {
        let choice = Choice::of(node).ok_or(Decline::NotThisShape)?;
        let judge = Judge { cx, facts: cx.facts, shape: &choice.shape };
        Choosing { cx, choice: &choice, judge }.verdict()
    }
}

struct Choosing<'a, 'c, 't> {
    cx: &'a Cx<'c>,
    choice: &'a Choice<'t>,
    judge: Judge<'a, 'c, 't>,
}

/// What the builtin is given.
enum Given {
    /// What the loop iterates over.
    Items,
    /// `map` of this function over it.
    Map(String),
    /// A generator.
    Generator,
}

impl<'t> Choosing<'_, '_, 't> {
    fn verdict(&self) -> Verdict {
        let (facts, site) = (self.cx.facts, self.choice.shape.site);
        let Some(variable) = self.judge.receiver_variable() else { return Err(Decline::NotThisShape) };
        let Origin::Created(creation) = origin(facts, variable, site, shape::seed) else {
            return Err(Decline::NotThisShape);
        };
        if !self.choice.begins_with(&creation) || !self.is_ordered(&creation) {
            return Err(Decline::NotThisShape);
        }
        let scope = facts.body_scope(site);
        let given = self.given();
        self.pays_to_choose(scope, &given)?;
        self.judge.common(scope)?;
        self.judge.own_receiver(scope)?;
        let flow = self.judge.flow(scope)?;
        let parts = self.choice.shape.parts();
        self.judge.pieces_fit(&flow, Form::Generator)?;
        guards::no_stop_iteration(facts, &parts, site)?;
        let statement = creation.assignment.statement;
        guards::unobserved(facts, &flow, variable, &parts, Some(statement), site)?;
        guards::no_partial_result(facts, &flow, variable, site)?;
        self.candidate_evaluated_once()?;
        // max = 0
        // for x in xs: max = x if x > max else max
        guards::builtin(facts, site, self.choice.builtin)?;
        let target = self.judge.target(&Local { flow: &flow, variable }, &creation);
        if let Target::Creation(range) = &target {
            write::check_creation_comments(facts, *range, site)?;
        }
        Ok(self.fix(&creation, &target, &given, scope)?)
    }

    /// Whether all that is compared is of one class whose objects are ordered, and that look alike where they are
    /// equal.
    ///
    /// ```python
    /// for x in [nan, 1.0]:                   # max gives nan, the loop 1.0
    ///     if x > m: m = x
    /// ```
    fn is_ordered(&self, creation: &Creation<'_>) -> bool {
        let facts = self.cx.facts;
        // A declared `int` may be `True`, which is 1 and another object.
        let is = |class| facts.type_of(self.choice.candidate).is(class);
        match creation.what {
            // {0: 1, 5: 2}[0] is no key
            Empty::First => {
                let items = facts.proven_type_of(self.choice.iterable()).base();
                let sequence = matches!(items, Some(Class::List | Class::Tuple | Class::Str));
                sequence && (is(Class::Int) || is(Class::Str))
            }
            Empty::Nothing => is(Class::Int) || is(Class::Str),
            _ => is(Class::Int),
        }
    }

    /// ```python
    /// for x in xs:
    ///     if note(x) > m: m = note(x)
    /// ```
    fn candidate_evaluated_once(&self) -> Guarded {
        let candidate = self.choice.candidate;
        let twice = self.choice.spelling == Spelling::Compared && self.choice.shape.temporary.is_none();
        if twice && !guards::repeatable(self.cx.facts, candidate) {
            let refusal = Refusal::about(Reason::EvaluatedOnce, candidate.range(), candidate.text());
            self.cx.facts.refuse(refusal)?;
        }
        Ok(())
    }

    fn given(&self) -> Given {
        let shape = &self.choice.shape;
        let Some((header, element)) = shape.plain_loop().zip(shape.addition.plain_element()) else {
            return Given::Generator;
        };
        if element.kind() == Kind::Identifier && element.text() == header.target.text() {
            return Given::Items;
        }
        let facts = self.cx.facts;
        let items = facts.type_of(header.iterable).item();
        let mapped = guards::mapped_builtin(facts, element, header.target, &items).ok().flatten();
        match mapped.filter(|_| guards::builtin(facts, shape.site, "map").is_ok()) {
            Some(function) => Given::Map(function),
            None => Given::Generator,
        }
    }

    fn pays_to_choose(&self, scope: ScopeId, given: &Given) -> Guarded {
        let site = self.choice.shape.site;
        let faster = match given {
            _ if self.is_at_module_level(scope) => true,
            // A builtin that is called in every turn costs more than anything else.
            _ if self.choice.spelling == Spelling::Called => true,
            Given::Items => site.source().target().oldest < ITEMS_SLOWER,
            Given::Map(_) => site.source().target().oldest < MAP_SLOWER,
            Given::Generator => false,
        };
        if !faster && !self.cx.config.takes_slower(META.id) {
            self.cx.facts.refuse(Refusal::new(Reason::NoGain, guards::header(site)))?;
        }
        Ok(())
    }

    fn is_at_module_level(&self, scope: ScopeId) -> bool {
        self.cx.facts.model().scope(scope).kind == ScopeKind::Module
    }

    fn fix(&self, creation: &Creation<'t>, target: &Target, given: &Given, scope: ScopeId) -> Guarded<Fix> {
        let (cx, shape, builtin) = (self.cx, &self.choice.shape, self.choice.builtin);
        let seed = creation.assignment.right.text();
        let (open, close) = match creation.what {
            Empty::First => (format!("{builtin}("), ")".to_owned()),
            Empty::Number if !self.choice.reaches(seed) => {
                (format!("{builtin}({seed}, {builtin}("), format!(", default={seed}))"))
            }
            _ => (format!("{builtin}("), format!(", default={seed})")),
        };
        let value = match given {
            Given::Items => Expression::of_items(shape, cx, open, &close),
            Given::Map(function) => {
                Expression::of_items(shape, cx, format!("{open}map({function}, "), &format!("){close}"))
            }
            // Beside another argument a generator needs parentheses of its own.
            Given::Generator if close != ")" => {
                Expression::of_pieces(shape, cx, format!("{open}("), &format!("){close}"))
            }
            Given::Generator => Expression::of_pieces(shape, cx, open, &close),
        };
        let written = write::assigned(cx, shape, Some(creation), target, "=", value)?;
        let assumption = (creation.what == Empty::First).then(|| Assumption {
            id: "not-empty",
            sentence: format!("there is something in `{}`", self.choice.iterable().text()),
            unproven: Vec::new(),
        });
        let (case, form) = match given {
            _ if self.is_at_module_level(scope) => ("greatest-at-module-level", "max"),
            Given::Items if self.choice.spelling == Spelling::Called => ("greatest-called", "max"),
            Given::Items => ("greatest", "max"),
            Given::Map(_) => ("greatest-len", "map"),
            Given::Generator if self.choice.spelling == Spelling::Called => {
                ("greatest-computed-called", "generator")
            }
            Given::Generator => ("greatest-computed", "generator"),
        };
        Ok(Fix {
            transform: META.id,
            message: format!("find `{}` with `{builtin}`", shape.receiver.text()),
            range: written.range,
            edits: written.edits,
            strings: Vec::new(),
            hoists: Vec::new(),
            imports: Vec::new(),
            measured: Some(Measured { case, form }),
            assumptions: assumption.into_iter().collect(),
            footprint: written.footprint,
        })
    }
}
