// Scalar functions that pointwise expressions may call (see cpp/include/flambeau/scalar.hpp for what they are): CUDA's own
// where C has them, too; the activations that are made of them, shorter than for a CPU because vectors of registers do not
// matter here; and from the library's C++ headers what is made of nothing but arithmetic. Special functions come from those
// headers, which the generator includes for expressions that call them.
#pragma once
#include "standard.cuh"
#include "flambeau/arithmetic.hpp"

namespace flambeau::FLAMBEAU_ISA::scalar {

#define FLAMBEAU_FUNCTION(name)                                                 \
    __device__ __forceinline__ float name(float x) { return ::name##f(x); }     \
    __device__ __forceinline__ double name(double x) { return ::name(x); }
#define FLAMBEAU_FUNCTION_OF_TWO(name)                                                      \
    __device__ __forceinline__ float name(float x, float y) { return ::name##f(x, y); }     \
    __device__ __forceinline__ double name(double x, double y) { return ::name(x, y); }

FLAMBEAU_FUNCTION(acos) FLAMBEAU_FUNCTION(acosh) FLAMBEAU_FUNCTION(asin) FLAMBEAU_FUNCTION(asinh) FLAMBEAU_FUNCTION(atan)
FLAMBEAU_FUNCTION(atanh) FLAMBEAU_FUNCTION(ceil) FLAMBEAU_FUNCTION(cos) FLAMBEAU_FUNCTION(cosh) FLAMBEAU_FUNCTION(erf)
FLAMBEAU_FUNCTION(erfc) FLAMBEAU_FUNCTION(exp) FLAMBEAU_FUNCTION(exp2) FLAMBEAU_FUNCTION(expm1) FLAMBEAU_FUNCTION(floor)
FLAMBEAU_FUNCTION(log) FLAMBEAU_FUNCTION(log10) FLAMBEAU_FUNCTION(log1p) FLAMBEAU_FUNCTION(log2) FLAMBEAU_FUNCTION(rint)
FLAMBEAU_FUNCTION(sin) FLAMBEAU_FUNCTION(sinh) FLAMBEAU_FUNCTION(sqrt) FLAMBEAU_FUNCTION(tan) FLAMBEAU_FUNCTION(tanh)
FLAMBEAU_FUNCTION(trunc)
FLAMBEAU_FUNCTION_OF_TWO(atan2) FLAMBEAU_FUNCTION_OF_TWO(copysign) FLAMBEAU_FUNCTION_OF_TWO(pow)

// By which the compiler needs fewer registers.
__device__ __forceinline__ bool maximum(bool a, bool b) { return a | b; }
__device__ __forceinline__ bool minimum(bool a, bool b) { return a & b; }
__device__ __forceinline__ bool fmax(bool a, bool b) { return a | b; }
__device__ __forceinline__ bool fmin(bool a, bool b) { return a & b; }

template <class T>
__device__ __forceinline__ bool isnan(T x) { return x != x; }
template <class T>
__device__ __forceinline__ bool isfinite(T x) {
    if constexpr (std::is_floating_point_v<T>) return x - x == T(0);
    else return true;
}
template <class T>
__device__ __forceinline__ bool isinf(T x) { return !isfinite(x) && !isnan(x); }

// NaN stays NaN. Functions that are 0 at -inf are taken of a number so small that they are 0 there already.
template <class T>
__device__ __forceinline__ T not_below(T x, T low) { return x < low ? low : x; }
template <class T>
__device__ __forceinline__ T within(T x, T most) { return x < -most ? -most : x > most ? most : x; }

template <class T>
__device__ __forceinline__ T sigmoid(T x) { return 1 / (1 + exp(-x)); }

template <class T>
__device__ __forceinline__ T silu(T x) {
    const T inside = not_below(x, T(-1000));
    return inside / (1 + exp(-inside));
}

// x P(X < x) for a standard normal X.
template <class T>
__device__ __forceinline__ T gelu(T x) {
    const T inside = not_below(x, T(-40));
    return T(0.5) * inside * erfc(inside * T(-0.70710678118654752440));
}

#if defined(FLAMBEAU_16_BITS) && defined(__CUDA_ARCH__)
// For results of 16 bits: erfc(z) = e^(-z^2) P(1 / (1 + pz)) is exact to 0.4 % up to z = 4.2 and to 3e-7 of 1 everywhere,
// which is no more than those results are rounded by (M. Abramowitz and I. Stegun, "Handbook of Mathematical Functions",
// 7.1.26).
template <>
__device__ __forceinline__ float gelu<float>(float x) {
    const float z = fabsf(x) * 0.70710678f;
    if (z > 20) return x > 0 ? x : -0.0f;
    float t, power;
    asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(t) : "f"(__fmaf_rn(0.3275911f, z, 1.0f)));
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(power) : "f"(z * z * -1.442695041f));
    float p = __fmaf_rn(1.061405429f, t, -1.453152027f);
    p = __fmaf_rn(p, t, 1.421413741f);
    p = __fmaf_rn(p, t, -0.284496736f);
    p = __fmaf_rn(p, t, 0.254829592f);
    const float tail = 0.5f * p * t * power;
    return x > 0 ? __fmaf_rn(-x, tail, x) : x * tail;
}
#endif

constexpr double gelu_linear = 1.59576912160573071176, gelu_cubic = 0.07135481627260025;  // 2 sqrt(2/pi), 0.044715 of it

template <class T>
__device__ __forceinline__ T gelu_tanh(T x) {
    const T inside = not_below(x, T(-40)), v = inside * (T(gelu_linear) + T(gelu_cubic) * inside * inside);
    return inside / (1 + exp(-v));
}

// log(1 + e^x)
template <class T>
__device__ __forceinline__ T softplus(T x) {
    const T small = log1p(exp(-absolute(x)));
    return x > 0 ? x + small : small;
}

// log(1 + e^(bx)) / b; x itself where bx exceeds the threshold.
template <class T>
__device__ __forceinline__ T softplus(T x, T beta, T threshold) {
    const T scaled = x * beta;
    return scaled > threshold ? x : softplus(scaled) / beta;
}

template <class T>
__device__ __forceinline__ T log_sigmoid(T x) { return -softplus(-x); }

// x tanh(log(1 + e^x)) = x n / (n + 2), n = e (e + 2), e = e^x
template <class T>
__device__ __forceinline__ T mish(T x) {
    const T inside = within(x, T(1000)), e = exp(inside > 40 ? T(40) : inside), n = e * (e + 2);
    return x > 40 ? x : inside * (n / (n + 2));
}

template <class T>
__device__ __forceinline__ T elu(T x, T alpha) { return x > 0 ? x : alpha * expm1(x); }

// The slope of x sigmoid(v) at x, for v of slope v_slope there: s + x s (1 - s) v_slope. With e = e^-|v| and
// r = 1 / (1 + e), s is r or e r, and s (1 - s) is e r^2: nothing cancels.
template <class T>
__device__ __forceinline__ T gated_slope(T x, T v, T v_slope) {
    const T e = exp(-absolute(v)), r = 1 / (1 + e), below = e * r;
    return (v > 0 ? r : below) + x * v_slope * (below * r);
}

template <class T>
__device__ __forceinline__ T silu_slope(T x) {
    const T inside = within(x, T(1000));
    return gated_slope(inside, inside, T(1));
}

template <class T>
__device__ __forceinline__ T gelu_tanh_slope(T x) {
    const T inside = within(x, T(40)), square = inside * inside;
    const T v = inside * (T(gelu_linear) + T(gelu_cubic) * square);
    return gated_slope(inside, v, T(gelu_linear) + 3 * T(gelu_cubic) * square);
}

// The distribution function of a standard normal variable, and x times its density.
template <class T>
__device__ __forceinline__ T gelu_slope(T x) {
    const T inside = within(x, T(40)), density = T(0.39894228040143267794) * exp(T(-0.5) * inside * inside);
    return T(0.5) * erfc(inside * T(-0.70710678118654752440)) + inside * density;
}

// t + x (1 - t^2) sigmoid(x) with t = tanh(log(1 + e^x)) = n / (n + 2), n = e (e + 2), e = e^x.
template <class T>
__device__ __forceinline__ T mish_slope(T x) {
    const T inside = x > 40 ? T(40) : not_below(x, T(-1000));
    const T e = exp(inside), n = e * (e + 2), divisor = n + 2, t = n / divisor;
    return t + inside * (2 / divisor) * (1 + t) * (e / (1 + e));
}

// a 2^by, where the power alone would overflow, too.
template <class T>
__device__ __forceinline__ T ldexp(T a, T by) {
    const T bounded = within(by, T(4000)), half = floor(bounded * T(0.5));
    return a * exp2(half) * exp2(by - half);
}

}  // namespace flambeau::FLAMBEAU_ISA::scalar

#ifndef INFINITY
#define INFINITY __builtin_inf()
#endif
