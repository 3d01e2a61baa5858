//! What ty's type inference, built in as a library, says of the expressions of a project's files.
//!
//! This is all that the rest of pyfix sees of it. It exists without the feature `types` too, and then knows
//! nothing. How ty is set up is the business of `database`, where its threads come from that of `workers`, which
//! of its types may be believed that of `judge`, and what they mean to pyfix that of `convert`.

#[cfg(feature = "types")]
mod convert;
#[cfg(feature = "types")]
mod database;
#[cfg(feature = "types")]
mod declared;
#[cfg(feature = "types")]
mod judge;
#[cfg(feature = "types")]
mod narrowed;
#[cfg(feature = "types")]
mod view;
#[cfg(feature = "types")]
mod workers;

use std::path::Path;
#[cfg(feature = "types")]
use std::path::PathBuf;
#[cfg(feature = "types")]
use std::sync::{Arc, OnceLock};

use crate::semantic::EngineType;
#[cfg(feature = "types")]
use crate::text::Dialect;
use crate::text::{PythonVersion, Range, Source};

/// The type engine of one project; for many threads.
///
/// It does nothing until it is asked, and reads what a question needs: the file, what it imports, and so on.
#[derive(Debug, Default)]
pub struct TypeEngine {
    #[cfg(feature = "types")]
    workers: Option<workers::Workers>,
}

impl TypeEngine {
    /// Whether this pyfix was built with the feature `types`.
    pub const IS_BUILT_IN: bool = cfg!(feature = "types");

    /// The engine for the project at `root`, an absolute path, whose files run on `oldest` and newer.
    #[cfg(feature = "types")]
    pub fn new(root: &Path, oldest: PythonVersion) -> Self {
        Self { workers: Some(workers::Workers::new(root, oldest)) }
    }

    /// The engine for the project at `root`; without the feature `types` the same as [`TypeEngine::off`].
    #[cfg(not(feature = "types"))]
    pub fn new(_root: &Path, _oldest: PythonVersion) -> Self {
        Self::off()
    }

    /// An engine that knows nothing.
    pub fn off() -> Self {
        Self::default()
    }

    /// The file at `path`, an absolute path, of which pyfix reads the text as `source`. Looks at nothing yet.
    #[cfg(feature = "types")]
    pub fn file<'e>(&'e self, path: &Path, source: &'e Source) -> TypedFile<'e> {
        // ty knows Python 3 alone: what it says of a text that Python 2 runs as well may be wrong there.
        let readable = source.dialect() == Dialect::Python3 && !source.may_run_on_python2();
        let workers = self.workers.as_ref().filter(|_| readable);
        TypedFile { place: workers.map(|workers| (workers, path.to_owned(), source)), asked: OnceLock::new() }
    }

    /// The file at `path`: nothing is known of it.
    #[cfg(not(feature = "types"))]
    pub fn file<'e>(&'e self, _path: &Path, _source: &'e Source) -> TypedFile<'e> {
        TypedFile { engine: std::marker::PhantomData }
    }
}

/// A file of which types are asked.
#[derive(Clone, Debug)]
pub struct TypedFile<'e> {
    #[cfg(feature = "types")]
    place: Option<(&'e workers::Workers, PathBuf, &'e Source)>,
    #[cfg(feature = "types")]
    asked: OnceLock<Arc<view::AskedFile>>,
    #[cfg(not(feature = "types"))]
    engine: std::marker::PhantomData<&'e TypeEngine>,
}

impl TypedFile<'_> {
    /// What is known of the expression at exactly `range`, a range of the source that the file was made with.
    ///
    /// Nothing is known when the file on disk holds another text, does not parse, or the engine fails.
    #[cfg(feature = "types")]
    pub fn type_at(&self, range: Range) -> Option<EngineType> {
        let (workers, path, source) = self.place.as_ref()?;
        let file = self.asked.get_or_init(|| Arc::new(view::AskedFile::new(path, source.text())));
        workers.ask(file, range)
    }

    /// Nothing.
    #[cfg(not(feature = "types"))]
    pub fn type_at(&self, _range: Range) -> Option<EngineType> {
        None
    }
}

#[cfg(test)]
#[cfg(feature = "types")]
mod tests;
