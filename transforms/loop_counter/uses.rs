//! Whether later code could tell a `Counter` from the dict that it stands for.

use crate::semantic::guards;
use crate::semantic::{Facts, Reason, ScopeKind, VariableId};
use crate::syntax::{Argument, Attribute, Call, Field, Kind, Node};

/// Builtins that iterate over what they are given first and keep nothing of it but items.
const READERS: &[&str] =
    &["all", "any", "enumerate", "frozenset", "len", "list", "max", "min", "set", "sorted", "sum", "tuple"];

/// Whether every read of `variable` outside the loop `site` does with a `Counter` what it does with a dict.
///
/// ```python
/// d['missing']                           # 0 instead of a KeyError
/// print(d); d.update({'a': 1}); return d
/// ```
pub(super) fn stand_for_a_counter(facts: &Facts<'_>, variable: VariableId, site: Node<'_>) -> bool {
    let model = facts.model();
    let row = model.variable(variable);
    let module = model.scope(row.scope).kind == ScopeKind::Module;
    let seen =
        || guards::unseen_outside(facts, &row.name, guards::header(site), Reason::TargetPublic).is_err();
    let reads = row.references.iter().map(|id| facts.tree().node(model.reference(*id).node));
    let outside = |read: &Node<'_>| !site.range().contains(read.range());
    reads.filter(outside).all(|read| is_alike(facts, read)) && !(module && seen())
}

fn is_alike(facts: &Facts<'_>, read: Node<'_>) -> bool {
    let Some(parent) = read.parent() else { return false };
    match parent.kind() {
        Kind::Attribute => read.field() == Field::Object && is_read_alike(facts, parent),
        Kind::NotOperator => true,
        Kind::IfStatement | Kind::ElifClause | Kind::WhileStatement => read.field() == Field::Condition,
        _ => is_iterated(facts, read),
    }
}

/// Whether the method `bound` of the dict is used up where it stands: who holds it, or a view, can get at the `Counter`.
///
/// ```python
/// show(d.get)                            # get.__self__
/// items = d.items()                      # items.mapping
/// ```
fn is_read_alike(facts: &Facts<'_>, bound: Node<'_>) -> bool {
    let Some(method) = Attribute::cast(bound) else { return false };
    let called = bound.parent().and_then(Call::cast).filter(|call| call.function == bound);
    match (method.name.text(), called) {
        ("get", Some(_)) => true,
        ("get", None) => is_sort_key(facts, bound),
        ("items" | "keys" | "values", Some(call)) => is_iterated(facts, call.node),
        _ => false,
    }
}

/// Whether `value` is what items are sorted by: `sorted(d, key=d.get)`.
fn is_sort_key(facts: &Facts<'_>, value: Node<'_>) -> bool {
    let keyword = value.parent().filter(|up| up.kind() == Kind::KeywordArgument);
    let is_key = |up: &Node<'_>| up.child(Field::Name).is_some_and(|name| name.text() == "key");
    let call = keyword.filter(is_key).and_then(|up| up.parent()).and_then(|list| list.parent());
    call.and_then(Call::cast).is_some_and(|call| {
        matches!(call.function.text(), "max" | "min" | "sorted") && facts.model().is_builtin(call.function)
    })
}

/// Whether `value` is iterated over where it stands, or asked for one of its items.
fn is_iterated(facts: &Facts<'_>, value: Node<'_>) -> bool {
    let Some(parent) = value.parent() else { return false };
    match parent.kind() {
        Kind::ForStatement | Kind::ForInClause => value.field() == Field::Right,
        Kind::ArgumentList => parent.parent().and_then(Call::cast).is_some_and(|call| {
            let first =
                matches!(call.arguments().list.first(), Some(Argument::Positional(it)) if *it == value);
            let known = READERS.contains(&call.function.text()) && facts.model().is_builtin(call.function);
            // max(d, other) gives one of them
            let others =
                call.arguments().list.iter().skip(1).all(|it| !matches!(it, Argument::Positional(_)));
            first && known && others
        }),
        Kind::ComparisonOperator => {
            let mut operators = parent.children_in(Field::Operators);
            let single = operators.next().filter(|_| operators.next().is_none());
            single.is_some_and(|operator| matches!(operator.text(), "in" | "not in"))
                && parent.named_children().last() == Some(value)
        }
        _ => false,
    }
}
