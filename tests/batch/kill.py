#!/usr/bin/env python3
"""Kills runs of `pyfix batch` at random moments, goes on with them, and compares the commits with those of a run that
was left alone. See README.md."""

import argparse
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True

import setting

NAMES = ["one", "two", "three"]

MODULE = """\
def read(lines, seen):
    found = []
    for line in lines:
        found.append(line.strip())
    for index in range(len(found)):
        print(found[index])
    return "%s: %s" % (str(len(found)), str(seen in {1: 2}.keys()))


def squares(numbers):
    out = []
    for number in numbers:
        out.append(number * NUMBER)
    return sorted(out)[0]
"""

# Fails with the fixes of one transform in two files.
VERIFY = "sleep 0.05; ! grep -l 'number \\* [25] for' *.py"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    setting.add_pyfix(parser)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    pyfix = str(pathlib.Path(arguments.pyfix).resolve())
    command = [pyfix, "batch", *NAMES, "--verify", VERIFY, "--jobs", "2", "--format-patch", "patches"]

    with tempfile.TemporaryDirectory() as top:
        top = pathlib.Path(top)
        pattern = top / "pattern"
        for name in NAMES:
            (pattern / name).mkdir(parents=True)
            for number in range(8):
                (pattern / name / f"m{number}.py").write_text(MODULE.replace("NUMBER", str(number)))
            setting.make_repository(pattern / name)
        shutil.copytree(pattern, top / "calm")
        started = time.monotonic()
        run(command, top / "calm")
        length = time.monotonic() - started
        expected = [setting.tip(top / "calm" / name) for name in NAMES]
        assert all(expected), "the run without a kill made no branches"
        print(f"a run takes {length:.1f} s; branches at {', '.join(it[:10] for it in expected)}", flush=True)

        kills = rounds = torn = 0
        while kills < arguments.kills:
            rounds += 1
            place = top / f"round-{rounds}"
            shutil.copytree(pattern, place)
            while True:
                begun = (place / ".pyfix-batch/journal.jsonl")
                resume = ["--resume"] if begun.exists() and begun.stat().st_size else []
                child = subprocess.Popen(command + resume, cwd=place, env=setting.environment(),
                                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
                try:
                    said = child.communicate(timeout=chance.uniform(0, length * 0.6))[1]
                except subprocess.TimeoutExpired:
                    child.send_signal(signal.SIGKILL)
                    child.communicate()
                    kills += 1
                    torn += begun.exists() and not begun.read_bytes().endswith(b"\n")
                    check_between(place, expected)
                    continue
                if child.returncode != 0:
                    sys.exit(f"round {rounds}: status {child.returncode}\n{said}")
                break
            found = [setting.tip(place / name) for name in NAMES]
            if found != expected:
                sys.exit(f"round {rounds}: other commits: {found} instead of {expected}")
            check_between(place, expected)
            patches = sorted(path.name for path in (place / "patches").glob("*/*"))
            if patches != sorted(path.name for path in (top / "calm" / "patches").glob("*/*")):
                sys.exit(f"round {rounds}: other patches")
            shutil.rmtree(place)
        print(f"{kills} kills in {rounds} runs (seed {arguments.seed}), {torn} of them within a line of the journal: "
              "the same commits each time")


def check_between(place, expected):
    """Whatever was reached, a repository has its branch as a whole or not at all, and is clean and sound."""
    for name, commit in zip(NAMES, expected):
        if setting.tip(place / name) not in ("", commit):
            sys.exit(f"{place / name}: the branch is not whole")
        if setting.git(place / name, "status", "--porcelain"):
            sys.exit(f"{place / name}: the checkout is not as it was")
        setting.git(place / name, "fsck", "--connectivity-only")


def run(command, place):
    done = subprocess.run(command, cwd=place, env=setting.environment(), capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"status {done.returncode}\n{done.stderr}")


if __name__ == "__main__":
    main()
