//! Names used elsewhere, asked in small projects on disk.

use super::*;
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

fn ask(top: &TempDir, module: &str, name: &str) -> Answer {
    let path = top.path().join(module);
    Project::new(ProjectRoot::find(&path)).world_for(&path).name_used_elsewhere(name)
}

/// The answer for `name` of `pkg/mod.py` when `text` is in another file of the project.
fn asked_with(other: &str, text: &str) -> Answer {
    let top = project(&[("pkg/__init__.py", ""), ("pkg/mod.py", "name = other = 1\n"), (other, text)]);
    ask(&top, "pkg/mod.py", "name")
}

#[test]
fn copiers_are_found() {
    let copies = |other: &str, imports: &[&str]| {
        let top =
            project(&[("pkg/__init__.py", ""), ("pkg/mod.py", "import copy\n"), ("pkg/other.py", other)]);
        let path = top.path().join("pkg/mod.py");
        Project::new(ProjectRoot::find(&path)).world_for(&path).copies_objects(imports)
    };
    assert_eq!(copies("import os, json.decoder as d\nfrom . import mod\nimport pkg.mod", &[]), Answer::No);
    assert_eq!(copies("", &[".other", "pkg.other"]), Answer::No);
    assert_eq!(copies("", &["copy"]), Answer::Yes);
    for text in [
        "import os, pickle",
        "from copy import copy",
        "def f(): import numpy as np",
        "x = (",
        "__import__(x)",
    ] {
        assert_eq!(copies(text, &[]), Answer::Yes, "{text}");
    }
}

#[test]
fn classes_of_other_files_are_read() {
    let found = |module: &str, text: &str| {
        let top = project(&[("pkg/__init__.py", ""), ("pkg/mod.py", ""), ("pkg/other.py", text)]);
        let path = top.path().join("pkg/mod.py");
        Project::new(ProjectRoot::find(&path)).world_for(&path).class_elsewhere(module, "A")
    };
    assert_eq!(
        found(".other", "class A(type):\n    x = 1\nclass B: pass\n").as_deref(),
        Some("(type):\n    x = 1")
    );
    assert_eq!(found("pkg.other", "class A: pass\n").as_deref(), Some(": pass"));
    assert_eq!(found("pkg.other", "class A: pass\nclass A: pass\n"), None);
    assert_eq!(found("pkg.elsewhere", "class A: pass\n"), None);
}

#[test]
fn uses_are_found() {
    let texts = [
        "from pkg.mod import name",
        "from pkg.mod import other, name as n",
        "from pkg.mod import (  # all (of) it\n    other,  # )\n    name,\n)",
        "from pkg.mod import other, \\\n    name",
        "from pkg.mod import other, \\\r\n    name\r\n",
        "from .mod import name",
        "from . import mod\nmod.name",
        "import pkg.mod as m\nprint(m.name)",
        "import pkg.mod\npkg . mod . name = 3",
        "from pkg import mod\nx = (mod.\n     name)",
        "from pkg import mod\nx = (mod.  # why\n     # not\n     name)",
        "from pkg import mod\nx = mod. \\\n  name",
        "import mod\ngetattr(mod, 'name')",
        "import mod\ngetattr(mod, \"name\", None)",
        "mock.patch('pkg.mod.name')",
        "exec('import pkg.mod\\nprint(pkg.mod.name)')",
        "exec(\"from pkg import mod\\ngetattr(mod, \\\"name\\\")\")",
        "entry = 'pkg.mod:name'",
        "entry = 'pkg.mod : name.attribute'",
        "patch.multiple('pkg.mod', name=3)",
        "from pkg.mod import *",
        "from .mod import *",
        "from pkg . mod import (*)",
        "from \\\n  pkg.mod \\\n  import *",
        "import pkg.mod\nvars(pkg.mod)",
        "import pkg.mod as m\nm.__dict__[key]",
        "from pkg import mod as m\ndir( m )",
        "from pkg import mod\ngetattr(mod, key)",
        "import sys\nsys.modules['__main__'].name",
        "import __main__\n__main__.name",
        "from __main__ import name",
        "from __main__ import *",
        "from pkg.mod cimport name",
    ];
    for text in texts {
        assert_eq!(asked_with("use.py", text), Answer::Yes, "{text}");
    }
}

#[test]
fn other_occurrences_are_no_uses() {
    let texts = [
        "",
        "name = 1",
        "from other import name",
        "from pkg import mod\nname = mod.other",
        "from pkg import mod\nmod.names; mod.rename; mod.name_; mod.surname",
        "from pkg import mod\nf(name=mod.other)",
        "from pkg import mod\nx = {key:name}",
        "from other import *\nimport pkg.mod",
        "from pkg.modern import name",
        "import pkg.mod\nvars(pkg); dir(other.model)",
        "import pkg.mod\ngetattr(pkg.mod, 'other')",
        "if __name__ == '__main__': print(mod.other)",
        "from pkg import mod\nfor name in mod.other: pass",
        "from . import *",
    ];
    for text in texts {
        assert_eq!(asked_with("use.py", text), Answer::No, "{text}");
    }
}

#[test]
fn all_kinds_of_files_are_read() {
    let using = "from pkg.mod import name\n";
    for path in ["a.py", "a.pyi", "a.pyx", "a.pxd", "a.pyw", ".hidden/a.py", "build/a.py", "pkg/a.py"] {
        assert_eq!(asked_with(path, using), Answer::Yes, "{path}");
    }
    for path in [".git/a.py", "a.txt", "a.py.orig"] {
        assert_eq!(asked_with(path, using), Answer::No, "{path}");
    }
    assert_eq!(asked_with(".gitignore", "a.py"), Answer::No);
    assert_eq!(asked_with("bin/tool", "#!/usr/bin/env python3\nfrom pkg.mod import name"), Answer::Yes);
    assert_eq!(asked_with("bin/tool", "#!/bin/sh\nfrom pkg.mod import name"), Answer::No);
    for path in ["setup.cfg", "pyproject.toml", "tox.ini", "Procfile", "entry_points.txt"] {
        assert_eq!(asked_with(path, "[x]\nrun = pkg.mod:name\n"), Answer::Yes, "{path}");
        assert_eq!(asked_with(path, "[x]\nrun = pkg.mod:other\nname = x\n"), Answer::No, "{path}");
    }
    assert_eq!(asked_with("pkg/mod.pyi", "name: int\n"), Answer::Yes);
    assert_eq!(asked_with("pkg/mod.pxd", "cdef int name\n"), Answer::Yes);
    assert_eq!(asked_with("mod.pyi", "name: int\n"), Answer::No);
}

#[test]
fn notebooks_are_read() {
    let cell = |source: &str| format!("{{\"cells\": [{{\"source\": [{source}]}}]}}");
    let yes = [
        r#""from pkg.mod import name\n""#,
        r#""import pkg.mod as m\n", "m.name""#,
        r#""from pkg.mod import (\n", "    name\n", ")""#,
        r#""exec(\"from pkg.mod import name\")""#,
        r#""import mod\n", "getattr(mod, \"name\")""#,
    ];
    for source in yes {
        assert_eq!(asked_with("n.ipynb", &cell(source)), Answer::Yes, "{source}");
    }
    assert_eq!(asked_with("n.ipynb", &cell(r#""import mod\n", "name = 1""#)), Answer::No);
}

#[test]
fn packages_are_called_by_their_directory() {
    let ask_package = |other: &str, text: &str| {
        let top = project(&[("pkg/__init__.py", "name = 1\n"), ("pkg/sub/__init__.py", ""), (other, text)]);
        ask(&top, "pkg/__init__.py", "name")
    };
    for (path, text) in [
        ("a.py", "import pkg\npkg.name"),
        ("a.py", "from pkg import name"),
        ("a.py", "from pkg import *"),
        ("pkg/a.py", "from . import name"),
        ("pkg/a.py", "from . import *"),
        ("pkg/sub/a.py", "from .. import (\n  name)"),
        ("pkg/sub/a.py", "from .. import *"),
    ] {
        assert_eq!(ask_package(path, text), Answer::Yes, "{path}: {text}");
    }
    for (path, text) in [
        ("a.py", "from . import name"),
        ("a.py", "from pkg.sub import *"),
        ("pkg/a.py", "from .sub import other"),
        ("pkg/a.py", "x.name"),
    ] {
        assert_eq!(ask_package(path, text), Answer::No, "{path}: {text}");
    }
}

#[test]
fn main_modules_are_imported_or_not() {
    let ask_main = |text: &str| {
        let top = project(&[("pkg/__main__.py", "name = 1\n"), ("a.py", text)]);
        ask(&top, "pkg/__main__.py", "name")
    };
    assert_eq!(ask_main("if __name__ == '__main__': x.name"), Answer::No);
    assert_eq!(ask_main("from pkg.__main__ import name"), Answer::Yes);
    assert_eq!(ask_main("from pkg import __main__\n__main__.name"), Answer::Yes);
    assert_eq!(ask_main("run('pkg.__main__:name')"), Answer::Yes);
}

#[test]
fn a_file_does_not_count_for_itself_but_its_double_does() {
    let text = "import mod\nmod.name\nfrom mod import *\n";
    let top = project(&[("mod.py", text)]);
    assert_eq!(ask(&top, "mod.py", "name"), Answer::No);
    let top = project(&[("mod.py", text), ("copy/mod.py", text)]);
    assert_eq!(ask(&top, "mod.py", "name"), Answer::Yes);
}

#[test]
fn tools_read_some_names_unasked() {
    let top = project(&[]);
    for (file, name) in [
        ("conftest.py", "collect_ignore"),
        ("docs/conf.py", "version"),
        ("site/settings.py", "DEBUG"),
        ("test_a.py", "TestCase"),
        ("a.py", "__version__"),
        ("a.py", "größe"),
    ] {
        assert_eq!(ask(&top, file, name), Answer::Unknown, "{file} {name}");
    }
    for (file, name) in [("conftest.py", "item"), ("site/settings.py", "item"), ("test_a.py", "case")] {
        assert_eq!(ask(&top, file, name), Answer::No, "{file} {name}");
    }
}

#[test]
fn one_directory_is_all_without_a_root() {
    let top = project(&[("mod.py", ""), ("sub/a.py", "import mod\nmod.name")]);
    let root = ProjectRoot { path: top.path().to_owned(), how: crate::project::RootMarker::OwnDirectory };
    let ask = |root| Project::new(root).world_for(&top.path().join("mod.py")).name_used_elsewhere("name");
    assert_eq!(ask(root.clone()), Answer::No);
    fs::write(top.path().join("b.py"), "import mod\nmod.name").unwrap();
    assert_eq!(ask(root), Answer::Yes);
}

#[test]
fn nobody_knows_past_the_limits() {
    let top = project(&[("mod.py", ""), ("a.py", "import mod"), ("b.py", "x = 1")]);
    let path = top.path().join("mod.py");
    let ask = |limits| {
        let project = Project::with_limits(ProjectRoot::find(&path), limits);
        project.world_for(&path).name_used_elsewhere("name")
    };
    let plenty = Limits::default();
    assert_eq!(ask(plenty), Answer::No);
    assert_eq!(ask(Limits { files: 4, ..plenty }), Answer::No);
    assert_eq!(ask(Limits { files: 3, ..plenty }), Answer::Unknown);
    assert_eq!(ask(Limits { bytes: 15, ..plenty }), Answer::No);
    assert_eq!(ask(Limits { bytes: 14, ..plenty }), Answer::Unknown);
    let elsewhere = tempfile::tempdir().unwrap();
    let project = Project::new(ProjectRoot::find(&path));
    let outside = project.world_for(&elsewhere.path().join("mod.py"));
    assert_eq!(outside.name_used_elsewhere("name"), Answer::Unknown);
}

#[test]
fn files_that_are_no_utf8_are_read() {
    let top = project(&[("mod.py", "")]);
    fs::write(top.path().join("a.py"), b"# caf\xe9 \xff\x00\nfrom mod import \xe9t\xe9, name\n").unwrap();
    assert_eq!(ask(&top, "mod.py", "name"), Answer::Yes);
    assert_eq!(ask(&top, "mod.py", "other"), Answer::No);
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_loops_are_not() {
    use std::os::unix::fs::symlink;
    let top = project(&[("mod.py", "name = 1"), ("a/x.py", "import mod")]);
    let at = |path: &str| top.path().join(path);
    symlink("nowhere.py", at("dangling.py")).unwrap();
    symlink("..", at("a/up")).unwrap();
    symlink("itself.py", at("itself.py")).unwrap();
    symlink("one", at("two")).unwrap();
    symlink("two", at("one")).unwrap();
    assert_eq!(ask(&top, "mod.py", "name"), Answer::No);
    // The file itself under another name is no other file.
    fs::write(at("mod.py"), "import mod\nmod.name\n").unwrap();
    symlink("mod.py", at("alias.py")).unwrap();
    assert_eq!(ask(&top, "mod.py", "name"), Answer::No);
    let elsewhere = project(&[("user.py", "from mod import name")]);
    symlink(elsewhere.path(), at("linked")).unwrap();
    assert_eq!(ask(&top, "mod.py", "name"), Answer::Yes);
}

#[cfg(unix)]
#[test]
fn nobody_knows_what_an_unreadable_file_says() {
    use std::os::unix::fs::PermissionsExt;
    let top = project(&[("mod.py", ""), ("a.py", "x = 1")]);
    let file = top.path().join("a.py");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).unwrap();
    // The superuser reads it all the same.
    let expected = if fs::read(&file).is_ok() { Answer::No } else { Answer::Unknown };
    assert_eq!(ask(&top, "mod.py", "name"), expected);
}

#[test]
fn threads_may_ask_at_once() {
    use rayon::prelude::*;
    let top = project(&[("a.py", "import mod0, mod1\nmod0.name")]);
    let project = Project::new(ProjectRoot::find(top.path()));
    let answers: Vec<_> = (0..64)
        .into_par_iter()
        .map(|index| {
            let path = top.path().join(format!("mod{}.py", index % 2));
            project.world_for(&path).name_used_elsewhere("other_name")
        })
        .collect();
    assert!(answers.iter().all(|answer| *answer == Answer::No));
}
