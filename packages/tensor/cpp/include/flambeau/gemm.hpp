// Matrix products: what wrappers call. The templates behind it are in gemm/.
#pragma once

#include <cstddef>

#include "flambeau/dispatch.hpp"

namespace flambeau {

// C = A B, or A B + bias, for A of m x k, B of k x n and C of m x n. Strides count elements and may be anything, 0 and
// negative included; C's must not let two of its elements share memory, and C overlaps neither A, B nor the bias.
template <class T>
struct Product {
    std::ptrdiff_t m, n, k;
    const T* a;  // IN
    std::ptrdiff_t a_row, a_column;
    const T* b;  // IN
    std::ptrdiff_t b_row, b_column;
    T* c;  // OUT
    std::ptrdiff_t c_row, c_column;
    const T* bias;  // IN, or null
    std::ptrdiff_t bias_row, bias_column;
};

// Where the matrices of a batch are: item (i0, i1, ...) starts at the sum of i_d * stride_d.
struct Batch {
    int ndim;
    const std::ptrdiff_t* sizes;
    const std::ptrdiff_t* a;
    const std::ptrdiff_t* b;
    const std::ptrdiff_t* c;
};

// All give false when there is no memory for packed operands.
struct GemmKernels {
    bool (*float32)(const Product<float>&) noexcept;
    bool (*float64)(const Product<double>&) noexcept;
    bool (*batch_float32)(const Product<float>&, const Batch&) noexcept;
    bool (*batch_float64)(const Product<double>&, const Batch&) noexcept;
};

FLAMBEAU_EXPORT const GemmKernels& gemm_kernels() noexcept;

}  // namespace flambeau
