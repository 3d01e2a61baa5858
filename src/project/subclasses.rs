//! Classes of a project that subclass a builtin class and behave otherwise.
//!
//! Class statements are found by their bytes, those of a subclass are parsed. Classes are told apart by name
//! alone: two of one name count as one.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use memchr::memmem::Finder;

use super::class_statements::{Header, aliases, headers, makes_class};
use super::files::{FileKind, Files, Grammar, ProjectFile};
use super::{offenders, usage};
use crate::semantic::{Class, Model, Subclasses, Taints};
use crate::syntax::{Field, Kind, Node, Regions, parse};
use crate::text::Target;

/// The class statements of a project, and the names that stand for builtin classes.
#[derive(Debug)]
pub(super) struct ClassIndex {
    headers: Vec<Header>,
    /// Names that some file gives to a class by an assignment or import: the name, and what it stands for.
    aliases: Vec<(String, String)>,
    /// By the number of a file: those with relatives of its classes.
    relatives: Mutex<HashMap<usize, BTreeSet<usize>>>,
}

/// Names of a builtin class, or of classes of the standard library that subclass it.
fn seeds(class: Class) -> Option<&'static [&'static str]> {
    Some(match class {
        Class::Str => &[
            "str",
            "unicode",
            "basestring",
            "text_type",
            "string_types",
            "unicode_type",
            "string_type",
            "native_str",
            "StrEnum",
            "TextChoices",
        ],
        Class::Bytes => &["bytes", "binary_type", "bytes_type"],
        Class::Int => &["int", "long", "integer_types", "long_type", "IntEnum", "IntFlag", "IntegerChoices"],
        Class::Float => &["float"],
        Class::Complex => &["complex"],
        Class::List => &["list"],
        Class::Tuple => &["tuple", "namedtuple", "NamedTuple"],
        Class::Set => &["set"],
        Class::FrozenSet => &["frozenset"],
        Class::Dict => &["dict", "OrderedDict", "defaultdict", "Counter"],
        Class::ByteArray => &["bytearray"],
        // Python refuses to subclass `NoneType`, `bool` and `range`; an iterator may be of any class.
        Class::None | Class::Bool | Class::Range | Class::Iterator => return None,
    })
}

/// Methods whose change nobody notices who adds, formats, compares, measures or iterates over an instance.
const HARMLESS: &[&str] = &[
    "__annotations__",
    "__class_getitem__",
    "__copy__",
    "__deepcopy__",
    "__del__",
    "__dict__",
    "__dir__",
    "__doc__",
    "__getattr__",
    "__getinitargs__",
    "__getnewargs__",
    "__getnewargs_ex__",
    "__getstate__",
    "__html__",
    "__init__",
    "__init_subclass__",
    "__match_args__",
    "__module__",
    "__new__",
    "__qualname__",
    "__reduce__",
    "__reduce_ex__",
    "__set_name__",
    "__setattr__",
    "__delattr__",
    "__setstate__",
    "__sizeof__",
    "__slots__",
    "__weakref__",
    "__enter__",
    "__exit__",
    "__call__",
];

/// Public methods of the builtin classes that give strings, parts or items.
const METHODS: &[&str] = &[
    "add",
    "append",
    "capitalize",
    "casefold",
    "center",
    "clear",
    "copy",
    "count",
    "decode",
    "difference",
    "discard",
    "encode",
    "endswith",
    "expandtabs",
    "extend",
    "find",
    "format",
    "format_map",
    "get",
    "index",
    "insert",
    "intersection",
    "items",
    "iteritems",
    "iterkeys",
    "itervalues",
    "join",
    "keys",
    "ljust",
    "lower",
    "lstrip",
    "partition",
    "pop",
    "popitem",
    "remove",
    "replace",
    "reverse",
    "rfind",
    "rindex",
    "rjust",
    "rpartition",
    "rsplit",
    "rstrip",
    "setdefault",
    "sort",
    "split",
    "splitlines",
    "startswith",
    "strip",
    "swapcase",
    "title",
    "translate",
    "union",
    "update",
    "upper",
    "values",
    "zfill",
];

/// Bases that change nothing beside a builtin class.
const PLAIN_BASES: &[&str] = &["object", "Generic", "Protocol", "ABC", "Hashable", "Sized"];

impl ClassIndex {
    /// Finds the class statements in the code of `files`.
    pub fn new(files: &Files) -> Self {
        let mut index = Self { headers: Vec::new(), aliases: Vec::new(), relatives: Mutex::default() };
        for (number, file) in files.list.iter().enumerate() {
            if file.kind == FileKind::Code {
                index.headers.extend(headers(&file.bytes, number));
            }
        }
        let names = [
            Class::Str,
            Class::Bytes,
            Class::Int,
            Class::Float,
            Class::Complex,
            Class::List,
            Class::Tuple,
            Class::Set,
            Class::FrozenSet,
            Class::Dict,
            Class::ByteArray,
        ];
        let mut seen = BTreeSet::new();
        for name in names.into_iter().filter_map(seeds).flatten() {
            for (_, file) in files.with_word(name.as_bytes()) {
                if file.kind == FileKind::Code {
                    let found = aliases(&file.bytes, name);
                    seen.extend(found.into_iter().map(|alias| (alias, (*name).to_owned())));
                }
            }
        }
        index.aliases = seen.into_iter().collect();
        index
    }

    /// Whether an instance of a class of the file `one` may be one of a class of the file `other`, too.
    pub fn are_related(&self, one: usize, other: usize) -> bool {
        let mut known = self.relatives.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known.entry(one).or_insert_with(|| self.relatives_of(one));
        found.contains(&other)
    }

    /// The files of classes that some class derives from that is or derives from one of the file `one`.
    fn relatives_of(&self, one: usize) -> BTreeSet<usize> {
        let own = self.headers.iter().filter(|header| header.file == one);
        let mut names: BTreeSet<&str> = own.map(|header| header.name.as_str()).collect();
        loop {
            let before = names.len();
            for header in &self.headers {
                if header.bases.iter().any(|base| names.contains(base.as_str())) {
                    names.insert(&header.name);
                }
            }
            if names.len() == before {
                break;
            }
        }
        // A mix-in sees the attributes of those it is mixed with.
        loop {
            let before = names.len();
            for header in &self.headers {
                if names.contains(header.name.as_str()) {
                    names.extend(header.bases.iter().map(String::as_str));
                }
            }
            if names.len() == before {
                break;
            }
        }
        let related = self.headers.iter().filter(|header| names.contains(header.name.as_str()));
        related.map(|header| header.file).collect()
    }

    /// The classes of the project that may subclass `class`.
    fn family(&self, class: Class) -> BTreeSet<&str> {
        let mut family: BTreeSet<&str> = seeds(class).unwrap_or_default().iter().copied().collect();
        loop {
            let before = family.len();
            for (alias, name) in &self.aliases {
                if family.contains(name.as_str()) {
                    family.insert(alias);
                }
            }
            for header in &self.headers {
                if header.bases.iter().any(|base| family.contains(base.as_str())) {
                    family.insert(&header.name);
                }
            }
            if family.len() == before {
                return family;
            }
        }
    }

    /// A class of the project that subclasses `class` and behaves otherwise.
    pub fn overriding(
        &self,
        class: Class,
        files: &Files,
        root: &Path,
        target_of: impl Fn(&ProjectFile) -> Target,
    ) -> Subclasses {
        if matches!(class, Class::None | Class::Bool | Class::Range) {
            return Subclasses::None;
        }
        let Some(seeds) = seeds(class) else { return Subclasses::Unknown };
        let family = self.family(class);
        // By file: the classes that are looked at, and the mix-ins that stand beside a builtin class.
        let mut members: BTreeSet<(usize, &str)> = BTreeSet::new();
        let mut wanted: BTreeSet<&str> = BTreeSet::new();
        for header in &self.headers {
            if header.bases.iter().any(|base| family.contains(base.as_str())) {
                members.insert((header.file, &header.name));
                wanted.extend(header.bases.iter().map(String::as_str));
            }
        }
        let known: BTreeSet<&str> = self.headers.iter().map(|header| header.name.as_str()).collect();
        let context = Context { class, family: &family, known: &known };
        let mut places: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
        loop {
            let before = wanted.len();
            for header in self.headers.iter().filter(|header| wanted.contains(header.name.as_str())) {
                if !seeds.contains(&header.name.as_str()) {
                    members.insert((header.file, &header.name));
                }
            }
            let mixed = self.headers.iter().filter(|header| members.contains(&(header.file, &*header.name)));
            let bases: Vec<&str> = mixed.flat_map(|header| &header.bases).map(String::as_str).collect();
            wanted.extend(bases);
            if wanted.len() == before {
                break;
            }
        }
        for (file, name) in members {
            places.entry(file).or_default().insert(name);
        }
        for (number, names) in places {
            let Some(file) = files.list.get(number) else { return Subclasses::Unknown };
            let shown = file.path.strip_prefix(root).unwrap_or(&file.path).display().to_string();
            let named = |name: &str| Subclasses::Some(format!("{name} in {}", shown.replace('\\', "/")));
            match offending_class(file, &names, &context, &target_of) {
                Verdict::None => {}
                Verdict::Some(name) => return named(&name),
                Verdict::NotUnderstood => {
                    return named(names.first().copied().unwrap_or_default());
                }
            }
        }
        made_by_call(files, root, &family)
    }
}

/// A class that `type('X', (str,), {...})` makes.
fn made_by_call(files: &Files, root: &Path, family: &BTreeSet<&str>) -> Subclasses {
    for (_, file) in files.with_word(b"type").chain(files.with_word(b"new_class")) {
        if file.kind == FileKind::Code && makes_class(&file.bytes, family) {
            let shown = file.path.strip_prefix(root).unwrap_or(&file.path).display();
            return Subclasses::Some(format!("a class made by a call in {shown}"));
        }
    }
    Subclasses::None
}

/// What a file that is not the project's business offers, or one that gives the builtin's name to something
/// else.
pub(super) fn in_file(file: &ProjectFile, class: Class) -> Subclasses {
    if let Some(gives) = offenders::touched(&file.bytes, file.imports(), class) {
        return Subclasses::Some(gives.to_owned());
    }
    let name = seeds(class).and_then(|seeds| seeds.first()).copied().unwrap_or_default();
    if is_rebound(&file.bytes, name) { Subclasses::Unknown } else { Subclasses::None }
}

/// Whether the text gives the name to something: `str = unicode`, `import x as str`, `def str(`.
fn is_rebound(text: &[u8], name: &str) -> bool {
    let finder = Finder::new(name);
    let imports = usage::imports(text);
    usage::words(text, &finder).any(|range| {
        let after = words_after(text, range.end);
        let assigned = after.first() == Some(&b'=') && after.get(1) != Some(&b'=');
        let head = text.get(..range.start).unwrap_or_default().trim_ascii_end();
        let defined = head.ends_with(b"def") || head.ends_with(b"class");
        let attribute = usage::follows_dot(text, &range);
        let imported = imports.iter().any(|clause| clause.names.contains(&range.start));
        let renamed = usage::alias(text, &range).is_some();
        (assigned
            && !attribute
            && !usage::is_keyword_argument(text, &range)
            && !is_annotation(text, range.start))
            || (defined && head.len() < text.len())
            || (imported && !renamed)
    })
}

/// Whether the word at `start` is an annotation with a default behind it: `x: str = ''`.
fn is_annotation(text: &[u8], start: usize) -> bool {
    usage::before(text, start).is_some_and(|at| matches!(text.get(at), Some(b':' | b'|' | b'>')))
}

fn words_after(text: &[u8], at: usize) -> &[u8] {
    text.get(at..).unwrap_or_default().trim_ascii_start()
}

struct Context<'a> {
    class: Class,
    /// Names of the builtin class and of what subclasses it.
    family: &'a BTreeSet<&'a str>,
    /// Names of classes of the project.
    known: &'a BTreeSet<&'a str>,
}

enum Verdict {
    None,
    Some(String),
    NotUnderstood,
}

/// The first of the classes `names` in `file` that behaves otherwise.
fn offending_class(
    file: &ProjectFile,
    names: &BTreeSet<&str>,
    context: &Context<'_>,
    target_of: impl Fn(&ProjectFile) -> Target,
) -> Verdict {
    if file.grammar == Grammar::None {
        return Verdict::NotUnderstood;
    }
    let Some(source) = file.source(target_of(file)) else { return Verdict::NotUnderstood };
    let Ok(tree) = parse(&source, &Regions::whole(&source)) else { return Verdict::NotUnderstood };
    let model = Model::build(&tree);
    let classes = tree.nodes().filter(|node| node.kind() == Kind::ClassDefinition);
    let pairs = classes.filter_map(|class| Some((class, class.child(Field::Name)?.text())));
    for (class, name) in pairs.filter(|(_, name)| names.contains(name)) {
        if is_offending(&model, class, context) {
            return Verdict::Some(name.to_owned());
        }
    }
    Verdict::None
}

fn is_offending(model: &Model<'_>, class: Node<'_>, context: &Context<'_>) -> bool {
    let bases = class.child(Field::Superclasses);
    let in_family = bases.is_some_and(|bases| {
        bases
            .descendants()
            .any(|part| part.kind() == Kind::Identifier && context.family.contains(part.text()))
    });
    if in_family && bases.is_some_and(|bases| bases.named_children().any(|base| is_odd_base(base, context))) {
        return true;
    }
    // A decorator may add methods.
    let decorated = class.parent().filter(|up| up.kind() == Kind::DecoratedDefinition).is_some_and(|up| {
        let mut decorators = up.children().filter(|child| child.kind() == Kind::Decorator);
        decorators.any(|decorator| {
            let name = decorator.text().trim_start_matches('@').trim().rsplit('.').next().unwrap_or_default();
            !matches!(name, "final" | "runtime_checkable")
        })
    });
    let Some(scope) = model.scope_opened_by(class) else { return true };
    let scope = model.scope(scope);
    let unseen = scope.taints.intersects(Taints::LOCALS | Taints::EVAL | Taints::STAR_IMPORT);
    (in_family && (decorated || unseen))
        || scope.variables.iter().any(|variable| {
            let name: &str = &model.variable(*variable).name;
            changes_behaviour(name, context.class)
        })
}

fn changes_behaviour(name: &str, class: Class) -> bool {
    // `str()` of a number or container falls back to it, that of a string does not.
    if name == "__repr__" && class == Class::Str {
        return false;
    }
    let special = name.len() > 4 && name.starts_with("__") && name.ends_with("__");
    (special && !HARMLESS.contains(&name)) || METHODS.contains(&name)
}

/// Whether a base of a subclass of the builtin class may change how its instances behave.
fn is_odd_base(base: Node<'_>, context: &Context<'_>) -> bool {
    let last = match base.kind() {
        Kind::Identifier => base.text(),
        Kind::Attribute => base.child(Field::Attribute).map_or("", |name| name.text()),
        // Generic[T], Dict[str, int]
        Kind::Subscript => {
            return base.child(Field::Value).is_none_or(|value| is_odd_base(value, context));
        }
        Kind::KeywordArgument => {
            let metaclass = base.child(Field::Name).is_some_and(|name| name.text() == "metaclass");
            let plain = base.child(Field::Value).is_some_and(|value| value.text().ends_with("ABCMeta"));
            return metaclass && !plain;
        }
        // namedtuple('P', 'x y')
        Kind::Call => {
            let function = base.child(Field::Function).map_or("", |function| function.text());
            return !matches!(function.rsplit('.').next(), Some("namedtuple" | "NamedTuple"));
        }
        Kind::Comment => return false,
        _ => return true,
    };
    let enumeration = last.ends_with("Enum") || last.ends_with("Choices") || last.ends_with("Flag");
    let told = context.family.contains(last) || context.known.contains(last) || PLAIN_BASES.contains(&last);
    enumeration || !told
}

#[cfg(test)]
mod tests;
