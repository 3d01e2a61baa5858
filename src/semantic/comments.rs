//! Comments that mean something to a tool, and where comments stand.

use crate::syntax::{Kind, Node, SyntaxTree};
use crate::text::Range;

/// Words that begin a comment for a tool; such a comment is about the line that it stands on.
const PRAGMAS: &[&str] = &[
    "noqa",
    "nopep8",
    "flake8:",
    "ruff:",
    "pylint:",
    "pyright:",
    "mypy:",
    "type: ignore",
    "type:ignore",
    "nosec",
    "pragma:",
    "pragma ",
    "isort:",
    "fmt:",
    "yapf:",
    "nosemgrep",
    "skipcq",
    "codespell:",
    "pycodestyle:",
    "pydocstyle:",
    "bandit:",
    "NOSONAR",
    "NOLINT",
    "lgtm",
    "pytype:",
    "pyre-",
    "pyrefly:",
    "ty:",
    "cython:",
    "doctest:",
    "sourcery",
    "pyfix:",
    "noinspection",
    "region",
    "endregion",
    "<editor-fold",
    "</editor-fold",
    "%%",
];

/// Whether the text of a comment speaks to a tool about its line. A type comment does too: see [`is_type`].
pub fn is_pragma(comment: &str) -> bool {
    comment.split('#').skip(1).any(|part| {
        let words = part.trim_start();
        PRAGMAS
            .iter()
            .any(|pragma| words.get(..pragma.len()).is_some_and(|start| start.eq_ignore_ascii_case(pragma)))
    })
}

/// Whether the comment declares a type, for type checkers and as Python 2 code does: `# type: List[int]`.
pub fn is_type(comment: &str) -> bool {
    let words = comment.trim_start_matches('#').trim_start();
    words.strip_prefix("type:").is_some_and(|declared| !declared.trim_start().starts_with("ignore"))
}

/// The comments in `range`, in order.
pub fn comments_in<'t>(tree: &'t SyntaxTree<'t>, range: Range) -> impl Iterator<Item = Node<'t>> {
    tree.comments_from(range.start).take_while(move |comment| comment.range().start < range.end)
}

/// The comment behind `node` on the line on which it ends, if one stands there.
pub fn trailing_comment<'t>(tree: &'t SyntaxTree<'t>, offset: u32) -> Option<Node<'t>> {
    let line_end = tree.source().line_end(offset);
    let comment = tree.comments_from(offset).next().filter(|comment| comment.range().start < line_end)?;
    let between = tree.source().slice(Range::new(offset, comment.range().start));
    (between.trim().trim_matches(';').trim().is_empty() && comment.kind() == Kind::Comment).then_some(comment)
}
