//! Which Pythons a source text is written for: plain data that travels with the text.
//!
//! How the dialect and the target are found is the business of `project` and of whoever builds a source.

use serde::Serialize;

/// A Python feature release, such as 3.8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PythonVersion {
    /// 2 or 3.
    pub major: u8,
    /// The number after the dot.
    pub minor: u8,
}

impl PythonVersion {
    /// Python 2.7.
    pub const PY27: Self = Self::new(2, 7);
    /// The oldest Python 3 that pyfix writes for.
    pub const PY36: Self = Self::new(3, 6);
    /// What a project is taken to support when nothing says otherwise.
    pub const DEFAULT: Self = Self::new(3, 8);
    /// The newest Python that pyfix knows.
    pub const NEWEST: Self = Self::new(3, 14);

    /// The release `major.minor`.
    pub const fn new(major: u8, minor: u8) -> Self {
        Self { major, minor }
    }

    /// Reads `3.8`, `py38` or `py27`. Returns `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (major, minor) = match text.strip_prefix("py") {
            Some(digits) => digits.split_at_checked(1)?,
            None => text.split_once('.')?,
        };
        let version = Self::new(major.parse().ok()?, minor.parse().ok()?);
        let known = version == Self::PY27 || (version.major == 3 && version <= Self::NEWEST);
        known.then_some(version)
    }
}

impl std::fmt::Display for PythonVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl Serialize for PythonVersion {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The language that a source text is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// Syntax that only Python 2 accepts is there, or the configuration says so.
    Python2,
    /// Everything else.
    Python3,
}

/// The range of Python releases that a rewritten text must run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Target {
    /// The oldest release, inclusive.
    pub oldest: PythonVersion,
    /// The newest release, inclusive.
    pub newest: PythonVersion,
}

impl Target {
    /// From `oldest` to the newest release known.
    pub const fn from_oldest(oldest: PythonVersion) -> Self {
        Self { oldest, newest: PythonVersion::NEWEST }
    }

    /// Whether the text may be run by Python 2.
    pub fn includes_python2(self) -> bool {
        self.oldest.major == 2
    }
}

impl Default for Target {
    fn default() -> Self {
        Self::from_oldest(PythonVersion::DEFAULT)
    }
}
