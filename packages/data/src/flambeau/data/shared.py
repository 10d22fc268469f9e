"""Long lists and dicts of small things, in memory that worker processes share.

A list of a million Python objects is a million objects in every process that touches it: reading one counts a
reference, which writes to its page, and a page that is written to is no longer shared with the parent. Here the
elements are bytes, all in one array, which reading does not write to.
"""

from __future__ import annotations

import contextlib
import hashlib
import pickle
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Generic, TypeVar, overload

import numpy as np
from flambeau.tensor import errors

from ._check import check_index

__all__ = ["SharedDict", "SharedList"]

T = TypeVar("T")
K = TypeVar("K")


class SharedList(Sequence[T], Generic[T]):
    """A list that cannot be changed, whose elements worker processes share without copies.

    Use it for what a dataset keeps of every sample: paths, labels, boxes. Elements are pickled one by one into one
    array, and made anew whenever they are read, so changing one changes nothing here. Text is kept as UTF-8.

    Args:
        elements: Anything that can be pickled.

    Example:
        >>> from flambeau.data import SharedList
        >>> samples = SharedList([("cat.png", 0), ("dog.png", 1), ("owl.png", 2)])
        >>> len(samples), samples[1], list(samples[1:])
        (3, ('dog.png', 1), [('dog.png', 1), ('owl.png', 2)])
    """

    def __init__(self, elements: Iterable[T] = ()):
        packed = bytearray()
        ends = [0]
        for element in elements:
            packed += _packed(element)
            ends.append(len(packed))
        self._bytes = np.frombuffer(packed, np.uint8)
        bounds = np.array(ends, np.int64)
        self._starts, self._ends = bounds[:-1], bounds[1:]

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> SharedList[T]: ...
    def __getitem__(self, index: int | slice) -> T | SharedList[T]:
        """An element, or for a slice a SharedList of the same memory."""
        if isinstance(index, slice):
            part: SharedList[T] = object.__new__(SharedList)
            part._bytes, part._starts, part._ends = self._bytes, self._starts[index], self._ends[index]
            return part
        check_index("SharedList", index, len(self), "int or slice")
        element: T = _unpacked(self._bytes[self._starts[index] : self._ends[index]].data)
        return element

    def __len__(self) -> int:
        return len(self._starts)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (SharedList, list)):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # as of a list

    def __repr__(self) -> str:
        shown = ", ".join(repr(element) for element in self[:3])
        return f"SharedList([{shown}{', ...' if len(self) > 3 else ''}]) of {len(self)}"

    @property
    def nbytes(self) -> int:
        """Bytes of memory, of all elements together."""
        return self._bytes.nbytes + self._starts.nbytes + self._ends.nbytes


class SharedDict(Mapping[K, T], Generic[K, T]):
    """A dict that cannot be changed, whose keys and values worker processes share without copies.

    Like :class:`SharedList`; a key is found by its hash among sorted hashes.

    Args:
        elements: A mapping, or pairs. Keys are text, bytes, ints, or tuples of these.

    Raises:
        TypeError: Another kind of key.

    Example:
        >>> from flambeau.data import SharedDict
        >>> captions = SharedDict({"cat.png": ["a cat", "it sleeps"], "dog.png": ["a dog"]})
        >>> captions["cat.png"], "owl.png" in captions, list(captions)
        (['a cat', 'it sleeps'], False, ['cat.png', 'dog.png'])
    """

    def __init__(self, elements: Mapping[K, T] | Iterable[tuple[K, T]] = ()):
        pairs = dict(elements)
        hashes = np.array([_hash(key) for key in pairs], np.uint64)
        self._order = np.argsort(hashes, kind="stable")
        self._hashes = hashes[self._order]
        self._keys = SharedList(pairs)
        self._values = SharedList(pairs.values())

    def __getitem__(self, key: K) -> T:
        try:
            wanted = np.uint64(_hash(key))
        except TypeError:  # of a kind that is no key
            raise KeyError(key) from None
        at = int(np.searchsorted(self._hashes, wanted))
        while at < len(self._hashes) and self._hashes[at] == wanted:  # more than one is rare, and may happen
            place = int(self._order[at])
            if self._keys[place] == key:
                return self._values[place]
            at += 1
        raise KeyError(key)

    def __iter__(self) -> Iterator[K]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __repr__(self) -> str:
        shown = ", ".join(f"{key!r}: {self[key]!r}" for key in self._keys[:3])
        return f"SharedDict({{{shown}{', ...' if len(self) > 3 else ''}}}) of {len(self)}"

    @property
    def nbytes(self) -> int:
        """Bytes of memory, of all keys and values together."""
        return self._order.nbytes + self._hashes.nbytes + self._keys.nbytes + self._values.nbytes


_TEXT, _OTHER = b"t", b"p"


def _packed(element: Any) -> bytes:
    if type(element) is str:
        with contextlib.suppress(UnicodeEncodeError):  # names of files may hold any bytes
            return _TEXT + element.encode()
    return _OTHER + pickle.dumps(element, protocol=5)


def _unpacked(data: memoryview) -> Any:
    return str(data[1:], "utf-8") if data[0] == _TEXT[0] else pickle.loads(data[1:])


def _hash(key: Any) -> int:
    """The same in every process, which Python's hash of text is not."""
    return int.from_bytes(hashlib.blake2b(b"".join(_words(key)), digest_size=8).digest(), "little")


def _words(key: Any) -> Iterator[bytes] | list[bytes]:
    if isinstance(key, str):
        return [b"t", key.encode("utf-8", "surrogatepass"), b"\0"]
    if isinstance(key, bytes):
        return [b"b", key, b"\0"]
    if isinstance(key, (int, np.integer)):  # True is 1, as in a dict
        return [b"i", str(int(key)).encode(), b"\0"]
    if isinstance(key, tuple):
        return chain([b"("], *map(_words, key), [b")"])
    errors.type_error(
        "SharedDict", "elements", "keys that are text, bytes, ints or tuples of these", type(key).__name__
    )
