// Resampling along a dimension: interpolation and its gradient.
#pragma once

#include <cstddef>
#include <cstdint>

#include "flambeau/dispatch.hpp"
#include "flambeau/types.hpp"

namespace flambeau {

// x of shape (outer, size, inner) to out of shape (outer, windows, inner), both in C order. Window i is elements starts[i]
// to starts[i] + counts[i], which both never decrease; the weight of its k-th is weights[i * most + k], in x's type.
struct Resampling {
    const void* x;
    void* out;
    std::ptrdiff_t outer, size, windows, inner, most;
    const std::int64_t *starts, *counts;
    const void* weights;
};

struct ResamplingKernels {
    // False when there is no memory; null where a type has no kernel. There is at least one window, and one of them sees
    // an element.
    bool (*run[StoredTypes])(const Resampling& resampling);
};

FLAMBEAU_EXPORT const ResamplingKernels& resampling_kernels() noexcept;

}  // namespace flambeau
