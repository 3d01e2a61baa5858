//! Nothing of a repository is run but the verify command: each of these would leave a mark.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::{LOOP, Place, REWRITTEN, Repo, git_in};

const HOOKS: &[&str] = &[
    "applypatch-msg",
    "commit-msg",
    "fsmonitor-watchman",
    "post-applypatch",
    "post-checkout",
    "post-commit",
    "post-index-change",
    "post-merge",
    "post-rewrite",
    "post-update",
    "pre-applypatch",
    "pre-auto-gc",
    "pre-commit",
    "pre-push",
    "pre-receive",
    "prepare-commit-msg",
    "proc-receive",
    "push-to-checkout",
    "reference-transaction",
    "update",
];

/// Keys of a configuration that name a program.
const PROGRAMS: &[&str] = &[
    "core.alternateRefsCommand",
    "core.askPass",
    "core.editor",
    "core.fsmonitor",
    "core.gitProxy",
    "core.pager",
    "core.sshCommand",
    "credential.helper",
    "diff.external",
    "diff.evil.command",
    "diff.evil.textconv",
    "filter.evil.clean",
    "filter.evil.process",
    "filter.evil.smudge",
    "gpg.program",
    "merge.evil.driver",
    "pager.status",
    "sequence.editor",
    "submodule.inner.update",
    "uploadpack.packObjectsHook",
];

/// A program that leaves the mark `name`.
fn trap(place: &Place, name: &str) -> String {
    let mark = place.root.join("marks").join(name).display().to_string();
    let path = place.root.join("traps").join(name);
    script(&path, &format!("#!/bin/sh\ntouch '{mark}'\ncat\n"));
    path.display().to_string()
}

fn script(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A repository in which everything that could run something does.
fn hostile(place: &Place) -> Repo {
    fs::create_dir_all(place.root.join("marks")).unwrap();
    let attributes = "* filter=evil diff=evil merge=evil\n";
    let repo =
        place.repository("shop", &[("a.py", LOOP), ("b.py", "x = 1\n"), (".gitattributes", attributes)]);
    for hook in HOOKS {
        let trap = trap(place, &format!("hook-{hook}"));
        script(&repo.path.join(".git/hooks").join(hook), &format!("#!/bin/sh\nexec '{trap}' </dev/null\n"));
    }
    repo.write(".git/info/attributes", attributes.as_bytes());
    for key in PROGRAMS {
        let trap = trap(place, key);
        let value = if key.starts_with("submodule") { format!("!{trap}") } else { trap };
        repo.git(&["config", key, &value]);
    }
    repo.git(&["config", "filter.evil.required", "true"]);
    repo.git(&["config", "commit.gpgSign", "true"]);
    repo.git(&["config", "protocol.ext.allow", "always"]);
    let alias = format!("!{}", trap(place, "alias"));
    for command in ["status", "rev-parse", "index-pack", "update-ref"] {
        repo.git(&["config", &format!("alias.{command}"), &alias]);
    }
    repo
}

fn marks(place: &Place) -> Vec<String> {
    let entries = fs::read_dir(place.root.join("marks")).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn the_traps_work() {
    let place = Place::new();
    let repo = hostile(&place);
    // Git has to look into a file whose time it does not know.
    repo.write("b.py", b"x = 2\n");
    // It may well stumble over a filter that does not answer.
    git_in(&repo.path, &["status"]);
    let marks = marks(&place);
    assert!(marks.iter().any(|mark| mark == "core.fsmonitor"), "{marks:?}");
    assert!(marks.iter().any(|mark| mark.starts_with("filter.evil")), "{marks:?}");
}

#[test]
fn no_hook_and_no_configured_program_is_run() {
    let place = Place::new();
    let repo = hostile(&place);
    // The index does not know the time of the files: Git has to look into them, and would run the filter.
    for name in ["a.py", "b.py"] {
        let file = fs::File::options().write(true).open(repo.path.join(name)).unwrap();
        file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    }
    for (work_dir, arguments) in
        [("w1", &["--format-patch", "patches"][..]), ("w2", &["--in-place", "--branch", "other"])]
    {
        let verify = ["--verify", "touch verified; test -f b.py", "--work-dir", work_dir];
        let said = place.run(&[&["shop"], &verify[..], arguments].concat());
        assert_eq!(said.status, 0, "{}", said.err);
    }
    assert_eq!(marks(&place), Vec::<String>::new());
    assert_eq!(fs::read_to_string(repo.path.join("a.py")).unwrap(), REWRITTEN);
    let head = fs::read_to_string(repo.path.join(".git/HEAD")).unwrap();
    assert_eq!(head, "ref: refs/heads/other\n");
}

#[test]
fn a_clone_runs_nothing_either() {
    let place = Place::new();
    hostile(&place);
    let said = place.run(&[&format!("file://{}", place.root.join("shop").display()), "--verify", "true"]);
    assert_eq!(said.status, 0, "{}", said.err);
    assert_eq!(marks(&place), Vec::<String>::new());
}

#[test]
fn another_working_tree_is_not_touched() {
    let place = Place::new();
    let repo = place.repository("shop", &[("a.py", LOOP)]);
    fs::create_dir(place.root.join("elsewhere")).unwrap();
    fs::write(place.root.join("elsewhere/a.py"), LOOP).unwrap();
    repo.git(&["config", "core.worktree", &place.root.join("elsewhere").display().to_string()]);
    let said = place.run(&["shop", "--in-place"]);
    assert_eq!(said.status, 0, "{}", said.err);
    assert_eq!(fs::read_to_string(place.root.join("elsewhere/a.py")).unwrap(), LOOP);
}

#[cfg(unix)]
#[test]
fn links_lead_nowhere() {
    let place = Place::new();
    fs::write(place.root.join("outside.py"), LOOP).unwrap();
    let repo = place.repository("shop", &[("a.py", LOOP)]);
    std::os::unix::fs::symlink("../../../../outside.py", repo.path.join("link.py")).unwrap();
    std::os::unix::fs::symlink(&place.root, repo.path.join("directory")).unwrap();
    repo.commit();
    let said = place.run(&["shop"]);
    assert_eq!(said.status, 0, "{}", said.err);
    assert_eq!(fs::read_to_string(place.root.join("outside.py")).unwrap(), LOOP);
    assert_eq!(repo.git(&["diff", "--name-only", "main", "pyfix"]), "a.py\n");
}

#[test]
fn the_environment_of_a_hook_leads_nowhere() {
    let place = Place::new();
    let other = place.repository("other", &[("a.py", "x = 1\n")]);
    let repo = place.repository("shop", &[("a.py", LOOP)]);
    let git_dir = other.path.join(".git").display().to_string();
    let said = place.run_with(&["shop"], &[("GIT_DIR", &git_dir), ("GIT_INDEX_FILE", "/nowhere")]);
    assert_eq!(said.status, 0, "{}", said.err);
    assert_eq!(repo.show("pyfix", "a.py"), REWRITTEN);
    assert_eq!(other.branches(), "main\n");
}
