// Connectionist temporal classification: the sum over all alignments of a target with the steps of an input.
#pragma once

#include <cstddef>
#include <cstdint>

#include "flambeau/dispatch.hpp"
#include "flambeau/types.hpp"

namespace flambeau {

// Arrays in C order: log-probabilities and their gradient (steps, samples, classes), targets (samples, length), alphas
// (steps, samples, 2 length + 1), the rest (samples). Classes and lengths are in range.
struct Ctc {
    const void* logs;
    const std::int64_t *targets, *input_lengths, *target_lengths;
    void *losses, *alphas;  // written by the forward pass, read by the backward one
    const void* grad;       // of the losses
    void* out;              // the gradient of the log-probabilities
    std::ptrdiff_t steps, samples, classes, length, blank;
};

struct CtcKernels {
    // By type; null for types without kernels.
    void (*forward[StoredTypes])(const Ctc& ctc);
    bool (*backward[StoredTypes])(const Ctc& ctc);  // false when there is no memory
};

FLAMBEAU_EXPORT const CtcKernels& ctc_kernels() noexcept;

}  // namespace flambeau
