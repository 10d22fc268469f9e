"""The CUDA backend's softmax where the operator database's samples are too small or too regular to go."""

import fibres
import flambeau.tensor as ft
import numpy as np
import pytest

pytestmark = fibres.needed

# Rows by a few threads of a warp, by a warp, by a block; beyond registers; columns by one thread, by several.
SHAPES = [
    ((3, 1), 1), ((5, 3), 1), ((70, 10), 1), ((4, 129), 1), ((3, 512), 1), ((2, 1000), 1), ((1, 4099), 1),
    ((2, 9001), 1), ((4, 5, 3), 1), ((2, 300, 40), 1), ((7, 2), 0), ((64, 33), 0),
]  # fmt: skip
DTYPES = {"float32": 1e-6, "float16": 2e-3, "bfloat16": 2e-2, "float64": 1e-12}


def exact(x, dim):
    powers = np.exp(x - x.max(axis=dim, keepdims=True))
    return powers / powers.sum(axis=dim, keepdims=True)


def near(got, want, dtype):
    got = got.cpu().double().numpy()
    np.testing.assert_allclose(got, want, rtol=DTYPES[dtype], atol=DTYPES[dtype] * max(np.abs(want).max(), 1e-3))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape, dim", SHAPES)
def test_softmax_and_its_gradient(device, shape, dim, dtype):
    rng = np.random.default_rng(1)
    tensors = [ft.tensor(rng.normal(size=shape), dtype=getattr(ft, dtype)) for _ in range(2)]
    x, g = (t.double().numpy() for t in tensors)
    there, grad = (t.to(device) for t in tensors)
    y = exact(x, dim)
    near(ft.softmax(there, dim), y, dtype)
    near(ft.log_softmax(there, dim), np.log(y), dtype)
    y, logs = ft.softmax(there, dim), ft.log_softmax(there, dim)
    weights = y.cpu().double().numpy()
    want = weights * (g - (g * weights).sum(axis=dim, keepdims=True))
    near(ft.ops.softmax_backward(grad, y, dim), want, dtype)
    want = g - np.exp(logs.cpu().double().numpy()) * g.sum(axis=dim, keepdims=True)
    near(ft.ops.log_softmax_backward(grad, logs, dim), want, dtype)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("begin", [1, 3, 4])
@pytest.mark.parametrize("n", [40, 41, 2048, 9000])
def test_memory_that_begins_anywhere(device, begin, n, dtype):
    x = ft.tensor(np.random.default_rng(2).normal(size=n + begin), dtype=getattr(ft, dtype))
    there = x.to(device)[begin:]
    near(ft.softmax(there, 0), exact(x[begin:].double().numpy(), 0), dtype)
    y = ft.softmax(there.clone(), 0)
    want = ft.ops.softmax_backward(there.clone(), y, 0).cpu().double().numpy()
    near(ft.ops.softmax_backward(there, y, 0), want, dtype)


@pytest.mark.parametrize("shape, dim", [((3, 20), 1), ((2, 6000), 1), ((9, 3), 0)])
@pytest.mark.parametrize("value", [-np.inf, np.inf, np.nan, 1e30, -1e30])
@pytest.mark.parametrize("share", [1, 2])
@pytest.mark.parametrize("dtype, tolerance", [("float32", 1e-5), ("bfloat16", 1e-2)])
def test_what_is_not_finite(device, shape, dim, value, share, dtype, tolerance):
    """A lone -inf is a weight of 0; inf, nan or nothing but -inf make a row of nan: as on the CPU."""
    x = np.zeros(shape, "float32")
    x.swapaxes(dim, -1)[0, ::share] = value
    x = ft.tensor(x, dtype=getattr(ft, dtype))
    for function in (ft.softmax, ft.log_softmax):
        got, want = (function(t, dim).cpu().float().numpy() for t in (x.to(device), x))
        np.testing.assert_allclose(got, want, rtol=tolerance)


@pytest.mark.parametrize("top", [300.0, -300.0, 6e4, 1.6e7, 1.7e7, 3e9, -3e9, 2e30, 3.3e38, -3e38])
def test_great_elements_of_16_bits(device, top):
    """The greatest of a row share it, however great they are, with those as near as the precision allows."""
    for dtype in ("bfloat16", "float16") if abs(top) < 65504 else ("bfloat16",):
        x = ft.tensor([top, top - abs(top) / 100] * 40, dtype=getattr(ft, dtype))
        near(ft.softmax(x.to(device), 0), exact(x.double().numpy(), 0), dtype)
        for value in (np.inf, np.nan):
            x[7] = value
            assert ft.softmax(x.to(device), 0).isnan().all().item()
