"""Compiled running products and extremes: every layout and length that takes another path."""

import flambeau.tensor as ft
import ml_dtypes
import numpy as np
import pytest

rng = np.random.default_rng(0)
DTYPES = ["f4", "f8", "i4", "u1", "i8", "bool", np.float16, ml_dtypes.bfloat16]
SHAPES = [(5,), (3000,), (140_000,), (20, 300), (300, 20), (3, 40, 50), (2, 1, 7), (9, 1100)]


def layouts(x):
    return x, x.T, x[::-1]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_running_extremes(dtype, shape):
    """NumPy's values; the indices point at them, and at the last of equal ones."""
    whole = rng.integers(0 if np.dtype(dtype).kind in "bu" else -9, 10, shape).astype(dtype)
    for x in layouts(whole):
        for dim in range(x.ndim):
            for function, numpys in ((ft.cummax, np.maximum), (ft.cummin, np.minimum)):
                values, indices = function(ft.from_numpy(x), dim)
                expected = numpys.accumulate(x, axis=dim)
                np.testing.assert_array_equal(values.numpy(), expected)
                places = np.expand_dims(np.arange(x.shape[dim]), tuple(d + 1 for d in range(x.ndim - 1 - dim)))
                last = np.maximum.accumulate(np.where(x == expected, places, 0), axis=dim)
                np.testing.assert_array_equal(indices.numpy(), last)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_running_products(dtype, shape):
    """Integers wrap in int64, as NumPy's do; floats are multiplied in a wider one."""
    floating = np.dtype(dtype).kind in "fV"
    whole = (1 + 0.001 * rng.standard_normal(shape) if floating else rng.integers(0, 4, shape) + 1).astype(dtype)
    for x in layouts(whole):
        for dim in range(x.ndim):
            got = ft.cumprod(ft.from_numpy(x), dim).numpy()
            if floating:
                exact = np.cumprod(x.astype(np.float64), dim)
                step = float(ml_dtypes.finfo(dtype).eps)
                np.testing.assert_allclose(got.astype(np.float64), exact, max(step, 1e-11))
            else:
                np.testing.assert_array_equal(got, np.cumprod(x.astype(np.int64), dim))


def test_products_past_a_zero_stay_zero():
    """What comes later would overflow by itself: combined first, 0 times inf would be nan."""
    x = ft.full((3000,), 1e30)
    x[1] = 0
    product = ft.cumprod(x, 0)
    assert product[0].item() == np.float32(1e30) and not product[1:].any()


def test_threads_change_nothing():
    """The same bits on one thread and on two."""
    x = ft.from_numpy(rng.standard_normal((64, 3000)).astype(np.float32))
    before = ft.get_num_threads()
    try:
        results = []
        for threads in (1, 2):
            ft.set_num_threads(threads)
            results.append(
                [ft.cumprod(x, d).numpy().tobytes() for d in (0, 1)] + [ft.cummax(x, 1)[0].numpy().tobytes()]
            )
    finally:
        ft.set_num_threads(before)
    assert results[0] == results[1]
