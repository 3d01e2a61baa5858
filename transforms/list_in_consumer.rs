//! `list-in-consumer`: a list comprehension that a builtin uses up at once becomes a generator, or a set or dict
//! comprehension in its place.
//!
//! See `list-in-consumer.md`. A list has all its items before the first is used; what comes in its place makes one item
//! after the other. What builtins do with items is in `consumers`.

use super::consumers::{Consumer, Consumption};
use crate::edit::{Assumption, Decline, Edit, Fix, Measured, Verdict};
use crate::engine::{Cx, Meta, Transform};
use crate::semantic::guards::{self, Form, Guarded, Treatment};
use crate::semantic::{Facts, Flow, Reason, Refusal, Resolution};
use crate::syntax::{Call, Field, Kind, Node};
use crate::text::{PythonVersion, Range, Source};

/// The transform.
pub struct ListInConsumer;

static META: Meta = Meta {
    id: "list-in-consumer",
    summary: "a list comprehension in `any`, `all`, `set` or `dict` is not built",
    page: include_str!("list-in-consumer.md"),
    kinds: &[Kind::Call],
    // `[0for x in xs]`
    needles: &[r"\b(?:any|all|set|dict|frozenset|sum|min|max|tuple|sorted)\b", r"for\b"],
    reasons: &[
        Reason::ClassScope,
        Reason::DynamicScope,
        Reason::NotBuiltin,
        Reason::TargetReadLater,
        Reason::Yields,
        Reason::Awaits,
        Reason::StopsIteration,
        Reason::ZeroArgumentSuper,
        Reason::Deleted,
        Reason::MaybeUnbound,
        Reason::EvaluationOrder,
        Reason::NotForEveryItem,
        Reason::FormattingOff,
        Reason::NoGain,
    ],
    oldest: PythonVersion::PY27,
    priority: 20,
};

/// The first release that evaluates the key of a dict comprehension before the value.
const KEY_FIRST: PythonVersion = PythonVersion::new(3, 8);

impl Transform for ListInConsumer {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, node: Node<'_>, cx: &Cx<'_>) -> Verdict {
        let site = Site::of(node).ok_or(Decline::NotThisShape)?;
        let facts = cx.facts;
        guards::builtin(facts, node, site.consumer.name)?;
        let scope = guards::own_names(facts, node)?;
        guards::leaves_no_name(facts, site.list)?;
        let flow = facts.flow(scope).ok_or(Decline::NotThisShape)?;
        site.fits(facts, &flow)?;
        if site.form() == Form::Generator && site.consumer.consumption != Consumption::UntilDecided {
            site.wanted_for_memory(cx)?;
        }
        Ok(Fix {
            transform: META.id,
            message: site.message(),
            range: node.range(),
            edits: site.edits(),
            strings: Vec::new(),
            hoists: Vec::new(),
            imports: Vec::new(),
            measured: Some(site.measured()),
            assumptions: site.assumptions(facts, &flow)?,
            footprint: vec![node.range()],
        })
    }
}

/// A builtin, called with nothing but a list comprehension.
struct Site<'t> {
    consumer: Consumer<'t>,
    list: Node<'t>,
    element: Node<'t>,
    /// Key and value, where the comprehension gives the pairs of a dict.
    pair: Option<(Node<'t>, Node<'t>)>,
}

impl<'t> Site<'t> {
    fn of(node: Node<'t>) -> Option<Self> {
        let consumer = Consumer::of(node)?;
        let list = consumer.argument;
        let element = list.child(Field::Body).filter(|_| list.kind() == Kind::ListComprehension)?;
        let pair = match consumer.consumption {
            Consumption::Pairs => Some(pair_of(element)?),
            _ => None,
        };
        // A list of a list is a copy, and a binding is seen by others.
        let odd = |part: Node<'_>| match part.kind() {
            Kind::NamedExpression | Kind::ListSplat => true,
            // [x for x in 1, 2], which only Python 2 reads, and only in a list.
            Kind::ForInClause => {
                part.has_token(",") || part.parent() == Some(list) && part.has_token("async")
            }
            _ => false,
        };
        // f'{set([x for x in xs])}'           # two braces are one
        let in_field = node.ancestors().any(|up| up.kind() == Kind::Interpolation);
        let plain = consumer.name != "list" && !in_field && !list.descendants().any(odd);
        plain.then_some(Self { consumer, list, element, pair })
    }

    /// What the comprehension becomes.
    fn form(&self) -> Form {
        match self.consumer.name {
            "set" | "dict" => Form::Comprehension,
            _ => Form::Generator,
        }
    }

    fn clauses(&self) -> impl Iterator<Item = Node<'t>> {
        self.list.named_children().filter(|part| matches!(part.kind(), Kind::ForInClause | Kind::IfClause))
    }

    /// What is evaluated for items: the element, the conditions, and all iterables but the first.
    fn parts(&self) -> Vec<Node<'t>> {
        let mut parts = Vec::new();
        for (at, clause) in self.clauses().enumerate() {
            match clause.kind() {
                Kind::ForInClause if at == 0 => {}
                Kind::ForInClause => parts.extend(clause.child(Field::Right)),
                _ => parts.extend(clause.named_children().filter(|part| !part.is_trivia())),
            }
        }
        parts.push(self.element);
        parts
    }

    /// What may stand in the new form, and which names it may read.
    fn fits(&self, facts: &Facts<'_>, flow: &Flow) -> Guarded {
        // sum(await v for v in vs)            # an asynchronous generator
        for part in self.parts() {
            guards::fits_comprehension(facts, part, self.form())?;
            guards::surely_bound(facts, flow, part, self.list, &[])?;
        }
        if self.form() == Form::Generator {
            guards::no_stop_iteration(facts, &self.parts(), self.list)?;
        }
        // dict([(key(x), value(x)) for x in xs])
        if let Some((key, value)) = self.pair
            && facts.tree().source().target().oldest < KEY_FIRST
        {
            guards::commute(facts, key, value, self.list)?;
        }
        Ok(())
    }

    /// That the rewrite is wanted although it is not faster.
    fn wanted_for_memory(&self, cx: &Cx<'_>) -> Guarded {
        if !cx.config.takes_slower(META.id) {
            cx.facts.refuse(Refusal::new(Reason::NoGain, self.list.range()))?;
        }
        Ok(())
    }

    /// What has to be taken on trust for nobody to notice when items are made, and how many.
    fn assumptions(&self, facts: &Facts<'_>, flow: &Flow) -> Guarded<Vec<Assumption>> {
        let function = self.consumer.name;
        if self.consumer.consumption == Consumption::UntilDecided {
            if self.is_total(facts, flow) {
                return Ok(Vec::new());
            }
            self.may_stop_early(facts)?;
            return Ok(vec![Assumption {
                id: "items-are-total",
                sentence: format!("nobody misses the items behind the one that decides the `{function}`"),
                unproven: Vec::new(),
            }]);
        }
        let treated = self.pair.map_or(self.element, |(key, _)| key);
        if guards::treats_quietly(facts, treated, self.consumer.consumption.treatment()) {
            return Ok(Vec::new());
        }
        let what = match self.consumer.consumption {
            Consumption::Adds => "adding",
            Consumption::Compares => "comparing",
            _ => "hashing",
        };
        Ok(vec![Assumption {
            id: "items-are-plain",
            sentence: format!("{what} values of `{}` does not fail, nor do anything else", one_line(treated)),
            unproven: Vec::new(),
        }])
    }

    /// Whether all that is left out when the builtin stops does nothing but give values.
    fn is_total(&self, facts: &Facts<'_>, flow: &Flow) -> bool {
        let iterated = self.clauses().filter(|clause| clause.kind() == Kind::ForInClause).all(|clause| {
            let (Some(target), Some(iterable)) = (clause.child(Field::Left), clause.child(Field::Right))
            else {
                return false;
            };
            guards::iterates_quietly(facts, iterable) && guards::unpacks_quietly(facts, target, iterable)
        });
        iterated
            && self.parts().into_iter().all(|part| guards::cannot_fail(facts, flow, part, self.list))
            && self
                .parts()
                .into_iter()
                .filter(|part| part.field() != Field::Right)
                .all(|part| guards::treats_quietly(facts, part, Treatment::Tests))
    }

    /// That nothing in it is seen to do more than give a value.
    ///
    /// ```python
    /// any([1 // x for x in (1, 0)])          # a ZeroDivisionError
    /// def f(x): log.append(x); return True
    /// any([f(x) for x in xs])
    /// ```
    ///
    /// # Errors
    ///
    /// For a division, and for the call of a function of this file that has statements for their effects.
    fn may_stop_early(&self, facts: &Facts<'_>) -> Guarded {
        let parts = self.parts().into_iter().flat_map(|part| part.descendants());
        for part in parts.filter(|part| divides(*part) || calls_for_effects(facts, *part)) {
            facts.refuse(Refusal::about(Reason::NotForEveryItem, part.range(), &one_line(part)))?;
        }
        Ok(())
    }

    fn message(&self) -> String {
        let function = self.consumer.name;
        match function {
            "set" => "write a set comprehension".to_owned(),
            "dict" => "write a dict comprehension".to_owned(),
            "any" | "all" => format!("let `{function}` stop at the item that decides"),
            _ => format!("give `{function}` one item after the other"),
        }
    }

    fn measured(&self) -> Measured {
        let case = match self.consumer.name {
            "any" => "any-stops",
            "all" => "all-stops",
            "min" | "max" => "max",
            "set" => "set",
            "dict" => "dict",
            "sum" => "sum",
            "tuple" => "tuple",
            "sorted" => "sorted",
            _ => "frozenset",
        };
        let form = match self.consumer.name {
            "any" | "all" => "generator",
            "set" | "dict" => "comprehension",
            _ => "generator-of-all",
        };
        Measured { case, form }
    }

    /// Brackets go and braces come; what stands between them stays as it is.
    fn edits(&self) -> Vec<Edit> {
        let (call, list) = (self.consumer.call.node.range(), self.list.range());
        let arguments = self.consumer.call.arguments.range();
        let source = self.list.source();
        let (open, close) = (Range::new(list.start, list.start + 1), Range::new(list.end - 1, list.end));
        let before = Range::new(arguments.start + 1, list.start);
        let behind = Range::new(list.end, arguments.end - 1);
        let comma = self.consumer.call.arguments.children().find(|part| part.is_token(","));
        if self.form() == Form::Generator {
            // A generator with a comma behind it has parentheses of its own.
            if comma.is_some() {
                return vec![Edit::replace(open, "("), Edit::replace(close, ")")];
            }
            return vec![Edit::delete(with_line(source, open)), Edit::delete(with_line(source, close))];
        }
        let blank = |range: Range| source.slice(range).bytes().all(|byte| byte == b' ');
        let head = if blank(before) { open.end } else { before.start };
        let mut edits = vec![Edit::replace(Range::new(call.start, head), "{")];
        if !blank(before) {
            edits.push(Edit::delete(with_line(source, open)));
        }
        edits.extend(self.pair_edits());
        if blank(behind) {
            edits.push(Edit::replace(Range::new(close.start, call.end), "}"));
        } else {
            edits.push(Edit::delete(with_line(source, close)));
            edits.extend(comma.map(|comma| Edit::delete(comma.range())));
            edits.push(Edit::replace(Range::new(call.end - 1, call.end), "}"));
        }
        edits
    }

    /// Makes `key: value` of `(key, value)`.
    fn pair_edits(&self) -> Vec<Edit> {
        let Some((key, value)) = self.pair else { return Vec::new() };
        let element = self.element.range();
        let mut edits = vec![Edit::delete(Range::new(element.start, element.start + 1))];
        for comma in self.element.children().filter(|part| part.is_token(",")).map(|comma| comma.range()) {
            let between = key.range().end <= comma.start && comma.end <= value.range().start;
            let colon = if comma.end == value.range().start { ": " } else { ":" };
            edits.push(Edit::replace(comma, if between { colon } else { "" }));
        }
        edits.push(Edit::delete(Range::new(element.end - 1, element.end)));
        edits
    }
}

/// A bracket, with its line where nothing else stands on that.
fn with_line(source: &Source, bracket: Range) -> Range {
    let line = Range::new(source.line_start(bracket.start), source.line_end(bracket.start));
    let alone = source.slice(line).trim().len() == 1;
    if alone { line } else { bracket }
}

/// Key and value of a tuple of two.
fn pair_of(element: Node<'_>) -> Option<(Node<'_>, Node<'_>)> {
    let parts: Vec<_> = element.named_children().filter(|part| !part.is_trivia()).collect();
    match parts.as_slice() {
        // What binds more loosely than a comma has parentheses of its own in both places, but for these.
        [key, value] if element.kind() == Kind::Tuple => {
            let bare = |part: &Node<'_>| !matches!(part.kind(), Kind::Lambda | Kind::Yield | Kind::ListSplat);
            (bare(key) && bare(value)).then_some((*key, *value))
        }
        _ => None,
    }
}

/// Whether `node` divides by something that may be nothing.
fn divides(node: Node<'_>) -> bool {
    let by = node.child(Field::Right).filter(|_| node.kind() == Kind::BinaryOperator);
    let operator = node.child(Field::Operator).map_or("", |operator| operator.text());
    let text = node.child(Field::Left).is_some_and(|left| left.kind() == Kind::String);
    by.is_some_and(|by| by.kind() != Kind::Integer || by.text() == "0")
        && matches!(operator, "/" | "//" | "%")
        && !text
}

/// Whether `node` calls a function of this file that has statements for their effects.
fn calls_for_effects(facts: &Facts<'_>, node: Node<'_>) -> bool {
    let Some(called) = Call::cast(node).map(|call| call.function) else { return false };
    let Resolution::Variable(variable) = facts.model().resolve(called) else { return false };
    facts.model().variable(variable).bindings.iter().any(|binding| {
        let name = facts.tree().node(facts.model().binding(*binding).node);
        let definition = name.parent().filter(|up| up.kind() == Kind::FunctionDefinition);
        let body = definition.and_then(|definition| definition.child(Field::Body));
        body.is_some_and(|body| body.descendants().any(acts))
    })
}

/// Whether a statement is there for its effects.
fn acts(statement: Node<'_>) -> bool {
    match statement.kind() {
        Kind::ExpressionStatement => statement.named_children().any(|inner| match inner.kind() {
            Kind::Assignment | Kind::AugmentedAssignment => {
                inner.child(Field::Left).is_none_or(|left| left.kind() != Kind::Identifier)
            }
            Kind::String => false,
            _ => true,
        }),
        Kind::RaiseStatement
        | Kind::DeleteStatement
        | Kind::GlobalStatement
        | Kind::NonlocalStatement
        | Kind::PrintStatement
        | Kind::AssertStatement
        | Kind::Yield => true,
        _ => false,
    }
}

fn one_line(node: Node<'_>) -> String {
    super::filling::one_line(node)
}
