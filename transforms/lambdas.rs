//! A lambda that a builtin calls for every item: its parameter and body as the pieces of a comprehension.
//!
//! `filter-lambda` and `map-lambda` share it. Which of the pieces goes where is theirs to say.

use super::consumers::Consumer;
use crate::edit::render::{Bracketed, Page, Slot, moved};
use crate::edit::{Assumption, Decline, Edit, Fix, Measured, Verdict};
use crate::engine::Cx;
use crate::semantic::comments::comments_in;
use crate::semantic::guards::{self, Form, Guarded};
use crate::semantic::{Class, Facts, Reason, Refusal, Resolution, ScopeKind};
use crate::syntax::{Argument, Attribute, Call, Field, Function, Kind, Node};
use crate::text::Dialect;

/// `function(lambda parameter: body, items)`, and what takes its result.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lambda<'t> {
    /// The call.
    pub call: Node<'t>,
    /// The lambda.
    pub function: Node<'t>,
    /// The name of its only parameter.
    pub parameter: Node<'t>,
    /// What it gives.
    pub body: Node<'t>,
    /// What the builtin iterates over.
    pub items: Node<'t>,
    /// What takes the result.
    pub user: User<'t>,
}

/// What takes the items that a lambda gave or chose.
#[derive(Clone, Copy, Debug)]
pub(super) enum User<'t> {
    /// A builtin that uses them up.
    Consumer(Consumer<'t>),
    /// A `for` statement or clause, or another argument of a builtin that is known.
    Loop,
    /// `join` of a literal, which makes a list of all items before anything else.
    Join,
    /// Anything: on Python 2 the result is a list.
    Anything,
}

/// The form that the call becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// `[...]` in place of `list(call)`.
    List,
    /// `[...]` in place of the call.
    Eager,
    /// `{...}` in place of `set(call)`.
    Set,
    /// A generator in place of the call.
    Generator,
}

impl<'t> Lambda<'t> {
    /// The call `node` of the builtin `name`, where something takes its items right away.
    pub fn of(node: Node<'t>, name: &str) -> Option<Self> {
        let call = Call::cast(node).filter(|call| call.function.kind() == Kind::Identifier)?;
        (call.function.text() == name).then_some(())?;
        let arguments = call.arguments().list;
        let [Argument::Positional(function), Argument::Positional(items)] = arguments.as_slice() else {
            return None;
        };
        let (function, items) = (*function, *items);
        let lambda = Function::cast(function).filter(|_| function.kind() == Kind::Lambda)?;
        let mut parameters = lambda.parameters?.named_children();
        let parameter = parameters.next().filter(|it| it.kind() == Kind::Identifier)?;
        let body = lambda.body;
        let odd = |part: Node<'_>| match part.kind() {
            Kind::NamedExpression | Kind::Yield | Kind::Await => true,
            Kind::ForInClause => part.has_token("async"),
            _ => false,
        };
        let plain = parameters.next().is_none()
            && !body.descendants().any(odd)
            // list(map(lambda x: x + 1, (y := xs)))
            && !items.descendants().any(|part| part.kind() == Kind::NamedExpression)
            && items.kind() != Kind::GeneratorExpression
            && !node.ancestors().any(|up| up.kind() == Kind::Interpolation);
        plain.then_some(())?;
        let user = user_of(node)?;
        Some(Self { call: node, function, parameter, body, items, user })
    }

    /// What the call becomes; `None` where nothing is known to do the same.
    pub fn shape(&self, facts: &Facts<'_>) -> Option<Shape> {
        let python2 = self.call.source().may_run_on_python2();
        // There `map(f, 5)` says in its own words that nothing can be iterated over.
        if python2 && !self.surely_iterates(facts) {
            return None;
        }
        match self.user {
            User::Consumer(consumer) if consumer.name == "list" => Some(Shape::List),
            User::Join => Some(Shape::Eager),
            // There all items are made before the first is used.
            _ if python2 => None,
            User::Consumer(consumer) if consumer.name == "set" => Some(Shape::Set),
            User::Consumer(_) | User::Loop => Some(Shape::Generator),
            User::Anything => None,
        }
    }

    fn surely_iterates(&self, facts: &Facts<'_>) -> bool {
        let single = [Class::None, Class::Bool, Class::Int, Class::Float, Class::Complex];
        facts.type_of(self.items).class().is_some_and(|class| !single.contains(&class))
    }

    /// What the call becomes where only Python 2 runs it, whose result is a list: of `map` always, of `filter` where
    /// the items are in one.
    pub fn eager_shape(&self, facts: &Facts<'_>) -> Option<Shape> {
        (self.surely_iterates(facts) && self.call.source().dialect() == Dialect::Python2)
            .then_some(Shape::Eager)
    }

    /// That the pieces mean the same in a comprehension as in the lambda.
    ///
    /// ```python
    /// map(lambda x: super().f(x), xs)
    /// map(lambda x: later.append(lambda: x), xs)    # one `x` for each item
    /// [filter(lambda x: locals(), xs)]
    /// ```
    ///
    /// # Errors
    ///
    /// When a builtin is none, a nested function reads the parameter, the body reaches names by their spelling, or
    /// Python 2 would leave the name behind.
    pub fn lambda_fits(&self, facts: &Facts<'_>, name: &str) -> Guarded {
        guards::builtin(facts, self.call, name)?;
        // def sum(values): return type(values)
        if let Some(taker) = self.call.parent().and_then(|list| list.parent()).and_then(Call::cast)
            && taker.function.kind() == Kind::Identifier
        {
            guards::builtin(facts, self.call, taker.function.text())?;
        }
        let scope = guards::own_names(facts, self.call)?;
        let model = facts.model();
        let inner = model.scope_opened_by(self.function);
        let reaches = |id| !model.scope(id).taints.is_empty();
        if inner.is_none_or(reaches) {
            facts.refuse(Refusal::new(Reason::DynamicScope, self.body.range()))?;
        }
        if let Resolution::Variable(variable) = model.resolve(self.parameter)
            && guards::outlives(facts, variable)
        {
            let refusal =
                Refusal::about(Reason::TargetCaptured, self.parameter.range(), self.parameter.text());
            facts.refuse(refusal)?;
        }
        // filter(lambda x: [x for x in (x, 1)], xs)
        if let Resolution::Variable(variable) = model.resolve(self.parameter)
            && guards::leaks_into(facts, variable, self.body)
        {
            let refusal =
                Refusal::about(Reason::TargetCaptured, self.parameter.range(), self.parameter.text());
            facts.refuse(refusal)?;
        }
        // filter(lambda x: next(it), xs)      # ends quietly
        // map(lambda x: super().f(x), xs)     # asks for an `x` of the class
        guards::fits_comprehension(facts, self.body, Form::Generator)?;
        guards::no_stop_iteration(facts, &[self.body], self.call)?;
        if let Some(flow) = facts.flow(scope) {
            guards::surely_bound(facts, &flow, self.body, self.call, &[])?;
        }
        self.name_is_free(facts)
    }

    /// ```python
    /// x = 1
    /// r = list(map(lambda x: x + 1, xs))    # Python 2: a comprehension rebinds `x`
    /// print(x)
    /// ```
    fn name_is_free(&self, facts: &Facts<'_>) -> Guarded {
        if !self.call.source().may_run_on_python2() {
            return Ok(());
        }
        let model = facts.model();
        let name = self.parameter;
        let body = facts.body_scope(self.call);
        let inner = |node: Node<'_>| match model.resolve(node) {
            Resolution::Variable(id) => {
                let holder = model.variable(id).scope;
                holder != body && model.enclosing(holder).any(|scope| scope == body)
            }
            _ => false,
        };
        let taken = facts.tree().nodes().any(|node| {
            node.kind() == Kind::Identifier
                && node.text() == name.text()
                && (model.reference_at(node).is_some() || model.binding_at(node).is_some())
                && !inner(node)
                && model.enclosing(model.scope_of(node)).any(|scope| scope == body)
        });
        let module = model.scope(body).kind == ScopeKind::Module;
        if taken
            || (module
                && guards::unseen_outside(facts, name.text(), name.range(), Reason::TargetReadLater).is_err())
        {
            facts.refuse(Refusal::about(Reason::TargetReadLater, name.range(), name.text()))?;
        }
        Ok(())
    }

    /// The fix that writes `element` for every item, with `filter` where there is one.
    pub fn fix(
        &self,
        cx: &Cx<'_>,
        transform: &'static str,
        shape: Shape,
        element: &str,
        filter: Option<&str>,
        assumptions: Vec<Assumption>,
    ) -> Verdict {
        let replaced = match (shape, self.user) {
            (Shape::List | Shape::Set, User::Consumer(consumer)) => consumer.call.node,
            _ => self.call,
        };
        if comments_in(cx.tree, replaced.range()).next().is_some() {
            return Err(Decline::NotThisShape);
        }
        let sole = matches!(self.user, User::Consumer(_))
            && self.call.parent().is_some_and(|list| !list.has_token(","));
        let (open, close) = match shape {
            Shape::List | Shape::Eager => ("[", "]"),
            Shape::Set => ("{", "}"),
            Shape::Generator if sole => ("", ""),
            Shape::Generator => ("(", ")"),
        };
        let page = Page::at(cx.tree, replaced.range(), cx.config.line_length);
        let items = Slot::Iterable.fill(&moved(self.items, &page.inner()));
        let parts = [
            Some(Slot::Element.fill(element)),
            Some(format!("for {} in {items}", self.parameter.text())),
            filter.map(|filter| format!("if {}", Slot::Filter.fill(filter))),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        // What was on one line stays there: it became shorter.
        let text = if replaced.text().contains('\n') {
            let (head, tail) = (open.to_owned(), close.to_owned());
            Bracketed { head, parts, separator: " ", tail }.lay_out(&page)
        } else {
            format!("{open}{}{close}", parts.join(" "))
        };
        let case = match shape {
            Shape::List | Shape::Eager => Measured { case: "list", form: "comprehension" },
            Shape::Set if transform == "map-lambda" => Measured { case: "set", form: "comprehension" },
            _ => Measured { case: "consumed", form: "generator" },
        };
        let what = if shape == Shape::Generator { "a generator" } else { "a comprehension" };
        Ok(Fix {
            transform,
            message: format!("write {what} instead of calling a lambda for every item"),
            range: replaced.range(),
            edits: vec![Edit::replace(replaced.range(), text)],
            strings: Vec::new(),
            hoists: Vec::new(),
            imports: Vec::new(),
            measured: Some(case),
            assumptions,
            footprint: vec![replaced.range()],
        })
    }
}

/// What takes the result of `node`.
fn user_of(node: Node<'_>) -> Option<User<'_>> {
    const TAKERS: &[&str] = &["sorted", "sum", "min", "max", "dict", "tuple", "frozenset", "any", "all"];
    // Who holds the result may go on behind an exception, where a generator is at its end and a map is not.
    const PASSED_ON: &[&str] = &["enumerate", "zip"];
    let holder = node.parent()?;
    let iterated = node.field() == Field::Right && !holder.has_token("async");
    match holder.kind() {
        Kind::ForStatement | Kind::ForInClause if iterated => Some(User::Loop),
        Kind::ArgumentList => {
            let outer = holder.parent()?;
            if let Some(consumer) = Consumer::of(outer) {
                return Some(User::Consumer(consumer));
            }
            let call = Call::cast(outer)?;
            let joins = Attribute::cast(call.function)
                .is_some_and(|method| method.name.text() == "join" && method.object.kind() == Kind::String);
            let iterated = outer.field() == Field::Right
                && outer.parent().is_some_and(|up| up.kind() == Kind::ForStatement);
            let name = call.function.text();
            // sum([], map(f, xs)), max(map(f, xs), 0)
            let mut arguments = call.arguments().list.into_iter();
            let first = matches!(arguments.next(), Some(Argument::Positional(it)) if it == node);
            let alone = arguments.all(|it| !matches!(it, Argument::Positional(_)));
            let items = first && (alone || matches!(name, "sum" | "enumerate" | "zip"));
            let zipped = name == "zip" && !first;
            let taken = call.function.kind() == Kind::Identifier
                && ((items && TAKERS.contains(&name))
                    || (iterated && (items || zipped) && PASSED_ON.contains(&name)));
            Some(match (joins && call.sole_argument() == Some(node), taken) {
                (true, _) => User::Join,
                (false, true) => User::Loop,
                (false, false) => User::Anything,
            })
        }
        _ => Some(User::Anything),
    }
}
