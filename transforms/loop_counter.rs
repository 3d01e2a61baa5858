//! `loop-counter`: a loop that counts in a dict becomes a `Counter`.
//!
//! See `loop-counter.md`. The spellings of counting are in `shape`, what later code may do with the dict in `uses`;
//! the rest of the loop is read, judged and written as `loop-append` does.

#[path = "loop_counter/shape.rs"]
mod shape;
#[path = "loop_counter/uses.rs"]
mod uses;

use crate::edit::{Assumption, Decline, Fix, ImportRequest, Measured, Verdict};
use crate::engine::{Cx, Meta, Transform};
use crate::semantic::guards::{self, Form, Guarded, StandardName};
use crate::semantic::{Facts, Reason, Refusal, standard};
use crate::syntax::{Argument, Call, Field, Kind, Node};
use crate::text::PythonVersion;

use super::loop_append::origin::{Creation, Empty, Origin, empty, origin};
use super::loop_append::shape::{Addition, Shape};
use super::loop_append::write::{self, Expression, Target};
use super::loop_append::{Judge, Local};

/// The transform.
pub struct LoopCounter;

static META: Meta = Meta {
    id: "loop-counter",
    summary: "a loop that counts in a dict becomes a `Counter`",
    page: include_str!("loop-counter.md"),
    kinds: &[Kind::ForStatement],
    needles: &[r"\bfor\b", r"\](?:\s|\\\r?\n)*\+?="],
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
        Reason::EvaluatedOnce,
        Reason::NotBuiltin,
        Reason::NotStandardModule,
        Reason::Yields,
        Reason::Awaits,
        Reason::StopsIteration,
        Reason::ZeroArgumentSuper,
        Reason::Walrus,
        Reason::MaybeUnbound,
        Reason::PragmaInTheWay,
        Reason::CommentInTheWay,
        Reason::FormattingOff,
    ],
    // Before dicts kept their order, one that is copied could have another.
    oldest: PythonVersion::new(3, 6),
    priority: 10,
};

impl Transform for LoopCounter {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, node: Node<'_>, cx: &Cx<'_>) -> Verdict {
        let shape = shape::of(node).ok_or(Decline::NotThisShape)?;
        let counting = Counting { cx, shape: &shape, judge: Judge { cx, facts: cx.facts, shape: &shape } };
        counting.verdict()
    }
}

struct Counting<'a, 'c, 't> {
    cx: &'a Cx<'c>,
    shape: &'a Shape<'t>,
    judge: Judge<'a, 'c, 't>,
}

impl<'t> Counting<'_, '_, 't> {
    fn verdict(&self) -> Verdict {
        let (facts, site) = (self.cx.facts, self.shape.site);
        let Some(variable) = self.judge.receiver_variable() else { return Err(Decline::NotThisShape) };
        let creation = match origin(facts, variable, site, made) {
            Origin::Created(creation) => creation,
            // Without a value to replace there is nothing to go on with.
            Origin::Touched(at) if shape::begins_by_itself(self.shape) => {
                return Err(self.about_dict(Reason::NotFresh, at).into());
            }
            Origin::Touched(_) | Origin::Elsewhere => return Err(Decline::NotThisShape),
        };
        let counts = match creation.what {
            Empty::Counter | Empty::DefaultDict => true,
            Empty::Dict => shape::begins_by_itself(self.shape),
            _ => false,
        };
        if !counts {
            return Err(Decline::NotThisShape);
        }
        let scope = facts.body_scope(site);
        self.judge.common(scope)?;
        self.judge.own_receiver(scope)?;
        let flow = self.judge.flow(scope)?;
        let local = Local { flow: &flow, variable };
        let parts = self.shape.parts();
        self.judge.pieces_fit(&flow, Form::Generator)?;
        guards::no_stop_iteration(facts, &parts, site)?;
        let statement = creation.assignment.statement;
        guards::unobserved(facts, &flow, variable, &parts, Some(statement), site)?;
        guards::no_partial_result(facts, &flow, variable, site)?;
        // class KeyError(Exception): pass    # and a missing key ends the loop
        if shape::catches(self.shape) {
            guards::builtin(facts, site, "KeyError")?;
        }
        let mut assumptions = self.evaluated_once()?;
        let bare = creation.what == Empty::Counter || uses::stand_for_a_counter(facts, variable, site);
        let wrap = match creation.what {
            _ if bare => Wrap::Nothing,
            Empty::DefaultDict => Wrap::Call(creation.assignment.right),
            _ => {
                // def dict(items): return 'mine'
                guards::builtin(facts, site, "dict")?;
                Wrap::Dict
            }
        };
        let items = self.items()?;
        let name = guards::standard_name(facts, "collections", Some("Counter"), statement)?;
        assumptions.extend(self.hashed_alike());
        let target = self.judge.target(&local, &creation);
        if let Target::Creation(range) = &target {
            write::check_creation_comments(facts, *range, site)?;
        }
        Ok(self.fix(&creation, &target, &items, wrap, &name, assumptions)?)
    }

    fn about_dict(&self, reason: Reason, at: Node<'_>) -> Refusal {
        Refusal::about(reason, guards::header(at), self.shape.receiver.text())
    }

    /// What must be assumed for a key that is spelled more than once to be evaluated once in every turn.
    ///
    /// ```python
    /// for x in xs: d[next(ids)] = d.get(next(ids), 0) + 1
    /// ```
    fn evaluated_once(&self) -> Result<Vec<Assumption>, Decline> {
        let Addition::Count { key, spelled: 2.. } = &self.shape.addition else { return Ok(Vec::new()) };
        // With a name for it, the key is evaluated once already.
        if self.shape.temporary.is_some() {
            return Ok(Vec::new());
        }
        let facts = self.cx.facts;
        let mut assumptions = Vec::new();
        for part in key.parts().into_iter().filter(|part| !guards::repeatable(facts, *part)) {
            let looks = part.descendants().all(|node| {
                !matches!(node.kind(), Kind::Call | Kind::Yield | Kind::Await | Kind::NamedExpression)
            });
            if !looks {
                facts.refuse(Refusal::about(Reason::EvaluatedOnce, part.range(), part.text()))?;
            }
            assumptions.push(Assumption {
                id: "key-has-no-effects",
                sentence: format!("evaluating `{}` has no effects", part.text()),
                unproven: Vec::new(),
            });
        }
        Ok(assumptions)
    }

    /// What must be assumed for keys that nobody knows the class of: a `Counter` hashes and compares them less often.
    fn hashed_alike(&self) -> Option<Assumption> {
        let Addition::Count { key, .. } = &self.shape.addition else { return None };
        let facts = self.cx.facts;
        let refusals: Vec<_> = key
            .parts()
            .into_iter()
            .filter_map(|part| guards::hashes_quietly(facts, part).err().map(|refusal| (part, refusal)))
            .collect();
        let (part, refusal) = refusals.first()?;
        let mut unproven = vec![refusal.sentence()];
        if refusal.reason == Reason::ClassUnknown {
            unproven.extend(guards::what_would_tell(facts, *part));
        }
        Some(Assumption {
            id: "key-is-plain",
            sentence: format!("hashing and comparing `{}` runs no code with effects", part.text()),
            unproven,
        })
    }

    /// What is counted.
    fn items(&self) -> Guarded<Counted> {
        let header = self.shape.plain_loop();
        let key = self.shape.addition.plain_element();
        let copied = header
            .zip(key)
            .filter(|(header, key)| key.kind() == Kind::Identifier && key.text() == header.target.text());
        let Some((header, _)) = copied else { return Ok(Counted::Keys) };
        if guards::is_no_mapping(self.cx.facts, header.iterable) {
            return Ok(Counted::Items);
        }
        // def iter(items): return items
        guards::builtin(self.cx.facts, self.shape.site, "iter")?;
        Ok(Counted::Iterated)
    }

    fn fix(
        &self,
        creation: &Creation<'t>,
        target: &Target,
        items: &Counted,
        wrap: Wrap<'_>,
        name: &StandardName,
        assumptions: Vec<Assumption>,
    ) -> Guarded<Fix> {
        let (cx, shape) = (self.cx, self.shape);
        let (open, close) = match wrap {
            Wrap::Nothing => (String::new(), ""),
            Wrap::Dict => ("dict(".to_owned(), ")"),
            Wrap::Call(call) => {
                let text = call.text();
                (format!("{}, ", text.strip_suffix(')').unwrap_or(text).trim_end()), ")")
            }
        };
        let head = format!("{open}{}(", name.text);
        let value = match items {
            Counted::Items => Expression::of_items(shape, cx, head, &format!("){close}")),
            Counted::Iterated => Expression::of_items(shape, cx, head + "iter(", &format!(")){close}")),
            Counted::Keys => Expression::of_pieces(shape, cx, head, &format!("){close}")),
        };
        let written = write::assigned(cx, shape, Some(creation), target, "=", value)?;
        let import = name.import.clone();
        Ok(Fix {
            transform: META.id,
            message: format!("count `{}` with a `Counter`", shape.receiver.text()),
            range: written.range,
            edits: written.edits,
            strings: Vec::new(),
            hoists: Vec::new(),
            imports: import
                .map(|name| ImportRequest { module: "collections".into(), member: None, name })
                .into_iter()
                .collect(),
            measured: Some(self.measured(items, wrap, creation.what)),
            assumptions,
            footprint: written.footprint,
        })
    }

    fn measured(&self, items: &Counted, wrap: Wrap<'_>, what: Empty) -> Measured {
        let asks = self.shape.site.descendants().any(|node| node.kind() == Kind::ElseClause);
        let form = match wrap {
            Wrap::Nothing => "counter",
            Wrap::Dict => "dict-of-counter",
            Wrap::Call(_) => "defaultdict-of-counter",
        };
        let (case, form) = match (what, items) {
            (Empty::Counter, _) => ("count-in-counter", "counter"),
            (Empty::DefaultDict, _) => ("count-in-defaultdict", form),
            (_, Counted::Keys) => ("count-computed", "dict-of-counter"),
            _ if asks => ("count-if-in", form),
            _ => ("count-get", form),
        };
        Measured { case, form }
    }
}

/// What a `Counter` is given.
enum Counted {
    /// What the loop iterates over.
    Items,
    /// An iterator over it, since a mapping would give its own counts.
    Iterated,
    /// A generator of keys.
    Keys,
}

/// What is made of the `Counter`.
#[derive(Clone, Copy)]
enum Wrap<'t> {
    /// Nothing: no code could tell it from the dict.
    Nothing,
    /// A `dict`.
    Dict,
    /// What this call makes, with the counts as one more argument.
    Call(Node<'t>),
}

/// What a value is, if it is empty and can count.
fn made(facts: &Facts<'_>, value: Node<'_>) -> Option<Empty> {
    if let Some(what @ Empty::Dict) = empty(facts, value) {
        return Some(what);
    }
    let call = Call::cast(value).filter(|call| call.arguments.kind() == Kind::ArgumentList)?;
    let name = standard::qualified_name(facts, call.function)?;
    let arguments = call.arguments().list;
    match (name.as_str(), arguments.as_slice()) {
        ("collections.Counter", []) => Some(Empty::Counter),
        ("collections.defaultdict", [Argument::Positional(factory)]) => {
            let zero = match factory.kind() {
                Kind::Identifier => factory.text() == "int" && facts.model().is_builtin(*factory),
                Kind::Lambda => {
                    let body = factory.child(Field::Body).is_some_and(|body| body.text() == "0");
                    body && factory.child(Field::Parameters).is_none()
                }
                _ => false,
            };
            (zero && value.descendants().all(|node| node.kind() != Kind::Comment))
                .then_some(Empty::DefaultDict)
        }
        _ => None,
    }
}
