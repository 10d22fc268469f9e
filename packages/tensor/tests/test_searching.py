"""Sorting and searching, of the functions that are composed of operators."""

import flambeau.tensor as ft
import ml_dtypes
import numpy as np
import pytest

DTYPES = [bool, "uint8", "int8", "int64", "float16", ml_dtypes.bfloat16, "float32", "float64"]
nan = float("nan")


def numbers(dtype, shape, seed=0):
    return np.random.default_rng(seed).integers(0, 5, shape).astype(dtype)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_unique(dtype):
    """NumPy's elements, inverse and counts, in every dtype."""
    a = numbers(dtype, (4, 5))
    x = ft.tensor(a)
    values, inverse, counts = np.unique(a.astype("float64"), return_inverse=True, return_counts=True)
    got = ft.unique(x, return_inverse=True, return_counts=True)
    assert np.array_equal(got[0].numpy(), values.astype(dtype)) and got[0].dtype == a.dtype
    assert np.array_equal(got[1].numpy(), inverse.reshape(a.shape)) and np.array_equal(got[2].numpy(), counts)
    assert np.array_equal(x.unique(sorted=False).numpy(), values.astype(dtype))
    assert type(ft.unique(x, return_counts=True)) is tuple


def test_nan_is_a_value_of_its_own_each_time():
    """And comes last, as in PyTorch."""
    x = ft.tensor([nan, 1.0, nan])
    values, counts = ft.unique(x, return_counts=True)
    assert str(values.tolist()) == "[1.0, nan, nan]" and counts.tolist() == [1, 1, 1]
    assert ft.unique_consecutive(ft.tensor([nan, nan])).shape == (2,)
    assert ft.isin(x, ft.tensor([nan, 1.0])).tolist() == [False, True, False]


def test_unique_slices():
    """Of a dimension, as a vector of numbers each."""
    a = np.array([[[1, 2], [0, 9]], [[1, 2], [0, 9]], [[1, 1], [7, 7]]])
    for dim in (0, 1, 2, -1):
        values, inverse = np.unique(a, axis=dim, return_inverse=True)
        got = ft.unique(ft.tensor(a), dim=dim, return_inverse=True)
        assert np.array_equal(got[0].numpy(), values) and np.array_equal(got[1].numpy(), inverse.reshape(-1))
    values, counts = ft.unique_consecutive(ft.tensor(a), dim=0, return_counts=True)
    assert np.array_equal(values.numpy(), a[1:]) and counts.tolist() == [2, 1]


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_searchsorted(dtype):
    """NumPy's places; of several sequences, those of each."""
    sequence, values = np.sort(numbers(dtype, 6)), numbers(dtype, (2, 3), 1)
    for side in ("left", "right"):
        expected = np.searchsorted(sequence.astype("float64"), values.astype("float64"), side)
        got = ft.searchsorted(ft.tensor(sequence), ft.tensor(values), side=side)
        assert np.array_equal(got.numpy(), expected) and got.dtype == ft.int64
        got = ft.bucketize(ft.tensor(values), ft.tensor(sequence), right=side == "right", out_int32=True)
        assert np.array_equal(got.numpy(), expected) and got.dtype == ft.int32
        rows = np.stack([sequence, sequence[::-1]])
        sorter = np.stack([np.arange(6), np.arange(6)[::-1]])
        got = ft.searchsorted(ft.tensor(rows), ft.tensor(values), right=side == "right", sorter=ft.tensor(sorter))
        assert np.array_equal(got.numpy(), expected)


def test_numbers_and_mixed_dtypes():
    """A number, or another dtype, is compared in the common dtype: nothing is rounded away."""
    x = ft.tensor([1, 3])
    assert ft.searchsorted(x, 2).item() == 1 and ft.searchsorted(x, 2.5).item() == 1
    assert ft.searchsorted(x, ft.tensor([0.5, 3.5])).tolist() == [0, 2]
    assert ft.bucketize(3, x).item() == 1
    assert ft.isin(3, x).item() is True and ft.isin(x, 3.0).tolist() == [False, True]
    assert ft.isin(ft.tensor([1, 256], dtype=ft.int64), ft.tensor([0, 1], dtype=ft.uint8)).tolist() == [True, False]


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_isin(dtype):
    """NumPy's answer, and its opposite; nothing is in nothing."""
    a, tests = numbers(dtype, (3, 4)), numbers(dtype, 2, 2)
    expected = np.isin(a.astype("float64"), tests.astype("float64"))
    assert np.array_equal(ft.isin(ft.tensor(a), ft.tensor(tests)).numpy(), expected)
    assert np.array_equal(ft.isin(ft.tensor(a), ft.tensor(tests), invert=True).numpy(), ~expected)
    assert not ft.isin(ft.tensor(a), ft.tensor(tests[:0])).any().item()
    assert ft.isin(ft.tensor(a), ft.tensor(tests[:0]), invert=True).all().item()


def test_msort():
    """Along the first dimension."""
    a = numbers("float32", (4, 3))
    assert np.array_equal(ft.msort(ft.tensor(a)).numpy(), np.sort(a, 0))
    assert ft.tensor(5).msort().item() == 5


def test_options_of_sort_are_taken():
    """PyTorch's stable= and sorted= change nothing: order is always stable, and always there."""
    x = ft.tensor([2, 1, 2, 1])
    assert ft.sort(x, stable=True).indices.tolist() == x.argsort(stable=True).tolist() == [1, 3, 0, 2]
    assert ft.sort(x, descending=True).indices.tolist() == [0, 2, 1, 3]
    assert ft.topk(x, 3, sorted=False).indices.tolist() == [0, 2, 1]


@pytest.mark.parametrize(
    "call, exception, message",
    [
        (
            lambda: ft.searchsorted(ft.tensor([1.0]), 1.0, side="middle"),
            ValueError,
            "searchsorted(): argument 'side': expected 'left' or 'right', got 'middle'",
        ),
        (
            lambda: ft.searchsorted(ft.tensor([1.0]), 1.0, side="left", right=True),
            ValueError,
            "searchsorted(): argument 'side': expected 'right', as right=True says, got 'left'",
        ),
        (
            lambda: ft.searchsorted(ft.zeros(2, 3), ft.zeros(3, 1)),
            ft.ShapeError,
            "searchsorted(): argument 'input': expected shape (2, *) as sorted_sequence, got (3, 1)",
        ),
        (
            lambda: ft.searchsorted(ft.zeros(2), ft.zeros(2), sorter=ft.tensor([0, 2])),
            IndexError,
            "searchsorted(): argument 'sorter': expected indices in [0, 1], got 2",
        ),
        (
            lambda: ft.searchsorted(ft.zeros(2), ft.zeros(2), sorter=ft.tensor([0])),
            ft.ShapeError,
            "searchsorted(): argument 'sorter': expected shape (2,) as sorted_sequence, got (1,)",
        ),
        (
            lambda: ft.searchsorted([1.0], 1.0),
            TypeError,
            "searchsorted(): argument 'sorted_sequence': expected Tensor, got list",
        ),
        (
            lambda: ft.searchsorted(ft.zeros(2), "a"),
            TypeError,
            "searchsorted(): argument 'input': expected Tensor or number, got str",
        ),
        (
            lambda: ft.bucketize(1.0, ft.zeros(2, 2)),
            ft.ShapeError,
            "bucketize(): argument 'boundaries': expected 1 dimension, got shape (2, 2)",
        ),
        (lambda: ft.isin(1, 2), TypeError, "isin(): argument 'elements': expected Tensor, got int"),
        (
            lambda: ft.unique(ft.zeros(2), dim=1),
            IndexError,
            "unique(): argument 'dim': expected a dimension in [-1, 0], got 1",
        ),
    ],
)
def test_wrong_arguments(call, exception, message):
    """Errors name the function that was called."""
    with pytest.raises(exception) as raised:
        call()
    assert str(raised.value) == message
