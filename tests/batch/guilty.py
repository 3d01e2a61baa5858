#!/usr/bin/env python3
"""Lets a verify command fail with one fix of many, and counts how often it is run until that fix is found. See README.md."""

import argparse
import math
import pathlib
import random
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

import setting

SITES = 8

FUNCTION = """\
def f{0}(values):
    out = []
    for value in values:
        out.append(value * {0})
    return out


"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    setting.add_pyfix(parser)
    parser.add_argument("--sizes", type=int, nargs="*", default=[16, 64, 256, 1024])
    parser.add_argument("--tries", type=int, default=8, help="guilty fixes for each size")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    pyfix = str(pathlib.Path(arguments.pyfix).resolve())
    chance = random.Random(arguments.seed)
    broken = 0
    for size in arguments.sizes:
        guilty = [0, size - 1, *(chance.randrange(size) for _ in range(arguments.tries - 2))]
        runs = [search(pyfix, size, number) for number in guilty]
        allowed = 2 * math.log2(size)
        print(f"1 of {size:4} fixes: {min(runs)} to {max(runs)} runs, mean {sum(runs) / len(runs):.1f}; "
              f"2 log2(n) = {allowed:.0f}", flush=True)
        broken += max(runs) > allowed
    return 1 if broken else 0


def search(pyfix, size, guilty):
    """The runs of the verify command that it takes to find the fix `guilty`, after the one that failed."""
    with tempfile.TemporaryDirectory() as top:
        top = pathlib.Path(top)
        repository = top / "planted"
        repository.mkdir()
        for first in range(0, size, SITES):
            text = "".join(FUNCTION.format(number) for number in range(first, min(first + SITES, size)))
            (repository / f"m{first // SITES:03}.py").write_text(text)
        setting.make_repository(repository)
        verify = f"! grep -q 'value \\* {guilty} for' *.py"
        command = [pyfix, "batch", "planted", "--select", "loop-append", "--verify", verify]
        subprocess.run(command, cwd=top, env=setting.environment(), check=True, capture_output=True)
        left = setting.git(repository, "grep", "-h", "-A1", "for value in values:$", "pyfix", "--", "*.py")
        if left.split("\n")[1:] != [f"        out.append(value * {guilty})", ""]:
            sys.exit(f"other fixes than {guilty} of {size} were left out:\n{left}")
        journal = (top / ".pyfix-batch/journal.jsonl").read_text()
        return journal.count('"step":"verified"') - 1


if __name__ == "__main__":
    sys.exit(main())
