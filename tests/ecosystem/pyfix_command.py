"""Runs the pyfix binary and reads what it says. The only place that knows its flags, its JSON and its
messages.

Reads the JSON tolerantly: a missing list is empty, an unknown key is passed over. What it means is judged
elsewhere.
"""

import collections
import json
import os
import re
import shlex
import subprocess
import time

PANIC_SIGNS = ("panicked", "bug in pyfix", "overflowed its stack")
APPLY_HINT = re.compile(r"git -C (?P<root>'(?:[^']|'\\'')*'|\"[^\"]*\"|\S+) apply")
TARGET = re.compile(r"^(?:py|python)?\s*([23])\.?(\d+)", re.IGNORECASE)

Run = collections.namedtuple("Run", "status stdout stderr seconds")


class TimedOut(Exception):
    """pyfix did not finish in the time it was given."""


class Pyfix:
    """One built binary, with the environment that all its runs share."""

    def __init__(self, path, environment, limit_seconds, extra_arguments=()):
        self.path = str(path)
        self.environment = environment
        self.limit_seconds = limit_seconds
        self.extra_arguments = list(extra_arguments)

    def run(self, arguments, directory):
        """Runs pyfix in `directory`; stdout stays bytes, since a diff may hold any encoding."""
        command = [self.path] + self.extra_arguments + list(arguments)
        started = time.monotonic()
        try:
            done = subprocess.run(
                command,
                cwd=str(directory),
                env=self.environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=self.limit_seconds,
            )
        except subprocess.TimeoutExpired:
            raise TimedOut(f"{shlex.join(command)} did not end within {self.limit_seconds} s") from None
        seconds = time.monotonic() - started
        return Run(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"), seconds)

    def version(self, directory):
        said = self.run(["--version"], directory)
        return said.stdout.decode("utf-8", "replace").strip() or "unknown version"


def panic_in(run):
    """Returns the first line of stderr that tells of a crash or a bug, or None."""
    for line in run.stderr.splitlines():
        if any(sign in line for sign in PANIC_SIGNS):
            return line.strip()
    return None


def apply_root(run):
    """Returns the directory that stderr says `git -C` must be given to apply the diff, or None."""
    hint = APPLY_HINT.search(run.stderr)
    return shlex.split(hint.group("root"))[0] if hint else None


class Report:
    """What one `--output-format json` run said, counted."""

    def __init__(self, run, directory, root):
        """`directory` is where pyfix ran and its paths start from; they are kept relative to `root`."""
        document = json.loads(run.stdout.decode("utf-8"))
        self.files = document.get("files") or []
        self.summary = document.get("summary") or {}
        self.changed = set()
        self.statuses = collections.Counter()
        self.fixes = collections.Counter()
        self.unsafe = collections.Counter()
        self.declines = collections.Counter()
        self.skips = collections.Counter()
        self.quarantines = []
        self.failures = []
        for file in self.files:
            place = os.path.relpath(os.path.join(str(directory), file.get("path", "?")), str(root))
            self.count(file, place.replace(os.sep, "/"))

    def count(self, file, path):
        status = file.get("status", "?")
        reason = reason_of(file)
        self.statuses[status] += 1
        if status == "changed":
            self.changed.add(path)
        if status == "skipped":
            self.skips[reason] += 1
        if status == "failed":
            self.failures.append(f"{path}: {reason}")
        for fix in file.get("fixes") or []:
            counter = self.fixes if fix.get("applicability", "safe") == "safe" else self.unsafe
            counter[fix.get("id", "?")] += 1
        for decline in file.get("declines") or []:
            self.declines[(decline.get("id", "?"), reason_of(decline))] += 1
        for entry in file.get("quarantined") or []:
            name = entry if isinstance(entry, str) else entry.get("id", "?")
            self.quarantines.append(f"{path}: {name}")

    def target(self):
        """Returns the target version as (major, minor), or None where the summary does not say."""
        return first_version(self.summary, ("target", "target_version", "target-version"))


def reason_of(entry):
    reason = entry.get("reason") or "?"
    return reason if isinstance(reason, str) else json.dumps(reason, sort_keys=True)


def first_version(table, keys):
    for key in keys:
        value = table.get(key)
        if isinstance(value, dict):
            value = value.get("version") or value.get("minimum") or value.get("min")
        if isinstance(value, list) and len(value) == 2 and all(isinstance(part, int) for part in value):
            return tuple(value)
        match = TARGET.match(value) if isinstance(value, str) else None
        if match:
            return (int(match.group(1)), int(match.group(2)))
    return None
