// Running sums, products and extremes along a dimension.
#pragma once

#include <cstddef>
#include <cstdint>

#include "flambeau/dispatch.hpp"
#include "flambeau/layout.hpp"
#include "flambeau/types.hpp"

namespace flambeau {

// Strides are in bytes; the output is in C order.
struct ScanLayout {
    const char* in;
    char* out;
    std::int64_t* places;  // of extremes: where they are, laid out as the output is
    int ndim, dim;
    std::ptrdiff_t shape[MaxDims], stride[MaxDims], out_stride[MaxDims];
};

using ScanKernel = void (*)(const ScanLayout& layout);

struct ScanKernels {  // null for types without kernels
    ScanKernel cumsum[StoredTypes], cumprod[StoredTypes], cummax[StoredTypes], cummin[StoredTypes];
    ScanKernel logcumsumexp[StoredTypes];
};

FLAMBEAU_EXPORT const ScanKernels& scan_kernels() noexcept;

}  // namespace flambeau
