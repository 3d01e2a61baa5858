#!/usr/bin/env python3
"""Sees whether the cost of a file grows in step with its size, for every transform and for files that nobody writes.

    python3 benches/growth.py [--pyfix PATH] [--only WORDS] [--megabytes 1,10,100] [--markdown]

Measures the processor time of a run over n and over 10 n functions that hold the examples of a page, or statements,
operands, brackets and so on, without what it takes to start. What takes more than 11 times as long is marked, after it
was measured again. A file is made larger until it takes long enough to tell, but for what nests deeper than pyfix goes. The exit status is 1 when something is marked.
"""

import argparse
import collections
import pathlib
import sys

sys.dont_write_bytecode = True
REPOSITORY = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(REPOSITORY / "tests" / "trust"), str(REPOSITORY / "tests" / "ecosystem")]

import figures
import hostile
import one_file
import run as ecosystem
import tables

STEP = 10
ALLOWED = 11

# No file is made larger than this to take long enough.
LARGEST = 20_000_000

# What takes less than this beside starting is not told from noise.
TELLABLE = 0.003

# So that a file is not given up; of the two, what takes longer is what is looked for.
FLAGS = ["--max-effort", str(10**15)]

HEADER = ["file", "n", "MB", "10 n, MB", "CPU, s", "10 n, s", "growth", "", "peak, MB", "outcome"]

Shape = collections.namedtuple("Shape", "name size make flags")


class Meter:
    """Measures texts with one pyfix."""

    def __init__(self, options):
        self.options = options

    def run(self, text, flags, times):
        """Returns the least processor time of some runs, the greatest peak, and the outcome."""
        costs = []
        for _ in range(times):
            cost, outcome = one_file.run(
                self.options.pyfix, text, [*FLAGS, *flags], self.options.limit, self.options.preview
            )
            costs.append(cost)
            if cost.cpu > self.options.limit / 10:
                break
        return min(cost.cpu for cost in costs), max(cost.peak for cost in costs), outcome

    def grow(self, shape):
        """Returns a row, and whether it is to be marked."""
        # What is done once, whatever there is to do.
        start = self.run(shape.make(1), shape.flags, 7)[0]
        size = self.long_enough(shape, start)
        small, large = shape.make(size), shape.make(size * STEP)
        seconds, _, outcome = self.run(small, shape.flags, 4)
        more, peak, outcome_of_large = self.run(large, shape.flags, 1)
        if seconds > start + TELLABLE and more - start > ALLOWED * (seconds - start):
            seconds = min(seconds, self.run(small, shape.flags, 5)[0])
            more = min(more, self.run(large, shape.flags, 3)[0])
        seconds, more = max(0.0, seconds - start), max(0.0, more - start)
        growth = more / seconds if seconds > TELLABLE else None
        if outcome != outcome_of_large:
            outcome += f"; 10 n: {outcome_of_large}"
        is_marked = outcome_of_large.startswith("FAULT") or (growth is not None and growth > ALLOWED)
        figures_ = [figures.Figure(it) for it in (len(small) / 1e6, len(large) / 1e6, seconds, more)]
        shown = "" if growth is None else f"{growth:.1f}"
        mark = "TOO MUCH" if is_marked else ""
        return [shape.name, size, *figures_, shown, mark, figures.Figure(peak), outcome], is_marked

    def long_enough(self, shape, start):
        """Returns the n from which 10 n takes long enough, or as long as it can."""
        size = max(1, shape.size // STEP)
        text = shape.make(size * STEP)
        seconds, _, outcome = self.run(text, shape.flags, 1)
        while seconds - start < self.options.seconds:
            factor = min(10, max(2, int(self.options.seconds / max(seconds - start, 0.001)) + 1))
            if len(text) * factor > LARGEST:
                break
            text = shape.make(size * factor * STEP)
            seconds, _, outcome_of_larger = self.run(text, shape.flags, 1)
            if outcome_of_larger != outcome:
                break
            size *= factor
        return size


def main():
    options = parse_arguments()
    options.pyfix = str(ecosystem.find_pyfix(options.pyfix))
    meter = Meter(options)
    marked = []
    rows = []
    for shape in shapes(options):
        row, is_marked = meter.grow(shape)
        rows.append(row)
        marked += [shape.name] if is_marked else []
        say("  ".join(str(cell) for cell in row))
    lay = tables.markdown if options.markdown else tables.align
    print("\n".join(lay(HEADER, rows)))
    steps = general(options, meter)
    if steps:
        print("\n" + "\n".join(lay(["MB", "CPU, s", "of the first, for each MB", "peak, MB", "outcome"], steps)))
    print(f"\n{len(marked)} of {len(rows)} grow more than {ALLOWED} times: {', '.join(marked) or 'none'}")
    return 1 if marked else 0


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--pyfix", metavar="PATH", help="the binary (default: the newer of target's release and debug)")
    parser.add_argument("--only", default="", metavar="WORDS", help="only files whose name holds these words")
    parser.add_argument("--what", choices=["pages", "shapes", "all"], default="all", help="which files [all]")
    parser.add_argument("--limit", type=float, default=300.0, help="seconds after which a run is ended [%(default)s]")
    parser.add_argument("--seconds", type=float, default=1.0, help="how long 10 n is to take at least [%(default)s]")
    parser.add_argument("--megabytes", default="", metavar="SIZES", help="also a file of all examples, of these sizes")
    parser.add_argument("--preview", action="store_true", help="make the diff, instead of saying that there is one")
    parser.add_argument("--markdown", action="store_true", help="lay the tables out as Markdown")
    return parser.parse_args()


def shapes(options):
    files = {}
    if options.what != "shapes":
        files.update(hostile.pages_in_functions())
    if options.what != "pages":
        files.update(hostile.FILES)
    every = [Shape(name, size, make, flags) for name, (size, make, *flags) in files.items()]
    return [shape for shape in every if options.only in shape.name]


def general(options, meter):
    """Returns a row for each size of a file with the examples of all pages, which all transforms look at."""
    make = hostile.all_pages_in_functions()
    count = 1000
    size = len(make(count)) / count
    start = meter.run(make(1), [], 7)[0]
    rows, first = [], None
    for megabytes in filter(None, options.megabytes.split(",")):
        text = make(max(1, int(float(megabytes) * 1e6 / size)))
        seconds, peak, outcome = meter.run(text, [], 1)
        each = (seconds - start) / len(text)
        first = first or each
        rows.append([*map(figures.Figure, (len(text) / 1e6, seconds, each / first, peak)), outcome])
        say("  ".join(str(cell) for cell in rows[-1]))
    return rows


def say(line):
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
