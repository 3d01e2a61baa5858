//! Loops that call functions on what does not change, or does.

use super::Shape;
use crate::generate::blocks::{self, Hazard};
use crate::generate::draft::{Draft, Frame};
use crate::generate::expressions::condition;

pub const SHAPE: Shape = Shape {
    transform: "loop-invariant-call",
    hazards: &[
        "operand-rebound",
        "operand-deleted",
        "operand-bound-late",
        "operand-unknown",
        "operand-of-subclass",
        "operand-narrowed",
        "collection-changed",
        "collection-aliased",
        "collection-captured",
        "value-out-of-range",
        "builtin-shadowed",
        "module-imported-late",
        "result-changed",
        "result-compared-by-identity",
        "result-read-later",
        "name-taken",
        "in-lambda",
        "lazy-generator",
        "turn-skipped",
        "glued-to-word",
    ],
    opening,
    inputs: &[
        "['a', 'b']",
        "[]",
        "[1, 'a']",
        "'ab'",
        "(v for v in ['x'])",
        "Items(2)",
        "Broken(1)",
        "None",
        "{'k': 1}",
        "[[], ['c']]",
    ],
    write,
};

fn opening(draft: &mut Draft) {
    if draft.chance(70) {
        draft.line("import math");
    }
    if draft.risk("operand-of-subclass") {
        draft.block("class Odd(str):", |draft| {
            draft.line("def __len__(self): note('len'); return 3");
            draft.line("def upper(self): note('upper'); return 'odd'");
        });
    }
    draft.line("WORDS = ('a', 'b', 'c')");
    if draft.risk("name-taken") {
        draft.line("_length = _text = _value = 7");
    }
}

fn write(draft: &mut Draft) {
    if draft.risk("builtin-shadowed") {
        let line = draft.pick(&["len = note", "def ord(letter): return note(letter)", "set = list"]);
        draft.line(line);
    }
    if draft.risk("module-imported-late") {
        draft.block("if k:", |draft| draft.line("import math"));
    }
    draft.line("out = []");
    draft.line("count = 0");
    if draft.risk("operand-bound-late") {
        let condition = condition(draft);
        draft.line(format!("if {condition}: word = 'late'"));
    } else if draft.risk("operand-unknown") {
        let line = draft.pick(&["word = k", "word = xs", "word = same('word')", "word = None"]);
        draft.line(line);
    } else if draft.risk("operand-of-subclass") {
        draft.line("word = Odd('abc') if k else 'abc'");
    } else {
        let line = draft.pick(&["word = 'Word'", "word = str(k)", "word = 'a' + 'b'"]);
        draft.line(line);
    }
    let line =
        draft.pick(&["kept = ['x', 'y']", "kept = [3, 1, 2]", "kept = {'x': 1}", "kept = list('xyz')"]);
    draft.line(line);
    if draft.risk("collection-aliased") {
        draft.line("other = kept");
    }
    if draft.risk("collection-captured") && draft.frame != Frame::Class {
        draft.line("def grow(): kept.clear()");
    }
    let guard = blocks::wrapping(draft, Hazard::Raising);
    guard(draft, &mut looping);
    if draft.risk("result-read-later") {
        draft.show("size");
    }
    if draft.risk("name-taken") {
        draft.show("_length");
    }
    draft.show("out, count, kept");
}

fn looping(draft: &mut Draft) {
    match draft.random.below(9) {
        0 => {
            let call = call(draft);
            draft.show(&format!("[x for x in xs if x != {call}]"));
        }
        1 => {
            let (one, two) = (call(draft), call(draft));
            draft.line(format!("count = [({one}, x) for x in xs if x in (1, {two})]"));
        }
        2 => {
            draft.block("while count < len(word):", |draft| {
                draft.line("count += 1");
                turn(draft);
            });
        }
        3 => draft.block("for x in xs:", |draft| {
            draft.block("for y in (1, 2):", turn);
            turn(draft);
        }),
        4 => draft.block("for ys in (xs, WORDS):", |draft| {
            let iterated = draft.pick(&["sorted(WORDS)", "range(len(word))", "list(word)", "ys"]);
            draft.block(format!("for x in {iterated}:"), turn);
        }),
        5 if draft.risk("lazy-generator") => {
            let call = call(draft);
            draft.line(format!("lazy = (({call}, x) for x in xs)"));
            draft.line("word = 'changed'");
            draft.line("kept = []");
            draft.show("list(lazy)");
        }
        _ => {
            draft.block("for x in xs:", turn);
            if draft.chance(10) {
                let call = call(draft);
                draft.block("else:", |draft| draft.show(&call));
            }
        }
    }
}

fn turn(draft: &mut Draft) {
    blocks::noise(draft, 15);
    if draft.risk("turn-skipped") {
        let condition = condition(draft);
        let word = draft.pick(&["continue", "break", "count = 1"]);
        draft.line(format!("if {condition}: {word}"));
    }
    if draft.risk("operand-rebound") {
        let line = draft.pick(&["word = word + 'x'", "word = 'new'", "kept = ['z']", "kept = list(kept)"]);
        draft.line(line);
    }
    if draft.risk("operand-deleted") {
        draft.line("del word");
    }
    if draft.risk("collection-changed") {
        let line = draft.pick(&[
            "kept.clear()",
            "kept.pop()",
            "kept += 'x'",
            "out.append(kept)",
            "same(kept).clear()",
        ]);
        draft.line(line);
    }
    if draft.risk("collection-aliased") {
        draft.line("other.clear()");
    }
    if draft.risk("collection-captured") && draft.frame != Frame::Class {
        draft.line("grow()");
    }
    if draft.risk("in-lambda") {
        let call = call(draft);
        draft.line(format!("out.append((lambda: [{call} for _ in (1, 2)])())"));
        return;
    }
    if draft.risk("operand-narrowed") {
        draft.line("maybe = xs");
        draft.block("if isinstance(xs, str):", |draft| draft.line("out.append(len(xs) + len(maybe))"));
    }
    if draft.risk("result-changed") {
        let made = draft.pick(&["list(word)", "sorted(WORDS)", "set(word)", "word.split()"]);
        draft.line(format!("row = {made}"));
        draft.line("getattr(row, 'append', getattr(row, 'add', None))('more')");
        draft.line("out.append(len(row))");
        return;
    }
    if draft.risk("result-compared-by-identity") {
        draft.line("seen = (word + '-').upper()");
        draft.line("out.append((word + '-').upper() is seen)");
        return;
    }
    let call = call(draft);
    match draft.random.below(9) {
        0 => draft.line(format!("if x == {call}: count += 1")),
        1 => draft.line(format!("out.append({call})")),
        2 => {
            let condition = condition(draft);
            draft.block(format!("if {condition}:"), |draft| draft.line(format!("out.append({call})")));
        }
        3 => draft.line(format!("size = {call}")),
        4 => {
            draft.line(format!("size = {call}"));
            draft.line("out.append(size)");
        }
        5 => draft.line(format!("out.append(1 if x else {call})")),
        6 => draft.line(format!("out.append(x in set(word) or {call})")),
        _ => draft.show(&call),
    }
}

/// A call on what may stay the same.
fn call(draft: &mut Draft) -> String {
    if draft.risk("value-out-of-range") {
        return draft
            .pick(&[
                "math.sqrt(-1)",
                "ord('ab')",
                "chr(-5)",
                "math.log(0)",
                "int('x')",
                "max(())",
                "abs('x')",
            ])
            .to_owned();
    }
    if draft.risk("glued-to-word") {
        return "(1 if'a'.upper()else 2)".to_owned();
    }
    let forms = [
        "len(word)",
        "len(kept)",
        "len(WORDS)",
        "ord('a')",
        "math.sqrt(2)",
        "word.upper()",
        "word.lower().strip()",
        "word.startswith('a')",
        "max(len(word), 2)",
        "sum((1, 2))",
        "abs(-3)",
        "str(len(word))",
        "sorted(WORDS)[0]",
        "frozenset(['a', 'b'])",
        "tuple(word)",
        "math.sqrt(len(word))",
        "len(x)",
        "str(k)",
        "chr(65)",
    ];
    draft.pick(&forms).to_owned()
}
