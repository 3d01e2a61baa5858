//! Statements around a shape: what harmless code stands beside it, and what watches how it ends.

use super::draft::{Draft, Frame};
use super::expressions::{condition, plain_value};

/// What the blocks of this module may meet.
pub const HAZARDS: &[&str] = &[
    "handler-reads",
    "handler-continues",
    "finally-reads",
    "manager-swallows",
    "manager-around",
    "repeated-by-loop",
    "repeated-by-while",
    "returns-in-finally",
    "in-branch",
];

/// What somebody could look at when the wrapped code fails.
#[derive(Clone, Copy)]
pub enum Hazard<'n> {
    /// The collection of this name.
    Observed(&'n str),
    /// Nothing but that it failed.
    Raising,
}

/// Writes a statement around others, which are written by its last argument.
pub type Wrapping = fn(&mut Draft, &str, &mut dyn FnMut(&mut Draft));

/// A choice of what stands around a shape.
pub fn wrapping<'n>(
    draft: &mut Draft,
    hazard: Hazard<'n>,
) -> impl Fn(&mut Draft, &mut dyn FnMut(&mut Draft)) + use<'n> {
    let shown = match hazard {
        Hazard::Observed(name) => name,
        Hazard::Raising => "'failed'",
    };
    let chosen: Wrapping = if draft.risk("handler-reads") {
        |draft, shown, inner| {
            draft.block("try:", |draft| inner(draft));
            let kinds = draft.pick(&["Exception", "ValueError", "(TypeError, KeyError)", "StopIteration"]);
            let header = draft.except(kinds);
            draft.block(header, |draft| draft.show(&format!("{shown}, type(error).__name__")));
        }
    } else if draft.risk("handler-continues") {
        |draft, _, inner| {
            draft.block("try:", |draft| inner(draft));
            draft.block("except Exception:", |draft| {
                let line = draft.pick(&["pass", "show('caught')", "k = 0"]);
                draft.line(line);
            });
        }
    } else if draft.risk("finally-reads") {
        |draft, shown, inner| {
            draft.block("try:", |draft| inner(draft));
            draft.block("finally:", |draft| draft.show(shown));
        }
    } else if draft.risk("manager-swallows") {
        |draft, _, inner| draft.block("with Quiet():", |draft| inner(draft))
    } else if draft.risk("manager-around") {
        |draft, _, inner| draft.block("with Manager() as k:", |draft| inner(draft))
    } else if draft.risk("repeated-by-loop") {
        |draft, _, inner| draft.block("for turn in (1, 2):", |draft| inner(draft))
    } else if draft.risk("repeated-by-while") {
        |draft, _, inner| {
            draft.line("turns = 2");
            draft.block("while turns:", |draft| {
                draft.line("turns -= 1");
                inner(draft);
            });
        }
    } else if !matches!(draft.frame, Frame::Module | Frame::Class | Frame::Generator)
        && draft.risk("returns-in-finally")
    {
        |draft, shown, inner| {
            draft.block("try:", |draft| inner(draft));
            draft.block("finally:", |draft| draft.line(format!("return {shown}")));
        }
    } else if draft.risk("in-branch") {
        |draft, _, inner| {
            let condition = condition(draft);
            draft.block(format!("if {condition}:"), |draft| inner(draft));
        }
    } else {
        |draft, _, inner| inner(draft)
    };
    move |draft, inner| chosen(draft, shown, inner)
}

/// Perhaps a harmless statement.
pub fn noise(draft: &mut Draft, percent: usize) {
    if !draft.chance(percent) {
        return;
    }
    match draft.random.below(7) {
        0 => draft.line("n = len(str(k))"),
        1 => draft.show("k"),
        2 => {
            let value = plain_value(draft);
            draft.line(format!("other = [{value}]"));
        }
        3 => draft.line("ys = [v for v in (1, 2)]"),
        4 => draft.block("if k:", |draft| draft.show("'k'")),
        5 => draft.line("pass"),
        _ => draft.line("x = y = 5"),
    }
}
