// Remainders and whole quotients of floats. The remainder of a quotient that a fraction holds exactly is a - q b, which
// is a float: q is the rounded quotient without its fraction, at most one too many. Other quotients, and what is infinite
// or no number, are left to C's fmod.
#pragma once

#include <cmath>
#include <limits>

#include "flambeau/math/rare.hpp"

namespace flambeau::FLAMBEAU_ISA::math {

FLAMBEAU_INLINE float without_fraction(float x) { return __builtin_truncf(x); }
FLAMBEAU_INLINE double without_fraction(double x) { return __builtin_trunc(x); }

// C's fmod: it has the dividend's sign.
struct Fmod {
#ifdef __FP_FAST_FMA
    template <class T>
    static constexpr T LARGEST = infinity<T>;
#else
    // exact_product splits its factors, which multiplies them by less than this power of two
    template <class T>
    static constexpr T LARGEST = std::numeric_limits<T>::max() / T(typename Format<T>::Bits(1) << Format<T>::fraction);
#endif
    template <class T>
    static FLAMBEAU_INLINE bool rare(T a, T b) {
        constexpr T most = T(typename Format<T>::Bits(1) << (Format<T>::fraction - 1));
        return !((absolute(a) < absolute(b) * most) & (absolute(a) < LARGEST<T>) & (absolute(b) < LARGEST<T>));
    }
    template <class T>
    static FLAMBEAU_INLINE T fast(T a, T b) {
        const T x = absolute(a), y = absolute(b), q = without_fraction(x / y);
#ifdef __FP_FAST_FMA
        const T r = fused(-q, y, x);
#else
        const Pair<T> product = exact_product(q, y);
        const T r = (x - product.high) - product.low;
#endif
        return with_sign(r < 0 ? r + y : r, a);
    }
    template <class T>
    static FLAMBEAU_INLINE T slow(T a, T b) { return std::fmod(a, b); }
};

// Python's remainder: it has the divisor's sign.
struct Remainder {
    template <class T>
    static FLAMBEAU_INLINE T of(T r, T b) {
        const T moved = (r < 0) != (b < 0) ? r + b : r;
        return r != 0 ? moved : with_sign(T(0), b);
    }
    template <class T>
    static FLAMBEAU_INLINE bool rare(T a, T b) { return Fmod::rare(a, b); }
    template <class T>
    static FLAMBEAU_INLINE T fast(T a, T b) { return of(Fmod::fast(a, b), b); }
    template <class T>
    static FLAMBEAU_INLINE T slow(T a, T b) { return of(Fmod::slow(a, b), b); }
};

// Python's floor division.
struct FloorDivide {
    template <class T>
    static FLAMBEAU_INLINE T of(T a, T b, T r) {
        const T one_less = (r != 0) & ((r < 0) != (b < 0)) ? T(1) : T(0);
        const T quotient = (a - r) / b - one_less, whole = floored(quotient);
        const T nearest = quotient - whole > T(0.5) ? whole + 1 : whole;
        return quotient == 0 ? with_sign(T(0), a / b) : nearest;
    }
    static FLAMBEAU_INLINE float floored(float x) { return __builtin_floorf(x); }
    static FLAMBEAU_INLINE double floored(double x) { return __builtin_floor(x); }
    template <class T>
    static FLAMBEAU_INLINE bool rare(T a, T b) { return Fmod::rare(a, b); }
    template <class T>
    static FLAMBEAU_INLINE T fast(T a, T b) { return of(a, b, Fmod::fast(a, b)); }
    template <class T>
    static FLAMBEAU_INLINE T slow(T a, T b) { return b == 0 ? a / b : of(a, b, Fmod::slow(a, b)); }
};

}  // namespace flambeau::FLAMBEAU_ISA::math
