//! How a file gets at functions whose names it does not spell out.
//!
//! ```python
//! for name in dir(plugin): getattr(plugin, name)('x')
//! globals()[sys.argv[1]]()
//! exec(open('mod.py').read())
//! ```

use super::{Reader, call_of, lookups};
use crate::semantic::{BindingKind, Resolution, ScopeKind};
use crate::syntax::{Argument, Attribute, Call, Field, Kind, Literal, Node};

/// The ways in which one file gets at functions whose names it does not spell out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a finding of its own, not a state")]
pub(in crate::project) struct Reflection {
    /// It runs text, or has somebody look for a dotted name.
    pub runs_text: bool,
    /// It takes attributes with computed names from objects that may be modules.
    pub searches_objects: bool,
    /// The modules, as imports spell them, that it takes names from by computing them.
    pub searches_modules: Vec<String>,
    /// It takes names from its own module by computing them.
    pub searches_itself: bool,
    /// It gets hold of a module of the project as an object, and hands it on or keeps it.
    pub holds_modules: bool,
}

/// Words one of which stands in every file that gets at functions whose names it does not spell out, but for files
/// that only hold a module.
pub(in crate::project) const WORDS: &[&str] = &[
    "IPython",
    "InteractiveConsole",
    "InteractiveInterpreter",
    "__builtins__",
    "__dict__",
    "__getattribute__",
    "__globals__",
    "attrgetter",
    "embed",
    "eval",
    "exec",
    "exec_",
    "execfile",
    "f_builtins",
    "f_globals",
    "f_locals",
    "fire",
    "func_globals",
    "get_callable",
    "get_objects",
    "get_referents",
    "get_referrers",
    "getattr",
    "getmembers",
    "getmembers_static",
    "globals",
    "import_from_string",
    "import_object",
    "import_string",
    "load_object",
    "locals",
    "locate",
    "methodcaller",
    "namedAny",
    "namedObject",
    "resolve_name",
    "run_module",
    "run_path",
    "runcode",
    "runctx",
    "runpy",
    "runsource",
    "symbol_by_name",
    "vars",
];

/// Those of them that find any name, wherever they stand.
const FINDERS: &[&str] = &[
    "InteractiveConsole",
    "InteractiveInterpreter",
    "__builtins__",
    "__globals__",
    "embed",
    "eval",
    "exec",
    "exec_",
    "execfile",
    "f_builtins",
    "f_globals",
    "f_locals",
    "func_globals",
    "get_callable",
    "get_objects",
    "get_referents",
    "get_referrers",
    "import_from_string",
    "import_object",
    "import_string",
    "load_object",
    "locate",
    "namedAny",
    "namedObject",
    "resolve_name",
    "run_module",
    "run_path",
    "runcode",
    "runctx",
    "runpy",
    "runsource",
    "symbol_by_name",
];

/// Functions that give modules as objects, and modules whose functions do.
const GIVERS: &[&str] = &[
    "__import__",
    "exec_module",
    "find_module",
    "getmodule",
    "import_module",
    "load_module",
    "load_source",
    "module_from_spec",
    "pkgutil",
    "reload",
    "walk_packages",
];

impl<'a> Reader<'a> {
    /// Notes what `node` does of this kind.
    pub(super) fn reflect(&mut self, node: Node<'a>) {
        match node.kind() {
            Kind::ExecStatement => self.digest.reflection.runs_text = true,
            Kind::Call => self.reflecting_call(node),
            Kind::Attribute => self.reflecting_attribute(node),
            Kind::Identifier => self.reflecting_name(node),
            _ => {}
        }
    }

    fn reflecting_name(&mut self, name: Node<'a>) {
        let text = name.text();
        let attribute = name.parent().is_some_and(|up| up.kind() == Kind::Attribute) && is_last(name);
        let reflection = &mut self.digest.reflection;
        // model.eval()
        let builtin = matches!(text, "eval" | "exec" | "locate" | "embed");
        if FINDERS.contains(&text) && !(builtin && attribute && !names_builtins(name)) {
            reflection.runs_text = true;
        }
        if matches!(text, "fire" | "IPython") && is_imported_here(name) {
            reflection.runs_text = true;
        }
        reflection.holds_modules |= GIVERS.contains(&text);
        // f = getattr
        let called = call_of(name).is_some() || (attribute && name.parent().and_then(call_of).is_some());
        let renamed =
            name.parent().is_some_and(|up| up.parent().is_some_and(|up| up.kind() == Kind::AliasedImport));
        if !called && (renamed || !is_imported_here(name)) {
            match text {
                "getattr" | "vars" | "attrgetter" | "methodcaller" | "getmembers" => {
                    reflection.searches_objects = true;
                    reflection.searches_itself |= text == "vars";
                }
                "globals" | "locals" if !attribute => reflection.searches_itself = true,
                _ => {}
            }
        }
        // from sys import modules
        let registry = text == "modules" && is_imported_here(name);
        if registry
            || (!attribute && self.is_held_module(name))
            || self.is_imported_into_class(name)
            || self.is_renamed_module(name)
        {
            self.digest.reflection.holds_modules = true;
        }
    }

    /// Whether a class gets the name from an import: it can be reached through the class, and its instances.
    fn is_imported_into_class(&self, name: Node<'a>) -> bool {
        is_imported_here(name)
            && self.model.binding_at(name).is_some_and(|binding| {
                self.model.scope(self.model.variable(binding.variable).scope).kind == ScopeKind::Class
            })
    }

    /// Whether an import gives a module of the project another name, under which others may take it from here.
    fn is_renamed_module(&self, name: Node<'a>) -> bool {
        let aliased = name.ancestors().find(|up| up.kind() == Kind::AliasedImport);
        let module = aliased.and_then(|up| up.child(Field::Name)).map_or("", |module| module.text());
        let last = module.rsplit('.').next().unwrap_or_default();
        aliased.is_some() && last != name.text() && self.files.has_module(last)
    }

    /// Whether the name stands for a module of the project, which is not only asked for an attribute there.
    fn is_held_module(&self, name: Node<'a>) -> bool {
        let Some(reference) = self.model.reference_at(name) else { return false };
        let Some(variable) = reference.variable else { return false };
        let row = self.model.variable(variable);
        let may_be_module = row.bindings.iter().any(|id| {
            let binding = self.model.binding(*id);
            let identifier = self.tree.node(binding.node);
            match binding.kind {
                BindingKind::Import => !self.is_foreign_path(name),
                BindingKind::FromImport => {
                    let aliased = identifier.ancestors().find(|up| up.kind() == Kind::AliasedImport);
                    let name = aliased.and_then(|up| up.child(Field::Name)).unwrap_or(identifier);
                    self.files.has_module(name.text())
                }
                _ => false,
            }
        });
        if !may_be_module {
            return false;
        }
        // pkg.mod
        let mut value = name;
        while let Some(outer) = value.parent().filter(|up| up.kind() == Kind::Attribute && !is_last(value)) {
            value = outer;
        }
        match Attribute::cast(value) {
            Some(attribute) => self.files.has_module(attribute.name.text()) && call_of(value).is_none(),
            None => true,
        }
    }

    fn reflecting_attribute(&mut self, node: Node<'a>) {
        let Some(attribute) = Attribute::cast(node) else { return };
        match attribute.name.text() {
            "__dict__" => self.search(attribute.object),
            "modules" if attribute.object.text() == "sys" => self.digest.reflection.holds_modules = true,
            _ => {}
        }
    }

    fn reflecting_call(&mut self, node: Node<'a>) {
        let Some(call) = Call::cast(node) else { return };
        let list = call.arguments().list;
        let called = call.function.text().rsplit('.').next().unwrap_or_default().trim();
        let positional = |at: usize| match list.get(at) {
            Some(Argument::Positional(value)) => Some(*value),
            _ => None,
        };
        match called {
            "getattr" => {
                let spelled = positional(1).is_some_and(|name| Literal::evaluate(name).is_some());
                match positional(0) {
                    Some(_) if spelled => {}
                    Some(object) => self.search(object),
                    None => self.digest.reflection.searches_objects = true,
                }
            }
            "__getattribute__" => {
                self.digest.reflection.searches_objects = true;
                if let Some(object) = call.function.child(Field::Object) {
                    self.search(object);
                }
            }
            "attrgetter" | "methodcaller" => {
                let spelled = positional(0).is_some_and(|name| Literal::evaluate(name).is_some());
                self.digest.reflection.searches_objects |= !spelled;
            }
            "vars" | "getmembers" | "getmembers_static" => match positional(0) {
                Some(object) => self.search(object),
                None => self.digest.reflection.searches_itself = true,
            },
            "globals" | "locals" => self.digest.reflection.searches_itself = true,
            _ => {}
        }
    }

    /// Notes that attributes of `object` are found by computed names.
    fn search(&mut self, object: Node<'a>) {
        // getattr(builtins, name)(text)
        if matches!(object.text(), "builtins" | "__builtin__") {
            self.digest.reflection.runs_text = true;
        }
        if self.is_no_module(object) {
            return;
        }
        let path = self.imported_path(object);
        let reflection = &mut self.digest.reflection;
        let last = path.as_deref().and_then(|path| path.rsplit('.').next());
        // from other import thing: a module under another name, perhaps
        let known = last.is_some_and(|last| self.files.has_module(last));
        reflection.searches_objects |= !known || object.kind() != Kind::Identifier;
        // What is found in a package may be a module.
        reflection.holds_modules |= path.is_some();
        reflection.searches_modules.extend(path);
    }

    /// Whether the object is surely no module of the project.
    fn is_no_module(&self, object: Node<'a>) -> bool {
        match object.kind() {
            Kind::Identifier if lookups::is_own(object) => true,
            Kind::Identifier => {
                let Resolution::Variable(variable) = self.model.resolve(object) else {
                    return self.model.is_builtin(object);
                };
                let bindings = &self.model.variable(variable).bindings;
                let defined = |kind: BindingKind| {
                    matches!(kind, BindingKind::ClassDefinition | BindingKind::FunctionDefinition)
                };
                let defined = bindings.iter().all(|id| defined(self.model.binding(*id).kind));
                (defined && !bindings.is_empty()) || self.is_foreign_path(object)
            }
            Kind::Attribute => self.is_foreign_path(object),
            Kind::Call => {
                let function = object.child(Field::Function).map_or("", |function| function.text());
                matches!(function, "super" | "type")
            }
            Kind::String | Kind::Integer | Kind::List | Kind::Dictionary => true,
            _ => false,
        }
    }

    /// The module that a name stands for which only imports bind, as they spell it, or what is imported from it.
    fn imported_path(&self, object: Node<'a>) -> Option<String> {
        let mut rest = String::new();
        let mut first = object;
        while let Some(attribute) = Attribute::cast(first) {
            rest = format!(".{}{rest}", attribute.name.text());
            first = attribute.object;
        }
        let Resolution::Variable(variable) = self.model.resolve(first) else { return None };
        let row = self.model.variable(variable);
        let [id] = row.bindings.as_slice() else { return None };
        let binding = self.model.binding(*id);
        let identifier = self.tree.node(binding.node);
        let aliased = identifier.ancestors().find(|up| up.kind() == Kind::AliasedImport);
        let name = aliased.and_then(|up| up.child(Field::Name)).unwrap_or(identifier);
        let module_level = self.model.scope(row.scope).kind != ScopeKind::Class;
        (module_level && matches!(binding.kind, BindingKind::Import | BindingKind::FromImport))
            .then(|| name.text().to_owned() + &rest)
    }
}

/// Whether the name is what is asked for in `x.name`.
fn is_last(name: Node<'_>) -> bool {
    name.field() == Field::Attribute
}

/// Whether the attribute is one of the module that holds the builtins.
fn names_builtins(name: Node<'_>) -> bool {
    let object = name.parent().and_then(|up| up.child(Field::Object)).map_or("", |object| object.text());
    ["builtins", "__builtin__", "__builtins__", "moves", "six", "pydoc", "IPython", "code"].contains(&object)
}

/// Whether the name stands in an import.
fn is_imported_here(name: Node<'_>) -> bool {
    name.statement().is_some_and(|statement| {
        matches!(statement.kind(), Kind::ImportStatement | Kind::ImportFromStatement)
    })
}
