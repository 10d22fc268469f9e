// Floats of 16 bits: how they are stored, and their conversions to and from float. Rounding is to the nearest, ties to
// even; a NaN keeps its sign and the payload that fits, and becomes quiet, as the processor's own conversions have it.
#pragma once

#include <cstddef>
#include <cstdint>
#ifdef __F16C__
#include <immintrin.h>
#endif

#include "flambeau/isa.hpp"

namespace flambeau::FLAMBEAU_ISA {

struct half { std::uint16_t bits; };      // IEEE binary16: 5 bits of exponent, 10 of fraction
struct bfloat16 { std::uint16_t bits; };  // the upper half of a float

FLAMBEAU_INLINE float to_float(bfloat16 x) { return __builtin_bit_cast(float, std::uint32_t(x.bits) << 16); }

FLAMBEAU_INLINE float to_float(half x) {
    const std::uint32_t sign = std::uint32_t(x.bits & 0x8000) << 16, magnitude = x.bits & 0x7fff;
    // The fraction moves to its place; the exponent's bias goes from 15 to 127, and infinity's exponent from 31 to 255.
    const std::uint32_t normal = (magnitude << 13) + (112u << 23);
    const std::uint32_t special = (magnitude << 13) | (255u << 23) | (magnitude > 0x7c00 ? 1u << 22 : 0u);
    // A denormal is its fraction in units of 2^-24: 2^-14 (1 + fraction) - 2^-14, which is exact.
    const float denormal = __builtin_bit_cast(float, (magnitude << 13) + (113u << 23)) - 0x1p-14f;
    const std::uint32_t bits = magnitude >= 0x7c00   ? special
                               : magnitude < 0x0400 ? __builtin_bit_cast(std::uint32_t, denormal)
                                                    : normal;
    return __builtin_bit_cast(float, bits | sign);
}

template <class T> T from_float(float);

template <>
FLAMBEAU_INLINE bfloat16 from_float<bfloat16>(float x) {
    const std::uint32_t bits = __builtin_bit_cast(std::uint32_t, x);
    const std::uint32_t rounded = bits + 0x7fff + ((bits >> 16) & 1);  // a carry into the exponent is right
    return {std::uint16_t((x != x ? bits | 0x400000 : rounded) >> 16)};
}

template <>
FLAMBEAU_INLINE half from_float<half>(float x) {
    const std::uint32_t bits = __builtin_bit_cast(std::uint32_t, x);
    const std::uint32_t sign = (bits >> 16) & 0x8000, magnitude = bits & 0x7fffffff;
    // Below 2^-14 results are multiples of 2^-24, the distance of floats around 0.5: the addition rounds.
    const std::uint32_t denormal =
        __builtin_bit_cast(std::uint32_t, __builtin_bit_cast(float, magnitude) + 0.5f) - 0x3f000000u;
    const std::uint32_t normal = (magnitude + 0xfff + ((magnitude >> 13) & 1) - (112u << 23)) >> 13;
    const std::uint32_t nan = 0x7e00 | ((magnitude >> 13) & 0x3ff);
    const std::uint32_t result = magnitude > 0x7f800000    ? nan
                                 : magnitude >= 0x477ff000 ? 0x7c00u  // from 65520, half way beyond the largest
                                 : magnitude < 0x38800000  ? denormal
                                                           : normal;
    return {std::uint16_t(result | sign)};
}

// From double without rounding twice: to a float first with the last bit set where that is inexact ("to odd"; Boldo and
// Melquiond, "When double rounding is odd", 2005), which keeps what the second rounding needs to know.
template <class T>
FLAMBEAU_INLINE T from_double(double x) {
    const float nearest = static_cast<float>(x);
    const double error = x - nearest;
    const std::uint32_t bits = __builtin_bit_cast(std::uint32_t, nearest);
    const std::uint32_t step = (error > 0) == (x > 0) ? 1u : ~0u;
    const bool to_odd = (error > 0 || error < 0) && (bits & 1) == 0;
    return from_float<T>(__builtin_bit_cast(float, to_odd ? bits + step : bits));
}

// Whole arrays, which do not overlap. gcc vectorises the functions above but does not know the
// instructions for half as vectors.
template <class T>
FLAMBEAU_INLINE void to_floats(const T* in_n, float* out_n, std::ptrdiff_t n) {
    std::ptrdiff_t i = 0;
#ifdef __F16C__
    if constexpr (__is_same(T, half)) {
#ifdef __AVX512F__
        for (; i + 16 <= n; i += 16)
            _mm512_storeu_ps(out_n + i, _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(in_n + i))));
#endif
        for (; i + 8 <= n; i += 8)
            _mm256_storeu_ps(out_n + i, _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(in_n + i))));
    }
#endif
#pragma GCC ivdep
    for (; i < n; ++i) out_n[i] = to_float(in_n[i]);
}

template <class T>
FLAMBEAU_INLINE void from_floats(const float* in_n, T* out_n, std::ptrdiff_t n) {
    std::ptrdiff_t i = 0;
#ifdef __F16C__
    if constexpr (__is_same(T, half)) {
        constexpr int nearest = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
#ifdef __AVX512F__
        for (; i + 16 <= n; i += 16)
            _mm256_storeu_si256(reinterpret_cast<__m256i*>(out_n + i), _mm512_cvtps_ph(_mm512_loadu_ps(in_n + i), nearest));
#endif
        for (; i + 8 <= n; i += 8)
            _mm_storeu_si128(reinterpret_cast<__m128i*>(out_n + i), _mm256_cvtps_ph(_mm256_loadu_ps(in_n + i), nearest));
    }
#endif
#pragma GCC ivdep
    for (; i < n; ++i) out_n[i] = from_float<T>(in_n[i]);
}

}  // namespace flambeau::FLAMBEAU_ISA
