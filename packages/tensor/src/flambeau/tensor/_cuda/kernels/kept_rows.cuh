// Rows of elements T that are kept in the registers of the threads that share them.
#pragma once
#include "teams.cuh"
#include "vectors.cuh"

using A = Compute<T>;
constexpr int length = vector_length<T>;
constexpr int kept = 4;        // vectors in a thread's registers
constexpr int most_warps = 8;  // of a row that is kept
using Elements = Packed<T, length>;
using Numbers = Vector<A, length>;
template <class E> using Row = AlignedRow<E, length>;

// Vectors of a row, without a look at each where the row is whole ones.
template <bool whole> __device__ __forceinline__ Elements read_row(const Row<const T>& row, int vector, T outside) {
    if constexpr (whole) return Elements::at(row.begin + vector * length);
    else return row.read(vector, outside);
}
template <bool whole>
__device__ __forceinline__ void write_row(const Row<T>& row, int vector, int step, int vectors,
                                          const Vector<T, length> (&values)[kept]) {
#pragma unroll
    for (int k = 0; k < kept; ++k)
        if (vector + k * step < vectors) {
            if constexpr (whole) write_vector(row.begin + (vector + k * step) * length, values[k]);
            else row.write(vector + k * step, values[k]);
        }
}

// The sums of what all threads of a row have, which are blockDim.x: a power of 2 of a warp's lanes, or all of the
// block's warps. Each call in a kernel has its own number.
template <int call, int count> __device__ __forceinline__ void sum_over_row(A (&sums)[count]) {
    const int lanes = blockDim.x;
    for (int offset = min(lanes, warp_size) / 2; offset > 0; offset /= 2)
#pragma unroll
        for (int i = 0; i < count; ++i) sums[i] += __shfl_xor_sync(all_lanes, sums[i], offset);
    if (lanes <= warp_size) return;
    __shared__ A parts[count][most_warps];
    const int lane = threadIdx.x % warp_size, warp = threadIdx.x / warp_size, part = lane % most_warps;
    if (lane == 0)
#pragma unroll
        for (int i = 0; i < count; ++i) parts[i][warp] = sums[i];
    __syncthreads();
#pragma unroll
    for (int i = 0; i < count; ++i) sums[i] = part < lanes / warp_size ? parts[i][part] : A(0);
#pragma unroll
    for (int offset = most_warps / 2; offset > 0; offset /= 2)
#pragma unroll
        for (int i = 0; i < count; ++i) sums[i] += __shfl_xor_sync(all_lanes, sums[i], offset);
}

// The sum of a vector's numbers, not one after the other.
__device__ __forceinline__ A total(Numbers x) {
#pragma unroll
    for (int half = length / 2; half > 0; half /= 2)
#pragma unroll
        for (int j = 0; j < half; ++j) x.at[j] += x.at[j + half];
    return x.at[0];
}
