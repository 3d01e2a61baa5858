//! Whether anything in a project has changed, told without reading a file.

use std::fs::Metadata;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use ignore::{WalkBuilder, WalkState};

use super::ProjectRoot;
use super::files::is_dead_link;
use super::root::Extent;

/// Stands for everything that the files of a project are: two that are equal were taken of the same files.
pub type Fingerprint = [u8; 32];

/// Where more files than this lie, looking at each costs about as much as the work that could be spared.
const MAX_FILES: usize = 200_000;

/// A file may change again within what its file system takes for the same moment.
const MOMENT: Duration = Duration::from_secs(2);

/// The fingerprint of all files of the project at `root`, of every kind, but for what Python itself keeps. `None` where one could change
/// unnoticed: it changed a moment ago, cannot be looked at, or there are too many.
pub fn fingerprint(root: &ProjectRoot) -> Option<Fingerprint> {
    fingerprint_at(root, SystemTime::now())
}

fn fingerprint_at(root: &ProjectRoot, now: SystemTime) -> Option<Fingerprint> {
    let settled = now.checked_sub(MOMENT)?;
    let seen: Mutex<Vec<(PathBuf, Stamp)>> = Mutex::default();
    let is_certain = AtomicBool::new(true);
    let depth = match root.extent() {
        Extent::Recursive => None,
        Extent::OneDirectory => Some(1),
    };
    let walk = WalkBuilder::new(&root.path)
        .standard_filters(false)
        .follow_links(true)
        .max_depth(depth)
        .filter_entry(|entry| entry.file_name() != ".git")
        .build_parallel();
    walk.run(|| {
        Box::new(|entry| {
            let entry = match entry {
                Ok(entry) => entry,
                // A dead link is as good as no file, until it is one.
                Err(error) if is_dead_link(&error) => return WalkState::Continue,
                Err(_) => {
                    is_certain.store(false, Ordering::Relaxed);
                    return WalkState::Quit;
                }
            };
            // What Python itself keeps changes by every run of it, and is nobody's source.
            if entry.path().extension().is_some_and(|extension| extension == "pyc") {
                return WalkState::Continue;
            }
            // Of a directory, what it holds is all that matters.
            if entry.file_type().is_some_and(|kind| kind.is_dir()) {
                return WalkState::Continue;
            }
            let stamp = entry.metadata().ok().and_then(|metadata| Stamp::of(&metadata));
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            match stamp {
                Some(stamp) if stamp.changed < settled && seen.len() < MAX_FILES => {
                    seen.push((entry.into_path(), stamp));
                    WalkState::Continue
                }
                _ => {
                    is_certain.store(false, Ordering::Relaxed);
                    WalkState::Quit
                }
            }
        })
    });
    if !is_certain.into_inner() {
        return None;
    }
    let mut seen = seen.into_inner().unwrap_or_else(PoisonError::into_inner);
    seen.sort_unstable_by(|one, other| one.0.cmp(&other.0));
    let mut hasher = blake3::Hasher::new();
    for (path, stamp) in seen {
        let path = path.as_os_str().as_encoded_bytes();
        hasher.update(&(path.len() as u64).to_le_bytes());
        hasher.update(path);
        stamp.enter(&mut hasher);
    }
    Some(*hasher.finalize().as_bytes())
}

/// What the system says of a file.
#[derive(Debug)]
struct Stamp {
    size: u64,
    modified: SystemTime,
    /// The last change of the content or of what is said of it; nobody sets this back.
    changed: SystemTime,
    number: u64,
}

impl Stamp {
    #[cfg(unix)]
    fn of(metadata: &Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        let seconds = Duration::from_secs(u64::try_from(metadata.ctime()).ok()?);
        let nanoseconds = Duration::from_nanos(u64::try_from(metadata.ctime_nsec()).ok()?);
        let changed = SystemTime::UNIX_EPOCH + seconds + nanoseconds;
        let modified = metadata.modified().ok()?;
        Some(Self { size: metadata.len(), modified, changed, number: metadata.ino() })
    }

    fn enter(&self, hasher: &mut blake3::Hasher) {
        let nanoseconds = |time: SystemTime| match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(since) => since.as_nanos() as i128,
            Err(before) => -(before.duration().as_nanos() as i128),
        };
        hasher.update(&self.size.to_le_bytes());
        hasher.update(&nanoseconds(self.modified).to_le_bytes());
        hasher.update(&nanoseconds(self.changed).to_le_bytes());
        hasher.update(&self.number.to_le_bytes());
    }

    /// Without a time that nobody can set back, nothing is certain.
    #[cfg(not(unix))]
    fn of(_metadata: &Metadata) -> Option<Self> {
        None
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn every_change_is_noticed_but_those_of_python_itself() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        fs::write(path("setup.py"), "").unwrap();
        fs::write(path("a.py"), "x = 1").unwrap();
        let root = ProjectRoot::find(&path("a.py"));
        let later = || fingerprint_at(&root, SystemTime::now() + 2 * MOMENT);
        let first = later();
        assert!(first.is_some());
        assert_eq!(later(), first);
        fs::create_dir(path("__pycache__")).unwrap();
        fs::write(path("__pycache__/a.pyc"), "").unwrap();
        assert_eq!(later(), first);
        let same_size = |name: &str| {
            let modified = fs::metadata(path(name)).unwrap().modified().unwrap();
            // Clocks of files are coarse.
            while fs::metadata(path(name)).unwrap().modified().unwrap() == modified {
                fs::write(path(name), "x = 2").unwrap();
            }
            let file = fs::File::options().append(true).open(path(name)).unwrap();
            file.set_modified(modified).unwrap();
        };
        same_size("a.py");
        assert_ne!(later(), first, "the time of a change cannot be set back");
        let second = later();
        fs::create_dir(path("sub")).unwrap();
        fs::write(path("sub/data.txt"), "").unwrap();
        assert_ne!(later(), second);
    }

    #[test]
    fn a_file_that_just_changed_is_not_trusted() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("setup.py"), "").unwrap();
        assert_eq!(fingerprint(&ProjectRoot::find(&directory.path().join("setup.py"))), None);
    }
}
