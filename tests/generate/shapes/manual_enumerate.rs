//! Loops that count their turns.

use super::Shape;
use crate::generate::draft::Draft;
use crate::generate::expressions::{condition, iterable, value};

pub const SHAPE: Shape = Shape {
    transform: "manual-enumerate",
    hazards: &[
        "continue-before-count",
        "counted-twice",
        "counter-read-later",
        "counter-read-between",
        "counter-captured",
        "counter-in-iterable",
        "loop-else",
        "comment-at-counter",
        "creation-far",
    ],
    opening: |_| {},
    inputs: &[
        "[1, 2, 3]",
        "[]",
        "[3, None, 'a']",
        "'ab'",
        "(v for v in [1, 0])",
        "Items(2)",
        "Broken(2)",
        "{2: 1, 1: 2}",
        "[T(1), T(2)]",
        "(1, 2)",
        "Loud('a b')",
    ],
    write,
};

fn write(draft: &mut Draft) {
    let start = draft.pick(&["0", "0", "1", "5"]);
    let comment = if draft.risk("comment-at-counter") { "  # why" } else { "" };
    draft.line(format!("i = {start}{comment}"));
    if draft.risk("creation-far") {
        draft.block("if k:", |draft| draft.show("'far'"));
    }
    if draft.risk("counter-read-between") {
        let line = draft.pick(&["show(i)", "if not k: i = 3", "i += 1"]);
        draft.line(line);
    }
    if draft.risk("counter-captured") {
        draft.line("def peek(): return i");
        draft.values.push("peek()".to_owned());
    }
    let over = if draft.risk("counter-in-iterable") { "[i, 1]".to_owned() } else { iterable(draft) };
    let target = if draft.chance(15) { "x, y" } else { "x" };
    let step = draft.pick(&["i += 1", "i += 1", "i = i + 1"]);
    let first = draft.chance(35);
    draft.block(format!("for {target} in {over}:"), |draft| {
        draft.values.push("x".to_owned());
        if first {
            draft.line(step);
        }
        if draft.risk("continue-before-count") {
            let condition = condition(draft);
            draft.line(format!("if {condition}: continue"));
        }
        if draft.risk("counted-twice") {
            draft.line("if k: i += 1");
        }
        let more = value(draft);
        draft.show(&format!("i, {more}"));
        if draft.chance(20) {
            draft.line("if i > 1: break");
        }
        if !first {
            draft.line(step);
        }
        draft.values.pop();
    });
    if draft.risk("loop-else") {
        draft.block("else:", |draft| draft.show("i"));
    }
    if draft.risk("counter-read-later") {
        let line = draft.pick(&["show(i)", "if k: show(i)", "k = i", "i += 1"]);
        draft.line(line);
    }
}
