// The error function, its complement and inverse, and the distribution function of the normal distribution.
//
// Up to 1/2, erf is a polynomial; from there erfc(x) = exp(-x^2) p(t) / (1 + 2 x) with t = (x - k) / (x + k) (M. Shepherd
// and J. Laframboise, "Chebyshev approximation of (1 + 2 x) exp(x^2) erfc x", Math. Comp. 36, 1981), with x^2 in two
// parts: a rounding of it would show in all digits of a small result.
#pragma once

#include "flambeau/math/exponential.hpp"

namespace flambeau::FLAMBEAU_ISA::math {

template <class T> struct ErrorConstants;
template <>
struct ErrorConstants<float> {
    // erf(x) = x + x p(x^2)
    static constexpr float erf[] = {0x1.06eba8p-3f, -0x1.812734p-2f, 0x1.ce254ep-4f, -0x1.b66a48p-6f, 0x1.355e34p-8f};
    static constexpr float middle = 2.25f, most = 10.2f;  // k, and beyond what erfc is 0
    static constexpr Pair<float> erfc_first = {0x1.455ef0p+0f, 0x1.8a5cfap-25f};
    static constexpr float erfc_rest[] = {
        -0x1.c39b66p-4f, -0x1.0bd6b6p-3f, 0x1.52721cp-3f, -0x1.5477dcp-4f, 0x1.76c674p-7f, 0x1.06cbb2p-7f,
        -0x1.5489a4p-9f, -0x1.f4863ap-11f, 0x1.7a7bd0p-12f};
};
template <>
struct ErrorConstants<double> {
    static constexpr double erf[] = {0x1.06eba8214db69p-3,   -0x1.812746b037a73p-2, 0x1.ce2f21a050f1cp-4,
                                     -0x1.b82ce31b714bfp-6,  0x1.565bcfddd0583p-8,  -0x1.c02eb39b8af08p-11,
                                     0x1.f9d8943b1cf8fp-14,  -0x1.fb54a89bab6acp-17, 0x1.1386d8aa4c3fep-19,
                                     -0x1.13534b68dc128p-21};
    static constexpr double middle = 3.75, most = 27.3;
    static constexpr Pair<double> erfc_first = {0x1.3ccda0b5d5dc2p+0, 0x1.d05bad0066283p-54};
    static constexpr double erfc_rest[] = {
        -0x1.1f367683f89a6p-3, 0x1.d5f294815ae3bp-9, 0x1.510169d096743p-4, -0x1.bda9309a2ae1fp-4,
        0x1.7a14188a9b7efp-4, -0x1.e0d0fa6d808bdp-5, 0x1.d0b0037d45b1bp-6, -0x1.3f603c4fc287bp-7,
        0x1.cc3a0e7b799acp-10, 0x1.33fb41203dea1p-12, -0x1.303fa6a0d62cfp-12, 0x1.b13fb13e50c12p-15,
        0x1.778c83e7df003p-16, -0x1.7fcbfb8dac4fap-17, -0x1.058bad1cb3d34p-20, 0x1.d2a986a5c7438p-20,
        -0x1.de07edf7bd548p-25, -0x1.02a409845a7a0p-22, 0x1.6fd5c43902122p-26, 0x1.a9938b9a28feep-26,
        -0x1.6051a8594b6dap-29};
    // erfinv(x) = x p(w - 5/2) for w = -log(1 - x^2) up to 5, x p(sqrt(w) - 4) beyond; for a float's worth of digits
    static constexpr double erfinv_center[] = {
        0x1.805c5d2000d4cp+0, 0x1.f91e8ad6d0c6fp-3, -0x1.11c4eb9e7db67p-8, -0x1.4866152871926p-10,
        0x1.c9e6c7a0a1cf7p-13, -0x1.4d15e9e4d3293p-18, -0x1.d0c1a4cb95e2fp-19, 0x1.f48ce42b44ff0p-22,
        0x1.8f22496267f2fp-26, -0x1.2e110eb7fb370p-27};
    static constexpr double erfinv_tail[] = {
        0x1.eb7e091caf5bep+1, 0x1.026e234d4d3cfp+0, 0x1.4a39063046897p-10, -0x1.c6a9d8954c6ffp-11,
        0x1.514ce84273d4cp-12, -0x1.01fc7b09838dep-13, 0x1.cae4fd07c7a28p-15, -0x1.b337bf73b1592p-16,
        0x1.3bb865516ad73p-16, -0x1.bb4f1878f6f46p-17, 0x1.deb6c959012dep-19, 0x1.141472b3b7329p-20,
        -0x1.70c971b5f6f3ap-21, 0x1.cef7a434eca9ep-25, 0x1.bb8812ec082fbp-27};
};

// factor 2^extra exp(-square) p(t) / (1 + 2 x), for square = (x + x_low)^2. What the roundings of p(t), of 1 + 2 x and of their
// quotient took is given back; scaling comes last, so that it is the only one to round a denormal result.
template <class T>
FLAMBEAU_INLINE T error_tail(T x, T x_low, Pair<T> square, T factor, int extra) {
    using C = ErrorConstants<T>;
    const Exponential<T> e = exponential(-square.high, -square.low);
    const T t = (x - C::middle) / (x + C::middle);
    const Pair<T> above = ordered_sum(C::erfc_first.high, t * polynomial(t, C::erfc_rest));
    const Pair<T> below = ordered_sum(2 * x, T(1));
    const T ratio = above.high / below.high;
    const Pair<T> back = exact_product(ratio, below.high);
    const T missing =
        ((above.high - back.high) - back.low) + ((above.low + C::erfc_first.low) - ratio * (below.low + 2 * x_low));
    // 1 / below is ratio / p(t), and p(t) is between 1.13 and 1.3.
    const T lost = missing * T(0.82), power = e.r + e.tail;
    const T value = ratio + ratio * (power + (lost + lost * power));
    return scale(value * factor, e.n + static_cast<typename Format<T>::Bits>(extra));
}

template <class T>
FLAMBEAU_INLINE T small_erf(T x) { return x + x * polynomial(x * x, ErrorConstants<T>::erf); }

template <class T>
FLAMBEAU_INLINE T erf(T x) {
    const T a = absolute(x), inside = not_above(a, T(6));  // erf is 1 in double from 5.93
    const T far = 1 - error_tail(inside, T(0), exact_product(inside, inside), T(1), 0);
    return with_sign(a < T(0.5) ? small_erf(a) : far, x);
}

template <class T>
FLAMBEAU_INLINE T erfc(T x) {
    const T a = absolute(x), inside = not_above(a, ErrorConstants<T>::most);
    const T tail = error_tail(inside, T(0), exact_product(inside, inside), T(1), 0);
    return a < T(0.5) ? 1 - small_erf(x) : x < 0 ? 2 - tail : tail;
}

// x P(X < x) for a standard normal X: the Gaussian error linear unit. Of -|x| the distribution function is half of
// erfc(|x| / sqrt(2)), with the exponential of exactly -x^2 / 2.
template <class T>
FLAMBEAU_INLINE T gelu(T x) {
    constexpr T sqrt_half = T(0x1.6a09e667f3bcdp-1);
    constexpr T sqrt_half_low = __is_same(T, float) ? T(0x1.9fcef4p-27) : T(-0x1.bdd3413b26456p-55);
    const T a = absolute(x), inside = not_above(a, ErrorConstants<T>::most / sqrt_half);
    const Pair<T> square = exact_product(inside, inside);
    const Pair<T> scaled = exact_product(inside, sqrt_half);
    const T below = error_tail(scaled.high, scaled.low + inside * sqrt_half_low, {square.high / 2, square.low / 2}, -inside, -1);
    const T near = x * (T(0.5) + T(0.5) * small_erf(x * sqrt_half));
    return a < T(0.7) ? near : x >= 0 ? x + below : below;
}

FLAMBEAU_INLINE double erfinv_narrow(double x, double one_minus_square) {
    using C = ErrorConstants<double>;
    const Logarithm<double> l = split_normal(one_minus_square);
    const double w = -(l.e * LogarithmConstants<double>::ln2 + log_narrow(l.f));
    const double root = __builtin_sqrt(w > 5 ? w : 5);
    return x * (w > 5 ? polynomial(root - 4, C::erfinv_tail) : polynomial(w - 2.5, C::erfinv_center));
}

template <class T>
FLAMBEAU_INLINE T erfinv_special(T x, T result) {
    const T a = absolute(x);
    const T inside = a == 1 ? infinity<T> : absolute(result);
    return with_sign(a <= 1 ? inside : nan<T>, x);
}

FLAMBEAU_INLINE float erfinv(float x) {
    const double wide = x;
    return erfinv_special(x, static_cast<float>(erfinv_narrow(wide, 1 - wide * wide)));
}
// A step of Halley's method from there; beyond 1/2 on the complement, which is exact.
FLAMBEAU_INLINE double erfinv(double x) {
    const double a = absolute(x), complement = 1 - a, y = erfinv_narrow(a, complement * (1 + a));
    const Pair<double> square = exact_product(y, y);
    const double tail = error_tail(y, 0.0, square, 1.0, 0);
    const double excess = y < 0.5 ? small_erf(y) - a : complement - tail;
    const double step = excess * 0x1.c5bf891b4ef6bp-1 * scaled_exp(square.high, 0.0, 0);
    return erfinv_special(x, y - step / (1 + y * step));
}

}  // namespace flambeau::FLAMBEAU_ISA::math
