//! The questions that transforms ask before they rewrite: a closed vocabulary.
//!
//! Each guard stands under a piece of Python that would break without it, and refuses with the reason. A
//! guard that is missing is added here, for everyone.

use super::effects::{self, Effects};
use super::{
    Answer, BindingKind, Class, Facts, Flow, Reason, Refusal, Resolution, ScopeId, ScopeKind, Taints, Type,
    VariableId,
};
use crate::syntax::{Argument, Attribute, Call, Field, Kind, Node};
use crate::text::{PythonVersion, Range};

/// What a guard says.
pub type Guarded<T = ()> = Result<T, Refusal>;

/// The body that `node` runs in, if its names are known to be its own.
///
/// ```python
/// class C:
///     k = 2
///     r = []
///     for x in y: r.append(x * k)      # a comprehension does not see `k`
/// ```
///
/// # Errors
///
/// In a class body, and where names can be reached by their spelling.
pub fn own_names(facts: &Facts<'_>, node: Node<'_>) -> Guarded<ScopeId> {
    let model = facts.model();
    let scope = facts.body_scope(node);
    let row = model.scope(scope);
    let reached = match row.kind {
        // def caller(): return sys._getframe(1).f_code.co_name
        ScopeKind::Function if model.any_taint().contains(Taints::FRAMES) => true,
        ScopeKind::Function => row.taints.intersects(Taints::LOCALS | Taints::EVAL | Taints::STAR_IMPORT),
        ScopeKind::Module => model.any_taint().intersects(Taints::all() - Taints::STAR_IMPORT),
        _ => return Err(Refusal::new(Reason::ClassScope, header(node))),
    };
    if reached { Err(Refusal::new(Reason::DynamicScope, header(node))) } else { Ok(scope) }
}

/// That `name`, read where `node` stands, is the builtin.
///
/// ```python
/// def list(x): return 'mine'
/// ```
///
/// # Errors
///
/// When the name is bound anywhere that is visible there, or could be.
pub fn builtin(facts: &Facts<'_>, node: Node<'_>, name: &str) -> Guarded {
    match facts.model().lookup(facts.model().scope_of(node), name) {
        Resolution::Builtin => Ok(()),
        _ => Err(Refusal::about(Reason::NotBuiltin, header(node), name)),
    }
}

/// The variable that `identifier` means, if it belongs to `scope` itself and no other scope binds it.
///
/// ```python
/// def f():
///     global R
///     R = []
/// ```
///
/// # Errors
///
/// When another scope holds it or binds it, with `reason`.
pub fn own_variable(
    facts: &Facts<'_>,
    identifier: Node<'_>,
    scope: ScopeId,
    reason: Reason,
) -> Guarded<VariableId> {
    let refusal = || Refusal::about(reason, identifier.range(), identifier.text());
    let Resolution::Variable(id) = facts.model().resolve(identifier) else { return Err(refusal()) };
    let variable = facts.model().variable(id);
    let elsewhere = variable.bindings.iter().any(|binding| {
        let bound_in = facts.model().binding(*binding).scope;
        facts.model().function_scope_of(bound_in) != scope
    });
    let declared =
        variable.is_declared_global() && facts.model().scope(variable.scope).kind != ScopeKind::Module;
    if variable.scope != scope || elsewhere || declared || variable.is_declared_nonlocal() {
        return Err(refusal());
    }
    Ok(id)
}

/// That a line can be inserted before the statement `anchor`.
///
/// ```python
/// def f():
///     \
/// for x in xs: pass
/// ```
///
/// # Errors
///
/// When something else, or the end of a continued line, stands before it on its line.
pub fn begins_line(anchor: Node<'_>) -> Guarded {
    if anchor.source().begins_line(anchor.range().start) {
        Ok(())
    } else {
        Err(Refusal::new(Reason::SharedLine, header(anchor)))
    }
}

/// That nobody can tell whether the target `identifier` of `site` was ever bound by it.
///
/// ```python
/// for x in xs: r.append(x)
/// print(x)
/// ```
///
/// # Errors
///
/// When the name is read on a way out of `site`, in a nested scope, or possibly by another file.
pub fn vanishes(facts: &Facts<'_>, identifier: Node<'_>, site: Node<'_>, scope: ScopeId) -> Guarded {
    let model = facts.model();
    let name = identifier.text();
    let id = own_variable(facts, identifier, scope, Reason::TargetNotLocal)?;
    if outlives(facts, id) {
        return Err(Refusal::about(Reason::TargetCaptured, identifier.range(), name));
    }
    let at = |node| facts.tree().node(node).range();
    let Some(flow) = facts.flow(scope) else { return Err(Refusal::new(Reason::DynamicScope, header(site))) };
    if !flow.knows(identifier) {
        return Err(Refusal::about(Reason::TargetReadLater, identifier.range(), name));
    }
    if let Some(read) = flow.read_after(model, id, site) {
        return Err(Refusal::about(Reason::TargetReadLater, at(read), name));
    }
    // print(x)                           # UnboundLocalError, unless the name stops being a local one
    // for x in xs: r.append(x)
    // for x in ys: r.append(x)           # goes in the same round
    let outside = |node: &_| !site.range().contains(at(*node));
    let mut reads = model.variable(id).references.iter().map(|id| model.reference(*id).node).filter(outside);
    if model.scope(scope).kind == ScopeKind::Function
        && let Some(read) = reads.find(|read| flow.maybe_unbound(model, id, facts.tree().node(*read)))
    {
        return Err(Refusal::about(Reason::TargetReadLater, at(read), name));
    }
    if model.scope(scope).kind == ScopeKind::Module {
        unseen_outside(facts, name, identifier.range(), Reason::TargetPublic)?;
    }
    Ok(())
}

/// Whether a nested scope that may run later than the code around it reads or writes the variable. A generator
/// expression that a builtin consumes on the spot does not.
///
/// ```python
/// for x in xs: r.append(lambda: x)
/// for x in xs:
///     if any(x < y for y in ys): r.append(x)      # over when the condition is
/// ```
pub fn outlives(facts: &Facts<'_>, variable: VariableId) -> bool {
    let model = facts.model();
    let row = model.variable(variable);
    if !row.is_captured_by_closure() {
        return false;
    }
    let later = |scope: ScopeId| {
        model.enclosing(scope).take_while(|id| *id != row.scope).any(|id| {
            let nested = model.scope(id);
            let node = nested.node.map(|node| facts.tree().node(node));
            nested.kind != ScopeKind::Comprehension
                || node.is_none_or(|node| !is_consumed_at_once(facts, node))
        })
    };
    row.references.iter().any(|id| later(model.reference(*id).scope))
        || row.bindings.iter().any(|id| later(model.binding(*id).scope))
}

/// Whether a comprehension is over when the expression around it is: it is no generator, or a builtin that
/// keeps nothing consumes it.
fn is_consumed_at_once(facts: &Facts<'_>, comprehension: Node<'_>) -> bool {
    const CONSUMERS: &[&str] =
        &["all", "any", "sum", "min", "max", "sorted", "list", "tuple", "set", "frozenset", "dict"];
    if comprehension.kind() != Kind::GeneratorExpression {
        return true;
    }
    let holder = match comprehension.parent() {
        Some(list) if list.kind() == Kind::ArgumentList => list.parent(),
        other => other,
    };
    let call = holder.and_then(Call::cast).filter(|call| call.function.kind() == Kind::Identifier);
    call.is_some_and(|call| {
        let first = call.arguments().list.first().is_some_and(
            |argument| matches!(argument, Argument::Positional(value) if *value == comprehension),
        );
        first && CONSUMERS.contains(&call.function.text()) && facts.model().is_builtin(call.function)
    })
}

/// That no other file sees `name` of this module.
///
/// ```python
/// from this_module import x
/// ```
///
/// # Errors
///
/// With `reason`, when one does or nobody knows.
pub fn unseen_outside(facts: &Facts<'_>, name: &str, range: Range, reason: Reason) -> Guarded {
    let exported = facts.model().exported_names().may_hold(name);
    if exported || is_named_in_code_text(facts, name) || facts.world().name_used_elsewhere(name) != Answer::No
    {
        return Err(Refusal::about(reason, range, name));
    }
    Ok(())
}

/// Whether a string of the file is code that runs in this module and holds `name`: a doctest, what `timeit` or a
/// profiler is given.
///
/// ```python
/// timeit.timeit('f(x)', setup='from __main__ import x')
/// ```
fn is_named_in_code_text(facts: &Facts<'_>, name: &str) -> bool {
    const RUNNERS: &[&str] = &["timeit", "profile", "cProfile", "doctest", "trace"];
    let text = facts.tree().source().text();
    let runs_text = RUNNERS.iter().any(|runner| text.contains(runner));
    let apart = |character: char| !(character.is_alphanumeric() || character == '_');
    let is_code = |literal: &str| runs_text || literal.contains(">>>") || literal.contains("__main__");
    facts.tree().nodes().filter(|node| node.kind() == Kind::String).any(|node| {
        let literal = node.text();
        literal.contains(name) && is_code(literal) && literal.split(apart).any(|word| word == name)
    })
}

/// That nobody sees `variable` while `site` fills it, nor since `creation`, where the result takes over what
/// that statement made: nobody who could be called holds the name, or only known code runs and none of it
/// can raise.
///
/// ```python
/// def size(x): return len(r)
/// for x in xs: r.append(size(x))
/// ```
///
/// # Errors
///
/// When a function that exists before the loop, or another file, knows the name, and code that is not known
/// may run meanwhile.
pub fn unobserved(
    facts: &Facts<'_>,
    flow: &Flow,
    variable: VariableId,
    evaluated: &[Node<'_>],
    creation: Option<Node<'_>>,
    site: Node<'_>,
) -> Guarded {
    let model = facts.model();
    let row = model.variable(variable);
    let module = model.scope(row.scope).kind == ScopeKind::Module;
    let refuse = || Err(Refusal::about(Reason::AccumulatorObservable, header(site), &row.name));
    let known_to_closure = row.is_captured_by_closure() && flow.nested_use_before(model, variable, site);
    let elsewhere =
        || module && unseen_outside(facts, &row.name, header(site), Reason::AccumulatorObservable).is_err();
    if !known_to_closure && !elsewhere() {
        return Ok(());
    }
    let sum = evaluated.iter().fold(Effects::empty(), |sum, part| sum | effects::of_expression(facts, *part));
    if sum.intersects(Effects::CALLS_UNKNOWN | Effects::SUSPENDS)
        || !effects::loop_runs_known_code(facts, site)
    {
        return refuse();
    }
    // g()                                # defined before, and looks at `r`
    // for x in xs: r.append(x)
    let apart = creation.is_some_and(|creation| creation.next_statement() != Some(site));
    // callbacks.append(lambda: r)        # outlives an exception
    let raises = evaluated.iter().any(|part| !effects::only_names(*part));
    if known_to_closure && (apart || raises) { refuse() } else { Ok(()) }
}

/// That whoever is left with `variable` when `site` raises does not look at it.
///
/// ```python
/// r = []
/// try:
///     for x in xs: r.append(int(x))
/// except ValueError:
///     pass
/// print(r)
/// ```
///
/// # Errors
///
/// When a way that an exception takes out of `site` leads to a read.
pub fn no_partial_result(facts: &Facts<'_>, flow: &Flow, variable: VariableId, site: Node<'_>) -> Guarded {
    let model = facts.model();
    let row = model.variable(variable);
    let refuse = |range| Refusal::about(Reason::PartialResult, range, &row.name);
    if let Some(read) = flow.read_on_failure(model, variable, site) {
        return Err(refuse(facts.tree().node(read).range()));
    }
    // Behind a handler, a nested function or another file could look.
    let module = model.scope(row.scope).kind == ScopeKind::Module;
    let handled = || flow.may_be_handled(site);
    let elsewhere =
        || module && unseen_outside(facts, &row.name, header(site), Reason::PartialResult).is_err();
    if handled() && (row.is_captured_by_closure() || elsewhere()) {
        return Err(refuse(header(site)));
    }
    Ok(())
}

/// That every name of this body that `part` reads surely has a value where `site` begins.
///
/// ```python
/// for x in xs: r.append(x * k)         # UnboundLocalError
/// r = [x * k for x in xs]              # NameError
/// ```
///
/// # Errors
///
/// When a local variable of a function may be unbound there. `bound_within` are those that the site itself
/// binds.
pub fn surely_bound(
    facts: &Facts<'_>,
    flow: &Flow,
    part: Node<'_>,
    site: Node<'_>,
    bound_within: &[VariableId],
) -> Guarded {
    let model = facts.model();
    for node in part.descendants().filter(|node| node.kind() == Kind::Identifier) {
        let Some(reference) = model.reference_at(node) else { continue };
        let Some(id) = reference.variable.filter(|id| !bound_within.contains(id)) else { continue };
        let row = model.variable(id);
        let local = row.scope == facts.body_scope(site) && model.scope(row.scope).kind == ScopeKind::Function;
        if !local || binds(facts, id, site) {
            continue;
        }
        if flow.maybe_unbound(model, id, site.child(Field::Right).unwrap_or(site)) {
            return Err(Refusal::about(Reason::MaybeUnbound, node.range(), node.text()));
        }
    }
    Ok(())
}

fn binds(facts: &Facts<'_>, variable: VariableId, site: Node<'_>) -> bool {
    facts.model().bindings_in(variable, site.range()).next().is_some()
}

/// That two expressions can be evaluated in either order.
///
/// ```python
/// for x in xs: d[key(x)] = value(x)    # value first; a comprehension asks for the key first
/// ```
///
/// # Errors
///
/// When both may have effects, or one has effects that the other could see.
pub fn commute(facts: &Facts<'_>, one: Node<'_>, other: Node<'_>, site: Node<'_>) -> Guarded {
    if [one, other].into_iter().any(|node| is_settled(facts, node, &[one, other])) {
        return Ok(());
    }
    Err(Refusal::new(Reason::EvaluationOrder, site.range()))
}

/// Whether `node` gives the same value, and nothing happens, whenever it is evaluated among `parts`.
fn is_settled(facts: &Facts<'_>, node: Node<'_>, parts: &[Node<'_>]) -> bool {
    match node.kind() {
        // A name read here has a value, or else both orders raise the same.
        Kind::Identifier => !is_bound_by(facts, node, parts),
        Kind::Tuple | Kind::List | Kind::ExpressionList | Kind::ParenthesizedExpression => {
            node.named_children().all(|part| is_settled(facts, part, parts))
        }
        Kind::UnaryOperator => node
            .child(Field::Argument)
            .is_some_and(|argument| matches!(argument.kind(), Kind::Integer | Kind::Float)),
        _ => effects::of_expression(facts, node).is_empty(),
    }
}

fn is_bound_by(facts: &Facts<'_>, name: Node<'_>, parts: &[Node<'_>]) -> bool {
    let Resolution::Variable(id) = facts.model().resolve(name) else { return true };
    let row = facts.model().variable(id);
    let rebound = row.bindings.iter().any(|binding| {
        let binding = facts.model().binding(*binding);
        // A function that is called meanwhile may rebind a name of its surroundings.
        binding.scope != row.scope
            || parts.iter().any(|part| part.range().contains(facts.tree().node(binding.node).range()))
    });
    let module = facts.model().scope(row.scope).kind == ScopeKind::Module;
    // globals()['k'] = 5, also in another file
    let reached = || {
        facts.model().any_taint().intersects(Taints::all() - Taints::STAR_IMPORT - Taints::LOCALS)
            || facts.world().name_used_elsewhere(&row.name) != Answer::No
    };
    rebound || (module && reached())
}

/// That `part` can move into a comprehension, or into a generator that a call consumes.
///
/// ```python
/// r.append((yield x))
/// r.append(super().v())
/// ```
///
/// # Errors
///
/// For `yield`; for `next()` in a generator; for `await` in a generator or nested in another comprehension; for `super()` and `__class__`
/// where a comprehension is a function of its own.
pub fn fits_comprehension(facts: &Facts<'_>, part: Node<'_>, form: Form) -> Guarded {
    let inlined = part.source().target().oldest >= PythonVersion::new(3, 12) && form == Form::Comprehension;
    for node in part.descendants() {
        match node.kind() {
            Kind::Yield => return Err(Refusal::new(Reason::Yields, node.range())),
            Kind::Await if form == Form::Generator || within_nested_scope(node, part) => {
                return Err(Refusal::new(Reason::Awaits, node.range()));
            }
            Kind::Call if form == Form::Generator && may_stop_iteration(facts, node) => {
                return Err(Refusal::new(Reason::StopsIteration, node.range()));
            }
            Kind::ForInClause if node.has_token("async") => {
                return Err(Refusal::new(Reason::Awaits, node.range()));
            }
            Kind::Identifier if !inlined && is_implicit_class(node) => {
                return Err(Refusal::new(Reason::ZeroArgumentSuper, node.range()));
            }
            _ => {}
        }
    }
    Ok(())
}

/// `next(iterator)` without a default: its `StopIteration` would become a `RuntimeError` in a generator.
fn may_stop_iteration(facts: &Facts<'_>, node: Node<'_>) -> bool {
    let Some(call) = Call::cast(node) else { return false };
    let next = call.function.text() == "next" && facts.model().is_builtin(call.function);
    let method = Attribute::cast(call.function)
        .is_some_and(|method| matches!(method.name.text(), "next" | "__next__"));
    method || (next && call.sole_argument().is_some())
}

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
        Some(part) => Err(Refusal::new(Reason::StopsIteration, part.range())),
        None => Ok(()),
    }
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

/// What a piece of a loop moves into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A list, set or dict comprehension.
    Comprehension,
    /// A generator expression.
    Generator,
}

fn within_nested_scope(node: Node<'_>, part: Node<'_>) -> bool {
    let scoped = |holder: &Node<'_>| {
        matches!(
            holder.kind(),
            Kind::ListComprehension
                | Kind::SetComprehension
                | Kind::DictionaryComprehension
                | Kind::GeneratorExpression
                | Kind::Lambda
        )
    };
    node.ancestors().take_while(|holder| part.holds(*holder)).any(|holder| scoped(&holder))
}

/// `super()` without arguments and `__class__`, which the compiler resolves by the function they stand in.
fn is_implicit_class(identifier: Node<'_>) -> bool {
    match identifier.text() {
        "__class__" => true,
        "super" => identifier
            .parent()
            .and_then(Call::cast)
            .is_none_or(|call| call.function != identifier || call.arguments().list.is_empty()),
        _ => false,
    }
}

/// That assignment expressions in `part` mean the same in a comprehension over `targets`.
///
/// ```python
/// r = [(x := x + 1) for x in xs]        # SyntaxError
/// ```
///
/// # Errors
///
/// When one binds a target, or stands in something that is iterated over.
pub fn walrus_allowed(part: Node<'_>, targets: &[&str], place: Place) -> Guarded {
    for node in part.descendants().filter(|node| node.kind() == Kind::NamedExpression) {
        let name = node.child(Field::Name).map_or("", |name| name.text());
        if place == Place::Iterable || targets.contains(&name) {
            return Err(Refusal::about(Reason::Walrus, node.range(), name));
        }
    }
    Ok(())
}

/// Where in a comprehension a piece goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Behind `in`.
    Iterable,
    /// Anywhere else.
    Elsewhere,
}

/// The simplest form of a call that a builtin can make for every item: what is mapped.
///
/// ```python
/// def f(x): raise StopIteration         # `map` would end quietly
/// ```
///
/// Returns `int` for `int(x)`, `str.upper` for `x.upper()`, when all items have a type for which no code of a
/// user's runs.
pub fn mapped_builtin(
    facts: &Facts<'_>,
    element: Node<'_>,
    target: Node<'_>,
    items: &Type,
) -> Option<String> {
    let call = Call::cast(element)?;
    if let Some(method) = Attribute::cast(call.function) {
        let plain = method.object.kind() == Kind::Identifier && method.object.text() == target.text();
        let no_arguments = call.arguments().list.is_empty() && call.arguments.kind() == Kind::ArgumentList;
        let known = items.is(Class::Str) && STR_METHODS.contains(&method.name.text());
        return (plain && no_arguments && known).then(|| format!("str.{}", method.name.text()));
    }
    let argument = call.sole_argument()?;
    let same = argument.kind() == Kind::Identifier && argument.text() == target.text();
    let builtin = call.function.kind() == Kind::Identifier && facts.model().is_builtin(call.function);
    let quiet = effects::runs_no_user_code(call.function.text(), std::slice::from_ref(items));
    (same && builtin && quiet).then(|| call.function.text().to_owned())
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

/// That the object in `variable` has no other name: it is made here, and only its own methods, loops over it
/// and `return` ever touch it.
pub fn unaliased(facts: &Facts<'_>, variable: VariableId) -> bool {
    let model = facts.model();
    let row = model.variable(variable);
    let made_here = row.bindings.iter().all(|binding| {
        let binding = model.binding(*binding);
        let parent = facts.tree().node(binding.node).parent();
        let value = parent.filter(|up| up.kind() == Kind::Assignment).and_then(|up| up.child(Field::Right));
        let lone = parent.and_then(|up| up.parent()).is_some_and(|up| up.kind() == Kind::ExpressionStatement);
        let fresh = value.is_some_and(|value| {
            matches!(
                value.kind(),
                Kind::List | Kind::Set | Kind::ListComprehension | Kind::SetComprehension | Kind::Call
            )
        });
        matches!(binding.kind, BindingKind::Assignment | BindingKind::AnnotatedAssignment) && lone && fresh
    });
    made_here
        && row.references.iter().all(|reference| {
            let node = facts.tree().node(model.reference(*reference).node);
            let Some(parent) = node.parent() else { return false };
            match parent.kind() {
                Kind::Attribute => {
                    let called =
                        parent.parent().and_then(Call::cast).is_some_and(|call| call.function == parent);
                    // it = r.__iter__()
                    let special =
                        parent.child(Field::Attribute).is_none_or(|name| name.text().starts_with("__"));
                    called && node.field() == Field::Object && !special
                }
                Kind::ReturnStatement => true,
                Kind::ForStatement => node.field() == Field::Right,
                // more = (y + 1 for y in r)
                Kind::ForInClause => {
                    let lazy = parent.parent().is_none_or(|up| up.kind() == Kind::GeneratorExpression);
                    node.field() == Field::Right && !lazy
                }
                _ => false,
            }
        })
}

/// The first line of a statement, for pointing at it.
pub fn header(node: Node<'_>) -> Range {
    let end = node.source().line_end(node.range().start).min(node.range().end);
    let text = node.source().slice(Range::new(node.range().start, end)).trim_end();
    Range::new(node.range().start, node.range().start + text.len() as u32)
}
