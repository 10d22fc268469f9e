// Normalisation of rows: each brought to mean 0 and mean square 1, then scaled and shifted. Layer, group and RMS
// normalisation are this with different weights.
#pragma once

#include <cstddef>

#include "flambeau/dispatch.hpp"
#include "flambeau/types.hpp"

namespace flambeau {

// `rows` rows of channels * inner elements in C order, all of one type. Element k of row r has the weight and bias number
// (r % groups) * channels + k / inner; both may be null.
struct RowNorm {
    const void *input, *weight, *bias, *grad;
    void *mean, *invstd;  // of each row: written by the forward pass, read by the backward one; null means are 0
    void *out, *grad_weight, *grad_bias;
    std::ptrdiff_t rows, groups, channels, inner;
    double eps;
};

struct RowNormalizationKernels {
    // By type; null for types without kernels.
    void (*forward[StoredTypes])(const RowNorm& norm);
    bool (*backward[StoredTypes])(const RowNorm& norm);  // false when there is no memory
};

FLAMBEAU_EXPORT const RowNormalizationKernels& row_normalization_kernels() noexcept;

}  // namespace flambeau
