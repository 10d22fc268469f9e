// One dimension of the gradient of a convolution's input.
//
// Pixels i = stride * q + phase form a grid of their own: of the window, only some places ever meet it, and each at a
// fixed distance, counted in windows: y = q + distance.
#pragma once

#include "flambeau/gemm/pack.hpp"

namespace flambeau::FLAMBEAU_ISA::micro {

struct Phases {
    ptrdiff_t size, kernel, stride, padding, dilation;

    FLAMBEAU_INLINE ptrdiff_t count(ptrdiff_t phase) const {
        return phase < size ? (size - phase - 1) / stride + 1 : 0;
    }
    FLAMBEAU_INLINE bool meets(ptrdiff_t phase, ptrdiff_t k) const {
        return (phase + padding - k * dilation) % stride == 0;
    }
    FLAMBEAU_INLINE ptrdiff_t distance(ptrdiff_t phase, ptrdiff_t k) const {
        return (phase + padding - k * dilation) / stride;
    }
    // Zeros needed before and after the `windows` windows, so that all phases find what they read.
    FLAMBEAU_INLINE void margins(ptrdiff_t windows, ptrdiff_t& low, ptrdiff_t& high) const {
        low = high = 0;
        for (ptrdiff_t phase = 0; phase < stride; ++phase)
            for (ptrdiff_t k = 0; k < kernel; ++k) {
                if (!meets(phase, k) || count(phase) == 0) continue;
                const ptrdiff_t first = distance(phase, k), last = count(phase) - 1 + first;
                if (-first > low) low = -first;
                if (last - (windows - 1) > high) high = last - (windows - 1);
            }
    }
};

}  // namespace flambeau::FLAMBEAU_ISA::micro
