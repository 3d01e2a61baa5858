"""Gets tools that are written to be run, such as ruff, from the index that pip is configured with."""

import os
import subprocess
import sys
import venv

from archives import Unreachable, cache_directory


def install(package, version, command):
    """Returns the executable `command` of exactly that version, installed into the cache directory on the first use."""
    home = cache_directory() / f"{package}-{version}"
    binary = home / ("Scripts" if os.name == "nt" else "bin")
    suffix = ".exe" if os.name == "nt" else ""
    executable = binary / (command + suffix)
    if not executable.exists():
        print(f"installing {package} {version}", file=sys.stderr, flush=True)
        venv.create(home, with_pip=True, clear=True)
        pip = [binary / ("python" + suffix), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        done = subprocess.run([*pip, f"{package}=={version}"])
        if done.returncode or not executable.exists():
            raise Unreachable(f"cannot install {package} {version}: see what pip says above")
    return executable
