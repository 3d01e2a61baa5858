#!/usr/bin/env python3
"""Runs `pyfix batch` on disks of all sizes that are too small, and with more room goes on with it. Linux, as root. See
README.md."""

import argparse
import contextlib
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

import setting
from kill import MODULE

SIZES = [60, 100, 140, 180, 220, 260, 300, 340, 380, 420, 460, 500, 600]


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
    failures = 0
    with tempfile.TemporaryDirectory() as top:
        top = pathlib.Path(top)
        calm = make(top / "calm")
        run([pyfix, "batch", "calm", "--verify", "true", "--work-dir", "calm-work"], top)
        expected = setting.tip(calm)
        for where in ("the work directory", "the repository"):
            for size in SIZES:
                with disk(size) as small:
                    # The other part has room enough.
                    name = f"shop-{where[4]}-{size}"
                    repository = top / name if where == "the work directory" else None
                    try:
                        repository = make(repository or small / name)
                    except (OSError, subprocess.CalledProcessError):
                        continue
                    work = small / "work" if where == "the work directory" else top / f"work-{name}"
                    command = [pyfix, "batch", str(repository), "--verify", "true", "--work-dir", str(work)]
                    status, said = run(command, top)
                    found = setting.tip(repository)
                    whole = found in ("", expected) and not setting.git(repository, "status", "--porcelain")
                    told = status == 0 or ("error:" in said and "No space left" in said or "cannot be" in said
                                           or "failed" in said)
                    line = next((line for line in said.splitlines() if "error:" in line), said.splitlines()[-1])
                    print(f"{where}, {size} KB: status {status}: {line[:150]}")
                    if "panicked" in said or not whole or not told:
                        failures += 1
                        print(f"  BROKEN: {said}")
                    subprocess.run(["mount", "-o", "remount,size=20m", str(small)], check=True)
                    begun = work / "journal.jsonl"
                    resume = ["--resume"] if begun.exists() and begun.stat().st_size else []
                    status, said = run(command + resume, top)
                    if status != 0 or setting.tip(repository) != expected:
                        failures += 1
                        print(f"  BROKEN after there was room again: status {status}: {said}")
    print("nothing was lost" if not failures else f"{failures} promises were broken")
    return 1 if failures else 0


def run(command, place):
    done = subprocess.run(command, cwd=place, env=setting.environment(), capture_output=True, text=True)
    return done.returncode, done.stderr


if __name__ == "__main__":
    sys.exit(main())
