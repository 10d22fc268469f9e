"""The IDX format of MNIST and its relatives: a magic number, the sizes, and the numbers, big-endian.

The magic number is two zero bytes, one for the type of the numbers, and one for how many dimensions there are; each
size is four bytes.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
from flambeau.tensor import errors
from numpy.typing import NDArray

__all__ = ["read_idx"]

_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def read_idx(operation: str, path: Path, ndim: int) -> NDArray[Any]:
    """The array in an IDX file.

    Args:
        operation: Who asks, for errors.
        path: The file.
        ndim: The number of dimensions it must have.

    Raises:
        FileCorrupt: Another kind of file, or one that is too short or too long.
    """
    data = path.read_bytes()
    expected = f"an IDX file of {ndim} dimensions {path}"
    if len(data) < 4 + 4 * ndim or data[:2] != b"\0\0" or data[2] not in _TYPES or data[3] != ndim:
        raise errors.FileCorrupt(errors.message(operation, None, expected, f"what begins with {data[:16]!r}"))
    shape = struct.unpack_from(f">{ndim}I", data, 4)
    dtype = np.dtype(_TYPES[data[2]])
    count, there = int(np.prod(shape, dtype=object)), len(data) - 4 - 4 * ndim
    if there != count * dtype.itemsize:
        wanted = f"{count * dtype.itemsize} bytes for shape {shape} in {path}"
        raise errors.FileCorrupt(errors.message(operation, None, wanted, f"{there} bytes"))
    # a copy in this machine's order of bytes, which can also be written
    return np.frombuffer(data, dtype, offset=4 + 4 * ndim).reshape(shape).astype(dtype.newbyteorder("="))
