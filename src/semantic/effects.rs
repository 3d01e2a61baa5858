//! What evaluating an expression may do besides giving a value.

use bitflags::bitflags;

use super::{Answer, Class, Facts, Resolution, ScopeKind, Taints, Type, pure};
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
        /// Looks into something that can change: a list, a set, a dict.
        const READS_HEAP = 1 << 4;
        /// Reads a name, which may have no value.
        const READS_NAMES = 1 << 5;
    }
}

/// The effects of evaluating `node` once.
pub(super) fn of_expression(facts: &Facts<'_>, node: Node<'_>) -> Effects {
    let anything = Effects::CALLS_UNKNOWN | Effects::MAY_RAISE;
    let parts = |node: Node<'_>| {
        node.named_children().fold(Effects::empty(), |sum, part| sum | of_expression(facts, part))
    };
    let looks = |node: Node<'_>| {
        let changeable = node.named_children().any(|part| can_change(&facts.type_of(part)));
        if changeable { Effects::READS_HEAP } else { Effects::empty() }
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
        Kind::Identifier => Effects::READS_NAMES,
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
            parts(node) | if tested { looks(node) } else { anything }
        }
        Kind::ComparisonOperator => {
            let identity =
                node.children_in(Field::Operators).all(|operator| matches!(operator.text(), "is" | "is not"));
            let known = node.named_children().all(|part| is_plain(&facts.type_of(part)));
            parts(node)
                | match known {
                    _ if identity => Effects::empty(),
                    _ if always_compares(facts, node) => looks(node),
                    true => Effects::MAY_RAISE,
                    false => anything,
                }
        }
        Kind::BinaryOperator | Kind::UnaryOperator => {
            // '%s' % [x] shows `x`
            let formats =
                node.has_token("%") && node.named_children().any(|part| !is_plain(&facts.type_of(part)));
            let result = facts.type_of(node);
            let exact = |part: Node<'_>| facts.type_of(part).class().is_some();
            let known = result.class().is_some() && node.named_children().all(exact);
            // Nothing that a sign stands before, and no two strings, are too large for one another.
            let total = node.kind() == Kind::UnaryOperator
                || (result.is(Class::Str) && node.has_token("+"))
                || always_computes(facts, node);
            parts(node)
                | match (known && !formats, total) {
                    (true, true) => Effects::empty(),
                    (true, false) => Effects::MAY_RAISE | looks(node),
                    (false, _) => anything,
                }
        }
        Kind::Subscript => {
            // Looking a key up compares it with the keys of the dict.
            let known = node.named_children().all(|part| {
                facts.type_of(part).class().is_some_and(|class| class != Class::Dict)
                    && (part.field() == Field::Value || is_plain(&facts.type_of(part)))
            });
            parts(node) | if known { Effects::MAY_RAISE | looks(node) } else { anything }
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

/// Whether a comparison gives an answer for all values of the classes that stand there, without any code of a user's:
/// numbers with numbers, strings with strings, equality of both, and whether one is in a collection of them.
fn always_compares(facts: &Facts<'_>, node: Node<'_>) -> bool {
    let operands: Vec<Type> = node
        .named_children()
        .filter(|part| part.field() != Field::Operators && !part.is_trivia())
        .map(|part| facts.type_of(part))
        .collect();
    let operators = node.children_in(Field::Operators);
    operators.zip(operands.windows(2)).all(|(operator, pair)| {
        let [left, right] = pair else { return false };
        match operator.text() {
            "is" | "is not" => true,
            "==" | "!=" => is_steady(left) && is_steady(right),
            "<" | "<=" | ">" | ">=" => {
                (is_number(left) && is_number(right)) || (left.is(Class::Str) && right.is(Class::Str))
            }
            "in" | "not in" => match right.class() {
                Some(Class::Str) => left.is(Class::Str),
                Some(Class::List | Class::Tuple | Class::Set | Class::FrozenSet | Class::Dict) => {
                    is_steady(left) && is_steady(&right.item())
                }
                _ => false,
            },
            _ => false,
        }
    })
}

/// Whether an operator gives a result for all numbers of the classes that stand there.
fn always_computes(facts: &Facts<'_>, node: Node<'_>) -> bool {
    let (Some(left), Some(right)) = (node.child(Field::Left), node.child(Field::Right)) else { return false };
    let whole = |part: Node<'_>| matches!(facts.type_of(part).class(), Some(Class::Int | Class::Bool));
    let real = |part: Node<'_>| facts.type_of(part).is(Class::Float);
    let operator = node.child(Field::Operator).map_or("", |operator| operator.text());
    let divides = right.kind() == Kind::Integer && right.text().parse::<i64>().is_ok_and(|by| by != 0);
    match operator {
        "+" | "-" | "*" => (whole(left) && whole(right)) || (real(left) && real(right)),
        "&" | "|" | "^" => whole(left) && whole(right),
        "%" | "//" => divides && (whole(left) || real(left)),
        _ => false,
    }
}

/// Whether the method of `str` never fails with so many strings as arguments.
pub(super) fn never_fails(method: &str, arguments: usize) -> bool {
    match method {
        "isalnum" | "isalpha" | "isdigit" | "islower" | "isspace" | "istitle" | "isupper" | "lower"
        | "upper" | "title" | "capitalize" | "swapcase" | "split" | "splitlines" => arguments == 0,
        "strip" | "lstrip" | "rstrip" => arguments <= 1,
        "startswith" | "endswith" | "find" | "rfind" | "count" => arguments == 1,
        "replace" => arguments == 2,
        _ => false,
    }
}

/// Numbers, which compare with one another.
fn is_number(value: &Type) -> bool {
    matches!(value.class(), Some(Class::Bool | Class::Int | Class::Float))
}

/// Values that can be asked whether they are equal; bytes may warn.
fn is_steady(value: &Type) -> bool {
    is_plain(value) && !value.is(Class::Bytes)
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
            // A generator, or `map` and `enumerate` over one, runs code of its own at every step.
            let runs_nothing = node.child(Field::Right).is_some_and(|right| {
                facts.type_of(right).class().is_some_and(|class| class != Class::Iterator)
            });
            runs_nothing && (single || items.class().is_some_and(|class| class != Class::Iterator))
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
    if let Some(known) = pure::of_call(facts, &call, &types) {
        let raises = if known.raises { Effects::MAY_RAISE } else { Effects::empty() };
        let looks = if types.iter().any(can_change) { Effects::READS_HEAP } else { Effects::empty() };
        return sum | raises | looks | Effects::READS_NAMES;
    }
    match Attribute::cast(call.function) {
        Some(method) if facts.type_of(method.object).is(Class::Str) && types.iter().all(is_plain) => {
            let strings = types.iter().all(|argument| argument.is(Class::Str));
            let total = strings && never_fails(method.name.text(), types.len());
            let raises = if total { Effects::empty() } else { Effects::MAY_RAISE };
            sum | of_expression(facts, method.object) | raises
        }
        _ => sum | of_expression(facts, call.function) | anything,
    }
}

/// Whether nobody can tell in which order `one` and `other` are evaluated: at most one of them does something, which
/// the other does not see and is not kept from, and at most one raises. That names have a value is for others to ask.
///
/// ```python
/// d[key(x)] = value(x)
/// d[len(xs)] = xs.pop()
/// d[int(x)] = float(y)                   # which ValueError?
/// ```
pub(super) fn commute(facts: &Facts<'_>, one: Node<'_>, other: Node<'_>) -> bool {
    let acts = Effects::CALLS_UNKNOWN | Effects::SUSPENDS | Effects::BINDS;
    let sees = Effects::READS_HEAP | Effects::MAY_RAISE;
    let (first, second) = (of_expression(facts, one), of_expression(facts, other));
    match (first.intersects(acts), second.intersects(acts)) {
        (true, true) => false,
        (true, false) => !second.intersects(sees) && names_stay(facts, other, one),
        (false, true) => !first.intersects(sees) && names_stay(facts, one, other),
        (false, false) => !(first & second).contains(Effects::MAY_RAISE),
    }
}

/// Whether nobody can tell if `shown` is made text, which `text` says what it may do, before or after `later` is
/// evaluated. That names have a value is for others to ask.
///
/// ```python
/// '%s of %s' % (queue, queue.pop())      # shows what is left; f'{queue} of {queue.pop()}' what was there
/// ```
pub(super) fn shown_before(facts: &Facts<'_>, shown: Node<'_>, text: Making, later: Node<'_>) -> bool {
    let acts = Effects::CALLS_UNKNOWN | Effects::SUSPENDS | Effects::BINDS;
    let found = of_expression(facts, later);
    match text {
        Making::Nothing => true,
        Making::Fails => !found.intersects(acts | Effects::MAY_RAISE),
        Making::Anything => {
            !found.intersects(acts | Effects::READS_HEAP | Effects::MAY_RAISE)
                && names_stay(facts, later, shown)
        }
    }
}

/// Whether evaluating `node` hands control to somebody else, or binds a name.
pub(super) fn suspends_or_binds(node: Node<'_>) -> bool {
    node.descendants().any(|part| matches!(part.kind(), Kind::Yield | Kind::Await | Kind::NamedExpression))
}

/// What making text of a value may do besides giving the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Making {
    /// Nothing: it is text, or shows what never changes.
    Nothing,
    /// It may raise an exception: a number with too many digits, a field that is not for such values.
    Fails,
    /// It may run code of a user's, or look into something that can change.
    Anything,
}

/// Whether evaluating `other` gives no name that `reader` reads another value.
fn names_stay(facts: &Facts<'_>, reader: Node<'_>, other: Node<'_>) -> bool {
    let names = reader.descendants().filter(|node| facts.model().reference_at(*node).is_some());
    names.into_iter().all(|name| !may_be_rebound(facts, name, other))
}

fn may_be_rebound(facts: &Facts<'_>, name: Node<'_>, other: Node<'_>) -> bool {
    let id = match facts.model().resolve(name) {
        Resolution::Variable(id) => id,
        Resolution::Builtin => return false,
        Resolution::Unknown => return true,
    };
    let row = facts.model().variable(id);
    let rebound = row.bindings.iter().any(|binding| {
        let binding = facts.model().binding(*binding);
        // A function that is called meanwhile may rebind a name of its surroundings.
        binding.scope != row.scope || other.holds(facts.tree().node(binding.node))
    });
    let module = facts.model().scope(row.scope).kind == ScopeKind::Module;
    // globals()['k'] = 5, also in another file
    let reached = || {
        facts.model().any_taint().intersects(Taints::all() - Taints::STAR_IMPORT - Taints::LOCALS)
            || facts.world().name_used_elsewhere(&row.name) != Answer::No
    };
    rebound || (module && reached())
}

/// Whether a value with this type may be one that can change.
fn can_change(value: &Type) -> bool {
    let lasting =
        matches!(value.class(), Some(Class::Tuple | Class::FrozenSet | Class::Range | Class::Complex));
    !is_plain(value) && !lasting
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::semantic::LoneFile;
    use crate::syntax::{Regions, parse};
    use crate::text::{Dialect, Source, Target};

    /// Whether key and value of the only `d[key] = value` of the text commute.
    fn commutes(text: &str) -> bool {
        let source = Source::new(text.to_owned(), Dialect::Python3, Target::default());
        let Ok(tree) = parse(&source, &Regions::whole(&source)) else { panic!("cannot parse {text}") };
        let facts = Facts::new(&tree, &LoneFile);
        let stored = tree.nodes().find(|node| node.kind() == Kind::Subscript && node.field() == Field::Left);
        let Some((stored, assignment)) = stored.and_then(|it| Some((it, it.parent()?))) else {
            panic!("nothing is stored: {text}")
        };
        let (key, value) = (stored.child(Field::Subscript), assignment.child(Field::Right));
        let (Some(key), Some(value)) = (key, value) else { panic!("no key or no value: {text}") };
        assert_eq!(commute(&facts, key, value), commute(&facts, value, key), "{text}");
        commute(&facts, key, value)
    }

    #[test]
    fn what_does_not_meet_commutes() {
        let inside = |line: &str| {
            commutes(&format!(
                "import os.path, math\ndef f(a, b):\n    s = 'x'\n    n = 1\n    xs = [1]\n    {line}\n"
            ))
        };
        for line in [
            "d[a] = g(b)",
            "d[a, -1] = g(b)",
            "d[len(s)] = g(b)",
            "d[s + 'y'] = g(b)",
            "d[os.path.join(s, 'y')] = int(s)",
            "d[len(xs)] = int(s)",
            "d[n * 2] = len(xs)",
            "d[a] = (yield)",
        ] {
            assert!(inside(line), "{line}");
        }
        for line in [
            "d[g(a)] = g(b)",
            "d[int(s)] = float(s)",
            "d[math.sqrt(n)] = int(s)",
            "d[math.sqrt(n)] = g(b)",
            "d[len(xs)] = g(b)",
            "d[len(a)] = g(b)",
            "d[a] = (a := 1)",
            "d[len(a)] = (yield)",
            "d[a.b] = g(b)",
        ] {
            assert!(!inside(line), "{line}");
        }
        assert!(!commutes("k = 1\ndef f():\n    global k\n    k = 2\nd[k] = f()\n"));
    }
}
