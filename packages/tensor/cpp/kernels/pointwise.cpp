// Pointwise programs over arrays and over lists of arrays. The table's rows come from the generated pointwise_table.cpp,
// loops of whole programs from fused_loops.cpp.
#include "flambeau/runner.hpp"

namespace flambeau::FLAMBEAU_ISA {

extern const Row pointwise_rows[];
extern const FusedProgram fused_programs[];

namespace {

void run(const Plan& plan) noexcept {
    if (element_count(plan.layout) == 0) return;
    const Runner runner(*plan.program, plan.layout);
    parallel(runner.grid.tiles(), runner.chunk(),
             [&](std::ptrdiff_t begin, std::ptrdiff_t end) { runner.run(begin, end); });
}

// The item in which element `at` of all items together is.
std::ptrdiff_t find(const Item* items, std::ptrdiff_t count, std::ptrdiff_t at) {
    std::ptrdiff_t low = 0, high = count;
    while (high - low > 1) {
        const std::ptrdiff_t middle = (low + high) / 2;
        (items[middle].start <= at ? low : high) = middle;
    }
    return low;
}

// Elements [begin, end) of all items together, part by part: f(where each operand's part begins, how long it is).
template <class F>
void each_part(const Item* items, std::ptrdiff_t count, std::ptrdiff_t total, const Type* types, int operands,
               std::ptrdiff_t begin, std::ptrdiff_t end, const F& f) {
    char* data[MaxOperands];
    for (std::ptrdiff_t i = find(items, count, begin); i < count && items[i].start < end; ++i) {
        const std::ptrdiff_t item_end = (i + 1 < count ? items[i + 1].start : total);
        const std::ptrdiff_t first = begin > items[i].start ? begin - items[i].start : 0;
        const std::ptrdiff_t n = least(end, item_end) - items[i].start - first;
        if (n <= 0) continue;
        for (int k = 0; k < operands; ++k) data[k] = items[i].data[k] + first * type_sizes[types[k]];
        f(data, n);
    }
}

void run_items(const Program& program, FusedLoop fused, const Type* types, int operands, const Item* items,
               std::ptrdiff_t count, std::ptrdiff_t total) noexcept {
    char numbers[MaxRegisters][8];
    if (fused != nullptr)
        for (int r = 0, found = 0; r < program.registers; ++r)
            if (program.reg[r].constant) std::memcpy(numbers[found++], program.reg[r].value, 8);
    const auto by_loop = [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
        each_part(items, count, total, types, operands, begin, end,
                  [&](char* const* data, std::ptrdiff_t n) { fused(data, numbers, n); });
    };
    const auto by_steps = [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
        Plan plan{&program, {1, operands}};
        for (int k = 0; k < operands; ++k) {
            plan.layout.operands[k].type = types[k];
            plan.layout.operands[k].strides[0] = type_sizes[types[k]];
        }
        each_part(items, count, total, types, operands, begin, end, [&](char* const* data, std::ptrdiff_t n) {
            plan.layout.shape[0] = n;
            for (int k = 0; k < operands; ++k) plan.layout.operands[k].data = data[k];
            const Runner runner(program, plan.layout);
            runner.run(0, runner.grid.tiles());
        });
    };
    const std::ptrdiff_t cost = ChunkCost / program.cost, chunk = cost > LongestTile ? cost : LongestTile;
    if (fused != nullptr) parallel(total, chunk, by_loop);
    else parallel(total, chunk, by_steps);
}

}  // namespace

extern const PointwiseKernels pointwise;
const PointwiseKernels pointwise = {pointwise_rows, cast_table.loops, fused_programs, run, run_items};

}  // namespace flambeau::FLAMBEAU_ISA
