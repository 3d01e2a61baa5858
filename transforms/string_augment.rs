//! `string-augment`: a text that is put together in a row of statements becomes one expression.
//!
//! See `string-augment.md`. Here is the judgement alone: what the row looks like is in `row` and `operands`, how the
//! result is written in `write`.

#[path = "string_augment/operands.rs"]
mod operands;
#[path = "string_augment/row.rs"]
mod row;
#[path = "string_augment/write.rs"]
mod write;

use crate::edit::interpolate::{StringStyle, Style};
use crate::edit::{Assumption, Decline, Edit, Fix, Measured, SameString, Verdict};
use crate::engine::{Cx, Meta, Transform};
use crate::semantic::guards::{self, Guarded, PlainText};
use crate::semantic::{Facts, Reason, Refusal};
use crate::syntax::{Kind, Node, is_text};
use crate::text::PythonVersion;

use row::{Row, Step};
use write::Form;

/// The transform.
pub struct StringAugment;

static META: Meta = Meta {
    id: "string-augment",
    summary: "a text that is put together in a row of statements becomes one literal, f-string or join",
    page: include_str!("string-augment.md"),
    kinds: &[Kind::ExpressionStatement],
    needles: &[r"\+=|=(?:\s|\\\r?\n)*\w+(?:\s|\\\r?\n)*\+"],
    reasons: &[
        Reason::ClassScope,
        Reason::DynamicScope,
        Reason::AccumulatorObservable,
        Reason::PartialResult,
        Reason::TextNotOneLine,
        Reason::ExpressionNotEmbeddable,
        Reason::CommentInTheWay,
        Reason::PragmaInTheWay,
        Reason::FormattingOff,
        Reason::NoGain,
    ],
    oldest: PythonVersion::PY27,
    priority: 20,
};

/// From so many texts on the join of a list was measured to be no slower than adding them up; an f-string is faster
/// than both from three on, where the target has it.
const JOIN_PAYS: usize = 6;

impl Transform for StringAugment {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn check(&self, node: Node<'_>, cx: &Cx<'_>) -> Verdict {
        let mut row = Row::of(node, cx.facts).ok_or(Decline::NotThisShape)?;
        let known = row.steps.iter().take_while(|step| step.known() == PlainText::Surely).count();
        // What is sure goes first; the rest is looked at again when it is done.
        if known > 1 && known < row.steps.len() {
            let rest = row.steps.split_off(known);
            if form(cx, &row).is_none() {
                row.steps.extend(rest);
            }
        }
        // total = first
        // total += second
        if !row.operands().any(|operand| operand.known == PlainText::Surely) {
            return Err(Decline::NotThisShape);
        }
        let judge = Judge { facts: cx.facts, row: &row };
        let assumptions = judge.assumptions();
        let form = match form(cx, &row) {
            Some(form) => form,
            None if assumptions.is_empty() => judge.slower_form()?,
            None => return Err(Decline::NotThisShape),
        };
        judge.unnoticed()?;
        let left = write::left(&row);
        let (expression, form) = match write::as_one(cx, &row, form, left) {
            // An f-string cannot hold everything; a list can.
            Err(why) if why.reason == Reason::ExpressionNotEmbeddable && joins(cx, &row) => {
                (write::as_one(cx, &row, Form::Join, left)?, Form::Join)
            }
            written => (written?, form),
        };
        let range = row.range();
        let before = row.steps.iter().flat_map(|step| &step.values).map(Node::range).collect();
        Ok(Fix {
            transform: META.id,
            message: format!("write `{}` as one {}", row.target.text(), noun(&row, form)),
            range,
            edits: vec![Edit::replace(range, format!("{left}{expression}"))],
            strings: vec![SameString { before, after: expression }],
            hoists: Vec::new(),
            imports: Vec::new(),
            measured: measured(&row, form),
            assumptions,
            footprint: vec![range],
        })
    }
}

fn noun(row: &Row<'_>, form: Form) -> &'static str {
    match form {
        _ if row.is_constant() => "literal",
        Form::Template(Style::FString) => "f-string",
        Form::Template(Style::Format) => "`format` call",
        Form::Template(Style::Percent) => "`%` template",
        Form::Join => "join",
    }
}

/// The form that was measured to be fastest, or that the user wants; `None` where none is faster than the row.
fn form(cx: &Cx<'_>, row: &Row<'_>) -> Option<Form> {
    let target = row.target.source().target();
    let wanted = cx.config.string_style;
    let style = Style::wanted(wanted, target);
    let count = row.operands().count();
    let asked = wanted != StringStyle::Auto || cx.config.selection.names(META.id);
    match style {
        _ if row.is_constant() => Some(Form::Template(style)),
        // text = ''
        // text += name
        _ if count < 2 => None,
        Style::FString if count > 2 => Some(Form::Template(style)),
        _ if style != Style::FString && joins(cx, row) => Some(Form::Join),
        _ if asked => Some(Form::Template(style)),
        _ => None,
    }
}

/// Whether a join pays, and the user asked for nothing else.
fn joins(cx: &Cx<'_>, row: &Row<'_>) -> bool {
    cx.config.string_style == StringStyle::Auto && row.operands().count() >= JOIN_PAYS
}

/// Everything that is known while one row is judged.
struct Judge<'a, 'c, 't> {
    facts: &'a Facts<'c>,
    row: &'a Row<'t>,
}

impl Judge<'_, '_, '_> {
    /// That nobody could tell that the text is assigned when it is complete.
    fn unnoticed(&self) -> Guarded {
        let (facts, row) = (self.facts, self.row);
        let scope = guards::own_names(facts, row.target)?;
        guards::own_variable(facts, row.target, scope, Reason::AccumulatorObservable)?;
        // Without a flow there is nothing to go on with.
        let none = || Refusal::new(Reason::DynamicScope, guards::header(row.target));
        let flow = facts.flow(scope).ok_or_else(none)?;
        let noticeable = |step: &&Step<'_>| {
            let harmless = |value: &Node<'_>| guards::cannot_fail(facts, &flow, *value, step.statement);
            !step.values.iter().all(harmless)
        };
        // text = 'a'
        // text += show()                     # a function that looks at `text`, or fails
        for step in row.steps.iter().skip(1).filter(noticeable) {
            guards::unobserved(facts, &flow, row.variable, &step.values, None, step.statement)?;
            guards::no_partial_result(facts, &flow, row.variable, step.statement)?;
        }
        Ok(())
    }

    /// A form that is right, and no faster than the row.
    fn slower_form(&self) -> Guarded<Form> {
        let target = self.row.target;
        self.facts.refuse(Refusal::new(Reason::NoGain, guards::header(target)))?;
        Ok(Form::Template(Style::wanted(StringStyle::Auto, target.source().target())))
    }

    /// What has to be assumed for every operand to be text.
    fn assumptions(&self) -> Vec<Assumption> {
        let mut assumptions: Vec<Assumption> = Vec::new();
        for operand in self.row.operands().filter(|operand| operand.known != PlainText::Surely) {
            let assumption = assume_text(self.facts, operand.node);
            if !assumptions.contains(&assumption) {
                assumptions.push(assumption);
            }
        }
        assumptions
    }
}

/// What was measured for `row`.
fn measured(row: &Row<'_>, form: Form) -> Option<Measured> {
    let parts = row.operands().count();
    if !row.operands().any(|operand| !is_text(operand.node)) {
        let case = if parts < 4 { "augment-literals-2" } else { "augment-literals-5" };
        return Some(Measured::new(case, "literal"));
    }
    let case = match parts {
        0..=2 => "augment-row-2",
        3..=4 => "augment-row-3",
        5..=7 => "augment-row-6",
        8..=16 => "augment-row-10",
        _ => "augment-row-24",
    };
    let form = match form {
        Form::Template(Style::FString) => "f-string",
        Form::Template(Style::Percent) => "percent",
        Form::Template(Style::Format) => return None,
        Form::Join => "join",
    };
    Some(Measured::new(case, form))
}

/// That `node` gives a plain `str`.
pub(super) fn assume_text(facts: &Facts<'_>, node: Node<'_>) -> Assumption {
    let text = node.text().split_whitespace().collect::<Vec<_>>().join(" ");
    Assumption {
        id: "operand-is-str",
        sentence: format!("`{text}` is a plain `str`"),
        unproven: guards::why_no_text(facts, node),
    }
}
