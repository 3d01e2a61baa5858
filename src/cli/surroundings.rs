//! What lies around one file: the Pythons that it is for, its dialect, and the project as a [`World`].
//!
//! Decides nothing about the text itself.

use std::path::Path;

use super::settings::Settings;
use crate::semantic::{UnknownWorld, World};
use crate::syntax::{detect_dialect, may_be_python2};
use crate::text::{Dialect, Target};

/// What lies around one file.
pub struct Surroundings {
    /// The Pythons that the text must run on.
    pub target: Target,
    /// Where the target was found.
    pub origin: String,
    /// The dialect that the configuration states.
    pub stated_dialect: Option<Dialect>,
    /// What the core may ask about other files.
    pub world: Box<dyn World>,
}

impl Surroundings {
    /// Around the file at `path`, which is absolute and canonical.
    pub fn of_file(_path: &Path, settings: &Settings) -> Self {
        Self::of_stdin(settings)
    }

    /// Around standard input, which stands nowhere.
    pub fn of_stdin(settings: &Settings) -> Self {
        let (target, origin) = match &settings.target {
            Some(stated) => (Target::from_oldest(stated.oldest), stated.origin.clone()),
            None => (Target::default(), "default".to_owned()),
        };
        Self { target, origin, stated_dialect: None, world: Box::new(UnknownWorld) }
    }

    /// The dialect of `text`: what its syntax says, else the configuration, else Python 3.
    pub fn dialect_of(&self, text: &str) -> Dialect {
        let stated = self.stated_dialect.unwrap_or(Dialect::Python3);
        // Most files are Python 3 and have nothing to show for it; only a doubt is worth a parse.
        if stated == Dialect::Python3 && !may_be_python2(text) {
            return Dialect::Python3;
        }
        detect_dialect(text).unwrap_or(stated)
    }
}
