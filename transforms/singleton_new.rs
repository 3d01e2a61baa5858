//! `singleton-new`: a class whose `__new__` hands out one instance gets a metaclass that does so.
//!
//! See `singleton-new.md`. `shape` says what stands where, `users` who could tell the difference, `write` what is
//! written.

mod existing;
mod metaclass;
mod shape;
mod users;
mod write;

use crate::edit::{Assumption, Decline, Fix, Measured, Verdict};
use crate::engine::{Cx, Gain, Meta, Transform};
use crate::semantic::guards::{self, Guarded};
use crate::semantic::{Answer, Callee, Reason, Refusal, copying};
use crate::syntax::{Field, Kind, Node};
use crate::text::PythonVersion;

use existing::{Keeping, Metaclass};
use shape::Shape;
use write::{Making, Spelling, Writer};

/// The transform.
pub struct SingletonNew;

static META: Meta = Meta {
    id: "singleton-new",
    summary: "a class whose `__new__` hands out one instance gets a metaclass that does so",
    page: include_str!("singleton-new.md"),
    kinds: &[Kind::ClassDefinition],
    needles: &[r"\bclass\b", r"\b__new__\b"],
    reasons: &[
        Reason::ClassHasBase,
        Reason::InstanceMayBeFalse,
        Reason::ClassUsedOtherwise,
        Reason::AttributeUsedElsewhere,
        Reason::InitializerMatters,
        Reason::MetaclassSpelling,
        Reason::NotBuiltin,
        Reason::DynamicScope,
        Reason::NoGain,
        Reason::CommentInTheWay,
        Reason::SharedLine,
        Reason::FormattingOff,
    ],
    oldest: PythonVersion::PY27,
    priority: 60,
};

impl Transform for SingletonNew {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, node: Node<'_>, cx: &Cx<'_>) -> Verdict {
        let is_of_module =
            node.parent().is_none_or(|up| up.kind() == Kind::DecoratedDefinition && up.parent().is_none());
        let shape = Some(node).filter(|_| is_of_module).and_then(Shape::of).ok_or(Decline::NotThisShape)?;
        let spelling = spelling(cx, &shape).ok_or(Decline::NotThisShape)?;
        let judge = Judge { cx, shape, spelling };
        users::stands_alone(cx.facts, &judge.shape)?;
        users::only_called(cx.facts, &judge.shape)?;
        users::attribute_is_served(cx.facts, &judge.shape)?;
        users::arguments_settle(cx.facts, &judge.shape)?;
        judge.is_spelled_in_one_way()?;
        judge.is_worth_it()?;
        let writer = judge.writer();
        let facts = cx.facts;
        let metaclass =
            Metaclass::find(facts, &judge.shape, metaclass::code(&writer), writer.gives_arguments());
        let (edits, hoists) = writer.write(&metaclass)?;
        let name = judge.shape.name.text();
        let what =
            if judge.shape.asked.key().is_some() { "one instance for each key" } else { "one instance" };
        Ok(Fix {
            transform: META.id,
            message: format!("let a metaclass give `{name}` {what}"),
            range: guards::header(node),
            edits,
            strings: Vec::new(),
            hoists,
            imports: metaclass.import().into_iter().cloned().collect(),
            measured: Some(judge.measured()),
            assumptions: judge.assumptions(&metaclass),
            footprint: vec![node.range()],
        })
    }
}

/// How a metaclass is spelled; `None` for a class of Python 2 that asks nobody for its instances.
fn spelling(cx: &Cx<'_>, shape: &Shape<'_>) -> Option<Spelling> {
    let target = cx.tree.source().target();
    let is_new_style =
        shape.class.child(Field::Superclasses).is_some_and(|list| list.named_children().next().is_some());
    let has_type_parameters = shape.class.child(Field::TypeParameters).is_some();
    let only_python2 = target.newest.major == 2;
    ((is_new_style || !target.includes_python2()) && !has_type_parameters).then_some(if only_python2 {
        Spelling::Python2
    } else {
        Spelling::Python3
    })
}

struct Judge<'a, 'c, 't> {
    cx: &'a Cx<'c>,
    shape: Shape<'t>,
    spelling: Spelling,
}

impl<'c, 't> Judge<'_, 'c, 't> {
    /// That one spelling suits every Python of the target, and `__new__` means the builtins.
    ///
    /// ```python
    /// class S(object):
    ///     __metaclass__ = Singleton      # nothing to Python 3
    /// ```
    fn is_spelled_in_one_way(&self) -> Guarded {
        for builtin in self.shape.builtins.iter().copied().chain(["type", "super"]) {
            guards::builtin(self.cx.facts, self.shape.class, builtin)?;
        }
        let target = self.cx.tree.source().target();
        if target.includes_python2() && target.newest.major != 2 {
            let header = guards::header(self.shape.class);
            self.cx.facts.refuse(Refusal::about(
                Reason::MetaclassSpelling,
                header,
                self.shape.name.text(),
            ))?;
        }
        Ok(())
    }

    /// That the calls become faster, or somebody asked for it by name.
    fn is_worth_it(&self) -> Guarded {
        let version = self.cx.tree.source().target().oldest;
        let faster = Gain::of(META.id, self.measured(), version).is_some_and(|gain| gain.is_faster());
        if !faster && !self.cx.config.takes_slower(META.id) {
            self.cx.facts.refuse(Refusal::new(Reason::NoGain, guards::header(self.shape.class)))?;
        }
        Ok(())
    }

    fn measured(&self) -> Measured {
        match (self.shape.asked.key(), self.shape.init) {
            (Some(_), None) => Measured::new("keyed", "metaclass"),
            (Some(_), Some(_)) => Measured::new("keyed-with-init", "metaclass"),
            (None, Some(_)) => Measured::new("with-init", "metaclass"),
            (None, None) if self.takes_anything() => Measured::new("any-arguments", "metaclass"),
            (None, None) => Measured::new("plain", "metaclass"),
        }
    }

    /// Whether every call packs its arguments up.
    fn takes_anything(&self) -> bool {
        self.shape.parameters.iter().any(|it| !it.stars.is_empty())
    }

    /// Whether a new instance is changed in a way that others could take part in.
    fn is_initialized_openly(&self) -> bool {
        self.shape.init.is_some() || !users::is_set_up_plainly(self.cx.facts, &self.shape)
    }

    fn writer(&self) -> Writer<'_, 'c, 't> {
        // `__init__` ran when the instance was kept.
        let kept_first = self.shape.init.is_some() || self.shape.kept_first && self.is_initialized_openly();
        let making = if kept_first { Making::KeptFirst } else { Making::Whole };
        Writer { cx: self.cx, shape: &self.shape, making, spelling: self.spelling }
    }

    fn assumptions(&self, metaclass: &Metaclass) -> Vec<Assumption> {
        let name = self.shape.name.text();
        let world = self.cx.facts.world();
        let mut found = Vec::new();
        let mut assume = |id, sentence| found.push(Assumption { id, sentence, unproven: Vec::new() });
        let known =
            world.has_unseen_users() == Answer::No && world.calls_elsewhere(Callee::Function(name)).is_some();
        if !known {
            assume(
                "only-called",
                format!(
                    "other files call `{name}` and do no more with it: they derive no class from it and do not ask what it is"
                ),
            );
        }
        if copying::may_copy(self.cx.facts) {
            assume(
                "never-copied",
                format!("no instance of `{name}` is copied or pickled, which gave the same one"),
            );
        }
        if self.shape.init.is_some() {
            assume(
                "initialized-once",
                format!("nothing is missed when `{name}.__init__` runs for the first call alone"),
            );
        }
        if self.is_initialized_openly() {
            let asks = match metaclass {
                Metaclass::Known(known) if known.keeping == Keeping::Shared => {
                    format!(", and does not call `{name}` itself")
                }
                _ => String::new(),
            };
            assume(
                "initialized-at-first",
                format!(
                    "the first call that makes an instance of `{name}` does not fail in the middle{asks}"
                ),
            );
        }
        found
    }
}
