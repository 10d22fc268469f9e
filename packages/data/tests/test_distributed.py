"""Sampling for several training processes: together the whole, each an equal part, another order every epoch."""

import flambeau.tensor as ft
import pytest
from flambeau.data import DataLoader, DistributedSampler
from hypothesis import given
from hypothesis import strategies as st


@given(st.integers(0, 50), st.integers(1, 6), st.booleans(), st.booleans())
def test_parts_are_equal_and_the_whole(n, replicas, shuffle, drop_last):
    """Indices come once, apart from those that fill up the last round or are left out of it."""
    samplers = [DistributedSampler(range(n), replicas, rank, shuffle, drop_last=drop_last) for rank in range(replicas)]
    for _ in range(2):
        parts = [list(sampler) for sampler in samplers]
        assert [len(part) for part in parts] == [len(sampler) for sampler in samplers]
        assert len({len(part) for part in parts}) == 1
        seen = [index for part in parts for index in part]
        if drop_last:
            assert len(set(seen)) == len(seen) == n - n % replicas
        else:
            assert set(seen) == set(range(n)) and len(seen) == (-(-n // replicas) * replicas if n else 0)


def test_the_epoch_goes_up_by_itself():
    """Forgetting set_epoch does not repeat the order; calling it gives the same orders."""
    alone, told = (DistributedSampler(range(100), 2, 1) for _ in range(2))
    orders = [list(alone) for _ in range(3)]
    assert orders[0] != orders[1] != orders[2]
    for epoch in (2, 0, 1):
        told.set_epoch(epoch)
        assert list(told) == orders[epoch]
    assert list(told) == orders[2]
    assert list(DistributedSampler(range(100), 2, 1, seed=5)) != orders[0]


def test_resuming_keeps_the_epoch():
    """A loader's state holds the sampler's."""

    def loader():
        return DataLoader(range(20), 3, sampler=DistributedSampler(range(20), 2, 0))

    whole = loader()
    epochs = [[batch.tolist() for batch in whole] for _ in range(3)]
    first = loader()
    list(first)
    batches = iter(first)
    begun = [next(batches).tolist() for _ in range(2)]
    second = loader()
    second.load_state_dict(first.state_dict())
    assert begun + [batch.tolist() for batch in second] == epochs[1]
    assert [batch.tolist() for batch in second] == epochs[2]


def test_launchers_say_which_process_this_is(monkeypatch):
    """By two environment variables."""
    monkeypatch.setenv("WORLD_SIZE", "3")
    monkeypatch.setenv("RANK", "2")
    assert list(DistributedSampler(range(6), shuffle=False)) == [2, 5]


@pytest.mark.parametrize(
    ("arguments", "kind", "text"),
    [
        (
            {},
            ValueError,
            "'num_replicas': expected an int, got None, and the environment variable WORLD_SIZE is 'not set'",
        ),
        ({"num_replicas": 0, "rank": 0}, ValueError, "'num_replicas': expected a positive int, got 0"),
        ({"num_replicas": 2, "rank": 2}, ValueError, "'rank': expected an int from 0 to 1, got 2"),
        ({"num_replicas": 2, "rank": "0"}, TypeError, "'rank': expected int, got str"),
        ({"num_replicas": 2, "rank": 0, "shuffle": 1}, TypeError, "'shuffle': expected bool, got int"),
    ],
)
def test_wrong_arguments(monkeypatch, arguments, kind, text):
    """A process that does not know which it is must not read everything."""
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with pytest.raises(kind) as error:
        DistributedSampler(ft.zeros(4), **arguments)
    assert str(error.value) == f"DistributedSampler(): argument {text}"
