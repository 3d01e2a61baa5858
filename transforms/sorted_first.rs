//! `sorted-first`: `sorted(xs)[0]` becomes `min(xs)`.
//!
//! See `sorted-first.md`.

use crate::edit::{Assumption, Decline, Edit, Fix, Measured, Verdict};
use crate::engine::{Cx, Meta, Transform};
use crate::semantic::comments::comments_in;
use crate::semantic::guards::{self, Treatment};
use crate::semantic::{Class, Facts, Reason, Resolution, Type};
use crate::syntax::{Argument, Call, Field, Kind, Node, is_target};
use crate::text::{PythonVersion, Range};

/// The transform.
pub struct SortedFirst;

static META: Meta = Meta {
    id: "sorted-first",
    summary: "`sorted(xs)[0]` becomes `min(xs)`, `sorted(xs)[-1]` becomes `max(xs)`",
    page: include_str!("sorted-first.md"),
    kinds: &[Kind::Subscript],
    needles: &[r"\bsorted\b", r"\["],
    reasons: &[Reason::NotBuiltin, Reason::FormattingOff],
    oldest: PythonVersion::PY27,
    priority: 25,
};

impl Transform for SortedFirst {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, node: Node<'_>, cx: &Cx<'_>) -> Verdict {
        let site = Site::of(node).ok_or(Decline::NotThisShape)?;
        let commented = site.dropped().into_iter().any(|range| comments_in(cx.tree, range).next().is_some());
        if commented || site.is_stored() || site.is_waited_for() || site.is_unordered(cx.facts) {
            return Err(Decline::NotThisShape);
        }
        guards::builtin(cx.facts, node, "sorted")?;
        guards::builtin(cx.facts, node, site.extreme())?;
        let function = site.call.function.range();
        let mut edits = vec![Edit::replace(function, site.extreme())];
        edits.extend(site.dropped().into_iter().map(Edit::delete));
        Ok(Fix {
            transform: META.id,
            message: format!("find it with `{}`", site.extreme()),
            range: node.range(),
            edits,
            strings: Vec::new(),
            hoists: Vec::new(),
            imports: Vec::new(),
            measured: Some(match site.place {
                Place::First => Measured { case: "first", form: "min" },
                Place::Last => Measured { case: "last", form: "max" },
            }),
            assumptions: site.assumptions(cx.facts),
            footprint: vec![node.range()],
        })
    }
}

/// Which item of the sorted list is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    First,
    Last,
}

/// Which way the list is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Up,
    Down,
}

struct Site<'t> {
    node: Node<'t>,
    call: Call<'t>,
    items: Node<'t>,
    place: Place,
    direction: Direction,
}

impl<'t> Site<'t> {
    fn of(node: Node<'t>) -> Option<Self> {
        let mut keys = node.children_in(Field::Subscript);
        let key = keys.next().filter(|_| keys.next().is_none())?;
        let place = match key.text() {
            "0" => Place::First,
            "-1" => Place::Last,
            _ => return None,
        };
        let call = Call::cast(node.child(Field::Value)?)?;
        (call.function.kind() == Kind::Identifier && call.function.text() == "sorted").then_some(())?;
        let arguments = call.arguments().list;
        let (items, direction) = match arguments.as_slice() {
            [Argument::Positional(items)] => (*items, Direction::Up),
            [Argument::Positional(items), Argument::Keyword { name, value }] if name.text() == "reverse" => {
                match value.kind() {
                    Kind::True => (*items, Direction::Down),
                    Kind::False => (*items, Direction::Up),
                    _ => return None,
                }
            }
            _ => return None,
        };
        Some(Self { node, call, items, place, direction })
    }

    fn extreme(&self) -> &'static str {
        match (self.place, self.direction) {
            (Place::First, Direction::Up) | (Place::Last, Direction::Down) => "min",
            _ => "max",
        }
    }

    /// Whether the item is replaced in the list, which nobody has.
    fn is_stored(&self) -> bool {
        is_target(self.node)
    }

    /// Whether a handler around waits for the exception that only a list raises.
    fn is_waited_for(&self) -> bool {
        let handlers = self.node.ancestors().flat_map(|up| up.named_children());
        let mut handlers = handlers.filter(|part| part.kind() == Kind::ExceptClause);
        handlers.any(|clause| {
            let named = clause.named_children().take_while(|part| part.kind() != Kind::Block);
            let mut words = named.into_iter().flat_map(|part| part.descendants());
            words.any(|name| matches!(name.text(), "IndexError" | "LookupError"))
        })
    }

    /// Whether the items are known to be of a class without a total order.
    fn is_unordered(&self, facts: &Facts<'_>) -> bool {
        let item = facts.type_of(self.items).item();
        item.is(Class::Float) || (item.class().is_some() && !is_ordered(&item))
    }

    /// The direction, and the brackets behind the call.
    fn dropped(&self) -> Vec<Range> {
        let (call, arguments) = (self.call.node.range(), self.call.arguments.range());
        let mut dropped = Vec::new();
        if self.call.arguments().list.len() > 1 {
            dropped.push(Range::new(self.items.range().end, arguments.end - 1));
        }
        dropped.push(Range::new(call.end, self.node.range().end));
        dropped
    }

    /// What has to be taken on trust.
    ///
    /// ```python
    /// sorted([])[0]                          # an IndexError; `min` raises a ValueError
    /// sorted([2.0, float('nan'), 1.0])[0]    # nan is neither more nor less
    /// sorted([2, True, 1])[-1] is 2          # of equal items `max` gives the first
    /// ```
    fn assumptions(&self, facts: &Facts<'_>) -> Vec<Assumption> {
        let shown = super::filling::one_line(self.items);
        let trust = |id, sentence| Assumption { id, sentence, unproven: Vec::new() };
        let mut assumptions = Vec::new();
        let item = facts.type_of(self.items).item();
        if !is_ordered(&item) {
            let sentence = format!("the items of `{shown}` have one order, whichever two are compared");
            assumptions.push(trust("items-are-ordered", sentence));
        }
        if !self.surely_has_items(facts) {
            assumptions.push(trust("not-empty", format!("`{shown}` has at least one item")));
        }
        if self.place == Place::Last {
            let sentence = format!("nobody asks which of several equal items of `{shown}` it is");
            assumptions.push(trust("equal-is-same", sentence));
        }
        assumptions
    }

    /// Whether there is an item for the text alone, or since the expression around asks for one.
    ///
    /// ```python
    /// first = sorted(xs)[0] if xs else None
    /// ```
    fn surely_has_items(&self, facts: &Facts<'_>) -> bool {
        let splat = |item: &Node<'_>| matches!(item.kind(), Kind::ListSplat | Kind::ParenthesizedListSplat);
        match self.items.kind() {
            Kind::List | Kind::Tuple | Kind::Set => self.items.named_children().any(|item| !splat(&item)),
            Kind::Identifier => self.is_asked_for(facts),
            _ => false,
        }
    }

    fn is_asked_for(&self, facts: &Facts<'_>) -> bool {
        let known = facts.type_of(self.items).class().is_some_and(|class| class != Class::Iterator);
        let Some(holder) = self.node.parent().filter(|up| up.kind() == Kind::ConditionalExpression) else {
            return false;
        };
        let mut parts = holder.named_children();
        let (chosen, condition) = (parts.next(), parts.next());
        let same = condition.is_some_and(|condition| {
            condition.kind() == Kind::Identifier
                && matches!(facts.model().resolve(condition), Resolution::Variable(_))
                && facts.model().resolve(condition) == facts.model().resolve(self.items)
        });
        known && same && chosen == Some(self.node)
    }
}

/// Whether of two values that differ one is surely less.
fn is_ordered(item: &Type) -> bool {
    guards::treats_type_quietly(item, Treatment::Compares) && !item.is(Class::Float)
}
