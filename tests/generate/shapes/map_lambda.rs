//! `map` with a lambda.

use super::Shape;
use crate::generate::draft::Draft;
use crate::generate::expressions::{condition, iterable, value};

pub const SHAPE: Shape = Shape {
    transform: "map-lambda",
    hazards: &[
        "builtin-or-taker-shadowed",
        "parameter-kept",
        "parameter-odd",
        "parameter-reused",
        "next-in-lambda",
        "names-in-lambda",
        "comment-in-call",
        "text-filtered",
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
    if draft.risk("builtin-or-taker-shadowed") {
        let line = draft.pick(&["map = lambda f, v: [0]", "list = note", "sum = note", "set = note"]);
        draft.line(line);
    }
    if draft.risk("parameter-reused") {
        draft.line("x = 5");
    }
    draft.values.push("x".to_owned());
    let body = if draft.risk("parameter-kept") {
        draft.pick(&["box.items.append(lambda: x)", "(lambda: x)()", "[lambda: x]"]).to_owned()
    } else if draft.risk("next-in-lambda") {
        "next(iter([x][:k - 2]))".to_owned()
    } else if draft.risk("names-in-lambda") {
        draft.pick(&["sorted(locals())", "eval('x')", "len(vars())"]).to_owned()
    } else if draft.chance(50) {
        condition(draft)
    } else {
        value(draft)
    };
    draft.values.pop();
    let body = if body.contains("yield") || body.contains("await") || body.contains(":=") {
        "x".to_owned()
    } else {
        body
    };
    let parameters = if draft.risk("parameter-odd") { draft.pick(&["*x", "x=1", "x, y=2"]) } else { "x" };
    let over = if draft.risk("text-filtered") {
        draft.pick(&["'abc'", "(1, 2)"]).to_owned()
    } else {
        iterable(draft)
    };
    let comment = if draft.risk("comment-in-call") { "  # why\n        " } else { " " };
    let call = format!("map(lambda {parameters}: {body},{comment}{over})");
    match draft.random.below(6) {
        0 | 1 => draft.line(format!("r = list({call})")),
        2 => draft.line(format!("r = sorted(str(v) for v in set({call}))")),
        3 => {
            let taker = draft.pick(&["sum", "any", "tuple", "max", "'-'.join", "sorted"]);
            draft.line(format!("r = {taker}({call})"));
        }
        4 => draft.line(format!("r = [(v, k) for v in {call}]")),
        _ => {
            draft.line("r = []");
            draft.block(format!("for v in {call}:"), |draft| draft.line("r.append((v, note(v)))"));
        }
    }
    draft.show("0 if '0x' in str(r) else r");
    if draft.risk("parameter-reused") {
        draft.show("x");
    }
}
