#!/usr/bin/env python3
"""Migrates many small repositories: throughput, memory over time, and the size of what is kept. See README.md."""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True

import setting
from kill import MODULE


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    setting.add_pyfix(parser)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory() as top:
        top = pathlib.Path(top)
        pattern = top / "pattern"
        pattern.mkdir()
        for number in range(4):
            (pattern / f"m{number}.py").write_text(MODULE.replace("NUMBER", str(number)))
        setting.make_repository(pattern)
        names = [f"r{number:04}" for number in range(arguments.count)]
        for name in names:
            shutil.copytree(pattern, top / name)
        (top / "plan.toml").write_text(
            "verify = 'true'\n" + "".join(f"[[repository]]\npath = '{name}'\n" for name in names)
        )
        command = [str(pathlib.Path(arguments.pyfix).resolve()), "batch", "--plan", "plan.toml", "--jobs", str(arguments.jobs)]
        started = time.monotonic()
        child = subprocess.Popen(command, cwd=top, env=setting.environment(), stderr=subprocess.PIPE, text=True)
        done, samples = 0, []
        watcher = threading.Thread(target=watch, args=(child, lambda: done, samples), daemon=True)
        watcher.start()
        for line in child.stderr:
            done += " on branch pyfix" in line
        status = child.wait()
        seconds = time.monotonic() - started
        work = top / ".pyfix-batch"
        sizes = {name: (work / name).stat().st_size for name in ("journal.jsonl", "report.json", "report.html")}
        tips = {setting.tip(top / name) for name in names}
    print(f"{arguments.count} repositories of 4 files, {arguments.jobs} at once: {seconds:.0f} s, "
          f"{arguments.count / seconds:.1f} a second; status {status}, {done} migrated")
    for part in range(10):
        piece = [memory for at, memory in samples if arguments.count * part / 10 <= at < arguments.count * (part + 1) / 10]
        if piece:
            print(f"  from {part * 10:3} %: {max(piece) / 1024:.1f} MB at most, {min(piece) / 1024:.1f} MB at least")
    for name, size in sizes.items():
        print(f"  {name}: {size / 1e6:.2f} MB, {size // arguments.count} bytes a repository")
    return 0 if status == 0 and done == arguments.count and len(tips) == 1 else 1


def watch(child, progress, samples):
    """Notes the resident memory of `child`, in KB, with how far it is."""
    page = os.sysconf("SC_PAGE_SIZE") // 1024
    while child.poll() is None:
        try:
            resident = int(pathlib.Path(f"/proc/{child.pid}/statm").read_text().split()[1]) * page
        except (OSError, IndexError):
            return
        samples.append((progress(), resident))
        time.sleep(0.2)


if __name__ == "__main__":
    sys.exit(main())
