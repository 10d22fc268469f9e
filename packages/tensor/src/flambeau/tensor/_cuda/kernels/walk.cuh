// A walk over all places that indices name: in an array of data, and beside it in one of values that is read or written.
#pragma once
#include "types.cuh"

constexpr int most_dims = 6, most_indices = 4;

// The layout, in elements. What indices do not say is where the coordinates say. Packed by _walk.py: this is its format.
struct Walk {
    long long ndim, count;  // how many dimensions and indices there are
    long long size[most_dims], data[most_dims], values[most_dims];
    long long index[most_indices][most_dims];
    long long extent[most_indices], step[most_indices];  // of the dimensions that indices are about
};

struct Indices {
    const long long* of[most_indices];
};

// Calls act(whether all indices are in range, offset in data, offset in values) for each place. Negative indices count
// from the end.
template <class N, class F>
__device__ __forceinline__ void walk_by(const Walk& walk, const Indices& indices, long long n, const F& act) {
    for (long long i = global_thread(); i < n; i += global_threads()) {
        N rest = static_cast<N>(i);
        long long data = 0, values = 0, index[most_indices] = {};
#pragma unroll 1
        for (int d = static_cast<int>(walk.ndim) - 1; d >= 0; --d) {
            const N size = static_cast<N>(walk.size[d]);
            const N quotient = d == 0 ? 0 : rest / size;
            const long long at = static_cast<long long>(d == 0 ? rest : rest - quotient * size);
            rest = quotient;
            data += at * walk.data[d];
            values += at * walk.values[d];
#pragma unroll
            for (int k = 0; k < most_indices; ++k) index[k] += at * walk.index[k][d];
        }
        bool inside = true;
#pragma unroll
        for (int k = 0; k < most_indices; ++k) {
            if (k >= walk.count) break;
            long long x = indices.of[k][index[k]];
            if (x < 0) x += walk.extent[k];
            inside = inside && x >= 0 && x < walk.extent[k];
            data += x * walk.step[k];
        }
        act(inside, data, values);
    }
}

template <class F>
__device__ __forceinline__ void walk_all(const Walk& walk, const Indices& indices, long long n, const F& act) {
    if (n <= 0xffffffffll)
        walk_by<unsigned>(walk, indices, n, act);
    else
        walk_by<unsigned long long>(walk, indices, n, act);
}
