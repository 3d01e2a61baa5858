//! Sums of strings.

use super::Shape;
use crate::generate::blocks::{self, Hazard};
use crate::generate::draft::{Draft, Frame, Language};
use crate::generate::expressions::{condition, value};

pub const SHAPE: Shape = Shape {
    transform: "string-concat",
    hazards: &[
        "operand-unknown",
        "operand-no-string",
        "operand-overloaded",
        "string-subclass-shouts",
        "conversion-shadowed",
        "converts-with-effects",
        "literal-with-braces",
        "literal-with-percent",
        "literal-raw",
        "literal-with-escape",
        "literal-on-two-lines",
        "literal-of-another-kind",
        "quotes-in-operand",
        "backslash-in-operand",
        "sum-on-several-lines",
        "comment-in-sum",
        "keyword-touches-sum",
        "grouped-operands",
        "string-rebound",
    ],
    opening,
    inputs: &[
        "[1, 2, 3]",
        "[]",
        "['a', None]",
        "'ab'",
        "[T(1)]",
        "[Shout('q'), 1]",
        "Items(2)",
        "{'k': 1}",
        "[b'x', 2.5]",
        "None",
        "[[1, 'b'], ()]",
    ],
    write,
};

fn opening(draft: &mut Draft) {
    if draft.risk("conversion-shadowed") {
        let line = draft.pick(&["str = repr", "def str(value): return note(value)", "repr = str"]);
        draft.line(line);
    }
}

fn write(draft: &mut Draft) {
    let text = draft.pick(&["str(k)", "repr(k)", "'text'", "str(len([k]))", "'a'.upper()", "''"]);
    draft.line(format!("s = {text}"));
    draft.line("n = 3");
    draft.values.extend(["s".to_owned(), "n".to_owned()]);
    if draft.risk("string-rebound") {
        let condition = condition(draft);
        let other = draft.pick(&["None", "Shout('w')", "5", "b'y'", "T(2)"]);
        draft.line(format!("if {condition}: s = {other}"));
    }
    let guard = blocks::wrapping(draft, Hazard::Raising);
    guard(draft, &mut |draft| {
        for _ in 0..=draft.random.below(3) {
            statement(draft);
        }
    });
}

fn statement(draft: &mut Draft) {
    let sum = sum(draft);
    let lines = sum.contains('\n');
    match draft.random.below(7) {
        0 => draft.show(&format!("[{sum} for x in xs]")),
        1 if !lines => {
            draft.block("for x in xs:", |draft| {
                draft.values.push("x".to_owned());
                let sum = self::sum(draft);
                draft.line(format!("r = ({sum})"));
                draft.show("r");
            });
        }
        2 if !lines && draft.risk("keyword-touches-sum") => {
            let condition = condition(draft);
            draft.line(format!("r = {sum}if {condition} else''"));
            draft.show("r");
        }
        3 if !lines && draft.frame == Frame::Function => draft.line(format!("if k == 4: return({sum})")),
        4 => draft.show(&format!("len({sum}), ({sum}) * 2")),
        _ => {
            draft.line(format!("r = ({sum})"));
            draft.show("r");
        }
    }
}

fn sum(draft: &mut Draft) -> String {
    let count = draft.pick(&[2, 3, 3, 4, 5, 7]);
    let mut operands: Vec<_> = (0..count)
        .map(|at| if draft.chance(if at == 0 { 60 } else { 40 }) { literal(draft) } else { operand(draft) })
        .collect();
    let at = draft.random.below(operands.len());
    operands[at] = literal(draft);
    if draft.risk("grouped-operands") && operands.len() > 2 {
        let at = draft.random.below(operands.len() - 1);
        let other = operands.remove(at + 1);
        operands[at] = format!("({} + {other})", operands[at]);
    }
    let plus = match draft.random.below(4) {
        0 if draft.risk("sum-on-several-lines") => {
            draft.pick(&[" +\n        ", "\n        + ", " + \\\n        "])
        }
        1 if draft.risk("comment-in-sum") => draft.pick(&["  # why\n        + ", " +  # 'a' + b\n        "]),
        2 => "+",
        _ => " + ",
    };
    operands.join(plus)
}

fn literal(draft: &mut Draft) -> String {
    let three = draft.language == Language::Three;
    if draft.risk("literal-with-braces") {
        return draft.pick(&["'{'", "'}'", "'{}'", "'{n}'", "'\\{'", "'{{'", "\"{'a': 1}\""]).to_owned();
    }
    if draft.risk("literal-with-percent") {
        return draft.pick(&["'%'", "'%s'", "'100%'", "'%(n)s'", "'%%'"]).to_owned();
    }
    if draft.risk("literal-raw") {
        return draft.pick(&["r'\\d'", "r'\\\\'", "r'{\\'", "r'a'", "r\"\\'\"", "r'\\n{2}'"]).to_owned();
    }
    if draft.risk("literal-with-escape") {
        let escapes =
            ["'\\n'", "'\\x41'", "'\\1'", "'\\12'", "'2'", "'\\''", "'\\\"'", "'\\\\'", "'\\\\N'", "'8'"];
        return draft.pick(&escapes).to_owned();
    }
    if draft.risk("literal-on-two-lines") {
        return draft.pick(&["'''a\nb'''", "'a\\\nb'", "\"\"\"c'd\"\"\""]).to_owned();
    }
    if draft.risk("literal-of-another-kind") {
        let kinds = ["u'v'", "b'w'", "f'{n}'", "f\"{n!r:>3}\"", "rf'\\{n}'", "'a' 'b'", "'a' f'{n}'"];
        return if three { draft.pick(&kinds) } else { draft.pick(&["u'v'", "b'w'", "'a' 'b'"]) }.to_owned();
    }
    draft.pick(&["'a'", "\"b\"", "'c d'", "\"it's\"", "'say \"x\"'", "''"]).to_owned()
}

fn operand(draft: &mut Draft) -> String {
    if draft.risk("operand-unknown") {
        return draft.pick(&["k", "same(s)", "note(s)", "same(n)", "xs"]).to_owned();
    }
    if draft.risk("operand-no-string") {
        return draft.pick(&["n", "None", "b'z'", "[1]", "2.5"]).to_owned();
    }
    if draft.risk("operand-overloaded") {
        return draft.pick(&["T(1)", "T('a')", "same(T(2))"]).to_owned();
    }
    if draft.risk("string-subclass-shouts") {
        return draft.pick(&["Shout('o')", "same(Shout('p'))", "str(Shout('q'))"]).to_owned();
    }
    if draft.risk("quotes-in-operand") {
        return draft
            .pick(&[
                "'-'.join(['a'])",
                "\"+\".join(s)",
                "{'a': 'b'}['a']",
                "'%s' % n",
                "('x' 'y')",
                "'<' * n",
            ])
            .to_owned();
    }
    if draft.risk("backslash-in-operand") {
        return draft
            .pick(&["'\\n'.join(['a', 'b'])", "s.replace('\\\\', '')", "(s.strip(  # c\n  ))"])
            .to_owned();
    }
    if draft.risk("converts-with-effects") {
        let value = value(draft);
        let function = draft.pick(&["str", "repr"]);
        return format!("{function}({value})");
    }
    draft
        .pick(&[
            "s",
            "s",
            "str(n)",
            "str(k)",
            "repr(k)",
            "s.upper()",
            "str(len(s))",
            "s[:1]",
            "(s if n else 'z')",
            "str((k, n))",
            "repr(s)",
            "str(n + 1)",
        ])
        .to_owned()
}
