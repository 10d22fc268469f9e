// Convolution over two dimensions and its gradients: what wrappers call. The templates behind it are in convolution/.
#pragma once

#include <cstddef>

#include "flambeau/dispatch.hpp"

namespace flambeau {

// All arrays are contiguous: images (n, c, h, w), filters (o, c / groups, kh, kw), results (n, o, oh, ow).
struct Convolution {
    std::ptrdiff_t n, c, h, w;
    std::ptrdiff_t o, kh, kw;
    std::ptrdiff_t oh, ow;
    std::ptrdiff_t stride_y, stride_x, padding_y, padding_x, dilation_y, dilation_x;
    std::ptrdiff_t groups;
    bool exact;  // sums of windows always, never by Winograd's transforms
};

// All give false when there is no memory for scratch, or when an image is too large for the offsets the kernels use.
template <class T>
struct ConvolutionPasses {
    // bias: o numbers, or null.
    bool (*forward)(const Convolution&, const T* input, const T* weight, const T* bias, T* result) noexcept;
    bool (*input_gradient)(const Convolution&, const T* grad_result, const T* weight, T* grad_input) noexcept;
    bool (*weight_gradient)(const Convolution&, const T* grad_result, const T* input, T* grad_weight) noexcept;
};

struct ConvolutionKernels {
    ConvolutionPasses<float> float32;
    ConvolutionPasses<double> float64;
};

FLAMBEAU_EXPORT const ConvolutionKernels& convolution_kernels() noexcept;

}  // namespace flambeau
