//! Functions of the interpreter and of the standard library that are known to do nothing but give a value, for
//! arguments of given exact types.
//!
//! None of them runs code of a user's, changes anything, or reads anything but its arguments. A test calls each of them
//! on every Python that it finds.

mod domains;
mod table;

use std::collections::HashSet;
use std::sync::LazyLock;

use bitflags::bitflags;

use super::{Class, Facts, Items, Type, standard};
use crate::syntax::{Argument, Call, Kind, Node};

pub use table::CALLS;

/// What is known of one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownCall {
    /// What it gives.
    pub result: Type,
    /// Whether it may raise an exception.
    pub raises: bool,
}

/// What is known of `call`, whose arguments have the types `arguments`, one for each. `None` when it may do
/// anything: another function, other types, keywords or unpacked arguments.
///
/// ```python
/// os.path.join(base, name)               # `base.__fspath__` runs, unless it is a `str`
/// ```
pub(super) fn of_call(facts: &Facts<'_>, call: &Call<'_>, arguments: &[Type]) -> Option<KnownCall> {
    let positional = |argument: &Argument<'_>| matches!(argument, Argument::Positional(_));
    let list = call.arguments().list;
    if list.len() != arguments.len() || !list.iter().all(positional) {
        return None;
    }
    let python2 = call.node.source().may_run_on_python2();
    if call.function.kind() == Kind::Identifier && facts.model().is_builtin(call.function) {
        return of_builtin(call.function.text(), arguments, python2);
    }
    known(&standard::reachable_name(facts, call.function)?, arguments, python2)
}

/// Whether `call` of a function of the table, which may raise, surely does not for the numbers and letters among its
/// arguments, which are `values`.
pub(super) fn accepts(facts: &Facts<'_>, call: &Call<'_>, values: &[Node<'_>]) -> bool {
    let function = call.function;
    if function.kind() == Kind::Identifier && facts.model().is_builtin(function) {
        return domains::accepts(facts, &format!("builtins.{}", function.text()), values);
    }
    standard::reachable_name(facts, function).is_some_and(|name| domains::accepts(facts, &name, values))
}

/// Whether a row of the table is about something called `name`, in whatever module or class.
pub fn is_last_name(name: &str) -> bool {
    static NAMES: LazyLock<HashSet<&str>> = LazyLock::new(|| {
        CALLS.iter().map(|row| row.name.rsplit_once('.').map_or(row.name, |(_, last)| last)).collect()
    });
    NAMES.contains(name)
}

/// What is known of calling the builtin `name` with arguments of these types.
pub(super) fn of_builtin(name: &str, arguments: &[Type], python2: bool) -> Option<KnownCall> {
    known(&format!("builtins.{name}"), arguments, python2)
}

fn known(name: &str, arguments: &[Type], python2: bool) -> Option<KnownCall> {
    let from = CALLS.partition_point(|row| row.name < name);
    let rows = CALLS.get(from..).unwrap_or_default().iter().take_while(|row| row.name == name);
    let row = rows
        .into_iter()
        .find(|row| row.accepts(arguments) && (row.python2 != Python2::Absent || !python2))?;
    let result = if python2 && row.python2 != Python2::Same { Type::Unknown } else { row.result(arguments) };
    Some(KnownCall { result, raises: row.raises })
}

bitflags! {
    /// A set of classes.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Classes: u16 {
        /// `NoneType`.
        const NONE = 1;
        /// `bool`.
        const BOOL = 1 << 1;
        /// `int`.
        const INT = 1 << 2;
        /// `float`.
        const FLOAT = 1 << 3;
        /// `str`.
        const STR = 1 << 4;
        /// `bytes`.
        const BYTES = 1 << 5;
        /// `list`.
        const LIST = 1 << 6;
        /// `tuple`.
        const TUPLE = 1 << 7;
        /// `set`.
        const SET = 1 << 8;
        /// `frozenset`.
        const FROZENSET = 1 << 9;
        /// `dict`.
        const DICT = 1 << 10;
        /// `range`.
        const RANGE = 1 << 11;
        /// Numbers.
        const NUMBER = Self::BOOL.bits() | Self::INT.bits() | Self::FLOAT.bits();
        /// Numbers and strings: no code of a user's runs when they are compared, hashed, shown or computed with.
        const PLAIN = Self::NUMBER.bits() | Self::NONE.bits() | Self::STR.bits() | Self::BYTES.bits();
        /// What holds items in an order.
        const SEQUENCE = Self::LIST.bits() | Self::TUPLE.bits();
        /// What holds items.
        const HOLDER = Self::SEQUENCE.bits() | Self::SET.bits() | Self::FROZENSET.bits() | Self::DICT.bits();
    }
}

impl Classes {
    fn of(class: Class) -> Self {
        match class {
            Class::None => Self::NONE,
            Class::Bool => Self::BOOL,
            Class::Int => Self::INT,
            Class::Float => Self::FLOAT,
            Class::Str => Self::STR,
            Class::Bytes => Self::BYTES,
            Class::List => Self::LIST,
            Class::Tuple => Self::TUPLE,
            Class::Set => Self::SET,
            Class::FrozenSet => Self::FROZENSET,
            Class::Dict => Self::DICT,
            Class::Range => Self::RANGE,
            _ => Self::empty(),
        }
    }

    fn hold(self, found: &Type) -> bool {
        found.class().is_some_and(|class| self.intersects(Self::of(class)))
    }
}

/// What one argument must be.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Exactly one of these.
    pub classes: Classes,
    /// Each item of it is exactly one of these, the same for all; empty when items do not matter.
    pub items: Classes,
    /// Whether it may be left out or given more than once; of the last parameter.
    pub repeated: bool,
}

/// What a call gives.
#[derive(Clone, Copy, Debug)]
pub enum Gives {
    /// Something of exactly this class.
    Exactly(Class),
    /// Something of this class, with the items of the first argument.
    Holding(Class),
    /// A tuple of so many strings.
    Strings(usize),
    /// An item of the first argument.
    Item,
    /// Something that has no class here.
    Something,
}

/// What Python 2.7 makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Python2 {
    /// The same.
    Same,
    /// It is as pure, but gives something else.
    Other,
    /// It is not there, or not pure.
    Absent,
}

/// A function, for arguments of some types.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Module and name.
    pub name: &'static str,
    /// What it takes.
    pub takes: &'static [Parameter],
    /// What it gives.
    pub gives: Gives,
    /// Whether it may raise.
    pub raises: bool,
    /// How it is in Python 2.7; every Python 3 is the same.
    pub python2: Python2,
}

impl Row {
    fn accepts(&self, arguments: &[Type]) -> bool {
        let repeated = self.takes.last().filter(|last| last.repeated);
        let single = self.takes.len() - usize::from(repeated.is_some());
        if arguments.len() < single || (repeated.is_none() && arguments.len() > single) {
            return false;
        }
        let fits = |parameter: &Parameter, found: &Type| {
            parameter.classes.hold(found)
                && (parameter.items.is_empty() || parameter.items.hold(&found.item()))
        };
        let all = self.takes.iter().take(single).chain(repeated.into_iter().cycle());
        arguments.iter().zip(all).all(|(found, parameter)| fits(parameter, found))
    }

    fn result(&self, arguments: &[Type]) -> Type {
        let item = || arguments.first().map_or(Type::Unknown, Type::item);
        match self.gives {
            Gives::Exactly(class) => Type::exact(class),
            Gives::Holding(class) => Type::of(class, item()),
            Gives::Strings(count) => {
                Type::Exact(Class::Tuple, Items::Fixed(vec![Type::exact(Class::Str); count]))
            }
            Gives::Item => item(),
            Gives::Something => Type::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_by_name() {
        assert!(CALLS.is_sorted_by_key(|row| row.name));
        let of = |name: &str, arguments: &[Type]| known(name, arguments, false);
        let text = || Type::exact(Class::Str);
        let total = |result: Type| Some(KnownCall { result, raises: false });
        assert_eq!(of("os.path.join", &[text()]), total(text()));
        assert_eq!(of("os.path.join", &[text(), text(), text()]), total(text()));
        assert_eq!(of("os.path.join", &[]), None);
        assert_eq!(of("os.path.join", &[text(), Type::Unknown]), None);
        assert_eq!(of("os.path.join", &[text(), Type::instance(Class::Str)]), None);
        assert_eq!(of("builtins.len", &[text(), text()]), None);
        let words = Type::of(Class::Set, text());
        assert_eq!(of("builtins.sorted", &[words]), total(Type::of(Class::List, text())));
        assert_eq!(of("builtins.sorted", &[Type::exact(Class::List)]), None);
        let number = |raises| Some(KnownCall { result: Type::exact(Class::Int), raises });
        assert_eq!(of("builtins.int", &[text()]), number(true));
        assert_eq!(of("builtins.int", &[Type::exact(Class::Bool)]), number(false));
        let python2 = known("builtins.int", &[text()], true);
        assert_eq!(python2, Some(KnownCall { result: Type::Unknown, raises: true }));
        assert_eq!(known("math.gcd", &[Type::exact(Class::Int), Type::exact(Class::Int)], true), None);
    }
}
