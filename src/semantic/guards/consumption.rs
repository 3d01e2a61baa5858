//! Guards about what takes an iterable and uses it up: what it does to the items, and what asking for them does.

use super::super::{Class, Facts, Items, Type};
use super::behaves_as;
use crate::syntax::{Argument, Attribute, Call, Kind, Node};

/// What a builtin does with each item that it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// It keeps the item, or compares items when it has them all.
    Keeps,
    /// It asks for the hash and compares for equality.
    Hashes,
    /// It adds the item to what came before.
    Adds,
    /// It compares the item with what came before.
    Compares,
    /// It asks whether the item is true.
    Tests,
}

/// Whether the treatment runs no code of a user's and cannot fail for what `item` gives: then nobody can tell whether
/// all items were made before the first is treated.
///
/// ```python
/// set([x for x in xs])                 # `x.__hash__` may change `xs`
/// ```
pub fn treats_quietly(facts: &Facts<'_>, item: Node<'_>, treatment: Treatment) -> bool {
    if treats_type_quietly(&facts.type_of(item), treatment) {
        return true;
    }
    if item.kind() == Kind::Tuple && treatment == Treatment::Hashes {
        return item
            .named_children()
            .filter(|part| !part.is_trivia())
            .all(|part| treats_quietly(facts, part, treatment));
    }
    // A declaration has to do.
    let declared = facts.proven_type_of(item);
    declared.base().is_some_and(|class| {
        treats_type_quietly(&Type::exact(class), treatment) && behaves_as(facts, item, class).is_ok()
    })
}

/// The same for values of the type `item`.
pub fn treats_type_quietly(item: &Type, treatment: Treatment) -> bool {
    let Some(class) = item.class() else { return treatment == Treatment::Keeps };
    let number = matches!(class, Class::Bool | Class::Int | Class::Float);
    match treatment {
        Treatment::Keeps | Treatment::Tests => true,
        Treatment::Hashes => match item {
            Type::Exact(Class::Tuple, Items::Fixed(parts)) => {
                parts.iter().all(|part| treats_type_quietly(part, treatment))
            }
            _ => number || matches!(class, Class::None | Class::Complex | Class::Str | Class::Bytes),
        },
        Treatment::Adds => number || class == Class::Complex,
        Treatment::Compares => number || matches!(class, Class::Str | Class::Bytes),
    }
}

/// Whether asking `iterable` for all its items, or for some, does nothing that anybody could notice, and never fails.
///
/// ```python
/// any([x > 1 for x in lines])          # a file: what is left can still be read
/// ```
pub fn iterates_quietly(facts: &Facts<'_>, iterable: Node<'_>) -> bool {
    let found = facts.type_of(iterable);
    let base = found.class().or_else(|| {
        let declared = facts.proven_type_of(iterable);
        declared.base().filter(|class| behaves_as(facts, iterable, *class).is_ok())
    });
    match base {
        Some(Class::Iterator) => makes_quiet_iterator(facts, iterable),
        Some(class) => is_iterated_anew(class),
        None => false,
    }
}

/// Whether objects of the class give their items to everybody who asks.
fn is_iterated_anew(class: Class) -> bool {
    matches!(
        class,
        Class::List
            | Class::Tuple
            | Class::Set
            | Class::FrozenSet
            | Class::Dict
            | Class::Str
            | Class::Bytes
            | Class::ByteArray
            | Class::Range
    )
}

/// Whether `node` makes an iterator or a view, which nobody else has, of things that can be iterated over again.
fn makes_quiet_iterator(facts: &Facts<'_>, node: Node<'_>) -> bool {
    let Some(call) = Call::cast(node) else { return false };
    let arguments = call.arguments().list;
    if let Some(method) = Attribute::cast(call.function) {
        return arguments.is_empty() && facts.type_of(method.object).is(Class::Dict);
    }
    let known = matches!(call.function.text(), "enumerate" | "zip" | "reversed");
    let counts = call.function.text() == "xrange";
    (known || counts)
        && facts.model().is_builtin(call.function)
        && arguments.iter().all(|argument| match argument {
            Argument::Positional(value) => counts || iterates_quietly(facts, *value),
            _ => false,
        })
}

/// Whether every item of `iterable` surely fits `target`: it is a name, or as many names as the items have parts.
///
/// ```python
/// any([a for a, b in rows])            # a row of three
/// ```
pub fn unpacks_quietly(facts: &Facts<'_>, target: Node<'_>, iterable: Node<'_>) -> bool {
    match target.kind() {
        Kind::Identifier => true,
        Kind::PatternList | Kind::TuplePattern => {
            let names: Vec<_> = target.named_children().filter(|part| !part.is_trivia()).collect();
            let plain = names.iter().all(|name| name.kind() == Kind::Identifier);
            let parts = match facts.type_of(iterable).item() {
                Type::Exact(Class::Tuple, Items::Fixed(parts)) => parts.len(),
                _ => 0,
            };
            plain && parts == names.len()
        }
        _ => false,
    }
}
