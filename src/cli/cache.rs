//! What earlier runs found out, kept on disk: a file that is as it was, in a project that would answer as it did, is not
//! judged again.
//!
//! There is one store for each project and way to judge it. An entry is used when the content of its file, the settings
//! and this pyfix are the same, and either nothing in the project was touched since, or the project answers everything
//! that was asked about the file as it did. A store that is damaged, or that another pyfix wrote, counts as none.

mod entry;

use std::collections::HashMap;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use etcetera::BaseStrategy;
use tempfile::NamedTempFile;

pub use entry::{Entry, Hash, Kept, hash, hash_of_settings};

use crate::project::{Fingerprint, ProjectRoot, fingerprint};

/// The variable that names the directory of the cache.
pub const DIRECTORY_VARIABLE: &str = "PYFIX_CACHE_DIR";

/// The extension of a store.
const EXTENSION: &str = "pyfix-cache";

/// A store that was not used for so long is removed.
const KEPT_FOR: Duration = Duration::from_hours(30 * 24);

/// Where stores are kept.
#[derive(Clone, Debug, Default)]
pub struct Cache {
    directory: Option<PathBuf>,
}

impl Cache {
    /// No cache: nothing is remembered.
    pub fn off() -> Self {
        Self::default()
    }

    /// In the directory that the environment names, else in that of the user's caches; off when there is none.
    pub fn of_user() -> Self {
        let named = std::env::var_os(DIRECTORY_VARIABLE).filter(|path| !path.is_empty()).map(PathBuf::from);
        let directory =
            named.or_else(|| Some(etcetera::choose_base_strategy().ok()?.cache_dir().join("pyfix")));
        Self { directory: directory.filter(|directory| directory.is_absolute()) }
    }

    /// The store of the project at `root` for one way to judge its files; `None` when the cache is off.
    pub fn store(&self, root: &ProjectRoot, judgement: &str) -> Option<Store> {
        let directory = self.directory.clone()?;
        let binary = binary()?;
        let mut hasher = blake3::Hasher::new();
        for part in [binary.as_bytes(), root.path.as_os_str().as_encoded_bytes(), judgement.as_bytes()] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        let name = hasher.finalize().to_hex();
        let path = directory.join(format!("{}.{EXTENSION}", &name[..32]));
        let seal = *hasher.finalize().as_bytes();
        let (old, now) = (OnceLock::new(), OnceLock::new());
        Some(Store { root: root.clone(), path, seal, old, now, new: Mutex::default() })
    }

    /// Removes stores that nobody used for a month. What cannot be removed stays.
    pub fn tidy(&self) {
        let Some(entries) = self.directory.as_ref().and_then(|directory| fs::read_dir(directory).ok()) else {
            return;
        };
        let Some(oldest) = SystemTime::now().checked_sub(KEPT_FOR) else { return };
        for entry in entries.flatten() {
            let path = entry.path();
            let is_store = path.extension().is_some_and(|extension| extension == EXTENSION);
            let used = entry.metadata().and_then(|metadata| metadata.modified());
            if is_store && used.is_ok_and(|used| used < oldest) {
                let _ = fs::remove_file(path);
            }
        }
    }
}

/// Which pyfix this is: another build may judge otherwise. `None` when that cannot be told.
fn binary() -> Option<&'static str> {
    static BINARY: OnceLock<Option<String>> = OnceLock::new();
    let tell = || {
        let metadata = fs::metadata(std::env::current_exe().ok()?).ok()?;
        let modified = metadata.modified().ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        Some(format!("{} {} {}", env!("CARGO_PKG_VERSION"), metadata.len(), modified.as_nanos()))
    };
    BINARY.get_or_init(tell).as_deref()
}

/// What is known of the files of one project.
#[derive(Debug)]
pub struct Store {
    root: ProjectRoot,
    path: PathBuf,
    /// What a store must begin with to be this one.
    seal: Hash,
    /// What was kept, read when it is first asked for.
    old: OnceLock<HashMap<PathBuf, Entry>>,
    /// Of the files of the project, as this run found them.
    now: OnceLock<Option<Fingerprint>>,
    new: Mutex<HashMap<PathBuf, Entry>>,
}

impl Store {
    /// What is kept of the file at `path` with this content, judged in this way, if `is_answered` says that the project
    /// still answers its questions alike; not asked where no file of the project was touched.
    pub fn recall(
        &self,
        path: &Path,
        content: &Hash,
        judgement: &Hash,
        is_answered: impl FnOnce(&Entry) -> bool,
    ) -> Option<Entry> {
        // Taken before anything is judged, so that what changes meanwhile is noticed by the next run.
        let now = self.now();
        let entry = self.old().get(path)?;
        if entry.content != *content || entry.judgement != *judgement {
            return None;
        }
        let untouched = now.is_some() && entry.fingerprint == now && !entry.questions.ask_for_types();
        if entry.questions.is_empty() || untouched {
            return Some(entry.clone());
        }
        is_answered(entry).then(|| {
            if entry.fingerprint != now {
                self.remember(path, entry.clone());
            }
            entry.clone()
        })
    }

    /// Keeps `entry` for the file at `path`.
    pub fn remember(&self, path: &Path, mut entry: Entry) {
        entry.fingerprint = self.now();
        self.new.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), entry);
    }

    fn old(&self) -> &HashMap<PathBuf, Entry> {
        self.old.get_or_init(|| read(&self.path, &self.seal).unwrap_or_default())
    }

    /// Of the project as it was before the first file of this run was judged.
    fn now(&self) -> Option<Fingerprint> {
        *self.now.get_or_init(|| fingerprint(&self.root))
    }

    /// Writes everything down, for the next run. Another run that does so too loses what this one found out, or the other
    /// way round, and no more.
    ///
    /// # Errors
    ///
    /// When the directory cannot be written to.
    pub fn save(&self) -> std::io::Result<()> {
        let new = std::mem::take(&mut *self.new.lock().unwrap_or_else(PoisonError::into_inner));
        if new.is_empty() {
            // The time says that it is still used.
            return match fs::File::options().append(true).open(&self.path) {
                Ok(file) => file.set_modified(SystemTime::now()),
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
                Err(error) => Err(error),
            };
        }
        let old = self.old().iter().filter(|(path, _)| !new.contains_key(*path) && path.exists());
        let entries: HashMap<&PathBuf, &Entry> = old.chain(&new).collect();
        write(&self.path, &self.seal, &entries)
    }
}

/// The entries at `path`; `None` unless all of it is as it was written by this pyfix for this project.
fn read(path: &Path, seal: &Hash) -> Option<HashMap<PathBuf, Entry>> {
    // A pipe would wait for ever.
    fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    let bytes = fs::read(path).ok()?;
    let (head, rest) = bytes.split_first_chunk::<32>()?;
    let (sum, body) = rest.split_first_chunk::<32>()?;
    if head != seal || blake3::hash(body).as_bytes() != sum {
        return None;
    }
    postcard::from_bytes(body).ok()
}

fn write(path: &Path, seal: &Hash, entries: &HashMap<&PathBuf, &Entry>) -> std::io::Result<()> {
    let body = postcard::to_stdvec(entries).map_err(std::io::Error::other)?;
    let directory = path.parent().unwrap_or(path);
    fs::create_dir_all(directory)?;
    let mut file = NamedTempFile::new_in(directory)?;
    file.write_all(seal)?;
    file.write_all(blake3::hash(&body).as_bytes())?;
    file.write_all(&body)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Outcome, Registry};
    use crate::project::{Questions, Recorder};
    use crate::semantic::{LoneFile, World};
    use crate::text::{Dialect, Target};

    const NONE: Registry = Registry::new(&[]);

    fn entry(content: Hash, questions: Questions) -> Entry {
        let outcome = Outcome::default();
        let kept = Kept {
            dialect: Dialect::Python3,
            target: Target::default(),
            target_origin: "here".to_owned(),
            outcome,
        };
        Entry::new(content, [2; 32], questions, &kept).unwrap()
    }

    #[test]
    fn an_entry_is_used_while_everything_is_the_same() {
        let (project, stores) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let path = project.path().join("a.py");
        fs::write(&path, "x = 1\n").unwrap();
        let cache = Cache { directory: Some(stores.path().to_owned()) };
        let store = || cache.store(&ProjectRoot::find(&path), "way").unwrap();
        let recorder = Recorder::new(&LoneFile);
        recorder.name_used_elsewhere("x");
        let first = store();
        assert!(first.recall(&path, &[1; 32], &[2; 32], |_| true).is_none());
        first.remember(&path, entry([1; 32], recorder.questions()));
        first.remember(&project.path().join("gone.py"), entry([1; 32], Questions::default()));
        first.save().unwrap();

        let second = store();
        let known =
            second.recall(&path, &[1; 32], &[2; 32], |entry| entry.questions.are_answered_alike(&LoneFile));
        assert_eq!(known.unwrap().kept("", &NONE).unwrap().target_origin, "here");
        assert!(second.recall(&path, &[1; 32], &[2; 32], |_| false).is_none(), "the answers are others");
        assert!(second.recall(&path, &[9; 32], &[2; 32], |_| true).is_none(), "the content is another");
        assert!(second.recall(&path, &[1; 32], &[9; 32], |_| true).is_none(), "the settings are others");
        let other = cache.store(&ProjectRoot::find(&path), "another way").unwrap();
        assert!(other.recall(&path, &[1; 32], &[2; 32], |_| true).is_none());
    }

    #[test]
    fn a_file_that_asked_nothing_needs_no_answer() {
        let (project, stores) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let path = project.path().join("a.py");
        fs::write(&path, "x = 1\n").unwrap();
        let cache = Cache { directory: Some(stores.path().to_owned()) };
        let store = || cache.store(&ProjectRoot::find(&path), "way").unwrap();
        let first = store();
        first.remember(&path, entry([1; 32], Questions::default()));
        first.save().unwrap();
        assert!(store().recall(&path, &[1; 32], &[2; 32], |_| false).is_some());
    }
}
