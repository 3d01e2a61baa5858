//! Unified diffs over bytes, in the form that `git apply` and `patch -p1` accept.
//!
//! Knows nothing of Python, encodings or files: two byte strings and a name go in, a patch comes out. A line
//! ends at `\n` and nowhere else, because that is what Git thinks.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use similar::{Algorithm, DiffOp};

const CONTEXT: usize = 3;

const HEADER: Style = Style::new().bold();
const HUNK: Style = AnsiColor::Cyan.on_default();
const REMOVED: Style = AnsiColor::Red.on_default();
const ADDED: Style = AnsiColor::Green.on_default();

/// Whether a diff is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// Bytes of the files and of the patch format only.
    Plain,
    /// With escape sequences for a terminal.
    Coloured,
}

/// The hunks that turn `old` into `new`, without a header; empty when they are equal.
pub fn hunks(old: &[u8], new: &[u8], paint: Paint) -> Vec<u8> {
    let (old, new) = (lines(old), lines(new));
    let ops = similar::capture_diff_slices(Algorithm::Myers, &old, &new);
    let mut patch = Vec::new();
    for group in similar::group_diff_ops(ops, CONTEXT) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let span = |start: usize, end: usize| match end - start {
            // Nothing on this side: the line before, as GNU diff and Git write it.
            0 => format!("{start},0"),
            1 => format!("{}", start + 1),
            count => format!("{},{count}", start + 1),
        };
        let old_span = span(first.old_range().start, last.old_range().end);
        let new_span = span(first.new_range().start, last.new_range().end);
        push_line(&mut patch, HUNK, paint, format!("@@ -{old_span} +{new_span} @@").as_bytes());
        for op in &group {
            push_op(&mut patch, op, &old, &new, paint);
        }
    }
    patch
}

/// Writes the two lines that name the file `name`: `/`-separated, relative, without a prefix.
///
/// # Errors
///
/// When `out` fails.
pub fn write_header(out: &mut dyn Write, name: &[u8], paint: Paint) -> io::Result<()> {
    let mut header = Vec::new();
    for (marker, prefix) in [("--- ", "a/"), ("+++ ", "b/")] {
        let mut line = marker.as_bytes().to_vec();
        line.extend(quoted(&[prefix.as_bytes(), name].concat()));
        // Without the tab `git apply` would take the text after a space for a date.
        if name.contains(&b' ') {
            line.push(b'\t');
        }
        push_line(&mut header, HEADER, paint, &line);
    }
    out.write_all(&header)
}

/// `name` as Git prints it with `core.quotePath` on: as it is, or as a C string when it holds a quote, a
/// backslash, a control character or a byte beyond ASCII.
fn quoted(name: &[u8]) -> Vec<u8> {
    let is_odd = |byte: u8| !(0x20..0x7f).contains(&byte) || byte == b'"' || byte == b'\\';
    if !name.iter().copied().any(is_odd) {
        return name.to_vec();
    }
    let mut quoted = vec![b'"'];
    for &byte in name {
        let letter = match byte {
            0x07 => b'a',
            0x08 => b'b',
            b'\t' => b't',
            b'\n' => b'n',
            0x0b => b'v',
            0x0c => b'f',
            b'\r' => b'r',
            b'"' | b'\\' => byte,
            _ if is_odd(byte) => {
                quoted.extend(format!("\\{byte:03o}").into_bytes());
                continue;
            }
            _ => {
                quoted.push(byte);
                continue;
            }
        };
        quoted.extend([b'\\', letter]);
    }
    quoted.push(b'"');
    quoted
}

/// The lines of `bytes`, their `\n` included.
fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    let mut lines = Vec::new();
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', bytes) {
        lines.extend(bytes.get(start..=end));
        start = end + 1;
    }
    lines.extend(bytes.get(start..).filter(|last| !last.is_empty()));
    lines
}

fn push_op(patch: &mut Vec<u8>, op: &DiffOp, old: &[&[u8]], new: &[&[u8]], paint: Paint) {
    if let DiffOp::Equal { .. } = op {
        push_side(patch, b' ', Style::new(), old.get(op.old_range()).unwrap_or_default(), paint);
        return;
    }
    push_side(patch, b'-', REMOVED, old.get(op.old_range()).unwrap_or_default(), paint);
    push_side(patch, b'+', ADDED, new.get(op.new_range()).unwrap_or_default(), paint);
}

fn push_side(patch: &mut Vec<u8>, marker: u8, style: Style, lines: &[&[u8]], paint: Paint) {
    for line in lines {
        let body = line.strip_suffix(b"\n");
        let mut shown = vec![marker];
        shown.extend_from_slice(body.unwrap_or(line));
        push_line(patch, style, paint, &shown);
        if body.is_none() {
            patch.extend_from_slice(b"\\ No newline at end of file\n");
        }
    }
}

fn push_line(patch: &mut Vec<u8>, style: Style, paint: Paint, line: &[u8]) {
    match paint {
        Paint::Plain => patch.extend_from_slice(line),
        Paint::Coloured => {
            patch.extend(style.render().to_string().into_bytes());
            patch.extend_from_slice(line);
            patch.extend(style.render_reset().to_string().into_bytes());
        }
    }
    patch.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patch(old: &str, new: &str) -> String {
        String::from_utf8(hunks(old.as_bytes(), new.as_bytes(), Paint::Plain)).unwrap()
    }

    fn header(name: &[u8]) -> String {
        let mut out = Vec::new();
        write_header(&mut out, name, Paint::Plain).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn hunks_have_three_lines_of_context() {
        let old = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        let new = "1\n2\n3\n4\nX\n6\n7\n8\n9\n";
        assert_eq!(patch(old, new), "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+X\n 6\n 7\n 8\n");
        assert_eq!(patch(old, old), "");
    }

    #[test]
    fn a_missing_last_newline_is_marked_on_its_side() {
        assert_eq!(patch("a", "b\n"), "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n");
        assert_eq!(patch("a\n", "b"), "@@ -1 +1 @@\n-a\n+b\n\\ No newline at end of file\n");
        assert_eq!(patch("a\nz", "b\nz"), "@@ -1,2 +1,2 @@\n-a\n+b\n z\n\\ No newline at end of file\n");
    }

    #[test]
    fn empty_sides_count_from_the_line_before() {
        assert_eq!(patch("a\n", ""), "@@ -1 +0,0 @@\n-a\n");
        assert_eq!(patch("", "a\n"), "@@ -0,0 +1 @@\n+a\n");
    }

    #[test]
    fn only_a_line_feed_ends_a_line() {
        assert_eq!(patch("a\rb\r\nc\n", "a\rB\r\nc\n"), "@@ -1,2 +1,2 @@\n-a\rb\r\n+a\rB\r\n c\n");
    }

    #[test]
    fn bytes_are_copied() {
        let hunks = hunks(b"\xff\xfe\x1b[0m\n", b"\x80\n", Paint::Plain);
        assert_eq!(hunks, b"@@ -1 +1 @@\n-\xff\xfe\x1b[0m\n+\x80\n");
    }

    #[test]
    fn names_are_quoted_as_git_does() {
        assert_eq!(header(b"x.py"), "--- a/x.py\n+++ b/x.py\n");
        assert_eq!(header(b"a b.py"), "--- a/a b.py\t\n+++ b/a b.py\t\n");
        assert_eq!(header("é.py".as_bytes()), "--- \"a/\\303\\251.py\"\n+++ \"b/\\303\\251.py\"\n");
        assert_eq!(header(b"q\"\\\n.py"), "--- \"a/q\\\"\\\\\\n.py\"\n+++ \"b/q\\\"\\\\\\n.py\"\n");
    }

    #[test]
    fn colour_changes_nothing_but_adds_escapes() {
        let coloured = hunks(b"a\n", b"b\n", Paint::Coloured);
        assert!(coloured.windows(4).any(|window| window == b"\x1b[31"));
    }
}
