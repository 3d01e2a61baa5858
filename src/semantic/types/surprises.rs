//! Programs in which a value is not what it seems to be, each as a person first expects it to be claimed wrongly.

use super::tests::{check, check_in};
use crate::semantic::LoneFile;
use crate::text::{Dialect, PythonVersion, Target};

#[test]
fn the_right_operand_may_decide() {
    check("def f(y):\n    xs = ['a']\n    xs += y\n    show(xs)  # ?\n");
    check("def f(y):\n    xs = ['a']\n    xs += [y]\n    show(xs)  # list\n");
    check("def f(y):\n    xs = ['a']\n    xs += 'bc'\n    show(xs)  # list\n");
    check("def f(y):\n    xs = {'a'}\n    xs |= y\n    show(xs)  # ?\n");
    check("def f(y):\n    xs = {'a'}\n    xs |= {y}\n    show(xs)  # set\n");
}

#[test]
fn containers_compare_their_items() {
    check(
        "def f(a, b):\n    show((a,) < (b,))  # ?\n    show([a] >= [b])  # ?\n    show(1 < 2 < 3)  # bool\n",
    );
    check("def f(a, b):\n    show((a,) == (b,))  # ?\n    show(1 == 2.0)  # bool\n");
}

#[test]
fn a_piece_is_handed_on() {
    check(
        "show('a b'.partition(x))  # tuple(str, ~str, str)\nshow('a b'.rpartition(' '))  # tuple(str, str, str)\n",
    );
    check("def f(**k):\n    for key in k:\n        show(key)  # ~str\n");
}

#[test]
fn conversions_and_templates_give_plain_strings() {
    check("show('' f'{x}')  # str\nshow('{}'.format(x))  # str\nshow('{a}'.format_map(d))  # str\n");
    check("show(format(x))  # str\nshow(ascii(x))  # str\nshow(str(x, 'ascii'))  # str\n");
    check("def str(x): return x\nshow(str(x))  # ?\n");
}

#[test]
fn a_name_of_the_module_may_be_the_builtin() {
    check("if c:\n    input = 'a'\nshow(input)  # ?\n");
    check("if c:\n    text = 'a'\nshow(text)  # str\n");
    check("input = 'a'\nshow(input)  # str\n");
    check("input = 'a'\ndel input\nshow(input)  # ?\n");
    check("if c:\n    def len(x): return 'a'\nshow(len(1))  # ?\n");
    check("def len(x): return 'a'\nshow(len(1))  # str\n");
    check("try:\n    ascii = g()\nexcept E:\n    pass\nelse:\n    ascii = 'a'\nshow(ascii)  # ?\n");
    check("if c:\n    __doc__ = 'a'\nshow(__doc__)  # ?\n");
    check("def f():\n    if c:\n        input = 'a'\n    show(input)  # str\n");
}

#[test]
fn what_runs_later_sees_what_was_bound_meanwhile() {
    check(
        "def f(x):\n    g = ()\n    if isinstance(x, str):\n        g = (show(x)  # ?\n             for _ in 'ab')\n    x = 1\n    return list(g)\n",
    );
    check("def f(x):\n    if isinstance(x, list):\n        g = (y for y in show(x))  # ~list\n    x = 1\n");
    check(
        "def f(xs):\n    return [show(x)  # ?\n            for x in xs if isinstance(x, str) for x in [x, 1]]\n",
    );
    check("def f(xs):\n    return (show(x)  # ~str\n            for x in xs if isinstance(x, str))\n");
    check("def f(x):\n    g = lambda: show(x)  # ?\n    x = 'a'\n");
}

#[test]
fn a_declared_list_holds_what_it_is_declared_to_hold() {
    check("def f():\n    xs: list = ['a']\n    xs.append(1)\n    for x in xs:\n        show(x)  # ?\n");
    check(
        "def f():\n    xs: list[object] = ['a']\n    xs.append(1)\n    for x in xs:\n        show(x)  # ?\n",
    );
    check(
        "def f():\n    xs: list[str] = ['a']\n    xs.append(g())\n    for x in xs:\n        show(x)  # ~str\n",
    );
    check("def f():\n    d: dict[str, Any] = {'a': 'b'}\n    d['c'] = 1\n    show(d['c'])  # ?\n");
    check("def f():\n    d: dict[str, str] = {}\n    d['c'] = g()\n    show(d['c'])  # ~str\n");
    check("def f(xs: list[str]):\n    xs.append(g())\n    for x in xs:\n        show(x)  # ~str\n");
}

#[test]
fn other_code_reaches_objects_by_their_names() {
    check("def f():\n    xs = ['a']\n    locals()['xs'].append(1)\n    for x in xs:\n        show(x)  # ?\n");
    check(
        "def f():\n    def g(x):\n        show(x)  # ?\n    g('a')\n    for h in locals().values(): h(1)\n",
    );
    check("SEP = 'a'\nimport mod\nmod.SEP = 1\nshow(SEP)  # ?\n");
    check("SEP = 'a'\nself.SEP = 1\nshow(SEP)  # str\n");
    check("SEP = 'a'\n@mock.patch('pkg.mod.SEP', 1)\ndef f():\n    show(SEP)  # ?\n");
    check("SEP = 'a'\nimport mod\ndef f(m):\n    m.setattr(mod, 'SEP', 1)\n    show(SEP)  # ?\n");
    check("SEP = 'a'\ndef f():\n    with patch.multiple('mod', SEP=1):\n        show(SEP)  # ?\n");
    check("def g(): return 'a'\n@mock.patch('mod.g')\ndef f():\n    show(g())  # ?\n");
    check("SEP = 'a'\ng('SEP')\nshow(SEP)  # str\n");
}

#[test]
fn methods_are_called_in_more_ways_than_one() {
    let class = |body: &str| check(&format!("class C:\n{body}"));
    class(
        "    if c:\n        def _m(self, x=None):\n            show(x)  # ?\n            show(self)  # ?\n    def n(self):\n        self._m('a')\n",
    );
    class(
        "    def _m(self, x, y=1):\n        show(x)  # ?\n    def n(self, c):\n        self._m('a')\n        C._m(c, 1)\n",
    );
    class("    def _m(self, x, y=1):\n        show(x)  # str\n    def n(self):\n        self._m('a')\n");
    class(
        "    def _m(self, x, y):\n        show(x)  # ?\n    def n(self, c):\n        self._m('a', y=1)\n        C._m(c, x=1, y=2)\n",
    );
    class(
        "    def _m(self, x, y=1):\n        show(x)  # ?\n    @classmethod\n    def n(cls, c):\n        cls._m('a')\n",
    );
    class(
        "    def _m(self, x):\n        show(x)  # ?\n    def n(self, k):\n        self._m('a')\n        getattr(self, '_' + k)(1)\n",
    );
    class(
        "    def _m(self, x):\n        show(x)  # str\n    def n(self, k):\n        self._m('a')\n        getattr(self, 'other')\n",
    );
    class(
        "    def _m(self, x):\n        show(x)  # ?\n    def n(self, k):\n        self._m('a')\n        self.__class__.__dict__[k](self, 1)\n",
    );
    class(
        "    def __m(self, x):\n        show(x)  # ?\n    def n(self, k):\n        self.__m('a')\ng(C()._C__m(1))\n",
    );
    class("    def __m(self, x):\n        show(x)  # str\n    def n(self, k):\n        self.__m('a')\n");
    // A function that nobody is seen to call is called by somebody else.
    check("def f(x='a'):\n    show(x)  # ?\n");
}

#[test]
fn python_names_classes_functions_and_modules() {
    check("show(__name__)  # ~str\nshow(__file__)  # ~str\nshow(__doc__)  # ?\n");
    check("__name__ = 1\ndef f():\n    show(__name__)  # ?\n");
    check("show(type(x).__name__)  # ~str\nshow(x.__class__.__name__)  # ~str\nshow(x.__name__)  # ?\n");
    check("def type(x): return x\nshow(type(x).__name__)  # ?\n");
    check("show(type('A', (), {}).__name__)  # ?\n");
    check("def f(): return show(f.__name__)  # ~str\n");
    check("@g\ndef f(): return show(f.__name__)  # ?\n");
    check("def f(): return show(f.__name__)  # ?\nf = 1\n");
    check(
        "import os, string\nshow(os.sep)  # str\nshow(string.digits)  # str\nshow(os.altsep)  # ?\nshow(os.x)  # ?\n",
    );
    check("import os\nos.sep = 1\nshow(os.sep)  # ?\n");
    check("try: import os\nexcept E: os = None\nshow(os.sep)  # ?\n");
    check("def f(os): return show(os.sep)  # ?\n");
}

#[test]
fn unpacking_with_a_star() {
    check("def f():\n    a, *b = 'a b'.split()\n    show(a)  # str\n    show(b)  # list\n");
    check("def f():\n    a, *b = ('a', 1)\n    show(a)  # ?\n    show(b)  # list\n");
    check(
        "def f():\n    a, (b, *c) = 'a', 'bcd'\n    show(a)  # str\n    show(b)  # str\n    show(c)  # list\n",
    );
    check("def f():\n    a, *b = 'a b'.split()\n    b.append(1)\n    show(b[0])  # ?\n");
    check("def f():\n    for a, *b in ['ab']:\n        show(b)  # list\n        show(a)  # str\n");
}

#[test]
fn an_index_may_be_a_slice() {
    check(
        "def f(i):\n    t = ('a', 'b')\n    show(t[i])  # ?\n    show(t[slice(1)])  # ?\n    show(t[-1])  # str\n",
    );
    check(
        "def f(i):\n    t = ['a', 'b']\n    show(t[i])  # ?\n    show(t[len(i)])  # str\n    show(t[i:])  # list[str]\n",
    );
    check(
        "def f(i):\n    for j in range(2):\n        show(['a', 'b'][j])  # str\n        show('ab'[i])  # str\n",
    );
    check("def f(i):\n    show(b'ab'[i])  # ?\n    show(b'ab'[0])  # int\n    show(range(3)[i])  # ?\n");
}

#[test]
fn python2_differs() {
    let python2 = Target { oldest: PythonVersion::PY27, newest: PythonVersion::PY27 };
    let check = |text| check_in(text, python2, Dialect::Python2, &LoneFile);
    check("show(float(x))  # ~float\nshow(float('1'))  # float\nshow(hex(x))  # ~str\nshow(oct(8))  # str\n");
    check("show(raw_input())  # ?\nshow((1, 'a', 2, 3, 4, 5, 6, 7, 8, 9)[010])  # ?\n");
    check("def f(**k):\n    for key in k:\n        show(key)  # ?\n");
    check("def f(xs):\n    x = 'a'\n    ys = [x for x in xs]\n    show(x)  # ?\n");
    let both = Target { oldest: PythonVersion::PY27, newest: PythonVersion::new(3, 8) };
    let check = |text| check_in(text, both, Dialect::Python3, &LoneFile);
    check("def f(xs):\n    x = 'a'\n    ys = [x for x in xs]\n    show(x)  # ?\n");
    check("def f(xs):\n    x = 'a'\n    ys = {x for x in xs}\n    show(x)  # str\n");
}

#[test]
fn asynchronous_generators_are_no_iterators() {
    check("async def f(xs):\n    show((x async for x in xs))  # ?\n    show((await x for x in xs))  # ?\n");
    check("async def f(xs):\n    show([x async for x in xs])  # list\n");
}
