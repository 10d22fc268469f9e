"""Page-locked batches on their way to a GPU."""

import flambeau.tensor as ft
import pytest
from flambeau.data import DataLoader, TensorDataset


@pytest.fixture
def cuda(gpu):
    """A real one: devices that stand in for it have no page-locked memory."""
    if not gpu.startswith("cuda"):
        pytest.skip("needs a CUDA device")
    return gpu


@pytest.mark.parametrize("workers", [0, 2])
def test_batches_overtake_nothing(cuda, workers):
    """Batches copied in the background hold their own numbers, though their memory is used again and again."""
    x = ft.arange(64 * 50_000).reshape(64, 50_000)
    sums = []
    for (batch,) in DataLoader(TensorDataset(x), 4, pin_memory=True, num_workers=workers):
        assert batch.is_pinned()
        there = batch.to(cuda, non_blocking=True)
        del batch  # its memory must wait for the copy
        sums += there.sum(-1).tolist()
    assert sums == x.sum(-1).tolist()


def test_many_copies_in_flight(cuda):
    """Nothing waits between these copies, and each page-locked block is dropped at once."""
    sent = [ft.full((1 << 20,), float(i)).pin_memory().to(cuda, non_blocking=True) for i in range(40)]
    assert [x.mean().item() for x in sent] == list(range(40))


def test_copies_back_in_the_background(cuda):
    """The values are there when the stream has got so far, and the memory is page-locked."""
    x = ft.arange(1 << 20, device=cuda)
    back = [(x + i).to("cpu", non_blocking=True) for i in range(10)]
    ft.cuda.synchronize()
    assert all(y.is_pinned() for y in back)
    assert all(y.tolist()[:2] == [i, i + 1] for i, y in enumerate(back))
