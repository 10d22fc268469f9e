// Runs a program over a layout, tile by tile, for one instruction set.
#pragma once

#include "flambeau/casts.hpp"
#include "flambeau/isa.hpp"
#include "flambeau/program.hpp"
#include "flambeau/strided.hpp"
#include "flambeau/threads.hpp"

namespace flambeau::FLAMBEAU_ISA {

constexpr std::ptrdiff_t TileMemory = 64 << 10;    // for the slots of a tile: they stay in the nearest caches
constexpr std::ptrdiff_t LongestTile = 8192;       // in elements, where values need slots
constexpr std::ptrdiff_t LongestConverted = 1024;  // where elements change their type: all slots in the first-level
                                                   // cache, and an operand's part short of a page, across which
                                                   // nothing would be fetched ahead while converting
constexpr std::ptrdiff_t PageBytes = 4096;         // of each operand, where several steps use few of them as they lie:
                                                   // these stay in the first-level cache until they are read again
constexpr int FewOperands = 4;                     // more are read faster in longer parts
constexpr std::ptrdiff_t LongestDirect = 16384;    // where none does
constexpr std::ptrdiff_t ChunkCost = 32 << 10;     // what one thread takes at a time, in additions
constexpr std::ptrdiff_t StreamedBytes = 16 << 20;  // results from this size on do not stay in the cache anyway
constexpr int StreamedCost = 4;  // with more to compute, ordinary stores overlap with it and streamed ones would not
constexpr int StreamedConvertedCost = 8;  // where elements change their type, which hardly overlaps with anything
constexpr std::ptrdiff_t AheadBytes = 24 << 20;  // operands that together take as much are asked for ahead
constexpr int AheadTiles = 2;                    // by so many tiles

// The two fastest dimensions of a layout, cut into tiles.
struct Grid {
    std::ptrdiff_t outer, height, width;  // the other dimensions together, the last but one, the last
    std::ptrdiff_t rows, cols;            // of a whole tile
    std::ptrdiff_t down, across;          // tiles in height and width

    std::ptrdiff_t tiles() const { return outer * down * across; }
};

FLAMBEAU_INLINE std::ptrdiff_t stride_of(const Layout& layout, int operand, int from_last) {
    return layout.ndim > from_last ? layout.operands[operand].strides[layout.ndim - 1 - from_last] : 0;
}

FLAMBEAU_INLINE std::ptrdiff_t pieces(std::ptrdiff_t n, std::ptrdiff_t size) { return (n + size - 1) / size; }

inline Grid make_grid(const Layout& layout, std::ptrdiff_t tile) {
    Grid grid{1, 1, 1, 1, 1, 1, 1};
    if (layout.ndim > 0) grid.width = layout.shape[layout.ndim - 1];
    if (layout.ndim > 1) grid.height = layout.shape[layout.ndim - 2];
    for (int d = 0; d < layout.ndim - 2; ++d) grid.outer *= layout.shape[d];
    bool crossed = false;  // some operand is faster along the other dimension
    for (int k = 0; k < layout.count; ++k) {
        const std::ptrdiff_t down = stride_of(layout, k, 1), across = stride_of(layout, k, 0);
        crossed |= down != 0 && across != 0 && (down < 0 ? -down : down) < (across < 0 ? -across : across);
    }
    grid.cols = least(grid.width, crossed ? least(tile, 64) : tile);
    if (crossed || grid.cols < tile / 4) grid.rows = least(grid.height, tile / grid.cols);
    grid.down = pieces(grid.height, grid.rows);
    grid.across = pieces(grid.width, grid.cols);
    return grid;
}

class Runner {
public:
    Runner(const Program& program, const Layout& layout) : program(program), layout(layout) {
        int widest = 1;
        for (int r = 0; r < program.registers; ++r)
            if (type_sizes[program.reg[r].type] > widest) widest = type_sizes[program.reg[r].type];
        for (int k = 0; k < layout.count; ++k)  // what is gathered before it is converted
            if (type_sizes[layout.operands[k].type] > widest) widest = type_sizes[layout.operands[k].type];
        const bool in_place = choose_direct_outputs();
        tile = LongestDirect;
        if (!in_place) {
            const bool stay = operands_stay(), paged = stay && program.steps > 1 && layout.count <= FewOperands;
            tile = converts() ? LongestConverted : paged ? PageBytes / widest : LongestTile;
            const int slots = stay ? program.slots_of_values : program.slots + 1;
            while (tile * widest * slots > TileMemory && tile > 64) tile /= 2;
        }
        slot_bytes = least(tile, LongestTile) * widest;
        grid = make_grid(layout, tile);
        if (program.steps > 1 && layout.count <= FewOperands) choose_ahead();
    }

    Grid grid;

    std::ptrdiff_t chunk() const {
        const std::ptrdiff_t tiles = ChunkCost / (grid.rows * grid.cols * program.cost);
        return tiles > 0 ? tiles : 1;
    }

    void run(std::ptrdiff_t begin, std::ptrdiff_t end) const noexcept {
        // One slot more than the program has: for values on their way between types.
        alignas(64) char memory[(MaxSlots + 1) * 64 * 8 > TileMemory ? (MaxSlots + 1) * 64 * 8 : TileMemory];
        Tile t;  // set by locate(), but for these two: a chunk can be one tile, and clearing what it does not use took long
        t.memory = memory;
        t.staging = memory + program.slots * slot_bytes;
        for (std::ptrdiff_t i = begin; i < end; ++i) {
            locate(i, t);
            compute(t);
        }
        if (streamed) end_streaming();
    }

private:
    const Program& program;
    const Layout& layout;
    std::ptrdiff_t tile, slot_bytes;
    bool streamed = false;
    bool asks_ahead = false;
    bool ahead[MaxOperands];  // of which operands, then
    bool direct[MaxOutputs];  // whether the step that gives the output may write it where it belongs
    std::int8_t output_of[MaxRegisters];  // the output that a register is, or -1

    struct Value {
        const char* data;  // null: not loaded
        bool scalar;
    };

    struct Tile {
        char* memory;
        char* staging;
        std::ptrdiff_t rows, cols;
        Block operand[MaxOperands];
        Value value[MaxRegisters];
    };

    bool contiguous(int k) const {
        return layout.ndim == 0 || (layout.ndim == 1 && layout.operands[k].strides[0] == type_sizes[layout.operands[k].type]);
    }

    // Whether some operand or result is of another type in memory than in the program.
    bool converts() const {
        for (int r = 0; r < program.registers; ++r) {
            const Register& reg = program.reg[r];
            if (reg.operand >= 0 && layout.operands[reg.operand].type != reg.type) return true;
        }
        for (int o = 0; o < program.outputs; ++o)
            if (layout.operands[program.output[o].operand].type != program.reg[program.output[o].source].type) return true;
        return false;
    }

    // Whether all operands are used, and results written, where they are.
    bool operands_stay() const {
        for (int k = 0; k < layout.count; ++k)
            if (!contiguous(k)) return false;
        return !converts();
    }

    // Whether a result is to be streamed, if nothing that is read lies there.
    bool goes_past_cache(int k) const {
        const int size = type_sizes[layout.operands[k].type];
        if (element_count(layout) * size < StreamedBytes) return false;
        if (converts()) return program.cost <= StreamedConvertedCost && stride_of(layout, k, 0) == size;
        return program.cost <= StreamedCost && contiguous(k);
    }

    // Gives whether no value at all needs a slot.
    bool choose_direct_outputs() {
        bool in_place = program.steps == 1 && program.outputs == 1;
        for (int r = 0; r < program.registers; ++r) {
            output_of[r] = -1;
            const Register& reg = program.reg[r];
            if (reg.operand < 0) continue;
            const OperandView& operand = layout.operands[reg.operand];
            in_place &= contiguous(reg.operand) && operand.type == reg.type;
        }
        if (program.steps == 1) in_place &= program.slots_of_values == 1;  // no constant to spread
        for (int o = 0; o < program.outputs; ++o) {
            const Output& output = program.output[o];
            const OperandView& operand = layout.operands[output.operand];
            const bool same_type = operand.type == program.reg[output.source].type;
            bool free = true, alone = true;
            for (int r = 0; r < program.registers; ++r) {
                const Register& reg = program.reg[r];
                if (reg.operand < 0 || layout.operands[reg.operand].data != operand.data) continue;
                alone = false;
                free &= reg.last_use <= made_by(output.source);
            }
            const bool large = alone && goes_past_cache(output.operand);
            streamed |= large;
            direct[o] = free && same_type && !large && output_of[output.source] < 0;
            in_place &= direct[o] && contiguous(output.operand);
            if (output_of[output.source] < 0) output_of[output.source] = static_cast<std::int8_t>(o);
        }
        return in_place;
    }

    int made_by(int r) const {
        for (int s = 0; s < program.steps; ++s)
            if (program.step[s].out == r) return s;
        return -1;
    }

    void locate(std::ptrdiff_t index, Tile& t) const {
        const std::ptrdiff_t across = index % grid.across, rest = index / grid.across;
        const std::ptrdiff_t down = rest % grid.down;
        std::ptrdiff_t outer = rest / grid.down;
        t.rows = least(grid.rows, grid.height - down * grid.rows);
        t.cols = least(grid.cols, grid.width - across * grid.cols);
        for (int k = 0; k < layout.count; ++k) {
            Block& block = t.operand[k];
            block.row_stride = stride_of(layout, k, 1);
            block.col_stride = stride_of(layout, k, 0);
            block.data = layout.operands[k].data + down * grid.rows * block.row_stride +
                         across * grid.cols * block.col_stride;
        }
        for (int d = layout.ndim - 3; d >= 0; --d) {
            const std::ptrdiff_t i = outer % layout.shape[d];
            outer /= layout.shape[d];
            for (int k = 0; k < layout.count; ++k) t.operand[k].data += i * layout.operands[k].strides[d];
        }
        for (int r = 0; r < program.registers; ++r) {
            const Register& reg = program.reg[r];
            t.value[r] = {reg.constant ? reg.value : nullptr, reg.constant};
        }
    }

    // Programs of several steps compute and wait for memory in turns: what processors themselves ask for ahead is less
    // than a tile. Results are asked for too, as they are read before they are written to.
    void choose_ahead() {
        std::ptrdiff_t bytes = 0;
        for (int k = 0; k < layout.count; ++k) {
            const std::ptrdiff_t size = type_sizes[layout.operands[k].type];
            ahead[k] = stride_of(layout, k, 0) == size && (k >= program.outputs || !streamed);
            if (ahead[k]) bytes += element_count(layout) * size;
        }
        asks_ahead = bytes >= AheadBytes;
    }

    // A step's share of a later tile. Measured: with shares worked out beforehand a chain took a tenth longer, as if
    // requests then came too close together. Always inline: asking for memory counts as having no effect, and gcc leaves
    // out calls of what has none.
    FLAMBEAU_INLINE void ask_ahead(int s, const Tile& t) const {
        for (int k = 0; k < layout.count; ++k) {
            if (!ahead[k]) continue;
            const std::ptrdiff_t bytes = t.rows * t.cols * type_sizes[layout.operands[k].type];
            const std::ptrdiff_t begin = bytes * s / program.steps, end = bytes * (s + 1) / program.steps;
            const char* const later = t.operand[k].data + AheadTiles * bytes;
            if (k < program.outputs)
                for (std::ptrdiff_t i = begin; i < end; i += 64) __builtin_prefetch(later + i, 1);
            else
                for (std::ptrdiff_t i = begin; i < end; i += 64) __builtin_prefetch(later + i, 0);
        }
    }

    void compute(Tile& t) const {
        const std::ptrdiff_t n = t.rows * t.cols;
        for (int s = 0; s < program.steps; ++s) {
            const Step& step = program.step[s];
            if (asks_ahead) ask_ahead(s, t);
            const int arity = step.row->arity;
            const void* in[MaxArity];
            unsigned scalars = 0;
            for (int k = 0; k < arity; ++k) {
                const Value& v = loaded(step.in[k], t);
                in[k] = v.data;
                scalars |= static_cast<unsigned>(v.scalar) << k;
            }
            const bool scalar = scalars == (1u << arity) - 1;
            if (!scalar && arity > 2)
                for (int k = 0; k < arity; ++k)
                    if (step.row->kinds[k] != Number && scalars >> k & 1) in[k] = spread(step.in[k], t).data;
            char* out = destination(step.out, t, scalar);
            step.loop(in, scalar ? 0 : scalars, out, scalar ? 1 : n);
            t.value[step.out] = {out, scalar};
        }
        for (int o = 0; o < program.outputs; ++o) store(program.output[o], t);
    }

    char* slot(int r, const Tile& t) const { return t.memory + program.reg[r].slot * slot_bytes; }

    bool lies_together(const Block& block, int size, const Tile& t) const {
        return (t.cols == 1 || block.col_stride == size) && (t.rows == 1 || block.row_stride == size * t.cols);
    }

    char* destination(int r, const Tile& t, bool scalar) const {
        const int o = output_of[r];
        if (o >= 0 && direct[o] && !scalar) {
            const Block& block = t.operand[program.output[o].operand];
            if (lies_together(block, type_sizes[program.reg[r].type], t)) return block.data;
        }
        return slot(r, t);
    }

    const Value& loaded(int r, Tile& t) const {
        Value& v = t.value[r];
        if (v.data != nullptr) return v;
        const Register& reg = program.reg[r];
        const Type stored = layout.operands[reg.operand].type;
        const int size = type_sizes[stored];
        const Block& block = t.operand[reg.operand];
        std::ptrdiff_t n = t.rows * t.cols;
        v.data = block.data;
        v.scalar = (t.rows == 1 || block.row_stride == 0) && (t.cols == 1 || block.col_stride == 0) && n > 1;
        if (v.scalar) {
            n = 1;
        } else if (!lies_together(block, size, t)) {
            char* to = stored == reg.type ? slot(r, t) : t.staging;
            copy_block(size, block, Block{to, t.cols * size, size}, t.rows, t.cols);
            v.data = to;
        }
        if (stored != reg.type) {
            convert(stored, v.data, reg.type, slot(r, t), n);
            v.data = slot(r, t);
        }
        return v;
    }

    static void convert(Type from, const char* data, Type to, char* out, std::ptrdiff_t n) {
        const void* in[1] = {data};
        cast_table.loops[from][to](in, 0, out, n);
    }

    // The value as elements of its own, all equal.
    const Value& spread(int r, Tile& t) const {
        Value& v = t.value[r];
        if (v.scalar) {
            char one[8];
            const int size = type_sizes[program.reg[r].type];
            std::memcpy(one, v.data, size);
            fill(size, slot(r, t), one, t.rows * t.cols);
            v = {slot(r, t), false};
        }
        return v;
    }

    void store(const Output& output, Tile& t) const {
        const Block& to = t.operand[output.operand];
        const Type type = program.reg[output.source].type, stored = layout.operands[output.operand].type;
        const int size = type_sizes[stored];
        const std::ptrdiff_t n = t.rows * t.cols;
        if (t.value[output.source].data == nullptr && stored == layout.operands[program.reg[output.source].operand].type) {
            // A copy: straight from operand to operand.
            const Block& from = t.operand[program.reg[output.source].operand];
            if (streamed && lies_together(from, size, t) && lies_together(to, size, t))
                return stream(to.data, from.data, n * size);
            return copy_block(size, from, to, t.rows, t.cols);
        }
        loaded(output.source, t);
        const char* data = spread(output.source, t).data;
        if (data == to.data) return;
        const bool together = lies_together(to, size, t);
        if (type != stored) {
            char* converted = together && !streamed ? to.data : t.staging;
            convert(type, data, stored, converted, n);
            if (converted == to.data) return;
            data = converted;
        }
        if (!together) copy_block(size, Block{const_cast<char*>(data), t.cols * size, size}, to, t.rows, t.cols);
        else if (streamed) stream(to.data, data, n * size);
        else std::memcpy(to.data, data, n * size);
    }
};

}  // namespace flambeau::FLAMBEAU_ISA
