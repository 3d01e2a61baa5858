//! Calls of `format`.

use super::Shape;
use super::filled::{self, comma, literal, operand, text};
use crate::generate::draft::Draft;

pub const SHAPE: Shape = Shape {
    transform: "format-call",
    hazards: &[
        "value-unknown",
        "value-changes-when-shown",
        "value-rebound",
        "value-shouts",
        "value-with-effects",
        "quotes-in-value",
        "backslash-in-value",
        "literal-as-value",
        "text-with-braces",
        "text-with-percent",
        "text-with-escape",
        "template-raw",
        "template-in-three-quotes",
        "template-on-several-lines",
        "comment-between-values",
        "keyword-touches-string",
        "field-looks-into-value",
        "field-says-more",
        "arguments-in-other-order",
        "argument-used-again",
        "argument-not-shown",
        "arguments-unpacked",
    ],
    opening: |_| {},
    inputs: filled::INPUTS,
    write: |draft| filled::shown(draft, call),
};

fn call(draft: &mut Draft) -> String {
    let count = draft.pick(&[1, 1, 2, 2, 3]);
    let mut values: Vec<String> = (0..count).map(|_| operand(draft)).collect();
    let mut names: Vec<String> = match draft.random.below(4) {
        0 => (0..count).map(|at| at.to_string()).collect(),
        1 => ["a", "b", "c"][..count].iter().map(|&name| name.to_owned()).collect(),
        _ => vec![String::new(); count],
    };
    let keywords = names[0] == "a";
    if keywords {
        values = names.iter().zip(&values).map(|(name, value)| format!("{name}={value}")).collect();
    }
    if draft.risk("arguments-in-other-order") {
        names.reverse();
    }
    if !names[0].is_empty() && draft.risk("argument-used-again") {
        let at = draft.random.below(names.len());
        names.push(names[at].clone());
    }
    let mut parts = vec![text(draft).to_owned()];
    for name in &names {
        parts.push(field(draft, name));
        parts.push(text(draft).to_owned());
    }
    let template = literal(draft, &parts);
    if draft.risk("argument-not-shown") {
        let hidden = operand(draft);
        values.push(if keywords { format!("z={hidden}") } else { hidden });
    }
    if draft.risk("arguments-unpacked") {
        values.push(if keywords { "**{'d': 1}".to_owned() } else { "*xs".to_owned() });
    }
    let comma = comma(draft);
    let last =
        if draft.chance(15) && values.last().is_some_and(|it| !it.starts_with('*')) { "," } else { "" };
    format!("{template}.format({}{last})", values.join(comma))
}

fn field(draft: &mut Draft, name: &str) -> String {
    if draft.risk("field-looks-into-value") {
        let more = draft.pick(&[".real", "[0]", ".turn", "[a]"]);
        return format!("{{{name}{more}}}");
    }
    let more = if draft.risk("field-says-more") {
        draft.pick(&["!r", "!s", ":>7", "!r:<9", ":d", ":.2f", ":{n}", ":{}", ":", "!a", ":x", ":%Y", "!x"])
    } else {
        ""
    };
    format!("{{{name}{more}}}")
}
