//! What attributes give that Python itself defines: names of classes, functions and modules, and constants of the
//! standard library. All other attributes are somebody's code, and unknown here.

use super::{Class, Inference, Type};
use crate::semantic::{BindingKind, Resolution, standard};
use crate::syntax::{Attribute, Call, Field, Kind, Node};

/// Constants of standard modules that are strings on every Python and platform, by module.
const STRINGS: &[(&str, &[&str])] = &[
    ("os", &["curdir", "devnull", "extsep", "linesep", "name", "pardir", "pathsep", "sep"]),
    ("string", &["ascii_letters", "ascii_lowercase", "ascii_uppercase", "digits", "hexdigits", "octdigits"]),
    ("string", &["printable", "punctuation", "whitespace"]),
    ("sys", &["byteorder", "platform", "version"]),
];

impl Inference<'_, '_> {
    /// `object.name`
    pub(super) fn attribute(&self, node: Node<'_>) -> Type {
        let Some(attribute) = Attribute::cast(node) else { return Type::Unknown };
        let name = attribute.name.text();
        if name == "__name__" && self.is_named_by_python(attribute.object) {
            return Type::instance(Class::Str);
        }
        let known = STRINGS.iter().any(|(module, names)| {
            names.contains(&name) && self.is_standard_module(attribute.object, module)
        });
        if known { Type::exact(Class::Str) } else { Type::Unknown }
    }

    /// Whether the value is surely a class or a function, whose `__name__` Python keeps a string.
    ///
    /// ```python
    /// type(x).__name__
    /// x.__class__.__name__
    /// def f(): return f.__name__
    /// ```
    fn is_named_by_python(&self, node: Node<'_>) -> bool {
        let model = self.facts.model();
        match node.kind() {
            Kind::Attribute => node.child(Field::Attribute).is_some_and(|name| name.text() == "__class__"),
            Kind::Call => Call::cast(node).is_some_and(|call| {
                call.function.text() == "type"
                    && call.function.kind() == Kind::Identifier
                    && model.is_builtin(call.function)
                    && call.sole_argument().is_some()
            }),
            Kind::Identifier => {
                let Resolution::Variable(variable) = model.resolve(node) else { return false };
                let row = model.variable(variable);
                let [binding] = row.bindings.as_slice() else { return false };
                let binding = model.binding(*binding);
                let definition = self.facts.tree().node(binding.node).parent();
                let decorated = definition
                    .and_then(|definition| definition.parent())
                    .is_some_and(|up| up.kind() == Kind::DecoratedDefinition);
                binding.kind == BindingKind::FunctionDefinition
                    && !decorated
                    && self.may_be_followed(row)
                    && !self.may_be_the_builtin(row, node)
            }
            _ => false,
        }
    }

    fn is_standard_module(&self, node: Node<'_>, module: &str) -> bool {
        if node.kind() != Kind::Identifier {
            return false;
        }
        let Resolution::Variable(variable) = self.facts.model().resolve(node) else { return false };
        standard::standard_module(self.facts, variable, module).is_ok()
    }
}

/// What a name holds that nothing in the file binds and that every module has.
pub(super) fn of_module(name: Node<'_>) -> Type {
    match name.text() {
        "__name__" | "__file__" => Type::instance(Class::Str),
        _ => Type::Unknown,
    }
}
