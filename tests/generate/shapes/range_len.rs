//! Loops over the indices of a sequence.

use super::Shape;
use crate::generate::draft::Draft;
use crate::generate::expressions::value;

pub const SHAPE: Shape = Shape {
    transform: "range-len",
    hazards: &[
        "sequence-changed",
        "sequence-rebound",
        "index-rebound",
        "index-read-later",
        "index-captured",
        "sequence-unknown",
        "length-shadowed",
        "comment-in-header",
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
    let made = if draft.risk("sequence-unknown") {
        draft.pick(&["xs", "same([1])", "Sized()", "{0: 1}", "set([1])"])
    } else {
        draft.pick(&["[1, 2, 3]", "'a b'.split()", "sorted('cab')", "'xyz'", "(4, 5)", "[]"])
    };
    draft.line(format!("r = {made}"));
    if draft.risk("length-shadowed") {
        let line = draft.pick(&["len = note", "range = note", "enumerate = note"]);
        draft.line(line);
    }
    let end = if draft.risk("comment-in-header") { "  # why\n    " } else { "" };
    draft.block(format!("for i in range({end}len(r)):"), |draft| {
        if draft.chance(50) {
            draft.line("x = r[i]");
            draft.values.push("x".to_owned());
        }
        if draft.risk("sequence-changed") {
            let line =
                draft.pick(&["r[i] = 5", "r.append(1)", "del r[i]", "same(r)", "alias = r", "r[i] += 1"]);
            draft.block("if len(r) < 9:", |draft| draft.line(line));
        }
        if draft.risk("sequence-rebound") {
            draft.line("r = r[:]");
        }
        if draft.risk("index-rebound") {
            draft.line("i += 1");
        }
        if draft.risk("index-captured") {
            draft.line("late = lambda: r[i]");
        }
        let more = value(draft);
        let shown = draft.pick(&["r[i]", "r[i], i", "(r[i], r[0])", "[r[i] for v in 'a']"]);
        draft.show(&format!("{shown}, {more}"));
    });
    if draft.risk("index-read-later") {
        let line = draft.pick(&["show(i)", "if r: show(i)", "show(attempt(lambda: i))"]);
        draft.line(line);
    }
    if draft.text().contains("late =") {
        draft.line("if r: attempt(late)");
    }
}
