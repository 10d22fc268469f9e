// How operands of one shape lie in memory: the shape simplified until loops over it are few and long.
#pragma once

#include <cstddef>

#include "flambeau/dispatch.hpp"
#include "flambeau/types.hpp"

namespace flambeau {

constexpr int MaxDims = 16;
constexpr int MaxOperands = 24;

struct OperandView {
    char* data;
    Type type;
    std::ptrdiff_t strides[MaxDims];  // in bytes; 0 where the operand is broadcast
};

// Outputs come first: their order in memory decides the order of dimensions.
struct Layout {
    int ndim;
    int count;
    std::ptrdiff_t shape[MaxDims];
    OperandView operands[MaxOperands];
};

// Leaves out dimensions of size 1, turns those that all operands walk backwards, orders them by stride (the last is the
// fastest) and merges neighbours. The elements stay the same, their order does not.
FLAMBEAU_EXPORT void simplify(Layout& layout) noexcept;

inline std::ptrdiff_t element_count(const Layout& layout) noexcept {
    std::ptrdiff_t n = 1;
    for (int d = 0; d < layout.ndim; ++d) n *= layout.shape[d];
    return n;
}

}  // namespace flambeau
