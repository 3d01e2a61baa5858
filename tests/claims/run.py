"""Holds what pyfix claims of types against programs that run.

    python run.py --claims CLAIMS --python PYTHON --work DIRECTORY [--root DIRECTORY ...] -- COMMAND ...

Every expression in CLAIMS, which the example `claims` printed for the files under the roots, is rewritten in place
to `__claim__(place, kind, (expression))`; then COMMAND is run, and each violated claim is reported with the value
that it met, and how many claims were met at all. The roots are copies: their files are overwritten. See README.md.
"""

import argparse
import ast
import collections
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def main():
    options = arguments()
    work = pathlib.Path(options.work).resolve()
    work.mkdir(parents=True, exist_ok=True)
    for name in ("violations", "counts"):
        (work / name).unlink(missing_ok=True)
    library = library_of(options.python)
    places, kinds = instrument(read_claims(options.claims), options)
    install(library, work, kinds, options.python2)
    with open(work / "places", "w", encoding="utf-8") as file:
        file.writelines("\t".join(map(str, place)) + "\n" for place in places)
    print(f"{len(places)} claims are instrumented")
    for command in options.commands:
        subprocess.run(command, shell=True, check=False)
    return report(places, work)


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--claims", required=True, help="what the example printed")
    parser.add_argument("--python", required=True, help="the interpreter whose library holds the runtime")
    parser.add_argument("--work", required=True, help="where notes are written")
    parser.add_argument("--python2", action="store_true", help="the files are Python 2")
    parser.add_argument("commands", nargs="*", help="shell commands to run")
    return parser.parse_args()


def read_claims(path):
    """The claims of each file: (line, column, end line, end column, start, end, type)."""
    files = collections.defaultdict(list)
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            name, *numbers, kind = line.rstrip("\n").split("\t")
            files[name].append((*map(int, numbers), kind))
    return files


def instrument(files, options):
    """Rewrites the files; the places of all claims and the texts of all types, by their numbers."""
    places, kinds = [], {}
    for name, claims in files.items():
        path = pathlib.Path(name)
        before = path.read_bytes()
        if not options.python2:
            claims = keep(before, claims)
        if not claims:
            continue
        first = len(places)
        inserts = collections.defaultdict(list)
        for claim in claims:
            kind = kinds.setdefault(claim[6], len(kinds))
            size = claim[5] - claim[4]
            inserts[claim[4]].append((0, -size, b"__claim__(%d,%d,(" % (len(places), kind)))
            inserts[claim[5]].append((-1, size, b"))"))
            shown = before[claim[4]:claim[5]].decode("utf-8", "replace")
            places.append((name, claim[0], claim[6], " ".join(shown.split())[:120]))
        text, at = [], 0
        for offset in sorted(inserts):
            text.append(before[at:offset])
            text.extend(insert[2] for insert in sorted(inserts[offset]))
            at = offset
        path.write_bytes(b"".join(text) + before[at:])
        if not compiles(path, options):
            print("left alone:", name, file=sys.stderr)
            path.write_bytes(before)
            del places[first:]
    return places, list(kinds)


def compiles(path, options):
    if options.python2:
        check = "import sys; compile(open(sys.argv[1]).read(), 'x', 'exec')"
        told = subprocess.run([options.python, "-S", "-c", check, str(path)], capture_output=True, check=False)
        return told.returncode == 0
    try:
        compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        print(path, error, file=sys.stderr)
        return False
    return True


def keep(text, claims):
    """Those of `claims` that are expressions to Python, too, and can be put in a call."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return []
    spans = set()
    pending = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.expr) and not isinstance(node, (ast.Constant, ast.Starred)):
            if isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
                spans.add((node.lineno, node.col_offset, node.end_lineno, node.end_col_offset))
        for field, value in ast.iter_fields(node):
            # Patterns are no expressions; annotations may be read as text; `{x=}` shows its own text.
            if field in ("annotation", "returns", "pattern", "type_params", "type_ignores"):
                continue
            if isinstance(node, ast.JoinedStr) and (sys.version_info < (3, 12) or b"=" in span(text, node)):
                continue
            pending.extend(part for part in (value if isinstance(value, list) else [value]) if isinstance(part, ast.AST))
    return [claim for claim in claims if claim[:4] in spans]


def span(text, node):
    lines = text.split(b"\n")[node.lineno - 1:node.end_lineno]
    return b"\n".join(lines)


def library_of(python):
    """Where the interpreter has its library; asked before anything is rewritten."""
    ask = "import encodings, os; print(os.path.dirname(encodings.__file__))"
    told = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True)
    return pathlib.Path(told.stdout.strip()).parent


def install(library, work, kinds, python2):
    """Makes `__claim__` a builtin of the interpreter, in a module that every start imports."""
    head = f"DIRECTORY = {str(work)!r}\nTYPES = {kinds!r}\n"
    (library / "_claims_runtime.py").write_text(head + (HERE / "runtime.py").read_text())
    start = library / ("site.py" if python2 else "encodings/__init__.py")
    text = start.read_text()
    if HOOK not in text:
        # Python 2 has `from __future__` in neither, and reads `site` before anything that may be instrumented.
        start.write_text(HOOK + text if python2 else text + HOOK)


HOOK = """
try:
    import builtins as _builtins
except ImportError:
    import __builtin__ as _builtins
_builtins.__claim__ = lambda place, kind, value: value
import _claims_runtime
_builtins.__claim__ = _claims_runtime.__claim__
"""


def report(places, work):
    met, times = set(), 0
    counts = work / "counts"
    for line in counts.read_text().splitlines() if counts.exists() else []:
        place, count = map(int, line.split())
        met.add(place)
        times += count
    print(f"{len(met)} of {len(places)} claims were met, {times} times")
    violations = work / "violations"
    seen = set()
    for line in violations.read_text().splitlines() if violations.exists() else []:
        place, shape, value = line.split("\t", 2)
        if place not in seen:
            seen.add(place)
            name, line_number, kind, text = places[int(place)]
            print(f"{name}:{line_number}: `{text}` is no {kind} but {shape}: {value}")
    print(f"{len(seen)} claims are violated")
    return 1 if seen else 0


if __name__ == "__main__":
    sys.exit(main())
