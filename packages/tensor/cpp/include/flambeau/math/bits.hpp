// What the functions of this folder share: the bits of floats, exact sums and products, polynomials.
//
// Functions here are scalar, free of branches and of calls, so that the compiler vectorises loops over them for every
// instruction set: conditions are ternaries, which become blends; integers come from floats by adding a number so large
// that the sum's last bit is worth 1 ("magic"), since not all instruction sets convert vectors of 64-bit integers. They
// take float and double. Coefficients are from tools/minimax.py, error bounds are measured by tests/accuracy.cpp.
//
// Products may or may not be fused into sums (-ffp-contract=fast, and not all processors can). Where the code relies on
// an exact product, it is one that fits the format; where it relies on a rounding, products do not take part.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "flambeau/isa.hpp"

namespace flambeau::FLAMBEAU_ISA::math {

template <class T> struct Format;
template <>
struct Format<float> {
    using Bits = std::uint32_t;
    using Int = std::int32_t;
    static constexpr int fraction = 23, bias = 127;
    static constexpr float magic = 0x1.8p23f, smallest_normal = 0x1p-126f, largest = 0x1.fffffep127f;
};
template <>
struct Format<double> {
    using Bits = std::uint64_t;
    using Int = std::int64_t;
    static constexpr int fraction = 52, bias = 1023;
    static constexpr double magic = 0x1.8p52, smallest_normal = 0x1p-1022, largest = 0x1.fffffffffffffp1023;
};

template <class T> constexpr T infinity = T(__builtin_inf());
template <class T> constexpr T nan = T(__builtin_nan(""));
template <class T> constexpr typename Format<T>::Bits sign_bit = ~(~typename Format<T>::Bits(0) >> 1);
template <class T> constexpr typename Format<T>::Bits fraction_mask =
    (typename Format<T>::Bits(1) << Format<T>::fraction) - 1;

template <class T>
constexpr FLAMBEAU_INLINE typename Format<T>::Bits bits(T x) { return __builtin_bit_cast(typename Format<T>::Bits, x); }

template <class T>
constexpr FLAMBEAU_INLINE T from_bits(typename Format<T>::Bits b) { return __builtin_bit_cast(T, b); }

template <class T>
FLAMBEAU_INLINE T absolute(T x) { return from_bits<T>(bits(x) & ~sign_bit<T>); }

// The magnitude of x with the sign of y.
template <class T>
FLAMBEAU_INLINE T with_sign(T x, T y) {
    return from_bits<T>((bits(x) & ~sign_bit<T>) | (bits(y) & sign_bit<T>));
}

// x with its sign turned where y is negative.
template <class T>
FLAMBEAU_INLINE T times_sign(T x, T y) { return from_bits<T>(bits(x) ^ (bits(y) & sign_bit<T>)); }

// A small integer n as bits, from what adding magic to it gave.
template <class T>
FLAMBEAU_INLINE typename Format<T>::Bits integer(T n_plus_magic) { return bits(n_plus_magic) - bits(Format<T>::magic); }

// 2^n for n in the range of normal numbers, given n + bias.
template <class T>
FLAMBEAU_INLINE T power_of_two(typename Format<T>::Bits biased) { return from_bits<T>(biased << Format<T>::fraction); }

// x 2^n, rounded once, with n up to twice the format's range.
template <class T>
FLAMBEAU_INLINE T scale(T x, typename Format<T>::Bits n) {
    const auto biased = n + 2 * Format<T>::bias, half = biased >> 1;
    return x * power_of_two<T>(half) * power_of_two<T>(biased - half);
}

template <class T>
struct Pair {
    T high, low;  // their sum is meant
};

// a + b exactly (T. J. Dekker, "A floating-point technique for extending the available precision", Numer. Math. 18,
// 1971), for |a| >= |b| or a = 0.
template <class T>
FLAMBEAU_INLINE Pair<T> ordered_sum(T a, T b) {
    const T sum = a + b;
    return {sum, b - (sum - a)};
}

// a + b exactly for any two (D. Knuth, The Art of Computer Programming 2, 4.2.2).
template <class T>
FLAMBEAU_INLINE Pair<T> exact_sum(T a, T b) {
    const T sum = a + b, b_part = sum - a;
    return {sum, (a - (sum - b_part)) + (b - b_part)};
}

// x with the lower half of its fraction cleared: products of two such are exact.
template <class T>
FLAMBEAU_INLINE T upper_half(T x) {
    constexpr int cleared = (Format<T>::fraction + 2) / 2;
    return from_bits<T>(bits(x) & (~typename Format<T>::Bits(0) << cleared));
}

// a b + c, fused where that is fast. Unlike a b + c as written, the same in the vectorised loop and in its rest, where the
// compiler cannot fuse across branches.
template <class T>
FLAMBEAU_INLINE T fused(T a, T b, T c) {
#ifdef __FP_FAST_FMA
    if constexpr (__is_same(T, float)) return __builtin_fmaf(a, b, c);
    else return __builtin_fma(a, b, c);
#else
    return a * b + c;
#endif
}

// a b exactly, save for underflow.
template <class T>
FLAMBEAU_INLINE Pair<T> exact_product(T a, T b) {
    const T product = a * b;
#ifdef __FP_FAST_FMA
    return {product, fused(a, b, -product)};
#else
    const T a_high = upper_half(a), a_low = a - a_high, b_high = upper_half(b), b_low = b - b_high;
    return {product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low};
#endif
}

// c[0] + c[1] x + c[2] x^2 + ...
template <class T, std::size_t n>
FLAMBEAU_INLINE T polynomial(T x, const T (&c)[n]) {
    return [&]<std::size_t... k>(std::index_sequence<k...>) __attribute__((always_inline)) {
        T sum = c[n - 1];
        ((sum = sum * x + c[n - 2 - k]), ...);
        return sum;
    }(std::make_index_sequence<n - 1>());
}

}  // namespace flambeau::FLAMBEAU_ISA::math
