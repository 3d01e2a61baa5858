//! Whether a value is what it has to be.

use super::Guarded;
use crate::semantic::{Class, Facts, Reason, Refusal, ScopeKind, Subclasses, Type};
use crate::syntax::{Field, Node};

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
    let subclass = |name: &str| Refusal::about(Reason::SubclassInTheWay, node.range(), name);
    match facts.proven_type_of(node) {
        Type::Exact(found, _) if found == class => Ok(()),
        Type::Instance(found, _) if found == class => {
            if let Some(name) = subclass_here(facts, class) {
                facts.refuse(subclass(name))?;
            }
            let elsewhere = match facts.world().overriding_subclass(class) {
                Subclasses::None => return Ok(()),
                Subclasses::Some(name) => name,
                Subclasses::Unknown => class.name().to_owned(),
            };
            facts.refuse(subclass(&elsewhere))
        }
        _ => facts.refuse(Refusal::about(Reason::ClassUnknown, node.range(), node.text())),
    }
}

/// A class of this file that has `class` among its bases.
fn subclass_here<'t>(facts: &Facts<'t>, class: Class) -> Option<&'t str> {
    let scopes = facts.model().scopes().filter(|(_, scope)| scope.kind == ScopeKind::Class);
    let mut classes = scopes.filter_map(|(_, scope)| Some(facts.tree().node(scope.node?)));
    let derives = |node: &Node<'_>| {
        let bases = node.child(Field::Superclasses);
        bases.is_some_and(|bases| bases.descendants().any(|base| base.text() == class.name()))
    };
    classes.find(derives)?.child(Field::Name).map(|name| name.text())
}
