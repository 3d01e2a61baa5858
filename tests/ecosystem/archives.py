"""Gets the source trees that the run looks at: packages from the index, the standard library from this
Python.

Archives stay in a cache outside the repository and are used only when their hash is the recorded one. Nothing
of a package is run or built. Which packages there are is said in packages.json.
"""

import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import zipfile

import pip_archive

HERE = pathlib.Path(__file__).resolve().parent
NOT_STANDARD = ("site-packages", "dist-packages", "__pycache__", "lib-dynload")


class Unreachable(Exception):
    """The index cannot be asked, or must not be: says nothing about pyfix."""


class BadArchive(Exception):
    """An archive that is missing from the index, has another hash, or would write outside its directory."""


class Package:
    """One recorded source archive: `name`, `version`, `file` and its `sha256`."""

    def __init__(self, record):
        self.name = record["name"]
        self.version = record["version"]
        self.file = record["file"]
        self.sha256 = record["sha256"]

    @property
    def label(self):
        return f"{self.name}-{self.version}"

    def answers_to(self, words):
        """Whether the user's `words` (a name, or name and version) mean this package, in any case."""
        return words.replace("==", "-").lower() in (self.name.lower(), self.label.lower())


class Catalogue:
    """packages.json: all recorded packages by label, and the named sets of them."""

    def __init__(self, path=HERE / "packages.json"):
        data = json.loads(path.read_text(encoding="utf-8"))
        self.packages = {package.label: package for package in map(Package, data["packages"])}
        self.sets = data["sets"]

    def members(self, set_name):
        return [self.packages[label] for label in self.sets[set_name]["packages"]]


def cache_directory():
    """Where archives are kept: $PYFIX_ECOSYSTEM_CACHE, else a directory in the user's cache."""
    chosen = os.environ.get("PYFIX_ECOSYSTEM_CACHE")
    if chosen:
        return pathlib.Path(chosen)
    if sys.platform == "darwin":
        base = pathlib.Path.home() / "Library" / "Caches"
    elif os.name == "nt":
        base = pathlib.Path(os.environ.get("LOCALAPPDATA") or pathlib.Path.home())
    else:
        base = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    return base / "pyfix-ecosystem"


def fetch(package, may_download=True):
    """Returns the path of the package's archive, hash checked, downloading it where the cache lacks it."""
    path = cache_directory() / package.file
    if path.is_file() and sha256_of(path) == package.sha256:
        return path
    if not may_download:
        raise Unreachable(f"{package.file} is not in the cache")
    path.parent.mkdir(parents=True, exist_ok=True)
    # Downloaded beside its place and moved there only when it is whole, so that runs at the same time agree.
    with tempfile.TemporaryDirectory(dir=str(path.parent), prefix="partial-") as partial:
        fresh = download(package.name, package.version, pathlib.Path(partial), package.file)
        found = sha256_of(fresh)
        if found != package.sha256:
            raise BadArchive(
                f"{package.file} has sha256 {found} but {package.sha256} is recorded: do not use it"
            )
        os.replace(str(fresh), str(path))
    return path


def download(name, version, directory, file=None):
    """Asks pip for the source archive of one version; returns its path in `directory`."""
    command = [sys.executable, str(HERE / "pip_archive.py"), name, version, str(directory)] + (
        [file] if file else []
    )
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 0:
        return directory / done.stdout.strip().splitlines()[-1]
    said = done.stderr.strip().splitlines() or ["pip said nothing"]
    if done.returncode == pip_archive.UNREACHABLE:
        raise Unreachable(said[-1])
    raise BadArchive(f"cannot get {name} {version}: {said[-1]}")


def record(name, version):
    """Returns the packages.json entry of a version that the index has now."""
    with tempfile.TemporaryDirectory() as directory:
        path = download(name, version, pathlib.Path(directory))
        return {"name": name, "version": version, "file": path.name, "sha256": sha256_of(path)}


def sha256_of(path):
    digest = hashlib.sha256()
    with open(str(path), "rb") as archive:
        for block in iter(lambda: archive.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def extract(archive, target):
    """Writes the archive's one top directory as `target`: plain files only, never outside of it.

    Links and special files are left out: what they point at is not part of the package.
    """
    target.mkdir(parents=True)
    if zipfile.is_zipfile(str(archive)):
        with zipfile.ZipFile(str(archive)) as opened:
            for member in opened.infolist():
                kind = (member.external_attr >> 16) & 0o170000
                if not member.is_dir() and kind in (0, 0o100000):
                    executable = bool((member.external_attr >> 16) & 0o111)
                    with opened.open(member) as content:
                        write_member(target, member.filename, content, executable)
        return
    with tarfile.open(str(archive)) as opened:
        for member in opened:
            if member.isfile():
                write_member(target, member.name, opened.extractfile(member), bool(member.mode & 0o111))


def write_member(target, name, content, executable):
    parts = name.split("/")
    while parts and parts[0] == ".":
        del parts[0]
    inner = parts[1:]
    if name.startswith("/") or not inner or any(odd(part) for part in inner):
        raise BadArchive(f"the archive wants to write to {name!r}, outside its own directory")
    path = target.joinpath(*inner)
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(str(path), "wb") as file:
        shutil.copyfileobj(content, file)
    path.chmod(0o755 if executable else 0o644)


def odd(part):
    return part in ("", ".", "..") or "\\" in part or "\0" in part or (os.name == "nt" and ":" in part)


def standard_library_label():
    return "stdlib-{}.{}.{}".format(*sys.version_info[:3])


def copy_standard_library(target):
    """Copies this Python's standard library, tests included, without what was installed into it."""
    shutil.copytree(
        sysconfig.get_paths()["stdlib"],
        str(target),
        ignore=shutil.ignore_patterns(*NOT_STANDARD),
        ignore_dangling_symlinks=True,
    )
