"""Compares how the tests of a suite ended, and finds out which changed lines ran. Starts nothing, reads no
files.

Outcomes are {test: (outcome, message)}. What differs between the runs of the untouched package says nothing
about pyfix: such a test is *flaky* and is not compared.
"""

import collections
import difflib
import re

ABSENT = "absent"
FRAME = re.compile(r'(?:File ")?(?P<path>[^\s":]+\.py)"?(?:, line |:)(?P<line>\d+)')

Difference = collections.namedtuple("Difference", "test before after message")
Block = collections.namedtuple("Block", "old_start old_end start end")
Expected = collections.namedtuple("Expected", "test after assumption reason")


def flaky_tests(runs):
    """Returns the tests that did not end in the same way in all `runs`."""
    tests = set().union(*runs)
    return {test for test in tests if len({outcome_of(run, test) for run in runs}) > 1}


def outcome_of(run, test):
    return run[test][0] if test in run else ABSENT


def differences(before, after, flaky):
    """Returns a Difference for every test, `flaky` ones left out, that ended otherwise, in order of their names."""
    found = []
    for test in sorted(set(before) | set(after)):
        was, now = outcome_of(before, test), outcome_of(after, test)
        if was != now and test not in flaky:
            message = (after.get(test) or before[test])[1]
            found.append(Difference(test, was, now, message))
    return found


def sort_out(found, expected):
    """Returns the unexpected Differences of `found`, the expected ones with their Expected, and the Expected
    that did not come about."""
    by_test = {one.test: one for one in expected}
    known = [
        (one, by_test[one.test]) for one in found if one.test in by_test and by_test[one.test].after == one.after
    ]
    seen = {one.test for one, _ in known}
    unexpected = [one for one in found if one.test not in seen]
    return unexpected, known, [one for one in expected if one.test not in seen]


def changed_blocks(before, after):
    """Returns the Blocks of lines, numbered from 1 with the end left out, that differ between two texts (bytes)."""
    old, new = before.split(b"\n"), after.split(b"\n")
    matcher = difflib.SequenceMatcher(None, old, new)
    return [
        Block(one + 1, other + 1, start + 1, end + 1)
        for kind, one, other, start, end in matcher.get_opcodes()
        if kind != "equal"
    ]


def reached(fix, blocks, lines):
    """Whether a line ran of what a fix, given by its first and last original line, made of its place.

    None where nothing is left of it: a block that only lost lines has none that could run.
    """
    first, last = fix
    near = [block for block in blocks if block.old_start <= last and first <= max(block.old_start, block.old_end - 1)]
    left = [block for block in near if block.start < block.end]
    if not left:
        return None
    return any(lines & set(range(block.start, block.end)) for block in left)


def hunks_near(message, path, before, after, reach=30):
    """Returns the hunks of the diff of a file that a traceback in `message` comes near, as lines.

    `path` is the file as the package has it. Where no frame is in the file, nothing is returned.
    """
    named = [int(match["line"]) for match in FRAME.finditer(message) if match["path"].endswith(path)]
    if not named:
        return []
    old, new = (text.decode("utf-8", "replace").split("\n") for text in (before, after))
    lines, wanted = [], False
    for line in difflib.unified_diff(old, new, path, path, lineterm=""):
        if line.startswith("@@"):
            start, _, length = line.split()[2].lstrip("+").partition(",")
            first, last = int(start), int(start) + int(length or 1)
            wanted = any(first - reach <= at <= last + reach for at in named)
        if wanted:
            lines.append(line)
    return lines
