"""Tests of the harness itself, where a mistake would make it pass in silence or write where it must not.

python3 -m unittest discover -s tests/ecosystem -p "test_*.py"
"""

import io
import json
import pathlib
import sys
import tarfile
import tempfile
import unittest

sys.dont_write_bytecode = True

import archives
import interpreters
import promises
import pyfix_command
import share
import trees


def run_that_said(stdout=b"", stderr=""):
    return pyfix_command.Run(0, stdout, stderr, 0.0)


class InDirectory(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.here = pathlib.Path(holder.name)

    def tree(self, name, **files):
        for path, content in files.items():
            place = self.here / name / (path + ".py")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        return self.here / name


class Share(unittest.TestCase):
    def test_the_smallest_record_around_a_line_counts(self):
        records = [
            {"id": "loop-append", "line": 1, "end_line": 9},
            {"id": "loop-append", "line": 3, "end_line": 5},
            {"id": "other", "line": 4, "end_line": 4},
        ]
        self.assertIs(share.covering(records, 4), records[1])
        self.assertIs(share.covering(records, 7), records[0])
        self.assertIsNone(share.covering(records, 10))

    def test_says_where_an_unseen_dict_comes_from(self):
        cases = [
            (b"def f(x):\n    d = {1: 2}\n    for k in x:\n        d[k] = 1\n", "was made with entries"),
            (b"def f(x):\n    n, d = 0, {}\n    for k in x:\n        d[k] = 1\n", "to several names"),
            (b"def f(x):\n    d = {}\n    d[0] = 1\n    for k in x:\n        d[k] = 1\n", "was changed"),
            (b"def f(x, d):\n    y = 0\n    for k in x:\n        pass\n        d[k] = 1\n", "not made in this"),
        ]
        for content, expected in cases:
            said = share.why_unseen(content, content.count(b"\n"))
            self.assertIn(expected, said)
        self.assertEqual(share.why_unseen(b"print 1\n", 1), "this Python cannot parse the file")


class Extraction(InDirectory):
    def archive(self, *members):
        path = self.here / "a.tar.gz"
        with tarfile.open(str(path), "w:gz") as archive:
            for name, kind, link in members:
                member = tarfile.TarInfo(name)
                member.type, member.linkname, member.size = kind, link, 1 if kind == tarfile.REGTYPE else 0
                archive.addfile(member, io.BytesIO(b"x"))
        return path

    def test_strips_the_top_directory_and_leaves_links_out(self):
        path = self.archive(
            ("p-1/a.py", tarfile.REGTYPE, ""),
            ("p-1/up", tarfile.SYMTYPE, "../.."),
            ("p-1/b/c.py", tarfile.REGTYPE, ""),
        )
        archives.extract(path, self.here / "out")
        self.assertEqual(sorted(trees.files_of(self.here / "out")), ["a.py", "b/c.py"])

    def test_refuses_to_write_outside(self):
        for name in ("p-1/../../evil", "/p-1/evil", "p-1/b/../../../evil", "evil", "p-1/..\\evil"):
            with self.subTest(name), self.assertRaises(archives.BadArchive):
                archives.extract(
                    self.archive((name, tarfile.REGTYPE, "")), self.here / "out" / str(hash(name))
                )
        self.assertFalse(list(self.here.rglob("*evil")))

    def test_refuses_an_archive_with_another_hash(self):
        package = archives.Package({"name": "p", "version": "1", "file": "p-1.tar.gz", "sha256": "0" * 64})
        given = self.here / "given"
        given.write_bytes(b"other bytes")
        was, archives.download = archives.download, lambda *_: given
        self.addCleanup(setattr, archives, "download", was)
        was_cache, archives.cache_directory = archives.cache_directory, lambda: self.here / "cache"
        self.addCleanup(setattr, archives, "cache_directory", was_cache)
        with self.assertRaisesRegex(archives.BadArchive, "is recorded"):
            archives.fetch(package)
        self.assertFalse((self.here / "cache" / package.file).exists())


class Trees(InDirectory):
    def test_sees_bytes_modes_and_missing_files_and_sets_them_back(self):
        left = self.tree("left", a=b"1\n", b=b"2\n", c=b"3\n", same=b"\r\n")
        right = self.tree("right", a=b"1\r\n", b=b"2\n", d=b"4\n", same=b"\r\n")
        (right / "b.py").chmod(0o755)
        self.assertEqual(trees.differences(left, right), ["a.py", "b.py", "c.py", "d.py"])
        trees.set_back(left, right)
        self.assertEqual(trees.differences(left, right), [])

    def test_a_snapshot_with_other_bytes_is_broken(self):
        with self.assertRaisesRegex(promises.Broken, "1 files .* a.py"):
            promises.compare({"a.py": (0, b"x")}, {"a.py": (0, b"y")})


class Messages(unittest.TestCase):
    def test_apply_root_is_read_with_its_quotes(self):
        for said, root in (
            ("to apply: pyfix . | git -C /a/b apply", "/a/b"),
            ("use `git -C '/a b/c' apply`", "/a b/c"),
            ("nothing", None),
        ):
            self.assertEqual(pyfix_command.apply_root(run_that_said(stderr=said)), root)

    def test_a_report_is_counted(self):
        document = {
            "schema": 1,
            "files": [
                {
                    "path": "../a.py",
                    "status": "changed",
                    "fixes": [{"id": "f", "applicability": "safe"}, {"id": "f", "applicability": "unsafe"}],
                    "declines": [{"id": "f", "reason": "r"}],
                    "quarantined": [{"id": "g"}],
                },
                {"path": "b.py", "status": "skipped", "reason": "syntax"},
            ],
            "summary": {"target": "py39"},
        }
        report = pyfix_command.Report(run_that_said(json.dumps(document).encode()), "/r/sub", "/r")
        self.assertEqual(report.changed, {"a.py"})
        self.assertEqual((report.fixes["f"], report.unsafe["f"], report.declines["f", "r"]), (1, 1, 1))
        self.assertEqual((report.skips["syntax"], report.quarantines), (1, ["a.py: g"]))
        self.assertEqual(report.target(), (3, 9))

    def test_a_panic_is_found(self):
        line = "thread 'main' panicked at src/lib.rs:1:1"
        self.assertEqual(pyfix_command.panic_in(run_that_said(stderr="ok\n" + line)), line)


class Compiling(InDirectory):
    def test_errors_are_per_file(self):
        tree = self.tree("t", good=b"x = 1\n", bad=b"x = (\n", cookie=b"# coding: latin-1\nx = '\xe9'\n")
        errors = interpreters.compile_errors(
            sys.executable, [tree / (name + ".py") for name in ("good", "bad", "cookie")]
        )
        self.assertIsNone(errors[0])
        self.assertIn("SyntaxError", errors[1])
        self.assertIsNone(errors[2])

    def test_the_nearest_python_is_not_older_if_possible(self):
        found = {(2, 7): "", (3, 8): "", (3, 12): ""}
        self.assertEqual(interpreters.nearest(found, (3, 8)), (3, 8))
        self.assertEqual(interpreters.nearest(found, (3, 9)), (3, 12))
        self.assertEqual(interpreters.nearest(found, (3, 13)), (3, 12))


if __name__ == "__main__":
    unittest.main()
