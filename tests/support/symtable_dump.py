"""Prints what the symtable module says of each text: a JSON list of dumps (null where Python refuses it).

argv[1] names a file with a JSON list of texts. A dump has one line a scope ("kind name line") and one a name
that the scope binds or reads: how many scopes up it is found ("G": in the module, or nowhere), and whether it
is read (r), assigned (a), a parameter (p) or imported (i) there. Siblings are sorted.
"""

import ast
import json
import re
import symtable
import sys
import unicodedata
import warnings

warnings.simplefilter("ignore")
# Python's own helpers, which no text writes.
HIDDEN = {"__class__", "__classdict__", "__type_params__", "__conditional_annotations__"}
KINDS = {
    "type parameter": "types",
    "type parameters": "types",
    "TypeVar bound": "lazy",
    "type variable": "lazy",
    "type alias": "lazy",
}
COMPREHENSIONS = {"listcomp", "setcomp", "dictcomp", "genexpr"}


def dump(table, around, depth):
    kind = str(getattr(table.get_type(), "value", table.get_type()))
    names = {symbol.get_name(): symbol for symbol in table.get_symbols()}
    lines = []
    for name, symbol in names.items():
        if name.startswith(".") or name in HIDDEN:
            continue
        flags = [
            ("r", symbol.is_referenced()),
            ("a", symbol.is_assigned()),
            ("p", symbol.is_parameter()),
            ("i", symbol.is_imported()),
        ]
        written = "".join(letter for letter, holds in flags if holds)
        if written:
            lines.append("%s %s %s" % (name, place(name, symbol, kind, around), written))
    lines.sort()
    name = "" if kind == "module" else table.get_name()
    head = "%s %s %d" % (KINDS.get(kind, kind), name, 0 if kind == "module" else table.get_lineno())
    inner = around + [(kind, names)]
    children = sorted(dump(child, inner, depth + 1) for child in table.get_children())
    pad = "  " * depth
    return "\n".join([pad + head] + [pad + "- " + line for line in lines] + children)


def place(name, symbol, kind, around):
    if kind == "module" or symbol.is_declared_global():
        return "G"
    # A function called `top` is a module to symtable, so that its locals are global as well.
    if symbol.is_local():
        return "0"
    if symbol.is_global():
        return "G"
    if not symbol.is_free():
        return "0"
    for up, (kind, names) in enumerate(reversed(around), 1):
        if kind in ("class", "module"):
            continue
        if name in names and names[name].is_local() and not names[name].is_free():
            return str(up)
    return "?"


def is_inlined(text):
    """Since 3.12 the tables show comprehensions as part of the scope around."""
    kinds = (ast.ListComp, ast.SetComp, ast.DictComp)
    return sys.version_info >= (3, 12) and any(isinstance(node, kinds) for node in ast.walk(ast.parse(text)))


def is_normalized(text):
    """Python folds compatibility forms of letters in names (NFKC); pyfix takes names as they are written."""
    if text.isascii():
        return True
    return all(unicodedata.is_normalized("NFKC", word) for word in re.findall(r"\w+", text))


def dump_text(text):
    try:
        if is_inlined(text) or not is_normalized(text):
            return None
        return dump(symtable.symtable(text, "text", "exec"), [], 0)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


with open(sys.argv[1], encoding="utf-8") as file:
    texts = json.load(file)
json.dump([dump_text(text) for text in texts], sys.stdout)
