#!/usr/bin/env python3
"""Stands in for pyfix where the harness has to show that it notices: writes files in place, in two halves, and
looks at nothing before it does."""

import pathlib
import sys
import time

DONE = b"# done\n"

if "--version" in sys.argv:
    sys.exit()
found = [path for path in sorted(pathlib.Path(".").rglob("*.py")) if path.is_file() and not path.is_symlink()]
texts = {path: path.read_bytes() for path in found}
for path, text in texts.items():
    if text and not text.endswith(DONE):
        with open(path, "wb", buffering=0) as file:
            new = text + (b"" if text.endswith(b"\n") else b"\n") + DONE
            file.write(new[: len(new) // 2])
            time.sleep(0.01)
            file.write(new[len(new) // 2 :])
