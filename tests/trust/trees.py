"""What stands in a directory: remembered, put back, and compared."""

import collections
import os
import re
import shutil
import stat

# What pyfix calls a file that it has not yet put in its place.
TEMPORARY = re.compile(r"^\.pyfix-\w{6,}\.tmp$")

Entry = collections.namedtuple("Entry", "kind mode owner content inode")


def snapshot(root):
    """Returns every file and link below `root`, by its path relative to it."""
    entries = {}
    for directory, names, files in os.walk(root):
        links = [name for name in names if os.path.islink(os.path.join(directory, name))]
        for name in files + links:
            path = os.path.join(directory, name)
            entries[os.path.relpath(path, root)] = entry(path)
    return entries


def entry(path):
    """Returns what stands at `path`; None where nothing does."""
    try:
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            return Entry("link", 0, None, os.readlink(path), None)
        if stat.S_ISDIR(status.st_mode):
            return Entry("directory", 0, None, None, None)
        with open(path, "rb") as file:
            content = file.read()
    except FileNotFoundError:
        return None
    owner = (status.st_uid, status.st_gid)
    return Entry("file", stat.S_IMODE(status.st_mode), owner, content, status.st_ino)


def state(path):
    """Returns what changes when somebody writes to `path` or, where it is a directory, into it."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def restore(root, entries):
    """Empties `root` and puts `entries` there, hard links included."""
    shutil.rmtree(root, ignore_errors=True)
    os.makedirs(root)
    inodes = {}
    for name, kept in sorted(entries.items()):
        path = os.path.join(root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if kept.kind == "link":
            os.symlink(kept.content, path)
        elif kept.inode in inodes:
            os.link(inodes[kept.inode], path)
        else:
            inodes[kept.inode] = path
            with open(path, "wb") as file:
                file.write(kept.content)
            os.chmod(path, kept.mode)
            if os.geteuid() == 0:
                os.chown(path, *kept.owner)


def temporaries(entries):
    """Returns the names among `entries` that pyfix gives to temporary files."""
    return sorted(name for name in entries if TEMPORARY.match(os.path.basename(name)))


def looks_like(found, expected):
    """Tells whether an entry is another, whatever its inode is."""
    return found is not None and found._replace(inode=None) == expected._replace(inode=None)


def differences(found, *expected):
    """Returns a line for each name below which stands neither what the one nor the other of `expected` says.

    Temporary files are passed over.
    """
    lines = []
    names = set(found).union(*expected) - set(temporaries(found))
    for name in sorted(names):
        allowed = [entries[name] for entries in expected if name in entries]
        here = found.get(name)
        if here is None:
            lines.append(f"{name} is lost")
        elif not allowed:
            lines.append(f"{name} was not there")
        elif not any(looks_like(here, other) for other in allowed):
            lines.append(f"{name} {told_apart(here, allowed)}")
    return lines


def told_apart(here, allowed):
    """Returns in what `here` differs from all of `allowed`."""
    if here.kind != allowed[0].kind:
        return f"has become a {here.kind}"
    if here.content in [other.content for other in allowed]:
        return f"has mode {here.mode:o} and owner {here.owner}, not {allowed[0].mode:o} and {allowed[0].owner}"
    if not here.content:
        return "is empty"
    longest = max(allowed, key=lambda other: len(other.content))
    if any(other.content.startswith(here.content) for other in allowed):
        return f"is half written: {len(here.content)} of {len(longest.content)} bytes"
    return "is neither its old nor its new text"
