"""Compiled reading, writing and joining against NumPy: every dtype and size, in place, any number of threads."""

import re

import flambeau.tensor as ft
import ml_dtypes
import numpy as np
import pytest

DTYPES = ["bool", "uint8", "int16", "int32", "int64", "float16", "float32", "float64", "complex64", "complex128"]
DTYPES += [ml_dtypes.bfloat16]
# One chunk; several chunks and ranges of rows.
SHAPES = [(7, 5), (3000, 40), (40_000, 3), (70_000,)]


def values(dtype, shape, seed=0):
    """Small whole numbers, so that sums are exact in any order and any dtype."""
    return np.random.default_rng(seed).integers(0, 3, shape).astype(dtype)


def places(size, shape, low=0, seed=1):
    return np.random.default_rng(seed).integers(low, size, shape)


def same(got, want):
    got = got.numpy() if isinstance(got, ft.Tensor) else got
    return got.dtype == want.dtype and np.array_equal(got, want)


def t(array):
    return ft.from_numpy(array.copy())


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_reading(dtype, shape):
    """Rows by vectors of indices, elements by several, parts by masks, negative indices included."""
    a = values(dtype, shape)
    n = shape[0]
    index = places(n, n, -n)
    assert same(t(a)[t(index)], a[index])
    assert same(t(a)[t(index.reshape(-1, 1))], a[index.reshape(-1, 1)])
    assert same(ft.index_select(t(a), 0, t(index % n)), a[index % n])
    mask = np.random.default_rng(2).random(shape) < 0.3
    for m in (mask, np.zeros_like(mask), np.ones_like(mask), mask & False | (np.arange(mask.size) == 3).reshape(shape)):
        assert same(t(a)[t(m)], a[m])
        assert same(ft.masked_select(t(a), t(m)), a[m])
        assert same(ft.nonzero(t(m)), np.argwhere(m))
    rows = mask.reshape(n, -1)[:, 0].copy()
    assert same(t(a)[t(rows)], a[rows])
    if len(shape) > 1:
        other = places(shape[1], n, -shape[1], 3)
        assert same(t(a)[t(index), t(other)], a[index, other])
        few = other[:7]
        assert same(t(a)[:, t(few)], a[:, few])
        assert same(ft.index_select(t(a), 1, t(few % shape[1])), a[:, few % shape[1]])


@pytest.mark.parametrize("dim", [0, -1])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_along_a_dimension(dtype, shape, dim):
    """gather, scatter (of a permutation, where no place is named twice) and scatter_add."""
    a, source = values(dtype, shape), values(dtype, shape, 4)
    index = places(shape[dim], shape)
    assert same(ft.gather(t(a), dim, t(index)), np.take_along_axis(a, index, dim))
    order = np.argsort(np.random.default_rng(5).random(shape), axis=dim)
    expected = a.copy()
    np.put_along_axis(expected, order, source, dim)
    assert same(ft.scatter(t(a), dim, t(order), t(source)), expected)
    assert same(t(a).scatter_(dim, t(order), t(source)), expected)
    np.put_along_axis(expected, index, 1, dim)
    assert same(t(source).scatter_(dim, t(order), t(source)).scatter_(dim, t(index), 1)[:0], expected[:0])
    expected = a.copy()
    grid = list(np.indices(shape, sparse=True))
    grid[dim] = index
    np.add.at(expected, tuple(grid), source)
    assert same(ft.scatter_add(t(a), dim, t(index), t(source)), expected)
    assert same(t(a).scatter_add_(dim, t(index), t(source)), expected)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_writing(dtype, shape):
    """Of a place named several times the last value stays, or the sum, as in NumPy."""
    a = values(dtype, shape)
    index = places(shape[0], shape[0], -shape[0])
    source = values(dtype, shape, 4)
    expected = a.copy()
    expected[index] = source
    x = t(a)
    x[t(index)] = t(source)
    assert same(x, expected)
    assert same(t(a).index_copy_(0, t(index % shape[0]), t(source)), expected)
    assert same(t(a).index_put(t(index), t(source)), expected)
    expected = a.copy()
    np.add.at(expected, index, source)
    assert same(t(a).index_put_(t(index), t(source), accumulate=True), expected)
    assert same(t(a).index_add_(0, t(index % shape[0]), t(source)), expected)
    mask = np.random.default_rng(2).random(shape) < 0.3
    for which in (
        index,
        mask,
        (slice(None), index[:5] % shape[-1]) if len(shape) > 1 else slice(3, None),
        slice(1, 9, 2),
    ):
        expected = a.copy()
        expected[which] = 1
        x = t(a)
        x[tuple(t(p) if isinstance(p, np.ndarray) else p for p in which) if isinstance(which, tuple) else
          t(which) if isinstance(which, np.ndarray) else which] = 1  # fmt: skip
        assert same(x, expected)


@pytest.mark.parametrize("count", [1, 2, 16, 100])
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_joining(dtype, count):
    """Along old and new dimensions, of pieces of different sizes and layouts, empty ones among them."""
    for shape in [(2, 3), (300, 70)]:
        pieces = [values(dtype, shape, seed) for seed in range(count)]
        for dim in (0, 1, -1):
            some = [
                p[: len(p) - i % 2] if dim == 0 else p[:, : p.shape[1] * (i % 3) // 2] for i, p in enumerate(pieces)
            ]
            assert same(ft.cat([ft.from_numpy(p) for p in some], dim), np.concatenate(some, dim))
            assert same(ft.stack(tuple(ft.from_numpy(p.T) for p in pieces), dim), np.stack([p.T for p in pieces], dim))


@pytest.mark.parametrize("bad", [5, -6, 2**62, -(2**63)])
def test_an_index_beyond_the_end_changes_nothing(bad):
    """Bounds are checked before memory is touched: in the last place, too."""
    index = ft.tensor([0, 1, bad])
    x = ft.zeros(5, 2)
    for call in (
        lambda: x[index],
        lambda: x[index, ft.tensor([0, 0, 0])],
        lambda: x.index_select(0, index),
        lambda: x.index_put_(index, 1),
        lambda: x.index_put_(index, ft.ones(3, 2), True),
        lambda: x.index_add_(0, index, ft.ones(3, 2)),
        lambda: x.index_copy_(0, index, ft.ones(3, 2)),
        lambda: x.gather(0, index.reshape(3, 1).expand(3, 2)),
        lambda: x.scatter_(0, index.reshape(3, 1).expand(3, 2), ft.ones(3, 2)),
        lambda: x.scatter_add_(0, index.reshape(3, 1).expand(3, 2), ft.ones(3, 2)),
    ):
        with pytest.raises(IndexError, match=rf"got {bad}"):
            call()
    assert x.sum().item() == 0 and x.version == 0


@pytest.mark.parametrize("operation", ["scatter_", "scatter_add_"])
@pytest.mark.parametrize("columns", [3, 65536, 65537])
def test_many_indices_along_rows(operation, columns):
    """So many that they are read a second time in fewer bytes, where they fit: the result is that of each row;
    and where the last index is not there, nothing has changed."""
    rows = (1 << 20) // columns + 1
    index, source = t(places(columns, (rows, columns))), t(values("float32", (rows, columns)))
    before = t(values("float32", (rows, columns), 2))
    x = before.clone()
    getattr(x, operation)(1, index, source)
    for i in (0, rows // 2, rows - 1):
        row = before[i].clone()
        assert ft.equal(x[i], getattr(row, operation)(0, index[i], source[i]))
    index[-1, -1] = columns
    x.copy_(before)
    with pytest.raises(IndexError, match=re.escape(f"expected indices in [0, {columns - 1}], got {columns}")):
        getattr(x, operation)(1, index, source)
    assert ft.equal(x, before)


def test_any_number_of_threads_gives_the_same():
    """Of sums that are rounded, too: each place adds up in the order of the index."""
    rng = np.random.default_rng(0)
    x, source = ft.from_numpy(rng.random((2000, 128), dtype=np.float32)), rng.random((50_000, 128), dtype=np.float32)
    rows, along = ft.from_numpy(places(2000, 50_000)), ft.from_numpy(places(2000, (50_000, 128)))
    source = ft.from_numpy(source)
    before = ft.get_num_threads()
    results = []
    try:
        for threads in (1, 2, 3):
            ft.set_num_threads(threads)
            put = x.clone()
            put[rows] = source
            results.append((x.index_add(0, rows, source), x.scatter_add(0, along, source), put))
    finally:
        ft.set_num_threads(before)
    for other in results[1:]:
        assert all(same(one, two.numpy()) for one, two in zip(results[0], other, strict=True))


def test_sources_that_overlap():
    """What is read is what was there before."""
    a = np.arange(100_000)
    index = np.arange(1, 100_000)
    x = t(a)
    x[t(index)] = x[:-1]
    assert same(x, np.concatenate([[0], a[:-1]]))
    x = t(a)
    x[1:] = x[:-1]
    assert same(x, np.concatenate([[0], a[:-1]]))
    x = t(a % 7)
    expected = (a % 7).copy()
    np.add.at(expected, a % 7, (a % 7).copy())
    assert same(x.scatter_add_(0, x, x), expected)


def test_read_only_memory_is_not_written():
    """Neither by places nor by views."""
    a = np.zeros((4, 4), np.float32)
    a.flags.writeable = False
    x = ft.from_numpy(a)
    for write in (
        lambda: x.__setitem__(0, 1.0),
        lambda: x.__setitem__(ft.tensor([0]), 1.0),
        lambda: x.scatter_(0, ft.zeros(4, 4, dtype=ft.int64), 1.0),
        lambda: x.index_add_(0, ft.tensor([0]), ft.ones(1, 4)),
    ):
        with pytest.raises(ValueError, match="read-only"):
            write()
    assert not a.any()


@pytest.mark.parametrize(
    "dtype, value", [("uint8", -1), ("uint8", 256), ("int8", 128), ("int64", 1.5), ("int64", 2**63), ("float32", 1j)]
)
def test_numbers_a_dtype_does_not_hold(dtype, value):
    """Are refused, wherever they would go, and nothing is written."""
    x = ft.zeros(3, dtype=dtype)
    for index in (0, slice(None), ft.tensor([0]), ft.tensor([True, False, False])):
        with pytest.raises((ValueError, TypeError), match="argument 'value'"):
            x[index] = value
    assert x.tolist() == [0, 0, 0]


@pytest.mark.parametrize("shape", [(3000, 40), (30, 200, 8), (4, 5, 60, 3)], ids=str)
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_expanded_indices_are_indices_of_rows(dtype, shape):
    """gather, scatter and scatter_add do with an index that `expand` made what they do with a copy of it."""
    a, dim = values(dtype, shape), len(shape) - 2
    index = places(shape[dim], (*shape[:-1], 1))
    index[..., 5, 0] = 0  # a place that is named more than once
    expanded = t(index).expand(shape)
    whole = np.broadcast_to(index, shape)
    assert same(t(a).gather(dim, expanded), np.take_along_axis(a, whole, dim))
    source = values(dtype, shape, 4)
    for name in ("scatter", "scatter_add"):
        got = getattr(t(a), name)(dim, expanded, t(source))
        assert same(got, getattr(t(a), name)(dim, t(np.ascontiguousarray(whole)), t(source)).numpy())
    wrong = index.copy()
    wrong.reshape(-1)[7] = shape[dim]
    for call in (lambda i: t(a).gather(dim, i), lambda i: t(a).scatter(dim, i, t(source))):
        with pytest.raises(IndexError, match=f"got {shape[dim]}"):
            call(t(wrong).expand(shape))


def test_gather_refuses_what_is_not_there():
    """However many indices there are, and of a dimension without elements."""
    for n in (3, 100_000):
        index = ft.zeros(n, dtype="int64")
        index[n // 2] = 5
        for size in (5, 0):
            with pytest.raises(IndexError, match=r"gather\(\): argument 'index'"):
                ft.gather(ft.zeros(size), 0, index)
    assert ft.gather(ft.zeros(0, 4), 0, ft.zeros(0, 4, dtype="int64")).shape == (0, 4)
