//! What becomes of a loop whose collection exists already: a call that extends it.

use crate::edit::{Assumption, Decline, Fix, Verdict};
use crate::semantic::guards::{self, Form, Guarded};
use crate::semantic::{BindingKind, Class, Reason, Refusal, Resolution, ScopeId, Sources, VariableId};
use crate::syntax::{Call, Field, Kind, Node};

use super::shape::Addition;
use super::{EXTEND_OF_GENERATOR_SLOWER, Judge, Local, META, class_around, first_parameter_of_method, write};

impl Judge<'_, '_, '_> {
    /// The collection exists already: the loop becomes a call that extends it.
    pub(super) fn growing(&self, scope: ScopeId, variable: VariableId, at: Node<'_>) -> Verdict {
        let class = match &self.shape.addition {
            Addition::Append(_) => Class::List,
            Addition::Add(_) => Class::Set,
            _ => return Err(Decline::NotThisShape),
        };
        let own = guards::own_variable(self.facts, self.shape.receiver, scope, Reason::ReceiverUnknown);
        if let Err(refusal) = own.and_then(|_| self.receiver_is(class)) {
            return self.foreign_receiver(&self.why_unproven(&refusal));
        }
        self.common(scope)?;
        let flow = self.flow(scope)?;
        let local = Local { flow: &flow, variable };
        if flow.maybe_unbound(self.facts.model(), variable, self.iterable()) {
            self.facts.refuse(self.about_receiver(Reason::NotFresh, at))?;
        }
        let argument = self.extension(&local)?;
        let message = format!("extend `{}` in one call", self.shape.receiver.text());
        Ok(write::extension(self.cx, self.shape, argument, message)?)
    }

    /// ```python
    /// r = Journal()                          # its `append` prints
    /// for x in xs: r.append(x)
    /// ```
    fn receiver_is(&self, class: Class) -> Guarded {
        guards::behaves_as(self.facts, self.shape.receiver, class).map(|_| ())
    }

    /// Why nothing proves what the receiver is, as a person would want to hear it.
    fn why_unproven(&self, refusal: &Refusal) -> Vec<String> {
        let mut told = vec![refusal.sentence()];
        if refusal.reason == Reason::ClassUnknown {
            told.extend(guards::what_would_tell(self.facts, self.shape.receiver));
        }
        told
    }

    /// What the collection is extended with.
    fn extension(&self, local: &Local<'_>) -> Guarded<write::Extension> {
        let site = self.shape.site;
        if self.is_bare_copy() {
            return Ok(write::Extension::Iterable);
        }
        let complete =
            guards::no_partial_result(self.facts, local.flow, local.variable, site).and_then(|()| {
                guards::unobserved(self.facts, local.flow, local.variable, &self.shape.parts(), None, site)
            });
        // A list that is built first costs the least, where nobody sees that the items arrive all at once.
        if complete.is_ok() && guards::unaliased(self.facts, local.variable).is_ok() {
            self.pieces_fit(local.flow, Form::Comprehension)?;
            return Ok(write::Extension::List);
        }
        self.pieces_fit(local.flow, Form::Generator)?;
        guards::no_stop_iteration(self.facts, &self.shape.parts(), site)?;
        self.generator_pays()?;
        Ok(write::Extension::Generator)
    }

    fn generator_pays(&self) -> Guarded {
        let slower = self.shape.site.source().target().oldest >= EXTEND_OF_GENERATOR_SLOWER;
        if slower && !self.cx.config.takes_slower(META.id) {
            self.facts.refuse(Refusal::new(Reason::NoGain, guards::header(self.shape.site)))?;
        }
        Ok(())
    }

    /// Whether every item is added as it is.
    fn is_bare_copy(&self) -> bool {
        let (Some(header), Some(element)) = (self.shape.plain_loop(), self.shape.addition.plain_element())
        else {
            return false;
        };
        let known = matches!(self.shape.addition, Addition::Append(_))
            || self.taken_item_by_item(header.iterable).is_ok();
        let copied = element.kind() == Kind::Identifier && element.text() == header.target.text();
        copied && known && self.not_over_self().is_ok()
    }

    /// That `set` and `update` add the items of `iterable` one after the other, as a loop does. They take over the
    /// table of a set or dict, which makes room for all items at once, and so gives the result another order.
    ///
    /// ```python
    /// for x in {1, 9, 17, 33}: s.add(x)    # {1, 17, 9, 33}
    /// s.update({1, 9, 17, 33})             # {1, 33, 9, 17}
    /// ```
    pub(super) fn taken_item_by_item(&self, iterable: Node<'_>) -> Guarded {
        let class = self.facts.type_of(iterable).class();
        let one_by_one = matches!(
            class,
            Some(Class::List | Class::Tuple | Class::Str | Class::Bytes | Class::Range | Class::Iterator)
        );
        if one_by_one {
            return Ok(());
        }
        self.facts.refuse(Refusal::new(Reason::EvaluationOrder, iterable.range()))
    }

    /// Whether the code shows that the receiver is no plain list, so that nobody should be asked to assume that it is.
    ///
    /// ```python
    /// class Tree:
    ///     def append(self, x): ...
    ///     def extend(self, xs):
    ///         for x in xs: self.append(x)      # `self.extend(xs)` would never end
    /// r = Journal()                            # class Journal: def append(self, x): print(x)
    /// ```
    fn is_seen_to_be_something_else(&self) -> bool {
        let (model, receiver) = (self.facts.model(), self.shape.receiver);
        let base = self.facts.type_by(receiver, Sources::all()).base();
        if base.is_some_and(|base| base != Class::List) {
            return true;
        }
        if receiver.kind() != Kind::Identifier {
            return false;
        }
        let mut functions = receiver.ancestors().filter(|up| up.kind() == Kind::FunctionDefinition);
        let method = functions.find(|function| first_parameter_of_method(*function) == Some(receiver.text()));
        if let Some(class) = method.and_then(class_around) {
            return !self.adds_nothing_to_list(class);
        }
        let Resolution::Variable(variable) = model.resolve(receiver) else { return false };
        model.variable(variable).bindings.iter().any(|binding| {
            let target = self.facts.tree().node(model.binding(*binding).node);
            let value = target.parent().and_then(|assignment| assignment.child(Field::Right));
            value.is_some_and(|value| self.makes_other_object(value))
        })
    }

    /// Whether `value` calls a class of this file, or something else that is called as classes are.
    ///
    /// ```python
    /// from .sorting import PrioList
    /// r = PrioList()
    /// ```
    fn makes_other_object(&self, value: Node<'_>) -> bool {
        let model = self.facts.model();
        let Some(called) = Call::cast(value).map(|call| call.function) else { return false };
        let name = called.text().rsplit('.').next().unwrap_or_default();
        let is_class = name.trim_start_matches('_').starts_with(char::is_uppercase);
        let Resolution::Variable(variable) = model.resolve(called) else { return is_class };
        let defined = |id: &_| model.binding(*id).kind == BindingKind::ClassDefinition;
        if is_class && !model.variable(variable).bindings.iter().any(defined) {
            return true;
        }
        model.variable(variable).bindings.iter().map(|binding| model.binding(*binding)).any(|binding| {
            let class = self
                .facts
                .tree()
                .node(binding.node)
                .ancestors()
                .find(|up| up.kind() == Kind::ClassDefinition);
            binding.kind == BindingKind::ClassDefinition
                && class.is_some_and(|class| !self.adds_nothing_to_list(class))
        })
    }

    /// Whether the class derives from `list` and has what it does with items from there.
    fn adds_nothing_to_list(&self, class: Node<'_>) -> bool {
        let model = self.facts.model();
        let bases = class.child(Field::Superclasses);
        let derives = bases.is_some_and(|bases| {
            bases.named_children().any(|base| base.text() == "list" && model.is_builtin(base))
        });
        let own = class.child(Field::Body).is_some_and(|body| {
            body.descendants().any(|node| {
                node.kind() == Kind::Identifier
                    && matches!(node.text(), "append" | "extend")
                    && model.binding_at(node).is_some()
            })
        });
        derives && !own
    }

    /// The collection is a parameter, an attribute or the like: what it is can only be assumed.
    pub(super) fn foreign_receiver(&self, unproven: &[String]) -> Verdict {
        let receiver = self.shape.receiver;
        let unknown = || self.about_receiver(Reason::ReceiverUnknown, receiver);
        if self.is_seen_to_be_something_else() {
            self.facts.refuse(unknown())?;
        }
        // No one method does for all that `add` does: nothing to go on with.
        if !matches!(self.shape.addition, Addition::Append(_)) {
            return match &self.shape.addition {
                Addition::Add(_) => Err(unknown().into()),
                _ => Err(Decline::NotThisShape),
            };
        }
        let scope = self.facts.body_scope(self.shape.site);
        let targets = self.target_names();
        let mut names = receiver.descendants().filter(|node| node.kind() == Kind::Identifier);
        let plain = receiver
            .descendants()
            .all(|node| matches!(node.kind(), Kind::Identifier | Kind::Attribute | Kind::Token));
        // for x in xs: made().append(x)
        if !plain {
            self.facts.refuse(unknown())?;
        }
        // for x in xs: x.children.append(1)
        if names.any(|name| targets.iter().any(|target| target.text() == name.text())) {
            self.facts.refuse(unknown())?;
        }
        self.common(scope)?;
        let flow = self.flow(scope)?;
        let first = receiver.descendants().find(|node| node.kind() == Kind::Identifier);
        let resolved = first.map(|name| self.facts.model().resolve(name));
        if !matches!(resolved, Some(Resolution::Variable(_))) {
            // Without a variable there is nothing to go on with.
            return Err(unknown().into());
        }
        let argument = if self.is_bare_copy() {
            write::Extension::Iterable
        } else {
            self.pieces_fit(&flow, Form::Generator)?;
            self.generator_pays()?;
            write::Extension::Generator
        };
        let message = format!("extend `{}` in one call", receiver.text());
        let mut fix: Fix = write::extension(self.cx, self.shape, argument, message)?;
        fix.assumptions.push(Assumption {
            id: "receiver-is-list",
            sentence: format!("`{}` is a builtin list, the same one during the whole loop", receiver.text()),
            unproven: unproven.to_vec(),
        });
        Ok(fix)
    }
}
