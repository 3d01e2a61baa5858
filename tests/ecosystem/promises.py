"""What pyfix promises about a whole tree, checked on one tree: each check is a method, each broken promise a
message.

The tree stands twice in the work directory, as the root of a Git repository and outside of any, beside an
untouched copy. Whatever a check writes is set back before the next one, so that all of them start from the
same bytes.
"""

import contextlib
import os
import pathlib
import subprocess

import interpreters
import pyfix_command
import trees

DEFAULT_TARGET = (3, 8)
SHOWN = 5


class Broken(Exception):
    """A promise that does not hold, in words."""


class Result:
    """What was found out about one tree: `report` and `seconds` are None where pyfix did not get that far."""

    def __init__(self, label):
        self.label = label
        self.report = None
        self.seconds = None
        self.compiled = {}
        self.notes = []
        self.failures = []


def environment_for(work):
    """Returns the environment of pyfix and git: the user's, minus what could steer them from outside."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment.setdefault("PYENV_ROOT", str(pathlib.Path.home() / ".pyenv"))
    home = work / "home"
    home.mkdir(exist_ok=True)
    for name in ("HOME", "USERPROFILE", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        environment[name] = str(home)
    environment["GIT_CONFIG_NOSYSTEM"] = "1"
    environment["GIT_CONFIG_GLOBAL"] = os.devnull
    return environment


class Subject:
    """One tree under test. `original` is never written to."""

    def __init__(self, label, original, room, pyfix, pythons):
        self.label = label
        self.original = original
        self.room = room
        self.pyfix = pyfix
        self.pythons = pythons
        self.result = Result(label)

    def check_all(self):
        """Checks every promise, going on after a broken one, and returns the Result."""
        repository = self.place("git")
        with self.promise("git init, to begin with"):
            self.git(["init", "--quiet", "."], repository)
        with self.promise("--output-format json"):
            self.reads_well(repository)
        with self.promise("--no-prefilter changes nothing"):
            self.scans_well(repository)
        whole = self.written_for_good(repository)
        if whole is not None:
            self.agrees_with_itself(repository, whole)
            self.applies_from_everywhere(repository, whole)
        plain = self.place("plain")
        with self.promise("git apply outside Git"):
            self.applies(plain, plain.parent, plain.name, self.written(plain, plain.parent, plain.name))
        return self.result

    def place(self, kind):
        tree = self.room / kind / self.label
        trees.copy(self.original, tree)
        return tree

    @contextlib.contextmanager
    def promise(self, name):
        try:
            yield
        except (Broken, pyfix_command.TimedOut, RuntimeError) as error:
            self.result.failures.append((name, str(error)))

    def reads_well(self, repository):
        run = self.run(["--output-format", "json", "."], repository)
        try:
            report = pyfix_command.Report(run, repository, repository)
        except (ValueError, AttributeError, TypeError) as error:
            raise Broken(f"stdout is not the document it should be: {error}") from error
        self.result.report = report
        if report.quarantines:
            raise Broken(f"quarantined: {some(report.quarantines)}")
        if report.failures:
            raise Broken(f"failed: {some(report.failures)}")

    def written_for_good(self, repository):
        """Writes, and looks at the written tree: all of it compiles and there is nothing more to change.

        Returns the snapshot of it, or None where `--write` itself fails; sets the tree back.
        """
        whole = None
        with self.promise("--write"):
            self.run(["--write", "."], repository)
            whole = snapshot(repository, self.original)
        if whole is not None:
            with self.promise("a second run changes nothing"):
                again = self.run(["."], repository)
                if again.stdout.strip():
                    raise Broken(f"it would change more:\n{head(again.stdout)}")
                self.check_status(repository, 0)
            with self.promise("changed files compile"):
                self.compiles(repository, sorted(whole))
        trees.set_back(repository, self.original)
        return whole

    def scans_well(self, repository):
        """The byte scan that decides what is parsed leaves nothing out."""
        scanned = self.run(["."], repository)
        parsed = self.run(["--no-prefilter", "."], repository)
        if scanned.stdout != parsed.stdout:
            raise Broken(f"the diff is another one:\n{head(parsed.stdout)}")

    def agrees_with_itself(self, repository, whole):
        with self.promise("--check tells of changes"):
            self.check_status(repository, 1 if whole else 0)
        report = self.result.report
        if report is not None:
            with self.promise("JSON names the changed files"):
                if report.changed != set(whole):
                    raise Broken(f"it and --write differ about {some(report.changed ^ set(whole))}")

    def check_status(self, repository, expected):
        run = self.run(["--check", "."], repository, allowed=(0, 1))
        if run.status != expected:
            raise Broken(f"--check: exit {run.status} where {expected} was due")

    # Wherever one stands, the applied preview is the tree that `--write` gives.
    def applies_from_everywhere(self, repository, whole):
        with self.promise("git apply from the root"):
            self.result.seconds = self.applies(repository, repository, ".", whole)
        elsewhere = self.room / "elsewhere"
        elsewhere.mkdir()
        with self.promise("git apply with an absolute path"):
            self.applies(repository, elsewhere, str(repository), whole)
        below = subdirectory(repository, whole)
        if below is None:
            self.result.notes.append("has no subdirectory to run from")
            return
        with self.promise(f"git apply from a subdirectory ({below.relative_to(repository)})"):
            self.applies(repository, below, ".", self.written(repository, below, "."))
        with self.promise("git apply of the whole from a subdirectory"):
            self.applies(repository, below, os.path.relpath(str(repository), str(below)), whole)

    def compiles(self, repository, changed):
        target = (self.result.report and self.result.report.target()) or DEFAULT_TARGET
        versions = {interpreters.nearest(self.pythons, target), max(self.pythons)}
        compiled_somewhere = set()
        for version in sorted(versions, reverse=True):
            compiled_somewhere |= self.compiles_with(version, repository, changed)
        # What no Python 3 could read is Python 2; elsewhere a rewrite may use what 2.7 does not know.
        if (2, 7) in self.pythons and (2, 7) not in versions:
            self.compiles_with(
                (2, 7), repository, [path for path in changed if path not in compiled_somewhere]
            )

    def compiles_with(self, version, repository, changed):
        """Returns which of `changed` compiled before; all of them still must."""
        python = self.pythons[version]
        before = interpreters.compile_errors(python, [self.original / path for path in changed])
        sound = [path for path, error in zip(changed, before) if error is None]
        after = interpreters.compile_errors(python, [repository / path for path in sound])
        broken = [f"{path}: {error}" for path, error in zip(sound, after) if error is not None]
        self.result.compiled["{}.{}".format(*version)] = len(sound)
        if broken:
            raise Broken(f"Python {version[0]}.{version[1]} no longer compiles {some(broken)}")
        return set(sound)

    def written(self, root, directory, argument):
        """Returns what `--write` makes of the tree, as a snapshot, and sets the tree back."""
        try:
            self.run(["--write", argument], directory)
            return snapshot(root, self.original)
        finally:
            trees.set_back(root, self.original)

    def applies(self, root, directory, argument, expected):
        """Pipes the preview into git apply; returns the seconds that the preview took."""
        preview = self.run([argument], directory)
        changed_by_preview = trees.differences(root, self.original)
        if changed_by_preview:
            trees.set_back(root, self.original)
            raise Broken(f"a preview wrote to {some(changed_by_preview)}")
        if not preview.stdout:
            # git apply refuses an empty patch, so there is nothing to pipe.
            if expected:
                raise Broken(f"the preview is empty, but --write changes {some(expected)}")
            return preview.seconds
        named = pyfix_command.apply_root(preview)
        if named is None and not all(within(root / path, directory) for path in expected):
            raise Broken(
                "changes files outside the current directory and stderr names no `git -C ROOT apply`"
            )
        try:
            self.git((["-C", named] if named else []) + ["apply"], directory, preview.stdout)
            compare(snapshot(root, self.original), expected)
        finally:
            trees.set_back(root, self.original)
        return preview.seconds

    def run(self, arguments, directory, allowed=(0,)):
        run = self.pyfix.run(arguments, directory)
        command = "pyfix {}".format(" ".join(arguments))
        panic = pyfix_command.panic_in(run)
        if panic:
            raise Broken(f"{command}: {panic}")
        if run.status not in allowed:
            raise Broken("{}: exit {}\n{}".format(command, run.status, head(run.stderr.encode("utf-8"))))
        return run

    def git(self, arguments, directory, patch=b""):
        # A repository around the work directory would be taken for the package's own.
        environment = dict(self.pyfix.environment, GIT_CEILING_DIRECTORIES=str(self.room.parent))
        done = subprocess.run(
            ["git"] + arguments,
            cwd=str(directory),
            env=environment,
            input=patch,
            capture_output=True,
        )
        if done.returncode != 0:
            raise Broken(
                "git {}: exit {}\n{}".format(" ".join(arguments), done.returncode, head(done.stderr))
            )


def snapshot(tree, original):
    """Returns {path: (executable bits, bytes)} of what differs from `original`, None for a lost file."""
    found = {}
    for path in trees.differences(tree, original):
        place = tree / path
        exists = place.is_file()
        found[path] = (place.stat().st_mode & 0o111, place.read_bytes()) if exists else None
    return found


def compare(applied, expected):
    if applied == expected:
        return
    paths = sorted(path for path in set(applied) | set(expected) if applied.get(path) != expected.get(path))
    raise Broken(f"{len(paths)} files are not as --write leaves them: {some(paths)}")


def within(path, directory):
    return pathlib.Path(directory) in pathlib.Path(path).parents


def subdirectory(root, changed):
    """Returns the directory below `root` with most, but if possible not all, of `changed`; else any."""
    weights = {}
    for path in changed:
        for parent in pathlib.PurePosixPath(path).parents:
            if parent.parts:
                weights[parent] = weights.get(parent, 0) + 1
    if weights:
        best = max(weights, key=lambda parent: (weights[parent] < len(changed), weights[parent], str(parent)))
        return root / best
    directories = sorted(path.parent for path in root.rglob("*.py") if path.parent != root)
    return directories[0] if directories else None


def some(items):
    items = sorted(items)
    rest = len(items) - SHOWN
    return ", ".join(items[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def head(output, lines=8):
    return "\n".join(output.decode("utf-8", "replace").strip().splitlines()[:lines])
