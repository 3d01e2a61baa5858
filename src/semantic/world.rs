//! What lies outside the file: the seam between the core, which does no I/O, and the project around it.

use super::{Class, Type};
use crate::text::Range;

/// An answer about the project; the core takes `Unknown` as the worst case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is so.
    Yes,
    /// It is not so.
    No,
    /// Nobody could tell, or nobody was asked.
    Unknown,
}

/// A function of this file, as code elsewhere would name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Callee<'a> {
    /// A function of the module.
    Function(&'a str),
    /// A method of some class of the module: `anything.name(...)` may call it.
    Method(&'a str),
}

/// The arguments of one call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallSite {
    /// The types of the positional arguments, the object of a method not among them.
    pub positional: Vec<Type>,
    /// The names and types of the keyword arguments.
    pub keywords: Vec<(String, Type)>,
}

/// A metaclass of another file that this file could import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Importable {
    /// The module, as an import in this file would spell it.
    pub module: String,
    /// Its name there.
    pub name: String,
    /// Its code behind the name.
    pub code: String,
}

/// Where a type comes from that the type engine gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeOrigin {
    /// From an annotation or a stub: it holds whatever happens meanwhile, as declared types do.
    Declared,
    /// From the code that gives the value: other code may give another one.
    Inferred,
}

/// What the type engine says of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineType {
    /// Never exact: a declared class may be a subclass.
    pub value: Type,
    /// For an attribute or a subscript that of the member, for a call that of the result, for a name that of
    /// the name.
    pub origin: TypeOrigin,
}

/// What was found of subclasses that override how their instances behave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subclasses {
    /// There is none.
    None,
    /// There is one, of this name.
    Some(String),
    /// Nobody could tell.
    Unknown,
}

/// Questions about what lies outside the file, each freely left without an answer.
///
/// An implementation must be quick to answer a question twice, and must answer the same each time.
pub trait World: Sync {
    /// Whether another file of the project could see `name` of this file's module level: it occurs there as
    /// an imported or attribute name in a file that mentions this module, or such a file star-imports it.
    fn name_used_elsewhere(&self, _name: &str) -> Answer {
        Answer::Unknown
    }

    /// What the type engine says of the expression at `range` of the text that is being looked at.
    fn type_at(&self, _range: Range) -> Option<EngineType> {
        None
    }

    /// Whether code that is not in the project may import this file: that of a library's users.
    fn has_unseen_users(&self) -> Answer {
        Answer::Unknown
    }

    /// All calls of `callee` from the other files of the project, if every mention of its name there is a
    /// call that passes its arguments one by one and nothing else could reach or replace it.
    fn calls_elsewhere(&self, _callee: Callee<'_>) -> Option<Vec<CallSite>> {
        None
    }

    /// Whether an import of the standard module `name` in this file finds another one: a file of the project
    /// that has its name and comes first.
    fn shadows_standard_module(&self, _name: &str) -> Answer {
        Answer::No
    }

    /// Whether somebody in the project may copy or pickle objects: one of `imports`, modules that this file imports, is
    /// no file of the project, or another file imports such a module.
    fn copies_objects(&self, _imports: &[&str]) -> Answer {
        Answer::Unknown
    }

    /// The code of the class `name` behind its name, in the file of the project that this file imports it from as
    /// `module`; `None` where that is not clear.
    fn class_elsewhere(&self, _module: &str, _name: &str) -> Option<String> {
        None
    }

    /// The metaclasses of other files of the project that this file could import, where that changes nothing else.
    fn importable_metaclasses(&self) -> Vec<Importable> {
        Vec::new()
    }

    /// Whether a class that values in this file may have subclasses `class` and overrides how its instances
    /// are shown, formatted, added or compared.
    fn overriding_subclass(&self, _class: Class) -> Subclasses {
        Subclasses::Unknown
    }
}

/// A world of which nothing is known: tests and unnamed input.
#[derive(Clone, Copy, Debug, Default)]
pub struct UnknownWorld;

impl World for UnknownWorld {}

/// A world in which the file stands alone: a script that nobody imports.
#[derive(Clone, Copy, Debug, Default)]
pub struct LoneFile;

impl World for LoneFile {
    fn name_used_elsewhere(&self, _name: &str) -> Answer {
        Answer::No
    }

    fn has_unseen_users(&self) -> Answer {
        Answer::No
    }

    fn calls_elsewhere(&self, _callee: Callee<'_>) -> Option<Vec<CallSite>> {
        Some(Vec::new())
    }

    fn copies_objects(&self, imports: &[&str]) -> Answer {
        if imports.is_empty() { Answer::No } else { Answer::Unknown }
    }

    fn overriding_subclass(&self, _class: Class) -> Subclasses {
        Subclasses::None
    }
}
