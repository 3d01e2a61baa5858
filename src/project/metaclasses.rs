//! Metaclasses of a project that one of its files can import, and running what is imported changes nothing.

use std::path::{Path, PathBuf};

use super::files::{FileKind, Files, ProjectFile};
use crate::semantic::Importable;
use crate::syntax::{Call, Field, Kind, Node, Regions, SyntaxTree, parse};
use crate::text::{Range, Target};

/// The metaclasses that the file at `path` can import as it imports other modules of their packages.
pub(super) fn importable(
    path: &Path,
    files: &Files,
    target: &dyn Fn(&ProjectFile) -> Target,
) -> Vec<Importable> {
    let Some(own) = files.at(path) else { return Vec::new() };
    let Some(source) = own.source(target(own)) else { return Vec::new() };
    let Ok(tree) = parse(&source, &Regions::whole(&source)) else { return Vec::new() };
    let routes: Vec<Route> =
        head_imports(&tree).filter_map(|module| Route::of(path, module, files)).collect();
    if routes.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (_, file) in files.with_word(b"__call__") {
        let is_module = file.kind == FileKind::Code && file.path.extension().is_some_and(|it| it == "py");
        let Some(module) = routes.iter().find_map(|route| route.module_of(&file.path)) else { continue };
        if is_module && file.path != path {
            found.extend(metaclasses_of(file, target(file), &module).unwrap_or_default());
        }
    }
    found
}

/// The modules that the head of a file imports, as it spells them.
fn head_imports<'t>(tree: &'t SyntaxTree<'_>) -> impl Iterator<Item = &'t str> {
    let kinds = [Kind::ImportStatement, Kind::ImportFromStatement, Kind::FutureImportStatement];
    let head = tree
        .statements()
        .take_while(move |statement| kinds.contains(&statement.kind()) || is_text(*statement));
    head.flat_map(|statement| match statement.kind() {
        Kind::ImportStatement => statement.children_in(Field::Name).map(|name| name.text()).collect(),
        Kind::ImportFromStatement => {
            statement.child(Field::ModuleName).into_iter().map(|module| module.text()).collect::<Vec<_>>()
        }
        _ => Vec::new(),
    })
}

/// How a file reaches other modules: an import that works leads there.
struct Route {
    /// What stands before the names below `root`: dots.
    dots: String,
    /// The directory that the names begin at.
    root: PathBuf,
    /// The directory of what is imported: its packages have been imported.
    reached: PathBuf,
}

impl Route {
    fn of(importer: &Path, module: &str, files: &Files) -> Option<Self> {
        let [number] = files.resolve(importer, module)[..] else { return None };
        let found = &files.list.get(number)?.path;
        let dots = module.bytes().take_while(|byte| *byte == b'.').count();
        let parts = module.split('.').filter(|part| !part.is_empty()).count();
        let is_package = found.file_stem().is_some_and(|stem| stem == "__init__");
        let root = match dots {
            0 => found.ancestors().nth(parts + usize::from(is_package))?,
            _ => importer.ancestors().nth(dots)?,
        };
        let (root, reached) = (root.to_owned(), found.parent()?.to_owned());
        Some(Self { dots: ".".repeat(dots), root, reached })
    }

    /// The module that the file at `path` is, where no other package has to be imported for it.
    fn module_of(&self, path: &Path) -> Option<String> {
        let directory = path.parent()?;
        let below = path.with_extension("");
        let below = below.strip_prefix(&self.root).ok().filter(|_| self.reached.starts_with(directory))?;
        let parts: Vec<&str> = below.iter().map(|part| part.to_str()).collect::<Option<_>>()?;
        let plain = |part: &&str| {
            part.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
                && !part.starts_with(|letter: char| letter.is_ascii_digit())
                && *part != "__init__"
        };
        // `from .. import x` reaches a package that need not have been imported.
        let imported = !self.dots.is_empty() || parts.len() > 1 || directory == self.reached;
        (imported && parts.iter().all(plain)).then(|| format!("{}{}", self.dots, parts.join(".")))
    }
}

/// The metaclasses of a file that holds definitions of classes and nothing else.
fn metaclasses_of(file: &ProjectFile, target: Target, module: &str) -> Option<Vec<Importable>> {
    let source = file.source(target)?;
    let tree = parse(&source, &Regions::whole(&source)).ok()?;
    let in_function =
        |node: Node<'_>| node.ancestors().any(|up| up.kind() == Kind::Block && is_function(up.parent()));
    let mut calls = tree.nodes().filter_map(Call::cast);
    let only_classes =
        tree.statements().all(|statement| is_text(statement) || statement.kind() == Kind::ClassDefinition);
    if !only_classes
        || calls.any(|call| !in_function(call.node))
        || tree.nodes().any(|it| it.kind() == Kind::Decorator)
    {
        return None;
    }
    let of_type = |class: &Node<'_>| {
        let list = class.child(Field::Superclasses);
        list.is_some_and(|list| list.named_children().all(|base| base.text() == "type"))
    };
    let classes = tree.statements().filter(|statement| statement.kind() == Kind::ClassDefinition);
    Some(
        classes
            .filter(of_type)
            .filter_map(|class| {
                let name = class.child(Field::Name)?;
                let code = source.slice(Range::new(name.range().end, class.range().end)).to_owned();
                Some(Importable { module: module.to_owned(), name: name.text().to_owned(), code })
            })
            .collect(),
    )
}

fn is_function(node: Option<Node<'_>>) -> bool {
    node.is_some_and(|node| node.kind() == Kind::FunctionDefinition)
}

/// Whether the statement is a string, such as a docstring.
fn is_text(statement: Node<'_>) -> bool {
    statement.kind() == Kind::ExpressionStatement
        && statement.named_children().all(|it| it.kind() == Kind::String)
}
