//! Questions to literal collections, in loops and elsewhere.

use super::Shape;
use crate::generate::blocks::{self, Hazard};
use crate::generate::draft::{Draft, Frame};
use crate::generate::expressions::condition;

pub const SHAPE: Shape = Shape {
    transform: "list-literal-membership",
    hazards: &[
        "key-unhashable",
        "key-odd",
        "item-rebound",
        "item-bound-late",
        "item-fresh",
        "item-starred",
        "display-kept",
        "display-changed",
        "display-shared",
        "name-taken",
        "builtin-rebound",
        "turn-skipped",
        "lazy-generator",
        "comment-in-display",
    ],
    opening,
    inputs: &[
        "['a', 1]",
        "[]",
        "[1.0, True, None]",
        "'ab'",
        "(v for v in ['x', 2])",
        "Items(2)",
        "Broken(1)",
        "[[], {}]",
        "None",
        "[Loud('a'), 'b']",
    ],
    write,
};

fn opening(draft: &mut Draft) {
    if draft.risk("key-odd") {
        draft.block("class Odd(str):", |draft| {
            draft.line("def __eq__(self, other): note('eq'); return True");
            draft.line("def __hash__(self): note('hash'); return 5");
        });
    }
    draft.line("FIRST = 'a'");
    if draft.risk("name-taken") {
        draft.line("_values = 7");
    }
}

fn write(draft: &mut Draft) {
    draft.line("count = 0");
    draft.line("out = []");
    let word = draft.pick(&["'a'", "str(k)", "k", "1"]);
    if draft.risk("item-bound-late") {
        let condition = condition(draft);
        draft.line(format!("if {condition}: word = {word}"));
    } else {
        draft.line(format!("word = {word}"));
    }
    let guard = blocks::wrapping(draft, Hazard::Raising);
    guard(draft, &mut asking);
    if draft.risk("name-taken") {
        draft.show("_values");
    }
    draft.show("out, count");
}

fn asking(draft: &mut Draft) {
    match draft.random.below(8) {
        0 => {
            let question = question(draft, "word");
            draft.show(&question);
        }
        1 => {
            let question = question(draft, "x");
            draft.line(format!("out = [x for x in xs if {question}]"));
        }
        2 => {
            let question = question(draft, "count");
            draft.block(format!("while count < 3 and not {question}:"), |draft| {
                draft.line("count += 1");
                turn(draft);
            });
        }
        3 => draft.block("for x in xs:", |draft| draft.block("for y in (1, 'a'):", turn)),
        4 if draft.risk("lazy-generator") => {
            let question = question(draft, "x");
            draft.line(format!("lazy = ({question} for x in xs)"));
            draft.line("word = 'changed'");
            draft.show("list(lazy)");
        }
        _ => draft.block("for x in xs:", turn),
    }
}

fn turn(draft: &mut Draft) {
    blocks::noise(draft, 15);
    if draft.risk("turn-skipped") {
        let condition = condition(draft);
        let word = draft.pick(&["continue", "break", "count = 1"]);
        draft.line(format!("if {condition}: {word}"));
    }
    if draft.risk("item-rebound") {
        let line = draft.pick(&["word = x", "word = 'new'", "del word", "k = word"]);
        draft.line(line);
    }
    if draft.risk("builtin-rebound") && draft.frame != Frame::Class {
        draft.line("max = note");
    }
    if draft.risk("display-kept") {
        let line = draft.pick(&["kept = [1, 2]", "kept = {'a': 1}", "kept = {'a': word}"]);
        draft.line(line);
        draft.line("out.append(kept)");
    }
    if draft.risk("display-changed") {
        draft.line("own = [1, 'a']");
        let line = draft.pick(&[
            "own.append(x)",
            "own += 'b'",
            "own[0] = x",
            "same(own).pop()",
            "other = own; other.pop()",
        ]);
        draft.line(line);
        draft.line("count += len(own)");
    }
    if draft.risk("display-shared") {
        draft.line("table = {'a': [], 1: []}");
        draft.line("table['a'].append(x)");
        draft.line("out.append(table['a'])");
    }
    match draft.random.below(9) {
        0 => {
            draft.line("sizes = {'a': 1, 1: word}");
            draft.line("out.append(sizes.get('a'))");
        }
        1 => {
            let fresh = if draft.risk("item-fresh") { "[]" } else { "word" };
            draft.line(format!("out.append({{'a': {fresh}, 1: 'b'}}.get(str(x)))"));
            if fresh == "[]" {
                draft.line("count += len([row.append(1) for row in out if isinstance(row, list)])");
            }
        }
        2 => draft.line("out.append([1, word, 'c'][count % 3])"),
        3 => draft.line("out.append({'a': max, 'b': min}['a'](1, 2))"),
        4 => {
            let (condition, question) = (condition(draft), question(draft, "x"));
            draft.block(format!("if {condition}:"), |draft| draft.line(format!("out.append({question})")));
        }
        _ => {
            let question = question(draft, "x");
            draft.block(format!("if {question}:"), |draft| draft.line("count += 1"));
        }
    }
}

/// Whether a display holds what `key` says.
fn question(draft: &mut Draft, key: &str) -> String {
    let operator = draft.pick(&["in", "in", "in", "not in"]);
    let key = if draft.risk("key-unhashable") {
        draft.pick(&["[]", "[1]", "{}", "xs", "([],)"])
    } else if draft.risk("key-odd") && draft.text().contains("class Odd") {
        "Odd('a')"
    } else {
        draft.pick(&[key, key, "str(k)", "'a'", "len('ab')", "2.0", "True", "(1, 'a')"])
    };
    if draft.risk("comment-in-display") {
        return format!("({key} {operator} ['a',  # first\n        'b', word])");
    }
    if draft.risk("item-starred") && draft.is_three() {
        return format!("({key} {operator} [*(1, 2), word])");
    }
    let display = draft.pick(&[
        "['a', 'b', 'c']",
        "[1, 2, 3, 4]",
        "('a', 1, None, 2.5)",
        "[True, False, -1]",
        "['a', word]",
        "[word]",
        "(word, k)",
        "[FIRST, word, 0]",
        "{word, 'b'}",
        "{'a', 'b'}",
        "{'a': 1, 'b': word}",
        "[]",
        "['a' 'b', 'c', b'd']",
        "['x' + 'y', word]",
    ]);
    format!("({key} {operator} {display})")
}
