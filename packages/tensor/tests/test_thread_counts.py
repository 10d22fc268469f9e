"""Results are the same, bit for bit, whatever the number of threads; and right in forked children of busy parents.

Every family of kernels is here, at sizes around and beyond those at which work is cut into chunks. The thread sanitizer
runs this file in `nox -s soak`.
"""

import os
import signal
import threading

import flambeau.tensor as ft
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

COUNTS = (1, 2, 3)


def normal(*shape, dtype="float32", seed=0):
    return ft.tensor(np.random.default_rng((seed, *shape)).normal(size=shape), dtype=dtype)


def whole(high, *shape, seed=0):
    return ft.tensor(np.random.default_rng((seed, *shape)).integers(0, high, shape))


def pointwise(dtype):
    """One operation, several, strided and broadcast ones, and a copy that transposes."""
    for n in (1, 32767, 32769, 131073, 400_003):
        x, y = normal(n, dtype=dtype), normal(n, dtype=dtype, seed=1)
        yield x + y
        yield x.exp()
        yield x.sin()
        yield ft.where(x < y, x, y)
        yield ft.pointwise("a * b + tanh(a)")(x, y)
        yield x < y
        x.add_(y)
        yield x
    x, y = normal(517, 613, dtype=dtype), normal(613, 517, dtype=dtype)
    yield x + y.T
    yield x[:, ::-1] * y.T[:1]
    yield y.T.contiguous()
    yield x[::2].to("float64" if dtype != "float64" else "float32")


def attention(dtype):
    """Few and many heads, rows and keys beyond one tile, masks and dropout, and the gradients."""
    for heads, queries, keys, width in ((1, 300, 700, 33), (20, 70, 40, 16), (2, 530, 530, 64)):
        q, k = normal(heads, queries, width, dtype=dtype), normal(heads, keys, width, dtype=dtype)
        v, mask = normal(heads, keys, 48, dtype=dtype), normal(queries, keys) > 0
        for rest in ((None, True), (mask, False, None, (0.25, 3, 5))):
            rest = (*rest, None, None)[:4]
            result, logsumexp = ft.ops.attention(q, k, v, *rest)
            yield result
            yield from ft.ops.attention_backward(result, q, k, v, rest[0], result, logsumexp, *rest[1:])


def recurrence(dtype):
    """Each cell, over sequences of several lengths, with more units and rows than one task has."""
    for cell, gates in (("lstm", 4), ("gru", 3), ("rnn_tanh", 1)):
        sizes, size = (150, 150, 120, 70, 3), 100
        x, h0 = normal(sum(sizes), 40, dtype=dtype), normal(150, size, dtype=dtype)
        c0 = normal(150, size, dtype=dtype, seed=1) if cell == "lstm" else None
        weights = [normal(gates * size, n, dtype=dtype) / 10 for n in (40, size)]
        for reverse in (False, True):
            results = ft.ops.recurrence(x, weights, h0, c0, cell, (sizes, reverse))
            yield from results[:3]
            grads = [normal(*part.shape, dtype=dtype, seed=2) for part in results[:3]]
            kept = (results[0], *results[3:], cell, (sizes, reverse), True)
            yield from ft.ops.recurrence_backward(grads, x, weights, h0, c0, *kept)


def reductions(dtype):
    for shape in ((3, 100_003), (100_003, 3), (1031, 517), (33, 65, 129), (1, 400_003)):
        x = normal(*shape, dtype=dtype)
        for dim in (None, 0, -1):
            yield x.sum(dim)
            yield x.mean(dim)
            yield x.var(dim)
            yield x.max() if dim is None else x.amax(dim)
            yield x.argmin(dim)
            yield x.logsumexp(dim) if dim is not None else x.norm()
        yield (x > 0).any(0)
    yield normal(40, 50, 60, dtype=dtype).sum((0, 2))


def rows(dtype):
    for shape, dim in (((2000, 257), 1), ((257, 2000), 0), ((40, 100, 60), 1), ((3, 200_003), 1)):
        x = normal(*shape, dtype=dtype)
        yield x.softmax(dim)
        yield x.log_softmax(dim)


def scans(dtype):
    for shape, dim in (((400_003,), 0), ((5, 100_003), 1), ((3001, 200), 0), ((3001, 200), 1), ((30, 200, 50), 1)):
        yield normal(*shape, dtype=dtype).cumsum(dim)


def products(dtype):
    for m, n, k in ((65, 67, 70), (300, 310, 520), (1, 1000, 999), (1000, 1, 999), (700, 33, 2000)):
        a, b = normal(m, k, dtype=dtype), normal(k, n, dtype=dtype)
        yield a @ b
        yield b.T @ a.T
    yield normal(17, 40, 50, dtype=dtype) @ normal(17, 50, 30, dtype=dtype)


def convolutions(dtype):
    for (n, c, h, w), (o, i, kh, kw), options in (
        ((3, 5, 33, 35), (7, 5, 3, 3), {"padding": 1}),
        ((2, 64, 20, 21), (64, 64, 3, 3), {"padding": 1}),  # by transforms
        ((2, 128, 8, 8), (130, 128, 1, 1), {}),
        ((4, 32, 30, 31), (32, 1, 3, 3), {"padding": 1, "groups": 32}),  # each channel by itself
        ((2, 6, 40, 41), (8, 3, 5, 4), {"stride": 2, "dilation": 2, "groups": 2}),
    ):
        x, weight = normal(n, c, h, w, dtype=dtype), normal(o, i, kh, kw, dtype=dtype)
        y = ft.conv2d(x, weight, normal(o, dtype=dtype), **options)
        grad = normal(*y.shape, dtype=dtype)
        yield y
        yield ft.ops.conv2d_input_gradient(grad, weight, x.shape, **options)
        yield ft.ops.conv2d_weight_gradient(grad, x, weight.shape, **options)


def losses(dtype):
    for n, classes in ((5, 10), (4001, 100), (70_001, 10)):
        x, target = normal(n, classes, dtype=dtype), whole(classes, n)
        for reduction in ("none", "mean", "sum"):
            yield ft.cross_entropy(x, target, reduction=reduction)
            yield ft.nll_loss(x, target, reduction=reduction)
            yield ft.mse_loss(x, normal(n, classes, dtype=dtype, seed=1), reduction=reduction)
        yield ft.ops.cross_entropy_backward(ft.ones((), dtype=dtype), x, target, None, -100, "mean")
        yield ft.cross_entropy(x, target, label_smoothing=0.1)
        yield ft.ops.cross_entropy_backward(ft.ones((), dtype=dtype), x, target, None, -100, "mean", 0.1)


def normalizations(dtype):
    for shape in ((64, 32, 14, 15), (2000, 100), (3, 5, 200, 201)):
        x, c = normal(*shape, dtype=dtype), shape[1]
        weight, bias = normal(c, dtype=dtype), normal(c, dtype=dtype, seed=1)
        y, mean, invstd = ft.batch_norm(x, weight, bias)
        yield from (y, mean, invstd)
        yield from ft.ops.batch_norm_backward(normal(*shape, dtype=dtype, seed=2), x, weight, mean, invstd)


def sequences(dtype):
    logs = normal(40, 9, 12, dtype=dtype).log_softmax(2)
    parts = whole(11, 9, 15) + 1, whole(10, 9) + 30, whole(15, 9, seed=1)
    loss, alphas = ft.ops.ctc_loss(logs, *parts)
    yield from (loss, alphas, ft.ops.ctc_loss_backward(normal(9, dtype=dtype), logs, *parts, 0, loss, alphas))


def row_normalizations(dtype):
    for shape in ((2000, 100), (33, 4, 200), (64, 32, 14, 15), (3, 6, 200, 201)):
        x, grad = normal(*shape, dtype=dtype), normal(*shape, dtype=dtype, seed=2)
        for last in (shape[-1:], shape[1:]):
            weight, bias = normal(*last, dtype=dtype), normal(*last, dtype=dtype, seed=1)
            y, mean, invstd = ft.ops.layer_norm(x, len(last), weight, bias)
            yield from (y, mean, invstd)
            yield from ft.ops.layer_norm_backward(grad, x, len(last), weight, mean, invstd)
            y, invrms = ft.ops.rms_norm(x, len(last), weight)
            yield from (y, invrms, *ft.ops.rms_norm_backward(grad, x, len(last), weight, invrms))
        weight, bias = normal(shape[1], dtype=dtype), normal(shape[1], dtype=dtype, seed=1)
        y, mean, invstd = ft.ops.group_norm(x, 2, weight, bias)
        yield from (y, mean, invstd, *ft.ops.group_norm_backward(grad, x, 2, weight, mean, invstd))


def tables(dtype):
    for rows, n, width in ((100, 5000, 64), (5000, 300, 100), (10, 70_001, 3)):
        table, source, target = normal(rows, width, dtype=dtype), whole(rows, n), whole(n // 2, n, seed=1)
        yield ft.embedding(table, source)
        yield ft.ops.add_rows(table, source, target, n // 2, normal(n, dtype=dtype))
        yield ft.ops.add_rows(normal(n, width, dtype=dtype), None, source, rows)


def draws(dtype):
    for n in (3, 65_537, 400_003):
        g = ft.Generator(n)
        yield ft.rand(n, dtype=dtype, generator=g)
        yield ft.randn(n, dtype=dtype, generator=g)
        yield ft.randint(0, 1000, (n,), generator=g)
        yield ft.randperm(n, generator=g)
        yield ft.ops.dropout(ft.ones(n, dtype=dtype), 0.3, n, 4)


FAMILIES = [
    pointwise, attention, recurrence, reductions, rows, scans, products, convolutions, losses, normalizations,
    row_normalizations, sequences, tables, draws,
]  # fmt: skip
DTYPES = ["float32", "float64", "float16", "bfloat16"]


@pytest.fixture(autouse=True)
def threads():
    """Leaves the number of threads as it was."""
    before = ft.get_num_threads()
    yield
    ft.set_num_threads(before)


def bits(x):
    return x.dtype, x.shape, x.numpy().tobytes()


# Matrix products of halves are NumPy's.
CASES = [(f, t) for f in FAMILIES for t in DTYPES if f is not products or t in ("float32", "float64")]


@pytest.mark.parametrize("family, dtype", CASES, ids=lambda p: p if isinstance(p, str) else p.__name__)
def test_results_are_equal_for_any_number_of_threads(family, dtype):
    """Every kernel gives the same bits with one, two and three threads."""
    results = []
    for count in COUNTS:
        ft.set_num_threads(count)
        results.append([bits(x) for x in family(dtype)])
    for number, found in enumerate(zip(*results, strict=True)):
        assert found[0] == found[1] == found[2], f"result {number} of {family.__name__}"


@given(st.integers(9, 200_000), st.integers(0, 3), st.integers(1, 9))
@settings(max_examples=settings().max_examples // 10)
def test_any_size_is_equal_for_any_number_of_threads(n, family, width):
    """So do those whose chunks follow from odd sizes."""
    x = normal(n)
    grid = x[: n // width * width].reshape(-1, width)
    work = [
        lambda: [x + x[:1], x.exp(), x > 0, x.double() * 2],
        lambda: [x.sum(), x.var(), x.argmax(), *[f(d) for f in (grid.sum, grid.mean, grid.argmin) for d in (0, 1)]],
        lambda: [x.cumsum(0), x.softmax(0), *[f(d) for f in (grid.cumsum, grid.softmax) for d in (0, 1)]],
        lambda: [ft.randn(n, generator=ft.Generator(1)), grid.T @ grid, ft.randperm(n, generator=ft.Generator(1))],
    ][family]
    results = []
    for count in COUNTS:
        ft.set_num_threads(count)
        results.append([bits(y) for y in work()])
    assert results[0] == results[1] == results[2]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Python's, that a child may hang: that it does not is tested
def test_children_of_busy_parents_compute():
    """A process forked while the pool works for another thread gets right results, and ends."""
    x = normal(300_006)
    ft.set_num_threads(3)

    def results():
        return [bits(y) for y in (x + 1, x.exp(), x.sum(), x.softmax(0), x.cumsum(0), x.reshape(-1, 7).sum(0))]

    expected, stop = results(), threading.Event()

    def busy():
        while not stop.is_set():
            results()

    other = threading.Thread(target=busy)
    other.start()
    try:
        for _ in range(max(5, settings().max_examples // 10)):
            child = os.fork()
            if child == 0:
                signal.alarm(120)  # one that hangs is killed, and found out
                os._exit(0 if results() == expected and results() == expected else 1)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    finally:
        stop.set()
        other.join()
