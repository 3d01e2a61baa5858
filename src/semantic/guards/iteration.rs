//! Guards about what ends an iteration: `StopIteration`, and who catches it.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::super::effects::{self, Effects};
use super::super::{Class, Facts, Reason, Refusal, Type};
use super::Guarded;
use crate::syntax::{Attribute, Call, Field, Function, Kind, Node, NodeId, SyntaxTree};

/// That nobody near waits for a `StopIteration` from `evaluated`, which leaves a generator as another exception.
///
/// ```python
/// try:
///     for x in xs: r.append(pull(source))
/// except StopIteration:
///     pass
/// ```
///
/// # Errors
///
/// When code that is not known runs in `evaluated`, and this body may go on after an exception of it.
pub fn no_stop_iteration(facts: &Facts<'_>, evaluated: &[Node<'_>], site: Node<'_>) -> Guarded {
    let calls = |part: &&Node<'_>| effects::of_expression(facts, **part).contains(Effects::CALLS_UNKNOWN);
    match evaluated.iter().find(calls).filter(|_| is_caught_around(site)) {
        Some(part) => facts.refuse(Refusal::new(Reason::StopsIteration, part.range())),
        None => Ok(()),
    }
}

/// Whether the call `node` may raise `StopIteration` for all that this file shows, which a generator does not hand on:
/// `next(iterator)` without a default, or a function of the file that has such a call.
pub(super) fn may_stop_iteration(facts: &Facts<'_>, node: Node<'_>) -> bool {
    let Some(call) = Call::cast(node) else { return false };
    is_next(call) || called_name(call).is_some_and(|name| facts.stopping_functions().contains(name))
}

/// Whether a call is `next(iterator)` without a default, in any spelling.
fn is_next(call: Call<'_>) -> bool {
    let method = Attribute::cast(call.function).map(|method| method.name.text());
    // from six import next
    let next = call.function.text() == "next";
    matches!(method, Some("next" | "__next__")) || (next && call.sole_argument().is_some())
}

/// The name of the function or method that is called.
fn called_name(call: Call<'_>) -> Option<&str> {
    match Attribute::cast(call.function) {
        Some(method) => Some(method.name.text()),
        None => Some(call.function).filter(|it| it.kind() == Kind::Identifier).map(|it| it.text()),
    }
}

/// What a function of the file does when it is called.
#[derive(Default)]
struct Doings<'t> {
    stops: bool,
    /// A generator runs nothing when it is called, and lets no `StopIteration` out.
    generates: bool,
    calls: Vec<&'t str>,
}

/// The names of the functions of `tree` of which a call may raise `StopIteration` for all that the file shows.
pub(in crate::semantic) fn stopping_functions<'t>(tree: &'t SyntaxTree<'t>) -> HashSet<&'t str> {
    if !["StopIteration", "next"].iter().any(|word| tree.mentions(word)) {
        return HashSet::new();
    }
    let mut doings: BTreeMap<NodeId, Doings<'t>> = BTreeMap::new();
    for node in tree.nodes() {
        let (is_stop, called) = match node.kind() {
            Kind::Yield => (false, None),
            Kind::RaiseStatement => (node.text().contains("StopIteration"), None),
            Kind::Call => match Call::cast(node) {
                Some(call) => (is_next(call), called_name(call)),
                None => continue,
            },
            _ => continue,
        };
        let Some(function) = run_by(node) else { continue };
        let doings = doings.entry(function.id()).or_default();
        doings.stops |= is_stop;
        doings.generates |= node.kind() == Kind::Yield;
        doings.calls.extend(called);
    }
    doings.retain(|_, doings| !doings.generates);
    let named = |id: NodeId| tree.node(id).child(Field::Name).map(|name| name.text());
    let mut callers: HashMap<&str, Vec<&str>> = HashMap::new();
    for (id, doings) in &doings {
        for called in &doings.calls {
            callers.entry(called).or_default().extend(named(*id));
        }
    }
    let mut open: Vec<&str> =
        doings.iter().filter(|(_, doings)| doings.stops).filter_map(|(id, _)| named(*id)).collect();
    let mut stopping = HashSet::new();
    while let Some(name) = open.pop() {
        if stopping.insert(name) {
            open.extend(callers.get(name).into_iter().flatten());
        }
    }
    stopping
}

/// The function in whose body `part` stands, and not in a function within.
fn run_by(part: Node<'_>) -> Option<Node<'_>> {
    let holder = part.ancestors().find(|up| matches!(up.kind(), Kind::FunctionDefinition | Kind::Lambda))?;
    Function::cast(holder).filter(|function| function.body.holds(part)).map(|function| function.node)
}

/// Whether a `try` or `with` around `site` in its body may catch `StopIteration`, or what becomes of it.
fn is_caught_around(site: Node<'_>) -> bool {
    const OTHERS: &[&str] = &[
        "ArithmeticError",
        "AssertionError",
        "AttributeError",
        "EOFError",
        "IOError",
        "ImportError",
        "IndexError",
        "KeyError",
        "KeyboardInterrupt",
        "LookupError",
        "NameError",
        "OSError",
        "OverflowError",
        "SystemExit",
        "TypeError",
        "UnicodeDecodeError",
        "UnicodeEncodeError",
        "UnicodeError",
        "ValueError",
        "ZeroDivisionError",
    ];
    let other = |name: Node<'_>| OTHERS.contains(&name.text());
    // A handler of every exception that does not look at it treats them all alike.
    let general = |name: Node<'_>| matches!(name.text(), "Exception" | "BaseException");
    let indifferent = |clause: Node<'_>| {
        let mut tested = clause.named_children().filter(|part| part.kind() != Kind::Block);
        match (tested.next(), tested.next()) {
            (None, _) => true,
            (Some(only), None) => match only.kind() {
                Kind::AsPattern => only.named_children().next().is_some_and(other),
                Kind::Tuple => only.named_children().all(other),
                _ => other(only) || general(only),
            },
            (Some(first), Some(_)) => other(first),
        }
    };
    // with suppress(StopIteration), with self.assertRaises(StopIteration)
    let chooses = |statement: Node<'_>| {
        let clause = statement.named_children().find(|part| part.kind() == Kind::WithClause);
        let words = ["StopIteration", "suppress", "raises", "Raises"];
        clause.is_none_or(|clause| words.iter().any(|word| clause.text().contains(word)))
    };
    let mut inner = site;
    for holder in site.ancestors() {
        match holder.kind() {
            Kind::FunctionDefinition => return false,
            Kind::WithStatement if chooses(holder) => return true,
            Kind::TryStatement if inner.field() == Field::Body => {
                let mut clauses = holder.named_children().filter(|part| part.kind() == Kind::ExceptClause);
                if clauses.any(|clause| !indifferent(clause)) {
                    return true;
                }
            }
            _ => {}
        }
        inner = holder;
    }
    false
}

/// What `map` can call for every item to get `element`: `int` for `int(x)`, `str.upper` for `x.upper()`; `None` when
/// it is no such call.
///
/// ```python
/// class Odd:
///     def __int__(self): raise StopIteration     # `map` would end quietly
/// ```
///
/// # Errors
///
/// When an item may have a type for which code of a user's runs.
pub fn mapped_builtin(
    facts: &Facts<'_>,
    element: Node<'_>,
    target: Node<'_>,
    items: &Type,
) -> Guarded<Option<String>> {
    let Some(call) = Call::cast(element) else { return Ok(None) };
    let refusal = || Refusal::new(Reason::StopsIteration, element.range());
    if let Some(method) = Attribute::cast(call.function) {
        let plain = method.object.kind() == Kind::Identifier && method.object.text() == target.text();
        let no_arguments = call.arguments().list.is_empty() && call.arguments.kind() == Kind::ArgumentList;
        if !plain || !no_arguments || !STR_METHODS.contains(&method.name.text()) {
            return Ok(None);
        }
        if !items.is(Class::Str) {
            facts.refuse(refusal())?;
        }
        return Ok(Some(format!("str.{}", method.name.text())));
    }
    let Some(argument) = call.sole_argument() else { return Ok(None) };
    let same = argument.kind() == Kind::Identifier && argument.text() == target.text();
    let builtin = call.function.kind() == Kind::Identifier && facts.model().is_builtin(call.function);
    if !same || !builtin {
        return Ok(None);
    }
    if !effects::runs_no_user_code(call.function.text(), std::slice::from_ref(items)) {
        facts.refuse(refusal())?;
    }
    Ok(Some(call.function.text().to_owned()))
}

/// Methods of `str` that take no argument and that every supported Python has.
const STR_METHODS: &[&str] = &[
    "capitalize",
    "isalnum",
    "isalpha",
    "isdigit",
    "islower",
    "isspace",
    "istitle",
    "isupper",
    "lower",
    "lstrip",
    "rstrip",
    "split",
    "splitlines",
    "strip",
    "swapcase",
    "title",
    "upper",
];
