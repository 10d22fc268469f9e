// Activations made of exponentials. They are right to a few units in the last place on both sides of 0, denormal results
// included: what is small is computed as such and not as a difference.
#pragma once

#include "flambeau/math/hyperbolic.hpp"

namespace flambeau::FLAMBEAU_ISA::math {

template <class T> struct ActivationConstants;
template <>
struct ActivationConstants<float> {
    // 2 sqrt(2/pi), and 0.044715 times that; gelu is 0 below -gelu_most, where v is still in logistic()'s range
    static constexpr Pair<float> gelu_linear = {0x1.988454p0f, -0x1.857936p-25f};
    static constexpr Pair<float> gelu_cubic = {0x1.2444f2p-4f, 0x1.49b16ap-29f};
    static constexpr float gelu_most = 12;
};
template <>
struct ActivationConstants<double> {
    static constexpr Pair<double> gelu_linear = {0x1.9884533d43651p0, -0x1.cbc0d30ebfd15p-54};
    static constexpr Pair<double> gelu_cubic = {0x1.2444f2a4d8b4bp-4, -0x1.6c843a29d1c70p-61};
    static constexpr double gelu_most = 22;
};

// x sigmoid(x)
template <class T>
FLAMBEAU_INLINE T silu(T x) {
    const T inside = not_above(absolute(x), -ExponentialConstants<T>::lowest_product);
    const T below = logistic_product(inside, T(0), -inside);
    return with_sign(x > 0 ? x + below : below, x);  // -0
}

// x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2, which is x sigmoid(v), v = x (c + d x^2): in two parts, as the
// exponential of a large v shows its last digits.
template <class T>
FLAMBEAU_INLINE T gelu_tanh(T x) {
    using C = ActivationConstants<T>;
    const T a = absolute(x), inside = not_above(a, C::gelu_most);
    const Pair<T> square = exact_product(inside, inside), product = exact_product(square.high, C::gelu_cubic.high);
    const Pair<T> sum = exact_sum(C::gelu_linear.high, product.high);
    const T sum_low = sum.low + ((product.low + C::gelu_linear.low) +
                                 (square.low * C::gelu_cubic.high + square.high * C::gelu_cubic.low));
    const Pair<T> v = exact_product(inside, sum.high);
    const T below = logistic_product(v.high, v.low + inside * sum_low, -inside);
    return with_sign(x > 0 ? x + below : below, x);  // -0
}

// log(1 + e^x)
template <class T>
FLAMBEAU_INLINE T softplus(T x) {
    const Exponential<T> e = exponential(not_below(-absolute(x), ExponentialConstants<T>::lowest));
    const T small = log1p_sum(scale(1 + (e.r + e.tail), e.n), T(0));
    return x > 0 ? x + small : small;
}

// log(sigmoid(x))
template <class T>
FLAMBEAU_INLINE T log_sigmoid(T x) { return -softplus(-x); }

// x tanh(softplus(x)) = x n / (n + c): with e = e^x, n = e (2 + e) and c = 2 below 0; with e = e^-x, n = 1 + 2 e and
// c = 2 e^2 above. All in sums and products of two numbers, scaled last.
template <class T>
FLAMBEAU_INLINE T mish(T x) {
    const T inside = clamped(x, ExponentialConstants<T>::lowest_product, T(20));  // from where it is x
    const Exponential<T> parts = exponential(-absolute(inside));
    const T sum = 1 + (parts.r + parts.tail), rest = ((1 - sum) + parts.r) + parts.tail;
    const T e = scale(sum, parts.n), e_low = scale(rest, parts.n);
    const bool left = x < 0;
    const auto n = left ? parts.n : 0;
    const Pair<T> u = exact_sum(left ? T(2) : T(1), left ? e : 2 * e);
    const T u_low = u.low + (left ? e_low : 2 * e_low);
    const Pair<T> numerator = exact_product(left ? sum : T(1), u.high);
    const T numerator_low = numerator.low + (left ? fused(sum, u_low, rest * u.high) : u_low);
    const Pair<T> square = exact_product(e, e);
    const T c_low = left ? T(0) : 2 * fused(2 * e, e_low, square.low);
    const Pair<T> divisor = exact_sum(scale(numerator.high, n), left ? T(2) : 2 * square.high);
    const T divisor_low = divisor.low + (scale(numerator_low, n) + c_low);
    const Pair<T> product = exact_product(numerator.high, inside);
    const T q = product.high / divisor.high;
    const T missing = (product.low + numerator_low * inside) - q * divisor_low;
    const T result = with_sign(scale(q + missing / divisor.high, n), x);  // -0
    return x > 20 ? x : result;
}

// x above 0, alpha (e^x - 1) below
template <class T>
FLAMBEAU_INLINE T elu(T x, T alpha) { return x > 0 ? x : alpha * expm1(x); }

}  // namespace flambeau::FLAMBEAU_ISA::math
