// Pooling over up to three dimensions and its gradients: what wrappers call. The templates behind it are in pooling/.
#pragma once

#include <cstddef>
#include <cstdint>

#include "flambeau/dispatch.hpp"

namespace flambeau {

// The windows along one dimension: of each the first element, how many there are of it, `dilation` apart, and by how many
// a mean is divided. A dimension that is not there has one window of its one element.
struct PooledAxis {
    std::ptrdiff_t size, windows, dilation;
    const std::int64_t *begins, *counts, *divisors;
    std::ptrdiff_t kernel, stride, start;  // of windows at equal distances, padding included; else the kernel is 0
};

// All arrays are contiguous: images (planes, sizes), results (planes, windows).
struct Pooling {
    std::ptrdiff_t planes;
    PooledAxis z, y, x;
    double divisor;  // of all means; 0: each has its own
};

// The first three give false when there is no memory for scratch, or an image is too large for the indices they use.
template <class T>
struct PoolingPasses {
    // The greatest element of each window, and its place in the image.
    bool (*greatest)(const Pooling&, const T* images, T* result, std::int64_t* places) noexcept;
    bool (*means)(const Pooling&, const T* images, T* result) noexcept;
    bool (*spread)(const Pooling&, const T* grad_result, T* grad_images) noexcept;  // the gradient of means
    // Elements added to zeros at places in planes of `size` elements, or put there; false if a place is none of them.
    bool (*add_at)(std::ptrdiff_t planes, std::ptrdiff_t count, std::ptrdiff_t size, const T* elements,
                   const std::int64_t* places, T* images) noexcept;
    bool (*put_at)(std::ptrdiff_t planes, std::ptrdiff_t count, std::ptrdiff_t size, const T* elements,
                   const std::int64_t* places, T* images) noexcept;
};

struct PoolingKernels {
    PoolingPasses<float> float32;
    PoolingPasses<double> float64;
};

FLAMBEAU_EXPORT const PoolingKernels& pooling_kernels() noexcept;

}  // namespace flambeau
