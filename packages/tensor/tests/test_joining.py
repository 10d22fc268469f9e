"""Joining and broadcasting, of the functions that are composed of operators."""

import itertools

import flambeau.tensor as ft
import numpy as np
import pytest

SHAPES = [(), (3,), (3,), (2, 3), (2, 3, 4)]


def numbers(shape, start=0):
    return np.arange(start, start + int(np.prod(shape)), dtype="float32").reshape(shape)


@pytest.mark.parametrize("name", ["hstack", "vstack", "dstack", "column_stack", "row_stack"])
@pytest.mark.parametrize("shape", SHAPES)
def test_stacks_are_numpys(name, shape):
    """Of Tensors of any number of dimensions; dtypes are promoted."""
    arrays = [numbers(shape), numbers(shape, 50), numbers(shape, 90).astype("int64")]
    expected = getattr(np, "vstack" if name == "row_stack" else name)(arrays)
    got = getattr(ft, name)([ft.tensor(a) for a in arrays])
    assert np.array_equal(got.numpy(), expected) and got.dtype == ft.float32
    assert np.array_equal(getattr(ft, name)(tuple(ft.tensor(a) for a in arrays)).numpy(), expected)


@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("shape", SHAPES)
def test_atleast(n, shape):
    """NumPy's shapes; a Tensor for a Tensor, a tuple for several, views all of them."""
    function, x = getattr(ft, f"atleast_{n}d"), ft.tensor(numbers(shape))
    expected = getattr(np, f"atleast_{n}d")(numbers(shape))
    assert np.array_equal(function(x).numpy(), expected) and function(x).shape == expected.shape
    first, second = function(x, ft.tensor(1))
    assert first.shape == expected.shape and second.shape == (1,) * n
    assert [t.shape for t in function([x])] == [expected.shape]
    assert first.data_ptr() == x.data_ptr()


def test_block_diag():
    """Numbers, vectors and matrices; empty ones have a place, too."""
    got = ft.block_diag(ft.tensor(1), ft.tensor([2, 3]), ft.zeros(0, 2), ft.tensor([[4.0], [5.0]]))
    assert got.tolist() == [[1, 0, 0, 0, 0, 0], [0, 2, 3, 0, 0, 0], [0, 0, 0, 0, 0, 4], [0, 0, 0, 0, 0, 5]]
    assert got.dtype == ft.float32 and ft.block_diag().shape == (1, 0)


def test_broadcasting():
    """Shapes and Tensors; those that have the shape are given back as they are."""
    assert ft.broadcast_shapes((2, 1), (3,), (), 1) == (2, 3) == np.broadcast_shapes((2, 1), (3,), (), 1)
    assert ft.broadcast_shapes() == () and ft.broadcast_shapes((0,), (1,)) == (0,)
    x, y = ft.zeros(2, 3), ft.zeros(3)
    first, second = ft.broadcast_tensors(x, y)
    assert first is x and second.shape == (2, 3) and second.data_ptr() == y.data_ptr()
    assert ft.broadcast_tensors() == ()


@pytest.mark.parametrize("name", ["cat", "stack"])
def test_joining_into(name):
    """``out=`` is written in place: also where it is one of the inputs, or not in order in memory."""
    join = getattr(ft, name)
    arrays = [numbers((2, 3)), numbers((2, 3), 50)]
    tensors = [ft.tensor(a) for a in arrays]
    for dim in (0, 1):
        expected = getattr(np, "concatenate" if name == "cat" else name)(arrays, dim)
        for out in (ft.zeros(expected.shape), ft.zeros(expected.shape[::-1]).permute(*range(expected.ndim)[::-1])):
            assert join(tensors, dim, out=out) is out
            assert np.array_equal(out.numpy(), expected)
    memory = ft.arange(6.0)
    assert ft.cat([memory[3:], memory[:3]], out=memory).tolist() == [3, 4, 5, 0, 1, 2]
    with pytest.raises(ft.ShapeError):
        join(tensors, out=ft.zeros(5))


@pytest.mark.parametrize("dtype", ["U1", "S3", "M8[s]", "O", [("a", "i4")]], ids=str)
def test_only_numbers_are_joined(dtype):
    """Elements of other kinds have sizes that kernels do not know."""
    for join in (ft.cat, ft.stack):
        with pytest.raises(ft.DTypeError):
            join([np.zeros(9, dtype)] * 9)


@pytest.mark.parametrize("indexing", ["ij", "xy"])
@pytest.mark.parametrize("sizes", [(), (3,), (2, 3), (2, 3, 4), (2, 0)])
def test_meshgrid(indexing, sizes):
    """NumPy's grids; a Tensor without dimensions is a vector of one."""
    arrays = [numbers((n,)) for n in sizes]
    expected = np.meshgrid(*arrays, indexing=indexing)
    got = ft.meshgrid(*[ft.tensor(a) for a in arrays], indexing=indexing)
    assert len(got) == len(expected)
    assert all(np.array_equal(g.numpy(), e) for g, e in zip(got, expected, strict=True))
    assert [g.tolist() for g in ft.meshgrid([ft.tensor(5), ft.tensor([1, 2])])] == [[[5, 5]], [[1, 2]]]


def test_ways_to_choose():
    """As itertools has them."""
    values = [5, 7, 9, 4]
    x = ft.tensor(values)
    for r in (1, 2, 3, 4, 5):
        for again in (False, True):
            choose = itertools.combinations_with_replacement if again else itertools.combinations
            got = ft.combinations(x, r, again)
            assert got.shape[1] == r and got.tolist() == [list(c) for c in choose(values, r)]
    assert x.combinations(0).shape == (0,)
    got = ft.cartesian_prod(x, ft.tensor([1, 2]), ft.tensor([3]))
    assert got.tolist() == [list(c) for c in itertools.product(values, [1, 2], [3])]
    assert ft.cartesian_prod(x).tolist() == values


@pytest.mark.parametrize("offset", [-3, -1, 0, 1, 4])
@pytest.mark.parametrize("shape", [(3, 3), (2, 4), (4, 2), (0, 3), (3, 0)])
def test_triangles(shape, offset):
    """NumPy's places."""
    for name in ("tril", "triu"):
        expected = np.stack(getattr(np, f"{name}_indices")(shape[0], offset, shape[1]))
        got = getattr(ft, f"{name}_indices")(*shape, offset)
        assert np.array_equal(got.numpy(), expected) and got.dtype == ft.int64
    assert ft.tril_indices(2, 2, dtype=ft.int32).dtype == ft.int32


@pytest.mark.parametrize(
    "call, exception, message",
    [
        (
            lambda: ft.hstack([]),
            ValueError,
            "hstack(): argument 'tensors': expected at least one Tensor, got an empty list",
        ),
        (
            lambda: ft.vstack(ft.zeros(2)),
            TypeError,
            "vstack(): argument 'tensors': expected a list or tuple of Tensors, got Tensor",
        ),
        (lambda: ft.dstack([1]), TypeError, "dstack(): argument 'tensors': expected Tensors, got int"),
        (
            lambda: ft.column_stack([ft.zeros(2), ft.zeros(3)]),
            ft.ShapeError,
            "column_stack(): argument 'tensors[1]': expected shape (2, *) as tensors[0], got (3, 1)",
        ),
        (
            lambda: ft.block_diag(ft.zeros(1, 1, 1)),
            ft.ShapeError,
            "block_diag(): argument 'tensors[0]': expected at most 2 dimensions, got shape (1, 1, 1)",
        ),
        (
            lambda: ft.broadcast_shapes((2,), (3, 1), (4,)),
            ft.ShapeError,
            "broadcast_shapes(): argument 'shapes[2]': expected a shape that broadcasts with (3, 2), got (4,)",
        ),
        (
            lambda: ft.broadcast_shapes((-1,)),
            ValueError,
            "broadcast_shapes(): argument 'shapes[0]': expected sizes of 0 or more, got (-1,)",
        ),
        (
            lambda: ft.broadcast_tensors(ft.zeros(2), ft.zeros(3)),
            ft.ShapeError,
            "broadcast_tensors(): argument 'tensors[1]': expected a shape that broadcasts with (2,), got (3,)",
        ),
        (
            lambda: ft.meshgrid(ft.zeros(2), indexing="ji"),
            ValueError,
            "meshgrid(): argument 'indexing': expected 'ij' or 'xy', got 'ji'",
        ),
        (
            lambda: ft.meshgrid(ft.zeros(2, 2)),
            ft.ShapeError,
            "meshgrid(): argument 'tensors[0]': expected at most 1 dimension, got shape (2, 2)",
        ),
        (
            lambda: ft.cartesian_prod(ft.zeros(2), ft.zeros(())),
            ft.ShapeError,
            "cartesian_prod(): argument 'tensors[1]': expected 1 dimension, got shape ()",
        ),
        (
            lambda: ft.combinations(ft.zeros(2), -1),
            ValueError,
            "combinations(): argument 'r': expected 0 or more, got -1",
        ),
        (lambda: ft.tril_indices(-1, 2), ValueError, "tril_indices(): argument 'row': expected 0 or more, got -1"),
    ],
)
def test_wrong_arguments(call, exception, message):
    """Errors name the function that was called."""
    with pytest.raises(exception) as raised:
        call()
    assert str(raised.value) == message
