//! Rows of statements that put a text together.

use super::Shape;
use crate::generate::blocks::{self, Hazard};
use crate::generate::draft::Draft;
use crate::generate::expressions::value_with_text;

pub const SHAPE: Shape = Shape {
    transform: "string-augment",
    hazards: &[
        "text-read-in-row",
        "text-read-by-closure",
        "text-bound-in-row",
        "text-of-another-kind",
        "text-of-a-subclass",
        "text-unknown",
        "row-interrupted",
        "row-shares-line",
        "comment-in-row",
        "template-in-row",
        "odd-literal",
        "str-shadowed",
    ],
    opening: |_| {},
    inputs: &["[1, 2, 3]", "[]", "'ab'", "None", "[None, 'a']", "Items(2)", "Loud('a b')", "[T(1), T(2)]"],
    write,
};

fn write(draft: &mut Draft) {
    let name = draft.pick(&["r", "r", "out", "text"]).to_owned();
    draft.line("t = 'known'");
    if draft.risk("str-shadowed") {
        let line = draft.pick(&["str = same", "repr = note", "def str(item): return item"]);
        draft.line(line);
    }
    if draft.chance(30) {
        draft.line(format!("{name} = 'before'"));
    }
    if draft.risk("text-read-by-closure") {
        draft.line(format!("def peek(): return len({name})"));
    }
    draft.receivers.push(name.clone());
    let guard = blocks::wrapping(draft, Hazard::Observed(&name));
    guard(draft, &mut |draft| row(draft, &name));
    draft.receivers.pop();
    draft.show(&format!("type({name}).__name__, {name}"));
}

fn row(draft: &mut Draft, name: &str) {
    let first = part(draft, name);
    draft.line(format!("{name} = {first}"));
    for _ in 0..=draft.random.below(7) {
        if draft.risk("comment-in-row") {
            let line = draft.pick(&["# why", "# noqa", "    # further in"]);
            draft.line(line);
        }
        if draft.risk("row-interrupted") {
            let line = draft.pick(&["show({})", "k = {}", "same(k)", "if k: {} += 'k'", "{} *= 2"]);
            draft.line(line.replace("{}", name));
        }
        let (one, other) = (part(draft, name), part(draft, name));
        let written = match draft.random.below(6) {
            0 => format!("{name} = {name} + {one}"),
            1 => format!("{name} = {name} + {one} + {other}"),
            2 => format!("{name} += {one} + {other}"),
            _ => format!("{name} += {one}"),
        };
        let behind = if draft.risk("comment-in-row") {
            draft.pick(&["  # why", "  # type: ignore", "  # noqa: E501"])
        } else if draft.risk("row-shares-line") {
            draft.pick(&["; k = 1", ";", "; show(k)"])
        } else {
            ""
        };
        draft.line(format!("{written}{behind}"));
        if draft.chance(10) {
            draft.line("");
        }
    }
}

/// Something that is added.
fn part(draft: &mut Draft, name: &str) -> String {
    let used = draft.name();
    // Not as a name among others, since what it shows has an address.
    if draft.may_meet(&["text-read-by-closure"])
        && draft.text().contains("def peek(): return len(")
        && draft.chance(30)
    {
        return "str(peek())".to_owned();
    }
    if draft.risk("text-read-in-row") {
        return draft.pick(&["str(len({}))", "{}", "{} + str(k)", "str([{}])"]).replace("{}", name);
    }
    if draft.is_three() && draft.risk("text-bound-in-row") {
        return format!("({name} := 'bound')");
    }
    if draft.risk("text-of-another-kind") {
        return draft.pick(&["1", "b'a'", "None", "[1]", "T(1)", "u'u'", "note(k)"]).to_owned();
    }
    if draft.risk("text-of-a-subclass") {
        return draft.pick(&["Loud('loud')", "Loud('a').strip()", "str(Loud('b'))"]).to_owned();
    }
    if draft.risk("text-unknown") {
        return draft.pick(&["{}", "same({})", "same('a')", "{} or 'a'"]).replace("{}", &used);
    }
    if draft.risk("template-in-row") {
        let forms =
            ["'%s!' % t", "'%d' % len(t)", "'{}{}'.format(t, {})", "''.join([t, 'a'])", "'-'.join(t)"];
        return draft.pick(&forms).replace(", {})", &format!(", {used})"));
    }
    if draft.risk("odd-literal") {
        let forms = [
            r"'\'q\''",
            r#""it's""#,
            r"r'\d'",
            r"'\x41'",
            r"'\1'",
            "'23'",
            "'''tri\nple'''",
            r"'a\\'",
            "'{}'",
            "'%'",
            "'%s'",
            "'a' 'b'",
            "('c'\n 'd')",
            "''",
            r"'\N{BULLET}'",
        ];
        return draft.pick(&forms).to_owned();
    }
    match draft.random.below(9) {
        0..=3 => draft.pick(&["'line\\n'", "'a '", "\"b\"", "', '", "'100% {x}'"]).to_owned(),
        4 | 5 => format!("str({used})"),
        6 => format!("repr({used})"),
        7 => draft.pick(&["t", "t.upper()", "t[1:]", "(t if k else 'none')", "str(len(t))"]).to_owned(),
        _ => format!("str({})", value_with_text(draft)),
    }
}
