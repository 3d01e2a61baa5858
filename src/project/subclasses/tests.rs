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
fn subclasses_that_behave_otherwise_are_found() {
    for (text, name) in [
        ("class A(str):\n    def __str__(self): return ''\n", "A"),
        ("class A(str):\n    def __format__(self, spec): return ''\n", "A"),
        ("class A(str):\n    __radd__ = f\n", "A"),
        ("class A(str):\n    if x:\n        def __add__(self, other): return ''\n", "A"),
        ("class A(str):\n    def upper(self): return self\n", "A"),
        ("class A(str): pass\nclass B(A):\n    def __iter__(self): return f()\n", "B"),
        ("class A(str, Enum):\n    x = 'x'\n", "A"),
        ("class A(str, enum.Enum): pass\n", "A"),
        ("class A(enum.StrEnum): pass\n", "A"),
        ("class A(models.TextChoices): pass\n", "A"),
        ("class M:\n    def __str__(self): return ''\nclass A(M, str): pass\n", "M"),
        ("class N:\n    def __add__(self, o): pass\nclass M(N): pass\nclass A(M, str): pass\n", "N"),
        ("class A(other.Mixin, str): pass\n", "A"),
        ("class A(str, metaclass=Meta): pass\n", "A"),
        ("class A(six.with_metaclass(Meta, str)): pass\n", "A"),
        ("class A(six.text_type):\n    def __mod__(self, o): pass\n", "A"),
        ("text = str\nclass A(text):\n    def __mod__(self, o): pass\n", "A"),
        ("from six import text_type as text\nclass A(text):\n    def __mod__(self, o): pass\n", "A"),
        ("@decorated\nclass A(str): pass\n", "A"),
        ("class A[T](str):\n    def __eq__(self, other): pass\n", "A"),
        ("class A(  # why\n    str,\n):\n    def __hash__(self): pass\n", "A"),
        ("class A(str):\n    def x(self): pass\nno Python\n", "A"),
    ] {
        assert_eq!(found(text, Class::Str), Some(format!("{name} in pkg/kinds.py")), "{text}");
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
        "class A(collections.UserString):\n    def __str__(self): return ''\n",
        "class A(int):\n    def __str__(self): return ''\n",
        "class A(str):\n    def method(self):\n        def __str__(): pass\n",
        "class A(Generic[T], str): pass\n",
        "@final\nclass A(str): pass\n",
        "class M:\n    def helper(self): pass\nclass A(M, str): pass\n",
        "# class A(str):\n#     def __str__(self): pass\n",
        "class A(Enum):\n    x = 'x'\n",
        "x = type(str)\ny = isinstance(x, (str, int))\n",
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
    assert_eq!(found("class A(IntEnum): pass\n", Class::Int), Some("A in pkg/kinds.py".to_owned()));
    let point = "class P(namedtuple('P', 'x y')):\n    def norm(self): pass\n";
    assert_eq!(found(point, Class::Tuple), None);
    let point = "class P(namedtuple('P', 'x y')):\n    def __iter__(self): pass\n";
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
    assert_eq!(ask_in(&[one, two], "", Class::Str), expected);
    assert_eq!(ask_in(&[one], "", Class::Str), Subclasses::None);
    assert_eq!(ask_in(&[two], "", Class::Str), Subclasses::None);
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
