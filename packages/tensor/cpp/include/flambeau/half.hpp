// Floats of 16 bits: how they are stored, and their conversions to and from float. Rounding is to the nearest, ties to even.
#pragma once
#include <cstdint>
#include "flambeau/isa.hpp"
namespace flambeau::FLAMBEAU_ISA {
struct half { std::uint16_t bits; };
struct bfloat16 { std::uint16_t bits; };
FLAMBEAU_INLINE float to_float(bfloat16 x) { return __builtin_bit_cast(float, std::uint32_t(x.bits) << 16); }
FLAMBEAU_INLINE float to_float(half x) {
    const std::uint32_t s = std::uint32_t(x.bits & 0x8000) << 16, m = x.bits & 0x7fff;
    const float norm = __builtin_bit_cast(float, (m << 13) + (std::uint32_t(112) << 23));
    const float den = __builtin_bit_cast(float, (m << 13) + (std::uint32_t(113) << 23)) - __builtin_bit_cast(float, std::uint32_t(113) << 23);
    const float inf = __builtin_bit_cast(float, (m << 13) + (std::uint32_t(224) << 23));
    const float v = m >= 0x7c00 ? inf : m < 0x400 ? den : norm;
    return __builtin_bit_cast(float, __builtin_bit_cast(std::uint32_t, v) | s);
}
template <class T> FLAMBEAU_INLINE T from_float(float);
template <> FLAMBEAU_INLINE bfloat16 from_float<bfloat16>(float x) {
    const std::uint32_t b = __builtin_bit_cast(std::uint32_t, x);
    const std::uint32_t r = (b + 0x7fff + ((b >> 16) & 1)) >> 16;
    return {std::uint16_t(x != x ? (b >> 16) | 0x40 : r)};
}
template <> FLAMBEAU_INLINE half from_float<half>(float x) {
    const std::uint32_t b = __builtin_bit_cast(std::uint32_t, x), s = (b >> 16) & 0x8000, a = b & 0x7fffffff;
    const std::uint32_t den = __builtin_bit_cast(std::uint32_t, __builtin_bit_cast(float, a) + 0.5f) - 0x3f000000u;
    const std::uint32_t norm = (a + 0xfff + ((a >> 13) & 1) - (std::uint32_t(112) << 23)) >> 13;
    const std::uint32_t v = a > 0x7f800000u ? 0x7e00u : a >= 0x477ff000u ? 0x7c00u : a < 0x38800000u ? den : norm;
    return {std::uint16_t(v | s)};
}
}
