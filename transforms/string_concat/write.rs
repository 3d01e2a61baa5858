//! The text of the new string: what shares a line becomes one literal, and long strings keep their lines.

use crate::edit::interpolate::{self, Argument, Conversion, Piece, Style, Unspeakable};
use crate::edit::render::{Page, columns};
use crate::engine::Cx;
use crate::semantic::comments::comments_in;
use crate::semantic::guards::Guarded;
use crate::semantic::{Class, Facts, Reason, Refusal};
use crate::text::PythonVersion;

use super::chain::{self, Chain, Operand};

/// The expression that stands for `chain`.
///
/// # Errors
///
/// When a literal or an expression cannot be spelled in this style, or a comment has no place.
pub fn written(cx: &Cx<'_>, chain: &Chain<'_>, style: Style) -> Guarded<String> {
    let pieces: Vec<_> = chain.operands.iter().map(|operand| piece(cx.facts, operand, style)).collect();
    let writer = Writer {
        chain,
        pieces: &pieces,
        style,
        oldest: chain.node.source().target().oldest,
        page: Page::at(cx.tree, chain.node.range(), cx.config.line_length),
    };
    let (text, arguments) = match writer.lines() {
        Ok(lines) => lines,
        // There is nothing to go on with.
        Err(Unspeakable::Literal(literal)) => {
            return Err(Refusal::new(Reason::TextNotOneLine, literal.range()));
        }
        // There is nothing to go on with.
        Err(Unspeakable::Expression(expression)) => {
            return Err(Refusal::new(Reason::ExpressionNotEmbeddable, expression.range()));
        }
    };
    // str(  # why
    //     x)
    let lost = comments_in(cx.tree, chain.node.range()).find(|comment| {
        let holder = chain.operands.iter().position(|operand| operand.node.range().contains(comment.range()));
        holder.and_then(|at| pieces.get(at)).is_some_and(|piece| match piece {
            Piece::Value(value, _) => !value.range().contains(comment.range()),
            Piece::Text(_) | Piece::Formatted(_) => true,
        })
    });
    if let Some(comment) = lost {
        cx.facts.refuse(Refusal::new(Reason::CommentInTheWay, comment.range()))?;
    }
    Ok(interpolate::laid_out(&text, &arguments, style, &writer.page))
}

/// What the operand is in the new string.
fn piece<'t>(facts: &Facts<'_>, operand: &Operand<'t>, style: Style) -> Piece<'t> {
    let node = operand.node;
    if operand.is_text() {
        return if chain::holds_values(node) { Piece::Formatted(node) } else { Piece::Text(node) };
    }
    let Some((inner, conversion)) = operand.converted else {
        return Piece::Value(interpolate::unwrapped(node), Conversion::Plain);
    };
    let found = facts.type_of(inner).class();
    let shown = matches!(found, Some(Class::Str | Class::Int | Class::Float | Class::Bool | Class::None));
    match (conversion, style) {
        (Conversion::Str, _) if shown => Piece::Value(inner, Conversion::Plain),
        (_, Style::FString) => Piece::Value(inner, conversion),
        // '%s%s' % (x, y)                # both are evaluated before either becomes text
        (_, Style::Format | Style::Percent) => Piece::Value(node, Conversion::Plain),
    }
}

struct Writer<'a, 't> {
    chain: &'a Chain<'t>,
    pieces: &'a [Piece<'t>],
    style: Style,
    oldest: PythonVersion,
    page: Page<'a>,
}

type Written<'t, T> = Result<T, Unspeakable<'t>>;

impl<'t> Writer<'_, 't> {
    /// The literals, and what is handed to them.
    fn lines(&self) -> Written<'t, (String, Vec<Argument>)> {
        let mut rows = self.chain.rows().into_iter().peekable();
        let mut text = String::new();
        let mut arguments = Vec::new();
        while let Some(mut row) = rows.next() {
            if row.start > 0 {
                text.push_str(&self.break_before(row.start));
            }
            let mut line = self.literal(row.start, row.end)?;
            while let Some(next) = rows.peek() {
                let last = next.end == self.pieces.len();
                let Some(longer) = self.joined(row.start, next.start, next.end) else { break };
                if !self.fits(&text, &longer.0, last) {
                    break;
                }
                line = longer;
                row.end = next.end;
                rows.next();
            }
            text.push_str(&line.0);
            arguments.extend(line.1);
        }
        Ok((text, arguments))
    }

    /// The literal of what stands on two lines now, if it may stand on one.
    fn joined(&self, start: usize, middle: usize, end: usize) -> Option<(String, Vec<Argument>)> {
        let (before, behind) = self.chain.gap(middle);
        // 'usage:\n' +                   # a line of the text is a line of the code
        let ends_line =
            middle.checked_sub(1).and_then(|at| self.chain.operands.get(at)).is_some_and(|operand| {
                operand.is_text() && operand.node.text().trim_end_matches(['"', '\'']).ends_with("\\n")
            });
        let clean = !before.contains('#') && !behind.contains('#') && !ends_line;
        clean.then(|| self.literal(start, end).ok()).flatten()
    }

    /// Whether `line` can follow `text`, which holds the lines before.
    fn fits(&self, text: &str, line: &str, last: bool) -> bool {
        let used = text.rsplit_once('\n').map_or(self.page.used, |(_, begun)| columns(begun));
        used + columns(line) + if last { self.page.behind } else { 0 } <= self.page.width
    }

    /// One literal for the operands from `start` to `end`.
    fn literal(&self, start: usize, end: usize) -> Written<'t, (String, Vec<Argument>)> {
        let parts = self.pieces.get(start..end).unwrap_or_default();
        // A line of its own without values belongs to the template of the others, and would have to double its signs.
        let read = |part: &Piece<'t>| match part {
            Piece::Text(literal) if self.style.reads_literal(*literal) => Some(*literal),
            _ => None,
        };
        if parts.iter().all(|part| matches!(part, Piece::Text(_)))
            && let Some(literal) = parts.iter().find_map(read)
        {
            return Err(Unspeakable::Literal(literal));
        }
        match parts {
            [Piece::Text(only) | Piece::Formatted(only)] if !self.style.reads_literal(*only) => {
                Ok((only.text().to_owned(), Vec::new()))
            }
            _ => interpolate::template(parts, self.style, self.oldest),
        }
    }

    /// What stands between two lines, without the operator.
    fn break_before(&self, at: usize) -> String {
        let (before, behind) = self.chain.gap(at);
        if behind.contains('\n') {
            format!("{}{behind}", before.trim_end_matches([' ', '\t']))
        } else {
            format!("{before}{}", behind.trim_start_matches([' ', '\t']))
        }
    }
}
