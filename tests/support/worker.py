"""Runs many small programs, each in a forked child, for the tests of pyfix.

Requests and answers are JSON in ASCII, each preceded by a line with its length in bytes. Runs unchanged on
Python 2.7 and on every Python 3.
"""
from __future__ import print_function

import atexit
import io
import json
import os
import resource
import select
import signal
import sys
import tempfile
import time
import types

OUTPUT_LIMIT = 1 << 20
FILE_LIMIT = 16 << 20
MEMORY_LIMIT = 3 << 30


def serve():
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.dup(1)
    while True:
        header = requests.readline()
        if not header:
            return
        request = json.loads(requests.read(int(header)).decode("ascii"))
        answer = json.dumps(observe(request)).encode("ascii")
        write_all(answers, str(len(answer)).encode("ascii") + b"\n" + answer)


def observe(request):
    """What happens when the program of the request is run."""
    stdout = tempfile.TemporaryFile()
    stderr = tempfile.TemporaryFile()
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reading)
            become_program(stdout.fileno(), stderr.fileno())
            end = run(request)
            write_all(writing, json.dumps(end).encode("ascii"))
        finally:
            os._exit(0)
    os.close(writing)
    end = wait(pid, reading, time.time() + request["seconds"])
    os.close(reading)
    end["stdout"] = head(stdout)
    end["stderr"] = head(stderr)
    return end


def become_program(stdout, stderr):
    """Gives the child a session, limits and standard streams of its own."""
    os.setsid()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_LIMIT, FILE_LIMIT))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(stdout, 1)
    os.dup2(stderr, 2)
    if sys.version_info[0] > 2:
        sys.stdout = io.open(1, "w", encoding="utf-8", closefd=False)
        sys.stderr = io.open(2, "w", encoding="utf-8", closefd=False)


def run(request):
    """Executes the program as `__main__` and says how it ended."""
    # The bytes of the program travel as the characters of latin-1, so that an encoding cookie means what it
    # means in a file.
    program = request["program"].encode("latin-1")
    try:
        code = compile(program, "<program>", "exec", 0, True)
    except Exception as error:
        return {"end": "rejected", "detail": describe(error)}
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    try:
        exec(code, module.__dict__)
        end = {"end": "finished", "detail": ""}
    except SystemExit as error:
        end = {"end": "exited", "detail": repr(error.code)}
    except BaseException as error:
        end = {"end": "raised", "detail": describe(error)}
    # Python 2 has no public name for this, and `os._exit` skips it.
    getattr(atexit, "_run_exitfuncs")()
    sys.stdout.flush()
    sys.stderr.flush()
    return end


def describe(error):
    if isinstance(error, SyntaxError):
        return "%s: %s" % (type(error).__name__, error.msg)
    try:
        message = str(error)
    except Exception:
        message = "<no message>"
    return "%s: %s" % (type(error).__name__, message)


def wait(pid, reading, deadline):
    """The child's own account of its end, or what became of it."""
    pieces = []
    while True:
        left = deadline - time.time()
        ready = select.select([reading], [], [], left)[0] if left > 0 else []
        if not ready:
            os.killpg(os.getpgid(pid), signal.SIGKILL)
            os.waitpid(pid, 0)
            return {"end": "timed-out", "detail": ""}
        piece = os.read(reading, 1 << 16)
        if not piece:
            break
        pieces.append(piece)
    status = os.waitpid(pid, 0)[1]
    if not pieces:
        return {"end": "crashed", "detail": "wait status %d" % status}
    return json.loads(b"".join(pieces).decode("ascii"))


def head(stream):
    stream.seek(0)
    return stream.read(OUTPUT_LIMIT).decode("utf-8", "replace")


def write_all(descriptor, data):
    while data:
        data = data[os.write(descriptor, data):]


serve()
