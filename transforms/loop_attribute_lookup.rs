//! `loop-attribute-lookup`: a function or method that a loop looks up at every turn is looked up once, before it.
//!
//! See `loop-attribute-lookup.md`. What calls count, and how they are written, is in `lookups`.

use crate::edit::{Assumption, Decline, Measured, Verdict};
use crate::engine::{Cx, Meta, Transform};
use crate::semantic::guards::{self, Guarded};
use crate::semantic::{Class, Facts, Reason, Refusal, Resolution, ScopeKind, VariableId};
use crate::syntax::{Attribute, Call, Kind, Node};
use crate::text::PythonVersion;

use super::hoisting::{loops, repeats};
use super::lookups::{Lookup, function_around, has_method, local_name};

/// The transform.
pub struct LoopAttributeLookup;

static META: Meta = Meta {
    id: "loop-attribute-lookup",
    summary: "a function or method that a loop looks up at every turn is looked up once, in front of it",
    page: include_str!("loop-attribute-lookup.md"),
    kinds: &[Kind::Call],
    needles: &[r"(?:for|while)\b", r"\."],
    reasons: &[
        Reason::ModuleLevel,
        Reason::ClassScope,
        Reason::DynamicScope,
        Reason::ReceiverRebound,
        Reason::UnboundBefore,
        Reason::ImportMayNotHaveRun,
        Reason::Replaced,
        Reason::Suspended,
        Reason::SharedLine,
        Reason::FormattingOff,
        Reason::NoGain,
    ],
    oldest: PythonVersion::PY27,
    priority: Meta::LAST,
};

/// Releases from which on an attribute that is looked up again was measured to be found as fast as a local variable:
/// they remember in the place where it was found.
const FOUND_AS_FAST: PythonVersion = PythonVersion::new(3, 11);

/// Functions by whose names code is known to be dangerous for other rewrites, here or in another file.
const KNOWN_BY_NAME: &[&str] = &[
    "_current_frames",
    "_getframe",
    "attrgetter",
    "configure_mock",
    "currentframe",
    "delitem",
    "dict",
    "getinnerframes",
    "getmembers",
    "getouterframes",
    "import_module",
    "make_dataclass",
    "methodcaller",
    "multiple",
    "new_class",
    "next",
    "object",
    "patch",
    "reload",
    "send",
    "set_trace",
    "setattr",
    "setitem",
    "stack",
    "swap_attr",
    "swap_item",
    "throw",
    "trace",
];

impl Transform for LoopAttributeLookup {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, node: Node<'_>, cx: &Cx<'_>) -> Verdict {
        let candidate = Candidate::of(cx.facts, node).ok_or(Decline::NotThisShape)?;
        candidate.verdict(cx)
    }
}

/// Whose attribute it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    /// A module of the standard library.
    Module,
    /// An object of exactly this class of the interpreter, whose methods nobody can replace.
    Builtin(Class),
    /// Something else.
    Anything,
}

/// A call of an attribute in a loop.
struct Candidate<'t> {
    call: Call<'t>,
    attribute: Attribute<'t>,
    /// The name at the root of the attribute.
    root: Node<'t>,
    variable: VariableId,
    owner: Owner,
    /// The loops around, from the innermost.
    loops: Vec<Node<'t>>,
}

impl<'t> Candidate<'t> {
    fn of(facts: &Facts<'_>, node: Node<'t>) -> Option<Self> {
        let call = Call::cast(node)?;
        let attribute = Attribute::cast(call.function)?;
        let name = attribute.name.text();
        (local_name(name).is_some() && !KNOWN_BY_NAME.contains(&name)).then_some(())?;
        let root = match Attribute::cast(attribute.object) {
            Some(package) => package.object,
            None => attribute.object,
        };
        // `__all__.append(name)` is read as it is spelled.
        let plain = root.kind() == Kind::Identifier && !root.text().starts_with("__");
        (plain && guards::is_hot(node, repeats)).then_some(())?;
        let loops = loops(facts, node);
        let outermost = *loops.last()?;
        // rows.sort(key=lambda row: [math.sqrt(x) for x in row])
        (facts.body_scope(outermost) == facts.body_scope(node)).then_some(())?;
        let Resolution::Variable(variable) = facts.model().resolve(root) else { return None };
        let owner = owner(facts, &call, attribute);
        // Only of modules is it known that the attribute of an attribute stays what it is.
        (owner == Owner::Module || root == attribute.object).then_some(())?;
        Some(Self { call, attribute, root, variable, owner, loops })
    }

    fn verdict(&self, cx: &Cx<'_>) -> Verdict {
        let facts = cx.facts;
        let site = self.lookup_site(facts)?.ok_or(Decline::NotThisShape)?;
        let resolved = facts.model().resolve(self.root);
        let same =
            |other: Node<'_>| root_of(other).is_some_and(|root| facts.model().resolve(root) == resolved);
        let lookup = Lookup::first(facts, self.call.function, site, same).ok_or(Decline::NotThisShape)?;
        let named = cx.config.selection.names(META.id);
        let short = named || lookup.is_in_short_turn(facts);
        if self.owner == Owner::Anything && !(short && Self::is_always_called(facts, &lookup)) {
            return Err(Decline::NotThisShape);
        }
        function_around(facts, site)?;
        let assumptions = match self.owner {
            Owner::Module => {
                guards::import_has_run(facts, self.variable, self.root, site)?;
                guards::not_patched(facts, self.call.function)?;
                Vec::new()
            }
            Owner::Builtin(_) => {
                guards::stays_the_same(facts, self.variable, self.root, site)?;
                Vec::new()
            }
            Owner::Anything => {
                guards::stays_the_same(facts, self.variable, self.root, site)?;
                guards::not_replaced(facts, self.attribute.object, self.attribute.name)?;
                guards::not_suspended(facts, self.call.function, site)?;
                self.assumptions(facts, &lookup)
            }
        };
        if !named && (!short || site.source().target().oldest >= FOUND_AS_FAST) {
            not_worthwhile(facts, self.call.function)?;
        }
        let name = self.attribute.name.text();
        lookup.fix(facts, META.id, name, self.measured(), assumptions).ok_or(Decline::NotThisShape)
    }

    /// The outermost loop in which the object stays the same; `None` where it is another one at every turn.
    fn lookup_site(&self, facts: &Facts<'_>) -> Guarded<Option<Node<'t>>> {
        let model = facts.model();
        let bound_in = |site: &Node<'_>| model.bindings_in(self.variable, site.range()).next().is_some();
        if self.owner == Owner::Module {
            return Ok(self.loops.last().copied());
        }
        if let Some(site) = self.loops.iter().rev().find(|site| !bound_in(site)) {
            return Ok(Some(*site));
        }
        // batch = []
        // for x in xs:
        //     batch.append(x)
        //     if len(batch) == 2: batch = []
        let (Some(innermost), true) = (self.loops.first(), self.owner != Owner::Anything) else {
            return Ok(None);
        };
        let bound = model.variable(self.variable).bindings.iter().map(|id| model.binding(*id).node);
        let bound_before = bound
            .map(|node| facts.tree().node(node))
            .any(|node| node.range().start < innermost.range().start);
        if bound_before && function_around(facts, *innermost).is_ok() {
            // Without a loop that keeps the object there is nothing to go on with.
            return Err(Refusal::about(Reason::ReceiverRebound, self.root.range(), self.root.text()));
        }
        Ok(None)
    }

    /// Whether some call is made at every turn of the loop right around it.
    fn is_always_called(facts: &Facts<'_>, lookup: &Lookup<'t>) -> bool {
        let Some(flow) = facts.flow(facts.body_scope(lookup.site)) else { return false };
        lookup.uses.iter().any(|function| match loops(facts, *function).first() {
            Some(innermost) if matches!(innermost.kind(), Kind::ForStatement | Kind::WhileStatement) => {
                flow.unconditional_in_loop(*function, *innermost)
            }
            _ => true,
        })
    }

    fn assumptions(&self, facts: &Facts<'_>, lookup: &Lookup<'t>) -> Vec<Assumption> {
        let function = self.call.function.text();
        let assumption = |id, sentence| Assumption { id, sentence, unproven: Vec::new() };
        let mut assumptions = vec![
            assumption("not-rebound", format!("nothing rebinds `{function}` during the loop")),
            assumption("lookup-is-quiet", format!("looking up `{function}` has no effect")),
        ];
        let site = lookup.site;
        let surely = facts.flow(facts.body_scope(site)).is_some_and(|flow| {
            let first = lookup.uses.first().is_some_and(|first| flow.unconditional_in_loop(*first, site));
            first && flow.runs_at_least_once(facts.model(), site)
        });
        if !surely {
            let sentence = format!("`{function}` is there, even where the loop would not call it");
            assumptions.push(assumption("lookup-succeeds", sentence));
        }
        assumptions
    }

    /// What was measured that is nearest.
    fn measured(&self) -> Measured {
        let comprehended = self
            .call
            .node
            .ancestors()
            .take_while(|up| !up.is_statement())
            .any(|up| matches!(up.kind(), Kind::ListComprehension | Kind::GeneratorExpression));
        match self.owner {
            Owner::Module if comprehended => Measured::new("module-in-comprehension", "looked-up-once"),
            Owner::Module => Measured::new("module-function", "looked-up-once"),
            Owner::Builtin(Class::Set) => Measured::new("set-method", "looked-up-once"),
            Owner::Builtin(Class::Dict) => Measured::new("dict-method", "looked-up-once"),
            Owner::Builtin(_) => Measured::new("list-method", "looked-up-once"),
            Owner::Anything => Measured::new("own-method", "looked-up-once"),
        }
    }
}

fn root_of(function: Node<'_>) -> Option<Node<'_>> {
    let attribute = Attribute::cast(function)?;
    Some(Attribute::cast(attribute.object).map_or(attribute.object, |package| package.object))
}

fn owner(facts: &Facts<'_>, call: &Call<'_>, attribute: Attribute<'_>) -> Owner {
    if guards::standard_function(facts, call.function) {
        return Owner::Module;
    }
    if attribute.object.kind() != Kind::Identifier {
        return Owner::Anything;
    }
    match facts.type_of(attribute.object).class() {
        Some(class) if has_method(class, attribute.name.text()) && is_seen(facts, attribute.object) => {
            Owner::Builtin(class)
        }
        _ => Owner::Anything,
    }
}

/// Whether the object of a name is surely the same for everybody who reads it while a body runs: a variable of the
/// body, or one that the module binds once.
fn is_seen(facts: &Facts<'_>, name: Node<'_>) -> bool {
    let Resolution::Variable(variable) = facts.model().resolve(name) else { return false };
    let row = facts.model().variable(variable);
    let module = facts.model().scope(row.scope).kind == ScopeKind::Module;
    row.scope == facts.body_scope(name) || (module && row.bindings.len() == 1)
}

/// ```python
/// for x in xs: r += math.sqrt(x)         # as fast since Python 3.11
/// for x in xs: r.append(solved(prepared(x)))
/// ```
fn not_worthwhile(facts: &Facts<'_>, function: Node<'_>) -> Guarded {
    facts.refuse(Refusal::about(Reason::NoGain, function.range(), function.text()))
}
