// How often elements come: in bins, and the most frequent ones of sorted lines.
#pragma once

#include <cstddef>
#include <cstdint>

#include "flambeau/dispatch.hpp"
#include "flambeau/types.hpp"

namespace flambeau {

// n elements, and the edges of the bins in order, one more than there are bins; the last bin includes its upper edge. What
// is in no bin is not counted.
struct HistogramLayout {
    const void* in;
    const void* edges;
    const double* weights;  // what each element counts, or null for 1
    void* out;              // of the elements' type
    std::ptrdiff_t n, bins;
};

// Sorted lines of an array of shape (outer, n, inner) in C order, and where their elements were: of each line the most
// frequent element, the first of several, and where the last of its equals was. A NaN equals no other.
struct ModeLayout {
    const void* sorted;
    const std::int64_t* order;
    void* values;
    std::int64_t* places;
    std::ptrdiff_t outer, n, inner;
};

struct CountingKernels {  // null for types without kernels
    bool (*histogram[StoredTypes])(const HistogramLayout& layout);  // false when there is no memory
    void (*mode[StoredTypes])(const ModeLayout& layout);
};

FLAMBEAU_EXPORT const CountingKernels& counting_kernels() noexcept;

}  // namespace flambeau
