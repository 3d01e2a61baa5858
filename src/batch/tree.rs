//! The tree that a migration works in: a Git directory and files of our own, beside the user's repository.
//!
//! ```text
//! <work directory>/repositories/<name>/git    objects made here; all others are read from the user's repository
//! <work directory>/repositories/<name>/tree   the files, as bytes of the commit: no filter, no line ending changed
//! ```
//!
//! The files stand at a commit, the *base*, but for a *variant*: some files with other bytes.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::repository::{Changes, Repository};
use crate::cli::git::{self, as_line, git};

/// Wins over the `.gitattributes` of every repository: bytes are what they are in the commit.
const ATTRIBUTES: &str = "* -text -crlf -eol -ident -filter -working-tree-encoding -diff -merge\n";

/// The configuration of the Git directory, beside what `git init` writes.
const CONFIGURATION: &[(&str, &str)] = &[
    ("core.autocrlf", "false"),
    ("core.fileMode", "true"),
    ("core.fsmonitor", "false"),
    ("core.hooksPath", "/dev/null"),
    ("core.logAllRefUpdates", "false"),
    ("core.safecrlf", "false"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
];

/// Git locks nothing in a directory of ours for so long, unless it was killed.
const LONGEST_LOCK: Duration = Duration::from_secs(10);

/// Some files with the bytes that they are to have instead of those of the base, by their names in the tree.
pub type Variant<'b> = BTreeMap<PathBuf, &'b [u8]>;

/// A tracked file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    mode: String,
    blob: String,
}

/// Who commits, and when.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Signature {
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
    /// Seconds since 1970.
    pub seconds: u64,
}

/// The tree.
#[derive(Debug)]
pub struct Tree {
    git_dir: PathBuf,
    /// Absolute, without symbolic links.
    files: PathBuf,
    base: String,
    tracked: BTreeMap<PathBuf, Entry>,
    /// The files that differ from the base.
    written: BTreeSet<PathBuf>,
}

impl Tree {
    /// A tree in `directory`, which is made, or emptied, with the files of no commit yet.
    ///
    /// # Errors
    ///
    /// When the system or Git fails.
    pub fn create(directory: &Path, repository: &Repository) -> Result<Self> {
        let (git_dir, files) = (directory.join("git"), directory.join("tree"));
        clear(&files)?;
        fs::create_dir_all(&files).with_context(|| format!("{} cannot be made", files.display()))?;
        let files = fs::canonicalize(&files)?;
        let is_new = !git_dir.join("HEAD").exists();
        remove_old_locks(&git_dir);
        let mut init = git();
        init.args(["init", "--quiet", "--template=", "--initial-branch=pyfix"]);
        init.arg(format!("--object-format={}", repository.object_format()));
        init.arg("--separate-git-dir").arg(&git_dir).arg(&files);
        git::output(&mut init)?;
        let git_dir = fs::canonicalize(&git_dir)?;
        let tree =
            Self { git_dir, files, base: String::new(), tracked: BTreeMap::new(), written: BTreeSet::new() };
        if is_new {
            tree.configure()?;
        }
        let objects = repository.objects().as_os_str().as_bytes();
        if objects.contains(&b'\n') {
            bail!("its path has the end of a line in it, with which Git cannot share objects; move it");
        }
        tree.put("objects/info/alternates", &[objects, b"\n"].concat())?;
        // Commands that ask Git for the version of a project want them.
        tree.put("packed-refs", &repository.packed_tags()?)?;
        if let Ok(shallow) = fs::read(repository.shallow_file()) {
            tree.put("shallow", &shallow)?;
        }
        Ok(tree)
    }

    /// The tree that was created in `directory`, and is not to be worked in any more.
    pub fn existing(directory: &Path) -> Self {
        let (git_dir, files) = (directory.join("git"), directory.join("tree"));
        Self { git_dir, files, base: String::new(), tracked: BTreeMap::new(), written: BTreeSet::new() }
    }

    fn configure(&self) -> Result<()> {
        for (key, value) in CONFIGURATION {
            git::output(self.git().args(["config", key, value]))?;
        }
        Ok(())
    }

    fn put(&self, name: &str, content: &[u8]) -> Result<()> {
        let path = self.git_dir.join(name);
        let failed = || format!("{} cannot be written", path.display());
        fs::create_dir_all(path.parent().unwrap_or(&self.git_dir)).with_context(failed)?;
        fs::write(&path, content).with_context(failed)
    }

    /// The directory with the files.
    pub fn files(&self) -> &Path {
        &self.files
    }

    /// The commit that the files stand at.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The tracked files of `repository` whose content is not that of `commit`, sorted.
    ///
    /// # Errors
    ///
    /// When Git fails.
    pub fn changes_in(&self, repository: &Repository, commit: &str) -> Result<Changes> {
        let Some(checkout) = repository.checkout() else { return Ok(Changes::default()) };
        self.point_at(commit)?;
        // Here the attributes of the repository count; the programs that they name are not configured.
        self.put("info/attributes", &fs::read(repository.attributes()).unwrap_or_default())?;
        let settings = repository.harmless_settings()?;
        let there = || {
            let mut command = git();
            command.arg("--git-dir").arg(&self.git_dir).arg("--work-tree").arg(checkout);
            command.args(settings.iter().flat_map(|setting| ["-c", setting]));
            command.env("GIT_INDEX_FILE", repository.index()).current_dir(checkout);
            command
        };
        let names = changed_names(&git::output(there().args(STATUS))?, |_, _| true);
        if names.is_empty() {
            return Ok(Changes::default());
        }
        let asked =
            git::output_with(there().args(["check-attr", "-z", "--stdin", "filter"]), &listed(&names))?;
        // A name, `filter`, and what it is set to.
        let answers: Vec<&[u8]> = asked.split(|&byte| byte == 0).collect();
        let none: [&[u8]; 3] = [b"unspecified", b"unset", b"set"];
        let by_filter = answers.chunks_exact(3).filter_map(|answer| match answer {
            [name, _, value] if !none.contains(value) => Some(*name),
            _ => None,
        });
        let by_filter: HashSet<&[u8]> = by_filter.collect();
        let is_filtered = |name: &PathBuf| by_filter.contains(name.as_os_str().as_bytes());
        let (filtered, plain) = names.into_iter().partition(is_filtered);
        Ok(Changes { plain, filtered })
    }

    fn point_at(&self, commit: &str) -> Result<()> {
        git::output(self.git().args(["update-ref", "--no-deref", "HEAD", commit])).map(drop)
    }

    /// Puts the files of `commit` there, and makes it the base.
    ///
    /// # Errors
    ///
    /// When Git fails.
    pub fn check_out(&mut self, commit: &str) -> Result<()> {
        self.put("info/attributes", ATTRIBUTES.as_bytes())?;
        self.point_at(commit)?;
        let mut command = self.git_here(&self.own_index());
        git::output(command.args(["read-tree", "--reset", "-u", commit]))?;
        let listed = git::output(self.git_here(&self.own_index()).args(["ls-files", "--stage", "-z"]))?;
        self.tracked = listed.split(|&byte| byte == 0).filter_map(entry).collect();
        commit.clone_into(&mut self.base);
        self.written.clear();
        Ok(())
    }

    /// Whether the base has submodules.
    pub fn has_submodules(&self) -> bool {
        self.tracked.values().any(|entry| entry.mode == "160000")
    }

    /// The name of the file at `real` in the tree, if it is a tracked file.
    pub fn tracked_name(&self, real: &Path) -> Option<PathBuf> {
        let name = real.strip_prefix(&self.files).ok()?;
        let entry = self.tracked.get(name)?;
        entry.mode.starts_with("100").then(|| name.to_owned())
    }

    /// Makes the files those of the base but for `variant`.
    ///
    /// # Errors
    ///
    /// When a file cannot be written.
    pub fn show(&mut self, variant: &Variant<'_>) -> Result<()> {
        let stale: Vec<PathBuf> =
            self.written.iter().filter(|name| !variant.contains_key(*name)).cloned().collect();
        self.restore(&stale, &self.own_index())?;
        for name in stale {
            self.written.remove(&name);
        }
        for (name, bytes) in variant {
            let path = self.files.join(name);
            if fs::read(&path).ok().as_deref() != Some(*bytes) {
                fs::write(&path, bytes).with_context(|| format!("{} cannot be written", path.display()))?;
            }
            self.written.insert(name.clone());
        }
        Ok(())
    }

    /// Writes the files `names` as they are in `index`.
    fn restore(&self, names: &[PathBuf], index: &Path) -> Result<()> {
        if names.is_empty() {
            return Ok(());
        }
        let mut command = self.git_here(index);
        git::output_with(command.args(["checkout-index", "--force", "-z", "--stdin"]), &listed(names))
            .map(drop)
    }

    /// Stores `variant`, and gives the id of the tree that the base becomes with it. Later comparisons are with it.
    ///
    /// # Errors
    ///
    /// When Git fails, for example because the disk is full.
    pub fn store(&self, variant: &Variant<'_>) -> Result<String> {
        let index = self.candidate_index();
        fs::copy(self.own_index(), &index)
            .with_context(|| format!("{} cannot be written", index.display()))?;
        if !variant.is_empty() {
            let rows = self.index_rows(variant)?;
            git::output_with(self.git_here(&index).args(["update-index", "-z", "--index-info"]), &rows)?;
        }
        git::line(self.git_here(&index).arg("write-tree"))
    }

    /// The rows of `git update-index --index-info` for `variant`, whose blobs are stored.
    ///
    /// # Errors
    ///
    /// When Git fails, or a file is not tracked.
    pub fn index_rows(&self, variant: &Variant<'_>) -> Result<Vec<u8>> {
        let mut rows = Vec::new();
        for (name, bytes) in variant {
            let Some(entry) = self.tracked.get(name) else { bail!("{} is not tracked", name.display()) };
            let mut hash = self.git();
            hash.args(["hash-object", "-w", "--no-filters", "--stdin"]);
            let blob = as_line(&git::output_with(&mut hash, bytes)?);
            rows.extend(format!("{} {blob}\t", entry.mode).into_bytes());
            rows.extend_from_slice(name.as_os_str().as_bytes());
            rows.push(0);
        }
        Ok(rows)
    }

    /// Gives back what [`Tree::store`] stored last to files that somebody changed since, and tells which they were.
    ///
    /// # Errors
    ///
    /// When Git fails.
    pub fn undo_changes(&self) -> Result<Vec<PathBuf>> {
        let index = self.candidate_index();
        let status = git::output(self.git_here(&index).args(STATUS))?;
        let changed = changed_names(&status, |_, in_files| in_files != b' ');
        self.restore(&changed, &index)?;
        Ok(changed)
    }

    /// Removes compiled Python. It is dated to the second, and two variants of a file may well be written in one.
    ///
    /// # Errors
    ///
    /// When Git fails.
    pub fn remove_bytecode(&self) -> Result<()> {
        let mut command = self.git_here(&self.own_index());
        command.args(["clean", "-ffdxq", "--", ":(glob)**/__pycache__/**", "*.pyc", "*.pyo"]);
        git::output(&mut command).map(drop)
    }

    /// Lets commands that run among the files see the same index.
    ///
    /// # Errors
    ///
    /// When the index cannot be copied.
    pub fn share_index(&self) -> Result<()> {
        let (from, to) = (self.candidate_index(), self.git_dir.join("index"));
        fs::copy(&from, &to).map(drop).with_context(|| format!("{} cannot be written", to.display()))
    }

    /// A commit of `tree` after the base.
    ///
    /// # Errors
    ///
    /// When Git fails.
    pub fn commit(&self, tree: &str, message: &str, signature: &Signature) -> Result<String> {
        let date = format!("{} +0000", signature.seconds);
        let mut command = self.git();
        command.args(["commit-tree", tree, "-p", &self.base, "-F", "-"]);
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), &signature.name);
            command.env(format!("GIT_{role}_EMAIL"), &signature.email);
            command.env(format!("GIT_{role}_DATE"), &date);
        }
        Ok(as_line(&git::output_with(&mut command, message.as_bytes())?))
    }

    /// All objects of `commit` that `base` does not have.
    ///
    /// # Errors
    ///
    /// When Git fails.
    pub fn pack(&self, base: &str, commit: &str) -> Result<Vec<u8>> {
        let wanted = format!("{commit}\n^{base}\n");
        let mut command = self.git();
        command.args(["pack-objects", "--revs", "--stdout", "-q"]);
        git::output_with(&mut command, wanted.as_bytes())
    }

    /// Writes the commits from `base` to `commit` as patches into `directory`, and gives their number.
    ///
    /// # Errors
    ///
    /// When Git fails.
    pub fn format_patches(&self, base: &str, commit: &str, directory: &Path) -> Result<usize> {
        fs::create_dir_all(directory).with_context(|| format!("{} cannot be made", directory.display()))?;
        let mut command = self.git();
        command.args(["format-patch", "--quiet", "--no-signature", "--full-index", "--no-ext-diff"]);
        command
            .args(["--no-textconv", "--zero-commit", "-o"])
            .arg(directory)
            .arg(format!("{base}..{commit}"));
        git::output(&mut command)?;
        let count = git::line(self.git().args(["rev-list", "--count", &format!("{base}..{commit}")]))?;
        Ok(count.parse().unwrap_or(0))
    }

    /// The names of the files that differ between two commits.
    ///
    /// # Errors
    ///
    /// When Git fails.
    pub fn names_between(&self, base: &str, commit: &str) -> Result<Vec<PathBuf>> {
        let mut command = self.git();
        command.args(["diff-tree", "-r", "-z", "--name-only", "--no-renames", base, commit]);
        let listed = git::output(&mut command)?;
        let names = listed.split(|&byte| byte == 0).filter(|name| !name.is_empty());
        Ok(names.map(|name| PathBuf::from(OsStr::from_bytes(name))).collect())
    }

    /// The bytes of the file `name` in `commit`; none where the commit has no such file.
    ///
    /// # Errors
    ///
    /// When Git cannot be run.
    pub fn bytes_at(&self, commit: &str, name: &Path) -> Result<Option<Vec<u8>>> {
        let mut object = std::ffi::OsString::from(format!("{commit}:"));
        object.push(name);
        git::output_if_any(self.git().args(["cat-file", "blob"]).arg(object))
    }

    /// Removes the files; the Git directory stays.
    ///
    /// # Errors
    ///
    /// When they cannot be removed.
    pub fn remove_files(&self) -> Result<()> {
        clear(&self.files)
    }

    fn own_index(&self) -> PathBuf {
        self.git_dir.join("pyfix-index")
    }

    fn candidate_index(&self) -> PathBuf {
        self.git_dir.join("pyfix-candidate-index")
    }

    fn git(&self) -> Command {
        git::git_in(&self.git_dir)
    }

    /// A `git` among the files, with the index at `index`.
    fn git_here(&self, index: &Path) -> Command {
        let mut command = self.git();
        command.arg("--work-tree").arg(&self.files).current_dir(&self.files).env("GIT_INDEX_FILE", index);
        command
    }
}

const STATUS: &[&str] =
    &["status", "--porcelain=v1", "-z", "--untracked-files=no", "--ignore-submodules=all", "--no-renames"];

/// `names` as Git reads them with `-z`.
fn listed(names: &[PathBuf]) -> Vec<u8> {
    names.iter().flat_map(|name| [name.as_os_str().as_bytes(), b"\0"].concat()).collect()
}

/// The names in what `git status -z` prints, of those whose two letters are wanted.
fn changed_names(status: &[u8], wanted: impl Fn(u8, u8) -> bool) -> Vec<PathBuf> {
    let rows = status.split(|&byte| byte == 0);
    let name = |row: &[u8]| match row {
        [staged, in_files, b' ', name @ ..] if wanted(*staged, *in_files) => {
            Some(PathBuf::from(OsStr::from_bytes(name)))
        }
        _ => None,
    };
    rows.filter_map(name).collect()
}

/// Reads `100644 <blob> 0\t<name>`.
fn entry(row: &[u8]) -> Option<(PathBuf, Entry)> {
    let tab = row.iter().position(|&byte| byte == b'\t')?;
    let (head, name) = row.split_at_checked(tab)?;
    let mut words = std::str::from_utf8(head).ok()?.split(' ');
    let entry = Entry { mode: words.next()?.to_owned(), blob: words.next()?.to_owned() };
    Some((PathBuf::from(OsStr::from_bytes(name.get(1..)?)), entry))
}

/// Removes what a Git that was killed left locked in `git_dir`. One that an earlier run started may just be ending.
fn remove_old_locks(git_dir: &Path) {
    for entry in fs::read_dir(git_dir).into_iter().flatten().flatten() {
        let is_lock = entry.path().extension().is_some_and(|extension| extension == "lock");
        let age = entry.metadata().and_then(|it| it.modified()).ok().and_then(|time| time.elapsed().ok());
        if is_lock && age.is_some_and(|age| age > LONGEST_LOCK) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Removes the directory at `path` and what is in it. A command of an earlier run may still write there: it is moved
/// out of the way first.
fn clear(path: &Path) -> Result<()> {
    let aside = path.with_extension("gone");
    remove_directory(&aside)?;
    if path.symlink_metadata().is_ok() {
        fs::rename(path, &aside).with_context(|| format!("{} cannot be moved", path.display()))?;
    }
    remove_directory(&aside)
}

fn remove_directory(path: &Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} cannot be removed", path.display()))
        }
        _ => Ok(()),
    }
}
