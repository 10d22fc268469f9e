// Operations on each row, or each line along another dimension: what becomes of an element depends on its whole line.
#pragma once

#include <cstddef>
#include <cstdint>

#include "flambeau/dispatch.hpp"
#include "flambeau/types.hpp"

namespace flambeau {

enum RowName : std::uint8_t { RowSoftmax, RowLogSoftmax, RowSoftmaxBackward, RowLogSoftmaxBackward, RowNames };

// Arrays of shape (outer, n, inner) in C order, of one type; lines run along n. The backward operations take the
// gradient and the result.
struct RowLayout {
    const void* in[2];
    void* out;
    std::ptrdiff_t outer, n, inner;
};

struct RowKernels {
    bool (*run[RowNames][StoredTypes])(const RowLayout& layout);  // false when there is no memory; null without kernel
};

FLAMBEAU_EXPORT const RowKernels& row_kernels() noexcept;

}  // namespace flambeau
