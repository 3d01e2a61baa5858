//! `loop-global-lookup`: a builtin, or a function imported by name, that a loop looks up at every turn is put into a
//! local variable before it.
//!
//! See `loop-global-lookup.md`. What calls count, and how they are written, is in `lookups`.

use crate::edit::{Decline, Measured, Verdict};
use crate::engine::{Cx, Meta, Transform};
use crate::semantic::guards;
use crate::semantic::{Facts, Reason, Resolution, ScopeKind, VariableId, is_builtin_everywhere};
use crate::syntax::{Call, Kind, Node};
use crate::text::PythonVersion;

use super::hoisting::{loops, repeats};
use super::lookups::{Lookup, function_around};

/// The transform.
pub struct LoopGlobalLookup;

static META: Meta = Meta {
    id: "loop-global-lookup",
    summary: "a builtin or imported function that a loop looks up at every turn becomes a local name",
    page: include_str!("loop-global-lookup.md"),
    kinds: &[Kind::Call],
    needles: &[r"(?:for|while)\b", r"\("],
    reasons: &[
        Reason::ModuleLevel,
        Reason::ClassScope,
        Reason::DynamicScope,
        Reason::ImportMayNotHaveRun,
        Reason::Replaced,
        Reason::SharedLine,
        Reason::FormattingOff,
    ],
    oldest: PythonVersion::PY27,
    priority: Meta::LAST + 1,
};

/// Releases from which on a function that is called often finds a global name that it reads again as fast as a local
/// one: there it is done on request alone.
const FOUND_AS_FAST: PythonVersion = PythonVersion::new(3, 8);

/// Builtins that give the same whatever they are called by, and take so little time that finding them counts. Left out
/// are those by whose names code is known to be dangerous for other rewrites: `next` may end a generator, and `setattr`
/// may change anything.
const FUNCTIONS: &[&str] = &[
    "abs",
    "all",
    "any",
    "bin",
    "bool",
    "bytearray",
    "bytes",
    "callable",
    "chr",
    "complex",
    "dict",
    "divmod",
    "enumerate",
    "float",
    "format",
    "frozenset",
    "hash",
    "hex",
    "id",
    "int",
    "isinstance",
    "issubclass",
    "iter",
    "len",
    "list",
    "long",
    "map",
    "max",
    "min",
    "oct",
    "ord",
    "pow",
    "range",
    "repr",
    "reversed",
    "round",
    "set",
    "slice",
    "sorted",
    "str",
    "sum",
    "tuple",
    "unichr",
    "unicode",
    "xrange",
    "zip",
];

impl Transform for LoopGlobalLookup {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, node: Node<'_>, cx: &Cx<'_>) -> Verdict {
        let facts = cx.facts;
        let named = cx.config.selection.names(META.id);
        if !named && node.source().target().oldest >= FOUND_AS_FAST {
            return Err(Decline::NotThisShape);
        }
        let call = Call::cast(node).ok_or(Decline::NotThisShape)?;
        let name = call.function;
        if name.kind() != Kind::Identifier || !guards::is_hot(node, repeats) {
            return Err(Decline::NotThisShape);
        }
        let site = loops(facts, node).pop().ok_or(Decline::NotThisShape)?;
        if facts.body_scope(site) != facts.body_scope(node) {
            return Err(Decline::NotThisShape);
        }
        let known = Known::of(facts, name).ok_or(Decline::NotThisShape)?;
        let resolved = facts.model().resolve(name);
        let same = |other: Node<'_>| facts.model().resolve(other) == resolved;
        let lookup = Lookup::first(facts, name, site, same).ok_or(Decline::NotThisShape)?;
        if !named && !lookup.is_in_short_turn(facts) {
            return Err(Decline::NotThisShape);
        }
        // Who did not ask does not want to hear of every call at the module level.
        if !named && facts.model().scope(facts.body_scope(site)).kind == ScopeKind::Module {
            return Err(Decline::NotThisShape);
        }
        function_around(facts, site)?;
        if let Known::Imported(variable) = known {
            guards::import_has_run(facts, variable, name, site)?;
        }
        guards::not_patched(facts, name)?;
        lookup.fix(facts, META.id, name.text(), known.measured(name), Vec::new()).ok_or(Decline::NotThisShape)
    }
}

/// What a name stands for.
#[derive(Clone, Copy)]
enum Known {
    Builtin,
    /// A function of the standard library, in a variable of the module.
    Imported(VariableId),
}

impl Known {
    fn of(facts: &Facts<'_>, name: Node<'_>) -> Option<Self> {
        match facts.model().resolve(name) {
            Resolution::Builtin => {
                let there =
                    FUNCTIONS.contains(&name.text()) && is_builtin_everywhere(name.source(), name.text());
                there.then_some(Self::Builtin)
            }
            Resolution::Variable(variable) => {
                let global =
                    facts.model().scope(facts.model().variable(variable).scope).kind == ScopeKind::Module;
                (global && guards::standard_function(facts, name)).then_some(Self::Imported(variable))
            }
            Resolution::Unknown => None,
        }
    }

    fn measured(self, name: Node<'_>) -> Measured {
        let case = match (self, name.text()) {
            (Self::Imported(_), _) => "imported",
            (_, "isinstance") => "isinstance",
            (_, "str") => "str",
            _ => "len",
        };
        Measured::new(case, "local")
    }
}
