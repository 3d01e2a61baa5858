//! The [`World`] of one file of a project.
//!
//! Keeps what was read and answered; how a question is answered is the business of `mentions`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::ProjectRoot;
use super::files::{Files, Limits, read_all};
use super::mentions::{Mentions, Module, read_by_tools};
use super::{TypeEngine, TypedFile};
use crate::semantic::{Answer, EngineType, World};
use crate::text::{Range, Source};

/// A project whose files are read once, when the first question is asked; for many threads.
#[derive(Debug)]
pub struct Project {
    root: ProjectRoot,
    limits: Limits,
    types: TypeEngine,
    files: OnceLock<Files>,
    /// By the absolute path of the module's file.
    modules: Mutex<HashMap<PathBuf, Arc<ModuleFacts>>>,
}

/// What was found out about one module.
#[derive(Debug)]
struct ModuleFacts {
    path: PathBuf,
    mentions: OnceLock<Option<(Module, Mentions)>>,
    answers: Mutex<HashMap<String, Answer>>,
}

impl Project {
    /// The project at `root`, with the default limits. Reads nothing yet.
    pub fn new(root: ProjectRoot) -> Self {
        Self::with_limits(root, Limits::default())
    }

    /// The project at `root`, of which no more than `limits` is read.
    pub fn with_limits(root: ProjectRoot, limits: Limits) -> Self {
        Self { root, limits, types: TypeEngine::off(), files: OnceLock::new(), modules: Mutex::default() }
    }

    /// The same project, whose types `engine` is asked for.
    #[must_use]
    pub fn with_types(self, engine: TypeEngine) -> Self {
        Self { types: engine, ..self }
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
            Arc::new(ModuleFacts { path: path.clone(), mentions: OnceLock::new(), answers: Mutex::default() })
        });
        ProjectWorld { project: self, facts: Arc::clone(facts), types: None }
    }

    fn files(&self) -> &Files {
        self.files.get_or_init(|| read_all(&self.root, self.limits))
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
    fn find_out(&self, name: &str) -> Answer {
        // Python folds other letters before it compares names, and files differ in their encodings.
        if !name.is_ascii() || !self.facts.path.starts_with(&self.project.root.path) {
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
        let found = self.facts.mentions.get_or_init(|| {
            let module = Module::new(&self.facts.path)?;
            let mentions = module.mentions(files);
            Some((module, mentions))
        });
        match found {
            None => Answer::Unknown,
            Some((_, Mentions::All)) => Answer::Yes,
            Some((module, Mentions::Files(list))) => {
                if module.is_used(name, list, files) {
                    Answer::Yes
                } else {
                    Answer::No
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
