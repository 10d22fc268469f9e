// Programs: one or more pointwise instructions that run over a tile of elements at a time, so that what is between them
// stays in the first-level cache. A single operation is a program of one instruction; a copy is one of none.
#pragma once

#include <cstddef>

#include "flambeau/dispatch.hpp"
#include "flambeau/layout.hpp"
#include "flambeau/pointwise.hpp"

namespace flambeau {

constexpr int MaxRegisters = 96;
constexpr int MaxSteps = 64;
constexpr int MaxOutputs = 8;
constexpr int MaxSlots = 64;

// A value: an operand's elements, a constant, or what a step gives. Each is set once.
struct Register {
    Type type;           // a compute type
    std::int8_t operand;  // its number in the layout, or -1
    bool constant;
    std::int8_t slot;       // of the tile's memory, where the value is kept when it cannot stay where it is
    std::int16_t last_use;  // the last step that reads it
    alignas(8) char value[8];
};

struct Step {
    const Row* row;
    Loop loop;
    std::uint8_t in[MaxArity];
    std::uint8_t out;
};

struct Output {
    std::uint8_t source;   // register
    std::uint8_t operand;  // number in the layout
};

// Operands are numbered as in the layout: outputs first, then inputs.
struct Program {
    int registers, steps, outputs;
    Register reg[MaxRegisters];
    Step step[MaxSteps];
    Output output[MaxOutputs];
    int slots;  // set by finish(), like the members below
    int slots_of_values;  // the first of them, for results and constants; operands need the others if they are moved
    int cost;   // of an element, in additions
};

// Completes a program whose registers, steps and outputs are set. False when it needs too many slots.
FLAMBEAU_EXPORT bool finish(Program& program) noexcept;

// Arrays that a program runs over, simplified.
struct Plan {
    const Program* program;
    Layout layout;
};

// Runs a program over its operands; the layout is simplified in place. Outputs may be inputs, element by element, but
// overlap no operand otherwise.
FLAMBEAU_EXPORT void run(Plan& plan) noexcept;

// One set of contiguous operands of equal size, among many sets that a program runs over in one call.
struct Item {
    std::ptrdiff_t start;  // elements of all items before this one
    char* data[MaxOperands];
};

// `total`: elements of all items. The operands' types are the same in all items. `fused`: the program's own loop for
// operands of these types, if it has one, else null.
FLAMBEAU_EXPORT void run_items(const Program& program, FusedLoop fused, const Type* types, int operands,
                               const Item* items, std::ptrdiff_t count, std::ptrdiff_t total) noexcept;

}  // namespace flambeau
