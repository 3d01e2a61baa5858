//! `docs/advice.md` shows what pyfix prints for scripts of a newcomer, and these behave as before.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;

use crate::behaviour::pythons::pythons;
use crate::support::diff::diff;

const PAGE: &str = "docs/advice.md";

/// What pyfix does with `script` in a project of its own: what it prints, and the new text.
fn run(script: &str, flags: &[&str]) -> (String, String) {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join(".git")).unwrap();
    let path = directory.path().join("script.py");
    fs::write(&path, script).unwrap();
    let pyfix = |extra: &[&str]| {
        let mut command = Command::cargo_bin("pyfix").unwrap();
        command.args(["--isolated"]).args(extra).args(flags).arg("script.py").current_dir(directory.path());
        command.output().unwrap()
    };
    let preview = pyfix(&[]);
    assert_eq!(preview.status.code(), Some(0), "{}", String::from_utf8_lossy(&preview.stderr));
    let shown = if preview.stdout.is_empty() { preview.stderr } else { preview.stdout };
    pyfix(&["--write"]);
    // A page has no blanks at the end of lines, an empty line of a diff has one.
    let shown: Vec<_> =
        String::from_utf8(shown).unwrap().lines().map(|line| line.trim_end().to_owned()).collect();
    (shown.join("\n") + "\n", fs::read_to_string(path).unwrap())
}

/// The page with the diffs as they are now; every script is checked on the newest Python.
fn renewed(page: &str) -> String {
    let mut result = String::new();
    let mut rest = page;
    while let Some(at) = rest.find("```python script") {
        let (before, block) = rest.split_at(at);
        let (header, body) = block.split_once('\n').unwrap();
        let (script, behind) = body.split_once("```\n").unwrap();
        let (gap, old) = behind.split_once("```diff\n").expect("a diff follows every script");
        let (_, after) = old.split_once("```\n").unwrap();
        let flags: Vec<&str> = header.trim_start_matches("```python script").split_whitespace().collect();
        let (shown, text) = run(script, &flags);
        if let Some(python) = pythons().within(pyfix::text::Target::default()).last() {
            let (old, new) = (python.run(script), python.run(&text));
            assert!(old.same_as(&new), "it behaves differently:\n{text}");
        }
        let shown = format!("{before}{header}\n{script}```\n{gap}```diff\n{shown}```\n");
        result += &shown;
        rest = after;
    }
    result + rest
}

#[test]
fn the_page_shows_what_pyfix_prints() {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    let page = fs::read_to_string(&path).unwrap();
    let renewed = renewed(&page);
    assert!(renewed.matches("```diff").count() > 10, "the scripts are gone");
    if std::env::var_os("PYFIX_BLESS").is_some() {
        fs::write(&path, renewed).unwrap();
        return;
    }
    assert!(page == renewed, "run with PYFIX_BLESS=1:\n{}", diff(&page, &renewed));
}
