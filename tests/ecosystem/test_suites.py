"""Tests of the comparing of test suites, where a mistake would let a changed outcome pass.

python3 -m unittest discover -s tests/ecosystem -p "test_*.py"
"""

import io
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import types
import unittest

sys.dont_write_bytecode = True

import archives
import pyfix_command
import suite_outcomes
import suite_runner
import suite_stages
import suites

RUN = {"a": ("passed", ""), "b": ("failed", "why"), "c": ("skipped", "")}

# Stands in for pyfix: makes a mistake in every file, and tells of ten fixes.
WRONG_PYFIX = """#!{python}
import json, pathlib, sys
text = pathlib.Path("sums.py").read_text()
wrong = "--unsafe-fixes" in sys.argv
pathlib.Path("sums.py").write_text(text.replace("a + b", "b - a" if wrong else "b + a"))
fix = dict(id="x", applied=True, applicability="safe", line=2, end_line=2)
print(json.dumps(dict(files=[dict(path="sums.py", status="changed", fixes=[fix] * 10)])))
"""
SUMS = b"def add(a, b):\n    return a + b\n"
SUMS_TESTS = b"""import sys, unittest
from sums import add
class Sums(unittest.TestCase):
    def test_two(self):
        self.assertEqual(add(1, 2), 3)
    def test_nothing(self):
        self.assertEqual(add(0, 0), 0)
"""
SUITE = b"""import unittest
class Kinds(unittest.TestCase):
    def test_passes(self): pass
    def test_fails(self): self.fail('so it says')
    def test_raises(self): raise KeyError
    @unittest.skip('why')
    def test_skipped(self): pass
    @unittest.expectedFailure
    def test_expected(self): self.fail()
    @unittest.expectedFailure
    def test_unexpected(self): pass
    def test_parts(self):
        for part in 1, 2:
            with self.subTest(part=part):
                self.assertEqual(part, 2)
def load_tests(loader, tests, pattern):
    tests.addTest(Kinds('test_passes'))
    return tests
"""


class Comparing(unittest.TestCase):
    def test_every_kind_of_change_is_a_difference(self):
        after = {"a": ("failed", "new"), "b": ("error", "other"), "d": ("passed", "")}
        found = suite_outcomes.differences(RUN, after, set())
        self.assertEqual(
            [(one.test, one.before, one.after) for one in found],
            [
                ("a", "passed", "failed"),
                ("b", "failed", "error"),
                ("c", "skipped", suite_outcomes.ABSENT),
                ("d", suite_outcomes.ABSENT, "passed"),
            ],
        )
        self.assertEqual(found[0].message, "new")
        self.assertEqual(suite_outcomes.differences(RUN, RUN, set()), [])

    def test_a_test_that_passes_for_once_is_flaky_and_not_compared(self):
        again = dict(RUN, b=("passed", ""))
        flaky = suite_outcomes.flaky_tests([RUN, again])
        self.assertEqual(flaky, {"b"})
        self.assertEqual(suite_outcomes.differences(RUN, again, flaky), [])
        self.assertEqual(suite_outcomes.flaky_tests([RUN, {}]), set(RUN))

    def test_a_message_alone_is_no_difference(self):
        self.assertEqual(suite_outcomes.differences(RUN, dict(RUN, b=("failed", "at 0x1")), set()), [])

    def test_only_the_outcome_that_was_expected_is_excused(self):
        found = suite_outcomes.differences(RUN, dict(RUN, a=("failed", ""), c=("failed", "")), set())
        excuse = suite_outcomes.Expected("a", "failed", "receiver-is-list", "it is a deque")
        wrong = suite_outcomes.Expected("c", "error", "receiver-is-list", "it is a deque")
        unexpected, known, absent = suite_outcomes.sort_out(found, [excuse, wrong])
        self.assertEqual([one.test for one in unexpected], ["c"])
        self.assertEqual([one.test for one, _ in known], ["a"])
        self.assertEqual(absent, [wrong])


class Reaching(unittest.TestCase):
    BEFORE = b"a\nb\nc\nd\ne\n"

    def blocks(self, after):
        return suite_outcomes.changed_blocks(self.BEFORE, after)

    def test_blocks_have_the_lines_of_both_sides(self):
        self.assertEqual(self.blocks(b"a\nx\ny\nd\ne\n"), [(2, 4, 2, 4)])
        self.assertEqual(self.blocks(b"a\nb\nx\nc\nd\ne\n"), [(3, 3, 3, 4)])

    def test_a_fix_is_reached_when_a_line_of_its_result_ran(self):
        blocks = self.blocks(b"a\nx\nd\ne\n")
        self.assertTrue(suite_outcomes.reached((2, 3), blocks, {2}))
        self.assertFalse(suite_outcomes.reached((2, 3), blocks, {1, 3, 4}))
        inserted = self.blocks(b"a\nb\nx\nc\nd\ne\n")
        self.assertTrue(suite_outcomes.reached((3, 4), inserted, {3}))

    def test_a_fix_that_leaves_no_line_can_not_be_reached(self):
        self.assertIsNone(suite_outcomes.reached((2, 3), self.blocks(b"a\nd\ne\n"), {1, 2, 3}))
        self.assertIsNone(suite_outcomes.reached((5, 5), self.blocks(b"a\nx\nd\ne\n"), {2}))

    def test_shows_the_hunks_near_the_frames_of_a_message(self):
        before = b"\n".join(b"%d" % number for number in range(200))
        after = before.replace(b"\n50\n", b"\nfifty\n").replace(b"\n150\n", b"\nlater\n")
        message = 'File "/somewhere/tree/p/m.py", line 52, in f\n'
        shown = suite_outcomes.hunks_near(message, "p/m.py", before, after)
        self.assertIn("+fifty", shown)
        self.assertNotIn("+later", shown)
        self.assertEqual(suite_outcomes.hunks_near(message, "p/other.py", before, after), [])


class Recording(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.here = pathlib.Path(holder.name).resolve()

    def run_suite(self, *arguments, watched=()):
        (self.here / "watched.json").write_text(json.dumps([str(path) for path in watched]))
        command = [sys.executable, "-B", str(suite_stages.RUNNER), "out.json", "watched.json", *arguments]
        subprocess.run(command, cwd=str(self.here), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        return json.loads((self.here / "out.json").read_text())

    def test_outcomes_of_unittest(self):
        (self.here / "test_kinds.py").write_bytes(SUITE)
        outcomes = self.run_suite("unittest", "test_kinds")["outcomes"]
        self.assertEqual(
            {test.replace("test_kinds.Kinds.test_", ""): ended for test, (ended, _) in outcomes.items()},
            {
                "passes": "passed",
                "passes#2": "passed",
                "fails": "failed",
                "raises": "error",
                "skipped": "skipped",
                "expected": "xfailed",
                "unexpected": "xpassed",
                "parts": "failed",
            },
        )
        self.assertIn("so it says", outcomes["test_kinds.Kinds.test_fails"][1])

    def test_a_script_that_ends_the_process_is_recorded_and_the_next_one_runs(self):
        for name in "one", "two":
            body = f"import unittest\nclass T(unittest.TestCase):\n    def test_{name}(self): pass\nunittest.main()\n"
            (self.here / f"{name}.py").write_text(body)
        outcomes = self.run_suite("script", "one.py", "--then", "two.py")["outcomes"]
        self.assertEqual(sorted(outcomes), ["__main__.T.test_one", "__main__.T.test_two"])

    @unittest.skipUnless(hasattr(sys, "monitoring"), "this Python cannot tell which lines ran")
    def test_tells_which_lines_ran_of_the_watched_files(self):
        (self.here / "sums.py").write_bytes(SUMS + b"def sub(a, b):\n    return a - b\n")
        (self.here / "test_sums.py").write_bytes(SUMS_TESTS)
        said = self.run_suite("unittest", "test_sums", watched=[self.here / "sums.py"])
        self.assertEqual(said["lines"], {str(self.here / "sums.py"): [1, 2, 3]})

    def test_outcomes_of_pytest(self):
        outcomes = suite_runner.Outcomes()
        plugin = suite_runner.PytestPlugin(outcomes)

        def report(test, when, how, **more):
            states = {state: state == how for state in ("passed", "failed", "skipped")}
            return types.SimpleNamespace(nodeid=test, when=when, longrepr="said", **states, **more)

        for test, call, more in (
            ("good", "passed", {}),
            ("bad", "failed", {}),
            ("skip", "skipped", {}),
            ("xfail", "skipped", {"wasxfail": ""}),
            ("xpass", "passed", {"wasxfail": ""}),
            ("at <x 0x7f00aabbcc>", "passed", {}),
            ("good", "failed", {}),
        ):
            plugin.pytest_runtest_logstart(test)
            plugin.pytest_runtest_logreport(report(test, "setup", "passed"))
            plugin.pytest_runtest_logreport(report(test, "call", call, **more))
            plugin.pytest_runtest_logreport(report(test, "teardown", "failed" if test == "skip" else "passed"))
        plugin.pytest_collectreport(report("m.py", "collect", "failed"))
        self.assertEqual(
            {test: ended for test, (ended, _) in outcomes.by_test.items()},
            {
                "good": "passed",
                "bad": "failed",
                "skip": "error",
                "xfail": "xfailed",
                "xpass": "xpassed",
                "at <x 0x>": "passed",
                "good#2": "failed",
                "collecting m.py": "error",
            },
        )


class WholeTrial(unittest.TestCase):
    @unittest.skipIf(os.name == "nt", "the stand-in for pyfix is a script that the system starts")
    def test_a_mistake_of_pyfix_is_found_and_shown(self):
        with tempfile.TemporaryDirectory() as holder:
            here = pathlib.Path(holder).resolve()
            archive, wrong = here / "sums-1.tar.gz", here / "pyfix"
            with tarfile.open(str(archive), "w:gz") as packed:
                for name, content in (("sums.py", SUMS), ("test_sums.py", SUMS_TESTS)):
                    member = tarfile.TarInfo("sums-1/" + name)
                    member.size = len(content)
                    packed.addfile(member, io.BytesIO(content))
            wrong.write_text(WRONG_PYFIX.format(python=sys.executable))
            wrong.chmod(0o755)
            package = archives.Package({"name": "sums", "version": "1", "file": archive.name, "sha256": ""})
            run = ["unittest", "test_sums"]
            record = {"field": "sums", "python": "3.8", "run": run, "passes": 2}
            room = here / "room"
            room.mkdir()
            pyfix = pyfix_command.Pyfix(wrong, dict(os.environ), 60)
            trial = suite_stages.Trial(
                suite_stages.Suite(record, {}, package), (3, 8), pathlib.Path(sys.executable), pyfix, room, 60
            )
            result = trial.run(archive)
            self.assertEqual(result.failures, [])
            self.assertEqual((result.tests, result.flaky), (2, set()))
            self.assertEqual(result.stages["safe"].found, [])
            (found,) = result.stages["unsafe"].found
            self.assertEqual(
                (found.test, found.before, found.after), ("test_sums.Sums.test_two", "passed", "failed")
            )
            self.assertTrue(suites.is_broken(result))
            self.assertEqual(result.stages["unsafe"].fixes["x"], 10)

    def test_the_python_is_the_one_named_or_the_next_newer_three(self):
        found = {(2, 7): "", (3, 8): "", (3, 13): ""}
        for wanted, expected in (((2, 7), (2, 7)), ((3, 8), (3, 8)), ((3, 12), (3, 13))):
            suite = types.SimpleNamespace(version=wanted)
            self.assertEqual(suite_stages.python_for(suite, found), expected)
        self.assertIsNone(suite_stages.python_for(types.SimpleNamespace(version=(2, 7)), {(3, 8): ""}))
        self.assertIsNone(suite_stages.python_for(types.SimpleNamespace(version=(3, 14)), found))


if __name__ == "__main__":
    unittest.main()
