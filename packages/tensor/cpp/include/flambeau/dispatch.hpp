// The choice among the copies of the kernels, one for each instruction set.
//
// A family of kernels is a struct of function pointers, say GemmKernels in gemm.hpp, which also declares
//
//     FLAMBEAU_EXPORT const GemmKernels& gemm_kernels() noexcept;
//
// cpp/kernels/gemm.cpp, compiled for every instruction set, defines `extern const GemmKernels gemm` in its namespace.
// One line in cpp/src/families.cpp, FLAMBEAU_FAMILY(GemmKernels, gemm), defines the function: it gives the copy that
// is right for this machine.
#pragma once

#define FLAMBEAU_EXPORT __attribute__((visibility("default")))

// FLAMBEAU_FAMILY's parts, for FLAMBEAU_FOR_EACH_ISA(what, ...) in isas.hpp, which the build writes.
#define FLAMBEAU_DECLARE(isa, Struct, name) \
    namespace isa { extern const Struct name; }
#define FLAMBEAU_ADDRESS(isa, Struct, name) &isa::name,
#define FLAMBEAU_FAMILY(Struct, name)                                                                  \
    namespace flambeau {                                                                               \
    FLAMBEAU_FOR_EACH_ISA(FLAMBEAU_DECLARE, Struct, name)                                              \
    const Struct& name##_kernels() noexcept {                                                          \
        static const Struct* const all[] = {FLAMBEAU_FOR_EACH_ISA(FLAMBEAU_ADDRESS, Struct, name)};    \
        return *all[isa_chosen()];                                                                     \
    }                                                                                                  \
    }

namespace flambeau {

// The instruction sets compiled in, by index: best last. What is chosen at first is the best that runs here.
FLAMBEAU_EXPORT int isa_count() noexcept;
FLAMBEAU_EXPORT const char* isa_name(int index) noexcept;
FLAMBEAU_EXPORT bool isa_supported(int index) noexcept;
FLAMBEAU_EXPORT int isa_chosen() noexcept;
FLAMBEAU_EXPORT void isa_choose(int index) noexcept;

}  // namespace flambeau
