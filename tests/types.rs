//! What the type engine is told, and what it tells, through the project and through the command line.

use std::fs;

use assert_cmd::Command;
use pyfix::project::{Project, ProjectRoot, TypeEngine};
use pyfix::semantic::{Class, Type, TypeOrigin, World};
use pyfix::text::{Dialect, PythonVersion, Range, Source, Target};

const MAIN: &str = "from other import name_of\n\ndef f(x):\n    return name_of(x)\n";

fn project() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("setup.py"), "").unwrap();
    fs::write(directory.path().join("main.py"), MAIN).unwrap();
    fs::write(directory.path().join("other.py"), "def name_of(x) -> str: return ''\n").unwrap();
    directory
}

fn range_of(text: &str, expr: &str) -> Range {
    let start = text.rfind(expr).unwrap();
    Range::new(u32::try_from(start).unwrap(), u32::try_from(start + expr.len()).unwrap())
}

#[test]
fn the_world_of_a_file_answers_for_the_text_that_it_was_given() {
    let directory = project();
    let path = directory.path().join("main.py");
    let root = ProjectRoot::find(&path);
    let engine = TypeEngine::new(&root.path, PythonVersion::DEFAULT);
    let project = Project::new(root).with_types(engine);
    let source = Source::new(MAIN.to_owned(), Dialect::Python3, Target::default());
    let call = range_of(MAIN, "name_of(x)");
    assert_eq!(project.world_for(&path).type_at(call), None);
    let found = project.world_for(&path).with_text(&source).type_at(call);
    if !TypeEngine::IS_BUILT_IN {
        assert_eq!(found, None);
        return;
    }
    let found = found.unwrap();
    assert_eq!((found.value, found.origin), (Type::instance(Class::Str), TypeOrigin::Declared));
    let changed = Source::new(MAIN.replace("def f", "def g"), Dialect::Python3, Target::default());
    assert_eq!(project.world_for(&path).with_text(&changed).type_at(call), None);
}

#[test]
fn types_are_switched_by_flag_and_by_key() {
    let directory = project();
    let run = |arguments: &[&str]| {
        let mut command = Command::cargo_bin("pyfix").unwrap();
        let output = command.current_dir(directory.path()).args(arguments).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(run(&["--types", "off", "."]).0, 0);
    assert_eq!(run(&["--types", "perhaps", "."]).0, 2);
    let (status, said) = run(&["--types", "on", "."]);
    if TypeEngine::IS_BUILT_IN {
        assert_eq!(status, 0, "{said}");
    } else {
        assert_eq!(status, 2);
        assert!(said.contains("build it with the feature `types`"), "{said}");
    }
    fs::write(directory.path().join("pyfix.toml"), "types = false\n").unwrap();
    assert_eq!(run(&["."]).0, 0);
    fs::write(directory.path().join("pyfix.toml"), "types = 'on'\n").unwrap();
    let (status, said) = run(&["."]);
    assert_eq!(status, 2);
    assert!(said.contains("must be true or false"), "{said}");
}

#[test]
fn what_another_file_may_bind_is_not_what_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let top = directory.path();
    fs::write(top.join("setup.py"), "").unwrap();
    fs::write(top.join("lib.py"), "prefix = 'p'\ndef f(): return 'a' + prefix + 'b'\n").unwrap();
    let fixes = |main: &str| {
        fs::write(top.join("main.py"), main).unwrap();
        let arguments = ["--dry-run", "--target-version", "3.8", "lib.py"];
        let mut command = Command::cargo_bin("pyfix").unwrap();
        let output = command.current_dir(top).args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(fixes("import lib\nlib.prefix = 4\nlib.f()\n"), "");
    if TypeEngine::IS_BUILT_IN {
        assert!(fixes("import lib\nlib.f()\n").contains("f'a{prefix}b'"));
    }
}
