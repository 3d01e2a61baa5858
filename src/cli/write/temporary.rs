//! The files that new texts wait in before they take their place: made, and removed where a run that was killed
//! left them.
//!
//! A run holds a lock on each that it uses. The system lifts it when the process ends, however it ends, so that a
//! file without a lock is nobody's. Where a file system knows no locks nothing is removed.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

use tempfile::NamedTempFile;

const PREFIX: &str = ".pyfix-";
const SUFFIX: &str = ".tmp";

/// More than one is needed only when other runs clear away what they find at that very moment.
const ATTEMPTS: u32 = 16;

/// An empty file in `directory` that goes when it is dropped, and that no other run removes before.
///
/// # Errors
///
/// When none can be made there.
pub fn create_in(directory: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    for _ in 0..ATTEMPTS {
        // Not `tempfile_in`, whose errors spell out the name, which means nothing to anybody.
        let temporary = builder.make_in(directory, |path| options().create_new(true).open(path))?;
        let is_ours = !matches!(temporary.as_file().try_lock(), Err(TryLockError::WouldBlock));
        if is_ours && temporary.path().exists() {
            return Ok(temporary);
        }
    }
    Err(io::Error::other("other runs of pyfix are in the way"))
}

/// Removes from `directory` what runs that were killed left there. What cannot be removed stays: it harms nobody.
pub fn clear_away(directory: &Path) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    for entry in entries.flatten() {
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file && entry.file_name().to_str().is_some_and(is_temporary) {
            remove_unlocked(&entry.path());
        }
    }
}

fn is_temporary(name: &str) -> bool {
    let random = name.strip_prefix(PREFIX).and_then(|name| name.strip_suffix(SUFFIX));
    random.is_some_and(|random| random.len() == 6 && random.chars().all(|it| it.is_ascii_alphanumeric()))
}

fn remove_unlocked(path: &Path) {
    let Ok(file) = options().open(path) else { return };
    if File::try_lock(&file).is_ok() {
        let _ = fs::remove_file(path);
    }
}

/// For reading and writing, by the owner alone.
fn options() -> OpenOptions {
    let mut options = File::options();
    options.read(true).write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_nobody_uses_is_cleared_away() {
        let directory = tempfile::tempdir().unwrap();
        let left = create_in(directory.path()).unwrap().into_temp_path().keep().unwrap();
        let used = create_in(directory.path()).unwrap();
        let other = directory.path().join(".pyfix-notes.tmp");
        fs::write(&other, b"mine").unwrap();
        clear_away(directory.path());
        assert!(!left.exists());
        assert!(used.path().exists());
        assert!(other.exists());
    }

    #[test]
    fn a_directory_that_is_not_there_is_no_error_to_clear() {
        clear_away(Path::new("no/such/directory"));
        assert!(create_in(Path::new("no/such/directory")).is_err());
    }
}
