//! `redundant-list`: a copy goes that is only iterated over once.
//!
//! See `redundant-list.md`. A copy is what makes many loops right: it goes only where nobody changes the original.

use super::consumers::{Consumer, Consumption};
use crate::edit::interpolate;
use crate::edit::render::Slot;
use crate::edit::{Decline, Edit, Fix, Measured, Verdict};
use crate::engine::{Cx, Meta, Transform};
use crate::semantic::comments::comments_in;
use crate::semantic::guards::{self, Guarded};
use crate::semantic::{Class, Facts, Reason, Refusal};
use crate::syntax::{Field, Kind, Node};
use crate::text::{PythonVersion, Range};

/// The transform.
pub struct RedundantList;

static META: Meta = Meta {
    id: "redundant-list",
    summary: "`list(...)` around what is iterated over at once goes",
    page: include_str!("redundant-list.md"),
    kinds: &[Kind::Call, Kind::ForStatement, Kind::ForInClause],
    needles: &[r"\blist\b"],
    reasons: &[
        Reason::ClassScope,
        Reason::DynamicScope,
        Reason::NotBuiltin,
        Reason::ClassUnknown,
        Reason::ChangedInLoop,
        Reason::FormattingOff,
    ],
    oldest: PythonVersion::PY27,
    priority: 15,
};

impl Transform for RedundantList {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, node: Node<'_>, cx: &Cx<'_>) -> Verdict {
        let site = Site::of(node).ok_or(Decline::NotThisShape)?;
        guards::builtin(cx.facts, node, "list")?;
        site.judge(cx.facts)?;
        Ok(Fix {
            transform: META.id,
            message: format!("iterate without a copy of `{}`", super::filling::one_line(site.items)),
            range: site.copy.range(),
            edits: site.edits(cx),
            strings: Vec::new(),
            hoists: Vec::new(),
            imports: Vec::new(),
            measured: Some(Measured { case: site.case(), form: "bare" }),
            assumptions: Vec::new(),
            footprint: vec![site.region.range()],
        })
    }
}

/// A copy that is iterated over.
struct Site<'t> {
    /// What iterates over it: a consumer, or a loop; of a clause, the comprehension.
    region: Node<'t>,
    consumer: Option<Consumer<'t>>,
    /// The call of `list`.
    copy: Node<'t>,
    /// What is copied.
    items: Node<'t>,
}

impl<'t> Site<'t> {
    fn of(node: Node<'t>) -> Option<Self> {
        let (region, consumer, copy) = match node.kind() {
            Kind::Call => {
                let consumer = Consumer::of(node).filter(|it| it.consumption != Consumption::Pairs)?;
                (node, Some(consumer), consumer.argument)
            }
            Kind::ForStatement => (node, None, node.child(Field::Right)?),
            // A generator runs later, when the original may be another.
            _ => {
                let holder = node.parent().filter(|up| up.kind() != Kind::GeneratorExpression)?;
                (holder, None, node.child(Field::Right)?)
            }
        };
        let items = Consumer::of(copy).filter(|inner| inner.name == "list")?.argument;
        let plain = !node.has_token("async") && items.kind() != Kind::GeneratorExpression;
        plain.then_some(Self { region, consumer, copy, items })
    }

    fn judge(&self, facts: &Facts<'_>) -> Guarded {
        let Some(consumer) = self.consumer else { return self.unchanged(facts) };
        guards::builtin(facts, self.region, consumer.name)?;
        // Both make a list of their own before anything else.
        if matches!(consumer.name, "list" | "sorted") {
            return Ok(());
        }
        if !is_alike(consumer, self.class(facts)) {
            facts.refuse(Refusal::about(Reason::ClassUnknown, self.items.range(), self.items.text()))?;
        }
        let item = facts.type_of(self.items).item();
        if guards::treats_type_quietly(&item, consumer.consumption.treatment()) {
            return Ok(());
        }
        // sum(list(xs))                      # `__radd__` of an item changes `xs`
        self.unchanged(facts)
    }

    fn class(&self, facts: &Facts<'_>) -> Option<Class> {
        let declared = || facts.proven_type_of(self.items).base();
        facts
            .type_of(self.items)
            .class()
            .or_else(|| declared().filter(|class| guards::behaves_as(facts, self.items, *class).is_ok()))
    }

    /// ```python
    /// for x in list(xs): xs.remove(x)
    /// ```
    fn unchanged(&self, facts: &Facts<'_>) -> Guarded {
        guards::own_names(facts, self.region)?;
        guards::steady(facts, self.items, self.region)
    }

    fn case(&self) -> &'static str {
        match self.consumer.map(|consumer| consumer.name) {
            None => "loop",
            Some("set" | "frozenset") => "set",
            Some("list" | "tuple") => "list",
            Some("sorted") => "sorted",
            Some(_) => "sum",
        }
    }

    /// The name goes and, where nothing else depends on them, the parentheses.
    fn edits(&self, cx: &Cx<'_>) -> Vec<Edit> {
        let (copy, items) = (self.copy.range(), self.items.range());
        let (before, behind) = (Range::new(copy.start, items.start), Range::new(items.end, copy.end));
        let commented = [before, behind].iter().any(|range| comments_in(cx.tree, *range).next().is_some());
        let argument = self.consumer.is_some();
        let bare = argument || (Slot::Iterable.fill(self.items.text()) == self.items.text());
        let flat = argument || !self.items.text().contains('\n');
        if commented || !bare || !flat {
            let name = Range::new(copy.start, copy.start + "list".len() as u32);
            return vec![Edit::delete(name)];
        }
        let source = cx.tree.source();
        let dropped = [before, behind];
        dropped.map(|range| Edit::replace(range, interpolate::gap(source, range))).into()
    }
}

/// Whether the consumer does with something of that class what it does with a copy.
///
/// ```python
/// tuple(list(t)) is t                   # not the same tuple
/// set(list({8, 1, 16}))                 # a set takes over the table of another, and so its order
/// any(list(iterator))                   # leaves nothing in it
/// ```
fn is_alike(consumer: Consumer<'_>, class: Option<Class>) -> bool {
    let sequence = matches!(class, Some(Class::List | Class::Str | Class::Bytes | Class::Range));
    let table = matches!(class, Some(Class::Set | Class::FrozenSet | Class::Dict));
    let tuple = class == Some(Class::Tuple);
    match consumer.consumption {
        Consumption::Collects => sequence || table,
        Consumption::Hashes => sequence || tuple,
        _ => sequence || tuple || table,
    }
}
