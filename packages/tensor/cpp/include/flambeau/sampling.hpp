// Planes read at places that are computed, and what goes back to them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "flambeau/dispatch.hpp"
#include "flambeau/types.hpp"

namespace flambeau {

// Each of `points` elements is made of `reads` elements of a plane, times a weight each. What lies outside the plane, by
// its index, is 0. All in C order.
struct Sampling {
    std::ptrdiff_t images, channels, size, reads, points;
    const void* input;          // (images, channels, size)
    const std::int64_t* index;  // (images, reads, points)
    const void* weight;         // (images, reads, points)
    const void* grad;           // (images, channels, points)
    void* out;
};

// Each reads what it needs. Null where a type has no kernels.
struct SamplingKernels {
    void (*sample[StoredTypes])(const Sampling& sampling);            // (images, channels, points)
    void (*input_gradient[StoredTypes])(const Sampling& sampling);   // (images, channels, size)
    void (*weight_gradient[StoredTypes])(const Sampling& sampling);  // (images, reads, points)
};

FLAMBEAU_EXPORT const SamplingKernels& sampling_kernels() noexcept;

}  // namespace flambeau
