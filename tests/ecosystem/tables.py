"""Lays out what a run found as aligned plain text, and as plain data for --json."""

import collections

REASONS_SHOWN = 40


def align(header, rows):
    """Returns the lines of a table: numbers (or "-" for none) to the right, text to the left."""
    cells = [[str(cell) for cell in row] for row in [header] + rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    numeric = [
        all(not isinstance(row[column], str) or row[column] == "-" for row in rows)
        for column in range(len(header))
    ]
    lines = []
    for row in cells:
        laid = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric)
        ]
        lines.append("  ".join(laid).rstrip())
    lines.insert(1, "  ".join("-" * width for width in widths))
    return lines


def markdown(header, rows):
    """Returns the lines of a Markdown table, aligned likewise."""
    columns = range(len(header))
    numeric = [all(not isinstance(row[column], str) or row[column] == "-" for row in rows) for column in columns]
    lines = [header, ["---:" if right else "---" for right in numeric], *rows]
    return ["| {} |".format(" | ".join(str(cell) for cell in line)) for line in lines]


class Seconds(float):
    def __str__(self):
        return format(float(self), ".2f")


def summary(results):
    """Returns the lines of the main table: a row for each tree, a column for each transform, totals."""
    transforms = sorted({name for result in results if result.report for name in result.report.fixes})
    header = (
        ["package", "files", "changed", "skipped"]
        + transforms
        + ["unsafe", "declines", "seconds", "promises"]
    )
    rows = [row_of(result, transforms) for result in results]
    if len(rows) > 1:
        rows.append(total_of(rows, header))
    return align(header, rows)


def row_of(result, transforms):
    verdict = f"{len(result.failures)} BROKEN" if result.failures else "kept"
    seconds = "-" if result.seconds is None else Seconds(result.seconds)
    report = result.report
    if report is None:
        return [result.label] + ["-"] * (len(transforms) + 5) + [seconds, verdict]
    return (
        [result.label, sum(report.statuses.values()), report.statuses["changed"], report.statuses["skipped"]]
        + [report.fixes[name] for name in transforms]
        + [sum(report.unsafe.values()), sum(report.declines.values()), seconds, verdict]
    )


def total_of(rows, header):
    total = ["total"]
    for column in range(1, len(header) - 1):
        numbers = [row[column] for row in rows if not isinstance(row[column], str)]
        total.append(Seconds(sum(numbers)) if header[column] == "seconds" else sum(numbers))
    return total + [""]


def reasons(results):
    """Returns the lines of the declines by transform and reason, and of the skipped files by reason."""
    declines, skips = collections.Counter(), collections.Counter()
    for result in results:
        if result.report:
            declines.update(result.report.declines)
            skips.update(result.report.skips)
    lines = []
    if declines:
        rows = [[count, name, reason] for (name, reason), count in ordered(declines)]
        lines += [""] + reason_table(["declines", "transform", "reason"], rows)
    if skips:
        rows = [[count, reason] for reason, count in ordered(skips)]
        lines += [""] + reason_table(["skipped", "reason"], rows)
    return lines


def reason_table(header, rows):
    lines = align(header, rows[:REASONS_SHOWN])
    hidden = rows[REASONS_SHOWN:]
    if hidden:
        lines.append(f"... and {len(hidden)} further reasons, {sum(row[0] for row in hidden)} times")
    return lines


def ordered(counter):
    return sorted(counter.items(), key=lambda entry: (-entry[1], entry[0]))


def as_data(results, skipped, pyfix_version):
    """Returns the --json document."""
    return {
        "schema": 1,
        "pyfix": pyfix_version,
        "packages": [data_of(result) for result in results],
        "not_run": [{"package": label, "reason": reason} for label, reason in skipped],
    }


def data_of(result):
    data = {
        "package": result.label,
        "seconds": None if result.seconds is None else round(result.seconds, 3),
        "compiled": result.compiled,
        "notes": result.notes,
        "broken": [{"promise": name, "message": message} for name, message in result.failures],
    }
    report = result.report
    if report is not None:
        target = report.target()
        data.update(
            files=sum(report.statuses.values()),
            statuses=dict(report.statuses),
            target=None if target is None else "{}.{}".format(*target),
            fixes=dict(report.fixes),
            unsafe=dict(report.unsafe),
            declines=[
                {"transform": name, "reason": reason, "count": count}
                for (name, reason), count in ordered(report.declines)
            ],
            skipped=dict(report.skips),
        )
    return data
