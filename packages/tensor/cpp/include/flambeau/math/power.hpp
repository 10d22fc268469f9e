// Powers and roots.
#pragma once

#include "flambeau/math/exponential.hpp"

namespace flambeau::FLAMBEAU_ISA::math {

FLAMBEAU_INLINE float sqrt(float x) { return __builtin_sqrtf(x); }
FLAMBEAU_INLINE double sqrt(double x) { return __builtin_sqrt(x); }

template <class T>
FLAMBEAU_INLINE T rsqrt(T x) { return 1 / sqrt(x); }

struct PowerConstants {
    // log((1 + s) / (1 - s)) = 2 s + 2/3 s^3 + s^5 p(s^2)
    static constexpr double log_wide[] = {0x1.9999999999996p-2, 0x1.2492492492f55p-2, 0x1.c71c71c595c29p-3,
                                          0x1.745d1829d633ap-3, 0x1.3b1364a13b489p-3, 0x1.112075eb2d1abp-3,
                                          0x1.de3c473aa8909p-4, 0x1.ead00f276b33bp-4};
    static constexpr Pair<double> two_thirds = {0x1.5555555555555p-1, 0x1.5555555555555p-55};
    static constexpr Pair<double> log2_e = {0x1.71547652b82fep0, 0x1.777d0ffda0d24p-56};
    static constexpr double ln2 = 0x1.62e42fefa39efp-1;
    // e^r = 1 + r + r^2 p(r), with an error that a float cannot see
    static constexpr double exp_narrow[] = {0x1.00000043ec6e9p-1,  0x1.5555558e16b0bp-3,  0x1.55547ea6f8fffp-5,
                                            0x1.11108a8cb2efbp-7,  0x1.6d97d4a50a371p-10, 0x1.a1a625b54c7e3p-13};
    // cbrt(1 + f), roughly
    static constexpr double cbrt_start[] = {0x1.000047e98fd6bp+0, 0x1.5536f0699b0cdp-2, -0x1.c8e717dabe718p-4,
                                            0x1.0d72641b02175p-4, -0x1.3578eb6e5e4bdp-5};
    static constexpr double cbrt_half = 0x1.965fea53d6e3dp-1, cbrt_two = 0x1.428a2f98d728bp0;
};

// log2(|x|) to about 65 digits, in sums and products of two numbers (T. J. Dekker, "A floating-point technique for
// extending the available precision", Numer. Math. 18, 1971): y times it has to be right behind the binary point.
FLAMBEAU_INLINE Pair<double> log2_wide(double x) {
    using C = PowerConstants;
    const Logarithm<double> l = split(x);
    const double divisor = 2 + l.f, divisor_low = l.f - (divisor - 2), s = l.f / divisor;
    const Pair<double> back = exact_product(s, divisor);
    const double s_low = (((l.f - back.high) - back.low) - s * divisor_low) / divisor;
    const Pair<double> square = exact_product(s, s), cube = exact_product(square.high, s);
    const double cube_low = cube.low + (square.high * s_low + (square.low + 2 * s * s_low) * s);
    const Pair<double> second = exact_product(cube.high, C::two_thirds.high);
    const double second_low = second.low + (cube.high * C::two_thirds.low + cube_low * C::two_thirds.high);
    const double others = cube.high * square.high * polynomial(square.high, C::log_wide);
    const Pair<double> sum = ordered_sum(2 * s, second.high);
    const Pair<double> log = ordered_sum(sum.high, sum.low + (2 * s_low + (second_low + others)));
    const Pair<double> log2 = exact_product(log.high, C::log2_e.high);
    const double log2_low = log2.low + (log.high * C::log2_e.low + log.low * C::log2_e.high);
    const Pair<double> result = exact_sum(l.e, log2.high);
    return ordered_sum(result.high, result.low + log2_low);
}

// |x|^y where that is neither a matter of definition nor of sign.
FLAMBEAU_INLINE double positive_pow(double x, double y) {
    using C = ExponentialConstants<double>;
    const Pair<double> log = log2_wide(x);
    // A larger y makes 0, 1 or infinity of every x too.
    const double inside = clamped(y, -0x1p65, 0x1p65);
    const Pair<double> product = exact_product(inside, log.high);
    const bool usual = absolute(product.high) < 1100;
    const double low = usual ? product.low + inside * log.low : 0;
    const double exponent = clamped(product.high, -1100.0, 1100.0);
    const double shifted = exponent + Format<double>::magic, r = (exponent - (shifted - Format<double>::magic)) + low;
    return scale(1 + r * polynomial(r, C::exp2), integer(shifted));
}
FLAMBEAU_INLINE float positive_pow(float x, float y) {
    using C = PowerConstants;
    const Logarithm<double> l = split_normal(static_cast<double>(x));
    const double log = l.e + log_narrow(l.f) * C::log2_e.high;
    const double inside = clamped(y, -0x1p40f, 0x1p40f);  // beyond, the result is the same and the product defined
    const double exponent = clamped(inside * log, -300.0, 300.0);
    const double shifted = exponent + Format<double>::magic, r = (exponent - (shifted - Format<double>::magic)) * C::ln2;
    const double power = power_of_two<double>(integer(shifted) + Format<double>::bias);
    return static_cast<float>(power * (1 + (r + r * r * polynomial(r, C::exp_narrow))));
}

// As C's Annex F has it.
template <class T>
FLAMBEAU_INLINE T pow(T x, T y) {
    // From here on all numbers are integers; up to it, adding it rounds to one.
    constexpr T unit = T(typename Format<T>::Bits(1) << Format<T>::fraction);
    const T a = absolute(x), b = absolute(y), half = b / 2;
    const bool whole = (b >= unit) | ((b + unit) - unit == b);
    const bool half_whole = (half >= unit) | ((half + unit) - unit == half);
    const bool odd = whole & !half_whole;
    const T usual = positive_pow(a, y);
    const T at_zero = y > 0 ? T(0) : infinity<T>, at_infinity = y > 0 ? infinity<T> : T(0);
    const T from_zero = a == 0 ? at_zero : usual;
    const T magnitude = a == infinity<T> ? at_infinity : from_zero;
    const T with_parity = odd ? times_sign(magnitude, x) : magnitude;
    const T defined = (x < 0) & !whole & (a < infinity<T>) ? nan<T> : with_parity;
    const T number = (x != x) | (y != y) ? nan<T> : defined;
    return (x == 1) | (y == 0) ? T(1) : number;
}

// |x| = 2^(3 k) v, and the root of v by a polynomial and a step of Halley's method.
struct CubeRoot {
    double k, v, root;
};

FLAMBEAU_INLINE CubeRoot cube_root(double a) {
    using C = PowerConstants;
    const Logarithm<double> l = split(a);
    const double k = (l.e * (1.0 / 3) + Format<double>::magic) - Format<double>::magic, rest = l.e - 3 * k;
    const double v = (1 + l.f) * (rest > 0 ? 2 : rest < 0 ? 0.5 : 1);
    const double start = polynomial(l.f, C::cbrt_start) * (rest > 0 ? C::cbrt_two : rest < 0 ? C::cbrt_half : 1);
    const double cube = start * start * start;
    return {k, v, start * ((cube + 2 * v) / (2 * cube + v))};
}

FLAMBEAU_INLINE double times_power_of_two(double x, double k) {
    return x * power_of_two<double>(integer(k + Format<double>::magic) + Format<double>::bias);
}

FLAMBEAU_INLINE float cbrt(float x) {
    const double a = absolute(x);
    const CubeRoot c = cube_root(a);
    const float result = static_cast<float>(times_power_of_two(c.root, c.k));
    return (x == 0) | !(a < infinity<double>) ? x : with_sign(result, x);
}
// Once more from a root so short that its square is exact.
FLAMBEAU_INLINE double cbrt(double x) {
    const double a = absolute(x);
    const CubeRoot c = cube_root(a);
    const double root = upper_half(c.root), ratio = c.v / (root * root);
    const double better = root + root * ((ratio - root) / (2 * root + ratio));
    return (x == 0) | !(a < infinity<double>) ? x : with_sign(times_power_of_two(better, c.k), x);
}

// sqrt(x^2 + y^2) without overflow or underflow on the way.
FLAMBEAU_INLINE float hypot(float x, float y) {
    const double a = x, b = y;
    const float result = static_cast<float>(__builtin_sqrt(a * a + b * b));
    return (absolute(x) == infinity<float>) | (absolute(y) == infinity<float>) ? infinity<float> : result;
}
FLAMBEAU_INLINE double hypot(double x, double y) {
    const double a = absolute(x), b = absolute(y), longer = a < b ? b : a, shorter = a < b ? a : b;
    const double up = longer < 0x1p-500 ? 0x1p600 : 1, factor = longer > 0x1p500 ? 0x1p-600 : up;
    const double p = longer * factor, q = shorter * factor;
    const Pair<double> square = exact_product(p, p), sum = ordered_sum(square.high, q * q);
    const double root = __builtin_sqrt(sum.high);
    const Pair<double> back = exact_product(root, root);
    const double missing = ((sum.high - back.high) - back.low) + (sum.low + square.low);
    const double result = (root > 0 ? root + missing / (2 * root) : root) * (1 / factor);
    const double number = (x != x) | (y != y) ? nan<double> : result;
    return (a == infinity<double>) | (b == infinity<double>) ? infinity<double> : number;
}

}  // namespace flambeau::FLAMBEAU_ISA::math
