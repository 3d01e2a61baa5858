//! Loops that add up numbers.

use super::Shape;
use crate::generate::blocks::{self, Hazard};
use crate::generate::draft::Draft;
use crate::generate::expressions::{condition, iterable, value_with_text};

pub const SHAPE: Shape = Shape {
    transform: "loop-sum",
    hazards: &[
        "numbers-unknown",
        "numbers-no-integers",
        "sum-begins-otherwise",
        "sum-read-in-loop",
        "sum-read-by-closure",
        "sum-shadowed",
        "second-statement",
        "loop-else",
        "target-read-later",
        "comment-in-loop",
    ],
    opening: |draft| {
        if draft.risk("sum-shadowed") {
            let line = draft.pick(&["sum = note", "map = note", "def sum(items): return 7"]);
            draft.line(line);
        }
    },
    inputs: &[
        "[1, 2, 1]",
        "[]",
        "[3, None, 'a']",
        "[0.1] * 10",
        "'ab'",
        "(v for v in [1, 0])",
        "Items(2)",
        "Broken(2)",
        "None",
        "[T(1), T(2)]",
        "[True, 2]",
    ],
    write,
};

fn write(draft: &mut Draft) {
    let name = if draft.risk("sum-shadowed") { "sum" } else { draft.pick(&["r", "r", "total", "n"]) };
    let name = name.to_owned();
    let begin = if draft.risk("sum-begins-otherwise") {
        draft.pick(&["0.0", "None", "''", "[]", "same(0)", "True", "T(0)"])
    } else {
        draft.pick(&["0", "0", "0", "0", "5", "len(str(k))"])
    };
    draft.line(format!("{name} = {begin}"));
    blocks::noise(draft, 20);
    if draft.risk("sum-read-by-closure") {
        draft.line(format!("def peek(): return len(str({name}))"));
        draft.values.push("peek".to_owned());
    }
    draft.receivers.push(name.clone());
    let guard = blocks::wrapping(draft, Hazard::Observed(&name));
    guard(draft, &mut |draft| fill(draft, &name));
    draft.receivers.pop();
    if draft.risk("target-read-later") {
        let line = draft.pick(&["show(x)", "k = x", "if k: show(x)"]);
        draft.line(line);
    }
    // That of floats depends on the Python, but then it does so before and after.
    draft.show(&format!("type({name}).__name__, {name}"));
}

/// The loop.
fn fill(draft: &mut Draft, name: &str) {
    let known = !draft.risk("numbers-unknown");
    let over = if known {
        draft.pick(&["range(4)", "[1, 2, 1]", "(True, 3)", "'a bc'.split()", "'12'", "range(k)"]).to_owned()
    } else {
        iterable(draft)
    };
    let numbers = over.contains("range") || over.contains("1, 2") || over.contains("True");
    draft.block(format!("for x in {over}:"), |draft| {
        draft.values.push("x".to_owned());
        if draft.risk("comment-in-loop") {
            let comment = draft.pick(&["# why", "# type: ignore", "# x is given"]);
            draft.line(comment);
        }
        match draft.random.below(6) {
            0 => {
                let condition = condition(draft);
                draft.block(format!("if {condition}:"), |draft| add(draft, name, numbers));
            }
            1 => {
                let condition = condition(draft);
                draft.block(format!("if {condition}:"), |draft| draft.line("continue"));
                add(draft, name, numbers);
            }
            2 => draft.block("for y in (1, 2):", |draft| add(draft, name, numbers)),
            3 => {
                let condition = condition(draft);
                draft.block(format!("if {condition}:"), |draft| add(draft, name, numbers));
                draft.block("else:", |draft| add(draft, name, numbers));
            }
            _ => add(draft, name, numbers),
        }
        if draft.risk("sum-read-in-loop") {
            let line = draft.pick(&["show({})", "if {} == 3: break", "k = {}"]);
            draft.line(line.replace("{}", name));
        }
        if draft.risk("second-statement") {
            let line = draft.pick(&["show('turn')", "k += 1", "same(x)", "if k == 3: break"]);
            draft.line(line);
        }
    });
    if draft.risk("loop-else") {
        draft.block("else:", |draft| draft.show("'else'"));
    }
}

fn add(draft: &mut Draft, name: &str, numbers: bool) {
    let added = if draft.risk("numbers-no-integers") {
        draft.pick(&["0.1", "x / 2.0", "[x]", "T(x)", "float(x)"]).to_owned()
    } else {
        match draft.random.below(7) {
            0 | 1 if numbers => "x".to_owned(),
            2 => "len(str(x))".to_owned(),
            3 => "len(x)".to_owned(),
            4 => "int(x)".to_owned(),
            5 => format!("len(str({}))", value_with_text(draft)),
            _ => "1".to_owned(),
        }
    };
    match draft.random.below(4) {
        0 => draft.line(format!("{name} = {name} + {added}")),
        1 => draft.line(format!("{name} = {name} + {added} + 1")),
        _ => draft.line(format!("{name} += {added}")),
    }
}
