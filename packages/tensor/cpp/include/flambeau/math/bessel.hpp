// Bessel functions of orders 0 and 1: see _reference/bessel.py, which does the same. All in double, free of branches; what
// needs sine and cosine of huge arguments says so in the manner of math/rare.hpp.
#pragma once

#include "flambeau/math/chebyshev.hpp"
#include "flambeau/math/exponential.hpp"
#include "flambeau/math/rare.hpp"
#include "flambeau/math/trigonometric.hpp"

namespace flambeau::FLAMBEAU_ISA::math {

template <int order>
FLAMBEAU_INLINE double scaled_i(double x) {
    const double a = absolute(x), inside = not_above(a, 8.0), outside = not_below(a, 8.0);
    const double t = inside * 0.25 - 1, u = 16 / outside - 1, root = sqrt(outside);
    if constexpr (order == 0) {
        const double value = a <= 8 ? chebyshev(t, tables::I0_NEAR) : chebyshev(u, tables::I0_FAR) / root;
        return x == x ? value : x;
    } else {
        const double value = a <= 8 ? inside * chebyshev(t, tables::I1_NEAR) : chebyshev(u, tables::I1_FAR) / root;
        return x == x ? with_sign(value, x) : x;
    }
}

FLAMBEAU_INLINE double i0e_wide(double x) { return scaled_i<0>(x); }
FLAMBEAU_INLINE double i1e_wide(double x) { return scaled_i<1>(x); }

// value e^|x|, in two steps: the exponential may overflow where the result does not.
FLAMBEAU_INLINE double grown(double value, double x, double at_infinity) {
    const double a = absolute(x), half = exp(not_above(a, 1400.0) * 0.5);
    return a == infinity<double> ? at_infinity : value * half * half;
}

FLAMBEAU_INLINE double i0_wide(double x) { return grown(scaled_i<0>(x), x, absolute(x)); }
FLAMBEAU_INLINE double i1_wide(double x) { return grown(scaled_i<1>(x), x, x); }

template <int order, bool scaled>
FLAMBEAU_INLINE double modified_k(double x) {
    const double inside = clamped(x, 1e-308, 2.0), outside = not_below(x, 2.0);
    const double t = inside * inside * 0.5 - 1, u = 4 / outside - 1, growth = exp(inside), root = sqrt(outside);
    const double logarithm = log(inside * 0.5) * scaled_i<order>(inside) * growth;
    double near, far;
    if constexpr (order == 0) {
        near = chebyshev(t, tables::K0_NEAR) - logarithm;
        far = chebyshev(u, tables::K0_FAR) / root;
    } else {
        near = chebyshev(t, tables::K1_NEAR) / inside + logarithm;
        far = chebyshev(u, tables::K1_FAR) / root;
    }
    const double value = scaled ? (x <= 2 ? near * growth : far) : (x <= 2 ? near : far * exp(-outside));
    return x > 0 ? value : x == 0 ? infinity<double> : nan<double>;
}

FLAMBEAU_INLINE double modified_bessel_k0_wide(double x) { return modified_k<0, false>(x); }
FLAMBEAU_INLINE double modified_bessel_k1_wide(double x) { return modified_k<1, false>(x); }
FLAMBEAU_INLINE double scaled_modified_bessel_k0_wide(double x) { return modified_k<0, true>(x); }
FLAMBEAU_INLINE double scaled_modified_bessel_k1_wide(double x) { return modified_k<1, true>(x); }

template <int order>
FLAMBEAU_INLINE double first_near(double inside) {
    const double square = inside * inside, t = square * (1.0 / 32) - 1;
    if constexpr (order == 1) return inside * chebyshev(t, tables::J1_NEAR);
    else return inside < 1e-3 ? 1 - square * 0.25 : chebyshev(t, tables::J0_NEAR);  // 1 at 0 exactly
}

// Beyond 8, given sine and cosine.
template <int order, bool second>
FLAMBEAU_INLINE double waves(double outside, double sine, double cosine) {
    constexpr double pi = 0x1.921fb54442d18p+1;
    const double part = 8 / outside, t = 2 * part * part - 1;
    double p, q, c, s;
    if constexpr (order == 0) {
        p = chebyshev(t, tables::P0);
        q = chebyshev(t, tables::Q0) / outside;
        c = cosine + sine;
        s = sine - cosine;
    } else {
        p = chebyshev(t, tables::P1);
        q = chebyshev(t, tables::Q1) / outside;
        c = sine - cosine;
        s = -sine - cosine;
    }
    return (second ? p * s + q * c : p * c - q * s) / sqrt(pi * outside);
}

template <int order, bool second>
struct Bessel {
    static FLAMBEAU_INLINE double joined(double x, double a, double outside, double sine, double cosine) {
        constexpr double two_over_pi = 0x1.45f306dc9c883p-1;
        const double inside = clamped(a, second ? 1e-308 : 0.0, 8.0), first = first_near<order>(inside);
        double near = first;
        if constexpr (second) {
            const double t = inside * inside * (1.0 / 32) - 1, logarithm = two_over_pi * log(inside * 0.5) * first;
            if constexpr (order == 1) near = inside * chebyshev(t, tables::Y1_NEAR) + logarithm - two_over_pi / inside;
            else near = chebyshev(t, tables::Y0_NEAR) + logarithm;
        }
        const double far = a == infinity<double> ? 0 : waves<order, second>(outside, sine, cosine);
        double value = a <= 8 ? near : far;
        if constexpr (second) return x > 0 ? value : x == 0 ? -infinity<double> : nan<double>;
        else return x != x ? x : order == 1 && x < 0 ? -value : value;
    }
    static FLAMBEAU_INLINE double bounded(double x) {
        const double a = second ? x : absolute(x);
        return a > 8 ? (a == infinity<double> ? 8.0 : a) : 8.0;
    }
    template <class T>
    static FLAMBEAU_INLINE T fast(T x) {
        const double wide = x, outside = bounded(wide);
        const Reduced reduced = reduce(outside);
        const SineCosine both = sine_cosine(reduced.r);
        const double s = both.sine.high + both.sine.low, c = both.cosine.high + both.cosine.low;
        const bool odd = (reduced.n & 1) != 0;
        const double sine = from_bits<double>(bits(odd ? c : s) ^ ((reduced.n >> 1) << 63));
        const double cosine = from_bits<double>(bits(odd ? s : c) ^ (((reduced.n + 1) >> 1) << 63));
        return static_cast<T>(joined(wide, second ? wide : absolute(wide), outside, sine, cosine));
    }
    template <class T>
    static FLAMBEAU_INLINE bool rare(T x) { return beyond_reduction(double(x)); }
    template <class T>
    static FLAMBEAU_INLINE T slow(T x) {
        const double wide = x, outside = bounded(wide);
        const double a = second ? wide : absolute(wide);
        return static_cast<T>(joined(wide, a, outside, __builtin_sin(outside), __builtin_cos(outside)));
    }
};

using J0 = Bessel<0, false>;
using J1 = Bessel<1, false>;
using Y0 = Bessel<0, true>;
using Y1 = Bessel<1, true>;

template <class T>
FLAMBEAU_INLINE T bessel_j0(T x) { return anywhere<J0>(x); }
template <class T>
FLAMBEAU_INLINE T bessel_j1(T x) { return anywhere<J1>(x); }
template <class T>
FLAMBEAU_INLINE T bessel_y0(T x) { return anywhere<Y0>(x); }
template <class T>
FLAMBEAU_INLINE T bessel_y1(T x) { return anywhere<Y1>(x); }

FLAMBEAU_WIDE(i0)
FLAMBEAU_WIDE(i0e)
FLAMBEAU_WIDE(i1)
FLAMBEAU_WIDE(i1e)
FLAMBEAU_WIDE(modified_bessel_k0)
FLAMBEAU_WIDE(modified_bessel_k1)
FLAMBEAU_WIDE(scaled_modified_bessel_k0)
FLAMBEAU_WIDE(scaled_modified_bessel_k1)

}  // namespace flambeau::FLAMBEAU_ISA::math
