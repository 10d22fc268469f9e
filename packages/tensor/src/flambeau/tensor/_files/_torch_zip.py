"""Files of PyTorch since 1.6: a ZIP archive of a pickle and a file for each storage.

The layout was read in PyTorch's documentation (https://docs.pytorch.org/docs/stable/notes/serialization.html,
"Serialized file format for torch.save"). Entries are stored, not compressed.
"""

from __future__ import annotations

import io
import sys
import zipfile
import zlib
from typing import Any

import numpy as np

from ._pickle import ERRORS, Stream
from ._placement import Placement
from ._source import Source
from ._torch import NAMES, StorageId, Storages, unpickled

LOCAL_HEADER = 30  # bytes before the name


class ZipReader:
    """One archive, whose directory has been read and checked."""

    mappable = True

    def __init__(self, source: Source, place: Placement) -> None:
        self.source = source
        self.place = place
        try:
            entries = zipfile.ZipFile(Stream(source)).infolist()  # type: ignore[arg-type]  # of IO, it has what ZipFile calls
        except (zipfile.BadZipFile, NotImplementedError, *ERRORS) as error:
            raise source.corrupt("a whole ZIP archive", str(error)[:200]) from None
        self.entries = {entry.filename: entry for entry in entries}
        if len(self.entries) != len(entries):
            raise source.corrupt("an archive of different names", "one that stands twice")
        if any(entry.header_offset < 0 for entry in entries):
            raise source.corrupt("entries inside the file", "one before it")
        if sum(entry.file_size for entry in entries) > source.size:
            raise source.corrupt("entries that fit into the file", "more")
        pickles = [name for name in self.entries if name.endswith("/data.pkl")]
        if len(pickles) != 1:
            raise source.corrupt("an archive of PyTorch, with one data.pkl", f"{len(pickles)} of them")
        self.folder = pickles[0].removesuffix("data.pkl")
        if f"{self.folder}constants.pkl" in self.entries:
            fix = "load it in PyTorch and save its state_dict()"
            raise source.corrupt("weights", "a TorchScript program", fix=fix)
        # torch.serialization.set_crc32_options(False) writes zeros.
        self.has_checksums = any(entry.CRC for entry in entries)

    @property
    def names(self) -> list[str]:
        return [name for name in self.entries if name.startswith(f"{self.folder}data/")]

    def check(self, name: str) -> None:
        """Raise FileCorrupt when something is wrong with this entry."""
        self.array(name, self.entries[name].file_size, verified=True)

    def read(self) -> Any:
        """The object in the file."""
        order = self.record("byteorder") or b"little"
        if order not in (b"little", b"big"):
            raise self.source.corrupt("a byte order of little or big", repr(order)[:60])
        storages = Storages(self.source, self.place, self.storage, swapped=order.decode() != sys.byteorder)
        return unpickled(io.BytesIO(self.record("data.pkl") or b""), self.source, storages, NAMES)

    def storage(self, wanted: StorageId) -> np.ndarray:
        name = f"{self.folder}data/{wanted.key}"
        raw = self.array(name, wanted.nbytes, verified=self.source.mapping is None)
        aligned = raw.ctypes.data % wanted.kind.dtype.alignment == 0
        return raw if aligned else raw.copy()

    def record(self, name: str) -> bytes | None:
        """A small entry, or None when there is none."""
        entry = self.entries.get(self.folder + name)
        return None if entry is None else self.array(entry.filename, entry.file_size, verified=True).tobytes()

    def array(self, name: str, size: int, verified: bool) -> np.ndarray:
        entry = self.entries.get(name)
        if entry is None:
            raise self.source.corrupt("an entry for each storage", f"none called '{name[:100]}'")
        if entry.compress_type != zipfile.ZIP_STORED or entry.compress_size != entry.file_size:
            fix = "PyTorch does not compress; extract it and pack it without compression"
            raise self.source.corrupt("an entry that is stored", "a compressed one", name, fix)
        if entry.flag_bits & 1:
            raise self.source.corrupt("an entry in the clear", "an encrypted one", name)
        if entry.file_size != size:
            raise self.source.corrupt(f"{size} bytes", str(entry.file_size), name)
        header = self.source.bytes(entry.header_offset, LOCAL_HEADER)
        if len(header) < LOCAL_HEADER or header[:4] != b"PK\3\4":
            raise self.source.corrupt("an entry where the directory says", "something else", name)
        begin = entry.header_offset + LOCAL_HEADER
        begin += int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
        if begin + size > self.source.size:
            raise self.source.corrupt(f"{size} bytes", str(max(0, self.source.size - begin)), name)
        raw = self.source.array(begin, size, name)
        if verified and self.has_checksums and zlib.crc32(memoryview(raw)) != entry.CRC:
            raise self.source.corrupt(f"CRC-32 {entry.CRC:08x}", f"{zlib.crc32(memoryview(raw)):08x}", name)
        return raw
