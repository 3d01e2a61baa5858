"""Files that nobody writes and that a program must not hang on: long lines, long chains, deep nests, crowded scopes,
and the examples of the pages over and over.

Each is a function from a size to a text, and flags that it needs; twice the size should take twice the time.
"""

import pathlib
import re

PAGES = pathlib.Path(__file__).parents[2] / "transforms"

# An example of a page, with what stands behind its fence.
EXAMPLE = re.compile(r"^```python before([^\n]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
REFUSAL = re.compile(r"^```python unchanged:([^\n]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)

APPEND = "r = []\nfor x in xs:\n    r.append(x)\n"


def indented(text, depth=1):
    return "".join("    " * depth + line + "\n" for line in text.splitlines())


def function(body, head="def f(xs, a, b):\n"):
    return head + indented(body)


def nested(header, count, body):
    """Returns `body` below `count` headers."""
    lines = [" " * level + header.format(level=level) + "\n" for level in range(count)]
    return "".join(lines) + "".join(" " * count + line + "\n" for line in body.splitlines())


FILES = {
    "a list on one line": (400_000, lambda n: "x = [" + "1, " * n + "]\n" + APPEND),
    "a string on one line": (4_000_000, lambda n: "x = '" + "ab" * n + "'\n" + APPEND),
    "statements on one line": (100_000, lambda n: "a = 1; " * n + "\n" + APPEND),
    "a comment on one line": (4_000_000, lambda n: "# " + "ab" * n + "\n" + APPEND),
    "comments": (100_000, lambda n: "# x\n" * n + APPEND),
    "comments that ask": (20_000, lambda n: "# pyfix: ignore\n" * n + APPEND * 20),
    "comments that ask behind code": (20_000, lambda n: "a = 1  # pyfix: ignore\n" * n + APPEND * 20),
    "formatting switched": (20_000, lambda n: "# fmt: off\n# fmt: on\n" * n + APPEND * 20),
    "blank lines": (1_000_000, lambda n: "\n" * n + APPEND),
    "additions of numbers": (10_000, lambda n: "x = " + " + ".join(["1"] * n) + "\n" + APPEND),
    "additions of strings": (10_000, lambda n: function("return " + " + ".join(["'a'", "str(a)"] * (n // 2)))),
    "additions of names": (10_000, lambda n: function("return 'x' + " + " + ".join(["a"] * n))),
    "conditions": (10_000, lambda n: function("return " + " and ".join(["a"] * n)) + APPEND),
    "comparisons": (10_000, lambda n: function("return " + " < ".join(["a"] * n)) + APPEND),
    "brackets": (400, lambda n: "x = " + "(" * n + "1" + ")" * n + "\n" + APPEND),
    "lists in lists": (240, lambda n: function("return " + "[" * n + "a" + "]" * n) + APPEND),
    "calls of calls": (120, lambda n: function("return f" + "(a)" * n) + APPEND),
    "attributes": (200, lambda n: function("return a" + ".b" * n) + APPEND),
    "lambdas": (100, lambda n: function("return " + "lambda: " * n + "a") + APPEND),
    "comprehensions": (100, lambda n: function("return " + "[" * n + "a" + " for a in xs]" * n) + APPEND),
    "loops of a comprehension": (500, lambda n: function("return [a" + " for a in xs" * n + "]") + APPEND),
    "conditional expressions": (150, lambda n: function("return " + "a if b else " * n + "a") + APPEND),
    "bindings of a module": (100_000, lambda n: "".join(f"a{i} = {i}\n" for i in range(n)) + APPEND),
    "bindings of a function": (100_000, lambda n: function("".join(f"a{i} = {i}\n" for i in range(n)) + APPEND)),
    "bindings of one name": (50_000, lambda n: function("a = b\n" * n + APPEND)),
    "references to one name": (50_000, lambda n: function(APPEND + "b(x, r)\n" * n)),
    "global declarations": (20_000, lambda n: function("".join(f"global g{i}\n" for i in range(n)) + APPEND)),
    "closures": (5_000, lambda n: function("".join(f"def g{i}(): return xs, x\n" for i in range(n)) + APPEND)),
    "functions": (10_000, lambda n: "".join(function(APPEND + "return r", f"def f{i}(xs):\n") for i in range(n))),
    "classes": (10_000, lambda n: "".join(f"class C{i}(B):\n    def f(self): return 1\n" for i in range(n)) + APPEND),
    "singletons": (
        2_000,
        lambda n: "".join(
            f"class C{i}:\n    _one = None\n    def __new__(cls):\n        if cls._one is None:\n"
            "            cls._one = super().__new__(cls)\n        return cls._one\n"
            for i in range(n)
        ),
    ),
    "methods of a class": (10_000, lambda n: "class C:\n" + "".join(f"    def f{i}(self): return 1\n" for i in range(n)) + APPEND),
    "statements of a block": (10_000, lambda n: function("b(a)\n" * n + APPEND)),
    "loops of a block": (3_000, lambda n: function(APPEND * n)),
    "loops of a block, each its own": (3_000, lambda n: function("".join(APPEND.replace("r", f"r{i}", 1).replace("r.", f"r{i}.") for i in range(n)))),
    "loops of a module": (2_000, lambda n: APPEND * n),
    "statements of a loop": (5_000, lambda n: function("r = []\nfor x in xs:\n" + "    b(x)\n" * n + "    r.append(x)\n")),
    "loops in loops": (80, lambda n: nested("for x{level} in xs:", n, "r.append(x0)")),
    "conditions in a loop": (80, lambda n: function("r = []\nfor x in xs:\n" + "".join(" " * (i + 4) + f"if a{i}:\n" for i in range(n)) + " " * (n + 5) + "r.append(x)")),
    "functions in functions": (90, lambda n: nested("def f{level}(xs):", n, APPEND + "return r")),
    "classes in classes": (90, lambda n: nested("class C{level}:", n, "x = 1") + APPEND),
    "conditions in conditions": (95, lambda n: nested("if a{level}:", n, APPEND)),
    "tries in tries": (20, lambda n: function("".join(" " * i + "try:\n" for i in range(n)) + " " * n + "b(a)\n" + "".join(" " * i + "finally:\n" + " " * (i + 1) + "b(a)\n" for i in reversed(range(n)))) + APPEND),
    "tries in a row": (2_000, lambda n: function("try:\n    b(a)\nexcept E:\n    a = 1\nfinally:\n    b(a)\n" * n + APPEND)),
    "handlers": (5_000, lambda n: function("try:\n    b(a)\n" + "".join(f"except E{i}:\n    a = {i}\n" for i in range(n)) + APPEND)),
    "branches": (2_000, lambda n: function("if a:\n    b()\n" + "".join(f"elif a == {i}:\n    b({i})\n" for i in range(n)) + APPEND)),
    "cases": (5_000, lambda n: function("match a:\n" + "".join(f"    case {i}:\n        b()\n" for i in range(n)) + APPEND)),
    "withs": (2_000, lambda n: function("with " + ", ".join(["a"] * n) + ":\n    b()\n" + APPEND)),
    "returns": (10_000, lambda n: function("if a: return b\n" * n + APPEND)),
    "parameters": (10_000, lambda n: f"def f({', '.join(f'p{i}=1' for i in range(n))}):\n    xs = p1\n" + indented(APPEND)),
    "arguments": (20_000, lambda n: function("b(" + "a, " * n + ")\n" + APPEND)),
    "entries of a dict": (50_000, lambda n: "d = {" + "".join(f"'k{i}': {i}, " for i in range(n)) + "}\n" + APPEND),
    "a joined list": (10_000, lambda n: function("return ''.join([" + "str(a), " * n + "])")),
    "values of a template": (5_000, lambda n: function("return '" + "%s " * n + "' % (" + "a, " * n + ")")),
    "fields of a template": (5_000, lambda n: function("return '" + "{} " * n + "'.format(" + "a, " * n + ")")),
    "fields of an f-string": (10_000, lambda n: function("return f'" + "{a} " * n + "'") + APPEND),
    "additions to a string": (5_000, lambda n: function("s = 'x'\n" + "s += str(a)\n" * n + "return s")),
    "items of a membership": (20_000, lambda n: function("for x in xs:\n    if x in [" + "".join(f"{i}, " for i in range(n)) + "]: b(x)")),
    "memberships": (5_000, lambda n: function("d = {}\nfor x in xs:\n" + "    if x in d.keys(): b(x)\n" * n)),
    "sorted firsts": (3_000, lambda n: function("b(sorted(xs)[0])\n" * n)),
    "lookups in a loop": (2_000, lambda n: function("for x in xs:\n" + "".join(f"    b(a.c{i}.d(x))\n" for i in range(n)))),
    "calls in a loop": (2_000, lambda n: function("for x in xs:\n" + "".join(f"    b(len(a), {i})\n" for i in range(n)))),
    "regular expressions in a loop": (1_000, lambda n: "import re\n" + function("for x in xs:\n" + "".join(f"    re.match('a{i}', x)\n" for i in range(n)))),
    "groups of a regular expression": (2_000, lambda n: "import re\n" + function("for x in xs:\n    re.match('" + "(a)" * n + "', x)")),
    "nested groups of a regular expression": (2_000, lambda n: "import re\n" + function("for x in xs:\n    re.match('" + "(" * n + "a" + ")" * n + "', x)")),
    "maps of lambdas": (3_000, lambda n: function("for x in map(lambda x: x + 1, xs): b(x)\n" * n)),
    "ranges": (2_000, lambda n: function("for i in range(len(xs)):\n    b(xs[i])\n" * n)),
    "imports": (10_000, lambda n: "".join(f"import m{i}\n" for i in range(n)) + APPEND),
    "star imports": (5_000, lambda n: "".join(f"from m{i} import *\n" for i in range(n)) + APPEND),
    "decorators": (10_000, lambda n: "@d\n" * n + "def f(xs):\n" + indented(APPEND)),
    "escapes": (200_000, lambda n: "x = '" + "\\n" * n + "'\n" + APPEND),
    "strings in a row": (20_000, lambda n: "x = (" + "'a' " * n + ")\n" + APPEND),
    "unclosed brackets": (100_000, lambda n: "(" * n + "\n"),
    "unclosed strings": (50_000, lambda n: "x = '\n" * n),
    "errors": (20_000, lambda n: "def (:\n" * n),
    "deep indentation": (3_000, lambda n: nested("if a:", n, "b()")),
}


def flags_of(page, wishes):
    """Returns what an example asks of a run that makes unsafe fixes, too."""
    chosen = ["--select", page.stem] if "select" in wishes else []
    return chosen + [f"--target-version={version}" for version in re.findall(r"target=(\w+)", wishes)]


def is_python(text):
    try:
        compile(text, "example", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True


def pages_in_functions():
    """Returns for every page a file in which each function holds an example, all those that are rewritten in turn, and
    one with those that are declined; with the flags to run the transform alone."""
    files = {}
    for page in sorted(PAGES.glob("*.md")):
        text = page.read_text(encoding="utf-8")
        flags = flags_of(page, EXAMPLE.search(text).group(1))
        chosen = [] if "--select" in flags else ["--select", page.stem]
        for what, pattern in (("its rewrites", EXAMPLE), ("what it declines", REFUSAL)):
            make = functions_of(bodies_of(text, pattern))
            files[f"{page.stem}, {what}"] = (5_000, make, *chosen, *flags)
    return files


def all_pages_in_functions():
    """Returns what makes a file in which each function holds an example that is rewritten, those of all pages in turn."""
    pages = [page.read_text(encoding="utf-8") for page in sorted(PAGES.glob("*.md"))]
    return functions_of([body for text in pages for body in bodies_of(text, EXAMPLE)])


def bodies_of(text, pattern):
    # What asks for another Python, or cannot stand in a function, would spoil the file for all.
    found = pattern.findall(text)
    return [body for wishes, body in found if "py2" not in wishes and is_python(function(body))]


def functions_of(bodies):
    return lambda n: "".join(function(bodies[i % len(bodies)], f"def f{i}():\n") for i in range(n))


def copies():
    """Returns files that hold the first example of a page again and again, in the module, in a function and in a loop,
    each with the flags that the example asks for."""
    files = {}
    for page in sorted(PAGES.glob("*.md")):
        wishes, example = EXAMPLE.search(page.read_text(encoding="utf-8")).groups()
        flags = flags_of(page, wishes)
        places = {
            "in a module": lambda n, text=example: text * n,
            "in a function": lambda n, text=example: function(text * n),
            "in a loop": lambda n, text=example: function("for x in xs:\n" + indented(text * n)),
        }
        for place, make in places.items():
            files[f"{page.stem}, {place}"] = (5_000, make, *flags)
    return files
