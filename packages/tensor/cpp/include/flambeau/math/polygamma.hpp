// The derivatives of digamma: see _reference/gamma.py for methods and sources, which are the same here. In double. The
// first one is branch-free; the others, seldom wanted, are done one element at a time.
#pragma once

#include "flambeau/math/gamma.hpp"

namespace flambeau::FLAMBEAU_ISA::math {

// x^n for an integer n of 0 or more.
FLAMBEAU_INLINE double integer_power(double x, int n) {
    double result = 1;
    for (; n > 0; n >>= 1, x *= x)
        if (n & 1) result *= x;
    return result;
}

// The first derivative.
FLAMBEAU_INLINE double trigamma(double x) {
    using C = GammaConstants;
    constexpr double bernoulli[] = {1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66, -691.0 / 2730, 7.0 / 6, -3617.0 / 510};
    const bool reflected = x < 0.5;
    const double y = reflected ? 1 - x : x, low = not_above(y, 0x1p100);
    double total = 0;
#pragma GCC unroll 6
    for (int k = 0; k < 12; k += 2) {  // two quotients as one
        const double a = low + k, b = low + (k + 1), product = a * b;
        total += (a * a + b * b) / (product * product);
    }
    const double inverse = 1 / (low + 12), square = inverse * inverse;
    const double value = total + (inverse + square / 2 + square * inverse * polynomial(square, bernoulli));
    const double positive = y > 0x1p100 ? 1 / y : value;
    const double sine = half_turn(absolute(x - __builtin_rint(x))).sine, turned = C::pi / sine;
    const double result = reflected ? turned * turned - positive : positive;
    return x == x ? result : x;
}

struct Polygamma {
    static constexpr int most = 100;

    int n;
    double factorial = 1;
    double cotangents[most + 2] = {0, 1};  // the n-th derivative of cot(t), as a polynomial of it
    int degree = 0;

    FLAMBEAU_INLINE explicit Polygamma(int n) : n(n) {
        for (int k = 2; k <= n; ++k) factorial *= k;
    }

    // P' turns into -P' (1 + cot^2).
    FLAMBEAU_INLINE void differentiate() {
        for (; degree < n; ++degree) {
            double slope[most + 2] = {};
            for (int k = 0; k <= degree; ++k) slope[k] = (k + 1) * cotangents[k + 1];
            for (int k = 0; k <= degree + 2; ++k)
                cotangents[k] = -(k <= degree ? slope[k] : 0) - (k >= 2 ? slope[k - 2] : 0);
        }
    }

    // The Hurwitz zeta function of n + 1: Euler and Maclaurin's sum from q + 12 on.
    FLAMBEAU_INLINE double zeta(double q) const {
        constexpr double terms[] = {1.0 / 12, -1.0 / 720, 1.0 / 30240, -1.0 / 1209600, 1.0 / 47900160,
                                    -691.0 / 1307674368000, 1.0 / 74724249600, -3617.0 / 10670622842880000};
        double total = 0;
        for (int k = 0; k < 12; ++k, q += 1) total += integer_power(1 / q, n + 1);
        const double inverse = 1 / q, before = integer_power(inverse, n), last = before * inverse;
        total += before / n + last / 2;
        double factor = last * inverse * (n + 1);
        for (int k = 1; k <= 8; ++k) {
            total += factor * terms[k - 1];
            factor *= (n + 2.0 * k) * (n + 1 + 2.0 * k) * inverse * inverse;
        }
        return total;
    }

    FLAMBEAU_INLINE double operator()(double x) {
        if (x != x) return x;
        const double sign = n % 2 == 0 ? -1 : 1, rest = x - __builtin_rint(x);
        if ((x <= 0) & (rest == 0)) return sign * infinity<double>;
        const double value = sign * factorial * zeta(x < 0 ? 1 - x : x);
        if (x > 0) return value;
        differentiate();
        const HalfTurn turn = half_turn(absolute(rest));
        const double cotangent = with_sign(turn.cosine / turn.sine, rest);
        double sum = 0;
        for (int k = n + 1; k >= 0; --k) sum = sum * cotangent + cotangents[k];
        return -sign * value - GammaConstants::pi * integer_power(GammaConstants::pi, n) * sum;
    }
};

// The loop of its row: `n`, a number from 0 to 100, is one for all elements.
struct PolygammaLoop {
    template <class T>
    static FLAMBEAU_INLINE void over(const T* in_n, T order, T* out_n, std::ptrdiff_t n) {
        if (order == 0) {
            for (std::ptrdiff_t i = 0; i < n; ++i) out_n[i] = digamma(in_n[i]);
        } else if (order == 1) {
#pragma GCC ivdep
            for (std::ptrdiff_t i = 0; i < n; ++i) out_n[i] = static_cast<T>(trigamma(in_n[i]));
        } else {
            Polygamma polygamma(static_cast<int>(order));
            for (std::ptrdiff_t i = 0; i < n; ++i) out_n[i] = static_cast<T>(polygamma(in_n[i]));
        }
    }
};

}  // namespace flambeau::FLAMBEAU_ISA::math
