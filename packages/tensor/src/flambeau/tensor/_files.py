"""Saving and loading: the safetensors layout, no pickle, verified on load, written atomically.

A file is eight bytes of header length, a JSON header and the tensors' bytes, so ``safetensors`` reads it. What the
format lacks stands in the header's metadata: the structure around the tensors, and a CRC-32 of each tensor and of the
header. CRC-32 finds every torn write and short burst of damaged bits at several GB/s; it is no defence against an
altered file, which cannot do more than give other numbers: loading only ever makes plain values and arrays.

The format was read in the safetensors README (https://github.com/huggingface/safetensors, "Format").
"""

# base64, json and zlib are imported where they are used: here they would take a tenth of the import of the package.
from __future__ import annotations

import contextlib
import math
import os
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np

from . import _dtypes as t
from .errors import FileCorrupt, message

__all__ = ["load", "save"]

MAX_HEADER = 100_000_000  # the format's own limit, checked before anything is read
CODES = {
    t.bool_: "BOOL", t.uint8: "U8", t.int8: "I8", t.uint16: "U16", t.int16: "I16", t.uint32: "U32", t.int32: "I32",
    t.uint64: "U64", t.int64: "I64", t.float16: "F16", t.bfloat16: "BF16", t.float32: "F32", t.float64: "F64",
}  # fmt: skip
DTYPES = {code: dtype for dtype, code in CODES.items()}
COMPLEX = {t.complex64: t.float32, t.complex128: t.float64}  # kept as pairs: the format knows no complex128
STRUCTURE, CHECKSUMS, HEADER_CHECKSUM = "flambeau.structure", "flambeau.checksums", "flambeau.header_crc32"
BLANK = "00000000"


def save(obj: Any, path: str | os.PathLike[str]) -> None:
    """Write Tensors, and dicts, lists, tuples and plain values around them, to a file.

    The file appears under its name only when it is complete and on the disk: a crash leaves the old one. Tensors that
    are the same memory are written once, and are the same again when loaded. The ``safetensors`` package reads the
    tensors of the file under their names, which are the keys of a plain dict.

    Args:
        obj: Tensor, None, bool, int, float, str, bytes, or a dict, list or tuple of these, nested in any way. Keys of
            dicts are strings, numbers, bools or None. A Variable is saved as its data.
        path: name of the file.

    Raises:
        TypeError: something else is in ``obj``; the message says where.

    Example:
        >>> import tempfile, os
        >>> path = os.path.join(tempfile.mkdtemp(), "state.safetensors")
        >>> ft.save({"weight": ft.ones(2), "epoch": 3}, path)
        >>> state = ft.load(path)
        >>> state["weight"].tolist(), state["epoch"]
        ([1.0, 1.0], 3)
    """
    import json
    import zlib

    writer = _Writer()
    try:
        structure = writer.encode(obj, ())
    except RecursionError:
        raise ValueError(
            message("save", "obj", "nesting of a few hundred levels", "more, or a container in itself")
        ) from None
    header: dict[str, Any] = {}
    checksums = {}
    offset = 0
    # Widest elements first: then every tensor is aligned to its element size.
    for name, array in sorted(writer.arrays.items(), key=lambda item: -item[1].dtype.itemsize):
        end = offset + array.nbytes
        header[name] = {"dtype": CODES[array.dtype], "shape": list(array.shape), "data_offsets": [offset, end]}
        checksums[name] = f"{zlib.crc32(_bytes(array)):08x}"
        offset = end
    metadata = {
        STRUCTURE: json.dumps(structure, separators=(",", ":")),
        CHECKSUMS: json.dumps(checksums, separators=(",", ":")),
        HEADER_CHECKSUM: BLANK,
    }
    text = json.dumps({"__metadata__": metadata, **header}, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    text = text.replace(_checksum_field(BLANK), _checksum_field(f"{zlib.crc32(text):08x}"), 1)
    if len(text) > MAX_HEADER:
        raise ValueError(message("save", "obj", "at most 100,000,000 bytes beside the tensors", f"{len(text)} bytes"))
    with _replacing(os.fsdecode(path)) as file:
        file.write(len(text).to_bytes(8, "little"))
        file.write(text)
        for name in header:
            file.write(_bytes(writer.arrays[name]))


def load(path: str | os.PathLike[str]) -> Any:
    """Read what :func:`save` wrote; or the tensors of any safetensors file, as a dict.

    Everything is checked before memory is taken, and every checksum is verified. Tensors come to the CPU.

    Args:
        path: name of the file.

    Returns:
        The object that was saved.

    Raises:
        FileCorrupt: the file is torn, truncated, altered or not such a file; the message says what does not fit.

    Example:
        >>> import tempfile, os
        >>> path = os.path.join(tempfile.mkdtemp(), "pair.safetensors")
        >>> ft.save((ft.zeros(1), [True, None, "text"]), path)
        >>> ft.load(path)[1]
        [True, None, 'text']
    """
    name = os.fsdecode(path)
    with open(name, "rb") as file:
        return _Reader(name, file).read()


# Writing --------------------------------------------------------------------------------------------------------


class _Writer:
    """Turns an object into JSON, and the Tensors in it into named arrays."""

    def __init__(self) -> None:
        self.arrays: dict[str, np.ndarray] = {}
        self.seen: dict[tuple, str] = {}
        self.alive: list[Any] = []  # so that no address is used twice

    def encode(self, value: Any, where: tuple) -> Any:
        import base64

        from ._core.tensor import Tensor

        if isinstance(value, Tensor):
            return self.encode_tensor(value, where)
        if isinstance(value, np.generic):
            value = value.item()
        if value is None or isinstance(value, (bool, str)):
            return value
        if type(value) is int:
            return value if value.bit_length() < 4096 else {"int": hex(value)}  # JSON readers limit decimal digits
        if type(value) is float:
            return value if math.isfinite(value) else {"float": repr(value)}
        if isinstance(value, bytes):
            return {"bytes": base64.b64encode(value).decode()}
        if isinstance(value, (list, tuple)):
            kind = "list" if isinstance(value, list) else "tuple"
            return {kind: [self.encode(v, (*where, i)) for i, v in enumerate(value)]}
        if isinstance(value, dict):
            return {"dict": [[self.encode_key(k, where), self.encode(v, (*where, k))] for k, v in value.items()]}
        place = "".join(f"[{k!r}]" for k in where)
        known = "Tensors, None, bool, int, float, str, bytes, dicts, lists and tuples"
        raise TypeError(message("save", "obj", known, f"{type(value).__name__} at obj{place}"))

    def encode_key(self, key: Any, where: tuple) -> Any:
        if key is None or isinstance(key, (str, bool)) or type(key) in (int, float):
            return self.encode(key, where)
        place = "".join(f"[{k!r}]" for k in where)
        got = f"{type(key).__name__} in obj{place}"
        raise TypeError(message("save", "obj", "str, int, float, bool or None as keys of dicts", got))

    def encode_tensor(self, value: Any, where: tuple) -> Any:
        data = value.data
        array = data.numpy()
        identity = (data.data_ptr(), array.shape, array.strides, array.dtype)
        self.alive.append(data)
        dtype = array.dtype
        name = self.seen.get(identity) if array.size else None
        if name is None:
            name = self.free_name(".".join(map(str, where)) or "tensor")
            if dtype in COMPLEX:
                array = np.ascontiguousarray(array).view(COMPLEX[dtype]).reshape(*array.shape, 2)
            self.arrays[name] = np.ascontiguousarray(array).reshape(array.shape)
            self.seen[identity] = name
        return {"tensor": name, "complex": True} if dtype in COMPLEX else {"tensor": name}

    def free_name(self, wanted: str) -> str:
        wanted = wanted.encode("utf-8", "replace").decode()  # the structure keeps the key as it is
        name, n = wanted, 1
        while name in self.arrays or name == "__metadata__":
            n += 1
            name = f"{wanted}#{n}"
        return name


def _bytes(array: np.ndarray) -> memoryview:
    return memoryview(array.reshape(-1).view(np.uint8))


def _checksum_field(value: str) -> bytes:
    return f'"{HEADER_CHECKSUM}":"{value}"'.encode()


@contextlib.contextmanager
def _replacing(path: str) -> Iterator[BinaryIO]:
    """A file that takes the place of ``path`` when the block ends well, and leaves nothing behind otherwise."""
    folder = os.path.dirname(path) or "."
    temporary = os.path.join(folder, f".{os.urandom(8).hex()}.part")
    try:
        with open(temporary, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    if os.name == "posix":  # the new name itself must reach the disk too
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


# Reading --------------------------------------------------------------------------------------------------------


class _Reader:
    """Reads one file, believing nothing in it."""

    def __init__(self, name: str, file: BinaryIO) -> None:
        self.name = name
        self.file = file
        self.size = os.fstat(file.fileno()).st_size

    def corrupt(self, expected: str, got: str, tensor: str | None = None) -> FileCorrupt:
        what = f"file '{self.name}'" + (f", tensor '{tensor}'" if tensor is not None else "")
        return FileCorrupt(f"load(): {what}: expected {expected}, got {got}")

    def read(self) -> Any:
        from ._core.tensor import from_numpy

        header, start = self.header()
        metadata = header.pop("__metadata__", {})
        if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
            raise self.corrupt("metadata of strings", "something else")
        places = self.places(header, self.size - start)
        checksums = self.checksums(metadata, places)
        arrays = {name: self.array(name, place, start, checksums.get(name)) for name, place in places.items()}
        tensors = {name: from_numpy(array) for name, array in arrays.items()}
        if STRUCTURE not in metadata:
            return tensors
        return self.decode(self.parse(metadata[STRUCTURE], "the structure"), tensors)

    def header(self) -> tuple[dict[str, Any], int]:
        import zlib

        prefix = self.file.read(8)
        length = int.from_bytes(prefix, "little")
        limit = min(MAX_HEADER, self.size - 8)
        if len(prefix) < 8 or not 2 <= length <= limit:
            got = f"{length} of a file of {self.size} bytes" if len(prefix) == 8 else f"a file of {self.size} bytes"
            raise self.corrupt("a header of 2 to 100,000,000 bytes inside the file", got)
        text = self.file.read(length)
        header = self.parse(text, "the header")
        if not isinstance(header, dict):
            raise self.corrupt("a JSON object as header", type(header).__name__)
        metadata = header.get("__metadata__")
        if isinstance(metadata, dict) and STRUCTURE in metadata:
            wanted = str(metadata.get(HEADER_CHECKSUM))
            found = f"{zlib.crc32(text.replace(_checksum_field(wanted), _checksum_field(BLANK), 1)):08x}"
            if found != wanted:
                raise self.corrupt(f"a header with CRC-32 {wanted}", found)
        elif any(f'"{key}":'.encode() in text for key in (STRUCTURE, CHECKSUMS, HEADER_CHECKSUM)):
            raise self.corrupt("a whole flambeau header", "part of one")
        return header, 8 + length

    def parse(self, text: bytes | str, what: str) -> Any:
        import json

        try:
            return json.loads(text, parse_constant=_refuse, object_pairs_hook=_once)
        except (ValueError, RecursionError) as error:
            raise self.corrupt(f"{what} in JSON", f"{type(error).__name__}: {error}") from None

    def places(self, header: dict[str, Any], room: int) -> dict[str, tuple[np.dtype, tuple[int, ...], int]]:
        """Where each tensor lies: dtype, shape, offset. They must fill the file without holes or overlaps."""
        spans = []
        for name, entry in header.items():
            try:
                dtype = DTYPES[entry["dtype"]]
                shape = tuple(entry["shape"])
                begin, end = entry["data_offsets"]
            except (KeyError, TypeError, ValueError):
                raise self.corrupt("dtype, shape and data_offsets", "something else", name) from None
            if len(shape) > 64 or not all(type(n) is int and n >= 0 for n in (*shape, begin, end)):
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

    def checksums(self, metadata: dict[str, str], places: dict) -> dict[str, Any]:
        if STRUCTURE not in metadata:
            return {}
        found = self.parse(metadata.get(CHECKSUMS, ""), "the checksums")
        if not isinstance(found, dict) or set(found) != set(places):
            raise self.corrupt("a checksum for each tensor", "others")
        return found

    def array(self, name: str, place: tuple[np.dtype, tuple[int, ...], int], start: int, checksum: Any) -> np.ndarray:
        import zlib

        dtype, shape, offset = place
        raw = np.empty(math.prod(shape) * dtype.itemsize, np.uint8)
        self.file.seek(start + offset)
        count = self.file.readinto(memoryview(raw))  # type: ignore[attr-defined]
        if count != raw.size:
            raise self.corrupt(f"{raw.size} bytes", str(count), name)
        if checksum is not None and f"{zlib.crc32(memoryview(raw)):08x}" != checksum:
            raise self.corrupt(f"CRC-32 {checksum}", f"{zlib.crc32(memoryview(raw)):08x}", name)
        if dtype == t.bool_ and raw.size and raw.max() > 1:
            raise self.corrupt("bools of 0 or 1", str(raw.max()), name)
        return raw.view(dtype).reshape(shape)

    def decode(self, node: Any, tensors: dict[str, Any]) -> Any:
        import base64

        if not isinstance(node, dict):
            if node is None or isinstance(node, (bool, int, float, str)):
                return node
            raise self.corrupt("a known structure", type(node).__name__)
        try:
            if "tensor" in node:
                found = tensors[node["tensor"]]
                return self.as_complex(found) if node.get("complex") else found
            ((kind, content),) = node.items()
            if kind in ("list", "tuple", "dict") and type(content) is not list:
                raise ValueError(f"{kind} of {type(content).__name__}")
            if kind == "list":
                return [self.decode(v, tensors) for v in content]
            if kind == "tuple":
                return tuple(self.decode(v, tensors) for v in content)
            if kind == "dict":
                if any(type(pair) is not list for pair in content):
                    raise ValueError("dict of something else than pairs")
                return {self.decode(k, tensors): self.decode(v, tensors) for k, v in content}
            if kind == "float":
                return {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}[content]
            if kind == "int":
                return int(content, 16)
            if kind == "bytes":
                return base64.b64decode(content, validate=True)
        except FileCorrupt:
            raise
        except (KeyError, ValueError, TypeError, RecursionError) as error:
            raise self.corrupt("a known structure", f"{type(error).__name__}: {error}") from None
        raise self.corrupt("a known structure", repr(kind)[:60])

    def as_complex(self, pairs: Any) -> Any:
        from ._core.tensor import from_numpy

        array = pairs.numpy()
        wide = {real: dtype for dtype, real in COMPLEX.items()}.get(array.dtype)
        if wide is None or array.ndim == 0 or array.shape[-1] != 2:
            raise self.corrupt("pairs of floats for complex numbers", f"{array.dtype} of shape {array.shape}")
        return from_numpy(array.reshape(-1).view(wide).reshape(array.shape[:-1]))


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found
