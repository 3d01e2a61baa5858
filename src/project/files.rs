//! All files of a project that could name something of a module, read once.
//!
//! Knows which files those are and how much may be read; not what is looked for in them.

use std::fs::{self, File, Metadata};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use ignore::{DirEntry, WalkBuilder, WalkState};

use super::ProjectRoot;
use super::notebook;
use super::root::Extent;
use super::usage::{self, ImportClause};

/// How much of a project is read at most; past any of these the project's answers are `Unknown`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Number of files.
    pub files: usize,
    /// Sum of the sizes of the files, in bytes.
    pub bytes: u64,
    /// Time for finding and reading them.
    pub time: Duration,
}

impl Default for Limits {
    /// 20,000 files, 512 MiB, 10 seconds: several times what the largest packages of the ecosystem need.
    fn default() -> Self {
        Self { files: 20_000, bytes: 512 * 1024 * 1024, time: Duration::from_secs(10) }
    }
}

/// What a file is written in, as far as it matters to how names occur in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileKind {
    /// Python, a stub, or Cython.
    Code,
    /// Settings that may name an object of a module, as `pkg.mod:name`.
    Configuration,
}

/// One file of the project.
#[derive(Debug)]
pub(super) struct ProjectFile {
    /// Where it was found, below the root's path.
    pub path: PathBuf,
    /// Which file it is, by whatever path.
    pub identity: Identity,
    /// What it is written in.
    pub kind: FileKind,
    /// Its content; of a notebook, the text of its strings.
    pub bytes: Arc<[u8]>,
    imports: OnceLock<Vec<ImportClause>>,
}

impl ProjectFile {
    /// The imports in it, found when they are first asked for.
    pub fn imports(&self) -> &[ImportClause] {
        self.imports.get_or_init(|| usage::imports(&self.bytes))
    }
}

/// The files of a project.
#[derive(Debug)]
pub(super) struct Files {
    /// In the order of their paths, each once.
    pub list: Vec<ProjectFile>,
    /// Whether nothing was left out.
    pub complete: bool,
}

/// Tells two files apart, and not two paths of one file.
#[cfg(unix)]
pub(super) type Identity = (u64, u64);
/// Tells two files apart, and not two paths of one file.
#[cfg(not(unix))]
pub(super) type Identity = PathBuf;

#[cfg(unix)]
fn identity(_path: &Path, metadata: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
fn identity(path: &Path, _metadata: &Metadata) -> Identity {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// The identity of the file at `path`, if there is one.
pub(super) fn identity_of(path: &Path) -> Option<Identity> {
    fs::metadata(path).ok().map(|metadata| identity(path, &metadata))
}

/// Reads the files of the project at `root`: also hidden ones and those that Git ignores, and through links.
///
/// The threads that read are its own, not those of a shared pool: the caller may hold a lock that other
/// jobs of such a pool wait for.
pub(super) fn read_all(root: &ProjectRoot, limits: Limits) -> Files {
    let reader = Reader {
        limits,
        start: Instant::now(),
        files: AtomicUsize::new(0),
        bytes: AtomicU64::new(0),
        complete: AtomicBool::new(true),
        list: Mutex::new(Vec::new()),
    };
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
            let taken = match entry {
                Ok(entry) => reader.take(&entry),
                Err(error) if is_dead_link(&error) => Taken::Done,
                Err(_) => Taken::LeftOut,
            };
            match taken {
                Taken::Done => WalkState::Continue,
                Taken::LeftOut => {
                    reader.complete.store(false, Ordering::Relaxed);
                    // One gap makes every answer `Unknown`; the rest need not be read.
                    WalkState::Quit
                }
            }
        })
    });
    let mut list = reader.list.into_inner().unwrap_or_else(PoisonError::into_inner);
    list.sort_by(|one, other| one.identity.cmp(&other.identity).then_with(|| one.path.cmp(&other.path)));
    list.dedup_by(|one, other| one.identity == other.identity);
    list.sort_by(|one, other| one.path.cmp(&other.path));
    Files { list, complete: reader.complete.into_inner() }
}

/// What became of an entry of the walk.
enum Taken {
    /// It was read, or it is none of ours.
    Done,
    /// It should have been read and was not.
    LeftOut,
}

struct Reader {
    limits: Limits,
    start: Instant,
    files: AtomicUsize,
    bytes: AtomicU64,
    complete: AtomicBool,
    list: Mutex<Vec<ProjectFile>>,
}

impl Reader {
    fn take(&self, entry: &DirEntry) -> Taken {
        if self.start.elapsed() > self.limits.time {
            return Taken::LeftOut;
        }
        let path = entry.path();
        if !entry.file_type().is_some_and(|kind| kind.is_file()) {
            return Taken::Done;
        }
        let Some(sort) = Sort::of(path) else { return Taken::Done };
        if sort == Sort::PerhapsScript && !is_python_script(path) {
            return Taken::Done;
        }
        match self.read(path, sort) {
            Ok(Some(file)) => {
                self.list.lock().unwrap_or_else(PoisonError::into_inner).push(file);
                Taken::Done
            }
            // It went away since the directory was listed.
            Err(error) if error.kind() == ErrorKind::NotFound => Taken::Done,
            Ok(None) | Err(_) => Taken::LeftOut,
        }
    }

    /// The file, or `None` when it passes a limit.
    fn read(&self, path: &Path, sort: Sort) -> std::io::Result<Option<ProjectFile>> {
        let mut file = File::open(path)?;
        let metadata = file.metadata()?;
        let files = self.files.fetch_add(1, Ordering::Relaxed) + 1;
        let bytes = self.bytes.fetch_add(metadata.len(), Ordering::Relaxed) + metadata.len();
        if files > self.limits.files || bytes > self.limits.bytes {
            return Ok(None);
        }
        let mut content = Vec::with_capacity(metadata.len() as usize + 1);
        file.read_to_end(&mut content)?;
        if sort == Sort::Notebook {
            content = notebook::text(&content);
        }
        let kind = if sort == Sort::Configuration { FileKind::Configuration } else { FileKind::Code };
        let identity = identity(path, &metadata);
        Ok(Some(ProjectFile {
            path: path.to_owned(),
            identity,
            kind,
            bytes: content.into(),
            imports: OnceLock::new(),
        }))
    }
}

/// What the name of a file says about it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Code,
    Notebook,
    Configuration,
    /// Without an extension: a script, if its first line says so.
    PerhapsScript,
}

impl Sort {
    fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str().unwrap_or_default();
        if matches!(name, "entry_points.txt" | "Procfile") {
            return Some(Self::Configuration);
        }
        let Some(extension) = path.extension() else { return Some(Self::PerhapsScript) };
        match extension.to_str()? {
            "py" | "pyw" | "pyi" | "pyx" | "pxd" | "pxi" => Some(Self::Code),
            "ipynb" => Some(Self::Notebook),
            "toml" | "cfg" | "ini" | "yaml" | "yml" => Some(Self::Configuration),
            _ => None,
        }
    }
}

/// Whether the file begins with `#!` and names Python in that line.
fn is_python_script(path: &Path) -> bool {
    let mut start = Vec::new();
    let Ok(file) = File::open(path) else { return false };
    if file.take(128).read_to_end(&mut start).is_err() {
        return false;
    }
    let line = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    line.starts_with(b"#!") && memchr::memmem::find(line, b"python").is_some()
}

/// Whether the error of a walk is about a link that leads nowhere, or back to where the walk already is:
/// neither holds a file that is not seen otherwise.
fn is_dead_link(error: &ignore::Error) -> bool {
    match error {
        ignore::Error::Loop { .. } => true,
        ignore::Error::WithDepth { err, .. } => is_dead_link(err),
        ignore::Error::WithPath { path, err } => {
            let link = fs::symlink_metadata(path).is_ok_and(|about| about.file_type().is_symlink());
            let forbidden = err.io_error().is_some_and(|it| it.kind() == ErrorKind::PermissionDenied);
            is_dead_link(err) || (link && !forbidden)
        }
        ignore::Error::Io(error) => error.kind() == ErrorKind::NotFound,
        _ => false,
    }
}
