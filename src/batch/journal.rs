//! What a run has done so far, one line for each step, so that it can be gone on with wherever it was stopped.
//!
//! Lines are only added. A line stands for something that is done: what it speaks of was written before it. The last
//! line may be cut short where the run was killed; it is then removed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{BufWriter, IntoInnerError, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::tree::Signature;
use super::verify::Failure;

const NAME: &str = "journal.jsonl";

/// A process that a run was about to start when it was killed holds its lock until it is another program.
const PATIENCE: Duration = Duration::from_millis(500);

/// Between two looks at a lock.
const PAUSE: Duration = Duration::from_millis(20);

/// A step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum Step {
    /// The run began.
    Began(Beginning),
    /// A repository was looked at and may be migrated.
    Opened {
        /// The repository.
        repository: String,
        /// The commit that the branch starts at.
        base: String,
        /// The branch that was checked out.
        branch: Option<String>,
    },
    /// The verify command was run over a tree.
    Verified {
        /// The repository.
        repository: String,
        /// The id of the tree.
        tree: String,
        /// Which run over this tree it was, from 0.
        run: usize,
        /// Why it failed; nothing where it succeeded.
        #[serde(skip_serializing_if = "Option::is_none")]
        failure: Option<Failure>,
    },
    /// A transform was applied everywhere, verified and committed, or found nothing.
    Applied {
        /// The repository.
        repository: String,
        /// The number of the step.
        number: usize,
        /// The commit; nothing where there was nothing to commit.
        #[serde(skip_serializing_if = "Option::is_none")]
        commit: Option<String>,
    },
    /// The commits are in the user's repository, and the branch points at them.
    Delivered {
        /// The repository.
        repository: String,
    },
    /// The report of the repository is written.
    Finished {
        /// The repository.
        repository: String,
    },
}

/// What is decided once for a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beginning {
    /// The version of pyfix.
    pub version: String,
    /// Stands for everything that the user asked for.
    pub asked: String,
    /// Who commits, and when.
    pub signature: Signature,
}

/// What is known of one repository from earlier.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// The commit that the branch starts at, and the branch that was checked out.
    pub opened: Option<(String, Option<String>)>,
    /// What runs of the verify command gave, by the tree and the number of the run.
    pub verified: HashMap<(String, usize), Option<Failure>>,
    /// The commits of the steps that are done, by their numbers.
    pub applied: BTreeMap<usize, Option<String>>,
    /// Whether the user's repository has everything.
    pub is_delivered: bool,
}

/// The journal of a run.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: Mutex<File>,
    beginning: Beginning,
    finished: BTreeSet<String>,
    past: Mutex<HashMap<String, Past>>,
}

impl Journal {
    /// Begins a run in `directory`.
    ///
    /// # Errors
    ///
    /// When there is a run in it already, or it cannot be written to.
    pub fn begin(directory: &Path, beginning: Beginning) -> Result<Self> {
        let path = directory.join(NAME);
        let journal = Self::open(&path)?;
        if fs::metadata(&path).is_ok_and(|metadata| metadata.len() > 0) {
            bail!(
                "{} holds a run already: go on with it with --resume, remove the directory, or name another with \
                 --work-dir",
                directory.display()
            );
        }
        let journal = Self { beginning: beginning.clone(), ..journal };
        journal.enter(&Step::Began(beginning))?;
        Ok(journal)
    }

    /// Goes on with the run in `directory`, in which the user asked for what `asked` stands for.
    ///
    /// # Errors
    ///
    /// When there is none, or it is another one.
    pub fn resume(directory: &Path, version: &str, asked: &str) -> Result<Self> {
        let path = directory.join(NAME);
        if !path.exists() {
            bail!("{} holds no run to go on with; leave --resume out to begin one", directory.display());
        }
        let mut journal = Self::open(&path)?;
        let text = fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        let whole = text.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        if whole < text.len() {
            let file = journal.file.get_mut().unwrap_or_else(PoisonError::into_inner);
            file.set_len(whole as u64).with_context(|| format!("{} cannot be written", path.display()))?;
        }
        let mut began = None;
        let past = journal.past.get_mut().unwrap_or_else(PoisonError::into_inner);
        for (index, line) in text.get(..whole).unwrap_or_default().split(|&byte| byte == b'\n').enumerate() {
            if line.is_empty() {
                continue;
            }
            let damaged = || format!("{}: line {} cannot be read", path.display(), index + 1);
            match serde_json::from_slice::<Step>(line).with_context(damaged)? {
                Step::Began(beginning) => began = Some(beginning),
                Step::Finished { repository } => {
                    // Nothing more is needed of it.
                    past.remove(&repository);
                    journal.finished.insert(repository);
                }
                step => remember(past, step),
            }
        }
        let Some(began) = began else {
            bail!("{} holds no run to go on with; remove it to begin one", directory.display());
        };
        if began.version != version {
            bail!(
                "{} holds a run of pyfix {}, this is {version}: go on with the same, or begin anew",
                directory.display(),
                began.version
            );
        }
        if began.asked != asked {
            bail!(
                "{} holds a run that was asked for something else: give the same arguments and the same plan as \
                 then, beside --resume, or begin anew",
                directory.display()
            );
        }
        journal.beginning = began;
        Ok(journal)
    }

    fn open(path: &Path) -> Result<Self> {
        let failed = || format!("{} cannot be written", path.display());
        let file = OpenOptions::new().append(true).create(true).open(path).with_context(failed)?;
        let mut patience = PATIENCE;
        // A file system without locks is no reason not to work.
        while matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
            if patience.is_zero() {
                bail!("{} is used by another pyfix that runs now", path.display());
            }
            patience = patience.saturating_sub(PAUSE);
            std::thread::sleep(PAUSE);
        }
        let nobody = Signature { name: String::new(), email: String::new(), seconds: 0 };
        Ok(Self {
            path: path.to_owned(),
            file: Mutex::new(file),
            beginning: Beginning { version: String::new(), asked: String::new(), signature: nobody },
            finished: BTreeSet::new(),
            past: Mutex::new(HashMap::new()),
        })
    }

    /// Who commits, and when.
    pub fn signature(&self) -> &Signature {
        &self.beginning.signature
    }

    /// Whether the repository `name` is done with.
    pub fn is_finished(&self, name: &str) -> bool {
        self.finished.contains(name)
    }

    /// What is known of the repository `name`; it is handed out once.
    pub fn take_past(&self, name: &str) -> Past {
        self.past.lock().unwrap_or_else(PoisonError::into_inner).remove(name).unwrap_or_default()
    }

    /// Adds a line for `step`.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn enter(&self, step: &Step) -> Result<()> {
        let failed = || format!("{} cannot be written", self.path.display());
        let mut line = serde_json::to_vec(step).with_context(failed)?;
        line.push(b'\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let before = file.metadata().map(|metadata| metadata.len());
        let written = file.write_all(&line);
        if let (Err(_), Ok(length)) = (&written, before) {
            // A piece of a line would end up in front of the next one.
            let _ = file.set_len(length);
        }
        written.with_context(failed)?;
        let is_result = matches!(step, Step::Applied { commit: Some(_), .. } | Step::Delivered { .. });
        if is_result { file.sync_data().with_context(failed) } else { Ok(()) }
    }
}

fn remember(past: &mut HashMap<String, Past>, step: Step) {
    match step {
        Step::Opened { repository, base, branch } => {
            past.entry(repository).or_default().opened = Some((base, branch));
        }
        Step::Verified { repository, tree, run, failure } => {
            past.entry(repository).or_default().verified.insert((tree, run), failure);
        }
        Step::Applied { repository, number, commit } => {
            past.entry(repository).or_default().applied.insert(number, commit);
        }
        Step::Delivered { repository } => past.entry(repository).or_default().is_delivered = true,
        Step::Began(_) | Step::Finished { .. } => {}
    }
}

/// Writes `content` to the file at `path`, as a whole or not at all.
///
/// # Errors
///
/// When it cannot be written.
pub fn write_whole(path: &Path, content: &[u8]) -> Result<()> {
    write_whole_with(path, &|out| out.write_all(content).map_err(Into::into))
}

/// Writes what `write` gives to the file at `path`, as a whole or not at all.
///
/// # Errors
///
/// When it cannot be written.
pub fn write_whole_with(path: &Path, write: &dyn Fn(&mut dyn Write) -> Result<()>) -> Result<()> {
    let failed = || format!("{} cannot be written", path.display());
    let directory = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory).with_context(failed)?;
    // As any file that a program makes: the report is for others, too.
    let mode = fs::Permissions::from_mode(0o666);
    let temporary = tempfile::Builder::new().prefix(".pyfix-").permissions(mode).tempfile_in(directory);
    let temporary = temporary.with_context(failed)?;
    let mut out = BufWriter::new(temporary);
    write(&mut out).with_context(failed)?;
    let temporary = out.into_inner().map_err(IntoInnerError::into_error).with_context(failed)?;
    temporary.persist(path).map_err(|error| error.error).with_context(failed)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beginning() -> Beginning {
        let signature = Signature { name: "A".to_owned(), email: "a@b".to_owned(), seconds: 1 };
        Beginning { version: "1".to_owned(), asked: "x".to_owned(), signature }
    }

    fn applied(number: usize) -> Step {
        Step::Applied { repository: "r".to_owned(), number, commit: Some(format!("c{number}")) }
    }

    #[test]
    fn a_torn_line_is_forgotten() {
        let top = tempfile::tempdir().unwrap();
        let journal = Journal::begin(top.path(), beginning()).unwrap();
        (0..3).for_each(|number| journal.enter(&applied(number)).unwrap());
        drop(journal);
        let path = top.path().join(NAME);
        let whole = fs::read(&path).unwrap();
        let end = whole.iter().take(whole.len() - 1).rposition(|&byte| byte == b'\n').unwrap() + 1;
        for length in end..whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            let journal = Journal::resume(top.path(), "1", "x").unwrap();
            assert_eq!(journal.take_past("r").applied.into_keys().collect::<Vec<_>>(), [0, 1]);
            journal.enter(&applied(7)).unwrap();
            drop(journal);
            let again = Journal::resume(top.path(), "1", "x").unwrap();
            assert_eq!(again.take_past("r").applied.into_keys().collect::<Vec<_>>(), [0, 1, 7]);
        }
    }

    #[test]
    fn runs_are_not_mixed_up() {
        let top = tempfile::tempdir().unwrap();
        let refused = |result: Result<Journal>| result.unwrap_err().to_string();
        assert!(refused(Journal::resume(top.path(), "1", "x")).contains("holds no run"));
        let journal = Journal::begin(top.path(), beginning()).unwrap();
        assert!(refused(Journal::resume(top.path(), "1", "x")).contains("another pyfix"));
        drop(journal);
        assert!(refused(Journal::begin(top.path(), beginning())).contains("--resume"));
        assert!(refused(Journal::resume(top.path(), "2", "x")).contains("pyfix 1"));
        assert!(refused(Journal::resume(top.path(), "1", "y")).contains("something else"));
    }
}
