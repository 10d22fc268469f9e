// What is wrong with values, found where they are.
#include "blocks.cuh"

struct Note {  // all zeros: nothing is noted. This is _faults.py's format.
    long long report, launch, place, x, low, size;
    unsigned long long held;  // by the block that writes
};

// Notes the first x outside [low, size) that is not `ignored`, its place, and what to report about it, unless an earlier
// launch has noted something already.
KERNEL(256) note_outside(const T* index, long long n, long long low, long long size, long long ignored,
                         long long report, long long launch, unsigned char* words) {
    constexpr bool wide_unsigned = sizeof(T) == 8 && static_cast<T>(-1) > static_cast<T>(0);
    long long first = n;
    for (long long i = global_thread(); i < n; i += global_threads()) {
        const long long x = static_cast<long long>(index[i]);
        const bool beyond = wide_unsigned && x < 0;  // more than the greatest of the signed ones
        if (!beyond && ((x >= low && x < size) || x == ignored)) continue;
        first = i;
        break;
    }
    if (!__syncthreads_or(first < n)) return;
    first = over_block<Least>(first, n);
    if (threadIdx.x != 0) return;
    Note* const shared = reinterpret_cast<Note*>(words);
    while (atomicCAS(&shared->held, 0ull, 1ull) != 0) {}
    __threadfence_system();
    volatile Note* const note = shared;
    if (note->report == 0 || (note->launch == launch && first < note->place)) {
        note->launch = launch;
        note->place = first;
        note->x = static_cast<long long>(index[first]);
        note->low = low;
        note->size = size;
        note->report = report;
    }
    __threadfence_system();
    atomicExch(&shared->held, 0ull);
}
