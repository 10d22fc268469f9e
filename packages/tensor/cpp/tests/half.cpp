// half and bfloat16 against the definition of rounding, computed the slow way: all 65,536 of each, and floats and doubles
// on, beside and between every two neighbours.
#include "flambeau/half.hpp"

#include <cmath>
#include <cstring>
#include <vector>

#include "check.hpp"

using namespace flambeau::FLAMBEAU_ISA;

namespace {

template <class T> constexpr int fraction_bits = __is_same(T, half) ? 10 : 7;
template <class T> constexpr int bias = __is_same(T, half) ? 15 : 127;

// What the bits say, in the standard's words.
template <class T>
double value(std::uint32_t bits) {
    constexpr int fractions = 1 << fraction_bits<T>;
    const int exponent = int(bits & 0x7fff) / fractions, fraction = int(bits & 0x7fff) % fractions;
    const double sign = bits & 0x8000 ? -1 : 1;
    if (exponent == 2 * bias<T> + 1) return fraction ? NAN : sign * INFINITY;
    if (exponent == 0) return sign * std::ldexp(fraction, 1 - bias<T> - fraction_bits<T>);
    return sign * std::ldexp(fractions + fraction, exponent - bias<T> - fraction_bits<T>);
}

template <class T>
void check(double x, std::uint32_t expected) {
    CHECK(from_double<T>(x).bits == expected);
    CHECK(from_double<T>(-x).bits == (expected | 0x8000));
    const float f = float(x);
    if (double(f) == x) {
        CHECK(from_float<T>(f).bits == expected);
        CHECK(from_float<T>(-f).bits == (expected | 0x8000));
    }
}

template <class T>
void every_one() {
    std::vector<T> all(65536);
    std::vector<float> floats(65536);
    std::vector<T> back(65536);
    for (std::uint32_t i = 0; i < 65536; ++i) all[i].bits = std::uint16_t(i);
    to_floats(all.data(), floats.data(), 65536);
    from_floats(floats.data(), back.data(), 65536);
    constexpr std::uint32_t infinity = (2u * bias<T> + 1) << fraction_bits<T>, quiet = 1u << (fraction_bits<T> - 1);
    for (std::uint32_t i = 0; i < 65536; ++i) {
        const double expected = value<T>(i);
        const float got = to_float(all[i]);
        if (std::isnan(expected)) {
            CHECK(std::isnan(got) && std::isnan(floats[i]));
            CHECK(from_float<T>(got).bits == (i | quiet) && back[i].bits == (i | quiet));
            CHECK(from_double<T>(got).bits == (i | quiet));
            continue;
        }
        CHECK(got == expected && std::signbit(got) == std::signbit(expected));
        CHECK(std::memcmp(&got, &floats[i], 4) == 0);
        CHECK(from_float<T>(got).bits == i && back[i].bits == i);
    }
    CHECK(from_float<T>(INFINITY).bits == infinity);
    for (std::uint32_t i = 0; i < infinity; ++i) {
        const double low = value<T>(i);
        // Beyond the largest number, what would be the next one stands for infinity.
        const double high = i + 1 < infinity ? value<T>(i + 1) : 2 * low - value<T>(i - 1);
        const double middle = low + (high - low) / 2;
        check<T>(low, i);
        check<T>(middle, i + (i & 1));
        check<T>(std::nextafter(middle, 0.0), i);
        check<T>(std::nextafter(middle, INFINITY), i + 1);
        check<T>(std::nextafterf(float(middle), 0.0f), i);
        check<T>(std::nextafterf(float(middle), INFINITY), i + 1);
        check<T>(low + (high - low) * 0.25, i);
        check<T>(low + (high - low) * 0.75, i + 1);
    }
    check<T>(1e300, infinity);
    check<T>(INFINITY, infinity);
    check<T>(5e-324, 0);
}

// Every 251st float, as arrays of odd length: vector and scalar code agree.
template <class T>
void sweep() {
    constexpr std::ptrdiff_t n = 4099;
    std::vector<float> in(n);
    std::vector<T> out(n);
    for (std::uint64_t start = 0; start < (std::uint64_t(1) << 32); start += std::uint64_t(n) * 251) {
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            const std::uint32_t bits = std::uint32_t(start + std::uint64_t(i) * 251);
            std::memcpy(&in[i], &bits, 4);
        }
        from_floats(in.data(), out.data(), n);
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            CHECK(out[i].bits == from_float<T>(in[i]).bits);
            if (in[i] == in[i]) CHECK(from_double<T>(in[i]).bits == out[i].bits);
        }
    }
}

}  // namespace

int main() {
    skip_unless_supported();
    every_one<half>();
    every_one<bfloat16>();
    sweep<half>();
    sweep<bfloat16>();
    return 0;
}
