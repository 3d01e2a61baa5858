//! Loops that look for an item.

use super::Shape;
use crate::generate::blocks::{self, Hazard};
use crate::generate::draft::{Draft, Frame};
use crate::generate::expressions::{condition, iterable};

pub const SHAPE: Shape = Shape {
    transform: "loop-any-all",
    hazards: &[
        "items-unknown",
        "flag-begins-otherwise",
        "flag-read-in-loop",
        "any-shadowed",
        "second-statement",
        "loop-else",
        "target-read-later",
        "comment-in-loop",
    ],
    opening: |draft| {
        if draft.risk("any-shadowed") {
            let line = draft.pick(&["any = note", "all = note", "def any(items): return 7"]);
            draft.line(line);
        }
    },
    inputs: &[
        "[1, 2, 1]",
        "[]",
        "[3, None, 'a']",
        "'ab'",
        "(v for v in [1, 0])",
        "Items(2)",
        "Broken(2)",
        "None",
        "[T(1), T(2)]",
    ],
    write,
};

fn write(draft: &mut Draft) {
    let name = draft.pick(&["r", "found", "ok"]).to_owned();
    let (found, other) = draft.pick(&[("True", "False"), ("True", "False"), ("False", "True")]);
    let function = matches!(draft.frame, Frame::Function | Frame::Method | Frame::Nested);
    if function && draft.chance(30) {
        draft.line("def search(xs, k=2):");
        draft.body("    if True:", draft.frame, &["k"], |draft| {
            fill(draft, &format!("return {found}"), "");
            let line = if draft.risk("flag-begins-otherwise") {
                "return None".to_owned()
            } else {
                format!("return {other}")
            };
            draft.line(line);
        });
        draft.show("search(xs)");
        return;
    }
    let begin =
        if draft.risk("flag-begins-otherwise") { draft.pick(&["None", "0", "k", found]) } else { other };
    draft.line(format!("{name} = {begin}"));
    blocks::noise(draft, 20);
    draft.receivers.push(name.clone());
    let guard = blocks::wrapping(draft, Hazard::Observed(&name));
    let last = draft.pick(&["break", "break", ""]);
    guard(draft, &mut |draft| fill(draft, &format!("{name} = {found}"), last));
    draft.receivers.pop();
    if draft.risk("target-read-later") {
        let line = draft.pick(&["show(x)", "k = x", "if k: show(x)"]);
        draft.line(line);
    }
    draft.show(&name);
}

/// The loop.
fn fill(draft: &mut Draft, found: &str, last: &str) {
    let over = if draft.risk("items-unknown") {
        iterable(draft)
    } else {
        draft.pick(&["range(4)", "[1, 2, 1]", "'a bc'.split()", "'12'"]).to_owned()
    };
    draft.block(format!("for x in {over}:"), |draft| {
        draft.values.push("x".to_owned());
        if draft.risk("comment-in-loop") {
            let comment = draft.pick(&["# why", "# type: ignore", "# x is given"]);
            draft.line(comment);
        }
        if draft.chance(20) {
            let condition = condition(draft);
            draft.block(format!("if {condition}:"), |draft| draft.line("continue"));
        }
        let (outer, inner) = (condition(draft), condition(draft));
        let nested = draft.chance(20);
        draft.block(format!("if {outer}:"), |draft| {
            if nested {
                draft.block(format!("if {inner}:"), |draft| hit(draft, found, last));
            } else {
                hit(draft, found, last);
            }
        });
        if draft.risk("flag-read-in-loop") {
            draft.show("k");
        }
    });
    if draft.risk("loop-else") {
        draft.block("else:", |draft| draft.show("'else'"));
    }
}

fn hit(draft: &mut Draft, found: &str, last: &str) {
    if draft.risk("second-statement") {
        let line = draft.pick(&["show('hit')", "k += 1", "same(x)"]);
        draft.line(line);
    }
    draft.line(found);
    if !last.is_empty() {
        draft.line(last);
    }
}
