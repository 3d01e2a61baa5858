//! `string-concat`: a `+` chain of strings becomes one string with the values in their places.
//!
//! See `string-concat.md`. Every operand must be known to be a plain string: only then do `+` and a template
//! call nothing, fail never, and give the same.

#[path = "string_concat/chain.rs"]
mod chain;
#[path = "string_concat/write.rs"]
mod write;

use crate::edit::interpolate::{self, Conversion, Style};
use crate::edit::{Assumption, Decline, Edit, Fix, Measured, SameString, Verdict};
use crate::engine::{Cx, Meta, Transform};
use crate::semantic::guards::{self, PlainText};
use crate::semantic::{Facts, Reason};
use crate::syntax::{Kind, Node};
use crate::text::PythonVersion;

use chain::Chain;

/// The transform.
pub struct StringConcat;

static META: Meta = Meta {
    id: "string-concat",
    summary: "strings added with `+` become one string with the values in their places",
    page: include_str!("string-concat.md"),
    kinds: &[Kind::BinaryOperator],
    // A literal right before or behind a `+`, line breaks and comments aside.
    needles: &[r#"["'][\s\\]*(?:#[^\n]*\n[\s\\]*)*\+|\+[\s\\]*(?:#[^\n]*\n[\s\\]*)*[A-Za-z]{0,3}["']"#],
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
        let replacement = write::written(cx, &chain, style)?;
        Ok(Fix {
            transform: META.id,
            message: message(style).to_owned(),
            range: node.range(),
            edits: vec![Edit::replace(node.range(), interpolate::apart(node, &replacement))],
            strings: vec![SameString { before: vec![node.range()], after: replacement }],
            footprint: vec![node.range()],
            hoists: Vec::new(),
            imports: Vec::new(),
            measured: Some(measured(&chain, style)),
            assumptions,
        })
    }
}

/// What was measured for `chain`.
fn measured(chain: &Chain<'_>, style: Style) -> Measured {
    let conversions: Vec<Conversion> =
        chain.operands.iter().filter_map(|operand| Some(operand.converted?.1)).collect();
    let case = match (conversions.as_slice(), chain.operands.len()) {
        ([Conversion::Plain], _) => "str-of-int",
        ([Conversion::Repr], _) => "repr",
        ([Conversion::Str], _) => "str-of-any",
        ([_, _, ..], _) => "str-of-two",
        ([], 0..=3) => "three",
        ([], 4..=6) => "five",
        ([], _) => "nine",
    };
    let form = match style {
        Style::FString => "fstring",
        Style::Percent => "percent",
        Style::Format => "format",
    };
    Measured::new(case, form)
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
    let mut assumptions: Vec<Assumption> = Vec::new();
    for operand in &chain.operands {
        // One that is not known decides for all.
        let known = if assumptions.is_empty() {
            guards::plain_text(facts, operand.node)
        } else {
            guards::plain_text_here(facts, operand.node)
        };
        match known {
            PlainText::Surely => continue,
            PlainText::Never => return None,
            PlainText::Perhaps => {}
        }
        let assumption = super::string_augment::assume_text(facts, operand.node);
        if !assumptions.contains(&assumption) {
            assumptions.push(assumption);
        }
    }
    Some(assumptions)
}
