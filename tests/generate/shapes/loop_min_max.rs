//! Loops that keep the greatest or the least.

use super::Shape;
use crate::generate::blocks::{self, Hazard};
use crate::generate::draft::Draft;
use crate::generate::expressions::{condition, iterable};

pub const SHAPE: Shape = Shape {
    transform: "loop-min-max",
    hazards: &[
        "items-unknown",
        "items-not-ordered",
        "greatest-begins-otherwise",
        "greatest-read-in-loop",
        "max-shadowed",
        "second-statement",
        "loop-else",
        "target-read-later",
        "comment-in-loop",
    ],
    opening: |draft| {
        if draft.risk("max-shadowed") {
            let line = draft.pick(&["max = note", "min = note", "map = note", "float = same"]);
            draft.line(line);
        }
    },
    inputs: &[
        "[1, 2, 1]",
        "[]",
        "[3, None, 'a']",
        "[float('nan'), 1.0]",
        "'ab'",
        "(v for v in [1, 0])",
        "Items(2)",
        "Broken(2)",
        "{2: 7, 0: 2}",
        "None",
        "[T(1), T(2)]",
    ],
    write,
};

fn write(draft: &mut Draft) {
    let name = draft.pick(&["r", "best", "m"]).to_owned();
    let sequence = if draft.risk("items-unknown") { "xs" } else { "items" };
    let odd = draft.risk("items-not-ordered");
    let items = if odd {
        draft.pick(&["{0: 3, 5: 1}", "[k, 2]", "[1, True]"])
    } else {
        draft.pick(&["[3, 1, 2]", "(2, 2)"])
    };
    draft.line(format!("items = {items}"));
    let first = format!("{sequence}[0]");
    let begin = if draft.risk("greatest-begins-otherwise") {
        draft.pick(&["''", "0.5", "same(0)", "True", "T(0)", "float('nan')"])
    } else {
        draft.pick(&["0", "0", "0", "-1", "100", "None", "None", first.as_str()])
    };
    draft.line(format!("{name} = {begin}"));
    blocks::noise(draft, 20);
    draft.receivers.push(name.clone());
    let guard = blocks::wrapping(draft, Hazard::Observed(&name));
    let begin = begin.to_owned();
    guard(draft, &mut |draft| fill(draft, &name, &begin));
    draft.receivers.pop();
    if draft.risk("target-read-later") {
        let line = draft.pick(&["show(x)", "k = x", "if k: show(x)"]);
        draft.line(line);
    }
    draft.show(&format!("type({name}).__name__, {name}"));
}

/// The loop.
fn fill(draft: &mut Draft, name: &str, begin: &str) {
    let over = if draft.risk("items-unknown") {
        iterable(draft)
    } else {
        draft.pick(&["items", "items", "range(4)", "range(k)", "[1, 2, 1]", "'a bc'.split()"]).to_owned()
    };
    draft.block(format!("for x in {over}:"), |draft| {
        draft.values.push("x".to_owned());
        if draft.risk("comment-in-loop") {
            let comment = draft.pick(&["# why", "# type: ignore", "# x is given"]);
            draft.line(comment);
        }
        let candidate = if draft.risk("items-not-ordered") {
            draft.pick(&["float(x)", "T(x)", "(x, 1)", "note(x)"]).to_owned()
        } else {
            draft.pick(&["x", "x", "len(str(x))", "len(str(x))", "int(x)", "-len(str(x))"]).to_owned()
        };
        match draft.random.below(7) {
            0 => {
                let condition = condition(draft);
                draft.block(format!("if {condition}:"), |draft| choose(draft, name, begin, &candidate));
            }
            1 => {
                draft.line(format!("size = {candidate}"));
                choose(draft, name, begin, "size");
            }
            _ => choose(draft, name, begin, &candidate),
        }
        if draft.risk("greatest-read-in-loop") {
            let line = draft.pick(&["show({})", "if {} == 3: break", "k = {}"]);
            draft.line(line.replace("{}", name));
        }
        if draft.risk("second-statement") {
            let line = draft.pick(&["show('turn')", "k += 1", "same(x)", "if k == 3: break"]);
            draft.line(line);
        }
    });
    if draft.risk("loop-else") {
        draft.block("else:", |draft| draft.show("'else'"));
    }
}

fn choose(draft: &mut Draft, name: &str, begin: &str, candidate: &str) {
    let spell = |line: &str| line.replace("{m}", name).replace("{x}", candidate);
    if begin != "None" && draft.chance(30) {
        let line = draft.pick(&["{m} = max({m}, {x})", "{m} = min({x}, {m})", "{m} = max({x}, {m})"]);
        draft.line(spell(line));
        return;
    }
    let compared =
        draft.pick(&["{x} > {m}", "{x} < {m}", "{m} < {x}", "{x} > {m}", "{m} > {x}", "{x} >= {m}"]);
    let asked = if begin == "None" { "{m} is None or " } else { "" };
    draft.block(spell(&format!("if {asked}{compared}:")), |draft| draft.line(spell("{m} = {x}")));
}
