// Vectors as wide as the instruction set's registers, with whole and partial loads and stores, and their transposition.
#pragma once

#include <cstddef>

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

#include "flambeau/isa.hpp"

namespace flambeau::FLAMBEAU_ISA::micro {

using std::ptrdiff_t;

template <class T>
struct Simd {
    typedef T Vector __attribute__((vector_size(VectorBytes)));
    typedef T Unaligned __attribute__((vector_size(VectorBytes), aligned(alignof(T)), may_alias));
    static constexpr int lanes = VectorBytes / static_cast<int>(sizeof(T));
};

template <class T>
using Vector = typename Simd<T>::Vector;

template <class T>
constexpr int lanes = Simd<T>::lanes;

template <class T>
FLAMBEAU_INLINE Vector<T> load(const T* from) {
    return *reinterpret_cast<const typename Simd<T>::Unaligned*>(from);
}

template <class T>
FLAMBEAU_INLINE void store(T* to, Vector<T> x) {
    *reinterpret_cast<typename Simd<T>::Unaligned*>(to) = x;
}

// The first `count` lanes, 0 <= count <= lanes; the others are zero.
template <class T>
FLAMBEAU_INLINE Vector<T> load_partial(const T* from, ptrdiff_t count) {
#if defined(__AVX512F__)
    if constexpr (sizeof(T) == 4)
        return reinterpret_cast<Vector<T>>(_mm512_maskz_loadu_epi32(__mmask16((1u << count) - 1), from));
    else
        return reinterpret_cast<Vector<T>>(_mm512_maskz_loadu_epi64(__mmask8((1u << count) - 1), from));
#else
    Vector<T> x{};
    T* const x_l = reinterpret_cast<T*>(&x);
    for (ptrdiff_t l = 0; l < count; ++l) x_l[l] = from[l];
    return x;
#endif
}

// The lanes from `first` on, first > 0; the others are zero, and what is in memory for them is not read.
template <class T>
FLAMBEAU_INLINE Vector<T> load_upper(const T* from, ptrdiff_t first) {
#if defined(__AVX512F__)
    if constexpr (sizeof(T) == 4)
        return reinterpret_cast<Vector<T>>(_mm512_maskz_loadu_epi32(__mmask16(~0u << first), from));
    else
        return reinterpret_cast<Vector<T>>(_mm512_maskz_loadu_epi64(__mmask8(~0u << first), from));
#else
    Vector<T> x{};
    T* const x_l = reinterpret_cast<T*>(&x);
    for (ptrdiff_t l = first; l < lanes<T>; ++l) x_l[l] = from[l];
    return x;
#endif
}

template <class T>
FLAMBEAU_INLINE void store_partial(T* to, Vector<T> x, ptrdiff_t count) {
#if defined(__AVX512F__)
    if constexpr (sizeof(T) == 4)
        _mm512_mask_storeu_epi32(to, __mmask16((1u << count) - 1), reinterpret_cast<__m512i>(x));
    else
        _mm512_mask_storeu_epi64(to, __mmask8((1u << count) - 1), reinterpret_cast<__m512i>(x));
#else
    const T* const x_l = reinterpret_cast<const T*>(&x);
    for (ptrdiff_t l = 0; l < count; ++l) to[l] = x_l[l];
#endif
}

// A shuffle mask is a vector of integers as wide as the elements.
template <class T>
using Mask = decltype(Vector<T>{} < Vector<T>{});

// Exchanges the off-diagonal blocks of side `Side` of each 2 Side x 2 Side block of a square of vectors.
template <class T, int Side>
FLAMBEAU_INLINE void exchange(Vector<T> (&rows)[lanes<T>]) {
    Mask<T> first{}, second{};
    for (int l = 0; l < lanes<T>; ++l) {
        first[l] = l & Side ? lanes<T> + l - Side : l;
        second[l] = l & Side ? lanes<T> + l : l + Side;
    }
#pragma GCC unroll 16
    for (int i = 0; i < lanes<T>; ++i) {
        if (i & Side) continue;
        const Vector<T> x = rows[i], y = rows[i + Side];
        rows[i] = __builtin_shuffle(x, y, first);
        rows[i + Side] = __builtin_shuffle(x, y, second);
    }
}

template <class T>
FLAMBEAU_INLINE void transpose(Vector<T> (&rows)[lanes<T>]) {
    exchange<T, 1>(rows);
    if constexpr (lanes<T> > 2) exchange<T, 2>(rows);
    if constexpr (lanes<T> > 4) exchange<T, 4>(rows);
    if constexpr (lanes<T> > 8) exchange<T, 8>(rows);
}

// to[j, i] = from[i, j] for i < rows, j < columns, both at most `lanes`. With Fill, each of the `columns` rows written
// is a whole vector, zero beyond `rows`.
template <class T, bool Fill>
[[gnu::noinline]] void transpose_block(const T* from, ptrdiff_t from_row, ptrdiff_t rows, ptrdiff_t columns, T* to,
                                       ptrdiff_t to_row) noexcept {
    constexpr int L = lanes<T>;
    Vector<T> block[L];
    if (rows == L && columns == L) {
#pragma GCC unroll 16
        for (int i = 0; i < L; ++i) block[i] = load(from + i * from_row);
    } else {
#pragma GCC unroll 16
        for (int i = 0; i < L; ++i) block[i] = i < rows ? load_partial(from + i * from_row, columns) : Vector<T>{};
    }
    transpose<T>(block);
    if ((Fill || rows == L) && columns == L) {
#pragma GCC unroll 16
        for (int j = 0; j < L; ++j) store(to + j * to_row, block[j]);
    } else {
#pragma GCC unroll 16
        for (int j = 0; j < L; ++j) {
            if (j >= columns) break;
            if constexpr (Fill) store(to + j * to_row, block[j]);
            else store_partial(to + j * to_row, block[j], rows);
        }
    }
}

}  // namespace flambeau::FLAMBEAU_ISA::micro
