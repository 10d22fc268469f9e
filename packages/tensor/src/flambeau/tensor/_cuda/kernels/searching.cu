// Places in sorted sequences, and how many elements are between them.
#include "keys.cuh"

// How many of `n` elements in order come before one, or with `right` before it or with it.
template <class E, class Before>
__device__ __forceinline__ long long place_in(const E* sequence, long long n, const Before& before) {
    long long low = 0, high = n;
    while (low < high) {
        const long long middle = (low + high) / 2;
        if (before(sequence[middle]))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

// The places of `count` values: in one sequence of `n`, or for each `step` values in the next (0: in one).
KERNEL(256) insertion_points(const T* sequences, const T* values, long long* places, long long count, long long n,
                             long long step, bool right) {
    using Bits = Keys<T>::Bits;
    const Bits* bits = reinterpret_cast<const Bits*>(sequences);
    for (long long i = global_thread(); i < count; i += global_threads()) {
        const auto key = key_of<T>(reinterpret_cast<const Bits*>(values)[i], false);
        places[i] = place_in(bits + (step == 0 ? 0 : i / step * n), n, [&](Bits other) {
            const auto there = key_of<T>(other, false);
            return there < key || (right && there == key);
        });
    }
}

constexpr int counted_together = 4096;

// Adds to `counts` how many elements are between `edges`: in blocks first, where there are not too many bins.
KERNEL(256) histogram(const T* x, const Compute<T>* edges, unsigned long long* counts, long long n, int bins) {
    __shared__ int found[counted_together];
    const bool together = bins <= counted_together;
    if (together) {
        for (int i = threadIdx.x; i < bins; i += blockDim.x) found[i] = 0;
        __syncthreads();
    }
    for (long long i = global_thread(); i < n; i += global_threads()) {
        const Compute<T> value = load(x[i]);
        if (!(value >= edges[0] && value <= edges[bins])) continue;
        int bin = static_cast<int>(place_in(edges, bins + 1, [&](Compute<T> edge) { return edge <= value; })) - 1;
        if (value == edges[bins]) bin = bins - 1;
        if (together)
            atomicAdd(&found[bin], 1);
        else
            atomicAdd(&counts[bin], 1ull);
    }
    if (!together) return;
    __syncthreads();
    for (int i = threadIdx.x; i < bins; i += blockDim.x)
        if (found[i] != 0) atomicAdd(&counts[i], static_cast<unsigned long long>(found[i]));
}

KERNEL(256) histogram_result(const unsigned long long* counts, T* out, int bins) {
    for (long long i = global_thread(); i < bins; i += global_threads())
        out[i] = store<T>(static_cast<Compute<T>>(counts[i]));
}
