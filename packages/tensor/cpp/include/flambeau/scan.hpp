// Running sums along a dimension.
#pragma once

#include <cstddef>

#include "flambeau/dispatch.hpp"
#include "flambeau/layout.hpp"
#include "flambeau/types.hpp"

namespace flambeau {

// Strides are in bytes; the output is in C order.
struct ScanLayout {
    const char* in;
    char* out;
    int ndim, dim;
    std::ptrdiff_t shape[MaxDims], stride[MaxDims], out_stride[MaxDims];
};

struct ScanKernels {
    void (*cumsum[StoredTypes])(const ScanLayout& layout);  // null for types without kernels
};

FLAMBEAU_EXPORT const ScanKernels& scan_kernels() noexcept;

}  // namespace flambeau
