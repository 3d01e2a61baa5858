//! Which Pythons a version specifier allows: the specifiers of packaging metadata (PEP 440) and Poetry's.
//!
//! Follows the "Version specifiers" page of the Python packaging specifications, as far as it concerns the
//! releases of Python: epochs, local versions and pre-releases are read, but change nothing.

use crate::text::PythonVersion;

/// The releases that pyfix knows, oldest first.
fn known() -> impl DoubleEndedIterator<Item = PythonVersion> {
    let newer = (0..=PythonVersion::NEWEST.minor).map(|minor| PythonVersion::new(3, minor));
    std::iter::once(PythonVersion::PY27).chain(newer)
}

/// No feature release of Python had as many bug fix releases.
const PATCHES: u32 = 60;

/// The oldest and the newest known release that `specifiers` (comma-separated, all must hold) allow in some
/// bug fix release. `None` when it cannot be read or allows none.
pub fn allowed_by_pep440(specifiers: &str) -> Option<(PythonVersion, PythonVersion)> {
    range_of(&[parse_set(specifiers, Style::Pep440)?])
}

/// The same for a constraint of Poetry: carets, tildes, wildcards, bare versions, and `||` between sets. `*`
/// states nothing and gives `None`.
pub fn allowed_by_poetry(constraint: &str) -> Option<(PythonVersion, PythonVersion)> {
    let sets = constraint.replace("||", "|");
    let sets: Option<Vec<_>> = sets.split('|').map(|set| parse_set(set, Style::Poetry)).collect();
    range_of(&sets?)
}

fn range_of(sets: &[Vec<Specifier>]) -> Option<(PythonVersion, PythonVersion)> {
    let allowed = |version: &PythonVersion| {
        (0..PATCHES).any(|patch| {
            let release = [u32::from(version.major), u32::from(version.minor), patch];
            sets.iter().any(|set| set.iter().all(|specifier| specifier.allows(release)))
        })
    };
    Some((known().find(allowed)?, known().rev().find(allowed)?))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Pep440,
    Poetry,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    AtLeast,
    Above,
    AtMost,
    Below,
    Equal,
    NotEqual,
    Compatible,
    Caret,
    Tilde,
}

struct Specifier {
    operator: Operator,
    /// The numbers as written, at least one.
    numbers: Vec<u32>,
    /// Whether `.*` follows.
    wildcard: bool,
}

const OPERATORS: [(&str, Operator); 11] = [
    (">=", Operator::AtLeast),
    ("<=", Operator::AtMost),
    ("===", Operator::Equal),
    ("==", Operator::Equal),
    ("!=", Operator::NotEqual),
    ("~=", Operator::Compatible),
    (">", Operator::Above),
    ("<", Operator::Below),
    ("=", Operator::Equal),
    ("^", Operator::Caret),
    ("~", Operator::Tilde),
];

fn parse_set(text: &str, style: Style) -> Option<Vec<Specifier>> {
    let mut rest = text.trim_matches([' ', ',', '\n', '\t', '\r']);
    let mut set = Vec::new();
    while !rest.is_empty() {
        let found = OPERATORS.iter().find(|(sign, _)| rest.starts_with(sign));
        let (operator, after) = match found {
            Some((sign, operator)) => (*operator, rest.get(sign.len()..)?),
            None => (Operator::Equal, rest),
        };
        let own = matches!(operator, Operator::Caret | Operator::Tilde) || found.is_none_or(|it| it.0 == "=");
        if own && style == Style::Pep440 {
            return None;
        }
        let after = after.trim_start();
        let end =
            after.find([',', ' ', '\t', '\n', '\r', '<', '>', '=', '!', '~', '^']).unwrap_or(after.len());
        let (version, next) = after.split_at_checked(end)?;
        set.push(parse_version(operator, version, found.is_none())?);
        rest = next.trim_start_matches([' ', ',', '\n', '\t', '\r']);
    }
    (!set.is_empty()).then_some(set)
}

fn parse_version(operator: Operator, text: &str, bare: bool) -> Option<Specifier> {
    let text = text.trim_start_matches(['v', 'V']);
    let mut numbers = Vec::new();
    let mut wildcard = false;
    for part in text.split('.') {
        if part == "*" {
            wildcard = true;
            break;
        }
        let digits = part.find(|byte: char| !byte.is_ascii_digit()).unwrap_or(part.len());
        let Ok(number) = part.get(..digits)?.parse() else {
            // `.dev0`, `.post1` after a number.
            if numbers.is_empty() {
                return None;
            }
            break;
        };
        numbers.push(number);
        // `0rc1`
        if digits < part.len() {
            break;
        }
    }
    // Poetry reads a bare `3` or `3.8` exactly, as `3.8.0`; whoever wrote it meant the series.
    let wildcard = wildcard || (bare && numbers.len() < 3);
    (!numbers.is_empty()).then_some(Specifier { operator, numbers, wildcard })
}

impl Specifier {
    fn allows(&self, release: [u32; 3]) -> bool {
        let ordering = self.compare(release);
        match self.operator {
            Operator::AtLeast => ordering.is_ge(),
            // PEP 440 lets `> 3.7` allow 3.7.1, and pip does.
            Operator::Above => ordering.is_gt(),
            Operator::AtMost => ordering.is_le(),
            Operator::Below => ordering.is_lt(),
            Operator::Equal if self.wildcard => self.shares(release, self.numbers.len()),
            Operator::Equal => ordering.is_eq(),
            Operator::NotEqual if self.wildcard => !self.shares(release, self.numbers.len()),
            Operator::NotEqual => ordering.is_ne(),
            Operator::Compatible => ordering.is_ge() && self.shares(release, self.numbers.len() - 1),
            // No leading number of a Python is 0, so a caret keeps the first number.
            Operator::Caret => ordering.is_ge() && self.shares(release, 1),
            Operator::Tilde => ordering.is_ge() && self.shares(release, self.numbers.len().min(2)),
        }
    }

    /// How `release` compares with the version written; missing numbers are 0.
    fn compare(&self, release: [u32; 3]) -> std::cmp::Ordering {
        let written =
            self.numbers.iter().copied().chain(std::iter::repeat(0)).take(3.max(self.numbers.len()));
        let length = self.numbers.len().max(3);
        release.into_iter().chain(std::iter::repeat(0)).take(length).cmp(written)
    }

    /// Whether the first `count` numbers are the same.
    fn shares(&self, release: [u32; 3], count: usize) -> bool {
        self.numbers.iter().take(count).zip(release).all(|(written, actual)| *written == actual)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(range: Option<(PythonVersion, PythonVersion)>) -> String {
        range.map_or("none".to_owned(), |(oldest, newest)| format!("{oldest} to {newest}"))
    }

    #[test]
    fn packaging_specifiers() {
        let cases = [
            (">=3.8", "3.8 to 3.14"),
            (">= 3.8, < 4", "3.8 to 3.14"),
            (">=3.8,<3.12", "3.8 to 3.11"),
            (">3.7", "3.7 to 3.14"),
            (">3.7.99", "3.8 to 3.14"),
            (">=3.7.2", "3.7 to 3.14"),
            ("~=3.6", "3.6 to 3.14"),
            ("~=3.6.1", "3.6 to 3.6"),
            ("==3.9.*", "3.9 to 3.9"),
            ("==3.*", "3.0 to 3.14"),
            (">=2.7,!=3.0.*,!=3.1.*,!=3.2.*", "2.7 to 3.14"),
            (">=2.7, !=2.7.*, !=3.0.*", "3.1 to 3.14"),
            (">=2.6", "2.7 to 3.14"),
            (">=2.7,<3", "2.7 to 2.7"),
            ("<=3.8", "2.7 to 3.8"),
            (">=3", "3.0 to 3.14"),
            (">=3.5", "3.5 to 3.14"),
            (">=3.8.0rc1", "3.8 to 3.14"),
            (">=3.10.dev0,", "3.10 to 3.14"),
            ("===3.8.1", "3.8 to 3.8"),
            (">=3.99", "none"),
            ("", "none"),
            ("three", "none"),
            ("^3.8", "none"),
            ("3.8", "none"),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(allowed_by_pep440(text)), expected, "{text}");
        }
    }

    #[test]
    fn poetry_constraints() {
        let cases = [
            ("^3.8", "3.8 to 3.14"),
            ("^3.7.1", "3.7 to 3.14"),
            ("~3.8", "3.8 to 3.8"),
            ("~3", "3.0 to 3.14"),
            ("~2.7 || ^3.6", "2.7 to 3.14"),
            ("^2.7 | ^3.5", "2.7 to 3.14"),
            (">=3.6 <4", "3.6 to 3.14"),
            (">=3.9,<3.13", "3.9 to 3.12"),
            ("3.8.*", "3.8 to 3.8"),
            ("3.8", "3.8 to 3.8"),
            ("*", "none"),
            ("=3.9.1", "3.9 to 3.9"),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(allowed_by_poetry(text)), expected, "{text}");
        }
    }
}
