//! The model of names against Python's own: the `symtable` module of the `python3` found first.
//!
//! `PYFIX_SCOPES_DIR` makes the test read every Python file below a directory of your choice instead of a
//! sample of the standard library.

#![expect(clippy::print_stdout, reason = "a test that skips has to say so")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::process::Command;

use pyfix::semantic::{BindingKind, Model, ScopeId, ScopeKind, VariableId};
use pyfix::syntax::{Field, Kind, Node, Regions, parse};
use pyfix::text::{Dialect, Source, Target};

/// How many files of the standard library are read.
const SAMPLE: usize = 150;

/// What the script asks `symtable` for.
const SCRIPT: &str = include_str!("support/symtable_dump.py");

#[test]
fn scopes_of_odd_texts_are_those_of_cpython() {
    let texts: Vec<(String, String)> =
        ODD.iter().enumerate().map(|(at, text)| (format!("odd text {at}"), (*text).to_owned())).collect();
    let Some(report) = Report::of(&texts) else { return };
    println!("{report}");
    assert_eq!(report.unparsed, Vec::<String>::new(), "each odd text is within the grammar");
    assert!(report.compared >= 30, "{report}");
    assert_eq!(report.differences, Vec::<String>::new());
}

#[test]
fn scopes_of_the_standard_library_are_those_of_cpython() {
    let Some(files) = files() else { return };
    let texts: Vec<(String, String)> = files
        .iter()
        .filter_map(|path| Some((path.display().to_string(), std::fs::read_to_string(path).ok()?)))
        .map(|(name, text)| (name, text.trim_start_matches('\u{feff}').to_owned()))
        .collect();
    let Some(report) = Report::of(&texts) else { return };
    println!("{report}");
    assert!(report.compared > 0, "{report}");
    assert_eq!(report.differences, Vec::<String>::new());
}

fn files() -> Option<Vec<PathBuf>> {
    if let Some(root) = std::env::var_os("PYFIX_SCOPES_DIR") {
        return Some(python_files(Path::new(&root)));
    }
    let Some(root) = python(&["-c", "import sysconfig; print(sysconfig.get_paths()['stdlib'], end='')"])
    else {
        println!("skipped: no python3");
        return None;
    };
    let all = python_files(Path::new(&root));
    let step = (all.len() / SAMPLE).max(1);
    Some(all.into_iter().step_by(step).collect())
}

fn python_files(root: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = ignore::WalkBuilder::new(root)
        .standard_filters(false)
        .build()
        .filter_map(Result::ok)
        .map(ignore::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|extension| extension == "py"))
        .filter(|path| !path.components().any(|part| part.as_os_str() == "site-packages"))
        .collect();
    found.sort();
    found
}

fn python(arguments: &[&str]) -> Option<String> {
    let output = Command::new("python3").args(arguments).output().ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

/// The outcome of a comparison.
struct Report {
    compared: usize,
    names: usize,
    /// Texts that Python takes and our parser does not.
    unparsed: Vec<String>,
    /// How many texts Python refuses, since 3.12 shows with inlined comprehensions, or names differently.
    refused: usize,
    differences: Vec<String>,
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { compared, names, unparsed, refused, differences } = self;
        let (unparsed, differences) = (unparsed.len(), differences.len());
        write!(
            f,
            "{compared} texts compared ({names} names), {differences} differ, \
             {unparsed} not parsed by us, {refused} not shown by Python"
        )
    }
}

impl Report {
    /// Compares `texts`, given with their names. `None` without a python3.
    fn of(texts: &[(String, String)]) -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let input = directory.path().join("texts.json");
        let list: Vec<&String> = texts.iter().map(|(_, text)| text).collect();
        std::fs::write(&input, serde_json::to_string(&list).unwrap()).unwrap();
        let Some(output) = python(&["-c", SCRIPT, input.to_str().unwrap()]) else {
            println!("skipped: no python3");
            return None;
        };
        let expected: Vec<Option<String>> = serde_json::from_str(&output).unwrap();
        assert_eq!(expected.len(), texts.len());
        let mut report =
            Self { compared: 0, names: 0, unparsed: Vec::new(), refused: 0, differences: Vec::new() };
        for ((name, text), expected) in texts.iter().zip(expected) {
            let Some(expected) = expected else {
                report.refused += 1;
                continue;
            };
            let source = Source::new(text.clone(), Dialect::Python3, Target::default());
            let Ok(tree) = parse(&source, &Regions::whole(&source)) else {
                report.unparsed.push(name.clone());
                continue;
            };
            report.compared += 1;
            report.names += expected.lines().filter(|line| line.trim_start().starts_with("- ")).count();
            let model = Model::build(&tree);
            let found = Dump::new(&model).scope(model.module(), 0);
            if found != expected {
                let diff = similar::TextDiff::from_lines(expected.as_str(), found.as_str());
                report.differences.push(format!("{name}\n{}", diff.unified_diff().context_radius(1)));
            }
        }
        Some(report)
    }
}

/// Writes a model as the script writes a symbol table.
struct Dump<'m, 't> {
    model: &'m Model<'t>,
    children: Vec<Vec<ScopeId>>,
    uses: Vec<Vec<Use<'m>>>,
}

/// A name used in some scope.
struct Use<'m> {
    name: Cow<'m, str>,
    place: String,
    letter: char,
}

impl<'m, 't> Dump<'m, 't> {
    fn new(model: &'m Model<'t>) -> Self {
        let tree = model.tree();
        // With `from __future__ import annotations` Python does not look into annotations.
        let lazy_annotations = tree.nodes().any(|node| {
            node.kind() == Kind::FutureImportStatement
                && node.children_in(Field::Name).any(|name| name.text() == "annotations")
        });
        let count = model.scopes().count();
        let mut children = vec![Vec::new(); count];
        for (id, scope) in model.scopes() {
            let annotation = scope.node.is_some_and(|node| in_annotation(tree.node(node)));
            if let Some(parent) = scope.parent.filter(|_| !(lazy_annotations && annotation)) {
                children[parent.index()].push(id);
            }
        }
        let mut dump = Self { model, children, uses: (0..count).map(|_| Vec::new()).collect() };
        for binding in model.bindings() {
            let letter = match binding.kind {
                BindingKind::Parameter => 'p',
                BindingKind::Import | BindingKind::FromImport => 'i',
                _ => 'a',
            };
            dump.note(binding.scope, Some(binding.variable), "", letter);
            let home = model.variable(binding.variable).scope;
            if binding.kind == BindingKind::Walrus && home != binding.scope {
                // Python notes it where the walrus stands, and around the comprehension if that is a function.
                let around = model.function_scope_of(binding.scope);
                if around != model.module() {
                    dump.note(around, Some(binding.variable), "", letter);
                }
            }
        }
        for reference in model.references() {
            let node = tree.node(reference.node);
            let augmented = model.binding_at(node).is_some();
            if augmented || (lazy_annotations && in_annotation(node)) {
                continue;
            }
            dump.note(reference.scope, reference.variable, node.text(), 'r');
        }
        dump
    }

    fn note(&mut self, scope: ScopeId, variable: Option<VariableId>, text: &'m str, letter: char) {
        let (name, place) = match variable {
            Some(variable) => {
                let row = self.model.variable(variable);
                (Cow::Borrowed(row.name.as_ref()), self.place(scope, row.scope))
            }
            None => (self.model.mangled(scope, text), "G".to_owned()),
        };
        if name != "__class__" {
            self.uses[scope.index()].push(Use { name, place, letter });
        }
    }

    fn place(&self, scope: ScopeId, home: ScopeId) -> String {
        let kind = self.model.scope(home).kind;
        // Names of a class that its type scopes see are looked up at run time, like globals.
        if kind == ScopeKind::Module || (kind == ScopeKind::Class && home != scope) {
            return "G".to_owned();
        }
        self.model.enclosing(scope).position(|around| around == home).map_or("?".into(), |up| up.to_string())
    }

    fn scope(&self, id: ScopeId, depth: usize) -> String {
        let pad = "  ".repeat(depth);
        let mut names: Vec<(String, String)> = Vec::new();
        for letter in ['r', 'a', 'p', 'i'] {
            for used in self.uses[id.index()].iter().filter(|used| used.letter == letter) {
                let key = format!("{} {}", used.name, used.place);
                match names.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, letters)) if !letters.contains(letter) => letters.push(letter),
                    Some(_) => {}
                    None => names.push((key, letter.to_string())),
                }
            }
        }
        let mut lines: Vec<String> = names.iter().map(|(key, letters)| format!("{key} {letters}")).collect();
        lines.sort();
        let mut children: Vec<String> =
            self.children[id.index()].iter().map(|child| self.scope(*child, depth + 1)).collect();
        children.sort();
        let mut whole = vec![format!("{pad}{}", self.head(id))];
        whole.extend(lines.iter().map(|line| format!("{pad}- {line}")));
        whole.extend(children);
        whole.join("\n")
    }

    fn head(&self, id: ScopeId) -> String {
        let scope = self.model.scope(id);
        let Some(node) = scope.node.map(|node| self.model.tree().node(node)) else {
            return "module  0".to_owned();
        };
        let first_identifier = |node: Node<'_>| {
            node.descendants().find(|node| node.kind() == Kind::Identifier).unwrap().text().to_owned()
        };
        let (kind, name) = match (scope.kind, node.kind()) {
            (ScopeKind::Class, _) => ("class", node.child(Field::Name).unwrap().text().to_owned()),
            (ScopeKind::Function, _) => ("function", node.child(Field::Name).unwrap().text().to_owned()),
            (ScopeKind::Lambda, _) => ("function", "lambda".to_owned()),
            (ScopeKind::Comprehension, Kind::ListComprehension) => ("function", "listcomp".to_owned()),
            (ScopeKind::Comprehension, Kind::SetComprehension) => ("function", "setcomp".to_owned()),
            (ScopeKind::Comprehension, Kind::DictionaryComprehension) => ("function", "dictcomp".to_owned()),
            (ScopeKind::Comprehension, _) => ("function", "genexpr".to_owned()),
            (ScopeKind::TypeParameters, _) => ("types", first_identifier(node)),
            (ScopeKind::TypeExpression, _) => ("lazy", first_identifier(node)),
            (ScopeKind::Module, _) => ("module", String::new()),
        };
        format!("{kind} {name} {}", node.line())
    }
}

fn in_annotation(node: Node<'_>) -> bool {
    node.chain().any(|node| {
        let parent = node.parent().map(|parent| parent.kind());
        match node.field() {
            Field::ReturnType => parent == Some(Kind::FunctionDefinition),
            Field::Type => {
                matches!(parent, Some(Kind::TypedParameter | Kind::TypedDefaultParameter | Kind::Assignment))
            }
            _ => false,
        }
    })
}

/// Texts in which names mean what one would not think. Those with newer syntax than the Python found are
/// refused by it, and so not compared.
const ODD: &[&str] = &[
    "x = 1\nclass A:\n    x = 2\n    def f(self): return x\n    y = [x for _ in x]\n    z = x\n",
    "def f():\n    [y := x for x in range(3)]\n    return y\n",
    "[y := x for x in range(3)]\nprint(y)\n",
    "def f():\n    global y\n    [y := x for x in range(3)]\n    def g(): return y\n",
    "def f():\n    y = 1\n    def g():\n        nonlocal y\n        [y := x for x in range(3)]\n",
    "def f():\n    [[y := x for x in z] for z in q]\n    return lambda: y\n",
    "def f(a=(b := 1), *c, d=lambda e=b: e, **g): return a, b, c, d, g\n",
    "def f():\n    x = 1\n    def g():\n        global x\n        def h(): return x\n        x = 2\n        return h\n",
    "def f():\n    x = 1\n    class A:\n        global x\n        x = 2\n        def g(self): return x\n",
    "def f():\n    x = 1\n    class A:\n        nonlocal x\n        x = 2\n        def g(self): return x\n",
    "global x\nx = 1\ndef f(): return x\n",
    "def f():\n    print(g)\n    def g(): pass\n",
    "class A:\n    __a = 1\n    def f(self, __b): return __a, __b, self.__c, f(__d=__e)\n",
    "class _A:\n    import __b, __c.d, e.__f\n    from g import __h as __i, __j\n    class __K:\n        __l = 1\n",
    "class __:\n    __a = 1\n    def f(self): global __g; __g = 1\n",
    "class _A:\n    class B: pass\n    def f():\n        class __C:\n            def g(): __x = __y__ = __z_\n",
    "try: pass\nexcept (A, B) as e: print(e)\nelse: e\n",
    "try: pass\nexcept* A as e: print(e)\n",
    "def f():\n    try: pass\n    except A as e: return lambda: e\n",
    "with a as b, c as (d, [e, *f]), g as h.i, j as k[l]: pass\n",
    "with (a as b, c as d): pass\nwith (a): pass\nwith (a, b) as c: pass\n",
    "for a.b, c[d], *e, (f, [g]) in h: pass\nfor (x) in y: pass\nfor x[(y := 1)] in z: pass\n",
    "import a.b.c, d as e, f.g as h\nfrom . import i\nfrom .j import k as l\nfrom m import *\n",
    "def f():\n    del a\n    del (b), [c, (d)], e.f, g[h]\n    return lambda: a\n",
    "def f():\n    x += 1\n    y.z += w\n    v[u] += t\n",
    "x: int\ny: a.b = 3\n(z): int\n(w): int = 4\nv.u: int\nt[s]: r\ndef f():\n    q: p\n    return q\n",
    "match a:\n    case [b, *c, _, *_]: pass\n    case {'k': d, **e}: pass\n    case F(g, h=i, j=_): pass\n    case k.l | 1: pass\n",
    "match (a, b):\n    case (c | 1) as d if d: pass\n    case e.f.g(h=[i]): pass\n    case {j.k: l, -1: m}: pass\n    case n, *o: pass\n    case _: pass\n",
    "match = case = type = 1\nmatch(case)\nmatch[case]\nprint(type)\n",
    "f'{a!r:{b}} {c=} {(d := 1)} {e:=5} {[g for g in h]} {(lambda i: j)}'\n",
    "type(a).b = c\ntype(d)[e] = f\ndef g(): type(h).i.j = type(k)\n",
    "print >>f, x\nprint >>g\ndef h(): print >>i, j\n",
    "def top(a, b): return a, b, c\n",
    "f'{x:>{(w := 3)}}' f\"{f'{y}'}\"\n",
    "def f(): return [a for a in b for c in a if c for d in [c for c in d]]\n",
    "{a: b for a, b in c}; {a for a in b}; (a for a in b); f(a for a in b)\n",
    "lambda a, /, b, *, c=d, **e: (a, b, c, e, [a for f in a])\n",
    "class A(B, metaclass=C, *D, **E):\n    def f(self): return __class__, super()\n",
    "@a(b)\n@c.d\ndef f(g: h = i, *j: k, **l: m) -> n: pass\n",
    "@a\nclass B:\n    @b\n    def b(self, b=b): return b\n",
    "from __future__ import annotations\ndef f(a: b) -> c:\n    d: e = 1\n    return g\n",
    "async def f():\n    async for a in b: await c\n    async with d as e: pass\n    return [g async for g in h]\n",
    "def f():\n    def g(): return f, g, h\n    class h: h = h\n    return g\n",
    "def f():\n    x = 1\n    class A:\n        x = x\n        def g(): return x\n    return [lambda: x for x in x]\n",
    "a = b = c\n[d, e] = (f, g) = h\n((i)) = j\n*k, l = m\nn = yield_ = (o, *p)\n",
    "def f(a): yield a; b = yield c; d = yield from e; return (yield)\n",
    "type A = b\ntype C[T: d, *Ts, **P] = e[T, Ts, P, C]\n",
    "def f[T: (int, a), *Ts](x: T, y=T) -> Ts:\n    z: T = T\n    return T\n",
    "class A[T](B[T], metaclass=C):\n    x: T\n    def f[U: T](self, y: U, z: x) -> T: return T, U, x\n    type D[V] = V | x | T\n",
    "class A:\n    T = 1\n    def f[U: T](self, x: (lambda: T)) -> T: return T\n    type B = T\n",
    "def f():\n    T = 1\n    def g[U: T](x: T = T): nonlocal T; T = U\n    class h[T]: y = T\n",
];
