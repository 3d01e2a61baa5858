//! From the paths on the command line to the files to work on: each once, in a stable order.
//!
//! Directory links are not followed, so that a loop of links cannot be entered. Reads no file.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use ignore::{DirEntry, WalkBuilder, WalkState};

/// Directories of other people's or generated code, entered only when they are named.
const SKIPPED_DIRECTORIES: &[&str] =
    &["__pycache__", "__pypackages__", "node_modules", "site-packages", "venv"];

/// Where build tools put copies of the source, beside the file that describes the project.
const BUILD_DIRECTORIES: &[&str] = &["build", "dist"];

/// How a file was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// It stands on the command line.
    Named,
    /// It was found in a directory.
    Found,
}

/// A file to work on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Absolute, without symbolic links: what is read and written.
    pub real: PathBuf,
    /// As it is shown to the user.
    pub shown: PathBuf,
    /// How it was reached.
    pub reached: Reached,
}

/// A path that could not be looked at, with the reason in one line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct InputError {
    /// The path as the user knows it.
    pub path: PathBuf,
    /// What happened, and what to do.
    pub message: String,
}

/// What a walk found.
#[derive(Debug, Default)]
pub struct Walk {
    /// The files, sorted by the bytes of their real path.
    pub files: Vec<SourceFile>,
    /// The paths that could not be looked at, sorted.
    pub errors: Vec<InputError>,
    /// The arguments that exist, absolute and without symbolic links.
    pub roots: Vec<PathBuf>,
}

/// Finds the files to work on under `arguments`, with `jobs` threads (0: as many as there are processors).
pub fn walk(arguments: &[PathBuf], jobs: usize) -> Walk {
    let mut walk = Walk::default();
    let here = current_directory();
    let mut files = BTreeMap::new();
    for argument in arguments {
        match look_at(argument) {
            Err(message) => walk.errors.push(InputError { path: argument.clone(), message }),
            Ok((root, Kind::File)) => {
                let file =
                    SourceFile { real: root.clone(), shown: shown(&root, &here), reached: Reached::Named };
                files.insert(root.clone(), file);
                walk.roots.push(root);
            }
            Ok((root, Kind::Directory)) => {
                let (found, errors) = walk_directory(&root, &here, jobs);
                walk.errors.extend(errors);
                for real in found {
                    files.entry(real.clone()).or_insert_with(|| {
                        let shown = shown(&real, &here);
                        SourceFile { real, shown, reached: Reached::Found }
                    });
                }
                walk.roots.push(root);
            }
        }
    }
    walk.files = files.into_values().collect();
    walk.errors.sort();
    walk
}

/// The current directory, without symbolic links; empty when there is none.
pub fn current_directory() -> PathBuf {
    std::env::current_dir().and_then(fs::canonicalize).unwrap_or_default()
}

/// `real` as the user would type it in `current`: relative when it lies under it.
fn shown(real: &Path, current: &Path) -> PathBuf {
    match real.strip_prefix(current) {
        Ok(relative) if relative.as_os_str().is_empty() => PathBuf::from("."),
        Ok(relative) if current.is_absolute() => relative.to_owned(),
        _ => real.to_owned(),
    }
}

enum Kind {
    File,
    Directory,
}

/// The real path behind an argument: for a link its target, which is what would be rewritten.
fn look_at(argument: &Path) -> Result<(PathBuf, Kind), String> {
    let explain = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound if argument.is_symlink() => "the link leads nowhere".to_owned(),
        std::io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        _ => format!("cannot be read: {error}"),
    };
    let real = fs::canonicalize(argument).map_err(explain)?;
    let metadata = fs::metadata(&real).map_err(explain)?;
    if metadata.is_dir() {
        return Ok((real, Kind::Directory));
    }
    if metadata.is_file() {
        return Ok((real, Kind::File));
    }
    Err("is neither a file nor a directory; use `-` to read standard input".to_owned())
}

fn walk_directory(root: &Path, here: &Path, jobs: usize) -> (BTreeSet<PathBuf>, Vec<InputError>) {
    let found = Mutex::new((BTreeSet::new(), Vec::new()));
    let walker = WalkBuilder::new(root).threads(jobs).filter_entry(is_entered).build_parallel();
    walker.run(|| {
        Box::new(|entry| {
            let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
            match entry {
                Ok(entry) if is_python(&entry) => {
                    found.0.insert(entry.into_path());
                }
                Ok(_) => {}
                Err(error) => found.1.extend(input_error(root, here, &error)),
            }
            WalkState::Continue
        })
    });
    found.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// A link to a file is left out: its target is found where it lies, or is none of the user's business.
fn is_python(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_file()) && entry.path().extension() == Some(OsStr::new("py"))
}

fn is_entered(entry: &DirEntry) -> bool {
    if entry.depth() == 0 || !entry.file_type().is_some_and(|kind| kind.is_dir()) {
        return true;
    }
    let is_named = |names: &[&str]| names.iter().any(|name| entry.file_name() == *name);
    if is_named(SKIPPED_DIRECTORIES) || entry.path().join("pyvenv.cfg").exists() {
        return false;
    }
    !(is_named(BUILD_DIRECTORIES) && is_build_output(entry.path()))
}

/// A package may well be called `build`; output of a build tool is no package and lies beside the project's
/// description.
fn is_build_output(directory: &Path) -> bool {
    let beside = |name| directory.with_file_name(name).exists();
    !directory.join("__init__.py").exists() && (beside("setup.py") || beside("pyproject.toml"))
}

/// What went wrong below `root`; nothing for a line of an ignore file that means nothing.
fn input_error(root: &Path, here: &Path, error: &ignore::Error) -> Option<InputError> {
    let path = shown(path_of(error).as_deref().unwrap_or(root), here);
    let io = error.io_error()?;
    Some(InputError { path, message: format!("cannot be read: {io}") })
}

fn path_of(error: &ignore::Error) -> Option<PathBuf> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path.clone()),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[&str]) -> (tempfile::TempDir, PathBuf) {
        let top = tempfile::tempdir().unwrap();
        let root = top.path().canonicalize().unwrap();
        for file in files {
            let path = root.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        (top, root)
    }

    fn names(walk: &Walk, root: &Path) -> Vec<String> {
        let relative = |file: &SourceFile| file.real.strip_prefix(root).unwrap().display().to_string();
        walk.files.iter().map(relative).collect()
    }

    #[test]
    fn only_the_projects_own_python_is_found() {
        let (_top, root) = tree(&[
            "b.py",
            "a/c.py",
            "a.py",
            "notes.txt",
            ".hidden/x.py",
            "a/__pycache__/x.py",
            "node_modules/x.py",
            "anything/pyvenv.cfg",
            "anything/x.py",
            "setup.py",
            "build/lib/x.py",
            "tool/build/__init__.py",
            "directory.py/x.txt",
        ]);
        let walk = walk(std::slice::from_ref(&root), 2);
        assert_eq!(names(&walk, &root), ["a/c.py", "a.py", "b.py", "setup.py", "tool/build/__init__.py"]);
        assert_eq!(walk.errors, []);
    }

    #[test]
    fn what_is_named_is_entered() {
        let (_top, root) = tree(&["venv/x.py", "script"]);
        let walk = walk(&[root.join("venv"), root.join("script")], 1);
        assert_eq!(names(&walk, &root), ["script", "venv/x.py"]);
    }

    #[test]
    fn ignore_files_are_respected() {
        let (_top, root) = tree(&[".git/config", "kept.py", "gone/x.py"]);
        fs::write(root.join(".gitignore"), "gone/\n").unwrap();
        assert_eq!(names(&walk(std::slice::from_ref(&root), 1), &root), ["kept.py"]);
        assert_eq!(names(&walk(&[root.join("gone")], 1), &root), ["gone/x.py"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_lead_to_each_file_once() {
        use std::os::unix::fs::symlink;
        let (_top, root) = tree(&["a/x.py"]);
        symlink("..", root.join("a/loop")).unwrap();
        symlink("a/x.py", root.join("link.py")).unwrap();
        symlink("nowhere", root.join("dangling.py")).unwrap();
        let all = walk(&[root.clone(), root.join("link.py"), root.join("a"), root.join("a/x.py")], 2);
        assert_eq!(names(&all, &root), ["a/x.py"]);
        assert_eq!(all.files[0].reached, Reached::Named);
        assert_eq!(all.errors, []);
        let dangling = walk(&[root.join("dangling.py"), root.join("missing.py")], 1);
        let messages: Vec<&str> = dangling.errors.iter().map(|error| error.message.as_str()).collect();
        assert_eq!(messages, ["the link leads nowhere", "no such file or directory"]);
    }
}
