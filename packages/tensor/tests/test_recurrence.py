"""Recurrent layers of several tasks and tiles, beside the definition."""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor.testing import assert_close

GATES = {"rnn_tanh": 1, "rnn_relu": 1, "lstm": 4, "gru": 3}


def normal(*shape, dtype, seed=0):
    return np.random.default_rng((seed, *shape)).normal(size=shape).astype(dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("size", [1, 33, 100])
@pytest.mark.parametrize("sizes", [(80, 80, 80), (130, 60, 59, 2), (1, 1)])
@pytest.mark.parametrize("cell", GATES)
def test_tasks_give_what_the_definition_gives(cell, sizes, size, reverse, dtype):
    """Values and gradients of many units and rows, over sequences of one length and of several."""
    x, h0 = normal(sum(sizes), 12, dtype=dtype), normal(sizes[0], size, dtype=dtype)
    c0 = normal(sizes[0], size, dtype=dtype, seed=1) if cell == "lstm" else None
    rows = GATES[cell] * size
    shapes = [(rows, 12), (rows, size), (rows,), (rows,)]
    weights = [normal(*shape, dtype=dtype, seed=i) * size**-0.5 for i, shape in enumerate(shapes)]
    steps = (sizes, reverse)
    as_tensors = [ft.tensor(x), [ft.tensor(w) for w in weights], ft.tensor(h0), None if c0 is None else ft.tensor(c0)]
    tolerance = {"float32": (1e-4, 1e-4), "float64": (1e-11, 1e-11)}[dtype]
    results = ft.ops.recurrence(*as_tensors, cell, steps)
    expected = ft.ops.recurrence.kernels["reference"](np, x, weights, h0, c0, cell, steps)
    for got, want in zip(results, expected, strict=True):
        assert_close(got, want, *tolerance)
    grads = [normal(*part.shape, dtype=dtype, seed=2) for part in expected[:3]]
    kept = (expected[0], *expected[3:], cell, steps, True)
    wanted = ft.ops.recurrence_backward.kernels["reference"](np, grads, x, weights, h0, c0, *kept)
    kept = (results[0], *results[3:], cell, steps, True)
    found = ft.ops.recurrence_backward([ft.tensor(g) for g in grads], *as_tensors, *kept)
    for got, want in zip(found, wanted, strict=True):
        assert_close(got, want, tolerance[0], tolerance[1] * 10)
