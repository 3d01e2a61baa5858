//! `pyfix batch` over repositories that the tests make: what it commits, what it drops, what it refuses, and that it
//! runs nothing but the verify command.

mod attacks;
mod bisection;
mod fleet;
mod input;
mod report;
mod resume;
mod touched;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use pyfix::cli::{ExitStatus, Terminal, batch_options};
use pyfix::engine::Registry;
use tempfile::TempDir;

/// A function with a site that is rewritten.
pub const LOOP: &str =
    "def f(xs):\n    out = []\n    for x in xs:\n        out.append(x + 1)\n    return out\n";
/// The same, rewritten.
pub const REWRITTEN: &str = "def f(xs):\n    out = [x + 1 for x in xs]\n    return out\n";

/// A directory with repositories; gone when dropped.
pub struct Place {
    _directory: TempDir,
    pub root: PathBuf,
}

/// What a run of the command said.
pub struct Said {
    pub out: String,
    pub err: String,
    pub status: i32,
}

impl Place {
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap();
        Self { _directory: directory, root }
    }

    /// A repository with one commit of these files.
    pub fn repository(&self, name: &str, files: &[(&str, &str)]) -> Repo {
        let repo = Repo { path: self.root.join(name) };
        fs::create_dir_all(&repo.path).unwrap();
        repo.git(&["init", "--quiet", "--initial-branch=main"]);
        for (file, content) in files {
            repo.write(file, content.as_bytes());
        }
        repo.commit();
        repo
    }

    /// Runs the command in the root.
    pub fn run(&self, arguments: &[&str]) -> Said {
        self.run_with(arguments, &[])
    }

    /// Runs the command in the root, with these variables set.
    pub fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Said {
        let output = self.command(arguments).envs(variables.iter().copied()).output().unwrap();
        Said {
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
            status: output.status.code().unwrap_or(-1),
        }
    }

    /// The command in the root, with nothing of the user's own configuration.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pyfix"));
        command.arg("batch").args(arguments).current_dir(&self.root);
        command
            .env("HOME", &self.root)
            .env("XDG_CONFIG_HOME", &self.root)
            .env("SOURCE_DATE_EPOCH", "1700000000");
        command
    }

    /// Runs a batch over `repo` with other transforms than the built-in ones.
    pub fn run_with_registry(&self, repo: &Repo, arguments: &[&str], registry: &Registry) -> ExitStatus {
        let work_dir = self.root.join("work").display().to_string();
        let path = repo.path.display().to_string();
        let arguments = [&[path.as_str(), "--work-dir", work_dir.as_str()], arguments].concat();
        let options = batch_options(&arguments, registry).unwrap();
        pyfix::batch::run(&options, registry, &mut Terminal::new(clap::ColorChoice::Never)).unwrap()
    }

    /// The lines of the journal in `work_dir` that hold `text`.
    pub fn journal(&self, work_dir: &str, text: &str) -> Vec<String> {
        let journal = fs::read_to_string(self.root.join(work_dir).join("journal.jsonl")).unwrap();
        journal.lines().filter(|line| line.contains(text)).map(str::to_owned).collect()
    }
}

/// A repository of a test.
pub struct Repo {
    pub path: PathBuf,
}

impl Repo {
    pub fn write(&self, name: &str, content: &[u8]) {
        let path = self.path.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub fn commit(&self) {
        self.git(&["add", "--all", "--force"]);
        self.git(&["-c", "user.name=T", "-c", "user.email=t@t", "commit", "--quiet", "--message=more"]);
    }

    /// What `git` says, which must succeed.
    pub fn git(&self, arguments: &[&str]) -> String {
        let (said, is_done) = git_in(&self.path, arguments);
        assert!(is_done, "git {arguments:?}: {said}");
        said
    }

    /// The content of a file on a branch.
    pub fn show(&self, branch: &str, name: &str) -> String {
        self.git(&["show", &format!("{branch}:{name}")])
    }

    /// The subjects of the commits on `branch` that `main` does not have, the oldest first.
    pub fn subjects(&self, branch: &str) -> Vec<String> {
        let log = self.git(&["log", "--reverse", "--format=%s", &format!("main..{branch}")]);
        log.lines().map(str::to_owned).collect()
    }

    /// The branches.
    pub fn branches(&self) -> String {
        self.git(&["branch", "--list", "--format=%(refname:short)"])
    }
}

/// What `git` says in `directory`, and whether it succeeds.
pub fn git_in(directory: &Path, arguments: &[&str]) -> (String, bool) {
    let mut command = Command::new("git");
    command.args(["-c", "protocol.file.allow=always", "-c", "commit.gpgsign=false"]);
    command.args(arguments).current_dir(directory);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (String::from_utf8_lossy(&said).into_owned(), output.status.success())
}

#[test]
fn each_transform_gets_a_commit() {
    let place = Place::new();
    let joined = "def g(a, b):\n    return '%s-%s' % (str(a), str(b))\n";
    let repo = place.repository("shop", &[("a.py", LOOP), ("pkg/b.py", LOOP), ("c.py", joined)]);
    repo.write("untracked.py", LOOP.as_bytes());
    let before = repo.git(&["rev-parse", "main"]);
    let said = place.run(&["shop", "--verify", "test -f a.py && echo seen"]);
    assert_eq!((said.status, said.out.as_str()), (0, ""), "{}", said.err);
    assert!(said.err.contains("shop: "), "{}", said.err);
    let subjects = repo.subjects("pyfix");
    assert!(subjects.contains(&"Apply loop-append: 2 fixes in 2 files".to_owned()), "{subjects:?}");
    assert_eq!(repo.show("pyfix", "a.py"), REWRITTEN);
    let message = repo.git(&["log", "--format=%B", "main..pyfix"]);
    assert!(
        message.contains("faster on 3.8") && message.contains("`pyfix explain loop-append`"),
        "{message}"
    );
    // The checkout is as it was.
    assert_eq!(repo.git(&["rev-parse", "HEAD", "main"]), format!("{before}{before}"));
    assert_eq!(repo.git(&["status", "--porcelain"]), "?? untracked.py\n");
    assert_eq!(fs::read_to_string(repo.path.join("a.py")).unwrap(), LOOP);
    // A second run over the branch finds nothing.
    repo.git(&["checkout", "--quiet", "pyfix"]);
    let again = place.run(&["shop", "--branch", "again", "--work-dir", "w2"]);
    assert!(again.err.contains("shop: nothing to change"), "{}", again.err);
}

#[test]
fn bytes_are_those_that_pyfix_wrote() {
    let place = Place::new();
    let crlf = LOOP.replace('\n', "\r\n");
    let ident = format!("# $Id$\n{LOOP}");
    let repo = place.repository("shop", &[("readme", "x")]);
    repo.write("crlf.py", crlf.as_bytes());
    repo.write("ident.py", ident.as_bytes());
    repo.write("latin.py", &[b"# -*- coding: latin-1 -*-\n# \xe4\n", LOOP.as_bytes()].concat());
    repo.write("odd \"name\"\n.py", LOOP.as_bytes());
    repo.commit();
    repo.write(".gitattributes", b"crlf.py -text\n");
    repo.commit();
    repo.write(".gitattributes", b"*.py eol=crlf ident working-tree-encoding=UTF-16\n");
    repo.git(&["update-index", "--add", ".gitattributes"]);
    repo.git(&["-c", "user.name=T", "-c", "user.email=t@t", "commit", "--quiet", "--message=attributes"]);
    repo.git(&["config", "core.autocrlf", "true"]);
    let bare = place.root.join("bare.git");
    git_in(&place.root, &["clone", "--quiet", "--bare", "shop", "bare.git"]);
    let said = place.run(&["bare.git"]);
    assert_eq!(said.status, 0, "{}", said.err);
    let show = |name: &str| git_in(&bare, &["show", &format!("pyfix:{name}")]).0;
    assert_eq!(show("crlf.py"), REWRITTEN.replace('\n', "\r\n"));
    assert_eq!(show("ident.py"), format!("# $Id$\n{REWRITTEN}"));
    assert_eq!(show("odd \"name\"\n.py"), REWRITTEN);
    let diff = git_in(&bare, &["diff", "--stat", "main", "pyfix"]).0;
    assert!(diff.contains("4 files changed"), "{diff}");
}

#[test]
fn the_branch_can_be_checked_out_at_the_end() {
    let place = Place::new();
    let repo = place.repository("shop", &[("a.py", LOOP), ("b.py", "x = 1\n")]);
    let said = place.run(&["shop", "--in-place"]);
    assert_eq!(said.status, 0, "{}", said.err);
    assert_eq!(fs::read_to_string(repo.path.join("a.py")).unwrap(), REWRITTEN);
    assert_eq!(repo.git(&["status", "--porcelain", "--branch"]), "## pyfix\n");
}

#[test]
fn a_checkout_with_other_line_endings_keeps_them() {
    let place = Place::new();
    let repo = place.repository("shop", &[("a.py", LOOP), (".gitattributes", "*.py text eol=crlf\n")]);
    repo.git(&["rm", "--quiet", "--cached", "-r", "."]);
    repo.git(&["reset", "--quiet", "--hard"]);
    let said = place.run(&["shop", "--in-place"]);
    assert_eq!(said.status, 0, "{}", said.err);
    assert_eq!(fs::read_to_string(repo.path.join("a.py")).unwrap(), REWRITTEN.replace('\n', "\r\n"));
    assert_eq!(repo.show("pyfix", "a.py"), REWRITTEN);
    assert_eq!(repo.git(&["status", "--porcelain", "--branch"]), "## pyfix\n");
}

#[test]
fn a_checkout_that_cannot_be_changed_stays_as_it_was() {
    let place = Place::new();
    let repo = place.repository("shop", &[("a.py", LOOP), ("b.py", LOOP)]);
    let untouched = |said: &Said, words: &str| {
        assert_eq!(said.status, 2, "{}", said.err);
        assert!(
            said.err.contains("the checkout was left as it was; the commits are on the branch"),
            "{}",
            said.err
        );
        assert!(said.err.contains(words), "{}", said.err);
        assert_eq!(fs::read_to_string(repo.path.join("a.py")).unwrap(), LOOP);
        assert_eq!(repo.git(&["symbolic-ref", "--short", "HEAD"]), "main\n");
    };
    // Only after the other file was written it turns out that this one must not be.
    let path = repo.path.join("b.py");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    untouched(&place.run(&["shop", "--in-place"]), "b.py cannot be replaced: is read-only");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    repo.write(".git/index.lock", b"");
    untouched(&place.run(&["shop", "--in-place", "--resume"]), "index.lock");
    fs::remove_file(repo.path.join(".git/index.lock")).unwrap();
    assert_eq!(repo.git(&["status", "--porcelain"]), "");
    let said = place.run(&["shop", "--in-place", "--resume"]);
    assert_eq!(said.status, 0, "{}", said.err);
    assert_eq!(repo.git(&["status", "--porcelain", "--branch"]), "## pyfix\n");
}

#[test]
fn the_verify_command_sees_tags() {
    let place = Place::new();
    let repo = place.repository("shop", &[("a.py", LOOP)]);
    repo.git(&["tag", "v1.0"]);
    repo.git(&["-c", "user.name=T", "-c", "user.email=t@t", "tag", "--annotate", "v1.1", "--message=x"]);
    let said = place.run(&["shop", "--verify", "test $(git describe) = v1.1 && test $(git tag | wc -l) = 2"]);
    assert_eq!(said.status, 0, "{}", said.err);
    assert_eq!(repo.show("pyfix", "a.py"), REWRITTEN);
}

#[test]
fn patches_apply() {
    let place = Place::new();
    let repo = place.repository("shop", &[("a.py", LOOP), ("b.py", LOOP)]);
    let said = place.run(&["shop", "--format-patch", "patches"]);
    assert_eq!(said.status, 0, "{}", said.err);
    repo.git(&["apply", "../patches/shop/0001-Apply-loop-append-2-fixes-in-2-files.patch"]);
    assert_eq!(fs::read_to_string(repo.path.join("b.py")).unwrap(), REWRITTEN);
}

#[test]
fn shards_together_are_the_whole() {
    let place = Place::new();
    let repos: Vec<Repo> =
        (0..5).map(|number| place.repository(&format!("r{number}"), &[("a.py", LOOP)])).collect();
    let names = ["r0", "r1", "r2", "r3", "r4"];
    for (shard, count) in [("1/2", 3), ("2/2", 2)] {
        let work_dir = format!("work-{}", &shard[..1]);
        let said =
            place.run(&[&names[..], &["--shard", shard, "--jobs", "2", "--work-dir", &work_dir]].concat());
        assert_eq!(
            said.err.lines().filter(|line| line.contains("on branch pyfix")).count(),
            count,
            "{}",
            said.err
        );
    }
    assert!(repos.iter().all(|repo| repo.show("pyfix", "a.py") == REWRITTEN));
}

#[test]
fn a_plan_says_what_holds_for_each() {
    let place = Place::new();
    let one = place.repository("one", &[("a.py", LOOP)]);
    let two = place.repository("two", &[("a.py", LOOP)]);
    let plan = "verify = 'touch ../../../../verified-$(cat name)'\nbranch = 'faster'\n\
                [[repository]]\npath = '../one'\n[[repository]]\npath = '../two'\nselect = ['range-len']\n";
    fs::create_dir(place.root.join("plans")).unwrap();
    fs::write(place.root.join("plans/plan.toml"), plan).unwrap();
    one.write("name", b"one");
    one.commit();
    two.write("name", b"two");
    two.commit();
    let said = place.run(&["--plan", "plans/plan.toml"]);
    assert_eq!(said.status, 0, "{}", said.err);
    assert_eq!(one.show("faster", "a.py"), REWRITTEN);
    assert_eq!(two.branches(), "main\n");
    assert!(place.root.join("verified-one").exists() && place.root.join("verified-two").exists());
}
