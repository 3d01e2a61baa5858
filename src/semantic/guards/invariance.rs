//! Guards about evaluating something once, in front of a loop, instead of at every turn: whether it does nothing but
//! give a value, and whether that is the same value all the time.

use super::super::effects::{is_plain, never_fails};
use super::super::types::only_looked_at;
use super::super::{
    BindingKind, Class, Facts, Items, Reason, Refusal, Resolution, ScopeKind, Sources, Taints, Type,
    VariableId, is_builtin_everywhere, pure, standard,
};
use super::lookups::not_patched;
use super::modules::first_run;
use super::steady::is_left_alone;
use super::types::no_odd_subclass;
use super::{Guarded, has_run, leaks_into, own_variable, unseen_outside};
use crate::syntax::{Argument, Attribute, Call, Field, Kind, Node, StringPrefix};

/// The type of what evaluating `node` gives, which does nothing else and cannot fail, whatever its names hold: it is
/// made of names, literals and calls of functions that are known to give a value for operands of exactly these types.
///
/// ```python
/// for x in []: print(math.sqrt(k))       # a ValueError, where no turn would have asked
/// ```
///
/// # Errors
///
/// When it may fail, run code of a user's, or when the class of a name is not known.
pub fn total_value(facts: &Facts<'_>, node: Node<'_>) -> Guarded<Type> {
    let of = |node: Node<'_>| total_value(facts, node);
    let items = || node.named_children().filter(|part| !part.is_trivia());
    match node.kind() {
        Kind::Integer | Kind::Float | Kind::True | Kind::False | Kind::None => Ok(facts.type_of(node)),
        Kind::String | Kind::ConcatenatedString if !is_template(node) => Ok(facts.type_of(node)),
        Kind::Identifier => settled(facts, node),
        // string.digits
        Kind::Attribute if facts.type_of(node).is(Class::Str) => {
            if standard::reachable_name(facts, node).is_none() {
                return may_fail(facts, node);
            }
            // setattr(string, spelled(), 'ab')
            not_patched(facts, node)?;
            Ok(Type::exact(Class::Str))
        }
        Kind::ParenthesizedExpression => items().next().map_or_else(|| may_fail(facts, node), of),
        Kind::Tuple => Ok(Type::Exact(Class::Tuple, Items::Fixed(items().map(of).collect::<Guarded<_>>()?))),
        Kind::List | Kind::Set => {
            let found: Vec<Type> = items().map(of).collect::<Guarded<_>>()?;
            if node.kind() == Kind::List {
                return Ok(Type::of(Class::List, Type::joined(found.into_iter())));
            }
            // {[]}
            if found.iter().all(is_plain) {
                return Ok(Type::of(Class::Set, Type::joined(found.into_iter())));
            }
            may_fail(facts, node)
        }
        Kind::UnaryOperator => {
            let operand = node.child(Field::Argument).map_or(Ok(Type::Unknown), of)?;
            let number = matches!(operand.class(), Some(Class::Int | Class::Float));
            if number && node.has_token("-") { Ok(operand) } else { may_fail(facts, node) }
        }
        Kind::BinaryOperator => operation(facts, node),
        Kind::Subscript => sliced(facts, node),
        Kind::Call => called(facts, node),
        _ => may_fail(facts, node),
    }
}

fn may_fail(facts: &Facts<'_>, node: Node<'_>) -> Guarded<Type> {
    facts.refuse(Refusal::about(Reason::MayFailEarly, node.range(), node.text()))?;
    Ok(facts.type_of(node))
}

/// What a name holds, where that is exactly a builtin class, or one that nothing can change and that is declared.
///
/// ```python
/// for x in xs:
///     if isinstance(name, str): print(len(name))
/// ```
fn settled(facts: &Facts<'_>, name: Node<'_>) -> Guarded<Type> {
    let mut found = Type::Unknown;
    for sources in [Sources::empty(), Sources::CALLS, Sources::all()] {
        found = facts.bound_type_by(name, sources);
        if found.class().is_some() {
            return Ok(found);
        }
    }
    if let Some(
        class @ (Class::Str | Class::Bytes | Class::Tuple | Class::Int | Class::Float | Class::Bool),
    ) = found.base()
    {
        no_odd_subclass(facts, name, class)?;
        return Ok(Type::exact(class));
    }
    facts.refuse(Refusal::about(Reason::ClassUnknown, name.range(), name.text()))?;
    Ok(facts.type_of(name).base().map_or(Type::Unknown, Type::exact))
}

/// Sums of numbers and of strings. Products of numbers are as long as their operands together; a string times a number
/// may be of any length.
fn operation(facts: &Facts<'_>, node: Node<'_>) -> Guarded<Type> {
    let (Some(left), Some(right)) = (node.child(Field::Left), node.child(Field::Right)) else {
        return may_fail(facts, node);
    };
    let operator = node.child(Field::Operator).map_or("", |operator| operator.text());
    let (left, right) = (total_value(facts, left)?, total_value(facts, right)?);
    let whole = |found: &Type| matches!(found.class(), Some(Class::Int | Class::Bool));
    let real = |found: &Type| found.is(Class::Float);
    match operator {
        "+" | "-" | "*" if whole(&left) && whole(&right) => Ok(Type::exact(Class::Int)),
        "+" | "-" | "*" if real(&left) && real(&right) => Ok(Type::exact(Class::Float)),
        "+" if left.is(Class::Str) && right.is(Class::Str) => Ok(left),
        _ => may_fail(facts, node),
    }
}

/// A piece of a string, a tuple or a list; an index may be too large, a slice is never.
fn sliced(facts: &Facts<'_>, node: Node<'_>) -> Guarded<Type> {
    let mut keys = node.children_in(Field::Subscript);
    let slice = keys.next().filter(|key| key.kind() == Kind::Slice && keys.next().is_none());
    let (Some(slice), Some(value)) = (slice, node.child(Field::Value)) else { return may_fail(facts, node) };
    let whole = total_value(facts, value)?;
    let known = matches!(whole.class(), Some(Class::Str | Class::Bytes | Class::Tuple | Class::List));
    // 'abc'[::0]
    let steps = slice.children().filter(|part| part.is_token(":")).count() > 1;
    let mut bounds = slice.named_children().filter(|part| !part.is_trivia());
    let numbers = bounds.try_fold(true, |so_far, bound| {
        total_value(facts, bound)
            .map(|found| so_far && matches!(found.class(), Some(Class::Int | Class::None)))
    })?;
    if !known || steps || !numbers {
        return may_fail(facts, node);
    }
    Ok(match whole.class() {
        Some(class @ (Class::Tuple | Class::List)) => Type::of(class, whole.item()),
        _ => whole,
    })
}

/// A call of a known function, or of a method of a string.
///
/// ```python
/// for x in xs: use(len(name), ord('a'), name.upper())
/// ```
fn called(facts: &Facts<'_>, node: Node<'_>) -> Guarded<Type> {
    let Some(call) = Call::cast(node) else { return may_fail(facts, node) };
    let mut values = Vec::new();
    for argument in call.arguments().list {
        match argument {
            Argument::Positional(value) if !value.is_trivia() => values.push(value),
            Argument::Positional(_) => {}
            _ => return may_fail(facts, node),
        }
    }
    let types: Vec<Type> = values.iter().map(|value| total_value(facts, *value)).collect::<Guarded<_>>()?;
    if let Some(known) = pure::of_call(facts, &call, &types) {
        if known.raises && !pure::accepts(facts, &call, &values) {
            return may_fail(facts, node);
        }
        return Ok(known.result);
    }
    let Some(method) = Attribute::cast(call.function) else { return may_fail(facts, node) };
    if !total_value(facts, method.object)?.is(Class::Str) {
        return may_fail(facts, node);
    }
    let text = |found: &Type| found.is(Class::Str);
    let affix = |found: &Type| matches!(found, Type::Exact(Class::Tuple, Items::Fixed(parts)) if parts.iter().all(text));
    let name = method.name.text();
    let fits = types.iter().all(|found| text(found) || (name.ends_with("swith") && affix(found)));
    // locale.setlocale(locale.LC_CTYPE, place); '\xe9'.isalpha()
    let asks_locale = node.source().may_run_on_python2() && types.is_empty() && name != "splitlines";
    if !fits || asks_locale || !never_fails(name, types.len()) {
        return may_fail(facts, node);
    }
    Ok(match name {
        "split" | "splitlines" => Type::of(Class::List, Type::exact(Class::Str)),
        "find" | "rfind" | "count" => Type::exact(Class::Int),
        name if name.starts_with("is") || name.ends_with("swith") => Type::exact(Class::Bool),
        _ => Type::exact(Class::Str),
    })
}

/// That what the names of `node` hold is the same whenever code of the loop `region` runs, and when it begins, and that
/// they have a value there; and what can be changed among it is not.
///
/// ```python
/// for line in lines:
///     width = 8                          # has no value before
///     seen.append(line)                  # is longer every time
///     print(len(seen), 'x'.center(width))
/// ```
///
/// # Errors
///
/// When a name may hold something else, or none, and when a list, a set or a dict may be changed meanwhile.
pub fn unchanged(facts: &Facts<'_>, node: Node<'_>, region: Node<'_>) -> Guarded {
    let names = node.descendants().filter(|part| part.kind() == Kind::Identifier);
    for name in names.filter(|name| facts.model().reference_at(*name).is_some()) {
        holds_same(facts, name, region)?;
        let Resolution::Variable(variable) = facts.model().resolve(name) else { continue };
        let changeable = matches!(
            facts.bound_type_by(name, Sources::CALLS).class(),
            Some(Class::List | Class::Set | Class::Dict | Class::ByteArray | Class::Iterator)
        );
        if changeable && !is_left_alone(facts, variable, region) && !only_looked_at(facts, variable) {
            facts.refuse(Refusal::about(Reason::OperandChanges, name.range(), name.text()))?;
        }
    }
    Ok(())
}

/// That the read `name` sees the same object at every turn of `region`, and could see it in front of it.
///
/// ```python
/// for line in lines:
///     print(line in [last, 'end'])
///     last = line
/// ```
///
/// # Errors
///
/// When it may be bound in between, or anew by somebody else, or not bound before.
pub fn holds_same(facts: &Facts<'_>, name: Node<'_>, region: Node<'_>) -> Guarded {
    if !is_same(facts, name, region) {
        facts.refuse(Refusal::about(Reason::OperandChanges, name.range(), name.text()))?;
    }
    Ok(())
}

/// That `key` has a value that is a number, a string or the like, wherever its names have theirs: hashing it does nothing
/// else. Tests on the way to it do not count.
///
/// ```python
/// for line in lines:
///     if isinstance(key, str): print(line in {key, 'end'})
/// ```
///
/// # Errors
///
/// As [`total_value`], and when it is something else.
pub fn hashes_everywhere(facts: &Facts<'_>, key: Node<'_>) -> Guarded {
    if !is_plain(&total_value(facts, key)?) {
        may_fail(facts, key)?;
    }
    Ok(())
}

/// Whether nothing in the file changes what `variable` holds, so that nobody can tell how often it is made.
pub fn is_only_looked_at(facts: &Facts<'_>, variable: VariableId) -> bool {
    only_looked_at(facts, variable)
}

fn is_same(facts: &Facts<'_>, name: Node<'_>, region: Node<'_>) -> bool {
    let model = facts.model();
    let id = match model.resolve(name) {
        Resolution::Variable(id) => id,
        Resolution::Builtin => return is_builtin_everywhere(name.source(), name.text()),
        Resolution::Unknown => return false,
    };
    if model.bindings_in(id, region.range()).next().is_some() || leaks_into(facts, id, region) {
        return false;
    }
    let row = model.variable(id);
    let body = facts.body_scope(region);
    let kind = model.scope(row.scope).kind;
    // Imports of the same module give the same object whenever they run.
    let imported = standard::qualified_name(facts, name).is_some();
    let hidden = || {
        model.any_taint().is_empty()
            && unseen_outside(facts, &row.name, name.range(), Reason::OperandChanges).is_ok()
    };
    if kind == ScopeKind::Module && !imported && !hidden() {
        return false;
    }
    if imported || row.scope == body {
        let own = || own_variable(facts, name, body, Reason::OperandChanges).is_ok();
        return has_run(facts, id, region) && (imported || own());
    }
    // A name of a scope around has to be bound once and for all before this body can run.
    let [binding] = row.bindings.as_slice() else { return false };
    let binding = model.binding(*binding);
    if model.function_scope_of(binding.scope) != row.scope {
        return false;
    }
    match kind {
        ScopeKind::Module => has_run(facts, id, region),
        ScopeKind::Function => {
            if model.scope(row.scope).taints.intersects(Taints::LOCALS | Taints::EVAL | Taints::STAR_IMPORT) {
                return false;
            }
            let repeated = facts
                .tree()
                .node(binding.node)
                .ancestors()
                .take_while(|up| !matches!(up.kind(), Kind::FunctionDefinition | Kind::Lambda))
                .any(|up| matches!(up.kind(), Kind::ForStatement | Kind::WhileStatement));
            let definition = region.chain().find(|up| facts.body_scope(*up) == row.scope);
            let bound_before = || {
                let flow = facts.flow(row.scope).zip(definition);
                flow.is_some_and(|(flow, definition)| !flow.maybe_unbound(model, id, first_run(definition)))
            };
            binding.kind == BindingKind::Parameter || (!repeated && bound_before())
        }
        _ => false,
    }
}

fn is_template(string: Node<'_>) -> bool {
    let mut parts = string.descendants().filter(|part| part.kind() == Kind::String);
    parts.any(|part| StringPrefix::of(part).is_none_or(|prefix| prefix.interpolated))
}
