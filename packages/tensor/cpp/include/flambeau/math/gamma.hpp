// The logarithm of the gamma function and its derivative: see _reference/gamma.py for methods and sources, which are the
// same here. All in double, free of branches.
#pragma once

#include "flambeau/math/chebyshev.hpp"
#include "flambeau/math/exponential.hpp"
#include "flambeau/math/trigonometric.hpp"

namespace flambeau::FLAMBEAU_ISA::math {

struct GammaConstants {
    // B(2k) / (2k (2k - 1)) and B(2k) / 2k, of the Bernoulli numbers, for k from 1 on
    static constexpr double stirling[] = {
        1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360360, 1.0 / 156, -3617.0 / 122400,
        43867.0 / 244188, -174611.0 / 125400};
    static constexpr double digamma[] = {
        1.0 / 12, -1.0 / 120, 1.0 / 252, -1.0 / 240, 1.0 / 132, -691.0 / 32760, 1.0 / 12, -3617.0 / 8160,
        43867.0 / 14364, -174611.0 / 6600};
    static constexpr double half_log_tau = 0x1.d67f1c864beb5p-1, log_pi = 0x1.250d048e7a1bdp+0, pi = 0x1.921fb54442d18p+1;
};

// Sine and cosine of pi d, for d from 0 to 1/2.
struct HalfTurn {
    double sine, cosine;
};

FLAMBEAU_INLINE HalfTurn half_turn(double d) {
    const bool near = d <= 0.25;
    const SineCosine both = sine_cosine({GammaConstants::pi * (near ? d : 0.5 - d), 0});
    const double sine = both.sine.high + both.sine.low, cosine = both.cosine.high + both.cosine.low;
    return {near ? sine : cosine, near ? cosine : sine};
}

// log(gamma(y)) for y above 0.
FLAMBEAU_INLINE double log_gamma_positive(double y) {
    using C = GammaConstants;
    const double small = clamped(y, 1e-308, 3.0), large = not_below(y, 8.0);
    const bool below = small < 1;
    const double logarithm = log(below ? small : large);
    const double quotient = chebyshev(below ? small - 1 : small - 2, tables::GAMMA_SMALL);
    const double near = quotient * (small - 1) * (below ? small : small - 2) + 0.0 - (below ? logarithm : 0);
    const double middle = chebyshev((clamped(y, 3.0, 8.0) - 5.5) / 2.5, tables::GAMMA_MIDDLE);
    const double inverse = 1 / large, correction = inverse * polynomial(inverse * inverse, C::stirling);
    const double half = (large * 0.5 - 0.25) * logarithm - large * 0.5;
    const double far = half + half + (C::half_log_tau + correction);
    return y < 3 ? near : y < 8 ? middle : far;
}

FLAMBEAU_INLINE double lgamma_wide(double x) {
    using C = GammaConstants;
    const bool reflected = x <= 0;
    const double value = log_gamma_positive(reflected ? 1 - x : x);
    const double rest = x - 2 * __builtin_floor(x * 0.5), turned = rest > 1 ? rest - 1 : rest;
    const double sine = half_turn(turned > 0.5 ? 1 - turned : turned).sine;
    const double result = reflected ? C::log_pi - log(sine) - value : value;
    return absolute(x) == infinity<double> ? absolute(x) : x != x ? x : result;
}

FLAMBEAU_INLINE double digamma_wide(double x) {
    using C = GammaConstants;
    const bool reflected = x < 0.5;
    double y = reflected ? 1 - x : x, total = 0;
#pragma GCC unroll 10
    for (int k = 0; k < 10; ++k) {
        const bool low = y < 10;
        total -= low ? 1 / y : 0;
        y = low ? y + 1 : y;
    }
    const double square = 1 / (y * y);
    const double value = total + (log(y) - 0.5 / y - square * polynomial(square, C::digamma));
    const double rest = x - __builtin_rint(x);
    const HalfTurn turn = half_turn(absolute(rest));
    const double result = reflected ? value - C::pi * with_sign(turn.cosine / turn.sine, rest) : value;
    const double pole = x == 0 ? with_sign(infinity<double>, -x) : nan<double>;
    return (x <= 0) & (rest == 0) ? pole : result;
}

FLAMBEAU_WIDE(lgamma)
FLAMBEAU_WIDE(digamma)

}  // namespace flambeau::FLAMBEAU_ISA::math
