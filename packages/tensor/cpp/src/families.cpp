// One line for each family of kernels: see dispatch.hpp.
#include "flambeau/convolution.hpp"
#include "flambeau/dispatch.hpp"
#include "flambeau/gemm.hpp"
#include "flambeau/isas.hpp"
#include "flambeau/philox.hpp"
#include "flambeau/indexing.hpp"
#include "flambeau/losses.hpp"
#include "flambeau/normalization.hpp"
#include "flambeau/pointwise.hpp"
#include "flambeau/reduction.hpp"
#include "flambeau/rows.hpp"
#include "flambeau/scan.hpp"
#include "flambeau/sorting.hpp"
#include "flambeau/small_matrices.hpp"

FLAMBEAU_FAMILY(PointwiseKernels, pointwise)
FLAMBEAU_FAMILY(GemmKernels, gemm)
FLAMBEAU_FAMILY(ReductionKernels, reduction)
FLAMBEAU_FAMILY(ConvolutionKernels, convolution)
FLAMBEAU_FAMILY(RandomKernels, random)
FLAMBEAU_FAMILY(ScanKernels, scan)
FLAMBEAU_FAMILY(IndexingKernels, indexing)
FLAMBEAU_FAMILY(SortingKernels, sorting)
FLAMBEAU_FAMILY(RowKernels, row)
FLAMBEAU_FAMILY(LossKernels, loss)
FLAMBEAU_FAMILY(NormalizationKernels, normalization)
FLAMBEAU_FAMILY(SmallMatrices, small_matrix)
