//! Loops that call functions of modules and methods.

use super::Shape;
use crate::generate::blocks::{self, Hazard};
use crate::generate::draft::{Draft, Frame};
use crate::generate::expressions::{condition, value};

pub const SHAPE: Shape = Shape {
    transform: "loop-attribute-lookup",
    hazards: &[
        "function-replaced",
        "function-patched",
        "module-rebound",
        "module-imported-late",
        "module-imported-maybe",
        "receiver-rebound",
        "receiver-rebound-later",
        "receiver-deleted",
        "receiver-maybe-unbound",
        "receiver-global",
        "receiver-captured",
        "receiver-of-own-class",
        "name-taken",
        "method-iterated",
        "call-seldom",
        "call-in-generator",
        "loop-suspended",
        "text-shows-call",
    ],
    opening,
    inputs: &[
        "[1, 4]",
        "[]",
        "[4, None]",
        "(v for v in [9])",
        "Items(2)",
        "Broken(1)",
        "None",
        "[T(1)]",
        "'ab'",
    ],
    write,
};

fn opening(draft: &mut Draft) {
    if draft.risk("module-imported-maybe") {
        draft.block("try:", |draft| draft.line("import math"));
        draft.block("except ImportError:", |draft| draft.line("math = None"));
    } else if !draft.risk("module-imported-late") {
        draft.line("import math");
    }
    if draft.risk("name-taken") {
        let line = draft.pick(&["_sqrt = 1", "def _append(): return 2", "_append = _append_2 = _add = 3"]);
        draft.line(line);
    }
    if draft.risk("receiver-of-own-class") {
        draft.block("class Kept(list):", |draft| {
            draft.block("def append(self, value):", |draft| {
                draft.line("list.append(self, value)");
                draft.line("self.append = note");
            });
        });
    }
}

fn write(draft: &mut Draft) {
    if !draft.text().contains("import math") {
        draft.line("import math");
    }
    if draft.risk("module-rebound") {
        let line = draft.pick(&["math = same(math)", "math.sqrt = note", "math = T(1)"]);
        draft.line(line);
    }
    if draft.risk("receiver-global") && !matches!(draft.frame, Frame::Module | Frame::Class) {
        draft.line("global r");
    }
    let made = match () {
        () if draft.text().contains("class Kept") => "Kept()",
        () => draft.pick(&["[]", "[]", "[0]", "list()", "[v for v in (1, 2)]", "same([])"]),
    };
    if draft.risk("receiver-maybe-unbound") {
        let condition = condition(draft);
        draft.block(format!("if {condition}:"), |draft| draft.line(format!("r = {made}")));
    } else {
        draft.line(format!("r = {made}"));
    }
    draft.line("s = set()");
    if draft.risk("receiver-captured") {
        draft.block("def renew():", |draft| {
            if draft.is_three() && draft.frame == Frame::Function {
                draft.line("nonlocal r");
            }
            draft.line("r = []");
        });
    }
    let guard = blocks::wrapping(draft, Hazard::Observed("r"));
    guard(draft, &mut calling);
    if draft.risk("receiver-deleted") {
        draft.line("del r");
        draft.show("s");
        return;
    }
    if draft.risk("receiver-rebound-later") {
        draft.line("r = list(r)");
        draft.line("r.append(7)");
    }
    draft.show("r");
    draft.show("s");
}

fn calling(draft: &mut Draft) {
    match draft.random.below(6) {
        0 => {
            let call = call(draft);
            draft.show(&format!("[{call} for x in xs]"));
        }
        1 => {
            draft.line("left = list(xs)");
            draft.block("while left and math.sqrt(len(left)) > 0:", |draft| {
                draft.line("x = left.pop()");
                turn(draft);
            });
        }
        2 => draft.block("for x in xs:", |draft| {
            draft.line("inner = []");
            draft.block("for y in (x, k):", |draft| {
                draft.line("if inner: s.add(len(inner))");
                draft.line("inner.append(y)");
            });
            draft.line("r.append(inner)");
            turn(draft);
        }),
        3 => draft.block("for ys in [xs, xs]:", |draft| draft.block("for x in ys:", turn)),
        _ => {
            draft.block("for x in xs:", turn);
            if draft.chance(20) {
                draft.block("else:", |draft| draft.line("r.append('end')"));
            }
        }
    }
}

fn turn(draft: &mut Draft) {
    draft.values.push("x".to_owned());
    blocks::noise(draft, 15);
    if draft.risk("function-replaced") {
        draft.line("math.sqrt = note");
    }
    if draft.risk("function-patched") {
        draft.line("setattr(math, 'sq' + 'rt', note)");
    }
    if draft.text().contains("def renew") {
        draft.line("renew()");
    }
    if draft.risk("receiver-rebound") {
        let line = draft.pick(&["r = []", "r = r + [1]", "r, k = [], 2", "del r; r = [3]"]);
        draft.block("if len(r) == 2:", |draft| draft.line(line));
    }
    if draft.risk("call-seldom") {
        let (condition, call) = (condition(draft), call(draft));
        let way = draft.pick(&["break", "raise ValueError(1)", "continue"]);
        draft.block(format!("if {condition}:"), |draft| {
            draft.line(call);
            draft.line(way);
        });
        return;
    }
    if draft.risk("call-in-generator") {
        let call = call(draft);
        draft.line(format!("late = ({call} for z in (1, 2))"));
        draft.line("r.append(list(late))");
    }
    if draft.risk("text-shows-call") && draft.is_three() {
        draft.line("show(f'{r.append(x)}')");
    }
    if draft.frame == Frame::Generator && draft.risk("loop-suspended") {
        draft.line("yield r");
    }
    for _ in 0..draft.pick(&[1, 2, 3]) {
        let call = call(draft);
        if draft.chance(30) {
            let condition = condition(draft);
            draft.block(format!("if {condition}:"), |draft| draft.line(call));
        } else {
            draft.line(call);
        }
    }
    if draft.risk("method-iterated") {
        let line = draft.pick(&[
            "for i in range(len(r)): s.add(i)",
            "for i in list(r): r.append(i); break",
            "for i in r: s.discard(i)",
        ]);
        draft.line(line);
    }
}

/// A call of something that a loop looks up, given `x`.
fn call(draft: &mut Draft) -> String {
    let argument = value(draft);
    let forms = [
        "r.append(math.sqrt(x))",
        "r.append({})",
        "s.add(shown({}))",
        "s.discard(k)",
        "r.insert(0, x)",
        "r.extend([x])",
        "show(math.floor(x))",
        "math.sqrt(x)",
        "r.append(r.count(x))",
        "s.update(shown(x))",
    ];
    draft.pick(&forms).replace("{}", &argument)
}
