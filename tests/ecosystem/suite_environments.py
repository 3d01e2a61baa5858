"""Makes the Pythons that suites run in: a virtual environment for every Python and list of pinned packages.

They stay in the cache directory and are made once. pip, that of the Python that runs this, puts the packages in:
each at the one version that is written down, nothing that they ask for themselves, and only wheels, so that no
code of theirs runs while it is installed.
"""

import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from archives import Unreachable, cache_directory

# The last one that makes environments of Python 2.7.
VIRTUALENV = ["virtualenv==20.21.1", "distlib==0.3.9", "filelock==3.12.4", "platformdirs==3.11.0"]
MARK = "complete"


def environment(version, python, requirements, may_download=True):
    """Returns the executable of an environment of `python`, of this (major, minor) version, with `requirements`.

    Raises Unreachable where the index does not give them.
    """
    text = "\n".join([python, *sorted(requirements)])
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]
    home = cache_directory() / "environments" / "{}.{}-{}".format(*version, digest)
    executable = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if (home / MARK).is_file():
        return executable
    if requirements and not may_download:
        raise Unreachable(f"the environment {home.name} is not in the cache")
    # What was left half made is made again: scripts and the interpreter's own files know where they are.
    shutil.rmtree(str(home), ignore_errors=True)
    home.parent.mkdir(parents=True, exist_ok=True)
    make(version, python, home)
    if requirements:
        install(requirements, packages_of(version, home), version)
    (home / MARK).write_text(text + "\n", encoding="utf-8")
    return executable


def make(version, python, home):
    if version >= (3, 3):
        quietly([python, "-m", "venv", "--without-pip", str(home)])
        return
    with tempfile.TemporaryDirectory(prefix="pyfix-virtualenv-") as tool:
        install(VIRTUALENV, tool, sys.version_info[:2])
        command = [sys.executable, "-m", "virtualenv", "--no-download", "--no-pip", "--no-setuptools", "--no-wheel"]
        quietly([*command, "--python", python, str(home)], dict(os.environ, PYTHONPATH=tool))


def packages_of(version, home):
    if os.name == "nt":
        return home / "Lib" / "site-packages"
    return home / "lib" / "python{}.{}".format(*version) / "site-packages"


def install(requirements, target, version):
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    command += ["--no-deps", "--only-binary=:all:", "--no-compile", "--python-version", "{}.{}".format(*version)]
    quietly([*command, "--target", str(target), *requirements])


def quietly(command, variables=None):
    done = subprocess.run(
        command, env=variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if done.returncode != 0:
        said = done.stdout.decode("utf-8", "replace").strip().splitlines() or ["nothing was said"]
        raise Unreachable("{} failed: {}".format(pathlib.Path(command[0]).name, said[-1]))


def variables_for(executable, room, search_path):
    """Returns the environment variables of a test run: as few from outside as there can be.

    Hashes of strings are the same in every run, so that orders of sets are too.
    """
    kept = ("SYSTEMROOT", "WINDIR", "COMSPEC", "PATHEXT", "LD_LIBRARY_PATH")
    variables = {name: os.environ[name] for name in kept if name in os.environ}
    variables.update(
        PATH=os.pathsep.join([str(executable.parent), os.environ.get("PATH", os.defpath)]),
        PYTHONPATH=os.pathsep.join(str(place) for place in search_path),
        PYTHONHASHSEED="0",
        PYTHONNOUSERSITE="1",
        LANG="C.UTF-8",
        LC_ALL="C.UTF-8",
        TZ="UTC",
        TERM="dumb",
    )
    for name in ("HOME", "USERPROFILE", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        variables[name] = str(room / "home")
    for name in ("TMPDIR", "TMP", "TEMP"):
        variables[name] = str(room / "temporary")
    return variables
