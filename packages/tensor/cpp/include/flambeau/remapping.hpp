// Planes put together anew: windows as columns, edges continued; and what goes back to the planes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "flambeau/dispatch.hpp"
#include "flambeau/types.hpp"

namespace flambeau {

// out[n, a, b, r, s] = input[n, row_index[a, r], column_index[b, s]], 0 where an index lies outside. All in C order.
struct Remapping {
    std::ptrdiff_t planes, height, width;
    std::ptrdiff_t row_sets, rows, column_sets, columns;
    const std::int64_t *row_index, *column_index;  // (row_sets, rows) and (column_sets, columns)
    const void* input;
    void* out;
};

// Each is false when there is no memory.
struct RemappingKernels {
    // By the logarithm of an element's size: 1, 2, 4, 8 or 16 bytes.
    bool (*remap[5])(const Remapping& remapping);
    // The sums of what was made of each element: from (planes, row_sets, column_sets, rows, columns) to (planes, height,
    // width). By type; null where one has no kernel.
    bool (*gradient[StoredTypes])(const Remapping& remapping);
};

FLAMBEAU_EXPORT const RemappingKernels& remapping_kernels() noexcept;

}  // namespace flambeau
