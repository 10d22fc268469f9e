// Correlation with vectors along pixels: windows that are neighbours in the padded planes are neighbours in the result.
#pragma once

#include "flambeau/gemm/pack.hpp"
#include "flambeau/gemm/tile.hpp"

namespace flambeau::FLAMBEAU_ISA::micro {

constexpr int Few = 4;  // outputs that leave registers for several rows of pixels

constexpr int rows_together(int outputs) {
    if (outputs > Few) return 1;
    return (outputs > 2 ? 2 : 4) / (Registers == 32 ? 1 : 2);
}

// What a block sees, and its filters: numbers of a window are at offsets from `image`, and `line` from one row of
// windows to the next; filters have rows of NR numbers.
template <class T>
struct Windows {
    const T* image;
    ptrdiff_t line, steps;
    const std::int32_t* offsets;
    const T *filters, *bias;  // bias may be null
};

// Rows rows of Vectors vectors of windows for Outputs channels, of which `seen` are written: `plane` numbers from one
// channel to the next, `row` from one row to the next.
template <class T, int Outputs, int Rows, int Vectors>
void pixel_block(const Windows<T>& windows, T* out, ptrdiff_t plane, ptrdiff_t row, ptrdiff_t seen) noexcept {
    constexpr int L = lanes<T>;
    Vector<T> sums[Outputs][Rows][Vectors];
#pragma GCC unroll 16
    for (int o = 0; o < Outputs; ++o)
#pragma GCC unroll 4
        for (int y = 0; y < Rows; ++y)
#pragma GCC unroll 2
            for (int v = 0; v < Vectors; ++v) sums[o][y][v] = Vector<T>{} + (windows.bias ? windows.bias[o] : T(0));
    const ptrdiff_t line = windows.line, steps = windows.steps;
    const std::int32_t* const offsets = windows.offsets;
    const T* filters = windows.filters;
    for (ptrdiff_t k = 0; k < steps; ++k, filters += NR<T>) {
        const T* const pixels = windows.image + offsets[k];
#pragma GCC unroll 4
        for (int y = 0; y < Rows; ++y) {
            Vector<T> in[Vectors];
#pragma GCC unroll 2
            for (int v = 0; v < Vectors; ++v) in[v] = load(pixels + y * line + v * L);
#pragma GCC unroll 16
            for (int o = 0; o < Outputs; ++o)
#pragma GCC unroll 2
                for (int v = 0; v < Vectors; ++v) sums[o][y][v] += in[v] * filters[o];
        }
    }
    const auto put = [&](const auto& write) {
#pragma GCC unroll 16
        for (int o = 0; o < Outputs; ++o)
#pragma GCC unroll 4
            for (int y = 0; y < Rows; ++y)
#pragma GCC unroll 2
                for (int v = 0; v < Vectors; ++v) write(out + o * plane + y * row + v * L, sums[o][y][v], v);
    };
    if (seen == Vectors * L) put([](T* to, Vector<T> x, int) { store(to, x); });
    else put([=](T* to, Vector<T> x, int v) { store_partial(to, x, least(L, seen - v * L)); });
}

template <class T>
using PixelBlock = void (*)(const Windows<T>& windows, T* out, ptrdiff_t plane, ptrdiff_t row, ptrdiff_t seen) noexcept;

// The instance for some outputs (1 to MR), rows (1, or as many as there may be together) and vectors (1 to NV).
template <class T>
struct PixelBlocks {
    PixelBlock<T> single[NV][MR], several[NV][Few];

    FLAMBEAU_INLINE PixelBlock<T> find(ptrdiff_t outputs, ptrdiff_t rows, ptrdiff_t vectors) const {
        return rows == 1 ? single[vectors - 1][outputs - 1] : several[vectors - 1][outputs - 1];
    }
};

template <class T, int Outputs>
constexpr void fill_pixel_blocks(PixelBlocks<T>& blocks) {
    blocks.single[0][Outputs - 1] = pixel_block<T, Outputs, 1, 1>;
    blocks.single[1][Outputs - 1] = pixel_block<T, Outputs, 1, 2>;
    if constexpr (Outputs <= Few) {
        blocks.several[0][Outputs - 1] = pixel_block<T, Outputs, rows_together(Outputs), 1>;
        blocks.several[1][Outputs - 1] = pixel_block<T, Outputs, rows_together(Outputs), 2>;
    }
    if constexpr (Outputs > 1) fill_pixel_blocks<T, Outputs - 1>(blocks);
}

template <class T>
constexpr PixelBlocks<T> make_pixel_blocks() {
    PixelBlocks<T> blocks{};
    fill_pixel_blocks<T, MR>(blocks);
    return blocks;
}

template <class T>
constexpr PixelBlocks<T> pixel_blocks = make_pixel_blocks<T>();

}  // namespace flambeau::FLAMBEAU_ISA::micro
