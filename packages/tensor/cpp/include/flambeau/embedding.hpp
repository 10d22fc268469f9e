// Rows of one array added to rows of another.
#pragma once

#include <cstddef>
#include <cstdint>

#include "flambeau/dispatch.hpp"
#include "flambeau/types.hpp"

namespace flambeau {

// `out` has shape (size, width), and becomes zeros; then its row target[i] gets row source[i] of the input, times
// scale[i], for i from 0 to n - 1 in that order. Without sources or targets they are 0 to n - 1, without scales 1.
struct AddRows {
    const void* input;
    const std::int64_t *source, *target;
    const void* scale;
    void* out;
    std::ptrdiff_t n, size, width;
};

struct EmbeddingKernels {
    void (*add_rows[StoredTypes])(const AddRows& rows);  // null for types without kernels
};

FLAMBEAU_EXPORT const EmbeddingKernels& embedding_kernels() noexcept;

}  // namespace flambeau
