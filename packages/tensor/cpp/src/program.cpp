#include "flambeau/program.hpp"

namespace flambeau {
namespace {

void find_last_uses(Program& program) noexcept {
    for (int r = 0; r < program.registers; ++r) program.reg[r].last_use = -1;
    for (int s = 0; s < program.steps; ++s) {
        const Step& step = program.step[s];
        for (int k = 0; k < step.row->arity; ++k) program.reg[step.in[k]].last_use = static_cast<std::int16_t>(s);
    }
    // Outputs are stored when all steps are done.
    for (int o = 0; o < program.outputs; ++o)
        program.reg[program.output[o].source].last_use = static_cast<std::int16_t>(program.steps);
}

// Gives each register memory that no other uses while it is alive: an operand's from its first use on, a result's from
// the step that gives it.
struct Slots {
    Program& program;
    bool taken[MaxSlots] = {};
    bool given[MaxRegisters] = {};
    int count = 0;

    bool give(int r) noexcept {
        if (given[r]) return true;
        given[r] = true;
        for (int slot = 0; slot < MaxSlots; ++slot) {
            if (taken[slot]) continue;
            taken[slot] = true;
            program.reg[r].slot = static_cast<std::int8_t>(slot);
            if (slot >= count) count = slot + 1;
            return true;
        }
        return false;
    }

    void release_after(int s) noexcept {
        for (int r = 0; r < program.registers; ++r)
            if (given[r] && program.reg[r].last_use == s) taken[program.reg[r].slot] = false;
    }
};

}  // namespace

bool finish(Program& program) noexcept {
    find_last_uses(program);
    Slots slots{program};
    program.cost = 1;
    for (int s = 0; s < program.steps; ++s) {
        const Step& step = program.step[s];
        for (int k = 0; k < step.row->arity; ++k)
            if (!slots.give(step.in[k])) return false;
        // Not yet released: a result that needs memory of its own is never written over what is read in the same step.
        if (!slots.give(step.out)) return false;
        slots.release_after(s);
        program.cost += step.row->cost;
    }
    for (int o = 0; o < program.outputs; ++o)
        if (!slots.give(program.output[o].source)) return false;
    program.slots = slots.count;
    return true;
}

void run(Plan& plan) noexcept {
    simplify(plan.layout);
    pointwise_kernels().run(plan);
}

void run_items(const Program& program, const Type* types, int operands, const Item* items, std::ptrdiff_t count,
               std::ptrdiff_t total) noexcept {
    pointwise_kernels().run_items(program, types, operands, items, count, total);
}

}  // namespace flambeau
