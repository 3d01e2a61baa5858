//! What evaluating an expression may do besides giving a value.

use bitflags::bitflags;

use super::{Class, Facts, Type, pure};
use crate::syntax::{Argument, Attribute, Call, Field, Kind, Node};

bitflags! {
    /// What evaluating an expression may do besides giving a value.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub(super) struct Effects: u8 {
        /// Runs code that cannot be seen: a function, a property, an operator of an unknown class.
        const CALLS_UNKNOWN = 1;
        /// May raise an exception.
        const MAY_RAISE = 1 << 1;
        /// Hands control to somebody else: `yield`, `await`.
        const SUSPENDS = 1 << 2;
        /// Binds a name.
        const BINDS = 1 << 3;
    }
}

/// The effects of evaluating `node` once.
pub(super) fn of_expression(facts: &Facts<'_>, node: Node<'_>) -> Effects {
    let anything = Effects::CALLS_UNKNOWN | Effects::MAY_RAISE;
    let parts = |node: Node<'_>| {
        node.named_children().fold(Effects::empty(), |sum, part| sum | of_expression(facts, part))
    };
    match node.kind() {
        Kind::Integer | Kind::Float | Kind::True | Kind::False | Kind::None | Kind::Ellipsis => {
            Effects::empty()
        }
        // Defaults are evaluated where the lambda stands, its body is not.
        Kind::Lambda => {
            let parameters = node.child(Field::Parameters).into_iter().flat_map(|list| list.named_children());
            let defaults = parameters.filter_map(|parameter| parameter.child(Field::Value));
            defaults.fold(Effects::empty(), |sum, value| sum | of_expression(facts, value))
        }
        // A name may have no value.
        Kind::Identifier => Effects::MAY_RAISE,
        Kind::String | Kind::ConcatenatedString => {
            let formats = node.descendants().any(|part| part.kind() == Kind::Interpolation);
            if formats { anything } else { Effects::empty() }
        }
        Kind::List | Kind::Tuple | Kind::ExpressionList | Kind::ParenthesizedExpression => parts(node),
        Kind::Set | Kind::Dictionary | Kind::Pair => {
            let hashed = node.named_children().all(|part| {
                part.kind() == Kind::Pair || part.field() == Field::Value || is_hashable(&facts.type_of(part))
            });
            parts(node) | if hashed { Effects::empty() } else { anything }
        }
        Kind::ConditionalExpression | Kind::BooleanOperator | Kind::NotOperator => {
            let tested = node.named_children().all(|part| facts.type_of(part).class().is_some());
            parts(node) | if tested { Effects::empty() } else { anything }
        }
        Kind::ComparisonOperator => {
            let identity =
                node.children_in(Field::Operators).all(|operator| matches!(operator.text(), "is" | "is not"));
            let known = node.named_children().all(|part| is_plain(&facts.type_of(part)));
            parts(node)
                | match (identity, known) {
                    (true, _) => Effects::empty(),
                    (false, true) => Effects::MAY_RAISE,
                    (false, false) => anything,
                }
        }
        Kind::BinaryOperator | Kind::UnaryOperator => {
            // '%s' % [x] shows `x`
            let formats =
                node.has_token("%") && node.named_children().any(|part| !is_plain(&facts.type_of(part)));
            let known = facts.type_of(node) != Type::Unknown && !formats;
            parts(node) | if known { Effects::MAY_RAISE } else { anything }
        }
        Kind::Subscript => {
            // Looking a key up compares it with the keys of the dict.
            let known = node.named_children().all(|part| {
                facts.type_of(part).class().is_some_and(|class| class != Class::Dict)
                    && (part.field() == Field::Value || is_plain(&facts.type_of(part)))
            });
            parts(node) | if known { Effects::MAY_RAISE } else { anything }
        }
        Kind::Call => call(facts, node),
        Kind::NamedExpression => {
            let value = node.child(Field::Value).map_or(anything, |value| of_expression(facts, value));
            value | Effects::BINDS
        }
        Kind::Yield | Kind::Await => Effects::all(),
        _ => anything,
    }
}

/// Whether evaluating `node` does nothing that could fail but read names.
pub(super) fn only_names(node: Node<'_>) -> bool {
    node.descendants().all(|part| {
        !matches!(
            part.kind(),
            Kind::Call
                | Kind::Subscript
                | Kind::Attribute
                | Kind::BinaryOperator
                | Kind::UnaryOperator
                | Kind::ComparisonOperator
                | Kind::Interpolation
        )
    })
}

/// Whether the statements of a loop run no code of a user's by themselves: to iterate, to unpack, to test, to
/// hash.
///
/// ```python
/// for x in numbered(r):     # a generator that looks at `r`
///     if x:                 # `x.__bool__`
///         s.add(x)          # `x.__hash__`
/// ```
pub(super) fn loop_runs_known_code(facts: &Facts<'_>, site: Node<'_>) -> bool {
    let known = |node: Option<Node<'_>>| node.is_some_and(|node| facts.type_of(node).class().is_some());
    site.descendants().all(|node| match node.kind() {
        Kind::ForStatement => {
            let target = node.child(Field::Left);
            let single = target.is_some_and(|target| target.kind() == Kind::Identifier);
            let items = node.child(Field::Right).map_or(Type::Unknown, |right| facts.type_of(right).item());
            known(node.child(Field::Right)) && (single || items.class().is_some())
        }
        Kind::IfStatement | Kind::ElifClause => known(node.child(Field::Condition)),
        Kind::Assignment => {
            let target = node.child(Field::Left);
            target.filter(|target| target.kind() == Kind::Subscript).is_none_or(|target| {
                target.children_in(Field::Subscript).all(|key| is_hashable(&facts.type_of(key)))
            })
        }
        Kind::Call => Attribute::cast(node.child(Field::Function).unwrap_or(node))
            .filter(|method| method.name.text() == "add")
            .and_then(|_| Call::cast(node))
            .is_none_or(|call| call.sole_argument().is_some_and(|only| is_hashable(&facts.type_of(only)))),
        _ => true,
    })
}

fn call(facts: &Facts<'_>, node: Node<'_>) -> Effects {
    let anything = Effects::CALLS_UNKNOWN | Effects::MAY_RAISE;
    let Some(call) = Call::cast(node) else { return anything };
    let mut sum = Effects::empty();
    let mut types = Vec::new();
    for argument in call.arguments().list {
        match argument {
            Argument::Positional(value) => {
                sum |= of_expression(facts, value);
                types.push(facts.type_of(value));
            }
            _ => return anything,
        }
    }
    let name = of_expression(facts, call.function);
    match pure::of_call(facts, &call, &types) {
        // The name of a module may have no value yet.
        Some(known) if known.raises || !facts.model().is_builtin(call.function) => sum | Effects::MAY_RAISE,
        Some(_) => sum,
        None => match Attribute::cast(call.function) {
            Some(method) if facts.type_of(method.object).is(Class::Str) && types.iter().all(is_plain) => {
                sum | of_expression(facts, method.object) | Effects::MAY_RAISE
            }
            _ => sum | name | anything,
        },
    }
}

/// Whether the builtin function or class `name`, called with arguments of these types, runs only code of the
/// interpreter: it may raise, but nothing else can be noticed.
pub(super) fn runs_no_user_code(name: &str, arguments: &[Type]) -> bool {
    pure::of_builtin(name, arguments, false).is_some()
}

/// Numbers and strings: no code of a user's runs when they are compared, hashed, shown or computed with.
pub(super) fn is_plain(value: &Type) -> bool {
    matches!(
        value.class(),
        Some(Class::None | Class::Bool | Class::Int | Class::Float | Class::Str | Class::Bytes)
    )
}

fn is_hashable(value: &Type) -> bool {
    is_plain(value)
}
