"""Generated kernels of pointwise operations: every row compiles, and arrays may lie in memory in any way."""

import itertools
import re

import fibres
import flambeau.tensor as ft
import numpy as np
import pytest
from cuda_launches import recorded
from cuda_sources import everything
from flambeau.tensor import ops
from flambeau.tensor._cuda import _layout, _pointwise, pointwise
from flambeau.tensor._cuda._source import ALL, FLOATS, assembled
from test_cuda_compile import ARCHITECTURES, ENTRY, FRAME, log_of, with_nvrtc

# Those that keep an array for each element: a register more or less in memory is nothing beside it.
WITH_ARRAYS = {"polygamma_of"}


def all_rows(dtype):
    """One source with a dense and a strided kernel for each row that takes a dtype; and which kernel is whose."""
    includes, bodies, names = {}, [], {}
    for op in ops.records():
        definition = op.definition
        if definition.cpp is None or not _pointwise.takes(definition, dtype):
            continue
        row = _pointwise.row_of(definition)
        operation = _pointwise.single(
            row, dtype, "".join("n" if kind == "number" else "a" for _, kind in row.arguments)
        )
        modes = "x" * (len(operation.inputs) + 1)
        texts = _pointwise.dense_text(operation), _pointwise.strided_text(operation, 2, "int", modes)
        rows = _pointwise._rows(operation)
        for text in (rows, *(text.replace(rows, "") for text in texts)):
            includes |= dict.fromkeys(re.findall(r"^#include .*\n", text, re.MULTILINE))
            body = re.sub(r"^#include .*\n", "", text, flags=re.MULTILINE)
            names |= {f"{form}_{len(bodies)}": op.name for form in ("dense", "strided")}
            bodies.append(re.sub(r"\b(operation|dense|strided|Places)\b", rf"\1_{len(bodies)}", body))
    return assembled("".join((*includes, *bodies))), names


COMPILED = list(itertools.product(ALL, ARCHITECTURES))
if not everything():  # the dtypes that differ most, and those that cost most registers on the oldest GPUs, too
    COMPILED = [("bool", "sm_90"), ("int8", "sm_75"), ("float32", "sm_90"), ("float64", "sm_75")]


@with_nvrtc
@pytest.mark.parametrize("dtype, architecture", COMPILED)
def test_rows_compile(dtype, architecture):
    """Every row, for every dtype it takes, without a warning or a spilled register."""
    text, names = all_rows(dtype)
    parts = ENTRY.split(log_of(text, architecture))[1:]
    for name, properties in zip(parts[::2], parts[1::2], strict=True):
        for frame, stores, loads in FRAME.findall(properties):
            row, spilled = names[name], (int(stores), int(loads))
            assert spilled == (0, 0) or row in WITH_ARRAYS, f"{row} of {dtype} spills {stores} bytes"
            assert int(frame) == 0 or dtype in FLOATS, f"{row} of {dtype} has {frame} bytes of local memory"


def test_division_by_multiplication():
    """The factor and shift give every quotient of 31 bits, at the edges where they could fail first."""
    divisors = [*range(1, 70), 255, 256, 257, 1000, 65535, 65537, 2**30 - 1, 2**30, 2**30 + 1, 2**31 - 1]
    for d in divisors:
        factor, shift = _layout.divisor(d)
        assert factor < 2**32
        multiples = [m * d for m in (1, 2, 3, (2**31 - 1) // d)]
        for n in {0, 1, 2**31 - 1, *multiples, *(m - 1 for m in multiples)}:
            if 0 <= n < 2**31:
                assert ((n * factor >> 32) + n) >> shift == n // d, (n, d)


SHAPES = {
    "bias": ((6, 8), (8,)),
    "column": ((6, 8), (6, 1)),
    "both": ((6, 1), (8,)),
    "scalar": ((6, 8), ()),
    "channels": ((2, 3, 4, 8), (3, 1, 1)),
    "odd": ((5, 7), (7,)),
    "empty": ((0, 4), (4,)),
    "many": ((2, 1, 3, 1, 2), (1, 4, 1, 5, 2)),
}


@fibres.needed
@pytest.mark.parametrize("shapes", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_broadcasting(shapes, dtype, device):
    """One launch, whatever broadcasts; rows and columns by vectors where they are of whole ones."""
    a, b = (ft.randn(shape).to(getattr(ft, dtype)) for shape in shapes)
    for x, y in ((a, b), (b, a)):
        x_there, y_there = x.to(device), y.to(device)
        with recorded() as launches:
            got = x_there - y_there
        assert len(launches) == (got.numel() > 0)
        assert got.cpu().tolist() == (x - y).tolist()


def walks(x):
    """The same elements, in other orders in memory."""
    yield x
    yield x.permute(*reversed(range(x.ndim))).contiguous().permute(*reversed(range(x.ndim)))
    wide = ft.zeros(*(2 * n for n in x.shape), dtype=x.dtype, device=x.device)
    view = wide[tuple(slice(None, None, 2) for _ in x.shape)]
    yield view.copy_(x)


@fibres.needed
@pytest.mark.parametrize("shape", [(5, 6), (3, 4, 8), (70, 67), (2, 2, 2, 2, 2, 2)], ids=str)
def test_orders_in_memory(shape, device):
    """Every pair of orders gives the same, also written into one."""
    a, b = ft.randn(shape), ft.randn(shape)
    expected = (a * b).tolist()

    for x, y in itertools.product(walks(a.to(device)), walks(b.to(device))):
        assert (x * y).cpu().tolist() == expected
    for i, y in itertools.product(range(3), walks(b.to(device))):
        x = list(walks(a.to(device)))[i]
        assert x.mul_(y).cpu().tolist() == expected


@fibres.needed
def test_order_of_the_result(device):
    """A result lies in memory as its first operand of the same shape does, and is dense."""
    x = ft.randn(2, 3, 4, 5).to(device).permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)
    for result in (x.exp(), x + 1, x + ft.ones(3, 1, 1).to(device), x.to(ft.float16)):
        assert result.stride() == x.stride()


@fibres.needed
def test_overlapping_results(device):
    """Written to memory that is still to be read, elements are what they would be elsewhere."""
    x = ft.arange(10.0).to(device)
    ft.add(x[:-1], x[:-1], out=x[1:])
    assert x.cpu().tolist() == [0, *(2.0 * i for i in range(9))]


@fibres.needed
def test_results_over_elements_of_another_length(device):
    """What lies where the result does, but is longer or shorter, is read before it is written over."""
    for call in (
        lambda floats, bools: floats.masked_fill_(bools, 1.0),
        lambda floats, bools: ft.gt(floats, 0, out=bools),
    ):
        memory = ft.arange(64) % 3 == 0
        there = memory.to(device)
        for raw in (memory, there):
            call(raw.view(ft.float32), raw[:16])
        assert there.cpu().view(ft.uint8).tolist() == memory.view(ft.uint8).tolist()


@fibres.needed
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("behind", [False, True])
def test_in_place_again(turned, behind, device):
    """What has run in place on arrays that lie so runs again without the backend's Python, but not where other memory
    would change than that of the first time."""
    x = (ft.arange(30.0).reshape(6, 5) if turned else ft.arange(30.0).reshape(5, 6)).to(device)
    x = x.T if turned else x
    y = x.clone()
    expected, other = x.cpu().clone(), y.cpu().clone()
    for _ in range(2):
        expected.add_(other).mul_(0.5).relu_()
        x.add_(y).mul_(0.5).relu_()
    assert x.cpu().tolist() == expected.tolist()
    first, second = (slice(1, None), slice(None, -1)) if behind else (slice(None, -1), slice(1, None))
    expected[first].add_(other[second])
    x[first].add_(y[second])  # two arrays that lie so
    expected[first].add_(expected[second])
    x[first].add_(x[second])  # and two whose memory overlaps
    assert x.cpu().tolist() == expected.tolist()


@fibres.needed
@pytest.mark.parametrize("shape", [(70, 67), (3, 40, 65), (2, 20, 3, 33)], ids=str)
@pytest.mark.parametrize("dtype", ["float32", "int8", "float64", "bool"])
def test_transposing_copies(shape, dtype, device):
    """Copies between different orders go by tiles, and convert on the way."""
    x = (ft.arange(np.prod(shape)) % 3).reshape(shape).to(getattr(ft, dtype))
    turned = x.to(device).transpose(-1, -2 if len(shape) < 4 else 1)
    with recorded() as launches:
        copy = turned.contiguous()
    assert copy.is_contiguous()
    assert launches == [f"copy<{dtype}, {dtype}>.transposing"]
    expected = x.transpose(-1, -2 if len(shape) < 4 else 1)
    assert copy.cpu().tolist() == expected.tolist()
    target = ft.empty(*expected.shape, dtype=ft.float16).to(device)
    assert target.copy_(turned).cpu().tolist() == expected.to(ft.float16).tolist()


# Whole tiles, and what two elements divide and do not, of rows, of columns and of where they begin.
@fibres.needed
@pytest.mark.parametrize("begin", (0, 1, 2))
@pytest.mark.parametrize("shape", [(64, 128), (70, 66), (70, 67), (65, 34), (3, 40, 66), (3, 41, 66)], ids=str)
@pytest.mark.parametrize("dtype, other", [("int16", "bfloat16"), ("bfloat16", "float16"), ("float16", "float32")])
def test_transposing_copies_of_two_bytes(shape, begin, dtype, other, device):
    """They go by pairs where these are whole words of memory, and by elements elsewhere."""
    flat = (ft.arange(np.prod(shape) + 2) % 251).to(getattr(ft, dtype))
    expected = flat[begin:][: np.prod(shape)].reshape(shape).transpose(-1, -2)
    turned = flat.to(device)[begin:][: np.prod(shape)].reshape(shape).transpose(-1, -2)
    with recorded() as launches:
        copy = turned.contiguous()
    assert launches == [f"copy<{dtype}, {dtype}>.transposing"]
    assert copy.cpu().tolist() == expected.tolist()
    space = ft.zeros(np.prod(shape) + 2, dtype=getattr(ft, other)).to(device)
    target = space[begin:][: np.prod(shape)].reshape(expected.shape)
    assert target.copy_(turned).cpu().tolist() == expected.tolist()
    assert ops.sum(space.to(ft.float64)).item() == ops.sum(expected.to(ft.float64)).item()  # and nothing beside it


@fibres.needed
def test_numbers_that_do_not_fit(device):
    """A number beyond an integer dtype's range is no operand of it, on any device."""
    x = ft.ones(3, dtype=ft.int8)
    for there in (x, x.to(device)):
        with pytest.raises(ValueError, match="in the range of int8"):
            there + 300


def test_kernels_for_what_the_table_lacks():
    """Operators without a row for a dtype have no kernel."""
    for name, dtype in (("pow", "int32"), ("matmul", "float32"), ("exp", "complex64")):
        with pytest.raises(KeyError):
            pointwise.forms(name, dtype, "aa")
