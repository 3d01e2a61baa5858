//! `list-concat-loop`: a loop that adds lists to a list becomes one list, or adds to it in place.
//!
//! See `list-concat-loop.md`. A loop that does nothing else is read, judged and written as `loop-append` does; what
//! becomes of one statement in a longer loop is the business of `extend`.

#[path = "list_concat_loop/extend.rs"]
mod extend;

use crate::edit::render::Bracketed;
use crate::edit::{Assumption, Decline, Edit, Fix, Measured, Verdict};
use crate::engine::{Cx, Meta, Transform};
use crate::semantic::guards::{self, Form, Guarded};
use crate::semantic::{Class, Facts, Reason, Refusal};
use crate::syntax::{Field, Kind, Node};
use crate::text::{PythonVersion, Range};

use super::imported_member::imported_member;
use super::loop_append::origin::{Empty, Origin, empty, origin};
use super::loop_append::shape::{Addition, Element, Shape};
use super::loop_append::write::{self, Target};
use super::loop_append::{Judge, Local};

/// The transform.
pub struct ListConcatLoop;

static META: Meta = Meta {
    id: "list-concat-loop",
    summary: "a loop that adds lists to a list becomes one `chain.from_iterable`, or extends it in place",
    page: include_str!("list-concat-loop.md"),
    kinds: &[Kind::ForStatement, Kind::ExpressionStatement],
    needles: &[r"\b(?:for|while)\b", r"\+=|=(?:\s|\\\r?\n)*\w+(?:\s|\\\r?\n)*\+"],
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
        Reason::ClassUnknown,
        Reason::NotBuiltin,
        Reason::NotStandardModule,
        Reason::Yields,
        Reason::Awaits,
        Reason::StopsIteration,
        Reason::ZeroArgumentSuper,
        Reason::Deleted,
        Reason::Walrus,
        Reason::MaybeUnbound,
        Reason::PragmaInTheWay,
        Reason::CommentInTheWay,
        Reason::FormattingOff,
        Reason::NoGain,
    ],
    oldest: PythonVersion::PY27,
    // Behind `nested-loop`, which makes one loop of several.
    priority: 20,
};

impl Transform for ListConcatLoop {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, node: Node<'_>, cx: &Cx<'_>) -> Verdict {
        if node.kind() == Kind::ExpressionStatement {
            return extend::verdict(node, cx);
        }
        let shape = Shape::of(node).ok_or(Decline::NotThisShape)?;
        let Addition::Augment(element) = &shape.addition else { return Err(Decline::NotThisShape) };
        let in_place =
            shape.receiver.parent().is_some_and(|statement| statement.kind() == Kind::AugmentedAssignment);
        let concat = Concat { cx, shape: &shape, element, in_place };
        concat.whole_loop()
    }
}

/// A loop that adds to one list and does nothing else.
struct Concat<'a, 'c, 't> {
    cx: &'a Cx<'c>,
    shape: &'a Shape<'t>,
    element: &'a Element<'t>,
    /// Whether it adds by `+=`, which takes the items of anything.
    in_place: bool,
}

/// What becomes of the loop.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    /// `list(chain.from_iterable(xs))`.
    Items,
    /// `list(chain.from_iterable(f(x) for x in xs))`.
    Chain,
    /// `[x + 1 for x in xs]`, where lists of one are added.
    Comprehension,
}

impl<'t> Concat<'_, '_, 't> {
    fn whole_loop(&self) -> Verdict {
        let (facts, site) = (self.cx.facts, self.shape.site);
        let single = self.single();
        let shape = single.as_ref().unwrap_or(self.shape);
        let judge = Judge { cx: self.cx, facts, shape };
        let variable = judge.receiver_variable().ok_or(Decline::NotThisShape)?;
        // Numbers are added up more often than lists.
        let Origin::Created(creation) = origin(facts, variable, site, empty) else {
            return Err(Decline::NotThisShape);
        };
        if creation.what != Empty::List {
            return Err(Decline::NotThisShape);
        }
        let written = match single {
            Some(_) => Written::Comprehension,
            None if self.adds_items() => Written::Items,
            None => Written::Chain,
        };
        let slower = self.in_place && written != Written::Comprehension;
        if slower && !self.cx.config.takes_slower(META.id) {
            facts.refuse(Refusal::new(Reason::NoGain, guards::header(site)))?;
        }
        let scope = facts.body_scope(site);
        judge.common(scope)?;
        judge.own_receiver(scope)?;
        let flow = judge.flow(scope)?;
        let local = Local { flow: &flow, variable };
        if written == Written::Comprehension {
            judge.pieces_fit(local.flow, Form::Comprehension)?;
        } else {
            judge.pieces_fit(local.flow, Form::Generator)?;
            // try:
            //     for x in xs: r = r + pull(x)
            // except StopIteration: ...
            guards::no_stop_iteration(facts, &shape.parts(), site)?;
            guards::builtin(facts, site, "list")?;
        }
        let statement = creation.assignment.statement;
        guards::unobserved(facts, &flow, variable, &shape.parts(), Some(statement), site)?;
        guards::no_partial_result(facts, &flow, variable, site)?;
        let target = judge.target(&local, &creation);
        if let Target::Creation(range) = &target {
            write::check_creation_comments(facts, *range, site)?;
        }
        let message = format!("build `{}` at once", shape.receiver.text());
        if written == Written::Comprehension {
            let value = judge.value(Empty::List);
            let fix = write::assignment(self.cx, shape, &value, &target, message)?;
            return Ok(Fix { transform: META.id, measured: Some(self.measured(written)), ..fix });
        }
        let assumptions = self.assumptions()?;
        Ok(self.fix(written, &target, message, assumptions)?)
    }

    /// The loop as one that adds single items, if every list that it adds is a display of one.
    fn single(&self) -> Option<Shape<'t>> {
        let item = match self.element {
            Element::Plain(display) => only_item(*display)?,
            // value = f(x)
            // r = r + [value]
            Element::Inlined { expression, name, value } if only_item(*expression) == Some(*name) => *value,
            _ => return None,
        };
        Some(Shape {
            site: self.shape.site,
            clauses: self.shape.clauses.clone(),
            temporary: self.shape.temporary,
            receiver: self.shape.receiver,
            addition: Addition::Augment(Element::Plain(item)),
        })
    }

    /// Whether what is iterated over is added item by item.
    fn adds_items(&self) -> bool {
        let (Some(header), Some(element)) = (self.shape.plain_loop(), self.element.plain()) else {
            return false;
        };
        element.kind() == Kind::Identifier && element.text() == header.target.text()
    }

    fn assumptions(&self) -> Result<Vec<Assumption>, Decline> {
        let mut assumptions = Vec::new();
        for added in added(self.element) {
            assumptions.extend(assume_list(self.cx.facts, added, self.in_place)?);
        }
        assumptions.dedup();
        Ok(assumptions)
    }

    fn fix(
        &self,
        written: Written,
        target: &Target,
        message: String,
        assumptions: Vec<Assumption>,
    ) -> Guarded<Fix> {
        let (cx, shape) = (self.cx, self.shape);
        let site = shape.site;
        let (left, replaced) = match target {
            Target::Creation(range) => (write::left_of_creation(cx, *range), *range),
            Target::Moved { .. } | Target::Site => (format!("{} = ", shape.receiver.text()), site.range()),
        };
        let chain = imported_member(cx.facts, "itertools", "chain", site)?;
        let (parts, separator, repeated) = match written {
            Written::Items => (vec![write::iterable(shape, cx)], ", ", write::iterated(shape)),
            _ => (write::pieces(shape, cx), " ", write::copied_pieces(shape)),
        };
        let head = format!("{left}list({}.from_iterable(", chain.text);
        let new = Bracketed { head, parts, separator, tail: "))".to_owned() };
        let mut edits = vec![write::replacement(cx, replaced, &new, &repeated)?];
        let mut footprint = vec![replaced];
        if let Target::Moved { lines } = target {
            edits.insert(0, Edit::delete(*lines));
            footprint.insert(0, *lines);
        }
        Ok(Fix {
            transform: META.id,
            message,
            range: replaced,
            edits,
            strings: Vec::new(),
            hoists: Vec::new(),
            imports: chain.imports,
            measured: Some(self.measured(written)),
            assumptions,
            footprint,
        })
    }

    fn measured(&self, written: Written) -> Measured {
        let (case, form) = match (written, self.in_place) {
            (Written::Items, false) => ("add-items", "chain"),
            (Written::Items, true) => ("augment-items", "chain"),
            (Written::Chain, false) => ("add-call", "chain"),
            (Written::Chain, true) => ("augment-call", "chain"),
            (Written::Comprehension, false) => ("add-element", "comprehension"),
            (Written::Comprehension, true) => ("augment-element", "comprehension"),
        };
        Measured { case, form }
    }
}

/// The item of a list display that has one.
fn only_item(display: Node<'_>) -> Option<Node<'_>> {
    let mut items = display.named_children().filter(|item| !item.is_trivia());
    let only = items.next().filter(|_| display.kind() == Kind::List && items.next().is_none())?;
    (only.kind() != Kind::ListSplat).then_some(only)
}

/// What is added in one turn, whichever is chosen.
fn added<'t>(element: &Element<'t>) -> Vec<Node<'t>> {
    match element {
        Element::Plain(node) | Element::Inlined { expression: node, .. } => vec![*node],
        Element::Tail { operands, .. } => operands.clone(),
        Element::Choice { yes, no, .. } => added(yes).into_iter().chain(added(no)).collect(),
    }
}

/// What must be assumed for `node` to be a list, if anything; with `+=` anything builtin does that has items.
///
/// ```python
/// r = r + 'ab'                           # a TypeError, where `extend` takes the letters
/// r += array                             # `__radd__` of another class makes something else of it
/// ```
fn assume_list(facts: &Facts<'_>, node: Node<'_>, in_place: bool) -> Result<Option<Assumption>, Decline> {
    let found = facts.proven_type_of(node).base();
    let taken = matches!(
        facts.type_of(node).class(),
        Some(Class::Tuple | Class::Str | Class::Range | Class::Set | Class::FrozenSet | Class::Dict)
    );
    if in_place && taken {
        return Ok(None);
    }
    let Err(why) = guards::behaves_as(facts, node, Class::List) else { return Ok(None) };
    let mut around = node.ancestors().take_while(|up| up.kind() != Kind::FunctionDefinition);
    if found.is_some_and(|class| class != Class::List) || around.any(|up| up.kind() == Kind::TryStatement) {
        facts.refuse(Refusal::about(Reason::ClassUnknown, node.range(), node.text()))?;
    }
    let mut unproven = vec![why.sentence()];
    if why.reason == Reason::ClassUnknown {
        unproven.extend(guards::what_would_tell(facts, node));
    }
    Ok(Some(Assumption {
        id: "operand-is-list",
        sentence: format!("`{}` is a builtin list", node.text()),
        unproven,
    }))
}

/// The statement's own part of its line.
fn whole(statement: Node<'_>) -> Range {
    statement.named_children().next().map_or(statement.range(), |inner| inner.range())
}

/// The value of the sum `node`, which begins with the list itself.
fn operand_range(sum: Node<'_>) -> Option<Range> {
    let mut first = sum;
    let mut start = None;
    while first.kind() == Kind::BinaryOperator {
        start = first.child(Field::Right).map(|right| right.range().start);
        first = first.child(Field::Left)?;
    }
    Some(Range::new(start?, sum.range().end))
}
