//! Builtins that use up what they are given at once, and what they do with the items. It judges nothing.

use crate::semantic::guards::Treatment;
use crate::syntax::{Call, Kind, Node};

/// A builtin's name, called with one argument alone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Consumer<'t> {
    /// The call.
    pub call: Call<'t>,
    /// What is called, if it is the builtin of that name.
    pub name: &'t str,
    /// How it uses up its argument.
    pub consumption: Consumption,
    /// The argument.
    pub argument: Node<'t>,
}

/// How a builtin uses up what it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Consumption {
    /// Asks of one item after the other whether it is true, until one decides.
    UntilDecided,
    /// Hashes each item.
    Hashes,
    /// Takes each item apart, and hashes the first part.
    Pairs,
    /// Adds each item to the sum of those before.
    Adds,
    /// Compares each item with the best of those before.
    Compares,
    /// Makes a list or tuple of all items before it does anything with them.
    Collects,
}

impl Consumption {
    /// What it does with an item.
    pub fn treatment(self) -> Treatment {
        match self {
            Self::UntilDecided => Treatment::Tests,
            Self::Hashes | Self::Pairs => Treatment::Hashes,
            Self::Adds => Treatment::Adds,
            Self::Compares => Treatment::Compares,
            Self::Collects => Treatment::Keeps,
        }
    }
}

impl<'t> Consumer<'t> {
    /// The call `node` as that of a consumer, whether or not its name means the builtin.
    pub fn of(node: Node<'t>) -> Option<Self> {
        let call = Call::cast(node).filter(|call| call.function.kind() == Kind::Identifier)?;
        let name = call.function.text();
        let consumption = match name {
            "any" | "all" => Consumption::UntilDecided,
            "set" | "frozenset" => Consumption::Hashes,
            "dict" => Consumption::Pairs,
            "sum" => Consumption::Adds,
            "min" | "max" => Consumption::Compares,
            "list" | "tuple" | "sorted" => Consumption::Collects,
            _ => return None,
        };
        let argument = call.sole_argument().filter(|only| !only.is_trivia())?;
        Some(Self { call, name, consumption, argument })
    }
}
