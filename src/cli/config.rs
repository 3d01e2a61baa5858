//! Reads `[tool.pyfix]` of a `pyproject.toml`, or a `pyfix.toml`, and names the line of whatever is wrong.
//!
//! Does not search for the file and does not know the command line (see `settings`).

use std::path::{Path, PathBuf};

use ignore::gitignore::GitignoreBuilder;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::settings::{TypeInference, parse_size};
use super::suggest;
use crate::edit::interpolate::StringStyle;
use crate::engine::{Goal, Registry};
use crate::project::TypeEngine;
use crate::text::PythonVersion;

/// Every key, sorted.
const KEYS: &[&str] = &[
    "closed-world",
    "exclude",
    "goal",
    "ignore",
    "line-length",
    "max-effort",
    "max-file-size",
    "select",
    "string-style",
    "target-version",
    "trust-annotations",
    "types",
    "unsafe-fixes",
];

/// What to answer to somebody who asks for types of a pyfix that was built without the type engine.
pub const NOT_BUILT_IN: &str = "this pyfix was built without the type engine; build it with the feature `types`, \
    which is on unless `--no-default-features` is given to cargo";

/// What one configuration file says; `None` where it says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileConfiguration {
    /// The file that it was read from.
    pub path: PathBuf,
    /// `select`.
    pub select: Option<Vec<String>>,
    /// `ignore`.
    pub ignore: Option<Vec<String>>,
    /// `unsafe-fixes`.
    pub unsafe_fixes: Option<bool>,
    /// `target-version`.
    pub target: Option<PythonVersion>,
    /// `line-length`.
    pub line_length: Option<usize>,
    /// `exclude`: patterns as in a `.gitignore` in the directory of the file.
    pub exclude: Vec<String>,
    /// `max-effort`.
    pub max_effort: Option<u64>,
    /// `max-file-size`, in bytes.
    pub max_file_size: Option<u64>,
    /// `string-style`.
    pub string_style: Option<StringStyle>,
    /// `goal`.
    pub goal: Option<Goal>,
    /// `types`.
    pub types: Option<TypeInference>,
    /// `closed-world`.
    pub closed_world: Option<bool>,
    /// `trust-annotations`.
    pub trust_annotations: Option<bool>,
}

/// What a file that may hold a configuration says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The configuration of pyfix.
    pub configuration: Option<FileConfiguration>,
    /// The line length of the formatter that the project uses.
    pub formatter_line_length: Option<usize>,
    /// What is wrong with that line length.
    pub warnings: Vec<ConfigurationError>,
}

/// Something wrong in a configuration file, in one line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{}:{line}: {message}", path.display())]
pub struct ConfigurationError {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and what to do.
    pub message: String,
}

/// Reads the `text` of the configuration file at `path`.
///
/// # Errors
///
/// When pyfix's part of it is malformed, holds an unknown key, or a value that means nothing.
pub fn read(path: &Path, text: &str, registry: &Registry) -> Result<Found, ConfigurationError> {
    let is_pyproject = path.file_name().is_some_and(|name| name == "pyproject.toml");
    let reader = Reader { path, text, registry };
    let document = match DeTable::parse(text) {
        Ok(document) => document,
        // Test data is full of broken `pyproject.toml` files. One that says nothing about pyfix is none of
        // our business.
        Err(_) if is_pyproject && !text.contains("pyfix") => return Ok(Found::default()),
        Err(error) => {
            let message = error.message().lines().next().unwrap_or("not valid TOML").to_owned();
            return Err(reader.error(error.span().unwrap_or(0..0), message));
        }
    };
    let document = document.get_ref();
    if !is_pyproject {
        let configuration = Some(reader.configuration(document)?);
        return Ok(Found { configuration, ..Found::default() });
    }
    let Some(tools) = table(document, "tool") else { return Ok(Found::default()) };
    let configuration = match tools.get("pyfix") {
        None => None,
        Some(section) => match section.get_ref().as_table() {
            Some(section) => Some(reader.configuration(section)?),
            None => return Err(reader.error(section.span(), "`tool.pyfix` must be a table".to_owned())),
        },
    };
    let mut found = Found { configuration, ..Found::default() };
    for tool in ["black", "ruff"] {
        let Some(value) = table(tools, tool).and_then(|table| table.get("line-length")) else { continue };
        match positive(value) {
            Some(length) => found.formatter_line_length = found.formatter_line_length.or(Some(length)),
            None => found.warnings.push(reader.error(
                value.span(),
                format!("`tool.{tool}.line-length` must be a whole number above 0; it is not considered"),
            )),
        }
    }
    Ok(found)
}

fn table<'t>(parent: &'t DeTable<'_>, key: &str) -> Option<&'t DeTable<'t>> {
    parent.get(key).and_then(|value| value.get_ref().as_table())
}

fn positive(value: &Spanned<DeValue<'_>>) -> Option<usize> {
    let integer = value.get_ref().as_integer()?;
    usize::from_str_radix(integer.as_str(), integer.radix()).ok().filter(|&number| number > 0)
}

/// Where the string `wanted` stands in an array.
fn element(array: &Spanned<DeValue<'_>>, wanted: &str) -> std::ops::Range<usize> {
    let elements = array.get_ref().as_array();
    let found = elements.and_then(|all| all.iter().find(|one| one.get_ref().as_str() == Some(wanted)));
    found.map_or_else(|| array.span(), Spanned::span)
}

/// What is wrong with a pattern of `exclude`, and what to write instead.
fn wrong_pattern(pattern: &str) -> Option<String> {
    if pattern.trim().is_empty() {
        return Some("is empty; remove it".to_owned());
    }
    if pattern.starts_with('#') {
        return Some("is a comment; write `\\#` for a name that begins with `#`".to_owned());
    }
    // The matcher takes a lone bracket for itself; for Git such a pattern matches nothing.
    if has_open_bracket(pattern) {
        return Some("has a `[` without its `]`; write `\\[` for the character".to_owned());
    }
    match GitignoreBuilder::new("").add_line(None, pattern) {
        Ok(_) => None,
        Err(ignore::Error::Glob { err, .. }) => Some(format!("cannot be read: {err}")),
        Err(error) => Some(format!("cannot be read: {error}")),
    }
}

fn has_open_bracket(pattern: &str) -> bool {
    let mut rest = pattern.chars();
    while let Some(letter) = rest.next() {
        match letter {
            '\\' => drop(rest.next()),
            '[' => {
                let inside = rest.as_str().strip_prefix(['!', '^']).unwrap_or(rest.as_str());
                // A bracket that comes first stands for itself.
                let first = inside.chars().next().map_or(0, char::len_utf8);
                let Some(end) = inside.get(first..).and_then(|behind| behind.find(']')) else { return true };
                rest = inside.get(first + end + 1..).unwrap_or_default().chars();
            }
            _ => {}
        }
    }
    false
}

struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
    registry: &'a Registry,
}

impl Reader<'_> {
    fn configuration(&self, section: &DeTable<'_>) -> Result<FileConfiguration, ConfigurationError> {
        let mut result = FileConfiguration { path: self.path.to_owned(), ..FileConfiguration::default() };
        for (key, value) in section {
            match key.get_ref().as_ref() {
                "closed-world" => result.closed_world = Some(self.boolean(value)?),
                "exclude" => result.exclude = self.patterns(value)?,
                "goal" => result.goal = Some(self.goal(value)?),
                "ignore" => result.ignore = Some(self.transforms(value)?),
                "line-length" => result.line_length = Some(self.number(value)?),
                "max-effort" => result.max_effort = Some(self.number(value)? as u64),
                "max-file-size" => result.max_file_size = Some(self.size(value)?),
                "select" => result.select = Some(self.transforms(value)?),
                "string-style" => result.string_style = Some(self.string_style(value)?),
                "target-version" => result.target = Some(self.version(value)?),
                "trust-annotations" => result.trust_annotations = Some(self.boolean(value)?),
                "types" => result.types = Some(self.types(value)?),
                "unsafe-fixes" => result.unsafe_fixes = Some(self.boolean(value)?),
                unknown => {
                    let hint = suggest::hint(unknown, KEYS);
                    return Err(self.error(key.span(), format!("unknown key `{unknown}`{hint}")));
                }
            }
        }
        Ok(result)
    }

    fn transforms(&self, value: &Spanned<DeValue<'_>>) -> Result<Vec<String>, ConfigurationError> {
        let known: Vec<&str> = self.registry.transforms().map(|transform| transform.meta().id).collect();
        let ids = self.strings(value)?;
        match ids.iter().find(|id| !known.contains(&id.as_str())) {
            None => Ok(ids),
            Some(unknown) => {
                let hint = suggest::hint(unknown, &known);
                let message = format!("there is no transform `{unknown}`{hint}; `pyfix list` shows all");
                Err(self.error(element(value, unknown), message))
            }
        }
    }

    fn strings(&self, value: &Spanned<DeValue<'_>>) -> Result<Vec<String>, ConfigurationError> {
        let wrong = || self.error(value.span(), "must be an array of strings".to_owned());
        let array = value.get_ref().as_array().ok_or_else(wrong)?;
        array.iter().map(|one| one.get_ref().as_str().map(str::to_owned).ok_or_else(wrong)).collect()
    }

    fn patterns(&self, value: &Spanned<DeValue<'_>>) -> Result<Vec<String>, ConfigurationError> {
        let patterns = self.strings(value)?;
        for pattern in &patterns {
            if let Some(problem) = wrong_pattern(pattern) {
                let message = format!("the pattern {pattern:?} in `exclude` {problem}");
                return Err(self.error(element(value, pattern), message));
            }
        }
        Ok(patterns)
    }

    fn number(&self, value: &Spanned<DeValue<'_>>) -> Result<usize, ConfigurationError> {
        positive(value).ok_or_else(|| self.error(value.span(), "must be a whole number above 0".to_owned()))
    }

    fn boolean(&self, value: &Spanned<DeValue<'_>>) -> Result<bool, ConfigurationError> {
        let wrong = || self.error(value.span(), "must be true or false".to_owned());
        value.get_ref().as_bool().ok_or_else(wrong)
    }

    fn goal(&self, value: &Spanned<DeValue<'_>>) -> Result<Goal, ConfigurationError> {
        let named = value.get_ref().as_str().and_then(Goal::named);
        named.ok_or_else(|| self.error(value.span(), "must be \"speed\" or \"memory\"".to_owned()))
    }

    fn string_style(&self, value: &Spanned<DeValue<'_>>) -> Result<StringStyle, ConfigurationError> {
        let named = value.get_ref().as_str().and_then(StringStyle::named);
        named.ok_or_else(|| {
            self.error(value.span(), "must be \"auto\", \"fstring\", \"format\" or \"percent\"".to_owned())
        })
    }

    fn types(&self, value: &Spanned<DeValue<'_>>) -> Result<TypeInference, ConfigurationError> {
        match self.boolean(value)? {
            false => Ok(TypeInference::Off),
            true if TypeEngine::IS_BUILT_IN => Ok(TypeInference::On),
            true => Err(self.error(value.span(), NOT_BUILT_IN.to_owned())),
        }
    }

    fn version(&self, value: &Spanned<DeValue<'_>>) -> Result<PythonVersion, ConfigurationError> {
        let version = value.get_ref().as_str().and_then(PythonVersion::parse);
        version.ok_or_else(|| {
            self.error(value.span(), "must be a version such as \"py38\" or \"3.8\"".to_owned())
        })
    }

    fn size(&self, value: &Spanned<DeValue<'_>>) -> Result<u64, ConfigurationError> {
        let size = match value.get_ref().as_str() {
            Some(text) => parse_size(text),
            None => positive(value).map(|bytes| bytes as u64),
        };
        let wrong = || "must be a size such as \"500KB\" or \"20MB\", or a number of bytes".to_owned();
        size.ok_or_else(|| self.error(value.span(), wrong()))
    }

    fn error(&self, span: std::ops::Range<usize>, message: String) -> ConfigurationError {
        let before = self.text.as_bytes().get(..span.start).unwrap_or_default();
        ConfigurationError {
            path: self.path.to_owned(),
            line: memchr::memchr_iter(b'\n', before).count() + 1,
            message,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pyproject(text: &str) -> Result<Found, String> {
        let none = Registry::new(&[]);
        read(Path::new("pyproject.toml"), text, &none).map_err(|error| error.to_string())
    }

    #[test]
    fn every_key_is_read() {
        let found = pyproject(
            "[tool.pyfix]\nclosed-world = true\nexclude = ['a']\ngoal = 'speed'\nignore = []\nline-length = 100\n\
             max-effort = 1000\nmax-file-size = '1MB'\nselect = []\nstring-style = 'percent'\n\
             target-version = 'py39'\n\
             trust-annotations = false\ntypes = false\nunsafe-fixes = true\n",
        );
        let expected = FileConfiguration {
            path: PathBuf::from("pyproject.toml"),
            goal: Some(Goal::Speed),
            select: Some(vec![]),
            ignore: Some(vec![]),
            unsafe_fixes: Some(true),
            target: Some(PythonVersion::new(3, 9)),
            line_length: Some(100),
            exclude: vec!["a".to_owned()],
            max_effort: Some(1000),
            max_file_size: Some(1_000_000),
            string_style: Some(StringStyle::Percent),
            types: Some(TypeInference::Off),
            closed_world: Some(true),
            trust_annotations: Some(false),
        };
        assert_eq!(found, Ok(Found { configuration: Some(expected), ..Found::default() }));
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        let cases = [
            (
                "[tool.pyfix]\n\nline-lenght = 3\n",
                "3: unknown key `line-lenght` (did you mean `line-length`?)",
            ),
            ("[tool.pyfix]\nline-length = 0\n", "2: must be a whole number above 0"),
            ("[tool.pyfix]\nline-length = '88'\n", "2: must be a whole number above 0"),
            ("[tool.pyfix]\nselect = 'all'\n", "2: must be an array of strings"),
            ("[tool.pyfix]\nselect = [\n  'x',\n]\n", "3: there is no transform `x`; `pyfix list` shows all"),
            ("[tool.pyfix]\ntarget-version = 3.8\n", "2: must be a version such as \"py38\" or \"3.8\""),
            ("[tool.pyfix]\nclosed-world = 'yes'\n", "2: must be true or false"),
            ("[tool]\npyfix = 1\n", "2: `tool.pyfix` must be a table"),
            (
                "[tool.pyfix]\nexclude = [\n  'a[b]',\n  'a[',\n]\n",
                "4: the pattern \"a[\" in `exclude` has a `[` without its `]`; write `\\[` for the character",
            ),
            ("[tool.pyfix]\nexclude = ['']\n", "2: the pattern \"\" in `exclude` is empty; remove it"),
        ];
        for (text, message) in cases {
            assert_eq!(pyproject(text), Err(format!("pyproject.toml:{message}")), "{text}");
        }
    }

    #[test]
    fn patterns_are_checked() {
        for fine in ["*.py", "a[b]c", "[]]", "[!]a]", "\\[a", "a]", "\\#a", "!kept.py", "old/"] {
            assert_eq!(wrong_pattern(fine), None, "{fine}");
        }
        for wrong in ["[", "a[]", "a[!]", "a[b]c[", "#a", " ", "{a", "[z-a]"] {
            assert!(wrong_pattern(wrong).is_some(), "{wrong}");
        }
    }

    #[test]
    fn a_broken_file_matters_only_when_it_speaks_of_pyfix() {
        assert_eq!(pyproject("[tool\n"), Ok(Found::default()));
        assert!(pyproject("[tool.pyfix\n").unwrap_err().starts_with("pyproject.toml:1: "));
    }

    #[test]
    fn the_formatter_gives_the_line_length() {
        let length = |text| pyproject(text).unwrap().formatter_line_length;
        assert_eq!(length("[tool.black]\nline-length = 79\n[tool.ruff]\nline-length = 100\n"), Some(79));
        assert_eq!(length("[tool.ruff]\nline-length = 100\n"), Some(100));
        assert_eq!(length("[project]\nname = 'x'\n"), None);
        let wrong = pyproject("[tool.black]\nline-length = '79'\n[tool.ruff]\nline-length = 100\n").unwrap();
        assert_eq!(wrong.formatter_line_length, Some(100));
        let [warning] = &wrong.warnings[..] else { panic!("{wrong:?}") };
        assert_eq!(warning.line, 2);
    }
}
