//! Functions that fill a list to be iterated over.

use super::Shape;
use crate::generate::draft::{Draft, Frame};
use crate::generate::expressions::{condition, iterable, value};

pub const SHAPE: Shape = Shape {
    transform: "list-building-iter",
    hazards: &["list-read-while-filled", "held-open-while-filled", "used-for-more", "list-handed-out"],
    opening: |_| {},
    inputs: &["[1, 2, 3]", "[]", "'ab'", "Items(2)"],
    write,
};

fn write(draft: &mut Draft) {
    draft.body("def _filled():", Frame::Function, &["xs", "k"], |draft| {
        draft.line("made = []");
        let over = iterable(draft);
        let held = draft.risk("held-open-while-filled");
        if held {
            draft.block("try:", |draft| fill(draft, &over));
            draft.block("finally:", |draft| draft.show("'done'"));
        } else {
            fill(draft, &over);
        }
        let given = draft.pick(&["made", "iter(made)", "(made)"]);
        draft.line(format!("return {given}"));
    });
    let more = draft.risk("used-for-more");
    let shown = if more { "len(list(_filled())), _filled" } else { "sorted(map(repr, list(_filled())))" };
    draft.show(shown);
    draft.block("for item in _filled():", |draft| draft.show("repr(item)"));
}

fn fill(draft: &mut Draft, over: &str) {
    draft.block(format!("for x in {over}:"), |draft| {
        draft.values.push("x".to_owned());
        if draft.risk("list-read-while-filled") {
            draft.show("len(made)");
        }
        if draft.risk("list-handed-out") {
            draft.line("note(made)");
        }
        if draft.chance(30) {
            let condition = condition(draft);
            draft.block(format!("if {condition}:"), |draft| draft.line("return made"));
        }
        let element = value(draft);
        draft.line(format!("made.append({element})"));
    });
}
