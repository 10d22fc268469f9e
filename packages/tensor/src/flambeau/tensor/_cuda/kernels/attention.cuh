// Attention a tile of scores at a time: the matrix of all of them is never in memory. The way of T. Dao and others,
// "FlashAttention: fast and memory-efficient exact attention with IO-awareness", 2022. Everything is added up in a fixed
// order, half types in float.
//
// Four threads have a row of the tile between them: each a fourth of the row's scores, and of its columns in results.
#pragma once
#include "philox.cuh"

// Threads of a block: so few that each may have all registers it wants, and nothing is spilled.
#define BLOCK 128, 1

// Where an array of four batch dimensions, rows and elements has these. Steps are in elements.
struct View {
    long long batch[4], row, element;
};

struct Attention {
    View query, key, value, mask, result, grad;
    unsigned sizes[4];  // of the batch dimensions
    int queries, keys, width, value_width;
    int causal;  // whether a query sees no keys later than itself
};

struct Dropout {
    unsigned long long seed, offset;
    float p, factor;  // nothing is left out where p is 0
};

// Four numbers, read at once where they are aligned.
template <class A> struct alignas(4 * sizeof(A) < 16 ? 4 * sizeof(A) : 16) Four {
    A at[4];
};

// A tile's rows, of `width` numbers at most and padding that keeps threads out of one another's way.
template <class A, int width, int rows> using Tile = A[rows][width + 4];

// Where matrix `number` of an array begins.
__device__ __forceinline__ long long start_of(unsigned number, const unsigned* sizes, const View& view) {
    long long start = 0;
#pragma unroll
    for (int d = 3; d >= 0; --d) {
        start += number % sizes[d] * view.batch[d];
        number /= sizes[d];
    }
    return start;
}

// Rows from `first` on, zeros where there are none.
template <class T, int width, int rows>
__device__ __forceinline__ void load_tile(Tile<Compute<T>, width, rows>& tile, const T* from, const View& view, int first,
                                          int count, int columns) {
#pragma unroll 4
    for (int i = static_cast<int>(threadIdx.x); i < rows * width; i += 4 * rows) {
        const int r = i / width, c = i % width;
        const bool inside = first + r < count && c < columns;
        tile[r][c] = inside ? load(from[(first + r) * view.row + c * view.element]) : Compute<T>(0);
    }
}

// Products of a row with every fourth row of a tile, from `lane` on, put in every fourth place of `products`.
template <class A, int width, int rows>
__device__ __forceinline__ void multiply(const A* row, const Tile<A, width, rows>& tile, int lane, int columns,
                                         A* products) {
    A sums[rows / 4];
#pragma unroll
    for (int j = 0; j < rows / 4; ++j) sums[j] = 0;
#pragma unroll 1
    for (int c = 0; c < columns; c += 4) {
        const Four<A> a = *reinterpret_cast<const Four<A>*>(row + c);
#pragma unroll
        for (int j = 0; j < rows / 4; ++j) {
            const Four<A> b = *reinterpret_cast<const Four<A>*>(&tile[lane + 4 * j][c]);
#pragma unroll
            for (int i = 0; i < 4; ++i) sums[j] += a.at[i] * b.at[i];
        }
    }
#pragma unroll
    for (int j = 0; j < rows / 4; ++j) products[lane + 4 * j] = sums[j];
}

// sum += a row of weights times a tile, for this thread's fours of columns: every fourth four, from `lane` on.
template <class A, int width, int rows>
__device__ __forceinline__ void accumulate(const A* weights, const Tile<A, width, rows>& tile, int lane,
                                           Four<A> (&sum)[width / 16]) {
#pragma unroll 2
    for (int r = 0; r < rows; ++r) {
        const A weight = weights[r];
#pragma unroll
        for (int j = 0; j < width / 16; ++j) {
            const Four<A> b = *reinterpret_cast<const Four<A>*>(&tile[r][16 * j + 4 * lane]);
#pragma unroll
            for (int i = 0; i < 4; ++i) sum[j].at[i] += weight * b.at[i];
        }
    }
}

template <class A> __device__ __forceinline__ void clear(Four<A>& x) { x.at[0] = x.at[1] = x.at[2] = x.at[3] = 0; }

// What one row's four threads know together.
template <class A> __device__ __forceinline__ A sum_of_four(A x) {
    x += __shfl_xor_sync(0xffffffffu, x, 1);
    return x + __shfl_xor_sync(0xffffffffu, x, 2);
}
template <class A> __device__ __forceinline__ A greatest_of_four(A x) {
    A other = __shfl_xor_sync(0xffffffffu, x, 1);
    x = other > x ? other : x;
    other = __shfl_xor_sync(0xffffffffu, x, 2);
    return other > x ? other : x;
}

template <class A> __device__ __forceinline__ A infinity() { return static_cast<A>(__int_as_float(0x7f800000)); }

// A score with its mask: minus infinity where the query does not see the key.
template <class T>
__device__ __forceinline__ Compute<T> masked(Compute<T> score, int query, int key, const Attention& a,
                                             const unsigned char* seen, const T* added) {
    if (query >= a.queries || key >= a.keys || (a.causal && key > query)) return -infinity<Compute<T>>();
    const long long at = query * a.mask.row + key * a.mask.element;
    if (seen != nullptr) return seen[at] != 0 ? score : -infinity<Compute<T>>();
    return added == nullptr ? score : score + load(added[at]);
}

// By what dropout multiplies a weight.
template <class A>
__device__ __forceinline__ A kept(unsigned matrix, int query, int key, const Attention& a, const Dropout& dropout) {
    if (dropout.p == 0) return 1;
    const unsigned long long at = (static_cast<unsigned long long>(matrix) * a.queries + query) * a.keys + key;
    const Words words = random_words(dropout.offset + at / 4, dropout.seed);
    return Uniform<float>::at(words, static_cast<int>(at % 4)) < dropout.p ? A(0) : A(dropout.factor);
}

// The last tile of keys that any of these queries sees, and one more.
__device__ __forceinline__ int keys_seen(const Attention& a, int last_query) {
    return a.causal && last_query + 1 < a.keys ? last_query + 1 : a.keys;
}
