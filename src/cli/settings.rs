//! The settings that hold for one file: command line over configuration file over defaults.
//!
//! Searches the configuration file; what stands in it is read by `config`.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ValueEnum;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::args::{ConfigurationSource, Judgement};
use super::config::{self, ConfigurationError, FileConfiguration, Found};
use crate::edit::Applicability;
use crate::edit::interpolate::StringStyle;
use crate::engine::{Config, Goal, Prefilter, Registry, Selection};
use crate::project::{Closure, TargetSource};
use crate::semantic::Annotations;
use crate::text::PythonVersion;

/// Larger files are data in the shape of a program: the largest module of the standard library has 0.8 MB.
const DEFAULT_MAX_FILE_SIZE: u64 = 10_000_000;

/// Whether the type engine is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TypeInference {
    /// Where nothing else tells the type of an expression that decides a fix.
    On,
    /// Never.
    Off,
}

/// What the command line says about the judgement of files; `None` where it says nothing.
#[derive(Clone, Debug)]
pub struct Overrides {
    /// `--select`.
    pub select: Option<Vec<String>>,
    /// `--ignore`.
    pub ignore: Option<Vec<String>>,
    /// `--unsafe-fixes`.
    pub unsafe_fixes: Option<bool>,
    /// `--target-version`.
    pub target: Option<PythonVersion>,
    /// `--line-length`.
    pub line_length: Option<usize>,
    /// `--max-file-size`, in bytes.
    pub max_file_size: Option<u64>,
    /// `--max-effort`.
    pub max_effort: Option<u64>,
    /// `--string-style`.
    pub string_style: Option<StringStyle>,
    /// `--goal`.
    pub goal: Option<Goal>,
    /// `--types`.
    pub types: Option<TypeInference>,
    /// `--no-prefilter`.
    pub prefilter: Prefilter,
}

/// A version that the user stated, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatedTarget {
    /// The oldest Python that the result must run on.
    pub oldest: PythonVersion,
    /// The name of the configuration file that states it; `None` for the command line.
    pub file: Option<String>,
}

impl StatedTarget {
    /// Where it was stated.
    pub fn source(&self) -> TargetSource {
        self.file.clone().map_or(TargetSource::Flag, TargetSource::Config)
    }
}

/// The settings that hold for some files.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What the engine is told.
    pub engine: Config,
    /// The version that the user stated to pyfix.
    pub target: Option<StatedTarget>,
    /// Whether the project has users outside of it.
    pub closure: Closure,
    /// Larger files are skipped; in bytes.
    pub max_file_size: u64,
    /// Whether the type engine is asked.
    pub types: TypeInference,
    /// Files that are left out unless they are named.
    exclude: Gitignore,
}

impl Settings {
    /// Whether the configuration leaves out the file at `path`, which is absolute and canonical.
    pub fn excludes(&self, path: &Path) -> bool {
        path.starts_with(self.exclude.path())
            && self.exclude.matched_path_or_any_parents(path, false).is_ignore()
    }
}

/// Finds the settings of files; asks each directory once.
pub struct SettingsFinder<'a> {
    judgement: &'a Judgement,
    registry: &'a Registry,
    fixed: Option<Arc<Settings>>,
    found: HashMap<PathBuf, Result<Arc<Found>, ConfigurationError>>,
    /// What is wrong with what other tools are told and pyfix reads too.
    warnings: BTreeSet<ConfigurationError>,
    /// One for each distinct source of settings, so that files share them.
    settings: HashMap<(Option<PathBuf>, Option<usize>), Arc<Settings>>,
}

impl<'a> SettingsFinder<'a> {
    /// A finder for the files of one run.
    ///
    /// # Errors
    ///
    /// When the configuration file that the command line names is missing or wrong.
    pub fn new(judgement: &'a Judgement, registry: &'a Registry) -> Result<Self, ConfigurationError> {
        let mut finder = Self {
            judgement,
            registry,
            fixed: None,
            found: HashMap::new(),
            warnings: BTreeSet::new(),
            settings: HashMap::new(),
        };
        let found = match &judgement.configuration {
            ConfigurationSource::Discovered => return Ok(finder),
            ConfigurationSource::Isolated => Found::default(),
            ConfigurationSource::File(path) => finder.read_named(path)?,
        };
        finder.warnings.extend(found.warnings.iter().cloned());
        finder.fixed = Some(finder.combine(&found)?);
        Ok(finder)
    }

    /// What was passed over in the configuration files that were read, because it means nothing.
    pub fn warnings(&self) -> &BTreeSet<ConfigurationError> {
        &self.warnings
    }

    /// The settings of the files in `directory`, which is absolute and canonical.
    ///
    /// # Errors
    ///
    /// When the nearest configuration is wrong.
    pub fn settings_in(&mut self, directory: &Path) -> Result<Arc<Settings>, ConfigurationError> {
        if let Some(fixed) = &self.fixed {
            return Ok(Arc::clone(fixed));
        }
        let found = self.find(directory)?;
        self.combine(&found)
    }

    fn read_named(&self, path: &Path) -> Result<Found, ConfigurationError> {
        let failed = |message| ConfigurationError { path: path.to_owned(), line: 1, message };
        let text = fs::read_to_string(path).map_err(|error| failed(format!("cannot be read: {error}")))?;
        let mut found = config::read(path, &text, self.registry)?;
        // Patterns of `exclude` are relative to the directory of the file, wherever pyfix runs.
        let absolute = fs::canonicalize(path).map_err(|error| failed(format!("cannot be found: {error}")))?;
        match &mut found.configuration {
            Some(configuration) => configuration.path = absolute,
            None => return Err(failed("has no `[tool.pyfix]` table".to_owned())),
        }
        Ok(found)
    }

    /// What the nearest configuration files at or above `directory` say, up to the root of the repository.
    fn find(&mut self, directory: &Path) -> Result<Arc<Found>, ConfigurationError> {
        if let Some(known) = self.found.get(directory) {
            return known.clone();
        }
        let found = self.find_unasked(directory);
        self.found.insert(directory.to_owned(), found.clone());
        found
    }

    fn find_unasked(&mut self, directory: &Path) -> Result<Arc<Found>, ConfigurationError> {
        let mut own = Found::default();
        for name in ["pyfix.toml", "pyproject.toml"] {
            let path = directory.join(name);
            // Reading a pipe would wait for ever.
            if !path.is_file() {
                continue;
            }
            let Ok(text) = fs::read_to_string(&path) else { continue };
            let found = config::read(&path, &text, self.registry)?;
            self.warnings.extend(found.warnings);
            own.configuration = own.configuration.or(found.configuration);
            own.formatter_line_length = own.formatter_line_length.or(found.formatter_line_length);
        }
        let is_complete = own.configuration.is_some() && own.formatter_line_length.is_some();
        let is_repository = directory.join(".git").exists();
        let Some(parent) = directory.parent().filter(|_| !is_complete && !is_repository) else {
            return Ok(Arc::new(own));
        };
        let above = self.find(parent)?;
        if own == Found::default() {
            return Ok(above);
        }
        Ok(Arc::new(Found {
            configuration: own.configuration.or_else(|| above.configuration.clone()),
            formatter_line_length: own.formatter_line_length.or(above.formatter_line_length),
            warnings: Vec::new(),
        }))
    }

    fn combine(&mut self, found: &Found) -> Result<Arc<Settings>, ConfigurationError> {
        let path = found.configuration.as_ref().map(|configuration| configuration.path.clone());
        let key = (path, found.formatter_line_length);
        if let Some(known) = self.settings.get(&key) {
            return Ok(Arc::clone(known));
        }
        let settings = Arc::new(combine(&self.judgement.overrides, found)?);
        self.settings.insert(key, Arc::clone(&settings));
        Ok(settings)
    }
}

fn combine(flags: &Overrides, found: &Found) -> Result<Settings, ConfigurationError> {
    let nothing = FileConfiguration::default();
    let file = found.configuration.as_ref().unwrap_or(&nothing);
    let defaults = Config::default();
    let engine = Config {
        selection: Selection {
            only: flags.select.clone().or_else(|| file.select.clone()),
            ignored: flags.ignore.clone().or_else(|| file.ignore.clone()).unwrap_or_default(),
        },
        applied: match flags.unsafe_fixes.or(file.unsafe_fixes) {
            Some(true) => Applicability::Unsafe,
            _ => Applicability::Safe,
        },
        goal: flags.goal.or(file.goal).unwrap_or(defaults.goal),
        focus: defaults.focus,
        permitted: defaults.permitted,
        line_length: flags
            .line_length
            .or(file.line_length)
            .or(found.formatter_line_length)
            .unwrap_or(defaults.line_length),
        annotations: match file.trust_annotations {
            Some(false) => Annotations::Ignored,
            _ => Annotations::Trusted,
        },
        string_style: flags.string_style.or(file.string_style).unwrap_or(defaults.string_style),
        prefilter: flags.prefilter,
        regions: defaults.regions,
        max_effort: flags.max_effort.or(file.max_effort).unwrap_or(defaults.max_effort),
        trial: defaults.trial,
    };
    Ok(Settings {
        engine,
        target: stated_target(flags, file),
        closure: match file.closed_world {
            None => Closure::Found,
            Some(true) => Closure::Closed,
            Some(false) => Closure::Open,
        },
        max_file_size: flags.max_file_size.or(file.max_file_size).unwrap_or(DEFAULT_MAX_FILE_SIZE),
        types: flags.types.or(file.types).unwrap_or(TypeInference::On),
        exclude: exclusion(file)?,
    })
}

fn stated_target(flags: &Overrides, file: &FileConfiguration) -> Option<StatedTarget> {
    if let Some(oldest) = flags.target {
        return Some(StatedTarget { oldest, file: None });
    }
    let name = file.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    file.target.map(|oldest| StatedTarget { oldest, file: Some(name) })
}

fn exclusion(file: &FileConfiguration) -> Result<Gitignore, ConfigurationError> {
    let mut builder = GitignoreBuilder::new(file.path.parent().unwrap_or(Path::new("")));
    let failed = |error: ignore::Error| ConfigurationError {
        path: file.path.clone(),
        line: 1,
        message: format!("exclude: {error}"),
    };
    for pattern in &file.exclude {
        builder.add_line(None, pattern).map_err(failed)?;
    }
    builder.build().map_err(failed)
}

/// Reads a size such as `500KB`, `20 MB`, `1GiB` or `4096`; in bytes.
pub fn parse_size(text: &str) -> Option<u64> {
    let text = text.trim();
    let unit_at = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let factor: u64 = match unit.trim_start().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" => 1_000,
        "m" | "mb" => 1_000_000,
        "g" | "gb" => 1_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor).filter(|&bytes| bytes > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Registry = Registry::new(&[]);

    fn judgement(configuration: ConfigurationSource) -> Judgement {
        let overrides = Overrides {
            select: None,
            ignore: None,
            unsafe_fixes: None,
            target: None,
            line_length: None,
            max_file_size: None,
            max_effort: None,
            string_style: None,
            goal: None,
            types: None,
            prefilter: Prefilter::On,
        };
        Judgement { overrides, configuration }
    }

    #[test]
    fn sizes() {
        assert_eq!(parse_size("4096"), Some(4096));
        assert_eq!(parse_size("20 MB"), Some(20_000_000));
        assert_eq!(parse_size("1MiB"), Some(1 << 20));
        assert_eq!(parse_size("big"), None);
        assert_eq!(parse_size("0"), None);
        assert_eq!(parse_size("99999999999999GB"), None);
    }

    #[test]
    fn the_nearest_configuration_wins() {
        let top = tempfile::tempdir().unwrap();
        let top = top.path().canonicalize().unwrap();
        let package = top.join("package/inner");
        fs::create_dir_all(&package).unwrap();
        fs::create_dir(top.join(".git")).unwrap();
        fs::write(top.join("pyproject.toml"), "[tool.pyfix]\nline-length = 70\ntarget-version = 'py39'\n")
            .unwrap();
        let judgement = judgement(ConfigurationSource::Discovered);
        let mut finder = SettingsFinder::new(&judgement, &NONE).unwrap();
        let settings = finder.settings_in(&package).unwrap();
        assert_eq!(settings.engine.line_length, 70);
        assert_eq!(
            settings.target.as_ref().unwrap().source().to_string(),
            "target-version in pyproject.toml"
        );

        fs::write(top.join("package/pyfix.toml"), "exclude = ['*_old.py', 'inner/gone']\n").unwrap();
        fs::write(top.join("package/pyproject.toml"), "[tool.black]\nline-length = 99\n").unwrap();
        let mut finder = SettingsFinder::new(&judgement, &NONE).unwrap();
        let settings = finder.settings_in(&package).unwrap();
        assert_eq!(settings.engine.line_length, 99);
        assert_eq!(settings.target, None);
        assert!(settings.excludes(&package.join("x_old.py")));
        assert!(settings.excludes(&package.join("gone/x.py")));
        assert!(!settings.excludes(&package.join("x.py")));
        assert!(!settings.excludes(&top.join("x_old.py")));
    }

    #[test]
    fn the_search_ends_at_the_repository() {
        let top = tempfile::tempdir().unwrap();
        let inner = top.path().canonicalize().unwrap().join("inner");
        fs::create_dir_all(inner.join(".git")).unwrap();
        fs::write(top.path().join("pyfix.toml"), "line-length = 70\n").unwrap();
        let judgement = judgement(ConfigurationSource::Discovered);
        let mut finder = SettingsFinder::new(&judgement, &NONE).unwrap();
        assert_eq!(finder.settings_in(&inner).unwrap().engine.line_length, 88);
    }

    #[test]
    fn the_file_says_what_is_trusted() {
        let top = tempfile::tempdir().unwrap();
        let file = top.path().join("any.toml");
        let read = |text: &str| {
            fs::write(&file, text).unwrap();
            let judgement = judgement(ConfigurationSource::File(file.clone()));
            let settings = SettingsFinder::new(&judgement, &NONE).unwrap().settings_in(top.path()).unwrap();
            (settings.closure, settings.engine.annotations)
        };
        assert_eq!(read(""), (Closure::Found, Annotations::Trusted));
        let closed = "closed-world = true\ntrust-annotations = false\n";
        assert_eq!(read(closed), (Closure::Closed, Annotations::Ignored));
        let open = "closed-world = false\ntrust-annotations = true\n";
        assert_eq!(read(open), (Closure::Open, Annotations::Trusted));
    }

    #[test]
    fn the_command_line_wins() {
        let top = tempfile::tempdir().unwrap();
        let file = top.path().join("any.toml");
        fs::write(&file, "line-length = 70\ntarget-version = 'py39'\nunsafe-fixes = true\n").unwrap();
        let mut judgement = judgement(ConfigurationSource::File(file));
        judgement.overrides.line_length = Some(60);
        judgement.overrides.target = Some(PythonVersion::new(3, 6));
        let mut finder = SettingsFinder::new(&judgement, &NONE).unwrap();
        let settings = finder.settings_in(Path::new("/")).unwrap();
        assert_eq!(settings.engine.line_length, 60);
        assert_eq!(settings.engine.applied, Applicability::Unsafe);
        assert_eq!(settings.target.as_ref().unwrap().oldest, PythonVersion::new(3, 6));
        assert_eq!(settings.target.as_ref().unwrap().source(), TargetSource::Flag);
    }
}
