//! Each program says in a comment behind `show(...)` what is known of the argument.

use crate::semantic::{
    Answer, CallSite, Callee, Class, EngineType, Facts, LoneFile, Sources, Subclasses, Type, TypeOrigin,
    World,
};
use crate::syntax::{Call, Kind, Regions, parse};
use crate::text::{Dialect, PythonVersion, Range, Source, Target};

/// Fails unless every `show(x)  # type` of `program` is so.
pub(super) fn check(program: &str) {
    check_in(program, Target::default(), Dialect::Python3, &LoneFile);
}

pub(super) fn check_in(program: &str, target: Target, dialect: Dialect, world: &dyn World) {
    let source = Source::new(program.to_owned(), dialect, target);
    let Ok(tree) = parse(&source, &Regions::whole(&source)) else { panic!("cannot parse {program}") };
    let facts = Facts::new(&tree, world);
    let mut shown = 0;
    for call in tree.nodes().filter_map(Call::cast).filter(|call| call.function.text() == "show") {
        let argument = call.sole_argument().unwrap();
        let end = source.line_end(call.node.range().start);
        let line = source.slice(Range::new(call.node.range().start, end));
        let (_, expected) = line.split_once("# ").expect("what is expected");
        let found = facts.type_by(argument, Sources::all());
        assert_eq!(found.to_string(), expected.trim(), "{line}\nin\n{program}");
        shown += 1;
    }
    assert!(shown > 0, "nothing is shown in {program}");
    assert!(tree.nodes().all(|node| node.kind() != Kind::Error), "{program}");
}

#[test]
fn literals_and_displays() {
    check(
        "show('a')  # str\nshow(b'a')  # bytes\nshow(1)  # int\nshow(1.5)  # float\nshow(2j)  # complex\n\
         show(None)  # None\nshow(not x)  # bool\nshow(f'{x}')  # str\nshow(f'a{x}')  # str\n\
         show('a' f'{x}')  # str\nshow([1, 2])  # list[int]\nshow((1, 'a'))  # tuple(int, str)\n\
         show({1: 'a'})  # dict[int: str]\nshow({'a'})  # set[str]\nshow([c.upper() for c in 'ab'])  # list[str]\n\
         show({k: 1 for k in 'ab'})  # dict[str: int]\nshow([])  # list\nshow(lambda: 1)  # ?\n",
    );
}

#[test]
fn operators() {
    check(
        "show('a' + 'b')  # str\nshow('a' + x)  # ?\nshow('%s' % 1)  # str\nshow('%s' % x)  # str\n\
         show('%s %s' % (1, 'a'))  # str\nshow(1 + True)  # int\nshow(1 / 2)  # ?\nshow(1.0 / 2)  # float\n\
         show(2 ** -1)  # ?\nshow([1] + ['a'])  # list\nshow([1] * 3)  # list[int]\nshow(x == y)  # ?\n\
         show(x is y)  # bool\nshow(x in y)  # bool\nshow(1 < 2)  # bool\nshow(-1)  # int\nshow(-True)  # int\n\
         show('a' if x else 'b')  # str\nshow('a' or 'b')  # str\nshow(x or 'b')  # ?\nshow('a'[0])  # str\n\
         show((1, 'a')[1])  # str\nshow(['a'][0])  # str\nshow({'a': 1}['a'])  # int\nshow('ab'[1:])  # str\n",
    );
}

#[test]
fn calls_of_builtins_and_their_methods() {
    check(
        "show(str(1))  # str\nshow(str(x))  # str\nshow(len(x))  # int\nshow(sorted(x))  # list\n\
         show(', '.join(x))  # str\nshow('a b'.split())  # list[str]\nshow(x.split())  # ?\n\
         show('a=b'.partition('='))  # tuple(str, str, str)\nshow(sum([1, 2]))  # int\nshow(max('a', 'b'))  # str\n\
         for i, c in enumerate('ab'):\n    show(i)  # int\n    show(c)  # str\n\
         for c, n in zip('ab', [1]):\n    show(c)  # str\n    show(n)  # int\n\
         for k, v in {'a': 1}.items():\n    show(k)  # str\n    show(v)  # int\n\
         show(str(x).upper())  # str\nshow(b'a'.decode())  # str\nshow([c for c in str(x).split()])  # list[str]\n\
         show({'a': 'b'}.get('c', 'd'))  # str\nshow({'a': 'b'}.get('c'))  # ?\n",
    );
    check("def str(x): return 1\nshow(str(1))  # int\n");
}

#[test]
fn names_hold_what_their_bindings_give() {
    check("def f():\n    x = 'a'\n    show(x)  # str\n");
    check("def f(c):\n    x = 'a' if c else 1\n    show(x)  # ?\n");
    check(
        "def f(xs):\n    s = ''\n    for x in xs:\n        s = s + 'a'\n        s += 'b'\n    show(s)  # str\n",
    );
    check("def f(xs):\n    s = ''\n    for x in xs:\n        s = s + x\n    show(s)  # ?\n");
    check("def f():\n    a = b = ''\n    while a:\n        a, b = b, a\n    show(a)  # str\n");
    check(
        "def f():\n    x = 'a'\n    def g():\n        nonlocal x\n        x = 1\n    g()\n    show(x)  # ?\n",
    );
    check("def f():\n    x = 'a'\n    exec('x = 1')\n    show(x)  # ?\n");
    check("SEP = ','\ndef f():\n    show(SEP)  # str\n");
    check("SEP = ','\ndef g():\n    global SEP\n    SEP = 1\ndef f():\n    show(SEP)  # ?\n");
    check("class C:\n    x = 'a'\n    show(x)  # ?\n");
    check("def f():\n    x = [x]\n    while x:\n        x = [x]\n    show(x)  # list\n");
    check("def f():\n    while y:\n        x = x\n    show(x)  # ?\n");
}

#[test]
fn items_are_known_while_nobody_can_change_them() {
    check("def f():\n    xs = ['a']\n    for x in xs:\n        show(x)  # str\n");
    check("def f():\n    xs = ['a']\n    xs.append(1)\n    for x in xs:\n        show(x)  # ?\n");
    check(
        "def f():\n    xs = [['a']]\n    for x in xs:\n        x.append(1)\n    for y in xs[0]:\n        show(y)  # ?\n",
    );
    check("def f():\n    x = 1\n    x = 'a'\n    show(x)  # str\n");
    check("def f():\n    x = 1\n    try:\n        x = g()\n    except E:\n        show(x)  # int\n");
    check("def f():\n    xs = ['a']\n    g(xs)\n    for x in xs:\n        show(x)  # ?\n");
    check("def f():\n    xs = ys = ['a']\n    ys.append(1)\n    for x in xs:\n        show(x)  # ?\n");
    check("def f():\n    t = ('a', [1])\n    show(t)  # tuple(str, list)\n");
}

#[test]
fn tests_around_a_read_narrow_what_it_sees() {
    check("def f(x):\n    if isinstance(x, str):\n        show(x)  # ~str\n    show(x)  # ?\n");
    check("def f(x):\n    if not isinstance(x, str):\n        return\n    show(x)  # ~str\n");
    check("def f(x):\n    assert isinstance(x, str)\n    show(x)  # ~str\n");
    check("def f(x):\n    if isinstance(x, str):\n        x = g()\n        show(x)  # ?\n");
    check(
        "def f(x):\n    if isinstance(x, str) and x:\n        while x:\n            show(x)  # ?\n            x = g()\n",
    );
    check("def f(x):\n    if isinstance(x, str) or x:\n        show(x)  # ?\n");
    check("def f(xs):\n    return [show(x)  # ~str\n            for x in xs if isinstance(x, str)]\n");
    check("def f(x, str):\n    if isinstance(x, str):\n        show(x)  # ?\n");
    check("def f(x):\n    if isinstance(x, str):\n        def g():\n            show(x)  # ?\n");
    check(
        "def f():\n    for x in g():\n        if not isinstance(x, str):\n            continue\n        show(x)  # ~str\n",
    );
    check("x = g()\nif isinstance(x, str):\n    show(x)  # ?\n");
}

#[test]
fn annotations_declare() {
    check("def f(x: str):\n    show(x)  # ~str\n");
    check("def f(x: 'str'):\n    show(x)  # ~str\n");
    check("def f(x: str = 'a'):\n    show(x)  # ~str\n");
    check("def f(x: str = None):\n    show(x)  # ?\n");
    check("def f(x: float):\n    show(x)  # ?\n");
    check("def f(x: list[str]):\n    for y in x:\n        show(y)  # ~str\n");
    check("def f(x: dict[str, int]):\n    show(x)  # ~dict[~str: ~int]\n");
    check("class str: pass\ndef f(x: str):\n    show(x)  # ?\n");
    check("def f(x: str):\n    x = g()\n    show(x)  # ?\n");
    check(
        "def f(*args, **kwargs):\n    show(args)  # tuple\n    for k, v in kwargs.items():\n        show(k)  # ~str\n",
    );
    let text = "def f(x: str):\n    g(x)\n";
    let source = Source::new(text.to_owned(), Dialect::Python3, Target::default());
    let tree = parse(&source, &Regions::whole(&source)).ok().unwrap();
    let facts = Facts::new(&tree, &LoneFile).with_annotations(crate::semantic::Annotations::Ignored);
    let call = tree.nodes().find_map(Call::cast).unwrap();
    assert_eq!(facts.proven_type_of(call.sole_argument().unwrap()), Type::Unknown);
}

#[test]
fn calls_tell_what_parameters_are() {
    check("def greet(name):\n    show(name)  # str\ngreet('you')\n");
    check("def greet(name):\n    show(name)  # ?\ngreet('you')\ngreet(1)\n");
    check("def greet(name):\n    show(name)  # ?\ngreet('you')\nregister(greet)\n");
    check("@register\ndef greet(name):\n    show(name)  # ?\ngreet('you')\n");
    check("def greet(name):\n    show(name)  # ?\n");
    check("def greet(name='a'):\n    show(name)  # str\ngreet('you')\ngreet()\n");
    check("def greet(name=None):\n    show(name)  # ?\ngreet('you')\n");
    check("def greet(a, *, name):\n    show(name)  # str\ngreet(1, name='you')\n");
    check("def greet(a, name):\n    show(name)  # str\ngreet(1, name='you')\ngreet(1, 'me')\n");
    check("def greet(name):\n    show(name)  # ?\ngreet(*names)\n");
    check("def greet(name):\n    show(name)  # ?\ngreet('a')\nglobals()['greet'](1)\n");
    check("def greet(name):\n    show(name)  # ?\ngreet('a')\nx = 'greet'\n");
    check("def f():\n    def greet(name):\n        show(name)  # str\n    greet('you')\n");
    check(
        "def greet(name, depth=1):\n    show(name)  # str\n    if depth: greet(name + '!', 0)\ngreet('you')\n",
    );
    check("class C:\n    def _m(self, x):\n        show(x)  # str\n    def n(self):\n        self._m('a')\n");
    check(
        "class C:\n    def _m(self, x):\n        show(x)  # ?\n    def n(self):\n        C._m(self, 'a')\n",
    );
    check(
        "class C(Base):\n    def _m(self, x):\n        show(x)  # ?\n    def n(self):\n        self._m('a')\n",
    );
    check(
        "class C:\n    def _m(self, x):\n        show(x)  # ?\n    def n(self):\n        self._m('a')\n        return self._m\n",
    );
    check(
        "class C:\n    def _m(self, x):\n        show(x)  # ?\n    def n(self):\n        self._m('a')\nclass D(C):\n    def _m(self, x): pass\n",
    );
}

#[test]
fn functions_return_what_their_statements_give() {
    check("def f():\n    return 'a'\nshow(f())  # str\n");
    check("def f(x):\n    if x:\n        return 'a'\n    return 'b'\nshow(f(1))  # str\n");
    check("def f(x):\n    if x:\n        return 'a'\nshow(f(1))  # ?\n");
    check("def f(x):\n    if x:\n        return 'a'\n    else:\n        raise E\nshow(f(1))  # str\n");
    check("def f():\n    yield 'a'\n    return 'a'\nshow(f())  # ?\n");
    check("async def f():\n    return 'a'\nshow(f())  # ?\n");
    check("@g\ndef f():\n    return 'a'\nshow(f())  # ?\n");
    check("def f(n):\n    if n:\n        return f(n - 1) + 'a'\n    return ''\nshow(f(1))  # str\n");
    check("def f():\n    def g():\n        return 1\n    return 'a'\nshow(f())  # str\n");
    check("def f():\n    return 'a'\nf = g\nshow(f())  # ?\n");
    check("def f() -> str:\n    return g()\nshow(f())  # ~str\n");
}

#[test]
fn python2_has_two_kinds_of_text() {
    let target = Target { oldest: PythonVersion::PY27, newest: PythonVersion::PY27 };
    let text = "show('a')  # str\nshow(u'a')  # ?\nshow(b'a')  # ?\nshow('a'.join(x))  # ?\n\
                show('%s' % x)  # ?\nshow('a' + 'b')  # str\nshow('a'.replace('b', u'c'))  # ?\n\
                show('a'.strip())  # str\nshow(', '.join(['a', 'b']))  # str\nshow(range(3))  # list[int]\n";
    check_in(text, target, Dialect::Python2, &LoneFile);
}

/// A world in which an engine knows one thing.
struct Engine {
    of: &'static str,
    text: &'static str,
    origin: TypeOrigin,
}

impl World for Engine {
    fn name_used_elsewhere(&self, _: &str) -> Answer {
        Answer::No
    }

    fn type_at(&self, range: Range) -> Option<EngineType> {
        let asked = self.text.get(range.start as usize..range.end as usize)?;
        let value = Type::instance(Class::Str);
        (asked == self.of).then_some(EngineType { value, origin: self.origin })
    }

    fn has_unseen_users(&self) -> Answer {
        Answer::No
    }

    fn calls_elsewhere(&self, callee: Callee<'_>) -> Option<Vec<CallSite>> {
        let positional = vec![Type::exact(Class::Int)];
        (callee == Callee::Function("greet")).then(|| vec![CallSite { positional, keywords: Vec::new() }])
    }

    fn overriding_subclass(&self, _: Class) -> Subclasses {
        Subclasses::None
    }
}

#[test]
fn the_engine_is_believed_where_something_is_declared() {
    let check = |of, text, origin| {
        check_in(text, Target::default(), Dialect::Python3, &Engine { of, text, origin });
    };
    let (declared, inferred) = (TypeOrigin::Declared, TypeOrigin::Inferred);
    let method = "class C:\n    def f(self):\n        show(self.name)  # ~str\n";
    check("self.name", method, declared);
    let method = "class C:\n    def f(self):\n        show(self.name)  # ?\n";
    check("self.name", method, inferred);
    let unknown = "def f(x):\n    show(x.name)  # ?\n";
    check("x.name", unknown, declared);
    let narrowed = "def f(x: Optional[str]):\n    if x is None: return\n    show(x)  # ~str\n";
    check("x", narrowed, declared);
    let rebound = "def f(x: Optional[str]):\n    def g():\n        nonlocal x\n        x = None\n    if x is None: return\n    g()\n    show(x)  # ?\n";
    check("x", rebound, declared);
    check("os.getcwd()", "import os\nshow(os.getcwd())  # ~str\n", declared);
    check("os.getcwd()", "import os\ndef f():\n    x = os.getcwd()\n    show(x + '/')  # ~str\n", declared);
    check("x", "def f():\n    x = g()\n    show(x)  # ?\n", declared);
    let items = "def f():\n    xs = ['a']\n    xs.append(1)\n    for x in xs:\n        show(x)  # ?\n";
    check("x", items, declared);
    let items = "def f():\n    xs = ['a']\n    xs.append(1)\n    show(xs[0])  # ?\n";
    check("xs[0]", items, declared);
    let items = "def f(xs: List[str]):\n    for x in xs:\n        show(x)  # ~str\n";
    check("x", items, declared);
}

#[test]
fn calls_elsewhere_count() {
    let text = "def greet(name):\n    show(name)  # ?\ngreet('you')\n";
    let world = Engine { of: "", text, origin: TypeOrigin::Inferred };
    check_in(text, Target::default(), Dialect::Python3, &world);
}
