//! Loops right in one another.

use super::Shape;
use crate::generate::blocks::{self, Hazard};
use crate::generate::draft::{Draft, Frame};
use crate::generate::expressions::{condition, iterable, value};

pub const SHAPE: Shape = Shape {
    transform: "nested-loop",
    hazards: &[
        "one-shot-pool",
        "changing-pool",
        "fresh-items",
        "empty-pool",
        "pool-of-other-target",
        "pool-with-effects",
        "same-target",
        "target-rebound-in-body",
        "target-deleted-in-body",
        "target-read-behind",
        "target-not-plain",
        "target-bound-elsewhere",
        "break-in-inner-loop",
        "return-in-inner-loop",
        "loop-else",
        "between-loops",
        "comment-at-header",
        "product-taken",
        "inner-bound-in-loop",
    ],
    opening: |_| {},
    inputs: &[
        "[1, 2, 3]",
        "[]",
        "'ab'",
        "(v for v in [1, 0])",
        "Items(2)",
        "Broken(2)",
        "None",
        "[[1], [2, 3]]",
        "{2: 1, 1: 2}",
    ],
    write,
};

fn write(draft: &mut Draft) {
    if draft.risk("product-taken") {
        let line = draft.pick(&[
            "product = same",
            "product = _product = 1",
            "def product(*pools): return [same(1)]",
        ]);
        draft.line(line);
    }
    let line = draft.pick(&["steady = [1, 2]", "steady = (k, 'b')", "steady = 'cd'", "steady = {1: 2}"]);
    draft.line(line);
    draft.values.push("steady".to_owned());
    if draft.risk("one-shot-pool") {
        draft.line("once = iter([1, 2, 3])");
        draft.values.push("once".to_owned());
    }
    if draft.risk("target-bound-elsewhere") {
        draft.line("a = b = 'before'");
    }
    draft.receivers.push("steady".to_owned());
    let guard = blocks::wrapping(draft, Hazard::Observed("steady"));
    guard(draft, &mut |draft| loops(draft));
    draft.receivers.pop();
    if draft.risk("target-read-behind") {
        let name = draft.pick(&["a", "b", "c"]);
        draft.block("try:", |draft| draft.show(name));
        draft.block("except NameError:", |draft| draft.line("show('no value')"));
    }
    draft.show("steady");
}

fn loops(draft: &mut Draft) {
    let outer = pool(draft, 0);
    let header = format!("for {} in {outer}:", target(draft, "a"));
    let header = commented(draft, header);
    draft.block(header, |draft| {
        draft.values.push("a".to_owned());
        if draft.risk("between-loops") {
            draft.line("show('between')");
        }
        inner(draft, 1);
        if draft.risk("between-loops") {
            draft.line("steady = (1, 2)");
        }
        draft.values.retain(|name| name != "a");
    });
    otherwise(draft);
}

fn inner(draft: &mut Draft, depth: usize) {
    let name = if draft.risk("same-target") { "a" } else { ["a", "b", "c"][depth] };
    let header = format!("for {} in {}:", target(draft, name), pool(draft, depth));
    let header = commented(draft, header);
    draft.block(header, |draft| {
        draft.values.push(name.to_owned());
        if depth == 1 && draft.chance(35) {
            inner(draft, 2);
        } else {
            body(draft, name);
        }
        draft.values.retain(|value| value != name);
    });
    otherwise(draft);
}

fn otherwise(draft: &mut Draft) {
    if draft.risk("loop-else") {
        draft.block("else:", |draft| draft.line("show('else')"));
    }
}

fn commented(draft: &mut Draft, header: String) -> String {
    if draft.risk("comment-at-header") { header + "  # turn by turn" } else { header }
}

fn target(draft: &mut Draft, name: &str) -> String {
    if draft.risk("target-not-plain") {
        return draft.pick(&["box.items", "a, *b", "(a, b)", "box.d['a']"]).to_owned();
    }
    name.to_owned()
}

/// What a loop that stands in `depth` others goes over.
fn pool(draft: &mut Draft, depth: usize) -> String {
    if draft.risk("one-shot-pool") {
        return draft.pick(&["once", "iter('ab')", "(v for v in (1, 2))", "map(same, 'ab')"]).to_owned();
    }
    if draft.risk("changing-pool") {
        return draft.pick(&["xs", "box.items", "list(xs)", "sorted(str(k))"]).to_owned();
    }
    if draft.risk("fresh-items") {
        return draft.pick(&["([], [])", "[[1], {}]", "[lambda: k]", "[(k, []), (1, [])]"]).to_owned();
    }
    if draft.risk("empty-pool") {
        return draft.pick(&["[]", "()", "''", "range(0)", "range(3, 1)", "tuple(xs)"]).to_owned();
    }
    if depth > 0 && draft.risk("pool-of-other-target") {
        return draft.pick(&["str(a)", "(a, 1)", "[a]", "range(len(str(a)))"]).to_owned();
    }
    if draft.risk("pool-with-effects") {
        let (one, other) = (value(draft), iterable(draft));
        return draft.pick(&["[{1}, 2]", "({1}, k)", "{2}"]).replace("{1}", &one).replace("{2}", &other);
    }
    if draft.risk("inner-bound-in-loop") {
        return draft.pick(&["(k, 1)", "[k, k]", "(steady, 2)"]).to_owned();
    }
    draft
        .pick(&[
            "(1, 5)",
            "[True, False]",
            "'ab'",
            "range(2)",
            "range(3, 0, -1)",
            "(1, 'b', None)",
            "steady",
            "[(1, 2), (3, 4)]",
            "enumerate('ab')",
            "(k, 'b')",
            "1, 2",
        ])
        .to_owned()
}

fn body(draft: &mut Draft, name: &str) {
    if draft.risk("target-rebound-in-body") {
        let line = draft.pick(&["a = 'new'", "b = 'new'", "for a in 'xy': pass", "k = 7", "steady = 'ef'"]);
        draft.line(line);
    }
    if draft.risk("target-deleted-in-body") {
        let line = draft.pick(&["del a", "del b"]);
        draft.line(line);
    }
    if draft.chance(30) {
        let condition = condition(draft);
        draft.line(format!("if {condition}: continue"));
    }
    let shown = value(draft);
    draft.show(&shown);
    draft.show(name);
    if draft.chance(15) {
        draft.line("show('''of\n            many\n  lines''')");
    }
    if draft.risk("changing-pool") {
        let line = draft.pick(&[
            "same(steady)",
            "steady = [3]",
            "if len(steady) < 4 and hasattr(steady, 'append'): steady.append(5)",
            "box.items = 'z'",
        ]);
        draft.line(line);
    }
    if draft.risk("break-in-inner-loop") {
        let condition = condition(draft);
        draft.line(format!("if {condition}: break"));
    }
    if matches!(draft.frame, Frame::Function | Frame::Nested | Frame::Method)
        && draft.risk("return-in-inner-loop")
    {
        let condition = condition(draft);
        draft.line(format!("if {condition}: return"));
    }
}
