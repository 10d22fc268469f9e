// Pointwise programs over arrays and over lists of arrays. The table's rows come from the generated pointwise_table.cpp.
#include "flambeau/runner.hpp"

namespace flambeau::FLAMBEAU_ISA {

extern const Row pointwise_rows[];

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

void run_items(const Program& program, const Type* types, int operands, const Item* items, std::ptrdiff_t count,
               std::ptrdiff_t total) noexcept {
    const auto run_range = [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
        Plan plan{&program, {1, operands}};
        for (int k = 0; k < operands; ++k) {
            plan.layout.operands[k].type = types[k];
            plan.layout.operands[k].strides[0] = type_sizes[types[k]];
        }
        for (std::ptrdiff_t i = find(items, count, begin); i < count && items[i].start < end; ++i) {
            const std::ptrdiff_t item_end = (i + 1 < count ? items[i + 1].start : total);
            const std::ptrdiff_t first = begin > items[i].start ? begin - items[i].start : 0;
            plan.layout.shape[0] = least(end, item_end) - items[i].start - first;
            if (plan.layout.shape[0] <= 0) continue;
            for (int k = 0; k < operands; ++k)
                plan.layout.operands[k].data = items[i].data[k] + first * type_sizes[types[k]];
            const Runner runner(program, plan.layout);
            runner.run(0, runner.grid.tiles());
        }
    };
    const std::ptrdiff_t chunk = ChunkCost / program.cost;
    parallel(total, chunk > LongestTile ? chunk : LongestTile, run_range);
}

}  // namespace

extern const PointwiseKernels pointwise;
const PointwiseKernels pointwise = {pointwise_rows, cast_table.loops, run, run_items};

}  // namespace flambeau::FLAMBEAU_ISA
