// Scaled dot-product attention without the matrix of scores in memory.
#pragma once

#include <cstddef>
#include <cstdint>

#include "flambeau/dispatch.hpp"
#include "flambeau/philox.hpp"
#include "flambeau/types.hpp"

namespace flambeau {

// A matrix for each item of the batch: element (i, j) of item b is at data + at[b] + i * row + j, counted in elements.
struct Matrices {
    const void* data;
    const std::ptrdiff_t* at;
    std::ptrdiff_t row;
};

// What is added to the scores: numbers, or, with `boolean`, nothing where true and minus infinity where false.
struct AttentionMask {
    const void* data;  // null: there is none
    const std::ptrdiff_t* at;
    std::ptrdiff_t row, column;
    bool boolean;
};

struct Attention {
    std::ptrdiff_t batch, queries, keys, width, value_width;
    Matrices query, key, value;
    AttentionMask mask;
    bool causal;  // query i sees keys up to i
    double scale;
    double dropout;  // the probability of leaving a weight out; the draw is that of `dropout` of all weights
    Place place;
    // In C order, one item after another. logsumexp is that of the scores of each query, infinite where it sees no key.
    void* out;        // OUT (forward), IN (backward)
    void* logsumexp;  // the same
    Matrices grad;    // IN, backward: of the result
    void *grad_query, *grad_key, *grad_value;  // OUT, backward
};

struct AttentionKernels {
    // False when there is no memory; null where a type has no kernel.
    bool (*forward[StoredTypes])(const Attention& attention);
    bool (*backward[StoredTypes])(const Attention& attention);
};

FLAMBEAU_EXPORT const AttentionKernels& attention_kernels() noexcept;

}  // namespace flambeau
