// Rows of images whose columns are sorted by their remainder modulo the windows' stride: the same element of neighbouring
// windows then lies side by side, in whole vectors.
#pragma once

#include "flambeau/gemm/pack.hpp"
#include "flambeau/pooling.hpp"

namespace flambeau::FLAMBEAU_ISA::micro {

template <class T>
struct SortedRows {
    const PooledAxis& axis;
    ptrdiff_t part;  // of a row: the columns of one remainder, and room for a vector beyond them

    explicit SortedRows(const PooledAxis& x) noexcept
        : axis(x), part(quotient_up((x.windows - 1) * x.stride + (x.kernel - 1) * x.dilation + 1, x.stride) + lanes<T>) {}

    FLAMBEAU_INLINE ptrdiff_t line() const { return part * axis.stride; }
    // Where the k-th elements of all windows begin.
    FLAMBEAU_INLINE ptrdiff_t tap(ptrdiff_t k) const {
        return k * axis.dilation % axis.stride * part + k * axis.dilation / axis.stride;
    }

    // One row, with `around` before and after.
    FLAMBEAU_INLINE void sort(const T* row, T around, T* to) const {
        for (ptrdiff_t i = 0; i < line(); ++i) to[i] = around;
        each_part([&](ptrdiff_t first, ptrdiff_t count, ptrdiff_t at) {
            if (axis.stride == 1) {
                __builtin_memcpy(to + at, row + first, count * sizeof(T));
            } else if (axis.stride == 2) {
                constexpr int L = lanes<T>;
                Mask<T> even{};
                for (int l = 0; l < L; ++l) even[l] = 2 * l;
                ptrdiff_t i = 0;
                for (; i + L <= count && first + 2 * (i + L) <= axis.size; i += L)
                    store(to + at + i, __builtin_shuffle(load(row + first + 2 * i), load(row + first + 2 * i + L), even));
                for (; i < count; ++i) to[at + i] = row[first + 2 * i];
            } else {
                for (ptrdiff_t i = 0; i < count; ++i) to[at + i] = row[first + i * axis.stride];
            }
        });
    }

    // The inverse; columns that no window sees become zero.
    FLAMBEAU_INLINE void unsort(const T* from, T* row) const {
        const ptrdiff_t seen = (axis.windows - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1 + axis.start;
        for (ptrdiff_t x = seen < 0 ? 0 : seen; x < axis.size; ++x) row[x] = 0;
        each_part([&](ptrdiff_t first, ptrdiff_t count, ptrdiff_t at) {
            if (axis.stride == 1) __builtin_memcpy(row + first, from + at, count * sizeof(T));
            else
                for (ptrdiff_t i = 0; i < count; ++i) row[first + i * axis.stride] = from[at + i];
        });
    }

  private:
    // f(first column, how many columns, where they are) for every remainder.
    template <class F>
    FLAMBEAU_INLINE void each_part(const F& f) const {
        const ptrdiff_t end = (axis.windows - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1 + axis.start;
        for (ptrdiff_t first = 0; first < least(axis.stride, axis.size); ++first) {
            const ptrdiff_t place = first - axis.start;  // from where the first window starts
            const ptrdiff_t count = quotient_up(least(axis.size, end) - first, axis.stride);
            if (count > 0) f(first, count, place % axis.stride * part + place / axis.stride);
        }
    }
};

// The rows that a row of windows sees: f(row, plane's row counted through all planes of an image).
template <class F>
FLAMBEAU_INLINE void each_row(const Pooling& p, ptrdiff_t window, const F& f) {
    const ptrdiff_t wz = window / p.y.windows, wy = window % p.y.windows;
    for (ptrdiff_t kz = 0; kz < p.z.counts[wz]; ++kz)
        for (ptrdiff_t ky = 0; ky < p.y.counts[wy]; ++ky)
            f((p.z.begins[wz] + kz * p.z.dilation) * p.y.size + p.y.begins[wy] + ky * p.y.dilation);
}

FLAMBEAU_INLINE ptrdiff_t rows_of(const Pooling& p) { return p.z.size * p.y.size; }
FLAMBEAU_INLINE ptrdiff_t window_rows_of(const Pooling& p) { return p.z.windows * p.y.windows; }

}  // namespace flambeau::FLAMBEAU_ISA::micro
