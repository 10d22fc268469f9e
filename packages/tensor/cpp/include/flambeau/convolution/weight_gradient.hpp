// The gradient of the filters: for each place of the window, the product of the result's gradient and the images.
//
// The micro-kernel's vectors run along output channels, its rows along input channels (along the window's columns
// where there are few channels), its k along pixels, whose places in the padded planes are in the table of offsets.
#pragma once

#include "flambeau/convolution/planes.hpp"
#include "flambeau/memory.hpp"
#include "flambeau/threads.hpp"

namespace flambeau::FLAMBEAU_ISA::micro {

template <class T>
class WeightGradient {
  public:
    WeightGradient(const Convolution& c, const T* grad, const T* input, T* result) noexcept
        : c(c),
          grad(grad),
          input(input),
          result(result),
          channels(c.c / c.groups),
          outputs(c.o / c.groups),
          planes(planes_of(c)),
          by_channels(channels >= c.x.kernel || channels >= MR / 2),
          tiles(by_channels ? channels : c.x.kernel),
          panels(quotient_up(outputs, NR<T>)),
          images(result_size(c) < Pixels ? least(c.n, quotient_up(Pixels, result_size(c))) : 1),
          rows(least(all_rows(), quotient_up(Pixels, c.x.result))) {}

    bool run() const noexcept {
        const ptrdiff_t taps = window_size(c), pixels = images * rows * c.x.result;
        const ptrdiff_t packed_size = c.groups * panels * pixels * NR<T>;
        const ptrdiff_t padded_size = planes.bare() ? 0 : images * c.c * planes.size();
        if (images * c.c * planes.size() > 0x7fffffff) return false;
        Scratch scratch((packed_size + padded_size) * sizeof(T) + pixels * sizeof(std::int32_t));
        if (!scratch.data) return false;
        T* const packed = static_cast<T*>(scratch.data);
        T* const padded = packed + packed_size;
        std::int32_t* const offsets = reinterpret_cast<std::int32_t*>(padded + padded_size);
        bool first = true, done = true;
        for (ptrdiff_t n = 0; n < c.n; n += images) {
            const ptrdiff_t count = least(images, c.n - n);
            if (!planes.bare()) pad(n, count, padded);
            const T* const source = planes.bare() ? input + n * c.c * planes.size() : padded;
            for (ptrdiff_t y = 0; y < all_rows() && done; y += rows, first = false) {
                const ptrdiff_t high = least(rows, all_rows() - y);
                pack(n, count, y, high, packed, offsets);
                done = add(source, count * high * c.x.result, packed, offsets, !first);
            }
        }
        if (first) __builtin_memset(result, 0, c.o * channels * taps * sizeof(T));
        return done;
    }

  private:
    static constexpr ptrdiff_t Pixels = 1024;  // of a slab of k, about

    const Convolution& c;
    const T* grad;
    const T* input;
    T* result;
    ptrdiff_t channels, outputs;
    Planes planes;
    bool by_channels;
    RowTiles tiles;
    ptrdiff_t panels;
    ptrdiff_t images, rows;  // of a slab

    FLAMBEAU_INLINE ptrdiff_t all_rows() const { return c.z.result * c.y.result; }

    FLAMBEAU_INLINE void pad(ptrdiff_t n, ptrdiff_t count, T* padded) const {
        const ptrdiff_t plane = image_size(c);
        parallel(count * c.c, quotient_up(1 << 14, plane + 1), [&](ptrdiff_t begin, ptrdiff_t end) noexcept {
            for (ptrdiff_t i = begin; i < end; ++i)
                planes.copy(input + (n * c.c + i) * plane, padded + i * planes.size(), 1);
        });
    }

    // The gradient by pixels, in panels of output channels; and where the pixels' windows begin.
    FLAMBEAU_INLINE void pack(ptrdiff_t n, ptrdiff_t count, ptrdiff_t y0, ptrdiff_t high, T* packed,
                              std::int32_t* offsets) const {
        const ptrdiff_t pixels = high * c.x.result, plane = result_size(c), jobs = c.groups * panels * count;
        parallel(jobs, quotient_up(1 << 14, pixels * NR<T>), [&](ptrdiff_t begin, ptrdiff_t end) noexcept {
            for (ptrdiff_t job = begin; job < end; ++job) {
                const ptrdiff_t i = job % count, panel = job / count % panels, g = job / count / panels;
                const ptrdiff_t o = panel * NR<T>;
                pack_panel(grad + ((n + i) * c.o + g * outputs + o) * plane + y0 * c.x.result, 1, plane, pixels,
                           least(NR<T>, outputs - o), packed + ((g * panels + panel) * count + i) * pixels * NR<T>);
            }
        });
        for (ptrdiff_t i = 0, k = 0; i < count; ++i)
            for (ptrdiff_t y = y0; y < y0 + high; ++y)
                for (ptrdiff_t x = 0; x < c.x.result; ++x, ++k)
                    offsets[k] = static_cast<std::int32_t>(
                        i * c.c * planes.size() + planes.at(y / c.y.result * c.z.stride,
                                                            y % c.y.result * c.y.stride, x * c.x.stride));
    }

    // The sums of a tile of channels and a panel of outputs, for all places of the window, go to the result when they are
    // complete for these pixels.
    FLAMBEAU_INLINE bool add(const T* source, ptrdiff_t pixels, const T* packed, const std::int32_t* offsets,
                             bool accumulate) const {
        const ptrdiff_t taps = window_size(c), outer = by_channels ? tiles.count : channels;
        bool done = true;
        parallel(c.groups * panels * outer, 1, [&](ptrdiff_t begin, ptrdiff_t end) noexcept {
            const Scratch scratch((by_channels ? MR : 1) * taps * NR<T> * sizeof(T));
            T* const sums = static_cast<T*>(scratch.data);
            if (!sums) {
                __atomic_store_n(&done, false, __ATOMIC_RELAXED);
                return;
            }
            for (ptrdiff_t job = begin; job < end; ++job) {
                const ptrdiff_t at = job % outer, panel = job / outer % panels, g = job / outer / panels;
                const ptrdiff_t o = panel * NR<T>, width = least(NR<T>, outputs - o), vectors = quotient_up(width, lanes<T>);
                const T* const b = packed + (g * panels + panel) * pixels * NR<T>;
                const ptrdiff_t channel = by_channels ? tiles.begin(at) : at, count = by_channels ? tiles.rows(at) : 1;
                if (by_channels) {
                    const Tile<T> tile = micro::tiles<T, true>.find(count, vectors, planes.size());
                    for (ptrdiff_t tap = 0; tap < taps; ++tap)
                        tile(pixels, {place(source, g, channel, tap), planes.size(), 0, offsets}, b,
                             NR<T>, sums + tap * NR<T>, taps * NR<T>, false);
                } else {
                    for (ptrdiff_t line = 0; line < taps; line += c.x.kernel)
                        for (ptrdiff_t t = 0; t < tiles.count; ++t) {
                            const ptrdiff_t tap = line + tiles.begin(t);
                            micro::tiles<T, true>.find(tiles.rows(t), vectors, c.x.dilation)(
                                pixels, {place(source, g, channel, tap), c.x.dilation, 0, offsets}, b, NR<T>,
                                sums + tap * NR<T>, NR<T>, false);
                        }
                }
                give(sums, count * taps, width, accumulate, result + ((g * outputs + o) * channels + channel) * taps);
            }
        });
        return done;
    }

    FLAMBEAU_INLINE const T* place(const T* source, ptrdiff_t g, ptrdiff_t channel, ptrdiff_t tap) const {
        return source + (g * channels + channel) * planes.size() + Tap(c, tap).offset(c, planes);
    }

    // From (channel and place, output) to (output, channel and place).
    FLAMBEAU_INLINE void give(const T* sums, ptrdiff_t count, ptrdiff_t width, bool accumulate, T* to) const {
        constexpr int L = lanes<T>;
        const ptrdiff_t row = channels * window_size(c);
        alignas(64) T block[L * L];
        for (ptrdiff_t i = 0; i < count; i += L)
            for (ptrdiff_t j = 0; j < width; j += L) {
                const ptrdiff_t some = least(L, count - i), lines = least(L, width - j);
                if (!accumulate) {
                    transpose_block<T, false>(sums + i * NR<T> + j, NR<T>, some, lines, to + j * row + i, row);
                    continue;
                }
                transpose_block<T, true>(sums + i * NR<T> + j, NR<T>, some, lines, block, L);
                for (ptrdiff_t l = 0; l < lines; ++l) {
                    T* const at = to + (j + l) * row + i;
                    store_partial(at, load_partial(at, some) + load(block + l * L), some);
                }
            }
    }
};

}  // namespace flambeau::FLAMBEAU_ISA::micro
