//! `string-concat`: a `+` chain of strings becomes one string with the values in their places.
//!
//! See `string-concat.md`. Every operand must be known to be a plain string: only then do `+` and a template
//! call nothing, fail never, and give the same.

#[path = "string_concat/chain.rs"]
mod chain;

use crate::edit::interpolate::{self, Argument, Conversion, Piece, Style, Unspeakable};
use crate::edit::{Assumption, Decline, Edit, Fix, SameString, Verdict};
use crate::engine::{Cx, Meta, Transform};
use crate::semantic::comments::comments_in;
use crate::semantic::guards::{self, Guarded};
use crate::semantic::{Class, Facts, Reason, Refusal};
use crate::syntax::{Kind, Node};
use crate::text::PythonVersion;

use chain::{Chain, Operand};

/// The transform.
pub struct StringConcat;

static META: Meta = Meta {
    id: "string-concat",
    summary: "strings added with `+` become one string with the values in their places",
    page: include_str!("string-concat.md"),
    kinds: &[Kind::BinaryOperator],
    // A literal right before or behind a `+`, line breaks and comments aside.
    needles: &[r#"["'][\s\\]*(?:#[^\n]*\n[\s\\]*)*\+"#, r#"\+[\s\\]*(?:#[^\n]*\n[\s\\]*)*[A-Za-z]{0,3}["']"#],
    reasons: &[
        Reason::LazyMessage,
        Reason::TextNotOneLine,
        Reason::ExpressionNotEmbeddable,
        Reason::CommentInTheWay,
        Reason::FormattingOff,
    ],
    oldest: PythonVersion::PY27,
    priority: 30,
};

impl Transform for StringConcat {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, node: Node<'_>, cx: &Cx<'_>) -> Verdict {
        let chain = Chain::of(node, cx.facts).ok_or(Decline::NotThisShape)?;
        let pays =
            chain.operands.len() > 2 || chain.operands.iter().any(|operand| operand.converted.is_some());
        if (!pays && !cx.config.selection.names(META.id)) || guards::is_read_as_spelled(node) {
            return Err(Decline::NotThisShape);
        }
        let assumptions = assumptions(cx.facts, &chain).ok_or(Decline::NotThisShape)?;
        // log.debug('read ' + name + '\n')
        guards::no_template(cx.facts, node)?;
        let style = Style::wanted(cx.config.string_style, node.source().target());
        let replacement = written(cx, &chain, style)?;
        Ok(Fix {
            transform: META.id,
            message: message(style).to_owned(),
            range: node.range(),
            edits: vec![Edit::replace(node.range(), interpolate::apart(node, &replacement))],
            strings: vec![SameString { before: vec![node.range()], after: replacement }],
            footprint: vec![node.range()],
            hoists: Vec::new(),
            imports: Vec::new(),
            assumptions,
        })
    }
}

const fn message(style: Style) -> &'static str {
    match style {
        Style::FString => "write the added strings as one f-string",
        Style::Format => "write the added strings as one `format` call",
        Style::Percent => "write the added strings as one `%` template",
    }
}

/// What has to be assumed for every operand to be a plain string; `None` where one surely is something else.
///
/// ```python
/// 'a' + column + 'b'                   # an SQL expression
/// ```
fn assumptions(facts: &Facts<'_>, chain: &Chain<'_>) -> Option<Vec<Assumption>> {
    let mut assumptions = Vec::new();
    for operand in chain.operands.iter().filter(|operand| !operand.is_text()) {
        let found = facts.type_of(operand.node);
        if found.is(Class::Str) {
            continue;
        }
        if found.base().is_some_and(|base| base != Class::Str) {
            return None;
        }
        assumptions.push(Assumption {
            id: "operand-is-str",
            sentence: format!("`{}` is a plain `str`", one_line(operand.node.text())),
        });
    }
    Some(assumptions)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What the operand is in the new string.
fn piece<'t>(facts: &Facts<'_>, operand: &Operand<'t>, style: Style) -> Piece<'t> {
    let node = operand.node;
    if operand.is_text() {
        return if chain::holds_values(node) { Piece::Formatted(node) } else { Piece::Text(node) };
    }
    let Some(inner) = operand.converted else {
        return Piece::Value(chain::unwrapped(node), Conversion::Plain);
    };
    let found = facts.type_of(inner).class();
    if matches!(found, Some(Class::Str | Class::Int | Class::Float | Class::Bool | Class::None)) {
        return Piece::Value(inner, Conversion::Plain);
    }
    match style {
        Style::FString => Piece::Value(inner, Conversion::Str),
        // '%s%s' % (x, y)                # both are evaluated before either becomes text
        Style::Format | Style::Percent => Piece::Value(node, Conversion::Plain),
    }
}

/// The new text: what shared a line becomes one literal, and lines stay lines.
fn written(cx: &Cx<'_>, chain: &Chain<'_>, style: Style) -> Guarded<String> {
    let pieces: Vec<_> = chain.operands.iter().map(|operand| piece(cx.facts, operand, style)).collect();
    let oldest = chain.node.source().target().oldest;
    let mut text = String::new();
    let mut arguments: Vec<Argument> = Vec::new();
    for row in chain.rows() {
        if row.start > 0 {
            let (before, behind) = chain.gap(row.start);
            if behind.contains('\n') {
                text.push_str(before.trim_end_matches([' ', '\t']));
                text.push_str(behind);
            } else {
                text.push_str(before);
                text.push_str(behind.trim_start_matches([' ', '\t']));
            }
        }
        let parts = pieces.get(row).unwrap_or_default();
        if let [Piece::Text(only) | Piece::Formatted(only)] = parts
            && !style.reads_literal(*only)
        {
            text.push_str(only.text());
            continue;
        }
        match interpolate::template(parts, style, oldest) {
            Ok((template, values)) => {
                text.push_str(&template);
                arguments.extend(values);
            }
            Err(Unspeakable::Literal(literal)) => {
                cx.facts.refuse(Refusal::new(Reason::TextNotOneLine, literal.range()))?;
            }
            Err(Unspeakable::Expression(expression)) => {
                cx.facts.refuse(Refusal::new(Reason::ExpressionNotEmbeddable, expression.range()))?;
            }
        }
    }
    // Arguments follow the whole text, and so would the comments of its lines.
    let lost = comments_in(cx.tree, chain.node.range()).find(|comment| {
        let inside = |operand: &Operand<'_>| operand.node.range().contains(comment.range());
        !arguments.is_empty() || chain.operands.iter().any(inside)
    });
    if let Some(comment) = lost {
        cx.facts.refuse(Refusal::new(Reason::CommentInTheWay, comment.range()))?;
    }
    Ok(interpolate::expression(&text, &arguments, style))
}
