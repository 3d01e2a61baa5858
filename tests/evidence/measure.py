"""Measures how much faster, or smaller, the forms of `cases.py` are on every CPython of this machine.

    python3 measure.py                 measure everything, print a table, write docs/evidence.json and what
                                       `report.py` makes of it
    python3 measure.py --only append   only cases whose transform or name holds that; written only with --output
    python3 measure.py --memory            only the memory of everything that is in docs/evidence.json
    python3 measure.py --only string-concat/ --merge   the same, in the place of those cases in docs/evidence.json

Each Python runs this file again as a worker. In a round, every form of a case is timed once, one after the
other, so that what disturbs the machine disturbs all of them; a round gives one ratio for each form, and the
median over the rounds is what counts. Time is that of the processor. The whole is done twice, and the medians
are kept beside one another, which shows how far they can be trusted. It needs the standard library alone.
"""

from __future__ import print_function

import argparse
import gc
import json
import os
import subprocess
import sys
import time

try:
    import tracemalloc
except ImportError:
    tracemalloc = None

from cases import CASES

WANTED = ("2.7", "3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13")
SIZES = (10, 1000, 100000)
SCHEMA = 1
HERE = os.path.dirname(os.path.abspath(__file__))
OUTPUT = os.path.join(HERE, os.pardir, os.pardir, "docs", "evidence.json")
NEWEST_WANTED = 15

processor_time = getattr(time, "process_time", None) or time.clock


def main():
    options = read_options()
    if options.worker:
        print(json.dumps(measure_here(options)))
        return
    found = find_interpreters()
    missing = [version for version in WANTED if version not in found]
    if missing:
        print("not measured, no interpreter found: " + ", ".join(missing), file=sys.stderr)
    if options.memory:
        answers = dict((version, ask_worker(found[version], options)) for version in sorted(found, key=number))
        write(with_memory(answers), OUTPUT)
        return
    results = {}
    for run in range(options.runs):
        for version in sorted(found, key=number):
            print("run %d, Python %s" % (run + 1, version), file=sys.stderr)
            results.setdefault(version, []).append(ask_worker(found[version], options))
    document = combine(results, options)
    if options.merge:
        write(merged(document), OUTPUT)
    elif options.output or not options.only:
        write(document, options.output or OUTPUT)
    print_table(document)


def write(document, path):
    with open(path, "w") as file:
        file.write(written(document))
    if path == OUTPUT:
        # It needs a Python 3, which a worker need not be.
        import report

        report.write_all()


def merged(document):
    """Returns what docs/evidence.json says, with the cases of `document` in the order of cases.py."""
    with open(OUTPUT) as file:
        known = json.load(file)
    fresh = dict((key_of(entry), entry) for entry in document["cases"])
    kept = dict((key_of(entry), entry) for entry in known["cases"])
    order = [(case.transform, case.name, form) for case in CASES for form, _ in case.forms[1:]]
    known["cases"] = [fresh.get(key) or kept[key] for key in order if key in fresh or key in kept]
    return known


def with_memory(answers):
    """Returns what docs/evidence.json says, with the memory that the workers found."""
    with open(OUTPUT) as file:
        known = json.load(file)
    loops = dict((case.transform + "/" + case.name, case.forms[0][0]) for case in CASES)
    for entry in known["cases"]:
        key = entry["transform"] + "/" + entry["case"]
        if key in loops:
            peaks = dict((version, answer["memory"].get(key)) for version, answer in answers.items())
            entry.update(memory_of(peaks, entry["form"], loops[key]))
    return known


def memory_of(peaks, form, loop):
    """Returns what is written of the peaks, which are by version and form."""
    able = dict((version, peak) for version, peak in peaks.items() if peak and form in peak)
    return {
        "memory": dict((version, round(float(peak[form]) / peak[loop], 2)) for version, peak in able.items()),
        "peak": dict((version, peak[loop]) for version, peak in able.items()),
    }


def key_of(entry):
    return (entry["transform"], entry["case"], entry["form"])


def read_options():
    parser = argparse.ArgumentParser(description="Measures the forms of cases.py on every CPython found.")
    parser.add_argument("--only", default="", help="measure only cases whose `transform/name` holds this")
    parser.add_argument("--memory", action="store_true", help="measure only memory, for docs/evidence.json")
    parser.add_argument("--merge", action="store_true", help="put the cases into docs/evidence.json")
    parser.add_argument("--output", help="the file to write instead of docs/evidence.json")
    shown = "%s (default: %%(default)s)"
    parser.add_argument("--rounds", type=int, default=7, help=shown % "rounds of a run")
    parser.add_argument("--runs", type=int, default=2, help=shown % "how often to do it all")
    parser.add_argument("--seconds", type=float, default=0.02, help=shown % "least work of one timing")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def number(version):
    return tuple(int(part) for part in version.split("."))


def find_interpreters():
    """Returns {"3.8": path} of the CPythons in pyenv's directory or on PATH that are 2.7 or at least 3.6."""
    root = os.environ.get("PYENV_ROOT") or os.path.join(os.path.expanduser("~"), ".pyenv")
    candidates = []
    if os.path.isdir(os.path.join(root, "versions")):
        for name in sorted(os.listdir(os.path.join(root, "versions"))):
            candidates.append(os.path.join(root, "versions", name, "bin", "python"))
    names = ["python2.7"] + ["python3.%d" % minor for minor in range(6, NEWEST_WANTED + 1)]
    for directory in os.environ.get("PATH", "").split(os.pathsep):
        candidates.extend(os.path.join(directory, name) for name in names)
    found = {}
    for path in candidates:
        version = version_of(path) if os.access(path, os.X_OK) else None
        if version:
            found.setdefault(version, path)
    return found


def version_of(path):
    """Returns "3.8" for a release that is to be measured, else None."""
    script = (
        "import platform, sys; i = sys.version_info;"
        "print('%d.%d %s %s' % (i[0], i[1], i[3], platform.python_implementation()))"
    )
    try:
        output = subprocess.check_output([path, "-c", script], stderr=subprocess.STDOUT)
        words = output.decode("ascii").split()
    except (OSError, subprocess.CalledProcessError, UnicodeDecodeError):
        return None
    if words[1:] != ["final", "CPython"]:
        return None
    return words[0] if words[0] == "2.7" or number(words[0]) >= (3, 6) else None


def ask_worker(path, options):
    command = [path, "-B", "-E", "-s", os.path.abspath(__file__), "--worker"]
    command += ["--only", options.only, "--rounds", str(options.rounds), "--seconds", str(options.seconds)]
    command += ["--memory"] if options.memory else []
    return json.loads(subprocess.check_output(command).decode("ascii"))


def measure_here(options):
    """Returns the release, and by case: by size and form the ratio of each round, by size the seconds of the
    loop, by form the peak of memory."""
    cases, memory, seconds = {}, {}, {}
    for case in CASES:
        key = case.transform + "/" + case.name
        if options.only not in key:
            continue
        for size in SIZES[-1:] if options.memory else SIZES:
            names = case.make(size)
            functions = functions_of(case, names)
            check_same(case, functions)
            if options.memory:
                memory[key] = peaks_of(functions) if tracemalloc else None
                continue
            ratios, taken = rounds_of(functions, options)
            cases.setdefault(key, {})[str(size)] = ratios
            seconds.setdefault(key, {})[str(size)] = taken
            if size == SIZES[-1] and tracemalloc:
                memory[key] = peaks_of(functions)
    release = ".".join(str(part) for part in sys.version_info[:3])
    return {"release": release, "cases": cases, "memory": memory, "seconds": seconds}


def functions_of(case, names):
    """Returns the forms that this Python can compile, which has no f-strings before 3.6."""
    functions = []
    for form, body in case.forms:
        try:
            functions.append((form, function_of(case, body, names)))
        except SyntaxError:
            pass
    return functions


def function_of(case, body, names):
    """Returns a function that runs `body` and returns what it left in `r`, or in `h.items`."""
    result = "h.items" if body.startswith("h = ") else "r"
    if case.at_module_level:
        code = compile(body, case.name, "exec")
        namespace = dict(names)

        def run():
            exec(code, namespace)
            return namespace[result]

        return run
    lines = ["def make(%s):" % ", ".join(sorted(names)), "    def run(%s):" % parameters(names)]
    lines += ["        " + line for line in body.split("\n")]
    lines += ["        return " + result, "    return run"]
    namespace = {}
    # What a user imports is global, which is what some forms are about.
    exec(case.imports, namespace)
    exec(compile("\n".join(lines), case.name, "exec"), namespace)
    return namespace["make"](**names)


def parameters(names):
    return ", ".join("%s=%s" % (name, name) for name in sorted(names))


def check_same(case, functions):
    """The forms give the same, or the comparison means nothing."""
    shown = [show(function()) for _, function in functions]
    if any(other != shown[0] for other in shown):
        raise SystemExit("%s: the forms do not give the same" % case.name)


def show(value):
    matched = getattr(value, "span", None)
    return matched() if matched else value


def rounds_of(functions, options):
    """Returns how many times faster than the first form each other was in each round, and the seconds that one
    run of the first took at best."""
    counts = [times_to_fill(function, options.seconds) for _, function in functions]
    ratios = dict((form, []) for form, _ in functions[1:])
    best = None
    for _ in range(options.rounds):
        gc.collect()
        taken = [time_of(function, count) / count for (_, function), count in zip(functions, counts)]
        best = taken[0] if best is None else min(best, taken[0])
        for (form, _), seconds in list(zip(functions, taken))[1:]:
            ratios[form].append(round(taken[0] / seconds, 4))
    return ratios, best


def times_to_fill(function, seconds):
    """Returns how often to call the function for it to take at least `seconds`."""
    count = 1
    while True:
        taken = time_of(function, count)
        if taken >= seconds:
            return count
        count = max(count * 2, int(count * seconds * 1.1 / max(taken, 1e-5)))


def time_of(function, count):
    calls = range(count)
    start = processor_time()
    for _ in calls:
        function()
    return processor_time() - start


def peaks_of(functions):
    """Returns the peak of memory in bytes of each form."""
    peaks = {}
    for form, function in functions:
        gc.collect()
        tracemalloc.start()
        function()
        peaks[form] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return peaks


def combine(results, options):
    """Returns the document that docs/evidence.md describes, from the answers of the workers by version."""
    cases = []
    for case in CASES:
        key = case.transform + "/" + case.name
        if not all(key in run["cases"] for runs in results.values() for run in runs):
            continue
        for form, body in case.forms[1:]:
            entry = {"transform": case.transform, "case": case.name, "form": form}
            entry["before"], entry["after"] = case.forms[0][1], body
            able = dict(
                (version, runs) for version, runs in results.items() if form in runs[0]["cases"][key][str(SIZES[0])]
            )
            entry["time"] = dict((version, times(runs, key, form)) for version, runs in able.items())
            peaks = dict((version, runs[0]["memory"].get(key)) for version, runs in able.items())
            entry.update(memory_of(peaks, form, case.forms[0][0]))
            cases.append(entry)
    return {
        "schema": SCHEMA,
        "releases": dict((version, runs[0]["release"]) for version, runs in results.items()),
        "rounds": options.rounds,
        "runs": options.runs,
        "seconds": options.seconds,
        "cases": cases,
    }


def times(runs, key, form):
    """Returns what was found on one Python, by size."""
    found = {}
    for size in map(str, SIZES):
        found[size] = summary([run["cases"][key][size][form] for run in runs])
        nanoseconds = min(run["seconds"][key][size] for run in runs) * 1e9 / int(size)
        found[size]["loop_ns"] = round(nanoseconds, 1)
    return found


def written(document):
    """Returns the document as JSON, with each case on a line of its own."""
    head = dict((key, value) for key, value in document.items() if key != "cases")
    lines = [json.dumps(entry, sort_keys=True) for entry in document["cases"]]
    cases = ",\n".join("  " + line for line in lines)
    return json.dumps(head, sort_keys=True)[:-1] + ', "cases": [\n' + cases + "\n]}\n"


def summary(runs):
    """Returns the median of all ratios, the quartiles around it, and the median of each run."""
    every = sorted(ratio for run in runs for ratio in run)
    return {
        "speedup": round(quantile(every, 0.5), 2),
        "low": round(quantile(every, 0.25), 2),
        "high": round(quantile(every, 0.75), 2),
        "runs": [round(quantile(sorted(run), 0.5), 2) for run in runs],
    }


def quantile(ordered, share):
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def print_table(document):
    """Prints for each case, form and size the speedup on each Python, and how far it can be trusted."""
    versions = sorted(document["releases"], key=number)
    titles = "".join("%7s" % version for version in versions)
    print("Times faster than what the user wrote (spread: widest quartiles; apart: widest difference of the runs)")
    print("%-26s %-17s %7s %s   spread  apart" % ("case", "form", "size", titles))
    for entry in document["cases"]:
        for size in SIZES:
            found = [entry["time"].get(version, {}).get(str(size)) for version in versions]
            figures = "".join("%7.2f" % cell["speedup"] if cell else " " * 7 for cell in found)
            cells = [cell for cell in found if cell]
            spread = 100 * max((cell["high"] - cell["low"]) / cell["speedup"] for cell in cells)
            apart = 100 * max((max(cell["runs"]) - min(cell["runs"])) / cell["speedup"] for cell in cells)
            names = "%-26s %-17s %7d" % (entry["case"], entry["form"], size)
            print("%s %s   %5.0f%%  %4.0f%%" % (names, figures, spread, apart))
    print()
    print("Peak of memory against the loop at size %d, where it differs" % SIZES[-1])
    for entry in document["cases"]:
        if any(abs(ratio - 1) > 0.03 for ratio in entry["memory"].values()):
            figures = "".join("%7s" % entry["memory"].get(version, "") for version in versions)
            print("%-26s %-17s %7s %s" % (entry["case"], entry["form"], "", figures))


if __name__ == "__main__":
    main()
