// What the library's C++ headers, where kernels include them, need of the standard library and of gcc. No more than that:
// kernels are compiled without any headers but these.
#pragma once
#include "types.cuh"

namespace std {
using size_t = decltype(sizeof 0);
using ptrdiff_t = decltype(static_cast<char*>(nullptr) - static_cast<char*>(nullptr));
using int8_t = signed char;
using uint8_t = unsigned char;
using int16_t = short;
using uint16_t = unsigned short;
using int32_t = int;
using uint32_t = unsigned;
using int64_t = long long;
using uint64_t = unsigned long long;

template <class A, class B> constexpr bool is_same_v = false;
template <class A> constexpr bool is_same_v<A, A> = true;
template <class T> constexpr bool is_floating_point_v = is_same_v<T, float> || is_same_v<T, double>;
template <class T> constexpr bool is_integral_v = !is_floating_point_v<T>;
template <class T> constexpr bool is_unsigned_v = is_integral_v<T> && T(-1) > T(0);

template <class T> struct make_unsigned { using type = T; };
template <> struct make_unsigned<signed char> { using type = unsigned char; };
template <> struct make_unsigned<short> { using type = unsigned short; };
template <> struct make_unsigned<int> { using type = unsigned; };
template <> struct make_unsigned<long> { using type = unsigned long; };
template <> struct make_unsigned<long long> { using type = unsigned long long; };
template <class T> using make_unsigned_t = typename make_unsigned<T>::type;

template <class T, T... values> struct integer_sequence {};
template <size_t... values> using index_sequence = integer_sequence<size_t, values...>;
template <size_t n, size_t... values> struct IndexSequence : IndexSequence<n - 1, n - 1, values...> {};
template <size_t... values> struct IndexSequence<0, values...> { using type = index_sequence<values...>; };
template <size_t n> using make_index_sequence = typename IndexSequence<n>::type;

using ::fabs;
using ::fmod;
using ::signbit;
}  // namespace std

#ifdef __CUDACC_RTC__
#pragma nv_diag_suppress 161, 177  // pragmas of gcc's, and what only other kernels use
#define __builtin_inf() __builtin_bit_cast(double, 0x7ff0000000000000ull)
#define __builtin_nan(text) __builtin_bit_cast(double, 0x7ff8000000000000ull)
#define __is_same(A, B) std::is_same_v<A, B>
#define __builtin_cos ::cos
#define __builtin_floor ::floor
#define __builtin_floorf ::floorf
#define __builtin_fma ::fma
#define __builtin_fmaf ::fmaf
#define __builtin_rint ::rint
#define __builtin_rintf ::rintf
#define __builtin_sin ::sin
#define __builtin_sqrt ::sqrt
#define __builtin_sqrtf ::sqrtf
#define __builtin_tan ::tan
#define __builtin_trunc ::trunc
#define __builtin_truncf ::truncf
#endif
#ifndef __FP_FAST_FMA
#define __FP_FAST_FMA 1
#endif
