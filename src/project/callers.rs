//! All calls of a function from the other files of a project, if its uses there are calls and nothing else.
//!
//! What a file does with names is found in `digest`; here it is decided whether that concerns the function.
//! A call of something else that has the same name may be taken for one of the function: that only makes less
//! of its arguments known.

use std::path::Path;

use memchr::memmem::Finder;

use super::digest::{Digest, How, Passing, REFLECTING_WORDS, Receiver};
use super::files::{FileKind, Files, Grammar, ProjectFile};
use super::lookups::Reach;
use super::mentions::{Module, read_by_tools};
use super::parallel::warm_up;
use super::subclasses::ClassIndex;
use super::usage;
use super::words::WordHash;
use crate::semantic::{Annotations, Answer, CallSite, Callee, Facts, World};
use crate::syntax::{Argument, Call, Regions, SyntaxTree, parse};
use crate::text::{Range, Source, Target};

/// No function that is worth a look has more callers; past any of these nothing is known of it.
const MAX_FILES: usize = 200;
const MAX_BYTES: usize = 8 * 1024 * 1024;
const MAX_CALLS: usize = 400;

/// What the question is asked of.
pub(super) struct Question<'a> {
    /// The files of the project, complete.
    pub files: &'a Files,
    /// The module of the function.
    pub module: &'a Module,
    /// The path of its file.
    pub path: &'a Path,
    /// The classes of the project, when they are asked for.
    pub classes: &'a dyn Fn() -> &'a ClassIndex,
    /// Whether declared types are believed.
    pub annotations: Annotations,
    /// How the project gets at functions whose names nobody spells out.
    pub reflections: &'a dyn Fn() -> &'a Reflections,
    /// The Pythons that a file must run on.
    pub target: &'a dyn Fn(&ProjectFile) -> Target,
}

/// One call, in one of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    file: usize,
    at: u32,
}

impl Question<'_> {
    /// All calls of `callee`; `with_world` hands over the world of a file with this path and text.
    pub fn calls(
        &self,
        callee: Callee<'_>,
        with_world: impl Fn(&Path, &Source, &mut dyn FnMut(&dyn World)),
    ) -> Option<Vec<CallSite>> {
        let places = self.places(callee)?;
        let mut sites = Vec::with_capacity(places.len());
        for group in places.chunk_by(|one, other| one.file == other.file) {
            let file = self.files.list.get(group.first()?.file)?;
            let source = file.source(self.digest(file)?.target)?;
            let tree = parse(&source, &Regions::whole(&source)).ok()?;
            with_world(&file.path, &source, &mut |world| {
                let facts = Facts::new(&tree, world).with_annotations(self.annotations);
                sites.extend(group.iter().map_while(|place| site(&tree, &facts, place.at)));
            });
        }
        (sites.len() == places.len()).then_some(sites)
    }

    /// Where `callee` is called, by file and place.
    fn places(&self, callee: Callee<'_>) -> Option<Vec<Place>> {
        let (Callee::Function(name) | Callee::Method(name)) = callee;
        let dunder = name.len() > 4 && name.starts_with("__") && name.ends_with("__");
        // Python folds other letters before it compares names, and files differ in their encodings.
        if !name.is_ascii() || dunder || read_by_tools(self.path, name) != Answer::No {
            return None;
        }
        if self.files.is_called_by_text(name) {
            return None;
        }
        let own = self.files.list.iter().position(|file| self.module.is_in(file))?;
        let reached = match callee {
            Callee::Function(_) => self.module.is_inspected(self.files) || self.is_reflected(name),
            Callee::Method(_) => {
                (self.reflections)().run_text || (self.classes)().are_mixed_in(own) || self.is_looked_up(name)
            }
        };
        if reached {
            return None;
        }
        let mut places = Vec::new();
        let (mut files, mut bytes) = (0, 0);
        for (number, file) in self.files.with_word(name.as_bytes()) {
            if self.module.is_in(file) {
                if matches!(callee, Callee::Function(_)) && self.is_imported_by_itself(name, number, file) {
                    return None;
                }
                continue;
            }
            files += 1;
            bytes += file.bytes.len();
            if files > MAX_FILES || bytes > MAX_BYTES || !self.add_places(callee, number, &mut places)? {
                return None;
            }
        }
        (places.len() <= MAX_CALLS).then_some(places)
    }

    /// Adds the calls in one file; false when something else is done with the name there. `None` when the
    /// file is not understood.
    fn add_places(&self, callee: Callee<'_>, number: usize, places: &mut Vec<Place>) -> Option<bool> {
        let (Callee::Function(name) | Callee::Method(name)) = callee;
        let file = self.files.list.get(number)?;
        let finder = Finder::new(name);
        if file.kind == FileKind::Configuration {
            return Some(!may_be_named_in_settings(&file.bytes, &finder));
        }
        if file.grammar == Grammar::None {
            return Some(usage::words(&file.bytes, &finder).next().is_none());
        }
        let private = name.starts_with("__") && names_private(&file.bytes, &finder);
        if private || usage::words(&file.bytes, &finder).next().is_none() {
            return Some(!private);
        }
        let digest = self.digest(file)?;
        for one in digest.uses(name) {
            let meaning = match callee {
                Callee::Function(_) => self.of_function(name, number, digest, one.how),
                Callee::Method(_) => of_method(one.how),
            };
            match meaning {
                Meaning::Harmless => {}
                Meaning::Call => places.push(Place { file: number, at: one.at }),
                Meaning::Unclear => return Some(false),
            }
        }
        Some(true)
    }

    /// Whether our own file imports the function, from itself or from whoever hands it on.
    fn is_imported_by_itself(&self, name: &str, number: usize, file: &ProjectFile) -> bool {
        let Some(digest) = self.digest(file) else { return true };
        digest.uses(name).iter().any(|one| match one.how {
            How::Imported(module) | How::ImportedCall(module, _) | How::Renamed(module, _) => {
                self.may_hold(number, digest.module(module), name)
            }
            How::Star | How::StarCall(_) => true,
            _ => false,
        })
    }

    fn digest<'f>(&'f self, file: &'f ProjectFile) -> Option<&'f Digest> {
        file.digest(self.files, (self.target)(file))
    }

    fn of_function(&self, name: &str, file: usize, digest: &Digest, how: How) -> Meaning {
        let ours = |module: u32| self.may_hold(file, digest.module(module), name);
        match how {
            How::AttributeCall(Receiver::Own | Receiver::Super | Receiver::Foreign, _)
            | How::Attribute(Receiver::Own | Receiver::Super | Receiver::Foreign)
            | How::ClassLevel => Meaning::Harmless,
            How::AttributeCall(_, passing) | How::StarCall(passing) => called(passing),
            How::ImportedCall(module, passing) if ours(module) => called(passing),
            How::Imported(module) if ours(module) => Meaning::Unclear,
            How::Renamed(module, given) if ours(module) && self.is_seen(given, file) => Meaning::Unclear,
            How::ImportedCall(..) | How::Imported(_) | How::Renamed(..) => Meaning::Harmless,
            How::Attribute(_) | How::Star | How::Text | How::Keyword => Meaning::Unclear,
        }
    }

    /// Whether the `name` that the file with this number imports from `module` may be that of our module: not
    /// where the module is another file of the project, which has a `name` of its own.
    fn may_hold(&self, file: usize, module: &str, name: &str) -> bool {
        let last = module.trim().rsplit('.').next().unwrap_or_default();
        if last.is_empty() || self.module.is_called(last) {
            return true;
        }
        let Some(importer) = self.files.list.get(file) else { return true };
        let found = self.files.resolve(&importer.path, module.trim());
        let owns = |other: &ProjectFile| {
            self.digest(other).is_some_and(|digest| {
                let imports = |one: &super::digest::Use| {
                    matches!(one.how, How::Imported(_) | How::ImportedCall(..) | How::Renamed(..))
                };
                digest.binds(name) && !digest.has_star_import && !digest.uses(name).iter().any(imports)
            })
        };
        found.is_empty() || !found.iter().filter_map(|number| self.files.list.get(*number)).all(owns)
    }

    /// Whether a file but the one with this number may see a name with the hash `given` of that one.
    fn is_seen(&self, given: WordHash, file: usize) -> bool {
        self.files.with_hash(given).any(|(number, other)| {
            number != file
                && (other.kind == FileKind::Configuration
                    || self.digest(other).is_none_or(|digest| digest.uses_hash(given)))
        })
    }

    /// Whether some file of the project, this one too, may get at our function `name` without spelling it out.
    fn is_reflected(&self, name: &str) -> bool {
        let found = (self.reflections)();
        if found.run_text || found.search_everywhere {
            return true;
        }
        // Whether the function may be a name of that file's module: it is ours, or may be imported there.
        let may_hold = |number: usize| {
            let Some(file) = self.files.list.get(number) else { return true };
            self.module.is_in(file)
                || self.digest(file).is_none_or(|digest| digest.has_star_import)
                || usage::words(&file.bytes, &Finder::new(name)).next().is_some()
        };
        let searched = found.modules.iter().any(|(number, module)| {
            let last = module.rsplit('.').next().unwrap_or_default();
            let Some(file) = self.files.list.get(*number) else { return true };
            self.module.is_called(last)
                || module.split('.').any(|part| {
                    self.files.resolve(&file.path, part).into_iter().any(may_hold)
                        || self.files.resolve(&file.path, &format!(".{part}")).into_iter().any(may_hold)
                })
        });
        searched || found.themselves.iter().copied().any(may_hold)
    }

    /// Whether some file of the project, this one too, may get at an attribute `name` of one of our objects
    /// without spelling out the name.
    fn is_looked_up(&self, name: &str) -> bool {
        let words: [&[u8]; 8] = [
            b"getattr",
            b"__getattribute__",
            b"methodcaller",
            b"attrgetter",
            b"__dict__",
            b"vars",
            b"getmembers",
            b"getmembers_static",
        ];
        let own = self.files.list.iter().position(|file| self.module.is_in(file));
        let mut numbers: Vec<usize> = words
            .iter()
            .flat_map(|word| self.files.with_word(word).map(|(number, _)| number))
            .chain(own)
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers.into_iter().any(|number| {
            let Some(file) = self.files.list.get(number) else { return true };
            if file.kind == FileKind::Configuration || file.grammar == Grammar::None {
                return false;
            }
            match self.digest(file).map_or(Reach::Everybody, |digest| digest.reach(name)) {
                Reach::Nobody => false,
                Reach::Everybody => true,
                Reach::Relatives => {
                    own.is_none_or(|own| own == number || (self.classes)().are_related(number, own))
                }
            }
        })
    }
}

/// How the files of a project get at functions whose names they do not spell out.
#[derive(Debug, Default)]
pub(super) struct Reflections {
    /// Some file runs text, which may name any function.
    run_text: bool,
    /// Some file takes attributes by computed names from what may be any module.
    search_everywhere: bool,
    /// The modules that a file with this number takes names from by computing them.
    modules: Vec<(usize, String)>,
    /// The files that take names from their own module by computing them.
    themselves: Vec<usize>,
}

impl Reflections {
    /// Looks at the files that may do so.
    pub fn new(files: &Files, target: &(dyn Fn(&ProjectFile) -> Target + Sync)) -> Self {
        let words = REFLECTING_WORDS.iter();
        let mut numbers: Vec<usize> =
            words.flat_map(|word| files.with_word(word.as_bytes()).map(|(number, _)| number)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        warm_up(&numbers, |number| {
            if let Some(file) = files.list.get(*number).filter(|file| file.kind == FileKind::Code) {
                file.digest(files, target(file));
            }
        });
        let mut all = Self::default();
        let mut searches = false;
        for number in numbers {
            let Some(file) = files.list.get(number).filter(|file| file.kind == FileKind::Code) else {
                continue;
            };
            let Some(digest) = file.digest(files, target(file)) else {
                all.run_text = true;
                return all;
            };
            let one = &digest.reflection;
            all.run_text |= one.runs_text;
            searches |= one.searches_objects;
            all.modules.extend(one.searches_modules.iter().map(|module| (number, module.clone())));
            all.themselves.extend(one.searches_itself.then_some(number));
        }
        all.search_everywhere = searches && !all.run_text && holds_modules(files, target);
        all
    }
}

/// Whether some file gets hold of a module as an object.
fn holds_modules(files: &Files, target: &dyn Fn(&ProjectFile) -> Target) -> bool {
    let code = || files.list.iter().filter(|file| file.kind == FileKind::Code);
    code().map(|file| file.bytes.len()).sum::<usize>() > MAX_BYTES
        || code()
            .any(|file| file.digest(files, target(file)).is_none_or(|digest| digest.reflection.holds_modules))
}

/// What a use of a name means for a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    /// It has nothing to do with it.
    Harmless,
    /// It calls it, or may.
    Call,
    /// Nobody knows what becomes of it.
    Unclear,
}

fn called(passing: Passing) -> Meaning {
    match passing {
        Passing::Unpacked => Meaning::Unclear,
        Passing::Plain | Passing::SelfFirst => Meaning::Call,
    }
}

fn of_method(how: How) -> Meaning {
    match how {
        How::AttributeCall(Receiver::Foreign, _) | How::Attribute(Receiver::Foreign) => Meaning::Harmless,
        // Names of modules; the class that a method is of has to be named for it.
        How::ImportedCall(..) | How::Imported(_) | How::Renamed(..) | How::StarCall(_) | How::Star => {
            Meaning::Harmless
        }
        How::AttributeCall(Receiver::Own | Receiver::Super, passing)
        | How::AttributeCall(Receiver::Other, passing @ (Passing::Plain | Passing::Unpacked)) => {
            called(passing)
        }
        // `Base.method(self, x)` passes the object as an argument.
        How::AttributeCall(..) | How::Attribute(_) | How::ClassLevel | How::Text | How::Keyword => {
            Meaning::Unclear
        }
    }
}

/// Whether the word may be the name of an object in settings: `pkg.mod:name`, `key = name`.
fn may_be_named_in_settings(text: &[u8], word: &Finder<'_>) -> bool {
    usage::words(text, word).any(|range| {
        let before = range.start.checked_sub(1).and_then(|at| text.get(at));
        let value = usage::before(text, range.start)
            .is_some_and(|at| matches!(text.get(at), Some(b'=' | b':' | b',' | b'-' | b'[')));
        matches!(before, Some(b'.')) || value || usage::is_quoted(text, &range)
    })
}

/// Whether the text holds the private name as it is called outside its class: `_Class__name`.
fn names_private(text: &[u8], name: &Finder<'_>) -> bool {
    let length = name.needle().len();
    name.find_iter(text).any(|start| {
        let before = start.checked_sub(1).and_then(|at| text.get(at)).copied();
        let after = text.get(start + length).copied();
        before.is_some_and(super::words::is_name_byte) && !after.is_some_and(super::words::is_name_byte)
    })
}

/// The call whose function's name begins at `at`.
fn site(tree: &SyntaxTree<'_>, facts: &Facts<'_>, at: u32) -> Option<CallSite> {
    let name = tree.covering(Range::new(at, at + 1))?;
    let call = name.chain().take(3).find_map(Call::cast)?;
    let mut site = CallSite::default();
    for argument in call.arguments().list {
        match argument {
            Argument::Positional(value) => site.positional.push(facts.proven_type_of(value)),
            Argument::Keyword { name, value } => {
                site.keywords.push((name.text().to_owned(), facts.proven_type_of(value)));
            }
            Argument::Unpacked(_) => return None,
        }
    }
    Some(site)
}

#[cfg(test)]
mod tests;
