"""The CUDA backend's sorting and searching where the operator database's samples are too small or too regular to go."""

import fibres
import flambeau.tensor as ft
import numpy as np
import pytest

pytestmark = fibres.needed

# Several rows in a block, a row in a block, and long rows; other dimensions than the last.
SHAPES = [((300, 1), 1), ((70, 3), 1), ((5, 100), 1), ((2, 513), 1), ((1, 4096), 1), ((2, 4500), 1), ((9000,), 0),
          ((3, 40, 4), 1), ((5000, 2), 0)]  # fmt: skip
DTYPES = ["float32", "float16", "bfloat16", "float64", "int8", "uint8", "int32", "uint64", "bool"]


def numbers(shape, dtype, distinct=20):
    """Many that are equal, and what is not finite, on the host."""
    rng = np.random.default_rng(5)
    x = rng.integers(-distinct, distinct, size=shape)
    if dtype == "uint64":
        return ft.tensor(x.astype("uint64") << np.uint64(50))
    if dtype in ("int32", "int8", "uint8", "bool"):
        return ft.tensor((x % 2 == 0) if dtype == "bool" else x.astype(dtype))
    x = x.astype("float32")
    kind = rng.integers(0, 12, size=shape)
    for i, value in enumerate((np.nan, -np.nan, np.inf, -np.inf, -0.0)):
        x[kind == i] = value
    return ft.tensor(x, dtype=getattr(ft, dtype))


def same(got, want):
    for one, other in zip(got, want, strict=True):
        assert one.shape == other.shape and one.dtype == other.dtype
        one = one.cpu()
        if one.dtype.kind not in "biu":
            one, other = one.double(), other.double()
        np.testing.assert_array_equal(one.numpy(), other.numpy())


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape, dim", SHAPES)
def test_sort_is_stable(device, shape, dim, dtype):
    x = numbers(shape, dtype)
    for descending in (False, True):
        same(x.to(device).sort(dim, descending), x.sort(dim, descending))
    same(
        [x.to(device).argsort(dim), ft.ops.ordered(x.to(device), dim, True)],
        [x.argsort(dim), ft.ops.ordered(x, dim, True)],
    )


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "int32", "bool"])
@pytest.mark.parametrize("shape, dim", [(s, d) for s, d in SHAPES if s[d] > 3])
@pytest.mark.parametrize("largest", [True, False])
def test_topk(device, shape, dim, dtype, largest):
    x = numbers(shape, dtype)
    for k in (1, 4, min(x.shape[dim], 2100)):
        same(x.to(device).topk(k, dim, largest), x.topk(k, dim, largest))


@pytest.mark.parametrize("n", [1023, 1024, 3333])
def test_topk_on_both_sides_of_selecting(device, n):
    """Of a thousand elements a quarter is selected, one more has all of them sorted."""
    x = numbers((2, n), "float32")
    for k in (n // 4, n // 4 + 1):
        same(x.to(device).topk(k), x.topk(k))


def test_topk_of_distinct_numbers(device):
    x = ft.tensor(np.random.default_rng(6).permutation(20_000).astype("float32"))
    same(x.to(device).topk(100), x.topk(100))


@pytest.mark.parametrize("dtype", ["float32", "float16", "float64", "int8", "uint64", "bool"])
@pytest.mark.parametrize("shape, dim", SHAPES)
def test_ranks(device, shape, dim, dtype):
    x = numbers(shape, dtype)
    there = x.to(device)
    for k in {1, (x.shape[dim] + 1) // 2, x.shape[dim]}:
        same(there.kthvalue(k, dim), x.kthvalue(k, dim))
    same(there.median(dim, keepdim=True), x.median(dim, keepdim=True))
    same(there.nanmedian(dim), x.nanmedian(dim))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_row_of_nothing_but_nan(device, dtype):
    x = ft.full((2, 7), float("nan"), dtype=getattr(ft, dtype))
    same(x.to(device).nanmedian(1), x.nanmedian(1))
    same(x.to(device).sort(1), x.sort(1))


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "int32", "uint8"])
@pytest.mark.parametrize("right", [False, True])
def test_searchsorted(device, dtype, right):
    for shape, count in (((700,), 1000), ((3, 50), 20), ((0,), 5), ((2, 0), 3)):
        sequence = ft.ops.ordered(numbers(shape, dtype), -1)
        values = numbers((*shape[:-1], count), dtype)
        same(
            [ft.searchsorted(sequence.to(device), values.to(device), right=right)],
            [ft.searchsorted(sequence, values, right=right)],
        )


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
@pytest.mark.parametrize("bins", [1, 30, 5000])
def test_histograms(device, dtype, bins):
    x = numbers((20_000,), dtype)
    same([x.to(device).histc(bins, -7, 11)], [x.histc(bins, -7, 11)])
