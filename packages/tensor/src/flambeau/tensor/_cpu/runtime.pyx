"""What Python needs of the threads that kernels share."""

import os

cdef extern from "flambeau/threads.hpp" namespace "flambeau":
    int MaxThreads
    int thread_count() noexcept
    void set_thread_count(int count) noexcept

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
