// What a mask leaves of a row of elements, or of its places.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

#include "flambeau/isa.hpp"

namespace flambeau::FLAMBEAU_ISA {

// Walks over the elements where the mask is true until it has seen `count` of them, which is how many there are: nothing
// beyond them is written, so that blocks can be done by several threads. Words without any are skipped.
template <class F>
FLAMBEAU_INLINE void each_true(const std::uint8_t* mask_n, std::ptrdiff_t count, const F& write) {
    std::ptrdiff_t i = 0, found = 0;
    while (found < count) {
        // The last true element is still ahead, so at least one byte is; eight are where a word of them was empty.
        if (found + 8 <= count) {
            std::uint64_t word;
            std::memcpy(&word, mask_n + i, 8);
            if (word == 0) {
                i += 8;
                continue;
            }
            for (int j = 0; j < 8; ++j, ++i) {
                write(found, i);
                found += mask_n[i] != 0;
            }
        } else {
            write(found, i);
            found += mask_n[i] != 0;
            ++i;
        }
    }
}

#if defined(__AVX512F__)
// Sixteen at a time, of 4 bytes, or eight of 8: what is left of a register moves to its beginning.
template <class T>
FLAMBEAU_INLINE std::ptrdiff_t compress_vectors(const std::uint8_t* mask_n, std::ptrdiff_t n, const T* in_n,
                                                std::int64_t first, T* out_n, std::ptrdiff_t& found) {
    std::ptrdiff_t i = 0;
    for (; i + 16 <= n; i += 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(mask_n + i));
        const unsigned mask = _mm_test_epi8_mask(bytes, bytes);
        if (mask == 0) continue;
        if constexpr (sizeof(T) == 4) {
            const __m512i x = _mm512_maskz_compress_epi32(mask, _mm512_loadu_si512(in_n + i));
            const int count = __builtin_popcount(mask);
            _mm512_mask_storeu_epi32(out_n + found, (1u << count) - 1, x);
            found += count;
        } else {
            for (int half = 0; half < 2; ++half) {
                const __mmask8 part = mask >> (8 * half);
                __m512i x;
                if (in_n != nullptr) {
                    x = _mm512_loadu_si512(in_n + i + 8 * half);
                } else {
                    x = _mm512_add_epi64(_mm512_set1_epi64(first + i + 8 * half),
                                         _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0));
                }
                const int count = __builtin_popcount(part);
                _mm512_mask_storeu_epi64(out_n + found, (1u << count) - 1, _mm512_maskz_compress_epi64(part, x));
                found += count;
            }
        }
    }
    return i;
}
#endif

// The elements of [0, n) where the mask is true, `count` of them; without `in_n`, their places, counted from `first`.
template <class T>
FLAMBEAU_INLINE void compress(const std::uint8_t* mask_n, std::ptrdiff_t n, const T* in_n, std::int64_t first, T* out_n,
                              std::ptrdiff_t count) {
    std::ptrdiff_t i = 0, found = 0;
#if defined(__AVX512F__)
    if constexpr (sizeof(T) == 4 || sizeof(T) == 8) i = compress_vectors(mask_n, n, in_n, first, out_n, found);
#else
    (void)n;
#endif
    each_true(mask_n + i, count - found, [&](std::ptrdiff_t k, std::ptrdiff_t j) {
        if constexpr (sizeof(T) == 8) {
            out_n[found + k] = in_n == nullptr ? T(first + i + j) : in_n[i + j];
        } else {
            out_n[found + k] = in_n[i + j];
        }
    });
}

}  // namespace flambeau::FLAMBEAU_ISA
