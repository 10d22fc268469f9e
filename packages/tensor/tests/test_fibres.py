"""What runs CUDA kernels on the CPU does as a GPU does, and reports what a kernel must not do."""

import fibres
import ml_dtypes
import numpy as np
import pytest
from flambeau.tensor._cuda import _launch
from flambeau.tensor._cuda._source import Source
from flambeau.tensor.testing.strict import StrictArray

pytestmark = fibres.needed

TEXT = """
#include "blocks.cuh"

struct Pair { int first; float second; };

KERNEL(256) scale(const T* x, T* out, long long n, double factor) {
    for (long long i = global_thread(); i < n; i += global_threads())
        out[i] = store<T>(load(x[i]) * static_cast<Compute<T>>(factor));
}

KERNEL(256) block_sums(const T* x, Compute<T>* out, int length) {
    Compute<T> sum = 0;
    x += static_cast<long long>(blockIdx.x) * length;
    for (int i = threadIdx.x; i < length; i += blockDim.x) sum += load(x[i]);
    sum = over_block<Sum>(sum, Compute<T>(0));
    if (threadIdx.x == 0) out[blockIdx.x] = sum;
}

KERNEL(256) turned(const T* x, T* out) {
    extern __shared__ unsigned char raw[];
    T* tile = reinterpret_cast<T*>(raw);
    tile[threadIdx.x] = x[threadIdx.x];
    __syncthreads();
    out[threadIdx.x] = tile[blockDim.x - 1 - threadIdx.x];
}

KERNEL(256) turned_too_soon(const T* x, T* out) {
    extern __shared__ T tile[];
    tile[threadIdx.x] = x[threadIdx.x];
    out[threadIdx.x] = tile[blockDim.x - 1 - threadIdx.x];
}

KERNEL(32) lanes(int* out) {
    const int lane = threadIdx.x;
    int* mine = out + lane * 12;
    mine[0] = __shfl_sync(all_lanes, lane, 5);
    mine[1] = __shfl_up_sync(all_lanes, lane, 3);
    mine[2] = __shfl_down_sync(all_lanes, lane, 3);
    mine[3] = __shfl_xor_sync(all_lanes, lane, 1, 8);
    mine[4] = __shfl_sync(all_lanes, lane, 1, 8);
    mine[5] = static_cast<int>(__ballot_sync(all_lanes, lane % 3 == 0));
    mine[6] = __any_sync(all_lanes, lane == 31) + 2 * __all_sync(all_lanes, lane < 31);
    mine[7] = __syncthreads_count(lane < 7);
    mine[8] = __popc(0xf0f) + 100 * __ffs(8) + 10000 * __clz(1);
    mine[9] = static_cast<int>(__match_any_sync(all_lanes, lane / 8));
    mine[10] = lane < 16 ? __shfl_xor_sync(0xffffu, lane, 15) : -1;
    mine[11] = __reduce_add_sync(all_lanes, lane);
}

KERNEL(128) count(int* total, unsigned long long* most, float* sum, Pair pair) {
    atomicAdd(total, pair.first);
    atomicMax(most, static_cast<unsigned long long>(global_thread()));
    atomicAdd(sum, pair.second);
}

KERNEL(128) early_exit(float* x) {
    if (threadIdx.x == 3) return;
    __syncthreads();
    x[0] = 1;
}

KERNEL(128) two_barriers(float* x) {
    if (threadIdx.x < 64) __syncthreads();
    else { x[0] = 1; __syncthreads(); }
}

KERNEL(32) lane_missing(int* x) {
    if (threadIdx.x != 7) x[threadIdx.x] = __shfl_xor_sync(all_lanes, 1, 1);
}

KERNEL(32) uninitialised(float* x) {
    __shared__ float values[32];
    if (x[threadIdx.x] > 0) values[threadIdx.x] = 1;
    x[threadIdx.x] = values[threadIdx.x];
}

KERNEL(32) at(T* x, long long index) { x[index] = T(); }
KERNEL(32) get(const T* x, T* out, long long index) { *out = x[index]; }
KERNEL(32) wide(const T* x, T* out) {
    *reinterpret_cast<Vector<T, 4>*>(out) = *reinterpret_cast<const Vector<T, 4>*>(x);
}
KERNEL(32) outside(T* x, int i) { __shared__ T values[32]; values[i] = x[0]; }
KERNEL(32) divide(int* x, int by) { x[0] = x[1] / by; }
"""
SOURCE = Source("made", TEXT)
DTYPES = [np.dtype(t) for t in (np.float32, np.float64, np.float16, ml_dtypes.bfloat16)]


def kernel(name, dtype=np.float32):
    return SOURCE.kernel(name, np.dtype(dtype))


def array(values, dtype=np.float32):
    return StrictArray(np.array(values, dtype))


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_elements_of_each_type(device, dtype):
    """A loop over the grid computes what NumPy does, in each of the float types."""
    x = array(np.linspace(-2, 2, 777), dtype)
    out = StrictArray(np.empty_like(x._array))
    kernel("scale", dtype)(2, 256, 0, x, out, x.size, 3.0)
    np.testing.assert_array_equal(out._array, x._array * dtype.type(3))


def test_blocks_add_up(device):
    """Shuffles, shared memory and barriers of over_block, in several blocks."""
    x = array(np.arange(3 * 1000).reshape(3, 1000))
    out = array(np.zeros(3))
    kernel("block_sums")(3, 256, 0, x, out, 1000)
    np.testing.assert_allclose(out._array, x._array.sum(1))


def test_dynamic_shared_memory_and_barriers(device):
    """What one thread puts into shared memory another finds there after the barrier."""
    x, out = array(np.arange(256)), array(np.zeros(256))
    for last_first in (False, True):
        with fibres.order(last_first):
            kernel("turned")((1, 1, 1), (256, 1, 1), 1024, x, out)
        np.testing.assert_array_equal(out._array, x._array[::-1])


def test_a_missing_barrier_shows(device):
    """Without the barrier the threads that run first find what was there before."""
    x, out = array(np.arange(256)), array(np.zeros(256))
    kernel("turned_too_soon")(1, 256, 1024, x, out)
    assert np.isnan(out._array[:128]).all()


def test_functions_of_a_warp(device):
    """Shuffles, votes and bit counts give what CUDA's programming guide says."""
    out = array(np.zeros((32, 12)), np.int32)
    kernel("lanes")(1, 32, 0, out)
    lane = np.arange(32)
    columns = out._array.T
    np.testing.assert_array_equal(columns[0], 5)
    np.testing.assert_array_equal(columns[1], np.where(lane < 3, lane, lane - 3))
    np.testing.assert_array_equal(columns[2], np.where(lane > 28, lane, lane + 3))
    np.testing.assert_array_equal(columns[3], lane ^ 1)
    np.testing.assert_array_equal(columns[4], lane // 8 * 8 + 1)
    np.testing.assert_array_equal(columns[5], np.uint32(sum(1 << i for i in range(0, 32, 3))).astype(np.int32))
    np.testing.assert_array_equal(columns[6], 1)
    np.testing.assert_array_equal(columns[7], 7)
    np.testing.assert_array_equal(columns[8], 8 + 400 + 310000)
    np.testing.assert_array_equal(columns[9], (np.uint32(0xFF) << (lane // 8 * 8).astype(np.uint32)).view(np.int32))
    np.testing.assert_array_equal(columns[10], np.where(lane < 16, lane ^ 15, -1))
    np.testing.assert_array_equal(columns[11], 31 * 16)


def test_atomics_and_structs(device):
    """Every thread's contribution is counted; structs are passed by value as bytes."""
    total, most, total_float = array([0], np.int32), array([0], np.uint64), array([0])
    kernel("count")(5, 128, 0, total, most, total_float, np.array([2], np.int32).tobytes() + np.float32(0.5).tobytes())
    assert (total._array[0], most._array[0], total_float._array[0]) == (1280, 639, 320)


@pytest.mark.parametrize("name", ["early_exit", "two_barriers"])
def test_barriers_that_not_all_reach(device, name):
    """A barrier that some threads of the block do not come to is an error that names the kernel."""
    with pytest.raises(fibres.FibreError, match=rf"^made.{name}<float32>: block \(0, 0, 0\): .*barrier"):
        kernel(name)(1, 128, 0, array([0.0]))


def test_lanes_that_do_not_come(device):
    """A shuffle that one of the lanes in its mask does not take part in is an error."""
    with pytest.raises(fibres.FibreError, match="31 in a warp function for lanes that do not come"):
        kernel("lane_missing")(1, 32, 0, array(np.zeros(32), np.int32))


def test_shared_memory_holds_garbage(device):
    """A kernel finds no zeros in shared memory that it has not set."""
    x = array(np.zeros(32))
    kernel("uninitialised")(1, 32, 0, x)
    assert np.isnan(x._array).all()


@pytest.mark.parametrize("index", [4, 5, 1000, -1, -3, -1025])
def test_writing_outside_an_array(device, index):
    """Writing past the end or before the beginning is an error, whether it hits a page of its own or not."""
    x = array(np.zeros(4))
    with pytest.raises(fibres.FibreError, match=r"^made.at<float32>: .* (an array of 16 bytes|belongs to no array)"):
        kernel("at")(1, 1, 0, x, index)
    assert not x._array.any()


def test_writing_into_what_rounds_the_size_up(device):
    """Three floats are followed by four bytes that belong to nobody."""
    with pytest.raises(fibres.FibreError, match="wrote after the end of an array of 12 bytes"):
        kernel("at")(1, 1, 0, array(np.zeros(3)), 3)
    kernel("at")(1, 1, 0, array(np.zeros(3)), 2)


def test_reading_outside_an_array(device):
    """Reading past the end is an error, and so is an array that is gone."""
    out = array([0.0])
    with pytest.raises(fibres.FibreError, match="reads or writes 0 bytes after the end of an array of 16 bytes"):
        kernel("get")(1, 1, 0, array(np.zeros(4)), out, 4)
    with pytest.raises(fibres.FibreError, match="belongs to no array"):
        kernel("get")(1, 1, 0, None, out, 0)


def test_misaligned_vectors(device):
    """16 bytes are read and written at multiples of 16 only."""
    x, out = array(np.arange(5)), array(np.zeros(4))
    kernel("wide")(1, 1, 0, x, out)
    np.testing.assert_array_equal(out._array, [0, 1, 2, 3])
    with pytest.raises(fibres.FibreError, match="not a multiple of the type's alignment"):
        kernel("wide")(1, 1, 0, x[1:], out)


def test_outside_shared_memory(device):
    """Arrays of known length are not left, and dynamic shared memory has an end."""
    kernel("outside")(1, 1, 0, array([1.0]), 31)
    with pytest.raises(fibres.FibreError, match="outside an array of known length"):
        kernel("outside")(1, 1, 0, array([1.0]), 32)
    with pytest.raises(fibres.FibreError, match="belongs to no array"):
        kernel("turned")(1, 256, 512, array(np.arange(256)), array(np.zeros(256)))


def test_division_by_zero(device):
    """Division of integers by zero gives anything on a GPU: it is an error here."""
    with pytest.raises(fibres.FibreError, match="divides an integer by zero"):
        kernel("divide")(1, 1, 0, array([1, 1], np.int32), 0)


def test_grids_and_blocks_out_of_range(device):
    """What a driver refuses is refused."""
    for grid, block in ((1, 1025), (1, 0), ((1, 65536), 1), (1, (1, 1, 128))):
        with pytest.raises(fibres.FibreError, match=r"a block of|a grid of"):
            kernel("divide")(grid, block, 0, array([1, 1], np.int32), 1)


def test_kernels_work_after_an_error(device):
    """An error leaves nothing behind."""
    with pytest.raises(fibres.FibreError):
        kernel("early_exit")(1, 128, 0, array([0.0]))
    test_blocks_add_up(device)


def test_nothing_is_left_of_the_device():
    """Runtime and memory are what they were."""
    before = _launch.runtime()
    with fibres.device():
        inside = StrictArray(np.zeros(3))
        assert fibres.lives(inside.data.ptr, 24) and not fibres.lives(inside.data.ptr, 25)
    assert _launch.runtime() is before
    assert not fibres.lives(np.zeros(3).ctypes.data, 1)
    assert inside._array.sum() == 0
