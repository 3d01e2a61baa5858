"""Disturbs `pyfix --write` in every way that a machine can, and checks that no file is lost, empty or half written.

    python3 tests/trust/faults.py --pyfix target/release/pyfix
    python3 tests/trust/faults.py --pyfix BIN --only kills --kills 5000 --tree DIRECTORY

| Part | What is done | What must hold |
|---|---|---|
| kills | SIGKILL at random moments, half of them once the first file is being written | every file has its old text or its whole new one, and its mode; the next run ends with the tree that an undisturbed run makes, and leaves no temporary file |
| disk | a full file system; a limit to the size of files, with its signal and without | the same, and each file that could not be written is named in one line |
| permissions | read-only and unreadable files and directories, files of somebody else | what must not be written is not, all else is, one line for each |
| editor | another program changes, replaces, deletes files meanwhile | its text stays, or becomes what pyfix makes of that text; what it deleted stays deleted |
| together | two and four pyfix at once, in some rounds one of them killed | the tree that one run makes, and no temporary file |

What the tree is made of is in `sources.py`; `--tree` takes a copy of a directory instead. Every round draws from a
seed of its own, so that `--seed N --from ROUND --rounds 1` draws the same again; moments are subject to the machine.
Needs Python 3.8 or newer. Exit status: 0, 1 for a fault, 2 when the run could not be done.
"""

import argparse
import collections
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True

import disturbances
import sources
import trees

# Kills in a row for each thread count, which tells how long a run takes and when it writes.
MEASURED_RUNS = 3

PARTS = {
    "kills": disturbances.kills,
    "disk": disturbances.disk,
    "permissions": disturbances.permissions,
    "editor": disturbances.editor,
    "together": disturbances.together,
}


def main():
    options = parsed()
    holder = tempfile.mkdtemp(prefix="pyfix-faults-", dir=options.directory)
    # Whoever the permissions are taken from must be able to come here.
    os.chmod(holder, 0o755)
    bench = Bench(options, holder)
    try:
        bench.prepare()
        for name in options.only or PARTS:
            bench.part = name
            PARTS[name](bench)
    except Enough:
        print("the first fault ends the run")
    except Unfit as error:
        print(f"cannot be done: {error}", file=sys.stderr)
        return 2
    finally:
        if not bench.faults:
            shutil.rmtree(holder, ignore_errors=True)
    return bench.sum_up()


def parsed():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pyfix", required=True, type=pathlib.Path, help="the binary to disturb")
    parser.add_argument("--only", action="append", choices=list(PARTS), help="do this part only (may be repeated)")
    parser.add_argument("--kills", type=int, default=1000, help="rounds of the part `kills` [1000]")
    parser.add_argument("--rounds", type=int, default=100, help="rounds of `editor` and of `together` [100]")
    parser.add_argument("--from", dest="first", type=int, default=0, help="the number of the first round [0]")
    parser.add_argument("--seed", type=int, default=20261123, help="what everything is drawn from")
    parser.add_argument("--files", type=int, default=60, help="files of the tree that is made [60]")
    parser.add_argument("--until-fault", action="store_true", help="end the run at the first fault")
    parser.add_argument("--tree", type=pathlib.Path, help="work on a copy of this directory instead")
    parser.add_argument("--directory", help="where to work; decides on which file system [the system's own]")
    return parser.parse_args()


class Unfit(Exception):
    """The run cannot be done as asked."""


class Enough(Exception):
    """A fault was found, and no other is asked for."""


Measured = collections.namedtuple("Measured", "seconds first_write last_write")
Run = collections.namedtuple("Run", "status errors")


class Bench:
    """A tree, what an undisturbed run makes of it, and the account of all that was tried."""

    def __init__(self, options, holder):
        self.options = options
        self.seed = options.seed
        self.holder = holder
        self.root = os.path.join(holder, "tree")
        self.binary = os.path.join(holder, "pyfix")
        self.part = ""
        self.faults = []
        self.passed = 0

    def prepare(self):
        """Makes the tree, and lets pyfix work on it undisturbed."""
        try:
            shutil.copy(self.options.pyfix, self.binary)
        except OSError as error:
            raise Unfit(error) from None
        os.chmod(self.binary, 0o755)
        if self.options.tree:
            shutil.copytree(self.options.tree, self.root, symlinks=True)
        else:
            os.mkdir(self.root)
            sources.make(self.root, self.seed, self.options.files)
        os.chmod(self.root, 0o755)
        self.old = trees.snapshot(self.root)
        self.undisturbed = self.finish()
        self.new = trees.snapshot(self.root)
        self.changed = sorted(name for name in self.old if self.old[name].content != self.new[name].content)
        if not self.changed:
            raise Unfit("pyfix changes nothing in this tree")
        if self.finish().status != self.undisturbed.status or trees.differences(trees.snapshot(self.root), self.new):
            raise Unfit("a second run changes something")
        print(f"{len(self.old)} files, {len(self.changed)} of them to be changed; seed {self.seed}")

    def restore(self):
        trees.restore(self.root, self.old)

    def random(self, number):
        """Returns what round `number` of the present part draws from."""
        return random.Random(f"{self.seed} {self.part} {number}")

    def numbers(self, count):
        return range(self.options.first, self.options.first + count)

    def start(self, threads=2, root=None, **options):
        """Starts `pyfix --write` over the tree."""
        command = [self.binary, "--write", "--types", "off", "--jobs", str(threads), "."]
        return subprocess.Popen(
            command,
            cwd=root or self.root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            **options,
        )

    def wait_for_writing(self, process):
        """Waits until `process`, just started over the restored tree, writes its first file, or ends.

        Holds on a machine that is busier than it was when runs were measured.
        """
        directories = {os.path.dirname(name) for name in self.changed}
        paths = [os.path.join(self.root, name) for name in [*directories, *self.changed]]
        before = [trees.state(path) for path in paths]
        while process.poll() is None and [trees.state(path) for path in paths] == before:
            time.sleep(0.0002)

    def finish(self, process=None):
        """Waits for a run, an undisturbed one when none is given."""
        process = process or self.start()
        try:
            said = process.communicate(timeout=120)[1]
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return Run("does not end", [])
        errors = [line[len("error: "):] for line in said.splitlines() if line.startswith("error: ")]
        return Run(process.returncode, errors)

    def measured(self, threads):
        """Returns how long a run takes, and when it writes, in seconds from its start."""
        runs = []
        for _ in range(MEASURED_RUNS):
            self.restore()
            started = time.time()
            self.finish(self.start(threads))
            seconds = time.time() - started
            writes = [os.stat(os.path.join(self.root, name)).st_ctime - started for name in self.changed]
            runs.append(Measured(seconds, min(writes), max(writes)))
        return Measured(*(sorted(values)[MEASURED_RUNS // 2] for values in zip(*runs)))

    def check(self, number, what, lines):
        """Counts one thing that was tried, and tells of the `lines` that say what is wrong with it."""
        if not lines:
            self.passed += 1
            return
        again = f"--only {self.part} --seed {self.seed} --from {number} --kills 1 --rounds 1"
        kept = os.path.join(self.holder, f"fault-{len(self.faults)}")
        if len(self.faults) < 5:
            shutil.copytree(self.root, kept, symlinks=True)
        self.faults.append(what)
        print(f"FAULT {self.part}, round {number}, {what}; again with {again}; the tree is kept in {kept}")
        for line in lines[:10]:
            print(f"    {line}")
        if self.options.until_fault:
            raise Enough

    def complaints(self, run, *expected):
        """Returns the lines of `run` that no undisturbed run says and that hold none of `expected`."""
        usual = set(self.undisturbed.errors)
        strange = [line for line in run.errors if line not in usual and not any(text in line for text in expected)]
        strange += [f"names a temporary file: {line}" for line in run.errors if ".pyfix-" in line]
        if run.status not in (0, 2):
            strange.append(f"ended with {run.status}")
        return strange

    def recovery(self):
        """Runs pyfix undisturbed; returns what is wrong with the tree behind it."""
        run = self.finish()
        found = trees.snapshot(self.root)
        wrong = trees.differences(found, self.new)
        wrong += [f"{name} was left behind" for name in trees.temporaries(found)]
        if run != self.undisturbed:
            wrong.append(f"the next run ended with {run.status}: {run.errors}")
        return wrong

    def tell(self, line):
        print(f"{self.part}: {line}", flush=True)

    def sum_up(self):
        print(f"{self.passed} passed, {len(self.faults)} failed")
        return 1 if self.faults else 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))
    sys.exit(main())
