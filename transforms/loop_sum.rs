//! `loop-sum`: a loop that adds up integers becomes a call of `sum`.
//!
//! See `loop-sum.md`. The loop is read, judged and written as `loop-append` does with lists.

use crate::edit::{Assumption, Decline, Fix, Measured, Verdict};
use crate::engine::{Cx, Meta, Transform};
use crate::semantic::guards::{self, Form, Guarded};
use crate::semantic::{Class, Facts, Flow, Reason, Refusal, ScopeId, ScopeKind, VariableId};
use crate::syntax::{Kind, Node};
use crate::text::PythonVersion;

use super::loop_append::origin::{Creation, Empty, Origin, origin};
use super::loop_append::shape::{Addition, Shape};
use super::loop_append::write::{self, Expression, Target};
use super::loop_append::{Judge, Local};

/// The transform.
pub struct LoopSum;

static META: Meta = Meta {
    id: "loop-sum",
    summary: "a loop that adds up integers becomes a call of `sum`",
    page: include_str!("loop-sum.md"),
    kinds: &[Kind::ForStatement],
    needles: &[r"\bfor\b", r"\+=|=(?:\s|\\\r?\n)*\w+(?:\s|\\\r?\n)*\+"],
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
    oldest: PythonVersion::PY27,
    priority: 10,
};

impl Transform for LoopSum {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, node: Node<'_>, cx: &Cx<'_>) -> Verdict {
        let shape = Shape::of(node).ok_or(Decline::NotThisShape)?;
        let Addition::Augment(element) = &shape.addition else { return Err(Decline::NotThisShape) };
        let judge = Judge { cx, facts: cx.facts, shape: &shape };
        let variable = judge.receiver_variable().ok_or(Decline::NotThisShape)?;
        let added = element.leaves();
        Summing { cx, shape: &shape, judge, added, variable }.verdict()
    }
}

struct Summing<'a, 'c, 't> {
    cx: &'a Cx<'c>,
    shape: &'a Shape<'t>,
    judge: Judge<'a, 'c, 't>,
    /// What one turn adds, whichever is chosen.
    added: Vec<Node<'t>>,
    variable: VariableId,
}

/// What `sum` is given.
enum Summed {
    /// What the loop iterates over.
    Items,
    /// `map` of this function over it.
    Map(String),
    /// A generator.
    Generator,
}

impl Summing<'_, '_, '_> {
    fn verdict(&self) -> Verdict {
        let (facts, site, variable) = (self.cx.facts, self.shape.site, self.variable);
        let creation = match origin(facts, variable, site, zero) {
            Origin::Created(creation) => Some(creation),
            _ if facts.type_of(self.shape.receiver).is(Class::Int) => None,
            Origin::Touched(_) | Origin::Elsewhere => return Err(Decline::NotThisShape),
        };
        let assumptions = self.assumptions()?;
        let scope = facts.body_scope(site);
        let summed = self.summed();
        self.pays_to_sum(scope, &summed)?;
        self.judge.common(scope)?;
        self.judge.own_receiver(scope)?;
        let flow = self.judge.flow(scope)?;
        let local = Local { flow: &flow, variable };
        self.judge.pieces_fit(&flow, Form::Generator)?;
        let parts = self.shape.parts();
        guards::no_stop_iteration(facts, &parts, site)?;
        let target = creation.as_ref().map_or(Target::Site, |creation| self.judge.target(&local, creation));
        let replaced = creation.as_ref().filter(|_| !matches!(target, Target::Site));
        let statement = replaced.map(|creation| creation.assignment.statement);
        guards::unobserved(facts, &flow, variable, &parts, statement, site)?;
        guards::no_partial_result(facts, &flow, variable, site)?;
        if creation.is_none() {
            self.number_is_there(&flow)?;
        }
        // sum = 0
        // for x in xs: sum += x
        guards::builtin(facts, site, "sum")?;
        if let Target::Creation(range) = &target {
            write::check_creation_comments(facts, *range, site)?;
        }
        Ok(self.fix(creation.as_ref(), &target, &summed, scope, assumptions)?)
    }

    /// ```python
    /// for x in xs: total += x                # without a value it fails at the first item, if there is one
    /// ```
    fn number_is_there(&self, flow: &Flow) -> Guarded {
        let (facts, site) = (self.cx.facts, self.shape.site);
        let first = self.shape.loops().next().map_or(site, |header| header.iterable);
        if flow.maybe_unbound(facts.model(), self.variable, first) {
            let receiver = self.shape.receiver.text();
            facts.refuse(Refusal::about(Reason::NotFresh, guards::header(site), receiver))?;
        }
        Ok(())
    }

    /// What must be assumed for all that is added to be integers.
    ///
    /// ```python
    /// for x in [0.1] * 10: total += x        # 0.9999999999999999; from Python 3.12 on `sum` gives 1.0
    /// ```
    fn assumptions(&self) -> Result<Vec<Assumption>, Decline> {
        let facts = self.cx.facts;
        let mut assumptions: Vec<Assumption> = Vec::new();
        for node in &self.added {
            let found = facts.type_of(*node);
            if matches!(found.class(), Some(Class::Int | Class::Bool)) {
                continue;
            }
            if found.base().is_some_and(|class| !matches!(class, Class::Int | Class::Bool)) {
                return Err(Decline::NotThisShape);
            }
            let Some(refusal) = guards::behaves_as(facts, *node, Class::Int).err() else { continue };
            let declared = facts.proven_type_of(*node).base();
            if declared.is_some_and(|class| class != Class::Int) {
                return Err(Decline::NotThisShape);
            }
            let mut unproven = vec![refusal.sentence()];
            if refusal.reason == Reason::ClassUnknown {
                unproven.extend(guards::what_would_tell(facts, *node));
            }
            let assumption = Assumption {
                id: "operand-is-int",
                sentence: format!("`{}` is an `int`, since `sum` adds floats in another way", node.text()),
                unproven,
            };
            if !assumptions.contains(&assumption) {
                assumptions.push(assumption);
            }
        }
        Ok(assumptions)
    }

    fn summed(&self) -> Summed {
        let header = self.shape.plain_loop();
        let Some((header, element)) = header.zip(self.shape.addition.plain_element()) else {
            return Summed::Generator;
        };
        if element.kind() == Kind::Identifier && element.text() == header.target.text() {
            return Summed::Items;
        }
        let facts = self.cx.facts;
        let items = facts.type_of(header.iterable).item();
        let mapped = guards::mapped_builtin(facts, element, header.target, &items).ok().flatten();
        match mapped.filter(|_| guards::builtin(facts, self.shape.site, "map").is_ok()) {
            Some(function) if !self.shape.site.source().may_run_on_python2() => Summed::Map(function),
            _ => Summed::Generator,
        }
    }

    /// Where names are looked up in dicts, as a module's are, a generator is faster than the loop; in a function it is
    /// not.
    fn pays_to_sum(&self, scope: ScopeId, summed: &Summed) -> Guarded {
        let slow = matches!(summed, Summed::Generator) && !self.is_at_module_level(scope);
        if slow && !self.cx.config.takes_slower(META.id) {
            self.cx.facts.refuse(Refusal::new(Reason::NoGain, guards::header(self.shape.site)))?;
        }
        Ok(())
    }

    fn is_at_module_level(&self, scope: ScopeId) -> bool {
        self.cx.facts.model().scope(scope).kind == ScopeKind::Module
    }

    fn fix(
        &self,
        creation: Option<&Creation<'_>>,
        target: &Target,
        summed: &Summed,
        scope: ScopeId,
        assumptions: Vec<Assumption>,
    ) -> Guarded<Fix> {
        let (cx, shape) = (self.cx, self.shape);
        let value = match summed {
            Summed::Items => Expression::of_items(shape, cx, "sum(".to_owned(), ")"),
            Summed::Map(function) => Expression::of_items(shape, cx, format!("sum(map({function}, "), "))"),
            Summed::Generator => Expression::of_pieces(shape, cx, "sum(".to_owned(), ")"),
        };
        let written = write::assigned(cx, shape, creation, target, "+=", value)?;
        let filtered = shape.clauses.len() > shape.loops().count();
        let case = match (summed, filtered, self.is_at_module_level(scope)) {
            (Summed::Items, ..) => "sum-items",
            (Summed::Map(_), ..) => "sum-len",
            (Summed::Generator, true, true) => "sum-filtered-at-module-level",
            (Summed::Generator, false, true) => "sum-computed-at-module-level",
            (Summed::Generator, true, false) => "sum-filtered",
            (Summed::Generator, false, false) => "sum-computed",
        };
        let form = match summed {
            Summed::Items => "items",
            Summed::Map(_) => "map",
            Summed::Generator => "generator",
        };
        Ok(Fix {
            transform: META.id,
            message: format!("add up `{}` with `sum`", shape.receiver.text()),
            range: written.range,
            edits: written.edits,
            strings: Vec::new(),
            hoists: Vec::new(),
            imports: Vec::new(),
            measured: Some(Measured { case, form }),
            assumptions,
            footprint: written.footprint,
        })
    }
}

/// What a sum begins with.
fn zero(_: &Facts<'_>, value: Node<'_>) -> Option<Empty> {
    (value.kind() == Kind::Integer && value.text() == "0").then_some(Empty::Zero)
}
