"""A tree of Python files that looks like a project and that pyfix has work in: made from a seed, the same for
the same seed.

Holds what a writer of files can stumble over: modes, links, line endings, encodings, odd names, empty files and
files that are no Python.
"""

import os
import random

NOUNS = "order customer invoice packet record session ticket vehicle reading parcel account branch".split()
VERBS = "collect filter render merge count describe convert select gather prepare".split()

# Each is a function that pyfix rewrites, by several transforms.
WORK = [
    '''
def {verb}_{noun}s_{number}({noun}s):
    """Return the names of the {noun}s that are in use."""
    names = []
    for {noun} in {noun}s:
        if {noun}.is_used:
            names.append({noun}.name)
    return names
''',
    '''
def {verb}_{noun}_{number}({noun}s, wanted):
    """Return the first {noun}, or None when the wanted one is missing."""
    table = {{}}
    for {noun} in {noun}s:
        table[{noun}.key] = {noun}
    if wanted in table.keys():
        return table[wanted]
    return sorted([{noun}.size for {noun} in {noun}s])[0]
''',
    '''
def {verb}_{noun}_text_{number}(first, second):
    # The line that is shown in lists.
    line = "%s is {number}" % (str(first),)
    found = any([letter == " " for letter in line])
    return line if found else str(second)
''',
    '''
def {verb}_{noun}_total_{number}(amounts):
    total = 0
    for amount in amounts:
        total += amount
    seen = set([amount for amount in amounts])
    return total, seen
''',
]

# Code to pass by: makes files as long as files are.
REST = [
    '''
class {Noun}{number}:
    """Knows what a {noun} is made of, and how it is {verb}ed."""

    limit = {number}

    def __init__(self, name, size=0):
        self.name = name
        self.size = size
        self.is_used = size > 0

    def {verb}(self, other):
        """Compare with `other`, which may be anything that has a size."""
        if self.size < other.size:
            return other
        return self
''',
    '''
def {verb}_{noun}_state_{number}(state, depth={number}):
    """Walk through the states of a {noun}."""
    while depth > 0:
        if state is None:
            break
        state = getattr(state, "next", None)
        depth -= 1
    return state
''',
]

NO_PYTHON = b"def broken(:\n    for x in\n"


def module(random_, pieces):
    """Returns the text of a module with `pieces` functions and classes."""
    parts = ['"""Made for a test of how files are written."""\n']
    for number in range(pieces):
        noun, verb = random_.choice(NOUNS), random_.choice(VERBS)
        template = random_.choice(WORK if random_.random() < 0.4 else REST)
        values = dict(noun=noun, Noun=noun.capitalize(), verb=verb, number=number)
        parts.append("\n" + template.format(**values))
    # So that no file is without work.
    parts.append("\n" + WORK[0].format(noun="item", verb="list", number=pieces))
    return "".join(parts)


def make(root, seed, files):
    """Writes a tree of about `files` files into the directory `root`, which exists."""
    random_ = random.Random(f"sources {seed}")
    put(root, "pyproject.toml", b'[tool.pyfix]\ntarget-version = "py38"\n')
    for number in range(files):
        depth = random_.randrange(4)
        place = "/".join(f"part{random_.randrange(3)}" for _ in range(depth))
        name = f"{place}/{random_.choice(NOUNS)}_{number}.py".lstrip("/")
        text = module(random_, random_.choice([1, 3, 8, 20, 60]))
        put(root, name, spelled(random_, text), random_.choice([0o644, 0o644, 0o644, 0o600, 0o755, 0o664]))
    put(root, "odd/empty.py", b"")
    put(root, "odd/nothing_to_do.py", b"x = 1\n")
    put(root, "odd/no_python.py", NO_PYTHON)
    put(root, "odd/with blank.py", module(random_, 2).encode())
    put(root, os.fsdecode(b"odd/caf\xc3\xa9.py"), module(random_, 2).encode())
    put(root, "odd/notes.txt", b"not for pyfix\n")
    put(root, "odd/real.py", module(random_, 4).encode())
    os.symlink("real.py", os.path.join(root, "odd/link.py"))
    os.symlink("nowhere", os.path.join(root, "odd/dangling.py"))
    os.symlink("../part0", os.path.join(root, "odd/directory"))
    # One name is found by pyfix, the other is not: it must keep the old text.
    put(root, "odd/linked.py", module(random_, 4).encode())
    os.link(os.path.join(root, "odd/linked.py"), os.path.join(root, "odd/linked.backup"))
    put(root, "odd/twin_a.py", module(random_, 4).encode())
    os.link(os.path.join(root, "odd/twin_a.py"), os.path.join(root, "odd/twin_b.py"))


def spelled(random_, text):
    """Returns `text` as bytes, in one of the spellings that files have."""
    kind = random_.randrange(8)
    if kind == 0:
        return text.replace("\n", "\r\n").encode()
    if kind == 1:
        return b"\xef\xbb\xbf" + text.encode()
    if kind == 2:
        return ("# -*- coding: latin-1 -*-\n# f\u00fcr alle\n" + text).encode("latin-1")
    return text.encode()


def put(root, name, content, mode=0o644):
    path = os.path.join(root, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)
    os.chmod(path, mode)
