"""Prints the tables that the pages of the transforms show, from docs/evidence.json.

    python3 summarize.py loop-append

A cell is the range of the speedups over the Pythons of its column, at 1,000 and 100,000 items; the last column is
the range over all Pythons at 10 items. Figures have two digits, for they are worth no more.
"""

import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
EVIDENCE = os.path.join(HERE, os.pardir, os.pardir, "docs", "evidence.json")
COLUMNS = [
    ("2.7", ["2.7"]),
    ("3.6 to 3.10", ["3.6", "3.7", "3.8", "3.9", "3.10"]),
    ("3.11", ["3.11"]),
    ("3.12, 3.13", ["3.12", "3.13"]),
]
LARGE = ("1000", "100000")
SMALL = ("10",)


def main():
    with open(EVIDENCE) as file:
        document = json.load(file)
    for transform in sys.argv[1:]:
        print_table([entry for entry in document["cases"] if entry["transform"] == transform])


def print_table(entries):
    every = [version for _, versions in COLUMNS for version in versions]
    rows = [["Case", "Form"] + [title for title, _ in COLUMNS] + ["10 items"]]
    for entry in entries:
        cells = [speedups(entry, versions, LARGE) for _, versions in COLUMNS]
        rows.append([entry["case"], entry["form"]] + cells + [speedups(entry, every, SMALL)])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    rows.insert(1, ["-" * width for width in widths])
    for row in rows:
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |")


def speedups(entry, versions, sizes):
    """Returns the range of the speedups, such as "1.3-1.9", or nothing where nothing was measured."""
    known = [entry["time"][version] for version in versions if version in entry["time"]]
    found = [by_size[size]["speedup"] for by_size in known for size in sizes]
    if not found:
        return ""
    low, high = shown(min(found)), shown(max(found))
    return low if low == high else low + "-" + high


def shown(speedup):
    return "%.0f" % speedup if speedup >= 9.5 else "%.1f" % speedup


if __name__ == "__main__":
    main()
