// The random words of Philox4x32-10, as in _reference/_philox.py, which is the definition.
#pragma once

#include <cstddef>
#include <cstdint>

#include "flambeau/isa.hpp"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace flambeau::FLAMBEAU_ISA::philox {

constexpr std::uint32_t M0 = 0xD2511F53, M1 = 0xCD9E8D57;  // multipliers of a round
constexpr std::uint32_t W0 = 0x9E3779B9, W1 = 0xBB67AE85;  // what is added to the key from round to round
constexpr int Rounds = 10;

constexpr std::ptrdiff_t TileBlocks = 128;
constexpr std::ptrdiff_t TileWords = 4 * TileBlocks;

// Lanes of 64 bits, of which the low 32 hold a word: that is what products of 32-bit words need. The high halves are
// anything.
constexpr int Lanes = VectorBytes / 8;
using Wide = std::uint64_t [[gnu::vector_size(VectorBytes)]];

FLAMBEAU_INLINE Wide product(Wide a, Wide b) noexcept {
#if defined(__AVX512F__)
    return reinterpret_cast<Wide>(_mm512_mul_epu32(reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b)));
#elif defined(__AVX2__)
    return reinterpret_cast<Wide>(_mm256_mul_epu32(reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(b)));
#elif defined(__SSE2__)
    return reinterpret_cast<Wide>(_mm_mul_epu32(reinterpret_cast<__m128i>(a), reinterpret_cast<__m128i>(b)));
#else
    return (a & 0xFFFFFFFFu) * (b & 0xFFFFFFFFu);
#endif
}

FLAMBEAU_INLINE Wide all(std::uint64_t value) noexcept { return value - Wide{}; }

// The words of `blocks` blocks (whole vectors of them) from number `block` on, two to an element of `out`, the earlier one
// in its low half.
FLAMBEAU_INLINE void fill_words(std::uint64_t* out, std::uint64_t block, std::uint64_t seed,
                                std::ptrdiff_t blocks = TileBlocks) noexcept {
    Wide index{};
    for (int i = 0; i < Lanes; ++i) index[i] = block + std::uint64_t(i);
    for (std::ptrdiff_t b = 0; b < blocks; b += Lanes, index += all(Lanes), out += 2 * Lanes) {
        Wide c0 = index, c1 = index >> 32, c2{}, c3{};
        auto k0 = static_cast<std::uint32_t>(seed), k1 = static_cast<std::uint32_t>(seed >> 32);
#pragma GCC unroll 10
        for (int round = 0; round < Rounds; ++round, k0 += W0, k1 += W1) {
            const Wide p0 = product(c0, all(M0)), p1 = product(c2, all(M1));
            c0 = (p1 >> 32) ^ c1 ^ all(k0);
            c2 = (p0 >> 32) ^ c3 ^ all(k1);
            c1 = p1;
            c3 = p0;
        }
        const Wide low = (c0 & all(0xFFFFFFFFu)) | c1 << 32, high = (c2 & all(0xFFFFFFFFu)) | c3 << 32;
        for (int i = 0; i < Lanes; ++i) {
            out[2 * i] = low[i];
            out[2 * i + 1] = high[i];
        }
    }
}

}  // namespace flambeau::FLAMBEAU_ISA::philox
