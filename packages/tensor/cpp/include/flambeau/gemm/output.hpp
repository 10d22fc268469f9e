// What becomes of finished tiles: they are stored into a matrix of any strides, a bias added.
//
// An output is a parameter of the blocked product (blocked.hpp). It is asked for the place of a tile first; where it
// has none that the micro-kernel may write to, the tile goes to a buffer that the output takes over.
#pragma once

#include "flambeau/gemm.hpp"
#include "flambeau/gemm/pack.hpp"

namespace flambeau::FLAMBEAU_ISA::micro {

template <class T>
struct MatrixOutput {
    T* c;
    ptrdiff_t c_row, c_column;
    const T* bias;
    ptrdiff_t bias_row, bias_column;

    FLAMBEAU_INLINE explicit MatrixOutput(const Product<T>& p)
        : c(p.c),
          c_row(p.c_row),
          c_column(p.c_column),
          bias(p.bias),
          bias_row(p.bias_row),
          bias_column(p.bias_column) {}

    // Where the micro-kernel may write rows of `columns` numbers by itself, or null. Its rows are `row_stride` apart.
    FLAMBEAU_INLINE T* place(ptrdiff_t i, ptrdiff_t j, ptrdiff_t columns) const {
        return c_column == 1 && columns % lanes<T> == 0 ? c + i * c_row + j : nullptr;
    }
    FLAMBEAU_INLINE ptrdiff_t row_stride() const { return c_row; }

    // Prepares a tile in its place; whether the product is to be added to what is there.
    FLAMBEAU_INLINE bool begin(ptrdiff_t i, ptrdiff_t j, ptrdiff_t rows, ptrdiff_t columns, bool first) const {
        if (!first) return true;
        if (!bias) return false;
        for (ptrdiff_t r = 0; r < rows; ++r) {
            T* const to = c + (i + r) * c_row + j;
            const T* const from = bias + (i + r) * bias_row + j * bias_column;
            for (ptrdiff_t x = 0; x < columns; ++x) to[x] = from[x * bias_column];
        }
        return true;
    }

    // Takes over a tile from a buffer with rows of NR numbers.
    void take(T* buffer, ptrdiff_t i, ptrdiff_t j, ptrdiff_t rows, ptrdiff_t columns, bool first) const noexcept {
        T* const to = c + i * c_row + j * c_column;
        const T* const addend = first ? (bias ? bias + i * bias_row + j * bias_column : nullptr) : to;
        if (addend) {
            const ptrdiff_t row = first ? bias_row : c_row, column = first ? bias_column : c_column;
            if (column == 1)
                for (ptrdiff_t r = 0; r < rows; ++r)
                    for (ptrdiff_t x = 0; x < columns; x += lanes<T>) {
                        T* const sums = buffer + r * NR<T> + x;
                        store(sums, load(sums) + load_partial(addend + r * row + x, least(lanes<T>, columns - x)));
                    }
            else
                for (ptrdiff_t r = 0; r < rows; ++r)
                    for (ptrdiff_t x = 0; x < columns; ++x) buffer[r * NR<T> + x] += addend[r * row + x * column];
        }
        if (c_column == 1) {
            for (ptrdiff_t r = 0; r < rows; ++r)
                for (ptrdiff_t x = 0; x < columns; x += lanes<T>)
                    store_partial(to + r * c_row + x, load(buffer + r * NR<T> + x), least(lanes<T>, columns - x));
        } else if (c_row == 1) {
            for (ptrdiff_t x = 0; x < columns; x += lanes<T>)
                for (ptrdiff_t r = 0; r < rows; r += lanes<T>)
                    transpose_block<T, false>(buffer + r * NR<T> + x, NR<T>, least(lanes<T>, rows - r),
                                              least(lanes<T>, columns - x), to + r + x * c_column, c_column);
        } else {
            for (ptrdiff_t r = 0; r < rows; ++r)
                for (ptrdiff_t x = 0; x < columns; ++x) to[r * c_row + x * c_column] = buffer[r * NR<T> + x];
        }
    }
};

}  // namespace flambeau::FLAMBEAU_ISA::micro
