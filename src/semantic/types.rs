//! What is known of the values of an expression.
//!
//! Names, flow and calls are judged here, from the text of the file; `World` is asked for what only the
//! project or the type engine can tell, and only where the question allows it. The items of a container are
//! known only while nothing can have changed the container.

mod aliasing;
mod annotations;
mod attributes;
mod calls;
mod engine;
mod functions;
mod lattice;
mod memo;
mod narrowing;
mod obstacles;
mod operators;
mod places;
mod spelling;
#[cfg(test)]
mod surprises;
#[cfg(test)]
mod tests;

use bitflags::bitflags;

pub(super) use aliasing::{is_look, makes_new, only_looked_at};
pub use lattice::{Class, Items, Type};
pub(super) use memo::Memo;
pub(super) use obstacles::obstacles;

use super::Facts;
use crate::syntax::{Field, Kind, Node, StringPrefix};

bitflags! {
    /// Who may be asked besides the code around the expression itself, which is always looked at.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct Sources: u8 {
        /// The calls of a function tell what its parameters are, in this file and in the project.
        const CALLS = 1;
        /// The type engine.
        const ENGINE = 1 << 1;
    }
}

/// One question about types, and who may be asked.
#[derive(Clone, Copy)]
pub(super) struct Inference<'f, 't> {
    pub facts: &'f Facts<'t>,
    pub sources: Sources,
}

impl Inference<'_, '_> {
    /// What is known of the values of `node`; never [`Type::Never`].
    pub fn type_of(&self, node: Node<'_>) -> Type {
        match self.infer(node) {
            Type::Never => Type::Unknown,
            known => known,
        }
    }

    fn infer(&self, node: Node<'_>) -> Type {
        let found = self.by_kind(node);
        if found.is_unknown() && self.sources.contains(Sources::ENGINE) { self.asked(node) } else { found }
    }

    fn by_kind(&self, node: Node<'_>) -> Type {
        match node.kind() {
            Kind::String => string(node),
            Kind::ConcatenatedString => concatenated(node),
            Kind::Integer | Kind::Float if node.text().ends_with(['j', 'J']) => Type::exact(Class::Complex),
            // 10L of Python 2
            Kind::Integer if node.text().ends_with(['l', 'L']) => Type::Unknown,
            Kind::Integer => Type::exact(Class::Int),
            Kind::Float => Type::exact(Class::Float),
            Kind::True | Kind::False | Kind::NotOperator => Type::exact(Class::Bool),
            Kind::None => Type::exact(Class::None),
            Kind::List => Type::of(Class::List, self.display(node)),
            Kind::Set => Type::of(Class::Set, self.display(node)),
            Kind::Tuple | Kind::ExpressionList => self.tuple(node),
            Kind::ListComprehension => Type::of(Class::List, self.body(node)),
            Kind::SetComprehension => Type::of(Class::Set, self.body(node)),
            // An asynchronous one is no iterator.
            Kind::GeneratorExpression if is_asynchronous(node) => Type::Unknown,
            Kind::GeneratorExpression => Type::of(Class::Iterator, self.body(node)),
            Kind::Dictionary => self.dictionary(node),
            Kind::DictionaryComprehension => {
                node.child(Field::Body).map_or(Type::exact(Class::Dict), |pair| self.entries(&[pair]))
            }
            Kind::ParenthesizedExpression => only(node).map_or(Type::Unknown, |inner| self.infer(inner)),
            Kind::ConditionalExpression => {
                let mut parts = node.named_children().filter(|part| !part.is_trivia());
                match (parts.next(), parts.nth(1)) {
                    (Some(yes), Some(no)) => self.infer(yes).join(self.infer(no)),
                    _ => Type::Unknown,
                }
            }
            Kind::BooleanOperator => Type::joined(node.named_children().map(|part| self.infer(part))),
            Kind::BinaryOperator => self.binary(node),
            Kind::ComparisonOperator => self.comparison(node),
            Kind::UnaryOperator => self.unary(node),
            Kind::Call => self.call(node),
            Kind::Subscript => self.subscript(node),
            Kind::Attribute => self.attribute(node),
            Kind::NamedExpression => {
                node.child(Field::Value).map_or(Type::Unknown, |value| self.infer(value))
            }
            Kind::Identifier => self.name(node),
            _ => Type::Unknown,
        }
    }

    fn display(&self, node: Node<'_>) -> Type {
        Type::joined(node.named_children().filter(|item| !item.is_trivia()).map(|item| self.infer(item)))
    }

    fn tuple(&self, node: Node<'_>) -> Type {
        let items: Vec<_> = node.named_children().filter(|item| !item.is_trivia()).collect();
        if items.iter().any(|item| matches!(item.kind(), Kind::ListSplat)) {
            return Type::exact(Class::Tuple);
        }
        Type::Exact(Class::Tuple, Items::Fixed(items.into_iter().map(|item| self.infer(item)).collect()))
    }

    fn body(&self, comprehension: Node<'_>) -> Type {
        comprehension.child(Field::Body).map_or(Type::Unknown, |body| self.infer(body))
    }

    fn dictionary(&self, node: Node<'_>) -> Type {
        let pairs: Vec<_> = node.named_children().filter(|item| !item.is_trivia()).collect();
        self.entries(&pairs)
    }

    /// A dict of these pairs.
    fn entries(&self, pairs: &[Node<'_>]) -> Type {
        let part = |field| {
            Type::joined(
                pairs.iter().map(|pair| pair.child(field).map_or(Type::Unknown, |it| self.infer(it))),
            )
        };
        Type::Exact(Class::Dict, Items::Entries(Box::new(part(Field::Key)), Box::new(part(Field::Value))))
    }

    fn subscript(&self, node: Node<'_>) -> Type {
        let Some(value) = node.child(Field::Value).map(|value| self.infer(value)) else {
            return Type::Unknown;
        };
        let mut keys = node.children_in(Field::Subscript);
        let (Some(key), None) = (keys.next(), keys.next()) else { return Type::Unknown };
        let slice = key.kind() == Kind::Slice;
        // `xs[slice(2)]` is a list, and a number or a string of known class is no slice.
        if !slice
            && matches!(value.base(), Some(Class::List | Class::Tuple | Class::Bytes | Class::Range))
            && self.infer(key).base().is_none()
        {
            return Type::Unknown;
        }
        let known = match (&value, slice) {
            (Type::Exact(class @ (Class::Str | Class::Bytes), _), true)
            | (Type::Exact(class @ Class::Str, _), false) => Type::exact(*class),
            (Type::Exact(Class::Bytes | Class::Range, _), false) => Type::exact(Class::Int),
            (Type::Exact(class @ (Class::List | Class::Tuple), _), true) => Type::of(*class, value.item()),
            (Type::Exact(_, Items::Fixed(items)), false) => {
                let at = decimal(key).and_then(|at| items.get(at).cloned());
                at.unwrap_or_else(|| value.item())
            }
            (Type::Exact(Class::List | Class::Tuple, _), false) => value.item(),
            (Type::Exact(Class::Dict, Items::Entries(_, value)), false) => (**value).clone(),
            // A subclass answers in its own way, as far as its declaration goes.
            (Type::Instance(class @ Class::Str, _), _) => Type::instance(*class),
            (Type::Instance(class @ (Class::List | Class::Tuple), items), false) => {
                let _ = (class, items);
                value.item().declared()
            }
            (Type::Instance(Class::Dict, Items::Entries(_, value)), false) => {
                value.as_ref().clone().declared()
            }
            (Type::Never, _) => Type::Never,
            _ => Type::Unknown,
        };
        // What indexes a byte string of Python 2 gives a byte string.
        if node.source().may_run_on_python2() && value.is(Class::Bytes) { Type::Unknown } else { known }
    }
}

/// The only expression in `node`, comments aside.
fn only(node: Node<'_>) -> Option<Node<'_>> {
    let mut children = node.named_children().filter(|child| !child.is_trivia());
    children.next().filter(|_| children.next().is_none())
}

/// A literal. On Python 2 only one without prefix is surely `str`.
fn string(node: Node<'_>) -> Type {
    let Some(prefix) = StringPrefix::of(node) else { return Type::Unknown };
    let letters = node.children().next().map_or("", |start| start.text());
    if letters.trim_end_matches(['"', '\'']).contains(['t', 'T']) {
        return Type::Unknown;
    }
    let python2 = node.source().may_run_on_python2();
    match (prefix.bytes, python2) {
        (true, false) => Type::exact(Class::Bytes),
        (true, true) => Type::Unknown,
        (false, true) if prefix.unicode || node.tree().mentions("unicode_literals") => Type::Unknown,
        (false, _) => Type::exact(Class::Str),
    }
}

fn concatenated(node: Node<'_>) -> Type {
    let parts = || node.named_children().filter(|part| !part.is_trivia());
    Type::joined(parts().map(string))
}

fn is_asynchronous(comprehension: Node<'_>) -> bool {
    comprehension.descendants().any(|part| {
        part.kind() == Kind::Await || (part.kind() == Kind::ForInClause && part.has_token("async"))
    })
}

/// The value of a number in plain decimal digits; `010` is eight in Python 2.
fn decimal(node: Node<'_>) -> Option<usize> {
    let text = node.text();
    (node.kind() == Kind::Integer && (text == "0" || !text.starts_with('0')))
        .then(|| text.parse().ok())
        .flatten()
}
