"""Says which of the Python files on standard input this interpreter can compile. Runs on Python 2.7 and
newer.

Reads a JSON list of paths and writes a JSON list of as many entries: null for a file that compiles, else the
error. Nothing is imported or run.
"""

from __future__ import print_function

import json
import sys
import warnings


def error_of(path):
    with open(path, "rb") as file:
        source = file.read()
    try:
        compile(source, path, "exec", dont_inherit=True)
    except Exception as error:  # SyntaxError, but also ValueError, RecursionError, MemoryError, OverflowError
        return "{0}: {1}".format(type(error).__name__, error)
    return None


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    json.dump([error_of(path) for path in json.load(sys.stdin)], sys.stdout)
