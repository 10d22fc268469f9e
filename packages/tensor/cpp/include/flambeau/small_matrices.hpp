// Linear algebra of batches of small matrices: one matrix at a time in the cache, threads over the batch.
#pragma once

#include <cstddef>
#include <cstdint>

#include "flambeau/dispatch.hpp"

namespace flambeau {

constexpr std::ptrdiff_t LargestSmall = 64;   // rows and columns of a small matrix
constexpr std::ptrdiff_t WidestSmall = 256;  // columns of a right side

// Arrays are in C order. Of each matrix, `info` gets 0, or 1 + the place of the first failure. The functions are false
// when there is no memory.
template <class T>
struct SmallMatrixKernels {
    // x of a @ x = b, with n x n matrices a and n x k right sides; `b` null stands for identity matrices.
    bool (*solve)(std::ptrdiff_t count, std::ptrdiff_t n, std::ptrdiff_t k, const T* a, const T* b, T* x,
                  std::int32_t* info);
    // The lower triangle l with l @ l^T = a, from the lower triangle of a.
    bool (*cholesky)(std::ptrdiff_t count, std::ptrdiff_t n, const T* a, T* l, std::int32_t* info);
    bool (*determinant)(std::ptrdiff_t count, std::ptrdiff_t n, const T* a, T* det);
    // The triangles of a packed into one matrix, and for each step the number (from 1) of the row swapped with that one.
    bool (*factors)(std::ptrdiff_t count, std::ptrdiff_t n, const T* a, T* lu, std::int32_t* pivots,
                    std::int32_t* info);
    // x of a @ x = b, where a is one triangle; `unit`: with ones on its diagonal.
    bool (*triangular)(std::ptrdiff_t count, std::ptrdiff_t n, std::ptrdiff_t k, bool upper, bool unit, const T* a,
                       const T* b, T* x);
};

struct SmallMatrices {
    SmallMatrixKernels<float> float32;
    SmallMatrixKernels<double> float64;
};

FLAMBEAU_EXPORT const SmallMatrices& small_matrix_kernels() noexcept;

}  // namespace flambeau
