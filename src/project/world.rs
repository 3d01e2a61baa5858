//! The [`World`] of one file of a project.
//!
//! Keeps what was read and answered; how a question is answered is the business of `mentions`,
//! `closure`, `callers` and `subclasses`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::callers::{Question, Reflections};
use super::closure::{Boundary, shadowing};
use super::copiers::{self, Copiers};
use super::files::{Files, Limits, ProjectFile, read_all};
use super::mentions::{Mentions, Module, read_by_tools};
use super::metaclasses;
use super::subclasses::{self, ClassIndex};
use super::{Closure, ProjectRoot, TargetDecision, TypeEngine, TypedFile};
use crate::semantic::{
    Annotations, Answer, CallSite, Callee, Class, EngineType, Importable, Subclasses, World,
};
use crate::text::{Range, Source, Target};

/// A project whose files are read once, when the first question is asked; for many threads.
#[derive(Debug)]
pub struct Project {
    root: ProjectRoot,
    limits: Limits,
    types: TypeEngine,
    closure: Closure,
    annotations: Annotations,
    target: Option<TargetDecision>,
    files: OnceLock<Files>,
    boundary: OnceLock<Boundary>,
    classes: OnceLock<ClassIndex>,
    reflections: OnceLock<Reflections>,
    copiers: OnceLock<Copiers>,
    /// Whether a file mentions `sys.path`.
    moves_search: OnceLock<bool>,
    overriding: Mutex<HashMap<Class, Subclasses>>,
    /// By the absolute path of the module's file.
    modules: Mutex<HashMap<PathBuf, Arc<ModuleFacts>>>,
}

/// The answers about callers.
type CallAnswers = HashMap<(OwnedCallee, Typing), Option<Vec<CallSite>>>;

/// What was found out about one module.
#[derive(Debug)]
struct ModuleFacts {
    path: PathBuf,
    module: OnceLock<Option<Module>>,
    mentions: OnceLock<Mentions>,
    answers: Mutex<HashMap<String, Answer>>,
    /// Whether a file shadows the standard module of that name.
    shadowed: Mutex<HashMap<String, Answer>>,
    /// The metaclasses that it can import.
    metaclasses: OnceLock<Vec<Importable>>,
    /// By whether the type engine was asked, too.
    calls: Mutex<CallAnswers>,
}

/// Whether the type engine is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Typing {
    On,
    Off,
}

/// A [`Callee`] that owns its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum OwnedCallee {
    Function(String),
    Method(String),
}

impl From<Callee<'_>> for OwnedCallee {
    fn from(callee: Callee<'_>) -> Self {
        match callee {
            Callee::Function(name) => Self::Function(name.to_owned()),
            Callee::Method(name) => Self::Method(name.to_owned()),
        }
    }
}

impl Project {
    /// The project at `root`, with the default limits. Reads nothing yet.
    pub fn new(root: ProjectRoot) -> Self {
        Self::with_limits(root, Limits::default())
    }

    /// The project at `root`, of which no more than `limits` is read.
    pub fn with_limits(root: ProjectRoot, limits: Limits) -> Self {
        Self {
            root,
            limits,
            types: TypeEngine::off(),
            closure: Closure::Found,
            annotations: Annotations::Trusted,
            target: None,
            files: OnceLock::new(),
            boundary: OnceLock::new(),
            classes: OnceLock::new(),
            reflections: OnceLock::new(),
            copiers: OnceLock::new(),
            moves_search: OnceLock::new(),
            overriding: Mutex::default(),
            modules: Mutex::default(),
        }
    }

    /// The same project, whose types `engine` is asked for.
    #[must_use]
    pub fn with_types(self, engine: TypeEngine) -> Self {
        Self { types: engine, ..self }
    }

    /// The same project, with what is stated about its users.
    #[must_use]
    pub fn with_closure(self, closure: Closure) -> Self {
        Self { closure, ..self }
    }

    /// The same project, where `annotations` says whether declared types are believed.
    #[must_use]
    pub fn with_annotations(self, annotations: Annotations) -> Self {
        Self { annotations, ..self }
    }

    /// The same project, for the Pythons of `target`.
    #[must_use]
    pub fn with_target(self, target: TargetDecision) -> Self {
        Self { target: Some(target), ..self }
    }

    /// The root that the project was made with.
    pub fn root(&self) -> &ProjectRoot {
        &self.root
    }

    /// What the file at `path` can ask.
    pub fn world_for(&self, path: &Path) -> ProjectWorld<'_> {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let mut modules = self.modules.lock().unwrap_or_else(PoisonError::into_inner);
        let facts = modules.entry(path).or_insert_with_key(|path| {
            Arc::new(ModuleFacts {
                path: path.clone(),
                module: OnceLock::new(),
                mentions: OnceLock::new(),
                answers: Mutex::default(),
                metaclasses: OnceLock::new(),
                shadowed: Mutex::default(),
                calls: Mutex::default(),
            })
        });
        ProjectWorld { project: self, facts: Arc::clone(facts), types: None }
    }

    fn files(&self) -> &Files {
        self.files.get_or_init(|| read_all(&self.root, self.limits))
    }

    fn classes(&self) -> &ClassIndex {
        self.classes.get_or_init(|| ClassIndex::new(self.files()))
    }

    fn reflections(&self) -> &Reflections {
        self.reflections.get_or_init(|| Reflections::new(self.files(), &|file| self.target_of(file)))
    }

    fn copiers(&self) -> &Copiers {
        self.copiers.get_or_init(|| Copiers::new(self.files(), &|file| self.target_of(file)))
    }

    fn boundary(&self) -> &Boundary {
        self.boundary.get_or_init(|| Boundary::new(&self.root, self.closure))
    }

    /// The Pythons that `file` must run on.
    fn target_of(&self, file: &ProjectFile) -> Target {
        match &self.target {
            Some(decision) => decision.for_text(&String::from_utf8_lossy(&file.bytes)),
            None => Target::default(),
        }
    }

    /// Whether some file changes where modules are looked for, and some directory has a module of this name.
    ///
    /// ```python
    /// sys.path.insert(0, 'lib'); import string
    /// ```
    fn may_import_from_anywhere(&self, name: &str) -> bool {
        let files = self.files();
        let changes = || {
            let paths = files.with_word(b"path");
            paths.into_iter().any(|(_, file)| memchr::memmem::find(&file.bytes, b"sys.path").is_some())
        };
        files.has_module(name) && *self.moves_search.get_or_init(changes)
    }

    /// A class of the project that subclasses `class` and behaves otherwise.
    fn overriding(&self, class: Class) -> Subclasses {
        let mut known = self.overriding.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.get(&class) {
            return found.clone();
        }
        let files = self.files();
        let found = subclasses::overriding(class, files, &self.root.path, &|file| self.target_of(file));
        known.insert(class, found.clone());
        found
    }
}

/// The world of one file; answers each question once and then from memory.
#[derive(Clone, Debug)]
pub struct ProjectWorld<'p> {
    project: &'p Project,
    facts: Arc<ModuleFacts>,
    types: Option<TypedFile<'p>>,
}

impl World for ProjectWorld<'_> {
    fn name_used_elsewhere(&self, name: &str) -> Answer {
        let mut answers = self.facts.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = answers.get(name) {
            return *answer;
        }
        let answer = self.find_out(name);
        answers.insert(name.to_owned(), answer);
        answer
    }

    fn type_at(&self, range: Range) -> Option<EngineType> {
        self.types.as_ref()?.type_at(range)
    }

    fn has_unseen_users(&self) -> Answer {
        if !self.is_inside() {
            return Answer::Unknown;
        }
        if self.project.boundary().has_unseen_users(&self.facts.path, self.project.files()) {
            Answer::Yes
        } else {
            Answer::No
        }
    }

    fn calls_elsewhere(&self, callee: Callee<'_>) -> Option<Vec<CallSite>> {
        let key = (OwnedCallee::from(callee), self.typing());
        let known = self.facts.calls.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(known) = known {
            return known;
        }
        // Without the lock: whoever asks meanwhile finds the same.
        let found = self.find_calls(callee);
        let mut calls = self.facts.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.insert(key, found.clone());
        found
    }

    fn shadows_standard_module(&self, name: &str) -> Answer {
        let mut shadowed = self.facts.shadowed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = shadowed.get(name) {
            return *answer;
        }
        let file = self.project.files().at(&self.facts.path);
        let target = file.map_or_else(Target::default, |file| self.project.target_of(file));
        let root = &self.project.root.path;
        let found = shadowing(&self.facts.path, root, name, target).iter().any(|place| place.is_file())
            || self.project.may_import_from_anywhere(name);
        let answer = if found { Answer::Yes } else { Answer::No };
        shadowed.insert(name.to_owned(), answer);
        answer
    }

    fn copies_objects(&self, imports: &[&str]) -> Answer {
        let files = self.project.files();
        if !files.complete || !self.is_inside() {
            return Answer::Unknown;
        }
        let own = imports.iter().all(|module| !files.resolve(&self.facts.path, module).is_empty());
        if own && self.project.copiers().all_quiet(&self.facts.path) { Answer::No } else { Answer::Yes }
    }

    fn class_elsewhere(&self, module: &str, name: &str) -> Option<String> {
        let files = self.project.files();
        let [number] = files.resolve(&self.facts.path, module)[..] else { return None };
        let file = files.list.get(number)?;
        copiers::code_of_class(file, self.project.target_of(file), name)
    }

    fn importable_metaclasses(&self) -> Vec<Importable> {
        let found = || {
            let files = self.project.files();
            metaclasses::importable(&self.facts.path, files, &|file| self.project.target_of(file))
        };
        self.facts.metaclasses.get_or_init(found).clone()
    }

    fn overriding_subclass(&self, class: Class) -> Subclasses {
        let files = self.project.files();
        let Some(file) = files.at(&self.facts.path).filter(|_| files.complete) else {
            return Subclasses::Unknown;
        };
        match subclasses::in_file(file, class) {
            Subclasses::None => self.project.overriding(class),
            other => other,
        }
    }
}

impl<'p> ProjectWorld<'p> {
    /// The same world, which also answers for the types in `source`, the text that the file had when it was read.
    #[must_use]
    pub fn with_text(self, source: &'p Source) -> Self {
        let types = self.project.types.file(&self.facts.path, source);
        Self { types: Some(types), ..self }
    }
}

impl ProjectWorld<'_> {
    /// Whether the file lies below the root of the project.
    fn is_inside(&self) -> bool {
        self.facts.path.starts_with(&self.project.root.path)
    }

    fn module(&self) -> Option<&Module> {
        self.facts.module.get_or_init(|| Module::new(&self.facts.path)).as_ref()
    }

    fn find_calls(&self, callee: Callee<'_>) -> Option<Vec<CallSite>> {
        let files = Some(self.project.files()).filter(|files| files.complete && self.is_inside())?;
        let target = |file: &ProjectFile| self.project.target_of(file);
        let question = Question {
            files,
            module: self.module()?,
            path: &self.facts.path,
            classes: &|| self.project.classes(),
            reflections: &|| self.project.reflections(),
            annotations: self.project.annotations,
            target: &target,
        };
        question.calls(callee, |path, source, ask| {
            let world = self.project.world_for(path);
            match self.typing() {
                Typing::On => ask(&CallerWorld(world.with_text(source))),
                Typing::Off => ask(&CallerWorld(world)),
            }
        })
    }

    fn typing(&self) -> Typing {
        if self.types.is_some() { Typing::On } else { Typing::Off }
    }

    fn find_out(&self, name: &str) -> Answer {
        // Python folds other letters before it compares names, and files differ in their encodings.
        if !name.is_ascii() || !self.is_inside() {
            return Answer::Unknown;
        }
        let tools = read_by_tools(&self.facts.path, name);
        if tools != Answer::No {
            return tools;
        }
        let files = self.project.files();
        if !files.complete {
            return Answer::Unknown;
        }
        let Some(module) = self.module() else { return Answer::Unknown };
        let found = self.facts.mentions.get_or_init(|| module.mentions(files));
        match found {
            Mentions::All => Answer::Yes,
            Mentions::Files(list) if module.is_used(name, list, files) => Answer::Yes,
            Mentions::Files(_) => Answer::No,
        }
    }
}

/// The world of a file whose calls are looked at on behalf of another: what its own functions are called with
/// is not asked in turn, so that every question ends, and ends the same whoever asks first.
struct CallerWorld<'p>(ProjectWorld<'p>);

impl World for CallerWorld<'_> {
    fn name_used_elsewhere(&self, name: &str) -> Answer {
        self.0.name_used_elsewhere(name)
    }

    fn type_at(&self, range: Range) -> Option<EngineType> {
        self.0.type_at(range)
    }

    fn has_unseen_users(&self) -> Answer {
        self.0.has_unseen_users()
    }

    fn calls_elsewhere(&self, _callee: Callee<'_>) -> Option<Vec<CallSite>> {
        None
    }

    fn shadows_standard_module(&self, name: &str) -> Answer {
        self.0.shadows_standard_module(name)
    }

    fn copies_objects(&self, imports: &[&str]) -> Answer {
        self.0.copies_objects(imports)
    }

    fn class_elsewhere(&self, module: &str, name: &str) -> Option<String> {
        self.0.class_elsewhere(module, name)
    }

    fn importable_metaclasses(&self) -> Vec<Importable> {
        self.0.importable_metaclasses()
    }

    fn overriding_subclass(&self, class: Class) -> Subclasses {
        self.0.overriding_subclass(class)
    }
}

#[cfg(test)]
mod tests;
