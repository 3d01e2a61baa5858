"""What is measured: for each transform, pieces of code that do the same in several ways.

A case has a function `make(size)` that gives the names its code may use, and its forms: the first is what a
user wrote, the others are what could stand in its place. The code runs as the body of a function with those
names as parameters, or at module level where the case says so. It must run on Python 2.7 and 3.6 and later.
"""

import re
from collections import Counter, defaultdict
from itertools import chain, product


class Holder(object):
    """Something with a list in an attribute."""

    def __init__(self):
        self.items = ["first"]

    def add(self, item):
        self.items.append(item)


def numbers(size):
    return {"xs": list(range(size))}


def rows(size):
    return {"rows": [list(range(10)) for _ in range(size // 10)]}


def digits(size):
    return {"xs": [str(number) for number in range(size)]}


def floats(size):
    return {"xs": [number / 8.0 for number in range(size)]}


def words(size):
    return {"xs": ["word%d" % number for number in range(size)]}


def number_set(size):
    return {"xs": set(range(size))}


def calls(size):
    return {"xs": list(range(size)), "f": lambda x: x}


def holders(size):
    return {"xs": list(range(size)), "Holder": Holder}


def lines(size):
    return {"lines": ["entry %d of the log" % number for number in range(size)], "re": re}


class Case(object):
    """Forms of the same code: (name, lines) pairs, what the user wrote first; `imports` give it global names."""

    def __init__(self, transform, name, make, forms, at_module_level=False, imports=""):
        self.transform = transform
        self.name = name
        self.make = make
        self.forms = [(form, body.strip("\n")) for form, body in forms]
        self.at_module_level = at_module_level
        self.imports = imports


def fill(create, head, added, tail=()):
    """A loop that adds to `r`, with `head` being the lines around what is `added`, then `tail`."""
    body = [create]
    for depth, line in enumerate(list(head) + [added]):
        body.append("    " * depth + line)
    return "\n".join(body + list(tail))


def appending(name, make, head, element, comprehension, others=(), create="r = []"):
    loop = fill(create, head, "r.append(%s)" % element)
    return Case(
        "loop-append", name, make, [("loop", loop), ("comprehension", "r = [%s]" % comprehension)] + list(others)
    )


def extending(name, make, head, element, pieces):
    loop = fill('r = ["first"]', head, "r.append(%s)" % element)
    return Case(
        "loop-append",
        name,
        make,
        [
            ("loop", loop),
            ("extend-list", 'r = ["first"]\nr.extend([%s])' % pieces),
            ("extend-generator", 'r = ["first"]\nr.extend(%s)' % pieces),
        ],
    )


def extending_attribute(name, make, head, element, pieces):
    return Case(
        "loop-append",
        name,
        make,
        [
            ("loop", fill("h = Holder()", head, "h.items.append(%s)" % element)),
            ("extend-list", "h = Holder()\nh.items.extend([%s])" % pieces),
            ("extend-generator", "h = Holder()\nh.items.extend(%s)" % pieces),
        ],
    )


def mapped(name, make, element, function):
    copy = "%s for x in xs" % element
    return appending(
        name, make, ["for x in xs:"], element, copy, [("map", "r = list(map(%s, xs))" % function)]
    )


FOR = ["for x in xs:"]
ODD = ["for x in xs:", "if x % 2:"]

def shuffled(size):
    return {"xs": [number * 7919 % 100003 for number in range(size)]}


def hundred_keys(size):
    return {"xs": [number % 200 for number in range(size)], "d": dict.fromkeys(range(100))}


def consumed(name, make, before, after, form="generator"):
    return Case("list-in-consumer", name, make, [("list", "r = " + before), (form, "r = " + after)])


def uncopied(name, before, after):
    return Case("redundant-list", name, numbers, [("copy", before), ("bare", after)])


def indexed(name, before, header, after):
    loop = "r = 0\nfor i in range(len(xs)):\n    " + before
    return Case("range-len", name, numbers, [("index", loop), ("items", "r = 0\n%s\n    %s" % (header, after))])


CASES = [
    appending("append", numbers, FOR, "x + 1", "x + 1 for x in xs"),
    appending("append-call", calls, FOR, "f(x)", "f(x) for x in xs"),
    appending("append-filtered", numbers, ODD, "x + 1", "x + 1 for x in xs if x % 2"),
    appending(
        "append-nested", rows, ["for row in rows:", "for x in row:"], "x + 1", "x + 1 for row in rows for x in row"
    ),
    Case(
        "loop-append",
        "append-choice",
        numbers,
        [
            (
                "loop",
                "r = []\nfor x in xs:\n    if x % 2:\n        r.append(x)\n    else:\n        r.append(-x)",
            ),
            ("comprehension", "r = [x if x % 2 else -x for x in xs]"),
        ],
    ),
    Case(
        "loop-append",
        "append-temporary",
        numbers,
        [
            ("loop", "r = []\nfor x in xs:\n    y = x + 1\n    r.append(y)"),
            ("comprehension", "r = [x + 1 for x in xs]"),
        ],
    ),
    Case(
        "loop-append",
        "append-at-module-level",
        numbers,
        [
            ("loop", fill("r = []", FOR, "r.append(x + 1)")),
            ("comprehension", "r = [x + 1 for x in xs]"),
        ],
        at_module_level=True,
    ),
    appending("append-copy", numbers, FOR, "x", "x for x in xs", [("copy", "r = list(xs)")]),
    mapped("append-int", digits, "int(x)", "int"),
    mapped("append-str", numbers, "str(x)", "str"),
    mapped("append-len", words, "len(x)", "len"),
    mapped("append-upper", words, "x.upper()", "str.upper"),
    Case(
        "loop-append",
        "extend-copy",
        numbers,
        [
            ("loop", fill('r = ["first"]', FOR, "r.append(x)")),
            ("extend", 'r = ["first"]\nr.extend(xs)'),
        ],
    ),
    extending("extend", numbers, FOR, "x + 1", "x + 1 for x in xs"),
    extending("extend-call", calls, FOR, "f(x)", "f(x) for x in xs"),
    extending("extend-filtered", numbers, ODD, "x + 1", "x + 1 for x in xs if x % 2"),
    extending_attribute("extend-attribute", holders, FOR, "x + 1", "x + 1 for x in xs"),
    extending_attribute("extend-attribute-filtered", holders, ODD, "x + 1", "x + 1 for x in xs if x % 2"),
    Case(
        "loop-append",
        "extend-attribute-copy",
        holders,
        [
            ("loop", fill("h = Holder()", FOR, "h.items.append(x)")),
            ("extend", "h = Holder()\nh.items.extend(xs)"),
        ],
    ),
    Case(
        "loop-append",
        "add",
        numbers,
        [
            ("loop", fill("r = set()", FOR, "r.add(x + 1)")),
            ("comprehension", "r = {x + 1 for x in xs}"),
        ],
    ),
    Case(
        "loop-append",
        "add-copy",
        numbers,
        [
            ("loop", fill("r = set()", FOR, "r.add(x)")),
            ("comprehension", "r = {x for x in xs}"),
            ("copy", "r = set(xs)"),
        ],
    ),
    Case(
        "loop-append",
        "add-copy-of-set",
        number_set,
        [
            ("loop", fill("r = set()", FOR, "r.add(x)")),
            ("comprehension", "r = {x for x in xs}"),
            ("copy", "r = set(xs)"),
        ],
    ),
    Case(
        "loop-append",
        "update",
        numbers,
        [
            ("loop", fill('r = {"first"}', FOR, "r.add(x + 1)")),
            ("update-list", 'r = {"first"}\nr.update([x + 1 for x in xs])'),
            ("update-set", 'r = {"first"}\nr.update({x + 1 for x in xs})'),
            ("update-generator", 'r = {"first"}\nr.update(x + 1 for x in xs)'),
        ],
    ),
    Case(
        "loop-append",
        "update-filtered",
        numbers,
        [
            ("loop", fill('r = {"first"}', ODD, "r.add(x + 1)")),
            ("update-list", 'r = {"first"}\nr.update([x + 1 for x in xs if x % 2])'),
            ("update-generator", 'r = {"first"}\nr.update(x + 1 for x in xs if x % 2)'),
        ],
    ),
    Case(
        "loop-append",
        "update-copy",
        numbers,
        [
            ("loop", fill('r = {"first"}', FOR, "r.add(x)")),
            ("update", 'r = {"first"}\nr.update(xs)'),
        ],
    ),
    Case(
        "loop-append",
        "store",
        numbers,
        [
            ("loop", fill("r = {}", FOR, "r[x] = x + 1")),
            ("comprehension", "r = {x: x + 1 for x in xs}"),
        ],
    ),
]


def regex(name, looked_up, compiled, prologue):
    """`looked_up` for every line against `compiled` with `prologue` before the loop."""
    return Case(
        "loop-regex-compile",
        name,
        lines,
        [
            ("loop", "r = 0\nfor line in lines:\n    r = %s" % looked_up),
            ("compiled", "r = 0\n%s\nfor line in lines:\n    r = %s" % (prologue, compiled)),
        ],
    )


NUMBER = r"p = re.compile(r'\d+')"

CASES += [
    regex("search", r"re.search(r'\d+', line)", "p.search(line)", NUMBER),
    regex("match", r"re.match(r'\d+', line)", "p.match(line)", NUMBER),
    regex("sub", r"re.sub(r'\d+', 'n', line)", "p.sub('n', line)", NUMBER),
    regex("findall", r"re.findall(r'\d+', line)", "p.findall(line)", NUMBER),
    regex(
        "search-flags", "re.search('LOG', line, re.I)", "p.search(line)", "p = re.compile('LOG', re.I)"
    ),
    regex("compile", r"re.compile(r'\d+').search(line)", "p.search(line)", NUMBER),
]


def looked_up(transform, name, make, form, loop, hoisted, imports=""):
    """`loop` against `hoisted`, which looks up once what the loop calls."""
    forms = [("loop", loop), (form, hoisted)]
    return Case(transform, name, make, forms, imports=imports)


def attribute(name, make, loop, hoisted, imports=""):
    return looked_up("loop-attribute-lookup", name, make, "looked-up-once", loop, hoisted, imports)


def called(name, make, function, imports=""):
    """A function that is global, called for each item."""
    loop = "r = 0\n{}for x in xs:\n    r = {}(x)"
    local = "_" + function
    hoisted = loop.format("%s = %s\n" % (local, function), local)
    return looked_up("loop-global-lookup", name, make, "local", loop.format("", function), hoisted, imports)


FILTERED = """
for x in xs:
    if x:
        %s(x)
    else:
        %s(1)
"""


def adding(name, empty, method):
    """Something that no comprehension can stand for: the method is named twice."""
    direct, local = "r." + method, "_" + method
    loop = "r = %s" % empty + FILTERED % (direct, direct)
    return attribute(name, numbers, loop, "r = %s\n%s = %s" % (empty, local, direct) + FILTERED % (local, local))


def doubled(x):
    x = x * 2
    if x < 0:
        x = 0
    return x


def doubles(size):
    return {"xs": list(range(size)), "f": doubled}


def appending_results(name, element):
    """A list's method beside calls that take longer than finding it."""
    loop = "r = []\n%sfor x in xs:\n    if x != 1:\n        %s(%s)"
    direct = loop % ("", "r.append", element)
    return attribute(name, doubles, direct, loop % ("_append = r.append\n", "_append", element))


CASES += [
    attribute(
        "module-function",
        numbers,
        "r = 0\nfor x in xs:\n    r += math.sqrt(x)",
        "r = 0\n_sqrt = math.sqrt\nfor x in xs:\n    r += _sqrt(x)",
        "import math",
    ),
    attribute(
        "module-in-comprehension",
        numbers,
        "r = [math.sqrt(x) for x in xs]",
        "_sqrt = math.sqrt\nr = [_sqrt(x) for x in xs]",
        "import math",
    ),
    adding("list-method", "[]", "append"),
    adding("set-method", "set()", "add"),
    appending_results("beside-one-call", "f(x)"),
    appending_results("beside-two-calls", "f(f(x))"),
    attribute(
        "dict-method",
        numbers,
        "d = {}\nfor x in xs:\n    r = d.get(x)",
        "d = {}\n_get = d.get\nfor x in xs:\n    r = _get(x)",
    ),
    attribute(
        "own-method",
        holders,
        "h = Holder()\nfor x in xs:\n    h.add(x)",
        "h = Holder()\n_add = h.add\nfor x in xs:\n    _add(x)",
    ),
    called("len", words, "len"),
    called("str", numbers, "str"),
    looked_up(
        "loop-global-lookup",
        "isinstance",
        numbers,
        "local",
        "r = 0\nfor x in xs:\n    r = isinstance(x, int)",
        "r = 0\n_isinstance = isinstance\nfor x in xs:\n    r = _isinstance(x, int)",
    ),
    called("imported", numbers, "sqrt", "from math import sqrt"),
]


def concatenated(name, make, before, fstring, percent, formatted):
    return Case(
        "string-concat",
        name,
        make,
        [
            ("sum", "for x in xs:\n    r = " + before),
            ("fstring", "for x in xs:\n    r = " + fstring),
            ("percent", "for x in xs:\n    r = " + percent),
            ("format", "for x in xs:\n    r = " + formatted),
        ],
    )


CASES += [
    concatenated("three", words, "'hello ' + x + '!'", "f'hello {x}!'", "'hello %s!' % x", "'hello {}!'.format(x)"),
    concatenated(
        "five",
        words,
        "'<' + x + '=' + x + '>'",
        "f'<{x}={x}>'",
        "'<%s=%s>' % (x, x)",
        "'<{}={}>'.format(x, x)",
    ),
    concatenated(
        "nine",
        words,
        "'a ' + x + ' b ' + x + ' c ' + x + ' d ' + x + ' e'",
        "f'a {x} b {x} c {x} d {x} e'",
        "'a %s b %s c %s d %s e' % (x, x, x, x)",
        "'a {} b {} c {} d {} e'.format(x, x, x, x)",
    ),
    concatenated(
        "str-of-int", numbers, "'number ' + str(x)", "f'number {x}'", "'number %s' % x", "'number {}'.format(x)"
    ),
    concatenated(
        "str-of-two",
        numbers,
        "'from ' + str(x) + ' to ' + str(x)",
        "f'from {x} to {x}'",
        "'from %s to %s' % (x, x)",
        "'from {} to {}'.format(x, x)",
    ),
    concatenated(
        "str-of-any",
        numbers,
        "'number ' + str(x) + ';'",
        "f'number {x!s};'",
        "'number %s;' % str(x)",
        "'number {};'.format(str(x))",
    ),
    concatenated(
        "repr", words, "'word ' + repr(x) + ';'", "f'word {x!r};'", "'word %s;' % repr(x)", "'word {};'.format(repr(x))"
    ),
]


def letters(size):
    return {"xs": [chr(97 + number % 26) for number in range(size)]}


def text_holders(size):
    return {"xs": [chr(97 + number % 26) for number in range(size)], "Holder": Holder}


def row(name, parts):
    """The text put together from `parts`, once for every `x`; a part that is no literal is a name."""
    literal = [part.startswith("'") for part in parts]
    loop = "".join(["r = " + parts[0]] + ["\n    r += " + part for part in parts[1:]])
    inner = "".join(part[1:-1] if known else "%s" for part, known in zip(parts, literal))
    values = [part for part, known in zip(parts, literal) if not known]
    forms = [("loop", loop)]
    if not values:
        forms.append(("literal", "r = '%s'" % inner))
    else:
        arguments = values[0] if len(values) == 1 else "(%s)" % ", ".join(values)
        fields = "".join(part[1:-1] if known else "{%s}" % part for part, known in zip(parts, literal))
        forms += [
            ("f-string", "r = f'%s'" % fields),
            ("percent", "r = '%s' %% %s" % (inner, arguments)),
            ("join", "r = ''.join([%s])" % ", ".join(parts)),
        ]
    return Case(
        "string-augment", name, words, [(form, "for x in xs:\n    " + body) for form, body in forms]
    )


def parts_of(count):
    return ["'number %d: '" % number if number % 2 == 0 else "x" for number in range(count)]


CASES += [row("augment-literals-%d" % count, ["'line %d\\n'" % it for it in range(count)]) for count in (2, 5)]
CASES += [row("augment-row-%d" % count, parts_of(count)) for count in (2, 3, 6, 10, 24)]


def joining(name, make, head, element, comprehension, others=()):
    return Case(
        "string-augment-loop",
        name,
        make,
        [
            ("loop", fill("r = ''", head, "r += " + element)),
            ("list", "r = ''.join([%s])" % comprehension),
            ("generator", "r = ''.join(%s)" % comprehension),
        ]
        + list(others),
    )


CASES += [
    Case(
        "string-augment-loop",
        "augment-loop-copy",
        words,
        [("loop", fill("r = ''", FOR, "r += x")), ("join", "r = ''.join(xs)")],
    ),
    joining(
        "augment-loop-filtered",
        words,
        ["for x in xs:", "if x.isalnum():"],
        "x",
        "x for x in xs if x.isalnum()",
    ),
    joining("augment-loop-upper", words, FOR, "x.upper()", "x.upper() for x in xs"),
    joining("augment-loop-slice", words, FOR, "x[1:]", "x[1:] for x in xs"),
    joining("augment-loop-sum", words, FOR, "x + ', '", "x + ', ' for x in xs"),
    joining("augment-loop-str", numbers, FOR, "str(x)", "str(x) for x in xs"),
    joining(
        "augment-loop-nested",
        rows,
        ["for row in rows:", "for x in row:"],
        "str(x)",
        "str(x) for row in rows for x in row",
    ),
    Case(
        "string-augment-loop",
        "augment-loop-head",
        words,
        [
            ("loop", fill("r = 'head'", FOR, "r += x.upper()")),
            ("list", "r = 'head' + ''.join([x.upper() for x in xs])"),
        ],
    ),
    Case(
        "string-augment-loop",
        "augment-loop-parts",
        words,
        [
            ("loop", "r = ''\nfor x in xs:\n    y = x.upper()\n    r += y\n    r += ', '"),
            (
                "parts",
                "_parts = []\nfor x in xs:\n    y = x.upper()\n    _parts.append(y)\n    _parts.append(', ')\n"
                "r = ''.join(_parts)",
            ),
        ],
    ),
    Case(
        "string-augment-loop",
        "augment-loop-attribute",
        text_holders,
        [
            ("loop", "h = Holder()\nh.items = ''\nfor x in xs:\n    h.items += x"),
            ("join", "h = Holder()\nh.items = ''\nh.items += ''.join(xs)"),
            (
                "parts",
                "h = Holder()\nh.items = ''\n_parts = []\nfor x in xs:\n    _parts.append(x)\nh.items += ''.join(_parts)",
            ),
        ],
    ),
    Case(
        "string-augment-loop",
        "augment-loop-at-module-level",
        words,
        [
            ("loop", fill("r = ''", FOR, "r += x.upper()")),
            ("list", "r = ''.join([x.upper() for x in xs])"),
            ("generator", "r = ''.join(x.upper() for x in xs)"),
        ],
        at_module_level=True,
    ),
    Case(
        "string-augment-loop",
        "augment-loop-parts-at-module-level",
        words,
        [
            ("loop", "r = ''\nfor x in xs:\n    y = x.upper()\n    r += y\n    r += ', '"),
            (
                "parts",
                "_parts = []\nfor x in xs:\n    y = x.upper()\n    _parts.append(y)\n    _parts.append(', ')\n"
                "r = ''.join(_parts)",
            ),
        ],
        at_module_level=True,
    ),
]


def filled(transform, name, make, before, fstring):
    """The expression `before` against an f-string, for every `x`."""
    return Case(
        transform,
        name,
        make,
        [("template", "for x in xs:\n    r = " + before), ("fstring", "for x in xs:\n    r = " + fstring)],
    )


FIVE = "x, x, x, x, x"
EIGHT = "x, x, x, x, x, x, x, x"

CASES += [
    filled("percent-format", "one-string", words, "'hello %s' % x", "f'hello {x}'"),
    filled("percent-format", "two-strings", words, "'%s=%s' % (x, x)", "f'{x}={x}'"),
    filled("percent-format", "five-strings", words, "'%%s-%%s-%%s-%%s-%%s' %% (%s)" % FIVE, "f'{x}-{x}-{x}-{x}-{x}'"),
    filled("percent-format", "one-integer", numbers, "'number %d' % x", "f'number {x}'"),
    filled("percent-format", "two-integers", numbers, "'%d-%d' % (x, x)", "f'{x}-{x}'"),
    filled("percent-format", "string-and-integer", words, "'%s: %d' % (x, len(x))", "f'{x}: {len(x)}'"),
    filled("percent-format", "anything", holders, "'item %s' % (x,)", "f'item {x!s}'"),
    filled("percent-format", "repr", words, "'item %r' % (x,)", "f'item {x!r}'"),
    filled("percent-format", "named", words, "'%(a)s is %(b)s' % {'a': x, 'b': x}", "f'{x} is {x}'"),
    filled("percent-format", "width", numbers, "'%5d' % x", "f'{x:5d}'"),
    filled("percent-format", "width-of-string", words, "'%-9s|' % (x,)", "f'{x!s:<9}|'"),
    filled("percent-format", "precision", floats, "'%.2f' % x", "f'{x:.2f}'"),
    filled("format-call", "one-string", words, "'hello {}'.format(x)", "f'hello {x}'"),
    filled("format-call", "two-strings", words, "'{}={}'.format(x, x)", "f'{x}={x}'"),
    filled("format-call", "two-integers", numbers, "'{}-{}'.format(x, x)", "f'{x}-{x}'"),
    filled("format-call", "anything", holders, "'item {}'.format(x)", "f'item {x}'"),
    filled("format-call", "one-integer", numbers, "'number {}'.format(x)", "f'number {x}'"),
    filled("format-call", "named", words, "'{a} is {b}'.format(a=x, b=x)", "f'{x} is {x}'"),
    filled("format-call", "repr", words, "'item {!r}'.format(x)", "f'item {x!r}'"),
    filled("format-call", "width", numbers, "'{:5d}'.format(x)", "f'{x:5d}'"),
    filled("format-call", "precision", floats, "'{:.2f}'.format(x)", "f'{x:.2f}'"),
    filled(
        "format-call",
        "three-precisions",
        floats,
        "'{:.2f} {:.2f} {:.2f}'.format(x, x, x)",
        "f'{x:.2f} {x:.2f} {x:.2f}'",
    ),
    filled("static-join", "two", words, "''.join([x, x])", "f'{x}{x}'"),
    filled("static-join", "three-with-text", words, "'-'.join((x, x, x))", "f'{x}-{x}-{x}'"),
    filled("static-join", "four-with-text", words, "'-'.join([x, x, x, x])", "f'{x}-{x}-{x}-{x}'"),
    filled("static-join", "five-with-text", words, "'-'.join([%s])" % FIVE, "f'{x}-{x}-{x}-{x}-{x}'"),
    filled("static-join", "eight-with-text", words, "'-'.join([%s])" % EIGHT, "f'{x}-{x}-{x}-{x}-{x}-{x}-{x}-{x}'"),
    filled("static-join", "eight", words, "''.join([%s])" % EIGHT, "f'{x}{x}{x}{x}{x}{x}{x}{x}'"),
    filled("static-join", "str-of-integer", numbers, "''.join(['<', str(x), '>'])", "f'<{x}>'"),
    Case(
        "list-building-iter",
        "iterated",
        numbers,
        [
            (
                "list",
                "def made():\n    out = []\n    for x in xs:\n        out.append(x + 1)\n    return iter(out)\n"
                "r = 0\nfor y in made():\n    r = y",
            ),
            ("generator", "def made():\n    for x in xs:\n        yield x + 1\nr = 0\nfor y in made():\n    r = y"),
        ],
    ),
    consumed("any-stops", numbers, "any([x > 5 for x in xs])", "any(x > 5 for x in xs)"),
    consumed("all-stops", numbers, "all([x < 5 for x in xs])", "all(x < 5 for x in xs)"),
    consumed("any-to-the-end", numbers, "any([x < 0 for x in xs])", "any(x < 0 for x in xs)", "generator-to-the-end"),
    consumed("set", numbers, "set([x + 1 for x in xs])", "{x + 1 for x in xs}", "comprehension"),
    consumed("dict", numbers, "dict([(x, x + 1) for x in xs])", "{x: x + 1 for x in xs}", "comprehension"),
    consumed("sum", numbers, "sum([x + 1 for x in xs])", "sum(x + 1 for x in xs)", "generator-of-all"),
    consumed("max", numbers, "max([x + 1 for x in xs])", "max(x + 1 for x in xs)", "generator-of-all"),
    consumed("tuple", numbers, "tuple([x + 1 for x in xs])", "tuple(x + 1 for x in xs)", "generator-of-all"),
    consumed("sorted", numbers, "sorted([-x for x in xs])", "sorted(-x for x in xs)", "generator-of-all"),
    consumed("frozenset", numbers, "frozenset([-x for x in xs])", "frozenset(-x for x in xs)", "generator-of-all"),
    uncopied("loop", "r = 0\nfor x in list(xs):\n    r += x", "r = 0\nfor x in xs:\n    r += x"),
    uncopied("sorted", "r = sorted(list(xs))", "r = sorted(xs)"),
    uncopied("set", "r = set(list(xs))", "r = set(xs)"),
    uncopied("list", "r = list(list(xs))", "r = list(xs)"),
    uncopied("sum", "r = sum(list(xs))", "r = sum(xs)"),
    Case(
        "dict-keys-membership",
        "in-keys",
        hundred_keys,
        [
            ("keys", "r = 0\nfor x in xs:\n    if x in d.keys():\n        r += 1"),
            ("dict", "r = 0\nfor x in xs:\n    if x in d:\n        r += 1"),
        ],
    ),
    indexed("items", "r += xs[i]", "for _item in xs:", "r += _item"),
    indexed("named", "x = xs[i]\n    r += x", "for x in xs:", "r += x"),
    indexed("numbered", "r += xs[i] * i", "for i, _item in enumerate(xs):", "r += _item * i"),
    indexed("named-and-numbered", "x = xs[i]\n    r += x * i", "for i, x in enumerate(xs):", "r += x * i"),
    Case(
        "manual-enumerate",
        "last",
        numbers,
        [
            ("counter", "r = 0\ni = 0\nfor x in xs:\n    r += x * i\n    i += 1"),
            ("enumerate", "r = 0\nfor i, x in enumerate(xs):\n    r += x * i"),
        ],
    ),
    Case(
        "manual-enumerate",
        "first",
        numbers,
        [
            ("counter", "r = 0\ni = 0\nfor x in xs:\n    i += 1\n    r += x * i"),
            ("enumerate", "r = 0\nfor i, x in enumerate(xs, 1):\n    r += x * i"),
        ],
    ),
    Case("sorted-first", "first", shuffled, [("sorted", "r = sorted(xs)[0]"), ("min", "r = min(xs)")]),
    Case("sorted-first", "last", shuffled, [("sorted", "r = sorted(xs)[-1]"), ("max", "r = max(xs)")]),
    Case(
        "filter-lambda",
        "list",
        numbers,
        [("call", "r = list(filter(lambda x: x % 2, xs))"), ("comprehension", "r = [x for x in xs if x % 2]")],
    ),
    Case(
        "filter-lambda",
        "consumed",
        numbers,
        [("call", "r = sum(filter(lambda x: x % 2, xs))"), ("generator", "r = sum(x for x in xs if x % 2)")],
    ),
    Case(
        "map-lambda",
        "list",
        numbers,
        [("call", "r = list(map(lambda x: x + 1, xs))"), ("comprehension", "r = [x + 1 for x in xs]")],
    ),
    Case(
        "map-lambda",
        "set",
        numbers,
        [("call", "r = set(map(lambda x: x + 1, xs))"), ("comprehension", "r = {x + 1 for x in xs}")],
    ),
    Case(
        "map-lambda",
        "consumed",
        numbers,
        [("call", "r = sum(map(lambda x: x + 1, xs))"), ("generator", "r = sum(x + 1 for x in xs)")],
    ),
]


def squares(size):
    return {"n": int(size**0.5), "product": product}


def cubes(size):
    return {"n": int(round(size ** (1 / 3.0))), "product": product}


def turns(size):
    return {"xs": list(range(size)), "f": lambda x: x, "product": product}


def nested(name, make, before, after):
    return Case("nested-loop", name, make, [("loops", "r = []\n" + before), ("product", "r = []\n" + after)])


CASES += [
    nested(
        "displays",
        turns,
        "for x in xs:\n    f(x)\n    for a in [True, False]:\n        for b in (1, 5):\n            f(a)",
        "for x in xs:\n    f(x)\n    for a, b in product([True, False], (1, 5)):\n        f(a)",
    ),
    nested(
        "inner-display",
        turns,
        "for x in xs:\n    for y in (1, 5):\n        f(x)",
        "for x, y in product(xs, (1, 5)):\n    f(x)",
    ),
    nested(
        "ranges",
        squares,
        "for x in range(n):\n    for y in range(n):\n        r = x + y",
        "for x, y in product(range(n), range(n)):\n    r = x + y",
    ),
    nested(
        "three-ranges",
        cubes,
        "for x in range(n):\n    for y in range(n):\n        for z in range(n):\n            r = x + y + z",
        "for x, y, z in product(range(n), range(n), range(n)):\n    r = x + y + z",
    ),
]


def pairs_of(size):
    return {"xs": list(range(size)), "f": lambda x: [x, x], "chain": chain}


def few_pairs_of(size):
    """As many turns as the square root of `size`: a sum of lists takes time with the square of them."""
    return dict(pairs_of(size), xs=list(range(int(size**0.5))))


def lists(size):
    return {"xs": [[number, number] for number in range(size)], "chain": chain}


def few_lists(size):
    return lists(int(size**0.5))


def added_up(name, make, added, forms):
    return Case("list-concat-loop", name, make, [("loop", "r = []\nfor x in xs:\n    " + added)] + forms)


CHAIN = [("chain", "r = list(chain.from_iterable(f(x) for x in xs))")]
FLAT = [("chain", "r = list(chain.from_iterable(xs))")]

CASES += [
    added_up("add-call", few_pairs_of, "r = r + f(x)", CHAIN),
    added_up("add-items", few_lists, "r = r + x", FLAT),
    added_up("augment-call", pairs_of, "r += f(x)", CHAIN),
    added_up("augment-items", lists, "r += x", FLAT),
    added_up("add-element", few_pairs_of, "r = r + [x + 1]", [("comprehension", "r = [x + 1 for x in xs]")]),
    added_up("augment-element", pairs_of, "r += [x + 1]", [("comprehension", "r = [x + 1 for x in xs]")]),
    added_up(
        "add-in-longer-loop",
        few_pairs_of,
        "f(x)\n    r = r + f(x)",
        [("extend", "r = []\nfor x in xs:\n    f(x)\n    r.extend(f(x))")],
    ),
]


def repeated(size):
    return {"xs": ["word%d" % (number * 7919 % 20) for number in range(size)], "Counter": Counter}


def distinct(size):
    return dict(words(size), Counter=Counter)


def defaulted(size):
    return dict(repeated(size), defaultdict=defaultdict)


def counting(name, make, create, lines, forms):
    return Case("loop-counter", name, make, [("loop", fill(create, FOR, "\n    ".join(lines)))] + forms)


ASKING = ["if x in r:", "    r[x] += 1", "else:", "    r[x] = 1"]
OF_ITEMS = [("dict-of-counter", "r = dict(Counter(xs))"), ("counter", "r = Counter(xs)")]

CASES += [
    counting("count-get", repeated, "r = {}", ["r[x] = r.get(x, 0) + 1"], OF_ITEMS),
    counting("count-if-in", repeated, "r = {}", ASKING, OF_ITEMS),
    counting("count-distinct", distinct, "r = {}", ["r[x] = r.get(x, 0) + 1"], [
        ("dict-of-distinct", "r = dict(Counter(xs))"),
        ("counter", "r = Counter(xs)"),
    ]),
    counting("count-in-defaultdict", defaulted, "r = defaultdict(int)", ["r[x] += 1"], [
        ("defaultdict-of-counter", "r = defaultdict(int, Counter(xs))"),
        ("counter", "r = Counter(xs)"),
    ]),
    counting("count-in-counter", repeated, "r = Counter()", ["r[x] += 1"], OF_ITEMS[1:]),
    counting("count-computed", repeated, "r = {}", ["r[len(x)] = r.get(len(x), 0) + 1"], [
        ("dict-of-counter", "r = dict(Counter(len(x) for x in xs))"),
        ("dict-of-counter-of-list", "r = dict(Counter([len(x) for x in xs]))"),
    ]),
]


def shuffled(size):
    return {"xs": [number * 7919 % 100003 for number in range(size)]}


def summing(name, make, head, element, forms, at_module_level=False):
    loop = fill("r = 0", head, "r += " + element)
    return Case("loop-sum", name, make, [("loop", loop)] + forms, at_module_level)


def sum_of(pieces):
    return [("list", "r = sum([%s])" % pieces), ("generator", "r = sum(%s)" % pieces)]


CASES += [
    summing("sum-items", numbers, FOR, "x", [("items", "r = sum(xs)")]),
    summing("sum-computed", numbers, FOR, "x * 2", sum_of("x * 2 for x in xs")),
    summing("sum-filtered", numbers, ODD, "1", sum_of("1 for x in xs if x % 2")),
    summing("sum-len", words, FOR, "len(x)", [("map", "r = sum(map(len, xs))")] + sum_of("len(x) for x in xs")),
    summing("sum-computed-at-module-level", numbers, FOR, "x * 2", sum_of("x * 2 for x in xs"), True),
    summing("sum-filtered-at-module-level", numbers, ODD, "1", sum_of("1 for x in xs if x % 2"), True),
]


def searching(name, body, after, at_module_level=False):
    return Case("loop-any-all", name, numbers, [("loop", body), ("generator", after)], at_module_level)


FLAG = fill("r = False", ["for x in xs:", "if x < 0:"], "r = True")

CASES += [
    searching("any-flag", FLAG, "r = any(x < 0 for x in xs)"),
    searching("any-break", FLAG + "\n        break", "r = any(x < 0 for x in xs)"),
    searching("any-break-at-module-level", FLAG + "\n        break", "r = any(x < 0 for x in xs)", True),
    searching(
        "all-break",
        fill("r = True", ["for x in xs:", "if x < 0:"], "r = False") + "\n        break",
        "r = not any(x < 0 for x in xs)",
    ),
]


def greatest(name, make, turn, form, after, create="r = xs[0]", at_module_level=False):
    loop = "\n".join([create, "for x in xs:"] + ["    " + line for line in turn])
    return Case("loop-min-max", name, make, [("loop", loop), (form, after)], at_module_level)


GREATER = ["if x > r:", "    r = x"]
LONGER = ["if len(x) > r:", "    r = len(x)"]
OF_LENGTHS = "r = max(len(x) + 1 for x in xs)"

CASES += [
    greatest("greatest", shuffled, GREATER, "max", "r = max(xs)"),
    greatest("greatest-ascending", numbers, GREATER, "max", "r = max(xs)"),
    greatest("greatest-called", shuffled, ["r = max(r, x)"], "max", "r = max(xs)"),
    greatest("greatest-len", words, LONGER, "map", "r = max(map(len, xs))", "r = 0"),
    greatest(
        "greatest-computed",
        words,
        ["if len(x) + 1 > r:", "    r = len(x) + 1"],
        "generator",
        OF_LENGTHS,
        "r = 0",
    ),
    greatest("greatest-computed-called", words, ["r = max(r, len(x) + 1)"], "generator", OF_LENGTHS, "r = 0"),
    greatest("greatest-at-module-level", shuffled, GREATER, "max", "r = max(xs)", at_module_level=True),
]


class Once(object):
    _instance = None

    def __new__(cls):
        if cls._instance is None:
            cls._instance = super(Once, cls).__new__(cls)
        return cls._instance


class OnceOfAnything(object):
    _instance = None

    def __new__(cls, *args, **kwargs):
        if cls._instance is None:
            cls._instance = super(OnceOfAnything, cls).__new__(cls)
        return cls._instance


class OnceInitialized(Once):
    _instance = None
    is_ready = False

    def __init__(self):
        if self.is_ready:
            return
        self.is_ready = True


class ForEachKey(object):
    _cache = {}

    def __new__(cls, key):
        if key not in cls._cache:
            cls._cache[key] = super(ForEachKey, cls).__new__(cls)
        return cls._cache[key]


class ForEachKeyInitialized(ForEachKey):
    _cache = {}

    def __init__(self, key):
        self.key = key


class Singleton(type):
    _instance = None

    def __call__(cls):
        if cls._instance is None:
            cls._instance = type.__call__(cls)
        return cls._instance


class SingletonOfAnything(type):
    _instance = None

    def __call__(cls, *args, **kwargs):
        if cls._instance is None:
            cls._instance = type.__call__(cls)
        return cls._instance


class Flyweight(type):
    def __call__(cls, key):
        if key not in cls._cache:
            cls._cache[key] = type.__call__(cls)
        return cls._cache[key]


def calling(name, by_new, metaclass, arguments=""):
    """Calls of a class: `S` has a `__new__`, `M` has a metaclass in its place."""
    by_metaclass = metaclass(name, (object,), {"_cache": {}} if metaclass is Flyweight else {})

    def make(size):
        return {"xs": list(range(size)), "S": by_new, "M": by_metaclass}

    forms = [
        (form, "r = 0\nfor x in xs:\n    %s(%s)" % (called, arguments))
        for form, called in (("new", "S"), ("metaclass", "M"))
    ]
    return Case("singleton-new", name, make, forms)


CASES += [
    calling("plain", Once, Singleton),
    calling("any-arguments", OnceOfAnything, SingletonOfAnything),
    calling("with-init", OnceInitialized, Singleton),
    calling("keyed", ForEachKey, Flyweight, "x % 10"),
    calling("keyed-with-init", ForEachKeyInitialized, Flyweight, "x % 10"),
]


def tags(size):
    return {"xs": ["tag%d" % (number % 16) for number in range(size)]}


def small_numbers(size):
    return {"xs": [number % 16 for number in range(size)]}


def first_tags(size):
    return {"xs": ["tag0"] * size}


def hoisting(name, make, create, header, turn, hoisted, after, at_module_level=False):
    """A loop, and the same with a line in front of it: in `header` and `turn` that line makes `after` of `before`."""
    before, short = after
    text = "%s\n    %s" % (header, turn)
    loop = "%s\n%s" % (create, text)
    moved = "%s\n%s\n%s" % (create, hoisted, text.replace(before, short))
    return Case("loop-invariant-call", name, make, [("loop", loop), ("hoisted", moved)], at_module_level)


LENGTH = "_length = len(name)", ("len(name)", "_length")
NAMED = 'name = "some text"\nr = 0'

CASES += [
    hoisting("len", numbers, NAMED, "for x in xs:", "r = x - len(name)", *LENGTH),
    hoisting("len-at-module-level", numbers, NAMED, "for x in xs:", "r = x - len(name)", *LENGTH, at_module_level=True),
    hoisting(
        "len-in-condition", numbers, "r = 0", "while r < len(xs):", "r += 1", "_length = len(xs)", ("len(xs)", "_length")
    ),
    Case(
        "loop-invariant-call",
        "len-in-comprehension",
        numbers,
        [
            ("loop", 'name = "some text"\nr = [x for x in xs if x > len(name)]'),
            ("hoisted", 'name = "some text"\n_length = len(name)\nr = [x for x in xs if x > _length]'),
        ],
    ),
    hoisting(
        "ord", numbers, "r = 0", "for x in xs:", 'r = x - ord("a")', '_code = ord("a")', ('ord("a")', "_code")
    ),
    hoisting(
        "sqrt",
        numbers,
        "import math\nr = 0",
        "for x in xs:",
        "r = x * math.sqrt(2)",
        "_value = math.sqrt(2)",
        ("math.sqrt(2)", "_value"),
    ),
    hoisting(
        "method",
        tags,
        'name = "Tag9"\nr = 0',
        "for x in xs:",
        "r = x == name.lower()",
        "_text = name.lower()",
        ("name.lower()", "_text"),
    ),
    hoisting(
        "frozenset",
        tags,
        "r = 0",
        "for x in xs:",
        'r = x in frozenset(["tag1", "tag3", "tag5"])',
        '_members = frozenset(["tag1", "tag3", "tag5"])',
        ('frozenset(["tag1", "tag3", "tag5"])', "_members"),
    ),
]


def contained(name, make, before, after, form="set"):
    loop = "r = 0\nfor x in xs:\n    if x in %s:\n        r = x"
    return Case("list-literal-membership", name, make, [("list", loop % before), (form, loop % after)])


def displayed(name, make, create, display, turn, name_of):
    loop = "%s\nfor x in xs:\n    %s" % (create, turn)
    kept = display if not turn.startswith("if x in") else "(%s)" % display[1:-1]
    moved = "%s\n%s = %s\nfor x in xs:\n    %s" % (create, name_of, kept, turn.replace(display, name_of))
    return Case("list-literal-membership", name, make, [("list", loop), ("hoisted", moved)])


def listed(count, spelling):
    return ", ".join(spelling % number for number in range(count))


CASES += [
    contained("strings-%d" % count, tags, "[%s]" % listed(count, '"tag%d"'), "{%s}" % listed(count, '"tag%d"'))
    for count in (2, 3, 8)
]
CASES += [
    contained("numbers-%d" % count, small_numbers, "[%s]" % listed(count, "%d"), "{%s}" % listed(count, "%d"))
    for count in (2, 3, 8)
]
CASES += [
    contained(
        "always-the-first",
        first_tags,
        "[%s]" % listed(3, '"tag%d"'),
        "{%s}" % listed(3, '"tag%d"'),
        "set-for-the-first",
    ),
    contained("names", numbers, "[r, 5]", "(r, 5)", "tuple"),
    displayed("names-in-loop", numbers, "a, b, c, r = 1, 2, 3, 0", "[a, b, c]", "if x in [a, b, c]: r = x", "_values"),
    displayed(
        "dict-in-loop",
        tags,
        "r = 0",
        '{"tag1": 1, "tag2": 2, "tag3": 3}',
        'r = {"tag1": 1, "tag2": 2, "tag3": 3}.get(x, 0)',
        "_values",
    ),
    displayed("list-in-loop", small_numbers, "r = 0", "[1, 2, 3]", "r = [1, 2, 3][x % 3]", "_values"),
]
