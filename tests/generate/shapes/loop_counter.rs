//! Loops that count in a dict.

use super::Shape;
use crate::generate::blocks::{self, Hazard};
use crate::generate::draft::Draft;
use crate::generate::expressions::{condition, iterable, value};

pub const SHAPE: Shape = Shape {
    transform: "loop-counter",
    hazards: &[
        "keys-unknown",
        "counts-begin-otherwise",
        "counts-read-otherwise",
        "counts-read-by-closure",
        "counter-shadowed",
        "key-error-shadowed",
        "step-is-not-one",
        "second-statement",
        "loop-else",
        "target-read-later",
        "temporary-read-later",
        "comment-in-loop",
    ],
    opening: |draft| {
        if draft.chance(60) {
            draft.line("from collections import Counter, defaultdict");
        } else {
            let line = draft.pick(&["import collections", "from collections import defaultdict"]);
            draft.line(line);
        }
        if draft.risk("counter-shadowed") {
            let line =
                draft.pick(&["Counter = note", "collections = _collections = 1", "defaultdict = note"]);
            draft.line(line);
        }
        if draft.risk("key-error-shadowed") {
            draft.line("KeyError = ValueError");
        }
    },
    inputs: &[
        "[1, 2, 1]",
        "[]",
        "[3, None, 'a']",
        "'aba'",
        "(v for v in [1, 0])",
        "Items(2)",
        "Broken(2)",
        "{2: 7, 1: 2}",
        "None",
        "[[1], [2]]",
        "Loud('a b')",
        "[T(1), T(1)]",
    ],
    write,
};

fn write(draft: &mut Draft) {
    let name = draft.pick(&["r", "r", "counts", "found"]).to_owned();
    let filled = draft.text().contains("import Counter");
    let begin = if draft.risk("counts-begin-otherwise") {
        draft.pick(&["{1: 2}", "same({})", "[0, 0, 0]", "None", "{'a': 0}"])
    } else if filled && draft.chance(40) {
        draft.pick(&["defaultdict(int)", "defaultdict(lambda: 0)", "Counter()"])
    } else {
        draft.pick(&["{}", "{}", "dict()"])
    };
    draft.line(format!("{name} = {begin}"));
    blocks::noise(draft, 20);
    if draft.risk("counts-read-by-closure") {
        draft.line(format!("def peek(): return len({name})"));
        draft.values.push("peek".to_owned());
    }
    draft.receivers.push(name.clone());
    let defaults = begin.contains("default") || begin.contains("Counter");
    let guard = blocks::wrapping(draft, Hazard::Observed(&name));
    guard(draft, &mut |draft| fill(draft, &name, defaults));
    draft.receivers.pop();
    after(draft, &name);
}

/// The loop.
fn fill(draft: &mut Draft, name: &str, defaults: bool) {
    let known = !draft.risk("keys-unknown");
    let over = if known {
        draft
            .pick(&["'abca'", "'a b a'.split()", "range(4)", "[1, 2, 1]", "str(k)", "sorted('baab')"])
            .to_owned()
    } else {
        iterable(draft)
    };
    draft.block(format!("for x in {over}:"), |draft| {
        draft.values.push("x".to_owned());
        if draft.risk("comment-in-loop") {
            let comment = draft.pick(&["# why", "# type: ignore", "# x is given"]);
            draft.line(comment);
        }
        turn(draft, name, defaults, known);
        if draft.risk("second-statement") {
            let line = draft.pick(&["show('turn')", "k += 1", "same(x)", "if k == 3: break"]);
            draft.line(line);
        }
    });
    if draft.risk("loop-else") {
        draft.block("else:", |draft| draft.show("'else'"));
    }
}

/// What one turn does.
fn turn(draft: &mut Draft, name: &str, defaults: bool, known: bool) {
    match draft.random.below(9) {
        0 => {
            let condition = condition(draft);
            draft.block(format!("if {condition}:"), |draft| count(draft, name, "x", defaults));
        }
        1 => {
            let condition = condition(draft);
            draft.block(format!("if {condition}:"), |draft| draft.line("continue"));
            count(draft, name, "x", defaults);
        }
        2 => draft.block("for y in 'ab':", |draft| count(draft, name, "(x, y)", defaults)),
        3 => {
            let key = if known { "str(x)".to_owned() } else { value(draft) };
            draft.line(format!("key = {key}"));
            count(draft, name, "key", defaults);
        }
        4 => {
            let key = value(draft);
            count(draft, name, &key, defaults);
        }
        5 => count(draft, name, "str(x)", defaults),
        _ => count(draft, name, "x", defaults),
    }
}

fn count(draft: &mut Draft, name: &str, key: &str, defaults: bool) {
    let step = if draft.risk("step-is-not-one") { draft.pick(&["2", "-1", "k", "True", "1.0"]) } else { "1" };
    let more = draft.pick(&["{d}[{k}] += {s}", "{d}[{k}] = {d}[{k}] + {s}", "{d}[{k}] = {s} + {d}[{k}]"]);
    let spell = |line: &str| line.replace("{d}", name).replace("{k}", key).replace("{s}", step);
    if defaults && draft.chance(60) {
        draft.line(spell("{d}[{k}] += {s}"));
        return;
    }
    match draft.random.below(7) {
        0 => {
            draft.block(spell("if {k} in {d}:"), |draft| draft.line(spell(more)));
            draft.block("else:", |draft| draft.line(spell("{d}[{k}] = 1")));
        }
        1 => {
            draft.block(spell("if {k} not in {d}:"), |draft| draft.line(spell("{d}[{k}] = 1")));
            draft.block("else:", |draft| draft.line(spell(more)));
        }
        2 => {
            draft.block(spell("if {k} not in {d}:"), |draft| draft.line(spell("{d}[{k}] = 0")));
            draft.line(spell(more));
        }
        3 => {
            draft.line(spell("{d}.setdefault({k}, 0)"));
            draft.line(spell(more));
        }
        4 => {
            draft.block("try:", |draft| draft.line(spell(more)));
            let kind =
                draft.pick(&["KeyError", "KeyError", "KeyError", "Exception", "(KeyError, TypeError)"]);
            draft.block(format!("except {kind}:"), |draft| draft.line(spell("{d}[{k}] = 1")));
        }
        5 => draft.line(spell("{d}[{k}] = {d}[{k}] + {s} if {k} in {d} else 1")),
        _ => {
            let line = draft.pick(&["{d}[{k}] = {d}.get({k}, 0) + {s}", "{d}[{k}] = {s} + {d}.get({k}, 0)"]);
            draft.line(spell(line));
        }
    }
}

/// What stands behind the loop.
fn after(draft: &mut Draft, name: &str) {
    if draft.risk("target-read-later") {
        let line = draft.pick(&["show(x)", "k = x", "if k: show(x)"]);
        draft.line(line);
    }
    if draft.risk("temporary-read-later") {
        draft.line("show(key)");
    }
    // No two Pythons show all items in the same order, so these are sorted by what they look like.
    let shown = "sorted([(repr(a), b) for a, b in {}.items()])".replace("{}", name);
    if draft.risk("counts-read-otherwise") {
        let line = draft.pick(&[
            "attempt(lambda: {}['missing'])",
            "show(type({}).__name__)",
            "{}.update({'a': 3})",
            "show({} == {'a': 2})",
            "show({}.copy() is {}, len({}))",
            "{}.pop('a', None)",
        ]);
        draft.line(line.replace("{}", name));
    }
    draft.show(&shown);
}
