//! Attributes that code looks up by names that it puts together: `getattr(self, 'visit_' + kind)`.

use crate::syntax::{Argument, Call, Field, Kind, Literal, Node};

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
    /// Any but private ones: nobody makes those up.
    Public,
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
        Names::Public => !name.starts_with('_'),
        Names::Prefix(prefix) => name.len() > prefix.len() && name.starts_with(prefix),
        Names::Suffix(suffix) => name.len() > suffix.len() && name.ends_with(suffix),
    });
    let of = fits.map(|lookup| match lookup.of {
        Objects::Own => Reach::Relatives,
        Objects::Any => Reach::Everybody,
    });
    of.max().unwrap_or(Reach::Nobody)
}

/// What the call `node` looks up, if it does.
pub(super) fn of_call(node: Node<'_>) -> Vec<Lookup> {
    let Some(call) = Call::cast(node) else { return Vec::new() };
    let function = call.function.text();
    let place = match function.rsplit('.').next().unwrap_or_default() {
        "getattr" | "__getattribute__" => 1,
        "methodcaller" | "attrgetter" => 0,
        _ => return Vec::new(),
    };
    let arguments = call.arguments().list;
    let Some(Argument::Positional(name)) = arguments.get(place).copied() else { return Vec::new() };
    let of = match arguments.first() {
        Some(Argument::Positional(first)) if place == 1 && first.text() == "self" => Objects::Own,
        _ => Objects::Any,
    };
    if Literal::evaluate(name).is_some() {
        return Vec::new();
    }
    let strings = name.descendants().filter(|part| part.kind() == Kind::String);
    let mut names: Vec<Names> = strings.flat_map(|part| hints(part, 1)).collect();
    if names.is_empty() {
        names.push(Names::Public);
    }
    names.into_iter().map(|names| Lookup { of, names }).collect()
}

/// What a string that stands anywhere may be looked up with later.
pub(super) fn of_string(string: Node<'_>) -> impl Iterator<Item = Lookup> {
    hints(string, 3).into_iter().map(|names| Lookup { of: Objects::Any, names })
}

/// What a string tells of a name that it may be a part of, if it is a part of at least `least` letters.
fn hints(string: Node<'_>, least: usize) -> Vec<Names> {
    let start = string.children().find(|child| child.kind() == Kind::StringStart);
    let end = string.children().find(|child| child.kind() == Kind::StringEnd);
    let (Some(start), Some(end)) = (start, end) else { return Vec::new() };
    let inner = string.source().slice(crate::text::Range::new(start.range().end, end.range().start));
    if inner.len() > 60 {
        return Vec::new();
    }
    let name = |letter: char| letter.is_alphanumeric() || letter == '_';
    let head = inner.split(|letter| !name(letter)).next().unwrap_or_default();
    let tail = inner.rsplit(|letter| !name(letter)).next().unwrap_or_default();
    let formatted = inner.contains('%') || inner.contains('{');
    // In "%s_handler" the conversion ends with a letter.
    let tail = if formatted { tail.trim_start_matches(|letter| letter != '_') } else { tail };
    let joined = formatted || string.parent().is_some_and(|up| up.kind() == Kind::BinaryOperator);
    let mut found = Vec::new();
    // In the call itself whatever is joined is a part of the name: `getattr(x, 'on' + event)`.
    let begins = head.ends_with('_') || (least == 1 && joined && string.field() != Field::Right);
    if head.len() >= least && begins && (head == inner || formatted) {
        found.push(Names::Prefix(head.to_owned()));
    }
    let ends = tail.starts_with('_') || (least == 1 && joined && string.field() == Field::Right);
    if tail.len() >= least && ends && joined {
        found.push(Names::Suffix(tail.to_owned()));
    }
    found
}
