// Copies between arrays of which the one is contiguous along one dimension and the other along another.
#pragma once
#include "pointwise.cuh"

constexpr int tile_size = 64;

// Two neighbours of 16 bits in a word, as elements of another type.
template <class To, class From> struct Converted {
    static __device__ __forceinline__ unsigned of(unsigned word) {
        const auto two = __builtin_bit_cast(Vector<From, 2>, word);
        Vector<To, 2> result;
        put(result.at[0], element(&two.at[0]));
        put(result.at[1], element(&two.at[1]));
        return __builtin_bit_cast(unsigned, result);
    }
};
template <class T> struct Converted<T, T> {
    static __device__ __forceinline__ unsigned of(unsigned word) { return word; }
};

// A tile is read along rows, by which `in` is contiguous, and written along columns, by which `out` is.
template <class I, int D>
struct Tiles {
    I rows, columns, row_tiles, column_tiles;  // rows: places along the dimension by which `in` is contiguous
    I in_stride, out_stride;                   // of `in` along columns, and of `out` along rows
    Layout<I, D, 2> others;

    template <class From, class To>
    __device__ __forceinline__ void copy(const From* in, To* out) const {
        const I block = static_cast<I>(blockIdx.x), of_plane = block / column_tiles;
        const I column = (block - of_plane * column_tiles) * tile_size, plane = of_plane / row_tiles;
        const I row = (of_plane - plane * row_tiles) * tile_size;
        I at[2];
        others.find(plane, at);
        in += at[0];
        out += at[1];
        if constexpr (sizeof(From) == 2 && sizeof(To) == 2) {
            const bool even = ((rows | columns | in_stride | out_stride) & 1) == 0;
            if (even && aligned<2>(in) && aligned<2>(out)) return copy_pairs(in, out, row, column);
        }
        copy_elements(in, out, row, column);
    }

    template <class From, class To>
    __device__ __forceinline__ void copy_elements(const From* in, To* out, I row, I column) const {
        __shared__ From tile[tile_size][tile_size + 1];
        const int lane = threadIdx.x % 32, step = threadIdx.x / 32;
#pragma unroll
        for (int j = step; j < tile_size; j += pointwise_threads / 32)
#pragma unroll
            for (int i = lane; i < tile_size; i += 32)
                if (row + i < rows && column + j < columns) tile[j][i] = in[row + i + (column + j) * in_stride];
        __syncthreads();
#pragma unroll
        for (int i = step; i < tile_size; i += pointwise_threads / 32)
#pragma unroll
            for (int j = lane; j < tile_size; j += 32)
                if (row + i < rows && column + j < columns)
                    put(out[column + j + (row + i) * out_stride], element(&tile[j][i]));
    }

    // Elements of 16 bits two at a time: a thread has squares of four, of which it reads two columns and keeps two
    // rows. All are read before the first is used. Even and odd rows of a tile are apart: 32 threads use 32 banks.
    template <class From, class To>
    __device__ __forceinline__ void copy_pairs(const From* in, To* out, I row, I column) const {
        constexpr int warps = pointwise_threads / 32, pairs = tile_size / 2, several = pairs / warps;
        constexpr int length = pairs + 1;
        __shared__ unsigned tile[2 * pairs * length];
        const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
        const long long next = in_stride, step = 2 * warps * next;
        const From* from = in + row + 2 * lane + (column + 2 * warp) * next;
        unsigned words[several][2];
#pragma unroll
        for (int k = 0; k < several; ++k) {
            if (row + 2 * lane < rows && column + 2 * (warp + k * warps) < columns) {
                words[k][0] = *reinterpret_cast<const unsigned*>(from);
                words[k][1] = *reinterpret_cast<const unsigned*>(from + next);
            }
            from += step;
        }
        unsigned* const even = tile + lane * length + warp;
        unsigned* const odd = even + pairs * length;
#pragma unroll
        for (int k = 0; k < several; ++k) {
            even[k * warps] = (words[k][0] & 0xffffu) | words[k][1] << 16;
            odd[k * warps] = words[k][0] >> 16 | (words[k][1] & 0xffff0000u);
        }
        __syncthreads();
        const long long down = out_stride;
        To* to = out + column + 2 * lane + (row + warp) * down;
        const unsigned* const kept = tile + (warp % 2 * pairs + warp / 2) * length + lane;
#pragma unroll
        for (int k = 0; k < tile_size / warps; ++k) {
            if (column + 2 * lane < columns && row + warp + k * warps < rows)
                *reinterpret_cast<unsigned*>(to) = Converted<To, From>::of(kept[k * (warps / 2) * length]);
            to += warps * down;
        }
    }
};
