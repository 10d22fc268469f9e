"""Indices out of range on a CUDA device: found by the device, raised when the host next waits for it."""

import fibres
import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor._cuda import _faults, _launch
from flambeau.tensor._reference._helpers import refuse_index
from flambeau.tensor.testing.strict import StrictArray

pytestmark = fibres.needed


@pytest.fixture
def device(device, monkeypatch):
    """The device, whose kernels nobody waits for."""
    monkeypatch.setattr(_launch.runtime(), "blocking", False)
    return device


def watched(values, dtype, low, size):
    array = StrictArray(np.array(values, dtype))
    _faults.watch((refuse_index, "take", "index"), array, low, size)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "uint32", "int64", "uint64"])
def test_range(dtype, device):
    """The bounds themselves, and numbers that no int64 holds."""
    greatest = np.iinfo(dtype).max
    for values, low, size in (([0, 4], 0, 5), ([], 0, 5), ([0], 0, 1), ([1, 4], 1, 5)):
        watched(values, dtype, low, size)
        _faults.check()
    for values in ([0, 5], [greatest], [4, 3] * 1000 + [7] + [1] * 3000):
        watched(values, dtype, 0, 5)
        with pytest.raises(IndexError, match=r"take\(\): argument 'index': expected"):
            _faults.check()
        _faults.check()  # once is enough


def test_error_at_the_next_look(device):
    """The call returns; the look at the device says what was wrong, with the message of the CPU."""
    x, index = ft.arange(3, device=device), ft.tensor([0, -4, 2], device=device)
    with pytest.raises(IndexError) as here:
        ft.take(x.cpu(), index.cpu())
    ft.take(x, index)
    with pytest.raises(IndexError) as there:
        _faults.check()
    assert str(there.value) == str(here.value)
    _faults.check()


def test_only_the_first_is_told(device):
    """Of several errors before a look, the first: the others may follow from it."""
    x = ft.arange(3, device=device)
    ft.take(x, ft.tensor([7], device=device))
    ft.gather(x, 0, ft.tensor([9], device=device))
    with pytest.raises(IndexError, match=r"take\(\).* got 7"):
        _faults.check()
    _faults.check()


def test_the_first_of_several(device):
    """Whichever block comes first: the element that the CPU names, with its place."""
    target = ft.zeros((3, 5000), dtype=ft.int64)
    target[1, 4321], target[1, 4999], target[2] = 9, 8, 7
    logits = ft.zeros((3, 2, 5000))
    with pytest.raises(IndexError, match=r"got 9 at \(1, 4321\)") as here:
        ft.cross_entropy(logits, target)
    for last_first in (False, True):
        with fibres.order(last_first):
            ft.cross_entropy(logits.to(device), target.to(device))
        with pytest.raises(IndexError) as there:
            _faults.check()
        assert str(there.value) == str(here.value)


def test_a_place_long_ago(device):
    """Of a launch that was too long ago the element is named without its place."""
    watch = (lambda low, size, wrong, place: pytest.fail(f"{wrong} {place}"),)
    _faults.watch(watch, StrictArray(np.array([[1, 7]])), 0, 5)
    for _ in range(_faults.KEPT):
        _faults.watch(watch, StrictArray(np.array([1])), 0, 5)
    with pytest.raises(pytest.fail.Exception, match="7 None"):
        _faults.check()


def test_other_devices(device):
    """An index on a device that is not the current one is looked at there."""
    x = ft.arange(3, device="fibres:1")
    ft.take(x, ft.tensor([3], device="fibres:1"))
    with pytest.raises(IndexError, match="got 3"):
        _faults.check()


def test_empty_dimension(device):
    """Where no index can be right, the call itself says so."""
    with pytest.raises(IndexError, match="no indices, the dimension is empty"):
        ft.take(ft.zeros(0, device=device), ft.tensor([0], device=device))


def test_blocking_launches():
    """Where launches wait for kernels, the call itself raises."""
    with fibres.device() as device, pytest.raises(IndexError, match="got 3"):
        ft.take(ft.arange(3, device=device), ft.tensor([3], device=device))


def test_a_target_that_is_ignored(device):
    """One value outside the range may be let through; any other is no class."""
    logits = ft.zeros((3, 4), device=device)
    ft.cross_entropy(logits, ft.tensor([0, -100, 3], device=device))
    _faults.check()
    loss = ft.cross_entropy(logits, ft.tensor([0, -1, 4], device=device), reduction="none")
    with pytest.raises(
        IndexError, match=r"cross_entropy\(\).* in \[0, 3\] \(4 classes\) or ignore_index -100, got -1 at \(1,\)"
    ):
        _faults.check()
    assert np.isnan(loss.cpu().numpy()).tolist() == [False, True, True]


def test_sequences(device):
    """Lengths and classes of sequences are looked at by the device, and no kernel goes beyond what there is."""
    logs = ft.zeros((4, 2, 3), device=device)
    fine = (ft.tensor([[1, 2], [2, 1]]), ft.tensor([4, 3]), ft.tensor([2, 1]))
    for place, wrong, message in (
        (0, [[1, 3], [2, 1]], r"'targets': expected class indices in \[0, 2\] \(3 classes\), got 3"),
        (1, [4, 5], r"'input_lengths': expected lengths in \[0, 4\], got 5"),
        (2, [-1, 1], r"'target_lengths': expected lengths in \[0, 2\], got -1"),
    ):
        arguments = [ft.tensor(wrong) if i == place else a for i, a in enumerate(fine)]
        losses, alphas = ft.ops.ctc_loss(logs, *(a.to(device) for a in arguments))
        with pytest.raises((IndexError, ValueError), match=message):
            _faults.check()
        ft.ops.ctc_loss_backward(losses, logs, *(a.to(device) for a in arguments), 0, losses, alphas)
        with pytest.raises((IndexError, ValueError), match=message):
            _faults.check()
