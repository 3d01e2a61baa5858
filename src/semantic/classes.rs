//! The classes that a file makes: what they derive from, and what in them can change how instances behave.
//!
//! Reads one file. Whether a class derives from a builtin one takes the other files, too: see `family`.

mod behaviour;
mod family;
mod metaclass;
mod standard;

use std::collections::{BTreeSet, HashMap};

pub use family::{Family, Found, Source};

use super::{BindingKind, Model, Resolution, ScopeKind, Taints, VariableId};
use crate::syntax::{Argument, Attribute, Call, Field, Kind, Literal, Node, NodeId};

/// Where a class comes from that another one derives from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The builtin of this name.
    Builtin(String),
    /// The class with this number of the same file.
    Own(usize),
    /// `name` of `module`, as the import spells it.
    Imported {
        /// The module, with the dots of a relative import.
        module: String,
        /// The name that it has there.
        name: String,
    },
    /// Anything: it is computed.
    Computed,
}

/// A class that a file makes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClassRow {
    /// Its name; empty for one that a call makes.
    pub name: String,
    /// For each base all that it may be.
    pub bases: Vec<Vec<Origin>>,
    /// The names that its body binds.
    pub binds: Vec<String>,
    /// Whether it may have attributes besides those: a decorator or a call made it.
    pub is_opaque: bool,
}

/// The classes that a file makes, and what it does to classes and their instances.
#[derive(Clone, Debug, Default)]
pub struct FileClasses {
    /// The classes.
    pub rows: Vec<ClassRow>,
    /// What names of the module may be, where they may be classes.
    pub exports: HashMap<String, Vec<Origin>>,
    /// The modules that it star-imports.
    pub stars: Vec<String>,
    /// The names of attributes that it binds, of whatever objects.
    pub stores: BTreeSet<String>,
    /// Those that it binds in anything but `self`: names of modules, perhaps.
    pub rebinds: BTreeSet<String>,
    /// Whether it binds attributes whose names it computes.
    pub stores_computed: bool,
    /// Whether it runs code that stands in no file of the project.
    pub runs_text: bool,
}

/// Names whose use runs text, or a file by its path.
const LOADERS: &[&str] = &[
    "SourceFileLoader",
    "SourcelessFileLoader",
    "exec_module",
    "execfile",
    "interact",
    "load_compiled",
    "load_module",
    "load_source",
    "module_from_spec",
    "run_module",
    "run_path",
    "runcode",
    "runpy",
    "runsource",
    "spec_from_file_location",
    "zipimport",
];

/// Decorators of classes that give back the class with no more than methods added.
const PLAIN_DECORATORS: &[&str] = &[
    "attrs",
    "dataclass",
    "define",
    "final",
    "frozen",
    "python_2_unicode_compatible",
    "runtime_checkable",
    "s",
    "total_ordering",
    "unique",
];

/// How many names are followed to see what a name stands for.
const MAX_STEPS: u32 = 10;

impl FileClasses {
    /// The classes of the file that `model` describes.
    pub fn of(model: &Model<'_>) -> Self {
        let tree = model.tree();
        let definitions: Vec<Node<'_>> =
            tree.nodes().filter(|node| node.kind() == Kind::ClassDefinition).collect();
        let numbers = definitions.iter().enumerate().map(|(number, node)| (node.id(), number)).collect();
        let mut reader = Reader { model, numbers, stars: stars(model), found: FileClasses::default() };
        reader.found.runs_text = model.any_taint().contains(Taints::EVAL);
        reader.found.rows = definitions.iter().map(|class| reader.statement(*class)).collect();
        for node in tree.nodes() {
            reader.node(node);
        }
        for (id, variable) in model.variables() {
            if model.scope(variable.scope).kind == ScopeKind::Module {
                let origins = reader.of_variable(id, 0);
                if origins.iter().any(|origin| *origin != Origin::Computed) {
                    reader.found.exports.insert(variable.name.clone().into_owned(), origins);
                }
            }
        }
        Self { stars: reader.stars, ..reader.found }
    }
}

/// Whether `module`, unless a file of the project bears its name, is one whose classes are known without it.
pub fn is_known_module(module: &str) -> bool {
    standard::is_known_module(module)
}

/// The modules that a file star-imports.
fn stars(model: &Model<'_>) -> Vec<String> {
    let imports = model.tree().nodes().filter(|node| node.kind() == Kind::WildcardImport);
    let modules = imports.filter_map(|star| star.parent()?.child(Field::ModuleName));
    modules.map(|module| module.text().to_owned()).collect()
}

struct Reader<'m, 't> {
    model: &'m Model<'t>,
    /// The numbers of the class statements.
    numbers: HashMap<NodeId, usize>,
    stars: Vec<String>,
    found: FileClasses,
}

impl<'t> Reader<'_, 't> {
    /// A class statement.
    fn statement(&self, class: Node<'t>) -> ClassRow {
        let name = class.child(Field::Name).map_or("", |name| name.text()).to_owned();
        let list = class.child(Field::Superclasses);
        let parts = list.into_iter().flat_map(|list| list.named_children()).filter(|part| !part.is_trivia());
        let mut bases: Vec<Vec<Origin>> = parts.filter_map(|part| self.base(part)).collect();
        let Some(scope) = self.model.scope_opened_by(class) else {
            return ClassRow { name, bases, binds: Vec::new(), is_opaque: true };
        };
        let scope = self.model.scope(scope);
        let names = scope.variables.iter().map(|id| self.model.variable(*id).name.clone().into_owned());
        let binds: Vec<String> = names.collect();
        let mut keywords = list.into_iter().flat_map(|list| list.named_children());
        // A metaclass may add whatever it likes, a base too.
        let metaclass = keywords
            .any(|part| part.kind() == Kind::KeywordArgument && self.base(part).is_some())
            || binds.iter().any(|name| name == "__metaclass__");
        if metaclass {
            bases.push(vec![Origin::Computed]);
        }
        let decorated = !decorators(class).is_empty();
        let unseen = scope.taints.intersects(Taints::LOCALS | Taints::EVAL | Taints::STAR_IMPORT);
        ClassRow { name, bases, binds, is_opaque: decorated || unseen || metaclass }
    }

    /// What an entry of the list behind the name of a class adds to its bases.
    fn base(&self, part: Node<'t>) -> Option<Vec<Origin>> {
        if part.kind() != Kind::KeywordArgument {
            return Some(self.origins(part, 0));
        }
        let is_one = part.child(Field::Name).is_some_and(|name| name.text() == "metaclass");
        let value = part.child(Field::Value).filter(|_| is_one)?;
        let plain = is_plain_metaclass(value) || metaclass::only_calls(self.model, value);
        (!plain).then(|| vec![Origin::Computed])
    }

    /// All that the expression `node` may be, as a class.
    fn origins(&self, node: Node<'t>, depth: u32) -> Vec<Origin> {
        let computed = || vec![Origin::Computed];
        if depth > MAX_STEPS {
            return computed();
        }
        match node.kind() {
            Kind::Identifier => match self.model.resolve(node) {
                Resolution::Builtin => vec![Origin::Builtin(node.text().to_owned())],
                Resolution::Variable(id) => self.of_variable(id, depth + 1),
                Resolution::Unknown => match self.stars.as_slice() {
                    [module] => {
                        vec![Origin::Imported { module: module.clone(), name: node.text().to_owned() }]
                    }
                    _ => computed(),
                },
            },
            Kind::Attribute => self.of_attribute(node).unwrap_or_else(computed),
            // Generic[T], List[int]
            Kind::Subscript => {
                let value = node.child(Field::Value).filter(|value| value.kind() != Kind::Call);
                let origins = value.map_or_else(computed, |value| self.origins(value, depth + 1));
                let generic = origins.iter().all(|origin| match origin {
                    Origin::Builtin(_) | Origin::Imported { .. } => true,
                    Origin::Own(number) => {
                        self.found.rows.get(*number).is_none_or(|row| !row.bases.is_empty())
                    }
                    Origin::Computed => false,
                });
                // `bases[0]` is no generic class.
                if generic { origins } else { computed() }
            }
            Kind::ParenthesizedExpression => {
                let mut inner = node.named_children().filter(|part| !part.is_trivia());
                inner.next().map_or_else(computed, |inner| self.origins(inner, depth + 1))
            }
            Kind::ConditionalExpression => {
                let parts: Vec<_> = node.named_children().filter(|part| !part.is_trivia()).collect();
                let values = [0, 2].into_iter().filter_map(|at| parts.get(at));
                values.flat_map(|value| self.origins(*value, depth + 1)).collect()
            }
            // namedtuple('P', 'x y')
            Kind::Call => match node.child(Field::Function).map(|function| self.origins(function, depth + 1))
            {
                Some(function) if function.iter().all(makes_tuples) => function,
                _ => computed(),
            },
            _ => computed(),
        }
    }

    fn of_variable(&self, id: VariableId, depth: u32) -> Vec<Origin> {
        let row = self.model.variable(id);
        let unseen = Taints::GLOBALS | Taints::MODULE_OBJECT | Taints::EVAL;
        let tainted = self.model.scope(row.scope).kind == ScopeKind::Module
            && self.model.any_taint().intersects(unseen);
        let mut origins = Vec::new();
        if tainted || row.bindings.is_empty() {
            origins.push(Origin::Computed);
        }
        for id in &row.bindings {
            let binding = self.model.binding(*id);
            let target = self.model.tree().node(binding.node);
            origins.extend(self.of_binding(binding.kind, target, depth));
        }
        origins
    }

    fn of_binding(&self, kind: BindingKind, target: Node<'t>, depth: u32) -> Vec<Origin> {
        let computed = || vec![Origin::Computed];
        match kind {
            BindingKind::ClassDefinition => {
                let Some(class) = target.parent() else { return computed() };
                let own =
                    self.numbers.get(&class.id()).map_or(Origin::Computed, |number| Origin::Own(*number));
                let replaced = decorators(class).iter().any(|name| !PLAIN_DECORATORS.contains(name));
                if replaced { vec![own, Origin::Computed] } else { vec![own] }
            }
            BindingKind::FromImport => match imported(target) {
                Some((module, name)) => vec![Origin::Imported { module, name }],
                None => computed(),
            },
            BindingKind::Assignment | BindingKind::AnnotatedAssignment => {
                let assignment = target
                    .parent()
                    .filter(|up| up.kind() == Kind::Assignment && up.child(Field::Left) == Some(target));
                let mut value = assignment.and_then(|assignment| assignment.child(Field::Right));
                while let Some(chained) = value.filter(|value| value.kind() == Kind::Assignment) {
                    value = chained.child(Field::Right);
                }
                match (assignment, value) {
                    (Some(_), Some(value)) => self.origins(value, depth + 1),
                    _ => computed(),
                }
            }
            // Neither gives a value.
            BindingKind::Annotation | BindingKind::Delete => Vec::new(),
            _ => computed(),
        }
    }

    /// `module.Name`, or a class in a class of this file.
    fn of_attribute(&self, node: Node<'t>) -> Option<Vec<Origin>> {
        let name = node.child(Field::Attribute)?.text().to_owned();
        let mut path: Vec<&str> = Vec::new();
        let mut first = node.child(Field::Object)?;
        while let Some(attribute) = Attribute::cast(first) {
            path.push(attribute.name.text());
            first = attribute.object;
        }
        path.reverse();
        let Resolution::Variable(id) = self.model.resolve(first) else { return None };
        let mut origins = Vec::new();
        for id in &self.model.variable(id).bindings {
            let binding = self.model.binding(*id);
            let target = self.model.tree().node(binding.node);
            let module = match binding.kind {
                // import a.b binds `a`, and import a.b as m binds a.b
                BindingKind::Import => match aliased(target) {
                    Some(module) => module.text().to_owned(),
                    None => target.text().to_owned(),
                },
                BindingKind::FromImport => {
                    let (module, name) = imported(target)?;
                    if module.ends_with('.') { module + &name } else { module + "." + &name }
                }
                _ => return None,
            };
            let module = path.iter().fold(module, |module, part| module + "." + part);
            origins.push(Origin::Imported { module, name: name.clone() });
        }
        (!origins.is_empty()).then_some(origins)
    }

    fn node(&mut self, node: Node<'t>) {
        match node.kind() {
            Kind::Call => self.call(node),
            Kind::Attribute => self.attribute(node),
            Kind::Identifier => self.name(node),
            _ => {}
        }
    }

    fn name(&mut self, node: Node<'t>) {
        let text = node.text();
        let importing = node.statement().filter(|statement| {
            matches!(statement.kind(), Kind::ImportStatement | Kind::ImportFromStatement)
        });
        let renamed = importing.is_some() && node.ancestors().any(|up| up.kind() == Kind::AliasedImport);
        self.found.runs_text |=
            LOADERS.contains(&text) || (importing.is_some() && matches!(text, "exec" | "eval"));
        let handed_on = match text {
            "type" => renamed || self.is_handed_on(node),
            _ if names_metaclass(text) => {
                let kept = importing.is_some() || is_called(node) || is_plain_use_of_metaclass(node);
                renamed || !kept
            }
            "new_class" | "make_dataclass" => renamed || (importing.is_none() && !is_called(node)),
            _ => false,
        };
        if handed_on {
            self.made(vec![vec![Origin::Computed]], true);
        }
    }

    /// Whether the builtin `type` is used for anything but to ask for the class of something, or to compare.
    fn is_handed_on(&self, node: Node<'t>) -> bool {
        if self.model.resolve(node) != Resolution::Builtin {
            return false;
        }
        let Some(parent) = node.parent() else { return true };
        match parent.kind() {
            Kind::Call | Kind::ComparisonOperator | Kind::Type | Kind::Subscript | Kind::GenericType => false,
            // type.__call__(...)
            Kind::Attribute => {
                let name = parent.child(Field::Attribute).map_or("", |name| name.text());
                matches!(name, "__new__" | "__call__") && !is_in_metaclass(node)
            }
            Kind::Tuple | Kind::ArgumentList => {
                let list = parent.chain().find(|up| up.kind() == Kind::ArgumentList);
                let holder = list.and_then(|list| list.parent());
                let function = holder.and_then(|holder| holder.child(Field::Function));
                let asks = function.is_some_and(|function| {
                    matches!(function.text(), "isinstance" | "issubclass" | "map" | "super")
                });
                !(asks || holder.is_some_and(|holder| holder.kind() == Kind::ClassDefinition))
            }
            Kind::KeywordArgument => parent.child(Field::Name).is_none_or(|name| name.text() != "metaclass"),
            _ => true,
        }
    }

    fn call(&mut self, node: Node<'t>) {
        let Some(call) = Call::cast(node) else { return };
        let given = call.arguments().list;
        let function = call.function.text();
        let last = function.rsplit('.').next().unwrap_or_default().trim();
        self.store_by_call(last, &given);
        match given.as_slice() {
            // getattr(builtins, name)(text)
            [Argument::Positional(object), ..] if last == "getattr" => {
                let builtins = matches!(object.text(), "builtins" | "__builtin__" | "__builtins__");
                self.found.runs_text |= builtins;
            }
            // type(int) is `type`
            [Argument::Positional(object)] if function == "type" => {
                let origins = self.origins(*object, 0);
                if origins.iter().any(|origin| matches!(origin, Origin::Builtin(_) | Origin::Own(_))) {
                    self.made(vec![vec![Origin::Computed]], true);
                }
            }
            _ => {}
        }
        let of_class = matches!(last, "type" | "new_class" | "make_dataclass" | "__class__")
            || names_metaclass(last)
            || matches!(last, "mcs" | "mcls" | "meta" | "metaclass" | "metacls")
            || looks_like_making(&given)
            || call.function.kind() == Kind::Call && function.starts_with("type(");
        // Enum('Colour', 'RED', type=str)
        let mixed = given.iter().find_map(|argument| match argument {
            Argument::Keyword { name, value } if name.text() == "type" && last.contains("Enum") => {
                Some(*value)
            }
            _ => None,
        });
        if let Some(mixed) = mixed {
            let bases = vec![self.origins(mixed, 0)];
            self.made(bases, true);
        } else if given.len() > 1
            && !given.iter().any(|argument| matches!(argument, Argument::Unpacked(_)))
            && matches!(last, "StrEnum" | "IntEnum" | "IntFlag")
        {
            let bases = vec![self.origins(call.function, 0)];
            self.made(bases, true);
        }
        // six.with_metaclass(Meta, Base)
        if matches!(last, "with_metaclass" | "add_metaclass")
            && !matches!(given.first(), Some(Argument::Positional(first)) if is_plain_metaclass(*first))
        {
            self.made(vec![vec![Origin::Computed]], true);
        }
        let unpacked = given.iter().any(|argument| matches!(argument, Argument::Unpacked(_)));
        if !of_class || (given.len() < 2 && !unpacked) {
            return;
        }
        let named = given.iter().find_map(|argument| match argument {
            Argument::Keyword { name, value } if name.text() == "bases" => Some(*value),
            _ => None,
        });
        let second = match (named, given.get(1)) {
            (Some(named), _) => Some(named),
            (None, Some(Argument::Positional(second))) if !unpacked && last != "make_dataclass" => {
                Some(*second)
            }
            _ => None,
        };
        let bases = match second {
            Some(tuple) if tuple.kind() == Kind::Tuple => {
                let parts = tuple.named_children().filter(|part| !part.is_trivia());
                parts.map(|part| self.origins(part, 0)).collect()
            }
            // make_dataclass('P', ['x', 'y'])
            None if last == "make_dataclass" && !unpacked => Vec::new(),
            _ => vec![vec![Origin::Computed]],
        };
        self.made(bases, true);
    }

    fn made(&mut self, bases: Vec<Vec<Origin>>, is_opaque: bool) {
        self.found.rows.push(ClassRow { name: String::new(), bases, binds: Vec::new(), is_opaque });
    }

    /// `setattr(x, name, value)`, `mock.patch.object(x, name)`, `patch('module.name')`
    fn store_by_call(&mut self, function: &str, list: &[Argument<'t>]) {
        match function {
            "vars" if !list.is_empty() => self.found.stores_computed = true,
            "setattr" | "__setattr__" | "object" | "swap_attr" | "patch" => {
                let mut named = false;
                for argument in list.iter().take(3) {
                    let Argument::Positional(value) = argument else { continue };
                    if let Some(literal) = Literal::evaluate(*value) {
                        let name = literal.value.rsplit('.').next().unwrap_or_default().to_owned();
                        self.found.rebinds.insert(name.clone());
                        self.found.stores.insert(name);
                        named = true;
                        break;
                    }
                }
                // `patch` and `object` are names of other functions, too.
                let binds = matches!(function, "setattr" | "__setattr__" | "swap_attr");
                self.found.stores_computed |= binds && !named;
            }
            "multiple" => self.found.stores_computed = true,
            _ => {}
        }
    }

    fn attribute(&mut self, node: Node<'t>) {
        let Some(attribute) = Attribute::cast(node) else { return };
        let name = attribute.name.text();
        if name == "__dict__" {
            self.found.stores_computed = true;
        }
        if is_target(node) {
            if attribute.object.text() != "self" {
                self.found.rebinds.insert(name.to_owned());
            }
            self.found.stores.insert(name.to_owned());
        }
    }
}

/// Whether the code stands in a metaclass.
fn is_in_metaclass(node: Node<'_>) -> bool {
    let class = node.ancestors().find(|up| up.kind() == Kind::ClassDefinition);
    let bases = class.and_then(|class| class.child(Field::Superclasses));
    bases.is_some_and(|bases| {
        bases.named_children().any(|base| base.text() == "type" || base.text().contains("Meta"))
    })
}

fn names_metaclass(name: &str) -> bool {
    ["Meta", "MetaClass", "Metaclass", "EnumType"].iter().any(|end| name.ends_with(end))
}

/// Whether the name of a metaclass stands where a class statement, or a test, wants one, or where a class of this name
/// is defined.
fn is_plain_use_of_metaclass(name: Node<'_>) -> bool {
    let attribute = name.parent().filter(|up| up.kind() == Kind::Attribute);
    let value = attribute.unwrap_or(name);
    let Some(parent) = value.parent() else { return false };
    match parent.kind() {
        // super(Meta, mcs)
        Kind::ArgumentList => parent.parent().is_some_and(|holder| {
            let function = holder.child(Field::Function).map_or("", |function| function.text());
            holder.kind() == Kind::ClassDefinition
                || ["with_metaclass", "add_metaclass", "isinstance", "issubclass", "super"]
                    .iter()
                    .any(|end| function.ends_with(end))
        }),
        Kind::Assignment => {
            parent.child(Field::Left).is_some_and(|left| left.text() == "__metaclass__" || left == value)
        }
        Kind::KeywordArgument | Kind::ClassDefinition | Kind::ComparisonOperator | Kind::Attribute => true,
        _ => false,
    }
}

/// Whether the metaclass adds nothing to a class.
fn is_plain_metaclass(metaclass: Node<'_>) -> bool {
    let last = metaclass.text().rsplit('.').next().unwrap_or_default().trim();
    ["ABCMeta", "EnumMeta", "EnumType", "type"].contains(&last)
}

/// Whether a call with these arguments may make a class, whatever it calls: `make('A', (list,), names)`.
fn looks_like_making(list: &[Argument<'_>]) -> bool {
    let [_, Argument::Positional(bases), Argument::Positional(_)] = list else { return false };
    let is_path = |part: &Node<'_>| matches!(part.kind(), Kind::Identifier | Kind::Attribute | Kind::Comment);
    bases.kind() == Kind::Tuple && bases.named_children().all(|part| is_path(&part))
}

/// Whether the name, or the attribute that it ends, is called.
fn is_called(name: Node<'_>) -> bool {
    let attribute =
        name.parent().filter(|up| up.kind() == Kind::Attribute && name.field() == Field::Attribute);
    let function = attribute.unwrap_or(name);
    function.field() == Field::Function && function.parent().is_some_and(|up| up.kind() == Kind::Call)
}

/// Whether a statement binds or deletes the attribute.
fn is_target(attribute: Node<'_>) -> bool {
    let Some(parent) = attribute.parent() else { return false };
    matches!(
        parent.kind(),
        Kind::PatternList
            | Kind::TuplePattern
            | Kind::ListPattern
            | Kind::ListSplatPattern
            | Kind::AsPatternTarget
            | Kind::DeleteStatement
    ) || attribute.field() == Field::Left
        && matches!(
            parent.kind(),
            Kind::Assignment | Kind::AugmentedAssignment | Kind::ForStatement | Kind::ForInClause
        )
}

fn makes_tuples(origin: &Origin) -> bool {
    matches!(origin, Origin::Imported { name, .. } if name == "namedtuple" || name == "NamedTuple")
}

/// The last names of the decorators of a class.
fn decorators(class: Node<'_>) -> Vec<&str> {
    let holder = class.parent().filter(|up| up.kind() == Kind::DecoratedDefinition);
    let decorators = holder.into_iter().flat_map(|up| up.children());
    let decorators = decorators.filter(|child| child.kind() == Kind::Decorator);
    let last = decorators.map(|decorator| {
        let path = decorator.text().trim_start_matches('@').split('(').next().unwrap_or_default();
        path.rsplit('.').next().unwrap_or_default().trim()
    });
    last.filter(|name| !matches!(*name, "final" | "runtime_checkable")).collect()
}

/// The module and the name there of what a `from` import binds to `identifier`.
fn imported(identifier: Node<'_>) -> Option<(String, String)> {
    let name = aliased(identifier).unwrap_or(identifier);
    let module = identifier.statement()?.child(Field::ModuleName)?;
    Some((module.text().to_owned(), name.text().to_owned()))
}

/// What is imported under the other name `identifier`.
fn aliased(identifier: Node<'_>) -> Option<Node<'_>> {
    identifier.ancestors().find(|up| up.kind() == Kind::AliasedImport)?.child(Field::Name)
}
