"""Launches of CUDA kernels keep to what a GPU demands, and operators to the number of launches they had."""

import ctypes
import threading
from concurrent.futures import ThreadPoolExecutor

import cuda_launches
import fibres
import flambeau.tensor as ft
import numpy as np
import pytest
from fibres.runtime import Runtime
from flambeau.tensor._cuda import _launch
from flambeau.tensor._cuda._source import Source
from flambeau.tensor.testing import strict
from flambeau.tensor.testing.strict import StrictArray

pytestmark = fibres.needed

TEXT = """
struct Extents { long long rows, columns; };
constexpr int threads = 128;
KERNEL(threads) fill(const T* x, Compute<T>* out, int* where, long long n, Extents extents, float value) {
    if (global_thread() < n) out[global_thread()] = value + extents.rows;
}
"""
SOURCE = Source("filling", TEXT)
OWN = cuda_launches.own_entries()


@pytest.mark.parametrize("info", OWN, ids=str)
def test_launches_per_operator(info):
    """As many as ``cuda_launches.txt`` says; where fewer do now, ``python cuda_launches.py`` writes it anew."""
    assert cuda_launches.count(info) == cuda_launches.kept().get(info.name)


def test_the_table_has_no_others():
    """No line is left of an operator that the backend has no kernel for."""
    assert cuda_launches.kept().keys() <= {info.name for info in OWN}


def array(n=256, dtype=np.float16, index=0):
    return StrictArray(np.zeros(n, dtype), index)


def launch(grid=2, block=128, shared=0, x=None, out=None, where=None, n=256, extents=b"\0" * 16, value=1.0):
    """One launch, of which some argument may be wrong."""
    x = array() if x is None else x
    out = array(dtype=np.float32) if out is None else out
    with cuda_launches.recorded() as launches:
        SOURCE.kernel("fill", np.dtype(np.float16))(grid, block, shared, x, out, where, n, extents, value)
    return launches


def test_good_launches_pass(device):
    """What is right is counted, and nothing else."""
    assert launch() == ["filling.fill<float16>"]
    assert launch(where=array(dtype=np.int32)) == ["filling.fill<float16>"]
    assert launch(grid=0) == []


FAULTS = {
    "too large a grid": {"grid": (1, 65536)},
    "more threads than KERNEL() says": {"block": 256},
    "blocks are of whole warps": {"block": 100},
    "bytes of shared memory": {"shared": 50000},
    "16 bytes expected, got 8": {"extents": b"\0" * 8},
    "an array of float32, and float16 expected": {"x": np.zeros(256, np.float32)},
    "an array of float16, and float32 expected": {"out": np.zeros(256, np.float16)},
    "an array of int64, and int32 expected": {"where": np.zeros(256, np.int64)},
    "an address in no array": {"where": 4096},
}


@pytest.mark.parametrize("message, arguments", FAULTS.items(), ids=FAULTS)
def test_faults_are_found(message, arguments, device):
    """Each fault is an error that names the kernel."""
    arguments = {n: StrictArray(np.array(v)) if isinstance(v, np.ndarray) else v for n, v in arguments.items()}
    with pytest.raises(AssertionError) as raised:
        launch(**arguments)
    assert message in str(raised.value) and "filling.fill<float16>" in str(raised.value)


def test_arrays_of_another_device(device):
    """Kernels run on the device of their arrays."""
    with pytest.raises(AssertionError, match="on device 1"):
        launch(x=array(index=1))
    with strict.current_device(1):
        launch(x=array(index=1), out=array(dtype=np.float32, index=1))


def test_memory_that_is_no_arrays(device):
    """A view that reaches beyond its array is found, whatever the kernel reads of it."""
    x = StrictArray(np.lib.stride_tricks.as_strided(array(10)._array, (256,), (2,)))
    with pytest.raises(AssertionError, match="memory that is no array's"):
        launch(x=x)


class Unbound(Runtime):
    """Launches as the driver does: only in threads that a context was made current in."""

    INVALID_CONTEXT = 201

    def __init__(self, helps=True):
        super().__init__()
        prototype = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, *[ctypes.c_uint] * 7, *[ctypes.c_void_p] * 3)
        self.launch, self.held = prototype(self.launch_address), prototype(self.launched)
        self.launch_address = ctypes.cast(self.held, ctypes.c_void_p).value
        self.helps, self.thread, self.codes = helps, threading.local(), []

    def bind(self):
        self.thread.bound = self.helps

    def launched(self, *arguments):
        self.codes.append(self.launch(*arguments) if getattr(self.thread, "bound", False) else self.INVALID_CONTEXT)
        return self.codes[-1]


def test_new_threads_launch(device):
    """A thread that made no call of the runtime yet has no context: its first launch gets it one."""
    x = ft.ones(3, device=device)
    with fibres.replaced(_launch.use, Unbound()) as runtime:
        for _ in range(2):
            with ThreadPoolExecutor(1) as thread:
                found = [thread.submit(ft.add, x, n).result() for n in (1, 2)]
            assert [y.tolist() for y in found] == [[2.0] * 3, [3.0] * 3]
    assert runtime.codes == [Unbound.INVALID_CONTEXT, 0, 0] * 2


def test_without_a_context_all_the_same(device):
    """What is still wrong when the context is there is an error."""
    x = ft.ones(3, device=device)
    with fibres.replaced(_launch.use, Unbound(helps=False)) as runtime, pytest.raises(fibres.FibreError):
        ft.add(x, 1)
    assert runtime.codes == [Unbound.INVALID_CONTEXT] * 2
