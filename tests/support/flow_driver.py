# Runs TEXTS, each with several seeds, and prints for each what its reads saw: [number, name of the value].
import json
import random

RUNS = 25


class Boom(Exception):
    pass


class V:
    def __init__(self, line):
        self.line = line

    def __iadd__(self, other):
        risk()
        return other


class Manager:
    def __init__(self, line):
        risk()
        self.line = line

    def __enter__(self):
        return V(self.line)

    def __exit__(self, *details):
        risk()
        return random.random() < 0.3


def risk():
    if random.random() < 0.15:
        raise Boom
    return 0


def chance():
    return random.random() < 0.5


def v(line):
    risk()
    return V(line)


def pair(line):
    risk()
    return V(line), V(line)


def some(line):
    while chance():
        risk()
        yield V(line)


def pairs(line, _):
    return ((value, 0) for value in some(line))


def pick(_):
    return random.choice([Boom, NameError, Exception])


def keep(_):
    return lambda function: function


def name_of(value):
    if isinstance(value, V):
        return str(value.line)
    if isinstance(value, BaseException):
        return "exception"
    if isinstance(value, type):
        return str(value.line)
    if hasattr(value, "__code__"):
        return str(value.__code__.co_firstlineno)
    return value.__name__


def runs(text):
    code = compile(text, "text", "exec")
    events = []

    def at(number):
        events.append([number, None])
        return len(events) - 1

    def see(index, value):
        events[index][1] = name_of(value)
        return chance()

    for seed in range(RUNS):
        random.seed(seed)
        names = dict(Boom=Boom, V=V, Manager=Manager, risk=risk, chance=chance, v=v, pair=pair, some=some,
                     pairs=pairs, pick=pick, keep=keep, at=at, see=see, o={})
        try:
            exec(code, names)
        except Exception:
            pass
    return sorted({tuple(event) for event in events}, key=repr)


print(json.dumps([runs(text) for text in TEXTS]))
