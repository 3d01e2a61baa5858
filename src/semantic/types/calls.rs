//! What calls of builtins and of methods of builtin classes give.

use super::{Class, Inference, Items, Type};
use crate::syntax::{Argument, Attribute, Call, Kind, Node};
use crate::text::Dialect;

impl Inference<'_, '_> {
    pub(super) fn call(&self, node: Node<'_>) -> Type {
        let Some(call) = Call::cast(node) else { return Type::Unknown };
        if let Some(method) = Attribute::cast(call.function) {
            return self.method(&call, method);
        }
        if call.function.kind() != Kind::Identifier {
            return Type::Unknown;
        }
        if self.facts.model().is_builtin(call.function) { self.builtin(&call) } else { self.result(&call) }
    }

    fn builtin(&self, call: &Call<'_>) -> Type {
        let arguments = call.arguments().list;
        let mut types = Vec::new();
        let mut keywords = false;
        for argument in &arguments {
            match argument {
                Argument::Positional(value) => types.push(self.infer(*value)),
                // sorted(xs, key=f), print(x, end='')
                Argument::Keyword { .. } => keywords = true,
                Argument::Unpacked(_) => return Type::Unknown,
            }
        }
        if types.iter().any(|found| matches!(found, Type::Never)) {
            return Type::Never;
        }
        let python2 = call.node.source().may_run_on_python2();
        let first = types.first().cloned();
        let item = || first.as_ref().map_or(Type::Unknown, Type::item);
        let lazily = lazy_class(call);
        match call.function.text() {
            "list" | "sorted" => Type::of(Class::List, item()),
            "tuple" => Type::of(Class::Tuple, item()),
            "set" => Type::of(Class::Set, item()),
            "frozenset" => Type::of(Class::FrozenSet, item()),
            "reversed" if !keywords && first.as_ref().is_some_and(|it| it.class().is_some()) => {
                Type::of(Class::Iterator, item())
            }
            "iter" if types.len() == 1 && first.as_ref().is_some_and(|it| it.class().is_some()) => {
                Type::of(Class::Iterator, item())
            }
            "dict" => Type::exact(Class::Dict),
            "range" if !python2 => Type::exact(Class::Range),
            "range" => Type::of(lazily, Type::exact(Class::Int)),
            "xrange" if python2 => Type::of(Class::Iterator, Type::exact(Class::Int)),
            "enumerate" => {
                // enumerate(xs, start): the first number is `start` itself.
                let number = match types.get(1) {
                    None if !keywords => Type::exact(Class::Int),
                    Some(Type::Exact(Class::Int, _)) => Type::exact(Class::Int),
                    _ => Type::Unknown,
                };
                let pair = vec![number, item()];
                Type::of(Class::Iterator, Type::Exact(Class::Tuple, Items::Fixed(pair)))
            }
            "zip" => {
                let row = types.iter().map(Type::item).collect();
                Type::of(lazily, Type::Exact(Class::Tuple, Items::Fixed(row)))
            }
            "filter" if !python2 => Type::of(Class::Iterator, types.get(1).map_or(Type::Unknown, Type::item)),
            "map" if !python2 => Type::exact(Class::Iterator),
            // An `int` of Python 2 may become a `long`.
            "len" | "ord" | "hash" | "id" => Type::exact(Class::Int),
            "int" if !python2 => Type::exact(Class::Int),
            // There `__float__`, `__hex__` and `__oct__` may return an object of a subclass.
            "float" if python2 && !matches!(first, None | Some(Type::Exact(..))) => {
                Type::instance(Class::Float)
            }
            "hex" | "oct" if python2 && !matches!(first, Some(Type::Exact(..))) => Type::instance(Class::Str),
            "float" => Type::exact(Class::Float),
            "complex" => Type::exact(Class::Complex),
            "bool" | "isinstance" | "issubclass" | "callable" | "hasattr" | "any" | "all" => {
                Type::exact(Class::Bool)
            }
            // format(u'a') is unicode there.
            "format" if python2 => Type::Unknown,
            // On trust: what `__str__` and `__repr__` return is a plain string.
            "chr" | "hex" | "oct" | "bin" | "str" | "repr" | "ascii" | "format" => Type::exact(Class::Str),
            "bytes" if !python2 => match first {
                None | Some(Type::Exact(..)) => Type::exact(Class::Bytes),
                _ => Type::instance(Class::Bytes),
            },
            "bytearray" => Type::exact(Class::ByteArray),
            "input" if !python2 => Type::exact(Class::Str),
            "abs" => match first {
                Some(Type::Exact(class @ (Class::Int | Class::Float), _)) => Type::exact(class),
                _ => Type::Unknown,
            },
            "round" if types.len() == 1 && !keywords && !python2 => match first {
                Some(Type::Exact(Class::Int | Class::Float | Class::Bool, _)) => Type::exact(Class::Int),
                _ => Type::Unknown,
            },
            "min" | "max" if !keywords => match types.as_slice() {
                [_] => item(),
                _ => Type::joined(types.into_iter()),
            },
            "sum" if types.len() == 1 && !keywords => match item() {
                Type::Exact(Class::Int | Class::Bool, _) => Type::exact(Class::Int),
                _ => Type::Unknown,
            },
            "print" => Type::exact(Class::None),
            _ => Type::Unknown,
        }
    }

    fn method(&self, call: &Call<'_>, method: Attribute<'_>) -> Type {
        let receiver = self.infer(method.object);
        let Some(class) = receiver.base() else {
            return if matches!(receiver, Type::Never) { Type::Never } else { Type::Unknown };
        };
        let name = method.name.text();
        let result = match class {
            Class::Str => self.str_method(call, name),
            Class::Bytes => bytes_method(name),
            Class::Dict => self.dict_method(call, &receiver, name),
            Class::List | Class::Set | Class::FrozenSet | Class::Tuple => {
                container_method(class, &receiver, name)
            }
            Class::Int if name == "bit_length" => Type::exact(Class::Int),
            Class::Float if name == "is_integer" => Type::exact(Class::Bool),
            _ => Type::Unknown,
        };
        if receiver.class().is_some() { result } else { result.declared() }
    }

    /// What a method of an exact string returns.
    fn str_method(&self, call: &Call<'_>, name: &str) -> Type {
        let python2 = call.node.source().may_run_on_python2();
        // On Python 2 a unicode argument makes the result one.
        let mixes = python2
            && call.arguments().list.iter().any(|argument| match argument {
                Argument::Positional(value) => {
                    let value = self.infer(*value);
                    let items = matches!(value.class(), Some(Class::List | Class::Tuple | Class::Iterator));
                    let text = if items { value.item() } else { value };
                    !matches!(text.class(), Some(Class::Str | Class::Int))
                }
                _ => true,
            });
        match name {
            "find" | "rfind" | "index" | "rindex" | "count" => Type::exact(Class::Int),
            "startswith" | "endswith" | "isdigit" | "isalpha" | "isalnum" | "isspace" | "isupper"
            | "islower" | "isnumeric" | "isdecimal" | "isidentifier" | "istitle" | "isprintable"
            | "isascii" => Type::exact(Class::Bool),
            _ if mixes => Type::Unknown,
            "encode" if !python2 => Type::exact(Class::Bytes),
            "upper" | "lower" | "strip" | "lstrip" | "rstrip" | "title" | "capitalize" | "casefold"
            | "swapcase" | "replace" | "zfill" | "center" | "ljust" | "rjust" | "expandtabs" | "join"
            | "removeprefix" | "removesuffix" | "format" | "format_map" => Type::exact(Class::Str),
            "translate" if !python2 => Type::exact(Class::Str),
            "split" | "rsplit" | "splitlines" => Type::of(Class::List, Type::exact(Class::Str)),
            "partition" | "rpartition" => {
                // The separator comes back itself.
                let given = match call.sole_argument().map(|separator| self.infer(separator)) {
                    Some(Type::Exact(Class::Str, _)) => Type::exact(Class::Str),
                    _ => Type::instance(Class::Str),
                };
                let parts = vec![Type::exact(Class::Str), given, Type::exact(Class::Str)];
                Type::Exact(Class::Tuple, Items::Fixed(parts))
            }
            _ => Type::Unknown,
        }
    }

    fn dict_method(&self, call: &Call<'_>, receiver: &Type, name: &str) -> Type {
        let (key, value) = match receiver {
            Type::Exact(_, Items::Entries(key, value)) | Type::Instance(_, Items::Entries(key, value)) => {
                ((**key).clone(), (**value).clone())
            }
            _ => (Type::Unknown, Type::Unknown),
        };
        let python2 = call.node.source().may_run_on_python2();
        let view = lazy_class(call);
        match name {
            "items" => Type::of(view, Type::Exact(Class::Tuple, Items::Fixed(vec![key, value]))),
            "iteritems" if python2 => {
                Type::of(Class::Iterator, Type::Exact(Class::Tuple, Items::Fixed(vec![key, value])))
            }
            "keys" => Type::of(view, key),
            "values" => Type::of(view, value),
            "iterkeys" if python2 => Type::of(Class::Iterator, key),
            "itervalues" if python2 => Type::of(Class::Iterator, value),
            "get" | "pop" => match call.arguments().list.as_slice() {
                [Argument::Positional(_), Argument::Positional(default)] => value.join(self.infer(*default)),
                [Argument::Positional(_)] if name == "pop" => value,
                _ => Type::Unknown,
            },
            "copy" => Type::Exact(Class::Dict, Items::Entries(Box::new(key), Box::new(value))),
            "has_key" if python2 => Type::exact(Class::Bool),
            "clear" | "update" => Type::exact(Class::None),
            _ => Type::Unknown,
        }
    }
}

/// The class of what is a list on Python 2 alone.
fn lazy_class(call: &Call<'_>) -> Class {
    match call.node.source().dialect() {
        Dialect::Python2 => Class::List,
        Dialect::Python3 => Class::Iterator,
    }
}

fn bytes_method(name: &str) -> Type {
    match name {
        "decode" | "hex" => Type::exact(Class::Str),
        "upper" | "lower" | "strip" | "lstrip" | "rstrip" | "title" | "capitalize" | "swapcase"
        | "replace" | "zfill" | "center" | "ljust" | "rjust" | "expandtabs" | "join" => {
            Type::exact(Class::Bytes)
        }
        "split" | "rsplit" | "splitlines" => Type::of(Class::List, Type::exact(Class::Bytes)),
        "find" | "rfind" | "index" | "rindex" | "count" => Type::exact(Class::Int),
        "startswith" | "endswith" | "isdigit" | "isalpha" | "isalnum" | "isspace" | "isupper" | "islower" => {
            Type::exact(Class::Bool)
        }
        _ => Type::Unknown,
    }
}

fn container_method(class: Class, receiver: &Type, name: &str) -> Type {
    match (class, name) {
        (Class::List | Class::Tuple, "index" | "count") => Type::exact(Class::Int),
        (Class::List | Class::Set, "copy") | (Class::Set | Class::FrozenSet, "difference") => {
            Type::of(class, receiver.item())
        }
        (Class::List | Class::Set, "pop") => receiver.item(),
        (Class::Set | Class::FrozenSet, "issubset" | "issuperset" | "isdisjoint") => Type::exact(Class::Bool),
        (Class::Set | Class::FrozenSet, "union" | "intersection" | "symmetric_difference") => {
            Type::exact(class)
        }
        (Class::List, "append" | "extend" | "insert" | "remove" | "clear" | "sort" | "reverse")
        | (Class::Set, "add" | "discard" | "remove" | "clear" | "update") => Type::exact(Class::None),
        _ => Type::Unknown,
    }
}
