#!/usr/bin/env python3
"""Runs a built pyfix over real packages and checks what it promises about them. See README.md beside this
file.

Exit status: 0 every promise was kept, 1 one was broken (each is named with its package), 2 the run could not
be done as asked (usage, no pyfix, no git, a package that cannot be had).
"""

import argparse
import concurrent.futures
import json
import os
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
import tables

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
KEPT, BROKEN, NOT_RUN = 0, 1, 2


class Unusable(Exception):
    """The run cannot start, or not go on, for a reason that is not pyfix's doing."""


def main():
    # Paths in messages may hold what the terminal's encoding lacks; that must not end a long run.
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")
    arguments = parse_arguments()
    try:
        catalogue = archives.Catalogue()
        if arguments.list:
            list_catalogue(catalogue)
            return KEPT
        if arguments.record:
            name, version = arguments.record.split("==")
            print(json.dumps(archives.record(name, version), indent=2))
            return KEPT
        return run(arguments, catalogue)
    except (Unusable, archives.Unreachable, archives.BadArchive) as error:
        print(f"error: {error}", file=sys.stderr)
        return NOT_RUN


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="tests/ecosystem/run.py",
        description="Run pyfix over real packages and the standard library, and check what it promises: "
        "exit 0, no panic, no quarantine; the preview piped into `git apply` is what --write writes, from "
        "everywhere; a second run changes nothing; what compiled still compiles.",
        epilog="Archives are fetched through pip's own configuration and cached in $PYFIX_ECOSYSTEM_CACHE, "
        "or else in the user's cache directory. Exit status: 0 kept, 1 a promise was broken, 2 could not be run "
        "as asked.",
    )
    what = parser.add_argument_group("what to run over")
    what.add_argument(
        "--set", default="small", help="the set of packages: small, issue or large (default: small)"
    )
    what.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="NAME",
        help="this package alone, of any set; may be repeated",
    )
    library = what.add_mutually_exclusive_group()
    library.add_argument(
        "--stdlib", dest="stdlib", action="store_true", default=None, help="this Python's library too"
    )
    library.add_argument("--no-stdlib", dest="stdlib", action="store_false", help="not the standard library")
    what.add_argument(
        "--min-fixes",
        action="append",
        default=[],
        type=minimum,
        metavar="NAME=COUNT",
        help="demand so many fixes of a package, beside what its set demands; may be repeated",
    )
    how = parser.add_argument_group("how")
    how.add_argument(
        "--pyfix", metavar="PATH", help="the binary (default: the newer of target's release and debug)"
    )
    how.add_argument(
        "--pyfix-arg", action="append", default=[], metavar="ARG", help="hand ARG to every pyfix run"
    )
    how.add_argument(
        "--jobs", type=positive, default=1, metavar="N", help="packages at a time; above 1, seconds blur"
    )
    how.add_argument(
        "--timeout", type=positive, default=900, metavar="SECONDS", help="for one pyfix run (default: 900)"
    )
    how.add_argument(
        "--work", metavar="DIR", help="where the trees are put (default: a new temporary directory)"
    )
    how.add_argument(
        "--keep", action="store_true", help="keep the trees; those of broken promises always are"
    )
    how.add_argument("--json", metavar="OUT", help="write the results to this file as well")
    network = parser.add_argument_group("the index")
    network.add_argument(
        "--cache-only", action="store_true", help="never ask the index; skip what the cache lacks"
    )
    network.add_argument(
        "--allow-offline",
        action="store_true",
        help="an index that does not answer skips its packages, and no more",
    )
    other = parser.add_argument_group("instead of a run")
    other.add_argument("--list", action="store_true", help="print the sets and what is cached")
    other.add_argument(
        "--record", metavar="NAME==VERSION", type=pinned, help="print an entry for packages.json"
    )
    return parser.parse_args()


def positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def minimum(text):
    name, _, count = text.partition("=")
    if not name or not count.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=COUNT")
    return name, int(count)


def pinned(text):
    if len([part for part in text.split("==") if part]) != 2:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME==VERSION")
    return text


def list_catalogue(catalogue):
    rows = []
    for label, package in catalogue.packages.items():
        sets = [name for name, chosen in catalogue.sets.items() if label in chosen["packages"]]
        cached = (archives.cache_directory() / package.file).is_file()
        rows.append([label, "cached" if cached else "", ", ".join(sets)])
    print("\n".join(tables.align(["package", "archive", "sets"], rows)))


def run(arguments, catalogue):
    binary = find_pyfix(arguments.pyfix)
    packages, with_library = choose(arguments, catalogue)
    demands = demands_of(arguments, catalogue, packages)
    if shutil.which("git") is None:
        raise Unusable("git is not on PATH: install it, since half of the promises are about `git apply`")
    work = work_directory(arguments.work)
    environment = promises.environment_for(work)
    pyfix = pyfix_command.Pyfix(binary, environment, arguments.timeout, arguments.pyfix_arg)
    pythons = interpreters.find_interpreters()
    version = pyfix.version(work)
    say(
        "{} at {}, Pythons {}".format(
            version, binary, ", ".join("{}.{}".format(*python) for python in sorted(pythons))
        )
    )

    jobs, not_run = prepare(packages, with_library, work, may_download=not arguments.cache_only)
    results = check_trees(jobs, demands, arguments, pyfix, pythons)
    tidy_up(work, results, arguments)
    report(results, not_run, arguments, version)
    if any(result.failures for result in results):
        return BROKEN
    if not_run and not (arguments.allow_offline or arguments.cache_only):
        return NOT_RUN
    return KEPT


def find_pyfix(given):
    if given:
        path = pathlib.Path(given).resolve()
        if not path.is_file():
            raise Unusable(f"there is no {path}")
        return path
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR") or REPOSITORY / "target")
    name = "pyfix.exe" if os.name == "nt" else "pyfix"
    built = [path for path in (target / "release" / name, target / "debug" / name) if path.is_file()]
    if not built:
        raise Unusable(
            f"no pyfix in {target}: build it with `cargo build --release`, or name it with --pyfix"
        )
    # A stale release build must not hide what was just built.
    return max(built, key=lambda path: path.stat().st_mtime).resolve()


def choose(arguments, catalogue):
    """Returns the packages to run over, and whether the standard library is one of the trees."""
    if arguments.set not in catalogue.sets:
        raise Unusable("no set {!r}: there are {}".format(arguments.set, ", ".join(catalogue.sets)))
    if not arguments.only:
        chosen = catalogue.sets[arguments.set]
        wanted = chosen["stdlib"] if arguments.stdlib is None else arguments.stdlib
        return catalogue.members(arguments.set), wanted
    packages = []
    with_library = bool(arguments.stdlib)
    for words in arguments.only:
        found = [package for package in catalogue.packages.values() if package.answers_to(words)]
        if not found and words.lower() != "stdlib":
            raise Unusable(f"no package {words!r}: see --list")
        with_library = with_library or words.lower() == "stdlib"
        packages += [package for package in found if package not in packages]
    return packages, with_library


def demands_of(arguments, catalogue, packages):
    """Returns {label: least number of fixes}: the set's own, overruled by --min-fixes."""
    demands = dict(catalogue.sets[arguments.set].get("min_fixes", {}))
    for name, count in arguments.min_fixes:
        named = [package.label for package in packages if package.answers_to(name)]
        if not named and name.lower() != "stdlib":
            raise Unusable(f"--min-fixes {name}={count}: this run has no such package")
        demands.update((label, count) for label in named or [archives.standard_library_label()])
    return demands


def work_directory(given):
    """Returns an existing directory that is empty or new, and not inside a Git repository."""
    if given:
        work = pathlib.Path(given).resolve()
        work.mkdir(parents=True, exist_ok=True)
        if any(work.iterdir()):
            raise Unusable(f"{work} is not empty: name a new directory")
    else:
        work = pathlib.Path(tempfile.mkdtemp(prefix="pyfix-ecosystem-")).resolve()
    if any((parent / ".git").exists() for parent in [work] + list(work.parents)):
        raise Unusable(f"{work} is inside a Git repository, so nothing there is outside Git: name another")
    return work


def prepare(packages, with_library, work, may_download):
    """Fetches what is needed; returns [(label, what writes the tree, its room)] and [(label, why not)]."""
    jobs, not_run = [], []
    for package in packages:
        try:
            archive = archives.fetch(package, may_download)
        except archives.Unreachable as error:
            not_run.append((package.label, str(error)))
            say(f"{package.label}: skipped, {error}")
            continue
        jobs.append((package.label, lambda target, archive=archive: archives.extract(archive, target)))
    if with_library:
        jobs.append((archives.standard_library_label(), archives.copy_standard_library))
    return [(label, write, work / label) for label, write in jobs], not_run


def check_trees(jobs, demands, arguments, pyfix, pythons):
    def check(job):
        label, write, room = job
        original = room / "original"
        write(original)
        result = promises.Subject(label, original, room, pyfix, pythons).check_all()
        hold_to_demand(result, demands.get(label, 0))
        if not result.failures and not arguments.keep:
            shutil.rmtree(str(room))
        say("{}: {}".format(label, f"{len(result.failures)} BROKEN" if result.failures else "kept"))
        return result

    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        return list(pool.map(check, jobs))


def hold_to_demand(result, least):
    fixes = sum(result.report.fixes.values()) if result.report else 0
    if fixes < least:
        result.failures.append(("least number of fixes", f"{fixes} where {least} were demanded"))


def tidy_up(work, results, arguments):
    if arguments.keep or any(result.failures for result in results):
        say(f"trees kept in {work}")
        return
    shutil.rmtree(str(work), ignore_errors=True)


def report(results, not_run, arguments, pyfix_version):
    if results:
        print("\n".join(tables.summary(results) + tables.reasons(results)))
    for result in results:
        for note in result.notes:
            print(f"note: {result.label} {note}")
    for label, reason in not_run:
        print(f"not run: {label}: {reason}")
    for result in results:
        for name, message in result.failures:
            print(f"BROKEN: {result.label}: {name}: {message}")
    if arguments.json:
        data = tables.as_data(results, not_run, pyfix_version)
        pathlib.Path(arguments.json).write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")


def say(line):
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
