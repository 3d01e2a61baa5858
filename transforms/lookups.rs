//! What the transforms share that look a function up once, before a loop, and call it through a local variable.

use std::collections::BTreeSet;

use crate::edit::{Assumption, Edit, Fix, Hoist, HoistForm, Measured};
use crate::semantic::comments::comments_in;
use crate::semantic::guards::{self, Guarded};
use crate::semantic::{Class, Facts, Reason, Refusal, ScopeId, ScopeKind};
use crate::syntax::{Attribute, Call, Kind, Node, NodeId};

use super::hoisting::{loops, name_scope, repeats};

/// A function that calls in a loop look up, and where it is to be looked up instead.
pub(super) struct Lookup<'t> {
    /// The loop.
    pub site: Node<'t>,
    /// What the calls write for the function, each time, in document order.
    pub uses: Vec<Node<'t>>,
}

impl<'t> Lookup<'t> {
    /// The calls in the loop `site` that are like the one of `function`, which is the first of them; `None` for others
    /// than the first.
    ///
    /// `same` says whether an expression of the same text is the same function.
    pub(super) fn first(
        facts: &Facts<'_>,
        function: Node<'t>,
        site: Node<'t>,
        same: impl Fn(Node<'_>) -> bool,
    ) -> Option<Self> {
        let mut uses = facts
            .called_in(site, function.text())
            .filter(|it| same(*it) && can_be_named(facts, *it, site))
            .peekable();
        // The others are looked at once, for the first, and not for each of them.
        (uses.peek() == Some(&function)).then(|| Self { site, uses: uses.collect() })
    }

    /// The fix that looks up `expression` before the loop, for `name`, which says what it is called in its own place.
    pub(super) fn fix(
        &self,
        facts: &Facts<'_>,
        transform: &'static str,
        name: &str,
        measured: Measured,
        assumptions: Vec<Assumption>,
    ) -> Option<Fix> {
        let first = *self.uses.first()?;
        let scope = facts.body_scope(self.site);
        let hoist = Hoist {
            form: HoistForm::Value,
            anchor: self.site.range().start,
            expression: first.text().to_owned(),
            name: local_name(name)?,
            scope: name_scope(facts, scope),
            uses: self.uses.iter().map(|it| Edit::delete(it.range())).collect(),
        };
        Some(Fix {
            transform,
            message: format!("look `{}` up once, before the loop", first.text()),
            range: first.range(),
            edits: Vec::new(),
            strings: Vec::new(),
            hoists: vec![hoist],
            imports: Vec::new(),
            measured: Some(measured),
            assumptions,
            footprint: self.uses.iter().map(Node::range).collect(),
        })
    }
}

/// How many calls that take long a turn may make beside those that are rewritten: beside one call of a small function in
/// Python, the rewrite was measured to gain up to a tenth before Python 3.11, beside two of them half as much.
const MOST_LONG_CALLS: usize = 1;

/// Builtins that are known to take no longer than finding them.
const QUICK: &[&str] = &[
    "abs",
    "bool",
    "callable",
    "chr",
    "float",
    "getattr",
    "hasattr",
    "hash",
    "id",
    "int",
    "isinstance",
    "issubclass",
    "len",
    "max",
    "min",
    "ord",
    "range",
    "repr",
    "round",
    "str",
    "type",
];

impl Lookup<'_> {
    /// Whether some turn with the call in it is so short that finding the function counts.
    pub(super) fn is_in_short_turn(&self, facts: &Facts<'_>) -> bool {
        let turns: BTreeSet<NodeId> =
            self.uses.iter().filter_map(|function| turn_of(*function)).map(|turn| turn.id()).collect();
        turns.into_iter().any(|turn| !self.takes_long(facts, facts.tree().node(turn)))
    }

    /// Whether more than [`MOST_LONG_CALLS`] are made in a turn.
    fn takes_long(&self, facts: &Facts<'_>, turn: Node<'_>) -> bool {
        let is_long = |node: &Node<'_>| match node.kind() {
            Kind::ForStatement
            | Kind::WhileStatement
            | Kind::WithStatement
            | Kind::ListComprehension
            | Kind::SetComprehension
            | Kind::DictionaryComprehension
            | Kind::GeneratorExpression => *node != turn,
            Kind::Call => Call::cast(*node).is_some_and(|call| !self.is_quick(facts, call.function)),
            _ => false,
        };
        turn.descendants().filter(is_long).nth(MOST_LONG_CALLS).is_some()
    }

    fn is_quick(&self, facts: &Facts<'_>, function: Node<'_>) -> bool {
        if self.uses.binary_search_by_key(&function.id(), Node::id).is_ok()
            || guards::standard_function(facts, function)
        {
            return true;
        }
        match Attribute::cast(function) {
            Some(method) => METHODS.iter().any(|(_, names)| names.contains(&method.name.text())),
            None => QUICK.contains(&function.text()),
        }
    }
}

/// What is run again and again around `function`: the body of a loop, or a comprehension, which is all turn.
fn turn_of(function: Node<'_>) -> Option<Node<'_>> {
    let mut inner = function;
    for holder in function.ancestors() {
        if repeats(holder, inner) {
            let is_statement = matches!(holder.kind(), Kind::ForStatement | Kind::WhileStatement);
            return Some(if is_statement { inner } else { holder });
        }
        inner = holder;
    }
    None
}

/// Methods that every Python has, by the classes whose exact instances have them.
const METHODS: &[(&[Class], &[&str])] = &[
    (&[Class::List], &["append", "count", "extend", "index", "insert", "pop", "remove", "reverse", "sort"]),
    (
        &[Class::Set],
        &[
            "add",
            "clear",
            "copy",
            "difference",
            "difference_update",
            "discard",
            "intersection",
            "intersection_update",
            "isdisjoint",
            "issubset",
            "issuperset",
            "pop",
            "remove",
            "symmetric_difference",
            "union",
            "update",
        ],
    ),
    (
        &[Class::Dict],
        &["clear", "copy", "get", "items", "keys", "pop", "popitem", "setdefault", "update", "values"],
    ),
    (
        &[Class::Str, Class::Bytes],
        &[
            "count",
            "endswith",
            "find",
            "index",
            "join",
            "lower",
            "lstrip",
            "replace",
            "rfind",
            "rsplit",
            "rstrip",
            "split",
            "startswith",
            "strip",
            "upper",
        ],
    ),
    (&[Class::ByteArray], &["append", "extend", "pop"]),
];

/// Whether an object of exactly this class has this method on every Python.
pub(super) fn has_method(class: Class, name: &str) -> bool {
    METHODS.iter().any(|(classes, names)| classes.contains(&class) && names.contains(&name))
}

/// Whether `function` stands in a call that the loop `site` repeats, where a name may stand for it.
fn can_be_named(facts: &Facts<'_>, function: Node<'_>, site: Node<'_>) -> bool {
    let Some(call) = function.parent() else { return false };
    // f'{out.pop()=}'
    let shown = call
        .ancestors()
        .take_while(|up| !up.is_statement())
        .any(|up| up.kind() == Kind::Interpolation && up.has_token("="));
    !shown
        && facts.body_scope(call) == facts.body_scope(site)
        && guards::is_hot(call, repeats)
        && loops(facts, call).contains(&site)
        && !guards::is_read_as_spelled(call)
        && comments_in(facts.tree(), function.range()).next().is_none()
}

/// The name of the local variable for something called `name`; `None` where there is nothing to make it of.
pub(super) fn local_name(name: &str) -> Option<String> {
    let bare = name.trim_start_matches('_');
    (!bare.is_empty() && !bare.ends_with("__")).then(|| format!("_{bare}"))
}

/// The function whose body runs `site`, if its variables are its own.
///
/// # Errors
///
/// At the module level, in a class body, and where names can be reached by their spelling.
pub(super) fn function_around(facts: &Facts<'_>, site: Node<'_>) -> Guarded<ScopeId> {
    let scope = facts.body_scope(site);
    if facts.model().scope(scope).kind == ScopeKind::Module {
        facts.refuse(Refusal::new(Reason::ModuleLevel, guards::header(site)))?;
    }
    guards::own_names(facts, site)
}
