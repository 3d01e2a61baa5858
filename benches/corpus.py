"""The files that are measured: the roots that were named, or packages; and smaller trees chosen from them."""

import os
import pathlib
import random
import shutil
import sys

import archives

# A root keeps the files that mark it as one, whether they are chosen or not.
MARKS = ("pyproject.toml", "setup.py", "setup.cfg")


class Corpus:
    """Directories with the Python files in them; `size` is the bytes of all `*.py`, which is what MB/s are of."""

    def __init__(self, roots):
        self.roots = [pathlib.Path(root).resolve() for root in roots]
        self.files = [(root, path, size) for root in self.roots for path, size in python_files(root)]
        self.size = sum(size for _, _, size in self.files)

    def chosen(self, percent, seed, directory):
        """Returns a corpus of whole files that together have `percent` of the bytes, copied into `directory`.

        The whole is not copied.
        """
        if percent >= 100:
            return self
        files = list(self.files)
        random.Random(seed).shuffle(files)
        left = self.size * percent / 100
        for root, path, size in files:
            if left <= 0:
                break
            put(path, directory / root.name / path.relative_to(root))
            left -= size
        roots = [root for root in self.roots if (directory / root.name).exists()]
        for root in roots:
            for mark in MARKS:
                if (root / mark).is_file():
                    put(root / mark, directory / root.name / mark)
        return Corpus([directory / root.name for root in roots])

    def read(self):
        """Reads every file, so that no run finds it on the disk alone."""
        for _, path, _ in self.files:
            path.read_bytes()


def python_files(root):
    """Yields the regular `*.py` files below `root`, in a stable order, with their sizes."""
    for directory, names, files in os.walk(root):
        names.sort()
        for name in sorted(files):
            path = pathlib.Path(directory, name)
            if name.endswith(".py") and path.is_file() and not path.is_symlink():
                yield path, path.stat().st_size


def put(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def fetched(set_name, directory):
    """Writes the packages of a set of packages.json, and the standard library where it is part of it, below `directory`.

    Returns their directories.
    """
    catalogue = archives.Catalogue()
    if set_name not in catalogue.sets:
        raise LookupError(f"no set {set_name!r}: there are {', '.join(catalogue.sets)}")
    roots = []
    for package in catalogue.members(set_name):
        print(f"unpacking {package.label}", file=sys.stderr, flush=True)
        roots.append(directory / package.label)
        archives.extract(archives.fetch(package), roots[-1])
    if catalogue.sets[set_name]["stdlib"]:
        roots.append(directory / archives.standard_library_label())
        archives.copy_standard_library(roots[-1])
    return roots
