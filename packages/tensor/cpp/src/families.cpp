// One line for each family of kernels: see dispatch.hpp.
#include "flambeau/dispatch.hpp"
#include "flambeau/pointwise.hpp"

FLAMBEAU_FAMILY(PointwiseKernels, pointwise)
