//! Where a project begins: the nearest directory above a file that holds one of the usual marks.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The root of the project that a file belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProjectRoot {
    /// The directory, absolute; symbolic links are not resolved.
    pub path: PathBuf,
    /// How it was recognised.
    pub how: RootMarker,
}

/// What makes a directory the root of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RootMarker {
    /// It holds `pyproject.toml`.
    Pyproject,
    /// It holds `setup.py`.
    SetupPy,
    /// It holds `setup.cfg`.
    SetupCfg,
    /// It holds `.git`.
    Git,
    /// Nothing above the file marks a project: the file's own directory, without the directories in it.
    OwnDirectory,
}

/// How far below the root the files of a project lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All directories below the root.
    Recursive,
    /// The root's own files only.
    OneDirectory,
}

const MARKERS: [(&str, RootMarker); 4] = [
    ("pyproject.toml", RootMarker::Pyproject),
    ("setup.py", RootMarker::SetupPy),
    ("setup.cfg", RootMarker::SetupCfg),
    (".git", RootMarker::Git),
];

impl ProjectRoot {
    /// The root for `path`, a file or a directory; a path that does not exist is taken for a file.
    pub fn find(path: &Path) -> Self {
        Self::above(&directory_of(path))
    }

    /// How far below the root the files of the project lie.
    pub fn extent(&self) -> Extent {
        match self.how {
            RootMarker::OwnDirectory => Extent::OneDirectory,
            _ => Extent::Recursive,
        }
    }

    fn above(directory: &Path) -> Self {
        for candidate in directory.ancestors() {
            let marker = MARKERS.iter().find(|(name, _)| candidate.join(name).exists());
            if let Some((_, how)) = marker {
                return Self { path: candidate.to_owned(), how: *how };
            }
        }
        Self { path: directory.to_owned(), how: RootMarker::OwnDirectory }
    }
}

/// The roots found so far, by directory; for many files and threads.
#[derive(Debug, Default)]
pub struct Roots {
    found: Mutex<HashMap<PathBuf, ProjectRoot>>,
}

impl Roots {
    /// The same as [`ProjectRoot::find`], looked up once for each directory.
    pub fn find(&self, path: &Path) -> ProjectRoot {
        let directory = directory_of(path);
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.entry(directory).or_insert_with_key(|directory| ProjectRoot::above(directory)).clone()
    }
}

fn directory_of(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if absolute.is_dir() {
        return absolute;
    }
    absolute.parent().map_or_else(|| absolute.clone(), Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_nearest_mark_wins() {
        let top = tempfile::tempdir().unwrap();
        let inner = top.path().join("a/b/c");
        fs::create_dir_all(&inner).unwrap();
        fs::create_dir(top.path().join(".git")).unwrap();
        let file = inner.join("m.py");
        let find = || {
            let root = ProjectRoot::find(&file);
            (root.path.strip_prefix(top.path()).unwrap().to_owned(), root.how, root.extent())
        };
        assert_eq!(find(), (PathBuf::new(), RootMarker::Git, Extent::Recursive));
        fs::write(top.path().join("a/setup.cfg"), "").unwrap();
        assert_eq!(find(), (PathBuf::from("a"), RootMarker::SetupCfg, Extent::Recursive));
        fs::write(top.path().join("a/b/setup.py"), "").unwrap();
        assert_eq!(find(), (PathBuf::from("a/b"), RootMarker::SetupPy, Extent::Recursive));
        fs::write(top.path().join("a/b/pyproject.toml"), "").unwrap();
        assert_eq!(find(), (PathBuf::from("a/b"), RootMarker::Pyproject, Extent::Recursive));
        assert_eq!(ProjectRoot::find(&inner).path, top.path().join("a/b"));
        assert_eq!(ProjectRoot::find(top.path()).path, top.path());
    }

    #[test]
    fn without_a_mark_it_is_the_directory_alone() {
        let top = tempfile::tempdir().unwrap();
        fs::create_dir(top.path().join("a")).unwrap();
        if top.path().ancestors().any(|above| MARKERS.iter().any(|(name, _)| above.join(name).exists())) {
            return;
        }
        let root = ProjectRoot::find(&top.path().join("a/m.py"));
        assert_eq!(root.path, top.path().join("a"));
        assert_eq!(root.extent(), Extent::OneDirectory);
    }

    #[test]
    fn the_cache_answers_the_same() {
        let top = tempfile::tempdir().unwrap();
        fs::write(top.path().join("setup.py"), "").unwrap();
        let roots = Roots::default();
        let file = top.path().join("m.py");
        assert_eq!(roots.find(&file), ProjectRoot::find(&file));
        fs::remove_file(top.path().join("setup.py")).unwrap();
        assert_eq!(roots.find(&file).how, RootMarker::SetupPy);
    }
}
