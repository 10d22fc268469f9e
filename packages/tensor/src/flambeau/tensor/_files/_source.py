"""Where the bytes of a file come from: reads, or a mapping into memory."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np

from ..errors import FileCorrupt, message


class Source:
    """The bytes of a file from where it stands to its end.

    Offsets count from there. What is asked for is never more than the file has: callers check sizes first, and a file
    that shrinks meanwhile is reported.
    """

    def __init__(self, name: str, file: BinaryIO, mapped: bool) -> None:
        self.name = name
        self.file = file
        self.start = file.tell()
        self.size = file.seek(0, os.SEEK_END) - self.start
        self.mapping: Any = None
        if mapped and self.size > 0:
            import mmap

            self.mapping = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)

    def corrupt(self, expected: str, got: str, tensor: str | None = None, fix: str | None = None) -> FileCorrupt:
        what = f"file '{self.name}'" + (f", tensor '{tensor}'" if tensor is not None else "")
        return FileCorrupt(f"load(): {what}: expected {expected}, got {got}" + (f"; {fix}" if fix else ""))

    def bytes(self, offset: int, count: int) -> bytes:
        """At most ``count`` bytes, fewer at the end of the file."""
        count = max(0, min(count, self.size - offset))  # a read takes the memory it is asked for before it reads
        self.file.seek(self.start + offset)
        return self.file.read(count)

    def array(self, offset: int, count: int, tensor: str | None = None) -> np.ndarray:
        """Exactly ``count`` bytes as an array that may be written: memory of its own, or copied when it is written."""
        if self.mapping is not None:
            return np.frombuffer(self.mapping, np.uint8, count, self.start + offset)
        raw = np.empty(count, np.uint8)
        into = memoryview(raw)
        self.file.seek(self.start + offset)
        done = 0
        while done < count:
            got = self.file.readinto(into[done:])  # type: ignore[attr-defined]  # IO has it, if binary
            if not got:
                raise self.corrupt(f"{count} bytes", str(done), tensor)
            done += got
        return raw


@contextlib.contextmanager
def opened(path: Any, mapped: bool) -> Iterator[Source]:
    """The source of a path or of an open file."""
    if hasattr(path, "readinto") and hasattr(path, "seek"):
        if mapped and not _on_disk(path):
            fix = "pass its name, or leave mmap out"
            raise ValueError(message("load", "mmap", "a file on the disk", type(path).__name__, fix))
        name = getattr(path, "name", None)
        source = Source(name if isinstance(name, str) else f"<{type(path).__name__}>", path, mapped)
        yield source
        path.seek(source.start + source.size)
        return
    try:
        name = os.fsdecode(path)
    except TypeError:
        expected = "the name of a file, or a binary file that can seek"
        raise TypeError(message("load", "path", expected, type(path).__name__)) from None
    with open(name, "rb") as file:
        yield Source(name, file, mapped)


def _on_disk(file: Any) -> bool:
    try:
        file.fileno()
    except (AttributeError, OSError):
        return False
    return True
