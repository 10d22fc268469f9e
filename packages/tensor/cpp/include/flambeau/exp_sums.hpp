// Sums of exponentials without overflow: of each row or column its greatest element, and the sum of e^(x - greatest).
#pragma once

#include "flambeau/math/exponential.hpp"
#include "flambeau/reduction_blocks.hpp"

namespace flambeau::FLAMBEAU_ISA {

constexpr std::ptrdiff_t ExpBlock = 512;  // exponentials that wait in the first-level cache to be summed

template <class T>
FLAMBEAU_INLINE bool is_finite(T x) {
    return x - x == 0;
}

// What is subtracted: an infinite greatest element would give nan for others.
template <class T>
FLAMBEAU_INLINE T shift_of(T greatest) {
    return is_finite(greatest) ? greatest : 0;
}

// out_n[i] = f(i) for vectorised f, the rest too: as a whole vector of which a part is kept.
template <class T, class F>
FLAMBEAU_INLINE void exps_of(const T* x, std::ptrdiff_t n, T* out_n, const F& f) {
    constexpr std::ptrdiff_t lanes = Lanes<T>;
    const std::ptrdiff_t whole = n / lanes * lanes;
    for (std::ptrdiff_t i = 0; i < whole; ++i) out_n[i] = f(x[i]);
    if (whole == n) return;
    T rest[lanes], results[lanes];
    for (std::ptrdiff_t i = 0; i < lanes; ++i) rest[i] = whole + i < n ? x[whole + i] : 0;
    for (std::ptrdiff_t i = 0; i < lanes; ++i) results[i] = f(rest[i]);
    for (std::ptrdiff_t i = whole; i < n; ++i) out_n[i] = results[i - whole];
}

// The exponentials of x - shift, and their sum.
template <class T>
inline T exps(const T* x, std::ptrdiff_t n, T shift, T* out_n) {
    T sum = 0;
    for (std::ptrdiff_t at = 0; at < n; at += ExpBlock) {
        const std::ptrdiff_t length = least(ExpBlock, n - at);
        exps_of(x + at, length, out_n + at, [=](T a) { return math::exp(a - shift); });
        sum += combined_row<Add<T>>(out_n + at, length);
    }
    return sum;
}

template <class T>
inline T exp_sum(const T* x, std::ptrdiff_t n, T shift) {
    T powers[ExpBlock], sum = 0;
    for (std::ptrdiff_t at = 0; at < n; at += ExpBlock) sum += exps(x + at, least(ExpBlock, n - at), shift, powers);
    return sum;
}

template <class T>
struct ExpSum {
    T greatest, sum;
};

template <class T>
inline ExpSum<T> exp_sum_of(const T* x, std::ptrdiff_t n) {
    const T greatest = combined_row<Greater<T>>(x, n);
    return {greatest, exp_sum(x, n, shift_of(greatest))};
}

template <class T>
inline ExpSum<T> merged(ExpSum<T> a, ExpSum<T> b) {
    const T greatest = Greater<T>::combine(a.greatest, b.greatest);
    const auto part = [=](ExpSum<T> x) {
        return x.greatest == greatest ? x.sum : x.sum * math::exp(x.greatest - greatest);
    };
    return {greatest, part(a) + part(b)};
}

template <class T>
struct ExpSums {
    using Value = T;
    static constexpr int fields = 2;

    static void rows(const char* values, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t n, std::int64_t,
                     States states, std::ptrdiff_t first) {
        for (std::ptrdiff_t r = 0; r < rows; ++r)
            put(states, first + r, exp_sum_of(reinterpret_cast<const T*>(values + r * row_stride), n));
    }
    static void columns(const char* values, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t columns,
                        std::int64_t, States states) {
        T* greatest = field<T>(states, 0);
        T* __restrict sum = field<T>(states, 1);
        T shift[TileWidth];
        combined_columns<Greater<T>>(values, row_stride, rows, greatest, columns);
        for (std::ptrdiff_t i = 0; i < columns; ++i) shift[i] = shift_of(greatest[i]), sum[i] = 0;
        for (std::ptrdiff_t r = 0; r < rows; ++r) {
            const T* x = reinterpret_cast<const T*>(values + r * row_stride);
            for (std::ptrdiff_t i = 0; i < columns; ++i) sum[i] += math::exp(x[i] - shift[i]);
        }
    }
    static void merge(States states, std::int64_t, States other, std::ptrdiff_t first, std::int64_t,
                      std::ptrdiff_t width) {
        for (std::ptrdiff_t i = 0; i < width; ++i) put(states, i, merged(get(states, i), get(other, first + i)));
    }
    static FLAMBEAU_INLINE ExpSum<T> get(States states, std::ptrdiff_t i) {
        return {field<T>(states, 0)[i], field<T>(states, 1)[i]};
    }
    static FLAMBEAU_INLINE void put(States states, std::ptrdiff_t i, ExpSum<T> x) {
        field<T>(states, 0)[i] = x.greatest;
        field<T>(states, 1)[i] = x.sum;
    }
};

template <class T, class Out>
struct Logarithmed {
    static constexpr int sizes[2] = {sizeof(Out), 0};
    static void finish(States states, std::ptrdiff_t width, std::int64_t, double, Outputs out) {
        store_values<Out>(out.data[0], out.stride[0], width, [&](std::ptrdiff_t i) {
            const ExpSum<T> x = ExpSums<T>::get(states, i);
            return math::log(x.sum) + shift_of(x.greatest);
        });
    }
};

}  // namespace flambeau::FLAMBEAU_ISA
