//! Bad input: each kind gets a clear line and status 2, and nothing is lost.

use std::fs;

use super::{LOOP, Place, REWRITTEN, Said, git_in};

/// The only line that tells of a failure.
fn failure(said: &Said) -> &str {
    assert_eq!(said.status, 2, "{}", said.err);
    let mut failures = said.err.lines().filter(|line| line.starts_with("error:"));
    let line = failures.next().unwrap();
    assert_eq!(failures.next(), None, "{}", said.err);
    line
}

#[test]
fn what_is_no_repository_is_refused() {
    let place = Place::new();
    fs::create_dir_all(place.root.join("plain/inner")).unwrap();
    fs::write(place.root.join("file"), "x").unwrap();
    let repo = place.repository("shop", &[("sub/a.py", LOOP)]);
    let fails = |path: &str, words: &str| {
        let work_dir = format!("work-{}", path.replace('/', "-"));
        let said = place.run(&[path, "--work-dir", &work_dir]);
        assert!(failure(&said).contains(words), "{path}: {}", said.err);
    };
    fails("missing", "missing: no such directory");
    fails("plain", "plain: is not a Git repository; name the top directory of one");
    fails("file", "file: is no directory");
    fails("shop/sub", "sub: is not a Git repository; name the top directory of one");
    fails("shop/.git", "is the inside of a Git repository; name its top directory");
    assert_eq!(repo.branches(), "main\n");
}

#[test]
fn the_others_are_worked_on() {
    let place = Place::new();
    let repo = place.repository("good", &[("a.py", LOOP)]);
    let said = place.run(&["missing", "good"]);
    assert!(failure(&said).contains("missing"), "{}", said.err);
    assert_eq!(repo.show("pyfix", "a.py"), REWRITTEN);
}

#[test]
fn no_commits() {
    let place = Place::new();
    fs::create_dir(place.root.join("new")).unwrap();
    git_in(&place.root.join("new"), &["init", "--quiet"]);
    assert!(failure(&place.run(&["new"])).contains("new: has no commits yet; make one first"));
}

#[test]
fn uncommitted_changes() {
    let place = Place::new();
    let repo = place.repository("shop", &[("a.py", LOOP), ("b.py", LOOP)]);
    repo.write("a.py", b"x = 1\n");
    let said = place.run(&["shop"]);
    assert!(
        failure(&said).contains("shop: has uncommitted changes (a.py); commit or stash them first"),
        "{}",
        said.err
    );
    repo.git(&["checkout", "a.py"]);
    repo.git(&["rm", "--quiet", "--cached", "b.py"]);
    let said = place.run(&["shop", "--work-dir", "w2"]);
    assert!(failure(&said).contains("uncommitted changes (b.py)"), "{}", said.err);
    assert_eq!(repo.branches(), "main\n");
}

#[test]
fn line_endings_of_a_checkout_are_no_changes() {
    let place = Place::new();
    let repo = place.repository("shop", &[("a.py", LOOP), (".gitattributes", "*.py text eol=crlf\n")]);
    repo.git(&["rm", "--quiet", "--cached", "-r", "."]);
    repo.git(&["reset", "--quiet", "--hard"]);
    assert!(fs::read_to_string(repo.path.join("a.py")).unwrap().contains('\r'));
    // The index knows another time for the file, so that Git has to look into it.
    let file = fs::File::options().write(true).open(repo.path.join("a.py")).unwrap();
    file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    let said = place.run(&["shop"]);
    assert_eq!(said.status, 0, "{}", said.err);
    assert_eq!(repo.show("pyfix", "a.py"), REWRITTEN);
}

#[test]
fn a_branch_that_is_there_already() {
    let place = Place::new();
    let repo = place.repository("shop", &[("a.py", LOOP)]);
    repo.git(&["branch", "pyfix"]);
    let said = place.run(&["shop"]);
    assert!(failure(&said).contains("shop: has a branch `pyfix` already; delete it or name another"));
    let said = place.run(&["shop", "--branch", "a..b", "--work-dir", "w2"]);
    assert!(failure(&said).contains("`a..b` is no name for a branch"), "{}", said.err);
}

#[test]
fn a_branch_that_leaves_no_room_for_the_new_one() {
    let place = Place::new();
    let repo = place.repository("shop", &[("a.py", LOOP)]);
    repo.git(&["branch", "pyfix/first"]);
    // Said before the verify command is run for the first time.
    let said = place.run(&["shop", "--verify", "touch ../../../../ran"]);
    assert!(failure(&said).contains("has a branch `pyfix/first`, beside which"), "{}", said.err);
    let said = place.run(&["shop", "--branch", "main/faster", "--work-dir", "w2"]);
    assert!(failure(&said).contains("has a branch `main`, beside which"), "{}", said.err);
    let said = place.run(&["shop", "--branch", "HEAD", "--work-dir", "w3"]);
    assert!(failure(&said).contains("`HEAD` is no name for a branch"), "{}", said.err);
    assert!(!place.root.join("ran").exists());
}

#[test]
fn files_that_only_a_filter_can_compare() {
    let place = Place::new();
    let repo = place.repository("shop", &[("a.py", LOOP), (".gitattributes", "*.bin filter=up\n")]);
    repo.write("b.bin", b"lower\n");
    repo.commit();
    repo.git(&["config", "filter.up.clean", "tr A-Z a-z"]);
    repo.write("b.bin", b"LOWER\n");
    repo.git(&["status"]);
    repo.git(&["add", "b.bin"]);
    assert_eq!(repo.git(&["status", "--porcelain"]), "");
    let file = fs::File::options().write(true).open(repo.path.join("b.bin")).unwrap();
    file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    let said = place.run(&["shop"]);
    assert!(failure(&said).contains("only be compared by a filter, which pyfix does not run (b.bin)"));
    repo.write("a.py", b"x = 1\n");
    let said = place.run(&["shop", "--work-dir", "w2"]);
    assert!(failure(&said).contains("has uncommitted changes (a.py); commit"), "{}", said.err);
}

#[test]
fn patches_of_another_run() {
    let place = Place::new();
    let repo = place.repository("shop", &[("a.py", LOOP)]);
    fs::create_dir_all(place.root.join("patches/shop")).unwrap();
    fs::write(place.root.join("patches/shop/0001-old.patch"), "").unwrap();
    let said = place.run(&["shop", "--format-patch", "patches"]);
    assert!(failure(&said).contains("patches/shop has files already"), "{}", said.err);
    assert_eq!(repo.branches(), "main\n");
}

#[test]
fn a_detached_head_is_where_the_branch_starts() {
    let place = Place::new();
    let repo = place.repository("shop", &[("a.py", LOOP)]);
    repo.git(&["checkout", "--quiet", "--detach"]);
    let said = place.run(&["shop"]);
    assert_eq!(said.status, 0, "{}", said.err);
    assert_eq!(repo.show("pyfix", "a.py"), REWRITTEN);
}

#[test]
fn a_clone_that_lacks_objects() {
    let place = Place::new();
    let whole = place.repository("whole", &[("a.py", LOOP), ("sub/b.py", "x = 1\n")]);
    whole.git(&["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", whole.path.display());
    git_in(&place.root, &["clone", "--quiet", "--filter=blob:none", "--sparse", &url, "part"]);
    let said = place.run(&["part"]);
    assert!(failure(&said).contains("part: is a partial clone, and pyfix fetches nothing"), "{}", said.err);
}

#[test]
fn submodules_are_left_alone() {
    let place = Place::new();
    place.repository("inner", &[("b.py", LOOP)]);
    let repo = place.repository("shop", &[("a.py", LOOP)]);
    repo.git(&["submodule", "--quiet", "add", "../inner", "vendored"]);
    repo.commit();
    repo.write("vendored/b.py", b"x = 1\n");
    let said = place.run(&["shop", "--verify", "test -d vendored"]);
    assert_eq!(said.status, 0, "{}", said.err);
    assert_eq!(repo.show("pyfix", "a.py"), REWRITTEN);
    assert_eq!(repo.git(&["diff", "--name-only", "main", "pyfix"]), "a.py\n");
}

#[test]
fn a_command_that_fails_before_any_change() {
    let place = Place::new();
    let repo = place.repository("shop", &[("a.py", LOOP)]);
    let said = place.run(&["shop", "--verify", "echo broken; exit 3"]);
    let line = failure(&said);
    assert!(line.contains("ended with exit status 3, saying `broken` before any change"), "{line}");
    assert!(line.contains("--allow-failing-baseline"), "{line}");
    assert_eq!(repo.branches(), "main\n");
    let allowed = ["shop", "--verify", "exit 3", "--allow-failing-baseline", "--work-dir", "w2"];
    assert_eq!(place.run(&allowed).status, 0);
    assert_eq!(repo.show("pyfix", "a.py"), REWRITTEN);
}

#[test]
fn a_command_that_does_not_exist() {
    let place = Place::new();
    place.repository("shop", &[("a.py", LOOP)]);
    let said = place.run(&["shop", "--verify", "no-such-command-at-all --quiet"]);
    assert!(failure(&said).contains("the verify command was not found (exit status 127)"), "{}", said.err);
}

#[test]
fn a_command_that_hangs() {
    let place = Place::new();
    let repo = place.repository("shop", &[("a.py", LOOP)]);
    let said = place.run(&["shop", "--verify", "sleep 100", "--verify-timeout", "1s"]);
    assert!(failure(&said).contains("took longer than 1 second and was killed; raise --verify-timeout"));
    // One that hangs with a fix is dropped.
    let hangs = "if grep -q 'out = \\[x' a.py; then sleep 100; fi";
    let arguments = ["--verify-timeout", "1", "--work-dir", "w2", "--select", "loop-append"];
    let said = place.run(&[&["shop", "--verify", hangs], &arguments[..]].concat());
    assert!(said.err.contains("nothing to change; 1 fix dropped"), "{}", said.err);
    assert_eq!(repo.branches(), "main\n");
}

#[test]
fn a_report_that_a_link_leads_elsewhere() {
    let place = Place::new();
    let repo = place.repository("shop", &[("a.py", LOOP)]);
    fs::create_dir(place.root.join("mine")).unwrap();
    fs::write(place.root.join("mine/r.xml"), "kept").unwrap();
    std::os::unix::fs::symlink(place.root.join("mine"), repo.path.join("out")).unwrap();
    repo.commit();
    let said = place.run(&["shop", "--verify", "true", "--verify-junit", "out/r.xml"]);
    assert!(failure(&said).contains("a symbolic link leads to the JUnit report"), "{}", said.err);
    assert_eq!(fs::read_to_string(place.root.join("mine/r.xml")).unwrap(), "kept");
}

#[test]
fn a_command_that_changes_files() {
    let place = Place::new();
    let repo = place.repository("shop", &[("a.py", LOOP), ("b.txt", "kept\n")]);
    let said = place.run(&["shop", "--verify", "echo y >> b.txt; echo z > new.txt; rm a.py; git add --all"]);
    assert_eq!(said.status, 0, "{}", said.err);
    assert_eq!(repo.show("pyfix", "a.py"), REWRITTEN);
    assert_eq!(repo.git(&["diff", "--name-only", "main", "pyfix"]), "a.py\n");
}

#[test]
fn arguments_that_mean_nothing() {
    let place = Place::new();
    place.repository("shop", &[("a.py", LOOP)]);
    let refused = |arguments: &[&str], words: &str| {
        let said = place.run(arguments);
        assert_eq!(said.status, 2, "{}", said.err);
        assert!(said.err.contains(words), "{arguments:?}: {}", said.err);
    };
    refused(&[], "no repositories");
    refused(&["shop", "shop"], "is named twice");
    refused(&["shop", "--select", "loop-apend"], "did you mean `loop-append`?");
    refused(&["shop", "--shard", "3/2"], "1/4");
    refused(&["shop", "--verify-timeout", "soon"], "write a time like");
    refused(&["shop", "--verify-junit", "r.xml"], "add --verify");
    refused(&["shop", "--verify", "true", "--verify-junit", "/r.xml"], "outside of the tree");
    refused(&["shop", "--verify", "true", "--verify-junit", "a/../../r.xml"], "outside of the tree");
    refused(&["--plan", "none.toml"], "none.toml: cannot be read");
    refused(&["ext::sh -c 'touch marker'"], "is no address");
    assert!(!place.root.join("marker").exists());
}

#[test]
fn a_run_is_not_begun_twice() {
    let place = Place::new();
    place.repository("shop", &[("a.py", LOOP)]);
    assert_eq!(place.run(&["shop"]).status, 0);
    assert!(failure(&place.run(&["shop"])).contains("holds a run already"));
    assert!(
        failure(&place.run(&["shop", "--verify", "true", "--resume"])).contains("asked for something else")
    );
    assert_eq!(place.run(&["shop", "--resume"]).status, 0);
    let elsewhere = ["../shop", "--resume", "--work-dir", "../.pyfix-batch"];
    let status = place.command(&elsewhere).current_dir(place.root.join("shop")).status().unwrap();
    assert!(status.success(), "the same repository by another path");
    // From there, `shop` is another directory.
    fs::create_dir(place.root.join("other")).unwrap();
    let another = ["shop", "--resume", "--work-dir", "../.pyfix-batch"];
    let status = place.command(&another).current_dir(place.root.join("other")).status().unwrap();
    assert_eq!(status.code(), Some(2));
    assert!(failure(&place.run(&["shop", "--work-dir", "other", "--resume"])).contains("holds no run"));
}

#[test]
fn an_address_is_cloned() {
    let place = Place::new();
    place.repository("shop", &[("a.py", LOOP)]);
    let url = format!("file://{}", place.root.join("shop").display());
    let said = place.run(&[&url]);
    assert_eq!(said.status, 0, "{}", said.err);
    let copy = place.root.join(".pyfix-batch/repositories/shop/clone.git");
    assert_eq!(git_in(&copy, &["show", "pyfix:a.py"]).0, REWRITTEN);
    let said = place.run(&["file:///no/such/repository", "--work-dir", "w2"]);
    assert!(failure(&said).contains("`git clone` failed"), "{}", said.err);
}
