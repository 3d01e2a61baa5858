//! The first or last of a sorted list.

use super::Shape;
use crate::generate::draft::Draft;

pub const SHAPE: Shape = Shape {
    transform: "sorted-first",
    hazards: &["sorted-shadowed", "items-unordered", "perhaps-empty"],
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
    if draft.risk("sorted-shadowed") {
        let line = draft.pick(&["sorted = note", "min = note", "max = note"]);
        draft.line(line);
    }
    let items = if draft.risk("items-unordered") {
        draft.pick(&["[1.5, float('nan'), 0.5]", "[T(2), T(1)]", "[set([1]), set([2])]", "[1, True]", "xs"])
    } else if draft.risk("perhaps-empty") {
        draft.pick(&["[]", "''", "str(k).split('2')", "[v for v in 'ab' if v == k]", "()"])
    } else {
        draft.pick(&["[3, 1, 2]", "['b', 'a']", "{2, 1}", "('x', str(k))", "[len(str(k)), 1]"])
    };
    let reverse = draft.pick(&["", "", ", reverse=True", ", reverse=False"]);
    let place = draft.pick(&["0", "0", "-1"]);
    if draft.chance(25) {
        draft.line("r = str(k).split()");
        draft.show(&format!("sorted(r{reverse})[{place}] if r else None"));
        return;
    }
    draft.show(&format!("sorted({items}{reverse})[{place}]"));
}
