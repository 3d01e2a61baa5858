//! What flow says about random programs, against what happens when they run.
//!
//! Every binding gives a value of its own, so that a read shows which binding it sees.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;

use pyfix::semantic::{Flow, Model, Resolution, ScopeKind};
use pyfix::syntax::{Argument, Call, Field, Node, Regions, parse};
use pyfix::text::{Dialect, PythonVersion, Source, Target};

use crate::behaviour::pythons::pythons;

/// How many programs are made.
const PROGRAMS: u64 = 400;

/// What the programs call, and what runs each of them with several seeds.
const DRIVER: &str = include_str!("support/flow_driver.py");

#[test]
fn reads_see_a_binding_that_reaches_them() {
    let everything = Target { oldest: PythonVersion::new(3, 10), newest: PythonVersion::NEWEST };
    let Some(python) = pythons().within(everything).into_iter().next_back() else { return };
    let programs: Vec<Program> = (1..=PROGRAMS).map(Program::random).collect();
    let texts: Vec<&str> = programs.iter().map(|program| program.text.as_str()).collect();
    let script = format!("TEXTS = {}\n{DRIVER}", serde_json::to_string(&texts).unwrap());
    let seen = python.run(&script);
    let events: Vec<Vec<(u32, Option<String>)>> =
        serde_json::from_str(&seen.output).unwrap_or_else(|error| panic!("{error}\n{seen}"));
    let mut counts = Counts::default();
    let mut faults = Vec::new();
    for (program, events) in programs.iter().zip(&events) {
        faults.extend(program.faults(events, &mut counts));
    }
    eprintln!("{counts:?}");
    faults.sort_by_key(String::len);
    assert!(faults.is_empty(), "{} faults, the shortest:\n{}", faults.len(), faults[0]);
    assert!(counts.unbound > 250 && counts.bound > 1_000, "too little happens: {counts:?}");
    assert!(counts.unanswered * 20 < counts.bound, "too few answers: {counts:?}");
    // Most answers are not just "any of them".
    assert!(counts.claimed * 2 < counts.possible, "too many bindings are said to reach: {counts:?}");
}

/// What was compared.
#[derive(Debug, Default)]
struct Counts {
    bound: u32,
    unbound: u32,
    unanswered: u32,
    /// Bindings that are said to reach a read, and bindings of the variables read.
    claimed: usize,
    possible: usize,
}

struct Program {
    text: String,
    /// What a value is called that the binding on this line gives.
    names: HashMap<u32, String>,
}

impl Program {
    fn random(seed: u64) -> Self {
        let mut writer = Writer {
            random: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15),
            program: Self { text: String::new(), names: HashMap::new() },
            line: 1,
            reads: 0,
            loops: 0,
            function: seed.is_multiple_of(2),
        };
        if writer.function {
            writer.bound(1, "1");
            writer.push(0, "def body(x):");
            writer.block(1);
            writer.push(0, "body(v(1))");
        } else {
            writer.block(0);
        }
        writer.program
    }

    /// What was seen and should not be possible.
    fn faults(&self, events: &[(u32, Option<String>)], counts: &mut Counts) -> Vec<String> {
        let source =
            Source::new(self.text.clone(), Dialect::Python3, Target::from_oldest(PythonVersion::new(3, 10)));
        let Ok(tree) = parse(&source, &Regions::whole(&source)) else {
            panic!("cannot parse:\n{}", self.text)
        };
        let model = Model::build(&tree);
        let function = model.scopes().find(|(_, scope)| scope.kind == ScopeKind::Function);
        let definition = function.and_then(|(_, scope)| scope.node).map(|node| tree.node(node));
        let flow = match definition.and_then(|node| node.child(Field::Body)) {
            Some(block) if self.text.starts_with("def body") => Flow::of_block(&model, block),
            _ => Flow::of_module(&model),
        };
        let reads: HashMap<u32, Node<'_>> = tree.nodes().filter_map(Call::cast).filter_map(read).collect();
        let mut faults = Vec::new();
        for (number, value) in events.iter().collect::<BTreeSet<_>>() {
            let node = reads[number];
            // Nothing in the program binds it.
            let Resolution::Variable(variable) = model.resolve(node) else { continue };
            let Some(found) = flow.reaching_definitions(&model, variable, node) else {
                counts.unanswered += 1;
                continue;
            };
            let line = |id| tree.node(model.binding(id).node).line();
            let lines: Vec<u32> = found.bindings.iter().map(|id| line(*id)).collect();
            let possible = match value {
                Some(value) => lines.iter().any(|line| self.names.get(line) == Some(value)),
                None => found.unbound && flow.maybe_unbound(&model, variable, node),
            };
            *(if value.is_some() { &mut counts.bound } else { &mut counts.unbound }) += 1;
            counts.claimed += lines.len();
            counts.possible += model.variable(variable).bindings.len();
            if !possible {
                faults.push(format!("read {number} sees {value:?}, reached by {found:?}:\n{}", self.text));
            }
        }
        faults
    }
}

/// The number and the name in `see(at(number), name)`.
fn read(call: Call<'_>) -> Option<(u32, Node<'_>)> {
    let list = (call.function.text() == "see").then(|| call.arguments().list)?;
    let [Argument::Positional(number), Argument::Positional(name)] = list.as_slice() else { return None };
    let number = Call::cast(*number)?.sole_argument()?.text().parse().ok()?;
    Some((number, *name))
}

/// Writes one program.
struct Writer {
    random: u64,
    program: Program,
    /// The number of the next line.
    line: u32,
    reads: u32,
    /// How many loops are open in this body.
    loops: u32,
    function: bool,
}

impl Writer {
    /// A number below `count`.
    fn below(&mut self, count: u64) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 11) % count
    }

    fn push(&mut self, depth: usize, line: &str) {
        writeln!(self.program.text, "{}{line}", "    ".repeat(depth)).unwrap();
        self.line += 1;
    }

    fn bound(&mut self, line: u32, name: &str) {
        self.program.names.insert(line, name.to_owned());
    }

    fn variable(&mut self) -> &'static str {
        if self.below(4) == 0 { "y" } else { "x" }
    }

    /// An expression that reads a variable.
    fn read(&mut self) -> String {
        self.reads += 1;
        let (number, name) = (self.reads, self.variable());
        format!("see(at({number}), {name})")
    }

    fn block(&mut self, depth: usize) {
        for _ in 0..=self.below(if depth < 2 { 5 } else { 3 }) {
            self.statement(depth);
        }
    }

    fn statement(&mut self, depth: usize) {
        match self.below(if depth < 4 { 20 } else { 11 }) {
            0..=4 => self.binding(depth),
            5..=7 => self.reading(depth),
            8 => self.push(depth, "risk()"),
            9 => self.unbinding(depth),
            10 => self.jump(depth),
            11..=12 => self.branches(depth),
            13..=15 => self.repeats(depth),
            16..=17 => self.tries(depth),
            18 => self.manages(depth),
            _ => self.matches(depth),
        }
    }

    fn binding(&mut self, depth: usize) {
        let (name, line) = (self.variable(), self.line);
        let value = format!("v({line})");
        let mut called = line.to_string();
        let text = match self.below(14) {
            0 => format!("{name}, o[risk()] = {value}, 0"),
            1 => format!("{name} = o[risk()] = {value}"),
            2 => format!("x, y = {value}, {value}"),
            3 => format!("{name}, (x, y) = {value}, pair({line})"),
            4 => format!("{name} += {value}"),
            5 => format!("chance() and ({name} := {value})"),
            6 => format!("[{name} := {value} for _ in some(0)]"),
            7 => {
                "re".clone_into(&mut called);
                format!("import re as {name}, {}", ["math", "missing_module"][self.below(2) as usize])
            }
            8 => format!("def {name}(): pass"),
            9 => format!("class {name}: line = {line}"),
            10 => format!("{name}: risk() = {value}"),
            _ => format!("{name} = {value}"),
        };
        self.bound(line, &called);
        self.push(depth, &text);
    }

    fn reading(&mut self, depth: usize) {
        let read = self.read();
        let text = match self.below(6) {
            0 => format!("[{read} for _ in some(0)]"),
            1 => format!("class Held: {read}"),
            2 => format!("o[{read}] = risk()"),
            3 => format!("@keep({read})\n{}def held(a={}): pass", "    ".repeat(depth), self.read()),
            _ => read,
        };
        self.line += text.matches('\n').count() as u32;
        self.push(depth, &text);
    }

    fn unbinding(&mut self, depth: usize) {
        let text = ["del x", "del y", "del x, y", "del x, o[risk()]"][self.below(4) as usize];
        self.push(depth, text);
    }

    fn jump(&mut self, depth: usize) {
        let text = match self.below(4) {
            0 if self.loops > 0 => "break".to_owned(),
            1 if self.loops > 0 => "continue".to_owned(),
            2 if self.function => format!("return {}", self.read()),
            _ => "raise Boom".to_owned(),
        };
        let conditional = self.below(3) > 0;
        if conditional {
            self.push(depth, "if chance():");
        }
        self.push(depth + usize::from(conditional), &text);
    }

    fn branches(&mut self, depth: usize) {
        let condition = self.read();
        self.push(depth, &format!("if {condition}:"));
        self.block(depth + 1);
        if self.below(3) == 0 {
            self.push(depth, "elif chance():");
            self.block(depth + 1);
        }
        if self.below(2) == 0 {
            self.push(depth, "else:");
            self.block(depth + 1);
        }
    }

    fn repeats(&mut self, depth: usize) {
        let (name, line) = (self.variable(), self.line);
        let header = match self.below(5) {
            0 => "while chance():".to_owned(),
            1 => format!("while {} and chance():", self.read()),
            2 => "while True:".to_owned(),
            3 => format!("for {name}, o[{}] in pairs({line}, {}):", self.read(), self.read()),
            _ => format!("for {name} in some({line}):"),
        };
        self.bound(line, &line.to_string());
        self.push(depth, &header);
        self.loops += 1;
        if header == "while True:" {
            self.push(depth + 1, "if not chance(): break");
        }
        self.block(depth + 1);
        self.loops -= 1;
        if self.below(3) == 0 {
            self.push(depth, "else:");
            self.block(depth + 1);
        }
    }

    fn tries(&mut self, depth: usize) {
        self.push(depth, "try:");
        self.block(depth + 1);
        let handlers = self.below(3);
        for _ in 0..handlers {
            let (name, line) = (self.variable(), self.line);
            let text = match self.below(4) {
                0 => format!("except Boom as {name}:"),
                1 => format!("except pick({}) as {name}:", self.read()),
                2 => "except NameError:".to_owned(),
                _ => "except Exception:".to_owned(),
            };
            self.bound(line, "exception");
            self.push(depth, &text);
            self.block(depth + 1);
        }
        if handlers > 0 && self.below(3) == 0 {
            self.push(depth, "else:");
            self.block(depth + 1);
        }
        if handlers == 0 || self.below(2) == 0 {
            self.push(depth, "finally:");
            self.block(depth + 1);
        }
    }

    fn manages(&mut self, depth: usize) {
        let (name, line) = (self.variable(), self.line);
        let text = match self.below(3) {
            0 => format!("with Manager({line}) as {name}, Manager({}) as o[0]:", self.read()),
            1 => format!("with (Manager({line}) as {name}, Manager({})):", self.read()),
            _ => format!("with Manager({line}) as {name}:"),
        };
        self.bound(line, &line.to_string());
        self.push(depth, &text);
        self.block(depth + 1);
    }

    fn matches(&mut self, depth: usize) {
        self.push(depth, "match pair(1):");
        for _ in 0..=self.below(2) {
            let (name, guard) = (self.variable(), self.read());
            self.bound(self.line, "1");
            self.push(depth + 1, &format!("case [{name}, V(line=1)] if {guard}:"));
            self.block(depth + 2);
        }
        if self.below(2) == 0 {
            self.push(depth + 1, "case _:");
            self.block(depth + 2);
        }
    }
}
