//! What a type of ty's means to pyfix: never exact, and nothing as soon as anything in it is gradual.
//!
//! ty's types are matched by their structure. What a generic class is applied to cannot be reached that way from
//! outside of ty; it is read off the type's display, in which every name comes with the type that it stands for.

use ty_python_semantic::ProgramEnvironment;
use ty_python_semantic::types::{
    KnownClass, NominalInstanceType, Type as TyType, TypeDefinition, TypeDetail,
};

use super::database::Database;
use crate::semantic::{Class, Items, Type};

/// How many aliases and unions may lie in one another.
const DEPTH: usize = 20;

/// What `ty` means.
pub(super) fn convert<'db>(db: &'db Database, env: &ProgramEnvironment<'db>, ty: TyType<'db>) -> Type {
    Converter { db, env }.whole(ty, DEPTH)
}

/// Whether values of `ty` are classes or type expressions, so that what stands in their brackets are types.
pub(super) fn is_type_form(ty: TyType<'_>) -> bool {
    matches!(
        ty,
        TyType::ClassLiteral(_)
            | TyType::GenericAlias(_)
            | TyType::SubclassOf(_)
            | TyType::SpecialForm(_)
            | TyType::KnownInstance(_)
            | TyType::TypeForm(_)
            | TyType::TypeAlias(_)
    )
}

struct Converter<'a, 'db> {
    db: &'db Database,
    env: &'a ProgramEnvironment<'db>,
}

impl<'db> Converter<'_, 'db> {
    fn whole(&self, ty: TyType<'db>, depth: usize) -> Type {
        let Some(depth) = depth.checked_sub(1) else { return Type::Unknown };
        match ty {
            TyType::LiteralValue(literal) if !literal.is_enum() => self.literal(ty),
            TyType::NominalInstance(instance) => self.instance(ty, instance),
            TyType::ProtocolInstance(_) => self.generic(ty),
            TyType::TypeIs(_) | TyType::TypeGuard(_) => Type::instance(Class::Bool),
            TyType::TypeAlias(alias) => self.whole(alias.value_type(self.db), depth),
            TyType::NewTypeInstance(new_type) => self.whole(new_type.concrete_base_type(self.db), depth),
            TyType::Union(union) => either(union.elements(self.db).iter().map(|one| self.whole(*one, depth))),
            // The value is all of these: what one of them says is true.
            TyType::Intersection(all) => {
                let parts: Vec<_> = all.iter_positive(self.db).map(|one| self.whole(one, depth)).collect();
                parts.into_iter().find(|part| !part.is_unknown()).unwrap_or(Type::Unknown)
            }
            _ => Type::Unknown,
        }
    }

    /// A literal other than a member of an enumeration, or a `LiteralString`.
    fn literal(&self, ty: TyType<'db>) -> Type {
        // The kind of a literal is hidden; each is an instance of one of these, a bool of two.
        let classes = [
            (KnownClass::Bool, Class::Bool),
            (KnownClass::Int, Class::Int),
            (KnownClass::Str, Class::Str),
            (KnownClass::Bytes, Class::Bytes),
        ];
        let found = classes
            .into_iter()
            .find(|(known, _)| ty.is_assignable_to(self.db, self.env, known.to_instance(self.db, self.env)));
        found.map_or(Type::Unknown, |(_, class)| Type::instance(class))
    }

    fn instance(&self, ty: TyType<'db>, instance: NominalInstanceType<'db>) -> Type {
        let plain = [
            (KnownClass::Str, "str", Class::Str),
            (KnownClass::Int, "int", Class::Int),
            (KnownClass::Bool, "bool", Class::Bool),
            (KnownClass::Float, "float", Class::Float),
            (KnownClass::Complex, "complex", Class::Complex),
            (KnownClass::Bytes, "bytes", Class::Bytes),
            (KnownClass::Bytearray, "bytearray", Class::ByteArray),
            (KnownClass::Range, "range", Class::Range),
        ];
        if ty.is_none(self.db) {
            return Type::instance(Class::None);
        }
        let name = instance.class_name(self.db, self.env).as_str();
        match plain.into_iter().find(|(_, plain, _)| *plain == name) {
            // A class of the same name elsewhere is another type.
            Some((known, _, class)) if known.to_instance(self.db, self.env) == ty => Type::instance(class),
            Some(_) => Type::Unknown,
            None => self.generic(ty),
        }
    }

    /// A class that may be applied to types.
    fn generic(&self, ty: TyType<'db>) -> Type {
        let Some(head) = self.standard_class(ty) else { return Type::Unknown };
        let parts = ty.display(self.db, self.env).to_string_parts();
        let named = parts.targets.iter().zip(&parts.details).filter_map(|(range, detail)| match detail {
            TypeDetail::Type(ty) => Some((usize::from(range.start()), usize::from(range.end()), *ty)),
            _ => None,
        });
        let mut reader = Reader { converter: self, label: &parts.label, named: named.collect(), at: 0 };
        let read = reader.applied();
        // Anything that was not understood to the end was not understood.
        match read {
            Some((class, items)) if class == head && reader.is_at_end() => Type::Instance(class, items),
            _ => Type::instance(head),
        }
    }

    /// The class of the standard library that `ty` is, an instance or the class itself.
    fn standard_class(&self, ty: TyType<'db>) -> Option<Class> {
        let TypeDefinition::StaticClass(definition) = ty.definition(self.db, self.env)? else { return None };
        let path = definition.file(self.db).path(self.db).as_vendored_path()?;
        let module = path.as_str().strip_prefix("stdlib/")?;
        let name = definition.name(self.db)?;
        Some(match (module, name.as_str()) {
            ("builtins.pyi", "str") => Class::Str,
            ("builtins.pyi", "int") => Class::Int,
            ("builtins.pyi", "bool") => Class::Bool,
            ("builtins.pyi", "float") => Class::Float,
            ("builtins.pyi", "complex") => Class::Complex,
            ("builtins.pyi", "bytes") => Class::Bytes,
            ("builtins.pyi", "bytearray") => Class::ByteArray,
            ("builtins.pyi", "range") => Class::Range,
            ("builtins.pyi", "list") => Class::List,
            ("builtins.pyi", "tuple") => Class::Tuple,
            ("builtins.pyi", "set") => Class::Set,
            ("builtins.pyi", "frozenset") => Class::FrozenSet,
            ("builtins.pyi", "dict") => Class::Dict,
            ("builtins.pyi", "enumerate" | "filter" | "map" | "reversed" | "zip")
            | ("_collections_abc.pyi", "dict_items" | "dict_keys" | "dict_values")
            | ("types.pyi", "GeneratorType")
            | ("typing.pyi", "Generator" | "ItemsView" | "Iterator" | "KeysView" | "ValuesView") => {
                Class::Iterator
            }
            _ => return None,
        })
    }
}

/// What is known of a value that is one of `types`. A bool is an int, too.
fn either(types: impl Iterator<Item = Type>) -> Type {
    let types: Vec<Type> = types.collect();
    let is_int = |one: &Type| matches!(one.base(), Some(Class::Int | Class::Bool));
    if types.iter().all(is_int) && types.iter().any(|one| one.base() == Some(Class::Int)) {
        return Type::instance(Class::Int);
    }
    Type::joined(types.into_iter())
}

/// Reads a display such as `dict[str, tuple[int, ...]]`. Every method gives `None` for what it does not expect.
struct Reader<'a, 'c, 'db> {
    converter: &'a Converter<'c, 'db>,
    label: &'a str,
    /// Where a name begins and ends in the label, and what it stands for.
    named: Vec<(usize, usize, TyType<'db>)>,
    at: usize,
}

impl<'db> Reader<'_, '_, 'db> {
    /// A class and what it is applied to.
    fn applied(&mut self) -> Option<(Class, Items)> {
        let ty = self.name()?;
        self.apply(ty)
    }

    fn apply(&mut self, ty: TyType<'db>) -> Option<(Class, Items)> {
        let class = self.converter.standard_class(ty)?;
        if !self.take("[") {
            return Some((class, Items::Unknown));
        }
        let items = match class {
            Class::Tuple => self.tuple()?,
            Class::Dict => {
                let key = self.argument()?;
                self.take(", ").then_some(())?;
                Items::Entries(Box::new(key), Box::new(self.argument()?))
            }
            Class::Iterator => self.iterator(ty)?,
            _ => Items::each(self.argument()?),
        };
        self.take("]").then_some((class, items))
    }

    /// `str, int` and `str, ...` and `()`.
    fn tuple(&mut self) -> Option<Items> {
        if self.take("()") {
            return Some(Items::Fixed(Vec::new()));
        }
        let mut items = vec![self.argument()?];
        while self.take(", ") {
            if self.take("...") {
                return Some(Items::each(items.pop().filter(|_| items.is_empty())?));
            }
            items.push(self.argument()?);
        }
        Some(Items::Fixed(items))
    }

    /// What an iterator or a view is applied to; which of it is the item depends on the class.
    fn iterator(&mut self, ty: TyType<'db>) -> Option<Items> {
        let definition = ty.definition(self.converter.db, self.converter.env)?;
        let name = definition.definition()?.name(self.converter.db)?;
        let mut arguments = vec![self.argument()?];
        while self.take(", ") {
            arguments.push(self.argument()?);
        }
        let number = Type::instance(Class::Int);
        let mut arguments = arguments.into_iter();
        let first = arguments.next()?;
        Some(Items::each(match name.as_str() {
            "enumerate" => Type::Instance(Class::Tuple, Items::Fixed(vec![number, first])),
            "ItemsView" | "dict_items" => {
                Type::Instance(Class::Tuple, Items::Fixed(vec![first, arguments.next()?]))
            }
            "ValuesView" | "dict_values" => arguments.next().unwrap_or(first),
            _ => first,
        }))
    }

    /// `str | None`, of which something is known only when all say the same.
    fn argument(&mut self) -> Option<Type> {
        let mut types = vec![self.term()?];
        while self.take(" | ") {
            types.push(self.term()?);
        }
        Some(either(types.into_iter()))
    }

    fn term(&mut self) -> Option<Type> {
        let ty = self.name()?;
        if matches!(ty, TyType::SpecialForm(_)) {
            // `Literal["a", "b"]`: each literal is named, too.
            self.take("[").then_some(())?;
            let mut literals = vec![self.literal()?];
            while self.take(", ") {
                literals.push(self.literal()?);
            }
            return self.take("]").then(|| either(literals.into_iter()));
        }
        match ty {
            TyType::ClassLiteral(_) => {
                let (class, items) = self.apply(ty)?;
                Some(Type::Instance(class, items))
            }
            other => Some(self.converter.whole(other, DEPTH)),
        }
    }

    fn literal(&mut self) -> Option<Type> {
        let ty = self.name()?;
        matches!(ty, TyType::LiteralValue(_)).then(|| self.converter.whole(ty, DEPTH))
    }

    /// What the name that begins here stands for.
    fn name(&mut self) -> Option<TyType<'db>> {
        let mut here = self.named.iter().filter(|(start, ..)| *start == self.at);
        let (_, end, ty) = *here.next()?;
        if here.next().is_some() {
            return None;
        }
        self.at = end;
        Some(ty)
    }

    fn take(&mut self, text: &str) -> bool {
        let found = self.label.get(self.at..).is_some_and(|rest| rest.starts_with(text));
        self.at += if found { text.len() } else { 0 };
        found
    }

    fn is_at_end(&self) -> bool {
        self.at == self.label.len()
    }
}
