#!/usr/bin/env python3
"""Writes what the fuzz targets begin with, from what stands in this checkout.

    python3 fuzz/seeds.py DIRECTORY

makes a directory in DIRECTORY for each target that does not make its own programs. Needs Python 3.8 or newer.
"""

import cProfile
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Two bytes of options, which libFuzzer changes soon: Python 3.8, with unsafe fixes.
OPTIONS = bytes([3, 8])

ENCODINGS = ["utf-8", "utf-8-sig", "latin-1", "ascii", "cp1252", "koi8-r", "shift_jis", "euc-kr", "gb18030", "cp437"]

# What a line gets, of which `targets/suppressions.rs` makes comments.
COMMENTS = [
    "\n\n# pyfix: ignore\n",
    "\n+ignore[loop-append]\n\n# noqa\n",
    "[loop-append, x]\n# fmt: skip\n",
    "+file-ignore[string-concat]\n# type: ignore  # pyfix: ignore\n",
    "# fmt: off\n\n\n# fmt: on\n",
    "# pylint: disable=all\n+ignore # why\n\n\n\n[]\n",
]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    place = pathlib.Path(sys.argv[1])
    for target, seeds in {
        "bytes": programs(),
        "suppressions": comments(),
        "configuration": configurations(),
        "profiles": profiles(place),
    }.items():
        directory = place / target
        directory.mkdir(parents=True, exist_ok=True)
        count = 0
        for count, seed in enumerate(seeds, 1):
            (directory / f"{count:04}").write_bytes(seed)
        print(f"{count} seeds in {directory}")


def programs():
    """Yields the pitfalls, now in this encoding and now in that one, some with other line endings."""
    paths = sorted((ROOT / "tests/fixtures/pitfalls").glob("*.py"))
    for number, path in enumerate(paths):
        text = path.read_text(encoding="utf-8")
        encoding = ENCODINGS[number % len(ENCODINGS)]
        if not encoding.startswith("utf-8") and "coding" not in text[:200]:
            text = f"# -*- coding: {encoding} -*-\nname = '\u00e9\u4e2d\u044f'\n{text}"
        if number % 7 == 0:
            text = text.replace("\n", "\r\n")
        yield OPTIONS + text.encode(encoding, "ignore")


def comments():
    for number in range(60):
        yield OPTIONS + (number * 37).to_bytes(2, "little") + COMMENTS[number % len(COMMENTS)].encode()


def configurations():
    """Yields the examples of docs/configuration.md, and every key with values of every kind."""
    page = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
    for example in re.findall(r"^```toml\n(.*?)^```$", page, re.DOTALL | re.MULTILINE):
        yield example.encode()
        yield example.replace("[tool.pyfix]\n", "").encode()
    for key in re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE):
        for value in ["true", "0", "'10MB'", "['loop-append', 'x*/**']"]:
            yield f"[tool.pyfix]\n{key} = {value}\n".encode()
            yield f"{key} = {value}\n".encode()


def profiles(place):
    """Yields profiles of small runs."""
    place.mkdir(parents=True, exist_ok=True)
    path = place / "profile"
    for work in ["sum(range(9))", "sorted([3, 1], key=abs)", "[len(x) for x in ['a']]", "''.join(map(str, range(9)))"]:
        profiler = cProfile.Profile()
        profiler.run(work)
        profiler.dump_stats(path)
        yield path.read_bytes()
    path.unlink()


if __name__ == "__main__":
    main()
