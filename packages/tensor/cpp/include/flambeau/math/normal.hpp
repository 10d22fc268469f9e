// The normal distribution: its logarithm and its inverse, by the scaled complementary error function. In double.
#pragma once

#include "flambeau/math/chebyshev.hpp"
#include "flambeau/math/special.hpp"

namespace flambeau::FLAMBEAU_ISA::math {

// e^(x^2) erfc(x): from 1/2 on what math/special.hpp has for erfc, without the exponential; beyond its range the asymptotic
// expansion (DLMF 7.12).
FLAMBEAU_INLINE double erfcx_wide(double x) {
    using C = ErrorConstants<double>;
    constexpr double asymptotic[] = {1, -1.0 / 2, 3.0 / 4, -15.0 / 8, 105.0 / 16, -945.0 / 32, 10395.0 / 64};
    constexpr double over_root_pi = 0x1.20dd750429b6dp-1;
    const double small = clamped(x, -27.0, 0.5), square = small * small;
    const double near = exp(square) * (small < -0.5 ? erfc(small) : 1 - small_erf(clamped(small, -0.5, 0.5)));
    const double middle = clamped(x, 0.5, C::most), t = (middle - C::middle) / (middle + C::middle);
    const double right = (C::erfc_first.high + (t * polynomial(t, C::erfc_rest) + C::erfc_first.low)) / (1 + 2 * middle);
    const double large = not_below(x, C::most), inverse = 1 / large;
    const double far = over_root_pi * inverse * polynomial(inverse * inverse, asymptotic);
    const double value = x < 0.5 ? near : x <= C::most ? right : far;
    return x < -26.7 ? infinity<double> : x == x ? value : x;
}

FLAMBEAU_INLINE double log_ndtr_wide(double x) {
    constexpr double sqrt_half = 0x1.6a09e667f3bcdp-1;
    const double low = not_above(x, -1.0), high = not_below(x, -1.0);
    const double left = log(erfcx_wide(low * -sqrt_half) * 0.5) - low * low * 0.5;
    const double right = log1p(-0.5 * erfc(high * sqrt_half));
    return x < -1 ? (x == -infinity<double> ? x : left) : x == x ? right : x;
}

// In the middle by erfinv; else y with erfc(y) = 2 q, for the smaller side q: Winitzki's closed form, and three steps of
// Halley's method, in which the exponential cannot overflow.
FLAMBEAU_INLINE double ndtri_wide(double p) {
    constexpr double sqrt_two = 0x1.6a09e667f3bcdp+0, half_root_pi = 0x1.c5bf891b4ef6ap-1;
    constexpr double a = 0.147, two_over_pi_a = 2 / (0x1.921fb54442d18p+1 * a);
    const bool inside = (p > 0) & (p < 1), middle = absolute(p - 0.5) < 0.25;
    const double q = inside ? (p < 0.5 ? p : 1 - p) : 0.25;
    const double w = log(4 * q) + log1p(-q), t = two_over_pi_a + w * 0.5, logarithm = log(2 * q);
    double y = sqrt(not_below(sqrt(not_below(t * t - w / a, 0.0)) - t, 0.0));
#pragma GCC unroll 4
    for (int k = 0; k < 4; ++k) {
        const double step = half_root_pi * (exp(y * y + logarithm) - erfcx_wide(y));
        y -= step / (1 + y * step);
    }
    const double value = sqrt_two * (middle ? erfinv(2 * (middle ? p : 0.5) - 1) : p < 0.5 ? -y : y);
    const double edge = p == 0 ? -infinity<double> : p == 1 ? infinity<double> : nan<double>;
    return inside ? value : edge;
}

FLAMBEAU_WIDE(erfcx)
FLAMBEAU_WIDE(log_ndtr)
FLAMBEAU_WIDE(ndtri)

}  // namespace flambeau::FLAMBEAU_ISA::math
