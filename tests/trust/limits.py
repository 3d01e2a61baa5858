"""Times pyfix on files that nobody writes, to see that none makes it hang.

    python3 tests/trust/limits.py --pyfix target/release/pyfix [--pages] [--each] [--preview] [--only WORDS] [--limit SECONDS]

Prints Markdown: the processor seconds at a quarter of the size, at half and at the whole size, by how much the last step
lets them grow, and the memory. `--pages` takes thousands of copies of the examples of the pages instead, `--each` runs
every transform by itself, `--preview` has the diff made. Exit status 1 when a run takes longer than the limit or ends
badly.
"""

import argparse
import pathlib
import resource
import sys

sys.dont_write_bytecode = True

import hostile
import one_file


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pyfix", required=True, type=pathlib.Path)
    parser.add_argument("--pages", action="store_true", help="copies of the first example of every page")
    parser.add_argument("--only", default="", help="only files whose name holds these words")
    parser.add_argument("--limit", type=float, default=10.0, help="seconds that a run may take [10]")
    parser.add_argument("--scale", type=float, default=1.0, help="sizes, as a multiple of the usual ones")
    parser.add_argument("--each", action="store_true", help="each transform by itself, instead of all together")
    parser.add_argument("--preview", action="store_true", help="make the diff, instead of saying that there is one")
    options = parser.parse_args()
    selections = [None]
    if options.each:
        selections = one_file.transforms(options.pyfix)
    bad = 0
    print("| File | Size | MB | A quarter, s | Half, s | All, s | Growth | Peak, MB | Outcome |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name, (size, make, *flags) in (hostile.copies() if options.pages else hostile.FILES).items():
        if options.only not in name:
            continue
        size = max(4, int(size * options.scale))
        text = make(size)
        for selection in selections:
            chosen = flags + (["--select", selection] if selection else [])
            parts = [timed(options, make(size // part), chosen)[0].cpu for part in (4, 2)]
            cost, outcome = timed(options, text, chosen)
            whole, peak = cost.cpu, cost.peak
            is_bad = whole > options.limit or outcome.startswith("FAULT")
            bad += is_bad
            if options.each and not is_bad and whole < options.limit / 4:
                continue
            growth = f"{whole / parts[-1]:.1f}" if whole > 0.05 else ""
            shown = name if selection is None else f"{name}, {selection}"
            seconds = " | ".join(f"{seconds:.2f}" for seconds in [*parts, whole])
            megabytes = len(text) / 1e6
            print(
                f"| {shown} | {size:,} | {megabytes:.2f} | {seconds} | {growth} | {peak:.0f} | {outcome} |", flush=True
            )
    print(f"{bad} over the limit of {options.limit} s or ended badly")
    return 1 if bad else 0


def timed(options, text, flags):
    return one_file.run(options.pyfix, text, flags, options.limit * 8, options.preview)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.exit(main())
