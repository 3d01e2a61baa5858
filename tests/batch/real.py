#!/usr/bin/env python3
"""Migrates repositories made from real packages with one command, and checks what came of it. See README.md."""

import argparse
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import time

sys.dont_write_bytecode = True

import setting

PLAN = pathlib.Path(__file__).with_name("real.toml")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    setting.add_pyfix(parser)
    parser.add_argument("--sources", type=pathlib.Path, required=True, help="a directory with unpacked packages")
    parser.add_argument("--place", type=pathlib.Path, required=True, help="an empty directory for the run")
    parser.add_argument("--pyfix-arg", action="append", default=[], help="more for `pyfix batch`")
    arguments = parser.parse_args()

    place = arguments.place.resolve()
    place.mkdir(parents=True, exist_ok=True)
    names = re.findall(r'^path = "(.*)"$', PLAN.read_text(), re.MULTILINE)
    for name in names:
        if not (place / name).exists():
            shutil.copytree(arguments.sources / name, place / name, symlinks=True)
            setting.make_repository(place / name)
    shutil.copy(PLAN, place / "plan.toml")
    command = [str(pathlib.Path(arguments.pyfix).resolve()), "batch", "--plan", "plan.toml", *arguments.pyfix_arg]
    print("$ " + " ".join(["pyfix", *command[1:]]), flush=True)
    started = time.monotonic()
    status = subprocess.run(command, cwd=place).returncode
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"status {status}, {time.monotonic() - started:.0f} s, {usage.ru_maxrss // 1024} MB at most")

    broken = 0
    for name in names:
        left = setting.git(place / name, "status", "--porcelain")
        commits = len(setting.git(place / name, "log", "--format=%h", "main..pyfix").split()) if setting.tip(place / name) else 0
        changed = setting.git(place / name, "diff", "--shortstat", "main", "pyfix").strip() if commits else "nothing changed"
        print(f"{name}: {commits} commits, {changed}" + (f"; the checkout is not as it was: {left}" if left else ""))
        broken += bool(left)
    return 1 if broken or status else 0


if __name__ == "__main__":
    sys.exit(main())
