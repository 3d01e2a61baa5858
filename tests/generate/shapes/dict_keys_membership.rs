//! Questions whether something is a key.

use super::Shape;
use crate::generate::draft::Draft;

pub const SHAPE: Shape = Shape {
    transform: "dict-keys-membership",
    hazards: &["mapping-unknown", "key-unhashable", "key-odd"],
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
    let made = if draft.risk("mapping-unknown") {
        draft.pick(&["same({1: 2})", "xs", "table", "None"])
    } else {
        draft.pick(&["{1: 2}", "{}", "dict(a=1)", "{v: 1 for v in (1, 2)}", "{'a': 1, 2: 3}"])
    };
    draft.line(format!("r = {made}"));
    let name = draft.name();
    let key = if draft.risk("key-unhashable") {
        "[]".to_owned()
    } else if draft.risk("key-odd") {
        draft.pick(&["T(1)", "note(1)", "u'a'", "1.0", "True"]).to_owned()
    } else {
        draft.pick(&["1", "'a'", &*name, "len(str(k))", "(1, 2)"]).to_owned()
    };
    let operator = draft.pick(&["in", "in", "not in"]);
    draft.show(&format!("{key} {operator} r.keys()"));
}
