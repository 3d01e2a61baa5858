"""Runs one test suite in the Python that starts this file, and writes down how every test ended.

    suite_runner.py RESULT WATCHED pytest ARGUMENT...
    suite_runner.py RESULT WATCHED unittest ARGUMENT...
    suite_runner.py RESULT WATCHED script FILE ARGUMENT... [--then FILE ARGUMENT...]

RESULT gets a JSON document: `outcomes` is {test: [outcome, message]}, `lines` is {file: [line]}, the lines that
ran of the files whose paths the JSON list in the file WATCHED holds (null where this Python cannot tell without
being slowed down). `script` is for a package that starts its tests in its own way, with the runner of unittest
at the bottom of it. Is written for Python 2.7 and every later one, and imports nothing from beside it: what the
suite imports must come from the package.
"""

import io
import json
import os
import re
import sys

ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b")
MESSAGE_LIMIT = 6000


class Outcomes(object):
    """{test: [outcome, message]}, where a test that has several parts keeps the worst."""

    order = ["passed", "xpassed", "skipped", "xfailed", "failed", "error"]

    def __init__(self):
        self.by_test = {}

    def add(self, test, outcome, message=""):
        test = ADDRESS.sub("0x", as_text(test))
        known = self.by_test.get(test)
        if known is None or self.order.index(outcome) > self.order.index(known[0]):
            self.by_test[test] = [outcome, as_text(message)[-MESSAGE_LIMIT:]]

    def fresh_name(self, test):
        """Returns a name that no test has had yet: suites do run tests of one name, and all must be seen."""
        test = ADDRESS.sub("0x", as_text(test))
        name, number = test, 1
        while name in self.by_test:
            number += 1
            name = "%s#%d" % (test, number)
        return name


def as_text(message):
    """Returns text for what may be the bytes of Python 2."""
    return message.decode("utf-8", "replace") if isinstance(message, bytes) else message


class PytestPlugin(object):
    """What pytest tells its plugins, put into Outcomes."""

    def __init__(self, outcomes):
        self.outcomes = outcomes
        self.current = {}

    def pytest_runtest_logstart(self, nodeid):
        self.current[nodeid] = self.outcomes.fresh_name(nodeid)

    def pytest_runtest_logreport(self, report):
        name = self.current.get(report.nodeid) or report.nodeid
        expected = hasattr(report, "wasxfail")
        if report.failed:
            outcome = "failed" if report.when == "call" else "error"
        elif report.skipped:
            outcome = "xfailed" if expected else "skipped"
        else:
            outcome = "xpassed" if expected and report.when == "call" else "passed"
        self.outcomes.add(name, outcome, "" if report.passed else str(report.longrepr))

    def pytest_collectreport(self, report):
        if report.failed:
            self.outcomes.add("collecting " + report.nodeid, "error", str(report.longrepr))


def name_of(test):
    """Returns the name of a unittest test: suites do hide `id` behind an attribute of their own."""
    name = test.id
    return as_text(name() if callable(name) else "%s %s" % (name, test))


def run_pytest(outcomes, arguments):
    import pytest

    sys.argv = ["pytest"] + arguments
    pytest.main(arguments, plugins=[PytestPlugin(outcomes)])


def record_unittest(outcomes):
    """Makes every unittest.TextTestRunner of this process tell `outcomes`."""
    import unittest

    class Result(unittest.TextTestResult):
        def startTest(self, test):
            test._pyfix_name = outcomes.fresh_name(name_of(test))
            super(Result, self).startTest(test)

        def note(self, test, outcome, message=""):
            name = getattr(test, "_pyfix_name", None) or name_of(test)
            outcomes.add(name, outcome, message)

        def addSuccess(self, test):
            super(Result, self).addSuccess(test)
            self.note(test, "passed")

        def addError(self, test, err):
            super(Result, self).addError(test, err)
            self.note(test, "error", self.errors[-1][1])

        def addFailure(self, test, err):
            super(Result, self).addFailure(test, err)
            self.note(test, "failed", self.failures[-1][1])

        def addSkip(self, test, reason):
            super(Result, self).addSkip(test, reason)
            self.note(test, "skipped", str(reason))

        def addExpectedFailure(self, test, err):
            super(Result, self).addExpectedFailure(test, err)
            self.note(test, "xfailed")

        def addUnexpectedSuccess(self, test):
            super(Result, self).addUnexpectedSuccess(test)
            self.note(test, "xpassed")

        def addSubTest(self, test, subtest, err):
            super(Result, self).addSubTest(test, subtest, err)
            if err is not None:
                said = (self.failures + self.errors)[-1][1]
                outcomes.add(getattr(test, "_pyfix_name", name_of(test)), "failed", "%s\n%s" % (subtest, said))

    unittest.TextTestRunner.resultclass = Result


def run_unittest(outcomes, arguments):
    import unittest

    record_unittest(outcomes)
    unittest.main(module=None, argv=["python -m unittest"] + arguments)


def run_script(outcomes, arguments):
    import runpy

    record_unittest(outcomes)
    while arguments:
        end = arguments.index("--then") if "--then" in arguments else len(arguments)
        sys.argv, arguments = arguments[:end], arguments[end + 1 :]
        sys.path.insert(0, os.path.dirname(os.path.abspath(sys.argv[0])))
        try:
            runpy.run_path(sys.argv[0], run_name="__main__")
        except SystemExit:
            pass


WAYS = {"pytest": run_pytest, "unittest": run_unittest, "script": run_script}


def watch_lines(watched):
    """Returns {file: set of lines}, which fills while the suite runs; None before Python 3.12.

    Each line is told of once and never again, so that the suite runs at its usual speed.
    """
    monitoring = getattr(sys, "monitoring", None)
    if monitoring is None:
        return None
    wanted = {os.path.realpath(path): path for path in watched}
    files, seen = {}, {}

    def line_ran(code, line):
        file = code.co_filename
        if file not in files:
            files[file] = wanted.get(os.path.realpath(file))
        if files[file] is not None:
            seen.setdefault(files[file], set()).add(line)
        return monitoring.DISABLE

    tool = monitoring.PROFILER_ID
    monitoring.use_tool_id(tool, "pyfix suites")
    monitoring.register_callback(tool, monitoring.events.LINE, line_ran)
    monitoring.set_events(tool, monitoring.events.LINE)
    return seen


def main():
    result, watched, way = sys.argv[1:4]
    arguments = sys.argv[4:]
    # `python -m` stands in the current directory, not in that of this file.
    sys.path[0] = os.getcwd()
    with io.open(watched, encoding="utf-8") as listed:
        seen = watch_lines(json.load(listed))
    outcomes = Outcomes()
    try:
        WAYS[way](outcomes, arguments)
    except SystemExit:
        pass
    finally:
        lines = None if seen is None else {file: sorted(lines) for file, lines in seen.items()}
        text = json.dumps({"outcomes": outcomes.by_test, "lines": lines})
        with io.open(result, "w", encoding="utf-8") as written:
            written.write(as_text(text))


if __name__ == "__main__":
    main()
