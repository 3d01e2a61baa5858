//! A guard about what is iterated over: whether it stays as it is.

use super::super::types::is_look;
use super::super::{BindingKind, Class, Facts, Reason, Refusal, Resolution, ScopeKind, VariableId};
use super::{Guarded, unseen_outside};
use crate::syntax::{Argument, Attribute, Call, Field, Kind, Node};

/// That the items of `iterable`, which is evaluated when `region` begins, stay the same while that runs: nothing can
/// change it, or it was made here, and nobody but this body knows it.
///
/// ```python
/// for x in list(xs): xs.remove(x)      # without the copy every other item is skipped
/// ```
///
/// # Errors
///
/// When it is not known what it is, when somebody else may hold it, and when `region` changes it.
pub fn steady(facts: &Facts<'_>, iterable: Node<'_>, region: Node<'_>) -> Guarded {
    if !is_steady(facts, iterable, region) {
        facts.refuse(Refusal::about(Reason::ChangedInLoop, iterable.range(), iterable.text()))?;
    }
    Ok(())
}

fn is_steady(facts: &Facts<'_>, iterable: Node<'_>, region: Node<'_>) -> bool {
    match facts.type_of(iterable).class() {
        Some(Class::Str | Class::Bytes | Class::Tuple | Class::FrozenSet | Class::Range) => true,
        Some(Class::List | Class::Set | Class::Dict) => match iterable.kind() {
            Kind::Identifier => match facts.model().resolve(iterable) {
                Resolution::Variable(variable) => is_left_alone(facts, variable, region),
                _ => false,
            },
            _ => is_new(facts, iterable),
        },
        Some(Class::Iterator) => is_steady_view(facts, iterable, region),
        _ => false,
    }
}

/// Whether `node` makes an iterator or a view of something that is steady itself.
fn is_steady_view(facts: &Facts<'_>, node: Node<'_>, region: Node<'_>) -> bool {
    let Some(call) = Call::cast(node) else { return false };
    let arguments = call.arguments().list;
    if let Some(method) = Attribute::cast(call.function) {
        return arguments.is_empty()
            && facts.type_of(method.object).is(Class::Dict)
            && is_steady(facts, method.object, region);
    }
    matches!(call.function.text(), "enumerate" | "zip" | "reversed")
        && facts.model().is_builtin(call.function)
        && arguments.iter().all(|argument| match argument {
            Argument::Positional(value) => is_steady(facts, *value, region),
            _ => false,
        })
}

/// Whether evaluating `value`, a list, a set or a dict, makes an object that nobody else has.
fn is_new(facts: &Facts<'_>, value: Node<'_>) -> bool {
    match value.kind() {
        Kind::List
        | Kind::Set
        | Kind::Dictionary
        | Kind::ListComprehension
        | Kind::SetComprehension
        | Kind::DictionaryComprehension
        | Kind::BinaryOperator => true,
        Kind::Subscript => value.child(Field::Subscript).is_some_and(|key| key.kind() == Kind::Slice),
        Kind::Call => Call::cast(value).is_some_and(|call| match Attribute::cast(call.function) {
            Some(method) => facts.type_of(method.object).is(Class::Str),
            // sum(lists, xs) may be `xs` itself, max(lists) is one that somebody has
            None => {
                matches!(call.function.text(), "list" | "sorted" | "set" | "dict" | "range")
                    && facts.model().is_builtin(call.function)
            }
        }),
        _ => false,
    }
}

/// Whether the object in `variable` is known to this body alone, which does not change it in `region`.
pub(super) fn is_left_alone(facts: &Facts<'_>, variable: VariableId, region: Node<'_>) -> bool {
    let model = facts.model();
    let row = model.variable(variable);
    let scope = facts.body_scope(region);
    let module = model.scope(scope).kind == ScopeKind::Module;
    if row.scope != scope || row.is_captured_by_closure() {
        return false;
    }
    if module && unseen_outside(facts, &row.name, region.range(), Reason::ChangedInLoop).is_err() {
        return false;
    }
    let bound_here = row.bindings.iter().all(|id| {
        let binding = model.binding(*id);
        let target = facts.tree().node(binding.node);
        binding.scope == scope && !region.holds(target) && is_made_here(facts, target, binding.kind)
    });
    bound_here
        && row.references.iter().all(|id| {
            let read = facts.tree().node(model.reference(*id).node);
            is_look(model, read) || is_walked(facts, read) || (!region.holds(read) && is_own_change(read))
        })
}

/// Whether what is assigned to `target`, and to nothing else, is a new object, or adds to one.
fn is_made_here(facts: &Facts<'_>, target: Node<'_>, kind: BindingKind) -> bool {
    let Some(assignment) = target.parent() else { return false };
    let lone = assignment.parent().is_some_and(|up| up.kind() == Kind::ExpressionStatement);
    match kind {
        BindingKind::AugmentedAssignment => true,
        BindingKind::Assignment | BindingKind::AnnotatedAssignment => {
            assignment.kind() == Kind::Assignment
                && lone
                && assignment.child(Field::Right).is_some_and(|value| is_new(facts, value))
        }
        _ => false,
    }
}

/// Whether a read gives a collection to an iterator that is used up right there.
fn is_walked(facts: &Facts<'_>, read: Node<'_>) -> bool {
    let builtin = |call: &Call<'_>, names: &[&str]| {
        names.contains(&call.function.text()) && facts.model().is_builtin(call.function)
    };
    let walks = call_around(read).filter(|call| builtin(call, &["enumerate", "zip", "reversed"]));
    walks.is_some_and(|walks| {
        let looped = walks.node.parent().is_some_and(|up| {
            matches!(up.kind(), Kind::ForStatement | Kind::ForInClause) && walks.node.field() == Field::Right
        });
        looped
            || call_around(walks.node)
                .is_some_and(|call| builtin(&call, &["list", "tuple", "dict", "set", "sorted"]))
    })
}

fn call_around(argument: Node<'_>) -> Option<Call<'_>> {
    argument.parent().and_then(|list| list.parent()).and_then(Call::cast)
}

/// Whether a read of a collection changes it in place, measures it or gives it back at the end, and no more.
fn is_own_change(read: Node<'_>) -> bool {
    let Some(parent) = read.parent() else { return false };
    match parent.kind() {
        Kind::Attribute => {
            let called = parent.parent().and_then(Call::cast).is_some_and(|call| call.function == parent);
            // it = xs.__iter__()
            let special = parent.child(Field::Attribute).is_none_or(|name| name.text().starts_with("__"));
            called && read.field() == Field::Object && !special
        }
        Kind::Subscript => read.field() == Field::Value,
        Kind::AugmentedAssignment => read.field() == Field::Left,
        Kind::ReturnStatement => true,
        _ => false,
    }
}
