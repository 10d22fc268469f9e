"""An object as JSON with Tensors taken out, and the Tensors as named memory."""

from __future__ import annotations

import base64
import json
import math
import zlib
from typing import Any, BinaryIO

import numpy as np

from .._backends import Device
from .._core.tensor import Tensor
from ..errors import message
from ._layout import BLANK, BY_NAME, CHECKSUMS, CODES, COMPLEX, HEADER_CHECKSUM, MAX_HEADER, STRUCTURE, checksum_field

EXACT_PAIRS = 64  # views of one stretch of memory compared pair by pair; more of them are kept as one memory
PATIENCE = 10_000  # steps of NumPy's search for a common element: beyond, it counts as found


def write(obj: Any, file: BinaryIO) -> None:
    """Write an object to an open file."""
    writer = Writer(obj)
    file.write(writer.prefix)
    for stored in writer.stored:
        file.write(as_bytes(stored.array()))


class Saved:
    """One Tensor met in the object, however many times: same memory, shape, strides and dtype."""

    def __init__(self, data: Tensor, name: str) -> None:
        self.data = data
        self.name = name
        self.nodes: list[dict[str, Any]] = []  # its places in the structure, filled in once the memory has a name
        self.begin = self.end = data.data_ptr()
        for n, stride in zip(data.shape, data.stride(), strict=True):
            reach = (n - 1) * stride * data.itemsize
            self.begin += min(reach, 0)
            self.end += max(reach, 0)
        self.end += data.itemsize

    def covers(self, begin: int, end: int) -> bool:
        return self.data.is_contiguous() and (self.begin, self.end) == (begin, end)

    def shares_memory(self, other: Saved) -> bool:
        try:
            return np.shares_memory(self.data.numpy(), other.data.numpy(), max_work=PATIENCE)
        except np.exceptions.TooHardError:
            return True


class Stored:
    """One entry of the file."""

    def __init__(self, name: str, dtype: np.dtype, shape: tuple[int, ...], source: Any, alignment: int) -> None:
        self.name = name
        self.dtype = COMPLEX.get(dtype, dtype)
        self.shape = shape if self.dtype == dtype else (*shape, 2)
        self.source = source
        self.alignment = alignment

    def array(self) -> np.ndarray:
        """Its elements, dense; made when they are wanted, so that not all copies are there at once."""
        return np.ascontiguousarray(self.source())

    def measured(self) -> tuple[int, str]:
        """Number of bytes and checksum."""
        content = as_bytes(self.array())
        return content.nbytes, f"{zlib.crc32(content):08x}"


class Writer:
    """What a file of an object holds: ``prefix``, and after it the arrays of ``stored``."""

    def __init__(self, obj: Any) -> None:
        self.saved: dict[Any, Saved] = {}
        self.names: set[str] = {"__metadata__"}
        try:
            structure = self.encode(obj, ())
        except RecursionError:
            raise ValueError(
                message("save", "obj", "nesting of a few hundred levels", "more, or a container in itself")
            ) from None
        self.stored: list[Stored] = []
        self.store()
        # Widest elements first: then every tensor is aligned to its element size.
        self.stored.sort(key=lambda stored: -stored.alignment)
        self.prefix = self.header(structure)

    # The structure ----------------------------------------------------------------------------------------------

    def encode(self, value: Any, where: tuple) -> Any:
        if isinstance(value, Tensor):
            return self.encode_tensor(value.data, where)
        if isinstance(value, np.generic):
            value = value.item()
        if value is None or isinstance(value, (bool, str)):
            return value
        if type(value) is int:
            return value if value.bit_length() < 4096 else {"int": hex(value)}  # JSON readers limit decimal digits
        if type(value) is float:
            return value if math.isfinite(value) else {"float": repr(value)}
        if type(value) is complex:
            return {"complex": [self.encode(value.real, where), self.encode(value.imag, where)]}
        if isinstance(value, bytes):
            return {"bytes": base64.b64encode(value).decode()}
        if isinstance(value, (list, tuple)):
            kind = "list" if isinstance(value, list) else "tuple"
            return {kind: [self.encode(v, (*where, i)) for i, v in enumerate(value)]}
        if isinstance(value, dict):
            return {"dict": [[self.encode_key(k, where), self.encode(v, (*where, k))] for k, v in value.items()]}
        if isinstance(value, slice):
            return {"slice": [self.encode(v, where) for v in (value.start, value.stop, value.step)]}
        if isinstance(value, np.dtype) and value.name in BY_NAME:
            return {"dtype": value.name}
        if isinstance(value, Device):
            return {"device": str(value)}
        known = "Tensors, None, bool, int, float, str, bytes, dicts, lists and tuples"
        raise TypeError(message("save", "obj", known, f"{type(value).__name__} at obj{_place(where)}"))

    def encode_key(self, key: Any, where: tuple) -> Any:
        if key is None or isinstance(key, (str, bool)) or type(key) in (int, float):
            return self.encode(key, where)
        got = f"{type(key).__name__} in obj{_place(where)}"
        raise TypeError(message("save", "obj", "str, int, float, bool or None as keys of dicts", got))

    def encode_tensor(self, data: Tensor, where: tuple) -> dict[str, Any]:
        identity: Any = (str(data.device), data.data_ptr(), data.shape, data.stride(), data.dtype)
        if data.numel() == 0:
            identity = where  # nothing is shared
        saved = self.saved.get(identity)
        if saved is None:
            saved = self.saved[identity] = Saved(data, self.free_name(".".join(map(str, where)) or "tensor"))
        node: dict[str, Any] = {}
        saved.nodes.append(node)
        return node

    def free_name(self, wanted: str) -> str:
        wanted = wanted.encode("utf-8", "replace").decode()  # the structure keeps the key as it is
        name, n = wanted, 1
        while name in self.names:
            n += 1
            name = f"{wanted}#{n}"
        self.names.add(name)
        return name

    # The memory -------------------------------------------------------------------------------------------------

    def store(self) -> None:
        """Give every Tensor its place in the file: those that share elements a common one."""
        on_cpu = []
        for saved in self.saved.values():
            if saved.data.device.type == "cpu" and saved.data.numel():
                on_cpu.append(saved)
            else:
                self.store_alone(saved)
        for group in _overlapping(on_cpu):
            if len(group) == 1:
                self.store_alone(group[0])
            else:
                self.store_together(group)

    def store_alone(self, saved: Saved) -> None:
        data = saved.data
        self.stored.append(Stored(saved.name, data.dtype, data.shape, lambda: _dense(data), data.itemsize))
        for node in saved.nodes:
            node.update(_reference(saved.name, data))
            if data.device.type != "cpu":
                node["device"] = str(data.device)

    def store_together(self, group: list[Saved]) -> None:
        """All as views of one memory: of the first that is all of it, or of a one-dimensional one made for them."""
        begin, end = min(s.begin for s in group), max(s.end for s in group)
        whole = next((s for s in group if s.covers(begin, end)), None)
        if whole is not None:
            self.store_alone(whole)
            base = _reference(whole.name, whole.data)
        else:
            base = self.store_memory(group, begin, end)
        for saved in group:
            data = saved.data
            if saved is whole:
                continue
            strides = [stride * data.itemsize for stride in data.stride()]
            layout = [data.dtype.name, list(data.shape), strides, data.data_ptr() - begin]
            for node in saved.nodes:
                node.update(base, view=layout)

    def store_memory(self, group: list[Saved], begin: int, end: int) -> dict[str, Any]:
        first = min(group, key=lambda s: s.begin)
        memory = _memory(first.data.numpy(), end - begin)
        dtypes = {s.data.dtype for s in group}
        dtype = first.data.dtype
        alignment = dtype.itemsize
        if len(dtypes) == 1 and all((s.begin - begin) % alignment == 0 for s in group):
            memory = memory.view(dtype)
        else:  # of several dtypes: bytes, padded so that those of other tensors stay aligned
            alignment, dtype = 16, np.dtype(np.uint8)
            memory = np.concatenate([memory, np.zeros(-len(memory) % alignment, np.uint8)])
        name = self.free_name(f"{group[0].name}#memory")
        self.stored.append(Stored(name, dtype, memory.shape, lambda: _pairs(memory), alignment))
        return {"tensor": name, "complex": True} if dtype in COMPLEX else {"tensor": name}

    # The header -------------------------------------------------------------------------------------------------

    def header(self, structure: Any) -> bytes:
        """Length and header, checksums included."""
        entries: dict[str, Any] = {}
        checksums = {}
        offset = 0
        for stored in self.stored:
            size, checksums[stored.name] = stored.measured()
            end = offset + size
            entries[stored.name] = {
                "dtype": CODES[stored.dtype],
                "shape": list(stored.shape),
                "data_offsets": [offset, end],
            }
            offset = end
        metadata = {STRUCTURE: _json(structure), CHECKSUMS: _json(checksums), HEADER_CHECKSUM: BLANK}
        text = _json({"__metadata__": metadata, **entries}, ensure_ascii=False).encode()
        text += b" " * (-len(text) % 8)
        text = text.replace(checksum_field(BLANK), checksum_field(f"{zlib.crc32(text):08x}"), 1)
        if len(text) > MAX_HEADER:
            got = f"{len(text)} bytes"
            raise ValueError(message("save", "obj", "at most 100,000,000 bytes beside the tensors", got))
        return len(text).to_bytes(8, "little") + text


def _json(value: Any, **options: Any) -> str:
    return json.dumps(value, separators=(",", ":"), **options)


def _place(where: tuple) -> str:
    return "".join(f"[{key!r}]" for key in where)


def _reference(name: str, data: Tensor) -> dict[str, Any]:
    return {"tensor": name, "complex": True} if data.dtype in COMPLEX else {"tensor": name}


def _overlapping(saved: list[Saved]) -> list[list[Saved]]:
    """Those that have elements in common, together, in the order they were met."""
    order = {id(s): i for i, s in enumerate(saved)}
    groups: list[list[Saved]] = []
    end = 0
    for s in sorted(saved, key=lambda s: s.begin):
        if groups and s.begin < end:
            groups[-1].append(s)
        else:
            groups.append([s])
        end = max(end, s.end)
    parts = [part for group in groups for part in (_connected(group) if len(group) <= EXACT_PAIRS else [group])]
    for part in parts:
        part.sort(key=lambda s: order[id(s)])
    return sorted(parts, key=lambda part: order[id(part[0])])


def _connected(group: list[Saved]) -> list[list[Saved]]:
    """A stretch of memory's views, apart where they only lie between each other (columns, for example)."""
    parts: list[list[Saved]] = []
    for s in group:
        touched = [part for part in parts if any(s.shares_memory(other) for other in part)]
        parts = [part for part in parts if all(part is not t for t in touched)]
        parts.append([s, *(other for part in touched for other in part)])
    return parts


def _dense(data: Tensor) -> np.ndarray:
    return _pairs(np.ascontiguousarray(data.numpy()).reshape(data.shape))


def _pairs(array: np.ndarray) -> np.ndarray:
    if array.dtype not in COMPLEX:
        return array
    return array.reshape(-1).view(COMPLEX[array.dtype]).reshape(*array.shape, 2)


def _memory(array: np.ndarray, count: int) -> np.ndarray:
    """``count`` bytes from the lowest address of an array on; the caller knows that they are there."""
    lowest = array[tuple(slice(None, None, -1 if stride < 0 else 1) for stride in array.strides)]
    first = lowest[(*(0 for _ in array.shape), ...)].reshape(1).view(np.uint8)
    return np.lib.stride_tricks.as_strided(first, (count,), (1,))


def as_bytes(array: np.ndarray) -> memoryview:
    return memoryview(array.reshape(-1).view(np.uint8))
