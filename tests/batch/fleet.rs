//! What `docs/fleet.md` shows works, as far as it runs on one machine.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{LOOP, Place, REWRITTEN};

fn page() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/fleet.md")).unwrap()
}

/// The block of that language in the section `title`, the first one that holds `text`.
fn block(title: &str, language: &str, text: &str) -> String {
    let page = page();
    let section = page.split("\n## ").find(|section| section.starts_with(title)).unwrap().to_owned();
    let opening = format!("```{language}\n");
    let blocks = section.split(&opening).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned());
    blocks.into_iter().find(|block| block.contains(text)).unwrap()
}

/// Runs `script` with a shell in `directory`, with pyfix on the path, as a fleet tool does.
fn run(place: &Place, directory: &Path, script: &str) {
    let program = Path::new(env!("CARGO_BIN_EXE_pyfix"));
    let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("/bin/sh");
    command.arg("-c").arg(script).current_dir(directory).env("PATH", path);
    command.env("HOME", &place.root).env("TMPDIR", place.root.join("tmp"));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn multi_gitter_finds_changed_files() {
    let place = Place::new();
    let repo = place.repository("shop", &[("a.py", LOOP), ("b.py", "x = 1\n")]);
    fs::create_dir(place.root.join("tmp")).unwrap();
    let script =
        block("multi-gitter", "sh", "#!/bin/sh").replace("python -m compileall -q .", "test -f b.py");
    run(&place, &repo.path, &script);
    assert_eq!(fs::read_to_string(repo.path.join("a.py")).unwrap(), REWRITTEN);
    assert_eq!(repo.git(&["status", "--porcelain"]), " M a.py\n");
    // Where nothing is found, the script succeeds and changes nothing.
    let other = place.repository("other", &[("b.py", "x = 1\n")]);
    run(&place, &other.path, &script);
    assert_eq!(other.git(&["status", "--porcelain"]), "");
}

#[test]
fn batch_changes_finds_changed_files() {
    let place = Place::new();
    let repo = place.repository("shop", &[("a.py", LOOP)]);
    let steps = block("Sourcegraph", "yaml", "steps:");
    let step = steps.lines().find_map(|line| line.trim().strip_prefix("- run: ")).unwrap();
    run(&place, &repo.path, step);
    assert_eq!(repo.git(&["diff", "--name-only"]), "a.py\n");
}

#[test]
fn turbolift_finds_changed_files_or_commits() {
    let place = Place::new();
    let names = ["work/org/one", "work/org/two"];
    let repos = names.map(|name| place.repository(name, &[("a.py", LOOP), ("Makefile", "test:\n\ttrue\n")]));
    let foreach = block("turbolift", "console", "foreach");
    let command = foreach.lines().find_map(|line| line.strip_prefix("turbolift foreach -- ")).unwrap();
    run(&place, &repos[0].path, command);
    assert_eq!(repos[0].git(&["diff", "--name-only"]), "a.py\n");
    repos[0].git(&["checkout", "a.py"]);
    run(
        &place,
        &place.root,
        &block("turbolift", "console", "pyfix batch").replace("make test", "test -f Makefile"),
    );
    for repo in &repos {
        assert_eq!(repo.git(&["status", "--porcelain", "--branch"]), "## pyfix\n");
        assert_eq!(repo.show("HEAD", "a.py"), REWRITTEN);
    }
}
