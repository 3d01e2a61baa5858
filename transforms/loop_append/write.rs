//! How the result is written: the pieces of the loop as a comprehension or call, and the comments among them.

use crate::edit::render::{Bracketed, Page, Slot, fill_between, moved, moved_range};
use crate::edit::{Edit, Fix};
use crate::engine::Cx;
use crate::semantic::comments::{comments_in, is_pragma, is_type, trailing_comment};
use crate::semantic::guards::Guarded;
use crate::semantic::{Reason, Refusal};
use crate::syntax::{Field, Kind, Node, SyntaxTree};
use crate::text::Range;

use super::META;
use super::origin::Empty;
use super::shape::{Addition, Clause, Element, Shape};

/// The new value of the collection.
pub(super) enum Value {
    /// `list(xs)`.
    Copy(&'static str),
    /// `list(map(function, xs))`.
    Map(String),
    /// `[...]` or `{...}`.
    Comprehension(Empty),
}

/// Where the value is assigned.
pub(super) enum Target {
    /// In place of creation and loop, which stand next to one another.
    Creation(Range),
    /// In place of the loop; the lines of the creation go.
    Moved { lines: Range },
    /// In place of the loop; the creation stays.
    Site,
}

/// What a collection is extended with.
#[derive(Clone, Copy)]
pub(super) enum Extension {
    /// What the loop iterates over.
    Iterable,
    /// A list, or set, that is built first.
    List,
    /// A generator.
    Generator,
}

/// `r = [...]` in place of the loop.
pub(super) fn assignment(
    cx: &Cx<'_>,
    shape: &Shape<'_>,
    value: &Value,
    target: &Target,
    message: String,
) -> Fix {
    let site = shape.site;
    let replaced = match target {
        Target::Creation(range) => *range,
        Target::Moved { .. } | Target::Site => site.range(),
    };
    let source = cx.tree.source();
    // The left side is copied from the creation where that goes, with its annotation.
    let left = match target {
        Target::Creation(range) => {
            let statement =
                cx.tree.covering(Range::new(range.start, range.start + 1)).and_then(|node| node.statement());
            let right = statement
                .and_then(|node| node.named_children().next())
                .and_then(|node| node.child(Field::Right));
            right.map_or_else(String::new, |right| {
                source.slice(Range::new(range.start, right.range().start)).to_owned()
            })
        }
        _ => format!("{} = ", shape.receiver.text()),
    };
    let new = match value {
        Value::Copy(name) => call(&left, name, vec![iterable(shape, cx)]),
        Value::Map(function) => {
            let mapped = format!("map({function}, {})", iterable(shape, cx));
            call(&left, "list", vec![mapped])
        }
        Value::Comprehension(what) => {
            let (open, close) = if *what == Empty::List { ("[", "]") } else { ("{", "}") };
            Bracketed {
                head: format!("{left}{open}"),
                parts: pieces(shape, cx),
                separator: " ",
                tail: close.to_owned(),
            }
        }
    };
    let mut edits = vec![replacement(cx, shape, replaced, &new)];
    let mut footprint = vec![replaced];
    if let Target::Moved { lines } = target {
        edits.insert(0, Edit::delete(*lines));
        footprint.insert(0, *lines);
    }
    finish(replaced, edits, footprint, message)
}

/// `r.extend(...)` in place of the loop.
pub(super) fn extension(cx: &Cx<'_>, shape: &Shape<'_>, with: Extension, message: String) -> Fix {
    let method = if matches!(shape.addition, Addition::Add(_)) { "update" } else { "extend" };
    let head = format!("{}.{method}(", shape.receiver.text());
    let new = match with {
        Extension::Iterable => {
            Bracketed { head, parts: vec![iterable(shape, cx)], separator: ", ", tail: ")".to_owned() }
        }
        Extension::List if method == "extend" => {
            Bracketed { head: head + "[", parts: pieces(shape, cx), separator: " ", tail: "])".to_owned() }
        }
        Extension::List | Extension::Generator => {
            Bracketed { head, parts: pieces(shape, cx), separator: " ", tail: ")".to_owned() }
        }
    };
    let replaced = shape.site.range();
    finish(replaced, vec![replacement(cx, shape, replaced, &new)], vec![replaced], message)
}

fn finish(range: Range, edits: Vec<Edit>, footprint: Vec<Range>, message: String) -> Fix {
    Fix {
        transform: META.id,
        message,
        range,
        edits,
        hoists: Vec::new(),
        imports: Vec::new(),
        assumptions: Vec::new(),
        footprint,
    }
}

fn call(left: &str, function: &str, arguments: Vec<String>) -> Bracketed {
    Bracketed { head: format!("{left}{function}("), parts: arguments, separator: ", ", tail: ")".to_owned() }
}

/// What the only loop iterates over, as an argument.
fn iterable(shape: &Shape<'_>, cx: &Cx<'_>) -> String {
    let header = shape.loops().next();
    header.map_or_else(String::new, |header| Slot::Argument.fill(&moved(header.iterable, &inner(shape, cx))))
}

/// The element and the clauses of a comprehension.
fn pieces(shape: &Shape<'_>, cx: &Cx<'_>) -> Vec<String> {
    let to = inner(shape, cx);
    let piece = |slot: Slot, node: Node<'_>| slot.fill(&moved(node, &to));
    let added = match &shape.addition {
        Addition::Append(added) | Addition::Add(added) => element(added, &to),
        Addition::Unpacked(argument) => piece(Slot::Element, *argument),
        Addition::Store { subscript, value } => {
            format!("{}: {}", key(*subscript, &to), piece(Slot::Value, *value))
        }
    };
    let clauses = shape.clauses.iter().map(|clause| match clause {
        Clause::For(header) => {
            let keyword = if header.is_async() { "async for" } else { "for" };
            let target = moved(header.target, &to);
            format!("{keyword} {target} in {}", piece(Slot::Iterable, header.iterable))
        }
        Clause::If(condition) => format!("if {}", piece(Slot::Filter, *condition)),
        Clause::Unless(condition) => format!("if {}", negated(*condition, &to)),
    });
    std::iter::once(added).chain(clauses).collect()
}

/// The element of a comprehension.
fn element(added: &Element<'_>, to: &str) -> String {
    match added {
        Element::Plain(node) => Slot::Element.fill(&moved(*node, to)),
        Element::Inlined { expression, name, value } => {
            let (whole, hole) = (expression.range(), name.range());
            let part = |range: Range| moved_range(*expression, range, to);
            let before = part(Range::new(whole.start, hole.start));
            let behind = part(Range::new(hole.end, whole.end));
            Slot::Element.fill(&fill_between(&before, &moved(*value, to), &behind))
        }
        Element::Choice { condition, yes, no } => {
            let part = |slot: Slot, text: &str| slot.fill(text);
            let yes = part(Slot::Chosen, &element(yes, to));
            let condition = part(Slot::Condition, &moved(*condition, to));
            let no = part(Slot::Otherwise, &element(no, to));
            format!("{yes} if {condition} else {no}")
        }
    }
}

/// The condition under which a turn goes on, when `condition` is the one under which it is skipped.
fn negated(condition: Node<'_>, to: &str) -> String {
    let mut bare = condition;
    while bare.kind() == Kind::ParenthesizedExpression {
        let mut inner = bare.named_children();
        match (inner.next(), inner.next()) {
            (Some(only), None) => bare = only,
            _ => break,
        }
    }
    if bare.kind() == Kind::NotOperator
        && let Some(argument) = bare.child(Field::Argument)
    {
        return Slot::Filter.fill(&moved(argument, to));
    }
    // `in` and `is` have a negation that asks the same question; `==` may not.
    let mut operators = bare.children_in(Field::Operators);
    if let (Kind::ComparisonOperator, Some(operator), None) =
        (bare.kind(), operators.next(), operators.next())
    {
        let opposite = match operator.text() {
            "in" => Some("not in"),
            "not in" => Some("in"),
            "is" => Some("is not"),
            "is not" => Some("is"),
            _ => None,
        };
        if let Some(opposite) = opposite {
            let whole = bare.range();
            let before = moved_range(bare, Range::new(whole.start, operator.range().start), to);
            let behind = moved_range(bare, Range::new(operator.range().end, whole.end), to);
            return Slot::Filter.fill(&format!("{before}{opposite}{behind}"));
        }
    }
    format!("not {}", Slot::Negated.fill(&moved(condition, to)))
}

/// The key of a subscript; several subscripts, or one behind a comma, are a tuple.
fn key(subscript: Node<'_>, to: &str) -> String {
    let keys: Vec<Node<'_>> =
        subscript.children_in(Field::Subscript).filter(|node| !node.is_token(",")).collect();
    let (Some(first), Some(last)) = (keys.first(), keys.last()) else { return String::new() };
    let close = subscript.children().filter(|node| node.is_token("]")).last();
    let behind = close.map_or(last.range().end, |close| close.range().start);
    let source = subscript.source();
    let comma = source.slice(Range::new(last.range().end, behind)).contains(',');
    if let ([only], false) = (keys.as_slice(), comma) {
        return Slot::Key.fill(&moved(*only, to));
    }
    let end = if comma { behind } else { last.range().end };
    let text = source.slice(Range::new(first.range().start, end)).trim_end();
    format!("({text})")
}

fn inner(shape: &Shape<'_>, cx: &Cx<'_>) -> String {
    Page::at(cx.tree, shape.site.range(), cx.config.line_length).inner()
}

/// The new code with the comments of what it replaces: one that only follows the creation stays behind the
/// code, all others stand above it, in order.
fn replacement(cx: &Cx<'_>, shape: &Shape<'_>, replaced: Range, new: &Bracketed) -> Edit {
    let source = cx.tree.source();
    let page = Page::at(cx.tree, replaced, cx.config.line_length);
    let mut text = new.lay_out(&page);
    // A comment within an expression moves with it.
    let parts: Vec<Range> = shape.parts().iter().map(Node::range).collect();
    let within = |comment: &Node<'_>| parts.iter().any(|part| part.contains(comment.range()));
    let comments: Vec<Node<'_>> = comments_in(cx.tree, replaced).filter(|comment| !within(comment)).collect();
    if let [only] = comments.as_slice() {
        let first_line = source.line(only.range().start) == source.line(replaced.start);
        let fits = !text.contains('\n')
            && page.used + text.chars().count() + 2 + only.text().chars().count() <= page.width;
        if is_type(only.text()) || (first_line && fits) {
            text = format!("{text}  {}", only.text());
            return Edit::replace(replaced, text);
        }
    }
    let above: String = comments
        .iter()
        .map(|comment| format!("{}{}{}", comment.text(), page.newline, page.indentation))
        .collect();
    Edit::replace(replaced, above + &text)
}

/// Whether the comments in and behind the loop, and behind the creation before it, can be kept.
///
/// # Errors
///
/// For comments that speak to a tool about their line.
pub(super) fn check_comments(tree: &SyntaxTree<'_>, site: Node<'_>) -> Guarded {
    let behind = trailing_comment(tree, site.range().end);
    for comment in comments_in(tree, site.range()).chain(behind) {
        if is_pragma(comment.text()) || is_type(comment.text()) {
            return Err(Refusal::new(Reason::PragmaInTheWay, comment.range()));
        }
    }
    Ok(())
}
