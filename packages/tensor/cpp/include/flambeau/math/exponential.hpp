// Exponentials and logarithms.
//
// e^x: the argument is reduced by Cody's and Waite's method (W. Cody and W. Waite, "Software Manual for the Elementary
// Functions", 1980) to x = n ln 2 + r, |r| <= ln 2 / 2. Logarithms of double follow P. T. P. Tang, "Table-driven
// implementation of the logarithm function in IEEE floating-point arithmetic", ACM TOMS 16, 1990, without the tables: as
// series in s = f / (2 + f), for x = 2^e (1 + f).
#pragma once

#include "flambeau/math/bits.hpp"

namespace flambeau::FLAMBEAU_ISA::math {

template <class T> struct ExponentialConstants;
template <>
struct ExponentialConstants<float> {
    // Outside, e^x is 0 or infinite; below lowest_product, x e^x is 0; the same for 2^x.
    static constexpr float lowest = -104, lowest_product = -112, highest = 89, lowest2 = -151, highest2 = 129;
    static constexpr float log2_e = 0x1.715476p0f, ln2_high = 0x1.62ep-1f, ln2_low = 0x1.0bfbe8p-15f;
    // e^r = 1 + r + r^2 p(r), 2^r = 1 + r p(r)
    static constexpr float exp[] = {0x1.000000p-1f, 0x1.555490p-3f, 0x1.5554c8p-5f, 0x1.123ad6p-7f, 0x1.6d715cp-10f};
    static constexpr float exp2[] = {0x1.62e430p-1f, 0x1.ebfbe0p-3f, 0x1.c6af78p-5f,
                                     0x1.3b2a3cp-7f, 0x1.5f0a78p-10f, 0x1.4431c8p-13f};
};
template <>
struct ExponentialConstants<double> {
    static constexpr double lowest = -746, lowest_product = -760, highest = 710, lowest2 = -1076, highest2 = 1025;
    static constexpr double log2_e = 0x1.71547652b82fep0, ln2_high = 0x1.62e42feep-1, ln2_low = 0x1.a39ef35793c76p-33;
    static constexpr double exp[] = {0x1.000000000000cp-1,  0x1.555555555555ap-3,  0x1.555555554fdd4p-5,
                                     0x1.111111110f032p-7,  0x1.6c16c186180e4p-10, 0x1.a01a01b2957b8p-13,
                                     0x1.a0199581b80a3p-16, 0x1.71ddf185c6835p-19, 0x1.28b132e193b33p-22,
                                     0x1.af6a79217410ep-26};
    static constexpr double exp2[] = {0x1.62e42fefa39efp-1,  0x1.ebfbdff82c5a0p-3,  0x1.c6b08d704a154p-5,
                                      0x1.3b2ab6fba0918p-7,  0x1.5d87fe7892f8ep-10, 0x1.4309130d9526bp-13,
                                      0x1.ffcbfcaa00763p-17, 0x1.62bfca4320b39p-20, 0x1.b5248721ff8cdp-24,
                                      0x1.e6175eaa26bf6p-28, 0x1.ea6bf74ed525bp-32};
};

// NaN stays NaN. Clamping twice to one bound makes gcc compute everything that follows twice.
template <class T>
FLAMBEAU_INLINE T not_below(T x, T low) { return x < low ? low : x; }
template <class T>
FLAMBEAU_INLINE T not_above(T x, T high) { return x > high ? high : x; }
template <class T>
FLAMBEAU_INLINE T clamped(T x, T low, T high) { return not_above(not_below(x, low), high); }

// e^(x + low) = 2^n (1 + (r + tail)): r is exact or nearly so, tail small.
template <class T>
struct Exponential {
    typename Format<T>::Bits n;
    T r, tail;
};

template <class T>
FLAMBEAU_INLINE Exponential<T> exponential(T x, T low = 0) {
    using C = ExponentialConstants<T>;
    const T shifted = x * C::log2_e + Format<T>::magic, n = shifted - Format<T>::magic;
    const T r_high = x - n * C::ln2_high, r_low = low - n * C::ln2_low;
    const T r = r_high + r_low;
    return {integer(shifted), r_high, r_low + r * r * polynomial(r, C::exp)};
}

// 2^extra e^(x + low), low being small against x.
template <class T>
FLAMBEAU_INLINE T scaled_exp(T x, T low, int extra) {
    using C = ExponentialConstants<T>;
    const Exponential<T> e = exponential(clamped(x, C::lowest, C::highest + 1), low);
    return scale(1 + (e.r + e.tail), e.n + static_cast<typename Format<T>::Bits>(extra));
}

template <class T>
FLAMBEAU_INLINE T exp(T x) { return scaled_exp(x, T(0), 0); }

template <class T>
FLAMBEAU_INLINE T exp2(T x) {
    using C = ExponentialConstants<T>;
    const T inside = clamped(x, C::lowest2, C::highest2);
    const T shifted = inside + Format<T>::magic, r = inside - (shifted - Format<T>::magic);
    return scale(1 + r * polynomial(r, C::exp2), integer(shifted));
}

template <class T>
FLAMBEAU_INLINE T expm1(T x) {
    using C = ExponentialConstants<T>;
    // Far below, 2^n no longer counts and must only be a number.
    const Exponential<T> e = exponential(clamped(x, T(-Format<T>::fraction - 4), C::highest));
    const T half = power_of_two<T>(e.n + Format<T>::bias - 1);  // 2^n itself may overflow where the result does not
    const Pair<T> sum = ordered_sum(half - T(0.5), half * e.r);
    const T result = (sum.high + (sum.low + half * e.tail)) * 2;
    return absolute(x) < T(0x1p-55) ? x : result;  // -0 and denormals
}

template <class T> struct LogarithmConstants;
template <>
struct LogarithmConstants<float> {
    static constexpr float sqrt_half = 0x1.6a09e6p-1f, ln2_high = 0x1.62ep-1f, ln2_low = 0x1.0bfbe8p-15f;
    // log(1 + f) = f - f^2/2 + f^3 p(f)
    static constexpr float log[] = {0x1.555546p-2f, -0x1.ffffeep-3f, 0x1.99a542p-3f, -0x1.5562dcp-3f, 0x1.233304p-3f,
                                    -0x1.fb44b4p-4f, 0x1.e64e76p-4f, -0x1.e2dee0p-4f, 0x1.1b39a2p-4f};
};
template <>
struct LogarithmConstants<double> {
    static constexpr double sqrt_half = 0x1.6a09e667f3bcdp-1, ln2 = 0x1.62e42fefa39efp-1;
    static constexpr double ln2_high = 0x1.62e42feep-1, ln2_low = 0x1.a39ef35793c76p-33;
    // log(1 + f) = 2 s + s^3 p(s^2)
    static constexpr double log[] = {0x1.5555555555593p-1, 0x1.999999997fa9bp-2, 0x1.249249421c7afp-2, 0x1.c71c51e58d624p-3,
                                     0x1.7466467af0de9p-3, 0x1.39a0f04671a00p-3, 0x1.2f0da8736519cp-3};
    // The same for log_narrow.
    static constexpr double log_narrow[] = {0x1.555554fccd7bep-1, 0x1.999a7bc7d8a81p-2, 0x1.24388e2ee8819p-2,
                                            0x1.e300f0f535460p-3};
};

// x = 2^e (1 + f) with 1 + f between sqrt(1/2) and sqrt(2), for positive numbers.
template <class T>
struct Logarithm {
    T e, f;
};

template <class T>
FLAMBEAU_INLINE Logarithm<T> split_normal(T x) {
    constexpr auto offset = bits(T(1)) - bits(LogarithmConstants<T>::sqrt_half);
    // An integer in the last bits of a float: adding it to a power of two converts it.
    constexpr T unit = T(typename Format<T>::Bits(1) << Format<T>::fraction);
    const auto b = bits(x) + offset;
    const T e = from_bits<T>((b >> Format<T>::fraction) | bits(unit)) - (unit + Format<T>::bias);
    return {e, from_bits<T>((b & fraction_mask<T>) + bits(LogarithmConstants<T>::sqrt_half)) - 1};
}

template <class T>
FLAMBEAU_INLINE Logarithm<T> split(T x) {
    constexpr int up = Format<T>::fraction + 2;
    constexpr T factor = T(typename Format<T>::Bits(1) << up);
    const bool denormal = x < Format<T>::smallest_normal;
    const Logarithm<T> l = split_normal(denormal ? x * factor : x);
    return {denormal ? l.e - up : l.e, l.f};
}

// log(1 + f + low) + e ln 2, low being no more than a rounding of 1 + f.
FLAMBEAU_INLINE float log_sum(float e, float f, float low) {
    using C = LogarithmConstants<float>;
    const float square = f * f;
    const float tail = (square * f) * polynomial(f, C::log) + (e * C::ln2_low + low);
    const Pair<float> sum = ordered_sum(e * C::ln2_high, f);
    return sum.high + (sum.low + (tail - 0.5f * square));
}
FLAMBEAU_INLINE double log_sum(double e, double f, double low) {
    using C = LogarithmConstants<double>;
    const double s = f / (2 + f), z = s * s, half_square = 0.5 * f * f;
    const double tail = s * (half_square + z * polynomial(z, C::log)) + (e * C::ln2_low + low);
    const Pair<double> sum = ordered_sum(e * C::ln2_high, f);
    return sum.high + (sum.low + (tail - half_square));
}

// log(1 + f) with an error that a float cannot see.
FLAMBEAU_INLINE double log_narrow(double f) {
    const double s = f / (2 + f), z = s * s;
    return s * (2 + z * polynomial(z, LogarithmConstants<double>::log_narrow));
}

// What all logarithms of x are outside the positive numbers; there, result.
template <class T>
FLAMBEAU_INLINE T log_special(T x, T result) {
    const T positive = x < infinity<T> ? result : x;
    const T above = x == 0 ? -infinity<T> : positive;
    return x < 0 ? nan<T> : above;
}

template <class T>
FLAMBEAU_INLINE T log(T x) {
    const Logarithm<T> l = split(x);
    return log_special(x, log_sum(l.e, l.f, T(0)));
}

// (log(1 + f) + 2^e) / log(base) in two parts: what fits the upper half of a fraction times the upper half of the factor
// is exact (as FreeBSD's e_log2.c has it).
FLAMBEAU_INLINE double log_times(double e, double f, double factor_high, double factor_low, double e_high, double e_low) {
    const double s = f / (2 + f), z = s * s, half_square = 0.5 * f * f;
    const double high = upper_half(f - half_square);
    const double low = ((f - high) - half_square) + s * (half_square + z * polynomial(z, LogarithmConstants<double>::log));
    const Pair<double> sum = exact_sum(e * e_high, high * factor_high);
    return sum.high + ((sum.low + e * e_low) + (high * factor_low + low * (factor_high + factor_low)));
}

FLAMBEAU_INLINE double log2(double x) {
    const Logarithm<double> l = split(x);
    return log_special(x, log_times(l.e, l.f, 0x1.71547600p0, 0x1.4ae0bf85ddf44p-26, 1, 0));
}
FLAMBEAU_INLINE float log2(float x) {
    const Logarithm<double> l = split_normal(static_cast<double>(x));
    return log_special(x, static_cast<float>(l.e + log_narrow(l.f) * 0x1.71547652b82fep0));
}

FLAMBEAU_INLINE double log10(double x) {
    const Logarithm<double> l = split(x);
    return log_special(x, log_times(l.e, l.f, 0x1.bcb7b1p-2, 0x1.49b9438ca9aaep-28, 0x1.34413508p-2,
                                     0x1.f79fef311f12bp-34));
}
FLAMBEAU_INLINE float log10(float x) {
    const Logarithm<double> l = split_normal(static_cast<double>(x));
    return log_special(x, static_cast<float>(l.e * 0x1.34413509f79ffp-2 + log_narrow(l.f) * 0x1.bcb7b1526e50ep-2));
}

// log(1 + (x + low)), low being small against x.
template <class T>
FLAMBEAU_INLINE T log1p_sum(T x, T low) {
    const Pair<T> u = exact_sum(T(1), x);
    const Logarithm<T> l = split_normal(u.high);
    const bool near = l.e == 0;  // where x is f itself
    const T f = near ? x : l.f;
    // What 1 + x lost, as a part of 1 + x.
    const T lost = near ? low : u.low + low;
    return log_sum(l.e, f, lost / u.high);
}

template <class T>
FLAMBEAU_INLINE T log1p(T x) {
    const T u = 1 + x, result = log1p_sum(x, T(0));
    return x == 0 ? x : log_special(u, result);
}

}  // namespace flambeau::FLAMBEAU_ISA::math
