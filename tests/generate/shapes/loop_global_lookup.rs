//! Loops that call builtins and functions imported by name.

use super::Shape;
use crate::generate::blocks::{self, Hazard};
use crate::generate::draft::{Draft, Frame};
use crate::generate::expressions::condition;

pub const SHAPE: Shape = Shape {
    transform: "loop-global-lookup",
    hazards: &[
        "builtin-shadowed",
        "builtin-shadowed-later",
        "builtin-by-globals",
        "import-late",
        "imported-rebound",
        "name-taken",
        "call-seldom",
        "called-in-lambda",
        "names-listed",
    ],
    opening,
    inputs: &[
        "['a', 'bc']",
        "[]",
        "['a', None]",
        "'ab'",
        "(v for v in ['x9'])",
        "Items(2)",
        "Broken(1)",
        "[[1]]",
    ],
    write,
};

fn opening(draft: &mut Draft) {
    if !draft.risk("import-late") {
        draft.line("from math import sqrt");
    }
    if draft.risk("name-taken") {
        let line = draft.pick(&["_len = 1", "def _str(): return 2", "_len = _len_2 = 3"]);
        draft.line(line);
    }
    if draft.risk("builtin-shadowed") {
        let line = draft.pick(&["len = note", "def str(x): return note(x)", "from operator import *"]);
        draft.line(line);
    }
}

fn write(draft: &mut Draft) {
    if !draft.text().contains("import sqrt") {
        draft.line("from math import sqrt");
    }
    if draft.risk("imported-rebound") {
        let line = draft.pick(&["sqrt = note", "del sqrt", "for sqrt in (note,): pass"]);
        draft.line(line);
    }
    if draft.risk("builtin-by-globals") {
        draft.line("globals()['len'] = note");
    }
    draft.line("count = 0");
    let guard = blocks::wrapping(draft, Hazard::Raising);
    guard(draft, &mut calling);
    draft.show("count");
    if draft.risk("names-listed") {
        draft.show("sorted(locals())[-1]");
    }
    if draft.risk("builtin-shadowed-later") && draft.frame != Frame::Class {
        draft.line("len = note");
    }
}

fn calling(draft: &mut Draft) {
    match draft.random.below(5) {
        0 => {
            let call = call(draft);
            draft.show(&format!("[{call} for x in xs]"));
        }
        1 => draft.block("for ys in [xs, xs]:", |draft| draft.block("for x in ys:", turn)),
        _ => draft.block("for x in xs:", turn),
    }
}

fn turn(draft: &mut Draft) {
    draft.values.push("x".to_owned());
    blocks::noise(draft, 15);
    let call = call(draft);
    if draft.risk("called-in-lambda") {
        draft.line(format!("late = lambda: {call}"));
        draft.line("attempt(late)");
        return;
    }
    if draft.risk("call-seldom") {
        let condition = condition(draft);
        let way = draft.pick(&["break", "raise ValueError(1)", "continue"]);
        draft.block(format!("if {condition}:"), |draft| {
            draft.show(&call);
            draft.line(way);
        });
        return;
    }
    draft.show(&call);
    draft.line("count += len(repr(x))");
}

/// A call of something that the module or the interpreter has, given `x`.
fn call(draft: &mut Draft) -> String {
    let forms = [
        "len(x)",
        "str(x)",
        "repr(x)",
        "isinstance(x, str)",
        "sqrt(len(x))",
        "ord(x)",
        "max(x, x)",
        "sorted(x)",
        "list(x) + [len(x)]",
        "next(iter(x))",
        "abs(count)",
    ];
    draft.pick(&forms).to_owned()
}
