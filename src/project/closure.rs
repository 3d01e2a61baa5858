//! Whether code that lies outside the project may import a file of it.
//!
//! Decides from names, metadata and first lines; what a file's own code does is not looked at, but for whether
//! it holds tests.

use std::path::{Component, Path, PathBuf};

use memchr::memmem::{self, Finder};

use super::files::{FileKind, Files};
use super::root::{ProjectRoot, RootMarker};
use super::{stated, usage};
use crate::text::Target;

/// What is stated about users of a project that lie outside of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Closure {
    /// Nothing: it is found out.
    #[default]
    Found,
    /// There are none.
    Closed,
    /// There may be some; scripts and tests have none all the same.
    Open,
}

/// What the surroundings of a project say about its users.
#[derive(Debug)]
pub(super) struct Boundary {
    root: ProjectRoot,
    closed: bool,
    /// The files that say what is installed.
    metadata: Vec<Vec<u8>>,
}

impl Boundary {
    /// Reads the metadata of the project at `root`.
    pub fn new(root: &ProjectRoot, closure: Closure) -> Self {
        let read = |name: &&str| std::fs::read(root.path.join(name)).ok();
        Self {
            root: root.clone(),
            closed: match closure {
                Closure::Found => is_closed(root),
                Closure::Closed => true,
                Closure::Open => false,
            },
            metadata: ["setup.py", "setup.cfg", "pyproject.toml"].iter().filter_map(read).collect(),
        }
    }

    /// Whether somebody outside the project may import the file at `path`, which is absolute and lies in it.
    pub fn has_unseen_users(&self, path: &Path, files: &Files) -> bool {
        if self.closed {
            return false;
        }
        let text = || files.at(path).map(|file| &file.bytes[..]).unwrap_or_default();
        let alone = || self.root.how == RootMarker::OwnDirectory && is_alone(path, text(), files);
        !(alone()
            || is_tool_file(path, &self.root)
            || is_test(path, &self.root, text)
            || self.is_script(path, text()))
    }

    /// Whether the file is run and not imported: it begins with `#!`, lies where no package is, and nothing
    /// that is installed bears its name.
    fn is_script(&self, path: &Path, text: &[u8]) -> bool {
        /// Directories that `setuptools` never takes for packages on its own.
        const ASIDE: &[&str] =
            &["bin", "ci", "scripts", "script", "tools", "examples", "doc", "docs", "benchmarks"];
        let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let runs = line.starts_with(b"#!") && memmem::find(line, b"python").is_some();
        if !runs || is_in_package(path) || is_installed(path) {
            return false;
        }
        if self.root.how == RootMarker::OwnDirectory {
            return true;
        }
        let Some(stem) = path.file_stem().and_then(|stem| stem.to_str()) else { return false };
        let importable = path.extension().is_some_and(|extension| extension == "py") && is_name(stem);
        if !importable {
            return true;
        }
        let below = path.strip_prefix(&self.root.path).unwrap_or(path);
        let first = below.components().next().map(Component::as_os_str).and_then(|name| name.to_str());
        let aside = first.is_some_and(|first| ASIDE.contains(&first));
        let at_root = below.components().count() == 1;
        let installed = self
            .metadata
            .iter()
            .any(|text| [stem, "py_modules", "py-modules"].iter().any(|word| holds(text, word)));
        // bottle.py, a library of one file, begins with `#!`
        (aside || at_root) && !installed
    }
}

/// Whether the file is a program in a directory without any other.
fn is_alone(path: &Path, text: &[u8], files: &Files) -> bool {
    let code = files.list.iter().filter(|file| file.kind == FileKind::Code);
    code.count() == 1 && holds(text, "__main__") && !is_in_package(path) && !is_installed(path)
}

fn holds(text: &[u8], word: &str) -> bool {
    usage::words(text, &Finder::new(word)).next().is_some()
}

/// Whether nobody can install the project, and nothing of the repository lies outside of it.
pub fn is_closed(root: &ProjectRoot) -> bool {
    if root.how == RootMarker::OwnDirectory {
        return false;
    }
    if stated::is_distributable(&root.path) || is_installed(&root.path.join("x")) {
        return false;
    }
    // A repository may hold several directories with settings of their own, and code of one use the other.
    let is_repository = root.path.join(".git").exists();
    is_repository
        || root.path.parent().is_none_or(|above| ProjectRoot::find(above).how == RootMarker::OwnDirectory)
}

/// Whether a tool runs the file, or reads it, by its name.
fn is_tool_file(path: &Path, root: &ProjectRoot) -> bool {
    let at_root = path.parent() == Some(&root.path);
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    match name {
        "conftest.py" => true,
        // What `fabfile.py`, `tasks.py` and their like hold is called by the tool.
        "setup.py" | "manage.py" | "SConstruct" => at_root,
        _ => false,
    }
}

/// Whether the file holds tests, or helps those beside it.
fn is_test<'f>(path: &Path, root: &ProjectRoot, text: impl FnOnce() -> &'f [u8]) -> bool {
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    if stem.starts_with("test_") || stem.ends_with("_test") {
        // `test_utils` and `test_case` may be meant for others; a module with tests is not.
        return memmem::find(text(), b"def test").is_some();
    }
    // `django/test` is for others. A directory of tests beside the packages is not.
    let directories = path.ancestors().skip(1).take_while(|above| above.starts_with(&root.path));
    directories.filter(|above| **above != *root.path).any(|above| {
        let name = above.file_name().and_then(|name| name.to_str());
        matches!(name, Some("tests" | "test")) && !is_in_package(above)
    })
}

/// Whether a file or directory lies directly in a package.
fn is_in_package(path: &Path) -> bool {
    path.parent().is_some_and(|directory| directory.join("__init__.py").exists())
}

/// Whether the path is one where Python finds modules of whatever program.
fn is_installed(path: &Path) -> bool {
    let names: Vec<&str> = path.components().filter_map(|part| part.as_os_str().to_str()).collect();
    names.iter().any(|name| matches!(*name, "site-packages" | "dist-packages"))
        || names
            .windows(2)
            .any(|pair| matches!(pair, ["lib" | "lib64" | "Lib", version] if version.starts_with("python")))
}

fn is_name(text: &str) -> bool {
    text.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
        && !text.starts_with(|first: char| first.is_ascii_digit())
}

/// Where an import of `name` in the file at `path` would look before it comes to the standard library.
pub(super) fn shadowing(path: &Path, root: &Path, name: &str, target: Target) -> Vec<PathBuf> {
    let mut directories = vec![root.to_owned(), root.join("src")];
    // A script looks in its own directory first; in a package only Python 2 does.
    if target.includes_python2() || !is_in_package(path) {
        directories.extend(path.parent().map(Path::to_owned));
    }
    let places = directories.into_iter().flat_map(|directory| {
        [directory.join(format!("{name}.py")), directory.join(name).join("__init__.py")]
    });
    places.filter(|place| place != path).collect()
}

#[cfg(test)]
mod tests;
