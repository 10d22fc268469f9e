"""Page-locked batches: a no-op without CUDA, and with it a copy in another thread."""

import dataclasses
import threading
from collections import namedtuple

import flambeau.tensor as ft
import pytest
from flambeau.data import DataLoader, TensorDataset

Pair = namedtuple("Pair", "a b")


class Batch:
    """Says which thread pinned it."""

    def __init__(self, samples):
        self.samples = samples
        self.thread = None

    def pin_memory(self):
        self.thread = threading.current_thread().name
        return self


@pytest.fixture
def second(monkeypatch):
    """CUDA, with its second device the current one of this thread; gives for each thread which one it has chosen."""
    chosen = {}
    monkeypatch.setattr(ft.cuda, "is_available", lambda: True)
    monkeypatch.setattr(ft.cuda, "current_device", lambda: 1, raising=False)

    def choose(index):
        chosen[threading.current_thread().name] = index

    monkeypatch.setattr(ft.cuda, "set_device", choose, raising=False)
    return chosen


@dataclasses.dataclass
class Both:
    batch: Batch
    name: str


def test_it_does_nothing_without_cuda(monkeypatch):
    """The batch is the batch."""
    monkeypatch.setattr(ft.cuda, "is_available", lambda: False)
    for workers in (0, 1):
        (batch,) = DataLoader(range(3), 3, collate_fn=Batch, pin_memory=True, num_workers=workers)
        assert batch.thread is None


@pytest.mark.parametrize(
    "wrap", [lambda b: b, lambda b: [b], lambda b: {"x": (b, 1)}, lambda b: Pair(b, 2), lambda b: Both(b, "a")]
)
def test_every_part_of_a_batch(monkeypatch, wrap):
    """Containers stay what they are."""
    monkeypatch.setattr(ft.cuda, "is_available", lambda: True)
    inner = Batch([])
    (batch,) = DataLoader(range(3), 3, collate_fn=lambda samples: wrap(inner), pin_memory=True)
    assert inner.thread == "MainThread" and type(batch) is type(wrap(inner))


@pytest.mark.parametrize("method", ["server", "thread"])
def test_another_thread_does_it(second, method):
    """With workers: every batch, in order, on the device of the program; and the state counts those delivered."""
    loader = DataLoader(range(10), 2, collate_fn=Batch, pin_memory=True, num_workers=2, multiprocessing_context=method)
    seen = []
    for number, batch in enumerate(loader, 1):
        seen += batch.samples
        assert batch.thread.startswith("pin_memory") and loader.state_dict()["batches"] == number
        assert second == {batch.thread: 1}
    assert seen == list(range(10))
    for _ in loader:
        break
    assert threading.active_count() <= 2 + 2 * (method == "thread")


@pytest.mark.usefixtures("second")
def test_errors_come_in_their_turn():
    """The batches before the one that failed are delivered."""

    def collate(samples):
        if 4 in samples:
            raise ValueError("a bad sample")
        return Batch(samples)

    seen = []
    with pytest.raises(ValueError, match="a bad sample"):
        for batch in DataLoader(range(10), 2, collate_fn=collate, pin_memory=True, num_workers=2):
            seen += batch.samples
    assert seen == [0, 1, 2, 3]


@pytest.mark.skipif(not ft.cuda.is_available(), reason="needs CUDA")
def test_tensors_are_pinned():
    """And hold the same values."""
    (batch,) = DataLoader(TensorDataset(ft.arange(4)), 4, pin_memory=True, num_workers=1)
    assert batch[0].is_pinned() and batch[0].tolist() == [0, 1, 2, 3]
