"""Times pyfix on files that nobody writes, to see that none makes it hang.

    python3 tests/trust/limits.py --pyfix target/release/pyfix [--pages] [--each] [--preview] [--only WORDS] [--limit SECONDS]

Prints Markdown: the processor seconds at a quarter of the size, at half and at the whole size, by how much the last step
lets them grow, and the memory. `--pages` takes thousands of copies of the examples of the pages instead, `--each` runs
every transform by itself, `--preview` has the diff made. Exit status 1 when a run takes longer than the limit or ends
badly.
"""

import argparse
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import threading

sys.dont_write_bytecode = True

import hostile


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
        listed = subprocess.run([options.pyfix, "list"], capture_output=True, text=True, check=True).stdout
        selections = [line.split()[0] for line in listed.splitlines() if line and not line[0].isspace()]
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
            parts = [timed(options, make(size // part), chosen)[0] for part in (4, 2)]
            whole, peak, outcome = timed(options, text, chosen)
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
    """Returns the processor seconds of a run over `text`, its peak of memory in MB, and how it ended."""
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "hostile.py")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        command = [str(options.pyfix.resolve()), "--isolated", "--types", "off", "--unsafe-fixes", "--jobs", "1"]
        command += ["--max-file-size", "100MB", *([] if options.preview else ["--check"]), *flags, path]
        process = subprocess.Popen(
            command, cwd=directory, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        killer = threading.Timer(options.limit * 8, process.kill)
        killer.start()
        said = process.stderr.read().decode("utf-8", "replace")
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        killer.cancel()
        seconds = usage.ru_utime + usage.ru_stime
        return seconds, usage.ru_maxrss / 1024, outcome(process.returncode, said, path)


def outcome(status, said, path):
    errors = [line for line in said.splitlines() if line.startswith("error: ")]
    if status not in (0, 1, 2) or "panicked" in said or "bug in pyfix" in said:
        return f"FAULT: ended with {status}: {' '.join(errors)[:200]}".replace("|", "/")
    if errors:
        return errors[0].replace(path, "").replace("error: : ", "").split("hostile.py: ")[-1][:80].replace("|", "/")
    return "would change" if status == 1 else "fine"


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.exit(main())
