//! A loop that does nothing but add to one text: it becomes the join of a comprehension, or of what is iterated over.

use crate::edit::render::Bracketed;
use crate::edit::{Assumption, Decline, Edit, Fix, Measured, Verdict};
use crate::engine::Cx;
use crate::semantic::guards::{self, Form, Guarded, PlainText};
use crate::semantic::{Reason, Refusal, ScopeKind, VariableId};
use crate::syntax::{Attribute, Kind, Node};

use super::super::loop_append::origin::{Creation, Origin, origin};
use super::super::loop_append::shape::{Addition, Clause, Shape};
use super::super::loop_append::write::{self, Target};
use super::super::loop_append::{Judge, Local};
use super::{META, assumptions, quotes, text};

/// What becomes of a loop of this shape.
pub(super) fn verdict(shape: &Shape<'_>, cx: &Cx<'_>) -> Verdict {
    let joined = Joined { cx, shape, judge: Judge { cx, facts: cx.facts, shape } };
    match joined.judge.receiver_variable() {
        Some(variable) => joined.of_name(variable),
        None => joined.of_attribute(),
    }
}

struct Joined<'a, 'c, 't> {
    cx: &'a Cx<'c>,
    shape: &'a Shape<'t>,
    judge: Judge<'a, 'c, 't>,
}

/// What stands in front of the join, and where.
struct Place<'t> {
    target: Target,
    /// The empty text.
    empty: &'static str,
    /// What the text begins with, if it is a part of the new expression.
    head: Option<Node<'t>>,
}

impl<'t> Joined<'_, '_, 't> {
    fn of_name(&self, variable: VariableId) -> Verdict {
        let (facts, site) = (self.cx.facts, self.shape.site);
        let creation = match origin(facts, variable, site, text) {
            Origin::Created(creation) => Some(creation),
            _ if guards::plain_text(facts, self.shape.receiver) == PlainText::Surely => None,
            Origin::Touched(_) | Origin::Elsewhere => return Err(Decline::NotThisShape),
        };
        let assumptions = assumptions(facts, self.shape.receiver.text(), &self.added())?;
        let scope = facts.body_scope(site);
        self.judge.common(scope)?;
        self.judge.own_receiver(scope)?;
        let flow = self.judge.flow(scope)?;
        let local = Local { flow: &flow, variable };
        let copies = self.copies();
        self.judge.pieces_fit(&flow, Form::Comprehension)?;
        let place = self.place(&local, creation.as_ref());
        let replaced = creation.as_ref().filter(|_| !matches!(place.target, Target::Site));
        let statement = replaced.map(|creation| creation.assignment.statement);
        guards::unobserved(facts, &flow, variable, &self.shape.parts(), statement, site)?;
        guards::no_partial_result(facts, &flow, variable, site)?;
        // for x in xs: text += x
        if creation.is_none() && flow.maybe_unbound(facts.model(), variable, self.first()) {
            facts.refuse(Refusal::about(
                Reason::NotFresh,
                guards::header(site),
                self.shape.receiver.text(),
            ))?;
        }
        if let Target::Creation(range) = &place.target {
            write::check_creation_comments(facts, *range, site)?;
        }
        Ok(self.fix(&place, copies, assumptions)?)
    }

    /// ```python
    /// for x in xs: self.text += x          # a property, or a method of `x` that looks at it
    /// ```
    fn of_attribute(&self) -> Verdict {
        let (facts, site) = (self.cx.facts, self.shape.site);
        let receiver = self.shape.receiver;
        let attribute = Attribute::cast(receiver).filter(|it| it.object.kind() == Kind::Identifier);
        let object = attribute.ok_or(Decline::NotThisShape)?.object;
        // Numbers are added up in attributes more often than text.
        let added = self.added();
        let surely = |node: &Node<'_>| guards::plain_text(facts, *node) == PlainText::Surely;
        if !added.iter().all(surely) {
            return Err(Decline::NotThisShape);
        }
        let scope = facts.body_scope(site);
        self.judge.common(scope)?;
        let flow = self.judge.flow(scope)?;
        let variable = guards::own_variable(facts, object, scope, Reason::AccumulatorObservable)?;
        let local = Local { flow: &flow, variable };
        self.judge.pieces_fit(&flow, Form::Comprehension)?;
        self.unwatched(&local)?;
        let assumption = Assumption {
            id: "attribute-is-str",
            sentence: format!(
                "`{}` is a plain `str` that no property or `__setattr__` watches",
                receiver.text()
            ),
            unproven: Vec::new(),
        };
        let place = Place { target: Target::Site, empty: "''", head: None };
        Ok(self.fix(&place, self.copies(), vec![assumption])?)
    }

    /// That the loop runs no code that could look at an attribute, and that nothing leaves it half built.
    fn unwatched(&self, local: &Local<'_>) -> Guarded {
        let (facts, site) = (self.cx.facts, self.shape.site);
        let quiet = |part: Node<'_>| guards::cannot_fail(facts, local.flow, part, site);
        let known = guards::runs_known_code(facts, site);
        if !known || !self.shape.parts().into_iter().all(quiet) {
            let receiver = self.shape.receiver;
            let refusal = Refusal::about(Reason::AccumulatorObservable, receiver.range(), receiver.text());
            facts.refuse(refusal)?;
        }
        Ok(())
    }

    fn first(&self) -> Node<'t> {
        self.shape.loops().next().map_or(self.shape.site, |header| header.iterable)
    }

    /// What is added in one turn, whichever is chosen.
    fn added(&self) -> Vec<Node<'t>> {
        match &self.shape.addition {
            Addition::Augment(element) => element.leaves(),
            _ => Vec::new(),
        }
    }

    /// Whether the items are added as they are, and so can be joined without a list.
    fn copies(&self) -> bool {
        let (Some(header), Some(element)) = (self.shape.plain_loop(), self.shape.addition.plain_element())
        else {
            return false;
        };
        element.kind() == Kind::Identifier
            && element.text() == header.target.text()
            && self.judge.not_over_self().is_ok()
    }

    /// Where the text is assigned: in place of its creation where that goes, else it is added to.
    fn place(&self, local: &Local<'_>, creation: Option<&Creation<'t>>) -> Place<'t> {
        let stays = |empty| Place { target: Target::Site, empty, head: None };
        let Some(creation) = creation else { return stays("''") };
        let value = creation.assignment.right;
        let Some((empty, nothing)) = quotes(value) else { return stays("''") };
        let head = (!nothing).then_some(value);
        if value.text().contains('\n') {
            return stays(empty);
        }
        let target = self.judge.target(local, creation);
        // What a creation that stays gives is there already.
        let head = head.filter(|_| !matches!(target, Target::Site));
        Place { target, empty, head }
    }

    /// What was measured for the loop.
    fn measured(&self, copies: bool, place: &Place<'_>) -> Measured {
        let (facts, shape) = (self.cx.facts, self.shape);
        if copies {
            let attribute = shape.receiver.kind() == Kind::Attribute;
            let case = if attribute { "augment-loop-attribute" } else { "augment-loop-copy" };
            return Measured::new(case, "join");
        }
        let scope = facts.model().scope(facts.body_scope(shape.site)).kind;
        let filtered = shape.clauses.iter().any(|clause| !matches!(clause, Clause::For(_)));
        let case = match shape.addition.parts().first().map(Node::kind) {
            _ if shape.loops().count() > 1 => "augment-loop-nested",
            _ if scope == ScopeKind::Module => "augment-loop-at-module-level",
            _ if filtered => "augment-loop-filtered",
            _ if place.head.is_some() => "augment-loop-head",
            Some(Kind::BinaryOperator) => "augment-loop-sum",
            Some(Kind::Subscript) => "augment-loop-slice",
            Some(Kind::Call) => "augment-loop-upper",
            _ => "augment-loop-str",
        };
        Measured::new(case, "list")
    }

    fn fix(&self, place: &Place<'_>, copies: bool, assumptions: Vec<Assumption>) -> Guarded<Fix> {
        let (cx, shape) = (self.cx, self.shape);
        let site = shape.site;
        let name = shape.receiver.text();
        let (left, replaced) = match &place.target {
            Target::Creation(range) => (write::left_of_creation(cx, *range), *range),
            Target::Moved { .. } => (format!("{name} = "), site.range()),
            Target::Site => (format!("{name} += "), site.range()),
        };
        let head = place.head.map_or_else(String::new, |head| format!("{} + ", head.text()));
        let (open, parts, separator, close, repeated) = if copies {
            ("(", vec![write::iterable(shape, cx)], ", ", ")", write::iterated(shape))
        } else {
            ("([", write::pieces(shape, cx), " ", "])", write::copied_pieces(shape))
        };
        let new = Bracketed {
            head: format!("{left}{head}{}.join{open}", place.empty),
            parts,
            separator,
            tail: close.to_owned(),
        };
        let mut edits = vec![write::replacement(cx, replaced, &new, &repeated)?];
        let mut footprint = vec![replaced];
        if let Target::Moved { lines } = &place.target {
            edits.insert(0, Edit::delete(*lines));
            footprint.insert(0, *lines);
        }
        Ok(Fix {
            transform: META.id,
            message: format!("build `{name}` with one `join`"),
            range: replaced,
            edits,
            strings: Vec::new(),
            hoists: Vec::new(),
            imports: Vec::new(),
            measured: Some(self.measured(copies, place)),
            assumptions,
            footprint,
        })
    }
}
