//! `--diff-base`: only functions that were touched are fixed, by a plain run and by a batch.

use std::process::Command;

use super::{LOOP, Place, REWRITTEN, Repo};

/// A repository whose second commit touches one of two functions in one file, and adds another file.
fn repository(place: &Place) -> Repo {
    let second = LOOP.replace("def f", "def g");
    let repo = place.repository("shop", &[("a.py", &format!("{LOOP}\n\n{second}")), ("b.py", LOOP)]);
    let touched = second.replace("x + 1", "x + 10");
    repo.write("a.py", format!("{LOOP}\n\n{touched}").as_bytes());
    repo.write("c.py", LOOP.as_bytes());
    repo.commit();
    repo
}

fn expected() -> String {
    let second = REWRITTEN.replace("def f", "def g").replace("x + 1", "x + 10");
    format!("{LOOP}\n\n{second}")
}

#[test]
fn a_plain_run_fixes_what_was_touched() {
    let place = Place::new();
    let repo = repository(&place);
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pyfix"));
        command.args(arguments).current_dir(&repo.path).output().unwrap()
    };
    let output = run(&["--write", "--diff-base", "HEAD~1", "."]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let read = |name: &str| std::fs::read_to_string(repo.path.join(name)).unwrap();
    assert_eq!(
        (read("a.py"), read("b.py"), read("c.py")),
        (expected(), LOOP.to_owned(), REWRITTEN.to_owned())
    );
    let output = run(&["--diff-base", "nonsense", "b.py"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let lines: Vec<&str> = said.lines().collect();
    let expected = "error: b.py: --diff-base: `nonsense` is no revision of the repository that it is in";
    assert_eq!(lines, [expected]);
    std::fs::write(place.root.join("lone.py"), LOOP).unwrap();
    let said = run(&["--diff-base", "HEAD", "../lone.py"]).stderr;
    assert!(String::from_utf8_lossy(&said).contains("--diff-base: it is in no Git repository"));
}

#[test]
fn what_is_kept_for_later_runs_is_of_the_whole_file() {
    let place = Place::new();
    let repo = repository(&place);
    let changed = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pyfix"));
        command.args(arguments).arg(".").current_dir(&repo.path);
        let output = command.env("PYFIX_CACHE_DIR", place.root.join("kept")).output().unwrap();
        let diff = String::from_utf8(output.stdout).unwrap();
        diff.lines().filter_map(|line| line.strip_prefix("+++ b/")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(changed(&["--diff-base", "HEAD~1"]), ["a.py", "c.py"]);
    assert_eq!(changed(&[]), ["a.py", "b.py", "c.py"]);
    assert_eq!(changed(&["--diff-base", "HEAD~1"]), ["a.py", "c.py"]);
    assert_eq!(changed(&[]), ["a.py", "b.py", "c.py"]);
}

#[test]
fn a_batch_fixes_what_was_touched() {
    let place = Place::new();
    let repo = repository(&place);
    let said = place.run(&["shop", "--diff-base", "HEAD~1"]);
    assert_eq!(said.status, 0, "{}", said.err);
    assert_eq!(repo.show("pyfix", "a.py"), expected());
    assert_eq!(repo.show("pyfix", "b.py"), LOOP);
    assert_eq!(repo.show("pyfix", "c.py"), REWRITTEN);
    let said = place.run(&["shop", "--diff-base", "nonsense", "--branch", "other", "--work-dir", "w2"]);
    assert!(said.err.contains("`nonsense` of --diff-base is no revision of it"), "{}", said.err);
}
