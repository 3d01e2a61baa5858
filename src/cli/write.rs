//! Replaces the content of a file so that nobody ever sees a half-written one, and no edit of others is lost.
//!
//! The new content goes to a temporary file in the same directory, which then changes places with the old one in
//! a single step:
//!
//! ```text
//! x.py      old -> new
//! temporary new -> old    as expected: it goes; anything else was put there by somebody, and goes back
//! ```
//!
//! Looking before the step would not do: between a look and the step somebody else can write. Where the system
//! cannot swap two names, looking before is all there is.
//!
//! The name gets a new inode: other hard links keep the old content, which is what Git and most editors do too.
//! Extended attributes and access control lists are not carried over.

mod temporary;

use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

pub use temporary::clear_away;

/// Why a file was left as it is.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Its content is not what the new content was computed from, or it is gone.
    #[error("changed while pyfix worked on it; it was left alone, run pyfix again")]
    ChangedMeanwhile,
    /// Its mode forbids writing, which a rename would silently walk around.
    #[error("is read-only; make it writable first")]
    ReadOnly,
    /// Its directory, or the file system, refused.
    #[error("cannot be written: {0}")]
    Io(#[from] io::Error),
}

impl WriteError {
    /// A stable name for machines.
    pub const fn id(&self) -> &'static str {
        match self {
            WriteError::ChangedMeanwhile => "changed-meanwhile",
            WriteError::ReadOnly => "read-only",
            WriteError::Io(_) => "write-failed",
        }
    }
}

/// Replaces the content of the file at `path`, which is no symbolic link, if it still is `expected`. Does nothing
/// when it is `new` already.
///
/// # Errors
///
/// When the file changed meanwhile, is read-only, or the system refuses; the file is then untouched.
pub fn replace(path: &Path, expected: &[u8], new: &[u8]) -> Result<(), WriteError> {
    let old = writable(path)?;
    let metadata = old.metadata()?;
    let directory = path.parent().unwrap_or(Path::new("."));
    let temporary = temporary::create_in(directory)?;
    temporary.as_file().write_all(new)?;
    take_over(&temporary, &metadata)?;
    temporary.as_file().sync_all()?;
    if holds(path, new) {
        return Ok(());
    }
    if !holds(path, expected) {
        return Err(WriteError::ChangedMeanwhile);
    }
    // Where the old file goes for a moment, another run of pyfix must not take it for one that nobody uses.
    let _ = old.try_lock_shared();
    match swap(temporary.path(), path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(WriteError::ChangedMeanwhile),
        Err(_) => {
            // Some systems put nothing in the place of a file that is open.
            drop(old);
            temporary.persist(path).map_err(|error| error.error)?;
            sync_directory(directory);
            return Ok(());
        }
        Ok(()) => {}
    }
    // Takes a while, in which whoever still writes into the old file can end.
    sync_directory(directory);
    settle(&temporary, path, &metadata, (expected, new))
}

/// Opens the file at `path` as somebody who may write it, and does not write.
fn writable(path: &Path) -> Result<File, WriteError> {
    if !is_plain(path) {
        return Err(WriteError::ChangedMeanwhile);
    }
    if fs::metadata(path).map_err(gone)?.permissions().readonly() {
        return Err(WriteError::ReadOnly);
    }
    File::options().read(true).write(true).open(path).map_err(gone)
}

/// Whether a file stands at `path`, and no link or directory.
fn is_plain(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file())
}

fn gone(error: io::Error) -> WriteError {
    if error.kind() == io::ErrorKind::NotFound { WriteError::ChangedMeanwhile } else { error.into() }
}

/// Gives the temporary file the owner and the mode of the file that it replaces.
fn take_over(temporary: &NamedTempFile, metadata: &Metadata) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        let own = temporary.as_file().metadata()?;
        if (own.uid(), own.gid()) != (metadata.uid(), metadata.gid()) {
            // Only a privileged user may give a file away; for others it becomes theirs, as with an editor.
            let _ = fchown(temporary.as_file(), Some(metadata.uid()), Some(metadata.gid()));
        }
    }
    // After the owner: changing the owner clears bits of the mode.
    temporary.as_file().set_permissions(metadata.permissions())
}

/// Lets the files at two paths of one directory change places.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn swap(one: &Path, other: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn swap(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Looks at what was at `path` before the swap, and puts it back if somebody changed it. `metadata` is what the
/// new file was given.
fn settle(
    temporary: &NamedTempFile,
    path: &Path,
    metadata: &Metadata,
    (expected, new): (&[u8], &[u8]),
) -> Result<(), WriteError> {
    let displaced = temporary.path();
    // Another run of pyfix may have come to the same result.
    let is_known = holds(displaced, expected) || holds(displaced, new);
    if !is_known {
        put_back(displaced, path, new);
        return Err(WriteError::ChangedMeanwhile);
    }
    if let Ok(last) = fs::metadata(displaced)
        && last.permissions() != metadata.permissions()
    {
        let _ = take_over(temporary, &last);
    }
    Ok(())
}

/// Puts what was displaced back, unless the new text at `path` was changed by now: who changed it did so last.
fn put_back(displaced: &Path, path: &Path, new: &[u8]) {
    if holds(path, new) && swap(displaced, path).is_ok() && !holds(displaced, new) {
        let _ = swap(displaced, path);
    }
}

/// Whether a file with just this content stands at `path`.
fn holds(path: &Path, content: &[u8]) -> bool {
    is_plain(path) && fs::read(path).is_ok_and(|found| found == content)
}

/// Makes the rename itself last through a power failure. The new content is in place already, so that a file
/// system that cannot do this (some network ones) is no reason to report a failure.
fn sync_directory(directory: &Path) {
    let _ = File::open(directory).and_then(|directory| directory.sync_all());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(content: &[u8]) -> (tempfile::TempDir, std::path::PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.py");
        fs::write(&path, content).unwrap();
        (directory, path)
    }

    fn entries(directory: &tempfile::TempDir) -> usize {
        fs::read_dir(directory.path()).unwrap().count()
    }

    #[test]
    fn content_is_replaced_and_nothing_is_left_behind() {
        let (directory, path) = file(b"old");
        replace(&path, b"old", b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(entries(&directory), 1);
    }

    #[test]
    fn a_changed_file_is_left_alone() {
        let (directory, path) = file(b"edited");
        assert!(matches!(replace(&path, b"old", b"new"), Err(WriteError::ChangedMeanwhile)));
        assert_eq!(fs::read(&path).unwrap(), b"edited");
        assert_eq!(entries(&directory), 1);
    }

    #[test]
    fn what_is_written_already_is_no_failure() {
        let (directory, path) = file(b"new");
        replace(&path, b"old", b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(entries(&directory), 1);
    }

    #[test]
    fn a_deleted_file_does_not_come_back() {
        let (directory, path) = file(b"old");
        fs::remove_file(&path).unwrap();
        assert!(matches!(replace(&path, b"old", b"new"), Err(WriteError::ChangedMeanwhile)));
        assert_eq!(entries(&directory), 0);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_took_the_place_of_the_file_stays() {
        let (directory, path) = file(b"other");
        let target = directory.path().join("target.py");
        fs::write(&target, b"old").unwrap();
        fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink(&target, &path).unwrap();
        assert!(matches!(replace(&path, b"old", b"new"), Err(WriteError::ChangedMeanwhile)));
        assert!(path.is_symlink());
        assert_eq!(fs::read(&target).unwrap(), b"old");
    }

    #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
    #[test]
    fn an_edit_right_before_the_swap_is_put_back() {
        let (directory, path) = file(b"new");
        let metadata = fs::metadata(&path).unwrap();
        let temporary = temporary::create_in(directory.path()).unwrap();
        temporary.as_file().write_all(b"edit").unwrap();
        let settled = settle(&temporary, &path, &metadata, (b"old", b"new"));
        assert!(matches!(settled, Err(WriteError::ChangedMeanwhile)));
        assert_eq!(fs::read(&path).unwrap(), b"edit");
    }

    #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
    #[test]
    fn an_edit_right_behind_the_swap_stays() {
        let (directory, path) = file(b"later edit");
        let displaced = directory.path().join("displaced");
        fs::write(&displaced, b"edit").unwrap();
        put_back(&displaced, &path, b"new");
        assert_eq!(fs::read(&path).unwrap(), b"later edit");
    }

    #[cfg(unix)]
    #[test]
    fn the_mode_is_kept() {
        use std::os::unix::fs::PermissionsExt;
        let (_directory, path) = file(b"old");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o751)).unwrap();
        replace(&path, b"old", b"new").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o751);
    }

    #[cfg(unix)]
    #[test]
    fn a_read_only_file_is_left_alone() {
        use std::os::unix::fs::PermissionsExt;
        let (directory, path) = file(b"old");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
        assert!(matches!(replace(&path, b"old", b"new"), Err(WriteError::ReadOnly)));
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(entries(&directory), 1);
    }
}
