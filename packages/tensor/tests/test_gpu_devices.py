"""Threads, streams, copies and devices, where there is a GPU; some of it needs two."""

import gc
import threading

import flambeau.tensor as ft
import numpy as np
import pytest

pytestmark = pytest.mark.skipif(not ft.cuda.is_available(), reason="needs a CUDA device")
two = pytest.mark.skipif(ft.cuda.device_count() < 2, reason="needs two CUDA devices")


def in_a_thread(call):
    """What a call gives in a thread that has done nothing else."""
    results = []
    thread = threading.Thread(target=lambda: results.append(call()))
    thread.start()
    thread.join()
    (result,) = results
    return result


def busy():
    """Keep the current stream busy for a while."""
    x = ft.rand(4096, 4096, device="cuda")
    for _ in range(100):
        x = (x @ x).sigmoid_()


def test_a_fresh_thread_launches():
    """Its first call is a kernel that is loaded, with memory that the pool has."""
    x = ft.ones(1000, device="cuda")
    y = x * 2
    del y
    assert in_a_thread(lambda: x * 2).sum().item() == 2000


def test_conversions_follow_no_copy_that_goes_on():
    x = ft.arange(1 << 20, device="cuda").float()
    busy()
    y = (x + 1).to("cpu", ft.float64, non_blocking=True)
    ft.cuda.synchronize()
    assert y.is_pinned() and y.dtype == np.float64
    assert y.sum().item() == ((1 << 20) + 1) * (1 << 19)


@pytest.mark.parametrize("size", [1 << 10, 1 << 23])
def test_memory_that_others_have_locked_is_waited_for(size):
    """PyTorch's page-locked memory may be written as soon as the copy has returned."""
    torch = pytest.importorskip("torch")
    if not torch.cuda.is_available():
        pytest.skip("needs a PyTorch that locks memory")
    source = torch.ones(size).pin_memory()
    busy()
    x = ft.from_dlpack(source).cuda()
    source.zero_()
    assert x.sum().item() == size


def test_no_device_of_that_number():
    count = ft.cuda.device_count()
    there = "cuda:0" if count == 1 else f"one of cuda:0 to cuda:{count - 1}"
    for call in (lambda: ft.ones(2).cuda(count), lambda: ft.ones(2, device="cuda").cuda(count)):
        with pytest.raises(ft.DeviceError) as raised:
            call()
        assert str(raised.value) == f"to(): argument 'device': expected {there}, got 'cuda:{count}'"


def test_streams_answer():
    stream = ft.cuda.Stream()
    with stream:
        busy()
        event = stream.record_event()
        assert not stream.query() and not event.query()
    stream.synchronize()
    assert stream.query() and event.query()
    outside = ft.cuda.ExternalStream(stream.cuda_stream)
    assert outside == stream and outside.query()
    del outside  # it is still there for us
    with stream:
        assert ft.ones(3, device="cuda").sum().item() == 3


def test_peaks_are_those_of_all_threads():
    gc.collect()
    ft.cuda.reset_peak_memory_stats()
    before = ft.cuda.max_memory_allocated()
    in_a_thread(lambda: ft.empty(1 << 24, dtype=ft.uint8, device="cuda").numel())
    assert ft.cuda.max_memory_allocated() >= before + (1 << 24)
    ft.cuda.reset_peak_memory_stats()
    assert ft.cuda.max_memory_allocated() == ft.cuda.memory_allocated()


def test_too_much_is_refused_in_words():
    """Nothing of that remains: what fits is given afterwards, and the pool has no new limit."""
    _, total = ft.cuda.mem_get_info()
    kept = ft.empty(1 << 24, dtype=ft.uint8, device="cuda")
    with pytest.raises(ft.cuda.OutOfMemoryError) as raised:
        ft.empty(2 * total, dtype=ft.uint8, device="cuda")
    assert raised.value.requested == 2 * total and raised.value.largest <= total
    assert ft.empty_like(kept).shape == kept.shape


def test_small_memory_is_locked():
    """Of empty Tensors, and of a number."""
    for x in (ft.zeros(0), ft.tensor(True), ft.tensor(2.5)):
        assert x.pin_memory().is_pinned() and x.pin_memory().tolist() == x.tolist()
        assert x.cuda().to("cpu", non_blocking=True).dtype == x.dtype


def test_products_go_on_after_their_memory_was_given_back():
    x = ft.rand(4, 1 << 20, device="cuda")
    before = x @ x.T
    with ft.cuda.Stream():
        x @ x.T
    ft.cuda.empty_cache()
    assert ft.equal(x @ x.T, before)


@two
def test_sources_are_written_after_they_were_copied():
    a = ft.ones(1 << 26, device="cuda:0")
    with ft.cuda.device(1):
        busy()
    b = a.to("cuda:1")
    a.zero_()
    assert (b == 1).all().item()


@two
def test_each_device_is_waited_for_itself():
    with ft.cuda.device(1):
        busy()
    stream = ft.cuda.current_stream("cuda:1")
    assert not stream.query()
    stream.synchronize()
    assert stream.query()


@two
def test_a_device_chosen_inside_ends_with_the_block():
    with ft.cuda.device(0):
        ft.cuda.set_device(1)
    assert ft.cuda.current_device() == 0
    with ft.cuda.Stream():
        ft.cuda.set_device(1)
    assert ft.cuda.current_device() == 0 and ft.cuda.current_stream() == ft.cuda.default_stream()


@two
def test_operations_run_on_the_device_of_their_operands():
    """Whichever is the current one: also checks that compute, promotion, and what is stored in ``out``."""
    n, c = ft.arange(4, device="cuda:1"), ft.ones(4, dtype=ft.complex64, device="cuda:1")
    for result in (n**n, n.bincount(), c + n.float(), c.add_(c), (n + 1.0).exp(), ft.linalg.svdvals(n.float().diag())):
        assert result.device == "cuda:1"
    assert repr(ft.ones(5000, device="cuda:1")).endswith("(GPU 1)]")
