//! Whether a value is what it has to be.

use super::Guarded;
use crate::semantic::classes::{Family, FileClasses, Found, Source, is_known_module};
use crate::semantic::types::obstacles;
use crate::semantic::{Class, Facts, Items, Model, Reason, Refusal, Sources, Subclasses, Type, effects};
use crate::syntax::Node;

/// That `node` holds a `class` that behaves like the builtin: exactly one, or one that is declared or tested to be so
/// in a project where no subclass of it behaves in its own way. What is returned says which.
///
/// The code around is asked first, then the calls of the function around and what is declared, then the type engine,
/// each only where those before it do not tell exactly. That takes longer than other guards, so this one comes last.
///
/// ```python
/// class Colour(str, Enum): RED = 'red'
/// def show(colour: str): return '<' + colour + '>'    # '<red>', but f'<{colour}>' is '<Colour.RED>'
/// ```
///
/// # Errors
///
/// When its class is not known, or when a subclass could stand for it.
pub fn behaves_as(facts: &Facts<'_>, node: Node<'_>, class: Class) -> Guarded<Certainty> {
    let steps = [Sources::empty(), Sources::CALLS, Sources::all()];
    let mut found = Type::Unknown;
    for sources in steps {
        found = facts.type_by(node, sources);
        if found.class().is_some() {
            break;
        }
    }
    if found.is(class) {
        return Ok(Certainty::Exact);
    }
    if found.base() != Some(class) {
        facts.refuse(Refusal::about(Reason::ClassUnknown, node.range(), node.text()))?;
    }
    no_odd_subclass(facts, node, class)?;
    Ok(Certainty::Declared)
}

/// That no subclass of `class`, which `node` is declared to be, behaves in its own way.
pub(super) fn no_odd_subclass(facts: &Facts<'_>, node: Node<'_>, class: Class) -> Guarded {
    let shown = facts.odd_subclass(class).or_else(|| match facts.world().overriding_subclass(class) {
        Subclasses::None => None,
        Subclasses::Some(shown) => Some(shown),
        Subclasses::Unknown => Some(format!("some subclass of {}", class.name())),
    });
    if let Some(shown) = shown {
        facts.refuse(Refusal::about(Reason::SubclassInTheWay, node.range(), &shown))?;
    }
    Ok(())
}

/// That hashing `node` and comparing it with others of its kind runs no code of a user's: it is a number, a string,
/// `None`, or a tuple of these.
///
/// ```python
/// class Logged(str):
///     def __hash__(self): print('hashed'); return 1
/// ```
///
/// # Errors
///
/// When its class is not known to be one of these, or when a subclass could stand for it.
pub fn hashes_quietly(facts: &Facts<'_>, node: Node<'_>) -> Guarded {
    let found = [Sources::empty(), Sources::CALLS, Sources::all()]
        .into_iter()
        .map(|sources| facts.type_by(node, sources))
        .find(|found| found.base().is_some())
        .unwrap_or(Type::Unknown);
    let quiet = |found: &Type| found.class().is_some() && effects::is_plain(found);
    if quiet(&found) {
        return Ok(());
    }
    if let Type::Exact(Class::Tuple, Items::Fixed(items)) = &found
        && items.iter().all(quiet)
    {
        return Ok(());
    }
    match found.base() {
        Some(class @ (Class::None | Class::Bool | Class::Int | Class::Float | Class::Str | Class::Bytes)) => {
            behaves_as(facts, node, class).map(|_| ())
        }
        _ => facts.refuse(Refusal::about(Reason::ClassUnknown, node.range(), node.text())),
    }
}

/// Whether `node` is surely of a class that is no mapping, so that a constructor which takes either reads its items.
///
/// ```python
/// Counter({'a': 5})                      # 5, not 1
/// ```
pub fn is_no_mapping(facts: &Facts<'_>, node: Node<'_>) -> bool {
    facts.proven_type_of(node).base().is_some_and(|class| class != Class::Dict && class != Class::None)
}

/// How sure it is that a value is of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// It is of exactly that class.
    Exact,
    /// It is of that class or of a subclass, and none that is known behaves in another way.
    Declared,
}

/// Why [`behaves_as`] does not know what `node` is, and what would help, in sentences; empty where there is nothing
/// more to say than its refusal does.
pub fn what_would_tell(facts: &Facts<'_>, node: Node<'_>) -> Vec<String> {
    obstacles(facts, node)
}

/// What in the file of `model` may behave otherwise than a builtin `class` that it is declared to be.
pub(in crate::semantic) fn odd_subclass(model: &Model<'_>, class: Class) -> Option<String> {
    let file = FileClasses::of(model);
    let leads_to = |_: usize, module: &str| {
        let top = module.split('.').next().unwrap_or_default();
        if !top.is_empty() && is_known_module(module) { Source::Foreign } else { Source::Vouched }
    };
    match Family::new([(0, &file)], &leads_to, class).offending() {
        Found::Nothing => None,
        Found::Named(name, _) => Some(name),
        Found::MadeByCall(_) => Some("a class made by a call".to_owned()),
        Found::Text(_) => Some("code that is run from text".to_owned()),
        Found::Store(name, _) if name.is_empty() => {
            Some("an object whose attributes are set by computed names".to_owned())
        }
        Found::Store(name, _) => Some(format!("an object whose .{name} is set")),
    }
}
