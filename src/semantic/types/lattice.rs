//! What is known of a value: the lattice of types.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A builtin class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each variant without a sentence is the class of that name")]
pub enum Class {
    None,
    Bool,
    /// On Python 2 also `long`, which arithmetic on `int` may give.
    Int,
    Float,
    Complex,
    Str,
    Bytes,
    ByteArray,
    List,
    Tuple,
    Set,
    FrozenSet,
    Dict,
    Range,
    /// What can be iterated over once, or a view of a dict: made by the interpreter, of whatever class. Where Python 2 may
    /// run a text of Python 3, it may be a list there.
    Iterator,
}

/// What is known of the items of a value, of whatever it yields when it is iterated over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Items {
    /// Nothing.
    Unknown,
    /// Every item.
    Each(Box<Type>),
    /// As many items, in this order; of a tuple.
    Fixed(Vec<Type>),
    /// Every key and every value of a dict.
    Entries(Box<Type>, Box<Type>),
}

/// What is known of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// Made right here by code that makes nothing else: that class, no subclass.
    Exact(Class, Items),
    /// Declared, or tested with `isinstance`: that class or a subclass.
    Instance(Class, Items),
    /// Anything.
    Unknown,
    /// No value at all: code that cannot be reached, or a circle that nothing enters.
    Never,
}

/// How deep items of items are known.
const MAX_DEPTH: u32 = 5;

impl Type {
    /// Exactly `class`; of items what the class alone tells.
    pub const fn exact(class: Class) -> Self {
        Self::Exact(class, Items::Unknown)
    }

    /// `class` or a subclass; nothing is known of items.
    pub const fn instance(class: Class) -> Self {
        Self::Instance(class, Items::Unknown)
    }

    /// Exactly `class`, every item of which is an `item`.
    pub fn of(class: Class, item: Type) -> Self {
        Self::Exact(class, Items::each(item))
    }

    /// The class, if it is exactly that.
    pub fn class(&self) -> Option<Class> {
        match self {
            Type::Exact(class, _) => Some(*class),
            Type::Instance(..) | Type::Unknown | Type::Never => None,
        }
    }

    /// The class, if it is that or a subclass.
    pub fn base(&self) -> Option<Class> {
        match self {
            Type::Exact(class, _) | Type::Instance(class, _) => Some(*class),
            Type::Unknown | Type::Never => None,
        }
    }

    /// Whether it is exactly `class`.
    pub fn is(&self, class: Class) -> bool {
        self.class() == Some(class)
    }

    /// Whether nothing is known.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Type::Unknown)
    }

    /// What iterating over it yields. A subclass may iterate in its own way.
    #[must_use]
    pub fn item(&self) -> Type {
        match self {
            Type::Exact(class, items) => items.joined().unwrap_or(match class {
                Class::Str => Type::exact(Class::Str),
                Class::Bytes | Class::ByteArray | Class::Range => Type::exact(Class::Int),
                _ => Type::Unknown,
            }),
            // What a declaration says of items it says of subclasses, too.
            Type::Instance(_, items) => items.joined().unwrap_or(Type::Unknown),
            Type::Unknown => Type::Unknown,
            Type::Never => Type::Never,
        }
    }

    /// The items that unpacking it into `count` targets gives.
    pub fn unpacked(&self, count: usize) -> Vec<Type> {
        match self {
            Type::Exact(_, Items::Fixed(items)) | Type::Instance(_, Items::Fixed(items))
                if items.len() == count =>
            {
                items.clone()
            }
            other => vec![other.item(); count],
        }
    }

    /// What is known of a value that is one or the other.
    #[must_use]
    pub fn join(self, other: Type) -> Type {
        match (self, other) {
            (Type::Exact(one, left), Type::Exact(two, right)) if one == two => {
                Type::Exact(one, left.join(right))
            }
            (
                Type::Exact(one, left) | Type::Instance(one, left),
                Type::Exact(two, right) | Type::Instance(two, right),
            ) if one == two => Type::Instance(one, left.join(right)),
            (Type::Never, other) | (other, Type::Never) => other,
            _ => Type::Unknown,
        }
    }

    /// What is known of a value that is one of `types`; nothing if there is none.
    pub fn joined(mut types: impl Iterator<Item = Type>) -> Type {
        let first = types.next().unwrap_or(Type::Unknown);
        types.fold(first, Type::join)
    }

    /// The same without what is known of the items of something that can change.
    #[must_use]
    pub fn opened(self) -> Type {
        let opened = |class: Class, items: Items| match class {
            Class::List | Class::Set | Class::Dict | Class::ByteArray => Items::Unknown,
            _ => items.map(Type::opened),
        };
        match self {
            Type::Exact(class, items) => Type::Exact(class, opened(class, items)),
            Type::Instance(class, items) => Type::Instance(class, opened(class, items)),
            Type::Unknown | Type::Never => self,
        }
    }

    /// The same without what is known of the items of items that can change.
    #[must_use]
    pub fn closed(self) -> Type {
        match self {
            Type::Exact(class, items) => Type::Exact(class, items.map(Type::opened)),
            Type::Instance(class, items) => Type::Instance(class, items.map(Type::opened)),
            Type::Unknown | Type::Never => self,
        }
    }

    /// The same, where a subclass may stand for every class in it.
    #[must_use]
    pub fn declared(self) -> Type {
        match self {
            Type::Exact(class, items) | Type::Instance(class, items) => {
                Type::Instance(class, items.map(Type::declared))
            }
            Type::Unknown | Type::Never => self,
        }
    }

    /// The same, with nothing said of items that lie too deep.
    fn limited(self, depth: u32) -> Type {
        let limited = |items: Items| match depth {
            0 => Items::Unknown,
            _ => items.map(|item| item.limited(depth - 1)),
        };
        match self {
            Type::Exact(class, items) => Type::Exact(class, limited(items)),
            Type::Instance(class, items) => Type::Instance(class, limited(items)),
            Type::Unknown | Type::Never => self,
        }
    }
}

impl Items {
    /// Every item is an `item`.
    pub fn each(item: Type) -> Self {
        if item.is_unknown() { Items::Unknown } else { Items::Each(Box::new(item.limited(MAX_DEPTH))) }
    }

    /// What one item is, if that is known; of a dict, a key.
    pub fn joined(&self) -> Option<Type> {
        match self {
            Items::Unknown => None,
            // Nothing in it, or something else put in later.
            Items::Fixed(items) if items.is_empty() => Some(Type::Never),
            Items::Each(item) => Some((**item).clone()),
            Items::Fixed(items) => Some(Type::joined(items.iter().cloned())),
            Items::Entries(key, _) => Some((**key).clone()),
        }
    }

    fn join(self, other: Items) -> Items {
        match (self, other) {
            (Items::Fixed(left), Items::Fixed(right)) if left.len() == right.len() => {
                Items::Fixed(left.into_iter().zip(right).map(|(one, two)| one.join(two)).collect())
            }
            (Items::Entries(key, value), Items::Entries(other_key, other_value)) => {
                Items::Entries(Box::new(key.join(*other_key)), Box::new(value.join(*other_value)))
            }
            (left, right) => match (left.joined(), right.joined()) {
                (Some(one), Some(two)) => Items::each(one.join(two)),
                _ => Items::Unknown,
            },
        }
    }

    /// The same with every type in it changed by `change`.
    fn map(self, change: impl Fn(Type) -> Type) -> Items {
        match self {
            Items::Unknown => Items::Unknown,
            Items::Each(item) => Items::each(change(*item)),
            Items::Fixed(items) => Items::Fixed(items.into_iter().map(change).collect()),
            Items::Entries(key, value) => Items::Entries(Box::new(change(*key)), Box::new(change(*value))),
        }
    }
}

/// `str` for exactly that class, `~str` where a subclass may stand for it, `?` for anything.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Unknown => f.write_str("?"),
            Type::Never => f.write_str("never"),
            Type::Exact(class, items) => write!(f, "{}{items}", class.name()),
            Type::Instance(class, items) => write!(f, "~{}{items}", class.name()),
        }
    }
}

impl fmt::Display for Items {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Items::Unknown => Ok(()),
            Items::Each(item) => write!(f, "[{item}]"),
            Items::Fixed(items) => {
                f.write_str("(")?;
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{item}")?;
                }
                f.write_str(")")
            }
            Items::Entries(key, value) => write!(f, "[{key}: {value}]"),
        }
    }
}

impl Class {
    /// Whether its objects hold others that can be exchanged.
    pub const fn is_container(self) -> bool {
        matches!(
            self,
            Class::List | Class::Set | Class::Dict | Class::Tuple | Class::FrozenSet | Class::Iterator
        )
    }

    /// Its name in Python; `iterator` for those that have several.
    pub const fn name(self) -> &'static str {
        match self {
            Class::None => "None",
            Class::Bool => "bool",
            Class::Int => "int",
            Class::Float => "float",
            Class::Complex => "complex",
            Class::Str => "str",
            Class::Bytes => "bytes",
            Class::ByteArray => "bytearray",
            Class::List => "list",
            Class::Tuple => "tuple",
            Class::Set => "set",
            Class::FrozenSet => "frozenset",
            Class::Dict => "dict",
            Class::Range => "range",
            Class::Iterator => "iterator",
        }
    }
}
