//! Joins of values that are listed right there.

use super::Shape;
use super::filled::{self, comma, operand};
use crate::generate::draft::Draft;

pub const SHAPE: Shape = Shape {
    transform: "static-join",
    hazards: &[
        "value-unknown",
        "value-changes-when-shown",
        "value-rebound",
        "value-shouts",
        "value-with-effects",
        "quotes-in-value",
        "backslash-in-value",
        "literal-as-value",
        "comment-between-values",
        "keyword-touches-string",
        "items-no-strings",
        "items-unpacked",
        "many-items",
        "separator-odd",
        "str-shadowed",
    ],
    opening,
    inputs: filled::INPUTS,
    write: |draft| filled::shown(draft, join),
};

fn opening(draft: &mut Draft) {
    if draft.risk("str-shadowed") {
        let line = draft.pick(&["str = repr", "def str(value): return note(value)", "repr = str"]);
        draft.line(line);
    }
}

fn join(draft: &mut Draft) -> String {
    let separator = if draft.risk("separator-odd") {
        draft
            .pick(&["'{}'", "'%s'", "'\\n'", "r'\\n'", "\"'\"", "b''", "'\\1'", "'''\n'''", "u','", "(', ')"])
    } else {
        draft.pick(&["''", "''", "'-'", "\", \""])
    };
    let count = if draft.risk("many-items") { 9 } else { draft.pick(&[1, 2, 2, 3, 3, 4]) };
    let mut items: Vec<String> = (0..count).map(|_| item(draft)).collect();
    if draft.risk("items-unpacked") {
        items.push("*xs".to_owned());
    }
    let comma = comma(draft);
    let comma = if draft.chance(15) { ",\n        " } else { comma };
    let listed = items.join(comma);
    match draft.random.below(3) {
        0 => format!("{separator}.join(({listed},))"),
        1 => format!("{separator}.join( [{listed}] )"),
        _ => format!("{separator}.join([{listed}])"),
    }
}

fn item(draft: &mut Draft) -> String {
    if draft.risk("items-no-strings") {
        return operand(draft);
    }
    let strings = [
        "s",
        "s",
        "str(n)",
        "str(k)",
        "repr(k)",
        "s.upper()",
        "s[:1]",
        "(s if n else 'z')",
        "'lit'",
        "\"it's\"",
        "'\\n'",
        "'1'",
        "r'\\d'",
        "str(xs)",
    ];
    let plain = draft.pick(&strings);
    match plain {
        "str(k)" if draft.risk("value-with-effects") => {
            let value = crate::generate::expressions::value(draft);
            format!("str({value})")
        }
        "s" if draft.risk("value-unknown") => draft.pick(&["k", "same(s)", "note(s)", "xs"]).to_owned(),
        "repr(k)" if draft.risk("quotes-in-value") => "'-'.join(['a'])".to_owned(),
        _ => plain.to_owned(),
    }
}
