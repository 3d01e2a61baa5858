//! Which Pythons the files of a project must run on, and where that is said.
//!
//! Decides; `stated` reads, `specifiers` understands versions.

use std::fmt;
use std::sync::LazyLock;

use regex::Regex;

use super::ProjectRoot;
use super::specifiers::{allowed_by_pep440, allowed_by_poetry};
use super::stated::{self, Stated};
use crate::text::{PythonVersion, Target};

/// The Pythons of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetDecision {
    /// The range that the files must run on, unless their own syntax says more.
    pub target: Target,
    /// Where it was found.
    pub source: TargetSource,
    /// What could not be read, each a sentence for the user, to be shown once.
    pub warnings: Vec<String>,
}

/// Where a target was found; displayed as a phrase such as "requires-python in pyproject.toml".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetSource {
    /// The command line.
    Flag,
    /// The configuration of pyfix, in the file with this name.
    Config(String),
    /// `[project] requires-python`.
    RequiresPython,
    /// `[tool.poetry.dependencies] python`.
    Poetry,
    /// `[options] python_requires`.
    SetupCfg,
    /// The literal argument `python_requires`.
    SetupPy,
    /// The trove classifiers in this file.
    Classifiers(&'static str),
    /// Nothing is stated, and the project looks as if it supported Python 2: it has a setup.py, or depends on
    /// `six` or `future`.
    Legacy,
    /// Nothing is stated.
    Default,
}

impl TargetDecision {
    /// The target of a file with this text: that of the project, or one from Python 2 on where nothing is
    /// stated and the file itself uses what only those use who support it.
    pub fn for_text(&self, text: &str) -> Target {
        if self.source == TargetSource::Default && shows_legacy_support(text) {
            return Target::from_oldest(PythonVersion::PY27);
        }
        self.target
    }
}

impl fmt::Display for TargetSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TargetSource::Flag => f.write_str("--target-version"),
            TargetSource::Config(file) => write!(f, "target-version in {file}"),
            TargetSource::RequiresPython => f.write_str("requires-python in pyproject.toml"),
            TargetSource::Poetry => f.write_str("the python dependency in pyproject.toml"),
            TargetSource::SetupCfg => f.write_str("python_requires in setup.cfg"),
            TargetSource::SetupPy => f.write_str("python_requires in setup.py"),
            TargetSource::Classifiers(file) => write!(f, "classifiers in {file}"),
            TargetSource::Legacy => f.write_str("no version stated, and signs of support for Python 2"),
            TargetSource::Default => f.write_str("the default"),
        }
    }
}

/// Decides the target of the project at `root`. `explicit` is what the command line or the configuration of
/// pyfix says; it wins over all that the project states.
pub fn decide_target(root: &ProjectRoot, explicit: Option<(Target, TargetSource)>) -> TargetDecision {
    let metadata = Metadata {
        pyproject: stated::pyproject(&root.path),
        setup_cfg: stated::setup_cfg(&root.path),
        setup_py: stated::setup_py(&root.path),
        requirements: stated::requirements(&root.path),
    };
    let mut warnings = metadata.problems();
    let found = explicit.or_else(|| metadata.required(&mut warnings)).or_else(|| metadata.classified());
    let (target, source) = found.unwrap_or_else(|| metadata.unstated());
    TargetDecision { target, source, warnings }
}

/// Whether a text uses what only those use who support Python 2 too: `six`, or `from __future__ import` of
/// anything but `annotations`. Strings and comments count as well; the answer only makes pyfix more careful.
fn shows_legacy_support(text: &str) -> bool {
    static PATTERN: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?m)^[ \t]*(?:import[ \t]+six(?-u:\b)|from[ \t]+six(?-u:\b)|from[ \t]+\w[\w.]*[ \t]+import[ \t]+six(?-u:\b)|from[ \t]+__future__[ \t]+import[ \t(\\\r\n]*(?:absolute_import|division|generators|nested_scopes|print_function|unicode_literals|with_statement)(?-u:\b))",
        )
        .ok()
    });
    // The pattern is a literal that a test compiles; a text that cannot be judged counts as old.
    ["six", "__future__"].iter().any(|word| text.contains(word))
        && PATTERN.as_ref().is_none_or(|pattern| pattern.is_match(text))
}

struct Metadata {
    pyproject: Stated,
    setup_cfg: Stated,
    setup_py: Stated,
    requirements: Vec<String>,
}

impl Metadata {
    fn files(&self) -> [(&'static str, &Stated); 3] {
        [("pyproject.toml", &self.pyproject), ("setup.cfg", &self.setup_cfg), ("setup.py", &self.setup_py)]
    }

    fn problems(&self) -> Vec<String> {
        let problem = |(name, stated): (&str, &Stated)| {
            let problem = stated.problem.as_ref()?;
            Some(format!("{name} {problem}; what it says about Python versions is not considered"))
        };
        let misstated = |(name, stated): (&str, &Stated)| {
            let what = stated.misstated?;
            Some(format!("{what} in {name} must be a string such as \">=3.8\"; it is not considered"))
        };
        self.files()
            .into_iter()
            .filter_map(problem)
            .chain(self.files().into_iter().filter_map(misstated))
            .collect()
    }

    fn depends_on(&self, package: &str) -> bool {
        let stated = self.files().into_iter().flat_map(|(_, stated)| &stated.dependencies);
        stated.chain(&self.requirements).any(|name| name == package)
    }

    /// The first statement of a range.
    fn required(&self, warnings: &mut Vec<String>) -> Option<(Target, TargetSource)> {
        let statements = [
            (&self.pyproject.requires_python, TargetSource::RequiresPython),
            (&self.pyproject.poetry_python, TargetSource::Poetry),
            (&self.setup_cfg.requires_python, TargetSource::SetupCfg),
            (&self.setup_py.requires_python, TargetSource::SetupPy),
        ];
        for (text, source) in statements {
            let Some(text) = text else { continue };
            let range = match source {
                TargetSource::Poetry => allowed_by_poetry(text),
                _ => allowed_by_pep440(text),
            };
            if let Some((oldest, newest)) = range {
                return Some((Target { oldest, newest }, source));
            }
            if text.trim() != "*" && !text.trim().is_empty() {
                warnings.push(format!(
                    "{source}: `{text}` names no Python that pyfix knows; it is not considered"
                ));
            }
        }
        None
    }

    /// The oldest release among the classifiers of the first file that names releases. The newest one says
    /// nothing: it is seldom kept up to date.
    fn classified(&self) -> Option<(Target, TargetSource)> {
        let oldest =
            |stated: &Stated| stated.classifiers.iter().filter_map(|it| classified_release(it)).min();
        self.files().into_iter().find_map(|(name, stated)| {
            Some((Target::from_oldest(oldest(stated)?), TargetSource::Classifiers(name)))
        })
    }

    /// What to take a project for that states no version.
    fn unstated(&self) -> (Target, TargetSource) {
        let old = self.depends_on("six") || self.depends_on("future") || self.setup_py.exists;
        if old {
            (Target::from_oldest(PythonVersion::PY27), TargetSource::Legacy)
        } else {
            (Target::default(), TargetSource::Default)
        }
    }
}

/// The release that a classifier names. A bare `3` names none; any form of 2 is taken for 2.7.
fn classified_release(classifier: &str) -> Option<PythonVersion> {
    let mut parts = classifier.split("::").map(str::trim);
    if parts.next() != Some("Programming Language") || parts.next() != Some("Python") {
        return None;
    }
    let release = parts.next()?;
    if release == "2" || release.starts_with("2.") {
        return Some(PythonVersion::PY27);
    }
    PythonVersion::parse(release)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::ProjectRoot;
    use std::fs;

    fn decide(files: &[(&str, &str)]) -> TargetDecision {
        let top = tempfile::tempdir().unwrap();
        fs::create_dir(top.path().join(".git")).unwrap();
        for (name, text) in files {
            fs::write(top.path().join(name), text).unwrap();
        }
        decide_target(&ProjectRoot::find(top.path()), None)
    }

    fn shown(files: &[(&str, &str)]) -> String {
        let decision = decide(files);
        assert_eq!(decision.warnings, Vec::<String>::new());
        format!("{} to {}, {}", decision.target.oldest, decision.target.newest, decision.source)
    }

    #[test]
    fn each_statement_is_found() {
        let cases: &[(&str, &str, &str)] = &[
            (
                "pyproject.toml",
                "[project]\nrequires-python = '>=3.9,<3.13'",
                "3.9 to 3.12, requires-python in pyproject.toml",
            ),
            (
                "pyproject.toml",
                "[tool.poetry.dependencies]\npython = '^3.7'",
                "3.7 to 3.14, the python dependency in pyproject.toml",
            ),
            (
                "pyproject.toml",
                "[tool.poetry.dependencies]\npython = { version = '~2.7 || ^3.6' }",
                "2.7 to 3.14, the python dependency in pyproject.toml",
            ),
            (
                "pyproject.toml",
                "[project]\nclassifiers = ['Programming Language :: Python :: 3.10', 'Programming Language :: Python :: 3.9', 'Programming Language :: Python :: 3']",
                "3.9 to 3.14, classifiers in pyproject.toml",
            ),
            (
                "setup.cfg",
                "[metadata]\nname = x\n\n[options]\n# comment\nPython_Requires =\n    >=3.5,\n    <4\n",
                "3.5 to 3.14, python_requires in setup.cfg",
            ),
            (
                "setup.cfg",
                "[metadata]\nclassifiers =\n  Programming Language :: Python :: 3.8\n  # no\n  Programming Language :: Python :: 2.7\n",
                "2.7 to 3.14, classifiers in setup.cfg",
            ),
            (
                "setup.py",
                "from setuptools import setup\nsetup(name='x', python_requires='>=3.6'\n ', <4')",
                "3.6 to 3.14, python_requires in setup.py",
            ),
            (
                "setup.py",
                "import setuptools as s\nPYTHON = '>=3.4'\ns.setup(python_requires=PYTHON)",
                "3.4 to 3.14, python_requires in setup.py",
            ),
            (
                "setup.py",
                "V = '>=3.4'\nif x:\n    V = '>=3.9'\nsetup(python_requires=V, classifiers=['Programming Language :: Python :: 3.7'])",
                "3.7 to 3.14, classifiers in setup.py",
            ),
            (
                "setup.py",
                "setup(python_requires='>={}'.format(3), classifiers='''\nProgramming Language :: Python :: 3.6\nProgramming Language :: Python :: 3.7\n''')",
                "3.6 to 3.14, classifiers in setup.py",
            ),
            (
                "setup.py",
                "# Programming Language :: Python :: 2.7\nsetup()",
                "2.7 to 3.14, no version stated, and signs of support for Python 2",
            ),
            ("README", "python_requires='>=3.6'", "3.8 to 3.14, the default"),
        ];
        for (name, text, expected) in cases {
            assert_eq!(shown(&[(name, text)]), *expected, "{text}");
        }
    }

    #[test]
    fn the_order_of_statements() {
        let pyproject = ("pyproject.toml", "[project]\nrequires-python = '>=3.9'");
        let dynamic = ("pyproject.toml", "[project]\ndynamic = ['requires-python']");
        let cfg = ("setup.cfg", "[options]\npython_requires = >=3.10");
        let py = ("setup.py", "setup(python_requires='>=3.11')");
        let classifiers = ("setup.cfg", "[metadata]\nclassifiers = Programming Language :: Python :: 3.6");
        assert!(shown(&[pyproject, cfg, py]).starts_with("3.9 "));
        assert!(shown(&[dynamic, cfg, py]).starts_with("3.10 "));
        assert!(shown(&[classifiers, py]).starts_with("3.11 "));
        assert!(shown(&[dynamic, classifiers]).starts_with("3.6 "));
    }

    #[test]
    fn what_the_user_says_wins() {
        let top = tempfile::tempdir().unwrap();
        fs::write(top.path().join("setup.py"), "setup(python_requires='>=3.11')").unwrap();
        let wanted = Target::from_oldest(PythonVersion::new(3, 7));
        let decision = decide_target(
            &ProjectRoot::find(top.path()),
            Some((wanted, TargetSource::Config("pyfix.toml".into()))),
        );
        assert_eq!(decision.target, wanted);
        assert_eq!(decision.source.to_string(), "target-version in pyfix.toml");
    }

    #[test]
    fn broken_metadata_is_reported_and_passed_over() {
        for broken in
            [("pyproject.toml", "[project\nrequires-python"), ("setup.cfg", "python_requires = >=3.9")]
        {
            let decision = decide(&[broken]);
            assert_eq!(decision.source, TargetSource::Default);
            assert_eq!(decision.warnings.len(), 1, "{broken:?}");
            assert!(decision.warnings[0].starts_with(broken.0), "{:?}", decision.warnings);
        }
        let decision = decide(&[("pyproject.toml", "["), ("setup.py", "setup(python_requires='>=3.7')")]);
        assert_eq!((decision.source, decision.warnings.len()), (TargetSource::SetupPy, 1));
        let decision = decide(&[("pyproject.toml", "[project]\nrequires-python = '>=4'")]);
        assert_eq!((decision.source, decision.warnings.len()), (TargetSource::Default, 1));
        for (name, text) in [
            ("pyproject.toml", "[project]\nrequires-python = 3.8"),
            ("pyproject.toml", "[tool.poetry.dependencies]\npython = 3.8"),
            ("setup.py", "setup(python_requires=3.8)"),
        ] {
            let decision = decide(&[(name, text)]);
            assert!(matches!(decision.source, TargetSource::Default | TargetSource::Legacy));
            let [warning] = &decision.warnings[..] else { panic!("{text}: {decision:?}") };
            assert!(
                warning.ends_with(&format!(
                    "in {name} must be a string such as \">=3.8\"; it is not considered"
                )),
                "{warning}"
            );
        }
        let decision = decide(&[("setup.py", "setup((")]);
        assert_eq!((decision.source, decision.warnings.len()), (TargetSource::Legacy, 1));
    }

    #[test]
    fn old_projects_are_recognised() {
        let source = |files: &[(&str, &str)]| decide(files).source;
        assert_eq!(source(&[("setup.py", "setup(name='x')")]), TargetSource::Legacy);
        assert_eq!(source(&[("requirements.txt", "django\nsix>=1.5\n")]), TargetSource::Legacy);
        assert_eq!(source(&[("requirements.txt", "sixpack\n")]), TargetSource::Default);
        assert_eq!(source(&[("setup.py", "setup(python_requires='>=3.6')")]), TargetSource::SetupPy);
        assert_eq!(source(&[]), TargetSource::Default);
        assert!(decide(&[("setup.py", "setup(name='x')")]).target.includes_python2());
        let old = decide(&[("setup.py", "setup(classifiers=['Programming Language :: Python :: 2'])")]);
        assert!(old.target.includes_python2());
        let decision = decide(&[]);
        assert!(decision.for_text("import six\n").includes_python2());
        assert_eq!(decision.for_text("x = 1\n"), Target::default());
        let only = decide(&[("setup.cfg", "[options]\npython_requires = >=2.7, <3")]);
        assert_eq!(only.target, Target { oldest: PythonVersion::PY27, newest: PythonVersion::PY27 });
    }

    #[test]
    fn old_files_are_recognised() {
        for text in [
            "import six",
            "from six.moves import range",
            "from django.utils import six",
            "x = 1\nfrom __future__ import (\n    division)",
            "from __future__ import unicode_literals",
        ] {
            assert!(shows_legacy_support(text), "{text}");
        }
        for text in ["import sixty", "from __future__ import annotations", "six = 6", "from a import b"] {
            assert!(!shows_legacy_support(text), "{text}");
        }
    }
}
