//! Replaces the content of a file so that nobody ever sees a half-written one.
//!
//! The new content goes to a temporary file in the same directory and takes the place of the old one in a
//! single rename. A rename gives the name a new inode: other hard links keep the old content, which is what
//! Git and most editors do too. Extended attributes and access control lists are not carried over.

use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

/// Why a file was left as it is.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Its content is not what the new content was computed from.
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

/// Replaces the content of the file at `path`, which is no symbolic link, if it still is `expected`.
///
/// # Errors
///
/// When the file changed meanwhile, is read-only, or the system refuses; the file is then untouched.
pub fn replace(path: &Path, expected: &[u8], new: &[u8]) -> Result<(), WriteError> {
    let metadata = fs::metadata(path)?;
    if metadata.permissions().readonly() {
        return Err(WriteError::ReadOnly);
    }
    let directory = path.parent().unwrap_or(Path::new("."));
    let mut temporary = tempfile::Builder::new().prefix(".pyfix-").suffix(".tmp").tempfile_in(directory)?;
    temporary.write_all(new)?;
    take_over(&temporary, &metadata)?;
    temporary.as_file().sync_all()?;
    if fs::read(path)? != expected {
        return Err(WriteError::ChangedMeanwhile);
    }
    temporary.persist(path).map_err(|error| error.error)?;
    sync_directory(directory);
    Ok(())
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
