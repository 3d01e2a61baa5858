//! `loop-append`: a loop that fills a collection becomes a comprehension, a copy, or one call.
//!
//! See `loop-append.md`. Here is the judgement alone: what the loop looks like is in `shape`, where its
//! collection comes from in `origin`, what becomes of one that exists already in `extend`, how the result is written in
//! `write`.

#[path = "loop_append/extend.rs"]
mod extend;
#[path = "loop_append/measured.rs"]
mod measured;
#[path = "loop_append/origin.rs"]
pub(super) mod origin;
#[path = "loop_append/shape.rs"]
pub(super) mod shape;
#[path = "loop_append/write.rs"]
pub(super) mod write;

use crate::edit::render::whole_lines;
use crate::edit::{Decline, Verdict};
use crate::engine::{Cx, Meta, Transform};
use crate::semantic::guards::{self, Form, Guarded, Place};
use crate::semantic::{BindingId, Facts, Flow, Reason, Refusal, Resolution, ScopeId, VariableId};
use crate::syntax::{Field, Kind, Node};
use crate::text::{PythonVersion, Range};

use origin::{Creation, Empty, Origin, empty, origin};
use shape::{Addition, Shape};
use write::{Target, Value};

/// The transform.
pub struct LoopAppend;

static META: Meta = Meta {
    id: "loop-append",
    summary: "a loop that only fills a list, set or dict becomes a comprehension, a copy or one call",
    page: include_str!("loop-append.md"),
    kinds: &[Kind::ForStatement],
    needles: &[r"\bfor\b", r"\b(?:append|add)\b|\](?:\s|\\\r?\n)*="],
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
        Reason::ReceiverUnknown,
        Reason::Yields,
        Reason::Awaits,
        Reason::StopsIteration,
        Reason::ZeroArgumentSuper,
        Reason::Deleted,
        Reason::Walrus,
        Reason::UnpackedArgument,
        Reason::EvaluationOrder,
        Reason::MaybeUnbound,
        Reason::PragmaInTheWay,
        Reason::CommentInTheWay,
        Reason::FormattingOff,
        Reason::NoGain,
    ],
    oldest: PythonVersion::PY27,
    priority: 10,
};

/// Releases from which on a comprehension was measured to be as fast as `map` over a method or builtin.
const COMPREHENSION_AS_FAST_AS_MAP: PythonVersion = PythonVersion::new(3, 12);

/// Releases from which on `map` over `str` was measured to be slower than the loop: they call `str` in a way that
/// `map` cannot.
const MAP_OF_STR_SLOWER: PythonVersion = PythonVersion::new(3, 11);

/// Releases from which on `extend` of a generator was measured to be slower than the loop.
const EXTEND_OF_GENERATOR_SLOWER: PythonVersion = PythonVersion::new(3, 11);

impl Transform for LoopAppend {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, node: Node<'_>, cx: &Cx<'_>) -> Verdict {
        let shape = Shape::of(node).ok_or(Decline::NotThisShape)?;
        let judge = Judge { cx, facts: cx.facts, shape: &shape };
        judge.verdict()
    }
}

/// Everything that is known while one loop is judged.
pub(super) struct Judge<'a, 'c, 't> {
    pub cx: &'a Cx<'c>,
    pub facts: &'a Facts<'c>,
    pub shape: &'a Shape<'t>,
}

/// The collection, and the flow of the body that holds it.
pub(super) struct Local<'a> {
    pub flow: &'a Flow,
    pub variable: VariableId,
}

impl<'t> Judge<'_, '_, 't> {
    fn verdict(&self) -> Verdict {
        let Some(variable) = self.receiver_variable() else { return self.foreign_receiver(&[]) };
        let scope = self.facts.body_scope(self.shape.site);
        match origin(self.facts, variable, self.shape.site, empty) {
            Origin::Created(creation) if self.fills(creation.what) => {
                self.common(scope)?;
                self.own_receiver(scope)?;
                let flow = self.flow(scope)?;
                self.fresh(&Local { flow: &flow, variable }, &creation)
            }
            // Storing into a list, a matrix or an object is no business of ours.
            _ if matches!(self.shape.addition, Addition::Store { .. } | Addition::Augment(_)) => {
                Err(Decline::NotThisShape)
            }
            Origin::Created(creation) => {
                // A method of another class: nothing to go on with.
                Err(self.about_receiver(Reason::ReceiverUnknown, creation.assignment.statement).into())
            }
            Origin::Touched(statement) => self.growing(scope, variable, statement),
            Origin::Elsewhere => self.growing(scope, variable, self.shape.receiver),
        }
    }

    pub(super) fn receiver_variable(&self) -> Option<VariableId> {
        let receiver = self.shape.receiver;
        (receiver.kind() == Kind::Identifier).then_some(())?;
        match self.facts.model().resolve(receiver) {
            Resolution::Variable(variable) => Some(variable),
            _ => None,
        }
    }

    pub(super) fn own_receiver(&self, scope: ScopeId) -> Guarded {
        guards::own_variable(self.facts, self.shape.receiver, scope, Reason::AccumulatorObservable)
            .map(|_| ())
    }

    pub(super) fn flow(&self, scope: ScopeId) -> Guarded<std::rc::Rc<Flow>> {
        // Without a flow there is nothing to go on with.
        let none = || Refusal::new(Reason::DynamicScope, guards::header(self.shape.site));
        self.facts.flow(scope).ok_or_else(none)
    }

    fn about_receiver(&self, reason: Reason, at: Node<'_>) -> Refusal {
        Refusal::about(reason, guards::header(at), self.shape.receiver.text())
    }

    /// Whether this addition is one to such a collection.
    fn fills(&self, what: Empty) -> bool {
        matches!(
            (&self.shape.addition, what),
            (Addition::Append(_), Empty::List)
                | (Addition::Add(_), Empty::Set)
                | (Addition::Store { .. }, Empty::Dict)
                | (Addition::Unpacked(_), Empty::List | Empty::Set)
        )
    }

    /// What must hold for every result: the loop variables vanish, and what the loop evaluates can move.
    pub(super) fn common(&self, scope: ScopeId) -> Guarded {
        let site = self.shape.site;
        guards::own_names(self.facts, site)?;
        // for x in xs: r.append(*x)
        if let Addition::Unpacked(argument) = &self.shape.addition {
            self.facts.refuse(Refusal::new(Reason::UnpackedArgument, argument.range()))?;
        }
        // for x in xs: r.append(x)
        // else: print('done')
        if let Some(clause) = self.shape.loops().find_map(|header| header.alternative) {
            self.facts.refuse(Refusal::new(Reason::LoopElse, guards::header(clause)))?;
        }
        self.accumulator_unread()?;
        self.targets_vanish(scope)?;
        let targets = self.target_names();
        let texts: Vec<&str> = targets.iter().map(Node::text).collect();
        for part in self.shape.parts() {
            let iterable = part.field() == Field::Right
                && part.parent().is_some_and(|up| up.kind() == Kind::ForStatement);
            let place = if iterable { Place::Iterable } else { Place::Elsewhere };
            guards::walrus_allowed(self.facts, part, &texts, place)?;
        }
        self.comments_can_move()
    }

    /// ```python
    /// for x in xs:
    ///     if x not in r: r.append(x)
    /// ```
    fn accumulator_unread(&self) -> Guarded {
        let receiver = self.shape.receiver;
        let again = self.shape.parts().into_iter().flat_map(|part| part.descendants()).find(|node| {
            node.kind() == Kind::Identifier
                && node.text() == receiver.text()
                && node.field() != Field::Attribute
                && self.facts.model().resolve(*node) == self.facts.model().resolve(receiver)
        });
        match again {
            Some(read) => {
                let read = Refusal::about(Reason::AccumulatorReadInLoop, read.range(), read.text());
                self.facts.refuse(read)
            }
            None => Ok(()),
        }
    }

    /// The names that the loops bind, each as it stands in its target.
    fn target_names(&self) -> Vec<Node<'t>> {
        let targets = self.shape.loops().flat_map(|header| header.target.descendants());
        targets.filter(|node| self.facts.model().binding_at(*node).is_some()).collect()
    }

    fn targets_vanish(&self, scope: ScopeId) -> Guarded {
        for header in self.shape.loops() {
            // for a.b in xs: r.append(a.b)
            let stored = header
                .target
                .descendants()
                .find(|node| matches!(node.kind(), Kind::Attribute | Kind::Subscript));
            if let Some(stored) = stored {
                self.facts.refuse(Refusal::about(Reason::TargetNotName, stored.range(), stored.text()))?;
            }
        }
        let names = self.target_names();
        for name in &names {
            // for r in xs: r.append(r)
            if name.text() == self.shape.receiver.text() {
                self.facts.refuse(Refusal::about(Reason::TargetReadLater, name.range(), name.text()))?;
            }
            guards::vanishes(self.facts, *name, self.shape.site, scope)?;
            self.bound_before_read(*name)?;
        }
        self.temporary_vanishes(scope)
    }

    /// ```python
    /// for x in xs:
    ///     y = f(x)
    ///     r.append(y)
    /// print(y)
    /// ```
    fn temporary_vanishes(&self, scope: ScopeId) -> Guarded {
        let Some(temporary) = &self.shape.temporary else { return Ok(()) };
        let (name, site) = (temporary.target, self.shape.site);
        guards::vanishes(self.facts, name, site, scope)?;
        let model = self.facts.model();
        let id = guards::own_variable(self.facts, name, scope, Reason::TargetNotLocal)?;
        // for x in xs:
        //     x = f(x)
        //     r.append(x)
        let also_target = self.target_names().iter().any(|target| target.text() == name.text());
        let bindings = if also_target { 2 } else { 1 };
        let from = temporary.value.range().end;
        let later = model.references_in(id, Range::new(from, site.range().end)).count();
        let earlier = model.references_in(id, Range::new(site.range().start, from)).count();
        let bound = model.bindings_in(id, site.range()).count();
        let once = bound == bindings && later == self.shape.addition.reads() && (also_target || earlier == 0);
        if once {
            return Ok(());
        }
        self.facts.refuse(Refusal::about(Reason::TargetReadLater, name.range(), name.text()))
    }

    /// In a comprehension a target is its own from the beginning, so nothing may read it before its clause
    /// binds it, but for the first iterable, which is evaluated outside.
    ///
    /// ```python
    /// for x in xs:
    ///     for y in y.next: r.append(y)
    /// ```
    fn bound_before_read(&self, name: Node<'_>) -> Guarded {
        let first = self.shape.loops().next().map(|header| header.iterable);
        let early = self.shape.parts().into_iter().filter(|part| Some(*part) != first).find_map(|part| {
            let iterable_of_own =
                self.shape.loops().any(|header| header.iterable == part && header.target.holds(name));
            let before = part.range().start < name.range().start || iterable_of_own;
            let read = |node: &Node<'_>| node.kind() == Kind::Identifier && node.text() == name.text();
            part.descendants().filter(|_| before).find(read)
        });
        match early {
            Some(read) => {
                self.facts.refuse(Refusal::about(Reason::TargetReadLater, read.range(), read.text()))
            }
            None => Ok(()),
        }
    }

    /// What the pieces read, and what may not stand in them, given what they move into.
    pub(super) fn pieces_fit(&self, flow: &Flow, form: Form) -> Guarded {
        let site = self.shape.site;
        let model = self.facts.model();
        let targets: Vec<VariableId> = self
            .target_names()
            .into_iter()
            .filter_map(|name| model.binding_at(name).map(|binding| binding.variable))
            .collect();
        let first = self.shape.loops().next().map(|header| header.iterable);
        for part in self.shape.parts() {
            // The first iterable stays in the body that the loop runs in.
            if Some(part) == first {
                continue;
            }
            guards::fits_comprehension(self.facts, part, form)?;
            guards::surely_bound(self.facts, flow, part, site, &targets)?;
        }
        if form == Form::Generator
            && let Some(header) = self.shape.loops().find(|header| header.is_async())
        {
            self.facts.refuse(Refusal::new(Reason::Awaits, guards::header(header.node)))?;
        }
        Ok(())
    }

    /// The collection was created empty before the loop: the loop becomes the value that it is created with.
    fn fresh(&self, local: &Local<'_>, creation: &Creation<'_>) -> Verdict {
        let site = self.shape.site;
        self.pieces_fit(local.flow, Form::Comprehension)?;
        let statement = creation.assignment.statement;
        guards::unobserved(
            self.facts,
            local.flow,
            local.variable,
            &self.shape.parts(),
            Some(statement),
            site,
        )?;
        guards::no_partial_result(self.facts, local.flow, local.variable, site)?;
        if let Addition::Store { subscript, value } = &self.shape.addition {
            key_is_plain(self.facts, *subscript)?;
            for key in subscript.children_in(Field::Subscript) {
                guards::commute(self.facts, key, *value, site)?;
            }
        }
        let value = self.value(creation.what);
        let target = self.target(local, creation);
        if let Target::Creation(replaced) = &target {
            write::check_creation_comments(self.facts, *replaced, site)?;
        }
        let message = match &value {
            Value::Copy(name) => format!("fill `{}` with `{name}()`", self.shape.receiver.text()),
            Value::Map(function) => {
                format!("fill `{}` with `map({function}, ...)`", self.shape.receiver.text())
            }
            Value::Comprehension(_) => format!("fill `{}` with a comprehension", self.shape.receiver.text()),
        };
        Ok(write::assignment(self.cx, self.shape, &value, &target, message)?)
    }

    /// The fastest form that is known to do the same.
    pub(super) fn value(&self, what: Empty) -> Value {
        let comprehension = Value::Comprehension(what);
        let (Some(header), Some(element)) = (self.shape.plain_loop(), self.shape.addition.plain_element())
        else {
            return comprehension;
        };
        let items = self.facts.type_of(header.iterable);
        let builtin = |name| guards::builtin(self.facts, self.shape.site, name).is_ok();
        if element.kind() == Kind::Identifier && element.text() == header.target.text() {
            return match what {
                Empty::List if builtin("list") && self.not_over_self().is_ok() => Value::Copy("list"),
                Empty::Set if builtin("set") && self.taken_item_by_item(header.iterable).is_ok() => {
                    Value::Copy("set")
                }
                _ => comprehension,
            };
        }
        let source = element.source();
        let as_fast = source.target().oldest >= COMPREHENSION_AS_FAST_AS_MAP;
        if what != Empty::List || as_fast || !builtin("list") || !builtin("map") || !builtin("str") {
            return comprehension;
        }
        match guards::mapped_builtin(self.facts, element, header.target, &items.item()) {
            // An item may be `unicode`.
            Ok(Some(function)) if function.contains('.') && source.may_run_on_python2() => comprehension,
            Ok(Some(function)) if function == "str" && source.target().newest >= MAP_OF_STR_SLOWER => {
                comprehension
            }
            Ok(Some(function)) => Value::Map(function),
            _ => comprehension,
        }
    }

    /// `list(self)` asks for the length (`__len__`, `__length_hint__`), which a method of the same object may be computing.
    ///
    /// ```python
    /// def __len__(self): return len(self.keys())
    /// def keys(self):
    ///     r = []
    ///     for k in self: r.append(k)
    /// ```
    pub(super) fn not_over_self(&self) -> Guarded {
        let (model, iterable) = (self.facts.model(), self.iterable());
        let Resolution::Variable(variable) = model.resolve(iterable) else { return Ok(()) };
        let refusal = || Refusal::about(Reason::AccumulatorObservable, iterable.range(), iterable.text());
        let functions = iterable.ancestors().filter(|holder| holder.kind() == Kind::FunctionDefinition);
        let receivers: Vec<&str> = functions.filter_map(first_parameter_of_method).collect();
        // other = self
        let renamed = |binding: &BindingId| {
            let target = self.facts.tree().node(model.binding(*binding).node);
            let value = target.parent().and_then(|assignment| assignment.child(Field::Right));
            value.is_some_and(|value| receivers.contains(&value.text()))
        };
        if receivers.contains(&iterable.text()) {
            self.facts.refuse(refusal())?;
        }
        if model.variable(variable).bindings.iter().any(renamed) {
            self.facts.refuse(refusal())?;
        }
        Ok(())
    }

    /// Where the value is assigned: in place of the creation when nothing in between needs it, else the
    /// creation stays.
    pub(super) fn target(&self, local: &Local<'_>, creation: &Creation<'_>) -> Target {
        let site = self.shape.site;
        let statement = creation.assignment.statement;
        let source = statement.source();
        let adjacent = creation.same_block
            && statement.next_statement() == Some(site)
            && !source.slice(Range::new(statement.range().end, site.range().start)).contains('\\');
        if self.creation_unneeded(local, statement).is_err() {
            return Target::Site;
        }
        if adjacent {
            return Target::Creation(statement.range().cover(site.range()));
        }
        match whole_lines(statement) {
            Some(lines) if creation.assignment.annotation.is_none() => Target::Moved { lines },
            _ => Target::Site,
        }
    }

    /// That nothing reads the value that the creation gives before the loop is over.
    ///
    /// ```python
    /// r = []
    /// if not xs: return r
    /// for x in xs: r.append(x + 1)
    /// ```
    fn creation_unneeded(&self, local: &Local<'_>, statement: Node<'_>) -> Guarded {
        let (model, site) = (self.facts.model(), self.shape.site);
        match local.flow.read_before(model, local.variable, statement, site) {
            Some(read) => {
                let at = self.facts.tree().node(read).range();
                self.facts.refuse(Refusal::about(Reason::NotFresh, at, self.shape.receiver.text()))
            }
            None => Ok(()),
        }
    }

    fn iterable(&self) -> Node<'t> {
        self.shape.loops().next().map_or(self.shape.site, |header| header.iterable)
    }

    /// Comments for tools stay where they are, or nothing happens.
    fn comments_can_move(&self) -> Guarded {
        write::check_comments(self.facts, self.shape.site)
    }
}

/// The name of the first parameter of a function that stands right in a class.
fn first_parameter_of_method(function: Node<'_>) -> Option<&str> {
    class_around(function)?;
    let first = function.child(Field::Parameters)?.named_children().next()?;
    first.descendants().find(|node| node.kind() == Kind::Identifier).map(|name| name.text())
}

/// The class that a function stands right in.
fn class_around(function: Node<'_>) -> Option<Node<'_>> {
    let holder =
        function.ancestors().find(|up| !matches!(up.kind(), Kind::Block | Kind::DecoratedDefinition))?;
    (holder.kind() == Kind::ClassDefinition).then_some(holder)
}

/// ```python
/// d[1:2] = x
/// ```
fn key_is_plain(facts: &Facts<'_>, subscript: Node<'_>) -> Guarded {
    let odd = |key: &Node<'_>| matches!(key.kind(), Kind::Slice | Kind::ListSplat);
    match subscript.children_in(Field::Subscript).find(odd) {
        Some(key) => facts.refuse(Refusal::new(Reason::UnpackedArgument, key.range())),
        None => Ok(()),
    }
}
