// Vectors of any element type in registers, by the compiler's extensions: plain sums do not vectorise, because without
// fast-math the compiler keeps their order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

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

constexpr int GroupSize = 8;      // vectors at a time
constexpr int RunLength = 16;   // after so many their sums are put by: what is added is never much smaller than the sum

// How far ahead of what is read memory is asked for more. By itself the processor asks late: vectors that cross lines of
// the cache, those of rows that begin off one, then come at little more than half the speed.
constexpr std::ptrdiff_t AheadBytes = 8192;

// The group of vectors at x: f(k, vector k).
template <class T, class F>
FLAMBEAU_INLINE void each_of_group(const T* x, const F& f) {
    for (int k = 0; k < GroupSize; ++k) {
        const T* const at = x + k * Lanes<T>;
        if (k * VectorBytes % 64 == 0) __builtin_prefetch(reinterpret_cast<const char*>(at) + AheadBytes);
        f(k, load_vector<T, Lanes<T>>(at));
    }
}

// The first elements of a row, whole groups of `GroupSize` vectors, combined to one vector. Where nan and infinities are
// unlikely Op leaves them out, and they come back as a poison that is not 0.
template <class Op, bool poisoned, class T>
FLAMBEAU_INLINE Vector<T, Lanes<T>> combined_groups(const T* x, std::ptrdiff_t n, Vector<T, Lanes<T>>& poison) {
    constexpr int lanes = Lanes<T>, group = GroupSize * lanes;
    using V = Vector<T, lanes>;
    V totals[GroupSize], parts[GroupSize], poisons[GroupSize / 2] = {};
    for (std::ptrdiff_t i = 0; i < n; i += RunLength * group) {
        const std::ptrdiff_t end = i + RunLength * group < n ? i + RunLength * group : n;
        each_of_group(x + i, [&](int k, V v) __attribute__((always_inline)) {
            parts[k] = Op::map(v);
            if constexpr (poisoned) poisons[k / 2] += parts[k] * 0;
        });
        for (std::ptrdiff_t at = i + group; at < end; at += group)
            each_of_group(x + at, [&](int k, V v) __attribute__((always_inline)) {
                const V mapped = Op::map(v);
                parts[k] = Op::combine(parts[k], mapped);
                if constexpr (poisoned) poisons[k / 2] += mapped * 0;
            });
        for (int k = 0; k < GroupSize; ++k) totals[k] = i == 0 ? parts[k] : Op::combine(totals[k], parts[k]);
    }
    for (int half = GroupSize / 2; half > 0; half /= 2)
        for (int k = 0; k < half; ++k) totals[k] = Op::combine(totals[k], totals[k + half]);
    if constexpr (poisoned) poison += (poisons[0] + poisons[1]) + (poisons[2] + poisons[3]);
    return totals[0];
}

template <class V>
FLAMBEAU_INLINE bool any_not_zero(V v) {
    const auto bits = v != 0;
#if defined(__AVX512F__)
    return _mm512_test_epi64_mask(reinterpret_cast<const __m512i&>(bits), reinterpret_cast<const __m512i&>(bits)) != 0;
#elif defined(__AVX2__)
    return !_mm256_testz_si256(reinterpret_cast<const __m256i&>(bits), reinterpret_cast<const __m256i&>(bits));
#elif defined(__SSE4_1__)
    return !_mm_testz_si128(reinterpret_cast<const __m128i&>(bits), reinterpret_cast<const __m128i&>(bits));
#else
    bool any = false;
    for (unsigned k = 0; k < sizeof v / sizeof v[0]; ++k) any |= bits[k] != 0;
    return any;
#endif
}

// A row of at least one vector, combined by an operation that may meet an element twice. False when it has nan or
// infinities.
template <class Op, class T>
FLAMBEAU_INLINE bool combined_finite_row(const T* x, std::ptrdiff_t n, T& result) {
    using Finite = typename Op::Finite;
    constexpr int lanes = Lanes<T>;
    using V = Vector<T, lanes>;
    const std::ptrdiff_t groups = n / (GroupSize * lanes) * (GroupSize * lanes);
    V poison = {}, v = splat<T, lanes>(Op::identity);
    if (groups > 0) v = combined_groups<Finite, true>(x, groups, poison);
    const auto one = [&](std::ptrdiff_t i) __attribute__((always_inline)) {
        const V more = Finite::map(load_vector<T, lanes>(x + i));
        v = Finite::combine(v, more);
        poison += more * 0;
    };
    for (std::ptrdiff_t i = groups; i + lanes < n; i += lanes) one(i);
    one(n - lanes);
    if (any_not_zero(poison)) return false;
    result = fold<Finite, T, lanes>(v, x, 0);
    return true;
}

// A row combined by an associative operation, in several vectors at a time. An operation has `combine`, and `map` for
// what is done to each element first, for vectors of any length and for single elements, and a neutral `identity`.
template <class Op, class T>
FLAMBEAU_INLINE T combined_row(const T* x, std::ptrdiff_t n) {
    constexpr int lanes = Lanes<T>;
    if constexpr (requires { typename Op::Finite; }) {
        T result;
        if (n >= lanes && combined_finite_row<Op>(x, n, result)) return result;
    }
    Vector<T, lanes> v = splat<T, lanes>(Op::identity), unused;
    std::ptrdiff_t i = n / (GroupSize * lanes) * (GroupSize * lanes);
    if (i > 0) v = combined_groups<Op, false>(x, i, unused);
    for (; i + lanes <= n; i += lanes) v = Op::combine(v, Op::map(load_vector<T, lanes>(x + i)));
    return fold<Op, T, lanes>(v, x + i, n - i);
}

// f<lanes>(i) for [0, n): whole vectors, then halves of them. Iterations are independent.
template <int lanes, class F>
FLAMBEAU_INLINE void in_halves(std::ptrdiff_t i, std::ptrdiff_t n, const F& f) {
    if (n & lanes) {
        f.template operator()<lanes>(i);
        i += lanes;
    }
    if constexpr (lanes > 1) in_halves<lanes / 2>(i, n, f);
}
template <class T, class F>
FLAMBEAU_INLINE void in_vectors(std::ptrdiff_t n, const F& f) {
    constexpr int lanes = Lanes<T>;
    std::ptrdiff_t i = 0;
    for (; i + lanes <= n; i += lanes) f.template operator()<lanes>(i);
    in_halves<lanes / 2>(i, n, f);
}

// Columns combined: out_n[c] of x[r][c] over all rows, four rows at a time.
template <class Op, class T>
FLAMBEAU_INLINE void combined_columns(const char* x, std::ptrdiff_t row_stride, std::ptrdiff_t rows, T* out_n,
                                      std::ptrdiff_t n) {
    const auto one = [&]<int lanes>(std::ptrdiff_t r, std::ptrdiff_t i) {
        return Op::map(load_vector<T, lanes>(reinterpret_cast<const T*>(x + r * row_stride) + i));
    };
    const auto four = [&]<int lanes>(std::ptrdiff_t r, std::ptrdiff_t i) {
        return Op::combine(Op::combine(one.template operator()<lanes>(r, i), one.template operator()<lanes>(r + 1, i)),
                           Op::combine(one.template operator()<lanes>(r + 2, i), one.template operator()<lanes>(r + 3, i)));
    };
    std::ptrdiff_t r = 0;
    if (rows >= 4) {
        in_vectors<T>(n, [&]<int lanes>(std::ptrdiff_t i) {
            store_vector<T, lanes>(out_n + i, four.template operator()<lanes>(0, i));
        });
        r = 4;
    } else {
        in_vectors<T>(n, [&]<int lanes>(std::ptrdiff_t i) { store_vector<T, lanes>(out_n + i, splat<T, lanes>(Op::identity)); });
    }
    for (; r + 4 <= rows; r += 4)
        in_vectors<T>(n, [&]<int lanes>(std::ptrdiff_t i) {
            store_vector<T, lanes>(
                out_n + i, Op::combine(load_vector<T, lanes>(out_n + i), four.template operator()<lanes>(r, i)));
        });
    for (; r < rows; ++r)
        in_vectors<T>(n, [&]<int lanes>(std::ptrdiff_t i) {
            store_vector<T, lanes>(out_n + i,
                                   Op::combine(load_vector<T, lanes>(out_n + i), one.template operator()<lanes>(r, i)));
        });
}

// Operations -----------------------------------------------------------------------------------------------------

struct AsItIs {
    template <class V> static FLAMBEAU_INLINE V map(V a) { return a; }
};
struct Squared {
    template <class V> static FLAMBEAU_INLINE V map(V a) { return a * a; }
};
struct Magnitude {
    template <class V> static FLAMBEAU_INLINE V map(V a) { return a < 0 ? -a : a; }
};

template <class T, class Map = AsItIs>
struct Add : Map {
    static constexpr T identity = 0;
    template <class V> static FLAMBEAU_INLINE V combine(V a, V b) { return a + b; }
};

template <class T>
struct Multiply : AsItIs {
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

// The greater and the less of numbers that are finite: one instruction.
template <class Map>
struct FiniteGreater : Map {
    template <class V> static FLAMBEAU_INLINE V combine(V a, V b) { return b > a ? b : a; }
};
template <class Map>
struct FiniteLess : Map {
    template <class V> static FLAMBEAU_INLINE V combine(V a, V b) { return b < a ? b : a; }
};
// What is used for them first, where there are others.
template <class T, class Finite>
struct Hopeful {};
template <class F>
struct Hopeful<float, F> {
    using Finite = F;
};
template <class F>
struct Hopeful<double, F> {
    using Finite = F;
};

// The greater; nan when there is one.
template <class T, class Map = AsItIs>
struct Greater : Map, Hopeful<T, FiniteGreater<Map>> {
    static constexpr T identity = lowest<T>();
    template <class V> static FLAMBEAU_INLINE auto better(V a, V b) { return a > b; }
    template <class V> static FLAMBEAU_INLINE V combine(V a, V b) {
        if constexpr (std::is_same_v<V, T> && std::is_floating_point_v<T>) return b > a || b != b ? b : a;
        else if constexpr (std::is_floating_point_v<T>) return ((b > a) | (b != b)) ? b : a;
        else return b > a ? b : a;
    }
};
template <class T, class Map = AsItIs>
struct Less : Map, Hopeful<T, FiniteLess<Map>> {
    static constexpr T identity = highest<T>();
    template <class V> static FLAMBEAU_INLINE auto better(V a, V b) { return a < b; }
    template <class V> static FLAMBEAU_INLINE V combine(V a, V b) {
        if constexpr (std::is_same_v<V, T> && std::is_floating_point_v<T>) return b < a || b != b ? b : a;
        else if constexpr (std::is_floating_point_v<T>) return ((b < a) | (b != b)) ? b : a;
        else return b < a ? b : a;
    }
};

// Several sums over [0, n) in one pass: f<lanes>(i, parts) adds the terms of that many elements from i on.
template <int count, class T, class F>
FLAMBEAU_INLINE void sums_of(std::ptrdiff_t n, T (&sums)[count], const F& f) {
    constexpr int lanes = Lanes<T>, group = 4;
    using V = Vector<T, lanes>;
    V totals[count] = {};
    std::ptrdiff_t i = 0;
    while (i + lanes <= n) {
        V parts[group][count] = {};
        const std::ptrdiff_t run = i + RunLength * group * lanes, end = run < n ? run : n;
        for (; i + group * lanes <= end; i += group * lanes)
#pragma GCC unroll 4
            for (int g = 0; g < group; ++g) f.template operator()<lanes>(i + g * lanes, parts[g]);
        for (; i + lanes <= end; i += lanes) f.template operator()<lanes>(i, parts[0]);
        for (int k = 0; k < count; ++k) totals[k] += (parts[0][k] + parts[1][k]) + (parts[2][k] + parts[3][k]);
    }
    for (int k = 0; k < count; ++k) sums[k] = fold<Add<T>, T, lanes>(totals[k], nullptr, 0);
    for (; i < n; ++i) {
        T parts[count] = {};
        f.template operator()<1>(i, parts);
        for (int k = 0; k < count; ++k) sums[k] += parts[k];
    }
}

}  // namespace flambeau::FLAMBEAU_ISA
