//! What an annotation says, as far as it is written in plain builtin classes. The rest is left to the type
//! engine.

use super::{Class, Items, Type};
use crate::semantic::{Facts, standard};
use crate::syntax::{Field, Kind, Literal, Node};

/// The type that the annotation `node` declares. `float` may hold an `int`, `bytes` a `bytearray`: those say
/// nothing here.
pub(super) fn declared(facts: &Facts<'_>, node: Node<'_>) -> Type {
    let inner = |node: Node<'_>| super::only(node).map_or(Type::Unknown, |inner| declared(facts, inner));
    match node.kind() {
        Kind::Type | Kind::ParenthesizedExpression => inner(node),
        Kind::Identifier => {
            if facts.model().is_builtin(node) {
                class(node.text()).map_or(Type::Unknown, Type::instance)
            } else {
                of_typing(facts, node)
            }
        }
        Kind::Attribute => of_typing(facts, node),
        // def f(x: 'str')
        Kind::String => {
            let Some(literal) = Literal::evaluate(node) else { return Type::Unknown };
            let scope = facts.model().scope_of(node);
            let builtin = facts.model().lookup(scope, &literal.value) == crate::semantic::Resolution::Builtin;
            class(&literal.value).filter(|_| builtin).map_or(Type::Unknown, Type::instance)
        }
        Kind::GenericType => {
            let mut parts = node.named_children();
            let (Some(name), Some(parameters)) = (parts.next(), parts.next()) else { return Type::Unknown };
            let arguments: Vec<_> = parameters.named_children().map(|part| declared(facts, part)).collect();
            generic(&declared(facts, name), &arguments)
        }
        Kind::Subscript => {
            let Some(value) = node.child(Field::Value) else { return Type::Unknown };
            let arguments: Vec<_> =
                node.children_in(Field::Subscript).map(|part| declared(facts, part)).collect();
            generic(&declared(facts, value), &arguments)
        }
        _ => Type::Unknown,
    }
}

/// The builtin class that a name of `typing` stands for.
///
/// ```python
/// def f() -> List[int]: ...
/// ```
fn of_typing(facts: &Facts<'_>, node: Node<'_>) -> Type {
    let class = match standard::qualified_name(facts, node).as_deref() {
        Some("typing.List") => Class::List,
        Some("typing.Tuple") => Class::Tuple,
        Some("typing.Set") => Class::Set,
        Some("typing.FrozenSet") => Class::FrozenSet,
        Some("typing.Dict") => Class::Dict,
        _ => return Type::Unknown,
    };
    Type::instance(class)
}

fn class(name: &str) -> Option<Class> {
    Some(match name {
        "str" => Class::Str,
        "int" => Class::Int,
        "bool" => Class::Bool,
        "list" => Class::List,
        "tuple" => Class::Tuple,
        "set" => Class::Set,
        "frozenset" => Class::FrozenSet,
        "dict" => Class::Dict,
        "range" => Class::Range,
        "bytearray" => Class::ByteArray,
        _ => return None,
    })
}

/// `list[int]`, `dict[str, int]`. The `...` of a tuple is left out of what is known.
fn generic(base: &Type, arguments: &[Type]) -> Type {
    let Type::Instance(class, _) = base else { return Type::Unknown };
    let items = match (class, arguments) {
        (Class::List | Class::Set | Class::FrozenSet, [item]) => Items::each(item.clone()),
        (Class::Dict, [key, value]) => Items::Entries(Box::new(key.clone()), Box::new(value.clone())),
        _ => Items::Unknown,
    };
    Type::Instance(*class, items)
}
