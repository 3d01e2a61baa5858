//! The command as a user meets it: what it prints where, what it writes, and how it ends.
//!
//! What is rewritten into what is the business of the pages; here one loop that surely is rewritten does.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that meets something unexpected should stop there"
)]

mod apply;
mod cache;
mod input;
mod metaclasses;
mod output;
mod profile;
mod schema;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;
use tempfile::TempDir;

/// A function with a site that is rewritten.
const LOOP: &str = "def f(xs):\n    out = []\n    for x in xs:\n        out.append(x + 1)\n    return out\n";
/// The same, rewritten.
const REWRITTEN: &str = "def f(xs):\n    out = [x + 1 for x in xs]\n    return out\n";
/// A function with a site that is left alone.
const DECLINED: &str = "def g(xs):\n    out = []\n    for x in xs:\n        out.append(x)\n    else:\n        out = None\n    return out\n";

/// A directory with files to run pyfix in; gone when dropped.
struct Project {
    _directory: TempDir,
    root: PathBuf,
}

impl Project {
    /// A project of these files, outside of any repository.
    fn new(files: &[(&str, &[u8])]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap();
        let project = Self { _directory: directory, root };
        for (name, content) in files {
            project.write(name, content);
        }
        project
    }

    fn write(&self, name: &str, content: &[u8]) {
        let path = self.root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.root.join(name)).unwrap()
    }

    /// Runs pyfix in the root.
    fn run(&self, arguments: &[&str]) -> Run {
        pyfix_in(&self.root, arguments)
    }

    /// Runs pyfix in the root, with `input` on standard input.
    fn run_with_input(&self, arguments: &[&str], input: &[u8]) -> Run {
        Run::new(&command_in(&self.root).args(arguments).write_stdin(input).output().unwrap())
    }
}

/// How a run went.
#[derive(Debug)]
struct Run {
    out: Vec<u8>,
    err: String,
    status: i32,
}

impl Run {
    fn new(output: &Output) -> Self {
        Self {
            out: output.stdout.clone(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
            status: output.status.code().unwrap_or(-1),
        }
    }

    fn out(&self) -> &str {
        std::str::from_utf8(&self.out).unwrap()
    }

    /// The lines on standard error that tell of failures.
    fn errors(&self) -> Vec<&str> {
        self.err.lines().filter_map(|line| line.strip_prefix("error: ")).collect()
    }

    fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.out).unwrap()
    }
}

fn pyfix_in(directory: &Path, arguments: &[&str]) -> Run {
    Run::new(&command_in(directory).args(arguments).output().unwrap())
}

fn command_in(directory: &Path) -> Command {
    let mut command = assert_cmd::cargo::cargo_bin_cmd!("pyfix");
    command.current_dir(directory).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    // Each run stands for itself; a relative directory is as good as none.
    command.env("PYFIX_CACHE_DIR", "none");
    command
}

/// Says that a test could not run, and why.
#[expect(clippy::print_stderr, reason = "the test's runner shows it")]
fn skip(reason: &str) {
    eprintln!("skipped: {reason}");
}
