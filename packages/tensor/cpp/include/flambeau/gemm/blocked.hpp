// The product of two matrices in blocks that fit the caches.
//
// k is cut into slabs. Of a slab, what is not already in a good order is packed; then C is computed in blocks of tiles,
// one block a task. Each number of C is summed by one thread in one order, whatever the number of threads.
#pragma once

#include "flambeau/gemm/output.hpp"
#include "flambeau/memory.hpp"
#include "flambeau/threads.hpp"

namespace flambeau::FLAMBEAU_ISA::micro {

// Measured: a panel of B that the first level of the cache does not quite hold is better than shorter sums.
constexpr ptrdiff_t PanelBytes = 64 << 10;
constexpr ptrdiff_t BlockBytes = 256 << 10;  // of A, in the second level of the cache
constexpr ptrdiff_t Worthwhile = 1 << 19;  // products from which several threads are used
constexpr ptrdiff_t SlabRows = 4096, SlabColumns = 4096;

// k of one slab; all slabs of a product are equal but for the last, which may be shorter.
template <class T>
FLAMBEAU_INLINE ptrdiff_t slab_of(ptrdiff_t k) {
    constexpr ptrdiff_t most = PanelBytes / (NR<T> * ptrdiff_t(sizeof(T)));
    return round_up(quotient_up(k, quotient_up(k, most)), lanes<T>);
}

template <class T>
class Blocked {
  public:
    FLAMBEAU_INLINE Blocked(const Product<T>& p) noexcept
        : p(p),
          slab(least(slab_of<T>(p.k), p.k)),
          // Copies pay when they are read several times and the original's order is bad for the caches.
          packs_b(p.b_column != 1 || (p.m > 2 * MR && p.k * distance(p.b_row) > PanelBytes)),
          packs_a(p.n > 2 * NR<T> && extent(p.m, p.a_row, p.k, p.a_column) > PanelBytes),
          tail(p.n % lanes<T> != 0),
          a_rows(p.a_column == 1),
          a_tile(a_rows ? MR * padded(slab) : MR * slab) {}

    template <class Output>
    bool run(const Output& output) const noexcept {
        const ptrdiff_t panels = packs_b ? quotient_up(least(p.n, SlabColumns), NR<T>) : tail;
        const ptrdiff_t tiles = packs_a ? RowTiles(least(p.m, SlabRows)).count : 0;
        const ptrdiff_t b_size = round_up(panels * NR<T> * slab, 64);
        if (b_size + tiles == 0) {
            slabs(output, nullptr, nullptr);
            return true;
        }
        Scratch scratch((b_size + tiles * a_tile) * sizeof(T));
        if (!scratch.data) return false;
        slabs(output, static_cast<T*>(scratch.data), static_cast<T*>(scratch.data) + b_size);
        return true;
    }

  private:
    const Product<T>& p;
    ptrdiff_t slab;
    bool packs_b, packs_a, tail, a_rows;
    ptrdiff_t a_tile;  // numbers of a packed tile of A

    FLAMBEAU_INLINE static ptrdiff_t distance(ptrdiff_t stride) {
        return (stride < 0 ? -stride : stride) * ptrdiff_t(sizeof(T));
    }
    FLAMBEAU_INLINE static ptrdiff_t extent(ptrdiff_t m, ptrdiff_t row, ptrdiff_t n, ptrdiff_t column) {
        return m * distance(row) > n * distance(column) ? m * distance(row) : n * distance(column);
    }
    // Packed rows must not lie at a power of two from one another: they would share few places in the cache.
    FLAMBEAU_INLINE static ptrdiff_t padded(ptrdiff_t k) {
        const ptrdiff_t line = 64 / sizeof(T);
        return (quotient_up(k, line) | 1) * line;
    }
    FLAMBEAU_INLINE bool parallel_pays() const { return p.m * p.n >= quotient_up(Worthwhile, p.k); }

    template <class Output>
    void slabs(const Output& output, T* packed_b, T* packed_a) const noexcept {
        for (ptrdiff_t j = 0; j < p.n; j += SlabColumns)
            for (ptrdiff_t k = 0; k < p.k; k += slab)
                for (ptrdiff_t i = 0; i < p.m; i += SlabRows)
                    Slab<Output>{*this, output, i, j, k, least(SlabRows, p.m - i), least(SlabColumns, p.n - j),
                                 least(slab, p.k - k), packed_b, packed_a}
                        .run();
    }

    // A part of C, and the part of k that is added to it.
    template <class Output>
    struct Slab {
        const Blocked& whole;
        const Output& output;
        ptrdiff_t i0, j0, k0, m, n, k;
        T* packed_b;
        T* packed_a;

        FLAMBEAU_INLINE void run() const {
            const RowTiles tiles(m);
            const ptrdiff_t panels = quotient_up(n, NR<T>);
            // The last panel is packed also where the others are not, unless its vectors are whole.
            const ptrdiff_t first = whole.packs_b ? 0 : panels - (n % lanes<T> != 0);
            const ptrdiff_t b_jobs = i0 == 0 ? panels - first : 0, a_jobs = whole.packs_a ? tiles.count : 0;
            const bool pays = whole.parallel_pays();
            parallel(b_jobs + a_jobs, pays ? 8 : b_jobs + a_jobs, [&](ptrdiff_t begin, ptrdiff_t end) noexcept {
                for (ptrdiff_t job = begin; job < end; ++job)
                    if (job < b_jobs) pack_b(first, first + job);
                    else pack_a(tiles, job - b_jobs);
            });

            // Blocks as large as the caches allow, and small enough to share out.
            ptrdiff_t high = least(tiles.count, quotient_up(BlockBytes, MR * k * ptrdiff_t(sizeof(T))));
            ptrdiff_t wide = least(panels, 8);
            while (pays && quotient_up(tiles.count, high) * quotient_up(panels, wide) < 8 && high * wide > 1)
                if (high > wide) high = quotient_up(high, 2);
                else wide = quotient_up(wide, 2);
            const ptrdiff_t across = quotient_up(panels, wide), blocks = quotient_up(tiles.count, high) * across;
            parallel(blocks, pays ? 1 : blocks, [&](ptrdiff_t begin, ptrdiff_t end) noexcept {
                for (ptrdiff_t block = begin; block < end; ++block) {
                    const ptrdiff_t t = block / across * high, panel = block % across * wide;
                    compute(tiles, t, least(t + high, tiles.count), first, panel, least(panel + wide, panels));
                }
            });
        }

        FLAMBEAU_INLINE void pack_b(ptrdiff_t first, ptrdiff_t panel) const {
            const Product<T>& p = whole.p;
            const ptrdiff_t j = panel * NR<T>;
            pack_panel(p.b + k0 * p.b_row + (j0 + j) * p.b_column, p.b_row, p.b_column, k, least(NR<T>, n - j),
                       packed_b + (panel - first) * NR<T> * whole.slab);
        }

        FLAMBEAU_INLINE void pack_a(const RowTiles& tiles, ptrdiff_t t) const {
            const Product<T>& p = whole.p;
            const T* const from = p.a + (i0 + tiles.begin(t)) * p.a_row + k0 * p.a_column;
            T* const to = packed_a + t * whole.a_tile;
            if (whole.a_rows) pack_rows(from, p.a_row, tiles.rows(t), k, to, padded(whole.slab));
            else pack_columns(from, p.a_row, p.a_column, tiles.rows(t), k, to);
        }

        FLAMBEAU_INLINE Source<T> source(const RowTiles& tiles, ptrdiff_t t) const {
            const Product<T>& p = whole.p;
            if (!whole.packs_a)
                return {p.a + (i0 + tiles.begin(t)) * p.a_row + k0 * p.a_column, p.a_row, p.a_column, nullptr};
            if (whole.a_rows) return {packed_a + t * whole.a_tile, padded(whole.slab), 1, nullptr};
            return {packed_a + t * whole.a_tile, 1, MR, nullptr};
        }

        void compute(const RowTiles& tiles, ptrdiff_t t0, ptrdiff_t t1, ptrdiff_t first, ptrdiff_t panel0,
                     ptrdiff_t panel1) const noexcept {
            const Product<T>& p = whole.p;
            alignas(64) T buffer[MR * NR<T>];
            for (ptrdiff_t panel = panel0; panel < panel1; ++panel) {
                const ptrdiff_t j = panel * NR<T>, columns = least(NR<T>, n - j);
                const bool packed = panel >= first;
                const T* const b = packed ? packed_b + (panel - first) * NR<T> * whole.slab
                                          : p.b + k0 * p.b_row + j0 + j;
                const ptrdiff_t b_row = packed ? NR<T> : p.b_row;
                const ptrdiff_t vectors = quotient_up(columns, lanes<T>);
                for (ptrdiff_t t = t0; t < t1; ++t) {
                    const ptrdiff_t i = i0 + tiles.begin(t), rows = tiles.rows(t);
                    const Source<T> a = source(tiles, t);
                    const Tile<T> tile = micro::tiles<T, false>.find(rows, vectors, a.row);
                    if (T* const place = output.place(i, j0 + j, columns)) {
                        const bool accumulate = output.begin(i, j0 + j, rows, columns, k0 == 0);
                        tile(k, a, b, b_row, place, output.row_stride(), accumulate);
                    } else {
                        tile(k, a, b, b_row, buffer, NR<T>, false);
                        output.take(buffer, i, j0 + j, rows, columns, k0 == 0);
                    }
                }
            }
        }
    };
};

}  // namespace flambeau::FLAMBEAU_ISA::micro
