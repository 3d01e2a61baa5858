#!/usr/bin/env python3
"""Times benchmarks of real packages before and after `pyfix --write --goal speed`: the table of docs/evidence.md.

    python3 tests/evidence/hot_paths.py --pyfix target/release/pyfix [--rounds 9] [NAME...]

Each package is unpacked twice, pyfix rewrites one copy, and the two copies are timed in turn, each time in a new
process. A benchmark is a function of the package's own benchmark or test code, or what its tests call with its tests'
data. The figure of a process is the least processor time of a call; that of a round is a ratio of two processes.
"""

import argparse
import collections
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "ecosystem"))

import archives
import interpreters
import pyfix_command

# What every worker runs: `prepare` comes from the benchmark and returns what is timed.
WORKER = """
import glob, io, os, sys, time
clock = getattr(time, "process_time", None) or time.clock
def read(pattern):
    paths = sorted(glob.glob(os.path.join(root, *pattern.split("/"))))
    return [io.open(path, encoding="utf-8", errors="replace").read() for path in paths if os.path.isfile(path)]
root = sys.argv[1]
sys.path.insert(0, root)
{prepare}
run()
best, spent = None, 0.0
while spent < 1.0:
    started = clock()
    run()
    took = clock() - started
    spent += took
    best = took if best is None else min(best, took)
print(best)
"""

Benchmark = collections.namedtuple("Benchmark", "name package python what prepare")

BENCHMARKS = [
    Benchmark(
        "perl6",
        "pygments-2.18.0",
        (3, 11),
        "`Perl6Lexer.analyse_text` over the example files of pygments' tests whose language begins with p",
        """
from pygments.lexers.perl import Perl6Lexer
texts = read("tests/examplefiles/p*/*")
run = lambda: [Perl6Lexer.analyse_text(text) for text in texts]
""",
    ),
    Benchmark(
        "regex_v8",
        "pyperformance-1.11.0",
        (3, 13),
        "`bench_regex_v8` of pyperformance",
        """
import types
pyperf = sys.modules["pyperf"] = types.ModuleType("pyperf")
pyperf.perf_counter = clock
sys.path.insert(0, os.path.join(root, "pyperformance", "data-files", "benchmarks", "bm_regex_v8"))
import run_benchmark
run = lambda: run_benchmark.bench_regex_v8(1)
""",
    ),
    Benchmark(
        "tables",
        "mistune-0.8.4",
        (2, 7),
        "mistune over the tables among the fixtures of its tests",
        """
import mistune
texts = read("tests/fixtures/extra/gfm_tables*.text")
run = lambda: [mistune.markdown(text) for text in texts * 10]
""",
    ),
    Benchmark(
        "documents",
        "mistune-0.8.4",
        (2, 7),
        "mistune over all fixtures of its tests",
        """
import mistune
texts = read("tests/fixtures/*/*.text")
run = lambda: [mistune.markdown(text) for text in texts]
""",
    ),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these benchmarks")
    parser.add_argument("--pyfix", required=True, help="the binary")
    parser.add_argument("--rounds", type=int, default=9, help="pairs of processes for each (default: 9)")
    arguments = parser.parse_args()
    catalogue, pythons = archives.Catalogue(), interpreters.find_interpreters()
    print("| Benchmark | Python | Fixes | Before | After | Ratio | Quartiles |")
    print("|---|---|---|---|---|---|---|")
    for benchmark in BENCHMARKS:
        if arguments.names and benchmark.name not in arguments.names:
            continue
        python = pythons.get(benchmark.python)
        if python is None:
            print("{}: no Python {}.{}".format(benchmark.name, *benchmark.python), file=sys.stderr)
            continue
        with tempfile.TemporaryDirectory() as work:
            before, after = pathlib.Path(work, "before"), pathlib.Path(work, "after")
            archives.extract(archives.fetch(catalogue.packages[benchmark.package]), before)
            shutil.copytree(str(before), str(after))
            fixes = rewrite(arguments.pyfix, after)
            pairs = [
                (seconds(python, benchmark, before), seconds(python, benchmark, after))
                for _ in range(arguments.rounds)
            ]
        print(row(benchmark, fixes, pairs), flush=True)


def rewrite(pyfix, root):
    """Runs pyfix over the copy as a user would; returns how many fixes it made."""
    arguments = ["--write", "--goal", "speed", "--output-format", "json", "."]
    done = pyfix_command.Pyfix(pathlib.Path(pyfix).resolve(), None, 900).run(arguments, root)
    if done.status > 1:
        sys.exit("pyfix ended with {}: {}".format(done.status, done.stderr.strip()[-500:]))
    files = json.loads(done.stdout.decode("utf-8"))["files"]
    return sum(fix["applied"] for file in files for fix in file["fixes"])


def seconds(python, benchmark, root):
    """Returns the least processor time of a call, measured in a process of its own."""
    program = WORKER.format(prepare=benchmark.prepare)
    done = subprocess.run(
        [python, "-c", program, str(root)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300
    )
    if done.returncode != 0:
        sys.exit("{}: {}".format(benchmark.name, done.stderr.decode("utf-8", "replace").strip()[-800:]))
    return float(done.stdout.decode("ascii").split()[-1])


def row(benchmark, fixes, pairs):
    ratios = sorted(before / after for before, after in pairs)
    low, _, high = statistics.quantiles(ratios, n=4)
    least = [min(side) * 1000 for side in zip(*pairs)]
    return "| {} ({}) | {}.{} | {} | {:.2f} ms | {:.2f} ms | {:.2f} | {:.2f} to {:.2f} |".format(
        benchmark.what,
        benchmark.package.replace("-", " "),
        *benchmark.python,
        fixes,
        *least,
        statistics.median(ratios),
        low,
        high,
    )


if __name__ == "__main__":
    main()
