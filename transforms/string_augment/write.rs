//! The one assignment that a row becomes.

use crate::edit::interpolate::{self, Argument, Conversion, Piece, Style, Unspeakable};
use crate::edit::render::{Page, columns, moved};
use crate::engine::Cx;
use crate::semantic::comments::{comments_in, is_pragma, is_type, trailing_comment};
use crate::semantic::guards::Guarded;
use crate::semantic::{Class, Facts, Reason, Refusal};
use crate::syntax::{Call, Node, is_text};
use crate::text::Range;

use super::operands::{Operand, holds_values};
use super::row::{Row, Step};

/// How the text is spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// As a literal with the values in their places.
    Template(Style),
    /// As the join of a list.
    Join,
}

/// The expression that gives the whole text, laid out for where the row stands.
pub(super) fn as_one(cx: &Cx<'_>, row: &Row<'_>, form: Form, left: &str) -> Guarded<String> {
    let comments = row_comments(cx.facts, row)?;
    let page = Page::at(cx.tree, row.range(), cx.config.line_length);
    let writer = Writer { cx, row, form, inner: page.inner() };
    let flat = writer.flat();
    let fits = |text: &String| {
        !text.contains('\n') && page.used + columns(left) + columns(text) + page.behind <= page.width
    };
    if let Some(flat) = flat.as_ref().ok().filter(|flat| comments.is_empty() && fits(flat)) {
        return Ok(flat.clone());
    }
    if let Form::Template(style @ (Style::Format | Style::Percent)) = form
        && comments.is_empty()
        && let Ok((text, arguments)) = writer.template(&writer.pieces(), style)
        && page.used + columns(left) + columns(&text) + " % (".len() <= page.width
        && !arguments.is_empty()
    {
        let behind = Page { used: page.used + columns(left), ..page };
        return Ok(interpolate::laid_out(&text, &arguments, style, &behind));
    }
    let Some(lines) = writer.lines(&comments)? else {
        if let Some(comment) = comments.first() {
            cx.facts.refuse(Refusal::new(Reason::CommentInTheWay, comment.node.range()))?;
        }
        return flat;
    };
    let newline = page.newline;
    let body = lines.text.join(&format!("{newline}{}", writer.inner));
    let body = format!("{newline}{}{body}{newline}{}", writer.inner, page.indentation);
    Ok(match form {
        Form::Template(style) => interpolate::expression(&format!("({body})"), &lines.arguments, style),
        Form::Join => format!("{}.join([{body}])", writer.empty()),
    })
}

/// A comment between the statements.
struct Comment<'t> {
    node: Node<'t>,
    /// How many statements stand in front of it.
    before: usize,
    /// Whether it stands on the last line of the last of them.
    trailing: bool,
}

/// Comments that can be kept where they are.
///
/// ```python
/// text = 'a'  # noqa: E501
/// text += ('b '  # why
///          'c')
/// ```
fn row_comments<'t>(facts: &Facts<'t>, row: &Row<'_>) -> Guarded<Vec<Comment<'t>>> {
    let tree = facts.tree();
    let behind = trailing_comment(tree, row.range().end);
    let mut kept = Vec::new();
    for comment in comments_in(tree, row.range()).chain(behind) {
        if is_pragma(comment.text()) || is_type(comment.text()) {
            facts.refuse(Refusal::new(Reason::PragmaInTheWay, comment.range()))?;
        }
        let at = comment.range();
        let mut operands = row.steps.iter().flat_map(|step| &step.operands);
        if operands.any(|operand| operand.node.range().contains(at)) {
            facts.refuse(Refusal::new(Reason::CommentInTheWay, at))?;
            continue;
        }
        let ends = row.steps.iter().map(|step| step.statement.range().end).take_while(|end| *end <= at.start);
        let line_of_last = ends.clone().last().map(|end| tree.source().line(end));
        if row.range().contains(at) {
            let trailing = line_of_last == Some(tree.source().line(at.start));
            kept.push(Comment { node: comment, before: ends.count(), trailing });
        }
    }
    Ok(kept)
}

/// Lines within brackets, and what belongs to the text of them all.
struct Lines {
    text: Vec<String>,
    arguments: Vec<Argument>,
}

struct Writer<'a, 'c, 't, 'r> {
    cx: &'a Cx<'c>,
    row: &'r Row<'t>,
    form: Form,
    inner: String,
}

impl<'t> Writer<'_, '_, 't, '_> {
    /// All on one line.
    fn flat(&self) -> Guarded<String> {
        let Form::Template(style) = self.form else {
            let items = self.items(self.row.operands()).join(", ");
            return Ok(format!("{}.join([{items}])", self.empty()));
        };
        let (text, arguments) = self.template(&self.pieces(), style)?;
        Ok(interpolate::expression(&text, &arguments, style))
    }

    /// What all operands are in a template.
    fn pieces(&self) -> Vec<Piece<'t>> {
        self.row.operands().map(|operand| self.piece(operand)).collect()
    }

    /// One line a statement, with its comments; `None` where a `%` or brace in one of them would have to be doubled for
    /// the sake of another.
    fn lines(&self, comments: &[Comment<'_>]) -> Guarded<Option<Lines>> {
        let mut lines = Lines { text: Vec::new(), arguments: Vec::new() };
        let constant = self.row.is_constant();
        for (at, step) in self.row.steps.iter().enumerate() {
            let written = match self.form {
                Form::Join => {
                    let items = self.items(step.operands.iter().filter(|operand| !operand.is_empty()));
                    if items.is_empty() { None } else { Some(format!("{},", items.join(", "))) }
                }
                Form::Template(style) => {
                    let of_values = |operand: &Operand<'_>| !operand.is_literal();
                    let doubles =
                        step.operands.iter().any(|it| it.is_literal() && style.reads_literal(it.node));
                    if !constant && doubles && !step.operands.iter().any(of_values) {
                        return Ok(None);
                    }
                    self.line(step, style, &mut lines.arguments)?
                }
            };
            let own = comments.iter().filter(|comment| comment.before == at && !comment.trailing);
            lines.text.extend(own.map(|comment| comment.node.text().to_owned()));
            let mut trailing = comments.iter().filter(|comment| comment.before == at + 1 && comment.trailing);
            match (written, trailing.next()) {
                (Some(line), Some(comment)) => lines.text.push(format!("{line}  {}", comment.node.text())),
                (Some(line), None) => lines.text.push(line),
                (None, Some(comment)) => lines.text.push(comment.node.text().to_owned()),
                (None, None) => {}
            }
        }
        Ok(Some(lines))
    }

    /// What one statement adds, as a literal; `None` where that is nothing.
    fn line(&self, step: &Step<'t>, style: Style, arguments: &mut Vec<Argument>) -> Guarded<Option<String>> {
        let shown: Vec<&Operand<'_>> = step.operands.iter().filter(|operand| !operand.is_empty()).collect();
        if let [only] = shown.as_slice()
            && is_text(only.node)
            && (only.is_literal() || style == Style::FString)
        {
            return Ok(Some(moved(only.node, &self.inner)));
        }
        if shown.is_empty() {
            return Ok(None);
        }
        let pieces: Vec<_> = shown.into_iter().map(|operand| self.piece(operand)).collect();
        let (text, values) = self.template(&pieces, style)?;
        arguments.extend(values);
        Ok(Some(text))
    }

    fn template(&self, pieces: &[Piece<'_>], style: Style) -> Guarded<(String, Vec<Argument>)> {
        let oldest = self.row.target.source().target().oldest;
        let (reason, at) = match interpolate::template(pieces, style, oldest) {
            Ok(written) => return Ok(written),
            Err(Unspeakable::Literal(literal)) => (Reason::TextNotOneLine, literal.range()),
            Err(Unspeakable::Expression(expression)) => (Reason::ExpressionNotEmbeddable, expression.range()),
        };
        // Without a text there is nothing to go on with.
        Err(Refusal::new(reason, at))
    }

    /// What the operand is in a template.
    fn piece(&self, operand: &Operand<'t>) -> Piece<'t> {
        let node = operand.node;
        if is_text(node) {
            return if holds_values(node) { Piece::Formatted(node) } else { Piece::Text(node) };
        }
        // str(repr(x))                       # is told from `repr(x)` by its spelling alone
        let twice = |inner: Node<'_>| {
            let called = Call::cast(inner).map(|call| call.function.text());
            matches!(called, Some("str" | "repr" | "ascii"))
        };
        let Some((inner, conversion)) = operand.converted.filter(|(inner, _)| !twice(*inner)) else {
            return Piece::Value(node, Conversion::Plain);
        };
        let found = self.cx.facts.type_of(inner).class();
        let plain = matches!(found, Some(Class::Str | Class::Int | Class::Float | Class::Bool | Class::None));
        match self.form {
            _ if plain && conversion == Conversion::Str => Piece::Value(inner, Conversion::Plain),
            Form::Template(Style::FString) => Piece::Value(inner, conversion),
            // '%s%s' % (x, y)                # both are evaluated before either becomes text
            _ => Piece::Value(node, Conversion::Plain),
        }
    }

    /// The items of a list, in which literals next to one another are one.
    fn items<'o>(&self, operands: impl Iterator<Item = &'o Operand<'t>>) -> Vec<String>
    where
        't: 'o,
    {
        let oldest = self.row.target.source().target().oldest;
        let mut items: Vec<String> = Vec::new();
        let mut literals: Vec<Piece<'t>> = Vec::new();
        for operand in operands {
            let written = moved(operand.node, &self.inner);
            if !operand.is_literal() {
                literals.clear();
                items.push(written);
                continue;
            }
            literals.push(Piece::Text(operand.node));
            let merged = interpolate::template(&literals, Style::FString, oldest);
            match (merged, literals.len()) {
                (Ok((text, _)), 2..) => {
                    items.pop();
                    items.push(text);
                }
                (Err(_), 2..) => {
                    literals = vec![Piece::Text(operand.node)];
                    items.push(written);
                }
                _ => items.push(written),
            }
        }
        items
    }

    /// The empty text, in the quotes that the first literal has.
    fn empty(&self) -> &'static str {
        let double = |operand: &&Operand<'_>| operand.node.text().ends_with('"');
        let first = self.row.steps.iter().flat_map(|step| &step.operands).find(|it| is_text(it.node));
        if first.as_ref().is_some_and(double) { "\"\"" } else { "''" }
    }
}

/// What is written in front of the text: the target, with its annotation.
pub(super) fn left<'t>(row: &Row<'t>) -> &'t str {
    let value = row.steps.first().and_then(|step| step.values.first());
    let end = value.map_or(row.target.range().end, |value| value.range().start);
    row.target.source().slice(Range::new(row.target.range().start, end))
}
