// The reduction iterator: from any layout to blocks of rows or of columns.
#include "flambeau/reduction.hpp"

#include <utility>

#include "flambeau/memory.hpp"
#include "flambeau/threads.hpp"

namespace flambeau {
namespace {

constexpr std::ptrdiff_t TaskElements = 64 << 10;  // what one thread takes at a time
constexpr std::ptrdiff_t MostTasks = 64;           // into which the reduction of few outputs is cut
constexpr std::ptrdiff_t LoadedBlock = 2048;       // values that are loaded at once: they fit the first-level cache
constexpr std::ptrdiff_t LoadedWidth = 128;        // of these, over columns, in a row
constexpr std::ptrdiff_t FewRows = 16;             // as short as this, rows are not worth a call each
constexpr int Levels = 48;                         // of the pairwise merge: enough for 2**47 blocks

std::ptrdiff_t ceil_div(std::ptrdiff_t a, std::ptrdiff_t b) noexcept { return (a + b - 1) / b; }
std::ptrdiff_t least(std::ptrdiff_t a, std::ptrdiff_t b) noexcept { return a < b ? a : b; }
std::ptrdiff_t most(std::ptrdiff_t a, std::ptrdiff_t b) noexcept { return a > b ? a : b; }

// How far apart elements are, for the order of dimensions: repeated elements belong outermost.
std::ptrdiff_t distance(std::ptrdiff_t stride) noexcept {
    return stride == 0 ? PTRDIFF_MAX : stride < 0 ? -stride : stride;
}

struct Dims {
    int ndim = 0;
    std::ptrdiff_t shape[MaxDims + 1], stride[MaxDims + 1], out_stride[MaxDims + 1];

    void push(std::ptrdiff_t n, std::ptrdiff_t in, std::ptrdiff_t out) noexcept {
        shape[ndim] = n;
        stride[ndim] = in;
        out_stride[ndim++] = out;
    }
    void swap(int a, int b) noexcept {
        std::swap(shape[a], shape[b]);
        std::swap(stride[a], stride[b]);
        std::swap(out_stride[a], out_stride[b]);
    }
    // The fastest dimension last.
    void sort() noexcept {
        for (int d = 1; d < ndim; ++d)
            for (int i = d; i > 0 && distance(stride[i]) > distance(stride[i - 1]); --i) swap(i, i - 1);
    }
    void coalesce() noexcept {
        if (ndim == 0) return;
        int last = 0;
        for (int d = 1; d < ndim; ++d) {
            if (stride[last] == stride[d] * shape[d] && out_stride[last] == out_stride[d] * shape[d]) {
                shape[d] *= shape[last];
                --last;
            }
            ++last;
            shape[last] = shape[d];
            stride[last] = stride[d];
            out_stride[last] = out_stride[d];
        }
        ndim = last + 1;
    }
    // The last dimension is walked by the blocks, the others by an index.
    std::ptrdiff_t outer() const noexcept {
        std::ptrdiff_t n = 1;
        for (int d = 0; d < ndim - 1; ++d) n *= shape[d];
        return n;
    }
    void locate(std::ptrdiff_t index, std::ptrdiff_t& in, std::ptrdiff_t& out) const noexcept {
        in = out = 0;
        for (int d = ndim - 2; d >= 0 && index != 0; --d) {
            const std::ptrdiff_t at = index % shape[d];
            index /= shape[d];
            in += at * stride[d];
            out += at * out_stride[d];
        }
    }
    std::ptrdiff_t size() const noexcept { return shape[ndim - 1]; }
    std::ptrdiff_t step() const noexcept { return stride[ndim - 1]; }
    std::ptrdiff_t out_step() const noexcept { return out_stride[ndim - 1]; }
};

class Iterator {
public:
    Iterator(const Reduction& reduction, const ReductionLayout& layout) noexcept
        : reduction(reduction), layout(layout), in(layout.in) {
        sort_dims();
        if (empty()) return;
        choose_blocks();
        choose_tasks();
    }

    bool run() const noexcept {
        if (empty()) return true;
        const std::ptrdiff_t tile_bytes = width * folds * reduction.fields * 8;
        int levels = 1;
        while (levels < Levels && (std::ptrdiff_t(1) << (levels - 1)) < piece_blocks) ++levels;
        if (tiles * pieces == 1 && levels * tile_bytes <= SmallStates) {
            alignas(64) char memory[SmallStates];
            reduce_blocks(0, 0, blocks, memory, memory + tile_bytes, tile_bytes);
            finish(0, memory);
            return true;
        }
        return pieces == 1 ? run_tiles(levels, tile_bytes) : run_pieces(levels, tile_bytes);
    }

private:
    static constexpr std::ptrdiff_t SmallStates = 4096;

    const Reduction& reduction;
    const ReductionLayout& layout;
    const char* in;
    Dims kept, reduced;
    bool by_rows;                          // blocks of rows, or of columns
    bool loaded;                           // values are loaded before they are reduced
    std::ptrdiff_t width, length;          // outputs of a block, and elements of each
    std::ptrdiff_t folds;                  // short rows that lie one after the other are reduced as one, then folded
    std::ptrdiff_t tiles, across;          // of outputs: all, and along the last dimension kept
    std::ptrdiff_t blocks, along;          // of elements: all, and along the last dimension reduced
    std::ptrdiff_t pieces, piece_blocks;   // into which the reduction of a tile is cut

    bool empty() const noexcept { return kept.outer() * kept.size() == 0; }

    void sort_dims() noexcept {
        for (int d = 0; d < layout.ndim; ++d) {
            std::ptrdiff_t n = layout.shape[d], stride = layout.stride[d];
            if (n == 1) continue;
            if (!layout.reduced[d]) {
                kept.push(n, stride, layout.out_stride[d]);
                continue;
            }
            if (stride < 0 && !reduction.ordered && n > 0) {
                in += (n - 1) * stride;
                stride = -stride;
            }
            reduced.push(n, stride, 0);
        }
        kept.sort();
        kept.coalesce();
        if (!reduction.ordered) reduced.sort();
        reduced.coalesce();
        if (kept.ndim == 0) kept.push(1, 0, 0);
        if (reduced.ndim == 0) reduced.push(1, 0, 0);
    }

    // Whether rows of outputs lie one after the other.
    bool kept_in_rows() const noexcept {
        return !reduction.ordered && kept.step() == reduction.input_size && reduced.step() == kept.size() * kept.step();
    }

    void choose_blocks() noexcept {
        const std::ptrdiff_t n = reduced.size(), m = kept.size();
        if (m == 1) by_rows = true;
        else if (distance(reduced.step()) < distance(kept.step())) by_rows = n >= FewRows || m < BlockRows;
        else by_rows = m < FewRows && n >= BlockRows && !kept_in_rows();
        loaded = !reduction.direct || (by_rows ? reduced.step() : kept.step()) != reduction.input_size;
        if (by_rows) {
            length = loaded ? LoadedBlock : BlockLength;
            width = most(1, least(least(m, TileWidth), BlockLength / most(1, least(n, BlockLength))));
            folds = 1;
        } else {
            const std::ptrdiff_t widest = loaded ? LoadedWidth : TileWidth;
            width = least(m, widest);
            folds = 1;
            if (kept_in_rows() && width == m)
                while (2 * folds * m <= widest && 2 * folds <= n) folds *= 2;
            length = least(BlockRows, loaded ? most(1, LoadedBlock / (width * folds)) : BlockRows) * folds;
        }
    }

    void choose_tasks() noexcept {
        across = ceil_div(kept.size(), width);
        tiles = kept.outer() * across;
        along = ceil_div(reduced.size(), length);
        blocks = most(1, reduced.outer() * along);  // of no elements one block as well: it gives the neutral element
        pieces = 1;
        if (tiles < MostTasks) {
            const std::ptrdiff_t elements = tiles * width * reduced.outer() * reduced.size();
            const std::ptrdiff_t tasks = least(MostTasks, elements / TaskElements);
            pieces = most(1, least(blocks, ceil_div(tasks, most(1, tiles))));
        }
        piece_blocks = ceil_div(blocks, pieces);
        pieces = ceil_div(blocks, piece_blocks);
    }

    std::ptrdiff_t tile_width(std::ptrdiff_t tile) const noexcept {
        return least(width, kept.size() - tile % across * width);
    }

    std::int64_t count() const noexcept { return reduced.outer() * reduced.size(); }

    // Blocks [begin, end) of a tile to `into`, merged pairwise on a stack of further levels.
    void reduce_blocks(std::ptrdiff_t tile, std::ptrdiff_t begin, std::ptrdiff_t end, char* into, char* stack,
                       std::ptrdiff_t tile_bytes) const noexcept {
        const std::ptrdiff_t outputs = tile_width(tile);
        std::int64_t counts[Levels];
        int depth = 0;
        const auto level = [&](int l) { return States{l == 0 ? into : stack + (l - 1) * tile_bytes, width * folds}; };
        const auto merge_top = [&] {
            --depth;
            reduction.merge(level(depth - 1), counts[depth - 1], level(depth), 0, counts[depth], outputs);
            counts[depth - 1] += counts[depth];
        };
        for (std::ptrdiff_t b = begin; b < end; ++b) {
            counts[depth] = reduce_block(tile, b, outputs, level(depth));
            ++depth;
            if (width == 1 && reduction.settled != nullptr && reduction.settled(level(depth - 1))) break;
            for (std::ptrdiff_t pairs = b - begin; depth > 1 && (pairs & 1); pairs >>= 1) merge_top();
        }
        while (depth > 1) merge_top();
    }

    std::int64_t reduce_block(std::ptrdiff_t tile, std::ptrdiff_t block, std::ptrdiff_t outputs,
                              States states) const noexcept {
        std::ptrdiff_t of_tile, of_block, unused;
        kept.locate(tile / across, of_tile, unused);
        reduced.locate(along == 0 ? 0 : block / along, of_block, unused);
        const std::ptrdiff_t first = tile % across * width, at = along == 0 ? 0 : block % along * length;
        const std::ptrdiff_t n = least(length, reduced.size() - at);
        const char* data = in + of_tile + of_block + first * kept.step() + at * reduced.step();
        if (count() == 0) {
            reduction.rows(data, 0, outputs, 0, 0, states, 0);
            return 0;
        }
        if (by_rows) reduce_rows(data, n, outputs, at, states);
        else if (n < folds) reduce_columns(data, reduced.step(), n, outputs, at, states);
        else reduce_folded(data, n, outputs, at, states);
        return n;
    }

    void reduce_rows(const char* data, std::ptrdiff_t n, std::ptrdiff_t outputs, std::int64_t at,
                     States states) const noexcept {
        if (!loaded) return reduction.rows(data, kept.step(), outputs, n, at, states, 0);
        alignas(64) char values[LoadedBlock * 8];
        for (std::ptrdiff_t k = 0; k < outputs; ++k) {
            reduction.load(data + k * kept.step(), reduced.step(), values, n);
            reduction.rows(values, 0, 1, n, at, states, k);
        }
    }

    void reduce_columns(const char* data, std::ptrdiff_t step, std::ptrdiff_t rows, std::ptrdiff_t columns,
                        std::int64_t at, States states) const noexcept {
        if (!loaded) return reduction.columns(data, step, rows, columns, at, states);
        alignas(64) char values[LoadedBlock * 8];
        const std::ptrdiff_t row_bytes = columns * reduction.value_size;
        for (std::ptrdiff_t k = 0; k < rows; ++k)
            reduction.load(data + k * step, kept.step(), values + k * row_bytes, columns);
        reduction.columns(values, row_bytes, rows, columns, at, states);
    }

    void reduce_folded(const char* data, std::ptrdiff_t n, std::ptrdiff_t outputs, std::int64_t at,
                       States states) const noexcept {
        const std::ptrdiff_t rows = n / folds, rest = n % folds, step = reduced.step();
        reduce_columns(data, step * folds, rows, outputs * folds, at, states);
        std::int64_t count = rows;
        for (std::ptrdiff_t half = folds / 2; half > 0; half /= 2, count *= 2)
            reduction.merge(states, count, states, half * outputs, count, half * outputs);
        if (rest == 0) return;
        alignas(64) char memory[TileWidth * 8];  // folded rows are half as long, and states have two fields at most
        const States others{memory, outputs};
        reduce_columns(data + (n - rest) * step, step, rest, outputs, at, others);
        reduction.merge(states, count, others, 0, rest, outputs);
    }

    void finish(std::ptrdiff_t tile, char* states) const noexcept {
        std::ptrdiff_t unused, at;
        kept.locate(tile / across, unused, at);
        at += tile % across * width * kept.out_step();
        Outputs out;
        for (int k = 0; k < 2; ++k) {
            out.data[k] = layout.out[k] == nullptr ? nullptr : layout.out[k] + at * reduction.output_size[k];
            out.stride[k] = kept.out_step() * reduction.output_size[k];
        }
        reduction.finish({states, width * folds}, tile_width(tile), count(), layout.parameter, out);
    }

    bool run_tiles(int levels, std::ptrdiff_t tile_bytes) const noexcept {
        const std::ptrdiff_t grain = most(1, TaskElements / most(1, width * count()));
        const std::ptrdiff_t chunks = ceil_div(tiles, grain);
        const Scratch scratch(chunks * levels * tile_bytes);
        if (scratch.data == nullptr) return false;
        parallel(tiles, grain, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
            char* memory = static_cast<char*>(scratch.data) + begin / grain * levels * tile_bytes;
            for (std::ptrdiff_t tile = begin; tile < end; ++tile) {
                reduce_blocks(tile, 0, blocks, memory, memory + tile_bytes, tile_bytes);
                finish(tile, memory);
            }
        });
        return true;
    }

    bool run_pieces(int levels, std::ptrdiff_t tile_bytes) const noexcept {
        const Scratch scratch(tiles * pieces * levels * tile_bytes);
        if (scratch.data == nullptr) return false;
        const auto memory = [&](std::ptrdiff_t task) {
            return static_cast<char*>(scratch.data) + task * levels * tile_bytes;
        };
        parallel(tiles * pieces, 1, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
            for (std::ptrdiff_t task = begin; task < end; ++task) {
                const std::ptrdiff_t first = task % pieces * piece_blocks;
                reduce_blocks(task / pieces, first, least(blocks, first + piece_blocks), memory(task),
                              memory(task) + tile_bytes, tile_bytes);
            }
        });
        for (std::ptrdiff_t tile = 0; tile < tiles; ++tile) {
            for (std::ptrdiff_t apart = 1; apart < pieces; apart *= 2)
                for (std::ptrdiff_t piece = 0; piece + apart < pieces; piece += 2 * apart)
                    reduction.merge({memory(tile * pieces + piece), width * folds}, elements(piece, apart),
                                    {memory(tile * pieces + piece + apart), width * folds}, 0,
                                    elements(piece + apart, apart), tile_width(tile));
            finish(tile, memory(tile * pieces));
        }
        return true;
    }

    // How many elements of each output are in `number` pieces from `piece` on.
    std::int64_t elements(std::ptrdiff_t piece, std::ptrdiff_t number) const noexcept {
        return elements_before(least(pieces, piece + number) * piece_blocks) - elements_before(piece * piece_blocks);
    }
    std::int64_t elements_before(std::ptrdiff_t block) const noexcept {
        if (block >= blocks) return count();
        return block / along * reduced.size() + block % along * length;
    }
};

}  // namespace

bool reduce(const Reduction& reduction, const ReductionLayout& layout) noexcept {
    return Iterator(reduction, layout).run();
}

}  // namespace flambeau
