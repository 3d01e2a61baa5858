import itertools
import json
import random


class Thing(object):
    def __str__(self):
        return 'a thing'

    def __repr__(self):
        return 'Thing()'

    def __format__(self, spec):
        return 'another thing'


def values():
    numbers = random.Random(5)
    texts = ['', 'a', 'abc', 'a longer text than most widths', u'\xe9\u20ac', '%s', '{}', "it's", '\n', '\ud800']
    integers = [0, 1, -1, 9, 10, 255, -255, 10 ** 20, -10 ** 20, 2 ** 200, 10 ** 400, 10 ** 5000]
    integers += [numbers.randrange(-10 ** size, 10 ** size) for size in range(1, 40)]
    floats = [0.0, -0.0, 0.5, 1.5, 2.5, -2.75, 1e300, 1e-300, float('inf'), float('-inf'), float('nan'), 1e16]
    floats += [numbers.uniform(-10, 10) * 10 ** numbers.randrange(-20, 20) for _ in range(60)]
    others = [None, b'x', [1, 'a'], (1, 2), (), {'a': 1}, Thing(), [Thing()], 2j]
    return texts + integers + [True, False] + floats + others


WANTED = {'anything': object, 'integers': (int, bool), 'numbers': (int, bool, float)}
CONVERTED = {'': lambda value: value, 's': str, 'r': repr, 'a': ascii}


def outcome(function):
    try:
        return function()
    except Exception as error:
        return type(error).__name__, str(error)


faults, compared = [], 0
for (template, converted, spec, accepts), value in itertools.product(FIELDS, values()):
    if not isinstance(value, WANTED[accepts]):
        continue
    compared += 1
    expected = outcome(lambda: template % (value,))
    forms = [(converted, spec)]
    if (converted, spec) == ('s', '') and type(value) in (str, int):
        forms.append(('', ''))
    if (converted, spec) == ('', 'd') and type(value) is int:
        forms.append(('', ''))
    for form, says in forms:
        found = outcome(lambda: format(CONVERTED[form](value), says))
        if found != expected:
            faults.append(ascii((template, value if len(repr(value)) < 99 else '...', expected, found)))
print(json.dumps([faults[:20], compared]))
