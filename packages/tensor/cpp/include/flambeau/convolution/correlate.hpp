// Correlation of padded planes with filters, as products of tiles: the forward pass and the gradient of the input.
//
// The micro-kernel's vectors run along output channels, whose filters are packed once; its rows are neighbouring
// pixels, or the same pixel of several images where rows of pixels are short. Their numbers are read from the padded
// planes through a table with one offset for each number of a window: nothing is gathered into columns.
#pragma once

#include "flambeau/convolution/planes.hpp"
#include "flambeau/convolution/pixels.hpp"
#include "flambeau/memory.hpp"
#include "flambeau/threads.hpp"

namespace flambeau::FLAMBEAU_ISA::micro {

// result[n, g, o, z, y, x] = bias[g, o] + sum over k < steps of filter[g][k][o] * window of (z, y, x)[offsets[k]].
template <class T>
struct Correlation {
    ptrdiff_t images, groups;
    Planes planes;
    ptrdiff_t channels;  // of a group: planes of the input
    ptrdiff_t outputs;   // of a group: planes of the result
    const T* input;      // (images, groups, channels, planes)
    ptrdiff_t steps, taps;        // all numbers of a window, and those of one channel
    ptrdiff_t longest;            // the most steps that a pass has in any of its correlations
    const std::int32_t* offsets;  // channel by channel; of the first channel if across_images()
    ptrdiff_t step_z, step_y, step_x;  // planes, rows and columns of padded planes between neighbouring windows
    ptrdiff_t slices, rows, columns;   // of windows
    const T* filters;          // a panel of `steps` rows of NR numbers after the other, for each group
    const T* bias;             // groups * outputs numbers, or null
    T* result;
    ptrdiff_t result_image, result_plane, result_z, result_y, result_x;

    static constexpr ptrdiff_t Strip = 256;     // pixels of a task, about
    static constexpr ptrdiff_t Round = 1 << 20;  // bytes of padded planes at a time, about
    static constexpr ptrdiff_t SlabBytes = 160 << 10;
    static constexpr ptrdiff_t ShortSum = 256;  // products
    static constexpr ptrdiff_t Turning = 16;    // products that take as long as turning their sum

    FLAMBEAU_INLINE ptrdiff_t panels() const { return quotient_up(outputs, NR<T>); }

    // Whether vectors run along pixels: where those along outputs would stay all but empty, and where sums are so short
    // that turning results into planes would take as long as computing them, unless too many pixels lie beyond the rows.
    FLAMBEAU_INLINE bool along_pixels() const {
        if (step_x != 1 || 2 * columns < lanes<T>) return false;
        const ptrdiff_t beyond = quotient_up(columns, lanes<T>) * lanes<T> - columns;
        return outputs <= Few || (result_x == 1 && longest <= ShortSum && longest * beyond <= columns * Turning);
    }

    // Whether the rows of a tile are images rather than neighbouring pixels.
    FLAMBEAU_INLINE bool across_images() const {
        return columns / quotient_up(columns, MR) * 2 < MR && images > columns && !along_pixels();
    }

    // From a number of a padded plane to the next. Across images, pixels hold all channels, channels MR images; a cache
    // line more keeps pixels from lying at a power of two from one another.
    FLAMBEAU_INLINE ptrdiff_t pixel_step() const {
        return across_images() ? groups * channels * MR + 64 / ptrdiff_t(sizeof(T)) : 1;
    }

    bool run() const noexcept {
        if (images * groups * outputs * all_rows() * columns == 0) return true;
        const bool across = across_images();
        const bool pixels = along_pixels(), bare = planes.bare() && !across && !pixels;
        const ptrdiff_t units = across ? quotient_up(images, MR) : images;  // what is padded at a time
        const ptrdiff_t unit = planes.size() * (across ? pixel_step() : groups * channels);
        ptrdiff_t round = bare ? units : least(units, Round / (unit * ptrdiff_t(sizeof(T)) + 1) + 1);
        round = quotient_up(units, quotient_up(units, round));
        // Vectors of pixels may reach beyond the last row.
        Scratch scratch(bare ? 1 : (round * unit + 2 * lanes<T>) * sizeof(T));
        if (!scratch.data) return false;
        T* const padded = static_cast<T*>(scratch.data);
        bool done = true;
        for (ptrdiff_t first = 0; first < units && done; first += round) {
            const ptrdiff_t count = least(round, units - first);
            if (!bare) pad(across, first, count, padded, unit);
            if (pixels) compute_along(first, count, padded, unit);
            else done = compute(across, first, count, bare ? input + first * unit : padded, unit);
        }
        return done;
    }

  private:
    // Rows of windows are counted through all slices.
    FLAMBEAU_INLINE ptrdiff_t all_rows() const { return slices * rows; }
    FLAMBEAU_INLINE ptrdiff_t source_row(ptrdiff_t y) const {
        return planes.at(y / rows * step_z, y % rows * step_y, 0);
    }
    FLAMBEAU_INLINE ptrdiff_t result_row(ptrdiff_t y) const { return y / rows * result_z + y % rows * result_y; }

    FLAMBEAU_INLINE void pad(bool across, ptrdiff_t first, ptrdiff_t count, T* padded, ptrdiff_t unit) const {
        const ptrdiff_t each = groups * channels, plane = planes.z.size * planes.y.size * planes.x.size;
        const RowTiles tiles(images);
        const ptrdiff_t grain = quotient_up(1 << 14, plane * (across ? MR : 1) + 1);
        parallel(count * each, grain, [&](ptrdiff_t begin, ptrdiff_t end) noexcept {
            for (ptrdiff_t i = begin; i < end; ++i) {
                const ptrdiff_t u = i / each, c = i % each;
                if (across) {
                    T* const to = padded + u * unit + c * MR;
                    const ptrdiff_t image = tiles.begin(first + u);
                    for (ptrdiff_t r = 0; r < tiles.rows(first + u); ++r)
                        planes.copy(input + ((image + r) * each + c) * plane, to + r, pixel_step());
                } else {
                    planes.copy(input + ((first + u) * each + c) * plane, padded + u * unit + c * planes.size(), 1);
                }
            }
        });
    }

    // Vectors along pixels: a task is a few rows of an image with all outputs.
    FLAMBEAU_INLINE void compute_along(ptrdiff_t first, ptrdiff_t count, const T* source, ptrdiff_t unit) const {
        constexpr ptrdiff_t high = 4;
        const ptrdiff_t down = quotient_up(rows, high);
        const ptrdiff_t grain = (1 << 17) / (high * columns * outputs * (steps + 1)) + 1;
        parallel(count * groups * slices * down, grain, [&](ptrdiff_t begin, ptrdiff_t end) noexcept {
            for (ptrdiff_t i = begin; i < end; ++i) {
                const ptrdiff_t y = i % down * high, z = i / down % slices;
                const ptrdiff_t g = i / down / slices % groups, u = i / down / slices / groups;
                const T* const image =
                    source + u * unit + g * channels * planes.size() + z * step_z * planes.plane();
                T* const to = result + (first + u) * result_image + g * outputs * result_plane + z * result_z;
                for (ptrdiff_t panel = 0; panel < panels(); ++panel) {
                    const RowTiles tiles(least(NR<T>, outputs - panel * NR<T>));
                    for (ptrdiff_t t = 0; t < tiles.count; ++t)
                        along_rows(image, g, panel * NR<T>, tiles.begin(t), tiles.rows(t), y, least(y + high, rows), to);
                }
            }
        });
    }

    // The outputs from `o` of the panel that begins at `panel`, for rows y0 to y1.
    FLAMBEAU_INLINE void along_rows(const T* image, ptrdiff_t g, ptrdiff_t panel, ptrdiff_t o, ptrdiff_t width,
                                    ptrdiff_t y0, ptrdiff_t y1, T* to) const {
        constexpr int L = lanes<T>;
        const ptrdiff_t line = step_y * planes.row();
        const T* const filter = filters + g * panels() * steps * NR<T> + panel * steps + o;
        const T* const start = bias ? bias + g * outputs + panel + o : nullptr;
        alignas(64) T buffer[MR * NV * L];  // several rows of pixels have fewer outputs
        for (ptrdiff_t y = y0; y < y1;) {
            const ptrdiff_t most = rows_together(static_cast<int>(width)), high = y1 - y < most ? 1 : most;
            for (ptrdiff_t x = 0; x < columns; x += NV * L) {
                const ptrdiff_t seen = least(NV * L, columns - x);
                const PixelBlock<T> block = pixel_blocks<T>.find(width, high, quotient_up(seen, L));
                const Windows<T> windows{image + y * line + x, line, steps, offsets, filter, start};
                T* const out = to + (panel + o) * result_plane + y * result_y + x * result_x;
                if (result_x == 1) {
                    block(windows, out, result_plane, result_y, seen);
                    continue;
                }
                block(windows, buffer, high * NV * L, NV * L, seen);
                for (ptrdiff_t j = 0; j < width; ++j)
                    for (ptrdiff_t r = 0; r < high; ++r)
                        for (ptrdiff_t i = 0; i < seen; ++i)
                            out[j * result_plane + r * result_y + i * result_x] = buffer[(j * high + r) * NV * L + i];
            }
            y += high;
        }
    }

    // A task is a strip of pixels of an image (or of a tile of images) with some panels of output channels.
    FLAMBEAU_INLINE bool compute(bool across, ptrdiff_t first, ptrdiff_t count, const T* source, ptrdiff_t unit) const {
        const ptrdiff_t across_rows = across ? MR : 1;
        // Whole rows of pixels, or parts of one.
        const ptrdiff_t wide = least(columns, quotient_up(columns, quotient_up(columns, Strip)));
        const ptrdiff_t high = least(all_rows(), quotient_up(Strip, wide * across_rows));
        const ptrdiff_t over = quotient_up(columns, wide), down = quotient_up(all_rows(), high), all = panels();
        // All panels of a strip together, unless there are few strips.
        const ptrdiff_t strips = count * groups * over * down;
        const ptrdiff_t parts = least(all, quotient_up(8, strips)), width = quotient_up(all, parts);
        const ptrdiff_t cuts = quotient_up(all, width);
        const double work = double(high) * double(wide) * double(across_rows) * double(width) * NR<T> * double(steps);
        const ptrdiff_t grain = static_cast<ptrdiff_t>((1 << 18) / (work + 1)) + 1;
        bool done = true;
        parallel(strips * cuts, grain, [&](ptrdiff_t begin, ptrdiff_t end) noexcept {
            Scratch scratch(high * wide * across_rows * NR<T> * sizeof(T));
            if (!scratch.data) {
                __atomic_store_n(&done, false, __ATOMIC_RELAXED);
                return;
            }
            for (ptrdiff_t i = begin; i < end; ++i) {
                // Strips change fastest, so that a thread keeps the panels of filters in its cache.
                ptrdiff_t rest = i;
                const ptrdiff_t x = rest % over * wide;
                rest /= over;
                const ptrdiff_t y = rest % down * high;
                rest /= down;
                const ptrdiff_t cut = rest % cuts * width;
                rest /= cuts;
                const ptrdiff_t g = rest % groups, u = rest / groups;
                const T* const image = source + u * unit + g * channels * (across ? MR : planes.size());
                for (ptrdiff_t panel = cut; panel < least(cut + width, all); ++panel)
                    strip(across, first + u, g, panel, image, y, least(y + high, all_rows()), x, least(x + wide, columns),
                          static_cast<T*>(scratch.data));
            }
        });
        return done;
    }

    FLAMBEAU_INLINE void strip(bool across, ptrdiff_t unit, ptrdiff_t g, ptrdiff_t panel, const T* image, ptrdiff_t y0,
                               ptrdiff_t y1, ptrdiff_t x0, ptrdiff_t x1, T* buffer) const {
        const ptrdiff_t o = panel * NR<T>, width = least(NR<T>, outputs - o), vectors = quotient_up(width, lanes<T>);
        const T* const filter = filters + (g * panels() + panel) * steps * NR<T>;
        const T* const start = bias ? bias + g * outputs + o : nullptr;
        const ptrdiff_t pixels = x1 - x0, between = across ? MR : 1;  // rows of the buffer between pixels
        const RowTiles tiles(across ? images : pixels);
        const ptrdiff_t used = across ? tiles.rows(unit) : 1;  // of those
        if (start || across)
            for (ptrdiff_t i = 0; i < (y1 - y0) * pixels * between; ++i)
                for (ptrdiff_t j = 0; j < vectors * lanes<T>; ++j)
                    buffer[i * NR<T> + j] = start && j < width ? start[j] : T(0);
        if (across) add_across(used, vectors, filter, image, y0, y1, x0, x1, buffer);
        else add_along(start != nullptr, vectors, filter, image, y0, y1, x0, x1, buffer);

        for (ptrdiff_t r = 0; r < used; ++r) {
            const ptrdiff_t n = across ? tiles.begin(unit) + r : unit;
            T* const to = result + n * result_image + (g * outputs + o) * result_plane + x0 * result_x;
            const T* const from = buffer + r * NR<T>;
            if (result_x == 1 && result_y == pixels && (slices == 1 || result_z == rows * pixels)) {
                unpack(from, between * NR<T>, (y1 - y0) * pixels, width, to + result_row(y0));
            } else {
                for (ptrdiff_t y = y0; y < y1; ++y)
                    unpack(from + (y - y0) * pixels * between * NR<T>, between * NR<T>, pixels, width,
                           to + result_row(y));
            }
        }
    }

    // Tiles of neighbouring pixels, slab after slab of filters.
    FLAMBEAU_INLINE void add_along(bool accumulate, ptrdiff_t vectors, const T* filter, const T* image, ptrdiff_t y0,
                                   ptrdiff_t y1, ptrdiff_t x0, ptrdiff_t x1, T* buffer) const {
        const RowTiles tiles(x1 - x0);
        constexpr ptrdiff_t most = SlabBytes / (NR<T> * ptrdiff_t(sizeof(T)));
        const ptrdiff_t slab = steps > 0 ? quotient_up(steps, quotient_up(steps, most)) : 1;
        for (ptrdiff_t k = 0; k < steps || k == 0; k += slab) {
            for (ptrdiff_t y = y0; y < y1; ++y)
                for (ptrdiff_t t = 0; t < tiles.count; ++t)
                    micro::tiles<T, true>.find(tiles.rows(t), vectors, step_x)(
                        least(slab, steps - k),
                        {image + source_row(y) + (x0 + tiles.begin(t)) * step_x, step_x, 0, offsets + k},
                        filter + k * NR<T>, NR<T>, buffer + ((y - y0) * (x1 - x0) + tiles.begin(t)) * NR<T>, NR<T>,
                        accumulate || k > 0);
        }
    }

    // Tiles of a pixel of several images. Images are small: what of a window lies in the padding is left out.
    FLAMBEAU_INLINE void add_across(ptrdiff_t used, ptrdiff_t vectors, const T* filter, const T* image, ptrdiff_t y0,
                                    ptrdiff_t y1, ptrdiff_t x0, ptrdiff_t x1, T* buffer) const {
        const Tile<T> tile = micro::tiles<T, false>.find(used, vectors, 1);
        const ptrdiff_t step = pixel_step();
        for (ptrdiff_t tap = 0; tap < taps; ++tap) {
            const ptrdiff_t place = offsets[tap] / step, right = place % planes.row();
            const ptrdiff_t down = place / planes.row() % planes.y.total(), inward = place / planes.plane();
            for (ptrdiff_t y = y0; y < y1; ++y) {
                if (planes.z.outside(y / rows * step_z + inward) || planes.y.outside(y % rows * step_y + down)) continue;
                for (ptrdiff_t x = x0; x < x1; ++x) {
                    if (planes.x.outside(x * step_x + right)) continue;
                    const T* const pixel = image + (source_row(y) + x * step_x) * step + offsets[tap];
                    T* const out = buffer + ((y - y0) * (x1 - x0) + x - x0) * MR * NR<T>;
                    tile(channels, {pixel, 1, MR, nullptr}, filter + tap * channels * NR<T>, NR<T>, out, NR<T>, true);
                }
            }
        }
    }

    // Pixels by channels, to channels by pixels.
    FLAMBEAU_INLINE void unpack(const T* from, ptrdiff_t from_pixel, ptrdiff_t pixels, ptrdiff_t width, T* to) const {
        constexpr int L = lanes<T>;
        if (result_x == 1) {
            for (ptrdiff_t x = 0; x < pixels; x += L)
                for (ptrdiff_t j = 0; j < width; j += L)
                    transpose_block<T, false>(from + x * from_pixel + j, from_pixel, least(L, pixels - x),
                                              least(L, width - j), to + x + j * result_plane, result_plane);
        } else {
            for (ptrdiff_t j = 0; j < width; ++j)
                for (ptrdiff_t x = 0; x < pixels; ++x) to[x * result_x + j * result_plane] = from[x * from_pixel + j];
        }
    }
};

}  // namespace flambeau::FLAMBEAU_ISA::micro
