// How tests/accuracy.cpp measures: errors in units in the last place, over samples or all of float and over samples of double.
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

}  // namespace flambeau::FLAMBEAU_ISA::accuracy
