//! What shapes of strings with values share: the values, the texts between them, and what is done with the string.

use crate::generate::blocks::{self, Hazard};
use crate::generate::draft::{Draft, Frame};
use crate::generate::expressions::{condition, value};

/// What functions around such a shape are called with.
pub const INPUTS: &[&str] = &[
    "[1, 2, 3]",
    "[]",
    "('a', None)",
    "'ab'",
    "(5,)",
    "[T(1)]",
    "[Shout('q'), 1]",
    "{'a': 1}",
    "[b'x', 2.5]",
    "None",
    "[Moody(), ()]",
];

/// Statements that show what `expression` writes.
pub fn shown(draft: &mut Draft, expression: fn(&mut Draft) -> String) {
    let text = draft.pick(&["str(k)", "repr(k)", "'text'", "str(len([k]))", "'a'.upper()", "''"]);
    draft.line(format!("s = {text}"));
    draft.line("n = 3");
    draft.values.extend(["s".to_owned(), "n".to_owned()]);
    if draft.risk("value-changes-when-shown") {
        draft.line("m = Moody()");
        draft.values.push("m".to_owned());
    }
    if draft.risk("value-rebound") {
        let condition = condition(draft);
        let other = draft.pick(&["None", "Shout('w')", "5", "b'y'", "T(2)", "(1,)", "2.5", "Moody()"]);
        let name = draft.pick(&["s", "n"]);
        draft.line(format!("if {condition}: {name} = {other}"));
    }
    let guard = blocks::wrapping(draft, Hazard::Raising);
    guard(draft, &mut |draft| {
        for _ in 0..=draft.random.below(3) {
            statement(draft, expression);
        }
    });
}

fn statement(draft: &mut Draft, expression: fn(&mut Draft) -> String) {
    let written = expression(draft);
    let lines = written.contains('\n');
    match draft.random.below(7) {
        0 => draft.show(&format!("[{written} for x in xs]")),
        1 if !lines => {
            draft.block("for x in xs:", |draft| {
                draft.values.push("x".to_owned());
                let written = expression(draft);
                draft.line(format!("r = ({written})"));
                draft.show("r");
            });
        }
        2 if !lines && draft.risk("keyword-touches-string") => {
            let condition = condition(draft);
            draft.line(format!("r = s if {condition} else{written}"));
            draft.show("r");
        }
        3 if !lines && draft.frame == Frame::Function => {
            draft.line(format!("if k == 4: return({written})"));
        }
        4 => draft.show(&format!("len({written}), ({written}) * 2")),
        _ => {
            draft.line(format!("r = ({written})"));
            draft.show("r");
        }
    }
}

/// Something that becomes text.
pub fn operand(draft: &mut Draft) -> String {
    if draft.risk("value-unknown") {
        return draft
            .pick(&["k", "same(s)", "note(s)", "note(n)", "xs", "same(n)", "box.n", "xs[0]"])
            .to_owned();
    }
    if draft.values.iter().any(|name| name == "m") && draft.chance(50) {
        return draft.pick(&["m", "m", "m.turn", "same(m)", "m.turn + n", "[m]", "str(m)"]).to_owned();
    }
    if draft.risk("value-shouts") {
        return draft.pick(&["Shout('o')", "same(Shout('p'))", "str(Shout('q'))", "[Shout('q')]"]).to_owned();
    }
    if draft.risk("quotes-in-value") {
        let quoted =
            ["'-'.join(['a'])", "\"+\".join(s)", "{'a': 'b'}['a']", "'%s' % n", "('x' 'y')", "{'a': n}"];
        return draft.pick(&quoted).to_owned();
    }
    if draft.risk("backslash-in-value") {
        let broken = ["'\\n'.join(['a', 'b'])", "s.replace('\\\\', '')", "(s.strip(  # c\n  ))"];
        return draft.pick(&broken).to_owned();
    }
    if draft.risk("literal-as-value") {
        return draft.pick(&["'lit'", "\"it's\"", "r'\\d'", "'\\1'", "'{}'", "b'z'", "'a' 'b'"]).to_owned();
    }
    if draft.risk("value-with-effects") {
        return value(draft);
    }
    let plain = [
        "s",
        "s",
        "n",
        "str(n)",
        "repr(k)",
        "s.upper()",
        "len(s)",
        "s[:1]",
        "(s if n else 'z')",
        "n + 1",
        "2.5",
        "n > 2",
        "None",
        "(1, 2)",
        "[n]",
        "lambda: n",
        "-n",
    ];
    let chosen = draft.pick(&plain);
    // Where such an object lives is told by its text.
    if chosen.starts_with("lambda") { "(lambda: n)()".to_owned() } else { chosen.to_owned() }
}

/// Text of a template, as it stands in a literal.
pub fn text(draft: &mut Draft) -> &'static str {
    if draft.risk("text-with-braces") {
        return draft.pick(&["{{", "}}", "{{}}", "{{n}}"]);
    }
    if draft.risk("text-with-percent") {
        return draft.pick(&["%%", "100%%", "%%s"]);
    }
    if draft.risk("text-with-escape") {
        return draft.pick(&["\\n", "\\x41", "\\1", "2", "\\\\", "\\x25s", "\\N{BULLET}", "\\x7b\\x7d"]);
    }
    draft.pick(&["", "", "a ", " b", ", ", "-", "it"])
}

/// The parts of a template as a literal, or as several ones.
pub fn literal(draft: &mut Draft, parts: &[String]) -> String {
    let quote = draft.pick(&["'", "'", "\""]);
    let prefix = if draft.risk("template-raw") { "r" } else { "" };
    let around = if draft.risk("template-in-three-quotes") { quote.repeat(3) } else { quote.to_owned() };
    if !draft.risk("template-on-several-lines") || parts.len() < 2 {
        return format!("{prefix}{around}{}{around}", parts.concat());
    }
    let at = 1 + draft.random.below(parts.len() - 1);
    let between = draft.pick(&["\n        ", "  # one\n        ", " \\\n        ", " "]);
    let (first, second) = (parts[..at].concat(), parts[at..].concat());
    let whole = format!("{prefix}{around}{first}{around}{between}\"{}\"", second.replace('"', "'"));
    if draft.chance(50) { format!("({whole})") } else { whole }
}

/// What stands between two values, or around them.
pub fn comma(draft: &mut Draft) -> &'static str {
    if draft.risk("comment-between-values") { ",  # why\n        " } else { draft.pick(&[", ", ", ", ","]) }
}
