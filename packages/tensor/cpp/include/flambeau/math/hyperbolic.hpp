// Hyperbolic functions, their inverses, and the logistic function.
#pragma once

#include "flambeau/math/exponential.hpp"

namespace flambeau::FLAMBEAU_ISA::math {

template <class T> struct HyperbolicConstants;
template <>
struct HyperbolicConstants<float> {
    // tanh(x) = x + x^3 p(x^2) up to here, sinh(x) likewise up to 1; beyond most, tanh is 1.
    // logistic_unit is 2^-logistic_shift.
    static constexpr float small = 0.6f, most = 10;
    static constexpr int logistic_shift = 80;
    static constexpr float tanh[] = {-0x1.55553ep-2f, 0x1.1109c2p-3f, -0x1.b89b94p-5f, 0x1.54cadap-6f, -0x1.82ac94p-8f};
    static constexpr float sinh[] = {0x1.555556p-3f, 0x1.1110e2p-7f, 0x1.a02156p-13f, 0x1.75a6f2p-19f};
};
template <>
struct HyperbolicConstants<double> {
    static constexpr double small = 0.6, most = 20;
    static constexpr int logistic_shift = 128;
    static constexpr double tanh[] = {-0x1.5555555555554p-2,  0x1.1111111110f06p-3,  -0x1.ba1ba1b9f9194p-5,
                                      0x1.664f4879a4f4ap-6,   -0x1.226e33f63f19cp-7, 0x1.d6d389fa857dcp-9,
                                      -0x1.7d9eb99263ff7p-10, 0x1.3522314c4f449p-11, -0x1.f21eb6af9c4b3p-13,
                                      0x1.84006399c934fp-14,  -0x1.05b3559b1c7a7p-15, 0x1.b504724224ee2p-18};
    static constexpr double sinh[] = {0x1.5555555555555p-3,  0x1.1111111111199p-7,  0x1.a01a01a007af8p-13,
                                      0x1.71de3a682958ap-19, 0x1.ae6441fddb7e6p-26, 0x1.6130b7c958831p-33,
                                      0x1.a6cb6a4a7832fp-41, 0x1.c4d2519e6a577p-48};
};

template <class T>
FLAMBEAU_INLINE T tanh(T x) {
    using C = HyperbolicConstants<T>;
    const T a = absolute(x), square = x * x;
    const T near = a + a * square * polynomial(square, C::tanh);
    const T far = 1 - 2 / (scaled_exp(not_above(2 * a, 2 * C::most), T(0), 0) + 1);
    return with_sign(a < C::small ? near : far, x);
}

// e^|x| / 2 neither overflows nor underflows where sinh and cosh do not.
template <class T>
FLAMBEAU_INLINE T sinh(T x) {
    const T a = absolute(x), square = x * x, half = scaled_exp(a, T(0), -1);
    const T near = a + a * square * polynomial(square, HyperbolicConstants<T>::sinh);
    return with_sign(a < 1 ? near : half - T(0.25) / half, x);
}

template <class T>
FLAMBEAU_INLINE T cosh(T x) {
    const T half = scaled_exp(absolute(x), T(0), -1);
    return half + T(0.25) / half;
}

// A power of two that keeps e^x finite in the logistic function.
template <class T> constexpr T logistic_unit = from_bits<T>(
    typename Format<T>::Bits(Format<T>::bias - HyperbolicConstants<T>::logistic_shift) << Format<T>::fraction);

// The logistic function of -(x + low), for x from 0 to 143 (797 of double), divided by logistic_unit, by which the caller
// multiplies last, so that results that are denormal are rounded once. What the roundings of e^x and of 1 + e^x took is
// in the lower part.
template <class T>
FLAMBEAU_INLINE Pair<T> logistic(T x, T low = 0) {
    const Exponential<T> parts = exponential(x, low);
    const T sum = 1 + (parts.r + parts.tail), rest = ((1 - sum) + parts.r) + parts.tail;
    const T power = power_of_two<T>(parts.n + (Format<T>::bias - HyperbolicConstants<T>::logistic_shift));
    const Pair<T> divisor = ordered_sum(sum * power, logistic_unit<T>);
    const T q = 1 / divisor.high;
    return {q, -q * (q * (divisor.low + rest * power))};
}

// factor times the logistic function of -(x + low).
template <class T>
FLAMBEAU_INLINE T logistic_product(T x, T low, T factor) {
    const Pair<T> l = logistic(x, low), product = exact_product(factor, l.high);
    return (product.high + (product.low + factor * l.low)) * logistic_unit<T>;
}

// 1 / (1 + e^-x)
template <class T>
FLAMBEAU_INLINE T sigmoid(T x) {
    const Pair<T> l = logistic(not_above(absolute(x), -ExponentialConstants<T>::lowest));
    const T below = (l.high + l.low) * logistic_unit<T>;
    return x > 0 ? 1 - below : below;
}

// asinh(a) = log(1 + (a + a^2 / (1 + sqrt(1 + a^2)))), acosh(a) = log(1 + (t + sqrt(t (a + 1)))) with t = a - 1, and
// for large a both are log(2 a); atanh(a) = log(1 + 2 a / (1 - a)) / 2. Floats are computed as double, since the inner
// terms would round too often.
FLAMBEAU_INLINE double log1p_narrow(double x) {
    const Logarithm<double> l = split_normal(1 + x);
    return l.e * LogarithmConstants<double>::ln2 + log_narrow(l.e == 0 ? x : l.f);
}

FLAMBEAU_INLINE float asinh(float x) {
    const double a = absolute(x), square = a * a;
    const float result = static_cast<float>(log1p_narrow(a + square / (1 + __builtin_sqrt(1 + square))));
    return with_sign(absolute(x) < infinity<float> ? result : x, x);
}
FLAMBEAU_INLINE double asinh(double x) {
    const double a = absolute(x);
    const bool large = a > 0x1p28;
    const double inner = large ? 1 : a, square = inner * inner;
    const Pair<double> arg = ordered_sum(inner, square / (1 + __builtin_sqrt(1 + square)));
    const Logarithm<double> l = split_normal(a);
    const double result = large ? log_sum(l.e + 1, l.f, 0.0) : log1p_sum(arg.high, arg.low);
    return with_sign(a < infinity<double> ? result : x, x);
}

FLAMBEAU_INLINE float acosh(float x) {
    const double t = static_cast<double>(x) - 1;
    const float result = static_cast<float>(log1p_narrow(t + __builtin_sqrt(t * (t + 2))));
    return x < 1 ? nan<float> : x < infinity<float> ? result : x;
}
FLAMBEAU_INLINE double acosh(double x) {
    const bool large = x > 0x1p28;
    const double t = (large ? 2 : x) - 1;
    const Pair<double> t_square = exact_product(t, t), square = exact_sum(2 * t, t_square.high);
    const double root = __builtin_sqrt(square.high);
    const Pair<double> back = exact_product(root, root);
    const double missing = ((square.high - back.high) - back.low) + (square.low + t_square.low);
    const Pair<double> arg = ordered_sum(root, t);
    const double low = arg.low + (root > 0 ? missing / (2 * root) : 0);
    const Logarithm<double> l = split_normal(x);
    const double result = large ? log_sum(l.e + 1, l.f, 0.0) : log1p_sum(arg.high, low);
    return x < 1 ? nan<double> : x < infinity<double> ? result : x;
}

FLAMBEAU_INLINE float atanh(float x) {
    const double a = absolute(x);
    const float result = static_cast<float>(0.5 * log1p_narrow(2 * a / (1 - a)));
    const float inside = absolute(x) == 1 ? infinity<float> : result;
    return with_sign(absolute(x) <= 1 ? inside : nan<float>, x);
}
FLAMBEAU_INLINE double atanh(double x) {
    const double a = absolute(x), u = 1 - a, u_low = (1 - u) - a, arg = 2 * a / u;
    const Pair<double> back = exact_product(arg, u);
    const double missing = ((2 * a - back.high) - back.low) - arg * u_low;
    const double result = 0.5 * log1p_sum(arg, missing / u);
    const double inside = a == 1 ? infinity<double> : result;
    return with_sign(a <= 1 ? inside : nan<double>, x);
}

}  // namespace flambeau::FLAMBEAU_ISA::math
