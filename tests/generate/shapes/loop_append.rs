//! Loops that fill a list, a set or a dict.

use super::Shape;
use crate::generate::blocks::{self, Hazard};
use crate::generate::draft::{Draft, Frame, Language};
use crate::generate::expressions::{condition, iterable, old_value, plain_value, value};

pub const SHAPE: Shape = Shape {
    transform: "loop-append",
    hazards: &[
        "another-collection-class",
        "alias-before-loop",
        "closure-before-loop",
        "creation-conditional",
        "touched-before-loop",
        "receiver-is-attribute",
        "receiver-is-parameter",
        "receiver-deleted",
        "target-read-later",
        "target-captured",
        "target-reused",
        "target-not-name",
        "target-repeated",
        "target-is-receiver",
        "loop-else",
        "break-in-loop",
        "second-statement",
        "unpacked-argument",
        "key-and-value-with-effects",
        "builtin-method-mapped",
        "temporary-read-later",
        "async-iteration",
        "constructor-shadowed",
        "comment-in-loop",
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
        "None",
        "Stepper()",
        "[[1], [2, 3]]",
        "set([8, 1, 16])",
        "Loud('a b')",
        "[T(1), T(2)]",
    ],
    write,
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Collection {
    List,
    Set,
    Dict,
}

fn write(draft: &mut Draft) {
    let what = draft.pick(&[
        Collection::List,
        Collection::List,
        Collection::List,
        Collection::Set,
        Collection::Dict,
    ]);
    let mut receiver = draft.pick(&["r", "r", "out", "found"]).to_owned();
    if draft.risk("constructor-shadowed") {
        let name = draft.pick(&["list", "set", "map", "str", "dict"]);
        draft.line(format!("{name} = same"));
    }
    if draft.risk("receiver-is-attribute") {
        "box.items".clone_into(&mut receiver);
    } else if draft.risk("receiver-is-parameter") {
        "given".clone_into(&mut receiver);
    } else {
        create(draft, what, &receiver);
        between(draft, &receiver);
    }
    draft.receivers.push(receiver.clone());
    let guard = blocks::wrapping(draft, Hazard::Observed(&receiver));
    guard(draft, &mut |draft| fill(draft, what, &receiver));
    draft.receivers.pop();
    after(draft, &receiver);
}

fn create(draft: &mut Draft, what: Collection, receiver: &str) {
    let plain: &[&str] = match what {
        Collection::List => &["[]", "[]", "[]", "list()", "[0]", "[k, 9]", "list(xs)"],
        Collection::Set => &["set()", "set()", "set()", "{0}", "set([k])"],
        Collection::Dict => &["{}", "{}", "dict()", "{5: 5}"],
    };
    let mut new = draft.pick(plain).to_owned();
    let declared = draft.is_three() && draft.chance(6);
    // A declaration that lies is taken on trust, so only one that holds shows anything.
    if !declared && draft.risk("another-collection-class") {
        new = draft.pick(&["Logged()", "Logged([1])", "T(0)", "None", "same([])"]).to_owned();
    }
    if draft.risk("creation-conditional") {
        let condition = condition(draft);
        draft.block(format!("if {condition}:"), |draft| draft.line(format!("{receiver} = {new}")));
        return;
    }
    if draft.risk("alias-before-loop") {
        draft.line(format!("alias = {receiver} = {new}"));
        return;
    }
    if declared {
        let kind = if what == Collection::List { "list" } else { "object" };
        draft.line(format!("{receiver}: {kind} = {new}"));
        return;
    }
    draft.line(format!("{receiver} = {new}"));
}

/// What stands between the creation and the loop.
fn between(draft: &mut Draft, receiver: &str) {
    blocks::noise(draft, 25);
    if draft.risk("alias-before-loop") {
        draft.line(format!("alias = {receiver}"));
    }
    if draft.risk("closure-before-loop") || draft.risk("callee-reads-accumulator") {
        draft.line(format!("def peek(): return len({receiver})"));
        draft.values.push("peek".to_owned());
    }
    if draft.risk("touched-before-loop") {
        let line =
            draft.pick(&["show({})", "{}.append(7)", "if k: {} = [8]", "same({})", "{}.clear()", "k = {}"]);
        draft.line(line.replace("{}", receiver));
    }
}

/// The loop.
fn fill(draft: &mut Draft, what: Collection, receiver: &str) {
    let header = header(draft, receiver, "x");
    draft.block(header, |draft| {
        draft.values.push("x".to_owned());
        comment(draft);
        inner(draft, what, receiver, 0);
        if draft.risk("second-statement") {
            let line = draft.pick(&["show('turn')", "k += 1", "same(x)", "pass"]);
            draft.line(line);
        }
        if draft.risk("break-in-loop") {
            let condition = condition(draft);
            draft.line(format!("if {condition}: break"));
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

fn header(draft: &mut Draft, receiver: &str, name: &str) -> String {
    let mut target = name.to_owned();
    if draft.risk("target-not-name") {
        draft.pick(&["box.some", "table[0]", "(x, y)", "x, (y, z)", "x, y", "[x]"]).clone_into(&mut target);
    } else if draft.risk("target-is-receiver") {
        receiver.clone_into(&mut target);
    } else if draft.is_three() && draft.risk("target-not-name") {
        "*x, y".clone_into(&mut target);
    } else if draft.chance(8) {
        return format!("for i, {name} in enumerate({}):", iterable(draft));
    } else if draft.chance(4) {
        return format!("for {name}, y in zip({}, 'ab'):", iterable(draft));
    }
    let over = iterable(draft);
    if draft.frame == Frame::Async && draft.risk("async-iteration") {
        return format!("async for {target} in AsyncItems({over}):");
    }
    format!("for {target} in {over}:")
}

/// What one turn does.
fn inner(draft: &mut Draft, what: Collection, receiver: &str, depth: usize) {
    match draft.random.below(12) {
        0 | 1 => {
            let condition = condition(draft);
            draft.block(format!("if {condition}:"), |draft| inner(draft, what, receiver, depth + 1));
        }
        2 => {
            let condition = condition(draft);
            draft.block(format!("if {condition}:"), |draft| draft.line("continue"));
            inner(draft, what, receiver, depth + 1);
        }
        3 if depth < 2 => {
            let name = if draft.risk("target-repeated") { "x" } else { draft.pick(&["y", "y", "z"]) };
            let over = if draft.chance(40) { "x".to_owned() } else { iterable(draft) };
            draft.block(format!("for {name} in {over}:"), |draft| {
                draft.values.push(name.to_owned());
                inner(draft, what, receiver, depth + 1);
            });
        }
        4 => {
            let value = value(draft);
            let name = draft.pick(&["t", "t", "x"]);
            draft.line(format!("{name} = {value}"));
            let used = draft
                .pick(&[
                    "{}",
                    "{}",
                    "{} + 1",
                    "{} * 2",
                    "{} == k",
                    "str({})",
                    "({}, k)",
                    "{}.real",
                    "({}, {})",
                    "{} if k else 0",
                ])
                .replace("{}", name);
            add(draft, what, receiver, &used);
        }
        5 if what != Collection::Dict => {
            let (first, second) = (condition(draft), condition(draft));
            let (one, other, last) = (value(draft), value(draft), value(draft));
            draft.block(format!("if {first}:"), |draft| add(draft, what, receiver, &one));
            if draft.chance(30) {
                draft.block(format!("elif {second}:"), |draft| add(draft, what, receiver, &other));
            }
            draft.block("else:", |draft| add(draft, what, receiver, &last));
        }
        _ => {
            let added = added(draft);
            add(draft, what, receiver, &added);
        }
    }
}

fn added(draft: &mut Draft) -> String {
    if draft.risk("builtin-method-mapped") {
        return draft
            .pick(&["int(x)", "str(x)", "len(x)", "x.upper()", "x.strip()", "repr(x)", "x", "x"])
            .to_owned();
    }
    if let Some(old) = old_value(draft).filter(|_| draft.chance(15)) {
        return old;
    }
    if draft.chance(22) { "x".to_owned() } else { value(draft) }
}

fn add(draft: &mut Draft, what: Collection, receiver: &str, added: &str) {
    if draft.risk("unpacked-argument") {
        let method = if what == Collection::Set { "add" } else { "append" };
        draft.line(format!("{receiver}.{method}(*[{added}])"));
        return;
    }
    match what {
        Collection::List => draft.line(format!("{receiver}.append({added})")),
        // Where such an object stands in a set depends on its address.
        Collection::Set if added.contains("lambda") || added.contains(" for v in ") => {
            draft.line(format!("{receiver}.add(str(x))"));
        }
        Collection::Set => draft.line(format!("{receiver}.add({added})")),
        Collection::Dict => {
            let key = if draft.risk("key-and-value-with-effects") {
                draft.pick(&["note(x)", "T(x)", "fail(x)", "(x, note(1))", "-x"]).to_owned()
            } else {
                plain_value(draft)
            };
            draft.line(format!("{receiver}[{key}] = {added}"));
        }
    }
}

/// What stands behind the loop.
fn after(draft: &mut Draft, receiver: &str) {
    if draft.risk("target-read-later") {
        let line = draft.pick(&["show(x)", "k = x", "if k: show(x)", "same(x)", "show([x for y in (1,)])"]);
        draft.line(line);
    }
    if draft.risk("temporary-read-later") {
        draft.line("show(t)");
    }
    if draft.risk("target-captured") {
        let line =
            draft.pick(&["def late(): return x", "late = lambda: x", "late = lambda: [x for v in 'a']"]);
        draft.line(line);
        draft.line("show(attempt(late))");
    }
    if draft.risk("target-reused") {
        let line = draft.pick(&[
            "for x in (5, 6): show(x)",
            "x = 1",
            "del x",
            "show([x for x in (5, 6)])",
            "x += 1",
        ]);
        draft.line(line);
    }
    if draft.risk("receiver-deleted") {
        draft.line(format!("del {receiver}"));
        return;
    }
    let shown = match draft.random.below(5) {
        0 => format!("list({receiver})"),
        1 => format!("{receiver}, k"),
        _ => format!("type({receiver}).__name__, list({receiver})"),
    };
    draft.show(&shown);
    if draft.frame != Frame::Module && draft.frame != Frame::Class && draft.chance(40) {
        let plain = !matches!(draft.frame, Frame::Generator) || draft.language == Language::Three;
        if plain {
            draft.line(format!("return {receiver}"));
        }
    }
}
