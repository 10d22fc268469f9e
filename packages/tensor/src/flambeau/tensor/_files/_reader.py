"""Reading a safetensors file, believing nothing in it."""

from __future__ import annotations

import base64
import json
import math
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np

from .._backends import device
from .._core.tensor import Tensor, from_numpy, strided_view
from . import _header
from ._layout import (
    BLANK,
    BY_NAME,
    CHECKSUMS,
    COMPLEX,
    DTYPES,
    HEADER_CHECKSUM,
    MAX_DIMS,
    MAX_HEADER,
    STRUCTURE,
    checksum_field,
)
from ._placement import Placement
from ._source import Source

Place = tuple[np.dtype, tuple[int, ...], int]  # dtype, shape, offset


class Reader:
    """One file, whose header has been read and checked."""

    mappable = True

    def __init__(self, source: Source, place: Placement) -> None:
        self.source = source
        self.corrupt = source.corrupt
        self.place = place
        self.metadata, header, self.start = self.header()
        self.places = self.checked(header, source.size - self.start)
        self.checksums = self.known_checksums()
        self.tensors: dict[Any, Tensor] = {}

    @property
    def has_checksums(self) -> bool:
        return STRUCTURE in self.metadata

    @property
    def names(self) -> list[str]:
        return list(self.places)

    def check(self, name: str) -> None:
        """Raise FileCorrupt when something is wrong with this tensor."""
        self.array(name, verified=True)

    def read(self) -> Any:
        """The object in the file."""
        arrays = {name: self.array(name, verified=self.source.mapping is None) for name in self.places}
        if STRUCTURE not in self.metadata:
            return {name: self.place(from_numpy(array), "cpu") for name, array in arrays.items()}
        return self.structure(self.metadata[STRUCTURE], arrays)

    # The header -------------------------------------------------------------------------------------------------

    def header(self) -> tuple[dict[str, str], dict[str, Any], int]:
        size = self.source.size
        prefix = self.source.bytes(0, 8)
        length = int.from_bytes(prefix, "little")
        limit = min(MAX_HEADER, size - 8)
        if len(prefix) < 8 or not 2 <= length <= limit:
            got = f"{length} of a file of {size} bytes" if len(prefix) == 8 else f"a file of {size} bytes"
            raise self.corrupt("a header of 2 to 100,000,000 bytes inside the file", got)
        text = self.source.bytes(8, length)
        metadata, header = _header.parse(text, self.source)
        metadata = metadata or {}
        if STRUCTURE in metadata:
            wanted = str(metadata.get(HEADER_CHECKSUM))
            found = f"{zlib.crc32(text.replace(checksum_field(wanted), checksum_field(BLANK), 1)):08x}"
            if found != wanted:
                raise self.corrupt(f"a header with CRC-32 {wanted}"[:80], found)
        elif any(f'"{key}":'.encode() in text for key in (STRUCTURE, CHECKSUMS, HEADER_CHECKSUM)):
            raise self.corrupt("a whole flambeau header", "part of one")
        return metadata, header, 8 + length

    def checked(self, header: dict[str, Any], room: int) -> dict[str, Place]:
        """Where each tensor lies. They must fill the file without holes or overlaps."""
        spans = []
        for name, (code, shape, offsets) in header.items():
            dtype = DTYPES.get(code) if isinstance(code, str) else None
            if dtype is None or len(offsets) != 2:
                raise self.corrupt("dtype, shape and data_offsets", "something else", name)
            begin, end = offsets
            if len(shape) > MAX_DIMS or not all(type(n) is int and n >= 0 for n in (*shape, begin, end)):
                raise self.corrupt("at most 64 sizes and offsets of 0 or more", f"{shape}, {begin}, {end}"[:200], name)
            if math.prod(n for n in shape if n) >= 2**63:
                raise self.corrupt("fewer than 2**63 elements", f"shape {shape}"[:200], name)
            if end - begin != math.prod(shape) * dtype.itemsize:
                raise self.corrupt(f"{math.prod(shape) * dtype.itemsize} bytes", str(end - begin), name)
            spans.append((begin, end, name, dtype, shape))
        spans.sort(key=lambda span: span[:2])
        place = 0
        for begin, end, name, _, _ in spans:
            if begin != place:
                raise self.corrupt(f"its bytes at {place}", str(begin), name)
            place = end
        if place != room:
            raise self.corrupt(f"{place} bytes of tensors", str(room))
        return {name: (dtype, shape, begin) for begin, _, name, dtype, shape in spans}

    def known_checksums(self) -> dict[str, Any]:
        if STRUCTURE not in self.metadata:
            return {}
        found = self.parse(self.metadata.get(CHECKSUMS, ""), "the checksums", _header.once)
        if not isinstance(found, dict) or set(found) != set(self.places):
            raise self.corrupt("a checksum for each tensor", "others")
        return found

    def parse(self, text: str, what: str, hook: Callable[[list[tuple[str, Any]]], Any]) -> Any:
        try:
            return json.loads(text, parse_constant=_header.refuse, object_pairs_hook=hook)
        except (ValueError, RecursionError) as error:
            raise self.corrupt(f"{what} in JSON", f"{type(error).__name__}: {error}"[:300]) from None

    # The tensors ------------------------------------------------------------------------------------------------

    def array(self, name: str, verified: bool) -> np.ndarray:
        """A tensor's elements. Bools are looked at in any case: kernels rely on their being 0 or 1."""
        dtype, shape, offset = self.places[name]
        raw = self.source.array(self.start + offset, math.prod(shape) * dtype.itemsize, name)
        checksum = self.checksums.get(name)
        if checksum is not None and verified:
            found = f"{zlib.crc32(memoryview(raw)):08x}"
            if found != checksum:
                raise self.corrupt(f"CRC-32 {checksum}"[:80], found, name)
        if dtype == np.bool_ and raw.size and raw.max() > 1:
            raise self.corrupt("bools of 0 or 1", str(raw.max()), name)
        array = raw.view(dtype).reshape(shape)
        return array if array.flags.aligned else array.copy()

    # The structure ----------------------------------------------------------------------------------------------

    def structure(self, text: str, arrays: dict[str, np.ndarray]) -> Any:
        """The object, made from the inside out while its JSON is parsed."""

        def decode(pairs: list[tuple[str, Any]]) -> Any:
            node = _header.once(pairs)
            try:
                if "tensor" in node:
                    return self.tensor(node, arrays)
                ((kind, content),) = node.items()
                return _DECODE[kind](content)
            except (KeyError, ValueError, TypeError, OverflowError) as error:
                raise self.corrupt("a known structure", f"{type(error).__name__}: {error}"[:300]) from None

        return self.parse(text, "the structure", decode)

    def tensor(self, node: dict[str, Any], arrays: dict[str, np.ndarray]) -> Tensor:
        name, pairs, saved = node["tensor"], node.get("complex", False), node.get("device", "cpu")
        if not set(node) <= {"tensor", "complex", "device", "view"}:
            raise ValueError(f"a tensor with {', '.join(map(str, node))}")
        key = (name, bool(pairs), str(saved))
        base = self.tensors.get(key)
        if base is None:
            array = arrays[name]
            base = self.place(from_numpy(self.as_complex(array) if pairs else array), str(saved))
            self.tensors[key] = base
        if "view" not in node:
            return base
        code, shape, strides, offset = node["view"]
        view = BY_NAME[code], tuple(shape), tuple(strides), offset
        found = self.tensors.get((key, view))
        if found is None:
            check_view(*view, base.nbytes)
            if view[0] == np.bool_ and base.dtype != view[0] and arrays[name].view(np.uint8).max(initial=0) > 1:
                raise self.corrupt("bools of 0 or 1", "others", name)
            found = self.tensors[key, view] = strided_view(base, *view)
        return found

    def as_complex(self, pairs: np.ndarray) -> np.ndarray:
        wide = {real: dtype for dtype, real in COMPLEX.items()}.get(pairs.dtype)
        if wide is None or pairs.ndim == 0 or pairs.shape[-1] != 2:
            raise self.corrupt("pairs of floats for complex numbers", f"{pairs.dtype} of shape {pairs.shape}")
        return pairs.reshape(-1).view(wide).reshape(pairs.shape[:-1])


def check_view(dtype: np.dtype, shape: tuple, strides: tuple, offset: Any, room: int) -> None:
    """Raise ValueError unless a view, its strides and offset in bytes, lies within ``room`` bytes."""
    if not all(type(n) is int for n in (*shape, *strides, offset)) or len(shape) != len(strides):
        raise ValueError("a view without as many strides as sizes")
    if len(shape) > MAX_DIMS or min(shape, default=0) < 0 or math.prod(n for n in shape if n) >= 2**63:
        raise ValueError(f"a view of shape {shape}"[:200])
    if any(n % dtype.itemsize for n in (*strides, offset)) or any(abs(n) >= 2**63 for n in strides):
        raise ValueError("a view between elements")
    low = high = offset
    if 0 not in shape:
        low += sum(min(0, (n - 1) * stride) for n, stride in zip(shape, strides, strict=True))
        high += sum(max(0, (n - 1) * stride) for n, stride in zip(shape, strides, strict=True)) + dtype.itemsize
    if low < 0 or high > room:
        raise ValueError(f"a view of bytes {low} to {high} of {room}")


def _dict(pairs: Any) -> dict[Any, Any]:
    if any(type(pair) is not list for pair in _list(pairs)):
        raise ValueError("dict of something else than pairs")
    return dict(pairs)


def _list(content: Any) -> list[Any]:
    if type(content) is not list:
        raise ValueError(f"list of {type(content).__name__}")
    return content


def _complex(content: Any) -> complex:
    real, imag = content
    return complex(real, imag)


_DECODE: dict[str, Callable[[Any], Any]] = {
    "list": _list,
    "tuple": lambda content: tuple(_list(content)),
    "dict": _dict,
    "slice": lambda content: slice(*(_list(content) if len(content) == 3 else ())),
    "float": {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}.__getitem__,
    "complex": _complex,
    "int": lambda content: int(content, 16),
    "bytes": lambda content: base64.b64decode(content, validate=True),
    "dtype": BY_NAME.__getitem__,
    "device": device,
}
