// Packing: operands copied into the order in which the micro-kernel reads them.
#pragma once

#include "flambeau/gemm/tile.hpp"

namespace flambeau::FLAMBEAU_ISA::micro {

FLAMBEAU_INLINE ptrdiff_t least(ptrdiff_t x, ptrdiff_t y) { return x < y ? x : y; }

FLAMBEAU_INLINE ptrdiff_t quotient_up(ptrdiff_t x, ptrdiff_t y) { return (x + y - 1) / y; }

FLAMBEAU_INLINE ptrdiff_t round_up(ptrdiff_t x, ptrdiff_t multiple) { return quotient_up(x, multiple) * multiple; }

// One panel of B, k x columns with columns <= NR, as k rows of NR numbers, zero beyond `columns`.
template <class T>
void pack_panel(const T* b, ptrdiff_t b_row, ptrdiff_t b_column, ptrdiff_t k, ptrdiff_t columns, T* panel) noexcept {
    constexpr int L = lanes<T>;
    const ptrdiff_t vectors = quotient_up(columns, L);
    if (b_column == 1) {
        for (ptrdiff_t v = 0; v < vectors; ++v) {
            const T* const from = b + v * L;
            T* const to = panel + v * L;
            if (const ptrdiff_t count = columns - v * L; count < L)
                for (ptrdiff_t i = 0; i < k; ++i) store(to + i * NR<T>, load_partial(from + i * b_row, count));
            else
                for (ptrdiff_t i = 0; i < k; ++i) store(to + i * NR<T>, load(from + i * b_row));
        }
    } else if (b_row == 1) {
        for (ptrdiff_t i = 0; i < k; i += L)
            for (ptrdiff_t v = 0; v < vectors; ++v)
                transpose_block<T, true>(b + i + v * L * b_column, b_column, least(L, columns - v * L),
                                         least(L, k - i), panel + i * NR<T> + v * L, NR<T>);
    } else {
        for (ptrdiff_t i = 0; i < k; ++i)
            for (ptrdiff_t j = 0; j < vectors * L; ++j)
                panel[i * NR<T> + j] = j < columns ? b[i * b_row + j * b_column] : T(0);
    }
}

// The rows of one tile of A, where neighbours in a row lie side by side: row after row, `to_row` apart.
template <class T>
void pack_rows(const T* a, ptrdiff_t a_row, ptrdiff_t rows, ptrdiff_t k, T* to, ptrdiff_t to_row) noexcept {
    for (ptrdiff_t i = 0; i < rows; ++i) __builtin_memcpy(to + i * to_row, a + i * a_row, k * sizeof(T));
}

// The rows of one tile of A by columns: k times MR numbers, of which `rows` are used.
template <class T>
void pack_columns(const T* a, ptrdiff_t a_row, ptrdiff_t a_column, ptrdiff_t rows, ptrdiff_t k, T* to) noexcept {
    for (ptrdiff_t i = 0; i < k; ++i)
        for (ptrdiff_t r = 0; r < rows; ++r) to[i * MR + r] = a[i * a_column + r * a_row];
}

}  // namespace flambeau::FLAMBEAU_ISA::micro
