// One dimension of the gradient of a convolution's input.
//
// Pixels i = stride * q + phase form a grid of their own: of the window, only some places ever meet it, and each at a
// fixed distance, counted in windows: y = q + distance.
#pragma once

#include "flambeau/convolution/planes.hpp"

namespace flambeau::FLAMBEAU_ISA::micro {

struct Phases {
    const ConvolvedAxis& axis;

    FLAMBEAU_INLINE ptrdiff_t count(ptrdiff_t phase) const {
        return phase < axis.size ? (axis.size - phase - 1) / axis.stride + 1 : 0;
    }
    FLAMBEAU_INLINE bool meets(ptrdiff_t phase, ptrdiff_t k) const {
        return (phase + axis.before - k * axis.dilation) % axis.stride == 0;
    }
    FLAMBEAU_INLINE ptrdiff_t distance(ptrdiff_t phase, ptrdiff_t k) const {
        return (phase + axis.before - k * axis.dilation) / axis.stride;
    }
    // The windows, with the zeros before and after them that some phase reads.
    FLAMBEAU_INLINE PaddedAxis padded() const {
        ptrdiff_t low = 0, high = 0;
        for (ptrdiff_t phase = 0; phase < axis.stride; ++phase)
            for (ptrdiff_t k = 0; k < axis.kernel; ++k) {
                if (!meets(phase, k) || count(phase) == 0) continue;
                const ptrdiff_t first = distance(phase, k), last = count(phase) - 1 + first;
                if (-first > low) low = -first;
                if (last - (axis.result - 1) > high) high = last - (axis.result - 1);
            }
        return {axis.result, low, high};
    }
};

}  // namespace flambeau::FLAMBEAU_ISA::micro
