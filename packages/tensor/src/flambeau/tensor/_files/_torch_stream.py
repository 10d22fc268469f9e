"""Files of PyTorch before 1.6: pickles one after the other, then the storages.

In order: a magic number, a version, facts about the system, the object, the keys of the storages, and each storage as
its number of elements (8 bytes) and its elements, which are little-endian on every system. Read in PyTorch's
torch/serialization.py (_legacy_load) and torch/csrc/generic/serialization.cpp.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from . import _pickle
from ._pickle import Named, Stream
from ._placement import Placement
from ._source import Source
from ._torch import NAMES, StorageId, Storages, unpickled

MAGIC = 0x1950A86A20F9469CFC6C
VERSION = 1001


# For going through an object without its memory: the same names, and nothing in place of each Tensor.
SIZES_ONLY = {name: Named(name, lambda *_: None) if "._rebuild" in name else value for name, value in NAMES.items()}


class StreamReader:
    """One file, whose object has been gone through and whose storages have been found."""

    has_checksums = False
    mappable = False  # elements lie anywhere, not where their size says

    def __init__(self, source: Source, place: Placement) -> None:
        self.source = source
        self.place = place
        stream = Stream(source)
        if self.plain(stream) != MAGIC or self.plain(stream) != VERSION:
            raise source.corrupt(f"a file of PyTorch, version {VERSION}", "another")
        system = self.plain(stream)
        if not isinstance(system, dict) or system.get("little_endian") is not True:
            raise source.corrupt("a file from a little-endian system", "another")
        self.begin = stream.tell()
        storages: dict[str, StorageId] = {}
        unpickled(stream, source, lambda pid: self.meet(storages, StorageId(pid)), SIZES_ONLY)
        keys = self.plain(stream)
        if not isinstance(keys, list) or sorted(map(str, keys)) != sorted(storages):
            raise source.corrupt("the keys of all storages", "others")
        self.places = self.found(stream.tell(), [storages[str(key)] for key in keys])

    def plain(self, stream: Stream) -> Any:
        return _pickle.load(stream, self.source, {}, _pickle.no_persistent)

    def meet(self, storages: dict[str, StorageId], met: StorageId) -> None:
        known = storages.setdefault(met.key, met)
        if known.nbytes != met.nbytes:
            raise self.source.corrupt(f"{known.nbytes} bytes", str(met.nbytes), met.key)

    def found(self, at: int, storages: list[StorageId]) -> dict[str, tuple[int, int]]:
        """Offset and size of each storage. They must fill the rest of the file."""
        places = {}
        for storage in storages:
            count = int.from_bytes(self.source.bytes(at, 8), "little")
            at += 8
            if count * storage.kind.dtype.itemsize != storage.nbytes:
                got = str(count * storage.kind.dtype.itemsize)
                raise self.source.corrupt(f"{storage.nbytes} bytes", got, storage.key)
            places[storage.key] = at, storage.nbytes
            at += storage.nbytes
        if at != self.source.size:
            raise self.source.corrupt(f"{at} bytes", str(self.source.size))
        return places

    @property
    def names(self) -> list[str]:
        return list(self.places)

    def check(self, name: str) -> None:
        """There is nothing to compare the elements with."""

    def read(self) -> Any:
        """The object in the file."""
        storages = Storages(self.source, self.place, self.storage, swapped=sys.byteorder == "big")
        return unpickled(Stream(self.source, self.begin), self.source, storages, NAMES)

    def storage(self, wanted: StorageId) -> np.ndarray:
        offset, size = self.places[wanted.key]
        raw = self.source.array(offset, size, wanted.key)
        aligned = raw.ctypes.data % wanted.kind.dtype.alignment == 0
        return raw if aligned else raw.copy()
