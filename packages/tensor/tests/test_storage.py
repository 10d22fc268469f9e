"""The memory behind Tensors: flat, shared between processes without a trace, pinned."""

import copy
import gc
import multiprocessing as mp
import os
import pickle
import signal
import subprocess
import sys
import threading

import flambeau.tensor as ft
import numpy as np
import pytest

# Flat memory --------------------------------------------------------------------------------------------------------


def test_storage_is_the_memory():
    """All views have one storage; offset and stride say where their elements are; writes are seen."""
    x = ft.arange(24).reshape(2, 3, 4)
    for view in (x, x[1], x[:, 1:, ::2], x[1, 2, 3], x.permute(2, 0, 1)):
        storage = view.storage()
        assert storage.data_ptr() == x.data_ptr() and len(storage) == 24
        at = view.storage_offset()
        assert storage[at] == view[(0,) * view.ndim].item()
        assert view.data_ptr() == storage.data_ptr() + at * view.itemsize
    x.storage()[0] = 100
    assert x[0, 0, 0].item() == 100
    assert (x.storage().nbytes(), len(x.untyped_storage()), x.storage().dtype) == (192, 192, ft.int64)
    assert x.storage()[1:4].tolist() == [1, 2, 3]
    assert x.storage().tensor().shape == (24,)


def test_storage_of_odd_tensors():
    """Reversed, empty, 0-d, repeating, bfloat16 and borrowed memory."""
    x = ft.arange(5)
    assert (x[::-1].storage_offset(), x[::-1].storage().tolist()) == (4, [0, 1, 2, 3, 4])
    assert len(ft.zeros(2, 0).storage()) == 0
    assert ft.tensor(3).storage().tolist() == [3]
    assert len(ft.ones(1).expand(1000).storage()) == 1
    assert ft.ones(2).bfloat16().storage().tolist() == [1.0, 1.0]
    odd = ft.from_numpy(np.frombuffer(bytearray(11), "i4", count=2, offset=3))
    assert (odd.storage().kind(), odd.storage_offset(), len(odd.storage())) == ("borrowed", 0, 2)
    assert repr(ft.zeros(2).storage()) == "Storage(2 x float32, owned)"


def test_storage_keeps_memory_and_read_only():
    """The memory lives as long as its storage; what may not be written there may not be written here."""
    storage = ft.full((1000,), 7.0).storage()
    assert storage[999] == 7.0
    with pytest.raises(ValueError, match="read-only"):
        ft.ones(1).expand(2).storage()[0] = 1


# Shared in this process -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float32", "bool", "bfloat16", "complex128"])
@pytest.mark.parametrize("make", [
    lambda: ft.ones(3, 4), lambda: ft.zeros(0, 2), lambda: ft.tensor(1.0), lambda: ft.ones(3, 4).T,
    lambda: ft.ones(100_000), lambda: ft.arange(6).reshape(2, 3), lambda: ft.arange(6).reshape(2, 3)[1:, ::-1],
])  # fmt: skip
def test_sharing_keeps_everything(make, dtype):
    """Value, shape, strides, dtype and version stay; views made later are shared too; a second time nothing happens."""
    x = make().to(dtype)
    x.copy_(x.clone())
    before = (x.tolist(), x.shape, x.stride(), x.dtype, x.version)
    assert not x.is_shared()
    assert x.share_memory_() is x
    assert (x.tolist(), x.shape, x.stride(), x.dtype, x.version) == before
    assert x.is_shared() and x.unsqueeze(0).is_shared() and x.storage().kind() == "shared"
    address = x.data_ptr()
    assert x.share_memory_().data_ptr() == address
    x.zero_()
    assert not x.any()
    assert (
        not x.clone().is_shared() and not copy.deepcopy(x).is_shared() and not pickle.loads(pickle.dumps(x)).is_shared()
    )


def test_nobody_is_left_behind():
    """Memory that views, arrays or others see does not move away from under them."""
    x, y, a = ft.ones(4), ft.ones(4), np.ones(4)
    view, array = x[1:], y.numpy()
    z = ft.from_numpy(a)
    w = ft.ones(4)
    lent = w.__dlpack__()
    message = "expected memory that no view and no array of others shares, got memory that is shared"
    for shared in (x, view, y, z, w):
        with pytest.raises(ValueError) as raised:
            shared.share_memory_()
        assert str(raised.value) == (f"share_memory_(): argument 'input': {message}; use x.clone().share_memory_()")
    assert array.shape == (4,) and lent is not None
    del view, array, a, lent
    for alone in (x, y, z, w):
        assert alone.share_memory_().tolist() == [1.0] * 4


def test_subclasses_and_the_tensors_they_are_made_of_move_together():
    """What was made of another Tensor shares its memory before and after."""

    class Named(ft.Tensor):
        pass

    x = ft.zeros(3)
    y = Named(x)
    y.share_memory_()
    y.add_(1)
    assert x.is_shared() and x.tolist() == [1.0] * 3 and x.version == 1


def test_no_descriptors_or_mappings_are_left():
    """What is shared is closed and unmapped with the last Tensor of it."""
    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("needs /proc")

    def count():
        opened = [os.readlink(entry.path) for entry in os.scandir("/proc/self/fd") if os.path.lexists(entry.path)]
        with open("/proc/self/maps") as maps:
            return [sum("memfd:flambeau" in line for line in lines) for lines in (opened, maps)]

    gc.collect()
    before = count()
    kept = [ft.zeros(10).share_memory_() for _ in range(20)]
    views = [x[3:] for x in kept]
    assert count() == [before[0] + 20, before[1] + 20]
    del kept
    assert count()[1] == before[1] + 20
    del views
    assert count() == before


def test_sharing_elsewhere_is_refused(strict_device):
    """Only the CPU's memory is shared."""
    with pytest.raises(ft.DeviceError) as raised:
        ft.ones(1, device=strict_device).share_memory_()
    assert str(raised.value) == (
        "share_memory_(): argument 'input': expected a Tensor on the CPU, got one on strict:0; use .cpu()"
    )
    assert not ft.ones(1, device=strict_device).is_shared()


# Between processes ----------------------------------------------------------------------------------------------------


def add_in_turn(x, lock, times):
    for _ in range(times):
        with lock:
            x.add_(1)


def fill_half(x, first, times):
    for i in range(times):
        x[first::2].fill_(i)
        assert (x[first::2] == i).all()


def answer(inbox, outbox):
    x = inbox.get()
    x.mul_(2)
    outbox.put((x.is_shared(), x[0].is_shared(), x))
    inbox.get()


class Named(ft.Tensor):
    pass


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_processes_see_one_memory(method):
    """Forked, spawned or served: what one process writes the others read, with and without taking turns."""
    context = mp.get_context(method)
    x, halves = ft.zeros(1000, dtype="int64").share_memory_(), ft.zeros(1001).share_memory_()
    lock = context.Lock()
    workers = [context.Process(target=add_in_turn, args=(x, lock, 500)) for _ in range(2)]
    workers += [context.Process(target=fill_half, args=(halves[1:], i, 300)) for i in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    assert (x == 1000).all()
    assert halves[0].item() == 0 and (halves[1:] == 299).all()


@pytest.mark.parametrize("kind", [ft.Tensor, Named])
def test_queues_send_the_memory(kind):
    """A shared Tensor in a queue is the same memory at the other end, and when it comes back; of a view, the view."""
    context = mp.get_context("spawn")
    there, back = context.Queue(), context.Queue()
    x = ft.ones(2, 3).share_memory_()
    worker = context.Process(target=answer, args=(there, back))
    worker.start()
    there.put(kind(x)[:, ::-2] if kind is ft.Tensor else kind(x))
    shared, part_shared, y = back.get(timeout=60)
    assert shared and part_shared and y.is_shared()
    assert type(y) is kind
    there.put(None)
    worker.join(60)
    expected = [[2.0, 1.0, 2.0]] * 2 if kind is ft.Tensor else [[2.0] * 3] * 2
    assert x.tolist() == expected
    y.zero_()
    assert x.sum().item() == (2.0 if kind is ft.Tensor else 0.0)


KILLED = """
import os, signal, sys
import flambeau.tensor as ft
kept = [ft.ones(1_000_000).share_memory_() for _ in range(3)]
if os.fork() == 0:
    kept[0].add_(1)
    signal.pause()
print("ready", flush=True)
signal.pause()
"""


def test_nothing_is_left_after_sigkill():
    """A killed process and its killed child leave no name in /dev/shm, and the memory goes back to the system."""
    if not os.path.isdir("/dev/shm"):
        pytest.skip("needs /dev/shm")
    before = set(os.listdir("/dev/shm"))
    process = subprocess.Popen([sys.executable, "-c", KILLED], stdout=subprocess.PIPE, start_new_session=True)
    assert process.stdout.readline() == b"ready\n"
    assert set(os.listdir("/dev/shm")) <= before
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert set(os.listdir("/dev/shm")) <= before


def test_the_memory_outlives_its_maker():
    """When the process that shared it is killed, those that have it keep it."""
    context = mp.get_context("fork")
    inbox = context.Queue()

    def make():
        inbox.put(ft.full((1000,), 3.0).share_memory_())
        signal.pause()

    maker = context.Process(target=make)
    maker.start()
    x = inbox.get(timeout=60)
    os.kill(maker.pid, signal.SIGKILL)
    maker.join()
    assert x.sum().item() == 3000.0


def test_descriptors_of_too_little_memory_are_refused(tmp_path):
    """Reading beyond a file's end would kill the process: its size is looked at first."""
    from flambeau.tensor._core.exchange import SharedMemory

    path = tmp_path / "short"
    path.write_bytes(b"1234")
    descriptor = os.open(path, os.O_RDWR)
    with pytest.raises(ValueError, match="expected 4096 bytes, got 4"):
        SharedMemory(4096, descriptor)


def test_threads_share_too():
    """Threads that write their own parts of one shared Tensor at the same time."""
    x = ft.zeros(4, 10_000).share_memory_()

    def work(i):
        for _ in range(200):
            x[i].add_(1)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (x == 200).all()


# Pinned ---------------------------------------------------------------------------------------------------------------


def test_pinning_without_a_gpu(monkeypatch):
    """Where there is no GPU, there is nothing to be quick for, and the error says what would help."""
    monkeypatch.setattr(ft.cuda, "is_available", lambda: False)
    with pytest.raises(ft.DeviceError) as raised:
        ft.ones(1).pin_memory()
    expected = "expected a CUDA device, got none on this machine"
    install = "pip install 'flambeau-tensor[cuda]' on a machine with an NVIDIA driver"
    assert str(raised.value) == f"pin_memory(): argument 'device': {expected}; {install}"
    assert not ft.ones(1).is_pinned()


@pytest.mark.skipif(not ft.cuda.is_available(), reason="needs a CUDA device")
def test_pinning():
    """A pinned copy has the elements, says so, and so do its views."""
    x = ft.arange(6).reshape(2, 3).T
    y = x.pin_memory()
    assert y.is_pinned() and y[1:].is_pinned() and y.storage().kind() == "pinned"
    assert y.tolist() == x.tolist() and not x.is_pinned()
    assert y.pin_memory() is y
