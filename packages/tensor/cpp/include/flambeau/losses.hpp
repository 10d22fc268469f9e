// Losses in one pass over their input, and their gradients.
#pragma once

#include <cstddef>
#include <cstdint>

#include "flambeau/dispatch.hpp"
#include "flambeau/types.hpp"

namespace flambeau {

enum LossReduction : std::uint8_t { LossNone, LossMean, LossSum };

// Arrays in C order: the input has shape (outer, classes, inner), targets have (outer, inner).
struct ClassLoss {
    const void* input;
    const std::int64_t* target;
    const void* weight;  // of each class, or null
    std::int64_t ignored;
    LossReduction reduction;
    double smoothing;  // how much of each target is spread evenly over the classes
    std::ptrdiff_t outer, classes, inner;
    const void* grad;  // of the result, for the gradient
    void* out;
};

enum class LossStatus : int { Done, BadTarget, NoMemory };

struct LossKernels {
    // By type; null for types without kernels.
    LossStatus (*cross_entropy[StoredTypes])(const ClassLoss& loss);
    LossStatus (*cross_entropy_backward[StoredTypes])(const ClassLoss& loss);
    LossStatus (*nll[StoredTypes])(const ClassLoss& loss);
    LossStatus (*mse[StoredTypes])(const void* input, const void* target, std::ptrdiff_t n, LossReduction reduction,
                                   void* out);
};

FLAMBEAU_EXPORT const LossKernels& loss_kernels() noexcept;

}  // namespace flambeau
