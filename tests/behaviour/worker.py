"""Runs many small programs and tells what could be seen of each, for the tests of pyfix.

Requests and answers are JSON in ASCII, each preceded by a line with its length in bytes. A request holds
`programs`, the `seconds` that each may take, and a `mode`: `apart` (each in a process of its own), `together`
(one after the other in one process, each as a `__main__` of its own: much faster, and enough for programs that
leave the interpreter as it was) or `watched` (apart, and with notes on what its loops ran over, see
`loop_watch.py`). Runs unchanged on Python 2.7 and on every Python 3.
"""
from __future__ import print_function

import atexit
import gc
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

import loop_watch

try:
    import builtins
except ImportError:
    import __builtin__ as builtins

OUTPUT_LIMIT = 1 << 20
FILE_LIMIT = 16 << 20
MEMORY_LIMIT = 3 << 30
RECURSION_LIMIT = sys.getrecursionlimit()


def serve():
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.dup(1)
    while True:
        header = requests.readline()
        if not header:
            return
        request = json.loads(requests.read(int(header)).decode("ascii"))
        send(answers, observe_all(request))


def observe_all(request):
    programs = request["programs"]
    answers = []
    while len(answers) < len(programs):
        rest = programs[len(answers):] if request["mode"] == "together" else [programs[len(answers)]]
        answers.extend(observe(rest, request))
    return answers


def observe(programs, request):
    """What happens when the programs are run in one child: an answer for each until one kills the child."""
    output = tempfile.TemporaryFile()
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reading)
            run_in_child(programs, request, output.fileno(), writing)
        finally:
            os._exit(0)
    os.close(writing)
    answers = os.fdopen(reading, "rb", 0)
    observed = []
    end = None
    while len(observed) < len(programs) and end is None:
        deadline = time.time() + request["seconds"]
        try:
            observed.append(receive(answers, deadline))
        except TimeoutReached:
            os.killpg(os.getpgid(pid), signal.SIGKILL)
            end = {"end": "timed-out", "detail": ""}
        except EOFError:
            end = {"end": "crashed"}
    answers.close()
    status = os.waitpid(pid, 0)[1]
    if end is not None:
        end.setdefault("detail", "wait status %d" % status)
        end["output"] = head(output.fileno())
        observed.append(end)
    output.close()
    return observed


class TimeoutReached(Exception):
    pass


def receive(stream, deadline):
    header = b""
    while not header.endswith(b"\n"):
        header += read_some(stream, 1, deadline)
    body = b""
    while len(body) < int(header):
        body += read_some(stream, int(header) - len(body), deadline)
    return json.loads(body.decode("ascii"))


def read_some(stream, count, deadline):
    left = deadline - time.time()
    if left <= 0 or not select.select([stream], [], [], left)[0]:
        raise TimeoutReached
    piece = os.read(stream.fileno(), count)
    if not piece:
        raise EOFError
    return piece


def run_in_child(programs, request, output, answers):
    """Gives the child a session, limits and standard streams of its own, and runs the programs in it."""
    os.setsid()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_LIMIT, FILE_LIMIT))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    # Should the worker be gone when time is over, nobody else ends what never ends.
    seconds = request["seconds"] * (len(programs) + 1)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    # Both streams go to one file, so that the order of what a program writes is kept.
    os.dup2(output, 1)
    os.dup2(output, 2)
    if len(programs) > 1:
        # Garbage of one program must not be finalized in the next.
        gc.disable()
    known = dict(vars(builtins))
    for program in programs:
        os.lseek(1, 0, os.SEEK_SET)
        os.ftruncate(1, 0)
        become_fresh(known)
        watch = loop_watch.Watch() if request["mode"] == "watched" else None
        end = run(program, watch)
        end["output"] = head(1)
        if watch:
            end["loops"] = watch.seen
        send(answers, end)


def become_fresh(known):
    """Puts back what programs change most often."""
    sys.setrecursionlimit(RECURSION_LIMIT)
    if vars(builtins) != known:
        vars(builtins).clear()
        vars(builtins).update(known)
    if sys.version_info[0] > 2:
        # Line by line, since that is how the order of the two streams is kept.
        sys.stdout = io.open(1, "w", 1, encoding="utf-8", closefd=False)
        sys.stderr = io.open(2, "w", 1, encoding="utf-8", closefd=False)
    else:
        sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__


def run(text, watch):
    """Executes the program as `__main__` and says how it ended."""
    # The bytes of the program travel as the characters of latin-1, so that an encoding cookie means what it
    # means in a file.
    program = text.encode("latin-1")
    try:
        code = compile(program, "<program>", "exec", 0, True)
        if watch:
            code = watch.compile(program)
    except Exception as error:
        return {"end": "rejected", "detail": describe(error)}
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    if watch:
        vars(module).update(watch.names())
    stdout, stderr = sys.stdout, sys.stderr
    try:
        exec(code, module.__dict__)
        end = {"end": "finished", "detail": ""}
    except SystemExit as error:
        end = {"end": "exited", "detail": repr(error.code)}
    except BaseException as error:
        end = {"end": "raised", "detail": describe(error)}
    # Python 2 has no public name for this, and `os._exit` skips it.
    getattr(atexit, "_run_exitfuncs")()
    for stream in (sys.stdout, sys.stderr, stdout, stderr):
        flush(stream)
    return end


def flush(stream):
    try:
        stream.flush()
    except Exception:
        # A program may have put anything there, or closed it.
        pass


def describe(error):
    if isinstance(error, SyntaxError):
        return "%s: %s" % (type(error).__name__, error.msg)
    try:
        message = str(error)
    except Exception:
        message = "<no message>"
    return "%s: %s" % (type(error).__name__, message)


def head(descriptor):
    os.lseek(descriptor, 0, os.SEEK_SET)
    return os.read(descriptor, OUTPUT_LIMIT).decode("utf-8", "replace")


def send(descriptor, answer):
    body = json.dumps(answer).encode("ascii")
    data = str(len(body)).encode("ascii") + b"\n" + body
    while data:
        data = data[os.write(descriptor, data):]


serve()
