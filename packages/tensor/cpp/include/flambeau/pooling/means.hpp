// Average pooling: the mean of each window, and its gradient, which gives all elements of a window the same share.
#pragma once

#include "flambeau/pooling/rows.hpp"

namespace flambeau::FLAMBEAU_ISA::micro {

template <class T>
struct Means {
    static constexpr int L = lanes<T>;

    const Pooling& p;

    // One window that is the image: its elements lie side by side.
    FLAMBEAU_INLINE bool whole() const { return whole(p.z) && whole(p.y) && whole(p.x); }

    FLAMBEAU_INLINE T mean(const T* image, ptrdiff_t size) const {
        Vector<T> sums[4] = {};
        ptrdiff_t i = 0;
        for (; i + 4 * L <= size; i += 4 * L)
            for (int v = 0; v < 4; ++v) sums[v] += load(image + i + v * L);
        for (; i < size; i += L) sums[0] += load_partial(image + i, least(L, size - i));
        const Vector<T> all = (sums[0] + sums[1]) + (sums[2] + sums[3]);
        T sum = 0;
        for (int l = 0; l < L; ++l) sum += all[l];
        return sum / divisor(0, 0);
    }

    FLAMBEAU_INLINE void spread_whole(T grad, ptrdiff_t size, T* image) const {
        const T share = grad / divisor(0, 0);
        for (ptrdiff_t i = 0; i < size; ++i) image[i] = share;
    }

    FLAMBEAU_INLINE void even(const T* image, T* rows, T* result) const {
        const SortedRows<T> sorted(p.x);
        const ptrdiff_t line = sorted.line();
        for (ptrdiff_t row = 0; row < rows_of(p); ++row) sorted.sort(image + row * p.x.size, T(0), rows + row * line);
        for (ptrdiff_t window = 0; window < window_rows_of(p); ++window)
            for (ptrdiff_t x = 0; x < p.x.windows; x += L) {
                const ptrdiff_t count = least(L, p.x.windows - x);
                Vector<T> sum{};
                each_row(p, window, [&](ptrdiff_t row) __attribute__((always_inline)) {
                    for (ptrdiff_t k = 0; k < p.x.kernel; ++k) sum += load(rows + row * line + sorted.tap(k) + x);
                });
                store_partial(result + window * p.x.windows + x, sum / divisors(window, x, count), count);
            }
    }

    FLAMBEAU_INLINE void uneven(const T* image, T* result) const {
        for (ptrdiff_t window = 0; window < window_rows_of(p); ++window)
            for (ptrdiff_t x = 0; x < p.x.windows; ++x) {
                T sum = 0;
                each_row(p, window, [&](ptrdiff_t row) {
                    for (ptrdiff_t k = 0; k < p.x.counts[x]; ++k)
                        sum += image[row * p.x.size + p.x.begins[x] + k * p.x.dilation];
                });
                result[window * p.x.windows + x] = sum / divisor(window, x);
            }
    }

    FLAMBEAU_INLINE void spread_even(const T* grad, T* rows, T* image) const {
        const SortedRows<T> sorted(p.x);
        const ptrdiff_t line = sorted.line();
        __builtin_memset(rows, 0, rows_of(p) * line * sizeof(T));
        for (ptrdiff_t window = 0; window < window_rows_of(p); ++window)
            for (ptrdiff_t x = 0; x < p.x.windows; x += L) {
                const ptrdiff_t count = least(L, p.x.windows - x);
                const Vector<T> share =
                    load_partial(grad + window * p.x.windows + x, count) / divisors(window, x, count);
                each_row(p, window, [&](ptrdiff_t row) __attribute__((always_inline)) {
                    for (ptrdiff_t k = 0; k < p.x.kernel; ++k) {
                        T* const to = rows + row * line + sorted.tap(k) + x;
                        store(to, load(to) + share);
                    }
                });
            }
        for (ptrdiff_t row = 0; row < rows_of(p); ++row) sorted.unsort(rows + row * line, image + row * p.x.size);
    }

    FLAMBEAU_INLINE void spread_uneven(const T* grad, T* image) const {
        __builtin_memset(image, 0, rows_of(p) * p.x.size * sizeof(T));
        for (ptrdiff_t window = 0; window < window_rows_of(p); ++window)
            for (ptrdiff_t x = 0; x < p.x.windows; ++x) {
                const T share = grad[window * p.x.windows + x] / divisor(window, x);
                each_row(p, window, [&](ptrdiff_t row) {
                    for (ptrdiff_t k = 0; k < p.x.counts[x]; ++k)
                        image[row * p.x.size + p.x.begins[x] + k * p.x.dilation] += share;
                });
            }
    }

  private:
    FLAMBEAU_INLINE static bool whole(const PooledAxis& axis) { return axis.windows == 1 && axis.counts[0] == axis.size; }
    FLAMBEAU_INLINE T divisor(ptrdiff_t window, ptrdiff_t x) const {
        if (p.divisor != 0) return T(p.divisor);
        return T(p.z.divisors[window / p.y.windows] * p.y.divisors[window % p.y.windows] * p.x.divisors[x]);
    }
    FLAMBEAU_INLINE Vector<T> divisors(ptrdiff_t window, ptrdiff_t x, ptrdiff_t count) const {
        Vector<T> result = Vector<T>{} + 1;
        if (p.divisor != 0) return Vector<T>{} + T(p.divisor);
        for (ptrdiff_t l = 0; l < count; ++l) result[l] = T(p.x.divisors[x + l]);
        return result * T(p.z.divisors[window / p.y.windows] * p.y.divisors[window % p.y.windows]);
    }
};

}  // namespace flambeau::FLAMBEAU_ISA::micro
