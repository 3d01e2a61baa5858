//! What a fix does not touch comes back bit for bit, through the binary, in files that do get a fix.
//!
//! Every file holds a site that is rewritten between bytes that are awkward in some way; what is expected is
//! those bytes around the new text of the site.

use std::path::Path;

use pyfix::text::Target;

use crate::behaviour::pythons::pythons;
use crate::behaviour::worker::End;

const LOOP: &str = "    r = []\n    for x in xs:\n        r.append(x + 1)\n";
const COMPREHENSION: &str = "    r = [x + 1 for x in xs]\n";
const HEAD: &[u8] = b"def collect(xs):\n";
const TAIL: &[u8] = b"    return r\nprint(collect([1, 2]))\n";

/// A file: the bytes around a site that is rewritten.
struct Case {
    before: Vec<u8>,
    site: Vec<u8>,
    rewritten: Vec<u8>,
    after: Vec<u8>,
}

impl Case {
    /// The loop in a function, with `before` and `after` around the function.
    fn around(before: &[u8], after: &[u8]) -> Self {
        Self {
            before: [before, HEAD].concat(),
            site: LOOP.into(),
            rewritten: COMPREHENSION.into(),
            after: [TAIL, after].concat(),
        }
    }

    /// Every part with `from` replaced by `to`.
    fn replace(self, from: &str, to: &str) -> Self {
        let replace = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).unwrap();
            text.replace(from, to).into_bytes()
        };
        Self {
            before: replace(self.before),
            site: replace(self.site),
            rewritten: replace(self.rewritten),
            after: replace(self.after),
        }
    }

    fn file(&self) -> Vec<u8> {
        [self.before.as_slice(), &self.site, &self.after].concat()
    }

    /// Writes the file, lets pyfix rewrite it twice, and compares.
    fn check(&self) {
        let expected = [self.before.as_slice(), &self.rewritten, &self.after].concat();
        let actual = rewrite(&self.file());
        assert!(
            actual == expected,
            "expected:\n{}\nactual:\n{}",
            expected.escape_ascii(),
            actual.escape_ascii()
        );
        check_behaviour(&self.file(), &actual);
    }
}

/// What `pyfix --write` makes of a file; a second run changes nothing.
fn rewrite(bytes: &[u8]) -> Vec<u8> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("script.py");
    std::fs::write(&path, bytes).unwrap();
    let once = write(directory.path());
    let new = std::fs::read(&path).unwrap();
    let twice = write(directory.path());
    let newer = std::fs::read(&path).unwrap();
    assert!(new == newer, "a second run changes the file:\n{once}\n{twice}\n{}", newer.escape_ascii());
    new
}

/// Runs `pyfix --write` on a directory and returns what it says.
fn write(directory: &Path) -> String {
    let assert =
        assert_cmd::Command::cargo_bin("pyfix").unwrap().arg("--write").arg(directory).assert().success();
    String::from_utf8_lossy(&assert.get_output().stderr).into_owned()
}

fn check_behaviour(before: &[u8], after: &[u8]) {
    for interpreter in pythons().within(Target::default()) {
        let observed = interpreter.run_bytes(before);
        let version = interpreter.version;
        assert_eq!(observed.end, End::Finished, "Python {version}: {observed}");
        assert!(!observed.output.is_empty());
        let now = interpreter.run_bytes(after);
        assert!(observed.same_as(&now), "Python {version}:\n{observed}\n{now}");
    }
}

#[test]
fn byte_order_mark() {
    Case::around("\u{feff}# é\n".as_bytes(), "# ü\u{feff}\n".as_bytes()).check();
    let mut first = Case::around(b"", b"");
    first.before.splice(..0, "\u{feff}".bytes());
    first.check();
}

#[test]
fn utf8_oddities() {
    let odd = "s = '\u{2028}\u{85}\u{a0}\u{1f600}e\u{301}'  # \u{200b}\u{fffe}\n";
    Case::around(odd.as_bytes(), odd.as_bytes()).check();
}

#[test]
fn latin_1_cookie() {
    let odd = b"# -*- coding: latin-1 -*-\ns = '\xe9\x85\x80\xff'  # \xa0\xad\n";
    Case::around(odd, b"# \x93\xe9\x94\nprint(len(s))\n").check();
}

#[test]
fn cp1252_cookie() {
    let odd = b"#!/usr/bin/env python\n# vim: set fileencoding=cp1252 :\ns = '\x93\x80\x94'  # \xe9\n";
    Case::around(odd, b"# \x85\nprint(len(s))\n").check();
}

#[test]
fn euc_jp_cookie() {
    let odd = b"# coding=euc-jp\ns = '\xc6\xfc\xcb\xdc\xb8\xec'  # \xa4\xa2\n";
    Case::around(odd, b"# \xa5\xa2\nprint(len(s))\n").check();
}

#[test]
fn crlf() {
    Case::around(b"a = '''one\ntwo'''\n\n", b"\n\n# end\n").replace("\n", "\r\n").check();
}

#[test]
fn mixed_line_endings() {
    Case::around(b"a = 1\r\nb = 2\n\r\n", b"\r\n\n# end\r\n").check();
    let mut case = Case::around(b"", b"").replace("\n", "\r\n");
    case.before.splice(..0, *b"a = 1\nb = 2\r\n\n");
    case.after.extend(b"\n\r\n# end\n");
    case.check();
}

#[test]
fn tabs() {
    Case::around(b"if 1:\n\ta = 1\t# tab\n", b"\t\n").replace("    ", "\t").check();
    let mut deeper = Case::around(b"if 1:\n  a = 1\t\n", b"");
    deeper.before = b"if 1:\n \tdef collect(xs):\n".to_vec();
    deeper.site = b" \t\tr = []\n \t\tfor x in xs:\n \t\t\tr.append(x + 1)\n".to_vec();
    deeper.rewritten = b" \t\tr = [x + 1 for x in xs]\n".to_vec();
    deeper.after = b" \t\treturn r\nprint(collect([1, 2]))\n".to_vec();
    deeper.check();
}

#[test]
fn form_feeds_and_trailing_blanks() {
    Case::around(b"\x0c\nimport os \t \n\x0c\n\x0c", b"   \n\x0c\n# end \x0c\n").check();
}

#[test]
fn no_final_newline() {
    let mut case = Case::around(b"", b"");
    case.after.pop();
    case.check();
    let site = "r = []\nfor x in range(3):\n    r.append(x + 1)";
    Case {
        before: b"print(1)\n".to_vec(),
        site: site.into(),
        rewritten: b"r = [x + 1 for x in range(3)]".to_vec(),
        after: Vec::new(),
    }
    .check();
}

#[test]
fn backslash_continuations() {
    let odd = b"a = 1 + \\\n  2\nassert a, \\\n\\\n  'b'\n";
    let mut case = Case::around(odd, odd);
    case.before.extend(b"    t = \\\n  1\n");
    case.after.splice(..0, *b"    t \\\n  += 1\n");
    case.check();
}

#[test]
fn semicolons() {
    let mut case = Case::around(b"a = 1; b = 2;\n", b"a; b ;\n");
    case.before.extend(b"    t = 1; u = 2\n");
    case.after.splice(..0, *b"    t += 1; u;\n");
    case.check();
}

#[test]
fn one_line_suites() {
    let odd = b"class A: a = 1\nif A.a: b = 2; c = 3\nelse: b = 4\nfor i in 'ab': print(i)\n";
    Case::around(odd, odd).check();
    let mut case = Case::around(odd, odd);
    case.site = b"    r = []\n    for x in xs: r.append(x + 1)\n".to_vec();
    case.after.splice(..0, *b"    if r: r[0] = 5\n");
    case.check();
}

#[test]
fn formatting_switched_off() {
    let protected = [b"# fmt: off\ndef kept(xs):\n", LOOP.as_bytes(), b"    return  r\n# fmt: on\n"].concat();
    Case::around(&protected, &protected).check();
}

/// The pattern that is compiled before a loop takes the line ending, the indentation and the encoding of the
/// loop; its exact text is the business of the transform's page.
#[test]
fn what_is_hoisted_fits_in() {
    let site = "    for line in lines:\n        if re.match('a', line):\n            n += 1\n";
    let cookie: &[u8] = b"# coding: latin-1\ns = '\xe9'  # \xe8\n";
    for (cookie, ending, indent) in
        [(cookie, "\n", "    "), (b"", "\r\n", "    "), (b"\xef\xbb\xbf", "\r\n", "\t"), (cookie, "\n", "\t")]
    {
        let case = Case {
            before: b"import re\ndef count(lines):\n    n = 0\n".to_vec(),
            site: site.into(),
            rewritten: Vec::new(),
            after: b"    return n\nprint(count(['a', 'b']))\n".to_vec(),
        };
        let case = case.replace("\n", ending).replace("    ", indent);
        let before = [cookie, &case.before].concat();
        let file = [&before, case.site.as_slice(), &case.after].concat();
        let new = rewrite(&file);
        let middle =
            new.strip_prefix(before.as_slice()).and_then(|rest| rest.strip_suffix(case.after.as_slice()));
        let middle =
            middle.unwrap_or_else(|| panic!("bytes around the loop changed:\n{}", new.escape_ascii()));
        let middle = str::from_utf8(middle).expect("what is inserted is ASCII");
        assert!(middle.contains("re.compile("), "not rewritten: {middle}");
        for line in middle.split_inclusive('\n') {
            assert!(line.ends_with(ending) && (ending != "\n" || !line.ends_with("\r\n")), "{line:?}");
            assert!(line.starts_with(indent), "{line:?}");
        }
        check_behaviour(&file, &new);
    }
}

/// Python ends the line there, the parser does not: such a file stays as it is, although it has a site.
#[test]
fn lone_carriage_returns_are_left_alone() {
    let file = Case::around(b"a = 1\rb = 2\n", b"").file();
    assert_eq!(rewrite(&file), file);
}

/// Bytes that the cookie does not allow, or a cookie that nobody knows.
#[test]
fn undecodable_files_are_left_alone() {
    for odd in [b"# coding: utf-8\n# \xe9\n".as_slice(), b"# coding: no-such-codec\n", b"# \xff\n"] {
        let file = Case::around(odd, b"").file();
        assert_eq!(rewrite(&file), file);
    }
}
