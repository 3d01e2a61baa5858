//! Guards about lines, which Python and people read alike.

use super::super::{Facts, Reason, Refusal};
use super::Guarded;
use crate::syntax::Node;
use crate::text::Range;

/// That a line can be inserted before the statement `anchor`.
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
pub fn begins_line(facts: &Facts<'_>, anchor: Node<'_>) -> Guarded {
    if anchor.source().begins_line(anchor.range().start) {
        Ok(())
    } else {
        facts.refuse(Refusal::new(Reason::SharedLine, header(anchor)))
    }
}

/// The first line of a statement, for pointing at it.
pub fn header(node: Node<'_>) -> Range {
    let end = node.source().line_end(node.range().start).min(node.range().end);
    let text = node.source().slice(Range::new(node.range().start, end)).trim_end();
    Range::new(node.range().start, node.range().start + text.len() as u32)
}
