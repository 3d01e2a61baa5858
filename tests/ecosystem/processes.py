"""Runs a command to its end and says what it cost."""

import collections
import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time

# `wall` and `cpu` are seconds; the processor time and `peak`, the most resident memory in MB, are those of the process
# and of the children that it waited for. `said` is what it wrote to standard error.
Cost = collections.namedtuple("Cost", "status wall cpu peak said")


def measure(command, limit=None, environment=None, directory=None):
    """Returns the cost of one run, whose output goes nowhere; after `limit` seconds of wall time it is killed.

    A system counts the memory of this process, as it is when it starts the other, as that of the other.
    """
    with tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(
            [os.fspath(part) for part in command],
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        killer = threading.Timer(limit, process.kill) if limit else None
        if killer:
            killer.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        if killer:
            killer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        said = errors.read().decode("utf-8", "replace")
    peak = usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    return Cost(process.returncode, wall, usage.ru_utime + usage.ru_stime, peak, said)


def cores():
    """Returns how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


@contextlib.contextmanager
def kept_to(count):
    """Starts processes on `count` processors only."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(allowed)[:count])
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)
