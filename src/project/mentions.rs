//! Which files of a project mention one module, and whether a name of it occurs in them.
//!
//! Decides what an occurrence means; `usage` finds occurrences, `files` the files.

use std::path::{Path, PathBuf};

use memchr::memmem::Finder;

use super::files::{FileKind, Files, Identity, ProjectFile, identity_of};
use super::usage::{self, ImportClause};
use crate::semantic::Answer;

/// One module of a project, as other files see it.
#[derive(Debug)]
pub(super) struct Module {
    /// What other files call it: the file's stem; the directory's name for an `__init__` file.
    word: Vec<u8>,
    kind: ModuleKind,
    path: PathBuf,
    identity: Option<Identity>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ModuleKind {
    Plain,
    /// `__init__.py`, which files of its directory also reach by dots.
    Package,
    /// `__main__.py`: the word stands in every script, so only an import or a dotted name counts.
    Main,
}

/// The files that mention one module.
#[derive(Debug)]
pub(super) enum Mentions {
    /// Some file takes all names of the module, or could: a star import, `vars(mod)`.
    All,
    /// These.
    Files(Vec<Mention>),
}

/// A file that mentions the module.
#[derive(Debug)]
pub(super) struct Mention {
    /// Its index in the list of files.
    file: usize,
    /// The stub or Cython declarations of the module itself: every word counts.
    declares: bool,
    /// Whether keyword arguments may name attributes of a module.
    patches_multiple: bool,
}

impl Module {
    /// The module in the file at `path`, which is absolute. `None` when its name cannot be told.
    pub fn new(path: &Path) -> Option<Self> {
        let stem = path.file_stem()?.to_str()?;
        let (word, kind) = match stem {
            "__init__" => (path.parent()?.file_name()?.to_str()?, ModuleKind::Package),
            "__main__" => (stem, ModuleKind::Main),
            _ => (stem, ModuleKind::Plain),
        };
        let identity = identity_of(path);
        Some(Self { word: word.as_bytes().to_owned(), kind, path: path.to_owned(), identity })
    }

    /// The files that mention this module, itself left out.
    pub fn mentions(&self, files: &Files) -> Mentions {
        let word = Finder::new(&self.word);
        let main = Finder::new(b"__main__");
        let mut list = Vec::new();
        for (index, file) in self.candidates(files) {
            if self.is_in(file) {
                continue;
            }
            let declares = self.is_declared_by(&file.path);
            let inside = self.kind == ModuleKind::Package && self.holds(&file.path);
            let named = usage::words(&file.bytes, &word).next().is_some();
            if !(named || declares || inside || main.find(&file.bytes).is_some()) {
                continue;
            }
            let imports = file.imports();
            let relative = inside && imports.iter().any(|clause| clause.module.starts_with(b"."));
            let named = named && (self.kind != ModuleKind::Main || self.names_main(file, imports, &word));
            // Any module may be the script that is running.
            let main = imports_main(file, imports, &main);
            if !(named || declares || relative || main) {
                continue;
            }
            let star = |clause: &ImportClause| {
                clause.star
                    && (is_last_part(&clause.module, &self.word)
                        || (inside && clause.module.iter().all(|byte| *byte == b'.'))
                        || (main && clause.module == b"__main__"))
            };
            if imports.iter().any(star) || self.is_inspected_by(&file.bytes, &word) {
                return Mentions::All;
            }
            let patches_multiple = memchr::memmem::find(&file.bytes, b"patch.multiple").is_some();
            list.push(Mention { file: index, declares, patches_multiple });
        }
        Mentions::Files(list)
    }

    /// The files that could mention this module, with their numbers, in order.
    fn candidates<'f>(&self, files: &'f Files) -> Vec<(usize, &'f ProjectFile)> {
        if self.kind == ModuleKind::Package {
            return files.list.iter().enumerate().collect();
        }
        let mut found: Vec<usize> = files.with_word(&self.word).map(|(number, _)| number).collect();
        found.extend(files.with_word(b"__main__").map(|(number, _)| number));
        let declared = ["pyi", "pxd"].map(|extension| self.path.with_extension(extension));
        found.extend(declared.iter().filter_map(|path| files.number_of(path)));
        found.sort_unstable();
        found.dedup();
        found.into_iter().filter_map(|number| Some((number, files.list.get(number)?))).collect()
    }

    /// Whether `file` is the one that holds this module.
    pub fn is_in(&self, file: &ProjectFile) -> bool {
        file.path == self.path || self.identity.as_ref() == Some(&file.identity)
    }

    /// Whether `name` is what other files call this module.
    pub fn is_called(&self, name: &str) -> bool {
        self.word == name.as_bytes()
    }

    /// Whether some file asks the module for names that it does not spell out: `vars(mod)`.
    pub fn is_inspected(&self, files: &Files) -> bool {
        let word = Finder::new(&self.word);
        files
            .with_word(&self.word)
            .any(|(_, file)| !self.is_in(file) && self.is_inspected_by(&file.bytes, &word))
    }

    /// Whether `name` occurs in one of `mentions` in a way that could mean this module's name.
    pub fn is_used(&self, name: &str, mentions: &[Mention], files: &Files) -> bool {
        let finder = Finder::new(name);
        let holding: Vec<usize> = files.with_word(name.as_bytes()).map(|(number, _)| number).collect();
        let mentions = mentions.iter().filter(|mention| holding.binary_search(&mention.file).is_ok());
        mentions.into_iter().any(|mention| {
            let Some(file) = files.list.get(mention.file) else { return true };
            let text = &file.bytes[..];
            usage::words(text, &finder).any(|range| {
                mention.declares
                    || file.imports().iter().any(|clause| clause.names.contains(&range.start))
                    || usage::follows_dot(text, &range)
                    || usage::is_quoted(text, &range)
                    || usage::follows_module_colon(text, &range, &self.word)
                    || (mention.patches_multiple && usage::is_keyword_argument(text, &range))
            })
        })
    }

    /// Whether `path` is a stub or a declaration file of this very module.
    fn is_declared_by(&self, path: &Path) -> bool {
        let extension = path.extension().and_then(|extension| extension.to_str());
        matches!(extension, Some("pyi" | "pxd")) && path.with_extension("") == self.path.with_extension("")
    }

    fn holds(&self, path: &Path) -> bool {
        self.path.parent().is_some_and(|directory| path.starts_with(directory))
    }

    /// Whether a file means a package's `__main__` module where it says `__main__`.
    fn names_main(&self, file: &ProjectFile, imports: &[ImportClause], word: &Finder<'_>) -> bool {
        imports.iter().any(|clause| is_last_part(&clause.module, &self.word))
            || usage::words(&file.bytes, word).any(|range| {
                usage::follows_dot(&file.bytes, &range)
                    || imports.iter().any(|clause| clause.names.contains(&range.start))
            })
    }

    /// Whether a text asks the module, by its own name or by one it gives it, for names it does not spell.
    fn is_inspected_by(&self, text: &[u8], word: &Finder<'_>) -> bool {
        let mut aliases: Vec<&[u8]> = Vec::new();
        for range in usage::words(text, word) {
            if usage::is_inspected(text, &range) {
                return true;
            }
            aliases.extend(usage::alias(text, &range).filter(|alias| *alias != self.word));
        }
        aliases.sort_unstable();
        aliases.dedup();
        aliases.into_iter().any(|alias| {
            let alias = Finder::new(alias);
            usage::words(text, &alias).any(|range| usage::is_inspected(text, &range))
        })
    }
}

/// Whether a file reaches for the script that is running: `import __main__`, `sys.modules['__main__']`.
fn imports_main(file: &ProjectFile, imports: &[ImportClause], main: &Finder<'_>) -> bool {
    let text = &file.bytes[..];
    file.kind == FileKind::Code
        && usage::words(text, main).any(|range| {
            let open = range.start.checked_sub(1).and_then(|quote| usage::before(text, quote));
            open.is_some_and(|at| text.get(at) == Some(&b'['))
                || imports.iter().any(|clause| {
                    clause.module == b"__main__"
                        || (clause.module.is_empty() && clause.names.contains(&range.start))
                })
        })
}

/// Whether `word` is the last part of the dotted `path`.
fn is_last_part(path: &[u8], word: &[u8]) -> bool {
    path.rsplit(|byte| *byte == b'.').next() == Some(word)
}

/// What is known of names that tools read from a module without naming it: `Unknown` where a tool may read
/// `name`, `No` where no tool is known to.
pub(super) fn read_by_tools(path: &Path, name: &str) -> Answer {
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let is_test = stem.starts_with("test") || stem.ends_with("_test") || stem.ends_with("_tests");
    let read = match stem {
        // Sphinx executes it and looks at all that it leaves behind.
        "conf" => true,
        "conftest" => name.starts_with("collect_ignore") || name.starts_with("pytest"),
        // Django and those who follow it take every name in capitals.
        _ if stem.contains("settings") => !name.chars().any(char::is_lowercase),
        // Test runners collect by these names.
        _ if is_test => {
            let lower = name.to_ascii_lowercase();
            ["test", "pytest", "setup", "teardown"].iter().any(|start| lower.starts_with(start))
        }
        _ => false,
    };
    let dunder = name.len() > 4 && name.starts_with("__") && name.ends_with("__");
    if read || dunder { Answer::Unknown } else { Answer::No }
}
