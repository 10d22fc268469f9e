"""Large results in memory of the pool: arrays that own it in NumPy's eyes, a bound on what is kept, true statistics."""

import gc
import os
import pickle
import random
import subprocess
import sys
import threading
import tracemalloc
import weakref

import flambeau.tensor as ft
import numpy as np
import pytest
from flambeau.tensor._cpu import runtime

MiB = 2**20


def in_use():
    gc.collect()
    return ft.memory_stats()["in_use"]


def owner(x):
    """The array that owns the memory of a Tensor."""
    return x.numpy().base


@pytest.fixture
def limit():
    """Leaves the limit as it was."""
    before = ft.memory_stats()["limit"]
    yield
    ft.set_cache_limit(before)


@pytest.mark.parametrize("dtype", [ft.bool_, ft.int8, ft.float16, ft.bfloat16, ft.float32, ft.complex128])
def test_large_results_own_memory_of_the_pool(dtype):
    """From 64 KiB on memory comes from the pool, aligned, and the array owns it; below it is NumPy's own."""
    item = np.dtype(dtype).itemsize
    large, small = owner(ft.empty(65536 // item, dtype=dtype)), owner(ft.empty(65536 // item - 1, dtype=dtype))
    name = np._core.multiarray.get_handler_name
    assert name(large) == "flambeau" and large.ctypes.data % 64 == 0
    assert name(small) == "default_allocator"
    assert large.flags.owndata and large.base is None and large.flags.writeable and large.flags.c_contiguous
    assert large.dtype == dtype and large.shape == (65536 // item,)
    large[...] = 1
    assert bool((large == 1).all())


def test_results_in_the_usual_order_are_the_pools():
    """A first operand that is expanded, as the gradient of a mean is, or a part of another is no model of a layout."""
    whole, one = ft.ones(400, 500), ft.ones(()).expand(400, 500)
    half = ft.ones(400, 1000)[:, :500]
    results = [one * whole, ft.pointwise("a * b + a")(one, whole), ft.ones(400, 1).expand(400, 500) + whole, half + 1]
    for result in results:
        assert np._core.multiarray.get_handler_name(owner(result)) == "flambeau"
        assert result.is_contiguous()


def test_filled_tensors_have_the_right_elements():
    """full and ones fill blocks that had other contents."""
    for value in (1.5, -2.0):
        assert bool((ft.full((300, 300), value).numpy() == value).all())
    assert bool((ft.ones(300, 300, dtype=ft.int16).numpy() == 1).all())
    assert bool((ft.zeros(300, 300).numpy() == 0).all())


def test_memory_is_counted_until_the_last_view_is_gone():
    """A view keeps the block; it goes back with the last one."""
    before = in_use()
    x = ft.full((MiB // 4,), 3.0)
    view = x.numpy()[10:20]
    assert in_use() == before + MiB
    del x
    assert in_use() == before + MiB
    assert view.tolist() == [3.0] * 10
    del view
    assert in_use() == before


def test_block_is_used_again():
    """A block that was given back serves the next result of its size."""
    ft.empty(3 * MiB // 4)
    before = ft.memory_stats()
    x = ft.empty(3 * MiB // 4)
    after = ft.memory_stats()
    assert (after["hits"], after["allocations"]) == (before["hits"] + 1, before["allocations"] + 1)
    assert before["kept"] - after["kept"] == after["in_use"] - before["in_use"] == x.nbytes == 3 * MiB


@pytest.mark.parametrize("size", [10, 65536, 70_000, 100_000, 2_000_000])
def test_resize_keeps_the_elements(size):
    """ndarray.resize grows and shrinks arrays of the pool, new elements being zero."""
    before = in_use()
    array = owner(ft.full((80_000,), 7.0))
    array.resize(size, refcheck=False)
    kept = min(size, 80_000)
    assert bool((array[:kept] == 7).all()) and bool((array[kept:] == 0).all())
    del array
    assert in_use() == before


def test_arrays_pickle_and_copy():
    """What is pickled or copied is the elements."""
    x = ft.full((200, 200), 2.5)
    assert bool((pickle.loads(pickle.dumps(x)) == x).all())
    array = owner(x)
    assert np.array_equal(pickle.loads(pickle.dumps(array)), array)
    assert np.array_equal(array.copy(), array)


def test_memory_goes_back_from_any_thread():
    """Results made in one thread and dropped in another come back to the pool."""
    before = in_use()
    made = []

    def make():
        made.extend(ft.full((50_000,), float(i)) for i in range(40))

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert in_use() > before
    dropping = threading.Thread(target=made.clear)
    dropping.start()
    dropping.join()
    assert in_use() == before


def test_reference_cycle_gives_memory_back():
    """The collector frees blocks too."""
    before = in_use()
    holder = [ft.empty(MiB)]
    holder.append(holder)
    gone = weakref.ref(holder[0])
    del holder
    assert in_use() == before and gone() is None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_forked_child_has_memory():
    """A child uses its parent's results, gives them back and gets its own."""
    x = ft.full((MiB,), 4.0)
    child = os.fork()
    if child == 0:
        right = bool((x.numpy() == 4).all())
        x = None
        y = ft.full((MiB,), 5.0)
        ft.empty_cache()
        os._exit(0 if right and bool((y.numpy() == 5).all()) else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert bool((x.numpy() == 4).all())


def test_tracemalloc_sees_the_pool():
    """Blocks in use are traced in NumPy's domain, as its own are."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        x = ft.empty(MiB)
        assert 4 * MiB <= tracemalloc.get_traced_memory()[0] - before < 4.1 * MiB
        owner(x).resize(2 * MiB, refcheck=False)
        assert 8 * MiB <= tracemalloc.get_traced_memory()[0] - before < 8.1 * MiB
        del x
        assert tracemalloc.get_traced_memory()[0] - before < 0.1 * MiB
    finally:
        tracemalloc.stop()


def test_kept_memory_stays_within_its_bound(limit):
    """Whatever the sizes, what is kept is within the limit, and brings the total above neither peak nor slack."""
    ft.empty_cache()
    ft.reset_peak_memory_stats()
    drawn = random.Random(0)
    ft.set_cache_limit(300 * MiB)
    held = []
    for step in range(3000):
        if held and drawn.random() < 0.5:
            held.pop(drawn.randrange(len(held)))
        else:
            held.append(ft.empty(int(2 ** drawn.uniform(16, 25)), dtype=ft.uint8))
        if step % 300 == 299:
            held.clear()
        stats = ft.memory_stats()
        assert stats["kept"] <= stats["limit"] == 300 * MiB
        assert stats["kept"] <= 256 * MiB or stats["kept"] + stats["in_use"] <= stats["peak"]
    ft.set_cache_limit(10 * MiB)
    assert ft.memory_stats()["kept"] <= 10 * MiB
    ft.set_cache_limit(0)
    ft.empty(MiB)
    assert ft.memory_stats()["kept"] == 0


def test_peak_is_the_most_in_use():
    """peak counts what was in use at one time, since it was reset."""
    ft.reset_peak_memory_stats()
    start = ft.memory_stats()["peak"]
    x, y = ft.empty(MiB), ft.empty(MiB)
    del x, y
    assert ft.memory_stats()["peak"] == start + 8 * MiB
    ft.reset_peak_memory_stats()
    assert ft.memory_stats()["peak"] == in_use()


RESIDENT = """
import flambeau.tensor as ft

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096

start = resident()
xs = [ft.full((n,), 1.0) for n in range(100_000, 5_000_000, 100_000)]
for kind in ("in use", "kept", "gone"):
    if kind == "kept":
        xs.clear()
    if kind == "gone":
        ft.empty_cache()
    stats = ft.memory_stats()
    print(stats["in_use"] + stats["kept"], resident() - start)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's /proc")
@pytest.mark.skipif("san.so" in os.environ.get("LD_PRELOAD", ""), reason="the sanitizer's own memory counts too")
def test_statistics_agree_with_what_the_process_holds():
    """in_use and kept add up to the growth of the process, within what blocks are larger than results."""
    done = subprocess.run([sys.executable, "-c", RESIDENT], capture_output=True, text=True, check=True, timeout=120)
    (used, full), (kept, idle), (gone, end) = [map(int, line.split()) for line in done.stdout.splitlines()]
    assert 0.75 * used - 4 * MiB < full < 1.05 * used + 4 * MiB
    assert 0 < kept <= used and 0.75 * kept - 4 * MiB < idle < 1.05 * kept + 4 * MiB
    assert gone == 0 and end < 4 * MiB


def test_too_much_memory_is_refused_with_numpys_error():
    """An array that no machine has memory for raises MemoryError, and the pool forgets about it."""
    before = in_use()
    with pytest.raises(MemoryError):
        runtime.empty((2**46,), "float32")
    with pytest.raises(ValueError):
        runtime.empty((2**40, 2**40), "float32")
    assert in_use() == before


@pytest.mark.parametrize(
    "wrong, error, message",
    [
        (-1, ValueError, "set_cache_limit(): argument 'limit': expected 0 or more bytes, got -1"),
        (1.5, TypeError, "set_cache_limit(): argument 'limit': expected int, got float"),
    ],
)
def test_bad_limits_are_refused(wrong, error, message):
    """Only a number of bytes is a limit."""
    with pytest.raises(error) as raised:
        ft.set_cache_limit(wrong)
    assert str(raised.value) == message
