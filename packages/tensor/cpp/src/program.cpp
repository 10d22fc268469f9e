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

// Gives each result memory that no other uses while it is alive.
struct Slots {
    Program& program;
    bool taken[MaxSlots] = {};
    int count = 0;

    bool give(Register& reg) noexcept {
        for (int slot = 0; slot < MaxSlots; ++slot) {
            if (taken[slot]) continue;
            taken[slot] = true;
            reg.slot = static_cast<std::int8_t>(slot);
            if (slot >= count) count = slot + 1;
            return true;
        }
        return false;
    }

    void release_after(int s) noexcept {
        for (int earlier = 0; earlier <= s; ++earlier) {
            const Register& reg = program.reg[program.step[earlier].out];
            if (reg.last_use == s) taken[reg.slot] = false;
        }
    }
};

// Whether a constant must become a tile of equal elements: loops of more than two operands take none.
bool is_spread(const Program& program, int r) noexcept {
    for (int o = 0; o < program.outputs; ++o)
        if (program.output[o].source == r) return true;
    for (int s = 0; s < program.steps; ++s) {
        const Step& step = program.step[s];
        for (int k = 0; k < step.row->arity && step.row->arity > 2; ++k)
            if (step.in[k] == r && step.row->kinds[k] != Number) return true;
    }
    return false;
}

// Slots of their own for the registers of a kind, where they are wanted.
void give_each(Program& program, bool (*of_kind)(const Register&), const bool* wanted) noexcept {
    for (int r = 0; r < program.registers; ++r)
        if (wanted[r] && of_kind(program.reg[r])) program.reg[r].slot = static_cast<std::int8_t>(program.slots++);
}

}  // namespace

bool finish(Program& program) noexcept {
    find_last_uses(program);
    bool spread[MaxRegisters], every[MaxRegisters];
    for (int r = 0; r < program.registers; ++r) {
        every[r] = true;
        spread[r] = is_spread(program, r);
    }
    Slots slots{program};
    program.cost = 1;
    for (int s = 0; s < program.steps; ++s) {
        const Step& step = program.step[s];
        // Not yet released: a result that needs memory of its own is never written over what is read in the same step.
        if (!slots.give(program.reg[step.out])) return false;
        slots.release_after(s);
        program.cost += step.row->cost;
    }
    program.slots = slots.count;
    give_each(program, [](const Register& reg) { return reg.constant; }, spread);
    program.slots_of_values = program.slots;
    give_each(program, [](const Register& reg) { return reg.operand >= 0; }, every);
    return program.slots <= MaxSlots;
}

void run(Plan& plan) noexcept {
    simplify(plan.layout);
    pointwise_kernels().run(plan);
}

void run_items(const Program& program, FusedLoop fused, const Type* types, int operands, const Item* items,
               std::ptrdiff_t count, std::ptrdiff_t total) noexcept {
    pointwise_kernels().run_items(program, fused, types, operands, items, count, total);
}

}  // namespace flambeau
