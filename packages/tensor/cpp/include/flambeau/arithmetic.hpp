// Scalar functions that pointwise expressions may call, made of nothing but arithmetic; the CUDA kernels have them, too. Each
// is right for every dtype its row takes: integer division by zero gives 0 (as NumPy's does) instead of a trap, NaN
// propagates through maximum and minimum.
#pragma once

#include <cmath>
#include <cstdint>
#include <type_traits>

#include "flambeau/math/remainders.hpp"

namespace flambeau::FLAMBEAU_ISA::scalar {

template <int bytes> struct BitsOf;
template <> struct BitsOf<1> { using T = std::uint8_t; };
template <> struct BitsOf<2> { using T = std::uint16_t; };
template <> struct BitsOf<4> { using T = std::uint32_t; };
template <> struct BitsOf<8> { using T = std::uint64_t; };

// `a` where the condition holds, else `b`. By masks, because gcc makes branches of ?: with operands in memory, and does
// not vectorise them.
template <class T>
FLAMBEAU_INLINE T select(bool condition, T a, T b) {
#ifdef __CUDACC__
    return condition ? a : b;
#else
    using Bits = typename BitsOf<sizeof(T)>::T;
    const Bits mask = static_cast<Bits>(-static_cast<Bits>(condition));
    const Bits chosen = (__builtin_bit_cast(Bits, a) & mask) | (__builtin_bit_cast(Bits, b) & ~mask);
    return __builtin_bit_cast(T, chosen);
#endif
}

template <class T>
FLAMBEAU_INLINE T divide(T a, T b) {
    return a / b;
}

template <class T>
FLAMBEAU_INLINE T absolute(T a) {
    if constexpr (std::is_unsigned_v<T>) return a;
    else if constexpr (std::is_floating_point_v<T>) return std::fabs(a);
    else return a < 0 ? static_cast<T>(0 - static_cast<std::make_unsigned_t<T>>(a)) : a;
}

template <class T>
FLAMBEAU_INLINE T negate(T a) {
    if constexpr (std::is_integral_v<T>) return static_cast<T>(0 - static_cast<std::make_unsigned_t<T>>(a));
    else return -a;
}

template <class T>
FLAMBEAU_INLINE T sign(T a) {
    if constexpr (std::is_floating_point_v<T>) return a != a ? a : static_cast<T>((a > 0) - (a < 0));
    else return static_cast<T>((a > 0) - (a < 0));
}

// Of floats by masks: gcc would follow what becomes of a bound that is the same for all elements, by branches.
template <class T>
FLAMBEAU_INLINE T maximum(T a, T b) {
    if constexpr (std::is_floating_point_v<T>) return select((a > b) | (a != a), a, b);
    else return a > b ? a : b;
}

template <class T>
FLAMBEAU_INLINE T minimum(T a, T b) {
    if constexpr (std::is_floating_point_v<T>) return select((a < b) | (a != a), a, b);
    else return a < b ? a : b;
}

// The same, but of a NaN and a number they take the number.
template <class T>
FLAMBEAU_INLINE T fmax(T a, T b) {
    if constexpr (std::is_floating_point_v<T>) return select((a >= b) | (b != b), a, b);
    else return a >= b ? a : b;
}

template <class T>
FLAMBEAU_INLINE T fmin(T a, T b) {
    if constexpr (std::is_floating_point_v<T>) return select((a <= b) | (b != b), a, b);
    else return a <= b ? a : b;
}

template <class T>
FLAMBEAU_INLINE bool signbit(T a) {
    if constexpr (std::is_floating_point_v<T>) return std::signbit(a);
    else return a < T(0);
}

// 0 below 0, 1 above, `at_zero` there.
template <class T>
FLAMBEAU_INLINE T heaviside(T a, T at_zero) {
    if (a == T(0)) return at_zero;
    return a != a ? a : static_cast<T>(a > T(0));
}

template <class T>
FLAMBEAU_INLINE T invert(T a) {
    if constexpr (std::is_same_v<T, bool>) return !a;
    else return static_cast<T>(~a);
}

template <class T>
constexpr int BitsIn = 8 * sizeof(T);

// No bit is left by a shift as wide as the integer or wider, or by a negative one; but copies of the sign.
template <class T>
FLAMBEAU_INLINE T shift_left(T a, T by) {
    using Bits = typename BitsOf<sizeof(T)>::T;
    const bool there = by >= T(0) && static_cast<Bits>(by) < BitsIn<T>;
    return there ? static_cast<T>(static_cast<std::uint64_t>(static_cast<Bits>(a)) << by) : T(0);
}

template <class T>
FLAMBEAU_INLINE T shift_right(T a, T by) {
    using Bits = typename BitsOf<sizeof(T)>::T;
    const bool there = by >= T(0) && static_cast<Bits>(by) < BitsIn<T>;
    return static_cast<T>(a >> (there ? by : T(BitsIn<T> - 1))) * T(there || a < T(0));
}

// Euclid's algorithm.
template <class T>
FLAMBEAU_INLINE T greatest_divisor(T a, T b) {
    using Bits = typename BitsOf<sizeof(T)>::T;
    Bits x = static_cast<Bits>(absolute(a)), y = static_cast<Bits>(absolute(b));
    while (y != 0) {
        const Bits rest = static_cast<Bits>(x % y);
        x = y;
        y = rest;
    }
    return static_cast<T>(x);
}

template <class T>
FLAMBEAU_INLINE T least_multiple(T a, T b) {
    using Bits = typename BitsOf<sizeof(T)>::T;
    const Bits divisor = static_cast<Bits>(greatest_divisor(a, b));
    if (divisor == 0) return 0;
    const Bits x = static_cast<Bits>(absolute(a)), y = static_cast<Bits>(absolute(b));
    return absolute(static_cast<T>(static_cast<Bits>(x / divisor * y)));
}

// Python's floor division and remainder: the remainder has the divisor's sign.
template <class T>
FLAMBEAU_INLINE T remainder(T a, T b) {
    if constexpr (std::is_floating_point_v<T>) {
        return math::anywhere<math::Remainder>(a, b);
    } else if constexpr (std::is_unsigned_v<T>) {
        return b == 0 ? T(0) : static_cast<T>(a % b);
    } else {
        if (b == 0 || b == T(-1)) return 0;
        const T r = static_cast<T>(a % b);
        return r != 0 && (r < 0) != (b < 0) ? static_cast<T>(r + b) : r;
    }
}

// C's remainder: it has the dividend's sign.
template <class T>
FLAMBEAU_INLINE T fmod(T a, T b) {
    if constexpr (std::is_floating_point_v<T>) return math::anywhere<math::Fmod>(a, b);
    else if constexpr (std::is_unsigned_v<T>) return b == 0 ? T(0) : static_cast<T>(a % b);
    else return b == 0 || b == T(-1) ? T(0) : static_cast<T>(a % b);
}

template <class T>
FLAMBEAU_INLINE T floor_divide(T a, T b) {
    if constexpr (std::is_floating_point_v<T>) {
        return math::anywhere<math::FloorDivide>(a, b);
    } else if constexpr (std::is_unsigned_v<T>) {
        return b == 0 ? T(0) : static_cast<T>(a / b);
    } else {
        if (b == 0) return 0;
        if (b == T(-1)) return negate(a);
        const T q = static_cast<T>(a / b);
        return (a % b != 0 && (a < 0) != (b < 0)) ? static_cast<T>(q - 1) : q;
    }
}

template <class T>
FLAMBEAU_INLINE T relu(T a) {
    return ((a > 0) | (a != a)) ? a : T(0);
}

}  // namespace flambeau::FLAMBEAU_ISA::scalar
