//! What the engine says about projects that are written to a temporary directory.

use std::fs;

use super::*;
use crate::semantic::{Items, Type, TypeOrigin};
use crate::text::Target;

/// A project of these files; what its file `main.py` holds comes last.
struct Project {
    directory: tempfile::TempDir,
    engine: TypeEngine,
    main: Source,
}

impl Project {
    fn new(files: &[(&str, &str)], main: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        for (path, text) in files.iter().chain(&[("main.py", main)]) {
            let path = directory.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let engine = TypeEngine::new(directory.path(), PythonVersion::new(3, 9));
        let main = Source::new(main.to_owned(), Dialect::Python3, Target::default());
        Self { directory, engine, main }
    }
}

/// As `declared list[str]`, `inferred str`.
fn show(found: &EngineType) -> String {
    let origin = match found.origin {
        TypeOrigin::Declared => "declared",
        TypeOrigin::Inferred => "inferred",
    };
    format!("{origin} {}", show_type(&found.value))
}

fn show_type(value: &Type) -> String {
    let Type::Instance(class, items) = value else { return format!("{value:?}") };
    let class = format!("{class:?}").to_lowercase();
    match items {
        Items::Unknown => class,
        Items::Each(item) => format!("{class}[{}...]", show_type(item)),
        Items::Fixed(items) => {
            format!("{class}[{}]", items.iter().map(show_type).collect::<Vec<_>>().join(", "))
        }
        Items::Entries(key, value) => format!("{class}[{}: {}]", show_type(key), show_type(value)),
    }
}

/// Each line of `main` that ends in `#: expected` says what is known of the expression before it.
#[track_caller]
fn holds(files: &[(&str, &str)], main: &str) {
    let project = Project::new(files, main);
    let path = project.directory.path().join("main.py");
    let file = project.engine.file(&path, &project.main);
    let mut wrong = Vec::new();
    let mut start = 0;
    for line in main.split_inclusive('\n') {
        if let Some((code, expected)) = line.split_once("#: ") {
            let expr = code.trim();
            let expr = expr.strip_prefix("return ").unwrap_or(expr);
            let at = (start + line.find(expr).unwrap()) as u32;
            let found = file.type_at(Range::new(at, at + expr.len() as u32));
            let found = found.map_or("-".to_owned(), |found| show(&found));
            if found != expected.trim() {
                wrong.push(format!("{expr}: {found}, expected {}", expected.trim()));
            }
        }
        start += line.len();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_class_is_converted() {
    holds(
        &[],
        "\
from typing import Iterator, Generator, Optional, Literal, NewType, Any, Union, Iterable, TypeVar
from typing_extensions import LiteralString
UserId = NewType('UserId', str)
T = TypeVar('T')
def f(a: str, b: bytes, c: int, d: bool, e: float, g: complex, h: bytearray, i: range, j: None,
      k: list[str], l: set[int], m: frozenset[bytes], n: dict[str, int], o: tuple[str, int],
      p: tuple[str, ...], q: Iterator[str], r: Generator[str, None, None], s: Optional[str],
      t: Literal['a', 'b'], u: LiteralString, v: UserId, w: Any, x: Union[str, Any], y: list[Any],
      z: list[list[str]], aa: dict[str, list[tuple[int, str]]], bb: list[Optional[str]],
      cc: tuple[()], dd: list[Literal['a', 'b']], ee: T, ff: list[T], gg: enumerate[str], hh: type[str],
      ii: list[UserId], jj: Literal[1, True], kk: Iterable[str], ll: zip[tuple[str, int]], mm: list['str']):
    a  #: declared str
    b  #: declared bytes
    c  #: declared int
    d  #: declared bool
    e  #: -
    g  #: -
    h  #: declared bytearray
    i  #: declared range
    j  #: declared none
    k  #: declared list[str...]
    l  #: declared set[int...]
    m  #: declared frozenset[bytes...]
    n  #: declared dict[str: int]
    o  #: declared tuple[str, int]
    p  #: declared tuple[str...]
    q  #: declared iterator[str...]
    r  #: declared iterator[str...]
    s  #: -
    t  #: declared str
    u  #: declared str
    v  #: declared str
    w  #: -
    x  #: -
    y  #: declared list
    z  #: declared list[list[str...]...]
    aa  #: declared dict[str: list[tuple[int, str]...]]
    bb  #: declared list
    cc  #: declared tuple[]
    dd  #: declared list[str...]
    ee  #: -
    ff  #: declared list
    gg  #: declared iterator[tuple[int, str]...]
    hh  #: -
    ii  #: declared list[str...]
    jj  #: declared int
    kk  #: -
    ll  #: declared iterator[tuple[str, int]...]
    mm  #: declared list[str...]
",
    );
}

#[test]
fn names_are_narrowed_and_members_are_not() {
    holds(
        &[],
        "\
from typing import Optional
class C:
    declared: str
    maybe: Optional[str]
    def __init__(self, size: int):
        self.name = 'a'
        self.size: int = size
        self.other = None
        self.text = 'a'
    @property
    def title(self) -> str:
        return self.name
    @property
    def raw(self):
        return 'a'
    def finish(self):
        self.name = 5
        self.other = 'a'
    def run(self, x: Optional[str], y):
        x  #: -
        if x:
            x  #: declared str
        if isinstance(y, str):
            y  #: inferred str
        self.name = 'a'
        self.finish()
        self.name  #: -
        self.other = 'b'
        self.other  #: -
        if self.maybe:
            self.maybe  #: -
            [self.maybe for _ in (1, 2)]  #: -
            z = self.maybe
            z  #: -
        self.declared + 'a'  #: declared str
        self.text + 'a'  #: inferred str
        self.declared = 'a'
        self.declared  #: declared str
        self.size  #: declared int
        self.text  #: inferred str
        self.title  #: declared str
        if self.title:
            self.title  #: declared str
        self.raw  #: -
        d = {'a': 'b'}
        d['a'] = 1
        d['a']  #: -
",
    );
}

#[test]
fn what_is_called_must_say_what_it_returns() {
    holds(
        &[],
        "\
import os.path
import re
from contextlib import contextmanager
from typing import TypeVar, overload, Callable, Union
from functools import lru_cache, cached_property
T = TypeVar('T')
def declared(x) -> str: ...
def inferred(): return 'a'
def same(x: T) -> T: return x
async def later() -> str: ...
@lru_cache
def cached() -> str: ...
@contextmanager
def managed(): yield 'a'
@overload
def both(x: int) -> str: ...
@overload
def both(x: str) -> int: ...
def both(x): return x
class C:
    hook: Callable[[], str]
    title: str
    @classmethod
    def make(cls) -> list[str]: ...
    @cached_property
    def slow(self) -> str: ...
    @staticmethod
    def static() -> str: ...
    def me(self) -> 'C': ...
    def __getitem__(self, key: str) -> str: ...
class S(str):
    pass
class N:
    def __new__(cls): return 'a'
def f(x, y: str, names: list[str], c: C, u: Union[C, S], table: dict[str, list[str]], m: 're.Match[str]'):
    declared(x)  #: declared str
    inferred()  #: -
    same(y)  #: declared str
    same(x)  #: -
    both(1)  #: declared str
    both('a')  #: declared int
    cached()  #: declared str
    y.upper()  #: declared str
    ', '.join(names)  #: declared str
    y.split(',')  #: declared list[str...]
    os.path.join(y, 'b')  #: declared str
    str(x)  #: declared str
    str()  #: declared str
    len(names)  #: declared int
    sorted(names)  #: declared list[str...]
    list(names)  #: declared list[str...]
    max(y, 'a')  #: declared str
    c.hook()  #: -
    c.make()  #: declared list[str...]
    C.make()  #: declared list[str...]
    c.slow  #: declared str
    c.static()  #: declared str
    c.me().title  #: declared str
    c['a']  #: -
    S('a')  #: -
    S('a').upper()  #: declared str
    N()  #: -
    u.title  #: -
    table['a']  #: declared list[str...]
    table['a'][0]  #: declared str
    table.items()  #: declared iterator[tuple[str, list[str...]]...]
    table.get('a', [])  #: declared list[str...]
    m.group()  #: declared str
    m.group(1)  #: -
    (a for a in names)  #: declared iterator[str...]
    [a.upper() for a in names]  #: declared list[str...]
    os.sep  #: declared str
    os.environ['HOME']  #: declared str
    y[0]  #: declared str
    f'{x}'  #: declared str
    y == 'a'  #: declared bool
    y or 'a'  #: declared str
    y % x  #: -
    y % y  #: declared str
    'a' if x else y  #: declared str
    lambda: 1  #: -
    with managed() as held:
        held  #: -
    with open(y) as stream:
        stream.read()  #: declared str
        for line in stream:
            line  #: inferred str
async def g():
    await later()  #: declared str
",
    );
}

#[test]
fn what_was_made_elsewhere_may_hold_other_things_by_now() {
    holds(
        &[("other.py", "def fill(x): x.append(1)\nnames = ['a']\nname = 'a'\nsaid: str = 'a'\n")],
        "\
from other import fill, names, name, said
import other
class C:
    def __init__(self):
        self.names = ['a']
    def run(self):
        self.names  #: inferred list
        self.names[0]  #: -
        for x in self.names:
            x  #: -
def f():
    xs = ['a']
    fill(xs)
    xs  #: inferred list
    xs[0]  #: -
    xs.pop()  #: -
    sorted(xs)  #: declared list
    ', '.join(xs)  #: declared str
    for x in xs:
        x  #: -
    for y in ['a', 'b']:
        y  #: inferred str
    a, b = 'x', 'y'
    a  #: inferred str
    names  #: inferred list
    name  #: inferred str
    said  #: declared str
    other.name  #: inferred str
    other.said  #: declared str
    other.said + name  #: declared str
",
    );
}

#[test]
fn the_packages_of_the_project_are_seen() {
    holds(
        &[
            ("src/first/__init__.py", "def one() -> str: ...\n"),
            ("python/second.py", "def two() -> str: ...\n"),
            (".venv/pyvenv.cfg", "home = /nowhere\nversion_info = 3.9\n"),
            (".venv/bin/python", ""),
            (".venv/lib/python3.9/site-packages/third/__init__.py", "def three() -> str: ...\n"),
            (".venv/lib/python3.9/site-packages/third/py.typed", ""),
            ("stubbed.py", "def four(): ...\n"),
            ("stubbed.pyi", "def four() -> str: ...\n"),
        ],
        "\
from first import one
from second import two
from third import three
from stubbed import four
from missing import five
one()  #: declared str
two()  #: declared str
three()  #: declared str
four()  #: declared str
five()  #: -
",
    );
}

#[test]
fn types_are_no_values() {
    holds(
        &[],
        "\
from typing import cast
Alias = list[str]
def f(x) -> str:
    y: str
    cast(str, x)  #: declared str
    dict[
        str  #: -
    ]()
    cast(
        str,  #: -
        x)
    Alias  #: -
    str  #: -
",
    );
}

impl Project {
    /// What is known of the last place in which `expr` stands in `text`, pyfix's text of the file at `path`.
    fn ask(&self, path: &str, text: &Source, expr: &str) -> String {
        let start = text.text().rfind(expr).unwrap() as u32;
        let file = self.engine.file(&self.directory.path().join(path), text);
        let found = file.type_at(Range::new(start, start + expr.len() as u32));
        found.map_or("-".to_owned(), |found| show(&found))
    }
}

fn python3(text: &str) -> Source {
    Source::new(text.to_owned(), Dialect::Python3, Target::default())
}

#[test]
fn another_text_than_the_one_on_disk_has_no_types() {
    let text = "def f(x: str): x\n";
    let marked = format!("\u{feff}{text}");
    let latin = b"# coding: latin-1\n# \xe9\ndef f(x: str): x\n";
    let project = Project::new(&[("marked.py", &marked)], text);
    fs::write(project.directory.path().join("latin.py"), latin).unwrap();
    assert_eq!(project.ask("main.py", &project.main, "x"), "declared str");
    // A byte order mark moves every place, and is no part of pyfix's text.
    assert_eq!(project.ask("marked.py", &python3(text), "x"), "declared str");
    assert_eq!(project.ask("main.py", &python3("def f(y: int, x: str): x\n"), "x"), "-");
    assert_eq!(
        project.ask("latin.py", &python3("# coding: latin-1\n# \u{e9}\ndef f(x: str): x\n"), "x"),
        "-"
    );
    assert_eq!(project.ask("missing.py", &python3(text), "x"), "-");
    assert_eq!(project.ask(".", &python3(text), "x"), "-");
    assert_eq!(project.ask("main.py", &project.main, "x: str"), "-");
}

#[test]
fn only_python_3_has_types() {
    let text = "def f(x: str): x\n";
    let project = Project::new(&[("broken.py", "def f(x: str): x\ndef\n")], text);
    let python2 = Source::new(text.to_owned(), Dialect::Python2, Target::default());
    let both = Source::new(text.to_owned(), Dialect::Python3, Target::from_oldest(PythonVersion::PY27));
    assert_eq!(project.ask("main.py", &python2, "x"), "-");
    assert_eq!(project.ask("main.py", &both, "x"), "-");
    assert_eq!(project.ask("broken.py", &python3("def f(x: str): x\ndef\n"), "x"), "-");
}

#[test]
fn an_engine_that_is_off_knows_nothing() {
    let mut project = Project::new(&[], "def f(x: str): x\n");
    project.engine = TypeEngine::off();
    assert_eq!(project.ask("main.py", &project.main, "x"), "-");
}

#[test]
fn a_panic_of_the_engine_is_one_question_without_an_answer() {
    // What makes ty itself panic takes it half a minute, and would be mended in its next release.
    let fatal = "def f(x: str):\n    this_makes_the_engine_panic\n    x\n";
    let project = Project::new(&[("fatal.py", fatal)], "def f(x: str): x\n");
    let text = python3(fatal);
    let file = project.engine.file(&project.directory.path().join("fatal.py"), &text);
    let ask = |expr: &str| {
        let start = fatal.rfind(expr).unwrap() as u32;
        file.type_at(Range::new(start, start + expr.len() as u32)).map(|found| show(&found))
    };
    assert_eq!(ask("x").as_deref(), Some("declared str"));
    assert_eq!(ask("this_makes_the_engine_panic"), None);
    // The file is given up, and what was said of it stands.
    assert_eq!(ask("f"), None);
    assert_eq!(ask("x").as_deref(), Some("declared str"));
    assert_eq!(project.ask("main.py", &project.main, "x"), "declared str");
}

#[test]
fn depth_does_not_matter() {
    let sum = format!("def f(x: str):\n    x{}\n    x\n", " + 'a'".repeat(3_000));
    let brackets = format!("def f(x: str):\n    {}x{}\n    x\n", "[".repeat(450), "]".repeat(450));
    let project = Project::new(&[("brackets.py", &brackets)], &sum);
    let whole = sum.lines().nth(1).unwrap().trim();
    assert_eq!(project.ask("main.py", &project.main, "x"), "declared str");
    assert_eq!(project.ask("main.py", &project.main, whole), "-");
    assert_eq!(project.ask("brackets.py", &python3(&brackets), "x"), "declared str");
}

#[test]
fn many_threads_may_ask() {
    let files: Vec<(String, String)> = (0..20)
        .map(|number| {
            let other = (number + 1) % 20;
            let text = format!(
                "import m{other}\ndef f(x: str) -> str: return x\nclass C:\n    def g(self):\n        m{other}.f('')\n"
            );
            (format!("m{number}.py"), text)
        })
        .collect();
    let borrowed: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, &**text)).collect();
    let project = Project::new(&borrowed, "");
    std::thread::scope(|scope| {
        for (number, (path, text)) in files.iter().enumerate() {
            let project = &project;
            scope.spawn(move || {
                let call = format!("m{}.f('')", (number + 1) % 20);
                assert_eq!(project.ask(path, &python3(text), &call), "declared str");
            });
        }
    });
}
