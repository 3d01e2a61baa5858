//! All files of a project that could name something of a module, read once.
//!
//! Knows which files those are, how much may be read, and which hold a word; not what is looked for in them.

use std::fs::{self, File, Metadata};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ignore::{DirEntry, WalkBuilder, WalkState};

use super::ProjectRoot;
use super::digest::{self, Digest};
use super::notebook;
use super::root::Extent;
use super::usage::{self, ImportClause};
use super::words::{self, WordHash, WordIndex};
use crate::semantic::Model;
use crate::semantic::classes::FileClasses;
use crate::syntax::{Regions, parse};
use crate::text::{Source, Target};

/// How much of a project is read at most; past any of these the project's answers are `Unknown`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Number of files.
    pub files: usize,
    /// Sum of the sizes of the files, in bytes.
    pub bytes: u64,
}

impl Default for Limits {
    /// 20,000 files, 512 MiB: several times what the largest packages of the ecosystem need.
    fn default() -> Self {
        Self { files: 20_000, bytes: 512 * 1024 * 1024 }
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

/// Whether pyfix has a grammar for the code of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grammar {
    /// Python, of whatever version.
    Python,
    /// Something else: Cython, a notebook, settings.
    None,
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
    /// Whether it can be parsed.
    pub grammar: Grammar,
    /// Its content; of a notebook, the text of its strings.
    pub bytes: Arc<[u8]>,
    imports: OnceLock<Vec<ImportClause>>,
    digest: OnceLock<Option<Digest>>,
    classes: OnceLock<Option<FileClasses>>,
    /// The words in it, until they are in the index.
    words: Vec<WordHash>,
}

impl ProjectFile {
    /// The imports in it, found when they are first asked for.
    pub fn imports(&self) -> &[ImportClause] {
        self.imports.get_or_init(|| usage::imports(&self.bytes))
    }

    /// What its code does with names that may be those of other files, found when it is first asked for.
    /// `None` when the file is not understood.
    pub fn digest(&self, files: &Files, target: Target) -> Option<&Digest> {
        let found = self.digest.get_or_init(|| {
            let source = self.source(target)?;
            digest::digest(&source, files)
        });
        found.as_ref()
    }

    /// The classes that it makes, found when they are first asked for. `None` when the file is not understood.
    pub fn classes(&self, target: Target) -> Option<&FileClasses> {
        let found = self.classes.get_or_init(|| {
            let source = self.source(target)?;
            let tree = parse(&source, &Regions::whole(&source)).ok()?;
            Some(FileClasses::of(&Model::build(&tree)))
        });
        found.as_ref()
    }

    /// Its text, for the Pythons of `target`; `None` when it is no Python or cannot be decoded.
    pub fn source(&self, target: Target) -> Option<Source> {
        (self.grammar == Grammar::Python).then_some(())?;
        digest::source(&self.bytes, target)
    }
}

/// The files of a project.
#[derive(Debug)]
pub(super) struct Files {
    /// In the order of their paths, each once.
    pub list: Vec<ProjectFile>,
    /// Whether nothing was left out.
    pub complete: bool,
    index: WordIndex,
    /// What templates and documents may call: sorted words; `None` when there is too much of them.
    called_by_text: Option<Vec<WordHash>>,
    /// The names of all files and directories, without extensions: sorted words.
    module_names: Vec<WordHash>,
}

impl Files {
    /// The files that may hold `word`, in the order of their paths, with their numbers.
    pub fn with_word(&self, word: &[u8]) -> impl Iterator<Item = (usize, &ProjectFile)> {
        let numbers = self.index.files_with(word);
        numbers.filter_map(|number| Some((number, self.list.get(number)?)))
    }

    /// The files that hold a word with this hash, in the order of their paths, with their numbers.
    pub fn with_hash(&self, word: WordHash) -> impl Iterator<Item = (usize, &ProjectFile)> {
        let numbers = self.index.files_with_hash(word);
        numbers.filter_map(|number| Some((number, self.list.get(number)?)))
    }

    /// The number of the file at `path`.
    pub fn number_of(&self, path: &Path) -> Option<usize> {
        self.list.binary_search_by(|file| file.path.as_path().cmp(path)).ok()
    }

    /// The file at `path`.
    pub fn at(&self, path: &Path) -> Option<&ProjectFile> {
        self.list.get(self.number_of(path)?)
    }

    /// Whether a template, or a document with examples, may call something of this name.
    pub fn is_called_by_text(&self, name: &str) -> bool {
        let hash = words::hash(name.as_bytes());
        self.called_by_text.as_ref().is_none_or(|called| called.binary_search(&hash).is_ok())
    }

    /// The numbers of the files that the import of `module` in the file at `importer` may mean.
    pub fn resolve(&self, importer: &Path, module: &str) -> Vec<usize> {
        let dots = module.bytes().take_while(|byte| *byte == b'.').count();
        let parts = module.get(dots..).unwrap_or_default().split('.').map(str::trim);
        let below: PathBuf = parts.filter(|part| !part.is_empty()).collect();
        let directory = importer.ancestors().nth(dots).filter(|_| dots > 0);
        let package = below.join("__init__.py");
        // from . import name
        let plain = below.file_name().is_some();
        let endings = [
            Some(package),
            plain.then(|| below.with_extension("py")),
            plain.then(|| below.with_extension("pyi")),
        ];
        let fits = |file: &ProjectFile| {
            endings.iter().flatten().any(|ending| match directory {
                Some(directory) => file.path == directory.join(ending),
                None => plain && file.path.ends_with(ending),
            })
        };
        self.list.iter().enumerate().filter(|(_, file)| fits(file)).map(|(number, _)| number).collect()
    }

    /// Whether a file or directory of the project may be imported as the top-level module `name`.
    pub fn has_module(&self, name: &str) -> bool {
        self.module_names.binary_search(&words::hash(name.as_bytes())).is_ok()
    }
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
        files: AtomicUsize::new(0),
        bytes: AtomicU64::new(0),
        complete: AtomicBool::new(true),
        list: Mutex::new(Vec::new()),
        text_bytes: AtomicU64::new(0),
        called_by_text: Mutex::new(Vec::new()),
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
    let index = WordIndex::new(list.iter().map(|file| file.words.as_slice()));
    for file in &mut list {
        file.words = Vec::new();
    }
    let called = reader.called_by_text.into_inner().unwrap_or_else(PoisonError::into_inner);
    Files {
        complete: reader.complete.into_inner(),
        index,
        called_by_text: (reader.text_bytes.into_inner() <= limits.bytes).then(|| sorted(called)),
        module_names: module_names(root, &list),
        list,
    }
}

fn module_names(root: &ProjectRoot, list: &[ProjectFile]) -> Vec<WordHash> {
    let mut names: Vec<WordHash> = Vec::new();
    // The root itself may be a package of that name.
    names.extend(root.path.file_name().map(|name| words::hash(name.as_encoded_bytes())));
    for file in list.iter().filter(|file| file.kind == FileKind::Code) {
        let below = file.path.strip_prefix(&root.path).unwrap_or(&file.path).with_extension("");
        names.extend(below.iter().map(|name| words::hash(name.as_encoded_bytes())));
    }
    // `package_dir={'pkg': 'src'}` gives a directory another name.
    for file in list.iter().filter(|file| file.path.parent() == Some(&root.path)) {
        let metadata = matches!(
            file.path.file_name().and_then(|name| name.to_str()),
            Some("setup.py" | "setup.cfg" | "pyproject.toml")
        );
        let renames = |word: &&str| memchr::memmem::find(&file.bytes, word.as_bytes()).is_some();
        if metadata && ["package_dir", "package-dir", "sources"].iter().any(renames) {
            names.extend(words::hashes(&file.bytes));
        }
    }
    sorted(names)
}

fn sorted(mut hashes: Vec<WordHash>) -> Vec<WordHash> {
    hashes.sort_unstable();
    hashes.dedup();
    hashes
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
    files: AtomicUsize,
    bytes: AtomicU64,
    complete: AtomicBool,
    list: Mutex<Vec<ProjectFile>>,
    text_bytes: AtomicU64,
    called_by_text: Mutex<Vec<WordHash>>,
}

impl Reader {
    fn take(&self, entry: &DirEntry) -> Taken {
        let path = entry.path();
        if !entry.file_type().is_some_and(|kind| kind.is_file()) {
            return Taken::Done;
        }
        let Some(sort) = Sort::of(path) else { return Taken::Done };
        if sort == Sort::PerhapsScript && !is_python_script(path) {
            return Taken::Done;
        }
        if sort == Sort::Text {
            return self.take_text(path);
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

    /// Notes what a template or a document may call; the text itself is not kept.
    fn take_text(&self, path: &Path) -> Taken {
        let known = fs::metadata(path).map_or(0, |metadata| metadata.len());
        if self.text_bytes.fetch_add(known, Ordering::Relaxed) + known > self.limits.bytes {
            return Taken::Done;
        }
        let content = match fs::read(path) {
            Ok(content) => content,
            Err(error) if error.kind() == ErrorKind::NotFound => return Taken::Done,
            Err(_) => return Taken::LeftOut,
        };
        let document = path
            .extension()
            .is_some_and(|extension| extension == "rst" || extension == "txt" || extension == "md");
        if !document || memchr::memmem::find(&content, b">>>").is_some() {
            let called = usage::called_by_text(&content);
            self.called_by_text.lock().unwrap_or_else(PoisonError::into_inner).extend(called);
        }
        Taken::Done
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
        let grammar = match sort {
            Sort::Python | Sort::PerhapsScript => Grammar::Python,
            Sort::Cython | Sort::Notebook | Sort::Configuration | Sort::Text => Grammar::None,
        };
        let identity = identity(path, &metadata);
        Ok(Some(ProjectFile {
            path: path.to_owned(),
            identity,
            kind,
            grammar,
            words: words::hashes(&content),
            bytes: content.into(),
            imports: OnceLock::new(),
            digest: OnceLock::new(),
            classes: OnceLock::new(),
        }))
    }
}

/// What the name of a file says about it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Python,
    Cython,
    Notebook,
    Configuration,
    /// A template, or a document that may hold examples.
    Text,
    /// Without an extension: a script, if its first line says so.
    PerhapsScript,
}

impl Sort {
    fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str().unwrap_or_default();
        if matches!(name, "entry_points.txt" | "Procfile") {
            return Some(Self::Configuration);
        }
        // python -c 'import mod; mod.name(1)'
        if matches!(name, "Makefile" | "makefile" | "GNUmakefile" | "Dockerfile" | "justfile") {
            return Some(Self::Text);
        }
        let Some(extension) = path.extension() else { return Some(Self::PerhapsScript) };
        match extension.to_str()? {
            "py" | "pyw" | "pyi" => Some(Self::Python),
            "pyx" | "pxd" | "pxi" => Some(Self::Cython),
            "ipynb" => Some(Self::Notebook),
            "toml" | "cfg" | "ini" | "yaml" | "yml" => Some(Self::Configuration),
            "html" | "htm" | "xhtml" | "jinja" | "jinja2" | "j2" | "mako" | "mak" | "tmpl" | "tpl" | "pt"
            | "sls" | "rst" | "txt" | "md" | "sh" | "bash" | "zsh" | "bat" | "cmd" | "ps1" | "mk" => {
                Some(Self::Text)
            }
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
pub(super) fn is_dead_link(error: &ignore::Error) -> bool {
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
