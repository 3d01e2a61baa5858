//! `pyfix ... | git apply` gives byte for byte what `pyfix --write ...` gives.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{LOOP, Project, pyfix_in};

/// Whether the files lie in a repository.
#[derive(Clone, Copy, Debug)]
enum Place {
    Repository,
    Nowhere,
}

fn files() -> Vec<(&'static str, Vec<u8>)> {
    let crlf = LOOP.replace('\n', "\r\n");
    vec![
        ("a.py", LOOP.as_bytes().to_vec()),
        ("no_newline.py", LOOP.trim_end().as_bytes().to_vec()),
        ("sp ace.py", [&b"# coding: latin-1\r\ns = '\xe9'\r\n"[..], crlf.as_bytes()].concat()),
        ("n\u{e9}\"q\\\t.py", [&b"\xef\xbb\xbf"[..], LOOP.as_bytes()].concat()),
        ("mixed.py", [b"s = '''a\rb'''\n\x0c\n", crlf.as_bytes(), LOOP.as_bytes()].concat()),
        ("unchanged.py", b"x = 1\n".to_vec()),
        // A way that repeats itself leads `git apply` to guess a wrong number of directories to drop.
        ("sub/x.py", LOOP.as_bytes().to_vec()),
        ("sub/sub/x.py", LOOP.as_bytes().to_vec()),
        ("sub/sub/sub/x.py", LOOP.as_bytes().to_vec()),
        ("a/b/x.py", LOOP.as_bytes().to_vec()),
        ("a/b/a/b/x.py", LOOP.as_bytes().to_vec()),
        ("b/c/b/c/x.py", LOOP.as_bytes().to_vec()),
        ("b/c/x.py", LOOP.as_bytes().to_vec()),
    ]
}

fn project(place: Place) -> Project {
    let files = files();
    let borrowed: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (*name, text.as_slice())).collect();
    let project = Project::new(&borrowed);
    if matches!(place, Place::Repository) {
        git(&project.root, &["init", "-q"], b"");
    }
    project
}

/// Runs Git, whose opinion on bytes is not left to the configuration of whoever runs the test.
fn git(directory: &Path, arguments: &[&str], input: &[u8]) {
    let mut child = Command::new("git")
        .args(["-c", "core.autocrlf=false"])
        .args(arguments)
        .current_dir(directory)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CEILING_DIRECTORIES", std::env::temp_dir())
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    assert!(child.wait().unwrap().success(), "git {arguments:?} in {}", directory.display());
}

fn snapshot(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![root.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).unwrap().map(Result::unwrap) {
            if entry.file_name() == ".git" {
                continue;
            }
            if entry.file_type().unwrap().is_dir() {
                open.push(entry.path());
            } else {
                let name = entry.path().strip_prefix(root).unwrap().to_owned();
                files.insert(name, fs::read(entry.path()).unwrap());
            }
        }
    }
    files
}

/// Runs both ways in `directory` of equal projects; `ROOT` in an argument stands for the root.
fn both_ways(place: Place, directory: &str, arguments: &[&str]) {
    let [written, applied] = [project(place), project(place)];
    let before = snapshot(&written.root);
    let resolve = |project: &Project| -> Vec<String> {
        let root = project.root.to_str().unwrap();
        arguments.iter().map(|argument| argument.replace("ROOT", root)).collect()
    };
    let run = |project: &Project, mode: &str| {
        let arguments = resolve(project);
        let all: Vec<&str> = [mode].into_iter().chain(arguments.iter().map(String::as_str)).collect();
        let run = pyfix_in(&project.root.join(directory), &all);
        assert_eq!(run.status, 0, "{run:?}");
        run
    };
    run(&written, "--write");
    let preview = run(&applied, "--dry-run");
    let named = preview.err.lines().find_map(|line| line.strip_prefix("the diff is for `git -C "));
    let apply_in = match named {
        Some(rest) => PathBuf::from(rest.strip_suffix(" apply`").unwrap()),
        None => applied.root.join(directory),
    };
    git(&apply_in, &["apply"], &preview.out);
    let after = snapshot(&written.root);
    assert_ne!(before, after, "nothing was changed by {arguments:?} in {directory:?}");
    assert_eq!(after, snapshot(&applied.root), "{place:?}: {arguments:?} in {directory:?}");
}

#[test]
fn both_ways_give_the_same_bytes() {
    if Command::new("git").arg("--version").output().is_err() {
        return super::skip("there is no git");
    }
    for place in [Place::Nowhere, Place::Repository] {
        both_ways(place, "", &["."]);
        both_ways(place, "", &["sub"]);
        both_ways(place, "sub", &["."]);
        both_ways(place, "sub", &["sub"]);
        both_ways(place, "sub", &["../a.py", "."]);
        both_ways(place, "sub", &["../a"]);
        both_ways(place, "a/b", &["."]);
        both_ways(place, "b/c", &["."]);
        both_ways(place, "a", &["b"]);
        both_ways(place, "", &["ROOT"]);
        both_ways(place, "sub/sub", &["ROOT"]);
        both_ways(place, "a", &["ROOT/sub", "ROOT/sp ace.py"]);
    }
}
