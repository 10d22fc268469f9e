// Elements read and written where indices say. They are moved as they are: T is an integer of their size.
#include "walk.cuh"

// values[...] = data[indices], 0 where they are out of range.
KERNEL(256) read_at(const unsigned char* from, unsigned char* to, const long long* a, const long long* b,
                    const long long* c, const long long* d, Walk walk, long long n) {
    const T* const data = reinterpret_cast<const T*>(from);
    T* const values = reinterpret_cast<T*>(to);
    walk_all(walk, {{a, b, c, d}}, n,
             [=](bool inside, long long at, long long place) { values[place] = inside ? data[at] : T(0); });
}

// data[indices] = values[...]; which of the values for one place is left to chance.
KERNEL(256) write_at(unsigned char* to, const unsigned char* from, const long long* a, const long long* b,
                     const long long* c, const long long* d, Walk walk, long long n) {
    T* const data = reinterpret_cast<T*>(to);
    const T* const values = reinterpret_cast<const T*>(from);
    walk_all(walk, {{a, b, c, d}}, n, [=](bool inside, long long at, long long place) {
        if (inside) data[at] = values[place];
    });
}

// out[o, j] = x[o, index[j]], rows of `row` units each, of dense arrays (outer, size, row) and (outer, n, row). The
// threads of a block lie along rows, and beside one another on several.
template <class R>
__device__ __forceinline__ void take_rows_of(const unsigned char* from_bytes, const long long* index,
                                             unsigned char* to_bytes, long long outer, long long size, long long n,
                                             long long row) {
    const R* const x = reinterpret_cast<const R*>(from_bytes);
    R* const out = reinterpret_cast<R*>(to_bytes);
    const long long rows = outer * n, step = static_cast<long long>(gridDim.x) * blockDim.y;
    for (long long j = static_cast<long long>(blockIdx.x) * blockDim.y + threadIdx.y; j < rows; j += step) {
        const long long o = outer == 1 ? 0 : j / n;
        long long at = index[j - o * n];
        if (at < 0) at += size;
        const bool inside = at >= 0 && at < size;
        const R* const from = x + (o * size + at) * row;
        R* const to = out + j * row;
        for (long long r = static_cast<long long>(blockIdx.y) * blockDim.x + threadIdx.x; r < row;
             r += static_cast<long long>(gridDim.y) * blockDim.x)
            to[r] = inside ? from[r] : R{};
    }
}

KERNEL(256) take_rows(const unsigned char* x, const long long* index, unsigned char* out, long long outer,
                      long long size, long long n, long long row) {
    take_rows_of<T>(x, index, out, outer, size, n, row);
}

// The same by 16 bytes at a time.
KERNEL(256, 4) take_wide_rows(const unsigned char* x, const long long* index, unsigned char* out, long long outer,
                           long long size, long long n, long long row) {
    take_rows_of<Vector<T, vector_length<T>>>(x, index, out, outer, size, n, row);
}
