"""The shared memory in which a worker's batches travel to the training process.

One anonymous file (``memfd_create``) for each worker, mapped by both sides: it has no name that could be left behind,
takes no room in ``/dev/shm``, and costs one descriptor however many arrays there are. Pages exist from the first write
on. The worker gives out places; one is free again when neither side holds a view of it.
"""

from __future__ import annotations

import mmap
import os
import weakref
from bisect import bisect_left, insort
from collections import deque

import numpy as np

ALIGNMENT = 64  # bytes: a cache line, and what vector instructions like
MEBIBYTE = 1 << 20


def limit(workers: int) -> int:
    """The size of an arena: of all arenas together at most a quarter of the machine's memory, one at most 1 GiB."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(64 * MEBIBYTE, min(1024 * MEBIBYTE, memory // 4 // max(workers, 1)))


def create(size: int) -> int:
    """A descriptor of new shared memory."""
    fd = os.memfd_create("flambeau-data", os.MFD_CLOEXEC)
    os.ftruncate(fd, size)
    return fd


class _Place(np.ndarray):
    """Bytes of an arena. A class of its own, so that views keep this very object as their base."""


class Lent(weakref.ref[_Place]):
    """A place of which there are views. When the last is gone, it puts itself into a queue: by C code alone, as an
    exception in a finalizer is lost, and Ctrl-C may come at any moment."""

    __slots__ = ("offset", "size")

    offset: int
    size: int


class Mapping:
    """The arena as one side sees it; views of a place report when the last of them is gone.

    Args:
        fd: descriptor of the memory; may be closed afterwards.
    """

    def __init__(self, fd: int):
        self.size = os.fstat(fd).st_size
        self.lent = 0  # bytes of the places of which there are views
        self.gone: deque[Lent] = deque()  # places of which there are no views any more
        self._lents: dict[int, Lent] = {}  # by their id, as a place may be lent more than once
        self._memory = mmap.mmap(fd, self.size)
        self._bytes = np.frombuffer(self._memory, np.uint8)
        self.start = self._bytes.__array_interface__["data"][0]

    def place(self, offset: int, size: int) -> memoryview:
        """A view of a place."""
        place = self._bytes[offset : offset + size].view(_Place)
        lent = Lent(place, self.gone.append)
        lent.offset, lent.size = offset, size
        self._lents[id(lent)] = lent
        self.lent += size
        return place.data

    def returned(self) -> list[Lent]:
        """The places of which the last view is gone since this was last asked."""
        lents = [self.gone.popleft() for _ in range(len(self.gone))]
        for lent in lents:
            del self._lents[id(lent)]
            self.lent -= lent.size
        return lents


class Arena(Mapping):
    """The worker's side: gives out places, first fit."""

    def __init__(self, fd: int):
        super().__init__(fd)
        self._free = [(0, self.size)]  # (offset, size), sorted, no two adjacent
        self._taken: dict[int, int] = {}  # offset -> size
        self._holders: dict[int, int] = {}  # offset -> on how many sides there are views

    def allocate(self, size: int) -> tuple[int, memoryview] | None:
        """A place of that many bytes and where it is, or None when there is no room."""
        for lent in self.returned():
            self.release(lent.offset)
        wanted = max(-(-size // ALIGNMENT) * ALIGNMENT, ALIGNMENT)
        for i, (offset, room) in enumerate(self._free):
            if room >= wanted:
                if room == wanted:
                    del self._free[i]
                else:
                    self._free[i] = (offset + wanted, room - wanted)
                self._taken[offset], self._holders[offset] = wanted, 1
                return offset, self.place(offset, size)
        return None

    def find(self, address: int, size: int) -> int | None:
        """The place in which memory at an address lies whole and from its beginning, by offset."""
        offset = address - self.start
        return offset if size <= self._taken.get(offset, -1) else None

    def lend(self, offset: int) -> None:
        """The other side has a view now."""
        self._holders[offset] += 1

    def release(self, offset: int) -> None:
        """One side has no view any more."""
        self._holders[offset] -= 1
        if self._holders[offset] == 0:
            del self._holders[offset]
            self._add_free(offset, self._taken.pop(offset))

    def _add_free(self, offset: int, size: int) -> None:
        at = bisect_left(self._free, (offset, size))
        if at < len(self._free) and self._free[at][0] == offset + size:
            size += self._free.pop(at)[1]
        if at > 0 and sum(self._free[at - 1]) == offset:
            before = self._free.pop(at - 1)
            offset, size = before[0], before[1] + size
        insort(self._free, (offset, size))
