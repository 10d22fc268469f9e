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

// Quotients of polynomials: M. J. Wichura, "Algorithm AS 241: The percentage points of the normal distribution", Applied
// Statistics 37, 1988, as they stand in statistics.py of CPython 3.11. The first factor of each is that of r^0.
struct NormalQuotients {
    static constexpr double center[] = {
        3.3871328727963666080e+0, 1.3314166789178437745e+2, 1.9715909503065514427e+3, 1.3731693765509461125e+4,
        4.5921953931549871457e+4, 6.7265770927008700853e+4, 3.3430575583588128105e+4, 2.5090809287301226727e+3};
    static constexpr double center_below[] = {
        1.0, 4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3,
        2.1213794301586595867e+4, 3.9307895800092710610e+4, 2.8729085735721942674e+4, 5.2264952788528545610e+3};
    static constexpr double middle[] = {
        1.42343711074968357734e+0, 4.63033784615654529590e+0, 5.76949722146069140550e+0, 3.64784832476320460504e+0,
        1.27045825245236838258e+0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4};
    static constexpr double middle_below[] = {
        1.0, 2.05319162663775882187e+0, 1.67638483018380384940e+0, 6.89767334985100004550e-1,
        1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9};
    static constexpr double tail[] = {
        6.65790464350110377720e+0, 5.46378491116411436990e+0, 1.78482653991729133580e+0, 2.96560571828504891230e-1,
        2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7};
    static constexpr double tail_below[] = {
        1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
        7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15};
};

// By p's distance from 1/2 as far as 0.425, and by sqrt(-log(q)) of the smaller side q beyond.
FLAMBEAU_INLINE double ndtri_wide(double p) {
    using C = NormalQuotients;
    const double off = p - 0.5;
    const bool center = absolute(off) <= 0.425;
    const double side = p < 0.5 ? p : 1 - p;
    const double root = sqrt(not_below(-log(center | !(side > 0) ? 0.25 : side), 0.0));
    const bool tail = root > 5;
    const double near = 0.180625 - off * off, far = tail ? root - 5 : root - 1.6;
    const double over = center ? polynomial(near, C::center) * off
                               : tail ? polynomial(far, C::tail) : polynomial(far, C::middle);
    const double below = center ? polynomial(near, C::center_below)
                                : tail ? polynomial(far, C::tail_below) : polynomial(far, C::middle_below);
    const double value = over / below;
    const double edge = p == 0 ? -infinity<double> : p == 1 ? infinity<double> : nan<double>;
    return (p > 0) & (p < 1) ? (center | (off > 0) ? value : -value) : edge;
}

FLAMBEAU_WIDE(erfcx)
FLAMBEAU_WIDE(log_ndtr)
FLAMBEAU_WIDE(ndtri)

}  // namespace flambeau::FLAMBEAU_ISA::math
