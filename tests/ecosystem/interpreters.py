"""Finds the Pythons of this machine and asks them whether files compile.

Looks on PATH and in pyenv's directory of versions; what does not start or does not say its version is passed
over.
"""

import json
import os
import pathlib
import re
import subprocess
import sys

COMPILER = pathlib.Path(__file__).resolve().with_name("compile_files.py")
NAME = re.compile(r"python([23](\.\d+)?)?(\.exe)?$")
ASK_VERSION = (
    "import sys; print('%d %d %s' % (sys.version_info[0], sys.version_info[1], sys.version_info[3]))"
)


def find_interpreters():
    """Returns {(major, minor): path} of the Pythons found, this one included, pre-releases left out."""
    found = {sys.version_info[:2]: sys.executable}
    for path in candidates():
        version = version_of(path)
        if version and version not in found:
            found[version] = path
    return found


def candidates():
    directories = [pathlib.Path(part) for part in os.environ.get("PATH", "").split(os.pathsep) if part]
    pyenv = pathlib.Path(os.environ.get("PYENV_ROOT") or pathlib.Path.home() / ".pyenv") / "versions"
    if pyenv.is_dir():
        directories += [version / "bin" for version in sorted(pyenv.iterdir())]
    seen = set()
    for directory in directories:
        if not directory.is_dir():
            continue
        for path in sorted(directory.iterdir()):
            if NAME.match(path.name) and os.access(str(path), os.X_OK):
                # pyenv's shims are one file that goes by its name, so links may be followed only elsewhere.
                real = str(path) if "shims" in path.parts else str(path.resolve())
                if real not in seen:
                    seen.add(real)
                    yield str(path)


def version_of(path):
    try:
        done = subprocess.run(
            [path, "-c", ASK_VERSION], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    words = done.stdout.decode("ascii", "replace").split()
    if done.returncode != 0 or len(words) != 3 or words[2] != "final":
        return None
    return (int(words[0]), int(words[1]))


def nearest(found, target):
    """Returns the version in `found` to try code for `target` on: itself, the next newer, or the newest."""
    newer = [version for version in found if version >= target]
    return min(newer) if newer else max(found)


def compile_errors(interpreter, paths):
    """Returns one entry per path: None where `interpreter` compiles it, else the error in words."""
    if not paths:
        return []
    # Isolated from the user's environment, but not from site: -I is unknown to Python 2.
    done = subprocess.run(
        [interpreter, "-E", "-s", "-B", str(COMPILER)],
        input=json.dumps([str(path) for path in paths]).encode("ascii"),
        capture_output=True,
    )
    if done.returncode != 0:
        raise RuntimeError(
            "{} ended with {} while compiling {} files: {}".format(
                interpreter,
                done.returncode,
                len(paths),
                done.stderr.decode("utf-8", "replace").strip()[-500:],
            )
        )
    return json.loads(done.stdout.decode("ascii"))
