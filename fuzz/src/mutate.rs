//! Changes a program at random so that much of what comes out still is Python.
//!
//! Works on lines, whose indentation it keeps in order, and on tokens. Knows no grammar.

use super::material::{Material, block_end, dedented, tokens};
use super::random::Random;

/// What a statement can be put into. A blank at the end means that an expression of the material follows.
const HEADERS: &[&str] = &[
    "if x:",
    "for i in xs:",
    "while n:",
    "try:",
    "with open(p) as f:",
    "def f(a, *b, c=1, **d):",
    "async def f(xs):",
    "class C(B):",
    "match x:\n    case [a, *b]:",
    "async for i in xs:",
    "for i, (a, b) in enumerate(zip(xs, ys)):",
    "else:",
    "except (A, B) as e:",
    "finally:",
    "@d\ndef f():",
];

const COMMENTS: &[&str] = &[
    "# pyfix: ignore",
    "# pyfix: ignore[loop-append]",
    "# pyfix: file-ignore[static-join, x]",
    "# fmt: off",
    "# fmt: on",
    "# fmt: skip",
    "# type: ignore",
    "# noqa: E501",
    "# plain",
    "#",
    "# \u{fc}\u{4e2d}\u{1f600}",
];

/// Text that parsers stumble over.
const ODDITIES: &[&str] = &[
    "\\\n",
    "\t",
    "\u{c}",
    "\r",
    "\r\n",
    ";",
    "\u{feff}",
    "\0",
    "lambda: ",
    "(yield)",
    "await x",
    "*xs",
    "**d",
    ":=",
    "...",
    "f'{x!r:>{w}}'",
    "f\"{'a' if b else \"c\"}\"",
    "b'\\xff'",
    "u'x'",
    "'''\n'''",
    "print x",
    "`x`",
    "exec s",
    "0777",
    "1_000j",
    "x <> y",
    "->",
    "not in",
    "is not",
    "global x",
    "nonlocal x",
    "del x",
    "from __future__ import annotations",
    "__slots__",
    "__class__",
    "super()",
    "locals()",
    "\u{3b1}",
    "ﬁ",
    "type X = int",
    "if x: pass",
    "else: pass",
    "return",
    "break",
    "continue",
    "raise",
    "assert x, y",
    "import os.path as p",
];

/// Returns `text` with a few changes.
pub fn mutate(text: &str, material: &Material, random: &mut Random) -> String {
    if text.trim().is_empty() {
        return material.programs[random.below(material.programs.len())].clone();
    }
    let mut text = text.to_owned();
    for _ in 0..=random.below(3) {
        text = change(&text, material, random);
    }
    text
}

/// Returns `text` with a statement of `other` in it.
pub fn cross(text: &str, other: &str, random: &mut Random) -> String {
    let lines: Vec<&str> = other.lines().collect();
    if lines.is_empty() {
        return text.to_owned();
    }
    let start = random.below(lines.len());
    let block = dedented(&lines[start..block_end(&lines, start)]);
    with_block(text, &block, random)
}

fn change(text: &str, material: &Material, random: &mut Random) -> String {
    let block = material.blocks[random.below(material.blocks.len())].as_slice();
    match random.below(40) {
        0..=8 => with_block(text, block, random),
        9..=11 => without_block(text, random),
        12..=15 => with_block(&without_block(text, random), block, random),
        16..=18 => cross(text, text, random),
        19..=22 => wrapped(text, random),
        23..=28 => with_token(text, &material.tokens, random),
        29 | 30 => moved_token(text, random),
        31..=34 => renamed(text, random),
        35 | 36 => commented(text, random),
        37 => spaced(text, random),
        38 => nested(text, random),
        _ => inserted(text, random.pick(ODDITIES), random),
    }
}

fn joined(lines: &[String]) -> String {
    lines.iter().fold(String::new(), |text, line| text + line + "\n")
}

fn indentation(line: &str) -> &str {
    &line[..line.len() - line.trim_start().len()]
}

/// A statement more, in front of some line and as deep as that.
fn with_block(text: &str, block: &[String], random: &mut Random) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let at = random.below(lines.len() + 1);
    let depth = lines.get(at).or(lines.last()).map_or("", |line| indentation(line)).to_owned();
    let deeper =
        block.iter().map(|line| if line.is_empty() { String::new() } else { format!("{depth}{line}") });
    lines.splice(at..at, deeper.collect::<Vec<_>>());
    joined(&lines)
}

/// A statement less.
fn without_block(text: &str, random: &mut Random) -> String {
    let lines: Vec<&str> = text.lines().collect();
    if lines.is_empty() {
        return String::new();
    }
    let start = random.below(lines.len());
    let end = block_end(&lines, start);
    let kept: Vec<String> = lines[..start].iter().chain(&lines[end..]).map(|&line| line.to_owned()).collect();
    joined(&kept)
}

/// A statement below a header.
fn wrapped(text: &str, random: &mut Random) -> String {
    let lines: Vec<&str> = text.lines().collect();
    if lines.is_empty() {
        return String::new();
    }
    let start = random.below(lines.len());
    let end = block_end(&lines, start).max(start + 1);
    let depth = indentation(lines[start]);
    let header = random.pick(HEADERS);
    let deeper = if header.contains("\n    ") { "        " } else { "    " };
    let mut wrapped: Vec<String> = lines[..start].iter().map(|&line| line.to_owned()).collect();
    wrapped.extend(header.lines().map(|line| format!("{depth}{line}")));
    wrapped.extend(lines[start..end].iter().map(|line| format!("{deeper}{line}")));
    match header {
        "try:" => wrapped.push(format!("{depth}finally: pass")),
        "else:" | "finally:" => wrapped.insert(start, format!("{depth}try: pass\n{depth}except: pass")),
        _ => {}
    }
    wrapped.extend(lines[end..].iter().map(|&line| line.to_owned()));
    joined(&wrapped)
}

/// One token replaced, mostly by one of its kind.
fn with_token(text: &str, choices: &[String], random: &mut Random) -> String {
    let found = tokens(text);
    if found.is_empty() {
        return String::new();
    }
    let (start, end) = found[random.below(found.len())];
    let kind = |token: &str| match token.chars().next() {
        Some(first) if first.is_alphabetic() || first == '_' => 'a',
        Some(first) if first.is_ascii_digit() => '0',
        Some('"' | '\'') => '"',
        Some(first) => first,
        None => ' ',
    };
    let mut token = choices[random.below(choices.len())].as_str();
    for _ in 0..20 {
        if kind(token) == kind(&text[start..end]) {
            break;
        }
        token = &choices[random.below(choices.len())];
    }
    replaced(text, (start, end), token)
}

fn replaced(text: &str, (start, end): (usize, usize), token: &str) -> String {
    format!("{}{token}{}", &text[..start], &text[end..])
}

/// One token put in the place of another.
fn moved_token(text: &str, random: &mut Random) -> String {
    let found = tokens(text);
    if found.is_empty() {
        return String::new();
    }
    let (from, to) = (found[random.below(found.len())], found[random.below(found.len())]);
    replaced(text, to, &text[from.0..from.1])
}

/// One name spelled like another, everywhere.
fn renamed(text: &str, random: &mut Random) -> String {
    let is_name =
        |(start, _): &(usize, usize)| text[*start..].starts_with(|it: char| it.is_alphabetic() || it == '_');
    let names: Vec<(usize, usize)> = tokens(text).into_iter().filter(is_name).collect();
    if names.is_empty() {
        return text.to_owned();
    }
    let (from, to) = (names[random.below(names.len())], names[random.below(names.len())]);
    let (from, to) = (&text[from.0..from.1], &text[to.0..to.1]);
    let mut new = String::new();
    let mut done = 0;
    for (start, end) in names.into_iter().filter(|(start, end)| &text[*start..*end] == from) {
        new.push_str(&text[done..start]);
        new.push_str(to);
        done = end;
    }
    new + &text[done..]
}

/// A comment more.
fn commented(text: &str, random: &mut Random) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    if lines.is_empty() {
        return String::new();
    }
    let at = random.below(lines.len());
    let comment = random.pick(COMMENTS);
    if random.chance(50) {
        lines[at] = format!("{}  {comment}", lines[at]);
    } else {
        let line = format!("{}{comment}", indentation(&lines[at]));
        lines.insert(at, line);
    }
    joined(&lines)
}

/// Other line endings, other blanks, lines put together.
fn spaced(text: &str, random: &mut Random) -> String {
    match random.below(6) {
        0 => text.replace('\n', "\r\n"),
        1 => text.replace("    ", "\t"),
        2 => text.trim_end().to_owned(),
        3 => text.replacen("\n    ", "\n\t", 1 + random.below(3)),
        4 => inserted(text, "\\\n", random),
        _ => {
            let ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
            if ends.is_empty() {
                return text.to_owned();
            }
            let at = ends[random.below(ends.len())];
            format!("{}; {}", &text[..at], text[at + 1..].trim_start())
        }
    }
}

/// A token in brackets, or in many.
fn nested(text: &str, random: &mut Random) -> String {
    let found = tokens(text);
    if found.is_empty() {
        return String::new();
    }
    let (start, end) = found[random.below(found.len())];
    let (open, close) =
        random.pick(&[("(", ")"), ("[", "]"), ("{", "}"), ("f(", ")"), ("-", ""), ("x[", "]"), ("not ", "")]);
    let times = if random.chance(5) { 1 + random.below(600) } else { 1 };
    format!(
        "{}{}{}{}{}",
        &text[..start],
        open.repeat(times),
        &text[start..end],
        close.repeat(times),
        &text[end..]
    )
}

/// `piece` between two letters.
fn inserted(text: &str, piece: &str, random: &mut Random) -> String {
    let mut at = random.below(text.len() + 1);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    format!("{}{piece}{}", &text[..at], &text[at..])
}
