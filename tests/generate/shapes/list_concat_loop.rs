//! Loops that add lists to a list.

use super::Shape;
use crate::generate::blocks::{self, Hazard};
use crate::generate::draft::Draft;
use crate::generate::expressions::{condition, iterable, value};

pub const SHAPE: Shape = Shape {
    transform: "list-concat-loop",
    hazards: &[
        "list-begins-otherwise",
        "list-has-another-name",
        "list-read-by-closure",
        "list-read-in-loop",
        "adds-no-list",
        "list-in-front",
        "list-returned-in-finally",
        "loop-over-list",
        "loop-else",
        "target-read-later",
        "comment-in-loop",
        "chain-taken",
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
        "None",
    ],
    write,
};

fn write(draft: &mut Draft) {
    draft.block("def pair(item):", |draft| draft.line("return [item, 0]"));
    if draft.risk("chain-taken") {
        let line = draft.pick(&["chain = same", "chain = _chain = 1", "list = same"]);
        draft.line(line);
    }
    let name = draft.pick(&["r", "out"]).to_owned();
    let begin = if draft.risk("list-begins-otherwise") {
        draft.pick(&["None", "()", "''", "same([])", "given", "Logged()"])
    } else {
        draft.pick(&["[]", "[]", "[]", "[]", "list()", "[0]"])
    };
    draft.line(format!("{name} = {begin}"));
    if draft.risk("list-has-another-name") {
        draft.line(format!("alias = {name}"));
    }
    if draft.risk("list-read-by-closure") {
        draft.line(format!("def peek(): return {name}"));
    }
    draft.receivers.push(name.clone());
    let guard = blocks::wrapping(draft, Hazard::Observed(&name));
    guard(draft, &mut |draft| fill(draft, &name));
    draft.receivers.pop();
    if draft.risk("target-read-later") {
        draft.show("x");
    }
    draft.show(&name);
    if draft.chance(20) {
        draft.line(format!("{name}.append(1)"));
        draft.show(&name);
    }
}

fn fill(draft: &mut Draft, name: &str) {
    let over = if draft.risk("loop-over-list") { name.to_owned() } else { iterable(draft) };
    let comment = if draft.risk("comment-in-loop") { "  # turn by turn" } else { "" };
    draft.block(format!("for x in {over}:{comment}"), |draft| {
        draft.values.push("x".to_owned());
        if draft.risk("list-read-in-loop") {
            draft.show(&format!("len({name})"));
        }
        match draft.random.below(8) {
            0 => draft.block("for y in (1, 2):", |draft| add(draft, name)),
            1 => {
                let condition = condition(draft);
                draft.block(format!("if {condition}:"), |draft| add(draft, name));
            }
            2 if draft.risk("list-returned-in-finally") => {
                draft.block("try:", |draft| draft.line("same(x)"));
                draft.block("finally:", |draft| add(draft, name));
            }
            _ => add(draft, name),
        }
        if draft.chance(15) {
            draft.show("x");
        }
        draft.values.pop();
    });
    if draft.risk("loop-else") {
        draft.block("else:", |draft| draft.line("show('else')"));
    }
}

fn add(draft: &mut Draft, name: &str) {
    let item = value(draft);
    let added = if draft.risk("adds-no-list") {
        draft.pick(&["x", "'ab'", "(x, 1)", "same([x])", "Logged()", "None"]).to_owned()
    } else {
        let forms = [
            "[x]",
            "[x]",
            "[x, 1]",
            "pair(x)",
            "pair(x)",
            "list(str(x))",
            "[{}]",
            "pair({})",
            "[x] + pair({})",
        ];
        draft.pick(&forms).replace("{}", &item)
    };
    let line = if draft.risk("list-in-front") {
        format!("{name} = {added} + {name}")
    } else if draft.chance(75) {
        format!("{name} = {name} + {added}")
    } else {
        format!("{name} += {added}")
    };
    draft.line(line);
}
