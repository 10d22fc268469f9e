// Sums of Chebyshev polynomials, and functions that are computed in double for every float.
#pragma once

#include "flambeau/math/bits.hpp"
#include "flambeau/math/tables.hpp"

namespace flambeau::FLAMBEAU_ISA::math {

// c[0] + c[1] T1(t) + c[2] T2(t) + ..., by Clenshaw's recurrence (DLMF 3.11)
template <std::size_t n>
FLAMBEAU_INLINE double chebyshev(double t, const double (&c)[n]) {
    return [&]<std::size_t... k>(std::index_sequence<k...>) __attribute__((always_inline)) {
        const double twice = 2 * t;
        double later = 0, latest = 0, now;
        ((now = twice * later + (c[n - 1 - k] - latest), latest = later, later = now), ...);
        return t * later + (c[0] - latest);
    }(std::make_index_sequence<n - 1>());
}

// The function that is name_wide in double, for float and double.
#define FLAMBEAU_WIDE(name)                                                       \
    template <class T>                                                            \
    FLAMBEAU_INLINE T name(T x) { return static_cast<T>(name##_wide(double(x))); }

}  // namespace flambeau::FLAMBEAU_ISA::math
