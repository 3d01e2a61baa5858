"""What is made of the costs of many runs: medians, and ratios within a round, as rows of a table."""

import statistics

# The last three columns are ratios.
HEADER = [
    *("share", "cores", "tool", "rounds", "wall, s", "CPU, s", "peak, MB", "MB/s"),
    *("wall ratio", "CPU ratio", "peak ratio"),
]
MEANING = (
    "The ratios say how many times as much {} takes as the tool in the row: the median of the rounds that both took part in "
    "and, in brackets, the least and the greatest. Seconds are medians, peaks the greatest."
)


class Figure(float):
    """A number shown with three digits that count."""

    def __str__(self):
        number = float(self)
        decimals = 0 if abs(number) >= 100 else 1 if abs(number) >= 10 else 2 if abs(number) >= 1 else 3
        return f"{number:,.{decimals}f}"


def rows_of(share, cores, size, rounds, unmeasured):
    """Returns the rows of the tools that ran in the same rounds.

    `rounds` are dicts from a tool's name to its cost; the first tool of all is the one that ratios are of. `unmeasured`
    says of the tools that did not run why.
    """
    names = list(dict.fromkeys(name for costs in rounds for name in costs))
    rows = []
    for name in names:
        costs = [each[name] for each in rounds if name in each]
        wall = statistics.median(cost.wall for cost in costs)
        row = [share, cores, name, len(costs), Figure(wall)]
        row += [Figure(statistics.median(cost.cpu for cost in costs)), Figure(max(cost.peak for cost in costs))]
        row.append(Figure(size / 1e6 / wall))
        row += [ratio(rounds, names[0], name, of) if name != names[0] else "" for of in ("wall", "cpu", "peak")]
        rows.append(row)
    return rows + [[share, cores, name, why] + [""] * 7 for name, why in unmeasured.items()]


def ratio(rounds, first, other, of):
    """Returns the median of the quotients within a round, with the least and the greatest."""
    shared = [each for each in rounds if first in each and other in each]
    quotients = [getattr(each[first], of) / getattr(each[other], of) for each in shared if getattr(each[other], of)]
    if not quotients:
        return "-"
    spread = f" ({min(quotients):.2f} to {max(quotients):.2f})" if len(quotients) > 1 else ""
    return f"{statistics.median(quotients):.2f}{spread}"
