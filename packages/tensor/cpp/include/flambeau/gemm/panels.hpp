// Products of blocks that are in the cache already, for kernels that are made of several: one thread, operands packed
// by the caller.
#pragma once

#include "flambeau/gemm/pack.hpp"

namespace flambeau::FLAMBEAU_ISA::micro {

// Numbers that k rows of `columns` columns take when packed.
template <class T>
FLAMBEAU_INLINE ptrdiff_t panels_size(ptrdiff_t k, ptrdiff_t columns) {
    return round_up(columns, NR<T>) * k;
}

// B, k x columns, in panels of NR columns, zero beyond `columns`.
template <class T>
FLAMBEAU_INLINE void pack_panels(const T* b, ptrdiff_t b_row, ptrdiff_t b_column, ptrdiff_t k, ptrdiff_t columns,
                                 T* panels) {
    for (ptrdiff_t j = 0; j < columns; j += NR<T>)
        pack_panel(b + j * b_column, b_row, b_column, k, least(NR<T>, columns - j), panels + j * k);
}

// out = A B, added to what is there if `accumulate`, for packed panels of B. Rows of `out` have room for whole vectors.
template <class T>
void multiply_panels(ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t k, const Source<T>& a, const T* panels, T* out,
                     ptrdiff_t out_row, bool accumulate) noexcept {
    const RowTiles tiles_of_rows(rows);
    for (ptrdiff_t j = 0; j < columns; j += NR<T>) {
        const ptrdiff_t vectors = quotient_up(least(NR<T>, columns - j), lanes<T>);
        for (ptrdiff_t t = 0; t < tiles_of_rows.count; ++t) {
            const ptrdiff_t i = tiles_of_rows.begin(t);
            const Source<T> part = {a.data + i * a.row, a.row, a.column, nullptr};
            tiles<T, false>.find(tiles_of_rows.rows(t), vectors, a.row)(k, part, panels + j * k, NR<T>,
                                                                        out + i * out_row + j, out_row, accumulate);
        }
    }
}

}  // namespace flambeau::FLAMBEAU_ISA::micro
