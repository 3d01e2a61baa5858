//! Lets Python 2.7 compile what was rewritten as Python 2, where that Python is found.
//!
//! It is started away from the files and without their directory on its path, so that it only reads them: nothing of
//! a repository is imported or run.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use super::judge::FileChange;
use crate::cli::git::output_with;
use crate::text::Dialect;

/// Reads rows of a length in bytes and so many bytes of source, and prints the number of each that is no Python 2. What
/// `py_compile` does, without the file that it writes.
const COMPILE: &str = "\
import sys
number = 0
while 1:
    line = sys.stdin.readline()
    if not line:
        break
    source = sys.stdin.read(int(line))
    try:
        compile(source, 'source', 'exec', 0, 1)
    except (SyntaxError, TypeError, ValueError):
        sys.stdout.write('%d\\n' % number)
    number += 1
sys.stdout.write('done\\n')
";

/// What the interpreter is called, most likely name first.
const NAMES: [&str; 2] = ["python2.7", "python2"];

/// Python 2.7 is not asked more than this at once, in bytes.
const BATCH: usize = 32 << 20;

/// The names of those of `changes` that Python 2.7 could compile before and cannot now.
pub fn broken(changes: &[FileChange]) -> BTreeSet<PathBuf> {
    let mut broken = BTreeSet::new();
    let files: Vec<&FileChange> =
        changes.iter().filter(|change| change.dialect == Dialect::Python2).collect();
    let Some(python) = interpreter().filter(|_| !files.is_empty()) else { return broken };
    let mut start = 0;
    while start < files.len() {
        let mut end = start;
        let mut size = 0;
        while end < files.len() && (end == start || size < BATCH) {
            size += files.get(end).map_or(0, |file| file.old.len() + file.new.len());
            end += 1;
        }
        let part = files.get(start..end).unwrap_or_default();
        let old = refused(python, part.iter().map(|file| file.old.as_slice()));
        let new = refused(python, part.iter().map(|file| file.new.as_slice()));
        if let (Some(old), Some(new)) = (old, new) {
            let named = new.difference(&old).filter_map(|&at| part.get(at));
            broken.extend(named.map(|file| file.name.clone()));
        }
        start = end;
    }
    broken
}

/// Python 2.7, if there is one.
fn interpreter() -> Option<&'static Path> {
    static FOUND: OnceLock<Option<PathBuf>> = OnceLock::new();
    FOUND.get_or_init(|| NAMES.iter().map(PathBuf::from).find(|name| is_python27(name))).as_deref()
}

/// A name on the path may also be a stand-in that only tells that there is no such Python.
fn is_python27(name: &Path) -> bool {
    let mut command = python(name, "import sys; sys.stdout.write('%d.%d' % sys.version_info[:2])");
    command.stdin(Stdio::null()).output().is_ok_and(|output| output.stdout == b"2.7")
}

/// `name` with a program, away from all files, and without what the environment would have it import.
fn python(name: &Path, program: &str) -> Command {
    let mut command = Command::new(name);
    command.args(["-E", "-S", "-s", "-B", "-c", program]).current_dir("/").stderr(Stdio::null());
    command
}

/// The numbers of the `sources` that are no Python 2; none where that cannot be found out.
fn refused<'s>(name: &Path, sources: impl Iterator<Item = &'s [u8]>) -> Option<BTreeSet<usize>> {
    let mut input = Vec::new();
    for source in sources {
        input.extend(format!("{}\n", source.len()).into_bytes());
        input.extend_from_slice(source);
    }
    let output = output_with(&mut python(name, COMPILE), &input).ok()?;
    let text = String::from_utf8(output).ok()?;
    text.strip_suffix("done\n")?.lines().map(|line| line.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn python_2_tells_what_it_cannot_read() {
        let Some(python) = interpreter() else { return };
        let sources: [&[u8]; 5] = [
            b"print 'x'\n",
            b"print(f'x')\n",
            b"def f(:\n",
            b"# -*- coding: latin-1 -*-\nx = u'\xe4'\n",
            b"x = 1",
        ];
        assert_eq!(refused(python, sources.into_iter()), Some(BTreeSet::from([1, 2])));
    }
}
