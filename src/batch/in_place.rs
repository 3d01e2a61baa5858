//! Checks the new branch out in the user's own checkout, file by file, without running anything of the repository.
//!
//! All of it or nothing: when something cannot be written, what was written before is put back.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::repository::Repository;
use super::tree::{Tree, Variant};
use crate::cli::{clear_away, replace};

/// A file of the checkout that gets other bytes.
struct Change {
    /// Its name in the tree.
    name: PathBuf,
    /// Where it is.
    path: PathBuf,
    /// What stands in the checkout before and after: the line endings may be others than in the commit.
    old: Vec<u8>,
    new: Vec<u8>,
    /// What stands in the commits.
    committed: (Vec<u8>, Vec<u8>),
}

/// Writes the files in which `tip`, the commit of the branch `branch`, differs from `base`, and makes the branch the
/// one that is checked out. A file may be written already: a run that was stopped is gone on with.
///
/// # Errors
///
/// When the checkout is not as it was, or a file cannot be written. The checkout is then as it was.
pub fn check_out(repository: &Repository, tree: &Tree, base: &str, tip: &str, branch: &str) -> Result<()> {
    let Some(checkout) = repository.checkout() else { return Ok(()) };
    let head = repository.head()?;
    if head.branch.as_deref() == Some(branch) && head.commit == tip {
        return Ok(());
    }
    let hint = format!("the commits are on the branch `{branch}`, which Git can check out");
    if head.commit != base {
        bail!("another commit was checked out meanwhile; {hint}");
    }
    let mut changes = Vec::new();
    for name in tree.names_between(base, tip)? {
        let (old, new) = (tree.bytes_at(base, &name)?, tree.bytes_at(tip, &name)?);
        let (Some(old), Some(new)) = (old, new) else { bail!("{} is in one commit only", name.display()) };
        match Change::of(checkout, &name, old, new) {
            Ok(change) => changes.push(change),
            Err(why) => bail!("{} in the checkout {why}; {hint}", name.display()),
        }
    }
    let directories: BTreeSet<&Path> = changes.iter().filter_map(|change| change.path.parent()).collect();
    for directory in directories {
        clear_away(directory);
    }
    let written = write(repository, tree, branch, &changes);
    written.with_context(|| format!("the checkout was left as it was; {hint}"))
}

/// Does all of it, or nothing.
fn write(repository: &Repository, tree: &Tree, branch: &str, changes: &[Change]) -> Result<()> {
    let index_rows = |committed: fn(&Change) -> &Vec<u8>| {
        let variant: Variant<'_> =
            changes.iter().map(|change| (change.name.clone(), committed(change).as_slice())).collect();
        tree.index_rows(&variant)
    };
    let result = changes
        .iter()
        .try_for_each(|change| {
            let failed = || format!("{} cannot be replaced", change.name.display());
            replace(&change.path, &change.old, &change.new).with_context(failed)
        })
        .and_then(|()| repository.update_index(&index_rows(|change| &change.committed.1)?))
        .and_then(|()| repository.stand_at(branch));
    if result.is_err() {
        // As far as it can be done: the first failure is what is told of.
        for change in changes {
            let _ = replace(&change.path, &change.new, &change.old);
        }
        let _ = index_rows(|change| &change.committed.0).and_then(|rows| repository.update_index(&rows));
    }
    result
}

impl Change {
    /// The file `name` of the checkout, which is to become `new` where the commit has `old`; why not, as a clause.
    fn of(checkout: &Path, name: &Path, old: Vec<u8>, new: Vec<u8>) -> Result<Self, String> {
        let path = checkout.join(name);
        if !path.symlink_metadata().is_ok_and(|metadata| metadata.is_file()) {
            return Err("is no file, perhaps because not all of the commit is checked out".to_owned());
        }
        let current = fs::read(&path).map_err(|error| format!("cannot be read ({error})"))?;
        let committed = (old.clone(), new.clone());
        let same = |old: &[u8], new: &[u8]| current == old || current == new;
        let (old, new) = if same(&old, &new) {
            (old, new)
        } else {
            let (old, new) = (with_crlf(&old), with_crlf(&new));
            if !same(&old, &new) {
                return Err("is not as in the commit, perhaps by a filter".to_owned());
            }
            (old, new)
        };
        Ok(Self { name: name.to_owned(), path, old, new, committed })
    }
}

/// `text` as Git checks it out where lines are to end as on Windows.
fn with_crlf(text: &[u8]) -> Vec<u8> {
    let mut with = Vec::with_capacity(text.len() + text.len() / 20);
    for &byte in text {
        if byte == b'\n' && with.last() != Some(&b'\r') {
            with.push(b'\r');
        }
        with.push(byte);
    }
    with
}
