#!/usr/bin/env python3
"""Counts how many of the loops that ruff's PERF401, PERF402 and PERF403 flag in the large set pyfix rewrites,
and shows a reproducible sample of rewrites and refusals to be read. See README.md beside this file.

Judges nothing itself: what pyfix decided is read from its JSON, and a flagged line belongs to the `loop-append`
fix or decline whose lines hold it. Exit status: 0 done, 2 could not be done as asked.
"""

import argparse
import ast
import collections
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

# The modules beside this one must not leave their bytecode in the repository.
sys.dont_write_bytecode = True

import archives
import promises
import pyfix_command
import run as ecosystem

TRANSFORM = "loop-append"
RULES = "PERF401,PERF402,PERF403"
SAFE, UNSAFE, DECLINED, UNSEEN = "rewritten, safe", "rewritten with --unsafe-fixes", "declined", "no candidate"
OUTCOMES = (SAFE, UNSAFE, DECLINED, UNSEEN)
CONTEXT = 25

Flagged = collections.namedtuple("Flagged", "package path line outcome why")
Site = collections.namedtuple("Site", "package path record")


class Tree:
    """One unpacked package, and what ruff and pyfix say about it."""

    def __init__(self, label, root, pyfix, ruff):
        self.label = label
        self.root = root
        self.files = files_by_path(pyfix, root)
        self.flags = ruff.flags(root)

    def sites(self, key):
        """Returns the fixes or declines (`key`) of the transform, in the order of the files."""
        return [
            Site(self.label, path, record)
            for path, file in sorted(self.files.items())
            for record in file.get(key) or []
            if record["id"] == TRANSFORM
        ]

    def judged(self):
        """Returns a Flagged for each line that ruff flags."""
        return [Flagged(self.label, path, line, *self.outcome(path, line)) for path, line in self.flags]

    def outcome(self, path, line):
        file = self.files.get(path)
        if file is None:
            return UNSEEN, "pyfix does not look at the file"
        fix = covering(file.get("fixes") or [], line)
        if fix is not None:
            return (SAFE if fix["applicability"] == "safe" else UNSAFE), assumed(fix)
        decline = covering(file.get("declines") or [], line)
        if decline is not None:
            return DECLINED, decline["reason"]
        if file.get("status") == "skipped":
            return UNSEEN, "skipped: {}".format(pyfix_command.reason_of(file.get("reason") or {}))
        return UNSEEN, why_unseen((self.root / path).read_bytes(), line)


class Ruff:
    """The ruff on PATH."""

    def __init__(self):
        self.path = shutil.which("ruff")
        if self.path is None:
            raise ecosystem.Unusable("ruff is not on PATH: `pip install ruff`")

    def version(self):
        return subprocess.run([self.path, "--version"], capture_output=True, text=True).stdout.strip()

    def flags(self, root):
        """Returns [(path, line)] of what RULES flag below `root`, in order."""
        command = [self.path, "check", "--isolated", "--preview", "--select", RULES, "--no-cache"]
        done = subprocess.run(command + ["--output-format", "json", "."], cwd=str(root), capture_output=True)
        if done.returncode > 1:
            raise ecosystem.Unusable("ruff failed: {}".format(done.stderr.decode("utf-8", "replace").strip()))
        found = [
            (relative(entry["filename"], root), entry["location"]["row"])
            for entry in json.loads(done.stdout)
            if (entry.get("code") or "") in RULES.split(",")
        ]
        return sorted(found)


def files_by_path(pyfix, root):
    """Returns {path: what pyfix's JSON says of the file}."""
    said = pyfix.run(["--isolated", "--output-format", "json", "."], root)
    if said.status != 0:
        raise ecosystem.Unusable(f"pyfix ended with status {said.status} in {root}: {said.stderr.strip()}")
    document = json.loads(said.stdout.decode("utf-8"))
    return {pathlib.PurePath(file["path"]).as_posix(): file for file in document["files"]}


def relative(filename, root):
    return pathlib.Path(os.path.relpath(filename, os.path.realpath(str(root)))).as_posix()


def covering(records, line):
    """Returns the smallest record of the transform whose lines hold `line`, or None."""
    held = [
        record
        for record in records
        if record["id"] == TRANSFORM and record["line"] <= line <= record["end_line"]
    ]
    return min(held, key=lambda record: record["end_line"] - record["line"], default=None)


def assumed(fix):
    return ", ".join(assumption["id"] for assumption in fix.get("assumptions") or [])


def why_unseen(content, line):
    """Says in a few words why no transform looks at the loop around `line`."""
    try:
        module = ast.parse(content)
    except (SyntaxError, ValueError):
        return "this Python cannot parse the file"
    holders = [node for node in ast.walk(module) if holds(node, line)]
    statement = max(
        (node for node in holders if isinstance(node, ast.stmt)),
        key=lambda node: (node.lineno, node.col_offset),
        default=None,
    )
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    if not isinstance(target, ast.Subscript):
        return "the loop does something else"
    if not isinstance(target.value, ast.Name):
        return "stores into something that has no plain name"
    functions = [node for node in holders if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    body = max(functions, key=lambda node: node.lineno, default=module)
    return "stores into a dict that {}".format(where_from(body, target.value.id, statement.lineno))


def where_from(body, name, line):
    """Says what is known of the dict `name` before `line` of the function or module `body`."""
    made = [
        node
        for node in ast.walk(body)
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.lineno < line and binds(node, name)
    ]
    if not made:
        return "was not made in this function"
    last = max(made, key=lambda node: node.lineno)
    if isinstance(last, ast.Assign) and not any(isinstance(one, ast.Name) for one in last.targets):
        return "was made in an assignment to several names"
    if len(getattr(last, "targets", [None])) > 1:
        return "got another name as well when it was made"
    if isinstance(last.value, ast.Dict) and last.value.keys:
        return "was made with entries"
    if not is_empty(last.value):
        return "was made by other code"
    return "was changed, or may have been, since it was made"


def is_empty(value):
    if isinstance(value, ast.Call):
        return isinstance(value.func, ast.Name) and value.func.id == "dict" and not value.args + value.keywords
    return isinstance(value, ast.Dict)


def binds(statement, name):
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    return any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)
        for target in targets
        for node in ast.walk(target)
    )


def holds(node, line):
    return hasattr(node, "lineno") and node.lineno <= line <= node.end_lineno


def main():
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")
    arguments = parse_arguments()
    try:
        with tempfile.TemporaryDirectory(prefix="pyfix-share-") as work:
            return measure(arguments, pathlib.Path(os.path.realpath(work)))
    except (ecosystem.Unusable, archives.Unreachable, archives.BadArchive, pyfix_command.TimedOut) as error:
        print(f"error: {error}", file=sys.stderr)
        return ecosystem.NOT_RUN


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="tests/ecosystem/share.py",
        description=f"Of the loops that ruff's {RULES} flag in the packages of a set: what share does pyfix "
        "rewrite, decline, or not see? Prints Markdown. Fetches the packages and builds pyfix where needed.",
    )
    parser.add_argument("--set", default="large", help="the set of packages (default: large)")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="this package alone")
    parser.add_argument("--pyfix", metavar="PATH", help="the binary (default: as run.py finds it, else built)")
    parser.add_argument("--timeout", type=ecosystem.positive, default=900, metavar="SECONDS")
    parser.add_argument("--list", metavar="OUTCOME", choices=OUTCOMES, help="name every flagged line with it")
    parser.add_argument(
        "--sample",
        type=ecosystem.positive,
        metavar="N",
        help=f"print N rewrites and N refusals instead, drawn from all {TRANSFORM} fixes and declines of the set",
    )
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of the sample (default: 1)")
    parser.set_defaults(stdlib=False)
    return parser.parse_args()


def measure(arguments, work):
    catalogue = archives.Catalogue()
    pyfix = pyfix_command.Pyfix(find_or_build(arguments.pyfix), promises.environment_for(work), arguments.timeout)
    ruff = Ruff()
    trees = []
    for package in ecosystem.choose(arguments, catalogue)[0]:
        root = work / package.label
        archives.extract(archives.fetch(package), root)
        trees.append(Tree(package.label, root, pyfix, ruff))
        ecosystem.say(f"{package.label}: {len(trees[-1].flags)} flagged")
    if arguments.sample:
        show_sample(trees, arguments.sample, arguments.seed, pyfix)
        return ecosystem.KEPT
    flagged = [one for tree in trees for one in tree.judged()]
    print("\n".join(report(trees, flagged, f"{pyfix.version(work)}, {ruff.version()}")))
    for one in flagged:
        if one.outcome == arguments.list:
            print(f"{one.package}/{one.path}:{one.line}: {one.why or one.outcome}")
    return ecosystem.KEPT


def find_or_build(given):
    try:
        return ecosystem.find_pyfix(given)
    except ecosystem.Unusable:
        if given:
            raise
    built = subprocess.run(["cargo", "build", "--release"], cwd=str(ecosystem.REPOSITORY))
    if built.returncode != 0:
        raise ecosystem.Unusable("pyfix could not be built")
    return ecosystem.find_pyfix(None)


def report(trees, flagged, versions):
    """Returns the lines of the Markdown: shares by package, then the reasons of what is not safe."""
    counts = collections.Counter((one.package, one.outcome) for one in flagged)
    lines = [f"{versions}; rules {RULES}", ""]
    lines += row(["package", "flagged", *OUTCOMES]) + row(["---"] + ["---:"] * (len(OUTCOMES) + 1))
    for tree in trees:
        lines += row([tree.label, len(tree.flags)] + [counts[tree.label, outcome] or "" for outcome in OUTCOMES])
    totals = collections.Counter(one.outcome for one in flagged)
    shares = [f"{totals[outcome]} ({share(totals[outcome], len(flagged))})" for outcome in OUTCOMES]
    lines += row(["**all**", len(flagged), *shares])
    for outcome in OUTCOMES[1:]:
        reasons = collections.Counter(one.why for one in flagged if one.outcome == outcome)
        if reasons:
            lines += ["", *row([outcome, "loops", "share"]), *row(["---", "---:", "---:"])]
        for reason, count in sorted(reasons.items(), key=lambda entry: (-entry[1], entry[0])):
            lines += row([reason, count, share(count, len(flagged))])
    return lines


def row(cells):
    return ["| {} |".format(" | ".join(str(cell) for cell in cells))]


def share(count, whole):
    return "{:.1f}%".format(100 * count / whole) if whole else "-"


def show_sample(trees, size, seed, pyfix):
    """Prints `size` fixes and declines each, with their source, the fixes with the hunk of pyfix's diff."""
    by_label = {tree.label: tree for tree in trees}
    draw = random.Random(seed)
    for key, title in (("fixes", "rewrites"), ("declines", "refusals")):
        population = [site for tree in trees for site in tree.sites(key)]
        chosen = draw.sample(population, min(size, len(population)))
        print(f"# {len(chosen)} {title} of {len(population)} in {len(trees)} packages, seed {seed}\n")
        for number, site in enumerate(chosen, 1):
            show(number, site, by_label[site.package], pyfix)


def show(number, site, tree, pyfix):
    record = site.record
    content = (tree.root / site.path).read_bytes()
    print(f"## {number}. {site.package}/{site.path}:{record['line']}-{record['end_line']}\n")
    if "sentence" in record:
        at = content.count(b"\n", 0, record["at"]["start"]) + 1
        print(f"{record['reason']}: {record['sentence']} (line {at})\n")
    else:
        print(f"{record['message']} ({record['applicability']} {assumed(record)})\n")
    lines = content.decode("utf-8", "replace").splitlines()
    first, last = surroundings(lines, record["line"], record["end_line"])
    for place in range(first, last + 1):
        mark = ">" if record["line"] <= place <= record["end_line"] else " "
        print(f"{place:6}{mark} {lines[place - 1]}")
    if "sentence" not in record:
        print("\n" + "\n".join(hunks(pyfix, tree, site)))
    print()


def surroundings(lines, first, last):
    """Returns the first and last line (from 1) of the function around these lines, at most CONTEXT away."""
    indent = width(lines[first - 1])
    start = first
    while start > max(1, first - CONTEXT):
        start -= 1
        above = lines[start - 1]
        if above.strip() and width(above) < indent and above.lstrip().startswith(("def ", "async def ")):
            indent = width(above)
            break
    end = last
    while end < min(len(lines), last + CONTEXT):
        below = lines[end]
        if below.strip() and width(below) < width(lines[first - 1]) and width(below) <= indent:
            break
        end += 1
    return start, end


def width(line):
    return len(line) - len(line.lstrip())


def hunks(pyfix, tree, site):
    """Returns the lines of the hunks of pyfix's diff that touch the site."""
    options = ["--isolated", "--output-format", "diff"]
    if site.record["applicability"] != "safe":
        options.append("--unsafe-fixes")
    diff = pyfix.run([*options, site.path], tree.root).stdout.decode("utf-8", "replace").split("\n")
    found, wanted = [], False
    for line in diff:
        if line.startswith("@@"):
            start, _, length = line.split()[1].lstrip("-").partition(",")
            after = int(start) + int(length or 1)
            wanted = int(start) <= site.record["end_line"] and site.record["line"] <= after
        if wanted:
            found.append(line)
    return found


if __name__ == "__main__":
    sys.exit(main())
