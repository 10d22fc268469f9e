// The loops of the pointwise table, for one instruction set.
#pragma once

#include "flambeau/isa.hpp"
#include "flambeau/pointwise.hpp"

namespace flambeau::FLAMBEAU_ISA {

template <class F, class In, class Out>
void unary(const char* a, std::ptrdiff_t, const char*, std::ptrdiff_t, char* out, std::ptrdiff_t n) noexcept {
    const In* in_n = reinterpret_cast<const In*>(a);
    Out* out_n = reinterpret_cast<Out*>(out);
    for (std::ptrdiff_t i = 0; i < n; ++i) out_n[i] = static_cast<Out>(F::apply(in_n[i]));
}

template <class F, class In, class Out>
void binary(const char* a, std::ptrdiff_t sa, const char* b, std::ptrdiff_t sb, char* out, std::ptrdiff_t n) noexcept {
    const In* a_n = reinterpret_cast<const In*>(a);
    const In* b_n = reinterpret_cast<const In*>(b);
    Out* out_n = reinterpret_cast<Out*>(out);
    // Three loops, so that the compiler vectorises each.
    if (sa == 0) {
        const In x = *a_n;
        for (std::ptrdiff_t i = 0; i < n; ++i) out_n[i] = static_cast<Out>(F::apply(x, b_n[i]));
    } else if (sb == 0) {
        const In y = *b_n;
        for (std::ptrdiff_t i = 0; i < n; ++i) out_n[i] = static_cast<Out>(F::apply(a_n[i], y));
    } else {
        for (std::ptrdiff_t i = 0; i < n; ++i) out_n[i] = static_cast<Out>(F::apply(a_n[i], b_n[i]));
    }
}

}  // namespace flambeau::FLAMBEAU_ISA
