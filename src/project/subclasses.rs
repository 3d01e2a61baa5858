//! Classes of a project that subclass a builtin class and behave otherwise.
//!
//! What a file says about classes is read in `semantic::classes`; here the files are put together. Which classes
//! may share instances is told by the names in class statements alone: two of one name count as one.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use memchr::memmem::Finder;

use super::class_statements::{Header, headers};
use super::files::{FileKind, Files, Grammar, ProjectFile};
use super::parallel::warm_up;
use super::{offenders, usage};
use crate::semantic::classes::{Family, FileClasses, Found, Source, is_known_module};
use crate::semantic::{Class, Subclasses};
use crate::text::Target;

/// To read the classes of more code than this takes longer than what is rewritten saves.
const MAX_BYTES: usize = 6 * 1024 * 1024;

/// The class statements of a project.
#[derive(Debug)]
pub(super) struct ClassIndex {
    headers: Vec<Header>,
    /// By the number of a file: those with relatives of its classes.
    relatives: Mutex<HashMap<usize, BTreeSet<usize>>>,
}

impl ClassIndex {
    /// Finds the class statements in the code of `files`.
    pub fn new(files: &Files) -> Self {
        let code = files.list.iter().enumerate().filter(|(_, file)| file.kind == FileKind::Code);
        let headers = code.flat_map(|(number, file)| headers(&file.bytes, number)).collect();
        Self { headers, relatives: Mutex::default() }
    }

    /// Whether an instance of a class of the file `one` may be one of a class of the file `other`, too.
    pub fn are_related(&self, one: usize, other: usize) -> bool {
        let mut known = self.relatives.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known.entry(one).or_insert_with(|| self.relatives_of(one));
        found.contains(&other)
    }

    /// The files of classes that some class derives from that is or derives from one of the file `one`.
    fn relatives_of(&self, one: usize) -> BTreeSet<usize> {
        let own = self.headers.iter().filter(|header| header.file == one);
        let mut names: BTreeSet<&str> = own.map(|header| header.name.as_str()).collect();
        loop {
            let before = names.len();
            for header in &self.headers {
                if header.bases.iter().any(|base| names.contains(base.as_str())) {
                    names.insert(&header.name);
                }
            }
            if names.len() == before {
                break;
            }
        }
        // A mix-in sees the attributes of those it is mixed with.
        loop {
            let before = names.len();
            for header in &self.headers {
                if names.contains(header.name.as_str()) {
                    names.extend(header.bases.iter().map(String::as_str));
                }
            }
            if names.len() == before {
                break;
            }
        }
        let related = self.headers.iter().filter(|header| names.contains(header.name.as_str()));
        related.map(|header| header.file).collect()
    }

    /// Whether a class that derives from one of the file `number` derives from one besides that no file of the
    /// project holds: then code that cannot be seen may call its methods.
    pub fn are_mixed_in(&self, number: usize) -> bool {
        let known: BTreeSet<&str> = self.headers.iter().map(|header| header.name.as_str()).collect();
        let own = self.headers.iter().filter(|header| header.file == number);
        let mut names: BTreeSet<&str> = own.map(|header| header.name.as_str()).collect();
        loop {
            let before = names.len();
            for header in &self.headers {
                if header.bases.iter().any(|base| names.contains(base.as_str())) {
                    names.insert(&header.name);
                }
            }
            if names.len() == before {
                break;
            }
        }
        let plain =
            |base: &String| known.contains(base.as_str()) || matches!(base.as_str(), "object" | "Exception");
        let mut heirs = self.headers.iter().filter(|header| {
            names.contains(header.name.as_str())
                && header.bases.iter().any(|base| names.contains(base.as_str()))
        });
        heirs.any(|header| !header.bases.iter().all(plain))
    }
}

/// A class of the project that subclasses `class` and behaves otherwise, or what may make one.
pub(super) fn overriding(
    class: Class,
    files: &Files,
    root: &Path,
    target_of: &(dyn Fn(&ProjectFile) -> Target + Sync),
) -> Subclasses {
    // Python refuses to subclass them.
    if matches!(class, Class::None | Class::Bool | Class::Range) {
        return Subclasses::None;
    }
    let code = || files.list.iter().enumerate().filter(|(_, file)| file.kind == FileKind::Code);
    let read = code().filter(|(_, file)| file.grammar == Grammar::Python);
    if class == Class::Iterator || read.map(|(_, file)| file.bytes.len()).sum::<usize>() > MAX_BYTES {
        return Subclasses::Unknown;
    }
    let place = |number: usize| {
        let path = files.list.get(number).map(|file| file.path.strip_prefix(root).unwrap_or(&file.path));
        path.map(|path| path.display().to_string().replace('\\', "/")).unwrap_or_default()
    };
    for (number, file) in code().filter(|(_, file)| file.grammar == Grammar::None) {
        let derived = headers(&file.bytes, number).into_iter().find(|header| !header.bases.is_empty());
        if let Some(header) = derived {
            return Subclasses::Some(format!("{} in {}", header.name, place(number)));
        }
    }
    warm_up(&files.list, |file| {
        if file.kind == FileKind::Code && file.grammar == Grammar::Python {
            file.classes(target_of(file));
        }
    });
    let mut known: Vec<(usize, &FileClasses)> = Vec::new();
    for (number, file) in code().filter(|(_, file)| file.grammar == Grammar::Python) {
        match file.classes(target_of(file)) {
            Some(classes) => known.push((number, classes)),
            None => return Subclasses::Some(format!("some class in {}, which has errors", place(number))),
        }
    }
    let leads_to = |number: usize, module: &str| source_of(files, number, module);
    match Family::new(known, &leads_to, class).offending() {
        Found::Nothing => Subclasses::None,
        Found::Named(name, number) => Subclasses::Some(format!("{name} in {}", place(number))),
        Found::MadeByCall(number) => Subclasses::Some(format!("a class made by a call in {}", place(number))),
        Found::Text(number) => Subclasses::Some(format!("code that is run from text in {}", place(number))),
        Found::Store(name, number) => {
            let name = if name.is_empty() { "a computed name".to_owned() } else { format!(".{name}") };
            Subclasses::Some(format!("an object whose {name} is set in {}", place(number)))
        }
    }
}

/// Where an import of `module` in the file with this number leads.
fn source_of(files: &Files, number: usize, module: &str) -> Source {
    let module: String = module.split_whitespace().collect();
    let top = module.split('.').next().unwrap_or_default();
    let Some(importer) = files.list.get(number) else { return Source::Unknown };
    if !top.is_empty() && !files.has_module(top) && is_known_module(&module) {
        return Source::Foreign;
    }
    let found = files.resolve(&importer.path, &module);
    if !found.is_empty() {
        return Source::Files(found);
    }
    if !top.is_empty() && module.split('.').all(|part| !files.has_module(part)) {
        Source::Foreign
    } else {
        Source::Unknown
    }
}

/// What a file that is not the project's business offers, or one that gives the builtin's name to something
/// else.
pub(super) fn in_file(file: &ProjectFile, class: Class) -> Subclasses {
    if let Some(gives) = offenders::touched(&file.bytes, file.imports(), class) {
        return Subclasses::Some(gives.to_owned());
    }
    if is_rebound(&file.bytes, class.name()) { Subclasses::Unknown } else { Subclasses::None }
}

/// Whether the text gives the name to something: `str = unicode`, `import x as str`, `def str(`.
fn is_rebound(text: &[u8], name: &str) -> bool {
    let finder = Finder::new(name);
    let imports = usage::imports(text);
    usage::words(text, &finder).any(|range| {
        let after = words_after(text, range.end);
        let assigned = after.first() == Some(&b'=') && after.get(1) != Some(&b'=');
        let head = text.get(..range.start).unwrap_or_default().trim_ascii_end();
        let defined = head.ends_with(b"def") || head.ends_with(b"class");
        let attribute = usage::follows_dot(text, &range);
        let imported = imports.iter().any(|clause| clause.names.contains(&range.start));
        let renamed = usage::alias(text, &range).is_some();
        (assigned
            && !attribute
            && !usage::is_keyword_argument(text, &range)
            && !is_annotation(text, range.start))
            || (defined && head.len() < text.len())
            || (imported && !renamed)
    })
}

/// Whether the word at `start` is an annotation with a default behind it: `x: str = ''`.
fn is_annotation(text: &[u8], start: usize) -> bool {
    usage::before(text, start).is_some_and(|at| matches!(text.get(at), Some(b':' | b'|' | b'>')))
}

fn words_after(text: &[u8], at: usize) -> &[u8] {
    text.get(at..).unwrap_or_default().trim_ascii_start()
}

#[cfg(test)]
mod tests;
