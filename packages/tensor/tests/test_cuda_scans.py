"""The CUDA backend's scans where the operator database's samples are too small or too regular to go."""

import fibres
import flambeau.tensor as ft
import numpy as np
import pytest

pytestmark = fibres.needed

# Rows by a few threads, by a warp, by a block, cut into chunks; columns by one row of threads, by several; few columns.
SHAPES = [
    ((5, 1), 1), ((9, 3), 1), ((3, 130), 1), ((2, 700), 1), ((2, 3001), 1), ((70_001,), 0), ((2, 33_000), 1),
    ((3, 4, 5), 1), ((2, 100, 40), 1), ((2500, 3), 0),
]  # fmt: skip


def numbers(shape, dtype="float32"):
    return np.random.default_rng(3).normal(size=shape).astype(dtype)


@pytest.mark.parametrize("shape, dim", SHAPES)
def test_sums_and_products(device, shape, dim):
    for name, x in (("cumsum", numbers(shape)), ("cumprod", 1 + numbers(shape) / 1000)):
        got = getattr(ft, name)(ft.tensor(x, device=device), dim).cpu().numpy()
        np.testing.assert_allclose(got, getattr(np, name)(x.astype("float64"), dim), rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("shape, dim", SHAPES)
def test_integers_wrap(device, shape, dim):
    x = np.random.default_rng(4).integers(-(2**62), 2**62, size=shape)
    np.testing.assert_array_equal(ft.tensor(x, device=device).cumsum(dim).cpu().numpy(), np.cumsum(x, dim))
    x = x.astype("int8")
    np.testing.assert_array_equal(ft.tensor(x, device=device).cumprod(dim).cpu().numpy(), np.cumprod(x, dim, "int64"))


@pytest.mark.parametrize("shape, dim", SHAPES)
@pytest.mark.parametrize("missing", [False, True])
def test_extrema_are_the_last_of_equal_ones(device, shape, dim, missing):
    x = np.round(3 * numbers(shape))
    if missing:
        x.swapaxes(dim, -1)[..., x.shape[dim] // 2 :: 7] = np.nan
    for function in (ft.cummax, ft.cummin):
        got, want = function(ft.tensor(x, device=device), dim), function(ft.tensor(x), dim)
        np.testing.assert_array_equal(got.values.cpu().numpy(), want.values.numpy())
        np.testing.assert_array_equal(got.indices.cpu().numpy(), want.indices.numpy())


@pytest.mark.parametrize("shape, dim", SHAPES)
def test_logcumsumexp(device, shape, dim):
    x = 100 * numbers(shape, "float64")
    x.swapaxes(dim, -1)[..., 0] = -np.inf
    got = ft.tensor(x, device=device).logcumsumexp(dim).cpu().numpy()
    np.testing.assert_allclose(got, np.logaddexp.accumulate(x, dim), rtol=1e-12)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_halves_are_added_up_in_float32(device, dtype):
    x = ft.ones(3, 3000, dtype=getattr(ft, dtype), device=device)
    assert x.cumsum(1)[:, -1].float().cpu().tolist() == [ft.tensor(3000.0, dtype=getattr(ft, dtype)).float().item()] * 3


@pytest.mark.parametrize("begin", [1, 2, 3])
def test_memory_that_begins_anywhere(device, begin):
    x = numbers(40_000)
    there = ft.tensor(x, device=device)[begin:]
    np.testing.assert_allclose(
        there.cumsum(0).cpu().numpy(), np.cumsum(x[begin:], dtype="float64"), rtol=1e-3, atol=1e-3
    )
