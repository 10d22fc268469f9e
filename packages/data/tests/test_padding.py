"""Padding: arrays of different sizes in one batch."""

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.data import DataLoader, PadCollate, pad_stack
from hypothesis import given
from hypothesis import strategies as st

SIZES = st.integers(1, 3).flatmap(lambda n: st.lists(st.tuples(*[st.integers(0, 5)] * n), min_size=1, max_size=6))


@given(SIZES, st.integers(1, 4))
def test_every_array_is_whole_and_the_rest_is_the_value(shapes, multiple_of):
    """Of any number of dimensions, empty arrays included."""
    arrays = [np.random.rand(*shape) for shape in shapes]
    batch = pad_stack(arrays, -1, multiple_of=multiple_of)
    columns = zip(*shapes, strict=True)
    assert all(size % multiple_of == 0 for size in batch.shape[1:])
    assert all(size - max(sizes) < multiple_of for size, sizes in zip(batch.shape[1:], columns, strict=True))
    for row, array in zip(batch.numpy(), arrays, strict=True):
        where = tuple(map(slice, array.shape))
        assert np.array_equal(row[where], array)
        row[where] = -1
        assert (row == -1).all()


def test_dtypes_are_promoted():
    """As in stacking; Tensors and arrays mix."""
    batch = pad_stack([ft.tensor([1, 2]), np.array([0.5])])
    assert batch.dtype == ft.float64 and batch.tolist() == [[1, 2], [0.5, 0]]
    assert pad_stack([ft.tensor(3), ft.tensor(4)]).tolist() == [3, 4]


def test_pad_collate_is_default_collate_for_the_rest():
    """Numbers, text and containers as always; arrays anywhere in them are padded."""
    samples = [{"words": np.arange(n), "n": n, "name": str(n), "maps": (ft.ones(n, 2), 0)} for n in (1, 3)]
    batch = PadCollate(value=9)(samples)
    assert batch["words"].tolist() == [[0, 9, 9], [0, 1, 2]]
    assert (batch["n"].tolist(), batch["name"], batch["maps"][0].shape) == ([1, 3], ["1", "3"], (2, 3, 2))


@pytest.mark.parametrize("workers", [0, 2])
def test_lengths(workers):
    """With lengths every array that has dimensions comes with them, also where all are equal by chance."""
    loader = DataLoader([ft.ones(n) for n in (2, 1, 3, 3)], 2, collate_fn=PadCollate(lengths=True), num_workers=workers)
    assert [(batch.shape, lengths.tolist()) for batch, lengths in loader] == [((2, 2), [2, 1]), ((2, 3), [3, 3])]
    assert PadCollate(lengths=True)([np.float32(1), np.float32(2)]).tolist() == [1, 2]


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (
            lambda: pad_stack([]),
            ValueError,
            "pad_stack(): argument 'arrays': expected at least one Tensor or array, got none",
        ),
        (
            lambda: pad_stack([np.ones(2), np.ones((2, 3))]),
            ft.ShapeError,
            "pad_stack(): argument 'arrays': expected arrays of one number of dimensions, got shapes (2,) and (2, 3)",
        ),
        (
            lambda: list(DataLoader([(0, np.ones(2)), (0, np.ones((2, 3)))], 2, collate_fn=PadCollate())),
            ft.ShapeError,
            "PadCollate(): argument 'samples': expected arrays of one number of dimensions at sample[1], "
            "got (2,) float64 from dataset index 0 and (2, 3) float64 from dataset index 1",
        ),
        (
            lambda: PadCollate(multiple_of=0),
            ValueError,
            "PadCollate(): argument 'multiple_of': expected a positive int, got 0",
        ),
        (lambda: PadCollate(lengths=1), TypeError, "PadCollate(): argument 'lengths': expected bool, got int"),
    ],
)
def test_wrong_arguments(call, kind, text):
    """With the dataset indices, where a loader knows them."""
    with pytest.raises(kind) as error:
        call()
    assert str(error.value) == text
