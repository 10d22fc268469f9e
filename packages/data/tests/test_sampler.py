"""Samplers: every index as often as promised, in an order that the seed alone decides."""

from collections import Counter
from itertools import chain

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.data import (
    BatchSampler,
    DataLoader,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
)
from hypothesis import given
from hypothesis import strategies as st


def test_sampler_without_iter():
    """The base class says which method is missing."""

    class Empty(Sampler):
        pass

    with pytest.raises(NotImplementedError) as error:
        iter(Empty())
    assert str(error.value) == "Empty must define __iter__"


def test_sequential():
    """Indices in order, every epoch."""
    sampler = SequentialSampler("abc")
    assert len(sampler) == 3
    assert [*sampler, *sampler] == [0, 1, 2, 0, 1, 2]


@given(st.integers(0, 100), st.integers(0, 2**63 - 1))
def test_random_is_a_permutation(n, seed):
    """Without replacement every index comes once."""
    sampler = RandomSampler(range(n), generator=ft.Generator(seed))
    assert len(sampler) == n
    assert sorted(sampler) == list(range(n))


@given(st.integers(1, 20), st.integers(1, 70))
def test_random_with_num_samples(n, num_samples):
    """Asked for more than there are, no index comes twice before all came once."""
    indices = list(RandomSampler(range(n), num_samples=num_samples))
    assert len(indices) == num_samples
    for start in range(0, num_samples, n):
        assert max(Counter(indices[start : start + n]).values()) == 1


@given(st.integers(1, 20), st.integers(1, 70))
def test_random_with_replacement(n, num_samples):
    """With replacement any index of the range may come, as many in all as asked for."""
    indices = list(RandomSampler(range(n), replacement=True, num_samples=num_samples))
    assert len(indices) == num_samples
    assert set(indices) <= set(range(n))


def test_random_with_replacement_repeats():
    """With replacement indices do come twice."""
    indices = list(RandomSampler(range(100), replacement=True, generator=ft.Generator(0)))
    assert len(indices) == 100
    assert len(set(indices)) < 100


def test_random_is_reproducible():
    """The seed decides the order of every epoch; the epochs differ."""
    first, second = (RandomSampler(range(100), generator=ft.Generator(3)) for _ in range(2))
    epochs = [list(first), list(first)]
    assert epochs == [list(second), list(second)]
    assert epochs[0] != epochs[1]


def test_random_uses_the_default_generator():
    """Without a generator, ft.manual_seed decides."""
    orders = []
    for _ in range(2):
        ft.manual_seed(11)
        orders.append(list(RandomSampler(range(100))))
    assert orders[0] == orders[1]


def test_random_follows_a_growing_dataset():
    """The length is that of the data source now."""
    data = [1, 2]
    sampler = RandomSampler(data)
    data.append(3)
    assert len(sampler) == 3
    assert sorted(sampler) == [0, 1, 2]


def test_random_yields_plain_ints():
    """Indices are Python ints, which any dataset takes."""
    for replacement in (False, True):
        assert {type(index) for index in RandomSampler("abc", replacement)} == {int}


@given(st.lists(st.integers(-5, 5), max_size=30))
def test_subset_random(indices):
    """The given indices in another order, doubles included."""
    sampler = SubsetRandomSampler(indices)
    assert len(sampler) == len(indices)
    assert sorted(sampler) == sorted(indices)


@pytest.mark.parametrize("kind", [list, np.array, ft.tensor])
def test_weighted_frequencies(kind):
    """Each index as often as its weight says, within five standard deviations; weights of 0 never."""
    weights = [1.0, 0.0, 2.0, 5.0]
    n = 20_000
    counts = Counter(WeightedRandomSampler(kind(weights), n, generator=ft.Generator(0)))
    assert set(counts) == {0, 2, 3}
    for index, count in counts.items():
        p = weights[index] / 8
        assert abs(count - n * p) < 5 * (n * p * (1 - p)) ** 0.5


def test_weighted_without_replacement():
    """None comes twice, and heavy ones come early."""
    first = Counter()
    for seed in range(400):
        indices = list(WeightedRandomSampler([1, 9, 1, 0], 3, False, generator=ft.Generator(seed)))
        assert sorted(indices) == [0, 1, 2]
        first[indices[0]] += 1
    assert abs(first[1] - 400 * 9 / 11) < 5 * (400 * 9 * 2 / 121) ** 0.5


def test_weights_may_change_between_epochs():
    """A Tensor is read anew each time; small weights count beside a million others."""
    weights = ft.zeros(1_000_000)
    weights[5] = 1e-3
    sampler = WeightedRandomSampler(weights, 3)
    assert list(sampler) == [5, 5, 5]
    weights[5], weights[7] = 0, 1
    assert list(sampler) == [7, 7, 7] and len(sampler) == 3


class Hardest(Sampler):
    """Half of each epoch is what was worst until now; the losses come from the training loop."""

    def __init__(self, count):
        self.losses = ft.full((count,), float("inf"))

    def __iter__(self):
        return iter(self.losses.topk(len(self.losses) // 2).indices.tolist())


@pytest.mark.parametrize("workers", [0, 2])
def test_hard_examples_are_mined(workers):
    """A sampler reads back the losses that training wrote during the epoch before."""
    sampler = Hardest(8)
    loader = DataLoader(range(8), 2, sampler=sampler, num_workers=workers)
    for _ in range(3):
        seen = []
        for indices in loader:
            seen += indices.tolist()
            sampler.losses[indices] = indices.float() % 4
    # 4 and 5 were easy once: all others were read since, and 2, 3, 6 and 7 are the hardest.
    assert sorted(seen) == [2, 3, 6, 7]


@given(st.integers(0, 50), st.integers(1, 12), st.booleans())
def test_batches_are_the_sampler_cut(n, batch_size, drop_last):
    """Batches in order are the sampler's indices; only the last may be smaller, and is left out if asked."""
    sampler = BatchSampler(range(n), batch_size, drop_last)
    batches = list(sampler)
    assert len(sampler) == len(batches)
    assert list(chain(*batches)) == list(range(n - n % batch_size if drop_last else n))
    assert all(len(batch) == batch_size for batch in batches[:-1])


@pytest.mark.parametrize(
    ("make", "kind", "text"),
    [
        (
            lambda: RandomSampler("abc", replacement=1),
            TypeError,
            "RandomSampler(): argument 'replacement': expected bool, got int",
        ),
        (
            lambda: RandomSampler("abc", num_samples=0),
            ValueError,
            "RandomSampler(): argument 'num_samples': expected a positive int, got 0",
        ),
        (
            lambda: RandomSampler("abc", num_samples=2.0),
            TypeError,
            "RandomSampler(): argument 'num_samples': expected int, got float",
        ),
        (
            lambda: RandomSampler("", num_samples=2),
            ValueError,
            "RandomSampler(): argument 'num_samples': expected None for an empty data_source, got 2",
        ),
        (
            lambda: RandomSampler("abc", generator=0),
            TypeError,
            "RandomSampler(): argument 'generator': expected flambeau.tensor.Generator or None, got int; "
            "use ft.Generator(seed)",
        ),
        (
            lambda: SubsetRandomSampler([1], generator="a"),
            TypeError,
            "SubsetRandomSampler(): argument 'generator': expected flambeau.tensor.Generator or None, got str; "
            "use ft.Generator(seed)",
        ),
        (
            lambda: WeightedRandomSampler([1], 0),
            ValueError,
            "WeightedRandomSampler(): argument 'num_samples': expected a positive int, got 0",
        ),
        (
            lambda: WeightedRandomSampler(["a"], 1),
            TypeError,
            "WeightedRandomSampler(): argument 'weights': expected a sequence of numbers, got list",
        ),
        (
            lambda: WeightedRandomSampler(ft.ones(2, 2), 1),
            ft.ShapeError,
            "WeightedRandomSampler(): argument 'weights': expected one dimension, got shape (2, 2)",
        ),
        (
            lambda: BatchSampler("abc", 0, False),
            ValueError,
            "BatchSampler(): argument 'batch_size': expected a positive int, got 0",
        ),
        (
            lambda: BatchSampler("abc", True, False),
            TypeError,
            "BatchSampler(): argument 'batch_size': expected int, got bool",
        ),
        (
            lambda: BatchSampler("abc", 2, None),
            TypeError,
            "BatchSampler(): argument 'drop_last': expected bool, got NoneType",
        ),
    ],
)
def test_wrong_arguments(make, kind, text):
    """Wrong arguments are refused at construction, by name."""
    with pytest.raises(kind) as error:
        make()
    assert str(error.value) == text
