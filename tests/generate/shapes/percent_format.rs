//! Templates of `%`.

use super::Shape;
use super::filled::{self, comma, literal, operand, text};
use crate::generate::draft::Draft;

pub const SHAPE: Shape = Shape {
    transform: "percent-format",
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
        "number-format",
        "odd-format",
        "right-is-tuple",
        "right-is-mapping",
        "wrong-number-of-values",
        "values-unpacked",
    ],
    opening: |_| {},
    inputs: filled::INPUTS,
    write: |draft| filled::shown(draft, template),
};

fn template(draft: &mut Draft) -> String {
    if draft.risk("right-is-mapping") || draft.chance(12) {
        return named(draft);
    }
    let count = draft.pick(&[1, 1, 2, 2, 3, 4]);
    let mut parts = vec![text(draft).to_owned()];
    for _ in 0..count {
        parts.push(field(draft, ""));
        parts.push(text(draft).to_owned());
    }
    let template = literal(draft, &parts);
    if draft.risk("right-is-tuple") {
        let right = draft.pick(&["(s, n)", "xs", "tuple(xs)", "(s,) + (n,)", "k", "((n, s),)", "pair(s, n)"]);
        return format!("{template} % {}", right.replace("pair", "(lambda *given: given)"));
    }
    let mut values: Vec<String> = (0..count).map(|_| operand(draft)).collect();
    if draft.risk("wrong-number-of-values") {
        values.push("n".to_owned());
    }
    if draft.risk("values-unpacked") {
        values.push("*xs".to_owned());
        return if draft.is_three() { format!("{template} % ({},)", values.join(", ")) } else { template };
    }
    if values.len() == 1 && draft.chance(60) {
        return format!("{template} % ({})", values[0]);
    }
    let comma = comma(draft);
    let last = if values.len() == 1 { "," } else { draft.pick(&["", ","]) };
    format!("{template} % ({}{last})", values.join(comma))
}

fn field(draft: &mut Draft, name: &str) -> String {
    let sign = if draft.risk("number-format") {
        draft.pick(&[
            "d", "d", "5d", "05d", "-5d", "+d", "i", "x", "X", "o", ".2f", "8.3f", "e", "g", "5s", "-5s",
            ".2s",
        ])
    } else if draft.risk("odd-format") {
        draft.pick(&["c", "#x", ".3d", "05s", "ld", "%", "-05d", "u", "a"])
    } else {
        draft.pick(&["s", "s", "s", "s", "r"])
    };
    format!("%{name}{sign}")
}

fn named(draft: &mut Draft) -> String {
    let names = ["a", "b", "c d"];
    let count = draft.pick(&[1, 2, 2, 3]);
    let mut parts = vec![text(draft).to_owned()];
    for own in &names[..count] {
        let name = if draft.chance(15) { "a" } else { own };
        parts.push(field(draft, &format!("({name})")));
        parts.push(text(draft).to_owned());
    }
    let template = literal(draft, &parts);
    if draft.chance(10) {
        return format!("{template} % xs");
    }
    let mut pairs: Vec<String> =
        (0..count).map(|at| format!("\"{}\": {}", names[at], operand(draft))).collect();
    if draft.chance(20) {
        pairs.reverse();
    }
    let comma = comma(draft);
    format!("{template} % {{{}}}", pairs.join(comma))
}
