"""Runs the suite of one package in its four stages and compares them: untouched, untouched again, rewritten
with safe fixes, rewritten with unsafe fixes too.

Every stage starts from a fresh copy of the package at the same path, tests included, so that nothing that a run
leaves behind and no path can tell one stage from another.
"""

import collections
import json
import os
import pathlib
import shutil
import subprocess
import time

import archives
import pyfix_command
import suite_environments
import suite_outcomes
import trees

RUNNER = pathlib.Path(__file__).resolve().with_name("suite_runner.py")
SAFE, UNSAFE = "safe", "unsafe"
FLAGS = {SAFE: [], UNSAFE: ["--unsafe-fixes"]}
# A package in which less is rewritten proves nothing.
LEAST_FIXES = 10
TAIL = 2000

Run = collections.namedtuple("Run", "outcomes lines seconds")


class Failed(Exception):
    """A stage that could not be compared, or pyfix misbehaving in it: named with the package."""


class Suite:
    """One entry of suites.json."""

    def __init__(self, record, environments, package):
        self.package = package
        self.label = package.label
        self.field = record["field"]
        self.version = version_from(record["python"])
        self.requirements = [
            pin for name in record.get("requires", []) for pin in environments.get(name, [name])
        ]
        self.command = record["run"]
        self.directory = record.get("directory", ".")
        self.import_from = record.get("import_from", ["."])
        self.variables = record.get("variables", {})
        # The rewriting of a library for old Pythons leaves out what only new ones gain from.
        self.target = record.get("target")
        self.passes = record["passes"]
        self.expected = [
            suite_outcomes.Expected(one["test"], one["after"], one["assumption"], one["reason"])
            for one in record.get("expected", [])
        ]


class Stage:
    """What was found out about one kind of rewriting: `found` are the differences nobody expected."""

    def __init__(self):
        self.fixes = collections.Counter()
        self.assuming = collections.Counter()
        self.reached = collections.Counter()
        self.left = collections.Counter()
        self.found = []
        self.known = []
        self.hunks = {}
        self.seconds = 0.0


class Result:
    """All that the report tells of one package."""

    def __init__(self, suite, version):
        self.label = suite.label
        self.field = suite.field
        self.version = version
        self.untouched = collections.Counter()
        self.tests = 0
        self.flaky = set()
        self.seconds = 0.0
        self.stages = {}
        self.failures = []


def version_from(text):
    major, minor = text.split(".")
    return int(major), int(minor)


class Trial:
    """One Suite on one Python with one pyfix, in a directory of its own."""

    def __init__(self, suite, version, executable, pyfix, room, limit_seconds):
        self.suite = suite
        self.executable = executable
        self.pyfix = pyfix
        self.room = room
        self.limit_seconds = limit_seconds
        self.original = room / "original"
        self.tree = room / "tree"
        self.result = Result(suite, version)

    def run(self, archive):
        """Runs all stages and returns the Result; what goes wrong is in its `failures`."""
        started = time.monotonic()
        archives.extract(archive, self.original)
        try:
            untouched = self.untouched()
            for kind in (SAFE, UNSAFE):
                self.result.stages[kind] = self.rewritten(kind, untouched)
        except (Failed, pyfix_command.TimedOut, OSError) as error:
            self.result.failures.append(str(error))
        self.result.seconds = time.monotonic() - started
        return self.result

    def untouched(self):
        """Runs the package twice as it is; returns both runs' outcomes."""
        runs = []
        for number in ("once", "twice"):
            self.lay()
            runs.append(self.test(f"untouched, {number}").outcomes)
        self.result.flaky = suite_outcomes.flaky_tests(runs)
        self.result.tests = len(runs[0])
        self.result.untouched = collections.Counter(outcome for outcome, _ in runs[0].values())
        passed = self.result.untouched["passed"]
        if passed < self.suite.passes:
            told = "\n".join(
                f"{test}: {message.strip()[-500:]}"
                for test, (outcome, message) in sorted(runs[0].items())
                if outcome in ("failed", "error")
            )
            raise Failed(f"untouched, {passed} tests passed where {self.suite.passes} were due\n{told[:TAIL]}")
        return runs

    def rewritten(self, kind, untouched):
        self.lay()
        stage = Stage()
        report = self.rewrite(kind, stage)
        changed = {path: self.tree / path for path in report.changed}
        run = self.test(kind, changed.values())
        stage.seconds = run.seconds
        if run.lines is not None:
            self.note_reached(stage, report, run.lines)
        found = suite_outcomes.differences(untouched[0], run.outcomes, self.result.flaky)
        found = self.confirmed(found, run.outcomes, kind, untouched)
        expected = self.suite.expected if kind == UNSAFE else []
        stage.found, stage.known, absent = suite_outcomes.sort_out(found, expected)
        self.result.failures += [f"{kind}: {one.test} was expected to be {one.after}" for one in absent]
        for one in stage.found:
            stage.hunks[one.test] = self.hunks(one, report.changed)
        if stage.found:
            kept = self.room / f"tree-{kind}"
            trees.copy(self.tree, kept)
        return stage

    def confirmed(self, found, outcomes, kind, untouched):
        """Leaves out what a second look at both sides does not bear out; those tests are flaky."""
        if not found:
            return found
        self.lay()
        again = self.test("untouched, once more").outcomes
        self.lay()
        self.rewrite(kind, Stage())
        still = self.test(f"{kind}, once more").outcomes
        flaky = suite_outcomes.flaky_tests([untouched[0], again]) | suite_outcomes.flaky_tests([outcomes, still])
        self.result.flaky |= flaky
        return [one for one in found if one.test not in flaky]

    def lay(self):
        shutil.rmtree(str(self.tree), ignore_errors=True)
        trees.copy(self.original, self.tree)

    def rewrite(self, kind, stage):
        """Lets pyfix write; counts what it did in `stage` and returns its Report."""
        options = ["--write", "--output-format", "json", *FLAGS[kind]]
        if self.suite.target:
            options += ["--target-version", self.suite.target]
        said = self.pyfix.run([*options, "."], self.tree)
        panic = pyfix_command.panic_in(said)
        if said.status != 0 or panic:
            raise Failed(f"{kind}: pyfix ended with {said.status}: {panic or said.stderr.strip()[-TAIL:]}")
        report = pyfix_command.Report(said, self.tree, self.tree)
        for file in report.files:
            for fix in file.get("fixes") or []:
                if fix["applied"]:
                    stage.fixes[fix["id"]] += 1
                    stage.assuming[fix["id"]] += fix["applicability"] != "safe"
        if sum(stage.fixes.values()) < LEAST_FIXES:
            raise Failed(f"{kind}: {sum(stage.fixes.values())} fixes prove nothing, {LEAST_FIXES} are due")
        return report

    def test(self, name, watched=()):
        """Runs the suite once; returns the Run."""
        listed, written = self.room / "watched.json", self.room / "outcomes.json"
        listed.write_text(json.dumps([str(path) for path in watched]), encoding="utf-8")
        if written.exists():
            written.unlink()
        for place in ("home", "temporary"):
            shutil.rmtree(str(self.room / place), ignore_errors=True)
            (self.room / place).mkdir()
        search_path = [self.tree / place for place in self.suite.import_from]
        variables = suite_environments.variables_for(self.executable, self.room, search_path)
        variables.update(self.suite.variables)
        command = [str(self.executable), str(RUNNER), str(written), str(listed), *self.suite.command]
        log = self.room / "log.txt"
        started = time.monotonic()
        with open(str(log), "wb") as output:
            try:
                subprocess.run(
                    command,
                    cwd=str(self.tree / self.suite.directory),
                    env=variables,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    timeout=self.limit_seconds,
                )
            except subprocess.TimeoutExpired:
                raise Failed(f"{name}: the suite did not end within {self.limit_seconds} s") from None
        if not written.is_file():
            said = log.read_bytes().decode("utf-8", "replace")
            raise Failed(f"{name}: the suite ended without telling of its tests:\n{said[-TAIL:]}")
        document = json.loads(written.read_text(encoding="utf-8"))
        outcomes = {test: tuple(ended) for test, ended in document["outcomes"].items()}
        return Run(outcomes, document["lines"], time.monotonic() - started)

    def note_reached(self, stage, report, lines):
        """Counts the fixes by transform of which a line of the result ran (`reached`), and those of which
        there is one that could (`left`)."""
        for file in report.files:
            applied = [fix for fix in file.get("fixes") or [] if fix["applied"]]
            if not applied:
                continue
            path = file["path"]
            blocks = suite_outcomes.changed_blocks(*self.both(path))
            ran = set(lines.get(str(self.tree / path), ()))
            for fix in applied:
                answer = suite_outcomes.reached((fix["line"], fix["end_line"]), blocks, ran)
                stage.left[fix["id"]] += answer is not None
                stage.reached[fix["id"]] += bool(answer)

    def hunks(self, difference, changed):
        lines = []
        for path in sorted(changed):
            lines += suite_outcomes.hunks_near(difference.message, path, *self.both(path))
        return lines

    def both(self, path):
        return (self.original / path).read_bytes(), (self.tree / path).read_bytes()


def python_for(suite, found):
    """Returns the (major, minor) of the Python in `found` to run the suite on, or None.

    The one written down, or else the next newer that is there; Python 2.7 has no successor.
    """
    newer = [version for version in found if version >= suite.version]
    if suite.version in found:
        return suite.version
    return min(newer) if newer and suite.version[0] == 3 else None
