// Convolution with 3x3 windows of stride 1 by Winograd's F(4x4, 3x3): 36 products for 16 results where sums of windows
// take 144, at the price of rounding errors two or three times as large.
//
// A tile of 6x6 pixels and a filter become 36 numbers each, whose products, summed over channels, become 4x4 results.
// The transforms interpolate at 0, +-3/4, +-5/4 and infinity: the usual 0, +-1, +-2 round worse. They run with channels
// along the vectors; between them are 36 products of matrices.
#pragma once

#include "flambeau/convolution/planes.hpp"
#include "flambeau/memory.hpp"
#include "flambeau/threads.hpp"

namespace flambeau::FLAMBEAU_ISA::micro {

template <class T>
struct Winograd {
    ptrdiff_t images, channels, outputs;
    ptrdiff_t h, w, padding_y, padding_x;  // of the input
    ptrdiff_t rows, columns;               // of the result
    const T* input;
    const T* weight;
    ptrdiff_t weight_channel, weight_output;  // from one filter to the next, in numbers; a filter is 9 in a row
    bool flipped;                             // filters are turned by 180 degrees
    const T* bias;                            // or null
    T* result;

    bool run() const noexcept {
        const ptrdiff_t filters_size = panels() * Points * apart(channels * NR<T>);
        if (all_tiles() <= Round || filters_size > images * (channels * h * w + outputs * rows * columns))
            return run_by_panels();
        const Scratch scratch(filters_size * sizeof(T));
        if (!scratch.data) return false;
        transform_filters(static_cast<T*>(scratch.data));
        return compute(static_cast<const T*>(scratch.data));
    }

  private:
    static constexpr int Side = 6, Kept = 4, Points = Side * Side;
    static constexpr T A = T(3) / 4, B = T(5) / 4, A2 = A * A, B2 = B * B;
    static constexpr ptrdiff_t Block = 2 * MR;                // tiles of a task, where filters are transformed first
    static constexpr ptrdiff_t Round = 64, Channels = 64;     // tiles and channels at a time, where they are not
    static constexpr ptrdiff_t Run = 8, Deep = 2 * lanes<T>;  // tiles and channels whose pixels are arranged at a time
    static constexpr ptrdiff_t Summed = 128;  // channels at a time: short sums, added up, round less than one long one
    using V = Vector<T>;

    FLAMBEAU_INLINE ptrdiff_t tiles_down() const { return quotient_up(rows, Kept); }
    FLAMBEAU_INLINE ptrdiff_t tiles_across() const { return quotient_up(columns, Kept); }
    FLAMBEAU_INLINE ptrdiff_t all_tiles() const { return images * tiles_down() * tiles_across(); }
    FLAMBEAU_INLINE ptrdiff_t width() const { return round_up(channels, lanes<T>); }  // channels, in whole vectors
    FLAMBEAU_INLINE ptrdiff_t panels() const { return quotient_up(outputs, NR<T>); }

    // From one point to the next, where so many numbers belong to a point: an odd number of cache lines, as lines at a
    // power of two from each other would all have the same few places in the cache.
    FLAMBEAU_INLINE static ptrdiff_t apart(ptrdiff_t numbers) {
        constexpr ptrdiff_t line = 64 / sizeof(T);
        return (quotient_up(numbers, line) | 1) * line;
    }

    // A pixel's transform along one dimension, for numbers `step` apart.
    FLAMBEAU_INLINE static void transform_pixels(const V* d, int step, V* out, int out_step) {
        const V d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step], d5 = d[5 * step];
        const V even_a = d4 - d2 * B2, odd_a = (d3 - d1 * B2) * A;
        const V even_b = d4 - d2 * A2, odd_b = (d3 - d1 * A2) * B;
        out[0] = d4 - d2 * (A2 + B2) + d0 * (A2 * B2);
        out[out_step] = even_a + odd_a;
        out[2 * out_step] = even_a - odd_a;
        out[3 * out_step] = even_b + odd_b;
        out[4 * out_step] = even_b - odd_b;
        out[5 * out_step] = d5 - d3 * (A2 + B2) + d1 * (A2 * B2);
    }

    FLAMBEAU_INLINE static void transform_filter(const V* g, int step, V* out, int out_step) {
        constexpr T at_a = 1 / (2 * A2 * (A2 - B2)), at_b = 1 / (2 * B2 * (B2 - A2));
        const V g0 = g[0], g1 = g[step], g2 = g[2 * step];
        const V even_a = (g0 + g2 * A2) * at_a, odd_a = g1 * (A * at_a);
        const V even_b = (g0 + g2 * B2) * at_b, odd_b = g1 * (B * at_b);
        out[0] = g0 * (1 / (A2 * B2));
        out[out_step] = even_a + odd_a;
        out[2 * out_step] = even_a - odd_a;
        out[3 * out_step] = even_b + odd_b;
        out[4 * out_step] = even_b - odd_b;
        out[5 * out_step] = g2;
    }

    FLAMBEAU_INLINE static void transform_sums(const V* m, int step, V* out, int out_step) {
        const V sum_a = m[step] + m[2 * step], difference_a = m[step] - m[2 * step];
        const V sum_b = m[3 * step] + m[4 * step], difference_b = m[3 * step] - m[4 * step];
        out[0] = m[0] + sum_a + sum_b;
        out[out_step] = difference_a * A + difference_b * B;
        out[2 * out_step] = sum_a * A2 + sum_b * B2;
        out[3 * out_step] = difference_a * (A * A2) + difference_b * (B * B2) + m[5 * step];
    }

    // filters: (panel, point, channel, NR).
    FLAMBEAU_INLINE void transform_filters(T* filters) const {
        const ptrdiff_t next = apart(channels * NR<T>);
        parallel(panels() * channels, quotient_up(64, NV), [&](ptrdiff_t begin, ptrdiff_t end) noexcept {
            for (ptrdiff_t i = begin; i < end; ++i) {
                const ptrdiff_t panel = i / channels, channel = i % channels;
                transform_channel(panel, channel, filters + panel * Points * next + channel * NR<T>, next);
            }
        });
    }

    // The points of a panel's filters for one channel, `next` apart.
    FLAMBEAU_INLINE void transform_channel(ptrdiff_t panel, ptrdiff_t channel, T* to, ptrdiff_t next) const {
        constexpr int L = lanes<T>;
        for (int v = 0; v < NV; ++v) {
            const ptrdiff_t o = panel * NR<T> + v * L, count = outputs - o;
            V places[16], half[Side * 3], points[Points];
            for (V& place : places) place = V{};
            if (count > 0)
                for (ptrdiff_t tap = 0; tap < 9; tap += L)
                    transpose_block<T, true>(weight + channel * weight_channel + o * weight_output + tap, weight_output,
                                             least(L, count), least(L, 9 - tap), reinterpret_cast<T*>(places + tap), L);
            if (flipped)
                for (int tap = 0; tap < 4; ++tap) {
                    const V other = places[8 - tap];
                    places[8 - tap] = places[tap];
                    places[tap] = other;
                }
            for (int x = 0; x < 3; ++x) transform_filter(places + x, 3, half + x, 3);
            for (int y = 0; y < Side; ++y) transform_filter(half + y * 3, 1, points + y * Side, 1);
            for (int p = 0; p < Points; ++p) store(to + p * next + v * L, points[p]);
        }
    }

    // Few tiles: the transformed filters would be far more than the pixels. Some tiles at a time, a task is a panel of
    // outputs, whose filters are transformed when they are needed, some channels at a time.
    FLAMBEAU_INLINE bool run_by_panels() const {
        const ptrdiff_t all = all_tiles(), round = quotient_up(all, quotient_up(all, Round)), stride = width() + lanes<T>;
        const ptrdiff_t next = apart(round * stride);
        const Scratch scratch(Points * next * sizeof(T));
        if (!scratch.data) return false;
        T* const pixels = static_cast<T*>(scratch.data);
        bool done = true;
        for (ptrdiff_t first = 0; first < all && done; first += round) {
            const ptrdiff_t tiles = least(round, all - first), parts = quotient_up(channels, Channels), few = 4;
            parallel(quotient_up(tiles, few) * parts, 1, [&](ptrdiff_t begin, ptrdiff_t end) noexcept {
                for (ptrdiff_t i = begin; i < end; ++i) {
                    const ptrdiff_t t = i / parts * few, channel = i % parts * Channels;
                    take_tiles(first + t, least(few, tiles - t), channel, least(channel + Channels, width()),
                               pixels + t * stride, stride, next);
                }
            });
            done = compute_panels(first, tiles, pixels, stride, next);
        }
        return done;
    }

    FLAMBEAU_INLINE bool compute_panels(ptrdiff_t first, ptrdiff_t tiles, const T* pixels, ptrdiff_t stride,
                                        ptrdiff_t next) const {
        const ptrdiff_t sums_next = apart(tiles * NR<T>), filters_next = apart(Channels * NR<T>);
        bool done = true;
        parallel(panels(), 1, [&](ptrdiff_t begin, ptrdiff_t end) noexcept {
            const ptrdiff_t results_size = tiles * Kept * Kept * NR<T>;
            const Scratch own((Points * (filters_next + sums_next) + results_size) * sizeof(T));
            if (!own.data) {
                __atomic_store_n(&done, false, __ATOMIC_RELAXED);
                return;
            }
            T* const filters = static_cast<T*>(own.data);
            T* const sums = filters + Points * filters_next;
            for (ptrdiff_t panel = begin; panel < end; ++panel) {
                for (ptrdiff_t k = 0; k < channels; k += Channels) {
                    const ptrdiff_t count = least(Channels, channels - k);
                    for (ptrdiff_t i = 0; i < count; ++i)
                        transform_channel(panel, k + i, filters + i * NR<T>, filters_next);
                    multiply(pixels + k, stride, next, tiles, filters, filters_next, count, sums, sums_next, k > 0);
                }
                give(first, tiles, panel, sums, sums_next, sums + Points * sums_next);
            }
        });
        return done;
    }

    FLAMBEAU_INLINE bool compute(const T* filters) const {
        const ptrdiff_t tiles = all_tiles();
        // An even number of blocks, for an even number of threads.
        const ptrdiff_t block = quotient_up(tiles, round_up(quotient_up(tiles, Block), 2));
        const ptrdiff_t stride = width() + lanes<T>;  // not a power of two
        const ptrdiff_t next = apart(block * stride), sums_next = apart(block * NR<T>);
        const ptrdiff_t filters_next = apart(channels * NR<T>), pixels = Points * next, sums = Points * sums_next;
        bool done = true;
        parallel(quotient_up(tiles, block), 1, [&](ptrdiff_t begin, ptrdiff_t end) noexcept {
            const Scratch scratch((pixels + sums + block * Kept * Kept * NR<T>) * sizeof(T));
            T* const data = static_cast<T*>(scratch.data);
            if (!data) {
                __atomic_store_n(&done, false, __ATOMIC_RELAXED);
                return;
            }
            for (ptrdiff_t i = begin; i < end; ++i) {
                const ptrdiff_t first = i * block, used = least(block, tiles - first);
                take_tiles(first, used, 0, width(), data, stride, next);
                for (ptrdiff_t panel = 0; panel < panels(); ++panel) {
                    multiply(data, stride, next, used, filters + panel * Points * filters_next, filters_next, channels,
                             data + pixels, sums_next, false);
                    give(first, used, panel, data + pixels, sums_next, data + pixels + sums);
                }
            }
        });
        return done;
    }

    // Calls work(tile, tiles, image, row, column) for tiles side by side in a row of tiles, `longest` at most.
    template <class Work>
    FLAMBEAU_INLINE void for_runs(ptrdiff_t first, ptrdiff_t count, ptrdiff_t longest, const Work& work) const {
        for (ptrdiff_t t = first, run; t < first + count; t += run) {
            const ptrdiff_t x = t % tiles_across(), y = t / tiles_across() % tiles_down();
            run = least(least(first + count - t, tiles_across() - x), longest);
            work(t, run, t / tiles_across() / tiles_down(), y, x);
        }
    }

    // The points of some tiles, for whole vectors of channels: tiles are `stride` apart, their points `next`.
    FLAMBEAU_INLINE void take_tiles(ptrdiff_t first, ptrdiff_t count, ptrdiff_t channel, ptrdiff_t end, T* to,
                                    ptrdiff_t stride, ptrdiff_t next) const {
        alignas(64) T window[Side * (Run * Kept + 2) * Deep];
        for_runs(first, count, Run, [&](ptrdiff_t tile, ptrdiff_t run, ptrdiff_t n, ptrdiff_t y, ptrdiff_t x) {
            const ptrdiff_t line = (run * Kept + 2) * Deep;
            for (ptrdiff_t k = channel; k < end; k += Deep) {
                arrange(n, y * Kept - padding_y, x * Kept - padding_x, run * Kept + 2, k, window);
                for (ptrdiff_t t = 0; t < run; ++t)
                    for (ptrdiff_t v = 0; v < least(Deep, end - k); v += lanes<T>)
                        transform_tile(window + t * Kept * Deep + v, line, to + (tile - first + t) * stride + k + v, next);
            }
        });
    }

    // Six rows of pixels, from row y and column x of an image, by (row, column, channel); zeros in the padding.
    FLAMBEAU_INLINE void arrange(ptrdiff_t n, ptrdiff_t y, ptrdiff_t x, ptrdiff_t wide, ptrdiff_t channel,
                                 T* window) const {
        constexpr int L = lanes<T>;
        const ptrdiff_t begin = x < 0 ? -x : 0, end = least(wide, w - x);
        for (int i = 0; i < Side; ++i) {
            T* const to = window + i * wide * Deep;
            const bool seen = y + i >= 0 && y + i < h && begin < end;
            __builtin_memset(to, 0, (seen ? begin : wide) * Deep * sizeof(T));
            if (!seen) continue;
            __builtin_memset(to + end * Deep, 0, (wide - end) * Deep * sizeof(T));
            const T* const from = input + (n * channels * h + y + i) * w + x;
            for (ptrdiff_t v = 0; v < Deep; v += L) {
                const ptrdiff_t count = least(L, channels - channel - v);
                if (count <= 0) break;
                for (ptrdiff_t px = begin; px < end; px += L)
                    transpose_block<T, true>(from + (channel + v) * h * w + px, h * w, count, least(L, end - px),
                                             to + px * Deep + v, Deep);
            }
        }
    }

    FLAMBEAU_INLINE static void transform_tile(const T* from, ptrdiff_t line, T* to, ptrdiff_t next) {
        V half[Points];
#pragma GCC unroll 6
        for (int i = 0; i < Side; ++i) {
            V row[Side];
#pragma GCC unroll 6
            for (int j = 0; j < Side; ++j) row[j] = load(from + i * line + j * Deep);
            transform_pixels(row, 1, half + i * Side, 1);
        }
#pragma GCC unroll 6
        for (int j = 0; j < Side; ++j) {
            V points[Side];
            transform_pixels(half + j, Side, points, 1);
#pragma GCC unroll 6
            for (int i = 0; i < Side; ++i) store(to + (i * Side + j) * next, points[i]);
        }
    }

    // Sums over `count` channels: points of pixels are `next` apart, those of filters and sums their own distances.
    FLAMBEAU_INLINE void multiply(const T* pixels, ptrdiff_t stride, ptrdiff_t next, ptrdiff_t used, const T* filters,
                                  ptrdiff_t filters_next, ptrdiff_t count, T* sums, ptrdiff_t sums_next,
                                  bool accumulate) const {
        const RowTiles tiles(used);
        for (int p = 0; p < Points; ++p)
            for (ptrdiff_t k = 0; k < count; k += Summed)
                for (ptrdiff_t t = 0; t < tiles.count; ++t)
                    micro::tiles<T, false>.find(tiles.rows(t), NV, stride)(
                        least(Summed, count - k), {pixels + p * next + tiles.begin(t) * stride + k, stride, 1, nullptr},
                        filters + p * filters_next + k * NR<T>, NR<T>, sums + p * sums_next + tiles.begin(t) * NR<T>,
                        NR<T>, accumulate || k > 0);
    }

    // The results of a panel for some tiles.
    FLAMBEAU_INLINE void give(ptrdiff_t first, ptrdiff_t used, ptrdiff_t panel, const T* sums, ptrdiff_t sums_next,
                              T* results) const {
        const ptrdiff_t line = used * Kept * NR<T>;
        for (ptrdiff_t t = 0; t < used; ++t)
            give_tile(sums + t * NR<T>, sums_next, panel, results + t * Kept * NR<T>, line);
        unpack(first, used, panel, results, line);
    }

    // A tile's results, by pixels: rows of pixels are `line` apart.
    FLAMBEAU_INLINE void give_tile(const T* sums, ptrdiff_t next, ptrdiff_t panel, T* to, ptrdiff_t line) const {
        for (int v = 0; v < NV; ++v) {
            const ptrdiff_t o = panel * NR<T> + v * lanes<T>;
            if (o >= outputs) break;
            const V start = bias ? load_partial(bias + o, least(lanes<T>, outputs - o)) : V{};
            V half[Kept * Side];
#pragma GCC unroll 6
            for (int j = 0; j < Side; ++j) {
                V column[Side];
#pragma GCC unroll 6
                for (int i = 0; i < Side; ++i) column[i] = load(sums + (i * Side + j) * next + v * lanes<T>);
                transform_sums(column, 1, half + j, Side);
            }
#pragma GCC unroll 4
            for (int i = 0; i < Kept; ++i) {
                V row[Kept];
                transform_sums(half + i * Side, 1, row, 1);
#pragma GCC unroll 4
                for (int j = 0; j < Kept; ++j) store(to + i * line + j * NR<T> + v * lanes<T>, row[j] + start);
            }
        }
    }

    // Rows of tiles, by pixels, to planes of the result.
    FLAMBEAU_INLINE void unpack(ptrdiff_t first, ptrdiff_t used, ptrdiff_t panel, const T* buffer, ptrdiff_t line) const {
        constexpr int L = lanes<T>;
        const ptrdiff_t o = panel * NR<T>, count = least(NR<T>, outputs - o), plane = rows * columns;
        for_runs(first, used, used, [&](ptrdiff_t tile, ptrdiff_t run, ptrdiff_t n, ptrdiff_t y, ptrdiff_t x) {
            const ptrdiff_t seen = least(run * Kept, columns - x * Kept);
            for (ptrdiff_t i = 0; i < least(Kept, rows - y * Kept); ++i) {
                const T* const from = buffer + i * line + (tile - first) * Kept * NR<T>;
                T* const to = result + (n * outputs + o) * plane + (y * Kept + i) * columns + x * Kept;
                for (ptrdiff_t px = 0; px < seen; px += L)
                    for (ptrdiff_t j = 0; j < count; j += L)
                        transpose_block<T, false>(from + px * NR<T> + j, NR<T>, least(L, seen - px),
                                                  least(L, count - j), to + px + j * plane, plane);
            }
        });
    }
};

}  // namespace flambeau::FLAMBEAU_ISA::micro
