// Incomplete gamma functions: see _reference/gamma.py for methods and sources, which are the same here. In double, one
// element at a time: which method serves depends on it, and that which takes longest is done in vectors.
#pragma once

#include "flambeau/math/gamma.hpp"
#include "flambeau/math/power.hpp"

namespace flambeau::FLAMBEAU_ISA::math {

// How far sums are carried for a type: nodes and weights of Gauss and Legendre's quadrature on [0, 1], found with mpmath
// by Newton's method (DLMF 3.5); the exponent at which integrals end; what is too little to add to a series, less for
// float than its own precision, as what is left of 1 may be wanted.
template <class T>
struct Carried;

template <>
struct Carried<float> {
    static constexpr int count = 16;
    static constexpr double exponent = 18, little = 0x1p-36;
    static constexpr double nodes[count] = {
        0x1.5b4f66ca1e083p-8, 0x1.c60a99e906503p-6, 0x1.132ff2bac6df4p-4, 0x1.f4ee8896e3653p-4, 0x1.874b732542e9p-3, 0x1.157ed32de2c47p-2,
        0x1.6fd1a8cdee642p-2, 0x1.cf5a853312ac1p-2, 0x1.1852bd6676aap-1, 0x1.48172b9908cdfp-1, 0x1.754096690e9ddp-1, 0x1.9e2d2336af45cp-1,
        0x1.c1622eed23936p-1, 0x1.dd9a01a8a7241p-1, 0x1.f1cfab30b7cd8p-1, 0x1.fd4961326bc3fp-1};
    static constexpr double weights[count] = {
        0x1.bcddab4b7c211p-7, 0x1.fdfb1a2c1265dp-6, 0x1.85c4ee79cc258p-5, 0x1.fe7af2bad386ap-5, 0x1.325f61bca3cbfp-4, 0x1.5a6ebbb5a75fcp-4,
        0x1.75f8c77e0c00fp-4, 0x1.83feae80e4dfcp-4, 0x1.83feae80e4dfcp-4, 0x1.75f8c77e0c00fp-4, 0x1.5a6ebbb5a75fcp-4, 0x1.325f61bca3cbfp-4,
        0x1.fe7af2bad386ap-5, 0x1.85c4ee79cc258p-5, 0x1.fdfb1a2c1265dp-6, 0x1.bcddab4b7c211p-7};
};

template <>
struct Carried<double> {
    static constexpr int count = 40;
    static constexpr double exponent = 42, little = 0x1p-56;
    static constexpr double nodes[count] = {
        0x1.cdf94ca3070eap-11, 0x1.2fe1f2bf9542dp-8, 0x1.7492aec84312bp-7, 0x1.58bed3a6078a4p-6, 0x1.1332e072735e7p-5, 0x1.9100d764edd8bp-5,
        0x1.1283d2f057f02p-4, 0x1.6731b3e583bc1p-4, 0x1.c607afc6a6241p-4, 0x1.1739e220b3b14p-3, 0x1.4fea963d0398cp-3, 0x1.8cbeac535a8e1p-3,
        0x1.cd587d6df506cp-3, 0x1.08aa49dc89aacp-2, 0x1.2c2521d2eb097p-2, 0x1.50e62688f4cb5p-2, 0x1.76b4c1be15f78p-2, 0x1.9d56be21bd13ap-2,
        0x1.c490a0f1b9f8dp-2, 0x1.ec26058da639p-2, 0x1.09ecfd392ce38p-1, 0x1.1db7af872303ap-1, 0x1.3154a0ef21763p-1, 0x1.44a59f20f5044p-1,
        0x1.578cecbb859a5p-1, 0x1.69ed6f168a7b5p-1, 0x1.7baadb11bb2aap-1, 0x1.8ca9e0a482be5p-1, 0x1.9cd054eb295c8p-1, 0x1.ac055a70bf19dp-1,
        0x1.ba318777d313bp-1, 0x1.c73f0a072b3b8p-1, 0x1.d319c9834f888p-1, 0x1.ddaf85a1f502p-1, 0x1.e6eff289b1227p-1, 0x1.eeccd1f8d8ca2p-1,
        0x1.f53a0962cfc3bp-1, 0x1.fa2db544def3bp-1, 0x1.fda03c1a80d58p-1, 0x1.ff8c81acd73e4p-1};
    static constexpr double weights[count] = {
        0x1.284e71463c0d6p-9, 0x1.5801fe5cda0ap-8, 0x1.0d0ae92dd2f62p-7, 0x1.6c79dab0af3a4p-7, 0x1.c9b84cd4f2e15p-7, 0x1.121b1d8e9a25p-6,
        0x1.3db419e3c9685p-6, 0x1.6763f67ce7b6cp-6, 0x1.8eea82a7d6915p-6, 0x1.b40ae2c10a3f5p-6, 0x1.d68bed38b1964p-6, 0x1.f638825187601p-6,
        0x1.096feee7215d1p-5, 0x1.162af0fc7e7f7p-5, 0x1.2139adc43238p-5, 0x1.2a8b1efb50a42p-5, 0x1.3210ebf5b8207p-5, 0x1.37bf7fb3ffa5fp-5,
        0x1.3b8e1ab8156dfp-5, 0x1.3d76e07d0147p-5, 0x1.3d76e07d0147p-5, 0x1.3b8e1ab8156dfp-5, 0x1.37bf7fb3ffa5fp-5, 0x1.3210ebf5b8207p-5,
        0x1.2a8b1efb50a42p-5, 0x1.2139adc43238p-5, 0x1.162af0fc7e7f7p-5, 0x1.096feee7215d1p-5, 0x1.f638825187601p-6, 0x1.d68bed38b1964p-6,
        0x1.b40ae2c10a3f5p-6, 0x1.8eea82a7d6915p-6, 0x1.6763f67ce7b6cp-6, 0x1.3db419e3c9685p-6, 0x1.121b1d8e9a25p-6, 0x1.c9b84cd4f2e15p-7,
        0x1.6c79dab0af3a4p-7, 0x1.0d0ae92dd2f62p-7, 0x1.5801fe5cda0ap-8, 0x1.284e71463c0d6p-9};
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
template <class T>
FLAMBEAU_INLINE double gamma_series(double a, double x) {
    const double fourth = (x * x) * (x * x);
    double term = 1 / a, total = term;
    for (int k = 1; k < 130; k += 4) {
        const double b = a + k, c = b + 1, d = b + 2, e = b + 3;
        const double one = d * e, last = x * (e + x), quotient = term / (b * c * one);
        const double sum = quotient * (x * (c * one + x * (one + last)));
        term = quotient * fourth;
        total += sum;
        if (!(sum > total * Carried<T>::little)) break;
    }
    return total;
}

// The integral of exp(-|a - x| s - x (exp(-+s) -+ s - 1)) over s, as far as it matters: until one of the summands is at the
// greatest exponent. For larger x exp(s) - s - 1 is above both s^2 / 2 and s^4 / 24.
template <class T>
FLAMBEAU_INLINE double gamma_integral(double a, double x) {
    using Quadrature = Carried<T>;
    constexpr int lanes = 8;
    constexpr double wide = 0x1.bb67ae8584caap+1;  // the root of 12
    const bool lower = x <= a;
    const double distance = absolute(a - x), sign = lower ? -1.0 : 1.0, narrow = sqrt(2 * Quadrature::exponent / x);
    const double by_distance = Quadrature::exponent / not_below(distance, 1e-300);
    const double by_curve = lower ? narrow * (1 + narrow / 2) : narrow < wide ? narrow : sqrt(wide * narrow);
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
template <class T>
__attribute__((noinline)) double incomplete_gamma(double a, double x, bool upper) {
    const bool finite = (absolute(a) < infinity<double>) & (absolute(x) < infinity<double>);
    if (!((a > 0) & (x > 0) & finite)) {
        const bool unknown = ((a == 0) & (x == 0)) | (!(a < infinity<double>) & !(x < infinity<double>));
        if (!((a >= 0) & (x >= 0)) | unknown) return nan<double>;
        const bool nothing = (x == 0) | (a == infinity<double>);
        return nothing == upper ? 1.0 : 0.0;
    }
    const bool by_series = (x <= 1) | ((x <= a) & (a < 30));
    const double part = not_above(gamma_weight(a, x) * (by_series ? gamma_series<T>(a, x) : gamma_integral<T>(a, x)), 1.0);
    return (by_series | (x <= a)) == upper ? 1 - part : part;
}

template <class T>
FLAMBEAU_INLINE T igamma(T a, T x) { return static_cast<T>(incomplete_gamma<T>(a, x, false)); }
template <class T>
FLAMBEAU_INLINE T igammac(T a, T x) { return static_cast<T>(incomplete_gamma<T>(a, x, true)); }

}  // namespace flambeau::FLAMBEAU_ISA::math
