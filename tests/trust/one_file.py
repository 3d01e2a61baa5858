"""Runs pyfix over one text and says what that cost and how it ended."""

import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "ecosystem"))

import processes

NAME = "hostile.py"
FLAGS = ["--isolated", "--types", "off", "--unsafe-fixes", "--no-cache", "--jobs", "1", "--max-file-size", "1GB"]


def transforms(pyfix):
    """Returns the names of all transforms."""
    listed = subprocess.run([pyfix, "list"], capture_output=True, text=True, check=True).stdout.splitlines()[1:]
    return [line.split()[0] for line in listed if line and not line[0].isspace()]


def run(pyfix, text, flags, limit, has_preview=False):
    """Returns the cost of a run over `text`, and in words how it ended; it is killed after `limit` seconds."""
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, NAME)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        command = [os.path.abspath(pyfix), *FLAGS, *([] if has_preview else ["--check"]), *flags, path]
        cost = processes.measure(command, limit, directory=directory)
        return cost, outcome(cost.status, cost.said, path)


def outcome(status, said, path):
    errors = [line for line in said.splitlines() if line.startswith("error: ")]
    if status not in (0, 1, 2) or "panicked" in said or "bug in pyfix" in said:
        return f"FAULT: ended with {status}: {' '.join(errors)[:200]}".replace("|", "/")
    if errors:
        return errors[0].replace(path, "").replace("error: : ", "").split(f"{NAME}: ")[-1][:80].replace("|", "/")
    return "would change" if status == 1 else "fine"
