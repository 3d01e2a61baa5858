//! What the metadata of a project states about Python: read from its files, never by running them.
//!
//! Only reads; what follows from it is decided in `target`.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use crate::syntax::{Field, Kind, Literal, LiteralKind, Node, Regions, SyntaxTree, parse};
use crate::text::{Dialect, Source, Target};

/// What one file of metadata states.
#[derive(Debug, Default)]
pub(super) struct Stated {
    /// A PEP 440 specifier set for Python, as written.
    pub requires_python: Option<String>,
    /// Poetry's constraint for Python, as written.
    pub poetry_python: Option<String>,
    /// The trove classifiers.
    pub classifiers: Vec<String>,
    /// Names of the packages that the project depends on, as far as they can be read off.
    pub dependencies: Vec<String>,
    /// Whether the file is there.
    pub exists: bool,
    /// What is wrong with the file, as a sentence without its name.
    pub problem: Option<String>,
    /// The name of a range of Pythons that is no string.
    pub misstated: Option<&'static str>,
}

/// Reads `pyproject.toml` in `root`.
pub(super) fn pyproject(root: &Path) -> Stated {
    let text = match read(&root.join("pyproject.toml")) {
        Ok(text) => text,
        Err(stated) => return *stated,
    };
    let table = match text.parse::<toml::Table>() {
        Ok(table) => table,
        Err(error) => return Stated::broken(format!("is not valid TOML: {}", error.message())),
    };
    let at = |path: &[&str]| {
        let mut value = table.get(*path.first()?)?;
        for key in path.get(1..)? {
            value = value.get(key)?;
        }
        Some(value)
    };
    let string = |value: Option<&toml::Value>| value.and_then(toml::Value::as_str).map(str::to_owned);
    let strings = |value: Option<&toml::Value>| -> Vec<String> {
        let list = value.and_then(toml::Value::as_array).into_iter().flatten();
        list.filter_map(|item| item.as_str().map(str::to_owned)).collect()
    };
    let poetry_table = at(&["tool", "poetry", "dependencies"]).and_then(toml::Value::as_table);
    let poetry_python = poetry_table.and_then(|table| table.get("python"));
    let required = at(&["project", "requires-python"]);
    let poetry_version = poetry_python.map(|value| value.get("version").unwrap_or(value));
    let misstated = [(required, "requires-python"), (poetry_version, "the python dependency")];
    let mut stated = Stated {
        exists: true,
        misstated: misstated
            .iter()
            .find_map(|(value, name)| value.is_some_and(|it| !it.is_str()).then_some(*name)),
        requires_python: string(required)
            .or_else(|| string(at(&["tool", "flit", "metadata", "requires-python"]))),
        poetry_python: string(poetry_python)
            .or_else(|| string(poetry_python.and_then(|value| value.get("version")))),
        classifiers: strings(at(&["project", "classifiers"])),
        ..Stated::default()
    };
    stated.classifiers.extend(strings(at(&["tool", "poetry", "classifiers"])));
    stated.dependencies.extend(strings(at(&["project", "dependencies"])).iter().map(|it| package_name(it)));
    stated.dependencies.extend(poetry_table.into_iter().flat_map(toml::Table::keys).cloned());
    stated
}

/// Reads `setup.cfg` in `root`.
pub(super) fn setup_cfg(root: &Path) -> Stated {
    let text = match read(&root.join("setup.cfg")) {
        Ok(text) => text,
        Err(stated) => return *stated,
    };
    let entries = match ini_entries(&text) {
        Ok(entries) => entries,
        Err(line) => return Stated::broken(format!("cannot be read: line {line} is no option or section")),
    };
    let value = |section: &str, keys: &[&str]| {
        let entry =
            entries.iter().find(|entry| entry.section == section && keys.contains(&entry.key.as_str()));
        entry.map(|entry| entry.value.trim().to_owned())
    };
    let lines = |value: Option<String>| -> Vec<String> {
        let value = value.unwrap_or_default();
        value.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
    };
    Stated {
        exists: true,
        requires_python: value("options", &["python_requires", "python-requires"]).or_else(|| {
            // The names that pbr and older tools read.
            value("metadata", &["python_requires", "python-requires", "requires-python", "requires_python"])
        }),
        classifiers: lines(value("metadata", &["classifiers", "classifier"])),
        dependencies: lines(value("options", &["install_requires", "install-requires"]))
            .iter()
            .map(|line| package_name(line))
            .collect(),
        ..Stated::default()
    }
}

/// Reads `setup.py` in `root`: literals only.
pub(super) fn setup_py(root: &Path) -> Stated {
    let text = match read(&root.join("setup.py")) {
        Ok(text) => text,
        Err(stated) => return *stated,
    };
    let source = Source::new(text, Dialect::Python3, Target::default());
    let tree = match parse(&source, &Regions::whole(&source)) {
        Ok(tree) => tree,
        Err(error) => return Stated::broken(format!("cannot be read: {error}")),
    };
    let mut stated = Stated { exists: true, ..Stated::default() };
    for node in tree.nodes() {
        match node.kind() {
            Kind::KeywordArgument => {
                let named = node.child(Field::Name).is_some_and(|name| name.text() == "python_requires");
                let value = node.child(Field::Value).filter(|_| named && stated.requires_python.is_none());
                if let Some(value) = value {
                    let is_number = matches!(value.kind(), Kind::Float | Kind::Integer);
                    stated.misstated = is_number.then_some("python_requires");
                    stated.requires_python = constant(&tree, value);
                }
            }
            Kind::String => {
                let Some(text) = text_of(node) else { continue };
                if text.contains("Programming Language ::") {
                    // One literal may hold all of them, a line each.
                    stated.classifiers.extend(text.lines().map(|line| line.trim().to_owned()));
                } else if text.len() < 80 {
                    stated.dependencies.push(package_name(&text));
                }
            }
            _ => {}
        }
    }
    stated
}

/// Whether the files in `root` make a package that others can install. A file that cannot be read does.
pub(super) fn is_distributable(root: &Path) -> bool {
    match read(&root.join("setup.py")) {
        Ok(_) => return true,
        Err(stated) if stated.problem.is_some() => return true,
        Err(_) => {}
    }
    let in_pyproject = match read(&root.join("pyproject.toml")) {
        Ok(text) => text.parse::<toml::Table>().map_or(true, |table| pyproject_is_distributable(&table)),
        Err(stated) => stated.problem.is_some(),
    };
    let in_setup_cfg = match read(&root.join("setup.cfg")) {
        Ok(text) => ini_entries(&text).map_or(true, |entries| {
            entries.iter().any(|entry| matches!(entry.section.as_str(), "metadata" | "options"))
        }),
        Err(stated) => stated.problem.is_some(),
    };
    in_pyproject || in_setup_cfg
}

fn pyproject_is_distributable(table: &toml::Table) -> bool {
    let tool = |name: &str| table.get("tool").and_then(|tools| tools.get(name));
    // A build backend without metadata has them elsewhere.
    if table.contains_key("project") || table.contains_key("build-system") || tool("flit").is_some() {
        return true;
    }
    tool("poetry")
        .is_some_and(|poetry| poetry.get("package-mode").and_then(toml::Value::as_bool) != Some(false))
}

/// The names of the packages in `requirements.txt` in `root`.
pub(super) fn requirements(root: &Path) -> Vec<String> {
    let text = read(&root.join("requirements.txt")).unwrap_or_default();
    text.lines().map(package_name).filter(|name| !name.is_empty()).collect()
}

impl Stated {
    fn broken(problem: String) -> Self {
        Self { exists: true, problem: Some(problem), ..Self::default() }
    }
}

/// The text of a file: whatever is no UTF-8 is replaced, since all that is looked for is ASCII.
fn read(path: &Path) -> Result<String, Box<Stated>> {
    /// No metadata is longer; a file that is would only cost time.
    const LIMIT: u64 = 4 * 1024 * 1024;
    let about = fs::metadata(path);
    if about.as_ref().is_ok_and(|about| !about.is_file()) {
        return Err(Box::default());
    }
    if about.is_ok_and(|about| about.len() > LIMIT) {
        return Err(Box::new(Stated::broken("is too long to be read".to_owned())));
    }
    match fs::read(path) {
        Ok(bytes) => {
            let text = String::from_utf8_lossy(&bytes);
            Ok(text.strip_prefix('\u{feff}').map_or_else(|| text.clone().into_owned(), str::to_owned))
        }
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Err(Box::default())
        }
        Err(error) => Err(Box::new(Stated::broken(format!("cannot be read: {error}")))),
    }
}

/// The value of a string literal, or of a name that the module binds once and to a string literal.
fn constant(tree: &SyntaxTree<'_>, value: Node<'_>) -> Option<String> {
    if value.kind() != Kind::Identifier {
        return text_of(value);
    }
    let name = value.text();
    let mut bindings = tree.nodes().filter(|node| {
        let target = match node.kind() {
            Kind::Assignment | Kind::AugmentedAssignment | Kind::ForStatement => node.child(Field::Left),
            _ => None,
        };
        target.is_some_and(|target| target.text() == name)
    });
    let (Some(only), None) = (bindings.next(), bindings.next()) else { return None };
    let at_module_level = only.parent().is_some_and(|statement| {
        statement.kind() == Kind::ExpressionStatement && statement.parent().is_none()
    });
    if !at_module_level {
        return None;
    }
    text_of(only.child(Field::Right)?)
}

fn text_of(node: Node<'_>) -> Option<String> {
    let literal = Literal::evaluate(node)?;
    (literal.kind == LiteralKind::Text).then_some(literal.value)
}

/// The name at the beginning of a requirement, in lower case; empty when it begins otherwise.
fn package_name(requirement: &str) -> String {
    let requirement = requirement.trim();
    let end = requirement
        .find(|letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.')))
        .unwrap_or(requirement.len());
    requirement.get(..end).unwrap_or_default().to_ascii_lowercase()
}

struct IniEntry {
    section: String,
    key: String,
    value: String,
}

/// The options of a file that Python's `configparser` reads. The error is the number (from 1) of the first
/// line that it would refuse.
fn ini_entries(text: &str) -> Result<Vec<IniEntry>, usize> {
    let mut entries: Vec<IniEntry> = Vec::new();
    let mut section: Option<String> = None;
    let mut continues = false;
    for (index, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        if line.starts_with([' ', '\t']) && continues {
            if let Some(entry) = entries.last_mut() {
                entry.value.push('\n');
                entry.value.push_str(trimmed);
            }
            continue;
        }
        if let Some(rest) = trimmed.strip_prefix('[') {
            let end = rest.find(']').ok_or(index + 1)?;
            section = rest.get(..end).map(|name| name.trim().to_owned());
            continues = false;
            continue;
        }
        let section = section.clone().ok_or(index + 1)?;
        let (key, value) = trimmed.split_once(['=', ':']).ok_or(index + 1)?;
        entries.push(IniEntry {
            section,
            key: key.trim().to_ascii_lowercase(),
            value: value.trim().to_owned(),
        });
        continues = true;
    }
    Ok(entries)
}
