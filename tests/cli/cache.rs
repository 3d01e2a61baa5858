//! With what earlier runs found out, a run says exactly what it would say without.

use std::fs;
use std::path::PathBuf;

use super::{DECLINED, LOOP, Project, Run, command_in};

/// At the module level, so that what other files do with its names matters.
const PUBLIC: &str = "names = []\nfor item in [3, 1]:\n    names.append(item + 1)\nprint(names)\n";

fn project() -> Project {
    let suppressed = LOOP.replace("out.append(x + 1)", "out.append(x + 1)  # pyfix: ignore[loop-append]");
    let latin = [&b"# coding: latin-1\r\ns = '\xe9'\r\n"[..], LOOP.replace('\n', "\r\n").as_bytes()].concat();
    Project::new(&[
        ("setup.py", b"from setuptools import setup\nsetup(python_requires='>=3.8')\n"),
        ("a.py", LOOP.as_bytes()),
        ("pkg/declined.py", DECLINED.as_bytes()),
        ("pkg/latin.py", &latin),
        ("pkg/newer.py", [b"if (n := 1): pass\n", LOOP.as_bytes()].concat().as_slice()),
        ("pkg/public.py", PUBLIC.as_bytes()),
        ("pkg/broken.py", b"for x in xs: r.append(x\n"),
        ("pkg/two.py", b"for x in xs:\n    print x\n"),
        ("pkg/suppressed.py", suppressed.as_bytes()),
        ("pkg/unused.py", b"x = 1  # pyfix: ignore\n"),
        ("pkg/plain.py", b"x = 1\n"),
    ])
}

impl Project {
    fn run_cached(&self, arguments: &[&str]) -> Run {
        let mut command = command_in(&self.root);
        command.env("PYFIX_CACHE_DIR", self.stores()).args(["--types", "off"]).args(arguments);
        Run::new(&command.output().unwrap())
    }

    /// Beside the project: a store in it would be a change of it.
    fn stores(&self) -> PathBuf {
        self.root.with_extension("stores")
    }

    fn store_files(&self) -> Vec<PathBuf> {
        fs::read_dir(self.stores()).unwrap().map(|entry| entry.unwrap().path()).collect()
    }

    /// Runs with and without what is kept, and expects the same words; returns them.
    fn agreed(&self, arguments: &[&str]) -> String {
        let without = self.run_cached(&[arguments, &["--no-cache"]].concat());
        let with = self.run_cached(arguments);
        assert!(with.out == without.out, "{arguments:?}");
        assert_eq!(with.err, without.err, "{arguments:?}");
        assert_eq!(with.status, without.status, "{arguments:?}");
        // A diff is in the encodings of its files.
        String::from_utf8_lossy(&with.out).into_owned()
    }
}

impl Drop for Stores {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Removes the stores of a project when dropped.
struct Stores(PathBuf);

#[test]
fn every_output_is_the_same_again() {
    let project = project();
    let _stores = Stores(project.stores());
    for arguments in [
        &[][..],
        &["--output-format", "json"],
        &["--output-format", "text", "--stats"],
        &["--output-format", "sarif"],
        &["--check", "--unsafe-fixes"],
        &["--strict"],
        &["a.py"],
    ] {
        for _ in 0..3 {
            project.agreed(arguments);
        }
    }
    assert!(!project.store_files().is_empty(), "nothing was kept");
}

#[test]
fn what_another_file_does_is_noticed() {
    let project = project();
    let _stores = Stores(project.stores());
    let before = project.agreed(&["pkg/public.py"]);
    assert!(before.contains("names = ["), "{before}");
    project.write("user.py", b"from pkg.public import item\nprint(item)\n");
    let after = project.agreed(&["pkg/public.py"]);
    assert_ne!(before, after);
    fs::remove_file(project.root.join("user.py")).unwrap();
    assert_eq!(project.agreed(&["pkg/public.py"]), before);
}

#[test]
fn settings_and_metadata_are_noticed() {
    let project = project();
    let _stores = Stores(project.stores());
    let plain = project.agreed(&["pkg"]);
    assert_ne!(project.agreed(&["pkg", "--ignore", "loop-append"]), plain);
    project.write("pyfix.toml", b"ignore = ['loop-append']\n");
    assert_ne!(project.agreed(&["pkg"]), plain);
    fs::remove_file(project.root.join("pyfix.toml")).unwrap();
    assert_eq!(project.agreed(&["pkg"]), plain);
    project.write("setup.py", b"from setuptools import setup\nsetup(python_requires='>=3.12')\n");
    project.agreed(&["--output-format", "json"]);
}

#[test]
fn a_rewritten_tree_is_judged_anew() {
    let project = project();
    let _stores = Stores(project.stores());
    assert!(!project.run_cached(&[]).out.is_empty());
    assert_eq!(project.run_cached(&["--write"]).status, 0);
    assert_eq!(project.agreed(&[]), "");
}

#[test]
fn a_damaged_store_counts_as_none() {
    let project = project();
    let _stores = Stores(project.stores());
    let expected = project.agreed(&["--output-format", "json"]);
    let stores = project.store_files();
    for damage in 0..6 {
        for path in &stores {
            let mut bytes = fs::read(path).unwrap();
            match damage {
                0 => bytes.truncate(bytes.len() / 2),
                1 => bytes.clear(),
                2 => bytes.extend(b"more"),
                3 => bytes[0] ^= 1,
                4 => bytes[40] ^= 1,
                _ => *bytes.last_mut().unwrap() ^= 1,
            }
            fs::write(path, bytes).unwrap();
        }
        assert_eq!(project.agreed(&["--output-format", "json"]), expected);
    }
}

#[test]
fn runs_at_once_do_no_harm() {
    let project = project();
    let _stores = Stores(project.stores());
    let expected = project.run_cached(&["--no-cache"]).out;
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..6).map(|_| scope.spawn(|| project.run_cached(&[]).out)).collect();
        for run in runs {
            assert!(run.join().unwrap() == expected, "another run made a difference");
        }
    });
    project.agreed(&[]);
}

#[test]
fn a_directory_that_cannot_be_written_to_is_a_warning() {
    let project = project();
    let mut command = command_in(&project.root);
    command.env("PYFIX_CACHE_DIR", "/dev/null/none").args(["--types", "off"]);
    let run = Run::new(&command.output().unwrap());
    assert_eq!(run.status, 0, "{}", run.err);
    assert!(run.err.contains("PYFIX_CACHE_DIR"), "{}", run.err);
    assert!(!run.out.is_empty());
}
