//! What a transform is, and the list of those that run.

use crate::edit::Verdict;
use crate::engine::Cx;
use crate::semantic::Reason;
use crate::syntax::{Kind, Node};
use crate::text::PythonVersion;

/// What is known of a transform without running it.
#[derive(Debug)]
pub struct Meta {
    /// Its name: the thing that it replaces.
    pub id: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// Its page, in Markdown.
    pub page: &'static str,
    /// The kinds of node that it looks at.
    pub kinds: &'static [Kind],
    /// Regular expressions over the bytes of a text: where one of them matches nowhere, there is no candidate.
    pub needles: &'static [&'static str],
    /// The reasons that it can give for leaving a candidate alone.
    pub reasons: &'static [Reason],
    /// The oldest Python that its result runs on.
    pub oldest: PythonVersion,
    /// Fixes of a smaller number win over overlapping ones, and those from [`Meta::LAST`] on wait until there are
    /// no others.
    pub priority: u8,
}

impl Meta {
    /// The priority from which on a fix is made only where nothing else is left to do: it hides names that others
    /// know a loop by.
    ///
    /// ```python
    /// _append = out.append
    /// for x in xs: _append(x)                # no comprehension any more
    /// ```
    pub const LAST: u8 = 200;
}

/// One rewrite: judgement, no plumbing.
pub trait Transform: Sync {
    /// What is known without running it.
    fn meta(&self) -> &'static Meta;

    /// Judges one node of a kind that [`Meta::kinds`] names.
    ///
    /// # Errors
    ///
    /// [`Decline::NotThisShape`](crate::edit::Decline::NotThisShape) for a node that is no candidate, a
    /// refusal for a candidate that a guard protects.
    fn check(&self, node: Node<'_>, cx: &Cx<'_>) -> Verdict;
}

/// The transforms that exist, in the order in which they are listed.
#[derive(Clone, Copy)]
pub struct Registry {
    transforms: &'static [&'static dyn Transform],
}

impl Registry {
    /// A registry of `transforms`.
    pub const fn new(transforms: &'static [&'static dyn Transform]) -> Self {
        Self { transforms }
    }

    /// All transforms.
    pub fn transforms(&self) -> impl Iterator<Item = &'static dyn Transform> {
        self.transforms.iter().copied()
    }

    /// The transform with this id.
    pub fn get(&self, id: &str) -> Option<&'static dyn Transform> {
        self.transforms().find(|transform| transform.meta().id == id)
    }
}
