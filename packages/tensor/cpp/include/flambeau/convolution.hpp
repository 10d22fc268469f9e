// Convolution over up to three dimensions and its gradients: what wrappers call. The templates behind it are in
// convolution/.
#pragma once

#include <cstddef>

#include "flambeau/dispatch.hpp"

namespace flambeau {

// One dimension of images, filters and results; one that is not there has sizes, stride and dilation 1 and no padding.
struct ConvolvedAxis {
    std::ptrdiff_t size, kernel, result;
    std::ptrdiff_t stride, before, after, dilation;  // before and after: the padding at either end
};

// All arrays are contiguous: images (n, c, sizes), filters (o, c / groups, kernels), results (n, o, results).
struct Convolution {
    std::ptrdiff_t n, c, o, groups;
    ConvolvedAxis z, y, x;
    bool exact;  // sums of windows always, never by Winograd's transforms
};

// All give false when there is no memory for scratch, or when an image is too large for the offsets the kernels use.
template <class T>
struct ConvolutionPasses {
    // bias: o numbers, or null.
    bool (*forward)(const Convolution&, const T* input, const T* weight, const T* bias, T* result) noexcept;
    // bias, of a transposed convolution: c numbers, or null.
    bool (*input_gradient)(const Convolution&, const T* grad_result, const T* weight, const T* bias,
                           T* grad_input) noexcept;
    bool (*weight_gradient)(const Convolution&, const T* grad_result, const T* input, T* grad_weight) noexcept;
};

struct ConvolutionKernels {
    ConvolutionPasses<float> float32;
    ConvolutionPasses<double> float64;
};

FLAMBEAU_EXPORT const ConvolutionKernels& convolution_kernels() noexcept;

}  // namespace flambeau
