// One line for each family of kernels: see dispatch.hpp.
#include "flambeau/dispatch.hpp"
#include "flambeau/gemm.hpp"
#include "flambeau/pointwise.hpp"

FLAMBEAU_FAMILY(PointwiseKernels, pointwise)
FLAMBEAU_FAMILY(GemmKernels, gemm)
