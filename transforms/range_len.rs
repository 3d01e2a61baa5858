//! `range-len`: a loop over the indices of a sequence becomes one over its items.
//!
//! See `range-len.md`.

use crate::edit::interpolate;
use crate::edit::render::whole_lines;
use crate::edit::{Assumption, Decline, Edit, Fix, Measured, Verdict};
use crate::engine::{Cx, Meta, Transform};
use crate::semantic::comments::comments_in;
use crate::semantic::guards::{self, Guarded};
use crate::semantic::{Class, Facts, Reason, Refusal, Resolution, ScopeId, VariableId};
use crate::syntax::{Assignment, Call, Field, ForLoop, Kind, Node, is_target};
use crate::text::{PythonVersion, Range};

/// The transform.
pub struct RangeLen;

static META: Meta = Meta {
    id: "range-len",
    summary: "`for i in range(len(xs))` iterates over `xs` itself",
    page: include_str!("range-len.md"),
    kinds: &[Kind::ForStatement],
    needles: &[r"\bx?range\b", r"\blen\b"],
    reasons: &[
        Reason::ClassScope,
        Reason::DynamicScope,
        Reason::NotBuiltin,
        Reason::TargetCaptured,
        Reason::ChangedInLoop,
        Reason::FormattingOff,
        Reason::NoGain,
    ],
    oldest: PythonVersion::PY27,
    priority: 12,
};

/// The first release where `enumerate` was measured to be no faster than an index.
const INDEX_AS_FAST: PythonVersion = PythonVersion::new(3, 11);

impl Transform for RangeLen {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, node: Node<'_>, cx: &Cx<'_>) -> Verdict {
        let (header, sequence) = shape(node).ok_or(Decline::NotThisShape)?;
        let facts = cx.facts;
        let variable = |name: Node<'_>| match facts.model().resolve(name) {
            Resolution::Variable(id) => Ok(id),
            _ => Err(Decline::NotThisShape),
        };
        let (index, items) = (variable(header.target)?, variable(sequence)?);
        let judge = Judge { cx, facts, header, sequence, index, items };
        let once = facts.model().bindings_in(index, node.range()).count() == 1;
        if !once || guards::leaks_into(facts, index, node) {
            return Err(Decline::NotThisShape);
        }
        let uses = judge.uses();
        if uses.items.is_empty() {
            return Err(Decline::NotThisShape);
        }
        judge.judgement(&uses)
    }
}

/// `for i in range(len(xs))`, and `xs`.
fn shape(node: Node<'_>) -> Option<(ForLoop<'_>, Node<'_>)> {
    let header = ForLoop::cast(node).filter(|header| !header.is_async())?;
    let range = named_call(header.iterable).filter(|(name, _)| matches!(*name, "range" | "xrange"))?.1;
    let sequence = named_call(range).filter(|(name, _)| *name == "len")?.1;
    let names = header.target.kind() == Kind::Identifier && sequence.kind() == Kind::Identifier;
    names.then_some((header, sequence))
}

/// The name and the only argument of a call.
fn named_call(node: Node<'_>) -> Option<(&str, Node<'_>)> {
    let call = Call::cast(node).filter(|call| call.function.kind() == Kind::Identifier)?;
    Some((call.function.text(), call.sole_argument()?))
}

struct Judge<'a, 'c, 't> {
    cx: &'a Cx<'c>,
    facts: &'a Facts<'c>,
    header: ForLoop<'t>,
    sequence: Node<'t>,
    index: VariableId,
    items: VariableId,
}

/// What the loop does with its index.
struct Uses<'t> {
    /// `xs[i]`, wherever it is read.
    items: Vec<Node<'t>>,
    /// Whether the index is read for anything else.
    as_number: bool,
}

impl<'t> Judge<'_, '_, 't> {
    fn uses(&self) -> Uses<'t> {
        let mut uses = Uses { items: Vec::new(), as_number: false };
        let tree = self.header.node.tree();
        for reference in self.facts.model().references_in(self.index, self.header.body.range()) {
            let read = tree.node(reference.node);
            let item = read.parent().filter(|up| self.is_item(*up, read));
            match item {
                Some(item) => uses.items.push(item),
                None => uses.as_number = true,
            }
        }
        uses
    }

    fn is_item(&self, subscript: Node<'_>, index: Node<'_>) -> bool {
        let keys = subscript.children_in(Field::Subscript).count();
        let own = |value: Node<'_>| {
            value.kind() == Kind::Identifier
                && self.facts.model().resolve(value) == Resolution::Variable(self.items)
        };
        subscript.kind() == Kind::Subscript
            && index.field() == Field::Subscript
            && keys == 1
            && subscript.child(Field::Value).is_some_and(own)
    }

    fn judgement(&self, uses: &Uses<'t>) -> Verdict {
        let node = self.header.node;
        for name in ["len", self.range_name()] {
            guards::builtin(self.facts, node, name)?;
        }
        let scope = guards::own_names(self.facts, node)?;
        // for i in range(len(xs)): later.append(lambda: xs[i])
        if guards::outlives(self.facts, self.index) {
            let target = self.header.target;
            self.facts.refuse(Refusal::about(Reason::TargetCaptured, target.range(), target.text()))?;
        }
        let assumptions = self.assumptions()?;
        let numbered = uses.as_number || self.index_is_seen(scope);
        if numbered {
            guards::builtin(self.facts, node, "enumerate")?;
            self.enumerate_pays()?;
        }
        let named = self.first_name(uses);
        let item = named.map_or_else(|| self.fresh_name(), |named| named.left.text().to_owned());
        let edits = self.edits(uses, named.as_ref(), &item, numbered).ok_or(Decline::NotThisShape)?;
        let message = if numbered { "number the items with `enumerate`" } else { "iterate over the items" };
        let case = match (named.is_some(), numbered) {
            (false, false) => "items",
            (true, false) => "named",
            (false, true) => "numbered",
            (true, true) => "named-and-numbered",
        };
        Ok(Fix {
            transform: META.id,
            message: message.to_owned(),
            range: node.range(),
            edits,
            strings: Vec::new(),
            hoists: Vec::new(),
            imports: Vec::new(),
            measured: Some(Measured { case, form: "items" }),
            assumptions,
            footprint: vec![node.range()],
        })
    }

    fn range_name(&self) -> &'t str {
        named_call(self.header.iterable).map_or("range", |(name, _)| name)
    }

    /// Whether somebody may read the index behind the loop.
    fn index_is_seen(&self, scope: ScopeId) -> bool {
        guards::vanishes(self.facts, self.header.target, self.header.node, scope).is_err()
    }

    fn enumerate_pays(&self) -> Guarded {
        let node = self.header.node;
        let slower = node.source().target().oldest >= INDEX_AS_FAST;
        if slower && !self.cx.config.takes_slower(META.id) {
            self.facts.refuse(Refusal::new(Reason::NoGain, guards::header(node)))?;
        }
        Ok(())
    }

    /// What has to be assumed for the sequence to stay as it is.
    ///
    /// ```python
    /// for i in range(len(xs)):
    ///     xs[i] *= 10
    ///     print(xs[i])
    /// ```
    ///
    /// # Errors
    ///
    /// When the loop is seen to change it, or to put something else in its place.
    fn assumptions(&self) -> Guarded<Vec<Assumption>> {
        let (model, node) = (self.facts.model(), self.header.node);
        let name = || Refusal::about(Reason::ChangedInLoop, self.sequence.range(), self.sequence.text());
        let tree = node.tree();
        let mut reads = model.references_in(self.items, self.header.body.range());
        let changed = reads.any(|read| !only_looks(tree.node(read.node)));
        if changed || model.bindings_in(self.items, node.range()).next().is_some() {
            self.facts.refuse(name())?;
        }
        let class = self.facts.type_of(self.sequence).class();
        let ordered = matches!(class, Some(Class::List | Class::Tuple | Class::Str | Class::Range));
        let own = model.variable(self.items).scope == self.facts.body_scope(node)
            && !model.variable(self.items).is_captured_by_closure();
        if ordered && own && guards::steady(self.facts, self.sequence, node).is_ok() {
            return Ok(Vec::new());
        }
        // What is made here is changed by another name, or is a dict, whose items have keys.
        if class.is_some() {
            self.facts.refuse(name())?;
        }
        Ok(vec![Assumption {
            id: "sequence-stays",
            sentence: format!(
                "`{}` is a list, tuple or string, which nobody changes while the loop runs",
                self.sequence.text()
            ),
            unproven: Vec::new(),
        }])
    }

    /// `x = xs[i]` at the beginning of the body, where `x` stays what it is and something follows.
    fn first_name(&self, uses: &Uses<'t>) -> Option<Assignment<'t>> {
        let first = self.header.body.statements().next()?;
        self.header.body.statements().nth(1)?;
        let named = Assignment::cast(first).filter(|it| it.annotation.is_none())?;
        let taken = [self.header.target.text(), self.sequence.text()];
        let plain = named.left.kind() == Kind::Identifier && !taken.contains(&named.left.text());
        let Resolution::Variable(name) = self.facts.model().resolve(named.left) else { return None };
        let once = self.facts.model().bindings_in(name, self.header.node.range()).count() == 1;
        (plain && once && uses.items.contains(&named.right) && whole_lines(first).is_some()).then_some(named)
    }

    /// A name that the file does not use.
    fn fresh_name(&self) -> String {
        let free = |name: &String| self.facts.model().is_fresh(name);
        let numbered = (2..).map(|number| format!("_item{number}"));
        std::iter::once("_item".to_owned()).chain(numbered).find(free).unwrap_or_default()
    }

    /// `None` where a comment stands in the header.
    fn edits(
        &self,
        uses: &Uses<'t>,
        named: Option<&Assignment<'t>>,
        item: &str,
        numbered: bool,
    ) -> Option<Vec<Edit>> {
        let header = Range::new(self.header.target.range().start, self.header.iterable.range().end);
        comments_in(self.cx.tree, header).next().is_none().then_some(())?;
        let (index, sequence) = (self.header.target.text(), self.sequence.text());
        let new = if numbered {
            format!("{index}, {item} in enumerate({sequence})")
        } else {
            format!("{item} in {sequence}")
        };
        let mut edits = vec![Edit::replace(header, new)];
        let dropped = named.and_then(|named| whole_lines(named.statement));
        edits.extend(dropped.map(Edit::delete));
        let rest = uses.items.iter().filter(|read| dropped.is_none_or(|lines| !lines.contains(read.range())));
        for read in rest {
            comments_in(self.cx.tree, read.range()).next().is_none().then_some(())?;
            edits.push(Edit::replace(read.range(), interpolate::apart(*read, item)));
        }
        edits.sort_by_key(|edit| edit.range.start);
        Some(edits)
    }
}

/// Whether a sequence is only asked for an item, its length or the like where it is read.
fn only_looks(read: Node<'_>) -> bool {
    let Some(parent) = read.parent() else { return false };
    match parent.kind() {
        Kind::Subscript => read.field() == Field::Value && !is_target(parent),
        Kind::ArgumentList => {
            let called = parent.parent().and_then(Call::cast).map_or("", |call| call.function.text());
            matches!(called, "len" | "sum" | "sorted" | "max" | "min" | "print" | "str" | "repr")
        }
        Kind::ComparisonOperator | Kind::BinaryOperator | Kind::NotOperator => true,
        Kind::IfStatement | Kind::ElifClause => read.field() == Field::Condition,
        Kind::Attribute => {
            let method = parent.child(Field::Attribute).map_or("", |name| name.text());
            matches!(method, "index" | "count" | "copy")
        }
        _ => false,
    }
}
