//! Guards about lines, which Python and people read alike.

use super::super::{Facts, Reason, Refusal};
use super::Guarded;
use crate::syntax::Node;
use crate::text::{Range, Source};

/// That a line can be inserted before the statement that begins at `anchor`. The engine asks it for every hoist.
///
/// ```python
/// def f():
///     \
/// for x in xs: pass
/// ```
///
/// # Errors
///
/// When something else, or the end of a continued line, stands before it on its line.
pub fn begins_line(facts: &Facts<'_>, anchor: u32) -> Guarded {
    let source = facts.tree().source();
    if source.begins_line(anchor) {
        return Ok(());
    }
    facts.refuse(Refusal::new(Reason::SharedLine, rest_of_line(source, Range::new(anchor, source.len()))))
}

/// The first line of a statement, for pointing at it.
pub fn header(node: Node<'_>) -> Range {
    rest_of_line(node.source(), node.range())
}

/// What of `range` stands on its first line.
fn rest_of_line(source: &Source, range: Range) -> Range {
    let end = source.line_end(range.start).min(range.end);
    let text = source.slice(Range::new(range.start, end)).trim_end();
    Range::new(range.start, range.start + text.len() as u32)
}
