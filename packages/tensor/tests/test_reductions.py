"""The reduction iterator and its kernels, against NumPy in float64: dtypes, layouts, dimensions, edges of blocks.

The op database covers small arrays; here are the sizes at which blocks, tiles, folds and pieces begin and end.
"""

import math
import os
import subprocess
import sys

import flambeau.tensor as ft
import ml_dtypes
import numpy as np
import pytest
from flambeau.tensor import ops
from flambeau.tensor._core.tensor import instruction_sets
from hypothesis import given, settings
from hypothesis import strategies as st

BFLOAT16 = np.dtype(ml_dtypes.bfloat16)
DTYPES = [
    np.dtype(name)
    for name in ("bool", "int8", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64", "float16")
]
DTYPES.append(BFLOAT16)
FLOATS = [d for d in DTYPES if d.kind in "fV"]
# Around vectors, runs of 2048 and 512, blocks of 16384, loaded blocks of 2048.
LENGTHS = (1, 7, 8, 15, 16, 17, 63, 65, 127, 129, 1023, 1025, 2047, 2049, 4097, 16383, 16384, 16385, 40000)


def values(rng, shape, dtype):
    x = rng.standard_normal(shape) * 3
    if dtype.kind == "b":
        return x > 0
    if dtype.kind in "iu":
        return np.abs(x * 20).astype(dtype) if dtype.kind == "u" else (x * 20).astype(dtype)
    return x.astype(dtype)


def wide(x):
    return x.astype(np.float64) if x.dtype.kind in "fV" else x


def sum_bound(x, axis, keepdims=False):
    """What a sum may be off by: the bound in reduction.hpp for the narrowest vectors, and the result's rounding."""
    eps = float(ml_dtypes.finfo(x.dtype).eps)
    accumulated = min(eps, float(np.finfo(np.float32).eps))
    size = np.sum(np.abs(wide(x)), axis=axis, keepdims=keepdims)
    count = x.size / max(1, np.size(size))
    return (64 + 16 + math.log2(max(count, 2))) * accumulated * size + eps * np.abs(
        np.sum(wide(x), axis=axis, keepdims=keepdims)
    )


def check_sum(got, x, axis, keepdims=False):
    got = np.asarray(got)
    if x.dtype.kind in "biu":
        expected = np.sum(x, axis=axis, keepdims=keepdims, dtype=np.int64)
        assert got.dtype == np.int64
        np.testing.assert_array_equal(got, expected)
        return
    assert got.dtype == x.dtype
    expected = np.sum(wide(x), axis=axis, keepdims=keepdims)
    assert got.shape == expected.shape
    assert (np.abs(got.astype(np.float64) - expected) <= sum_bound(x, axis, keepdims) + 1e-30).all()


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_rows_of_any_length_are_reduced(dtype):
    rng = np.random.default_rng(1)
    for n in LENGTHS:
        x = values(rng, (3, n), dtype)
        t = ft.from_numpy(x)
        check_sum(ft.sum(t, 1), x, 1)
        check_sum(ft.sum(t), x, None)
        np.testing.assert_array_equal(np.asarray(ft.amax(t, 1)), wide(x).max(1).astype(dtype))
        np.testing.assert_array_equal(np.asarray(ft.amin(t)), wide(x).min().astype(dtype))
        np.testing.assert_array_equal(np.asarray(ft.argmax(t, 1)), wide(x).argmax(1))
        np.testing.assert_array_equal(np.asarray(ft.argmin(t)), wide(x).argmin())
        np.testing.assert_array_equal(np.asarray(ft.count_nonzero(t, 1)), np.count_nonzero(wide(x), 1))


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_columns_of_any_number_are_reduced(dtype):
    """Narrow ones are folded, wide ones go by tiles."""
    rng = np.random.default_rng(2)
    for rows in (1, 3, 4, 5, 63, 64, 65, 200):
        for columns in (1, 2, 3, 10, 16, 17, 100, 129, 600, 1025):
            x = values(rng, (rows, columns), dtype)
            t = ft.from_numpy(x)
            check_sum(ft.sum(t, 0), x, 0)
            np.testing.assert_array_equal(np.asarray(ft.amax(t, 0)), wide(x).max(0).astype(dtype))
            np.testing.assert_array_equal(np.asarray(ft.argmin(t, 0)), wide(x).argmin(0))
            np.testing.assert_array_equal(np.asarray(ft.any(t, 0)), wide(x).any(0))
            np.testing.assert_array_equal(np.asarray(ft.all(t, 0)), wide(x).all(0))


@st.composite
def views(draw):
    """A random view (permuted, stepped, reversed, broadcast) and the dimensions to reduce."""
    dtype = draw(st.sampled_from(DTYPES))
    ndim = draw(st.integers(1, 4))
    sizes = st.one_of(st.integers(0, 4), st.sampled_from([8, 16, 17, 31]), st.sampled_from([65, 70, 130]))
    shape = tuple(draw(sizes) for _ in range(ndim))
    while math.prod(shape) > 40_000:
        shape = (*shape[1:], 3)
    steps = [draw(st.sampled_from([1, 1, 2, -1, -2])) for _ in shape]
    order = draw(st.permutations(range(ndim)))
    repeated = [draw(st.integers(0, 9)) == 0 for _ in shape]
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    base = [shape[d] * abs(steps[d]) if not repeated[d] else 1 for d in order]
    x = values(rng, base, dtype).transpose(np.argsort(order))
    x = x[tuple(slice(None) if r else slice(None, None, s) for r, s in zip(repeated, steps, strict=True))]
    x = np.broadcast_to(x, shape)
    dim = draw(st.one_of(st.none(), st.sets(st.integers(0, ndim - 1)).map(lambda s: tuple(sorted(s)))))
    return x, dim, draw(st.booleans())


@settings(max_examples=settings().max_examples * 3 // 2)
@given(views())
def test_any_view_is_reduced_over_any_dimensions(drawn):
    x, dim, keepdim = drawn
    t = ft.from_numpy(x)
    check_sum(ft.sum(t, dim, keepdim), x, dim, keepdim)
    np.testing.assert_array_equal(np.asarray(ft.any(t, dim, keepdim)), np.any(wide(x), axis=dim, keepdims=keepdim))
    reduced = range(x.ndim) if dim is None else dim
    if all(x.shape[d] for d in reduced):
        np.testing.assert_array_equal(
            np.asarray(ft.amin(t, dim, keepdim)), wide(x).min(axis=dim, keepdims=keepdim).astype(x.dtype)
        )
        if dim is None or len(dim) == 1:
            one = None if dim is None else dim[0]
            np.testing.assert_array_equal(
                np.asarray(ft.argmax(t, one, keepdim)), wide(x).argmax(axis=one, keepdims=keepdim)
            )
    if x.dtype.kind in "fV" and x.size and all(x.shape[d] for d in reduced):
        rtol, atol = (2e-2, 2e-2) if x.dtype.itemsize == 2 else (1e-5, 1e-5)
        got = np.asarray(ft.var(t, dim, keepdim, correction=0)).astype(np.float64)
        np.testing.assert_allclose(got, np.var(wide(x), axis=dim, keepdims=keepdim), rtol, atol)


@pytest.mark.parametrize("n", [5, 100, 5000, 70_000])
@pytest.mark.parametrize("dtype", [np.dtype(np.float32), np.dtype(np.float64)], ids=str)
def test_nan_is_an_extreme_wherever_it_is(n, dtype):
    x = np.linspace(-1, 1, n, dtype=dtype)
    for place in {0, 1, n // 3, n - 1}:
        y = x.copy()
        y[place] = np.nan
        for t, dim in ((ft.from_numpy(y), 0), (ft.from_numpy(np.stack([y, y], 1)), 0)):
            assert np.isnan(np.asarray(ft.amax(t, dim))).all()
            assert np.isnan(np.asarray(ft.amin(t, dim))).all()
            assert (np.asarray(ft.argmax(t, dim)) == place).all()
            assert (np.asarray(ft.argmin(t, dim)) == place).all()


@pytest.mark.parametrize("n", [5, 300, 70_000])
def test_infinities_are_extremes(n):
    """Rows of finite numbers take a shorter way, which infinities must not."""
    x = np.linspace(-1, 1, n, dtype=np.float32)
    x[n // 2] = np.inf
    x[n // 3] = -np.inf
    t = ft.from_numpy(x)
    assert (ft.amax(t).item(), ft.amin(t).item()) == (math.inf, -math.inf)
    assert (ft.argmax(t).item(), ft.argmin(t).item()) == (n // 2, n // 3)
    assert ft.norm(t, math.inf).item() == math.inf


def test_the_first_of_equal_extremes_is_found():
    x = np.zeros((5000, 3), np.float32)
    x[[70, 4500]] = 1
    x[[71, 4400]] = -1
    t = ft.from_numpy(x)
    assert np.asarray(ft.argmax(t, 0)).tolist() == [70] * 3
    assert np.asarray(ft.argmin(t, 0)).tolist() == [71] * 3
    assert ft.argmax(t).item() == 210
    found = ft.max(ft.from_numpy(x[:, 0]), 0)
    assert (found.values.item(), found.indices.item()) == (1, 70)


def test_a_sum_of_ten_million_is_as_exact_as_its_bound_says():
    rng = np.random.default_rng(3)
    x = rng.random(10_000_000, dtype=np.float32)
    exact = math.fsum(x.tolist())
    assert abs(ft.sum(ft.from_numpy(x)).item() - exact) <= sum_bound(x, None)
    assert abs(ft.sum(ft.from_numpy(x)).item() - exact) / exact < 2e-7


def test_a_variance_keeps_its_digits_beside_a_large_mean():
    rng = np.random.default_rng(4)
    x = (rng.standard_normal((3000, 40)) + 10_000).astype(np.float32)
    for dim in (None, 0, 1):
        np.testing.assert_allclose(
            np.asarray(ft.var(ft.from_numpy(x), dim)), np.var(x.astype(np.float64), axis=dim, ddof=1), 1e-5
        )


@pytest.mark.parametrize("reduce", [ft.sum, ft.mean, ft.amax, ft.argmax, ft.var, ft.norm, ft.any])
def test_results_are_the_same_for_any_number_of_threads(reduce):
    rng = np.random.default_rng(5)
    threads = ft.get_num_threads()
    try:
        for shape, kwargs in (
            ((1_000_000,), {}),
            ((700, 1500), {"dim": 0}),
            ((700, 1500), {"dim": 1}),
            ((300_000, 3), {"dim": 0}),
        ):
            x = ft.from_numpy(rng.standard_normal(shape).astype(np.float32))
            results = []
            for count in (1, 2, 3):
                ft.set_num_threads(count)
                results.append(np.asarray(reduce(x, **kwargs)).tobytes())
            assert len(set(results)) == 1
    finally:
        ft.set_num_threads(threads)


def test_out_is_written_unless_it_is_the_input():
    x = ft.arange(6.0).reshape(2, 3)
    out = ft.empty(3)
    assert ft.sum(x, 0, out=out) is out
    assert out.tolist() == [3.0, 5.0, 7.0]
    y = ft.arange(4.0)
    ft.cumsum(y, 0, out=y)
    assert y.tolist() == [0.0, 1.0, 3.0, 6.0]


# Along a dimension ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("shape", [(3, 17), (17, 3), (40, 33), (2, 2100), (2100, 2), (3, 20, 40), (2, 140_000)])
def test_running_sums_along_any_dimension(shape, dtype):
    x = values(np.random.default_rng(6), shape, dtype)
    if dtype.itemsize == 2 and x.size > 10_000:
        x = (x * 0.01).astype(dtype) if dtype.kind in "fV" else x
    for dim in range(x.ndim):
        for view in (x, x[::-1], x[..., ::2]):
            got = np.asarray(ft.cumsum(ft.from_numpy(view), dim))
            if dtype.kind in "biu":
                np.testing.assert_array_equal(got, np.cumsum(view, dim, dtype=np.int64))
                continue
            expected = np.cumsum(wide(view), dim)
            eps = float(ml_dtypes.finfo(dtype).eps)
            size = np.cumsum(np.abs(wide(view)), dim)
            assert got.dtype == dtype
            assert (
                np.abs(got.astype(np.float64) - expected) <= 2 * eps * np.abs(expected) + 32 * min(eps, 1.2e-7) * size
            ).all()


def softmax(x, dim):
    powers = np.exp(x - x.max(dim, keepdims=True))
    return powers / powers.sum(dim, keepdims=True)


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
@pytest.mark.parametrize(
    "shape", [(3, 1), (5, 10), (4, 17), (3, 16500), (40, 33), (6, 5, 300), (5, 300, 3), (2, 70_000)]
)
def test_softmax_and_its_gradient_along_any_dimension(shape, dtype):
    rng = np.random.default_rng(7)
    x, g = values(rng, shape, dtype), values(rng, shape, dtype)
    tolerance = {"rtol": 3e-2, "atol": 3e-2} if dtype.itemsize == 2 else {"rtol": 3e-5, "atol": 1e-5}
    for dim in range(x.ndim):
        y = softmax(wide(x), dim)
        t, tg = ft.from_numpy(x), ft.from_numpy(g)
        np.testing.assert_allclose(np.asarray(ft.softmax(t, dim)).astype(np.float64), y, **tolerance)
        np.testing.assert_allclose(np.asarray(ft.log_softmax(t, dim)).astype(np.float64), np.log(y), **tolerance)
        sums = np.log(np.exp(wide(x)).sum(dim))
        np.testing.assert_allclose(np.asarray(ft.logsumexp(t, dim)).astype(np.float64), sums, **tolerance)
        weights, wide_g = y.astype(dtype), wide(g)
        w = wide(weights)
        expected = w * (wide_g - (wide_g * w).sum(dim, keepdims=True))
        got = np.asarray(ops.softmax_backward(tg, ft.from_numpy(weights), dim))
        np.testing.assert_allclose(got.astype(np.float64), expected, **tolerance)


def test_softmax_and_logsumexp_of_infinities():
    inf, nan = math.inf, math.nan
    for n in (2, 40, 20_000):  # a vector's rest, whole vectors, several blocks
        rows = np.full((4, n), -1.0, np.float32)
        rows[0] = -inf
        rows[1, 1:] = -inf
        rows[2, 1] = inf
        rows[3, n // 2] = nan
        t = ft.from_numpy(rows)
        for x, dim in ((t, 1), (ft.from_numpy(np.ascontiguousarray(rows.T)), 0)):
            soft = np.asarray(ft.softmax(x, dim)).take(range(4), 1 - dim)
            soft = soft if dim == 1 else soft.T
            assert np.isnan(soft[0]).all() and np.isnan(soft[2]).all() and np.isnan(soft[3]).all()
            assert soft[1, 0] == 1 and (soft[1, 1:] == 0).all()
            sums = np.asarray(ft.logsumexp(x, dim))
            assert sums[0] == -inf and sums[1] == -1 and sums[2] == inf and np.isnan(sums[3])


# Losses and normalisation, where the op database is too small -------------------------------------------------------


@pytest.mark.parametrize("shape", [(300, 10), (3, 17_000), (4, 70, 300), (2, 3, 20, 20)])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_cross_entropy_is_nll_of_log_softmax(shape, reduction):
    rng = np.random.default_rng(8)
    x = rng.standard_normal(shape).astype(np.float32)
    target = rng.integers(0, shape[1], (shape[0], *shape[2:]))
    target.flat[::7] = -100
    weight = rng.random(shape[1]).astype(np.float32)
    args = ft.from_numpy(target), ft.from_numpy(weight), -100, reduction
    logs = np.log(softmax(x.astype(np.float64), 1))
    picked = np.take_along_axis(logs, np.maximum(target, 0)[:, None], 1)[:, 0]
    weights = np.where(target == -100, 0, weight[np.maximum(target, 0)].astype(np.float64))
    losses = -picked * weights
    expected = {"none": losses, "sum": losses.sum(), "mean": losses.sum() / weights.sum()}[reduction]
    np.testing.assert_allclose(np.asarray(ft.cross_entropy(ft.from_numpy(x), *args)), expected, 2e-5, 1e-5)
    np.testing.assert_allclose(
        np.asarray(ft.nll_loss(ft.from_numpy(logs.astype(np.float32)), *args)), expected, 2e-5, 1e-5
    )
    grad = rng.standard_normal(target.shape if reduction == "none" else ()).astype(np.float32)
    one = np.zeros(shape)
    np.put_along_axis(one, np.maximum(target, 0)[:, None], 1, 1)
    scale = weights * grad / (weights.sum() if reduction == "mean" else 1)
    got = ops.cross_entropy_backward(
        ft.from_numpy(grad) if grad.ndim else ft.tensor(float(grad)), ft.from_numpy(x), *args
    )
    np.testing.assert_allclose(np.asarray(got), (softmax(x.astype(np.float64), 1) - one) * scale[:, None], 1e-4, 1e-6)


def test_a_wrong_target_is_named_also_among_many():
    x, target = ft.zeros(50_000, 3), np.zeros(50_000, np.int64)
    target[40_000] = 3
    with pytest.raises(IndexError, match=r"got 3 at \(40000,\)"):
        ft.cross_entropy(x, ft.from_numpy(target))


@pytest.mark.parametrize("shape", [(500, 3), (70, 300), (4, 3, 5000), (8, 40, 7, 7), (3, 2, 2)])
def test_batch_norm_and_its_gradients(shape):
    rng = np.random.default_rng(9)
    x, g = (rng.standard_normal(shape).astype(np.float32) + 2 for _ in range(2))
    weight, bias = (rng.standard_normal(shape[1]).astype(np.float32) for _ in range(2))
    over, per = (0, *range(2, len(shape))), (1, -1) + (1,) * (len(shape) - 2)
    w, wide_x, wide_g = weight.reshape(per).astype(np.float64), x.astype(np.float64), g.astype(np.float64)
    invstd = 1 / np.sqrt(wide_x.var(over, keepdims=True) + 1e-5)
    normal = (wide_x - wide_x.mean(over, keepdims=True)) * invstd
    found = ft.batch_norm(*map(ft.from_numpy, (x, weight, bias)))
    np.testing.assert_allclose(np.asarray(found[0]), normal * w + bias.reshape(per), 1e-4, 1e-5)
    grads = ops.batch_norm_backward(ft.from_numpy(g), ft.from_numpy(x), ft.from_numpy(weight), *found[1:])
    grad_bias, grad_weight = wide_g.sum(over, keepdims=True), (wide_g * normal).sum(over, keepdims=True)
    expected = (wide_g - (grad_bias + normal * grad_weight) / (x.size / shape[1])) * invstd * w
    np.testing.assert_allclose(np.asarray(grads[0]), expected, 1e-3, 1e-4)
    np.testing.assert_allclose(np.asarray(grads[1]), grad_weight.ravel(), 1e-4, 1e-3)
    np.testing.assert_allclose(np.asarray(grads[2]), grad_bias.ravel(), 1e-4, 1e-3)


@pytest.mark.parametrize("isa", instruction_sets())
def test_every_isa(isa):
    """The other tests of this file, with each instruction set."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "not isa and not million", __file__],
        env={**os.environ, "FLAMBEAU_ISA": isa},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32"])
@pytest.mark.parametrize("n", [5, 15, 16, 17, 31, 127, 128, 129, 1000, 2064, 40000])
def test_reductions_do_not_depend_on_where_a_row_begins(n, dtype):
    """A row anywhere in its first cache line gives the same bits."""
    row = (np.random.default_rng(n).standard_normal(n) * 9).astype(dtype)
    memory, found = np.empty(n + 40, dtype), set()
    for offset in range(17):
        x = memory[offset : offset + n]
        x[...] = row
        found.add(tuple(np.asarray(f(x)).tobytes() for f in (ft.sum, ft.amax, ft.amin, ft.prod)))
    assert len(found) == 1
    assert np.asarray(ft.amax(row)) == row.max() and np.asarray(ft.amin(row)) == row.min()


@pytest.mark.parametrize("special", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("n", [15, 16, 17, 100, 128, 300])
def test_extremes_find_what_is_not_finite_at_every_place(n, special):
    """NaN wins, and infinities count, wherever in the row they are."""
    for place in range(n):
        x = np.arange(n, dtype=np.float32)
        x[place] = special
        np.testing.assert_equal(np.asarray(ft.amax(x)), x.max())
        np.testing.assert_equal(np.asarray(ft.amin(x)), x.min())
