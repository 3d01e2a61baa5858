//! How the result is written: one header, and the body one or more levels further out, but for the inside of strings.

use crate::edit::Edit;
use crate::edit::render::{Bracketed, Page, Slot, moved};
use crate::engine::Cx;
use crate::semantic::comments::comments_in;
use crate::semantic::guards::{self, Guarded};
use crate::semantic::{Reason, Refusal};
use crate::syntax::{ForLoop, Kind, Node};
use crate::text::{Range, Source};

/// The edits that make one loop of `loops`, which call `product` by that name.
///
/// # Errors
///
/// Where a header or a line of the body does not begin its line as it should, or comments would change places.
pub(super) fn edits(cx: &Cx<'_>, loops: &[ForLoop<'_>], product: &str) -> Guarded<Vec<Edit>> {
    let (Some(outermost), Some(innermost)) = (loops.first(), loops.last()) else { return Ok(Vec::new()) };
    for header in loops {
        guards::begins_line(cx.facts, header.node.range().start)?;
    }
    let mut edits = vec![header(cx, loops, outermost, innermost, product)?];
    edits.extend(body(cx, outermost, innermost)?);
    Ok(edits)
}

/// One past the colon of the header.
pub(super) fn header_end(header: &ForLoop<'_>) -> u32 {
    let colon = header.node.children().find(|part| part.is_token(":"));
    colon.map_or(header.iterable.range().end, |colon| colon.range().end)
}

fn header(
    cx: &Cx<'_>,
    loops: &[ForLoop<'_>],
    outermost: &ForLoop<'_>,
    innermost: &ForLoop<'_>,
    product: &str,
) -> Guarded<Edit> {
    let replaced = Range::new(outermost.node.range().start, header_end(innermost));
    let page = Page::at(cx.tree, replaced, cx.config.line_length);
    let inner = page.inner();
    let targets: Vec<String> = loops.iter().map(|header| target(header.target)).collect();
    let new = Bracketed {
        head: format!("for {} in {product}(", targets.join(", ")),
        parts: loops.iter().map(|header| Slot::Argument.fill(&moved(header.iterable, &inner))).collect(),
        separator: ", ",
        tail: "):".to_owned(),
    };
    let is_kept = |comment: &Node<'_>| loops.iter().any(|it| it.iterable.range().contains(comment.range()));
    let (kept, others): (Vec<Node<'_>>, Vec<Node<'_>>) =
        comments_in(cx.tree, replaced).partition(|comment| is_kept(comment));
    // for x in [1,  # one
    //           2]:  # and two
    //     for y in 'ab':
    let disturbed = kept
        .first()
        .and_then(|first| others.iter().find(|comment| comment.range().start > first.range().start));
    if let Some(comment) = disturbed {
        cx.facts.refuse(Refusal::new(Reason::CommentInTheWay, comment.range()))?;
    }
    let mut lines: Vec<&str> = others.iter().map(Node::text).collect();
    let text = new.lay_out(&page);
    lines.push(&text);
    Ok(Edit::replace(replaced, lines.join(&format!("{}{}", page.newline, page.indentation))))
}

/// The target of one loop, as one of several.
fn target(target: Node<'_>) -> String {
    let text = target.text();
    if target.kind() == Kind::PatternList { format!("({text})") } else { text.to_owned() }
}

/// What moves the lines of the body, and of comments behind it, to where the lines of the outermost body were.
fn body(cx: &Cx<'_>, outermost: &ForLoop<'_>, innermost: &ForLoop<'_>) -> Guarded<Vec<Edit>> {
    let source = cx.tree.source();
    let old = source.slice(source.indentation(innermost.node.range().start));
    let new = source.slice(source.indentation(outermost.node.range().start));
    let strings: Vec<Range> = innermost
        .body
        .descendants()
        .filter(|node| node.kind() == Kind::String)
        .map(|node| node.range())
        .collect();
    let starts: Vec<u32> =
        innermost.body.descendants().filter(Node::is_statement).map(|it| it.range().start).collect();
    let mut edits = Vec::new();
    let mut at = source.line_end(header_end(innermost));
    let end = end_with_comments(source, innermost);
    while at < end {
        let line = Range::new(at, source.line_end(at));
        let blank = source.slice(line).trim().is_empty();
        let in_string = strings.iter().any(|string| string.start < at && at < string.end);
        if !blank && !in_string {
            let indentation = source.indentation(at);
            if source.slice(indentation).starts_with(old) {
                edits.push(Edit::replace(Range::new(at, at + old.len() as u32), new));
            } else if starts.contains(&indentation.end) {
                // Tabs and blanks in one body, as Python 2 allows.
                cx.facts.refuse(Refusal::new(Reason::MixedIndentation, line))?;
            }
        }
        at = line.end.max(at + 1);
    }
    Ok(edits)
}

/// The end of the body, with the comments behind it that are indented as it is.
fn end_with_comments(source: &Source, innermost: &ForLoop<'_>) -> u32 {
    let first = innermost.body.statements().next().map_or(innermost.body, |first| first);
    let wanted = source.slice(source.indentation(first.range().start));
    let one_line = !source.begins_line(first.range().start);
    let mut end = source.line_end(innermost.body.range().end.saturating_sub(1));
    if one_line {
        return end;
    }
    let mut at = end;
    while at < source.len() {
        let line = source.slice(Range::new(at, source.line_end(at)));
        let is_comment = line.strip_prefix(wanted).is_some_and(|rest| rest.trim_start().starts_with('#'));
        if !is_comment && !line.trim().is_empty() {
            break;
        }
        at = source.line_end(at);
        if is_comment {
            end = at;
        }
    }
    end
}
