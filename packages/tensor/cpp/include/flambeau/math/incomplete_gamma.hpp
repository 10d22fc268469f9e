// Incomplete gamma functions: see _reference/gamma.py for methods and sources, which are the same here. In double, one
// element at a time: which method serves depends on it, and that which takes longest is done in vectors.
#pragma once

#include "flambeau/math/gamma.hpp"
#include "flambeau/math/power.hpp"

namespace flambeau::FLAMBEAU_ISA::math {

// Gauss and Legendre's quadrature on [0, 1]: found with mpmath by Newton's method (DLMF 3.5).
struct Quadrature {
    static constexpr int count = 48;
    static constexpr double nodes[count] = {
        0x1.422c4ea1a3b19p-11, 0x1.a801b286dae07p-9, 0x1.041a526e2251ep-7, 0x1.e1d3cd0f71a26p-7, 0x1.811feeadf2057p-6, 0x1.190a44f7c55a8p-5,
        0x1.8184e0dad8bddp-5, 0x1.f98f9e0555d66p-5, 0x1.4054cc2845186p-4, 0x1.8b20dfbfe4b8cp-4, 0x1.dcdbb9a41c74dp-4, 0x1.1a96cbf9fa4cep-3,
        0x1.49dbd2aa76cbep-3, 0x1.7c0a2f654bffep-3, 0x1.b0ec005c1b6cp-3, 0x1.e8487d4c191d7p-3, 0x1.10f21a3b5fdcbp-2, 0x1.2ec0a53b10ae2p-2,
        0x1.4d6fde542ce3cp-2, 0x1.6cded2f56c15fp-2, 0x1.8cebc2addc104p-2, 0x1.ad74436a999f4p-2, 0x1.ce55666aac909p-2, 0x1.ef6bddc159e69p-2,
        0x1.084a111f530cbp-1, 0x1.18d54ccaa9b7bp-1, 0x1.2945de4ab3306p-1, 0x1.398a1ea911f7ep-1, 0x1.4990968549f51p-1, 0x1.594810d5e98e2p-1,
        0x1.689fad6277a8fp-1, 0x1.7786f2e25011ap-1, 0x1.85ede0acf9b8ap-1, 0x1.93c4ffe8f925p-1, 0x1.a0fd7426ad001p-1, 0x1.ad890b55624d1p-1,
        0x1.b95a4d01816cdp-1, 0x1.c46488cb7c716p-1, 0x1.ce9be4080368fp-1, 0x1.d7f5667af75cfp-1, 0x1.e067061faaa2ap-1, 0x1.e7e7b1f252742p-1,
        0x1.ee6f5bb083aa6p-1, 0x1.f3f7008a906fdp-1, 0x1.f878b0cbc2397p-1, 0x1.fbef96b64776cp-1, 0x1.fe57fe4d79252p-1, 0x1.ffaf74ec57971p-1};
    static constexpr double weights[count] = {
        0x1.9d50bc55d2d99p-10, 0x1.e037f45d9bdp-9, 0x1.781605954a639p-8, 0x1.fe80c5c315c9dp-8, 0x1.416423e8cba8ep-7, 0x1.822eefbc97517p-7,
        0x1.c15b1e8f69969p-7, 0x1.fea4d40fed235p-7, 0x1.1ce51f31f701fp-6, 0x1.3945ed05d7d7p-6, 0x1.54565a91a8406p-6, 0x1.6df9583af719dp-6,
        0x1.86135edf0aa09p-6, 0x1.9c8a8d5861892p-6, 0x1.b146c443c7e24p-6, 0x1.c431bfe4b31ap-6, 0x1.d537300bfd4dfp-6, 0x1.e444cde6d0026p-6,
        0x1.f14a6f9e10ad4p-6, 0x1.fc3a19b11a2a4p-6, 0x1.028406fc86d37p-5, 0x1.05d56c2248c44p-5, 0x1.080dac3f3725fp-5, 0x1.092a652a0fbb7p-5,
        0x1.092a652a0fbb7p-5, 0x1.080dac3f3725fp-5, 0x1.05d56c2248c44p-5, 0x1.028406fc86d37p-5, 0x1.fc3a19b11a2a4p-6, 0x1.f14a6f9e10ad4p-6,
        0x1.e444cde6d0026p-6, 0x1.d537300bfd4dfp-6, 0x1.c431bfe4b31ap-6, 0x1.b146c443c7e24p-6, 0x1.9c8a8d5861892p-6, 0x1.86135edf0aa09p-6,
        0x1.6df9583af719dp-6, 0x1.54565a91a8406p-6, 0x1.3945ed05d7d7p-6, 0x1.1ce51f31f701fp-6, 0x1.fea4d40fed235p-7, 0x1.c15b1e8f69969p-7,
        0x1.822eefbc97517p-7, 0x1.416423e8cba8ep-7, 0x1.fe80c5c315c9dp-8, 0x1.781605954a639p-8, 0x1.e037f45d9bdp-9, 0x1.9d50bc55d2d99p-10};
};

// log(x / a) - y, for y = x / a - 1, without cancellation.
FLAMBEAU_INLINE double log_less(double a, double x) {
    constexpr double odd[] = {1.0 / 3,  1.0 / 5,  1.0 / 7,  1.0 / 9,  1.0 / 11, 1.0 / 13, 1.0 / 15, 1.0 / 17,
                              1.0 / 19, 1.0 / 21, 1.0 / 23, 1.0 / 25, 1.0 / 27, 1.0 / 29, 1.0 / 31, 1.0 / 33};
    const double y = (x - a) / a, s = y / (2 + y);
    return absolute(y) < 0.4 ? 2 * s * s * s * polynomial(s * s, odd) - s * y : log(x / a) - y;
}

// x^a exp(-x) / gamma(a)
FLAMBEAU_INLINE double gamma_weight(double a, double x) {
    if (a < 8) return exp(a * log(x) - x - log_gamma_positive(a));
    const double inverse = 1 / a, correction = inverse * polynomial(inverse * inverse, GammaConstants::stirling);
    return sqrt(a / (2 * GammaConstants::pi)) * exp(a * log_less(a, x) - correction);
}

// 1 / a + x / (a (a + 1)) + ..., four terms by one division.
FLAMBEAU_INLINE double gamma_series(double a, double x) {
    const double fourth = (x * x) * (x * x);
    double term = 1 / a, total = term;
    for (int k = 1; k < 130; k += 4) {
        const double b = a + k, c = b + 1, d = b + 2, e = b + 3;
        const double one = d * e, last = x * (e + x), quotient = term / (b * c * one);
        const double sum = quotient * (x * (c * one + x * (one + last)));
        term = quotient * fourth;
        total += sum;
        if (!(sum > total * 0x1p-56)) break;
    }
    return total;
}

// The integral of exp(-|a - x| s - x (exp(-+s) -+ s - 1)) over s, as far as it matters.
FLAMBEAU_INLINE double gamma_integral(double a, double x) {
    constexpr int lanes = 8;
    const bool lower = x <= a;
    const double distance = absolute(a - x), sign = lower ? -1.0 : 1.0, narrow = sqrt(84 / x);
    const double by_distance = 42 / not_below(distance, 1e-300), by_curve = narrow * (lower ? 1 + narrow / 2 : 1.0);
    const double reach = by_distance < by_curve ? by_distance : by_curve;
    double values[Quadrature::count], sums[lanes] = {};
    for (int k = 0; k < Quadrature::count; ++k) {
        const double s = reach * Quadrature::nodes[k];
        values[k] = Quadrature::weights[k] * exp(-(distance * s + x * (expm1(sign * s) - sign * s)));
    }
    for (int k = 0; k < Quadrature::count; k += lanes)
        for (int j = 0; j < lanes; ++j) sums[j] += values[k + j];
    for (int apart = lanes / 2; apart > 0; apart /= 2)
        for (int j = 0; j < apart; ++j) sums[j] += sums[j + apart];
    return sums[0] * reach;
}

// The regularised upper function, or the lower one.
__attribute__((noinline)) inline double incomplete_gamma(double a, double x, bool upper) {
    const bool finite = (absolute(a) < infinity<double>) & (absolute(x) < infinity<double>);
    if (!((a > 0) & (x > 0) & finite)) {
        const bool unknown = ((a == 0) & (x == 0)) | (!(a < infinity<double>) & !(x < infinity<double>));
        if (!((a >= 0) & (x >= 0)) | unknown) return nan<double>;
        const bool nothing = (x == 0) | (a == infinity<double>);
        return nothing == upper ? 1.0 : 0.0;
    }
    const bool by_series = (x <= 1) | ((x <= a) & (a < 30));
    const double part = not_above(gamma_weight(a, x) * (by_series ? gamma_series(a, x) : gamma_integral(a, x)), 1.0);
    return (by_series | (x <= a)) == upper ? 1 - part : part;
}

template <class T>
FLAMBEAU_INLINE T igamma(T a, T x) { return static_cast<T>(incomplete_gamma(a, x, false)); }
template <class T>
FLAMBEAU_INLINE T igammac(T a, T x) { return static_cast<T>(incomplete_gamma(a, x, true)); }

}  // namespace flambeau::FLAMBEAU_ISA::math
