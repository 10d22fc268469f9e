"""Attention at sizes of several tiles: values beside the definition, and what it holds in memory."""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor.testing import assert_close

SIZES = [(3, 300, 700, 33, 20), (10, 70, 40, 16, 48), (1, 257, 129, 64, 64), (2, 1, 1000, 8, 1)]


def normal(*shape, dtype, seed=0):
    return np.random.default_rng((seed, *shape)).normal(size=shape).astype(dtype)


def definition(name, *arrays):
    """What the reference kernel gives."""
    arrays = [a.numpy() if isinstance(a, ft.Tensor) else a for a in arrays]
    with np.errstate(all="ignore"):  # as operators run their kernels
        return getattr(ft.ops, name).kernels["reference"](np, *arrays)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("options", ["plain", "causal", "mask", "blind", "additive", "row", "dropout"])
@pytest.mark.parametrize(("heads", "queries", "keys", "width", "value_width"), SIZES)
def test_tiles_give_what_the_definition_gives(dtype, options, heads, queries, keys, width, value_width):
    """Result, logsumexp and gradients, whichever mask there is, also where whole tiles of it hide everything."""
    q, k = normal(heads, queries, width, dtype=dtype), normal(heads, keys, width, dtype=dtype)
    v, grad = normal(heads, keys, value_width, dtype=dtype), normal(heads, queries, value_width, dtype=dtype, seed=1)
    hidden = np.arange(keys) < 300
    rest = {
        "plain": (None, False, None, None),
        "causal": (None, True, 0.3, None),
        "mask": (normal(heads, queries, keys, dtype=dtype) > 0, False, None, None),
        "blind": (np.broadcast_to(~hidden, (queries, keys)), False, None, None),
        "additive": (normal(queries, keys, dtype=dtype), False, None, None),
        "row": (np.where(hidden, -np.inf, 1).astype(dtype), False, None, None),
        "dropout": (None, False, None, (0.3, 11, 5)),
    }[options]
    tensors = [ft.tensor(a) for a in (q, k, v)]
    mask = None if rest[0] is None else ft.from_numpy(np.array(rest[0]))
    result = ft.ops.attention(*tensors, mask, *rest[1:])
    expected = definition("attention", q, k, v, *rest)
    tolerance = {"float32": (1e-5, 2e-5), "float64": (1e-12, 1e-12)}[dtype]
    for got, want in zip(result, expected, strict=True):
        assert_close(got, want, *tolerance)
    slopes = ft.ops.attention_backward(ft.tensor(grad), *tensors, mask, *result, *rest[1:])
    wanted = definition("attention_backward", grad, q, k, v, rest[0], *expected, *rest[1:])
    for got, want in zip(slopes, wanted, strict=True):
        assert_close(got, want, tolerance[0], 5 * tolerance[1])


def test_heads_may_be_views_of_one_matrix():
    """Queries, keys and values that lie between others', as a layer with one projection makes them."""
    x = ft.tensor(normal(2, 50, 3, 4, 16, dtype="float32"))
    views = [x[:, :, i].transpose(1, 2) for i in range(3)]
    for got, want in zip(ft.ops.attention(*views), ft.ops.attention(*[v.contiguous() for v in views]), strict=True):
        assert got.tolist() == want.tolist()


def test_the_matrix_of_scores_is_never_in_memory():
    """Forward and backward of 4096 queries and keys take a small part of what their scores would."""
    n = 4096
    q, k, v, grad = (ft.tensor(normal(1, n, 32, dtype="float32", seed=i)) for i in range(4))
    ft.reset_peak_memory_stats()
    before = ft.memory_stats()["in_use"]
    result = ft.ops.attention(q, k, v)
    ft.ops.attention_backward(grad, q, k, v, None, *result, False, None, None)
    taken = ft.memory_stats()["peak"] - before
    assert taken < n * n * 4 / 4
