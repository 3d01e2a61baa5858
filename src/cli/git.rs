//! Runs the `git` command so that it runs nothing else.
//!
//! What a repository says about itself may have been written by anybody: hooks, filters, monitors, pagers, helpers and
//! commands in its configuration are programs of strangers. Therefore no command here works with the configuration
//! of a repository where a program named in it could be run: trees are checked out, compared and committed in a Git
//! directory of our own, and what has to happen in the user's repository happens with `SAFEGUARDS`.

use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use anyhow::{Context, Result, bail};

/// The oldest Git whose options are used here.
const OLDEST: (u32, u32) = (2, 36);

/// Wins over the configuration of the repository that a command works in, for whatever may name a program or take
/// one from elsewhere. The commands that are used need none of them; they are here in case that one does after all.
const SAFEGUARDS: &[&str] = &[
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.sshCommand=false",
    "core.askPass=false",
    "core.editor=false",
    "core.pager=cat",
    "core.alternateRefsCommand=false",
    "core.attributesFile=/dev/null",
    "credential.helper=",
    "diff.external=",
    "gc.auto=0",
    "gpg.program=false",
    "maintenance.auto=false",
    "protocol.allow=never",
    "submodule.recurse=false",
    // Who owns a repository matters to Git because of what its configuration may run.
    "safe.directory=*",
];

/// Which of the user's own configuration a command reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum UserConfiguration {
    /// None, and nothing comes over a network.
    Ignored,
    /// All: their credentials, proxies and names of servers are needed to reach another machine.
    Read,
}

/// A `git` that reads no configuration but that of the repository that it is pointed at.
pub fn git() -> Command {
    command(UserConfiguration::Ignored)
}

/// A `git` that works in the repository with the Git directory `directory`, whoever wrote its configuration.
pub fn git_in(directory: &Path) -> Command {
    let mut command = git();
    command.arg("--git-dir").arg(directory);
    command
}

/// A `git` that takes a copy of a repository from elsewhere, as the user would.
pub fn git_for_cloning() -> Command {
    command(UserConfiguration::Read)
}

fn command(user: UserConfiguration) -> Command {
    let mut command = Command::new("git");
    for (name, _) in std::env::vars_os().filter(|(name, _)| concerns_git(name)) {
        command.env_remove(name);
    }
    command
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_NO_REPLACE_OBJECTS", "1")
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_PAGER", "cat")
        .env("LC_ALL", "C")
        .stdin(Stdio::null());
    match user {
        UserConfiguration::Ignored => {
            command
                .env("GIT_CONFIG_NOSYSTEM", "1")
                .env("GIT_CONFIG_SYSTEM", "/dev/null")
                .env("GIT_CONFIG_GLOBAL", "/dev/null")
                .env("GIT_ATTR_NOSYSTEM", "1")
                .env("GIT_ALLOW_PROTOCOL", "none");
            for setting in SAFEGUARDS {
                command.args(["-c", setting]);
            }
        }
        UserConfiguration::Read => {
            command.env("GIT_ALLOW_PROTOCOL", "file:git:http:https:ssh");
            command.args(["-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"]);
        }
    }
    command
}

/// Whether a variable of the environment tells Git what to do: one that is set where pyfix was called from a hook
/// would lead it into another repository.
fn concerns_git(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("GIT_") || name == "SSH_ASKPASS"
}

/// What the user's own configuration says for `key`, if anything.
pub fn user_configuration(key: &str) -> Option<String> {
    let mut command = Command::new("git");
    command.args(["config", "--global", "--get", key]).stdin(Stdio::null()).stderr(Stdio::null());
    let output = command.output().ok().filter(|output| output.status.success())?;
    let value = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (!value.is_empty()).then_some(value)
}

/// Finds out, once, whether there is a Git that is new enough.
///
/// # Errors
///
/// When there is none.
pub fn require_git() -> Result<()> {
    static FAILURE: OnceLock<Option<String>> = OnceLock::new();
    match FAILURE.get_or_init(|| check_version().err().map(|error| format!("{error:#}"))) {
        None => Ok(()),
        Some(failure) => bail!("{failure}"),
    }
}

fn check_version() -> Result<()> {
    let output = git().arg("--version").output();
    let (major, minor) = OLDEST;
    let wanted = format!("install Git {major}.{minor} or newer");
    let output = output.with_context(|| format!("`git` cannot be run; {wanted}"))?;
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    match version_in(&said) {
        Some(version) if version >= OLDEST => Ok(()),
        _ => bail!("`git --version` says `{said}`, which is too old; {wanted}"),
    }
}

/// The version in `git version 2.47.3`.
fn version_in(said: &str) -> Option<(u32, u32)> {
    let mut numbers = said.split_whitespace().nth(2)?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// Runs `command`, with `input` on its standard input.
///
/// # Errors
///
/// When it cannot be run or fails: what it said, in one line.
pub fn output_with(command: &mut Command, input: &[u8]) -> Result<Vec<u8>> {
    let output = run(command, input)?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    bail!("`git {}` failed: {}", subcommand(command), first_complaint(&output));
}

/// Runs `command` without input.
///
/// # Errors
///
/// When it cannot be run or fails: what it said, in one line.
pub fn output(command: &mut Command) -> Result<Vec<u8>> {
    output_with(command, &[])
}

/// Runs `command` without input; `None` when it fails.
///
/// # Errors
///
/// When it cannot be run.
pub fn output_if_any(command: &mut Command) -> Result<Option<Vec<u8>>> {
    let output = run(command, &[])?;
    Ok(output.status.success().then_some(output.stdout))
}

/// Runs `command` without input; what it prints, less the end of the line.
///
/// # Errors
///
/// When it cannot be run or fails: what it said, in one line.
pub fn line(command: &mut Command) -> Result<String> {
    Ok(as_line(&output(command)?))
}

/// `output` without the end of its line.
pub fn as_line(output: &[u8]) -> String {
    String::from_utf8_lossy(output).trim_end_matches(['\n', '\r']).to_owned()
}

fn run(command: &mut Command, input: &[u8]) -> Result<Output> {
    let name = subcommand(command);
    let failed = || format!("`git {name}` cannot be run");
    command.stdin(if input.is_empty() { Stdio::null() } else { Stdio::piped() });
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().with_context(failed)?;
    let stdin = child.stdin.take();
    std::thread::scope(|scope| {
        // Written while the answer is read: either pipe could be full.
        scope.spawn(move || {
            // A command that has read enough closes its input; whether it failed its status tells.
            stdin.map(|mut pipe| pipe.write_all(input))
        });
        child.wait_with_output().with_context(failed)
    })
}

/// The name of the subcommand that `command` runs.
fn subcommand(command: &Command) -> String {
    let mut arguments = command.get_args();
    while let Some(argument) = arguments.next() {
        match argument.to_string_lossy().as_ref() {
            "-c" | "-C" | "--git-dir" | "--work-tree" => drop(arguments.next()),
            name => return name.to_owned(),
        }
    }
    String::new()
}

/// The line that tells best what went wrong.
fn first_complaint(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    let mut lines = said.lines().filter(|line| !line.trim().is_empty());
    let fatal = said.lines().find(|line| line.starts_with("fatal:") || line.starts_with("error:"));
    let first = fatal.or_else(|| lines.next()).unwrap_or("no message");
    let first = first.trim_start_matches("fatal: ").trim_start_matches("error: ");
    // The cause of a full disk stands in the first line, what it led to in the last.
    if output.status.code().is_none() { format!("{first} ({})", output.status) } else { first.to_owned() }
}

/// `name` and `value` joined by `=`.
pub fn setting(name: &str, value: &OsStr) -> OsString {
    let mut setting = OsString::from(name);
    setting.push("=");
    setting.push(value);
    setting
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        assert_eq!(version_in("git version 2.47.3"), Some((2, 47)));
        assert_eq!(version_in("git version 2.39.5 (Apple Git-154)"), Some((2, 39)));
        assert_eq!(version_in("git version 3.0.rc1"), Some((3, 0)));
        assert_eq!(version_in("something else"), None);
    }

    #[test]
    fn what_failed_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let failed = output(git_in(directory.path()).args(["rev-parse", "HEAD"])).unwrap_err().to_string();
        assert!(failed.starts_with("`git rev-parse` failed: "), "{failed}");
    }
}
