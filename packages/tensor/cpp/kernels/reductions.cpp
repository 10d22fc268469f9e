// The table of reductions.
#include "flambeau/reduction_blocks.hpp"

namespace flambeau::FLAMBEAU_ISA {

namespace {
constexpr ReductionTable table;
}

extern const ReductionKernels reduction;
const ReductionKernels reduction = {table.reductions[0]};

}  // namespace flambeau::FLAMBEAU_ISA
