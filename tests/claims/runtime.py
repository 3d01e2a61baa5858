"""What instrumented code calls: `__claim__(place, kind, value)` gives `value` back and notes what it is not.

`run.py` writes this file with three constants ahead of it: DIRECTORY, where the notes go; TYPES, the text of each
kind of claim; BUILTINS, the name of the module of builtins. It imports no module that may be instrumented, and
runs on Python 2.7 and 3.
"""
try:
    import posix
except ImportError:
    posix = None
import sys

PY2 = sys.version_info[0] == 2
LIMIT = 50
CLASSES = {
    "None": (type(None),), "bool": (bool,), "int": (int,), "float": (float,), "complex": (complex,),
    "str": (str,), "bytes": (bytes,), "bytearray": (bytearray,), "list": (list,), "tuple": (tuple,),
    "set": (set,), "frozenset": (frozenset,), "dict": (dict,), "range": (range if not PY2 else list,),
}
if PY2:
    CLASSES["int"] = (int, long)  # noqa: F821
VIEWS = (type({}.keys()), type({}.values()), type({}.items()))


def parse(text):
    """The claim that `text` states, as (class, exact, form, parts)."""
    claim, rest = parse_at(text)
    assert not rest, text
    return claim


def parse_at(text):
    if text[0] == "?":
        return None, text[1:]
    exact = text[0] != "~"
    text = text if exact else text[1:]
    size = 0
    while size < len(text) and text[size].isalpha():
        size += 1
    name, text = text[:size], text[size:]
    form, parts = "", []
    if text[:1] in ("[", "("):
        form, text = text[0], text[1:]
        while text[0] not in ")]":
            part, text = parse_at(text)
            parts.append(part)
            if text[0] == ":":
                form = ":"
            text = text[2:] if text[0] in ":," else text
        text = text[1:]
    return (name, exact, form, parts), text


def holds(claim, value):
    """Whether `value` is what `claim` states, as far as that can be told without changing anything."""
    if claim is None:
        return True
    name, exact, form, parts = claim
    if name == "never":
        return False
    if name == "iterator":
        kind = type(value)
        return hasattr(kind, "__next__") or hasattr(kind, "next") or isinstance(value, VIEWS) or (
            PY2 and kind is xrange)  # noqa: F821
    classes = CLASSES[name]
    if exact and type(value) not in classes:
        return False
    if not exact and not isinstance(value, classes):
        return False
    if type(value) not in (list, tuple, set, frozenset, dict):
        return True
    if form == "(":
        return len(value) == len(parts) and all([holds(part, item) for part, item in zip(parts, value)])
    if form == "[":
        return all([holds(parts[0], item) for item in list(value)[:LIMIT]])
    if form == ":":
        pairs = list(value.items())[:LIMIT]
        return all([holds(parts[0], key) and holds(parts[1], item) for key, item in pairs])
    return True


def shape(value, depth=2):
    """The types in `value`, in words."""
    name = type(value).__name__
    if depth and type(value) in (list, tuple, set, frozenset, dict):
        inner = sorted(set([shape(item, depth - 1) for item in list(value)[:LIMIT]]))
        name += "[" + ", ".join(inner[:4]) + "]"
        if type(value) is dict:
            name += "[" + ", ".join(sorted(set([shape(item, depth - 1) for item in list(value.values())[:LIMIT]]))[:4]) + "]"
    return name


CLAIMS = [parse(text) for text in TYPES]  # noqa: F821
counts = {}
told = {}


def write(name, text):
    handle = posix.open(DIRECTORY + "/" + name, posix.O_WRONLY | posix.O_APPEND | posix.O_CREAT, 0o666)  # noqa: F821
    try:
        posix.write(handle, text if PY2 else text.encode("utf-8", "backslashreplace"))
    finally:
        posix.close(handle)


def __claim__(place, kind, value):
    counts[place] = counts.get(place, 0) + 1
    if counts[place] > 2000:
        return value
    if not holds(CLAIMS[kind], value) and place not in told:
        told[place] = True
        try:
            what = repr(value)[:200]
        except Exception:
            what = "?"
        write("violations", "%d\t%s\t%s\n" % (place, shape(value), what.replace("\n", " ").replace("\t", " ")))
    return value


def finish():
    rows = list(counts.items())
    if rows:
        write("counts", "".join(["%d %d\n" % row for row in rows]))


import atexit  # noqa: E402

atexit.register(finish)
