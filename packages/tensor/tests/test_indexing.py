"""Reading and writing by places, of the functions that are composed of operators."""

import flambeau.tensor as ft
import numpy as np
import pytest

A = np.arange(24.0).reshape(2, 3, 4)


def x():
    return ft.tensor(A)


@pytest.mark.parametrize("dim, index", [(0, 1), (1, -1), (-1, 0), (2, 3)])
def test_select_is_a_view_of_one_slice(dim, index):
    """What is written to it is written to the Tensor; function and method."""
    t = x()
    part = t.select(dim, index)
    assert np.array_equal(part.numpy(), np.take(A, index, dim)) and part.base is t
    part.fill_(0)
    assert ft.select(t, dim, index).sum().item() == 0 and t.version == 1


@pytest.mark.parametrize(
    "call, exception, message",
    [
        (lambda: ft.select(x(), 3, 0), IndexError, "'dim': expected a dimension in [-3, 2], got 3"),
        (lambda: ft.select(x(), 1, 3), IndexError, "'index': expected an index in [-3, 2] for dimension 1, got 3"),
        (lambda: ft.select(x(), 1, 1.0), TypeError, "'index': expected int, got float"),
        (
            lambda: ft.select(ft.zeros(0), 0, 0),
            IndexError,
            "'index': expected no index, it is empty for dimension 0, got 0",
        ),
        (lambda: ft.select(ft.zeros(()), 0, 0), ft.ShapeError, "'input': expected at least 1 dimension, got shape ()"),
        (lambda: ft.select(x(), "a", 0), TypeError, "'dim': expected int, got str"),
    ],
)
def test_wrong_slices(call, exception, message):
    """Dimension and index are named with what they may be."""
    with pytest.raises(exception) as raised:
        call()
    assert str(raised.value) == f"select(): argument {message}"


@pytest.mark.parametrize("dim", [0, 1, 2, -1])
def test_take_along_dim(dim):
    """NumPy's take_along_axis, broadcast outside of the dimension; without one, all elements count as one."""
    order = np.argsort(-A, axis=dim)
    assert np.array_equal(ft.take_along_dim(x(), ft.tensor(order), dim).numpy(), np.take_along_axis(A, order, dim))
    few = np.zeros([2 if d == dim % 3 else 1 for d in range(3)], np.int64)
    got = x().take_along_dim(ft.tensor(few), dim=dim)
    assert np.array_equal(got.numpy(), np.take_along_axis(A, few, dim))
    assert ft.take_along_dim(x(), ft.tensor([[5], [23]])).tolist() == [5.0, 23.0]


def test_take_along_dim_names_what_does_not_fit():
    """Under its own name, although gather does the work."""
    with pytest.raises(IndexError, match=r"^take_along_dim\(\): argument 'index': expected indices in \[0, 2\], got 3"):
        ft.take_along_dim(x(), ft.tensor([[[3]]]), 1)
    with pytest.raises(ft.ShapeError, match=r"^take_along_dim\(\): argument 'indices': expected 3 dimensions as input"):
        ft.take_along_dim(x(), ft.tensor([0]), 1)
    with pytest.raises(ft.ShapeError, match=r"expected a shape that broadcasts with input's .* outside of dimension 1"):
        ft.take_along_dim(x(), ft.zeros(2, 1, 3, dtype=ft.int64), 1)


def test_nonzero_and_its_kin():
    """Rows of places, a tuple of indices, or as many rows as were asked for."""
    a = np.array([[0, 5, 0], [6, 0, 7]])
    t = ft.tensor(a)
    assert np.array_equal(ft.argwhere(t).numpy(), np.argwhere(a))
    for got, expected in zip(t.nonzero(as_tuple=True), np.nonzero(a), strict=True):
        assert np.array_equal(got.numpy(), expected) and got.dtype == ft.int64
    assert [p.tolist() for p in ft.nonzero(ft.tensor(3), as_tuple=True)] == [[0]]
    assert ft.nonzero(ft.tensor(3)).shape == (1, 0)
    assert ft.nonzero_static(t, size=2).tolist() == [[0, 1], [1, 0]]
    assert t.nonzero_static(size=4, fill_value=9).tolist() == [[0, 1], [1, 0], [1, 2], [9, 9]]
    assert ft.nonzero_static(ft.zeros(0, 2), size=1).tolist() == [[-1, -1]]
    with pytest.raises(ValueError, match=r"^nonzero_static\(\): argument 'size': expected 0 or more, got -1$"):
        ft.nonzero_static(t, size=-1)
    with pytest.raises(TypeError, match=r"^argwhere\(\): argument 'input': expected Tensor"):
        ft.argwhere([1])


def test_counterparts_of_views_write_a_copy():
    """Each ``*_scatter`` is the view written to in a copy."""
    src = ft.tensor(np.random.default_rng(0).random((2, 4)))
    t = x()
    assert np.array_equal(t.select_scatter(src, 1, -1)[:, -1].numpy(), src.numpy())
    three = ft.tensor(np.random.default_rng(0).random((2, 3, 2)))
    got = ft.slice_scatter(t, three, -1, 0, 9, 3)
    assert np.array_equal(got[..., ::3].numpy(), three.numpy()) and np.array_equal(got[..., 1].numpy(), A[..., 1])
    assert np.array_equal(ft.slice_scatter(t, t + 1).numpy(), A + 1)
    for offset, dim1, dim2 in [(0, 0, 1), (1, 1, 2), (-1, 0, 2), (2, -1, 0), (-2, 2, 1), (0, 2, 0), (9, 0, 1)]:
        diagonal = t.diagonal(offset, dim1, dim2)
        got = ft.diagonal_scatter(t, -diagonal - 1, offset, dim1, dim2)
        expected = A.copy()
        view = ft.from_numpy(expected).diagonal(offset, dim1, dim2)
        view.copy_(-diagonal - 1)
        assert np.array_equal(got.numpy(), expected), (offset, dim1, dim2)
    strided = ft.as_strided_scatter(t, -ft.ones(2, 2), (2, 2), (12, 5), 3)
    expected = A.copy()
    np.lib.stride_tricks.as_strided(expected.reshape(-1)[3:], (2, 2), (96, 40))[...] = -1
    assert np.array_equal(strided.numpy(), expected)
    assert np.array_equal(t.numpy(), A) and t.version == 0


@pytest.mark.parametrize(
    "call, exception, message",
    [
        (
            lambda: ft.select_scatter(x(), ft.ones(1), 0, 0),
            ft.ShapeError,
            "select_scatter(): argument 'src': expected shape (3, 4), of what it replaces, got shape (1,)",
        ),
        (
            lambda: ft.slice_scatter(x(), x(), step=0),
            ValueError,
            "slice_scatter(): argument 'step': expected 1 or more, got 0",
        ),
        (
            lambda: ft.diagonal_scatter(x(), x(), dim2=0),
            ValueError,
            "diagonal_scatter(): argument 'dim2': expected",
        ),
        (
            lambda: ft.as_strided_scatter(x(), ft.ones(2), (2,), (24,)),
            ValueError,
            "as_strided_scatter(): argument 'size': expected places below 24, input's elements, got 24",
        ),
        (
            lambda: ft.as_strided_scatter(x(), ft.ones(2), (2,), (-1,)),
            ValueError,
            "as_strided_scatter(): argument 'stride': expected 0 or more, got -1",
        ),
        (
            lambda: ft.as_strided_scatter(x(), ft.ones(3), (2,), (1,)),
            ft.ShapeError,
            "as_strided_scatter(): argument 'src': expected shape (2,), as size, got shape (3,)",
        ),
    ],
)
def test_what_does_not_fit_is_refused(call, exception, message):
    """Sources must have just the shape of what they replace, and places must be inside."""
    with pytest.raises(exception) as raised:
        call()
    assert str(raised.value).startswith(message)


def test_writing_from_the_same_memory():
    """A source that overlaps with what is written is read as it was before."""
    a = np.arange(6)
    for write in (
        lambda t: t.index_copy_(0, ft.tensor([1, 2, 3, 4, 5]), t[:5]),
        lambda t: t.put_(ft.tensor([1, 2, 3, 4, 5]), t[:5]),
        lambda t: t.scatter_(0, ft.tensor([1, 2, 3, 4, 5]), t[:5]),
        lambda t: t.index_put_(slice(1, None), t[:5]),
        lambda t: t.index_put_(ft.tensor([1, 2, 3, 4, 5]), t[:5]),
        lambda t: t.masked_scatter_(ft.arange(6) > 0, t[:5]),
    ):
        t = ft.tensor(a)
        write(t)
        assert t.tolist() == [0, 0, 1, 2, 3, 4]


@pytest.mark.parametrize("reduce", ["sum", "mean", "max", "min", "prod"])
@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("initial", [None, 2.0])
def test_segment_reduce(reduce, axis, initial):
    """Each segment by itself; the mean divides what was summed up, its beginning included."""
    a = np.random.default_rng(0).random((6, 6))
    lengths = [2, 0, 3, 1]
    parts = np.split(a, np.cumsum(lengths)[:-1], axis)
    begin = {"sum": 0, "mean": 0, "max": -np.inf, "min": np.inf, "prod": 1}[reduce] if initial is None else initial
    function = {"sum": np.sum, "mean": np.sum, "max": np.max, "min": np.min, "prod": np.prod}[reduce]
    expected = [function(p, axis=axis, initial=begin) for p in parts]
    if reduce == "mean":
        expected = [
            e / (p.shape[axis] if p.shape[axis] or initial is not None else np.nan) if p.shape[axis] else e * np.nan
            for e, p in zip(expected, parts, strict=True)
        ]
        if initial is not None:
            expected[1] = np.full(6, initial)
    expected = np.stack(expected, axis)
    for segments in ({"lengths": ft.tensor(lengths)}, {"offsets": ft.tensor([0, 2, 2, 5, 6])}):
        got = ft.segment_reduce(ft.tensor(a), reduce, axis=axis, initial=initial, **segments)
        assert np.allclose(got.numpy(), expected, equal_nan=True)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"reduce": "median"}, "'reduce': expected one of 'sum', 'mean', 'max', 'min', 'prod', got 'median'"),
        ({"lengths": None}, "'lengths': expected one of lengths and offsets, got none"),
        ({"lengths": ft.tensor([4, -1])}, "'lengths': expected segments of 0 or more elements, got -1"),
        ({"lengths": ft.tensor([2])}, "'lengths': expected 3 elements in all, as in data, got 2"),
        ({"lengths": None, "offsets": ft.tensor([1, 3])}, "'offsets': expected the first one to be 0, got 1"),
        ({"lengths": ft.tensor(3)}, "'lengths': expected 1 dimension, got shape ()"),
    ],
)
def test_segments_must_cover_the_dimension(options, message):
    """Wrong segments are refused, never read beyond the end."""
    with pytest.raises(ValueError) as raised:
        ft.segment_reduce(ft.zeros(3), **{"reduce": "sum", "lengths": ft.tensor([3]), **options})
    assert str(raised.value) == f"segment_reduce(): argument {message}"


def test_where_of_a_condition_alone_gives_places():
    """One Tensor of indices for each dimension, as nonzero(as_tuple=True) does; the method chooses from its own."""
    t = ft.tensor([[0.0, 5.0], [6.0, 0.0]])
    assert [i.tolist() for i in ft.where(t > 0)] == [[0, 1], [1, 0]] and t[ft.where(t)].tolist() == [5.0, 6.0]
    assert t.where(t > 5, -1).tolist() == ft.where(t > 5, t, -1).tolist() == [[-1.0, -1.0], [6.0, -1.0]]
    out = ft.empty(2, 2)
    assert ft.where(t > 5, t, t, out=out) is out and out.tolist() == t.tolist()
    with pytest.raises(TypeError, match=r"where\(\): argument 'other': expected Tensor or number, got nothing"):
        ft.where(t > 0, t)


@pytest.mark.parametrize("src", [3.0, "tensor"])
def test_scatter_reduces(src):
    """What PyTorch's scatter(reduce=) does: with numbers and Tensors, as function, method and in place."""
    index = ft.tensor([[0, 0, 1]])
    given = ft.tensor([[2.0, 3.0, 4.0]]) if src == "tensor" else src
    a, b, c = [2.0, 3.0, 4.0] if src == "tensor" else [src] * 3
    t = ft.tensor([[10.0, 20.0]])
    assert ft.scatter(t, 1, index, given, reduce="add").tolist() == [[10 + a + b, 20 + c]]
    assert t.scatter(1, index, given, reduce="multiply").tolist() == [[10 * a * b, 20 * c]]
    assert t.scatter_(1, index, given, reduce="multiply") is t and t.tolist() == [[10 * a * b, 20 * c]]
    with pytest.raises(
        ValueError, match=r"scatter\(\): argument 'reduce': expected 'add', 'multiply' or None, got 'sum'"
    ):
        ft.scatter(t, 1, index, given, reduce="sum")
    with pytest.raises(ft.ShapeError, match=r"^scatter_\(\)"):
        t.scatter_(1, ft.tensor([0]), given, reduce="add")


def test_index_is_what_stands_between_brackets():
    """PyTorch 0.3's name of it, with a mask and with places."""
    t = x()
    assert t.index(ft.tensor(A > 20)).tolist() == [21.0, 22.0, 23.0]
    assert np.array_equal(ft.index(t, (1, slice(None), ft.tensor([0, 2]))).numpy(), A[1, :, [0, 2]])


def test_unsafe_parts_are_parts():
    """The names under which PyTorch lets parts be written; here they are views like all others."""
    t = ft.arange(5)
    for parts in (t.unsafe_split(2), t.unsafe_split_with_sizes([2, 2, 1]), t.unsafe_chunk(3)):
        assert [part.tolist() for part in parts] == [[0, 1], [2, 3], [4]]
        assert all(part.base is t for part in parts)
    with pytest.raises(ValueError, match=r"^unsafe_split\(\)"):
        t.unsafe_split([1, 2])
