// Recurrent layers: the part of a layer that goes step by step.
#pragma once

#include <cstddef>
#include <cstdint>

#include "flambeau/dispatch.hpp"
#include "flambeau/types.hpp"

namespace flambeau {

enum RecurrentCell : std::uint8_t { CellTanh, CellRelu, CellLstm, CellGru, RecurrentCells };

// Rows of all steps, one step after another, in C order; each has `kept` blocks of `size` numbers: 4 for an LSTM and a
// GRU, else 1. A weight has `size` columns and as many such blocks of rows as there are gates: 4 for an LSTM, 3 for a
// GRU, else 1.
struct Recurrence {
    std::ptrdiff_t count;        // of steps
    const std::ptrdiff_t* at;    // where a step's rows begin, in the order in which steps are done
    const std::ptrdiff_t* rows;  // how many there are
    std::ptrdiff_t batch, size;
    const void* weight;
    const void* bias;  // of the GRU's last gate, which is not projected with the others; or null
    const void *h0, *c0;
    // IN: the projected inputs, biases added, in the first blocks. OUT: the gates; of a GRU also what its last gate has
    // from the hidden state; of the other cells the output itself.
    void* gates;
    void* cells;   // OUT, LSTM
    void* output;  // OUT
    // Backward: the above as the forward pass left it, and
    const void* grad_output;
    void *grad_h, *grad_c;  // IN: of the states at the end. OUT: of those at the beginning
    void* slopes;  // OUT: of the projected inputs, like `gates`; of a GRU the last block is that of the hidden state's part
};

struct RecurrenceKernels {
    // False when there is no memory; null where a type has no kernel.
    bool (*forward[RecurrentCells][StoredTypes])(const Recurrence& recurrence);
    bool (*backward[RecurrentCells][StoredTypes])(const Recurrence& recurrence);
};

FLAMBEAU_EXPORT const RecurrenceKernels& recurrence_kernels() noexcept;

}  // namespace flambeau
