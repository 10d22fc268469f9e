// Moving blocks of elements between strided memory and a tile, for one instruction set.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "flambeau/isa.hpp"

namespace flambeau::FLAMBEAU_ISA {

// rows x cols elements at `data`; strides are in bytes.
struct Block {
    char* data;
    std::ptrdiff_t row_stride, col_stride;
};

FLAMBEAU_INLINE std::ptrdiff_t least(std::ptrdiff_t a, std::ptrdiff_t b) { return a < b ? a : b; }

template <class T>
FLAMBEAU_INLINE void copy_row(const char* from, std::ptrdiff_t from_stride, char* to, std::ptrdiff_t to_stride,
                              std::ptrdiff_t n) {
    constexpr std::ptrdiff_t size = sizeof(T);
    if (from_stride == size && to_stride == size) {
        std::memcpy(to, from, n * size);
    } else if (to_stride == size) {
        T* to_n = reinterpret_cast<T*>(to);
        for (std::ptrdiff_t i = 0; i < n; ++i) to_n[i] = *reinterpret_cast<const T*>(from + i * from_stride);
    } else {
        for (std::ptrdiff_t i = 0; i < n; ++i)
            *reinterpret_cast<T*>(to + i * to_stride) = *reinterpret_cast<const T*>(from + i * from_stride);
    }
}

// A square of Side x Side elements whose rows are contiguous becomes one whose columns are: in registers.
template <class T>
struct Square {
    static constexpr int Side = sizeof(T) == 4 ? 8 : 4;
    typedef T Line __attribute__((vector_size(Side * sizeof(T)), aligned(sizeof(T))));

    static FLAMBEAU_INLINE void transpose(const char* from, std::ptrdiff_t from_stride, char* to,
                                          std::ptrdiff_t to_stride) {
        Line line[Side];
        for (int i = 0; i < Side; ++i) line[i] = *reinterpret_cast<const Line*>(from + i * from_stride);
        // In each round, pairs of lines at a distance of `half` exchange their off-diagonal parts.
        exchange<Side / 2>(line, std::make_integer_sequence<int, Side>());
        for (int i = 0; i < Side; ++i) *reinterpret_cast<Line*>(to + i * to_stride) = line[i];
    }

    template <int half, int... k>
    static FLAMBEAU_INLINE void exchange(Line* line, std::integer_sequence<int, k...> lanes) {
        for (int i = 0; i < Side; ++i) {
            if (i & half) continue;
            const Line a = line[i], b = line[i + half];
            line[i] = __builtin_shufflevector(a, b, (k & half ? Side + k - half : k)...);
            line[i + half] = __builtin_shufflevector(a, b, (k & half ? Side + k : k + half)...);
        }
        if constexpr (half > 1) exchange<half / 2>(line, lanes);
    }
};

// Both strides of 1 element, but along different dimensions.
template <class T>
void copy_transposed(Block from, Block to, std::ptrdiff_t rows, std::ptrdiff_t cols) {
    constexpr std::ptrdiff_t side = Square<T>::Side, size = sizeof(T);
    std::ptrdiff_t r = 0;
    for (; r + side <= rows; r += side) {
        std::ptrdiff_t c = 0;
        for (; c + side <= cols; c += side)
            Square<T>::transpose(from.data + r * size + c * from.col_stride, from.col_stride,
                                 to.data + r * to.row_stride + c * size, to.row_stride);
        for (; c < cols; ++c)
            copy_row<T>(from.data + r * size + c * from.col_stride, size, to.data + r * to.row_stride + c * size,
                        to.row_stride, side);
    }
    for (; r < rows; ++r)
        copy_row<T>(from.data + r * size, from.col_stride, to.data + r * to.row_stride, size, cols);
}

template <class T>
void copy_elements(Block from, Block to, std::ptrdiff_t rows, std::ptrdiff_t cols) {
    constexpr std::ptrdiff_t size = sizeof(T);
    if constexpr (size >= 4) {
        if (from.row_stride == size && to.col_stride == size && rows > 1 && cols > 1)
            return copy_transposed<T>(from, to, rows, cols);
    }
    for (std::ptrdiff_t r = 0; r < rows; ++r)
        copy_row<T>(from.data + r * from.row_stride, from.col_stride, to.data + r * to.row_stride, to.col_stride, cols);
}

FLAMBEAU_INLINE void copy_block(int size, Block from, Block to, std::ptrdiff_t rows, std::ptrdiff_t cols) {
    switch (size) {
        case 1: return copy_elements<std::uint8_t>(from, to, rows, cols);
        case 2: return copy_elements<std::uint16_t>(from, to, rows, cols);
        case 4: return copy_elements<std::uint32_t>(from, to, rows, cols);
        default: return copy_elements<std::uint64_t>(from, to, rows, cols);
    }
}

template <class T>
FLAMBEAU_INLINE void fill_elements(void* to, const void* value, std::ptrdiff_t n) {
    const T x = *static_cast<const T*>(value);
    T* to_n = static_cast<T*>(to);
    for (std::ptrdiff_t i = 0; i < n; ++i) to_n[i] = x;
}

FLAMBEAU_INLINE void fill(int size, void* to, const void* value, std::ptrdiff_t n) {
    switch (size) {
        case 1: return fill_elements<std::uint8_t>(to, value, n);
        case 2: return fill_elements<std::uint16_t>(to, value, n);
        case 4: return fill_elements<std::uint32_t>(to, value, n);
        default: return fill_elements<std::uint64_t>(to, value, n);
    }
}

// Copies past the cache: for results so large that they would only push out what is needed again.
FLAMBEAU_INLINE void stream(char* to, const char* from, std::ptrdiff_t bytes) {
#if defined(__x86_64__)
    const std::ptrdiff_t head = least(bytes, static_cast<std::ptrdiff_t>(-reinterpret_cast<std::uintptr_t>(to) & 63));
    std::memcpy(to, from, head);
    std::ptrdiff_t i = head;
    for (; i + 64 <= bytes; i += 64) {
#if defined(__AVX512F__)
        _mm512_stream_si512(reinterpret_cast<__m512i*>(to + i), _mm512_loadu_si512(from + i));
#else
        for (int k = 0; k < 64; k += 16)
            _mm_stream_si128(reinterpret_cast<__m128i*>(to + i + k),
                             _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i + k)));
#endif
    }
    std::memcpy(to + i, from + i, bytes - i);
#else
    std::memcpy(to, from, bytes);
#endif
}

// Other threads see streamed data only after this.
FLAMBEAU_INLINE void end_streaming() {
#if defined(__x86_64__)
    _mm_sfence();
#endif
}

}  // namespace flambeau::FLAMBEAU_ISA
