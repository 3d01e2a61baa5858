#!/usr/bin/env python3
"""Runs `pyfix batch` on disks of all sizes that are too small, and with more room goes on with it. Linux, as root. See
README.md."""

import argparse
import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

import setting
from kill import MODULE

# In KB: what the work directory has, and what is left to the repository.
SIZES = [20, 40, 60, 80, 100, 140, 180, 220, 260, 300, 400, 600]
SPARE = [0, 4, 8, 12, 16, 20, 24, 32, 40, 56, 80]

ROOM = 20 << 10


@contextlib.contextmanager
def disk(kilobytes):
    """A file system of that size."""
    with tempfile.TemporaryDirectory() as place:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "none", place], check=True)
        try:
            yield pathlib.Path(place)
        finally:
            subprocess.run(["umount", place], check=True)


def make(directory):
    directory.mkdir()
    for number in range(6):
        (directory / f"m{number}.py").write_text(MODULE.replace("NUMBER", str(number)))
    setting.make_repository(directory)
    return directory


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    setting.add_pyfix(parser)
    pyfix = str(pathlib.Path(parser.parse_args().pyfix).resolve())
    broken = 0
    with tempfile.TemporaryDirectory() as top:
        top = pathlib.Path(top)
        calm = make(top / "calm")
        status, said = run([pyfix, "batch", "calm", "--verify", "true", "--work-dir", "calm-work"], top)
        expected = setting.tip(calm)
        assert status == 0 and expected, said
        for size in SIZES:
            with disk(size) as small:
                repository = make(top / f"shop-{size}")
                broken += attempt(pyfix, top, small, repository, small / "work", [], expected, f"a work directory of {size} KB")
        for more in ([], ["--in-place"]):
            for spare in SPARE:
                with disk(ROOM) as small:
                    repository = make(small / "shop")
                    resize(small, used(small) + spare)
                    work = top / f"work-{spare}-{len(more)}"
                    what = " ".join([f"{spare} KB left to the repository", *more])
                    broken += attempt(pyfix, top, small, repository, work, more, expected, what)
    print("nothing was lost" if not broken else f"{broken} promises were broken")
    return 1 if broken else 0


def used(small):
    state = os.statvfs(small)
    return (state.f_blocks - state.f_bfree) * state.f_frsize >> 10


def resize(small, kilobytes):
    subprocess.run(["mount", "-o", f"remount,size={kilobytes}k", str(small)], check=True)


def attempt(pyfix, top, small, repository, work, more, expected, what):
    """Runs without the room that it needs, and then goes on with it. The number of promises that were broken."""
    broken = 0
    command = [pyfix, "batch", str(repository), "--verify", "true", "--work-dir", str(work), *more]
    status, said = run(command, top)
    # Git itself cannot look at a checkout without room.
    resize(small, ROOM)
    branch = setting.tip(repository)
    is_whole = branch in ("", expected) and not setting.git(repository, "status", "--porcelain")
    is_told = status == 0 or "error:" in said and "panicked" not in said
    line = next((line for line in said.splitlines() if "error:" in line), "done")
    print(f"{what}: status {status}: {line[:170]}", flush=True)
    if not is_whole or not is_told:
        broken += 1
        print(f"  BROKEN: {said}")
    begun = work / "journal.jsonl"
    resume = ["--resume"] if begun.exists() and begun.stat().st_size else []
    status, said = run(command + resume, top)
    checked_out = setting.git(repository, "symbolic-ref", "--short", "HEAD").strip()
    is_clean = not setting.git(repository, "status", "--porcelain")
    if status != 0 or setting.tip(repository) != expected or checked_out != ("pyfix" if more else "main") or not is_clean:
        broken += 1
        print(f"  BROKEN after there was room again: status {status}: {said}")
    return broken


def run(command, place):
    done = subprocess.run(command, cwd=place, env=setting.environment(), capture_output=True, text=True)
    return done.returncode, done.stderr


if __name__ == "__main__":
    sys.exit(main())
