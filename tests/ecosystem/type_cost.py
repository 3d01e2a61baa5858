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
import time
import venv

from archives import cache_directory

HERE = pathlib.Path(__file__).parent


def main():
    options = arguments()
    tree = options.tree.resolve()
    ty = install_ty(options.ty)
    commands = {
        "pyfix --types off": [options.pyfix, "--types", "off", "--isolated", "--no-cache", tree],
        "pyfix --types on": [options.pyfix, "--types", "on", "--isolated", "--no-cache", tree],
    }
    if options.questions:
        commands["type_questions"] = [options.questions, tree]
    commands[f"ty {options.ty} check"] = [ty, "check", "--project", tree, "--exit-zero", "--output-format", "concise"]
    runs = {name: [] for name in commands}
    for number in range(options.rounds + 1):
        for name, command in commands.items():
            measured = measure(command)
            # The first round fills the caches of the file system.
            if number:
                runs[name].append(measured)
    print(f"{tree}, {options.rounds} rounds after one to warm up, {os.cpu_count()} processors")
    print(f"{'':22} {'median':>9} {'least':>9} {'processor':>10} {'peak':>9}")
    for name, measured in runs.items():
        walls, processors, peaks = zip(*measured)
        print(
            f"{name:22} {statistics.median(walls):8.2f}s {min(walls):8.2f}s"
            f" {statistics.median(processors):9.2f}s {max(peaks) / 1024:5.0f} MiB"
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


def install_ty(version):
    """The executable of ty, installed on the first use."""
    home = cache_directory() / f"ty-{version}"
    binary = home / ("Scripts" if os.name == "nt" else "bin")
    ty = binary / ("ty.exe" if os.name == "nt" else "ty")
    if not ty.exists():
        venv.create(home, with_pip=True, clear=True)
        python = binary / ("python.exe" if os.name == "nt" else "python")
        subprocess.run([python, "-m", "pip", "install", "--quiet", f"ty=={version}"], check=True)
    return ty


def measure(command):
    """Wall time and processor time in seconds, and the peak of resident memory in KiB, of one run."""
    environment = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "CONDA_PREFIX")}
    start = time.perf_counter()
    process = subprocess.Popen(
        [os.fspath(part) for part in command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit status {process.returncode}")
    peak = usage.ru_maxrss / 1024 if sys.platform == "darwin" else usage.ru_maxrss
    return wall, usage.ru_utime + usage.ru_stime, peak


if __name__ == "__main__":
    main()
