// Batch normalisation: each channel scaled and shifted, and its gradients.
#pragma once

#include <cstddef>

#include "flambeau/dispatch.hpp"
#include "flambeau/types.hpp"

namespace flambeau {

// Arrays of shape (outer, channels, inner) in C order, and of one element for each channel; all of one type. Weight and
// bias may be null.
struct BatchNorm {
    const void *input, *weight, *bias, *mean, *invstd, *grad;
    void *out, *grad_weight, *grad_bias;
    std::ptrdiff_t outer, channels, inner;
};

struct NormalizationKernels {
    // By type; null for types without kernels.
    void (*apply[StoredTypes])(const BatchNorm& norm);  // (input - mean) * invstd * weight + bias
    // The gradients of all three, when mean and invstd are input's. False when there is no memory.
    bool (*backward[StoredTypes])(const BatchNorm& norm);
};

FLAMBEAU_EXPORT const NormalizationKernels& normalization_kernels() noexcept;

}  // namespace flambeau
