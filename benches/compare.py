#!/usr/bin/env python3
"""Measures pyfix beside ruff, ast-grep, flynt and ty: whole processes over the same files in the same run.

    python3 benches/compare.py --root DIR --root DIR ...      # these directories
    python3 benches/compare.py                                # the packages of the set `large`, fetched

All tools take their turn in every round, so that whatever else the machine does falls on all of them alike; the ratios
within a round are the result. docs/speed.md says more. Exit status: 0 whatever the figures are, 2 when something
cannot be run.
"""

import argparse
import json
import os
import pathlib
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
REPOSITORY = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY / "tests" / "ecosystem"))

import archives
import corpus
import figures
import processes
import run as ecosystem
import tables
import tools

MODES = {
    "small": "One small file",
    "cold": "Types off, without a cache",
    "cached": "Types off, unchanged since an earlier run that filled the cache",
    "types": "Types on",
}
SMALL_FILE = REPOSITORY / "tests" / "fixtures" / "readme" / "report.py"
SMALL_ROUNDS = 50

# pyfix does not trust the times of files that have just been written.
SETTLE_SECONDS = 3


class Unusable(Exception):
    """A tool does not run, or not as it should."""


class Contestant:
    """A tool in one of its uses: under a name, with a cache or without."""

    def __init__(self, name, tool, is_cached=False):
        self.name = name
        self.tool = tool
        self.is_cached = is_cached

    def run(self, roots, cache, limit):
        """Returns the cost of one use; that of several processes is the sum, and the greatest of their peaks."""
        kept = os.path.join(cache, self.tool.name) if self.is_cached else None
        costs = []
        for command in self.tool.commands(roots, kept):
            cost = processes.measure(command, limit, tools.environment(kept), cache)
            if cost.status not in self.tool.statuses:
                said = "\n".join(cost.said.splitlines()[-5:])
                raise Unusable(f"{' '.join(command)[:300]}: exit status {cost.status} after {cost.wall:.1f} s\n{said}")
            costs.append(cost)
        wall, cpu = sum(cost.wall for cost in costs), sum(cost.cpu for cost in costs)
        return processes.Cost(0, wall, cpu, max(cost.peak for cost in costs), "")


def main():
    arguments = parse_arguments()
    try:
        with tempfile.TemporaryDirectory(prefix="pyfix-benchmark-", dir=arguments.work) as work:
            compare(arguments, pathlib.Path(work).resolve())
    except (Unusable, ecosystem.Unusable, archives.Unreachable, archives.BadArchive, LookupError) as error:
        say(f"error: {error}")
        return 2
    return 0


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    add = parser.add_argument
    add("--root", action="append", default=[], type=pathlib.Path, help="a directory with Python files; may be repeated")
    add("--set", default="large", help="without --root: the set of packages of tests/ecosystem [%(default)s]")
    add("--pyfix", action="append", default=[], metavar="[NAME=]PATH", help="a binary; may be repeated, to compare two")
    add("--select-tools", default=",".join(tools.OTHERS), metavar="NAMES", help="beside pyfix [%(default)s]")
    add("--modes", default=",".join(MODES), metavar="NAMES", help="what to measure [%(default)s]")
    add("--shares", default="1,10,100", help="percent of the corpus [%(default)s]")
    add("--cores", default="1,2", help="how many processors to use [%(default)s]")
    add("--rounds", type=ecosystem.positive, default=5, metavar="N", help="rounds, the first of all included [5]")
    add("--limit", type=float, default=180, help="seconds for all runs of a tool over one tree [%(default)s]")
    add("--quick", action="store_true", help="two rounds (of the small file, ten) over 1 and 10%%")
    add("--seed", default="pyfix", help="what chooses the files of the smaller shares [%(default)s]")
    add("--work", metavar="DIR", help="where trees and caches are put for the time of the run")
    add("--markdown", action="store_true", help="lay the tables out as Markdown")
    add("--json", metavar="OUT", help="write every single run to this file as well")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.rounds, arguments.shares = 2, "1,10"
    arguments.modes = names(parser, arguments.modes, MODES)
    arguments.select_tools = names(parser, arguments.select_tools, tools.OTHERS)
    arguments.shares = [float(share) for share in arguments.shares.split(",")]
    arguments.cores = [int(count) for count in arguments.cores.split(",")]
    return arguments


def names(parser, text, known):
    chosen = [name for name in text.split(",") if name]
    for name in chosen:
        if name not in known:
            parser.error(f"no {name!r}: there are {', '.join(known)}")
    return chosen


def compare(arguments, work):
    binaries = [binary(given) for given in arguments.pyfix] or [("pyfix", ecosystem.find_pyfix(None))]
    others = {name: tools.OTHERS[name]() for name in arguments.select_tools}
    counts = [count for count in arguments.cores if count <= processes.cores()] or [processes.cores()]
    paragraphs = [machine(), versions(binaries, others)]
    results = []
    # Before much is in the memory of this process, which counts towards that of the others.
    if "small" in arguments.modes:
        results.append(small(arguments, binaries, others, counts[0], work))
    modes = [mode for mode in arguments.modes if mode != "small"]
    if modes:
        whole = corpus.Corpus(arguments.root or corpus.fetched(arguments.set, work / "packages"))
        whole.read()
        trees = {share: whole.chosen(share, arguments.seed, work / f"share-{share:g}") for share in arguments.shares}
        paragraphs += [sizes(whole, trees)]
        time.sleep(SETTLE_SECONDS)
        expected = {}
        for mode in modes:
            contestants = contestants_of(mode, binaries, others)
            if mode == "types" and not any(has_types(path) for _, path in binaries):
                say("types: not measured, no type engine is built into this pyfix")
                continue
            groups = [(share, tree, count) for share, tree in trees.items() for count in counts]
            measured = [measure_tree(arguments, mode, contestants, *group, work, expected) for group in groups]
            results.append((mode, [row for rows, _ in measured for row in rows], [data for _, data in measured]))
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    paragraphs.append(f"A peak of up to {own:.0f} MB may be that of the script, not of the tool.")
    report(arguments, paragraphs, results, binaries[0][0])


def binary(given):
    """Returns the name and the path of what `--pyfix` says."""
    name, has_name, path = given.rpartition("=")
    return (name if has_name else "pyfix"), ecosystem.find_pyfix(path)


def contestants_of(mode, binaries, others):
    """Returns who takes part, that which ratios are of first."""
    def without_types(is_cached):
        return [Contestant(name, tools.pyfix(name, path, "off"), is_cached) for name, path in binaries]

    def with_types(suffix, is_cached=False):
        built = [(name, path) for name, path in binaries if has_types(path)]
        return [Contestant(name + suffix, tools.pyfix(name, path, "on"), is_cached) for name, path in built]

    chosen = {
        "small": lambda: without_types(False) + with_types(" --types on"),
        "cold": lambda: without_types(False),
        "cached": lambda: without_types(True),
        "types": lambda: with_types("") + with_types(", cached", True),
    }[mode]()
    for name in {"cached": ["ruff"], "types": ["ty"]}.get(mode, ["ruff", "ast-grep", "flynt"]):
        if name in others:
            chosen.append(Contestant(name, others[name], mode == "cached"))
    return chosen


def has_types(path):
    """Whether the type engine is built into a pyfix."""
    done = subprocess.run([path, "--isolated", "--types", "on", "-"], input=b"", capture_output=True)
    return done.returncode == 0


def small(arguments, binaries, others, count, work):
    """Returns the result of many runs over one file."""
    contestants = contestants_of("small", binaries, others)
    rounds = 10 if arguments.quick else SMALL_ROUNDS
    # By itself: what else a project holds costs something, too.
    file = work / "small" / SMALL_FILE.name
    corpus.put(SMALL_FILE, file)
    size = file.stat().st_size
    say(f"{MODES['small']} of {size} bytes, {rounds} rounds")
    with processes.kept_to(count):
        costs = [run_round(contestants, number, [file], str(work), arguments.limit) for number in range(rounds)]
    rows = figures.rows_of("one file", count, size, costs, {})
    return "small", rows, [data_of("one file", count, costs)]


def run_round(contestants, number, roots, cache, limit):
    turned = number % len(contestants)
    costs = {each.name: each.run(roots, cache, limit) for each in contestants[turned:] + contestants[:turned]}
    return {each.name: costs[each.name] for each in contestants}


def measure_tree(arguments, mode, contestants, share, tree, count, work, expected):
    """Returns the rows of all contestants over one tree, and the data of every run.

    `expected` says how long a run of each takes for a byte, as far as is known; a tool that would be at it for longer
    than the limit gets fewer rounds, or none.
    """
    say(f"{MODES[mode]}: {share:g}% ({len(tree.files)} files, {tree.size / 1e6:.1f} MB), {count} cores")
    taking_part, unmeasured = [], {}
    for each in contestants:
        seconds = expected.get((mode, each.name), 0) * tree.size
        if seconds > arguments.limit:
            unmeasured[each.name] = f"not run, about {seconds:.0f} s"
        else:
            taking_part.append(each)
    rounds = []
    with tempfile.TemporaryDirectory(dir=work, prefix="caches-") as cache, processes.kept_to(count):
        for each in taking_part:
            if each.is_cached:
                cost = each.run(tree.roots, cache, None)
                say(f"  filled the cache of {each.name}: {cost.wall:.2f} s")
        for number in range(arguments.rounds):
            costs = {}
            in_time = [each for each in taking_part if not number or has_time(each, rounds, arguments.limit)]
            costs = run_round(in_time, number, tree.roots, cache, None)
            rounds.append(costs)
            walls = ", ".join(f"{name} {cost.wall:.2f} s" for name, cost in costs.items())
            say(f"  round {number + 1} of {arguments.rounds}: {walls}")
    for each in taking_part:
        expected[mode, each.name] = rounds[0][each.name].wall / tree.size
    label = f"{share:g}%"
    return figures.rows_of(label, count, tree.size, rounds, unmeasured), data_of(label, count, rounds)


def has_time(contestant, rounds, limit):
    """Whether another run will not take longer than all are allowed to."""
    spent = [costs[contestant.name].wall for costs in rounds if contestant.name in costs]
    return sum(spent) + statistics.median(spent) <= limit


def data_of(share, count, rounds):
    plain = [{name: [cost.wall, cost.cpu, cost.peak] for name, cost in costs.items()} for costs in rounds]
    return {"share": share, "cores": count, "rounds": plain}


def machine():
    model = platform.processor() or platform.machine()
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    load = ", load {:.1f} before the run".format(os.getloadavg()[0]) if hasattr(os, "getloadavg") else ""
    return f"{model}, {processes.cores()} processors, {platform.system()}{load}."


def versions(binaries, others):
    found = []
    for name, path in binaries:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout.strip()
        found.append(said if name == "pyfix" else f"{name}: {said}")
    return ", ".join(found + [tool.version() for tool in others.values()]) + "."


def sizes(whole, trees):
    shares = [f"{share:g}% is {len(tree.files):,} files, {tree.size / 1e6:.1f} MB" for share, tree in trees.items()]
    return f"{len(whole.roots)} roots, {len(whole.files):,} files, {whole.size / 1e6:.1f} MB: {'; '.join(shares)}."


def report(arguments, paragraphs, results, first):
    lay = tables.markdown if arguments.markdown else tables.align
    heading = "\n### {}\n" if arguments.markdown else "\n{}\n"
    print("\n".join(paragraphs + [figures.MEANING.format(first)]))
    for mode, rows, _ in results:
        print(heading.format(MODES[mode]))
        print("\n".join(lay(figures.HEADER, rows)))
    if arguments.json:
        data = {"schema": 1, "about": paragraphs, "modes": {mode: groups for mode, _, groups in results}}
        pathlib.Path(arguments.json).write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def say(line):
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
