#!/usr/bin/env python3
"""Measures what types cost: pyfix with the type engine and without it, and `ty check`, over one tree.

The runs are interleaved, so that whatever else the machine does falls on all of them alike. For each it prints
the median and the least wall time, the processor time, and the largest peak of resident memory.

    type_cost.py [--pyfix PATH] [--questions PATH] [--rounds N] [--ty VERSION] TREE

`--questions` takes the example `type_questions` (`cargo build --release --example type_questions`), which asks
more than any transform does. ty comes from the index that pip is configured with, into a virtual environment in
the cache directory. The exit status is 0 whatever the figures are: they are for people to read.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys

sys.dont_write_bytecode = True

import index_tools
import processes

HERE = pathlib.Path(__file__).parent


def main():
    options = arguments()
    tree = options.tree.resolve()
    ty = index_tools.install("ty", options.ty, "ty")
    commands = {
        "pyfix --types off": [options.pyfix, "--types", "off", "--isolated", "--no-cache", tree],
        "pyfix --types on": [options.pyfix, "--types", "on", "--isolated", "--no-cache", tree],
    }
    if options.questions:
        commands["type_questions"] = [options.questions, tree]
    commands[f"ty {options.ty} check"] = [ty, "check", "--project", tree, "--exit-zero", "--output-format", "concise"]
    environment = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "CONDA_PREFIX")}
    runs = {name: [] for name in commands}
    for number in range(options.rounds + 1):
        for name, command in commands.items():
            cost = processes.measure(command, environment=environment)
            if cost.status != 0:
                sys.exit(f"{' '.join(map(str, command))}: exit status {cost.status}")
            # The first round fills the caches of the file system.
            if number:
                runs[name].append(cost)
    print(f"{tree}, {options.rounds} rounds after one to warm up, {os.cpu_count()} processors")
    print(f"{'':22} {'median':>9} {'least':>9} {'processor':>10} {'peak':>9}")
    for name, measured in runs.items():
        walls = [cost.wall for cost in measured]
        processors = [cost.cpu for cost in measured]
        print(
            f"{name:22} {statistics.median(walls):8.2f}s {min(walls):8.2f}s"
            f" {statistics.median(processors):9.2f}s {max(cost.peak for cost in measured):5.0f} MiB"
        )


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", HERE.parent.parent / "target"))
    parser.add_argument("tree", type=pathlib.Path)
    parser.add_argument("--pyfix", type=pathlib.Path, default=target / "release" / "pyfix")
    parser.add_argument("--questions", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--ty", default="0.0.105", metavar="VERSION", help="the version of ty [default: %(default)s]")
    return parser.parse_args()


if __name__ == "__main__":
    main()
