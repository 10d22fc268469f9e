// What linear algebra needs beside NVIDIA's library for it.
#include "types.cuh"

// The order of rows that an LU factorization's swaps lead to: one after the other, a thread for each matrix.
KERNEL(128) swapped_rows(const long long* pivots, long long* order, long long matrices, int steps, int rows) {
    for (long long matrix = global_thread(); matrix < matrices; matrix += global_threads()) {
        long long* const own = order + matrix * rows;
        for (int i = 0; i < rows; ++i) own[i] = i;
        for (int i = 0; i < steps; ++i) {
            const long long other = pivots[matrix * steps + i] - 1, row = own[i];
            own[i] = own[other];
            own[other] = row;
        }
    }
}

// Triangles of matrices, zeros elsewhere: columns up to a diagonal, or from it on.
KERNEL(256) triangle(const T* x, T* out, long long n, int rows, int columns, long long diagonal, bool upper) {
    for (long long i = global_thread(); i < n; i += global_threads()) {
        const long long line = i / columns;
        const long long beyond = i - line * columns - line % rows - diagonal;
        out[i] = (upper ? beyond >= 0 : beyond <= 0) ? x[i] : T{};
    }
}
