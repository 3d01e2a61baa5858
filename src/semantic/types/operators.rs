//! What the operators of Python give for values of builtin classes.

use super::{Class, Inference, Items, Type};
use crate::syntax::{Field, Kind, Node};

impl Inference<'_, '_> {
    /// A chain of binary operators.
    pub(super) fn binary(&self, node: Node<'_>) -> Type {
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
        let mut value = self.infer(left);
        while let Some((operator, right)) = operations.pop() {
            value = self.operate(&value, operator, right);
            if value.is_unknown() {
                return value;
            }
        }
        value
    }

    /// `left operator right`.
    pub(super) fn operate(&self, left: &Type, operator: &str, right: Node<'_>) -> Type {
        if operator == "%" && left.is(Class::Str) {
            return self.formatted(right);
        }
        apply(left, operator, &self.infer(right))
    }

    /// `'...' % right`.
    fn formatted(&self, right: Node<'_>) -> Type {
        let python2 = right.source().may_run_on_python2();
        let plain = |value: &Type| {
            matches!(value.class(), Some(class) if !matches!(class, Class::Tuple | Class::Dict | Class::Iterator))
                && !value.is(Class::List)
        };
        let parts: Vec<_> = match right.kind() {
            Kind::Tuple => right.named_children().collect(),
            _ => vec![right],
        };
        if parts.iter().all(|part| plain(&self.infer(*part))) {
            return Type::exact(Class::Str);
        }
        // 'a%s' % u'b' is unicode there. Elsewhere it is on trust that `__str__` returns a plain string.
        if python2 { Type::Unknown } else { Type::exact(Class::Str) }
    }

    pub(super) fn comparison(&self, node: Node<'_>) -> Type {
        let mut operators = node.children_in(Field::Operators);
        // A chain gives the value of one of its comparisons; `not in` and `in` always give a bool. Containers hand
        // on what the comparison of their items gives.
        let tested = operators.all(|operator| matches!(operator.text(), "is" | "is not" | "in" | "not in"));
        let plain = |part| self.infer(part).class().is_some_and(|class| !class.is_container());
        if tested || node.named_children().all(plain) { Type::exact(Class::Bool) } else { Type::Unknown }
    }

    pub(super) fn unary(&self, node: Node<'_>) -> Type {
        let value = node.child(Field::Argument).map_or(Type::Unknown, |argument| self.infer(argument));
        match value {
            Type::Never | Type::Exact(Class::Int | Class::Float | Class::Complex, _) => value,
            Type::Exact(Class::Bool, _) => Type::exact(Class::Int),
            _ => Type::Unknown,
        }
    }
}

/// What `left operator right` gives, by the classes alone.
fn apply(left: &Type, operator: &str, right: &Type) -> Type {
    if matches!(left, Type::Never) || matches!(right, Type::Never) {
        return Type::Never;
    }
    let (Some(one), Some(two)) = (left.base(), right.base()) else { return Type::Unknown };
    let result = by_class(left, one, operator, right, two);
    match (left, right) {
        (Type::Exact(..), Type::Exact(..)) => result,
        // What is declared of a class holds for subclasses, but they may give a subclass.
        _ => result.declared(),
    }
}

fn by_class(left: &Type, one: Class, operator: &str, right: &Type, two: Class) -> Type {
    let integral = |class| matches!(class, Class::Int | Class::Bool);
    let number = |class| matches!(class, Class::Int | Class::Bool | Class::Float);
    match (one, operator, two) {
        (Class::Str, "+", Class::Str) => Type::exact(Class::Str),
        (Class::Bytes, "+", Class::Bytes) => Type::exact(Class::Bytes),
        (text @ (Class::Str | Class::Bytes), "*", count)
        | (count, "*", text @ (Class::Str | Class::Bytes))
            if integral(count) =>
        {
            Type::exact(text)
        }
        (Class::Bool, "&" | "|" | "^", Class::Bool) => Type::exact(Class::Bool),
        (_, "+" | "-" | "*" | "//" | "%" | "&" | "|" | "^" | "<<" | ">>", _)
            if integral(one) && integral(two) =>
        {
            Type::exact(Class::Int)
        }
        (_, "+" | "-" | "*" | "/" | "//" | "%", _)
            if (one == Class::Float && number(two)) || (number(one) && two == Class::Float) =>
        {
            Type::exact(Class::Float)
        }
        (Class::List | Class::Tuple, "+", _) if one == two => match (left, right) {
            (
                Type::Exact(_, Items::Fixed(before)) | Type::Instance(_, Items::Fixed(before)),
                Type::Exact(_, Items::Fixed(after)) | Type::Instance(_, Items::Fixed(after)),
            ) => Type::Exact(one, Items::Fixed(before.iter().chain(after).cloned().collect())),
            _ => Type::of(one, left.item().join(right.item())),
        },
        (Class::List | Class::Tuple, "*", count) if integral(count) => Type::of(one, left.item()),
        (Class::Set | Class::FrozenSet, "|" | "&" | "-" | "^", Class::Set | Class::FrozenSet) => Type::of(
            one,
            if matches!(operator, "&" | "-") { left.item() } else { left.item().join(right.item()) },
        ),
        _ => Type::Unknown,
    }
}
