//! Checks that hold for every result, whatever made it. A failure is a bug in pyfix.

use crate::engine::Outcome;
use crate::syntax::{SyntaxTree, health};
use crate::text::{Dialect, Source};

/// What is wrong with `result`, the tree of what became of `original`, if anything: it must be as good Python as the
/// original was, and hold every comment of it, in order.
///
/// # Errors
///
/// Says what is wrong, in words for a bug report.
pub(super) fn verify(
    original: &SyntaxTree<'_>,
    outcome: &Outcome,
    result: &SyntaxTree<'_>,
) -> Result<(), String> {
    let (source, text) = (original.source(), result.source().text());
    if source.dialect() == Dialect::Python3 {
        check_python3(source, text)?;
    }
    check_comments(original, result)?;
    if crate::edit::apply(source.text(), &outcome.edits) != text {
        return Err("the edits do not add up to the result".to_owned());
    }
    Ok(())
}

fn check_python3(source: &Source, text: &str) -> Result<(), String> {
    let oldest = source.target().oldest;
    let after = health(text, oldest);
    if let Some((_, error)) = after.error {
        return Err(format!("the result is no valid Python 3: {error}"));
    }
    if after.too_new > 0 && after.too_new > health(source.text(), oldest).too_new {
        return Err(format!("the result needs a newer Python than {oldest}"));
    }
    Ok(())
}

fn check_comments(before: &SyntaxTree<'_>, after: &SyntaxTree<'_>) -> Result<(), String> {
    let mut left = after.comments().map(|comment| comment.text());
    match before.comments().find(|comment| left.next() != Some(comment.text())) {
        Some(lost) => Err(format!("the comment on line {} is lost or out of place", lost.line())),
        None => Ok(()),
    }
}
