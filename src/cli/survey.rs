//! The files that a run is about, each with the settings that hold for it.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::process::FileJob;
use super::settings::SettingsFinder;
use super::walk::{InputError, Reached, walk};

/// What is to be worked on.
#[derive(Debug, Default)]
pub struct Survey {
    /// The files, sorted by the bytes of their real path.
    pub jobs: Vec<FileJob>,
    /// How many files the configuration leaves out.
    pub excluded: usize,
    /// Wrong configurations, whose files are left out, and paths that could not be looked at.
    pub errors: Vec<InputError>,
    /// The paths that exist, absolute and without symbolic links.
    pub roots: Vec<PathBuf>,
}

impl Survey {
    /// The files under `paths`, found with `threads` threads (0: as many as there are processors).
    pub fn of(paths: &[PathBuf], finder: &mut SettingsFinder<'_>, threads: usize) -> Self {
        let walked = walk(paths, threads);
        let mut survey = Self { roots: walked.roots, ..Self::default() };
        let mut wrong = BTreeSet::new();
        for file in walked.files {
            match finder.settings_in(file.real.parent().unwrap_or(&file.real)) {
                Ok(settings) if file.reached == Reached::Found && settings.excludes(&file.real) => {
                    survey.excluded += 1;
                }
                Ok(settings) => survey.jobs.push(FileJob { file, settings }),
                Err(error) => {
                    wrong.insert(error);
                }
            }
        }
        let as_input_error = |error: super::config::ConfigurationError| InputError {
            path: error.path,
            message: format!("line {}: {}", error.line, error.message),
        };
        survey.errors.extend(wrong.into_iter().map(as_input_error));
        survey.errors.extend(walked.errors);
        survey
    }
}
