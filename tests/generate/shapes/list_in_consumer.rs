//! List comprehensions that a builtin uses up at once.

use super::Shape;
use crate::generate::draft::{Draft, Language};
use crate::generate::expressions::{condition, iterable, plain_value, value};

pub const SHAPE: Shape = Shape {
    transform: "list-in-consumer",
    hazards: &[
        "consumer-shadowed",
        "second-argument",
        "item-with-effects",
        "pair-with-effects",
        "target-read-later",
        "target-not-name",
        "comment-in-comprehension",
        "iterator-left-over",
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
        "[[1], [2, 3]]",
        "Stepper()",
    ],
    write,
};

fn write(draft: &mut Draft) {
    let name = draft.pick(&["any", "all", "set", "dict", "any", "set", "sum", "max", "tuple", "sorted"]);
    if draft.risk("consumer-shadowed") {
        draft.line(format!("{name} = note"));
    }
    let over = if draft.risk("iterator-left-over") { "iter(xs)".to_owned() } else { quiet(draft) };
    if over == "iter(xs)" {
        draft.line("left = iter(xs)");
    }
    let over = if over == "iter(xs)" { "left".to_owned() } else { over };
    let text = comprehension(draft, name, &over);
    let more = if draft.risk("second-argument") { ", 2" } else { draft.pick(&["", "", ","]) };
    draft.line(format!("r = {name}([{text}]{more})"));
    let shown = if name == "set" { "sorted(str(v) for v in r)" } else { "r" };
    draft.show(shown);
    if over == "left" {
        draft.show("list(left)");
    }
    if draft.risk("target-read-later") {
        draft.line("show(x)");
    }
}

/// Something to iterate over, of known class more often than not.
fn quiet(draft: &mut Draft) -> String {
    if draft.chance(60) {
        return draft
            .pick(&["range(4)", "'a b'.split()", "[1, 2, 3]", "(0, 1)", "'xyz'", "{1: 2}"])
            .to_owned();
    }
    iterable(draft)
}

fn comprehension(draft: &mut Draft, name: &str, over: &str) -> String {
    draft.values.push("x".to_owned());
    let item = if name == "dict" {
        let (key, value) = if draft.risk("pair-with-effects") {
            ("note(x)".to_owned(), "note(k)".to_owned())
        } else {
            (plain_value(draft), plain_value(draft))
        };
        format!("({key}, {value})")
    } else if draft.risk("item-with-effects") {
        value(draft)
    } else {
        let forms = ["x == 1", "x", "str(x)", "x in (1, 2)", "len(str(x))", "x is None", "(x, 1)"];
        if draft.chance(70) { draft.pick(&forms).to_owned() } else { plain_value(draft) }
    };
    let filter = if draft.chance(30) { format!(" if {}", condition(draft)) } else { String::new() };
    draft.values.pop();
    let target = if draft.risk("target-not-name") { "x, y" } else { "x" };
    let more = if draft.chance(10) && draft.language != Language::Two { " for y in (1, 2)" } else { "" };
    if draft.risk("comment-in-comprehension") {
        return format!("\n        {item}  # why\n        for {target} in {over}{more}{filter}\n    ");
    }
    format!("{item} for {target} in {over}{more}{filter}")
}
