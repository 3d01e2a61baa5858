//! What the tests of this module share: asking the Python that is installed.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::thread;

/// What `python3` prints for `script`, given `input`. `None`, and a line that says so, where there is none.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
pub(super) fn ask_python(script: &str, input: &str) -> Option<String> {
    let python = Command::new("python3")
        .args(["-c", script])
        .env("PYTHONIOENCODING", "utf-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut python) = python else {
        eprintln!("skipped: there is no python3 to compare with");
        return None;
    };
    let mut stdin = python.stdin.take().unwrap();
    // A script may answer before it has read everything; writing here would then wait for ever.
    let output = thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(input.as_bytes()).unwrap());
        python.wait_with_output().unwrap()
    });
    assert!(output.status.success(), "the script failed, see above");
    Some(String::from_utf8(output.stdout).unwrap())
}
