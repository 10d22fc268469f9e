"""Interrupted and resumed: the same as uninterrupted."""

import json
import random

import flambeau.tensor as ft
import pytest
from flambeau.data import (
    BatchSampler,
    DataLoader,
    DistributedSampler,
    IterableDataset,
    RandomSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
    sample_generator,
)


class Noisy:
    def __len__(self):
        return 23

    def __getitem__(self, index):
        return ft.rand(2, generator=sample_generator()) + index


class Stream(IterableDataset):
    def shard(self, index, count):
        for i in range(index, 23, count):
            yield ft.rand(2, generator=sample_generator()) + i

    def __iter__(self):
        return self.shard(0, 1)


def make(dataset, workers, seed=7, own=True):
    shuffle = None if isinstance(dataset, IterableDataset) else True
    generator = ft.Generator(seed) if own else None
    return DataLoader(dataset, 3, shuffle=shuffle, num_workers=workers, generator=generator)


def run(loader, epochs):
    return [[batch.tolist() for batch in loader] for _ in range(epochs)]


def interrupted(kind, workers, then, whole, draw):
    """Three epochs, cut at random and gone on with by another loader, through a state that survives being text."""
    epoch, loader = draw.randrange(3), make(kind(), workers)
    seen = run(loader, epoch)
    batches = iter(loader)
    begun = [next(batches).tolist() for _ in range(draw.randrange(len(whole[epoch]) + 1))]
    state = json.loads(json.dumps(loader.state_dict()))
    other = make(kind(), then, seed=99)
    other.load_state_dict(state)
    seen.append(begun + run(other, 1)[0])
    return seen + run(other, 2 - epoch)


@pytest.mark.parametrize("kind", [Noisy, Stream])
@pytest.mark.parametrize("workers", [0, 1, 2])
def test_resumed_equals_uninterrupted(kind, workers):
    """At random cuts within three epochs, each loader with as many workers."""
    whole = run(make(kind(), workers), 3)
    draw = random.Random(workers)
    for _ in range(50 if workers == 0 else 4):
        assert interrupted(kind, workers, workers, whole, draw) == whole


def test_resuming_leaves_the_default_generator_alone():
    """An order that came from the default generator is drawn again; who else draws from it does not notice."""
    ft.manual_seed(3)
    loader = make(Noisy(), 0, own=False)
    batches = iter(loader)
    first = [next(batches).tolist() for _ in range(2)]
    state = loader.state_dict()
    rest = [batch.tolist() for batch in batches]
    ft.manual_seed(100)
    ft.rand(5)
    before = ft.get_rng_state()
    other = make(Noisy(), 0, own=False)
    other.load_state_dict(state)
    resumed = [batch.tolist() for batch in other]
    assert resumed == rest and ft.get_rng_state() == before
    assert len(first + resumed) == 8


SAMPLERS = {
    "random": lambda seed: RandomSampler(range(23), generator=ft.Generator(seed)),
    "subset": lambda seed: SubsetRandomSampler(range(23), generator=ft.Generator(seed)),
    "weighted": lambda seed: WeightedRandomSampler(ft.ones(23), 23, generator=ft.Generator(seed)),
    "distributed": lambda seed: DistributedSampler(range(46), 2, 1),
}


@pytest.mark.parametrize("batched", [True, False])
@pytest.mark.parametrize("kind", SAMPLERS)
def test_samplers_with_a_state_of_their_own(kind, batched):
    """A sampler that draws from its own generator, or counts its epochs, goes on where it was."""

    def loader(seed):
        sampler = SAMPLERS[kind](seed)
        if batched:
            return DataLoader(range(46), batch_sampler=BatchSampler(sampler, 3, False))
        return DataLoader(range(46), 3, sampler=sampler)

    whole = run(loader(1), 3)
    first = loader(1)
    list(first)
    batches = iter(first)
    begun = [next(batches).tolist() for _ in range(4)]
    other = loader(2)
    other.load_state_dict(json.loads(json.dumps(first.state_dict())))
    assert [begun + run(other, 1)[0], *run(other, 1)] == whole[1:]
    assert run(first, 1)  # which was left in the middle
    between = loader(1)
    list(between)
    other.load_state_dict(json.loads(json.dumps(between.state_dict())))
    assert run(other, 2) == whole[1:]


def test_a_state_of_something_else_is_refused():
    """With what was expected."""
    with pytest.raises(ValueError) as error:
        make(Noisy(), 0).load_state_dict({"epoch": 1})
    assert str(error.value) == (
        "load_state_dict(): argument 'state': expected what DataLoader.state_dict() gave, got ['epoch']"
    )
