"""Wrong indices: the message says operation, argument, expected and got. Right ones agree with NumPy."""

import flambeau.tensor as ft
import numpy as np
import pytest

KINDS = "int, slice, None, ..., a Tensor of ints or bools, or a tuple of these"

WRONG = [
    (2, IndexError, "an index in [-2, 1] for dimension 0, got 2"),
    (-3, IndexError, "an index in [-2, 1] for dimension 0, got -3"),
    (10**30, IndexError, f"an index in [-2, 1] for dimension 0, got {10**30}"),
    ((0, 3), IndexError, "an index in [-3, 2] for dimension 1, got 3"),
    ((..., 3), IndexError, "an index in [-3, 2] for dimension 1, got 3"),
    ((None, 2), IndexError, "an index in [-2, 1] for dimension 0, got 2"),
    (np.int64(2), IndexError, "indices in [-2, 1], got 2"),
    (ft.tensor(2), IndexError, "indices in [-2, 1], got 2"),
    (ft.tensor([0, -3]), IndexError, "indices in [-2, 1], got -3"),
    ([0, 5], IndexError, "indices in [-2, 1], got 5"),
    ((slice(None), [3]), IndexError, "indices in [-3, 2], got 3"),
    ((0, 0, 0), IndexError, "at most 2 indices for 2 dimensions, got 3"),
    ((0, 0, slice(None)), IndexError, "at most 2 indices for 2 dimensions, got 3"),
    ((0, ft.tensor([[True] * 3] * 2)), IndexError, "at most 2 indices for 2 dimensions, got 3"),
    ((..., ...), IndexError, "at most one ..., got several"),
    (ft.tensor([True]), IndexError, "a bool Tensor of shape (2,), got (1,)"),
    (ft.tensor([True] * 3), IndexError, "a bool Tensor of shape (2,), got (3,)"),
    (ft.tensor([[True, False]]), IndexError, "a bool Tensor of shape (2, 3), got (1, 2)"),
    ([True] * 3, IndexError, "a bool Tensor of shape (2,), got (3,)"),
    (([0, 1], [0, 1, 2]), IndexError, "index Tensors whose shapes broadcast with (2,), got (3,)"),
    ("a", TypeError, f"{KINDS}, got str"),
    (1.0, TypeError, f"{KINDS}, got float"),
    (1j, TypeError, f"{KINDS}, got complex"),
    ({}, TypeError, f"{KINDS}, got dict"),
    ({0, 1}, TypeError, f"{KINDS}, got set"),
    ((0, "a"), TypeError, f"{KINDS}, got str"),
    ([0, "a"], TypeError, f"{KINDS}, got str"),
    (slice(0.5, 1), TypeError, "slices of ints, got float"),
    (slice("a"), TypeError, "slices of ints, got str"),
    (slice(None, None, 0), ValueError, "a step other than 0, got 0"),
    (ft.zeros(2), ft.DTypeError, "a Tensor of ints or bools, got float32"),
    (np.array([0.5]), ft.DTypeError, "a Tensor of ints or bools, got float64"),
]


@pytest.mark.parametrize("index, exception, message", WRONG, ids=[repr(index).split("\n")[0] for index, _, _ in WRONG])
@pytest.mark.parametrize("operation", ["index", "index_put"])
def test_wrong_index(operation, index, exception, message):
    """Reading and writing with a wrong index say the same, each under its own name."""
    x = ft.zeros(2, 3)
    with pytest.raises(exception) as raised:
        if operation == "index":
            x[index]
        else:
            x[index] = 1
    assert str(raised.value) == f"{operation}(): argument 'index': expected {message}"
    assert type(raised.value) is exception
    assert x.version == 0


@pytest.mark.parametrize(
    "x, index, message",
    [
        (ft.tensor(1.0), 0, "at most 0 indices for 0 dimensions, got 1"),
        (ft.zeros(3), (0, 0), "at most 1 indices for 1 dimension, got 2"),
        (ft.zeros(0, 3), 0, "no index, dimension 0 is empty, got 0"),
        (ft.zeros(2, 0), (0, -1), "no index, dimension 1 is empty, got -1"),
        (ft.zeros(0), ft.tensor([0]), "no indices, the dimension is empty, got 0"),
    ],
)
def test_nothing_to_index(x, index, message):
    """Tensors without dimensions or elements say so."""
    with pytest.raises(IndexError) as raised:
        x[index]
    assert str(raised.value) == f"index(): argument 'index': expected {message}"


@pytest.mark.parametrize(
    "value, exception, message",
    [
        (ft.zeros(2), ft.ShapeError, "a shape that broadcasts to (3,), got (2,)"),
        (ft.zeros(2, 3), ft.ShapeError, "a shape that broadcasts to (3,), got (2, 3)"),
        (np.zeros(2), ft.ShapeError, "a shape that broadcasts to (3,), got (2,)"),
        ([1, 2, 3], TypeError, "Tensor or number, got list; convert it with ft.tensor()"),
        ("a", TypeError, "Tensor or number, got str"),
        (None, TypeError, "Tensor or number, got NoneType"),
    ],
)
def test_wrong_value(value, exception, message):
    """What cannot be written at an index is refused, with both shapes."""
    x = ft.zeros(2, 3)
    with pytest.raises(exception) as raised:
        x[0] = value
    assert str(raised.value) == f"index_put(): argument 'value': expected {message}"


RIGHT = [
    0, -1, (1, 2), (), ..., None, (..., None), (None, 0, None), slice(1, None), (slice(None, None, -1), slice(0, 9, 2)),
    (..., 1), (0, ...), True, False, (0, True), np.True_, np.int64(1), [0, 1], [], [[0, 1], [1, 0]], [True, False],
    ([0, 1], [2, 0]), ([0, 1], slice(1)), (slice(None), [2, 0]), ([[0], [1]], [0, 2]), (None, [1, 0], None),
    np.array([1, 1, 0]), np.array([[True, False, True], [False, True, False]]), np.array(1),
    (np.array([0, 1], "u1"), 1), slice(10**30), slice(-(10**30), 1), (np.array([True, False]), 1),
    (0, np.array([True, False, True])), ((0, 1),), ((0, 1), 1),
]  # fmt: skip


@pytest.mark.parametrize("index", RIGHT, ids=repr)
def test_right_index_reads_and_writes_what_numpy_does(index):
    """Every kind of index gives NumPy's elements; a view exactly where NumPy's is one."""
    a = np.arange(6.0).reshape(2, 3)
    x = ft.from_numpy(a.copy())
    expected = a[index]
    got = x[index]
    assert type(got) is ft.Tensor
    assert np.array_equal(got.numpy(), expected) and got.shape == np.shape(expected)
    scalar_or_view = not isinstance(expected, np.ndarray) or np.shares_memory(expected, a)
    assert (got.base is x) == (scalar_or_view and (got.numel() > 0 or got.base is x))
    a[index] = -1
    x[index] = -1
    assert np.array_equal(x.numpy(), a)


def test_tensors_inside_indices():
    """Tensors index like the numbers and arrays they hold: alone, in tuples, lists and slices."""
    x = ft.arange(6).reshape(2, 3)
    one, pair = ft.tensor(1), ft.tensor([1, 0])
    assert x[one].tolist() == [3, 4, 5]
    assert x[pair].tolist() == [[3, 4, 5], [0, 1, 2]]
    assert x[pair, one].tolist() == [4, 1]
    assert x[[one, 0]].tolist() == [[3, 4, 5], [0, 1, 2]]
    assert x[one:, :one].tolist() == [[3]]
    assert x[x > 3].tolist() == [4, 5]


def test_0d_results_are_tensors_that_write_through():
    """``x[0]`` of a vector is a view without dimensions, not a number."""
    x = ft.zeros(3)
    x[1].fill_(5)
    x[2] += 2
    assert x.tolist() == [0.0, 5.0, 2.0]


def test_deleting_is_refused():
    """Elements cannot be deleted."""
    x = ft.zeros(3)
    with pytest.raises((TypeError, NotImplementedError)):
        del x[0]


@pytest.mark.parametrize("size", [lambda x: x.size("a"), lambda x: x.stride("a"), lambda x: x.size(0.5)])
def test_size_and_stride_take_ints(size):
    """A dimension is an int."""
    with pytest.raises(TypeError, match=r"^(size|stride)\(\): argument 'dim': expected int, got (str|float)$"):
        size(ft.zeros(2, 3))


@pytest.mark.parametrize("name", ["size", "stride"])
@pytest.mark.parametrize("dim", [2, -3])
def test_size_and_stride_of_no_dimension(name, dim):
    """A dimension that is not there is named, with those that are."""
    with pytest.raises(IndexError) as raised:
        getattr(ft.zeros(2, 3), name)(dim)
    assert str(raised.value) == f"{name}(): argument 'dim': expected a dimension in [-2, 1], got {dim}"
