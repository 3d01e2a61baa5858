//! The directory that the names in a diff are relative to, and how `git apply` is to be called there.
//!
//! `git apply` reads a patch without `diff --git` lines relative to the directory that it runs in, with one
//! exception: below the root of a repository it guesses how many leading directories to drop, and a name that
//! repeats the way from the root misleads it.
//!
//! ```text
//! repository/site/           the current directory; the way from the root is `site/`
//! repository/site/site/x.py  `a/site/x.py` would be applied to repository/site/x.py
//! ```
//!
//! Where that can happen names are given from the root of the repository, which the same guess reads rightly.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// What names in a diff are relative to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    /// Where `git apply` has to run.
    pub directory: PathBuf,
    /// What is cut off from paths.
    origin: PathBuf,
}

impl Base {
    /// The base for a patch that is applied in `directory`, which is absolute and canonical.
    pub fn new(directory: PathBuf) -> Self {
        let origin = match repository_above(&directory) {
            Some(root) if is_misread(root, &directory) => root.to_owned(),
            _ => directory.clone(),
        };
        Self { directory, origin }
    }

    /// The name of the file at `real` in the diff; the whole path when it lies elsewhere.
    pub fn name(&self, real: &Path) -> Vec<u8> {
        real.strip_prefix(&self.origin).unwrap_or(real).as_os_str().as_bytes().to_vec()
    }
}

/// The deepest directory that holds every one of `roots`; a root that is a file counts with its directory.
pub fn common_directory(roots: &[PathBuf]) -> PathBuf {
    let directory =
        |root: &PathBuf| if root.is_dir() { root.clone() } else { root.parent().unwrap_or(root).to_owned() };
    let mut common: Option<PathBuf> = None;
    for root in roots.iter().map(directory) {
        common = Some(match common {
            None => root,
            Some(common) => {
                let shared = common.components().zip(root.components()).take_while(|(a, b)| a == b);
                shared.map(|(component, _)| component).collect()
            }
        });
    }
    common.unwrap_or_else(|| PathBuf::from("/"))
}

fn repository_above(directory: &Path) -> Option<&Path> {
    directory.ancestors().find(|ancestor| ancestor.join(".git").exists())
}

/// Whether Git would misread a name relative to `directory`, in the repository at `root`.
fn is_misread(root: &Path, directory: &Path) -> bool {
    let Ok(prefix) = directory.strip_prefix(root) else { return false };
    if prefix.as_os_str().is_empty() {
        return false;
    }
    let prefix = [prefix.as_os_str().as_bytes(), b"/"].concat();
    // A name that could mislead repeats the prefix, or its rest behind the `a/` or `b/` of the patch.
    let repeats = [Some(prefix.as_slice()), prefix.strip_prefix(b"a/"), prefix.strip_prefix(b"b/")];
    repeats.into_iter().flatten().any(|name| {
        let exists = directory.join(Path::new(std::ffi::OsStr::from_bytes(name))).is_dir();
        exists && guessed_strip(name, &prefix).is_some_and(|count| count != 1)
    })
}

/// How many leading components `git apply` drops from names of a patch for files that begin with `name`, when
/// it runs in `prefix` below the root of a repository; `None` where it keeps to the usual one. The rule is
/// that of `guess_p_value` in Git's `apply.c`: both lines of the header have to agree.
fn guessed_strip(name: &[u8], prefix: &[u8]) -> Option<usize> {
    let slashes = memchr::memchr_iter(b'/', prefix).count();
    let guess = |marker: &[u8]| {
        let whole = [marker, name].concat();
        if whole.starts_with(prefix) {
            return Some(slashes);
        }
        name.starts_with(prefix).then_some(slashes + 1)
    };
    let (old, new) = (guess(b"a/"), guess(b"b/"));
    if old.or(new) == new { new } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_directories() {
        let common = |paths: &[&str]| common_directory(&paths.iter().map(PathBuf::from).collect::<Vec<_>>());
        assert_eq!(common(&["/no/such/a/x.py", "/no/such/b/y.py"]), Path::new("/no/such"));
        assert_eq!(common(&["/no/such/a/x.py"]), Path::new("/no/such/a"));
        assert_eq!(common(&["/one/x.py", "/two/x.py"]), Path::new("/"));
    }

    #[test]
    fn names_are_relative_to_the_directory_unless_git_would_misread_them() {
        let top = tempfile::tempdir().unwrap();
        let root = top.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join(".git")).unwrap();
        std::fs::create_dir_all(root.join("site/site")).unwrap();
        std::fs::create_dir_all(root.join("other/inner")).unwrap();
        let name = |directory: &str, file: &str| Base::new(root.join(directory)).name(&root.join(file));
        assert_eq!(name("other", "other/x.py"), b"x.py");
        assert_eq!(name("site", "site/site/x.py"), b"site/site/x.py");
        assert_eq!(name("", "site/x.py"), b"site/x.py");
    }

    #[test]
    fn the_guess_follows_git() {
        assert_eq!(guessed_strip(b"site/", b"site/"), Some(2));
        assert_eq!(guessed_strip(b"x/", b"site/"), None);
        assert_eq!(guessed_strip(b"a/", b"a/"), None);
        assert_eq!(guessed_strip(b"b/c/", b"b/c/"), Some(3));
    }
}
