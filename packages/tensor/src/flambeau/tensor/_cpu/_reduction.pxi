# The reduction iterator, for the modules that run it. Included by them, after _arrays.pxi.

cdef extern from "flambeau/reduction.hpp" namespace "flambeau":
    enum:
        ReduceSum "flambeau::ReduceSum"
        ReduceProd "flambeau::ReduceProd"
        ReduceMean "flambeau::ReduceMean"
        ReduceMax "flambeau::ReduceMax"
        ReduceMin "flambeau::ReduceMin"
        ReduceArgMax "flambeau::ReduceArgMax"
        ReduceArgMin "flambeau::ReduceArgMin"
        ReduceAny "flambeau::ReduceAny"
        ReduceAll "flambeau::ReduceAll"
        ReduceCount "flambeau::ReduceCount"
        ReduceVar "flambeau::ReduceVar"
        ReduceStd "flambeau::ReduceStd"
        ReduceNorm0 "flambeau::ReduceNorm0"
        ReduceNorm1 "flambeau::ReduceNorm1"
        ReduceNorm2 "flambeau::ReduceNorm2"
        ReduceNormMax "flambeau::ReduceNormMax"
        ReduceNormMin "flambeau::ReduceNormMin"
        ReduceLogSumExp "flambeau::ReduceLogSumExp"
        ReduceMoments "flambeau::ReduceMoments"
    struct Reduction:
        bint ordered
        bint empty
        void* rows
    struct ReductionKernels:
        const Reduction* reductions
    struct ReductionLayout:
        const char* in_ "in"
        char* out[2]
        double parameter
        int ndim
        ptrdiff_t shape[16]
        ptrdiff_t stride[16]
        ptrdiff_t out_stride[16]
        bint reduced[16]
    const ReductionKernels& reduction_kernels() noexcept
    bint run_reduction "flambeau::reduce"(const Reduction& reduction, const ReductionLayout& layout) noexcept nogil
