"""Datasets: what they return, how they combine, and what they say about bad arguments."""

from itertools import chain

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.data import (
    ConcatDataset,
    DataLoader,
    Dataset,
    IterableDataset,
    StackDataset,
    Subset,
    TensorDataset,
    random_split,
)
from hypothesis import given
from hypothesis import strategies as st


@pytest.fixture
def dataset():
    """Five rows of two features, and a label each."""
    return TensorDataset(ft.arange(10).reshape(5, 2), ft.arange(5) * 10)


def rows(samples):
    return [[part.tolist() for part in sample] for sample in samples]


def test_dataset_without_getitem():
    """The base class says which method is missing."""

    class Empty(Dataset):
        pass

    with pytest.raises(NotImplementedError) as error:
        Empty()[0]
    assert str(error.value) == "Empty must define __getitem__"


def test_tensor_dataset_rows(dataset):
    """A sample is one row of each tensor."""
    assert len(dataset) == 5
    assert rows([dataset[1], dataset[-1]]) == [[[2, 3], 10], [[8, 9], 40]]


def test_tensor_dataset_ends(dataset):
    """Iterating stops after the last row."""
    assert len(list(dataset)) == 5


def test_tensor_dataset_batch(dataset):
    """A batch read at once holds the same rows as single samples."""
    x, y = dataset.__getbatch__([3, 0, -1])
    assert x.tolist() == [[6, 7], [0, 1], [8, 9]]
    assert y.tolist() == [30, 0, 40]


def test_tensor_dataset_of_nothing():
    """At least one tensor is needed."""
    with pytest.raises(TypeError) as error:
        TensorDataset()
    assert str(error.value) == "TensorDataset(): argument 'tensors': expected at least one Tensor, got none"


def test_tensor_dataset_of_arrays():
    """NumPy arrays are refused, with the way to wrap them."""
    with pytest.raises(TypeError) as error:
        TensorDataset(np.ones(3))
    assert str(error.value) == (
        "TensorDataset(): argument 'tensors': expected Tensors, got ndarray; wrap a NumPy array with ft.from_numpy(...)"
    )


@pytest.mark.parametrize("shapes", [[(3, 2), (4,)], [(3,), ()]])
def test_tensor_dataset_of_different_sizes(shapes):
    """All tensors must have the same number of rows."""
    with pytest.raises(ft.ShapeError) as error:
        TensorDataset(*[ft.zeros(*shape) for shape in shapes])
    assert str(error.value) == (
        f"TensorDataset(): argument 'tensors': expected one size of the first dimension, got shapes {shapes}"
    )


def test_subset(dataset):
    """A subset renumbers the chosen samples; so does a subset of a subset."""
    subset = Subset(dataset, [4, 2, 0])
    assert rows(subset) == [[[8, 9], 40], [[4, 5], 20], [[0, 1], 0]]
    assert rows(Subset(subset, [1])) == [[[4, 5], 20]]


def test_subset_reads_together(dataset):
    """A subset passes reading at once on to its dataset."""
    x, y = Subset(dataset, [4, 2, 0]).__getbatch__([0, 2])
    assert (x.tolist(), y.tolist()) == ([[8, 9], [0, 1]], [40, 0])
    assert rows(Subset(dataset, [4, 2, 0]).__getitems__([1])) == [[[4, 5], 20]]


def test_subset_without_fast_path():
    """A dataset that cannot read at once is read one by one."""
    subset = Subset(["a", "b", "c"], [2, 1])
    assert subset.__getbatch__([0]) is NotImplemented
    assert subset.__getitems__([1, 0]) == ["b", "c"]


def test_subset_names_the_original_index():
    """An error while reading names the index in the dataset that failed."""
    with pytest.raises(ZeroDivisionError) as error:
        Subset(Inverse(), [1, 0])[1]
    assert error.value.__notes__ == ["while reading index 0 of Inverse"]


class Inverse:
    def __len__(self):
        return 3

    def __getitem__(self, index):
        return 1 / index


@given(st.lists(st.integers(0, 4), min_size=1, max_size=5))
def test_concat_is_the_sum_of_its_parts(sizes):
    """Concatenated datasets are read like concatenated lists, empty parts and negative indices included."""
    parts = [[(part, i) for i in range(size)] for part, size in enumerate(sizes)]
    whole = list(chain(*parts))
    concat = ConcatDataset(parts)
    assert len(concat) == len(whole)
    assert list(concat) == whole
    assert [concat[-i] for i in range(1, len(whole) + 1)] == whole[::-1]


def test_sums_are_concatenations(dataset):
    """As in PyTorch, of iterable datasets, too."""

    class Letters(IterableDataset):
        def __iter__(self):
            return iter("ab")

    both = dataset + Subset(dataset, [2]) + ["c"]
    assert len(both) == 7 and rows([both[4], both[5]]) == [[[8, 9], 40], [[4, 5], 20]] and both[6] == "c"
    assert list(Letters() + Letters() + ["c"]) == ["a", "b", "a", "b", "c"]


@pytest.mark.parametrize("index", [5, -6])
def test_concat_out_of_range(index):
    """The error names the range."""
    with pytest.raises(IndexError) as error:
        ConcatDataset(["abc", "de"])[index]
    assert str(error.value) == f"ConcatDataset(): argument 'index': expected an int from -5 to 4, got {index}"


def test_concat_index_type():
    """Only ints index a dataset."""
    with pytest.raises(TypeError) as error:
        ConcatDataset(["abc"])["a"]
    assert str(error.value) == "ConcatDataset(): argument 'index': expected int, got str"


def test_concat_of_nothing():
    """At least one dataset is needed."""
    with pytest.raises(ValueError) as error:
        ConcatDataset([])
    assert str(error.value) == "ConcatDataset(): argument 'datasets': expected at least one dataset, got none"


def test_concat_without_length():
    """Datasets without a length cannot be concatenated."""
    with pytest.raises(TypeError) as error:
        ConcatDataset([iter([1])])
    assert str(error.value) == (
        "ConcatDataset(): argument 'dataset': expected a dataset with __len__, got list_iterator"
    )


def test_stack_is_its_parts_side_by_side(dataset):
    """As tuples, or as dicts where the parts have names; one by one, together, and a whole batch at once."""
    unnamed, named = StackDataset(dataset, "abcde"), StackDataset(rows=dataset, text="abcde")
    assert len(unnamed) == len(named) == 5
    (x, y), letter = unnamed[1]
    assert (x.tolist(), y.item(), letter) == ([2, 3], 10, "b")
    assert named[-1]["text"] == "e" and [sample["text"] for sample in named.__getitems__([2, 0])] == ["c", "a"]
    assert unnamed.__getbatch__([0]) is NotImplemented
    both = StackDataset(a=dataset, b=dataset).__getbatch__([1, 0])
    assert both["a"][1].tolist() == both["b"][1].tolist() == [10, 0]
    (batch,) = DataLoader(named, 5)
    assert batch["text"] == list("abcde") and batch["rows"][1].tolist() == [0, 10, 20, 30, 40]


@pytest.mark.parametrize(
    ("args", "kwargs", "kind", "text"),
    [
        ((), {}, TypeError, "'datasets': expected datasets in their order, or by name, got none"),
        (("ab",), {"x": "ab"}, TypeError, "'datasets': expected datasets in their order, or by name, got both"),
        (("ab", "abc"), {}, ValueError, "'datasets': expected datasets of one length, got lengths [2, 3]"),
        ((iter("ab"),), {}, TypeError, "'dataset': expected a dataset with __len__, got str_ascii_iterator"),
    ],
)
def test_stack_of_what_does_not_fit(args, kwargs, kind, text):
    """Datasets of one length, given in one way."""
    with pytest.raises(kind) as error:
        StackDataset(*args, **kwargs)
    assert str(error.value) == f"StackDataset(): argument {text}"


def test_datasets_may_inherit_from_other_types():
    """Also from those that make their objects themselves."""

    class Pair(Dataset, tuple):
        __slots__ = ()

    assert list(Pair((1, 2))) == [1, 2]


@given(st.lists(st.integers(0, 20), min_size=1, max_size=5), st.integers(0, 2**32))
def test_random_split_is_a_partition(lengths, seed):
    """Every sample is in exactly one part, and the parts have the sizes asked for."""
    parts = random_split(range(sum(lengths)), lengths, generator=ft.Generator(seed))
    assert [len(part) for part in parts] == lengths
    assert sorted(sample for part in parts for sample in part) == list(range(sum(lengths)))


@given(st.lists(st.integers(1, 100), min_size=1, max_size=6), st.integers(0, 200))
def test_random_split_by_fractions(weights, n):
    """Fractions give sizes within one of exact, that sum to the whole."""
    fractions = [weight / sum(weights) for weight in weights]
    sizes = [len(part) for part in random_split(range(n), fractions)]
    assert sum(sizes) == n
    assert all(abs(size - n * fraction) <= 1 + 1e-9 for size, fraction in zip(sizes, fractions, strict=True))


def test_random_split_is_reproducible():
    """The same seed gives the same parts, another seed others."""
    first, second, other = (random_split(range(50), [25, 25], generator=ft.Generator(s))[0].indices for s in (1, 1, 2))
    assert first == second != other


def test_random_split_uses_the_default_generator():
    """Without a generator, ft.manual_seed decides."""
    parts = []
    for _ in range(2):
        ft.manual_seed(7)
        parts.append(random_split(range(50), [0.5, 0.5])[0].indices)
    assert parts[0] == parts[1]


@pytest.mark.parametrize(
    ("lengths", "expected", "got"),
    [
        ([3, 3], "lengths that sum to len(dataset) = 10", "[3, 3], which sum to 6"),
        ([0.5, 0.25], "fractions that sum to 1", "[0.5, 0.25], which sum to 0.75"),
        ([12, -2], "no negative length", "[12, -2]"),
    ],
)
def test_random_split_wrong_lengths(lengths, expected, got):
    """Lengths must add up."""
    with pytest.raises(ValueError) as error:
        random_split(range(10), lengths)
    assert str(error.value) == f"random_split(): argument 'lengths': expected {expected}, got {got}"
