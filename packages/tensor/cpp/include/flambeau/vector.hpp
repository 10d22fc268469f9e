// Vectors of any element type in registers, by the compiler's extensions: plain sums do not vectorise, because without
// fast-math the compiler keeps their order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "flambeau/isa.hpp"

namespace flambeau::FLAMBEAU_ISA {

template <class T, int lanes>
struct VectorOf {
    typedef T Type __attribute__((vector_size(lanes * sizeof(T)), aligned(alignof(T)), may_alias));
};
template <class T>
struct VectorOf<T, 1> {
    using Type = T;
};
template <class T, int lanes>
using Vector = typename VectorOf<T, lanes>::Type;

template <class T>
constexpr int Lanes = VectorBytes / sizeof(T);

template <class T, int lanes>
FLAMBEAU_INLINE Vector<T, lanes> load_vector(const T* x) {
    return *reinterpret_cast<const Vector<T, lanes>*>(x);
}

template <class T, int lanes>
FLAMBEAU_INLINE void store_vector(T* x, Vector<T, lanes> v) {
    *reinterpret_cast<Vector<T, lanes>*>(x) = v;
}

template <class T, int lanes>
FLAMBEAU_INLINE Vector<T, lanes> splat(T x) {
    if constexpr (lanes == 1) return x;
    else return x - Vector<T, lanes>{};
}

// The lower or upper half of the lanes.
template <class T, int lanes, int from, std::size_t... k>
FLAMBEAU_INLINE Vector<T, lanes / 2> half_of(Vector<T, lanes> v, std::index_sequence<k...>) {
    if constexpr (lanes == 2) return v[from];
    else return __builtin_shufflevector(v, v, (from + k)...);
}
template <class T, int lanes>
FLAMBEAU_INLINE Vector<T, lanes / 2> low_half(Vector<T, lanes> v) {
    return half_of<T, lanes, 0>(v, std::make_index_sequence<lanes / 2>());
}
template <class T, int lanes>
FLAMBEAU_INLINE Vector<T, lanes / 2> high_half(Vector<T, lanes> v) {
    return half_of<T, lanes, lanes / 2>(v, std::make_index_sequence<lanes / 2>());
}

// The lanes of `v` and the last elements of a row, fewer than lanes, combined in pairs of halves.
template <class Op, class T, int lanes>
FLAMBEAU_INLINE T fold(Vector<T, lanes> v, const T* x, std::ptrdiff_t rest) {
    if constexpr (lanes == 1) {
        return v;
    } else {
        Vector<T, lanes / 2> folded = Op::combine(low_half<T, lanes>(v), high_half<T, lanes>(v));
        if (rest & (lanes / 2)) {
            folded = Op::combine(folded, Op::map(load_vector<T, lanes / 2>(x)));
            x += lanes / 2;
        }
        return fold<Op, T, lanes / 2>(folded, x, rest);
    }
}

// A row combined by an associative operation, in several vectors at a time. An operation has `combine`, and `map` for
// what is done to each element first, for vectors of any length and for single elements, and a neutral `identity`.
template <class Op, class T>
FLAMBEAU_INLINE T combined_row(const T* x, std::ptrdiff_t n) {
    constexpr int lanes = Lanes<T>, several = 8;
    using V = Vector<T, lanes>;
    V v = splat<T, lanes>(Op::identity);
    std::ptrdiff_t i = 0;
    if (n >= several * lanes) {
        V parts[several];
        for (int k = 0; k < several; ++k) parts[k] = Op::map(load_vector<T, lanes>(x + k * lanes));
        for (i = several * lanes; i + several * lanes <= n; i += several * lanes)
            for (int k = 0; k < several; ++k)
                parts[k] = Op::combine(parts[k], Op::map(load_vector<T, lanes>(x + i + k * lanes)));
        for (int half = several / 2; half > 0; half /= 2)
            for (int k = 0; k < half; ++k) parts[k] = Op::combine(parts[k], parts[k + half]);
        v = parts[0];
    }
    for (; i + lanes <= n; i += lanes) v = Op::combine(v, Op::map(load_vector<T, lanes>(x + i)));
    return fold<Op, T, lanes>(v, x + i, n - i);
}

// Columns combined: out_n[c] of x[r][c] over all rows, four rows at a time.
template <class Op, class T>
FLAMBEAU_INLINE void combined_columns(const char* x, std::ptrdiff_t row_stride, std::ptrdiff_t rows, T* __restrict out_n,
                                      std::ptrdiff_t n) {
    const auto row = [&](std::ptrdiff_t r) { return reinterpret_cast<const T*>(x + r * row_stride); };
    std::ptrdiff_t r = 0;
    if (rows >= 4) {
        const T *a = row(0), *b = row(1), *c = row(2), *d = row(3);
        for (std::ptrdiff_t i = 0; i < n; ++i)
            out_n[i] = Op::combine(Op::combine(Op::map(a[i]), Op::map(b[i])), Op::combine(Op::map(c[i]), Op::map(d[i])));
        r = 4;
    } else if (rows > 0) {
        const T* a = row(0);
        for (std::ptrdiff_t i = 0; i < n; ++i) out_n[i] = Op::map(a[i]);
        r = 1;
    } else {
        for (std::ptrdiff_t i = 0; i < n; ++i) out_n[i] = Op::identity;
    }
    for (; r + 4 <= rows; r += 4) {
        const T *a = row(r), *b = row(r + 1), *c = row(r + 2), *d = row(r + 3);
        for (std::ptrdiff_t i = 0; i < n; ++i)
            out_n[i] = Op::combine(out_n[i], Op::combine(Op::combine(Op::map(a[i]), Op::map(b[i])),
                                                         Op::combine(Op::map(c[i]), Op::map(d[i]))));
    }
    for (; r < rows; ++r) {
        const T* a = row(r);
        for (std::ptrdiff_t i = 0; i < n; ++i) out_n[i] = Op::combine(out_n[i], Op::map(a[i]));
    }
}

// Operations -----------------------------------------------------------------------------------------------------

struct Identity {
    template <class V> static FLAMBEAU_INLINE V map(V a) { return a; }
};
struct Square {
    template <class V> static FLAMBEAU_INLINE V map(V a) { return a * a; }
};
struct Absolute {
    template <class V> static FLAMBEAU_INLINE V map(V a) { return a < 0 ? -a : a; }
};

template <class T, class Map = Identity>
struct Add : Map {
    static constexpr T identity = 0;
    template <class V> static FLAMBEAU_INLINE V combine(V a, V b) { return a + b; }
};

template <class T>
struct Multiply : Identity {
    static constexpr T identity = 1;
    template <class V> static FLAMBEAU_INLINE V combine(V a, V b) { return a * b; }
};

template <class T> constexpr T lowest() {
    if constexpr (std::is_floating_point_v<T>) return -T(__builtin_inf());
    else if constexpr (std::is_signed_v<T>) return T(T(1) << (8 * sizeof(T) - 1));
    else return 0;
}
template <class T> constexpr T highest() {
    if constexpr (std::is_floating_point_v<T>) return T(__builtin_inf());
    else return T(~lowest<T>());
}

// The greater; nan when there is one.
template <class T, class Map = Identity>
struct Greater : Map {
    static constexpr T identity = lowest<T>();
    template <class V> static FLAMBEAU_INLINE auto better(V a, V b) { return a > b; }
    template <class V> static FLAMBEAU_INLINE V combine(V a, V b) {
        if constexpr (std::is_floating_point_v<T>) return ((b > a) | (b != b)) ? b : a;
        else return b > a ? b : a;
    }
};
template <class T, class Map = Identity>
struct Less : Map {
    static constexpr T identity = highest<T>();
    template <class V> static FLAMBEAU_INLINE auto better(V a, V b) { return a < b; }
    template <class V> static FLAMBEAU_INLINE V combine(V a, V b) {
        if constexpr (std::is_floating_point_v<T>) return ((b < a) | (b != b)) ? b : a;
        else return b < a ? b : a;
    }
};

}  // namespace flambeau::FLAMBEAU_ISA
