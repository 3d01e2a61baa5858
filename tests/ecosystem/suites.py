#!/usr/bin/env python3
"""Runs the test suites of real packages before and after pyfix rewrites them, and compares every outcome. See
README.md beside this file.

Exit status: 0 no test ended otherwise, 1 one did or a suite could not be compared, 2 the run could not be done as
asked (usage, no pyfix, a Python or a package that cannot be had).
"""

import argparse
import collections
import concurrent.futures
import json
import pathlib
import shutil
import sys
import tempfile

# The modules beside this one must not leave their bytecode in the repository.
sys.dont_write_bytecode = True

import archives
import interpreters
import promises
import pyfix_command
import run as ecosystem
import suite_environments
import suite_stages
import tables

HERE = pathlib.Path(__file__).resolve().parent
MESSAGE_LINES, HUNK_LINES = 15, 60


def main():
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")
    arguments = parse_arguments()
    try:
        return run(arguments, choose(arguments, read_suites()))
    except (ecosystem.Unusable, archives.BadArchive) as error:
        print(f"error: {error}", file=sys.stderr)
        return ecosystem.NOT_RUN


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="tests/ecosystem/suites.py",
        description="Run packages' own test suites untouched (twice), after `pyfix --write` and after "
        "`pyfix --write --unsafe-fixes`, and compare how every test ends. Fetches all it needs.",
    )
    parser.add_argument("packages", nargs="*", metavar="PACKAGE", help="these packages alone, with or without version")
    parser.add_argument("--set", default="all", choices=["all", "small"], help="the packages (default: all)")
    parser.add_argument("--pyfix", metavar="PATH", help="the binary (default: the newer of target's release and debug)")
    parser.add_argument("--pyfix-arg", action="append", default=[], metavar="ARG", help="hand ARG to every pyfix run")
    parser.add_argument("--jobs", type=ecosystem.positive, default=1, metavar="N", help="packages at a time")
    parser.add_argument(
        "--timeout", type=ecosystem.positive, default=600, metavar="SECONDS", help="for one run of anything"
    )
    parser.add_argument("--work", metavar="DIR", help="where the trees are put (default: a new temporary directory)")
    parser.add_argument("--keep", action="store_true", help="keep the trees; those with differences always are")
    parser.add_argument("--json", metavar="OUT", help="write the results to this file as well")
    parser.add_argument("--markdown", action="store_true", help="lay the tables out as Markdown")
    parser.add_argument("--list", action="store_true", help="name the packages and do nothing")
    parser.add_argument(
        "--allow-offline", action="store_true", help="an index that does not answer skips its packages, and no more"
    )
    return parser.parse_args()


def read_suites():
    """Returns ([Suite], {labels of the small set}) of suites.json."""
    data = json.loads((HERE / "suites.json").read_text(encoding="utf-8"))
    catalogue = archives.Catalogue()
    suites = [
        suite_stages.Suite(record, data["environments"], catalogue.packages[record["package"]])
        for record in data["suites"]
    ]
    return suites, set(data["small"])


def choose(arguments, known):
    suites, small = known
    if not arguments.packages:
        return [suite for suite in suites if arguments.set == "all" or suite.label in small]
    chosen = []
    for words in arguments.packages:
        found = [suite for suite in suites if suite.package.answers_to(words)]
        if not found:
            raise ecosystem.Unusable(f"no suite of {words!r}: see --list")
        chosen += [suite for suite in found if suite not in chosen]
    return chosen


def run(arguments, suites):
    if arguments.list:
        rows = [[suite.label, "{}.{}".format(*suite.version), suite.field] for suite in suites]
        print("\n".join(tables.align(["package", "Python", "field"], rows)))
        return ecosystem.KEPT
    work = ecosystem.work_directory(arguments.work)
    pyfix = pyfix_command.Pyfix(
        ecosystem.find_pyfix(arguments.pyfix),
        promises.environment_for(work),
        arguments.timeout,
        arguments.pyfix_arg,
    )
    ecosystem.say(f"{pyfix.version(work)} at {pyfix.path}")
    prepared, not_run = prepare(suites, interpreters.find_interpreters(), pyfix, work, arguments)

    finished = []

    def try_out(job):
        trial, archive = job
        result = trial.run(archive)
        # Written after each, so that a run that is cut short has not been for nothing.
        finished.append(result)
        write_data(finished, arguments.json)
        found = sum(len(stage.found) for stage in result.stages.values())
        verdict = f"{found} DIFFERENT, {len(result.failures)} FAILED" if found or result.failures else "the same"
        ecosystem.say(f"{result.label}: {verdict} ({result.seconds:.0f} s)")
        if not (arguments.keep or found or result.failures):
            shutil.rmtree(str(trial.room))
        return result

    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        results = list(pool.map(try_out, prepared))
    if arguments.keep or any(is_broken(result) for result in results):
        ecosystem.say(f"trees kept in {work}")
    else:
        shutil.rmtree(str(work), ignore_errors=True)
    report(results, not_run, arguments)
    if any(is_broken(result) for result in results):
        return ecosystem.BROKEN
    return ecosystem.NOT_RUN if not_run and not arguments.allow_offline else ecosystem.KEPT


def is_broken(result):
    return bool(result.failures) or any(stage.found for stage in result.stages.values())


def prepare(suites, pythons, pyfix, work, arguments):
    """Fetches archives and environments; returns [(Trial, archive)] and [(label, why it is not run)]."""
    prepared, not_run = [], []
    for suite in suites:
        version = suite_stages.python_for(suite, pythons)
        if version is None:
            not_run.append((suite.label, "there is no Python {}.{}".format(*suite.version)))
            continue
        try:
            archive = archives.fetch(suite.package)
            executable = suite_environments.environment(version, pythons[version], suite.requirements)
        except archives.Unreachable as error:
            not_run.append((suite.label, str(error)))
            continue
        room = work / suite.label
        room.mkdir()
        trial = suite_stages.Trial(suite, version, executable, pyfix, room, arguments.timeout)
        prepared.append((trial, archive))
    return prepared, not_run


def report(results, not_run, arguments):
    lay = tables.markdown if arguments.markdown else tables.align
    if results:
        print("\n".join(lay(*summary(results))))
        print()
        print("\n".join(lay(*by_transform(results))))
    for result in results:
        for kind, stage in result.stages.items():
            for one, expected in stage.known:
                print(f"expected: {result.label}: {one.test}: {one.before} -> {one.after}, {expected.assumption}")
        if result.flaky:
            print(f"flaky: {result.label}: {promises.some(sorted(result.flaky))}")
    for label, reason in not_run:
        print(f"not run: {label}: {reason}")
    for result in results:
        show_broken(result)


def show_broken(result):
    for failure in result.failures:
        print(f"FAILED: {result.label}: {failure}")
    for kind, stage in result.stages.items():
        for one in stage.found:
            print(f"DIFFERENT: {result.label}, {kind} fixes: {one.test}: {one.before} -> {one.after}")
            for line in one.message.strip().splitlines()[-MESSAGE_LINES:]:
                print(f"    {line}")
            for line in stage.hunks[one.test][:HUNK_LINES]:
                print(f"  | {line}")


def summary(results):
    """Returns the header and the rows of the main table."""
    header = ["package", "field", "Python", "tests", "passed", "flaky"]
    header += ["safe fixes", "ran", "all fixes", "ran", "different", "seconds"]
    rows = [row_of(result) for result in results]
    if len(rows) > 1:
        total = ["total", "", ""]
        for column in range(3, len(header)):
            total.append(sum(row[column] for row in rows if not isinstance(row[column], str)))
        rows.append(total)
    return header, rows


def row_of(result):
    row = [result.label, result.field, "{}.{}".format(*result.version)]
    row += [result.tests, result.untouched["passed"], len(result.flaky)]
    for kind in (suite_stages.SAFE, suite_stages.UNSAFE):
        stage = result.stages.get(kind)
        if stage is None:
            row += ["-", "-"]
            continue
        row += [sum(stage.fixes.values()), sum(stage.reached.values()) if stage.left else "-"]
    row.append(sum(len(stage.found) + len(stage.known) for stage in result.stages.values()))
    return [*row, round(result.seconds)]


def by_transform(results):
    """Returns the header and the rows of the fixes of all packages, with the unsafe ones too, by transform."""
    fixes, assuming, left, reached = (collections.Counter() for _ in range(4))
    for result in results:
        stage = result.stages.get(suite_stages.UNSAFE)
        if stage is not None:
            fixes.update(stage.fixes)
            assuming.update(stage.assuming)
            left.update(stage.left)
            reached.update(stage.reached)
    rows = [
        [name, fixes[name] - assuming[name], assuming[name], left[name], reached[name]] for name in sorted(fixes)
    ]
    rows.append(["total", *(sum(row[column] for row in rows) for column in range(1, 5))])
    return ["transform", "safe", "with an assumption", "watched", "ran"], rows


def write_data(results, path):
    if path:
        text = json.dumps({"schema": 1, "packages": [data_of(result) for result in results]}, indent=2)
        pathlib.Path(path).write_text(text + "\n", encoding="utf-8")


def data_of(result):
    return {
        "package": result.label,
        "python": "{}.{}".format(*result.version),
        "seconds": round(result.seconds, 1),
        "untouched": dict(result.untouched),
        "flaky": sorted(result.flaky),
        "failures": result.failures,
        "stages": {kind: stage_data(stage) for kind, stage in result.stages.items()},
    }


def stage_data(stage):
    return {
        "seconds": round(stage.seconds, 1),
        "fixes": dict(stage.fixes),
        "with_assumption": +stage.assuming,
        "watched": +stage.left,
        "ran": +stage.reached,
        "different": [one._asdict() for one in stage.found],
        "expected": [one._asdict() for one, _ in stage.known],
    }


if __name__ == "__main__":
    sys.exit(main())
