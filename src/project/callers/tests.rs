//! Calls from other files, asked in small projects on disk.

use crate::project::{Project, ProjectRoot};
use crate::semantic::{CallSite, Callee, Class, Type, World};
use std::fs;
use tempfile::TempDir;

fn project(files: &[(&str, &str)]) -> TempDir {
    let top = tempfile::tempdir().unwrap();
    fs::write(top.path().join("setup.cfg"), "").unwrap();
    for (path, text) in files {
        let path = top.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    top
}

const OWN: &str = "def func(a, b=1): pass\nclass K:\n    def meth(self, a): pass\n";

fn ask_in(files: &[(&str, &str)], callee: Callee<'_>) -> Option<Vec<CallSite>> {
    let mut all = vec![("pkg/__init__.py", ""), ("pkg/mod.py", OWN)];
    all.extend(files);
    let top = project(&all);
    let path = top.path().join("pkg/mod.py");
    Project::new(ProjectRoot::find(&path)).world_for(&path).calls_elsewhere(callee)
}

/// How many calls of `func` the text has, if all is understood.
fn function_calls(text: &str) -> Option<usize> {
    ask_in(&[("use.py", text)], Callee::Function("func")).map(|sites| sites.len())
}

fn method_calls(text: &str) -> Option<usize> {
    ask_in(&[("use.py", text)], Callee::Method("meth")).map(|sites| sites.len())
}

#[test]
fn calls_of_functions_are_found() {
    for (text, count) in [
        ("from pkg.mod import func\nfunc('a')\nfunc(b=1, a=2)\n", 2),
        ("from pkg.mod import func as f\ndef g():\n    return f('a')\n", 1),
        ("import pkg.mod\npkg.mod.func(1)\n", 1),
        ("import pkg.mod as m\nm.func(1)\n", 1),
        ("from pkg import mod\nprint mod.func(1)\n", 1),
        ("from .mod import func\nfunc(x)\n", 1),
        ("def later():\n    from pkg.mod import func\n    func(1)\n", 1),
        ("try:\n    from pkg.mod import func\nexcept ImportError:\n    func = None\nfunc(1)\n", 1),
        ("from pkg.mod import *\nfunc(1)\n", 1),
        ("import sys\nsys.modules['pkg.mod'].func(1)\n", 1),
        // May be ours: it is taken for a call of it.
        ("x.func(1)\n", 1),
        ("from pkg import func\nfunc(1)\n", 1),
    ] {
        assert_eq!(function_calls(text), Some(count), "{text}");
    }
}

#[test]
fn what_is_no_call_of_the_function_is_harmless() {
    for text in [
        "# func\n",
        "'''Talks of func() and of pkg.mod.func.'''\n",
        "def g():\n    \"\"\"See :func:`pkg.mod.func`.\"\"\"\n",
        "def func(x): pass\nfunc(1)\nmap(func, [])\n",
        "g(func=1)\n",
        "for func in []: func()\n",
        "lambda func: func\n",
        "import os\nos.func(1)\nos.path.func\n",
        "from os import path\npath.func(1)\n",
        "from os import func\nmap(func, [])\n",
        "class A:\n    def func(self): self.func()\n    def g(self): return self.func\n",
        "'%s'.func\n",
        "print('a func is a func')\n",
        "__all__ = ['func']\n",
    ] {
        assert_eq!(function_calls(text), Some(0), "{text}");
    }
    // A package may be called otherwise than its directory.
    let setup = ("setup.py", "setup(package_dir={'name': 'pkg'})\n");
    let user = ("use.py", "from name import func\nmap(func, [])\n");
    assert_eq!(ask_in(&[setup, user], Callee::Function("func")), None);
    let user = ("use.py", "from name import mod\nx = mod.func\n");
    assert_eq!(ask_in(&[user], Callee::Function("func")), None);
    let user = ("use.py", "import name\nx = name.mod.func\n");
    assert_eq!(ask_in(&[user], Callee::Function("func")), None);
    let other = ("other.py", "def func(): pass\n");
    let user = ("use.py", "from other import func\nmap(func, [])\n");
    assert_eq!(ask_in(&[other, user], Callee::Function("func")), Some(Vec::new()));
}

#[test]
fn other_uses_of_the_function_leave_nothing_known() {
    for text in [
        "from pkg.mod import func\nmap(func, [1])\n",
        "from pkg.mod import func\nfunc(*args)\n",
        "from pkg.mod import func\nfunc(**kw)\n",
        "from pkg.mod import func\n@func\ndef g(): pass\n",
        "from pkg.mod import func as f\ng = f\n",
        "class A:\n    from pkg.mod import func\n",
        "import pkg.mod\npkg.mod.func = None\n",
        "import pkg.mod\nx = pkg.mod.func\n",
        "import pkg.mod\ngetattr(pkg.mod, 'func')(1)\n",
        "import pkg.mod\ngetattr(pkg.mod, name)(1)\n",
        "import pkg.mod\nvars(pkg.mod)\n",
        "mock.patch('pkg.mod.func')\n",
        "mock.patch.multiple('pkg.mod', func=1)\n",
        "entry = 'pkg.mod:func'\n",
        "exec('from pkg.mod import func; func(1)')\n",
        "timeit('m.func(1)')\n",
        "def g():\n    '''\n    >>> func(1)\n    '''\n",
        "from pkg.mod import *\nmap(func, [])\n",
        "x = `pkg.mod.func(1)`\n",
        "from pkg.mod import func\nfunc(1)\nthis is no Python\n",
        "x.func(*args)\n",
    ] {
        assert_eq!(function_calls(text), None, "{text}");
    }
}

#[test]
fn re_exports_are_followed() {
    let call = ("use.py", "from pkg import func\nfunc(1)\n");
    let same = ("pkg/__init__.py", "from .mod import func\n");
    let count = |files: &[(&str, &str)]| ask_in(files, Callee::Function("func")).map(|sites| sites.len());
    assert_eq!(count(&[same, call]), Some(1));
    let renamed = ("pkg/api.py", "from .mod import func as other\n");
    assert_eq!(count(&[renamed]), Some(0));
    assert_eq!(count(&[renamed, ("use.py", "from pkg.api import other\nother(1)\n")]), None);
    let used = ("pkg/api.py", "from .mod import func as other\nother(1)\n");
    assert_eq!(count(&[used, ("use.py", "other = 3\n")]), Some(1));
}

#[test]
fn all_kinds_of_files_are_understood_or_not() {
    let count =
        |path: &str, text: &str| ask_in(&[(path, text)], Callee::Function("func")).map(|sites| sites.len());
    let call = "from pkg.mod import func\nfunc(1)\n";
    for path in ["a.py", "a.pyw", ".hidden/a.py", "build/a.py"] {
        assert_eq!(count(path, call), Some(1), "{path}");
    }
    assert_eq!(count("bin/run", &format!("#!/usr/bin/env python\n{call}")), Some(1));
    assert_eq!(count("pkg/mod.pyi", "def func(a: str) -> None: ...\n"), Some(0));
    assert_eq!(count("a.pyx", call), None);
    assert_eq!(count("a.ipynb", r#"{"cells": [{"source": ["func(1)"]}]}"#), None);
    assert_eq!(count("a.toml", "[project.scripts]\nrun = 'pkg.mod:func'\n"), None);
    assert_eq!(count("a.cfg", "[x]\ny = func\n"), None);
    assert_eq!(count("a.cfg", "[x]\nfunc = y\n"), Some(0));
    assert_eq!(count("a.html", "{{ m.func(1) }}"), None);
    assert_eq!(count("a.html", "<p>the func</p>"), Some(0));
    assert_eq!(count("a.rst", "Talks of func(1).\n"), Some(0));
    assert_eq!(count("a.rst", ">>> func(1)\n"), None);
    assert_eq!(count("a.py", "# \u{e4}\n"), Some(0));
}

#[test]
fn calls_of_methods_are_found() {
    for (text, count) in [
        ("x.meth('a')\nf().meth(a=1)\n", 2),
        ("class A(K):\n    def g(self):\n        self.meth(1)\n        super().meth(2)\n", 2),
        ("# meth\nmeth = 1\nf(meth=meth)\ndef meth(): pass\n", 0),
        ("import os\nos.meth(1)\n' '.meth(1)\n", 0),
        ("'''The meth() of it.'''\n", 0),
        ("getattr(x, 'other')(1)\n", 0),
    ] {
        assert_eq!(method_calls(text), Some(count), "{text}");
    }
}

#[test]
fn other_uses_of_the_method_leave_nothing_known() {
    for text in [
        "x.meth\n",
        "x.meth = f\n",
        "x.meth(*a)\n",
        "K.meth(k, 1)\n",
        "Base.meth(self, 1)\n",
        "base.meth(self, 1)\n",
        "obj.meth(self, 1)\n",
        "type(x).meth(x, 1)\n",
        "x.__class__.meth(x, 1)\n",
        "class A:\n    def meth(self, a): pass\n",
        "class A(K):\n    meth = None\n",
        "getattr(x, 'meth')(1)\n",
        "getattr(x, 'me' + y)(1)\n",
        "getattr(x, 'm%s' % y)(1)\n",
        "getattr(x, name)(1)\n",
        "operator.methodcaller('meth', 1)\n",
        "mock.patch.object(K, 'meth')\n",
        "type('A', (K,), dict(meth=f))\n",
        "type('A', (K,), {'meth': f})\n",
        "@x.meth\ndef g(): pass\n",
    ] {
        assert_eq!(method_calls(text), None, "{text}");
    }
}

#[test]
fn names_that_are_put_together_are_feared() {
    let ask = |name: &str, text: &str| ask_in(&[("use.py", text)], Callee::Method(name)).is_some();
    let visit = "def visit(x, n):\n    m = 'visit_%s' % n\n    return getattr(x, m)(n)\n";
    assert!(!ask("visit_Name", visit));
    assert!(!ask("_do_it", "getattr(self, '_do_' + x)\n"));
    assert!(!ask("_x_handler", "getattr(self, '%s_handler' % x)\n"));
    assert!(ask("_other", "getattr(self, '_do_' + x)\n"));
    assert!(!ask("_private", "getattr(x, y)\n"));
    assert!(!ask("_private", "getattr(self, x)\n"));
    assert!(ask("_private", "class A:\n    def f(self): getattr(self, x)\n"));
    assert!(!ask("_any", "for n in dir(x): getattr(x, n)()\n"));
    assert!(!ask("_any", "getattr(x, 'a_' + y if z else w)\n"));
    assert!(!ask("_any", "getattr(x, 'a_' * y + z)\n"));
    assert!(ask("_any", "getattr(x, f'a_{y}')\ngetattr(x, 'a_{}'.format(y))\ngetattr(x, 'a' + y + z)\n"));
    assert!(!ask("a_any", "getattr(x, f'a_{y}')\n"));
    assert!(!ask("_any", "vars(type(x))[y]()\n"));
    assert!(!ask("_any", "x.__dict__[y]()\n"));
    assert!(!ask("_any", "inspect.getmembers(x)\n"));
    assert!(!ask("_any", "exec(text)\n"));
    assert!(ask("_any", "class A:\n    def f(self): self.__dict__.update(x)\n"));
    assert!(!ask("public", "getattr(x, y)\n"));
    // `self` is an object of that file, unless there are relatives of its class.
    assert!(ask("public", "class A:\n    def f(self): getattr(self, x)\n"));
    assert!(!ask("public", "class A(K):\n    def f(self): getattr(self, x)\n"));
    assert!(ask("_name", "class A:\n    def f(self): getattr(self, '_' + x)\n"));
    assert!(!ask("_name", "class A(B):\n    def f(self): getattr(self, '_' + x)\nclass B(K): pass\n"));
    assert!(!ask("_name", "class A:\n    def f(self): getattr(self, '_' + x)\nclass C(A, K): pass\n"));
    assert!(!ask("onclick", "getattr(x, 'on' + y)\n"));
    assert!(!ask("doclick", "getattr(x, y + 'click')\n"));
}

#[test]
fn special_and_private_names() {
    let ask = |name: &str, text: &str| ask_in(&[("use.py", text)], Callee::Method(name)).is_some();
    assert!(!ask("__add__", ""));
    assert!(!ask("größe", ""));
    assert!(ask("__hidden", "x = 1\n"));
    assert!(!ask("__hidden", "x._K__hidden(1)\n"));
    let tests = [("pkg/test_it.py", "def test_x(a): pass\n")];
    let top = project(&tests);
    let path = top.path().join("pkg/test_it.py");
    let project = Project::new(ProjectRoot::find(&path));
    assert_eq!(project.world_for(&path).calls_elsewhere(Callee::Function("test_x")), None);
}

#[test]
fn arguments_have_types() {
    let text = "from pkg.mod import func\nx = 1.5\ndef g(y):\n    func('a', x)\n    func(y, b=['c'])\n";
    let sites = ask_in(&[("use.py", text)], Callee::Function("func")).unwrap();
    let str_type = Type::exact(Class::Str);
    let expected = [
        CallSite { positional: vec![str_type.clone(), Type::exact(Class::Float)], keywords: vec![] },
        CallSite {
            positional: vec![Type::Unknown],
            keywords: vec![("b".to_owned(), Type::of(Class::List, str_type))],
        },
    ];
    assert_eq!(sites, expected);
}

#[test]
fn answers_do_not_depend_on_who_asks_first() {
    use rayon::prelude::*;
    let files = [
        ("a.py", "from b import _two\ndef _one(x):\n    _two(x)\n"),
        ("b.py", "from a import _one\ndef _two(x):\n    _one(x)\n_one('s')\n"),
    ];
    let top = project(&files);
    let ask = |project: &Project, file: &str, name: &str| {
        project.world_for(&top.path().join(file)).calls_elsewhere(Callee::Function(name))
    };
    let questions = [("a.py", "_one"), ("b.py", "_two")];
    let alone: Vec<_> = questions
        .iter()
        .map(|(file, name)| ask(&Project::new(ProjectRoot::find(top.path())), file, name))
        .collect();
    assert_eq!(alone[0].as_ref().map(Vec::len), Some(2));
    for _ in 0..8 {
        let project = Project::new(ProjectRoot::find(top.path()));
        let together: Vec<_> = (0..16)
            .into_par_iter()
            .map(|index| ask(&project, questions[index % 2].0, questions[index % 2].1))
            .collect();
        assert!(together.iter().enumerate().all(|(index, found)| *found == alone[index % 2]));
    }
}

const GETTER: &str = "def find(thing, name): return getattr(thing, name)\n";

#[test]
fn functions_found_by_computed_names_have_unknown_callers() {
    for text in [
        "import importlib\nmod = importlib.import_module('pkg.' + n)\ngetattr(mod, n)(1)\n",
        "import importlib\nmod = importlib.import_module('pkg.mod')\nfor n in dir(mod): getattr(mod, n)(1)\n",
        "mod = __import__('pkg.mod')\nvars(mod)[n](1)\n",
        "mod = __import__('pkg.mod')\nmod.__dict__[n](1)\n",
        "import sys\ngetattr(sys.modules['pkg.mod'], n)(1)\n",
        "import pkgutil\nfor x in pkgutil.iter_modules(): getattr(x, n)\n",
        "from pkg.mod import *\nglobals()[n](1)\n",
        "from pkg.mod import func\nfunc(1)\nglobals()[n](2)\n",
        "from pkg.mod import *\nvars()[n](1)\n",
        "import operator, pkg.mod\noperator.attrgetter(n)(pkg.mod)(1)\n",
        "import operator, pkg.mod\noperator.methodcaller(n, 1)(pkg.mod)\n",
        "import runpy\nrunpy.run_path('pkg/mod.py')[n](1)\n",
        "exec(open('pkg/mod.py').read())\n",
        "eval(text)\n",
        "eval('[func][0](1)')\n",
        "execfile('pkg/mod.py')\n",
        "from django.utils.module_loading import import_string\nimport_string(n)(1)\n",
        "import fire\nfrom pkg.mod import func\nfire.Fire()\n",
        "from pkg import mod\nplugins = [mod]\nfor p in plugins: getattr(p, n)(1)\n",
        "import pkg.mod\nplugins = [pkg.mod]\nfor p in plugins: getattr(p, n)(1)\n",
        "from pkg import mod\nf = getattr\nf(mod, n)(1)\n",
        "from pkg import mod as m\ngetattr(m, n)(1)\n",
        "import pkg\ngetattr(pkg.mod, n)(1)\n",
        "import pkg\ngetattr(getattr(pkg, m), n)(1)\n",
        "import sys\nsys._getframe().f_globals[n](1)\n",
        "from pkg.mod import func\nfunc(1)\nother.__globals__[n](2)\n",
        "import code\ncode.InteractiveConsole().interact()\n",
        "import inspect, pkg.mod\ninspect.getmembers(pkg.mod)\n",
        "from operator import attrgetter as a\nimport pkg.mod\na(n)(load(pkg.mod))\n",
        "import builtins\ngetattr(builtins, n)(text)\n",
        "from builtins import exec as run\nrun(text)\n",
        "from sys import modules\ngetattr(modules[n], n)(1)\n",
        "import gc\ngc.get_objects()[0](1)\n",
        "class C:\n    from pkg import mod\ndef get(x, n): return getattr(x, n)\nget(C.mod, n)(1)\n",
        "def f(x):\n    match x:\n        case object(func=g): g(1)\n",
    ] {
        assert_eq!(function_calls(text), None, "{text}");
    }
    // One file holds the module, another searches it, or searches one that has the name from it.
    let ask = |files: &[(&str, &str)]| ask_in(files, Callee::Function("func")).map(|sites| sites.len());
    assert_eq!(ask(&[("one.py", GETTER), ("two.py", "from pkg import mod\nfind(mod, n)\n")]), None);
    assert_eq!(
        ask(&[("one.py", GETTER), ("two.py", "import importlib\nimportlib.import_module(n)\n")]),
        None
    );
    let api = ("api.py", "from pkg.mod import func\n");
    assert_eq!(ask(&[api, ("two.py", "import api\ngetattr(api, n)(1)\n")]), None);
    let renamed = ("api.py", "import pkg.mod as other\n");
    for user in [
        "from api import other\ngetattr(other, n)(1)\n",
        "from api import *\ngetattr(other, n)(1)\n",
        "import api\nx = [api.other]\ngetattr(x[0], n)(1)\n",
        "from api import other\nx = [other]\ngetattr(x[0], n)(1)\n",
    ] {
        assert_eq!(ask(&[renamed, ("use.py", user)]), None, "{user}");
    }
    assert_eq!(ask(&[("use.py", "import pkg.mod\npkg.mod.__getattribute__(n)(1)\n")]), None);
    let star = ("api.py", "from pkg.mod import *\n");
    assert_eq!(ask(&[star, ("two.py", "import api\ngetattr(api, n)(1)\n")]), None);
    assert_eq!(ask(&[("run.sh", "python -c 'import pkg.mod; pkg.mod.func(3)'\n")]), None);
    assert_eq!(ask(&[("Makefile", "x:\n\tpython -c 'from pkg.mod import func; func(3)'\n")]), None);
}

#[test]
fn a_file_may_import_itself() {
    let ask = |own: &str| {
        let top = project(&[("mod.py", own)]);
        let path = top.path().join("mod.py");
        let world = Project::new(ProjectRoot::find(&path));
        world.world_for(&path).calls_elsewhere(Callee::Function("func")).map(|sites| sites.len())
    };
    assert_eq!(ask("def func(a): pass\nfrom mod import func as f\nf(1)\n"), None);
    assert_eq!(ask("def func(a): pass\ndef g():\n    from mod import func\n    func(1)\n"), None);
    assert_eq!(ask("def func(a): pass\nfrom other import *\nfunc(1)\n"), Some(0));
    assert_eq!(ask("def func(a): pass\nimport mod\ngetattr(mod, n)(1)\n"), None);
}

#[test]
fn what_cannot_find_a_function_is_harmless() {
    for text in [
        GETTER,
        "import importlib\nimportlib.import_module(n).run()\n",
        "class A:\n    def f(self, n): return getattr(self, n)\n",
        "import os\ngetattr(os, n)\n",
        "import pkg.other\ngetattr(os, 'path')\n",
        "model.eval()\n",
        "print('%s' % locals())\n",
        "class A:\n    def f(self): self.__dict__.update(x)\n",
        "def g(x): return vars(x)\n",
    ] {
        assert_eq!(function_calls(text), Some(0), "{text}");
    }
}

#[test]
fn methods_of_mixins_are_called_by_code_that_nobody_sees() {
    let ask = |text: &str| ask_in(&[("use.py", text)], Callee::Method("meth")).is_some();
    assert!(!ask("class A(K, lib.View): pass\n"));
    assert!(!ask("class A(K): pass\nclass B(A, View): pass\n"));
    assert!(ask("class A(K): pass\nclass B(A, object): pass\n"));
}
