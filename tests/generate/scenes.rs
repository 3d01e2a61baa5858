//! Whole programs: a shape within a body of some kind, what it is called with, and what is asked at the end.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::blocks;
use super::draft::{Draft, Frame, Language};
use super::expressions;
use super::random::Random;
use super::shapes::{SHAPES, Shape};

/// What a scene may meet.
const HAZARDS: &[&str] = &[
    "builtin-shadowed",
    "star-import",
    "global-name",
    "nonlocal-name",
    "listed-for-import",
    "names-listed",
    "module-closure",
    "yield-between",
    "decorated",
    "second-shape",
    "executed-text",
];

/// A program, and what it was made of.
pub struct Program {
    /// Its text.
    pub text: String,
    /// Its language.
    pub language: Language,
    /// The transforms whose shapes it holds.
    pub transforms: Vec<&'static str>,
    /// The hazards that it met.
    pub hazards: Vec<&'static str>,
}

/// All hazards that a program with these shapes may meet.
fn hazards_of(shapes: &[&Shape]) -> Vec<&'static str> {
    let own = shapes.iter().flat_map(|shape| shape.hazards);
    own.chain(expressions::HAZARDS).chain(blocks::HAZARDS).chain(HAZARDS).copied().collect()
}

/// All hazards that there are, each once.
pub fn all_hazards() -> &'static [&'static str] {
    static ALL: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
        let all: BTreeSet<_> = hazards_of(&SHAPES.iter().collect::<Vec<_>>()).into_iter().collect();
        all.into_iter().collect()
    });
    &ALL
}

/// The program of a seed. One of three meets what chance gives it; the others take turns in the hazard that they are
/// to meet. What a hazard asks for may come up rarely, so that some drafts are thrown away.
pub fn program(seed: u64) -> Program {
    const DRAFTS: u64 = 60;
    let turn = match seed % 3 {
        0 => return drafted(seed, None),
        rest => seed / 3 * 2 + rest - 1,
    };
    let hazards = all_hazards();
    let sought = hazards[(turn % hazards.len() as u64) as usize];
    let mut drafts = (0..DRAFTS).map(|attempt| drafted(seed + (attempt << 40), Some(sought)));
    let first = drafts.next().expect("there is one draft at least");
    if first.hazards.contains(&sought) {
        return first;
    }
    drafts.find(|draft| draft.hazards.contains(&sought)).unwrap_or(first)
}

fn drafted(seed: u64, sought: Option<&'static str>) -> Program {
    let mut random = Random::new(seed);
    let language = match random.below(10) {
        0 => Language::Two,
        1 | 2 => Language::Both,
        _ => Language::Three,
    };
    let any: Vec<&Shape> = SHAPES.iter().collect();
    let asking: Vec<&Shape> =
        SHAPES.iter().filter(|shape| sought.is_some_and(|it| shape.hazards.contains(&it))).collect();
    let shape = random.pick(if asking.is_empty() { &any } else { &asking });
    let second = random.chance(15).then(|| random.pick(&any));
    let shapes: Vec<&Shape> = std::iter::once(shape).chain(second).collect();
    let mut draft = Draft::new(random, language, &hazards_of(&shapes), sought);
    opening(&mut draft, &shapes);
    scene(&mut draft, &shapes);
    closing(&mut draft);
    let hazards = draft.hazards.iter().copied().collect();
    let mut transforms: Vec<_> = shapes.iter().map(|shape| shape.transform).collect();
    transforms.dedup();
    Program { text: with_helpers(&draft.text()), language, transforms, hazards }
}

/// Imports and definitions that everything else can see.
fn opening(draft: &mut Draft, shapes: &[&Shape]) {
    for shape in shapes {
        (shape.opening)(draft);
    }
    if draft.risk("builtin-shadowed") {
        let line = draft.pick(&[
            "def list(items): return tuple(items)",
            "def str(item): return 'own'",
            "def map(function, items): return [9]",
            "set = frozenset",
            "len = note",
            "class dict(object): pass",
        ]);
        draft.line(line);
    }
    if draft.risk("star-import") {
        draft.line("import types");
        draft.line("made = types.ModuleType('made')");
        draft.line("made.x, made.list, made.len, made.k = 'star', tuple, note, 2");
        draft.line("sys.modules['made'] = made");
        draft.line("from made import *");
    }
    draft.line("k = 2");
    draft.line("box = Box()");
    draft.line("table = {1: 'one'}");
    if draft.chance(25) {
        let line = draft.pick(&["x = 'global'", "r = ['global']", "y = 1", "xs = [7, 8]"]);
        draft.line(line);
    }
}

/// The body that holds the shapes, and the calls of it.
fn scene(draft: &mut Draft, shapes: &[&Shape]) {
    let inputs = inputs(draft, shapes[0]);
    let mut frames = vec![Frame::Function; 5];
    frames.extend([Frame::Module, Frame::Module, Frame::Method, Frame::Method, Frame::Class]);
    frames.extend([Frame::Nested, Frame::Generator]);
    if draft.is_three() {
        frames.push(Frame::Async);
    }
    // Some hazards can be met in one kind of body alone.
    let places: [(Frame, &[&str]); 6] = [
        (Frame::Generator, &["yield-in-element", "yield-between"]),
        (Frame::Async, &["await-in-element", "async-iteration"]),
        (Frame::Method, &["zero-argument-super", "dunder-class"]),
        (Frame::Nested, &["nonlocal-name"]),
        (Frame::Module, &["listed-for-import", "module-closure"]),
        (Frame::Function, &["decorated"]),
    ];
    for (frame, hazards) in places {
        if draft.may_meet(hazards) && (draft.is_three() || frame != Frame::Async) {
            frames.extend([frame; 12]);
        }
    }
    match draft.pick(&frames) {
        Frame::Module => module(draft, shapes, &inputs),
        Frame::Class => {
            draft.line(format!("xs = {}", inputs[0]));
            draft.body("class Holder(Base):", Frame::Class, &["k"], |draft| shapes_in(draft, shapes));
            draft.show("sorted(name for name in vars(Holder) if not name.startswith('__'))");
        }
        Frame::Method => {
            draft.block("class Holder(Base):", |draft| {
                let header = "def run(self, xs, k=2, given=None):";
                draft.body(header, Frame::Method, &["k"], |draft| body(draft, shapes));
            });
            call(draft, "Holder().run", &inputs);
        }
        Frame::Nested => {
            draft.body("def outer(xs, k=2, given=None):", Frame::Function, &["k"], |draft| {
                draft.line("x = 0");
                draft.body("def run(given=given):", Frame::Nested, &[], |draft| {
                    if draft.is_three() && draft.risk("nonlocal-name") {
                        let name = draft.pick(&["x", "k", "xs"]);
                        draft.line(format!("nonlocal {name}"));
                    }
                    body(draft, shapes);
                });
                draft.line("done = run()");
                draft.show("x");
                draft.line("return done");
            });
            call(draft, "outer", &inputs);
        }
        Frame::Generator => {
            draft.body("def produce(xs, k=2, given=None):", Frame::Generator, &["k"], |draft| {
                draft.line("yield 'first'");
                body(draft, shapes);
            });
            draft.line("def run(xs): return gather(produce(xs, 2, [3]))");
            call(draft, "run", &inputs);
        }
        Frame::Async => {
            let header = "async def wait(xs, k=2, given=None):";
            draft.body(header, Frame::Async, &["k"], |draft| body(draft, shapes));
            draft.line("def run(xs): return drive(wait(xs, 2, [3]))");
            call(draft, "run", &inputs);
        }
        Frame::Function => {
            if draft.risk("decorated") {
                draft.line("@same");
            }
            let header = "def run(xs, k=2, given=None):";
            draft.body(header, Frame::Function, &["k"], |draft| body(draft, shapes));
            call(draft, "run", &inputs);
        }
    }
}

/// What a function does before and around the shapes.
fn body(draft: &mut Draft, shapes: &[&Shape]) {
    if draft.risk("global-name") {
        let name = draft.pick(&["x", "r", "table", "peek"]);
        draft.line(format!("global {name}"));
    }
    if draft.risk("maybe-unbound") {
        draft.line("if k > 2: maybe = 3");
    }
    if draft.risk("builtin-shadowed-locally") {
        let line = draft.pick(&["list = tuple", "len = note", "str = repr", "set = list"]);
        draft.line(line);
    }
    blocks::noise(draft, 35);
    shapes_in(draft, shapes);
    if draft.risk("names-listed") {
        draft.show("sorted(locals())");
    }
    if draft.language == Language::Two && draft.risk("executed-text") {
        draft.line("exec 'show(k)'");
    }
    blocks::noise(draft, 20);
}

fn shapes_in(draft: &mut Draft, shapes: &[&Shape]) {
    for shape in shapes {
        (shape.write)(draft);
        if draft.frame == Frame::Generator && draft.risk("yield-between") {
            draft.line("yield k");
        }
    }
    if draft.risk("second-shape") {
        (shapes[0].write)(draft);
    }
    // Whatever stops the first from being rewritten, a program that is left as it is shows little.
    if draft.sought.is_some() && draft.chance(50) {
        draft.plainly(shapes[0].write);
    }
}

fn module(draft: &mut Draft, shapes: &[&Shape], inputs: &[&str]) {
    if draft.risk("module-closure") {
        let line =
            draft.pick(&["def peek(): return x", "def peek(): return len(r)", "peek = lambda: (x, r)"]);
        draft.line(line);
    }
    if draft.risk("listed-for-import") {
        let line = draft.pick(&["__all__ = ['x']", "__all__ = ['r', 'k']", "__all__ = []"]);
        draft.line(line);
    }
    draft.values.push("k".to_owned());
    draft.line("given = [3]");
    if draft.chance(50) {
        draft.line(format!("xs = {}", inputs[0]));
        shapes_in(draft, shapes);
        return;
    }
    draft.block(format!("for xs in [{}]:", inputs.join(", ")), |draft| {
        draft.block("try:", |draft| shapes_in(draft, shapes));
        let header = draft.except("Exception");
        draft.block(header, |draft| draft.show("type(error).__name__, str(error)"));
    });
}

/// Some of what the shape may be called with: something, nothing, and more.
fn inputs(draft: &mut Draft, shape: &Shape) -> Vec<&'static str> {
    let mut inputs = vec![shape.inputs[0], shape.inputs[1]];
    for _ in 0..3 {
        inputs.push(draft.pick(shape.inputs));
    }
    if draft.chance(20) {
        inputs.swap(0, 2);
    }
    inputs
}

fn call(draft: &mut Draft, function: &str, inputs: &[&str]) {
    for input in inputs {
        let more = if function == "run" && draft.text().contains("def run(xs): ") { "" } else { ", 2, [3]" };
        draft.line(format!("attempt({function}, {input}{more})"));
    }
}

/// What is asked at the end.
fn closing(draft: &mut Draft) {
    if draft.risk("names-listed") {
        draft.show("sorted(name for name in globals() if len(name) < 3)");
    }
    if draft.text().contains("peek") && draft.chance(30) {
        draft.line("attempt(peek)");
    }
    draft.show("box, sorted(table)");
}

/// The text with the helpers in front that it uses, in order.
fn with_helpers(text: &str) -> String {
    let helpers: Vec<(Vec<&str>, &str)> = include_str!("helpers.py")
        .split("#: ")
        .skip(1)
        .map(|helper| {
            let (names, body) = helper.split_once('\n').unwrap_or((helper, ""));
            (names.split(' ').collect(), body)
        })
        .collect();
    let mut needed: Vec<&str> = text.split(|it: char| !it.is_alphanumeric()).collect();
    for (names, _) in helpers.iter().rev() {
        if needed.contains(&names[0]) {
            needed.extend(&names[1..]);
        }
    }
    let used = helpers.iter().filter(|(names, _)| needed.contains(&names[0])).map(|(_, body)| *body);
    // What pyfix makes of the helpers is not what the program is about.
    ["# fmt: off\n"].into_iter().chain(used).chain(["# fmt: on\n", text]).collect()
}
