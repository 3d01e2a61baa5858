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
        Kind::ForStatement | Kind::ForInClause => read.field() == Field::Right,
        Kind::Attribute => {
            let name = Attribute::cast(parent).map_or("", |attribute| attribute.name.text());
            let called = parent.parent().and_then(Call::cast).filter(|call| call.function == parent);
            // d.items().mapping gives the counter away
            let reader = match name {
                // sorted(d, key=d.get)
                "get" => {
                    called.is_some() || parent.parent().is_some_and(|it| it.kind() == Kind::KeywordArgument)
                }
                "items" | "keys" | "values" => called
                    .is_some_and(|call| !call.node.parent().is_some_and(|it| it.kind() == Kind::Attribute)),
                _ => false,
            };
            reader && read.field() == Field::Object
        }
        Kind::ArgumentList => parent.parent().and_then(Call::cast).is_some_and(|call| {
            let first =
                matches!(call.arguments().list.first(), Some(Argument::Positional(it)) if *it == read);
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
                && parent.named_children().last() == Some(read)
        }
        Kind::NotOperator => true,
        Kind::IfStatement | Kind::ElifClause | Kind::WhileStatement => read.field() == Field::Condition,
        _ => false,
    }
}
