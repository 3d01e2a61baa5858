use std::fs;

use super::*;
use crate::semantic::{Class, Items, Type, TypeOrigin};
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

    /// What is known of the last place in which `expr` stands.
    fn ask(&self, expr: &str) -> Option<EngineType> {
        let start = self.main.text().rfind(expr).unwrap_or_else(|| panic!("no {expr}")) as u32;
        let file = self.engine.file(&self.directory.path().join("main.py"), &self.main);
        file.type_at(Range::new(start, start + expr.len() as u32))
    }

    fn show(&self, expr: &str) -> String {
        self.ask(expr).map_or("-".to_owned(), |found| show(&found))
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
        Items::Fixed(items) => format!("{class}[{}]", items.iter().map(show_type).collect::<Vec<_>>().join(", ")),
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
        self.declared = 'a'
        self.declared  #: declared str
        self.size  #: declared int
        self.text  #: inferred str
        self.title  #: declared str
        if self.title:
            self.title  #: declared str
        self.raw  #: inferred str
        self.declared + 'a'  #: declared str
        self.text + 'a'  #: inferred str
        d = {'a': 'b'}
        d['a'] = 1
        d['a']  #: -
",
    );
}
