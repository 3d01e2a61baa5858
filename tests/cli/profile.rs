//! `--profile` and `--hot`, with profiles that every Python found here writes.

use std::process::Command;

use super::{Project, Run};
use crate::behaviour::pythons::pythons;

const PROGRAM: &str = "\
class Hot(object):
    def work(self, xs):
        out = []
        for x in xs:
            out.append(x + 1)
        return out


def warm(xs):
    out = []
    for x in xs:
        out.append([y for y in range(20)])
    else:
        out = out + [1]
    return out


def cold(xs):
    out = []
    for x in xs:
        out.append(x + 1)
    return out


for turn in range(40):
    Hot().work(range(2000))
warm(range(100))
cold([1])
";

/// A project with the program and a profile of it.
fn profiled(python: &std::path::Path) -> Project {
    let project = Project::new(&[("program.py", PROGRAM.as_bytes()), ("other.py", super::LOOP.as_bytes())]);
    let mut command = Command::new(python);
    command.args(["-B", "-m", "cProfile", "-o", "run.prof", "program.py"]).current_dir(&project.root);
    assert!(command.output().unwrap().status.success());
    project
}

fn fixed_lines(run: &Run) -> Vec<u64> {
    let document: serde_json::Value = serde_json::from_slice(&run.out).unwrap();
    let files = document["files"].as_array().unwrap();
    let sites = files.iter().flat_map(|file| file["fixes"].as_array().unwrap());
    sites.map(|fix| fix["line"].as_u64().unwrap()).collect()
}

#[test]
fn the_hottest_comes_first_and_only_the_hot_is_rewritten() {
    for python in pythons().all() {
        let project = profiled(&python.path);
        let json = ["--output-format", "json", "--profile", "run.prof"];
        let run = project.run(&json);
        assert_eq!(fixed_lines(&run), [3, 19, 2], "Python {}: {run:?}", python.version);
        let document: serde_json::Value = serde_json::from_slice(&run.out).unwrap();
        let spent = &document["files"][0]["fixes"][0]["profile"];
        assert_eq!(spent["function"], "Hot.work", "Python {}", python.version);
        assert!(spent["share"].as_f64().unwrap() > 0.5, "Python {}: {spent}", python.version);
        assert!(run.err.contains("in Hot.work: program.py:3 loop-append: "), "{run:?}");
        assert!(run.err.contains("in warm: program.py:11 loop-append left it alone: "), "{run:?}");
        let hot = project.run(&[&json[..], &["--hot", "50"]].concat());
        assert_eq!(fixed_lines(&hot), [3], "Python {}: {hot:?}", python.version);
        assert!(hot.err.contains("not hot"), "{hot:?}");
        let all = fixed_lines(&project.run(&[&json[..], &["--hot", "100"]].concat()));
        assert!(all.contains(&3) && !all.contains(&2), "Python {}: {all:?}", python.version);
    }
}

#[test]
fn a_profile_of_something_else_is_named() {
    let Some(python) = pythons().all().next() else { return };
    let project = profiled(&python.path);
    let elsewhere = project.run(&["--profile", "run.prof", "other.py"]);
    assert!(elsewhere.err.contains("no file given is in the profile run.prof"), "{elsewhere:?}");
    assert!(elsewhere.err.contains("`work`"), "{elsewhere:?}");
    project.write("program.py", PROGRAM.replace("def work", "def play").as_bytes());
    let stale = project.run(&["--profile", "run.prof", "program.py"]);
    let said = "program.py: the profile has `work` at line 2, the file has not";
    assert!(stale.err.contains(said), "{stale:?}");
}

#[test]
fn what_is_no_profile_is_refused() {
    let project = Project::new(&[("a.py", super::LOOP.as_bytes()), ("bad.prof", b"{(")]);
    for (name, said) in
        [("bad.prof", "it ends in the middle"), ("a.py", "no profile"), ("none", "cannot be read")]
    {
        let run = project.run(&["--profile", name, "a.py"]);
        assert_eq!(run.status, 2, "{run:?}");
        assert!(run.err.contains(said), "{run:?}");
    }
    assert_eq!(project.run(&["--hot", "90", "a.py"]).status, 2);
    assert_eq!(project.run(&["--profile", "bad.prof", "--hot", "0", "a.py"]).status, 2);
}
