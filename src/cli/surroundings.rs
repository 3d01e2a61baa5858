//! What lies around one file: the Pythons that it is for, its dialect, and the project as a [`World`].
//!
//! Decides nothing itself: asks `project`, once for each project.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::cache::{Cache, Store};
use super::names::shown;
use super::settings::{Settings, StatedTarget, TypeInference};
use crate::project::{Closure, Project, Roots, TargetDecision, TypeEngine, decide_target, is_closed};
use crate::semantic::{Annotations, UnknownWorld, World};
use crate::syntax::{detect_dialect, may_be_python2};
use crate::text::{Dialect, Source, Target};

/// The projects that the files of a run belong to.
#[derive(Debug, Default)]
pub struct Landscape {
    roots: Roots,
    cache: Cache,
    areas: Mutex<HashMap<AreaKey, Arc<Area>>>,
}

/// The root of a project, and what the user states about its target, its users and its annotations.
type AreaKey = (PathBuf, Option<StatedTarget>, Closure, Annotations);

/// A project and what was decided for all of it.
#[derive(Debug)]
struct Area {
    project: Project,
    decision: TargetDecision,
    store: Option<Store>,
}

/// What lies around one file.
#[derive(Debug)]
pub struct Surroundings {
    /// The Pythons that the files of the project must run on.
    target: Target,
    /// Where the target was found.
    origin: String,
    /// The file in its project; nowhere for standard input.
    place: Option<(Arc<Area>, PathBuf)>,
    types: TypeInference,
}

impl Landscape {
    /// A landscape of which earlier runs know something.
    pub fn with_cache(cache: Cache) -> Self {
        Self { cache, ..Self::default() }
    }

    /// Keeps what this run found out for later ones.
    ///
    /// # Errors
    ///
    /// When something could not be written.
    pub fn save(&self) -> std::io::Result<()> {
        let areas = self.areas.lock().unwrap_or_else(PoisonError::into_inner);
        let saved = areas.values().filter_map(|area| area.store.as_ref()).map(Store::save);
        saved.fold(Ok(()), std::io::Result::and).inspect(|()| self.cache.tidy())
    }

    /// Around the file at `path`, which is absolute and canonical.
    pub fn around(&self, path: &Path, settings: &Settings) -> Surroundings {
        let area = self.area(path, settings);
        Surroundings {
            target: area.decision.target,
            origin: area.decision.source.to_string(),
            place: Some((area, path.to_owned())),
            types: settings.types,
        }
    }

    /// Around a text with the name `path` that is not that file: the project's target, and a world of which
    /// nothing is known.
    pub fn around_stdin(&self, path: &Path, settings: &Settings) -> Surroundings {
        Surroundings { place: None, ..self.around(path, settings) }
    }

    /// What could not be read of the metadata of the projects, sorted.
    pub fn warnings(&self) -> Vec<String> {
        let areas = self.areas.lock().unwrap_or_else(PoisonError::into_inner);
        let mut warnings: Vec<(PathBuf, String)> = Vec::new();
        for ((root, ..), area) in areas.iter().collect::<std::collections::BTreeMap<_, _>>() {
            let found = area.decision.warnings.iter().cloned();
            warnings.extend(found.map(|warning| (root.clone(), warning)));
        }
        warnings.sort();
        warnings.dedup();
        warnings.into_iter().map(|(root, warning)| format!("{}: {warning}", shown(&root))).collect()
    }

    fn area(&self, path: &Path, settings: &Settings) -> Arc<Area> {
        let stated = settings.target.as_ref();
        let root = self.roots.find(path);
        let mut areas = self.areas.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (root.path.clone(), stated.cloned(), settings.closure, settings.engine.annotations);
        let area = areas.entry(key.clone()).or_insert_with(|| {
            let explicit = stated.map(|stated| (Target::from_oldest(stated.oldest), stated.source()));
            let decision = decide_target(&root, explicit);
            // What lies around the project says whether others use it.
            let store =
                self.cache.store(&root, &format!("{key:?} {decision:?} {:?} {}", root.how, is_closed(&root)));
            let engine = TypeEngine::new(&root.path, decision.target.oldest);
            let project = Project::new(root)
                .with_types(engine)
                .with_closure(settings.closure)
                .with_annotations(settings.engine.annotations)
                .with_target(decision.clone());
            Arc::new(Area { project, decision, store })
        });
        Arc::clone(area)
    }
}

impl Surroundings {
    /// Hands `ask` what the core may know about other files, and about the types in `source`, the text of this
    /// one.
    pub fn with_world<T>(&self, source: &Source, ask: impl FnOnce(&dyn World) -> T) -> T {
        let Some((area, path)) = &self.place else { return ask(&UnknownWorld) };
        let world = area.project.world_for(path);
        match self.types {
            TypeInference::On => ask(&world.with_text(source)),
            TypeInference::Off => ask(&world),
        }
    }

    /// What earlier runs know of the files of the project, and which of them this one is.
    pub fn store(&self) -> Option<(&Store, &Path)> {
        let (area, path) = self.place.as_ref()?;
        Some((area.store.as_ref()?, path))
    }

    /// The Pythons that `text` must run on, and where that was found.
    pub fn target_of(&self, text: &str) -> (Target, String) {
        let target = self.place.as_ref().map_or(self.target, |(area, _)| area.decision.for_text(text));
        if target == self.target {
            return (target, self.origin.clone());
        }
        (target, "no version stated, and the file supports Python 2".to_owned())
    }

    /// The dialect that the project is written in, as far as its metadata tells.
    pub fn stated_dialect(&self) -> Dialect {
        if self.target.newest.major == 2 { Dialect::Python2 } else { Dialect::Python3 }
    }

    /// The dialect of `text`: what its syntax says, else Python 2 for a project that is for nothing else, else
    /// Python 3.
    pub fn dialect_of(&self, text: &str) -> Dialect {
        let stated = self.stated_dialect();
        // Most files are Python 3 and have nothing to show for it; only a doubt is worth a parse.
        if stated == Dialect::Python3 && !may_be_python2(text) {
            return Dialect::Python3;
        }
        detect_dialect(text).unwrap_or(stated)
    }
}
