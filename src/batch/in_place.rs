//! Checks the new branch out in the user's own checkout, file by file, without running anything of the repository.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::repository::Repository;
use super::tree::{Tree, Variant};
use crate::cli::{clear_away, replace};

/// Writes the files in which `tip`, the commit of the branch `branch`, differs from `base`, and makes the branch the
/// one that is checked out. A file may be written already: a run that was stopped is gone on with.
///
/// # Errors
///
/// When the checkout is not as it was, and then nothing is written; or when a file cannot be written.
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
    let mut changes: Vec<(PathBuf, Vec<u8>, Vec<u8>)> = Vec::new();
    for name in tree.names_between(base, tip)? {
        let path = checkout.join(&name);
        let (old, new) = (tree.bytes_at(base, &name)?, tree.bytes_at(tip, &name)?);
        let (Some(old), Some(new)) = (old, new) else { bail!("{} is in one commit only", name.display()) };
        let current =
            fs::read(&path).with_context(|| format!("{} cannot be read; {hint}", name.display()))?;
        let is_plain = path.symlink_metadata().is_ok_and(|metadata| metadata.is_file());
        if !is_plain || (current != old && current != new) {
            bail!("{} in the checkout is not as in the commit, perhaps by a filter; {hint}", name.display());
        }
        changes.push((name, old, new));
    }
    let directories: BTreeSet<&Path> = changes.iter().filter_map(|(name, ..)| name.parent()).collect();
    for directory in directories {
        clear_away(&checkout.join(directory));
    }
    for (name, old, new) in &changes {
        let path = checkout.join(name);
        if fs::read(&path).ok().as_ref() != Some(new) {
            replace(&path, old, new).with_context(|| format!("{} was left alone; {hint}", name.display()))?;
        }
    }
    let variant: Variant<'_> = changes.iter().map(|(name, _, new)| (name.clone(), new.as_slice())).collect();
    repository.update_index(&tree.index_rows(&variant)?)?;
    repository.stand_at(branch)
}
