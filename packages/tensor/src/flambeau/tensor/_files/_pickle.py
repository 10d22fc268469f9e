"""A machine for pickles that runs nothing.

It knows the opcodes that make plain values, and calls only functions of ours that stand for a few names. Python's own
unpickler is not asked: it calls what a pickle names, and takes memory for lengths and numbers a pickle only claims.
The opcodes were read in the standard library's ``pickletools``, which also takes their arguments apart.
"""

from __future__ import annotations

import pickletools
import struct
from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import Any

from ._source import Source

MADE = 64  # bytes that an object takes at least, as counted against the size of its pickle
ALLOWANCE = 2**20
AMPLIFICATION = 32  # times its pickle may an object be
_PLAIN = (str, bytes, int, float, bool, type(None))


class Refused(Exception):
    """Something that a file of weights has no use for: expected, got, fix."""


class Named:
    """What stands for a name in the pickle: calling it is calling ``make``."""

    def __init__(self, name: str, make: Callable[..., Any]) -> None:
        self.name = name
        self.make = make


class Stateful:
    """An object that takes the state a pickle gives it."""

    def set_state(self, state: Any) -> None:
        raise NotImplementedError


class Stream:
    """The file as pickles and archives are read: from a place on, and never more than there is."""

    def __init__(self, source: Source, at: int = 0) -> None:
        self.source = source
        self.at = at

    def read(self, count: int = -1) -> bytes:
        room = max(0, self.source.size - self.at)
        found = self.source.bytes(self.at, room if count < 0 else min(count, room))
        self.at += len(found)
        return found

    def readline(self) -> bytes:
        line = self.source.bytes(self.at, 1000).partition(b"\n")
        self.at += len(line[0]) + len(line[1])
        return line[0] + line[1]

    def seek(self, offset: int, whence: int = 0) -> int:
        at = offset + (0, self.at, self.source.size)[whence]
        if at < 0:
            raise ValueError("a place before the file")
        self.at = at
        return at

    def tell(self) -> int:
        return self.at

    def seekable(self) -> bool:
        return True


class Machine:
    """Reads one pickle.

    Args:
        stream: has ``read``, ``readline`` and ``tell``; stands behind the pickle afterwards.
        names: what may be named, by module and name.
        persistent: what a persistent id stands for.
    """

    def __init__(self, stream: Any, names: dict[str, Any], persistent: Callable[[Any], Any]) -> None:
        self.stream = stream
        self.names = names
        self.persistent = persistent
        self.stack: list[Any] = []
        self.marks: list[int] = []
        self.memo: dict[int, Any] = {}
        self.made = 0

    def load(self) -> Any:
        """The object. Raises Refused, or ValueError and the like for what is no pickle."""
        start = self.stream.tell()
        for opcode, argument, position in pickletools.genops(self.stream):
            if opcode.name == "STOP":
                (found,) = self.stack
                return found
            if opcode.name in _PUSH:
                self.stack.append(argument)
            else:
                action = _ACTIONS.get(opcode.name)
                if action is None:
                    raise Refused("weights and plain values", f"the pickle opcode {opcode.name}")
                action(self, argument)
            if self.made > ALLOWANCE + AMPLIFICATION * (position - start):
                raise Refused("objects as large as a pickle of this size holds", "more")
        raise ValueError("a pickle without end")

    def make(self, value: Any, size: int = MADE) -> None:
        self.made += size
        self.stack.append(value)

    def after_mark(self) -> list[Any]:
        mark = self.marks.pop()
        items = self.stack[mark:]
        del self.stack[mark:]
        return items

    def set_items(self, items: list[Any]) -> None:
        target = self.stack[-1]
        if type(target) not in (dict, OrderedDict, Counter) or len(items) % 2:
            raise ValueError(f"items for a {type(target).__name__}")
        for key, value in zip(items[::2], items[1::2], strict=True):
            target[hashable(key)] = value
        self.made += MADE * len(items) // 2

    def append(self, items: list[Any]) -> None:
        target = self.stack[-1]
        if type(target) is set:
            target.update(map(hashable, items))
            self.made += MADE * len(items)
        elif type(target) is list:
            target.extend(items)
        else:
            raise ValueError(f"elements for a {type(target).__name__}")

    def named(self, module: Any, name: Any) -> None:
        module = {"__builtin__": "builtins"}.get(module, module)
        full = f"{module}.{name}"
        if full not in self.names:
            fix = "save the state_dict() of a module, not the module"
            raise Refused("weights and plain values", f"a pickle that asks for '{full[:100]}'", fix)
        self.stack.append(self.names[full])

    def call(self, _: Any) -> None:
        arguments = self.stack.pop()
        function = self.stack.pop()
        if not isinstance(function, Named) or type(arguments) is not tuple:
            raise Refused("weights and plain values", f"a call of {type(function).__name__}")
        try:
            found = function.make(*arguments)
        except ERRORS as error:
            raise ValueError(f"{function.name}(): {error}"[:200]) from None
        self.make(found, 4 * MADE)

    def build(self, _: Any) -> None:
        state = self.stack.pop()
        target = self.stack[-1]
        if isinstance(target, Stateful):
            target.set_state(state)
        elif type(target) is not OrderedDict:  # a state_dict has attributes, of no use here
            raise Refused("weights and plain values", f"attributes for a {type(target).__name__}")

    def put(self, index: int) -> None:
        self.memo[index] = self.stack[-1]
        self.made += MADE

    def dup(self, _: Any) -> None:
        self.stack.append(self.stack[-1])

    def tuple_of(self, count: int) -> None:
        items = self.stack[len(self.stack) - count :]
        if len(items) != count:
            raise ValueError("a tuple of more than there is")
        del self.stack[len(self.stack) - count :]
        self.make(tuple(items))

    def dict_of(self, items: list[Any]) -> None:
        self.make({})
        self.set_items(items)

    def stack_named(self, _: Any) -> None:
        name, module = self.stack.pop(), self.stack.pop()
        self.named(module, name)


def hashable(key: Any) -> Any:
    """A plain value, or a tuple of such. Deeper ones may take forever to hash."""
    flat = key if type(key) is tuple else (key,)
    if not all(type(part) in _PLAIN for part in flat):
        raise ValueError(f"a key of type {type(key).__name__}")
    return key


def text(argument: str) -> str | bytes:
    """A string of Python 2: text where it can be, else bytes."""
    raw = argument.encode("latin-1")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw


_PUSH = frozenset(
    "INT BININT BININT1 BININT2 LONG LONG1 LONG4 FLOAT BINFLOAT UNICODE BINUNICODE SHORT_BINUNICODE BINUNICODE8"
    " BINBYTES SHORT_BINBYTES BINBYTES8 BYTEARRAY8".split()
)
_ACTIONS: dict[str, Callable[[Machine, Any], Any]] = {
    "PROTO": lambda m, _: None,
    "FRAME": lambda m, _: None,
    "NONE": lambda m, _: m.stack.append(None),
    "NEWTRUE": lambda m, _: m.stack.append(True),
    "NEWFALSE": lambda m, _: m.stack.append(False),
    "BINSTRING": lambda m, value: m.make(text(value)),
    "SHORT_BINSTRING": lambda m, value: m.make(text(value)),
    "MARK": lambda m, _: m.marks.append(len(m.stack)),
    "POP": lambda m, _: m.stack.pop(),
    "POP_MARK": lambda m, _: m.after_mark(),
    "DUP": Machine.dup,
    "EMPTY_LIST": lambda m, _: m.make([]),
    "EMPTY_DICT": lambda m, _: m.make({}),
    "EMPTY_TUPLE": lambda m, _: m.stack.append(()),
    "EMPTY_SET": lambda m, _: m.make(set(), 4 * MADE),
    "LIST": lambda m, _: m.make(m.after_mark()),
    "TUPLE": lambda m, _: m.make(tuple(m.after_mark())),
    "TUPLE1": lambda m, _: m.tuple_of(1),
    "TUPLE2": lambda m, _: m.tuple_of(2),
    "TUPLE3": lambda m, _: m.tuple_of(3),
    "DICT": lambda m, _: m.dict_of(m.after_mark()),
    "FROZENSET": lambda m, _: m.make(frozenset(map(hashable, m.after_mark())), 4 * MADE),
    "APPEND": lambda m, _: m.append([m.stack.pop()]),
    "APPENDS": lambda m, _: m.append(m.after_mark()),
    "ADDITEMS": lambda m, _: m.append(m.after_mark()),
    "SETITEM": lambda m, _: m.set_items([m.stack.pop(), m.stack.pop()][::-1]),
    "SETITEMS": lambda m, _: m.set_items(m.after_mark()),
    "GET": lambda m, index: m.stack.append(m.memo[index]),
    "BINGET": lambda m, index: m.stack.append(m.memo[index]),
    "LONG_BINGET": lambda m, index: m.stack.append(m.memo[index]),
    "PUT": Machine.put,
    "BINPUT": Machine.put,
    "LONG_BINPUT": Machine.put,
    "MEMOIZE": lambda m, _: m.put(len(m.memo)),
    "GLOBAL": lambda m, names: m.named(*names.split(" ", 1)),
    "STACK_GLOBAL": Machine.stack_named,
    "REDUCE": Machine.call,
    "NEWOBJ": Machine.call,
    "BUILD": Machine.build,
    "BINPERSID": lambda m, _: m.stack.append(m.persistent(m.stack.pop())),
}

# What can come of arguments of any type and number.
ERRORS = (
    *(ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError, struct.error),
    DeprecationWarning,  # of pickletools, where warnings are errors
)


def load(stream: Any, source: Source, names: dict[str, Any], persistent: Callable[[Any], Any]) -> Any:
    """The object pickled in ``stream``, a part of ``source``."""
    try:
        return Machine(stream, names, persistent).load()
    except Refused as error:
        raise source.corrupt(*error.args[:2], fix=error.args[2] if len(error.args) > 2 else None) from None
    except ERRORS as error:
        raise source.corrupt("a pickle of weights", f"{type(error).__name__}: {error}"[:300]) from None


def no_persistent(_: Any) -> Any:
    raise Refused("a pickle of plain values", "a persistent id")
