// Trigonometric functions and their inverses.
//
// The argument is reduced by Cody's and Waite's method ("Software Manual for the Elementary Functions", 1980): n, the
// nearest multiple of pi or pi/2, times a constant in parts so short that products with n are exact. That serves
// arguments up to a limit; beyond, which is rare, the C library's functions do it, with as many digits of pi as it takes
// (M. Payne and R. Hanek, "Radian reduction for trigonometric functions", ACM SIGNUM Newsletter 18, 1983). Floats are
// reduced and evaluated as double.
#pragma once

#include "flambeau/math/rare.hpp"

namespace flambeau::FLAMBEAU_ISA::math {

template <class T> struct TrigonometricConstants;
template <>
struct TrigonometricConstants<float> {
    static constexpr float limit = 0x1p21f;
    static constexpr double pi_high = 0x1.921fb544p1, pi_low = 0x1.0b4611a626331p-33, one_over_pi = 0x1.45f306dc9c883p-2;
    // sin(r) = r + r^3 p(r^2) for |r| <= pi/2
    static constexpr double sin[] = {-0x1.55555549370afp-3, 0x1.11110cb94e7a0p-7, -0x1.a017fb19b0406p-13,
                                     0x1.71747a4ead15bp-19, -0x1.9abc13f8545bbp-26};
    // sin(r) = r + r^3 p(r^2), cos(r) = 1 - r^2/2 + r^4 p(r^2) for |r| <= pi/4
    static constexpr double quarter_sin[] = {-0x1.5555554ca4ed9p-3, 0x1.11110889c9f7fp-7, -0x1.a00f94bff123cp-13,
                                             0x1.6cd664c3a08b6p-19};
    static constexpr double quarter_cos[] = {0x1.5555554f49f00p-5, -0x1.6c16b893d960dp-10, 0x1.a0111cbdacd94p-16,
                                             -0x1.242a1aee20a3cp-22};
    static constexpr Pair<float> pi = {0x1.921fb6p1f, -0x1.777a5cp-24f};
    // asin(x) = x + x^3 p(x^2) for |x| <= 1/2, atan(a) = a + a^3 p(a^2) for |a| <= 1
    static constexpr float asin[] = {0x1.5555cap-3f, 0x1.330172p-4f, 0x1.748914p-5f, 0x1.8bc1aap-6f, 0x1.59c11ap-5f};
    static constexpr float atan[] = {-0x1.555552p-2f, 0x1.999824p-3f,  -0x1.2476c8p-3f, 0x1.c51c2ep-4f, -0x1.6981a4p-4f,
                                     0x1.157c0cp-4f,  -0x1.71d674p-5f, 0x1.779126p-6f,  -0x1.eb458ap-8f, 0x1.2d3b58p-10f};
};
template <>
struct TrigonometricConstants<double> {
    static constexpr double limit = 0x1p20;
    static constexpr double two_over_pi = 0x1.45f306dc9c883p-1;
    static constexpr double half_pi[] = {0x1.921fb544p0, 0x1.0b4611a6p-34, 0x1.3198a2ep-69, 0x1.b839a252049c1p-104};
    static constexpr double quarter_sin[] = {-0x1.5555555555549p-3, 0x1.111111110f89fp-7,   -0x1.a01a019c149bap-13,
                                             0x1.71de357966765p-19, -0x1.ae5e6704bd1ccp-26, 0x1.5d931ce03d719p-33};
    static constexpr double quarter_cos[] = {0x1.555555555554cp-5,   -0x1.6c16c16c15218p-10, 0x1.a01a019cbe2edp-16,
                                             -0x1.27e4f8118bf3cp-22, 0x1.1ee9f05d0ee63p-29,  -0x1.8fb09f206b26ap-37};
    static constexpr Pair<double> pi = {0x1.921fb54442d18p1, 0x1.1a62633145c07p-53};
    static constexpr double asin[] = {0x1.5555555555578p-3, 0x1.333333332df55p-4, 0x1.6db6db7226f49p-5,
                                      0x1.f1c71a8da1586p-6, 0x1.6e8bdfa68c7f9p-6, 0x1.1c49e2e4b7eddp-6,
                                      0x1.ca20c7504de4fp-7, 0x1.757bc2b3d8f07p-7, 0x1.617211643eb9bp-7,
                                      0x1.e2de840c1bf89p-9, 0x1.64881bd37f5ddp-6, -0x1.59448ec413f05p-6,
                                      0x1.0bab24d6678c9p-5};
    static constexpr double atan[] = {
        -0x1.555555555554ep-2, 0x1.9999999998db5p-3,  -0x1.249249245c67ep-3, 0x1.c71c71b78b602p-4,  -0x1.745d15ea46d5bp-4,
        0x1.3b139d167aea0p-4,  -0x1.11103dc6dd5bap-4, 0x1.e1d51b4439099p-5,  -0x1.aedd2a97aa5a5p-5, 0x1.84bf13d241a9cp-5,
        -0x1.5f43ddf8775d5p-5, 0x1.394dce431f897p-5,  -0x1.0d1a34884c8bdp-5, 0x1.adf9e297f05fep-6,  -0x1.32abe474cb021p-6,
        0x1.75cf4f2c51c6fp-7,  -0x1.73b4d45a412f3p-8, 0x1.1dc49b72f02ddp-9,  -0x1.3bd819195088ap-11, 0x1.bbde214ef11abp-14,
        -0x1.28a15da6d4235p-17};
};

template <class T>
FLAMBEAU_INLINE bool beyond_reduction(T x) {  // infinity needs no help to become NaN
    const T a = absolute(x);
    return (a > TrigonometricConstants<T>::limit) & (a < infinity<T>);
}

// sin(r) with its sign turned where n is odd, for the float functions.
FLAMBEAU_INLINE float signed_sin(double r, std::uint64_t n) {
    const double square = r * r;
    const double sine = r + r * square * polynomial(square, TrigonometricConstants<float>::sin);
    return static_cast<float>(from_bits<double>(bits(sine) ^ (n << 63)));
}

// x = n pi/2 + (r.high + r.low), |r| <= pi/4, the low part being much smaller.
struct Reduced {
    std::uint64_t n;
    Pair<double> r;
};

FLAMBEAU_INLINE Reduced reduce(double x) {
    using C = TrigonometricConstants<double>;
    const double shifted = x * C::two_over_pi + Format<double>::magic, n = shifted - Format<double>::magic;
    const Pair<double> second = exact_sum(x - n * C::half_pi[0], -(n * C::half_pi[1]));
    const Pair<double> third = exact_sum(second.high, -(n * C::half_pi[2]));
    return {integer(shifted), ordered_sum(third.high, (second.low + third.low) - n * C::half_pi[3])};
}

struct SineCosine {
    Pair<double> sine, cosine;  // high + low, not normalised
};

FLAMBEAU_INLINE SineCosine sine_cosine(Pair<double> r) {
    using C = TrigonometricConstants<double>;
    const double square = r.high * r.high, half = 0.5 * square, cosine = 1 - half;
    const double sine_rest = r.high * square * polynomial(square, C::quarter_sin) + r.low * cosine;
    const double cosine_rest = square * square * polynomial(square, C::quarter_cos) - r.high * r.low;
    return {{r.high, sine_rest}, {cosine, ((1 - cosine) - half) + cosine_rest}};
}

struct Sin {
    static FLAMBEAU_INLINE float fast(float x) {
        using C = TrigonometricConstants<float>;
        const double wide = x, shifted = wide * C::one_over_pi + Format<double>::magic, n = shifted - Format<double>::magic;
        const float result = signed_sin((wide - n * C::pi_high) - n * C::pi_low, integer(shifted));
        return x == 0 ? x : result;  // -0
    }
    static FLAMBEAU_INLINE double fast(double x) {
        const Reduced reduced = reduce(x);
        const SineCosine both = sine_cosine(reduced.r);
        const double sine = both.sine.high + both.sine.low, cosine = both.cosine.high + both.cosine.low;
        const double result = (reduced.n & 1) != 0 ? cosine : sine;
        return x == 0 ? x : from_bits<double>(bits(result) ^ ((reduced.n >> 1) << 63));
    }
    template <class T>
    static FLAMBEAU_INLINE bool rare(T x) { return beyond_reduction(x); }
    static FLAMBEAU_INLINE float slow(float x) { return static_cast<float>(__builtin_sin(x)); }
    static FLAMBEAU_INLINE double slow(double x) { return __builtin_sin(x); }
};

struct Cos {
    static FLAMBEAU_INLINE float fast(float x) {  // cos(x) = sin(x + pi/2)
        using C = TrigonometricConstants<float>;
        const double wide = x, shifted = (wide * C::one_over_pi - 0.5) + Format<double>::magic;
        const double n = (shifted - Format<double>::magic) + 0.5;
        return signed_sin((wide - n * C::pi_high) - n * C::pi_low, integer(shifted) + 1);
    }
    static FLAMBEAU_INLINE double fast(double x) {
        const Reduced reduced = reduce(x);
        const SineCosine both = sine_cosine(reduced.r);
        const double sine = both.sine.high + both.sine.low, cosine = both.cosine.high + both.cosine.low;
        const double result = (reduced.n & 1) != 0 ? sine : cosine;
        return from_bits<double>(bits(result) ^ (((reduced.n + 1) >> 1) << 63));
    }
    template <class T>
    static FLAMBEAU_INLINE bool rare(T x) { return beyond_reduction(x); }
    static FLAMBEAU_INLINE float slow(float x) { return static_cast<float>(__builtin_cos(x)); }
    static FLAMBEAU_INLINE double slow(double x) { return __builtin_cos(x); }
};

struct Tan {
    static FLAMBEAU_INLINE float fast(float x) {
        using C = TrigonometricConstants<float>;
        const double wide = x, shifted = wide * (2 * C::one_over_pi) + Format<double>::magic;
        const double n = shifted - Format<double>::magic;
        const double r = (wide - n * (C::pi_high / 2)) - n * (C::pi_low / 2), square = r * r;
        const double sine = r + r * square * polynomial(square, C::quarter_sin);
        const double cosine = (1 - 0.5 * square) + square * square * polynomial(square, C::quarter_cos);
        const bool odd = (integer(shifted) & 1) != 0;
        const float result = static_cast<float>((odd ? -cosine : sine) / (odd ? sine : cosine));
        return x == 0 ? x : result;
    }
    // The quotient of sums of two, as Dekker has it.
    static FLAMBEAU_INLINE double fast(double x) {
        const Reduced reduced = reduce(x);
        const SineCosine both = sine_cosine(reduced.r);
        const Pair<double> sine = ordered_sum(both.sine.high, both.sine.low);
        const Pair<double> cosine = ordered_sum(both.cosine.high, both.cosine.low);
        const bool odd = (reduced.n & 1) != 0;
        const double above = odd ? -cosine.high : sine.high, above_low = odd ? -cosine.low : sine.low;
        const double below = odd ? sine.high : cosine.high, below_low = odd ? sine.low : cosine.low;
        const double quotient = above / below;
        const Pair<double> back = exact_product(quotient, below);
        const double missing = (((above - back.high) - back.low) + above_low) - quotient * below_low;
        return x == 0 ? x : quotient + missing / below;
    }
    template <class T>
    static FLAMBEAU_INLINE bool rare(T x) { return beyond_reduction(x); }
    static FLAMBEAU_INLINE float slow(float x) { return static_cast<float>(__builtin_tan(x)); }
    static FLAMBEAU_INLINE double slow(double x) { return __builtin_tan(x); }
};

template <class T>
FLAMBEAU_INLINE T sin(T x) { return anywhere<Sin>(x); }

template <class T>
FLAMBEAU_INLINE T cos(T x) { return anywhere<Cos>(x); }

template <class T>
FLAMBEAU_INLINE T tan(T x) { return anywhere<Tan>(x); }

// atan(a) = a + cube p, for a up to 1.
template <class T>
struct Arctangent {
    T a, cube, p;
};

template <class T>
FLAMBEAU_INLINE Arctangent<T> arctangent(T a) {
    const T square = a * a;
    // pi/4 of float is hardly nearer to the right result than its neighbour: the polynomial alone would miss it.
    const T p = polynomial(square, TrigonometricConstants<T>::atan);
    return {a, a * square, a == 1 ? T(-0.21460183660255169038) : p};
}

template <class T>
FLAMBEAU_INLINE T atan(T x) {
    constexpr Pair<T> pi = TrigonometricConstants<T>::pi;
    const T a = absolute(x);
    const bool large = a > 1;
    const Arctangent<T> arc = arctangent(large ? 1 / a : a);
    const Pair<T> complement = ordered_sum(pi.high / 2, -arc.a);
    const T far = complement.high + (complement.low + fused(-arc.cube, arc.p, pi.low / 2));
    return with_sign(large ? far : fused(arc.cube, arc.p, arc.a), x);
}

// The arc of |y| / |x| or, if that is above 1, of its inverse; what it is taken from or added to, and whether: 0, pi/2
// or pi.
template <class T>
FLAMBEAU_INLINE T atan2(T y, T x) {
    constexpr Pair<T> pi = TrigonometricConstants<T>::pi;
    const T across = absolute(x), up = absolute(y);
    const bool steep = up > across, left = (bits(x) & sign_bit<T>) != 0;
    const T shorter = steep ? across : up, longer = steep ? up : across;
    const T quotient = shorter / longer;
    const T defined = shorter == infinity<T> ? 1 : quotient;
    const Arctangent<T> arc = arctangent(longer == 0 ? T(0) : defined);
    const T unsteep_high = left ? pi.high : 0, unsteep_low = left ? pi.low : 0;
    const T base_high = steep ? pi.high / 2 : unsteep_high, base_low = steep ? pi.low / 2 : unsteep_low;
    const bool minus = steep != left;
    const Pair<T> sum = ordered_sum(base_high, minus ? -arc.a : arc.a);
    const T result = sum.high + (sum.low + fused(minus ? -arc.cube : arc.cube, arc.p, base_low));
    return x != x ? x : y != y ? y : with_sign(result, y);
}

// Of |x| up to 1/2, else of s = sqrt((1 - |x|) / 2), since there asin(x) = pi/2 - 2 asin(s). In two parts, of which x or
// s is the greater. (A flag in a struct with them would keep the compiler from vectorising.)
template <class T>
FLAMBEAU_INLINE Pair<T> small_asin(T a, bool small) {
    const T square = small ? a * a : (1 - a) * T(0.5);
    const T root = __is_same(T, float) ? T(__builtin_sqrtf(float(square))) : T(__builtin_sqrt(double(square)));
    const Pair<T> back = exact_product(root, root);
    const T missing = root > 0 ? ((square - back.high) - back.low) / (2 * root) : 0;
    const T high = small ? a : root;
    return {high, fused(high * square, polynomial(square, TrigonometricConstants<T>::asin), small ? T(0) : missing)};
}

template <class T>
FLAMBEAU_INLINE T asin(T x) {
    constexpr Pair<T> pi = TrigonometricConstants<T>::pi;
    const T a = absolute(x);
    const bool small = a <= T(0.5);
    const Pair<T> arc = small_asin(a, small);
    const Pair<T> complement = ordered_sum(pi.high / 2, -2 * arc.high);
    const T far = complement.high + (complement.low + (pi.low / 2 - 2 * arc.low));
    return with_sign(small ? arc.high + arc.low : far, x);
}

template <class T>
FLAMBEAU_INLINE T acos(T x) {
    constexpr Pair<T> pi = TrigonometricConstants<T>::pi;
    const T a = absolute(x);
    const bool small = a <= T(0.5);
    const Pair<T> arc = small_asin(a, small);
    const bool left = x < 0;
    const T far_high = left ? pi.high : 0, far_low = left ? pi.low : 0;
    const T base_high = small ? pi.high / 2 : far_high, base_low = small ? pi.low / 2 : far_low;
    const T factor = (small ? T(1) : T(2)) * (small != left ? T(-1) : T(1));
    const Pair<T> sum = exact_sum(base_high, factor * arc.high);
    return sum.high + (sum.low + (base_low + factor * arc.low));
}

}  // namespace flambeau::FLAMBEAU_ISA::math
