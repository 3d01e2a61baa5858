//! Attributes that code looks up by names that it puts together: `getattr(self, 'visit_' + kind)`.

use crate::syntax::{Argument, Call, Field, Kind, Literal, Node};
use crate::text::Range;

/// One way in which a file gets at attributes without spelling out their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lookup {
    of: Objects,
    names: Names,
}

/// On which objects attributes are looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Objects {
    /// On `self`.
    Own,
    /// On anything.
    Any,
}

/// Which names may come out.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Names {
    Any,
    Prefix(String),
    Suffix(String),
}

/// Whose attributes a file may get at by a name that it does not spell out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reach {
    /// Nobody's.
    Nobody,
    /// Those of instances of its own classes, and of their subclasses.
    Relatives,
    /// Anybody's.
    Everybody,
}

/// Whose attribute `name` may be found by one of `lookups`.
pub(super) fn reach(lookups: &[Lookup], name: &str) -> Reach {
    let fits = lookups.iter().filter(|lookup| match &lookup.names {
        Names::Any => true,
        Names::Prefix(prefix) => name.len() > prefix.len() && name.starts_with(prefix),
        Names::Suffix(suffix) => name.len() > suffix.len() && name.ends_with(suffix),
    });
    let of = fits.map(|lookup| match lookup.of {
        Objects::Own => Reach::Relatives,
        Objects::Any => Reach::Everybody,
    });
    of.max().unwrap_or(Reach::Nobody)
}

/// What the call or attribute `node` looks up, if it does.
pub(super) fn of_node(node: Node<'_>) -> Vec<Lookup> {
    let any = |object: Option<Node<'_>>| {
        let of = if object.is_some_and(is_own) { Objects::Own } else { Objects::Any };
        vec![Lookup { of, names: Names::Any }]
    };
    if node.kind() == Kind::Attribute {
        let name = node.child(Field::Attribute).map_or("", |name| name.text());
        let object = node.child(Field::Object);
        // What an instance holds are no methods.
        let instance = object.is_some_and(is_own);
        return if name == "__dict__" && !instance { any(object) } else { Vec::new() };
    }
    let Some(call) = Call::cast(node) else { return Vec::new() };
    let function = call.function.text();
    let arguments = call.arguments().list;
    let first = match arguments.first() {
        Some(Argument::Positional(first)) => Some(*first),
        _ => None,
    };
    let place = match function.rsplit('.').next().unwrap_or_default().trim() {
        "getattr" => 1,
        "methodcaller" | "attrgetter" => 0,
        "getmembers" | "getmembers_static" => return any(first),
        "vars" if !first.is_some_and(is_own) => return any(first),
        "__getattribute__" => return any(None),
        _ => return Vec::new(),
    };
    let Some(Argument::Positional(name)) = arguments.get(place).copied() else { return any(None) };
    if Literal::evaluate(name).is_some() {
        return Vec::new();
    }
    let of = match first {
        Some(first) if place == 1 && is_own(first) => Objects::Own,
        _ => Objects::Any,
    };
    vec![Lookup { of, names: names(name) }]
}

/// What the expression tells of the name that it puts together.
fn names(name: Node<'_>) -> Names {
    let ends = match name.kind() {
        Kind::String => Some((name, name)),
        // '%s_handler' % x
        Kind::BinaryOperator
            if name.child(Field::Operator).is_some_and(|operator| operator.is_token("%")) =>
        {
            name.child(Field::Left).map(|format| (format, format))
        }
        _ if is_sum(name) => {
            let mut first = name;
            while let Some(left) = first.child(Field::Left).filter(|_| is_sum(first)) {
                first = left;
            }
            name.child(Field::Right).map(|last| (first, last))
        }
        // 'on_{}'.format(x)
        Kind::Call => {
            let method = name.child(Field::Function).filter(|function| function.kind() == Kind::Attribute);
            let format = method.and_then(|method| method.child(Field::Object));
            let named = method.and_then(|method| method.child(Field::Attribute));
            format
                .filter(|_| named.is_some_and(|named| named.text() == "format"))
                .map(|format| (format, format))
        }
        _ => None,
    };
    let Some((first, last)) = ends else { return Names::Any };
    let part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let head =
        literal(first).map_or("", |text| text.split(|letter| !part(letter)).next().unwrap_or_default());
    if !head.is_empty() {
        return Names::Prefix(head.to_owned());
    }
    let tail = literal(last).map_or("", |text| {
        let tail = text.rsplit(|letter| !part(letter)).next().unwrap_or_default();
        // In '%s_handler' the conversion ends with a letter.
        if text.len() > tail.len() { tail.trim_start_matches(|letter| letter != '_') } else { tail }
    });
    if tail.is_empty() { Names::Any } else { Names::Suffix(tail.to_owned()) }
}

/// Whether the object is the one that the method around is called on, or its class.
pub(super) fn is_own(object: Node<'_>) -> bool {
    matches!(object.text(), "self" | "cls") && object.ancestors().any(|up| up.kind() == Kind::ClassDefinition)
}

fn is_sum(node: Node<'_>) -> bool {
    node.kind() == Kind::BinaryOperator
        && node.child(Field::Operator).is_some_and(|operator| operator.is_token("+"))
}

/// What stands between the quotes of a string.
fn literal(node: Node<'_>) -> Option<&str> {
    let start = node.children().find(|child| child.kind() == Kind::StringStart)?;
    let end = node.children().find(|child| child.kind() == Kind::StringEnd)?;
    let inner = Range::new(start.range().end, end.range().start);
    (node.kind() == Kind::String).then(|| node.source().slice(inner))
}
