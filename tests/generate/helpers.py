#: sys
import sys
#: show sys shown
def show(*values):
    sys.stdout.write(' '.join([shown(value) for value in values]) + '\n')
#: shown
def shown(value):
    if isinstance(value, list):
        return '[' + ', '.join([shown(item) for item in value]) + ']'
    if type(value).__name__ == 'function':
        try:
            return 'call ' + repr(value())
        except Exception as error:
            return 'call ' + type(error).__name__
    if type(value).__name__ == 'generator':
        return 'all of ' + shown(list(value))
    return repr(value)
#: attempt show
def attempt(function, *arguments):
    try:
        show('result', function(*arguments))
    except Exception as error:
        show('raised', type(error).__name__, str(error))
#: note show
def note(value):
    show('note', value)
    return value
#: fail
def fail(value):
    if value == 2:
        raise ValueError('two')
    return value
#: same
def same(value):
    return value
#: T show
class T(object):
    def __init__(self, value):
        self.value = value
    def __repr__(self):
        return 'T(%r)' % (self.value,)
    def __add__(self, other):
        show('add', self, other)
        return T((self.value, other))
    def __radd__(self, other):
        show('radd', self, other)
        return T((other, self.value))
    def __mul__(self, other):
        show('mul', self, other)
        return self
    def __neg__(self):
        show('neg', self)
        return self
    def __eq__(self, other):
        show('eq', self)
        return isinstance(other, T) and self.value == other.value
    def __ne__(self, other):
        show('ne', self)
        return not isinstance(other, T) or self.value != other.value
    def __hash__(self):
        show('hash', self)
        return 1
    def __bool__(self):
        show('bool', self)
        return bool(self.value)
    __nonzero__ = __bool__
    def __lt__(self, other):
        show('lt', self)
        return True
    def __contains__(self, other):
        show('contains', self)
        return other == 1
    def __call__(self, *arguments):
        show('call', self)
        return len(arguments)
    def __getitem__(self, key):
        show('item', self, key)
        if key == 3:
            raise IndexError(key)
        return key
    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        show('attribute', name)
        return name
#: Items show
class Items(object):
    def __init__(self, count):
        self.count = count
    def __repr__(self):
        return 'Items(%d)' % self.count
    def __iter__(self):
        show('iter')
        for number in range(self.count):
            show('next', number)
            yield number
#: Sized
class Sized(object):
    def __len__(self):
        return 2
    def __iter__(self):
        return iter([1, 2])
    def __repr__(self):
        return 'Sized()'
#: Broken show
class Broken(object):
    def __init__(self, count):
        self.count = count
    def __repr__(self):
        return 'Broken(%d)' % self.count
    def __iter__(self):
        for number in range(self.count):
            yield number
        show('breaks')
        raise KeyError('broken')
#: Stepper show
class Stepper(object):
    def __init__(self):
        self.turn = 0
    def __iter__(self):
        return self
    def __repr__(self):
        return 'Stepper()'
    def __next__(self):
        self.turn += 1
        show('step', self.turn)
        if self.turn == 3 or self.turn > 5:
            raise StopIteration
        return self.turn
    next = __next__
#: Manager show
class Manager(object):
    def __enter__(self):
        show('enter')
        return 7
    def __exit__(self, kind, error, trace):
        show('exit', kind is not None)
        return False
#: Quiet
class Quiet(object):
    def __enter__(self):
        return 5
    def __exit__(self, kind, error, trace):
        return True
#: Logged show
class Logged(list):
    def append(self, item):
        show('append', item)
        list.append(self, item)
    def add(self, item):
        show('add', item)
        list.append(self, item)
#: Loud show
class Loud(str):
    def upper(self):
        show('upper', str(self))
        return str.upper(self)
    def __iter__(self):
        show('letters')
        return iter(['p', 'q'])
#: Shout show
class Shout(str):
    def __str__(self):
        show('str')
        return 'S'
    def __format__(self, spec):
        show('format')
        return 'F'
    def __add__(self, other):
        show('add')
        return 'A'
    def __radd__(self, other):
        show('radd')
        return 'R'
    def __repr__(self):
        return 'Shout()'
#: Moody show
class Moody(object):
    def __init__(self):
        self.turn = 0
    def __str__(self):
        self.turn += 1
        show('turn', self.turn)
        return 'moody %d' % self.turn
    def __repr__(self):
        return str(self)
#: Box show
class Box(object):
    def __init__(self):
        self.items = []
    def __repr__(self):
        return 'Box(%s)' % shown(self.items)
    @property
    def n(self):
        show('n')
        return 4
#: Base
class Base(object):
    n = 6
    def twice(self, value):
        return [value, value]
#: Pause show
class Pause(object):
    def __init__(self, value):
        self.value = value
    def __await__(self):
        show('wait', self.value)
        yield
        return self.value
#: AsyncItems show Pause
class AsyncItems(object):
    def __init__(self, items):
        self.items = iter(items)
    def __aiter__(self):
        return self
    async def __anext__(self):
        for item in self.items:
            return await Pause(item)
        raise StopAsyncIteration
#: drive
def drive(coroutine):
    while True:
        try:
            coroutine.send(None)
        except StopIteration as stop:
            return stop.value
#: gather
def gather(generator):
    found = (list(generator),)
    return found[0]
