//! How the result is written: the pieces of the loop as a comprehension or call, and the comments among them.

use crate::edit::render::{Bracketed, Page, Slot, columns, fill_between, moved, moved_range};
use crate::edit::{Edit, Fix, Measured};
use crate::engine::Cx;
use crate::semantic::comments::{comments_in, is_pragma, is_type, trailing_comment};
use crate::semantic::guards::Guarded;
use crate::semantic::{Facts, Reason, Refusal};
use crate::syntax::{Field, Kind, Node};
use crate::text::Range;

use super::META;
use super::measured;
use super::origin::{Creation, Empty};
use super::shape::{Addition, Clause, Element, Key, Shape};

/// The new value of the collection.
pub(in super::super) enum Value {
    /// `list(xs)`.
    Copy(&'static str),
    /// `list(map(function, xs))`.
    Map(String),
    /// `[...]` or `{...}`.
    Comprehension(Empty),
}

/// Where the value is assigned.
pub(in super::super) enum Target {
    /// In place of creation and loop, which stand next to one another.
    Creation(Range),
    /// In place of the loop; the lines of the creation go.
    Moved { lines: Range },
    /// In place of the loop; the creation stays.
    Site,
}

/// What a collection is extended with.
#[derive(Clone, Copy)]
pub(in super::super) enum Extension {
    /// What the loop iterates over.
    Iterable,
    /// A list that is built first.
    List,
    /// A generator.
    Generator,
}

/// `r = [...]` in place of the loop.
pub(in super::super) fn assignment(
    cx: &Cx<'_>,
    shape: &Shape<'_>,
    value: &Value,
    target: &Target,
    message: String,
) -> Guarded<Fix> {
    let site = shape.site;
    let replaced = match target {
        Target::Creation(range) => *range,
        Target::Moved { .. } | Target::Site => site.range(),
    };
    // The left side is copied from the creation where that goes, with its annotation.
    let left = match target {
        Target::Creation(range) => left_of_creation(cx, *range),
        _ => format!("{} = ", shape.receiver.text()),
    };
    let copied = match value {
        Value::Copy(_) | Value::Map(_) => iterated(shape),
        Value::Comprehension(_) => copied_pieces(shape),
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
    let mut edits = vec![replacement(cx, replaced, &new, &copied)?];
    let mut footprint = vec![replaced];
    if let Target::Moved { lines } = target {
        edits.insert(0, Edit::delete(*lines));
        footprint.insert(0, *lines);
    }
    let measured = measured::of_value(cx.facts, shape, value);
    Ok(finish(replaced, edits, footprint, message, measured))
}

/// What stands in front of the value that the creation at the beginning of `replaced` gives.
pub(in super::super) fn left_of_creation(cx: &Cx<'_>, replaced: Range) -> String {
    let first = Range::new(replaced.start, replaced.start + 1);
    let statement = cx.tree.covering(first).and_then(|node| node.statement());
    let inner = statement.and_then(|node| node.named_children().next());
    let value = inner.and_then(|inner| inner.child(Field::Right));
    value.map_or_else(String::new, |value| {
        cx.tree.source().slice(Range::new(replaced.start, value.range().start)).to_owned()
    })
}

/// A new value, as an expression that can be broken over lines.
pub(in super::super) struct Expression {
    /// What stands before the parts, ending in the opening bracket.
    pub head: String,
    /// The parts, in order.
    pub parts: Vec<String>,
    /// What stands between two parts.
    pub separator: &'static str,
    /// What stands behind the parts.
    pub tail: String,
    /// What of the original text the parts repeat.
    pub copied: Vec<Range>,
}

impl Expression {
    /// `head`, what the only loop iterates over, and `tail`.
    pub fn of_items(shape: &Shape<'_>, cx: &Cx<'_>, head: String, tail: &str) -> Self {
        let parts = vec![iterable(shape, cx)];
        // A comma that ends the last line of several would be the second one.
        let separator = if tail.starts_with(',') { " " } else { ", " };
        Self { head, parts, separator, tail: tail.to_owned(), copied: iterated(shape) }
    }

    /// `head`, the pieces of a comprehension, and `tail`.
    pub fn of_pieces(shape: &Shape<'_>, cx: &Cx<'_>, head: String, tail: &str) -> Self {
        let parts = pieces(shape, cx);
        Self { head, parts, separator: " ", tail: tail.to_owned(), copied: copied_pieces(shape) }
    }
}

/// An assignment in place of a loop.
pub(in super::super) struct Assigned {
    /// What it replaces.
    pub range: Range,
    /// The edits that it takes.
    pub edits: Vec<Edit>,
    /// The text that it looked at.
    pub footprint: Vec<Range>,
}

/// `receiver = value` in place of the loop, or of `creation` and loop; `operator` is used where the creation stays.
pub(in super::super) fn assigned(
    cx: &Cx<'_>,
    shape: &Shape<'_>,
    creation: Option<&Creation<'_>>,
    target: &Target,
    operator: &str,
    value: Expression,
) -> Guarded<Assigned> {
    let receiver = shape.receiver.text();
    let (left, range) = match (target, creation) {
        (Target::Creation(range), Some(creation)) => {
            let end = creation.assignment.right.range().start;
            (cx.tree.source().slice(Range::new(range.start, end)).to_owned(), *range)
        }
        (Target::Moved { .. }, _) => (format!("{receiver} = "), shape.site.range()),
        _ => (format!("{receiver} {operator} "), shape.site.range()),
    };
    let mut edits = vec![expression(cx, range, left, value)?];
    let mut footprint = vec![range];
    if let Target::Moved { lines } = target {
        edits.insert(0, Edit::delete(*lines));
        footprint.insert(0, *lines);
    }
    Ok(Assigned { range, edits, footprint })
}

/// `left` and the value in place of `range`.
pub(in super::super) fn expression(
    cx: &Cx<'_>,
    range: Range,
    left: String,
    value: Expression,
) -> Guarded<Edit> {
    let Expression { head, parts, separator, tail, copied } = value;
    replacement(cx, range, &Bracketed { head: left + &head, parts, separator, tail }, &copied)
}

/// `r.extend(...)` in place of the loop.
pub(in super::super) fn extension(
    cx: &Cx<'_>,
    shape: &Shape<'_>,
    with: Extension,
    message: String,
) -> Guarded<Fix> {
    let method = if matches!(shape.addition, Addition::Add(_)) { "update" } else { "extend" };
    let head = format!("{}.{method}(", shape.receiver.text());
    let new = match with {
        Extension::Iterable => {
            Bracketed { head, parts: vec![iterable(shape, cx)], separator: ", ", tail: ")".to_owned() }
        }
        Extension::List => {
            Bracketed { head: head + "[", parts: pieces(shape, cx), separator: " ", tail: "])".to_owned() }
        }
        Extension::Generator => {
            Bracketed { head, parts: pieces(shape, cx), separator: " ", tail: ")".to_owned() }
        }
    };
    let copied = match with {
        Extension::Iterable => iterated(shape),
        Extension::List | Extension::Generator => copied_pieces(shape),
    };
    let replaced = shape.site.range();
    let edits = vec![replacement(cx, replaced, &new, &copied)?];
    let measured = Some(measured::of_extension(shape, with));
    Ok(finish(replaced, edits, vec![replaced], message, measured))
}

fn finish(
    range: Range,
    edits: Vec<Edit>,
    footprint: Vec<Range>,
    message: String,
    measured: Option<Measured>,
) -> Fix {
    Fix {
        transform: META.id,
        message,
        range,
        edits,
        strings: Vec::new(),
        hoists: Vec::new(),
        imports: Vec::new(),
        measured,
        assumptions: Vec::new(),
        footprint,
    }
}

fn call(left: &str, function: &str, arguments: Vec<String>) -> Bracketed {
    Bracketed { head: format!("{left}{function}("), parts: arguments, separator: ", ", tail: ")".to_owned() }
}

/// What the only loop iterates over, as an argument.
pub(in super::super) fn iterable(shape: &Shape<'_>, cx: &Cx<'_>) -> String {
    let header = shape.loops().next();
    header.map_or_else(String::new, |header| Slot::Argument.fill(&moved(header.iterable, &inner(shape, cx))))
}

/// The element and the clauses of a comprehension.
pub(in super::super) fn pieces(shape: &Shape<'_>, cx: &Cx<'_>) -> Vec<String> {
    let to = inner(shape, cx);
    let piece = |slot: Slot, node: Node<'_>| slot.fill(&moved(node, &to));
    let added = match &shape.addition {
        Addition::Append(added)
        | Addition::Add(added)
        | Addition::Augment(added)
        | Addition::Decide { element: added, .. } => {
            let flat = element(added, &to);
            let fits = !flat.contains('\n') && columns(&to) + columns(&flat) <= cx.config.line_length;
            if fits { vec![flat] } else { element_lines(added, &to) }
        }
        Addition::Unpacked(argument) => vec![piece(Slot::Element, *argument)],
        Addition::Store { subscript, value } => {
            vec![format!("{}: {}", key(*subscript, &to), piece(Slot::Value, *value))]
        }
        Addition::Count { key: Key::Between(subscript), .. } => vec![key(*subscript, &to)],
        Addition::Count { key: Key::Expression(expression), .. } => vec![piece(Slot::Element, *expression)],
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
    added.into_iter().chain(clauses).collect()
}

/// The element of a comprehension, in pieces between which a line can be broken.
fn element_lines(added: &Element<'_>, to: &str) -> Vec<String> {
    let Element::Choice { condition, yes, no } = added else { return vec![element(added, to)] };
    let mut lines = vec![
        Slot::Chosen.fill(&element(yes, to)),
        format!("if {}", Slot::Condition.fill(&moved(*condition, to))),
    ];
    let mut rest = match no.as_ref() {
        choice @ Element::Choice { .. } => element_lines(choice, to),
        single => vec![Slot::Otherwise.fill(&element(single, to))],
    };
    if let Some(first) = rest.first_mut() {
        first.insert_str(0, "else ");
    }
    lines.extend(rest);
    lines
}

/// The element of a comprehension on one line.
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
        Element::Tail { sum, .. } => {
            added.range().map_or_else(String::new, |range| Slot::Element.fill(&moved_range(*sum, range, to)))
        }
        Element::Choice { .. } => element_lines(added, to).join(" "),
    }
}

/// The condition under which a turn goes on, when `condition` is the one under which it is skipped.
fn negated(condition: Node<'_>, to: &str) -> String {
    let bare = without_parentheses(condition);
    if let Some(argument) = argument_of_not(bare) {
        return Slot::Filter.fill(&moved(argument, to));
    }
    if let Some((operator, opposite)) = opposite_operator(bare) {
        let whole = bare.range();
        let before = moved_range(bare, Range::new(whole.start, operator.range().start), to);
        let behind = moved_range(bare, Range::new(operator.range().end, whole.end), to);
        return Slot::Filter.fill(&format!("{before}{opposite}{behind}"));
    }
    format!("not {}", Slot::Negated.fill(&moved(condition, to)))
}

/// The part of a condition that its negation repeats.
fn repeated_by_negation(condition: Node<'_>) -> Node<'_> {
    let bare = without_parentheses(condition);
    match argument_of_not(bare) {
        Some(argument) => argument,
        None if opposite_operator(bare).is_some() => bare,
        None => condition,
    }
}

fn without_parentheses(expression: Node<'_>) -> Node<'_> {
    let mut bare = expression;
    while bare.kind() == Kind::ParenthesizedExpression {
        let mut inner = bare.named_children();
        match (inner.next(), inner.next()) {
            (Some(only), None) => bare = only,
            _ => break,
        }
    }
    bare
}

fn argument_of_not(expression: Node<'_>) -> Option<Node<'_>> {
    (expression.kind() == Kind::NotOperator).then(|| expression.child(Field::Argument))?
}

/// The only operator of a comparison, and the one that asks the opposite of the same question: `in` and `is`
/// have one, `==` may not.
fn opposite_operator(expression: Node<'_>) -> Option<(Node<'_>, &'static str)> {
    let mut operators = expression.children_in(Field::Operators);
    let operator = operators.next().filter(|_| expression.kind() == Kind::ComparisonOperator)?;
    let opposite = match operator.text() {
        "in" => "not in",
        "not in" => "in",
        "is" => "is not",
        "is not" => "is",
        _ => return None,
    };
    operators.next().is_none().then_some((operator, opposite))
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

/// What the only loop iterates over, when that alone is repeated.
pub(in super::super) fn iterated(shape: &Shape<'_>) -> Vec<Range> {
    shape.loops().map(|header| header.iterable.range()).collect()
}

/// What the pieces of a comprehension repeat of the original text, with the comments in it.
pub(in super::super) fn copied_pieces(shape: &Shape<'_>) -> Vec<Range> {
    let clauses = shape.clauses.iter().flat_map(|clause| match clause {
        Clause::For(header) => vec![header.target, header.iterable],
        Clause::If(condition) => vec![*condition],
        Clause::Unless(condition) => vec![repeated_by_negation(*condition)],
    });
    let tail = match &shape.addition {
        Addition::Augment(tail @ Element::Tail { .. }) => tail.range(),
        _ => None,
    };
    clauses.chain(shape.addition.parts()).map(|node| node.range()).chain(tail).collect()
}

pub(in super::super) fn inner(shape: &Shape<'_>, cx: &Cx<'_>) -> String {
    Page::at(cx.tree, shape.site.range(), cx.config.line_length).inner()
}

/// The new code with the comments of what it replaces: those in `copied` text are part of the code, one that only
/// follows the creation stays behind it, all others stand above it, in order.
///
/// # Errors
///
/// Where comments would change places.
pub(in super::super) fn replacement(
    cx: &Cx<'_>,
    replaced: Range,
    new: &Bracketed,
    copied: &[Range],
) -> Guarded<Edit> {
    let source = cx.tree.source();
    let page = Page::at(cx.tree, replaced, cx.config.line_length);
    let mut text = new.lay_out(&page);
    let holder = |comment: &Node<'_>| copied.iter().find(|range| range.contains(comment.range()));
    let (inside, comments): (Vec<Node<'_>>, Vec<Node<'_>>) =
        comments_in(cx.tree, replaced).partition(|comment| holder(comment).is_some());
    check_order(cx.facts, &inside, &comments, holder)?;
    if let [only] = comments.as_slice() {
        let first_line = source.line(only.range().start) == source.line(replaced.start);
        let fits =
            !text.contains('\n') && page.used + columns(&text) + 2 + columns(only.text()) <= page.width;
        if is_type(only.text()) || (first_line && fits) {
            text = format!("{text}  {}", only.text());
            return Ok(Edit::replace(replaced, text));
        }
    }
    let next_line = format!("{}{}", page.newline, page.indentation);
    let mut lines: Vec<&str> = comments.iter().map(Node::text).collect();
    lines.push(&text);
    Ok(Edit::replace(replaced, lines.join(&next_line)))
}

/// Whether comments keep their order when those `moved` stand above the code that holds those `inside`.
///
/// ```python
/// for x in xs:
///     r.append(f(  # the first
///         x))  # the second
/// ```
///
/// # Errors
///
/// Where they do not.
fn check_order<'h>(
    facts: &Facts<'_>,
    inside: &[Node<'_>],
    moved: &[Node<'_>],
    holder: impl Fn(&Node<'_>) -> Option<&'h Range>,
) -> Guarded {
    let Some(first) = inside.first() else { return Ok(()) };
    let later = moved.iter().find(|comment| comment.range().start > first.range().start);
    let apart = inside.iter().find(|comment| holder(comment) != holder(first));
    match later.or(apart).or_else(|| moved.iter().find(|comment| is_type(comment.text()))) {
        Some(comment) => facts.refuse(Refusal::new(Reason::CommentInTheWay, comment.range())),
        None => Ok(()),
    }
}

/// Whether the comments between the beginning of `replaced` and the loop can be kept.
///
/// ```python
/// r = []  # type: List[int]
/// for x in xs:
///     r.append(x + 1)  # the next one
/// ```
///
/// # Errors
///
/// For comments that speak to a tool about their line, but for a type comment that is the only comment.
pub(in super::super) fn check_creation_comments(
    facts: &Facts<'_>,
    replaced: Range,
    site: Node<'_>,
) -> Guarded {
    let tree = facts.tree();
    let others = comments_in(tree, replaced).count();
    let early = comments_in(tree, Range::new(replaced.start, site.range().start));
    for comment in early {
        let refusal = || Refusal::new(Reason::PragmaInTheWay, comment.range());
        if is_pragma(comment.text()) {
            facts.refuse(refusal())?;
        }
        if is_type(comment.text()) && others > 1 {
            facts.refuse(refusal())?;
        }
    }
    Ok(())
}

/// Whether the comments in and behind the loop can be kept.
///
/// # Errors
///
/// For comments that speak to a tool about their line.
pub(in super::super) fn check_comments(facts: &Facts<'_>, site: Node<'_>) -> Guarded {
    let tree = facts.tree();
    let behind = trailing_comment(tree, site.range().end);
    for comment in comments_in(tree, site.range()).chain(behind) {
        if is_pragma(comment.text()) || is_type(comment.text()) {
            facts.refuse(Refusal::new(Reason::PragmaInTheWay, comment.range()))?;
        }
    }
    Ok(())
}
