//! Subclasses of builtin classes, asked in small projects on disk.

use crate::project::{Project, ProjectRoot};
use crate::semantic::{Class, Subclasses, World};
use std::fs;

fn ask_in(files: &[(&str, &str)], own: &str, class: Class) -> Subclasses {
    let top = tempfile::tempdir().unwrap();
    fs::write(top.path().join("setup.cfg"), "").unwrap();
    for (path, text) in files.iter().chain([&("mod.py", own)]) {
        let path = top.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let path = top.path().join("mod.py");
    Project::new(ProjectRoot::find(&path)).world_for(&path).overriding_subclass(class)
}

fn found(text: &str, class: Class) -> Option<String> {
    match ask_in(&[("pkg/kinds.py", text)], "", class) {
        Subclasses::None => None,
        Subclasses::Some(name) => Some(name),
        Subclasses::Unknown => Some("nobody knows".to_owned()),
    }
}

#[test]
fn a_metaclass_that_only_calls_adds_nothing() {
    let with = |members: &str| {
        found(&format!("class M(type):\n{members}\nclass A(metaclass=M): pass\n"), Class::Str)
    };
    assert_eq!(with("    _one = None\n    def __call__(cls): return cls._one\n"), None);
    for members in [
        "    def __new__(*x): return made(x)\n",
        "    def mro(cls): return [cls, str]\n",
        "    __call__ = made\n    __prepare__ = made\n",
    ] {
        assert!(with(members).is_some(), "{members}");
    }
}

#[test]
fn subclasses_that_behave_otherwise_are_found() {
    for (text, name) in [
        ("class A(str):\n    def __str__(self): return ''\n", "A"),
        ("class A(str):\n    def __format__(self, spec): return ''\n", "A"),
        ("class A(str):\n    __radd__ = f\n", "A"),
        ("class A(str):\n    if x:\n        def __add__(self, other): return ''\n", "A"),
        ("class A(str):\n    def upper(self): return self\n", "A"),
        ("class A(str): pass\nclass B(A):\n    def __iter__(self): return f()\n", "B"),
        ("from enum import Enum\nclass A(str, Enum):\n    x = 'x'\n", "A"),
        ("import enum\nclass A(str, enum.Enum): pass\n", "A"),
        ("import enum\nclass A(enum.StrEnum): pass\n", "A"),
        ("from lib import Words\nclass A(Words):\n    def upper(self): pass\n", "A"),
        ("class M:\n    def __str__(self): return ''\nclass A(M, str): pass\n", "A"),
        ("class N:\n    def __add__(self, o): pass\nclass M(N): pass\nclass A(M, str): pass\n", "A"),
        ("class A(other.Mixin, str): pass\n", "A"),
        ("class A(str, metaclass=Meta): pass\n", "A"),
        ("import six\nclass A(six.text_type):\n    def __mod__(self, o): pass\n", "A"),
        ("text = str\nclass A(text):\n    def __mod__(self, o): pass\n", "A"),
        ("from six import text_type as text\nclass A(text):\n    def __mod__(self, o): pass\n", "A"),
        ("@decorated\nclass A(str): pass\n", "A"),
        ("class A[T](str):\n    def __eq__(self, other): pass\n", "A"),
        ("class A(  # why\n    str,\n):\n    def __hash__(self): pass\n", "A"),
        ("class A(str):\n    def x(self): pass\nno Python\n", "some class"),
    ] {
        let shown = found(text, Class::Str).map(|shown| shown.replace(", which has errors", ""));
        assert_eq!(shown, Some(format!("{name} in pkg/kinds.py")), "{text}");
    }
    let made = "A = type('A', (str,), {'__str__': f})\n";
    assert_eq!(found(made, Class::Str), Some("a class made by a call in pkg/kinds.py".to_owned()));
}

#[test]
fn other_classes_do_not_count() {
    for text in [
        "class A(str): pass\n",
        "class A(str):\n    '''A string.'''\n    __slots__ = ()\n    def __new__(cls): pass\n    def helper(self): pass\n",
        "class A(str):\n    def __repr__(self): return ''\n",
        "class A:\n    def __str__(self): return ''\n",
        "import collections\nclass A(collections.UserString):\n    def __str__(self): return ''\n",
        "class A(int):\n    def __str__(self): return ''\n",
        "class A(str):\n    def method(self):\n        def __str__(): pass\n",
        "from typing import Generic\nclass A(Generic[T], str): pass\n",
        "@final\nclass A(str): pass\n",
        "class M:\n    def helper(self): pass\nclass A(M, str): pass\n",
        "# class A(str):\n#     def __str__(self): pass\n",
        "from enum import Enum\nclass A(Enum):\n    x = 'x'\n",
        "x = type(z)\ny = isinstance(x, (str, int))\n",
    ] {
        assert_eq!(found(text, Class::Str), None, "{text}");
    }
}

#[test]
fn other_builtin_classes_have_subclasses_too() {
    for (class, name) in [
        (Class::Int, "int"),
        (Class::Float, "float"),
        (Class::List, "list"),
        (Class::Dict, "dict"),
        (Class::Set, "set"),
        (Class::Tuple, "tuple"),
        (Class::Bytes, "bytes"),
    ] {
        let text = format!("class A({name}):\n    def __iter__(self): return f()\n");
        assert_eq!(found(&text, class), Some("A in pkg/kinds.py".to_owned()), "{name}");
        let plain = format!("class A({name}):\n    def helper(self): pass\n");
        assert_eq!(found(&plain, class), None, "{name}");
    }
    assert_eq!(
        found("from enum import IntEnum\nclass A(IntEnum): pass\n", Class::Int),
        Some("A in pkg/kinds.py".to_owned())
    );
    let point =
        "from collections import namedtuple\nclass P(namedtuple('P', 'x y')):\n    def norm(self): pass\n";
    assert_eq!(found(point, Class::Tuple), None);
    let point = "from collections import namedtuple\nclass P(namedtuple('P', 'x y')):\n    def __iter__(self): pass\n";
    assert_eq!(found(point, Class::Tuple), Some("P in pkg/kinds.py".to_owned()));
    let shown = "class A(int):\n    def __repr__(self): return 'one'\n";
    assert_eq!(found(shown, Class::Int), Some("A in pkg/kinds.py".to_owned()));
    assert_eq!(found("class A(bool): pass\n", Class::Bool), None);
}

#[test]
fn chains_lead_through_files() {
    let one = ("one.py", "class A(str): pass\n");
    let two = ("two.py", "from one import A\nclass B(A):\n    def __str__(self): pass\n");
    let expected = Subclasses::Some("B in two.py".to_owned());
    assert_eq!(ask_in(&[one, two], "", Class::Str), expected.clone());
    assert_eq!(ask_in(&[one], "", Class::Str), Subclasses::None);
    // Whatever is not here may be a string.
    assert_eq!(ask_in(&[two], "", Class::Str), expected);
    let cython = ("kinds.pyx", "cdef class A(str):\n    pass\n");
    assert_eq!(ask_in(&[cython], "", Class::Str), Subclasses::Some("A in kinds.pyx".to_owned()));
}

#[test]
fn files_that_touch_an_offender_are_told() {
    for own in [
        "import markupsafe\n",
        "from markupsafe import Markup\n",
        "import os, markupsafe as m\n",
        "from django.utils.safestring import mark_safe\n",
        "from django.utils import html, encoding\n",
        "import django.utils.html\n",
        "import lxml.etree\n",
        "import numpy as np\n",
    ] {
        assert!(matches!(ask_in(&[], own, Class::Str), Subclasses::Some(_)), "{own}");
    }
    for own in [
        "import mymarkupsafe\n",
        "from django.utils import encoding\n",
        "from other import markupsafe\n",
        "import signal\n",
        "import re\n",
    ] {
        assert_eq!(ask_in(&[], own, Class::Str), Subclasses::None, "{own}");
    }
    // What another file imports does not matter.
    assert_eq!(ask_in(&[("a.py", "import markupsafe\n")], "", Class::Str), Subclasses::None);
    let signal = ask_in(&[], "import signal\n", Class::Int);
    assert_eq!(signal, Subclasses::Some("Signals in signal".to_owned()));
}

#[test]
fn nobody_knows_what_a_rebound_name_means() {
    for own in ["str = unicode\n", "from six import text_type as str\n", "def str(x): pass\n"] {
        assert_eq!(ask_in(&[], own, Class::Str), Subclasses::Unknown, "{own}");
    }
    for own in [
        "x = str\n",
        "f(str=1)\n",
        "def f(x: str = ''): pass\n",
        "self.str = 1\n",
        "x: Optional[str] = None\n",
        "if str == x: pass\n",
    ] {
        assert_eq!(ask_in(&[], own, Class::Str), Subclasses::None, "{own}");
    }
    let top = tempfile::tempdir().unwrap();
    let project = Project::new(ProjectRoot::find(top.path()));
    let elsewhere = project.world_for(std::path::Path::new("/nowhere/mod.py"));
    assert_eq!(elsewhere.overriding_subclass(Class::Str), Subclasses::Unknown);
}

const JOURNAL: &str = "    def append(self, x): print(x)\n";

#[test]
fn whatever_may_be_the_builtin_class_counts_as_it() {
    for head in [
        "from typing import List\nclass A(List[int]):\n",
        "import typing as t\nclass A(t.List):\n",
        "class A(type([])):\n",
        "def base(): return list\nclass A(base()):\n",
        "bases = [list]\nclass A(bases[0]):\n",
        "import lib\nclass A(lib.Items):\n",
        "from lib import *\nclass A(Items):\n",
        "import sys\nfrom lib import Items\nItems = sys.modules\nclass A(Items):\n",
        "Base = object\nif x: Base = list\nclass A(Base):\n",
        "for Base in (list,): pass\nclass A(Base):\n",
        "def make(base):\n  class A(base):\n    def append(self, x): print(x)\n  return A\nclass A:\n",
        "class A(list if x else object):\n",
        "class A(*bases):\n",
        "class A(metaclass=make):\n",
        "class A:\n    __metaclass__ = make\n",
        "class Base: pass\nglobals()['Base'] = list\nclass A(Base):\n",
        "@replaced\nclass Base: pass\nclass A(Base):\n",
        "import builtins\nclass A(builtins.list):\n",
    ] {
        let text = format!("{head}{JOURNAL}");
        assert!(found(&text, Class::List).is_some(), "{text}");
    }
    for text in [
        "A = type('A', (list,), {'append': print})\n",
        "T = type\nA = T('A', (list,), {'append': print})\n",
        "t = type(int)\nA = t('A', (list,), names)\n",
        "from abc import ABCMeta as M\nA = M('A', bases, names)\n",
        "import abc\nM = abc.ABCMeta\nA = M('A', bases, names)\n",
        "t = type(int)\nA = t('A', *rest)\n",
        "from builtins import type as t\nA = t('A', bases, names)\n",
        "from types import new_class as n\nA = n('A', (list,), {}, fill)\n",
        "import dataclasses\nmake = dataclasses.make_dataclass\nA = make('A', [], bases=(list,))\n",
        "import builtins\ngetattr(builtins, name)(text)\n",
        "from builtins import exec as run\nrun(text)\n",
        "import types\nA = types.new_class('A', (list,), {}, fill)\n",
        "class Meta(type): pass\nA = Meta('A', (list,), {'append': print})\n",
        "A = type(B)('A', (list,), {})\n",
        "A = type.__new__(type, 'A', (list,), {})\n",
        "exec('class A(list): pass')\n",
        "exec(open('kinds.txt').read())\n",
        "import runpy\nrunpy.run_path('kinds.cfg')\n",
        "from enum import Enum\nA = Enum('A', 'x y', type=list)\n",
        "class A:\n    __class__ = list\n",
        "class A(list): pass\nclass B(A):\n    def __init__(self):\n        self.append = print\n",
        "class A(list): pass\nsetattr(A, 'app' + 'end', print)\n",
        "class A(list): pass\nA.__iter__ = print\n",
        "class A(list): pass\nmock.patch.object(A, 'append')\n",
        "class A(list): pass\nmock.patch('kinds.A.append')\n",
        "class A(list): pass\nA().__dict__['append'] = print\n",
        "class A(list): pass\nvars(A())['append'] = print\n",
        "class M:\n    def append(self, x): pass\nclass A(M, type([])): pass\n",
        "class A(six.with_metaclass(Meta, str)): pass\n",
        "class Meta(type):\n    def __new__(*made): return made\nclass A(metaclass=Meta): pass\n",
        "class A(mixin(), type([])): pass\n",
    ] {
        assert!(found(text, Class::List).is_some(), "{text}");
    }
}

#[test]
fn what_is_surely_no_such_class_does_not_count() {
    for text in [
        "class A:\n    def append(self, x): pass\n",
        "class A(object):\n    def append(self, x): pass\n",
        "import threading\nclass A(threading.Thread):\n    def append(self, x): pass\n",
        "from tkinter import *\nclass A(Frame):\n    def append(self, x): pass\n",
        "from django.db import models\nclass A(models.Model):\n    def __str__(self): pass\n",
        "class Base(dict): pass\nclass A(Base):\n    def append(self, x): pass\n",
        "class A(Exception):\n    def __str__(self): return ''\n",
        "from abc import ABCMeta\nclass A(metaclass=ABCMeta):\n    def append(self, x): pass\n",
        "from lib import Items\nclass A(Items): pass\n",
        "class A:\n    pass\nsetattr(A(), name, 1)\nA().append = print\n",
        "if type(x) is type(y) or isinstance(x, (type, str)): pass\n",
        "class Meta(type):\n    def __new__(mcs, name, bases, names):\n        return type.__new__(mcs, name, bases, names)\n",
        "class A(list): pass\nA().title = 1\n",
    ] {
        assert_eq!(found(text, Class::List), None, "{text}");
    }
}

#[test]
fn names_that_others_bind_may_be_anything() {
    let kinds = ("kinds.py", "from base import Base\nclass A(Base):\n    def append(self, x): pass\n");
    let base = ("base.py", "class Base: pass\n");
    assert_eq!(ask_in(&[kinds, base], "", Class::List), Subclasses::None);
    for other in ["import base\nbase.Base = list\n", "import base\nsetattr(base, 'Base', list)\n"] {
        let found = ask_in(&[kinds, base, ("other.py", other)], "", Class::List);
        assert_eq!(found, Subclasses::Some("A in kinds.py".to_owned()), "{other}");
    }
    let computed = ("base.py", "Base = type([])\n");
    assert_eq!(ask_in(&[kinds, computed], "", Class::List), Subclasses::Some("A in kinds.py".to_owned()));
    let handed_on = ("base.py", "from bottom import *\n");
    let bottom = ("bottom.py", "from typing import List as Base\n");
    let found = ask_in(&[kinds, handed_on, bottom], "", Class::List);
    assert_eq!(found, Subclasses::Some("A in kinds.py".to_owned()));
    // A Django application has modules of its own that are called like those of Django.
    let forms =
        ("forms.py", "from django import forms\nclass A(forms.Form):\n    def __iter__(self): pass\n");
    assert_eq!(ask_in(&[forms], "", Class::List), Subclasses::None);
}

#[test]
fn methods_set_in_another_file_are_found() {
    let kinds = ("kinds.py", "class A(list): pass\n");
    let other = ("other.py", "from kinds import A\nclass B(A):\n    def f(self): self.append = print\n");
    let expected = Subclasses::Some("an object whose .append is set in other.py".to_owned());
    assert_eq!(ask_in(&[kinds, other], "", Class::List), expected);
    let computed = ("other.py", "def put(x, name): setattr(x, name, print)\n");
    let expected = Subclasses::Some("an object whose a computed name is set in other.py".to_owned());
    assert_eq!(ask_in(&[kinds, computed], "", Class::List), expected);
    assert_eq!(ask_in(&[computed], "", Class::List), Subclasses::None);
}
