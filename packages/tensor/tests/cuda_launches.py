"""What each launch of a CUDA kernel must keep to, and how many launches each operator needs.

``python cuda_launches.py`` counts them anew and writes ``cuda_launches.txt``.
"""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fibres
import numpy as np
from cuda_sources import dtype_of
from flambeau.tensor import _cuda
from flambeau.tensor._cuda import _launch
from flambeau.tensor._cuda._source import C_TYPES
from flambeau.tensor.testing import opdb
from flambeau.tensor.testing.strict import StrictArray

TABLE = Path(__file__).with_suffix(".txt")
GRID = (2**31 - 1, 65535, 65535)
SHARED = 48 << 10  # bytes that a kernel gets without asking the driver for more
WARP = 32
NAMES = {c: name for name, c in C_TYPES.items()} | {"unsigned": "uint32", "unsigned long long": "uint64"}


class Recorder:
    """Checks each launch; ``launches`` has the kernels' labels in order."""

    def __init__(self) -> None:
        self.launches: list[str] = []

    def __call__(self, kernel: Any, grid: tuple, block: tuple, shared: int, stream: int, args: tuple) -> None:
        self.launches.append(kernel.label)
        check(kernel, grid, block, shared, stream, args)


def check(kernel: Any, grid: tuple, block: tuple, shared: int, stream: int, args: tuple) -> None:
    """Raise AssertionError for a launch that a GPU would refuse, or that reads something other than it was given."""
    what, runtime = f"{kernel.label} {grid} {block}", _launch.runtime()
    threads = block[0] * block[1] * block[2]
    assert all(0 < n <= limit for n, limit in zip(grid, GRID, strict=True)), f"{what}: too large a grid"
    assert 0 < threads <= bound(kernel), f"{what}: more threads than KERNEL() says"
    assert threads % WARP == 0, f"{what}: blocks are of whole warps"
    assert shared <= SHARED, f"{what}: {shared} bytes of shared memory"
    assert stream == runtime.stream(), f"{what}: on stream {stream}, which is not the current one"
    assert len(args) == len(kernel.parameters), what
    sizes = fibres.argument_sizes(kernel)
    for i, (value, kind) in enumerate(zip(args, kernel.parameters, strict=True)):
        place = f"{what}: argument {i}, {kind}"
        if kind.endswith("*"):
            check_pointer(value, kind[:-1].strip(), element_types(kernel.label), runtime, place)
        elif isinstance(value, bytes):
            assert len(value) == sizes[i], f"{place}: {sizes[i]} bytes expected, got {len(value)}"
        else:
            integral = kind not in ("float", "double")
            assert isinstance(value, (int, np.integer) if integral else (int, float, np.number)), f"{place}: {value!r}"


def check_pointer(value: Any, kind: str, types: dict[str, str], runtime: Any, place: str) -> None:
    if value is None:
        return
    if isinstance(value, int):
        assert value == 0 or fibres.lives(value, 1), f"{place}: an address in no array"
        return
    assert isinstance(value, StrictArray), f"{place}: {type(value).__name__}"
    assert value.device_index == runtime.device(), f"{place}: on device {value.device_index}"
    expected = pointed_at(kind, types)
    if expected is not None:
        got = value.dtype.name
        alike = kind not in types and expected.replace("u", "") == got.replace("u", "")  # signed, unsigned
        assert got == expected or alike, f"{place}: an array of {got}, and {expected} expected"
    address = value.data.ptr
    assert address % value.itemsize == 0, f"{place}: elements at odd addresses"
    low = sum(min(0, s * (n - 1)) for n, s in zip(value.shape, value.strides, strict=True))
    high = sum(max(0, s * (n - 1)) for n, s in zip(value.shape, value.strides, strict=True)) + value.itemsize
    assert value.size == 0 or fibres.lives(address + low, high - low), f"{place}: memory that is no array's"


def element_types(label: str) -> dict[str, str]:
    """What T, U and V are, from ``family.kernel<float16, int64>``."""
    return dict(zip("TUV", label[label.index("<") + 1 : -1].split(", "), strict=False))


def pointed_at(kind: str, types: dict[str, str]) -> str | None:
    """The dtype of elements of a C type; None where it may be any."""
    inner = re.fullmatch(r"Compute<(\w)>", kind)
    if inner:
        name = types[inner[1]]
        return "float32" if name in ("float16", "bfloat16") else name
    if kind in ("unsigned char", "char"):  # bytes: of bools, or of anything
        return None
    return types.get(kind) or NAMES.get(kind)


@functools.cache
def bound(kernel: Any) -> int:
    """The threads of a block that KERNEL() in the source allows."""
    text = kernel.source
    (given,) = re.findall(rf"^KERNEL\(([^()]+)\)\s+{kernel.name}\(", text, re.MULTILINE)
    given = given.split(",")[0].strip()
    if not given.isdigit():
        constant = re.search(rf"constexpr (?:int|unsigned) {given} = (\d+);", text)
        given = constant[1] if constant else "1024"
    return int(given)


@contextlib.contextmanager
def recorded() -> Iterator[list[str]]:
    """Within the block launches are checked; gives the list of their labels."""
    with fibres.replaced(_launch.record, Recorder()) as recorder:
        yield recorder.launches


def own_entries() -> list[opdb.OpInfo]:
    """The database's entries of operators that the backend has a kernel for."""
    own = _cuda.kernels()
    found = [info for info in opdb.entries() if {info.name, f"{info.name}_"} & own.keys()]
    return [info for info in found if info.name != "transfer"]


def count(info: opdb.OpInfo) -> int:
    """The most launches that any of an operator's samples needs, in float32 where it is taken."""
    dtype = dtype_of("float32") if dtype_of("float32") in info.dtypes else info.dtypes[0]
    creation = {"device": "fibres:0"} if info.operator.definition.creation else {}
    most = 0
    with fibres.device() as device:
        for sample in info.generate(dtype, **opdb.tensors(device)):
            function, args = info.function, sample.args
            if info.operator.definition.inplace == "only":
                function, args = getattr(args[0], f"{info.name}_"), args[1:]
            with recorded() as launches:
                function(*args, **sample.kwargs, **creation)
            most = max(most, len(launches))
    return most


def kept() -> dict[str, int]:
    """The counts in the file."""
    lines = TABLE.read_text().splitlines() if TABLE.exists() else []
    return {name: int(number) for name, number in (line.split() for line in lines)}


if __name__ == "__main__":
    TABLE.write_text("".join(f"{info.name} {count(info)}\n" for info in sorted(own_entries(), key=lambda i: i.name)))
