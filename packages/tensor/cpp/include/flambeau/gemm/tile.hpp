// The micro-kernel: a tile of C, MR rows by NV vectors, held in registers while k runs.
//
// Each step multiplies a row of B, whole vectors, by single numbers of a column of A. Only B must have neighbouring
// columns side by side; where the numbers of A lie is a parameter, so that a matrix, its transpose and the windows of
// an image are all read in place: number (i, k) is at a + i * rows + (k * columns or offsets[k]).
#pragma once

#include <cstdint>

#include "flambeau/gemm/simd.hpp"

namespace flambeau::FLAMBEAU_ISA::micro {

#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int Registers = 32;
#else
constexpr int Registers = 16;
#endif

constexpr int NV = 2;                     // vectors in a row of the tile
constexpr int MR = (Registers - 4) / NV;  // rows; what is left holds a row of B and a number of A
constexpr ptrdiff_t LongSum = 64;         // steps that take longer than memory

template <class T>
constexpr int NR = NV * lanes<T>;  // columns of the tile

// Numbers of A that a tile multiplies.
template <class T>
struct Source {
    const T* data;
    ptrdiff_t row;                 // from one row of the tile to the next
    ptrdiff_t column;              // from one k to the next, without offsets
    const std::int32_t* offsets;  // one for each k, or null
};

// out[i, j] = sum over k of A[i, k] B[k, j], added to what is there if `accumulate`.
template <class T>
using Tile = void (*)(ptrdiff_t k, const Source<T>& a, const T* b, ptrdiff_t b_row, T* out, ptrdiff_t out_row,
                      bool accumulate) noexcept;

template <class T, int Rows, int Vectors, bool Unit, bool Table>
void tile(ptrdiff_t k, const Source<T>& a, const T* b, ptrdiff_t b_row, T* out, ptrdiff_t out_row,
          bool accumulate) noexcept {
    constexpr int L = lanes<T>;
    // Three rows share a pointer: [p], [p + row] and [p + 2 row] are addresses the processor forms by itself.
    constexpr int Groups = (Rows + 2) / 3;
    Vector<T> sums[Rows][Vectors];
#pragma GCC unroll 16
    for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 4
        for (int v = 0; v < Vectors; ++v) sums[i][v] = Vector<T>{};

    // What is waited for at the end is asked for now, where there is time for it to come.
    if (k >= LongSum) {
#pragma GCC unroll 16
        for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 4
            for (int v = 0; v < Vectors; ++v) __builtin_prefetch(out + i * out_row + v * L, 1);
    }

    const ptrdiff_t a_row = a.row, a_column = a.column;
    const std::int32_t* const offsets = a.offsets;
    const T* group[Groups];
#pragma GCC unroll 8
    for (int g = 0; g < Groups; ++g) group[g] = a.data + (Unit ? 0 : 3 * g * a_row);

    for (ptrdiff_t step = 0; step < k; ++step) {
        Vector<T> row[Vectors];
#pragma GCC unroll 4
        for (int v = 0; v < Vectors; ++v) row[v] = load(b + v * L);
        const ptrdiff_t offset = Table ? offsets[step] : 0;
#pragma GCC unroll 16
        for (int i = 0; i < Rows; ++i) {
            const T number = Unit ? group[0][offset + i] : group[i / 3][offset + i % 3 * a_row];
#pragma GCC unroll 4
            for (int v = 0; v < Vectors; ++v) sums[i][v] += row[v] * number;
        }
        if constexpr (!Table) {
#pragma GCC unroll 8
            for (int g = 0; g < (Unit ? 1 : Groups); ++g) {
                group[g] += a_column;
                asm("" : "+r"(group[g]));  // or the compiler would keep fourteen pointers instead of five
            }
        }
        b += b_row;
    }

    if (accumulate) {
#pragma GCC unroll 16
        for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 4
            for (int v = 0; v < Vectors; ++v) sums[i][v] += load(out + i * out_row + v * L);
    }
#pragma GCC unroll 16
    for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 4
        for (int v = 0; v < Vectors; ++v) store(out + i * out_row + v * L, sums[i][v]);
}

// The instance for `rows` rows (1 to MR) and `vectors` vectors (1 to NV).
template <class T, bool Table>
struct Tiles {
    Tile<T> strided[NV][MR];
    Tile<T> unit[NV][MR];

    FLAMBEAU_INLINE Tile<T> find(ptrdiff_t rows, ptrdiff_t vectors, ptrdiff_t row_stride) const {
        return (row_stride == 1 ? unit : strided)[vectors - 1][rows - 1];
    }
};

template <class T, bool Table, int Rows>
constexpr void fill_tiles(Tiles<T, Table>& tiles) {
    tiles.strided[0][Rows - 1] = tile<T, Rows, 1, false, Table>;
    tiles.strided[1][Rows - 1] = tile<T, Rows, 2, false, Table>;
    tiles.unit[0][Rows - 1] = tile<T, Rows, 1, true, Table>;
    tiles.unit[1][Rows - 1] = tile<T, Rows, 2, true, Table>;
    if constexpr (Rows > 1) fill_tiles<T, Table, Rows - 1>(tiles);
}

template <class T, bool Table>
constexpr Tiles<T, Table> make_tiles() {
    Tiles<T, Table> tiles{};
    fill_tiles<T, Table, MR>(tiles);
    return tiles;
}

template <class T, bool Table>
constexpr Tiles<T, Table> tiles = make_tiles<T, Table>();

// Cuts a length into tiles of at most MR rows that differ by one row at most: a thin last tile would wait for its own
// sums, which the others are wide enough to hide.
struct RowTiles {
    ptrdiff_t count, size, longer;

    FLAMBEAU_INLINE explicit RowTiles(ptrdiff_t rows) : count((rows + MR - 1) / MR), size(0), longer(0) {
        if (count > 0) {
            size = rows / count;
            longer = rows % count;
        }
    }
    FLAMBEAU_INLINE ptrdiff_t begin(ptrdiff_t tile) const {
        return tile * size + (tile < longer ? tile : longer);
    }
    FLAMBEAU_INLINE ptrdiff_t rows(ptrdiff_t tile) const { return size + (tile < longer); }
};

}  // namespace flambeau::FLAMBEAU_ISA::micro
