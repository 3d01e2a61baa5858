//! Whether a metaclass leaves the classes that it makes as they are written.

use crate::semantic::{BindingKind, Model, Resolution};
use crate::syntax::{Field, Kind, Node};

/// Whether `metaclass` is a class of this file, derived from `type` alone, that has a hand in calls of its classes and in
/// nothing else: one for classes with one instance.
///
/// ```python
/// class Singleton(type):
///     def __call__(cls): ...
/// ```
pub(super) fn only_calls(model: &Model<'_>, metaclass: Node<'_>) -> bool {
    let Resolution::Variable(id) = model.resolve(metaclass) else { return false };
    let [binding] = model.variable(id).bindings[..] else { return false };
    let binding = model.binding(binding);
    let class = model.tree().node(binding.node).parent();
    let Some(class) = class.filter(|_| binding.kind == BindingKind::ClassDefinition) else { return false };
    let bases: Vec<Node<'_>> =
        class.child(Field::Superclasses).into_iter().flat_map(|list| list.named_children()).collect();
    let of_type = matches!(bases[..], [only] if only.text() == "type" && model.is_builtin(only));
    let decorated = class.parent().is_some_and(|up| up.kind() == Kind::DecoratedDefinition);
    let harmless = |name: &str| {
        let special = name.starts_with("__") && name.ends_with("__");
        matches!(name, "__call__" | "__doc__") || !special && name != "mro"
    };
    let Some(scope) = model.scope_opened_by(class).map(|scope| model.scope(scope)) else { return false };
    of_type && !decorated && scope.variables.iter().all(|id| harmless(&model.variable(*id).name))
}
