//! What the code of one file does with names that may belong to other files: what it calls, and what else.
//!
//! Parses and resolves, once for each file; whom a use concerns is decided in `callers`.

mod reflection;

pub(super) use reflection::{Reflection, WORDS as REFLECTING_WORDS};

use super::files::Files;
use super::lookups::{self, Lookup, Reach};
use super::words::{self, WordHash};
use crate::semantic::{BindingKind, Model, Resolution, ScopeKind, Taints, Variable};
use crate::syntax::{
    Argument, Attribute, Call, Field, Kind, Literal, Node, NodeId, Regions, SyntaxTree, detect_dialect,
    may_be_python2, parse, raised_by_syntax,
};
use crate::text::{Dialect, Source, Target, decode};

/// What a file does with names that may belong to other files.
#[derive(Debug)]
pub(super) struct Digest {
    /// By word, then by place.
    uses: Vec<Use>,
    /// The modules that names are imported from, as written.
    modules: Vec<String>,
    /// The names that the module level binds, by whatever statement but an import; sorted words.
    own_names: Vec<WordHash>,
    /// Whether it star-imports.
    pub has_star_import: bool,
    /// How it gets at attributes without spelling out their names.
    lookups: Vec<Lookup>,
    /// How it gets at functions without spelling out their names.
    pub reflection: Reflection,
    /// The Pythons that it must run on, its syntax considered.
    pub target: Target,
}

/// One use of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Use {
    word: WordHash,
    /// Where the identifier begins, in bytes of the text.
    pub at: u32,
    /// What it is.
    pub how: How,
}

/// What a use of a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum How {
    /// `x.word(...)`.
    AttributeCall(Receiver, Passing),
    /// `x.word` in any other way.
    Attribute(Receiver),
    /// A name imported from the module with this number is called.
    ImportedCall(u32, Passing),
    /// A name imported from the module with this number is used otherwise.
    Imported(u32),
    /// A name that the file binds nowhere and may have from a star import is called.
    StarCall(Passing),
    /// A name that the file binds nowhere and may have from a star import is used otherwise.
    Star,
    /// A class binds it.
    ClassLevel,
    /// It stands in a string that may be a name or code.
    Text,
    /// It is a keyword where keywords become attributes: `patch.multiple(x, word=...)`.
    Keyword,
    /// The module level imports it, from the module with this number, under a name with this hash.
    Renamed(u32, WordHash),
}

/// How a call passes its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Passing {
    /// One by one.
    Plain,
    /// One by one, `self` or `cls` first: an object may be passed to a function of its class.
    SelfFirst,
    /// With `*` or `**`.
    Unpacked,
}

/// What stands before the dot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Receiver {
    /// `self`.
    Own,
    /// `super()`.
    Super,
    /// What may be a class: its functions take the object as an argument.
    ClassLike,
    /// A literal, or something of a module that no file of the project is.
    Foreign,
    /// Anything.
    Other,
}

impl Digest {
    /// The uses of `word`, in the order of the text.
    pub fn uses(&self, word: &str) -> &[Use] {
        self.uses_of(words::hash(word.as_bytes()))
    }

    /// Whether the file uses a word with this hash in a way that could mean a name of another module.
    pub fn uses_hash(&self, word: WordHash) -> bool {
        let seen = |one: &Use| !matches!(one.how, How::ClassLevel | How::Attribute(Receiver::Own));
        self.uses_of(word).iter().any(seen)
    }

    fn uses_of(&self, word: WordHash) -> &[Use] {
        let from = self.uses.partition_point(|one| one.word < word);
        let to = self.uses.partition_point(|one| one.word <= word);
        self.uses.get(from..to).unwrap_or_default()
    }

    /// The module with this number, as the import writes it.
    pub fn module(&self, number: u32) -> &str {
        self.modules.get(number as usize).map_or("", String::as_str)
    }

    /// Whether the module level binds `name` by something else than an import.
    pub fn binds(&self, name: &str) -> bool {
        self.own_names.binary_search(&words::hash(name.as_bytes())).is_ok()
    }

    /// Whose attribute `name` the file may get at by a name that it does not spell out.
    pub fn reach(&self, name: &str) -> Reach {
        lookups::reach(&self.lookups, name)
    }
}

/// The text of a file with these bytes, for the Pythons of `target`. Newer syntax in it is not looked for.
pub(super) fn source(bytes: &[u8], target: Target) -> Option<Source> {
    let decoded = decode(bytes.to_vec()).ok()?;
    let text = decoded.text().to_owned();
    let stated = if target.newest.major == 2 { Dialect::Python2 } else { Dialect::Python3 };
    let dialect = if stated == Dialect::Python2 || may_be_python2(&text) {
        detect_dialect(&text).unwrap_or(stated)
    } else {
        Dialect::Python3
    };
    Some(Source::new(text, dialect, target))
}

/// The digest of `source`, a file of the project with `files`. `None` when it does not parse.
pub(super) fn digest(source: &Source, files: &Files) -> Option<Digest> {
    let tree = parse(source, &Regions::whole(source)).ok()?;
    let model = Model::build(&tree);
    let mut reader = Reader {
        tree: &tree,
        model: &model,
        files,
        digest: Digest {
            uses: Vec::new(),
            modules: Vec::new(),
            own_names: Vec::new(),
            has_star_import: model.any_taint().contains(Taints::STAR_IMPORT),
            lookups: Vec::new(),
            reflection: Reflection::default(),
            target: raised_by_syntax(source.target(), &tree),
        },
    };
    reader.variables();
    for node in tree.nodes() {
        reader.node(node);
        reader.reflect(node);
    }
    let mut digest = reader.digest;
    digest.uses.sort_unstable();
    digest.uses.dedup();
    digest.uses.shrink_to_fit();
    digest.own_names.sort_unstable();
    Some(digest)
}

struct Reader<'a> {
    tree: &'a SyntaxTree<'a>,
    model: &'a Model<'a>,
    files: &'a Files,
    digest: Digest,
}

impl<'a> Reader<'a> {
    fn add(&mut self, word: &str, at: Node<'_>, how: How) {
        let word = words::hash(word.as_bytes());
        self.digest.uses.push(Use { word, at: at.range().start, how });
    }

    fn module_number(&mut self, module: &str) -> u32 {
        let known = self.digest.modules.iter().position(|known| known == module);
        let number = known.unwrap_or_else(|| {
            self.digest.modules.push(module.to_owned());
            self.digest.modules.len() - 1
        });
        number as u32
    }

    fn variables(&mut self) {
        let model = self.model;
        for (_, variable) in model.variables() {
            let kind = model.scope(variable.scope).kind;
            let imported = self.imported(variable);
            for (binding, name, module) in &imported {
                let number = self.module_number(module);
                if kind == ScopeKind::Class {
                    self.add(name, *binding, How::Imported(number));
                }
                if kind == ScopeKind::Module && *name != variable.name {
                    let given = words::hash(variable.name.as_bytes());
                    self.add(name, *binding, How::Renamed(number, given));
                }
                for reference in &variable.references {
                    let node = self.tree.node(model.reference(*reference).node);
                    let how = match call_of(node) {
                        Some(call) => How::ImportedCall(number, passing(call)),
                        None => How::Imported(number),
                    };
                    self.add(name, node, how);
                }
            }
            for binding in &variable.bindings {
                let binding = model.binding(*binding);
                let import = matches!(binding.kind, BindingKind::Import | BindingKind::FromImport);
                if kind == ScopeKind::Module && !import {
                    self.digest.own_names.push(words::hash(variable.name.as_bytes()));
                }
                if kind == ScopeKind::Class {
                    let node = self.tree.node(binding.node);
                    self.add(node.text(), node, How::ClassLevel);
                }
            }
        }
        if self.digest.has_star_import {
            for reference in model.references().iter().filter(|reference| reference.variable.is_none()) {
                let node = self.tree.node(reference.node);
                let how = call_of(node).map_or(How::Star, |call| How::StarCall(passing(call)));
                self.add(node.text(), node, how);
            }
        }
    }

    /// What the variable is imported as: the place, the name that the other module gives it, and that module;
    /// modules that no file of the project is left out.
    fn imported(&self, variable: &Variable<'_>) -> Vec<(Node<'a>, &'a str, &'a str)> {
        let from_imports = variable.bindings.iter().map(|binding| self.model.binding(*binding));
        let from_imports = from_imports.filter(|binding| binding.kind == BindingKind::FromImport);
        from_imports.filter_map(|binding| self.import_at(binding.node)).collect()
    }

    fn import_at(&self, identifier: NodeId) -> Option<(Node<'a>, &'a str, &'a str)> {
        let identifier = self.tree.node(identifier);
        let name = match identifier.ancestors().find(|up| up.kind() == Kind::AliasedImport) {
            Some(aliased) => aliased.child(Field::Name)?.text(),
            None => identifier.text(),
        };
        let module = identifier.statement()?.child(Field::ModuleName)?.text();
        (!self.is_foreign(module)).then_some((identifier, name, module))
    }

    /// Whether an absolute import of `module` leads out of the project: no file or directory of the project is
    /// called like any part of it.
    fn is_foreign(&self, module: &str) -> bool {
        let mut parts = module.split('.').map(str::trim);
        parts.all(|part| !part.is_empty() && !self.files.has_module(part))
    }

    fn node(&mut self, node: Node<'a>) {
        match node.kind() {
            Kind::Attribute => {
                let Some(attribute) = Attribute::cast(node) else { return };
                let receiver = self.receiver(attribute.object);
                let how = match call_of(node) {
                    Some(call) => How::AttributeCall(receiver, passing(call)),
                    None => How::Attribute(receiver),
                };
                self.add(attribute.name.text(), attribute.name, how);
                self.digest.lookups.extend(lookups::of_node(node));
            }
            Kind::KeywordArgument => {
                let call = node.ancestors().nth(1).and_then(Call::cast);
                let function = call.map_or("", |call| call.function.text());
                let last = function.rsplit('.').next().unwrap_or_default();
                if matches!(last, "multiple" | "dict" | "type" | "update" | "configure_mock")
                    && let Some(name) = node.child(Field::Name)
                {
                    self.add(name.text(), name, How::Keyword);
                }
            }
            // case Point(x=first):
            Kind::KeywordPattern => {
                if let Some(name) = node.named_children().find(|part| part.kind() == Kind::Identifier) {
                    self.add(name.text(), name, How::Attribute(Receiver::Other));
                }
            }
            Kind::Call => self.digest.lookups.extend(lookups::of_node(node)),
            Kind::String => self.string(node),
            _ => {}
        }
    }

    fn receiver(&self, object: Node<'a>) -> Receiver {
        match object.kind() {
            Kind::String
            | Kind::ConcatenatedString
            | Kind::Integer
            | Kind::Float
            | Kind::List
            | Kind::Dictionary
            | Kind::Set
            | Kind::ListComprehension
            | Kind::DictionaryComprehension => Receiver::Foreign,
            Kind::Identifier => self.named(object),
            Kind::Attribute => {
                let last = object.child(Field::Attribute).map_or("", |name| name.text());
                if self.is_foreign_path(object) {
                    Receiver::Foreign
                } else if looks_like_class(last) {
                    Receiver::ClassLike
                } else {
                    Receiver::Other
                }
            }
            Kind::Call => match object.child(Field::Function).map_or("", |function| function.text()) {
                "super" => Receiver::Super,
                "type" => Receiver::ClassLike,
                _ => Receiver::Other,
            },
            _ => Receiver::Other,
        }
    }

    fn named(&self, name: Node<'a>) -> Receiver {
        if name.text() == "self" {
            return Receiver::Own;
        }
        if self.is_foreign_path(name) {
            return Receiver::Foreign;
        }
        let Resolution::Variable(variable) = self.model.resolve(name) else {
            return if looks_like_class(name.text()) { Receiver::ClassLike } else { Receiver::Other };
        };
        let bindings = &self.model.variable(variable).bindings;
        let class = bindings.iter().any(|id| self.model.binding(*id).kind == BindingKind::ClassDefinition);
        if class || looks_like_class(name.text()) { Receiver::ClassLike } else { Receiver::Other }
    }

    /// Whether the expression is a module that no file of the project is, or an attribute of one.
    fn is_foreign_path(&self, path: Node<'a>) -> bool {
        let mut first = path;
        while first.kind() == Kind::Attribute {
            let Some(attribute) = Attribute::cast(first) else { return false };
            if self.files.has_module(attribute.name.text()) {
                return false;
            }
            first = attribute.object;
        }
        let Resolution::Variable(variable) = self.model.resolve(first) else { return false };
        let bindings = &self.model.variable(variable).bindings;
        !bindings.is_empty()
            && bindings.iter().all(|id| {
                let binding = self.model.binding(*id);
                let identifier = self.tree.node(binding.node);
                let imported = match identifier.ancestors().find(|up| up.kind() == Kind::AliasedImport) {
                    Some(aliased) => aliased.child(Field::Name),
                    None => identifier.parent(),
                };
                match binding.kind {
                    BindingKind::Import => imported.is_some_and(|module| self.is_foreign(module.text())),
                    BindingKind::FromImport => {
                        let module = identifier.statement().and_then(|it| it.child(Field::ModuleName));
                        let name = imported.map_or(identifier.text(), |name| name.text());
                        module.is_some_and(|module| self.is_foreign(module.text()))
                            && !self.files.has_module(name)
                    }
                    _ => false,
                }
            })
    }

    fn string(&mut self, string: Node<'a>) {
        let text = string.text();
        let Some(literal) = Literal::evaluate(string) else {
            // Python 2's backticks, or f-strings, whose expressions are nodes of their own.
            if text.starts_with('`') {
                self.words_of(string, text);
            }
            return;
        };
        let value = literal.value;
        let path = !value.is_empty()
            && value.bytes().all(|byte| words::is_name_byte(byte) || byte == b'.' || byte == b':');
        if is_docstring(string) {
            if value.contains(">>>") {
                self.words_of(string, &value);
            }
        } else if path {
            if !is_export(string) {
                self.words_of(string, &value);
            }
        } else if value.contains(">>>") || words::words(value.as_bytes()).any(|word| word.text == b"import") {
            self.words_of(string, &value);
        } else {
            let bytes = value.as_bytes();
            for word in words::words(bytes) {
                let before = word.start.checked_sub(1).and_then(|at| bytes.get(at));
                let after = bytes.get(word.start + word.text.len());
                if matches!(before, Some(b'.' | b':')) || after == Some(&b'(') {
                    let hash = words::hash(word.text);
                    self.digest.uses.push(Use { word: hash, at: string.range().start, how: How::Text });
                }
            }
        }
    }

    fn words_of(&mut self, string: Node<'_>, text: &str) {
        for word in words::words(text.as_bytes()) {
            let hash = words::hash(word.text);
            self.digest.uses.push(Use { word: hash, at: string.range().start, how: How::Text });
        }
    }
}

/// The call that `function` is called by.
fn call_of(function: Node<'_>) -> Option<Call<'_>> {
    function.parent().filter(|_| function.field() == Field::Function).and_then(Call::cast)
}

fn passing(call: Call<'_>) -> Passing {
    let list = call.arguments().list;
    if list.iter().any(|argument| matches!(argument, Argument::Unpacked(_))) {
        return Passing::Unpacked;
    }
    match list.first() {
        Some(Argument::Positional(first)) if matches!(first.text(), "self" | "cls") => Passing::SelfFirst,
        _ => Passing::Plain,
    }
}

/// Whether a name is one that people give to classes.
fn looks_like_class(name: &str) -> bool {
    let plain = name.trim_start_matches('_');
    let constant = plain.len() > 1 && !plain.contains(char::is_lowercase);
    let lower = name.to_ascii_lowercase();
    (plain.starts_with(char::is_uppercase) && !constant)
        || matches!(name, "cls" | "mcs" | "mcls" | "type_" | "typ" | "base")
        || lower.contains("class")
        || lower.contains("klass")
}

/// Whether the string is a statement of its own.
fn is_docstring(string: Node<'_>) -> bool {
    let holder = string.ancestors().find(|up| up.kind() != Kind::ConcatenatedString);
    holder.is_some_and(|holder| holder.kind() == Kind::ExpressionStatement)
}

/// Whether the string is an element of `__all__`: it only says what a star import binds.
fn is_export(string: Node<'_>) -> bool {
    string.ancestors().take(4).any(|up| match up.kind() {
        Kind::Assignment | Kind::AugmentedAssignment => {
            up.child(Field::Left).is_some_and(|left| left.text() == "__all__")
        }
        _ => false,
    })
}
