"""Compares directory trees byte for byte, and sets one back to another.

A tree is its regular files: their paths, their bytes and whether they are executable. `.git` is no part of
it.
"""

import os
import shutil

BLOCK = 1 << 20


def files_of(root):
    """Returns {path relative to `root`, with forward slashes: os.stat_result} of the files below it."""
    found = {}
    pending = [("", str(root))]
    while pending:
        prefix, directory = pending.pop()
        with os.scandir(directory) as entries:
            for entry in entries:
                if entry.name == ".git":
                    continue
                if entry.is_dir(follow_symlinks=False):
                    pending.append((prefix + entry.name + "/", entry.path))
                elif entry.is_file(follow_symlinks=False):
                    found[prefix + entry.name] = entry.stat(follow_symlinks=False)
    return found


def differences(left, right):
    """Returns the sorted paths that differ between the trees: in bytes, in mode, or only in one."""
    left_files, right_files = files_of(left), files_of(right)
    changed = set(left_files) ^ set(right_files)
    for path in set(left_files) & set(right_files):
        one, other = left_files[path], right_files[path]
        same_form = one.st_size == other.st_size and not (one.st_mode ^ other.st_mode) & 0o111
        if not same_form or not same_bytes(os.path.join(str(left), path), os.path.join(str(right), path)):
            changed.add(path)
    return sorted(changed)


def same_bytes(left, right):
    with open(left, "rb") as one, open(right, "rb") as other:
        while True:
            block = one.read(BLOCK)
            if block != other.read(BLOCK):
                return False
            if not block:
                return True


def set_back(tree, original):
    """Makes `tree` equal to `original` again, touching only the files that differ."""
    for path in differences(tree, original):
        mine, source = os.path.join(str(tree), path), os.path.join(str(original), path)
        if os.path.lexists(mine):
            os.remove(mine)
        if os.path.lexists(source):
            os.makedirs(os.path.dirname(mine), exist_ok=True)
            shutil.copy2(source, mine)


def copy(source, target):
    shutil.copytree(str(source), str(target))
