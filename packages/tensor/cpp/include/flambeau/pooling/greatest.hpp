// Max pooling: the greatest element of each window, and its place.
#pragma once

#include "flambeau/pooling/rows.hpp"

namespace flambeau::FLAMBEAU_ISA::micro {

template <class T>
struct Greatest {
    using Index = __typeof__(Mask<T>{}[0]);  // as wide as an element
    typedef Index Indices __attribute__((vector_size(VectorBytes)));
    static constexpr T Least = -T(__builtin_inf());
    static constexpr int L = lanes<T>;

    const Pooling& p;

    // Windows at equal distances along rows: vectors of neighbouring ones. Sorted rows of the whole image are in `rows`.
    FLAMBEAU_INLINE void even(const T* image, T* rows, T* result, std::int64_t* places) const {
        const SortedRows<T> sorted(p.x);
        const ptrdiff_t line = sorted.line();
        for (ptrdiff_t row = 0; row < rows_of(p); ++row) sorted.sort(image + row * p.x.size, Least, rows + row * line);
        Indices along{};
        for (int l = 0; l < L; ++l) along[l] = Index(l * p.x.stride);
        for (ptrdiff_t window = 0; window < window_rows_of(p); ++window) {
            const ptrdiff_t first = first_row(window) * p.x.size;
            for (ptrdiff_t x = 0; x < p.x.windows; x += L) {
                const ptrdiff_t count = least(L, p.x.windows - x);
                Vector<T> best = Vector<T>{} + Least;
                Indices place{};
                for (ptrdiff_t l = 0; l < count; ++l) place[l] = Index(first + p.x.begins[x + l]);
                each_row(p, window, [&](ptrdiff_t row) __attribute__((always_inline)) {
                    for (ptrdiff_t k = 0; k < p.x.kernel; ++k) {
                        const Vector<T> seen = load(rows + row * line + sorted.tap(k) + x);
                        const Index at = Index(row * p.x.size + p.x.start + k * p.x.dilation + x * p.x.stride);
                        const auto better = (seen > best) | (seen != seen);
                        best = better ? seen : best;
                        place = better ? along + at : place;
                    }
                });
                const ptrdiff_t to = window * p.x.windows + x;
                if (count == L) store(result + to, best);
                else store_partial(result + to, best, count);
                for (ptrdiff_t l = 0; l < count; ++l) places[to + l] = place[l];
            }
        }
    }

    FLAMBEAU_INLINE void uneven(const T* image, T* result, std::int64_t* places) const {
        for (ptrdiff_t window = 0; window < window_rows_of(p); ++window)
            for (ptrdiff_t x = 0; x < p.x.windows; ++x) {
                T best = Least;
                ptrdiff_t place = first_row(window) * p.x.size + p.x.begins[x];
                each_row(p, window, [&](ptrdiff_t row) {
                    for (ptrdiff_t k = 0; k < p.x.counts[x]; ++k) {
                        const ptrdiff_t at = row * p.x.size + p.x.begins[x] + k * p.x.dilation;
                        if (image[at] > best || image[at] != image[at]) best = image[at], place = at;
                    }
                });
                result[window * p.x.windows + x] = best;
                places[window * p.x.windows + x] = place;
            }
    }

  private:
    FLAMBEAU_INLINE ptrdiff_t first_row(ptrdiff_t window) const {
        return p.z.begins[window / p.y.windows] * p.y.size + p.y.begins[window % p.y.windows];
    }
};

}  // namespace flambeau::FLAMBEAU_ISA::micro
