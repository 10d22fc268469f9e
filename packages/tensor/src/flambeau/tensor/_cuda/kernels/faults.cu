// What is wrong with values, found where they are.
#include "types.cuh"

// note = {number, x, low, size} for an x outside [low, size) and not `ignored`, unless something is noted already.
KERNEL(256) note_outside(const T* index, long long n, long long low, long long size, long long ignored, long long number,
                         long long* note) {
    constexpr bool wide_unsigned = sizeof(T) == 8 && static_cast<T>(-1) > static_cast<T>(0);
    for (long long i = global_thread(); i < n; i += global_threads()) {
        const long long x = static_cast<long long>(index[i]);
        const bool beyond = wide_unsigned && x < 0;  // more than the greatest of the signed ones
        if (!beyond && ((x >= low && x < size) || x == ignored)) continue;
        unsigned long long* const first = reinterpret_cast<unsigned long long*>(note);
        if (atomicCAS(first, 0ull, static_cast<unsigned long long>(number)) == 0) {
            note[1] = x;
            note[2] = low;
            note[3] = size;
        }
    }
}
