"""What Python needs of the threads and the memory that kernels share."""

cimport numpy as cnp
from libc.stdint cimport uint64_t

from flambeau.tensor._core.tensor cimport new_array

import os

import numpy as np

from flambeau.tensor._backends import CPU
from flambeau.tensor._defaults import default_float

cnp.import_array()

cdef extern from "flambeau/threads.hpp" namespace "flambeau":
    int MaxThreads
    int thread_count() noexcept
    void set_thread_count(int count) noexcept

cdef extern from "flambeau/memory.hpp" namespace "flambeau":
    struct PoolStatistics:
        size_t in_use, kept, peak, limit
        uint64_t allocations, hits
    PoolStatistics pool_statistics() noexcept
    void pool_reset_peak() noexcept
    void pool_empty() noexcept nogil
    void pool_set_limit(size_t bytes) noexcept nogil

MAX_THREADS = MaxThreads


def get_threads():
    return thread_count()


def set_threads(int count):
    set_thread_count(count)


def _from_environment(str wanted):
    if wanted is None:
        return
    if not (wanted.isascii() and wanted.isdigit() and 1 <= int(wanted) <= MaxThreads):
        raise ImportError(f"flambeau.tensor: environment variable 'FLAMBEAU_NUM_THREADS': expected a number from 1 to "
                          f"{MaxThreads}, got '{wanted}'")
    set_thread_count(int(wanted))


_from_environment(os.environ.get("FLAMBEAU_NUM_THREADS"))


def memory_statistics():
    cdef PoolStatistics s = pool_statistics()
    return {"in_use": s.in_use, "kept": s.kept, "peak": s.peak, "limit": s.limit,
            "allocations": s.allocations, "hits": s.hits}


def reset_peak():
    pool_reset_peak()


def release_kept():
    with nogil:
        pool_empty()


def limit_kept(size_t bytes):
    with nogil:
        pool_set_limit(bytes)


def empty(tuple shape, dtype):
    """numpy.empty, in memory of the pool where that is worth it."""
    cdef cnp.dtype descr = np.dtype(dtype)
    cdef cnp.npy_intp dims[cnp.NPY_MAXDIMS]
    cdef int i
    if not descr.isnative or len(shape) > cnp.NPY_MAXDIMS:
        return np.empty(shape, descr)
    for i in range(len(shape)):
        dims[i] = shape[i]
    return new_array(<int>len(shape), dims, descr.type_num)


def _empty(xp, shape, *, dtype=None, device=None):
    return empty(tuple(shape), dtype or default_float())


def _filled(xp, shape, value, dtype):
    array = empty(tuple(shape), dtype)
    array[...] = value
    return array


def _ones(xp, shape, *, dtype=None, device=None):
    return _filled(xp, shape, 1, dtype or default_float())


def _full(xp, shape, fill_value, *, dtype=None, device=None):
    return _filled(xp, shape, fill_value, dtype)


# Zeros stay NumPy's: it gets them from the system, which makes them as they are touched.
CPU.kernels.update(empty=_empty, ones=_ones, full=_full)
