//! Loops that look for regular expressions.

use super::Shape;
use crate::generate::blocks::{self, Hazard};
use crate::generate::draft::{Draft, Frame};
use crate::generate::expressions::condition;

pub const SHAPE: Shape = Shape {
    transform: "loop-regex-compile",
    hazards: &[
        "pattern-invalid",
        "pattern-computed",
        "pattern-of-bytes",
        "flags-computed",
        "odd-arguments",
        "module-rebound",
        "module-imported-late",
        "module-imported-maybe",
        "own-module",
        "name-taken",
        "compiled-name-read-later",
        "compiled-name-captured",
        "compiled-in-branch",
        "loop-skipped",
        "function-in-loop",
        "pattern-error-caught",
        "comment-in-call",
    ],
    opening,
    inputs: &[
        "['a1', 'b2']",
        "[]",
        "['a1', None]",
        "'a1b'",
        "(v for v in ['x9'])",
        "Items(2)",
        "Broken(1)",
        "[Loud('a1')]",
        "None",
        "{'k1': 1}",
    ],
    write,
};

/// How the module is known, which is told from the text by the shape again.
fn opening(draft: &mut Draft) {
    if draft.risk("own-module") {
        draft.block("class re(object):", |draft| {
            draft.line("@staticmethod");
            draft.line("def search(pattern, text, flags=0): return note(text)");
            draft.line("compile = I = search");
        });
        return;
    }
    if draft.risk("module-imported-maybe") {
        draft.block("try:", |draft| draft.line("import re"));
        draft.block("except ImportError:", |draft| draft.line("re = None"));
        return;
    }
    if draft.risk("module-imported-late") {
        return;
    }
    draft.line("import re");
    if draft.chance(20) {
        draft.line("import re as regex");
    }
    if draft.chance(20) {
        draft.line("from re import search, compile, I");
    }
    if draft.risk("name-taken") {
        let line = draft.pick(&[
            "_pattern = 1",
            "def _pattern(): return 2",
            "_pattern = _pattern_2 = 'a'",
            "_re = 3",
        ]);
        draft.line(line);
    }
}

fn write(draft: &mut Draft) {
    let text = draft.text();
    if !text.contains("import re\n") && !text.contains("class re(") && draft.chance(60) {
        draft.line("import re");
    }
    if draft.risk("module-rebound") {
        let line =
            draft.pick(&["re = same(re)", "del re", "re.I = 0", "for re in (): pass", "search = note"]);
        draft.line(line);
    }
    draft.line("count = 0");
    let guard = blocks::wrapping(draft, Hazard::Raising);
    guard(draft, &mut looking);
    if draft.risk("compiled-name-read-later") {
        draft.show("p.pattern");
    }
    if draft.risk("compiled-name-captured") {
        draft.line("late = lambda: p.pattern");
        draft.show("late()");
    }
    if draft.risk("name-taken") {
        draft.show("_pattern");
    }
    draft.show("count");
}

fn looking(draft: &mut Draft) {
    match draft.random.below(8) {
        0 => {
            let call = call(draft, "line");
            draft.show(&format!("[bool({call}) for line in xs]"));
        }
        1 => {
            let call = call(draft, "line");
            draft.line(format!("count = sum(1 for line in xs if {call})"));
        }
        2 => {
            draft.line("left = list(xs)");
            let (call, first) = (call(draft, "left[-1]"), draft.pick(&["left and ", "left and not ", ""]));
            draft.block(format!("while {first}{call}:"), |draft| {
                draft.line("left.pop()");
                draft.line("count += 1");
            });
        }
        3 => {
            draft.block("for ys in [xs, xs]:", |draft| draft.block("for line in ys:", turn));
        }
        _ => {
            draft.block("for line in xs:", turn);
            if draft.chance(10) {
                draft.block("else:", |draft| draft.show("'end'"));
            }
        }
    }
}

fn turn(draft: &mut Draft) {
    draft.values.push("line".to_owned());
    blocks::noise(draft, 15);
    if draft.risk("loop-skipped") {
        let condition = condition(draft);
        let word = draft.pick(&["continue", "break", "count = 'found'"]);
        draft.line(format!("if {condition}: {word}"));
    }
    if draft.risk("function-in-loop") {
        let call = call(draft, "line");
        draft.line(format!("def look(line=line): return {call}"));
        draft.line("count += bool(look())");
        return;
    }
    let call = call(draft, "line");
    if draft.risk("pattern-error-caught") {
        draft.block("try:", |draft| draft.line(format!("count = repr({call})[:9]")));
        draft.block("except Exception:", |draft| draft.line("count = -1"));
        return;
    }
    match draft.random.below(8) {
        0 => draft.line(format!("if {call}: count += 1")),
        1 => draft.line(format!("count += len({call} or '')")),
        2 => {
            let condition = condition(draft);
            draft.block(format!("if {condition}:"), |draft| draft.line(format!("count = bool({call})")));
        }
        3 | 4 => compiled(draft),
        5 if draft.frame != Frame::Module && draft.frame != Frame::Class => {
            draft.block(format!("if {call}:"), |draft| draft.line("return count"));
        }
        _ => {
            draft.line(format!("m = {call}"));
            draft.show("bool(m)");
        }
    }
}

/// `p = re.compile(...)` in the loop.
fn compiled(draft: &mut Draft) {
    let (pattern, flags) = (pattern(draft), flags(draft));
    let flags = if flags.is_empty() { flags } else { format!(", {flags}") };
    if draft.risk("compiled-in-branch") {
        let condition = condition(draft);
        draft.block(format!("if {condition}:"), |draft| {
            draft.line(format!("p = re.compile({pattern}{flags})"));
        });
    } else {
        draft.line(format!("p = re.compile({pattern}{flags})"));
    }
    draft.line("count += len(p.findall(line))");
}

/// A call that looks for a pattern in what `text` says.
fn call(draft: &mut Draft, text: &str) -> String {
    let mut module = draft.pick(&["re", "re", "re", "re", "regex"]);
    if !draft.text().contains("re as regex") {
        module = "re";
    }
    let (pattern, flags) = (pattern(draft), flags(draft));
    let with = |flags: &str| if flags.is_empty() { String::new() } else { format!(", {flags}") };
    if draft.risk("odd-arguments") {
        let forms = [
            "re.search(pattern={p}, string={t})",
            "re.search(*[{p}, {t}])",
            "re.sub({p}, '', {t}, 1)",
            "re.sub({p}, note, {t}, count=note(1))",
            "re.search(string={t}, pattern={p})",
            "re.split({p}, {t}, maxsplit=k)",
            "re.sub({p}, lambda m: note('r'), {t})",
            "re.search({p})",
            "re.search({p}, {t}, 0, 0)",
        ];
        return draft.pick(&forms).replace("{p}", &pattern).replace("{t}", text);
    }
    if draft.text().contains("from re import search") && draft.chance(50) {
        return format!("search({pattern}, {text}{})", with(&flags));
    }
    if draft.risk("comment-in-call") {
        return format!("{module}.search({pattern},  # why\n        {text})");
    }
    match draft.random.below(6) {
        0 => format!("{module}.match({pattern}, {text}{})", with(&flags)),
        1 => format!("{module}.findall({pattern}, {text}{})", with(&flags)),
        2 => format!("{module}.sub({pattern}, '-', {text})"),
        3 => format!("{module}.split({pattern}, {text})"),
        4 => format!("{module}.compile({pattern}{}).search({text})", with(&flags)),
        _ => format!("{module}.search({pattern}, {text}{})", with(&flags)),
    }
}

fn pattern(draft: &mut Draft) -> String {
    if draft.risk("pattern-invalid") {
        return draft
            .pick(&["'('", "'a**'", "'[b-a]'", "'(?P<a>b)(?P<a>c)'", "r'\\q'", "'(?<=a+)b'", "'a{2,1}'"])
            .to_owned();
    }
    if draft.risk("pattern-computed") {
        return draft
            .pick(&["line", "str(k)", "'a' + str(k)", "note('a')", "None", "xs", "'%d' % k"])
            .to_owned();
    }
    if draft.risk("pattern-of-bytes") {
        return "b'a'".to_owned();
    }
    let forms = [
        "r'\\d'",
        "'a'",
        "'[a-z]+'",
        "r'(\\w)(\\d)?'",
        "'^a|b$'",
        "'x' 'y'",
        "u'b'",
        "''",
        "r'\\s*'",
        "'(?i)A'",
    ];
    draft.pick(&forms).to_owned()
}

fn flags(draft: &mut Draft) -> String {
    if draft.risk("flags-computed") {
        return draft.pick(&["k", "note(0)", "re.missing", "'I'", "re.I + re.M", "flags=k"]).to_owned();
    }
    let forms = ["", "", "", "", "re.I", "re.I | re.M", "0", "flags=re.S", "re.U"];
    draft.pick(&forms).to_owned()
}
