//! Expressions: plain ones, and those that make it matter when, where and how often they are evaluated.

use super::draft::{Draft, Frame, Language};

/// What may be written where a value stands, besides what is harmless.
pub const HAZARDS: &[&str] = &[
    "call-with-effects",
    "raising-call",
    "overloaded-operator",
    "closure-in-element",
    "walrus",
    "nested-comprehension",
    "generator-in-element",
    "next-in-element",
    "yield-in-element",
    "await-in-element",
    "zero-argument-super",
    "dunder-class",
    "accumulator-read",
    "callee-reads-accumulator",
    "locals-read",
    "property-read",
    "maybe-unbound",
    "builtin-shadowed-locally",
    "logged-iteration",
    "iterator-with-state",
    "broken-iterable",
    "string-subclass",
    "iterates-over-accumulator",
    "iterable-depends-on-target",
];

/// A value.
pub fn value(draft: &mut Draft) -> String {
    risky_value(draft).unwrap_or_else(|| plain_value(draft))
}

/// A value whose text does not tell the scope that it was made in, as that of a lambda does (decision 0012).
pub fn value_with_text(draft: &mut Draft) -> String {
    let value = value(draft);
    if value.contains("lambda") || value.contains(" for ") { plain_value(draft) } else { value }
}

/// A value that has no effects, as long as the names in it hold plain values.
pub fn plain_value(draft: &mut Draft) -> String {
    let name = draft.name();
    match draft.random.below(20) {
        0..=3 => name,
        4 => format!("{name} + 1"),
        5 => format!("{name} * 2"),
        6 => format!("({name}, {})", draft.name()),
        7 => format!("str({name})"),
        8 => format!("[{name}, 0]"),
        9 => format!("same({name})"),
        10 => format!("len(str({name}))"),
        11 => format!("{name} if {} else 0", condition(draft)),
        12 => format!("str({name}).upper()"),
        13 => format!("int({name})"),
        14 => format!("-{name}"),
        // What binds loosely needs parentheses in most places.
        15 | 16 => format!("{name} if {} else {}", condition(draft), draft.name()),
        17 => format!("{name} or 7"),
        18 => format!("{name} and not {}", draft.name()),
        _ => draft.pick(&["0", "'s'", "None", "(1, 2)"]).to_owned(),
    }
}

fn risky_value(draft: &mut Draft) -> Option<String> {
    let name = draft.name();
    let receiver = draft.receivers.last().cloned();
    if draft.risk("call-with-effects") {
        return Some(draft.pick(&["note({})", "note({}) + 1", "(note({}), note(0))"]).replace("{}", &name));
    }
    if draft.risk("raising-call") {
        return Some(draft.pick(&["fail({})", "10 // {}", "{}.missing", "{}[0]"]).replace("{}", &name));
    }
    if draft.risk("overloaded-operator") {
        let forms = ["T({}) + 1", "1 + T({})", "-T({})", "T({}) == 1", "T({})()", "T({})[1]", "T({}).some"];
        return Some(draft.pick(&forms).replace("{}", &name));
    }
    if draft.risk("closure-in-element") {
        return Some(draft.pick(&["lambda: {}", "(lambda: {})()", "lambda v={}: v"]).replace("{}", &name));
    }
    if draft.is_three() && draft.risk("walrus") {
        return Some(draft.pick(&["(w := {})", "({} := 2)", "[w := {}, w]"]).replace("{}", &name));
    }
    if draft.risk("nested-comprehension") {
        let forms =
            ["[v for v in ({}, 1)]", "[x for x in ({}, 1)]", "{v: {} for v in (1, 2)}", "[{} for v in 'ab']"];
        return Some(draft.pick(&forms).replace("{}", &name));
    }
    if draft.risk("generator-in-element") {
        let forms = ["list({} for v in (1, 2))", "any({} == v for v in (1, 2))", "({} for v in 'ab')"];
        return Some(draft.pick(&forms).replace("{}", &name));
    }
    if draft.risk("next-in-element") {
        return Some(
            draft
                .pick(&["next(iter([{}][:1]))", "next(iter([]))", "next(iter([{}]), 0)"])
                .replace("{}", &name),
        );
    }
    if draft.frame == Frame::Generator && draft.risk("yield-in-element") {
        return Some(format!("(yield {name})"));
    }
    if draft.frame == Frame::Async && draft.risk("await-in-element") {
        return Some(format!("await Pause({name})"));
    }
    if draft.frame == Frame::Method && draft.is_three() && draft.risk("zero-argument-super") {
        return Some(format!("super().twice({name})"));
    }
    if draft.frame == Frame::Method && draft.is_three() && draft.risk("dunder-class") {
        return Some("__class__.__name__".to_owned());
    }
    if let Some(receiver) = receiver {
        if draft.risk("accumulator-read") {
            return Some(
                draft
                    .pick(&["len({})", "list({})", "({name} in {})", "bool({})"])
                    .replace("{name}", &name)
                    .replace("{}", &receiver),
            );
        }
        if draft.values.iter().any(|name| name == "peek") && draft.risk("callee-reads-accumulator") {
            return Some("peek()".to_owned());
        }
    }
    if draft.risk("locals-read") {
        return Some(
            draft.pick(&["sorted(locals())", "len(vars())", "eval('1')", "sorted(dir())"]).to_owned(),
        );
    }
    if draft.risk("property-read") {
        return Some(draft.pick(&["box.n", "box.n + {}", "({}, box.n)"]).replace("{}", &name));
    }
    if draft.risk("maybe-unbound") {
        return Some(draft.pick(&["maybe", "(maybe, {})"]).replace("{}", &name));
    }
    None
}

/// A condition.
pub fn condition(draft: &mut Draft) -> String {
    let name = draft.name();
    if draft.risk("call-with-effects") {
        return format!("note({name})");
    }
    if draft.risk("overloaded-operator") {
        return draft
            .pick(&["T({})", "not T({})", "T({}) < 2", "1 in T({})", "T({}) != 1"])
            .replace("{}", &name);
    }
    if let Some(receiver) = draft.receivers.last().cloned()
        && draft.risk("accumulator-read")
    {
        return format!("{name} not in {receiver}");
    }
    if draft.risk("raising-call") {
        return draft.pick(&["{} > 1", "fail({})", "{}.real"]).replace("{}", &name);
    }
    if draft.is_three() && draft.risk("walrus") {
        return format!("(w := {name})");
    }
    let forms = [
        "{}",
        "{} != 1",
        "not {}",
        "{} is not None",
        "{} in (1, 2)",
        "{} == 2 or k",
        "k",
        "{} not in (1,)",
        "{} == 1",
        "1 if {} else 0",
        "{} == 0 or {} == 1",
    ];
    draft.pick(&forms).replace("{}", &name)
}

/// Something to iterate over.
pub fn iterable(draft: &mut Draft) -> String {
    if draft.risk("logged-iteration") {
        return draft.pick(&["Items(2)", "Items(k)", "Items(0)"]).to_owned();
    }
    if draft.risk("iterator-with-state") {
        return draft.pick(&["Stepper()", "iter(xs)", "(v for v in xs)", "(note(v) for v in xs)"]).to_owned();
    }
    if draft.risk("broken-iterable") {
        return draft.pick(&["Broken(2)", "Broken(0)", "None", "fail(2)"]).to_owned();
    }
    if draft.risk("string-subclass") {
        return draft.pick(&["Loud('ab')", "Loud('a b').split()", "[Loud('c')]"]).to_owned();
    }
    if let Some(receiver) = draft.receivers.last().cloned()
        && draft.risk("iterates-over-accumulator")
    {
        return draft.pick(&["list({})", "list({})[:2]", "list({}) or xs"]).replace("{}", &receiver);
    }
    if draft.risk("iterable-depends-on-target") {
        return draft.pick(&["[x, 2]", "(x, y)", "[item]"]).to_owned();
    }
    let forms = [
        "xs",
        "xs",
        "xs",
        "xs",
        "xs[1:]",
        "range(3)",
        "range(k)",
        "sorted(xs)",
        "list(xs)",
        "[1, 2, 3]",
        "(1, 0)",
        "xs or []",
        "'a b'.split()",
        "{2: 1, 1: 0}",
        "set([9, 1, 17])",
        "reversed([1, 2])",
        "same(xs)",
        "Sized()",
        "[]",
        "()",
        "'xyz'",
        "map(str, [1, 2])",
        "list(range(k))",
        "xs + [4]",
    ];
    draft.pick(&forms).to_owned()
}

/// How Python 2 alone says that two things differ, and other text that only it reads.
pub fn old_value(draft: &mut Draft) -> Option<String> {
    if draft.language != Language::Two {
        return None;
    }
    let name = draft.name();
    Some(
        draft
            .pick(&["`{}`", "{} <> 1", "unicode({})", "10L", "{1: {}}.has_key(1)", "[v for v in 1, 2]"])
            .replace("{}", &name),
    )
}
