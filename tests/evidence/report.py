"""Writes what people read of docs/evidence.json: docs/evidence.md, a plot for each transform, and the tables in the
pages of the transforms.

    python3 report.py             write them anew
    python3 report.py --check     fail where they are not what the JSON says

`measure.py` calls it when it has written the JSON. It needs the standard library alone.
"""

import argparse
import json
import math
import os
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, os.pardir)
EVIDENCE = os.path.join("docs", "evidence.json")
OVERVIEW = os.path.join("docs", "evidence.md")
PLOTS = os.path.join("docs", "evidence")
PAGES = "transforms"

# Between these lines a document is written by this program.
BEGIN = "<!-- measured -->"
END = "<!-- end of measured -->"

GROUPS = [
    ("2.7", ["2.7"]),
    ("3.6-3.10", ["3.6", "3.7", "3.8", "3.9", "3.10"]),
    ("3.11", ["3.11"]),
    ("3.12-3.13", ["3.12", "3.13"]),
]
VERSIONS = [version for _, versions in GROUPS for version in versions]
SMALL, QUOTED, LARGE = "10", "1000", "100000"

# Below this peak, in bytes, a ratio of memory says nothing; src/engine/evidence.rs has the same.
NOTICEABLE = 64 << 10
SMALLER, LARGER = 0.95, 1.05


def main():
    parser = argparse.ArgumentParser(description="Writes the readable form of docs/evidence.json.")
    parser.add_argument("--check", action="store_true", help="write nothing, fail where something is stale")
    options = parser.parse_args()
    stale = [path for path, text in sorted(documents().items()) if read(path) != text]
    if options.check:
        if stale:
            sys.exit("stale, run `python3 tests/evidence/report.py`: " + ", ".join(stale))
        return
    write_all()


def write_all():
    for path, text in documents().items():
        if read(path) != text:
            directory = os.path.dirname(os.path.join(ROOT, path))
            if not os.path.isdir(directory):
                os.makedirs(directory)
            with open(os.path.join(ROOT, path), "w", encoding="utf-8") as file:
                file.write(text)


def documents():
    """Returns the text of everything that is written, by its path."""
    evidence = json.loads(read(EVIDENCE))
    by_transform = {}
    for entry in evidence["cases"]:
        by_transform.setdefault(entry["transform"], []).append(entry)
    written = {}
    for transform, entries in by_transform.items():
        written[os.path.join(PLOTS, transform + ".svg")] = plot(transform, entries)
        page = os.path.join(PAGES, transform + ".md")
        written[page] = replaced(page, page_table(entries))
    written[OVERVIEW] = replaced(OVERVIEW, overview(by_transform))
    return written


def read(path):
    """Returns the text of a file, or None where there is none."""
    try:
        with open(os.path.join(ROOT, path), encoding="utf-8", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return None


def replaced(path, text):
    """Returns the document with `text` between the marks."""
    document = read(path)
    if document is None or document.count(BEGIN) != 1 or document.count(END) != 1:
        sys.exit("%s lacks the lines `%s` and `%s`, between which the figures go" % (path, BEGIN, END))
    head, rest = document.split(BEGIN)
    return head + BEGIN + "\n" + text + END + rest.split(END)[1]


def overview(by_transform):
    lines = []
    for transform, entries in by_transform.items():
        lines += ["", "## %s" % transform, "", "![%s](evidence/%s.svg)" % (transform, transform), ""]
        rows = [["What is written", "Becomes"] + VERSIONS + ["10 items", "100,000", "Memory"]]
        for label, entry in labelled(entries):
            cells = [figure(entry, version, QUOTED) for version in VERSIONS]
            cells += [extent(speedups(entry, VERSIONS, [size])) for size in (SMALL, LARGE)]
            rows.append([label, entry["form"]] + cells + [extent(memory(entry))])
        lines += table(rows)
        lines += ["", "<details><summary>The code</summary>", ""]
        seen = set()
        for label, entry in labelled(entries):
            if entry["case"] not in seen:
                seen.add(entry["case"])
                lines += ["**%s**" % label, "", "```python", entry["before"], "```", ""]
            lines += ["*%s*" % entry["form"], "", "```python", entry["after"], "```", ""]
        lines += ["</details>"]
    return "\n".join(lines) + "\n\n"


def page_table(entries):
    with_memory = any(telling(ratio) for entry in entries for ratio in memory(entry))
    rows = [["What is written", "Becomes"] + [title for title, _ in GROUPS] + ["10 items"]]
    rows[0] += ["Memory"] if with_memory else []
    for label, entry in labelled(entries):
        cells = [extent(speedups(entry, versions, [QUOTED, LARGE])) for _, versions in GROUPS]
        cells += [extent(speedups(entry, VERSIONS, [SMALL]))]
        rows.append([label, entry["form"]] + cells + ([extent(memory(entry))] if with_memory else []))
    return "\n".join(table(rows)) + "\n"


def labelled(entries):
    """Returns the entries with the line of code that tells what each measures, and its name where lines are equal."""
    by_line = {}
    for entry in entries:
        by_line.setdefault(told(entry), set()).add(entry["case"])
    alone = [len(by_line[told(entry)]) == 1 for entry in entries]
    labels = [told(entry) if one else "%s (%s)" % (told(entry), entry["case"]) for entry, one in zip(entries, alone)]
    return list(zip(labels, entries))


def told(entry):
    """Returns the last line of the code that is not what follows from it: the body of the loop, as a rule."""
    lines = [line.strip() for line in entry["before"].split("\n")]
    inner = [line for line in entry["before"].split("\n") if line.startswith(" ")]
    line = inner[-1].strip() if inner else lines[-1]
    return "`%s`" % line.replace("|", "\\|")


def speedups(entry, versions, sizes):
    known = [entry["time"][version] for version in versions if version in entry["time"]]
    return [by_size[size]["speedup"] for by_size in known for size in sizes]


def figure(entry, version, size):
    return extent(speedups(entry, [version], [size]))


def memory(entry):
    """Returns how many times the memory each Python needs afterwards, where it is enough to speak of."""
    return [
        ratio for version, ratio in sorted(entry["memory"].items()) if entry["peak"].get(version, 0) >= NOTICEABLE
    ]


def telling(ratio):
    return ratio <= SMALLER or ratio >= LARGER


def extent(numbers):
    """Returns the range of `numbers`, such as "1.3-1.9", or nothing."""
    if not numbers:
        return ""
    low, high = shown(min(numbers)), shown(max(numbers))
    return low if low == high else low + "-" + high


def shown(number):
    return "%.0f" % number if number >= 9.5 else "%.2g" % number if number < 0.095 else "%.1f" % number


def table(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    rows = rows[:1] + [["-" * width for width in widths]] + rows[1:]
    return ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in rows]


# The plot: a row for each form, a dot for each Python, on a logarithmic scale of speed.

ROW, TOP, LEFT, WIDTH, RIGHT = 18, 64, 330, 520, 24
TICKS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000]
# From light to dark, the oldest Python first; told apart without colours by their order on the legend.
COLOURS = ["#b9c6d8", "#9fd0c4", "#7cc0b1", "#57ad9e", "#36988b", "#1b8278", "#e08a2e", "#b4541a", "#7c2d0e"]
STYLE = """\
text { font: 11px system-ui, sans-serif; fill: #333 }
.title { font-weight: 600; font-size: 13px }
.code { font-family: ui-monospace, monospace; font-size: 10px }
.faint { stroke: #8884; stroke-width: 1 }
.even { stroke: #888; stroke-width: 1.5 }
.spread { stroke: #8888; stroke-width: 2 }
@media (prefers-color-scheme: dark) { text { fill: #ccc } }"""


def plot(transform, entries):
    """Returns an SVG of how many times faster each form is, with 1,000 items."""
    figures = [entry["time"][version][QUOTED] for entry in entries for version in entry["time"]]
    low = min([0.5] + [figure["low"] for figure in figures])
    high = max([2.0] + [figure["high"] for figure in figures])
    low = max([tick for tick in TICKS if tick <= low] or [low])
    high = min([tick for tick in TICKS if tick >= high] or [high])

    def across(speed):
        share = (math.log(max(speed, low)) - math.log(low)) / (math.log(high) - math.log(low))
        return LEFT + WIDTH * min(share, 1.0)

    height, width = TOP + ROW * len(entries) + 30, LEFT + WIDTH + RIGHT
    head = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img">' % (width, height)
    title = "%s: times faster with 1,000 items" % transform
    lines = [head, "<title>%s</title>" % title, "<style>%s</style>" % STYLE]
    lines.append('<text class="title" x="10" y="20">%s</text>' % title)
    for index, version in enumerate(VERSIONS):
        x = LEFT + index * 58
        lines.append('<circle cx="%d" cy="36" r="4" fill="%s"/>' % (x, COLOURS[index]))
        lines.append('<text x="%d" y="40">%s</text>' % (x + 8, version))
    for tick in [tick for tick in TICKS if low <= tick <= high]:
        x, kind = across(tick), "even" if tick == 1 else "faint"
        lines.append('<line class="%s" x1="%.1f" x2="%.1f" y1="%d" y2="%d"/>' % (kind, x, x, TOP - 8, height - 24))
        lines.append('<text x="%.1f" y="%d" text-anchor="middle">%g</text>' % (x, height - 8, tick))
    for index, (label, entry) in enumerate(labelled(entries)):
        y = TOP + ROW * index + ROW / 2
        name = "%s \u2192 %s" % (label.replace("`", "").replace("\\|", "|"), entry["form"])
        lines.append('<text class="code" x="%d" y="%.0f" text-anchor="end">%s</text>' % (LEFT - 10, y + 4, escaped(name)))
        cells = [(number, entry["time"].get(version, {}).get(QUOTED)) for number, version in enumerate(VERSIONS)]
        for number, cell in [(number, cell) for number, cell in cells if cell]:
            # Beside one another, or they would hide each other.
            at = y + (number - (len(VERSIONS) - 1) / 2.0) * 1.2
            ends = (across(cell["low"]), across(cell["high"]), at, at)
            lines.append('<line class="spread" x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"/>' % ends)
            x = across(cell["speedup"])
            lines.append('<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>' % (x, at, COLOURS[number]))
    return "\n".join(lines + ["</svg>"]) + "\n"


def escaped(text):
    if len(text) > 56:
        text = text[:55] + "\u2026"
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


if __name__ == "__main__":
    main()
