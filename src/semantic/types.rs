//! What is known of the values of an expression, by local inference alone.
//!
//! A type is either exact (the value was made right here by code that can make nothing else) or unknown.
//! The items of a container are known only while nothing can have changed the container.

use super::{BindingKind, Facts, Model, Resolution, ScopeKind, Taints, VariableId};
use crate::semantic::Answer;
use crate::syntax::{Argument, Attribute, Call, Field, Kind, Node, StringPrefix};

mod lattice;

pub use lattice::{Class, Items, Type};

/// What is known of the values of `node`.
pub(super) fn infer(facts: &Facts<'_>, node: Node<'_>) -> Type {
    match node.kind() {
        Kind::String => string(node),
        Kind::ConcatenatedString => Type::joined(node.named_children().map(string)),
        Kind::Integer => Type::exact(Class::Int),
        Kind::Float if node.text().ends_with(['j', 'J']) => Type::Unknown,
        Kind::Float => Type::exact(Class::Float),
        Kind::True | Kind::False | Kind::NotOperator => Type::exact(Class::Bool),
        Kind::None => Type::exact(Class::None),
        Kind::List => Type::of(Class::List, items(facts, node)),
        Kind::Tuple | Kind::ExpressionList => Type::of(Class::Tuple, items(facts, node)),
        Kind::Set => Type::of(Class::Set, items(facts, node)),
        Kind::ListComprehension => Type::of(Class::List, body(facts, node)),
        Kind::SetComprehension => Type::of(Class::Set, body(facts, node)),
        Kind::Dictionary | Kind::DictionaryComprehension => Type::exact(Class::Dict),
        Kind::ParenthesizedExpression => only(node).map_or(Type::Unknown, |inner| infer(facts, inner)),
        Kind::ConditionalExpression => {
            let mut parts = node.named_children();
            match (parts.next(), parts.nth(1)) {
                (Some(yes), Some(no)) => infer(facts, yes).join(infer(facts, no)),
                _ => Type::Unknown,
            }
        }
        Kind::BooleanOperator => Type::joined(node.named_children().map(|part| infer(facts, part))),
        Kind::BinaryOperator => binary(facts, node),
        Kind::ComparisonOperator => comparison(facts, node),
        Kind::UnaryOperator => {
            let value = node.child(Field::Argument).map_or(Type::Unknown, |argument| infer(facts, argument));
            if value.is(Class::Int) || value.is(Class::Float) { value } else { Type::Unknown }
        }
        Kind::Call => call(facts, node),
        Kind::Subscript => {
            let value = node.child(Field::Value).map_or(Type::Unknown, |value| infer(facts, value));
            if value.is(Class::Str) { value } else { Type::Unknown }
        }
        Kind::NamedExpression => node.child(Field::Value).map_or(Type::Unknown, |value| infer(facts, value)),
        Kind::Identifier => match facts.model().resolve(node) {
            Resolution::Variable(variable) => of_variable(facts, variable),
            _ => Type::Unknown,
        },
        _ => Type::Unknown,
    }
}

fn only(node: Node<'_>) -> Option<Node<'_>> {
    let mut children = node.named_children();
    children.next().filter(|_| children.next().is_none())
}

/// A literal. On Python 2 only one without prefix is surely `str`.
fn string(node: Node<'_>) -> Type {
    let Some(prefix) = StringPrefix::of(node) else { return Type::Unknown };
    let letters = node.children().next().map_or("", |start| start.text());
    if letters.trim_end_matches(['"', '\'']).contains(['t', 'T']) {
        return Type::Unknown;
    }
    // f'{x}' is what `x.__format__` returns, which may be a subclass.
    if prefix.interpolated && !node.children().any(|child| child.kind() == Kind::StringContent) {
        return Type::Unknown;
    }
    let python2 = node.source().may_run_on_python2();
    match (prefix.bytes, python2) {
        (true, false) => Type::exact(Class::Bytes),
        (true, true) => Type::Unknown,
        (false, true) if prefix.unicode || node.source().text().contains("unicode_literals") => Type::Unknown,
        (false, _) => Type::exact(Class::Str),
    }
}

fn items(facts: &Facts<'_>, display: Node<'_>) -> Type {
    Type::joined(display.named_children().map(|item| infer(facts, item)))
}

fn body(facts: &Facts<'_>, comprehension: Node<'_>) -> Type {
    comprehension.child(Field::Body).map_or(Type::Unknown, |body| infer(facts, body))
}

fn binary(facts: &Facts<'_>, node: Node<'_>) -> Type {
    // Long chains lean to the left: walk down without recursion, then come back up.
    let mut operations = Vec::new();
    let mut left = node;
    while left.kind() == Kind::BinaryOperator {
        let (Some(next), Some(operator), Some(right)) =
            (left.child(Field::Left), left.child(Field::Operator), left.child(Field::Right))
        else {
            return Type::Unknown;
        };
        operations.push((operator.text(), right));
        left = next;
    }
    let mut value = infer(facts, left);
    while let Some((operator, right)) = operations.pop() {
        value = operate(&value, operator, &infer(facts, right));
        if value.is_unknown() {
            return value;
        }
    }
    value
}

fn operate(left: &Type, operator: &str, right: &Type) -> Type {
    match (left.class(), operator, right.class()) {
        (Some(Class::Str), "+", Some(Class::Str))
        | (Some(Class::Str), "*", Some(Class::Int))
        | (Some(Class::Int), "*", Some(Class::Str)) => Type::exact(Class::Str),
        (Some(Class::Str), "%", Some(class)) if class != Class::Tuple && class != Class::Dict => {
            Type::exact(Class::Str)
        }
        (
            Some(Class::Int),
            "+" | "-" | "*" | "//" | "%" | "&" | "|" | "^" | "<<" | ">>",
            Some(Class::Int),
        ) => Type::exact(Class::Int),
        (Some(Class::Float), "+" | "-" | "*" | "/" | "//" | "%", _) if is_number(right) => {
            Type::exact(Class::Float)
        }
        (_, "+" | "-" | "*" | "/" | "//" | "%", Some(Class::Float)) if is_number(left) => {
            Type::exact(Class::Float)
        }
        (Some(one @ (Class::List | Class::Tuple)), "+", Some(two)) if one == two => {
            Type::of(one, left.item().join(right.item()))
        }
        _ => Type::Unknown,
    }
}

/// Whether it is one of the numbers that compute with one another.
fn is_number(value: &Type) -> bool {
    matches!(value.class(), Some(Class::Int | Class::Float | Class::Bool))
}

fn comparison(facts: &Facts<'_>, node: Node<'_>) -> Type {
    let identity =
        node.children_in(Field::Operators).all(|operator| matches!(operator.text(), "is" | "is not"));
    if identity || node.named_children().all(|part| infer(facts, part).class().is_some()) {
        Type::exact(Class::Bool)
    } else {
        Type::Unknown
    }
}

fn call(facts: &Facts<'_>, node: Node<'_>) -> Type {
    let Some(call) = Call::cast(node) else { return Type::Unknown };
    if let Some(method) = Attribute::cast(call.function) {
        return method_result(&infer(facts, method.object), method.name.text());
    }
    if call.function.kind() != Kind::Identifier || !facts.model().is_builtin(call.function) {
        return Type::Unknown;
    }
    let arguments = call.arguments().list;
    let first = match arguments.first() {
        Some(Argument::Positional(first)) => Some(infer(facts, *first)),
        Some(_) => return Type::Unknown,
        None => None,
    };
    let python2 = node.source().may_run_on_python2();
    let unchanged = |class: Class| match &first {
        Some(value) => Type::of(class, value.item()),
        None => Type::exact(class),
    };
    match call.function.text() {
        "list" | "sorted" => unchanged(Class::List),
        "tuple" => unchanged(Class::Tuple),
        "set" => unchanged(Class::Set),
        "frozenset" => unchanged(Class::FrozenSet),
        "dict" => Type::exact(Class::Dict),
        "range" if !python2 => Type::exact(Class::Range),
        "range" => Type::exact(Class::List),
        "len" | "ord" | "hash" | "id" => Type::exact(Class::Int),
        "int" if !python2 => Type::exact(Class::Int),
        "float" => Type::exact(Class::Float),
        "bool" | "isinstance" | "issubclass" | "callable" | "hasattr" => Type::exact(Class::Bool),
        "chr" | "hex" | "oct" | "bin" => Type::exact(Class::Str),
        // `__str__` and `__repr__` may return a subclass of `str`.
        "str" | "repr" | "ascii" => match first {
            None | Some(Type::Exact(..)) if arguments.len() <= 1 => Type::exact(Class::Str),
            _ => Type::Unknown,
        },
        "input" if !python2 => Type::exact(Class::Str),
        _ => Type::Unknown,
    }
}

/// What a method of an exact string returns. (Containers keep their methods to themselves for now.)
fn method_result(receiver: &Type, name: &str) -> Type {
    if !receiver.is(Class::Str) {
        return Type::Unknown;
    }
    match name {
        "upper" | "lower" | "strip" | "lstrip" | "rstrip" | "title" | "capitalize" | "casefold"
        | "swapcase" | "replace" | "zfill" | "center" | "ljust" | "rjust" | "expandtabs" | "join"
        | "translate" | "format" | "removeprefix" | "removesuffix" => Type::exact(Class::Str),
        "split" | "rsplit" | "splitlines" => Type::of(Class::List, Type::exact(Class::Str)),
        "partition" | "rpartition" => Type::of(Class::Tuple, Type::exact(Class::Str)),
        "encode" => Type::exact(Class::Bytes),
        "find" | "rfind" | "index" | "rindex" | "count" => Type::exact(Class::Int),
        "startswith" | "endswith" | "isdigit" | "isalpha" | "isalnum" | "isspace" | "isupper" | "islower"
        | "isnumeric" | "isdecimal" | "isidentifier" | "istitle" | "isprintable" | "isascii" => {
            Type::exact(Class::Bool)
        }
        _ => Type::Unknown,
    }
}

/// The join of everything that any binding gives the variable.
fn of_variable(facts: &Facts<'_>, variable: VariableId) -> Type {
    if let Some(known) = facts.variable_types.borrow().get(&variable) {
        // A variable that depends on itself is not worked out by local inference.
        return known.clone().unwrap_or(Type::Unknown);
    }
    facts.variable_types.borrow_mut().insert(variable, None);
    let found = work_out(facts, variable);
    facts.variable_types.borrow_mut().insert(variable, Some(found.clone()));
    found
}

fn work_out(facts: &Facts<'_>, id: VariableId) -> Type {
    let model = facts.model();
    let variable = model.variable(id);
    let scope = model.scope(variable.scope);
    let changeable = Taints::all();
    match scope.kind {
        ScopeKind::Function | ScopeKind::Lambda | ScopeKind::Comprehension => {
            if scope.taints.intersects(Taints::EVAL | Taints::FRAMES | Taints::STAR_IMPORT) {
                return Type::Unknown;
            }
        }
        ScopeKind::Module => {
            let seen = || facts.world().name_used_elsewhere(&variable.name) != Answer::No;
            if model.any_taint().intersects(changeable) || seen() {
                return Type::Unknown;
            }
        }
        _ => return Type::Unknown,
    }
    let value = Type::joined(variable.bindings.iter().map(|binding| of_binding(facts, model, *binding)));
    if only_looked_at(facts, id) { value } else { value.opened() }
}

fn of_binding(facts: &Facts<'_>, model: &Model<'_>, binding: super::BindingId) -> Type {
    let binding = model.binding(binding);
    let target = facts.tree().node(binding.node);
    let Some(parent) = target.parent() else { return Type::Unknown };
    let whole = |holder: Kind| parent.kind() == holder && target.field() == Field::Left;
    match binding.kind {
        BindingKind::Assignment | BindingKind::AnnotatedAssignment if whole(Kind::Assignment) => {
            let mut value = parent.child(Field::Right);
            while let Some(chained) = value.filter(|value| value.kind() == Kind::Assignment) {
                value = chained.child(Field::Right);
            }
            value.map_or(Type::Unknown, |value| infer(facts, value))
        }
        BindingKind::LoopTarget if whole(Kind::ForStatement) => {
            parent.child(Field::Right).map_or(Type::Unknown, |iterable| infer(facts, iterable).item())
        }
        BindingKind::ComprehensionTarget if whole(Kind::ForInClause) => {
            parent.child(Field::Right).map_or(Type::Unknown, |iterable| infer(facts, iterable).item())
        }
        BindingKind::AugmentedAssignment if whole(Kind::AugmentedAssignment) => {
            let operator = parent.child(Field::Operator).map_or("", |operator| operator.text());
            let right = parent.child(Field::Right).map_or(Type::Unknown, |value| infer(facts, value));
            match (operator, right.class()) {
                ("+=", Some(Class::Str)) => Type::exact(Class::Str),
                ("+=" | "-=" | "*=" | "//=", Some(Class::Int)) => Type::exact(Class::Int),
                _ => Type::Unknown,
            }
        }
        BindingKind::Walrus => parent.child(Field::Value).map_or(Type::Unknown, |value| infer(facts, value)),
        _ => Type::Unknown,
    }
}

/// Whether nothing in the file can change the object that the variable holds, or hand it to somebody who
/// could: it is only iterated over, measured, searched or indexed.
fn only_looked_at(facts: &Facts<'_>, variable: VariableId) -> bool {
    let model = facts.model();
    let row = model.variable(variable);
    let made_here = row.bindings.iter().all(|binding| {
        let node = facts.tree().node(model.binding(*binding).node);
        let single = node.parent().filter(|parent| parent.kind() == Kind::Assignment);
        let value = single.and_then(|assignment| assignment.child(Field::Right));
        // `a = b = []` gives the object two names, `a = b` and `a = (b := [])` do so too.
        let fresh = value.is_some_and(|value| {
            !matches!(value.kind(), Kind::Assignment | Kind::Identifier)
                && value.descendants().all(|part| part.kind() != Kind::NamedExpression)
        });
        let chained =
            single.and_then(|assignment| assignment.parent()).is_some_and(|up| up.kind() == Kind::Assignment);
        fresh && !chained
    });
    made_here
        && row.references.iter().all(|reference| {
            let node = facts.tree().node(model.reference(*reference).node);
            is_look(model, node)
        })
}

fn is_look(model: &Model<'_>, node: Node<'_>) -> bool {
    let Some(parent) = node.parent() else { return false };
    match parent.kind() {
        Kind::ForStatement | Kind::ForInClause => node.field() == Field::Right,
        Kind::Subscript => {
            let loaded = parent.parent().is_some_and(|up| {
                !matches!(
                    up.kind(),
                    Kind::DeleteStatement
                        | Kind::PatternList
                        | Kind::TuplePattern
                        | Kind::ListPattern
                        | Kind::ListSplatPattern
                        | Kind::AsPatternTarget
                ) && !(parent.field() == Field::Left)
            });
            node.field() == Field::Value && loaded
        }
        // `xs in ys` hands `xs` to whatever `ys` holds.
        Kind::ComparisonOperator => {
            let mut operators = parent.children_in(Field::Operators);
            let single = operators.next().filter(|_| operators.next().is_none());
            single.is_some_and(|operator| matches!(operator.text(), "in" | "not in"))
                && parent.named_children().last() == Some(node)
        }
        Kind::ArgumentList => parent.parent().and_then(Call::cast).is_some_and(|call| {
            let copies = [
                "len",
                "sorted",
                "list",
                "tuple",
                "set",
                "frozenset",
                "sum",
                "print",
                "range",
                "str",
                "repr",
            ];
            // sum(lists, xs) may be `xs` itself
            call.function.kind() == Kind::Identifier
                && copies.contains(&call.function.text())
                && model.is_builtin(call.function)
                && parent.named_children().next() == Some(node)
        }),
        _ => false,
    }
}
