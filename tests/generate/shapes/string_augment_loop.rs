//! Loops that add to a text.

use super::Shape;
use crate::generate::blocks::{self, Hazard};
use crate::generate::draft::{Draft, Frame, Language};
use crate::generate::expressions::{condition, iterable, value_with_text};

pub const SHAPE: Shape = Shape {
    transform: "string-augment-loop",
    hazards: &[
        "text-begins-otherwise",
        "text-read-in-loop",
        "text-read-by-closure",
        "text-written-otherwise",
        "text-unknown",
        "text-in-attribute",
        "loop-returns",
        "handler-in-loop",
        "loop-else",
        "target-read-later",
        "target-captured",
        "comment-in-loop",
        "parts-taken",
        "str-shadowed",
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
        "Stepper()",
        "[[1], [2, 3]]",
        "Loud('a b')",
    ],
    write,
};

fn write(draft: &mut Draft) {
    let name = draft.pick(&["r", "r", "out", "found"]).to_owned();
    draft.line("t = 'known'");
    if draft.risk("parts-taken") {
        draft.line("_parts = 'taken'");
    }
    if draft.risk("str-shadowed") {
        let line = draft.pick(&["str = same", "repr = note", "def str(item): return item"]);
        draft.line(line);
    }
    if draft.risk("text-in-attribute") {
        draft.line("box.items = ''");
        draft.block("for x in 'abc':", |draft| {
            let line = draft.pick(&["box.items += x", "box.items += x + t", "box.items += str(note(x))"]);
            draft.line(line);
        });
        draft.show("box.items");
    }
    let begin = if draft.risk("text-begins-otherwise") {
        draft.pick(&["None", "Loud('a')", "b''", "0", "[]", "u''", "same('')"])
    } else {
        draft.pick(&["''", "''", "''", "\"\"", "'head'", "str(k)", "t", "r''"])
    };
    draft.line(format!("{name} = {begin}"));
    blocks::noise(draft, 20);
    if draft.risk("text-read-by-closure") {
        draft.line(format!("def peek(): return len({name})"));
    }
    if draft.chance(10) {
        draft.line(format!("{name} += 'more'"));
    }
    draft.receivers.push(name.clone());
    let guard = blocks::wrapping(draft, Hazard::Observed(&name));
    guard(draft, &mut |draft| fill(draft, &name));
    draft.receivers.pop();
    after(draft, &name);
}

/// The loop.
fn fill(draft: &mut Draft, name: &str) {
    let waits = draft.chance(15);
    if waits {
        draft.line("left = 3");
        draft.values.push("left".to_owned());
    }
    let over = if draft.chance(25) { "'a b'.split()".to_owned() } else { iterable(draft) };
    let header = if waits { "while left:".to_owned() } else { format!("for x in {over}:") };
    draft.block(header, |draft| {
        if waits {
            draft.line("left -= 1");
        } else {
            draft.values.push("x".to_owned());
        }
        comment(draft);
        turn(draft, name, 0);
        if draft.chance(30) {
            more(draft, name);
        }
    });
    if draft.risk("loop-else") {
        draft.block("else:", |draft| draft.show("'else'"));
    }
}

fn comment(draft: &mut Draft) {
    if draft.risk("comment-in-loop") {
        let comment = draft.pick(&["# why", "# type: ignore", "# noqa", "# x is given"]);
        draft.line(comment);
    }
}

/// What one turn does first.
fn turn(draft: &mut Draft, name: &str, depth: usize) {
    match draft.random.below(10) {
        0 | 1 => {
            let condition = condition(draft);
            draft.block(format!("if {condition}:"), |draft| turn(draft, name, depth + 1));
        }
        2 => {
            let condition = condition(draft);
            draft.block(format!("if {condition}:"), |draft| draft.line("continue"));
            turn(draft, name, depth + 1);
        }
        3 if depth < 2 => {
            let over = if draft.chance(60) { "'cd'".to_owned() } else { iterable(draft) };
            draft.block(format!("for y in {over}:"), |draft| {
                draft.values.push("y".to_owned());
                turn(draft, name, depth + 1);
            });
        }
        4 => {
            let (condition, one, other) = (condition(draft), added(draft), added(draft));
            draft.block(format!("if {condition}:"), |draft| add(draft, name, &one));
            draft.block("else:", |draft| add(draft, name, &other));
        }
        5 => {
            draft.line("part = str(k)");
            add(draft, name, "part");
        }
        _ => {
            let added = added(draft);
            add(draft, name, &added);
        }
    }
}

/// What else one turn does.
fn more(draft: &mut Draft, name: &str) {
    if draft.risk("text-read-in-loop") {
        let line = draft.pick(&["show({})", "if len({}) > 3: break", "k = {}", "same({})"]);
        draft.line(line.replace("{}", name));
    }
    if draft.risk("text-written-otherwise") {
        let line = draft.pick(&["{} = 'anew'", "{} = 'x' + {}", "{} = {}.strip()", "{} *= 2", "del {}"]);
        draft.line(line.replace("{}", name));
    }
    if draft.risk("handler-in-loop") {
        let added = added(draft);
        draft.block("try:", |draft| add(draft, name, &added));
        draft.block("except TypeError:", |draft| add(draft, name, "'bad'"));
    }
    let function = matches!(draft.frame, Frame::Function | Frame::Method | Frame::Nested);
    if function && draft.risk("loop-returns") {
        let condition = condition(draft);
        let line = draft.pick(&["return", "return 1", "return {}"]).replace("{}", name);
        draft.block(format!("if {condition}:"), |draft| draft.line(line));
    }
    match draft.random.below(5) {
        0 => draft.line("k = 1"),
        1 => draft.show("k"),
        2 => draft.line("if k == 5: break"),
        3 => add(draft, name, "', '"),
        _ => {
            let added = added(draft);
            add(draft, name, &added);
        }
    }
}

fn added(draft: &mut Draft) -> String {
    let used = draft.name();
    // Not as a name among others, since what it shows has an address.
    if draft.may_meet(&["text-read-by-closure"])
        && draft.text().contains("def peek(): return len(")
        && draft.chance(30)
    {
        return "str(peek())".to_owned();
    }
    if draft.risk("text-unknown") {
        return draft.pick(&["{}", "same({})", "same('a')", "{} + 'a'"]).replace("{}", &used);
    }
    if draft.language == Language::Two && draft.chance(10) {
        return "unicode(k)".to_owned();
    }
    match draft.random.below(8) {
        0 | 1 => "x".to_owned(),
        2 => format!("str({used})"),
        3 => format!("repr({used})"),
        4 => format!("str({used}) + ', '"),
        5 => draft.pick(&["t", "t.upper()", "(t if k else 'none')", "', '", "t[1:]"]).to_owned(),
        6 => format!("str({}) + t", value_with_text(draft)),
        _ => format!("str({})", value_with_text(draft)),
    }
}

fn add(draft: &mut Draft, name: &str, added: &str) {
    let behind = if draft.risk("comment-in-loop") { "  # kept" } else { "" };
    match draft.random.below(5) {
        0 => draft.line(format!("{name} = {name} + {added}{behind}")),
        1 => draft.line(format!("{name} = {name} + {added} + '.'{behind}")),
        _ => draft.line(format!("{name} += {added}{behind}")),
    }
}

/// What stands behind the loop.
fn after(draft: &mut Draft, name: &str) {
    if draft.risk("target-read-later") {
        let line = draft.pick(&["show(x)", "k = x", "if k: show(x)", "show([x for y in (1,)])"]);
        draft.line(line);
    }
    if draft.risk("target-captured") {
        let line = draft.pick(&["def late(): return x", "late = lambda: x"]);
        draft.line(line);
        draft.line("show(attempt(late))");
    }
    if draft.risk("parts-taken") {
        draft.line("show(sorted([_parts]))");
    }
    draft.show(&format!("type({name}).__name__, {name}"));
}
