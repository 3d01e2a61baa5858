//! Copies that are only iterated over.

use super::Shape;
use crate::generate::draft::Draft;
use crate::generate::expressions::{iterable, value};

pub const SHAPE: Shape = Shape {
    transform: "redundant-list",
    hazards: &["list-shadowed", "changed-in-loop", "alias-of-copied", "closure-changes", "iterator-copied"],
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
    if draft.risk("list-shadowed") {
        draft.line("list = tuple");
    }
    let made =
        draft.pick(&["[1, 2, 3]", "'a b'.split()", "sorted('cab')", "[v for v in 'ab']", "{1: 2, 3: 4}"]);
    draft.line(format!("r = {made}"));
    if draft.risk("alias-of-copied") {
        draft.line("alias = r");
    }
    if draft.risk("closure-changes") {
        draft.line("def peek(): return r.clear()");
        draft.values.push("peek()".to_owned());
    }
    let copied = match draft.random.below(4) {
        0 | 1 => "r".to_owned(),
        2 if draft.risk("iterator-copied") => {
            draft.pick(&["iter(r)", "map(note, r)", "Stepper()"]).to_owned()
        }
        _ => iterable(draft),
    };
    match draft.random.below(3) {
        0 => {
            let taker = draft.pick(&["sorted", "list", "sum", "any", "all", "max", "set", "tuple"]);
            let shown = if taker == "set" { "sorted(str(v) for v in q)" } else { "q" };
            draft.line(format!("q = {taker}(list({copied}))"));
            draft.show(shown);
        }
        1 => {
            draft.values.push("x".to_owned());
            let item = value(draft);
            draft.values.pop();
            draft.line(format!("q = [{item} for x in list({copied})]"));
            draft.show("len(q)");
        }
        _ => draft.block(format!("for x in list({copied}):"), |draft| {
            draft.values.push("x".to_owned());
            let item = value(draft);
            draft.show(&item);
            if draft.risk("changed-in-loop") {
                let line = draft.pick(&[
                    "if len(r) < 9: r.append(4)",
                    "r.pop()",
                    "r = []",
                    "alias = r",
                    "same(r)",
                    "if k: r.clear()",
                    "r[:] = []",
                ]);
                draft.line(line);
            }
            draft.values.pop();
        }),
    }
    draft.show("len(r)");
}
