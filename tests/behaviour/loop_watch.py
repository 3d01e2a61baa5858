"""Notes for each loop statement of a program whether it ran over nothing, over something, and into an exception.

The program is rewritten before it is compiled: what a `for` iterates over goes through a generator that counts,
the condition of a `while` through a function, and each loop gets a handler that takes the note and raises again.
"""

import ast
import sys

GUARD = """
try:
    pass
except Exception:
    _watch_note(0, 'raising')
    raise
"""
ASYNC = """
async def _watch_async(line, items):
    empty = True
    async for item in items:
        if empty:
            note(line, 'items')
            empty = False
        yield item
    if empty:
        note(line, 'empty')
"""


class Watch(ast.NodeTransformer):
    def __init__(self):
        self.seen = {}
        self.turns = {}

    def compile(self, program):
        tree = ast.fix_missing_locations(self.visit(ast.parse(program)))
        return compile(tree, "<program>", "exec", 0, True)

    def names(self):
        """What the rewritten program calls."""
        names = {
            "_watch_note": self.note,
            "_watch_items": self.items,
            "_watch_start": self.start,
            "_watch_test": self.test,
        }
        if sys.version_info >= (3, 6):
            namespace = {"note": self.note}
            exec(ASYNC, namespace)
            names["_watch_async"] = namespace["_watch_async"]
        return names

    def note(self, line, what):
        notes = self.seen.setdefault(str(line), [])
        if what not in notes:
            notes.append(what)

    def items(self, line, items):
        empty = True
        for item in items:
            if empty:
                self.note(line, "items")
                empty = False
            yield item
        if empty:
            self.note(line, "empty")

    def start(self, line):
        self.turns[line] = 0

    def test(self, line, value):
        value = bool(value)
        if value:
            self.note(line, "items")
            self.turns[line] += 1
        elif not self.turns[line]:
            self.note(line, "empty")
        return value

    def visit_For(self, node):
        return self.watch_for(node, "_watch_items")

    def visit_AsyncFor(self, node):
        return self.watch_for(node, "_watch_async")

    def watch_for(self, node, function):
        self.generic_visit(node)
        node.iter = call(node, function, node.iter)
        return guarded(node)

    def visit_While(self, node):
        self.generic_visit(node)
        node.test = call(node, "_watch_test", node.test)
        start = ast.Expr(call(node, "_watch_start"))
        return [ast.copy_location(start, node), guarded(node)]


def call(node, function, *arguments):
    made = ast.parse("%s(%d)" % (function, node.lineno)).body[0].value
    made.args.extend(arguments)
    return ast.copy_location(made, node)


def guarded(node):
    made = ast.parse(GUARD).body[0]
    made.body = [node]
    made.handlers[0].body[0].value = call(node, "_watch_note", ast.parse("'raising'").body[0].value)
    return ast.copy_location(made, node)
