//! Files outlive whatever interrupts the writing of them: a small run of `tests/trust/faults.py`, and that it would
//! notice.

#![cfg(unix)]

use std::path::PathBuf;
use std::process::{Command, Output};

fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/trust")
}

/// What the harness said of `pyfix`; `None` where there is no Python to run it.
fn disturb(pyfix: &str, arguments: &[&str]) -> Option<Output> {
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("skipped: there is no python3");
        return None;
    }
    let mut command = Command::new("python3");
    command.arg(directory().join("faults.py")).args(["--pyfix", pyfix, "--files", "30"]).args(arguments);
    Some(command.output().unwrap())
}

#[test]
fn no_file_is_lost() {
    let Some(output) = disturb(env!("CARGO_BIN_EXE_pyfix"), &["--kills", "40", "--rounds", "8"]) else {
        return;
    };
    let said = String::from_utf8_lossy(&output.stdout);
    eprintln!("{said}");
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

/// Ends at the first fault, and so may try far longer than it takes: a busy machine makes moments go wrong.
#[test]
fn a_writer_that_loses_files_is_noticed() {
    let careless = directory().join("careless.py");
    for part in ["kills", "disk", "editor", "together"] {
        let arguments = ["--only", part, "--kills", "500", "--rounds", "200", "--until-fault"];
        let Some(output) = disturb(careless.to_str().unwrap(), &arguments) else { return };
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(
            output.status.code(),
            Some(1),
            "{part}: {said}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(said.contains("FAULT"), "{said}");
    }
}
