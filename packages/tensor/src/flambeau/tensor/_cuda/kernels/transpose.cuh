// Copies between arrays of which the one is contiguous along one dimension and the other along another.
#pragma once
#include "pointwise.cuh"

constexpr int tile_size = 64;

// A tile is read along rows, by which `in` is contiguous, and written along columns, by which `out` is.
template <class I, int D>
struct Tiles {
    I rows, columns, row_tiles, column_tiles;  // rows: places along the dimension by which `in` is contiguous
    I in_stride, out_stride;                   // of `in` along columns, and of `out` along rows
    Layout<I, D, 2> others;

    template <class From, class To>
    __device__ __forceinline__ void copy(const From* in, To* out) const {
        __shared__ From tile[tile_size][tile_size + 1];
        const I block = static_cast<I>(blockIdx.x), of_plane = block / column_tiles;
        const I column = (block - of_plane * column_tiles) * tile_size, plane = of_plane / row_tiles;
        const I row = (of_plane - plane * row_tiles) * tile_size;
        I at[2];
        others.find(plane, at);
        const int lane = threadIdx.x % 32, step = threadIdx.x / 32;
#pragma unroll
        for (int j = step; j < tile_size; j += pointwise_threads / 32)
#pragma unroll
            for (int i = lane; i < tile_size; i += 32)
                if (row + i < rows && column + j < columns) tile[j][i] = in[at[0] + row + i + (column + j) * in_stride];
        __syncthreads();
#pragma unroll
        for (int i = step; i < tile_size; i += pointwise_threads / 32)
#pragma unroll
            for (int j = lane; j < tile_size; j += 32)
                if (row + i < rows && column + j < columns)
                    put(out[at[1] + column + j + (row + i) * out_stride], element(&tile[j][i]));
    }
};
