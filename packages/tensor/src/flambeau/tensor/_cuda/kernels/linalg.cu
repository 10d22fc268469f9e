// What linear algebra needs beside NVIDIA's library for it.
#include "types.cuh"

// The order of rows that an LU factorization's swaps lead to: one after the other, a thread for each matrix.
KERNEL(128) swapped_rows(const T* pivots, long long* order, long long matrices, int steps, int rows) {
    for (long long matrix = global_thread(); matrix < matrices; matrix += global_threads()) {
        long long* const own = order + matrix * rows;
        for (int i = 0; i < rows; ++i) own[i] = i;
        for (int i = 0; i < steps; ++i) {
            const long long other = static_cast<long long>(pivots[matrix * steps + i]) - 1, row = own[i];
            own[i] = own[other];
            own[other] = row;
        }
    }
}
