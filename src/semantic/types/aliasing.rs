//! Whether the object in a variable can be reached, or changed, in any other way.

use crate::semantic::{BindingKind, Facts, Model, Taints, VariableId};
use crate::syntax::{Attribute, Call, Field, Kind, Node, is_target};

/// Whether nothing in the file can change the object that the variable holds, or hand it to somebody who
/// could: it is only iterated over, measured, searched or indexed.
pub(in crate::semantic) fn only_looked_at(facts: &Facts<'_>, variable: VariableId) -> bool {
    let model = facts.model();
    let row = model.variable(variable);
    // locals()['xs'].append(1)
    if model.any_taint().contains(Taints::LOCALS) {
        return false;
    }
    let made_here = row.bindings.iter().all(|binding| {
        let node = facts.tree().node(model.binding(*binding).node);
        // def f(*args, **kwargs)
        if node
            .parent()
            .is_some_and(|up| matches!(up.kind(), Kind::ListSplatPattern | Kind::DictionarySplatPattern))
            && model.binding(*binding).kind == BindingKind::Parameter
        {
            return true;
        }
        let single = node.parent().filter(|parent| parent.kind() == Kind::Assignment);
        let value = single.and_then(|assignment| assignment.child(Field::Right));
        // `a = b = []` gives the object two names, `a = b` and `a = (b := [])` do so too.
        let fresh = value.is_some_and(|value| {
            makes_new(model, value) && value.descendants().all(|part| part.kind() != Kind::NamedExpression)
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

/// Whether an expression of a builtin class makes an object that nobody else has, or one that nobody can change.
///
/// ```python
/// xs = a if c else b
/// xs = max(a, b)
/// xs = kept()                            # what a function gives may be held by others
/// ```
pub(in crate::semantic) fn makes_new(model: &Model<'_>, value: Node<'_>) -> bool {
    match value.kind() {
        Kind::ParenthesizedExpression => value.named_children().all(|inner| makes_new(model, inner)),
        Kind::ConditionalExpression => {
            [0, 2].iter().all(|at| value.named_children().nth(*at).is_some_and(|it| makes_new(model, it)))
        }
        Kind::Subscript => value.children_in(Field::Subscript).all(|key| key.kind() == Kind::Slice),
        Kind::Call => Call::cast(value).is_some_and(|call| match Attribute::cast(call.function) {
            Some(method) => NEW_FROM_METHODS.contains(&method.name.text()),
            None => NEW_FROM_BUILTINS.contains(&call.function.text()) && model.is_builtin(call.function),
        }),
        Kind::List
        | Kind::Tuple
        | Kind::Set
        | Kind::Dictionary
        | Kind::ExpressionList
        | Kind::ListComprehension
        | Kind::SetComprehension
        | Kind::DictionaryComprehension
        | Kind::GeneratorExpression
        | Kind::BinaryOperator
        | Kind::UnaryOperator
        | Kind::ComparisonOperator
        | Kind::String
        | Kind::ConcatenatedString
        | Kind::Integer
        | Kind::Float
        | Kind::True
        | Kind::False
        | Kind::None => true,
        _ => false,
    }
}

/// Whether a read of a container changes nothing in it, and hands it to nobody who could.
pub(in crate::semantic) fn is_look(model: &Model<'_>, node: Node<'_>) -> bool {
    let Some(parent) = node.parent() else { return false };
    match parent.kind() {
        Kind::ForStatement | Kind::ForInClause => node.field() == Field::Right,
        Kind::Subscript => node.field() == Field::Value && !is_target(parent),
        // if xs: ...
        Kind::IfStatement | Kind::ElifClause | Kind::WhileStatement => node.field() == Field::Condition,
        Kind::ConditionalExpression => parent.named_children().nth(1) == Some(node),
        Kind::NotOperator => true,
        // `xs in ys` hands `xs` to whatever `ys` holds.
        Kind::ComparisonOperator => {
            let mut operators = parent.children_in(Field::Operators);
            let single = operators.next().filter(|_| operators.next().is_none());
            single.is_some_and(|operator| matches!(operator.text(), "in" | "not in"))
                && parent.named_children().last() == Some(node)
        }
        Kind::Attribute => {
            let name = parent.child(Field::Attribute).map_or("", |name| name.text());
            let called = parent.parent().and_then(Call::cast).is_some_and(|call| call.function == parent);
            called && node.field() == Field::Object && LOOKING_METHODS.contains(&name)
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
            // for x in enumerate(xs):          # nobody else has what goes over the items
            let iterated = call.node.field() == Field::Right
                && call.node.parent().is_some_and(|up| up.kind() == Kind::ForStatement)
                && ["enumerate", "reversed", "zip"].contains(&call.function.text());
            let builtin = call.function.kind() == Kind::Identifier && model.is_builtin(call.function);
            // sum(lists, xs) may be `xs` itself
            let taken =
                copies.contains(&call.function.text()) && parent.named_children().next() == Some(node);
            builtin && (taken || iterated)
        }),
        _ => false,
    }
}

/// Builtins that never give what they were given, unless it cannot be changed.
const NEW_FROM_BUILTINS: &[&str] = &[
    "abs",
    "bin",
    "bool",
    "bytearray",
    "bytes",
    "chr",
    "dict",
    "dir",
    "divmod",
    "enumerate",
    "filter",
    "float",
    "frozenset",
    "hex",
    "input",
    "int",
    "len",
    "list",
    "map",
    "oct",
    "ord",
    "range",
    "raw_input",
    "repr",
    "reversed",
    "round",
    "set",
    "sorted",
    "str",
    "tuple",
    "unicode",
    "xrange",
    "zip",
];

/// Methods of builtin classes that do the same.
const NEW_FROM_METHODS: &[&str] = &[
    "copy",
    "difference",
    "encode",
    "format",
    "intersection",
    "items",
    "iteritems",
    "iterkeys",
    "itervalues",
    "join",
    "keys",
    "lower",
    "lstrip",
    "partition",
    "replace",
    "rpartition",
    "rsplit",
    "rstrip",
    "split",
    "splitlines",
    "strip",
    "symmetric_difference",
    "title",
    "union",
    "upper",
    "values",
    "decode",
];

/// Methods of builtin containers that change nothing and hand out at most items.
const LOOKING_METHODS: &[&str] = &[
    "copy",
    "count",
    "get",
    "has_key",
    "index",
    "isdisjoint",
    "issubset",
    "issuperset",
    "items",
    "iteritems",
    "iterkeys",
    "itervalues",
    "keys",
    "union",
    "values",
];
