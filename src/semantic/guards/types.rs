//! Whether a value is what it has to be.

use super::Guarded;
use crate::semantic::{Class, Facts, Reason, Refusal, Subclasses, Type};
use crate::syntax::Node;

/// That `node` holds a `class` that behaves like the builtin: exactly one, or one that is declared to be so in a
/// project where no subclass of it behaves in its own way. Asks everybody who may know, so it comes last.
///
/// ```python
/// class Colour(str, Enum): RED = 'red'
/// def show(colour: str): return '<' + colour + '>'    # '<red>', but f'<{colour}>' is '<Colour.RED>'
/// ```
///
/// # Errors
///
/// When its class is not known, or when a subclass could stand for it.
pub fn behaves_as(facts: &Facts<'_>, node: Node<'_>, class: Class) -> Guarded {
    match facts.proven_type_of(node) {
        Type::Exact(found, _) if found == class => Ok(()),
        Type::Instance(found, _) if found == class => match facts.world().overriding_subclass(class) {
            Subclasses::None => Ok(()),
            Subclasses::Some(name) => {
                facts.refuse(Refusal::about(Reason::SubclassInTheWay, node.range(), &name))
            }
            Subclasses::Unknown => {
                facts.refuse(Refusal::about(Reason::SubclassInTheWay, node.range(), class.name()))
            }
        },
        _ => facts.refuse(Refusal::about(Reason::ClassUnknown, node.range(), node.text())),
    }
}
