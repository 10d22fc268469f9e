// Functions that are branch-free for nearly all arguments and need another method, perhaps a call, for the rest, such as
// the sine of 1e300. Such a function is described by a struct F with static members
//
//   fast(x)  branch-free, right wherever rare(x) is false and harmless elsewhere
//   rare(x)  whether x needs slow(x)
//   slow(x)  right for every x
//
// or with two arguments each. anywhere<F>(x) is then right for every x, but a loop over it is not vectorised.
// over_array<F> is the loop that is: it looks for rare arguments in a block first, and goes through blocks that have some
// one by one.
#pragma once

#include "flambeau/math/bits.hpp"

namespace flambeau::FLAMBEAU_ISA::math {

template <class F, class... T>
FLAMBEAU_INLINE auto anywhere(T... x) { return F::rare(x...) ? F::slow(x...) : F::fast(x...); }

// out = F(in...) for arrays each of which is `out` or does not overlap it.
template <class F, class T, class... In>
FLAMBEAU_INLINE void over_array(T* out_n, std::ptrdiff_t n, const In*... in_n) {
    constexpr std::ptrdiff_t block = 512;  // stays in the first cache between the two passes
    for (std::ptrdiff_t start = 0; start < n; start += block) {
        const std::ptrdiff_t end = n - start < block ? n : start + block;
        typename Format<T>::Bits any = 0;
        for (std::ptrdiff_t i = start; i < end; ++i) any |= F::rare(in_n[i]...) ? 1 : 0;
        if (any) {
            for (std::ptrdiff_t i = start; i < end; ++i) out_n[i] = anywhere<F>(in_n[i]...);
        } else {
#pragma GCC ivdep
            for (std::ptrdiff_t i = start; i < end; ++i) out_n[i] = F::fast(in_n[i]...);
        }
    }
}

}  // namespace flambeau::FLAMBEAU_ISA::math
