//! A run that is killed and gone on with ends as one that was not.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, SystemTime};

use super::{LOOP, Place, REWRITTEN};

/// Two repositories with work for two transforms, and a command that a fix of one of them fails with.
fn repositories(place: &Place) -> [super::Repo; 2] {
    let mixed = format!("{LOOP}\n\ndef g(k):\n    return k in {{1: 2}}.keys()\n");
    let fragile = LOOP.replace("x + 1", "x + 2");
    let files = [("a.py", mixed.as_str()), ("b.py", &fragile), ("c.py", LOOP)];
    [place.repository("one", &files), place.repository("two", &files)]
}

const ARGUMENTS: &[&str] = &[
    "one",
    "two",
    "--verify",
    "! grep -q 'x + 2 for' *.py",
    "--format-patch",
    "patches",
    "--select",
    "loop-append,dict-keys-membership",
];

fn tips(repositories: &[super::Repo; 2]) -> Vec<String> {
    repositories.iter().map(|repo| repo.git(&["rev-parse", "main", "pyfix"])).collect()
}

#[test]
fn killed_runs_end_with_the_same_commits() {
    let undisturbed = Place::new();
    let expected_in = repositories(&undisturbed);
    // The commits of the repositories depend on the time: both runs begin with the same ones.
    let disturbed = Place::new();
    let found_in = ["one", "two"].map(|name| {
        let source = undisturbed.root.join(name).display().to_string();
        let (said, is_done) =
            super::git_in(&disturbed.root, &["clone", "--quiet", "--branch", "main", &source]);
        assert!(is_done, "{said}");
        super::Repo { path: disturbed.root.join(name) }
    });
    assert_eq!(undisturbed.run(ARGUMENTS).status, 0);
    let expected = tips(&expected_in);

    let mut kills = 0;
    let mut resume: &[&str] = &[];
    let mut pause = Duration::from_millis(50);
    loop {
        let mut child = disturbed
            .command(&[ARGUMENTS, resume].concat())
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        // Longer each time: on a slow machine, too, something is done before the next one.
        std::thread::sleep(pause);
        pause = pause.mul_f64(1.12);
        let was_running = child.try_wait().unwrap().is_none();
        child.kill().unwrap();
        let output = child.wait_with_output().unwrap();
        if !was_running {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(0), "{said}");
            break;
        }
        kills += 1;
        if disturbed.root.join(".pyfix-batch/journal.jsonl").metadata().is_ok_and(|it| it.len() > 0) {
            resume = &["--resume"];
        }
        // Whatever was reached, the user's repositories have all or nothing.
        for (repo, expected) in found_in.iter().zip(&expected) {
            if repo.branches().contains("pyfix") {
                assert_eq!(&repo.git(&["rev-parse", "main", "pyfix"]), expected);
            }
            assert_eq!(repo.git(&["status", "--porcelain"]), "");
        }
        assert!(kills < 80, "it never ends");
    }
    assert!(kills > 2, "the run was too short to be killed: {kills}");
    assert_eq!(tips(&found_in), expected);
}

#[test]
fn locks_of_a_git_that_was_killed_are_in_nobodys_way() {
    let place = Place::new();
    let repo = place.repository("shop", &[("a.py", LOOP)]);
    // The repository is opened, and then it goes no further.
    let arguments = ["shop", "--verify", "test -e ../../../../go-on"];
    assert_eq!(place.run(&arguments).status, 2);
    for name in ["HEAD.lock", "pyfix-index.lock", "packed-refs.lock"] {
        let path = place.root.join(".pyfix-batch/repositories/shop/git").join(name);
        let file = fs::File::create(path).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_mins(1)).unwrap();
    }
    fs::write(place.root.join("go-on"), "").unwrap();
    let said = place.run(&[&arguments[..], &["--resume"]].concat());
    assert_eq!(said.status, 0, "{}", said.err);
    assert_eq!(repo.show("pyfix", "a.py"), REWRITTEN);
}
