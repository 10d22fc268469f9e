// Code under cpp/kernels is compiled once per instruction set, with FLAMBEAU_ISA (`v2`, `v3`, `v4`: the levels of the
// x86-64 psABI; `portable` elsewhere) as its namespace. Whatever a kernel calls must be in that namespace, or inlined
// for certain: the linker merges equal inline functions, and would give every machine the copy with AVX-512 in it. For
// the same reason kernels use no containers or algorithms of the standard library.
#pragma once

#ifndef FLAMBEAU_ISA
#define FLAMBEAU_ISA portable
#endif

#define FLAMBEAU_INLINE __attribute__((always_inline)) inline

namespace flambeau::FLAMBEAU_ISA {

// Bytes of the widest vector register.
#if defined(__AVX512F__)
constexpr int VectorBytes = 64;
#elif defined(__AVX2__)
constexpr int VectorBytes = 32;
#else
constexpr int VectorBytes = 16;
#endif

}  // namespace flambeau::FLAMBEAU_ISA
