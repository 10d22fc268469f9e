// How tests/accuracy.cpp measures: errors in units in the last place, over samples or all of float and over samples of double.
//
// Over all of float, results are first compared with what the same function gives in double: in a loop that is vectorised,
// which makes the difference between minutes and hours. C's library judges where that finds an error as large as the
// worst so far, and whether the function in double can be trusted: at one place of each block.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>

#include "check.hpp"
#include "flambeau/math/bits.hpp"

namespace flambeau::FLAMBEAU_ISA::accuracy {

// What results of T are compared with.
template <class T> struct Reference;
template <> struct Reference<float> { using Type = double; };
template <> struct Reference<double> { using Type = long double; };
template <class T> using Exact = typename Reference<T>::Type;

// The error of `got`, in distances between numbers of T around the right result. Infinite where one is a NaN and the
// other is not, where a sign of zero is wrong, and where one overflows well before the other.
template <class T>
double error(T got, Exact<T> right) {
    constexpr int fraction = math::Format<T>::fraction, bias = math::Format<T>::bias;
    if (std::isnan(right) || std::isnan(got)) return std::isnan(right) && std::isnan(got) ? 0 : INFINITY;
    const T rounded = static_cast<T>(right);
    if (rounded == got) {
        if (got == 0 && right == 0 && std::signbit(got) != std::signbit(right)) return INFINITY;
        if (std::isinf(got)) return 0;
    }
    if (std::isinf(right)) return INFINITY;
    int exponent = right == 0 ? 1 - bias : std::ilogb(right);
    exponent = exponent < 1 - bias ? 1 - bias : exponent;
    // An infinite result stands for the number that would come after the largest.
    const Exact<T> value = std::isinf(got) ? std::copysign(std::ldexp(Exact<T>(1), bias + 1), Exact<T>(got)) : Exact<T>(got);
    return static_cast<double>(std::ldexp(std::fabs(value - right), fraction - exponent));
}

constexpr std::ptrdiff_t Block = 4096;

template <class T>
struct Worst {
    double error = 0;
    T x = 0, y = 0, got = 0;
};

template <class T, class F, class R>
void compare(Worst<T>& worst, const T* x_n, const T* y_n, F function, R reference) {
    alignas(64) T got[Block];
    function(x_n, y_n, got);
    for (std::ptrdiff_t i = 0; i < Block; ++i) {
        const double e = error<T>(got[i], reference(Exact<T>(x_n[i]), Exact<T>(y_n[i])));
        if (e > worst.error) worst = {e, x_n[i], y_n[i], got[i]};
    }
}

// A number of any magnitude, of moderate magnitude, or special.
template <class T>
T random_number(Random& random) {
    using Bits = typename math::Format<T>::Bits;
    constexpr int fraction = math::Format<T>::fraction, bias = math::Format<T>::bias;
    static const T special[] = {0, T(-0.0), 1, -1, 2, -2, T(0.5), T(-0.5), 3, -3, T(INFINITY), T(-INFINITY), T(NAN),
                                math::from_bits<T>(1), math::from_bits<T>(math::fraction_mask<T>), T(1e4), T(-1e4),
                                math::Format<T>::largest, -math::Format<T>::largest, math::Format<T>::smallest_normal};
    const Bits digits = Bits(random.next() << 32 | random.next());
    const std::ptrdiff_t kind = random.below(16);
    if (kind == 0) return special[random.below(std::ptrdiff_t(sizeof special / sizeof *special))];
    if (kind < 6) return math::from_bits<T>(digits);
    const Bits exponent = Bits(bias + (kind < 12 ? random.below(13) - 6 : random.below(64) - 40));
    return math::from_bits<T>((digits & (math::fraction_mask<T> | math::sign_bit<T>)) | exponent << fraction);
}

template <class T, class F, class R>
Worst<T> over_samples(std::uint64_t seed, long count, F function, R reference) {
    alignas(64) T x_n[Block], y_n[Block];
    Worst<T> worst;
    Random random(seed);
    for (long done = 0; done < count; done += Block) {
        for (std::ptrdiff_t i = 0; i < Block; ++i) x_n[i] = random_number<T>(random), y_n[i] = random_number<T>(random);
        compare(worst, x_n, y_n, function, reference);
    }
    return worst;
}

// Every step-th float.
template <class F, class R>
Worst<float> over_floats(std::uint64_t step, F function, R reference) {
    alignas(64) float x_n[Block];
    Worst<float> worst;
    for (std::uint64_t at = 0; at < std::uint64_t(1) << 32;) {
        for (std::ptrdiff_t i = 0; i < Block; ++i, at += step) x_n[i] = math::from_bits<float>(std::uint32_t(at));
        compare(worst, x_n, x_n, function, reference);
    }
    return worst;
}

// The same as error(), but free of branches, for a `right` that is not far from right.
FLAMBEAU_INLINE double quick_error(float got, double right) {
    constexpr int fraction = 23, bias = 127;
    const std::int64_t exponent = std::int64_t(math::bits(right) >> 52 & 0x7ff) - 1023;
    const std::int64_t above = exponent < 1 - bias ? 1 - bias : exponent, within = above > bias ? bias : above;
    const double per_unit = math::power_of_two<double>(std::uint64_t(1023 + fraction - within));
    const bool overflow = math::absolute(got) == math::infinity<float>;
    const double value = overflow ? math::with_sign(0x1p128, double(got)) : double(got);
    const double distance = math::absolute(value - right) * per_unit;
    const bool same_infinity = overflow & (float(right) == got);
    const bool wrong_zero = (got == 0) & (right == 0) & ((math::bits(right) >> 63) != (math::bits(got) >> 31));
    const bool one_is_nan = (got != got) != (right != right), both = (got != got) & (right != right);
    return one_is_nan | wrong_zero ? math::infinity<double> : both | same_infinity ? 0.0 : distance;
}

// All floats.
template <class F, class R>
Worst<float> over_all_floats(F function, R reference) {
    constexpr double trusted = 4;  // ulp of double: nothing beside half a unit of float
    alignas(64) float x_n[Block], got_n[Block];
    alignas(64) double wide_n[Block], right_n[Block];
    Worst<float> worst;
    Random random(3);
    for (std::uint64_t at = 0; at < std::uint64_t(1) << 32; at += Block) {
        for (std::ptrdiff_t i = 0; i < Block; ++i) {
            x_n[i] = math::from_bits<float>(std::uint32_t(at) + std::uint32_t(i));
            wide_n[i] = double(x_n[i]);
        }
        function(x_n, x_n, got_n);
        function(wide_n, wide_n, right_n);
        std::int64_t most = 0;  // as bits: those of positive numbers are in their order
        for (std::ptrdiff_t i = 0; i < Block; ++i) {
            const auto e = std::int64_t(math::bits(quick_error(got_n[i], right_n[i])));
            most = e > most ? e : most;
        }
        if (math::from_bits<double>(std::uint64_t(most)) > worst.error * (1 - 1e-6)) compare(worst, x_n, x_n, function, reference);
        const std::ptrdiff_t i = random.below(Block);
        const Exact<double> x = Exact<double>(x_n[i]);
        if (!(error<double>(right_n[i], reference(x, x)) <= trusted)) {
            std::fprintf(stderr, "in double, the function of %.9g is wrong: %.17g\n", double(x_n[i]), right_n[i]);
            worst = {INFINITY, x_n[i], x_n[i], got_n[i]};
        }
    }
    return worst;
}

}  // namespace flambeau::FLAMBEAU_ISA::accuracy
