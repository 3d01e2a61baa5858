//! What lies outside the file: the seam between the core, which does no I/O, and the project around it.

use crate::text::Range;

/// An answer about the project; the core takes `Unknown` as the worst case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is so.
    Yes,
    /// It is not so.
    No,
    /// Nobody could tell, or nobody was asked.
    Unknown,
}

/// Questions about what lies outside the file, each freely answered [`Answer::Unknown`].
///
/// An implementation must be quick to answer a question twice, and must answer the same each time.
pub trait World: Sync {
    /// Whether another file of the project could see `name` of this file's module level: it occurs there as
    /// an imported or attribute name in a file that mentions this module, or such a file star-imports it.
    fn name_used_elsewhere(&self, name: &str) -> Answer;

    /// The type that the embedded type engine infers for the expression at `original`, a range of the file as
    /// it is on disk, as it displays it.
    fn type_at(&self, original: Range) -> Option<String>;
}

/// A world of which nothing is known: tests and unnamed input.
#[derive(Clone, Copy, Debug, Default)]
pub struct UnknownWorld;

impl World for UnknownWorld {
    fn name_used_elsewhere(&self, _name: &str) -> Answer {
        Answer::Unknown
    }

    fn type_at(&self, _original: Range) -> Option<String> {
        None
    }
}

/// A world in which the file stands alone: a script that nobody imports.
#[derive(Clone, Copy, Debug, Default)]
pub struct LoneFile;

impl World for LoneFile {
    fn name_used_elsewhere(&self, _name: &str) -> Answer {
        Answer::No
    }

    fn type_at(&self, _original: Range) -> Option<String> {
        None
    }
}
