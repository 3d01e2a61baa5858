//! Who may import a file, asked in small projects on disk.

use super::*;
use crate::project::Project;
use crate::semantic::{Answer, World};
use crate::text::PythonVersion;
use std::fs;
use tempfile::TempDir;

fn project(files: &[(&str, &str)]) -> TempDir {
    let top = tempfile::tempdir().unwrap();
    fs::create_dir(top.path().join(".git")).unwrap();
    for (path, text) in files {
        let path = top.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    top
}

fn ask_stated(files: &[(&str, &str)], module: &str, closure: Closure) -> Answer {
    let top = project(files);
    let path = top.path().join(module);
    let project = Project::new(ProjectRoot::find(&path)).with_closure(closure);
    project.world_for(&path).has_unseen_users()
}

fn ask(files: &[(&str, &str)], module: &str) -> Answer {
    ask_stated(files, module, Closure::Found)
}

#[test]
fn packages_have_users_and_applications_have_none() {
    let module = ("app/mod.py", "");
    for (name, text) in [
        ("setup.py", ""),
        ("setup.cfg", "[metadata]\nname = x\n"),
        ("setup.cfg", "[options]\npackages = find:\n"),
        ("setup.cfg", "nonsense"),
        ("pyproject.toml", "[project]\nname = 'x'\n"),
        ("pyproject.toml", "[build-system]\nrequires = []\n"),
        ("pyproject.toml", "[tool.poetry]\npackages = []\n"),
        ("pyproject.toml", "[tool.flit.metadata]\nmodule = 'app'\n"),
        ("pyproject.toml", "[project\n"),
    ] {
        assert_eq!(ask(&[module, (name, text)], "app/mod.py"), Answer::Yes, "{name} {text}");
        let stated = ask_stated(&[module, (name, text)], "app/mod.py", Closure::Closed);
        assert_eq!(stated, Answer::No, "{name} {text}");
    }
    for (name, text) in [
        ("requirements.txt", "django\n"),
        ("setup.cfg", "[flake8]\nmax-line-length = 100\n"),
        ("pyproject.toml", "[tool.black]\nline-length = 100\n"),
        ("pyproject.toml", "[tool.poetry]\npackage-mode = false\n"),
    ] {
        assert_eq!(ask(&[module, (name, text)], "app/mod.py"), Answer::No, "{name} {text}");
        assert_eq!(ask_stated(&[module, (name, text)], "app/mod.py", Closure::Open), Answer::Yes);
    }
}

#[test]
fn a_part_of_a_repository_has_users_in_the_others() {
    let settings = ("one/pyproject.toml", "[tool.black]\n");
    assert_eq!(ask(&[settings, ("one/mod.py", "")], "one/mod.py"), Answer::Yes);
    assert_eq!(ask(&[settings, ("two/mod.py", "")], "two/mod.py"), Answer::No);
}

#[test]
fn scripts_and_tests_have_no_users() {
    let package = ("setup.py", "setup(name='app', scripts=['bin/other'])");
    let run = "#!/usr/bin/env python\n";
    let tests = "def test_x(): pass\n";
    for (path, text) in [
        ("test_mod.py", tests),
        ("app/mod_test.py", tests),
        ("app/conftest.py", ""),
        ("tests/helpers.py", ""),
        ("tests/deep/helpers.py", ""),
        ("test/__init__.py", ""),
        ("manage.py", ""),
        ("setup.py", "setup()"),
        ("bin/tool.py", run),
        ("bin/tool", run),
        ("release.py", run),
        ("deep/below/do-it.py", run),
    ] {
        assert_eq!(ask(&[package, ("app/__init__.py", ""), (path, text)], path), Answer::No, "{path}");
        let stated = ask_stated(&[package, ("app/__init__.py", ""), (path, text)], path, Closure::Open);
        assert_eq!(stated, Answer::No, "{path}");
    }
    for (path, text) in [
        ("app/mod.py", ""),
        // The tool calls the functions in it.
        ("noxfile.py", ""),
        ("fabfile.py", ""),
        // Modules for the tests of others.
        ("app/test_utils.py", "class Case: pass\n"),
        ("app/test/client.py", ""),
        ("app/tests/base.py", ""),
        ("app/manage.py", ""),
        // What `#!` begins may be a library all the same.
        ("app/mod.py", run),
        ("app.py", run),
        ("deep/below/mod.py", run),
        ("bin/tool.py", "#!/bin/sh\n"),
        ("bin/tool.py", ""),
        ("tests.py", ""),
    ] {
        assert_eq!(ask(&[package, ("app/__init__.py", ""), (path, text)], path), Answer::Yes, "{path}");
    }
    let modules = ("setup.py", "setup(py_modules=names())");
    assert_eq!(ask(&[modules, ("release.py", run)], "release.py"), Answer::Yes);
}

#[test]
fn without_a_mark_only_what_runs_is_closed() {
    let top = tempfile::tempdir().unwrap();
    let place = |path: &str, text: &str| {
        let path = top.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    };
    let ask = |path: &Path| {
        let root = ProjectRoot { path: path.parent().unwrap().to_owned(), how: RootMarker::OwnDirectory };
        Project::new(root).world_for(path).has_unseen_users()
    };
    let main = "if __name__ == '__main__': main()\n";
    assert_eq!(ask(&place("one/tool.py", main)), Answer::No);
    assert_eq!(ask(&place("two/tool.py", "x = 1\n")), Answer::Yes);
    place("three/other.py", "");
    assert_eq!(ask(&place("three/tool.py", main)), Answer::Yes);
    assert_eq!(ask(&place("three/run.py", "#!/usr/bin/python3\n")), Answer::No);
    assert_eq!(ask(&place("three/test_x.py", "def test_x(): pass")), Answer::No);
    place("four/__init__.py", "");
    assert_eq!(ask(&place("four/run.py", "#!/usr/bin/python3\n")), Answer::Yes);
    assert_eq!(ask(&place("site-packages/run.py", "#!/usr/bin/python3\n")), Answer::Yes);
    assert_eq!(ask(&place("lib/python3.9/run.py", main)), Answer::Yes);
}

#[test]
fn nobody_knows_about_files_of_other_projects() {
    let top = project(&[("mod.py", "")]);
    let project = Project::new(ProjectRoot::find(top.path()));
    let elsewhere = tempfile::tempdir().unwrap();
    assert_eq!(project.world_for(&elsewhere.path().join("a.py")).has_unseen_users(), Answer::Unknown);
}

#[test]
fn files_may_shadow_the_standard_library() {
    let ask = |files: &[(&str, &str)], module: &str, oldest: PythonVersion| {
        let top = project(files);
        let path = top.path().join(module);
        let root = ProjectRoot::find(&path);
        let target = (Target::from_oldest(oldest), crate::project::TargetSource::Flag);
        let target = crate::project::decide_target(&root, Some(target));
        Project::new(root).with_target(target).world_for(&path).shadows_standard_module("re")
    };
    let new = PythonVersion::new(3, 8);
    let module = ("pkg/mod.py", "import re");
    for shadow in ["re.py", "re/__init__.py", "src/re.py", "pkg/re.py"] {
        assert_eq!(ask(&[module, (shadow, "")], "pkg/mod.py", new), Answer::Yes, "{shadow}");
    }
    for other in ["other/re.py", "rex.py", "re/mod.py", "pkg/re.txt"] {
        assert_eq!(ask(&[module, (other, "")], "pkg/mod.py", new), Answer::No, "{other}");
    }
    let in_package = [module, ("pkg/__init__.py", ""), ("pkg/re.py", "")];
    assert_eq!(ask(&in_package, "pkg/mod.py", new), Answer::No);
    assert_eq!(ask(&in_package, "pkg/mod.py", PythonVersion::PY27), Answer::Yes);
    // The module itself does not import itself.
    assert_eq!(ask(&[("re.py", "import re")], "re.py", new), Answer::No);
}
