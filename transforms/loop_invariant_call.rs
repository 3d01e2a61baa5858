//! `loop-invariant-call`: a call that gives the same value at every turn of a loop is made once, in front of it.
//!
//! See `loop-invariant-call.md`. What is called, and what becomes of its value, is told by `call`.

#[path = "loop_invariant_call/call.rs"]
mod call;

use crate::edit::render::moved;
use crate::edit::{Assumption, Decline, Edit, Fix, Hoist, HoistForm, Verdict};
use crate::engine::{Cx, Gain, Meta, Transform};
use crate::semantic::comments::comments_in;
use crate::semantic::guards::{self, Asked, Guarded};
use crate::semantic::{Class, Facts, Reason, Refusal, Resolution, Type};
use crate::syntax::{Attribute, Call, Field, Kind, Node};
use crate::text::PythonVersion;

use super::hoisting::{moved_assignment, name_scope, repeats, widest};
use call::Candidate;

/// The transform.
pub struct LoopInvariantCall;

static META: Meta = Meta {
    id: "loop-invariant-call",
    summary: "a call that gives the same at every turn of a loop is made once, in front of it",
    page: include_str!("loop-invariant-call.md"),
    kinds: &[Kind::Call],
    needles: &[r"(?:for|while)\b"],
    reasons: &[
        Reason::ClassScope,
        Reason::DynamicScope,
        Reason::ClassUnknown,
        Reason::SubclassInTheWay,
        Reason::MayFailEarly,
        Reason::OperandChanges,
        Reason::FreshObject,
        Reason::NotEveryTurn,
        Reason::Replaced,
        Reason::NoGain,
        Reason::CommentInTheWay,
        Reason::SharedLine,
        Reason::FormattingOff,
    ],
    oldest: PythonVersion::PY27,
    priority: 60,
};

impl Transform for LoopInvariantCall {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, node: Node<'_>, cx: &Cx<'_>) -> Verdict {
        let facts = cx.facts;
        let candidate = Candidate::of(facts, node).ok_or(Decline::NotThisShape)?;
        let mut assumptions = Vec::new();
        let (anchor, value) = match proven(facts, &candidate) {
            Ok(found) => found.ok_or(Decline::NotThisShape)?,
            Err(hindrance) => {
                let (anchor, assumption) = assumed(facts, &candidate, &hindrance).ok_or(hindrance)?;
                assumptions.push(assumption);
                (anchor, Type::exact(Class::Int))
            }
        };
        let scope = facts.body_scope(anchor);
        let measured = candidate.measured(facts);
        is_worth_a_line(cx, &candidate)?;
        moves_in_one_piece(cx, node)?;
        let mut fix = Fix {
            transform: META.id,
            message: format!("call `{}` before the loop", candidate.name),
            range: node.range(),
            edits: Vec::new(),
            strings: Vec::new(),
            hoists: Vec::new(),
            imports: Vec::new(),
            measured: Some(measured),
            assumptions,
            footprint: vec![node.range()],
        };
        let moves = || moved_assignment(facts, node, anchor, scope);
        if (Candidate::may_keep(facts, &value) || candidate.is_kept_unchanged(facts))
            && let Some((edits, lines)) = moves()
        {
            fix.edits = edits;
            fix.footprint = vec![lines];
            return Ok(fix);
        }
        candidate.shares(facts, &value)?;
        let source = anchor.source();
        let indentation = source.slice(source.indentation(anchor.range().start));
        fix.hoists = vec![Hoist {
            form: HoistForm::Value,
            anchor: anchor.range().start,
            expression: moved(node, indentation),
            name: candidate.new_name(&value).to_owned(),
            scope: name_scope(facts, scope),
            uses: vec![Edit::replace(node.range(), candidate.gap())],
        }];
        Ok(fix)
    }
}

/// The statement before which the call is surely the same as at every turn, and what it gives.
fn proven<'t>(facts: &Facts<'_>, candidate: &Candidate<'t>) -> Guarded<Option<(Node<'t>, Type)>> {
    let node = candidate.call.node;
    let value = guards::total_value(facts, node)?;
    // with mock.patch('math.sqrt', fake): math.sqrt(4)
    for call in node.descendants().filter_map(Call::cast) {
        if call.function.kind() == Kind::Identifier || guards::standard_function(facts, call.function) {
            guards::not_patched(facts, call.function)?;
        }
    }
    let anchor = widest(facts, node, |region| {
        guards::own_names(facts, region)?;
        guards::unchanged(facts, node, region)
    })?;
    let Some(anchor) = anchor else { return Ok(None) };
    // for x in xs:
    //     if x < 0: print(text.upper())   # a long text, which nobody may ask for
    // except KeyError: report(text.upper())
    let rarely = candidate.takes_time() && !candidate.is_made_every_turn(anchor);
    // The header of an inner loop is judged by what it gains.
    let begins = |holder: Node<'_>, inner: Node<'_>| {
        holder.kind() == Kind::ForStatement && inner.field() == Field::Right
    };
    let is_hot = guards::is_hot(node, |holder, inner| repeats(holder, inner) || begins(holder, inner));
    if rarely || !is_hot {
        facts.refuse(Refusal::about(Reason::NotEveryTurn, node.range(), node.text()))?;
    }
    Ok(Some((anchor, value)))
}

/// The same for the length of something that a person would take for a collection which the loop leaves alone, with
/// what has to be assumed, since `hindrance` is in the way.
fn assumed<'t>(
    facts: &Facts<'_>,
    candidate: &Candidate<'t>,
    hindrance: &Refusal,
) -> Option<(Node<'t>, Assumption)> {
    // other = seen                           # a list of this function that more than this loop knows
    let unproven = matches!(hindrance.reason, Reason::ClassUnknown | Reason::MayFailEarly);
    let node = candidate.call.node;
    let measured = candidate.call.sole_argument().filter(|_| unproven && candidate.name == "len")?;
    let anchor = widest(facts, node, |region| {
        guards::own_names(facts, region)?;
        guards::holds_same(facts, root_of(measured), region)?;
        let alone = guards::looks_like_collection(facts, region, measured, Asked::Again).is_some()
            && !is_handed_on(facts, region, measured)
            && !is_waited_for(facts, region, node);
        if !alone || !candidate.is_made_every_turn(region) {
            return Err(hindrance.clone());
        }
        Ok(())
    });
    let name = measured.text();
    let mut reasons = vec![hindrance.sentence()];
    reasons.extend(guards::what_would_tell(facts, measured));
    Some((
        anchor.ok()??,
        Assumption {
            id: "length-unchanged",
            sentence: format!("`{name}` has a length, which nothing changes while the loop runs"),
            unproven: reasons,
        },
    ))
}

/// Whether the loop seems to wait for another length: nothing else in its condition is bound by it.
///
/// ```python
/// while len(waiting) > 0: work()
/// ```
fn is_waited_for(facts: &Facts<'_>, region: Node<'_>, node: Node<'_>) -> bool {
    let Some(condition) = region.child(Field::Condition).filter(|condition| condition.holds(node)) else {
        return false;
    };
    let model = facts.model();
    let mut reads = condition.descendants().filter_map(|part| model.reference_at(part)?.variable);
    !reads.any(|variable| model.bindings_in(variable, region.range()).next().is_some())
}

/// Whether the loop calls a method of what holds the collection `measured`, or gives it or its holder to a function.
///
/// ```python
/// while at < len(self.lines): self.read_more()
/// while at < len(tokens): at = parse(tokens, at)
/// ```
fn is_handed_on(facts: &Facts<'_>, region: Node<'_>, measured: Node<'_>) -> bool {
    let model = facts.model();
    let Resolution::Variable(variable) = model.resolve(root_of(measured)) else { return true };
    // len(self)
    if measured.text() == "self" {
        return true;
    }
    let parts: Vec<&str> = std::iter::successors(Some(measured), |part| Some(Attribute::cast(*part)?.object))
        .map(|part| part.text())
        .collect();
    let mut references = model.references_in(variable, region.range());
    references.any(|found| {
        let read = facts.tree().node(found.node);
        let part = read.chain().take_while(|part| parts.contains(&part.text())).last().unwrap_or(read);
        let Some(parent) = part.parent() else { return true };
        let call_of = |function: Node<'_>| {
            let call = function.parent().and_then(Call::cast);
            call.is_some_and(|call| call.function == function)
        };
        match parent.kind() {
            Kind::ArgumentList => parent.parent().and_then(Call::cast).is_none_or(|call| {
                !LOOKERS.contains(&call.function.text()) || !model.is_builtin(call.function)
            }),
            Kind::KeywordArgument | Kind::Assignment | Kind::Yield | Kind::ListSplat => true,
            Kind::Attribute => call_of(parent) && part.text() != measured.text(),
            _ => false,
        }
    })
}

/// Builtins that leave what they are given alone, as far as it is a collection.
const LOOKERS: &[&str] = &[
    "enumerate",
    "len",
    "list",
    "max",
    "min",
    "print",
    "range",
    "reversed",
    "sorted",
    "sum",
    "tuple",
    "zip",
];

/// The name that a name or an attribute begins with.
fn root_of(expression: Node<'_>) -> Node<'_> {
    Attribute::cast(expression).map_or(expression, |attribute| root_of(attribute.object))
}

/// ```python
/// for x in xs: print(len(  # of all
///     name))
/// ```
fn moves_in_one_piece(cx: &Cx<'_>, node: Node<'_>) -> Guarded {
    match comments_in(cx.tree, node.range()).next() {
        Some(comment) => cx.facts.refuse(Refusal::new(Reason::CommentInTheWay, comment.range())),
        None => Ok(()),
    }
}

/// That the target was measured to gain, or that somebody asked for it.
///
/// ```python
/// for row in rows:
///     for i in range(len(names)): ...    # one call for all turns of the inner loop
/// ```
fn is_worth_a_line(cx: &Cx<'_>, candidate: &Candidate<'_>) -> Guarded {
    let node = candidate.call.node;
    let gain = Gain::of(META.id, candidate.measured(cx.facts), node.source().target().oldest);
    let faster = gain.is_some_and(|gain| gain.is_faster()) && !candidate.is_only_in_header();
    if !faster && !cx.config.takes_slower(META.id) {
        cx.facts.refuse(Refusal::new(Reason::NoGain, node.range()))?;
    }
    Ok(())
}
