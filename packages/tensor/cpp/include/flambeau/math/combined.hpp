// Functions made of two or three others: logarithms of sums and ratios, sinc, and the slopes of the smooth activations.
#pragma once

#include "flambeau/math/activations.hpp"
#include "flambeau/math/special.hpp"
#include "flambeau/math/trigonometric.hpp"

namespace flambeau::FLAMBEAU_ISA::math {

// log(e^x + e^y) = max + log(1 + e^-|x - y|); equal infinities have no difference.
template <class T>
FLAMBEAU_INLINE T logaddexp(T x, T y) {
    const T apart = x == y ? T(0) : absolute(x - y);
    return (x > y || x != x ? x : y) + softplus(-apart);
}

// log2(2^x + 2^y)
template <class T>
FLAMBEAU_INLINE T logaddexp2(T x, T y) {
    constexpr T ln2 = T(0x1.62e42fefa39efp-1);
    const T apart = x == y ? T(0) : absolute(x - y);
    return (x > y || x != x ? x : y) + softplus(-apart * ln2) / ln2;
}

// x log(y), and 0 for x = 0.
template <class T>
FLAMBEAU_INLINE T xlogy(T x, T y) {
    const bool nothing = (x == 0) & (y == y);
    return x * log(nothing ? T(1) : y);
}

// log(x / (1 - x)); near 1/2 it is 2 atanh(2 x - 1), of which the argument is exact.
template <class T>
FLAMBEAU_INLINE T log_odds(T x) {
    const T centered = 2 * x - 1, near = 2 * atanh(centered), far = log(x / (1 - x));
    return absolute(centered) <= T(0.5) ? near : far;
}

template <class T>
FLAMBEAU_INLINE T to_whole(T x) {
    if constexpr (__is_same(T, float)) return __builtin_rintf(x);
    else return __builtin_rint(x);
}

// sin(pi x) / (pi x) by the distance to the nearest whole number, where the sine is 0; differences are exact here.
template <class T>
FLAMBEAU_INLINE T sinc(T x) {
    constexpr T pi = T(0x1.921fb54442d18p1);
    const T within = x - 2 * to_whole(x / 2), whole = to_whole(within);
    const T sine = Sin::fast(pi * (within - whole));
    return x == 0 ? T(1) : (whole == 0 ? sine : -sine) / (pi * x);
}

// The slope of x sigmoid(v) at x, for v of slope v_slope there: s + x s (1 - s) v_slope. With e = e^-|v| and
// r = 1 / (1 + e), s is r or e r, and s (1 - s) is e r^2: nothing cancels.
template <class T>
FLAMBEAU_INLINE T gated_slope(T x, T v, T v_slope) {
    const T e = exp(-absolute(v)), r = 1 / (1 + e), below = e * r;
    return (v > 0 ? r : below) + x * v_slope * (below * r);
}

template <class T>
FLAMBEAU_INLINE T silu_slope(T x) {
    const T inside = clamped(x, T(-1000), T(1000));  // from where it is 0 or 1
    return gated_slope(inside, inside, T(1));
}

template <class T>
FLAMBEAU_INLINE T gelu_tanh_slope(T x) {
    using C = ActivationConstants<T>;
    const T inside = clamped(x, -C::gelu_most, C::gelu_most), square = inside * inside;
    const T v = inside * (C::gelu_linear.high + C::gelu_cubic.high * square);
    return gated_slope(inside, v, C::gelu_linear.high + 3 * C::gelu_cubic.high * square);
}

// The distribution function of a standard normal variable, and x times its density: both have exp(-x^2 / 2). As erfc,
// but it need not give back what is rounded: next to the density, that is nothing.
template <class T>
FLAMBEAU_INLINE T gelu_slope(T x) {
    using C = ErrorConstants<T>;
    constexpr T sqrt_half = T(0x1.6a09e667f3bcdp-1), density = T(0x1.9884533d43651p-2);  // 1 / sqrt(2 pi)
    const T inside = clamped(x, T(-40), T(40)), scaled = absolute(inside) * sqrt_half;
    const T e = exp(T(-0.5) * inside * inside), t = (scaled - C::middle) / (scaled + C::middle);
    const T tail = e * ((C::erfc_first.high + t * polynomial(t, C::erfc_rest)) / (1 + 2 * scaled));
    const T below = T(0.5) * (scaled < T(0.5) ? 1 - small_erf(scaled) : tail);
    return (inside > 0 ? 1 - below : below) + inside * density * e;
}

// t + x (1 - t^2) sigmoid(x) with t = tanh(softplus(x)) = n / (n + 2), n = e (e + 2), e = e^x.
template <class T>
FLAMBEAU_INLINE T mish_slope(T x) {
    const T inside = clamped(x, T(-1000), T(40));  // from where it is 0 or 1
    const T e = exp(inside), n = e * (e + 2), divisor = n + 2, t = n / divisor;
    return t + inside * (2 / divisor) * (1 + t) * (e / (1 + e));
}

}  // namespace flambeau::FLAMBEAU_ISA::math
