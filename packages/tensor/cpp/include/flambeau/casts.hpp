// Conversions between element types, for one instruction set.
#pragma once

#include <type_traits>
#include <utility>

#include "flambeau/half.hpp"
#include "flambeau/isa.hpp"
#include "flambeau/pointwise.hpp"
#include "flambeau/pointwise_loops.hpp"

namespace flambeau::FLAMBEAU_ISA {

template <int type> struct ElementOf { using T = void; };
template <> struct ElementOf<Bool> { using T = bool; };
template <> struct ElementOf<Int8> { using T = std::int8_t; };
template <> struct ElementOf<UInt8> { using T = std::uint8_t; };
template <> struct ElementOf<Int16> { using T = std::int16_t; };
template <> struct ElementOf<UInt16> { using T = std::uint16_t; };
template <> struct ElementOf<Int32> { using T = std::int32_t; };
template <> struct ElementOf<UInt32> { using T = std::uint32_t; };
template <> struct ElementOf<Int64> { using T = std::int64_t; };
template <> struct ElementOf<UInt64> { using T = std::uint64_t; };
template <> struct ElementOf<Float32> { using T = float; };
template <> struct ElementOf<Float64> { using T = double; };
template <> struct ElementOf<Float16> { using T = half; };
template <> struct ElementOf<BFloat16> { using T = bfloat16; };

template <class T> constexpr bool is_half = false;
template <> inline constexpr bool is_half<half> = true;
template <> inline constexpr bool is_half<bfloat16> = true;

template <class To, class From>
FLAMBEAU_INLINE To converted(From x) {
    if constexpr (is_half<From>) return converted<To>(to_float(x));
    else if constexpr (is_half<To> && std::is_same_v<From, double>) return from_double<To>(x);
    else if constexpr (is_half<To> && std::is_same_v<From, double>) return from_double<To>(x);
    else if constexpr (is_half<To>) return from_float<To>(static_cast<float>(x));
    else if constexpr (std::is_same_v<To, bool>) return x != 0;
    else return static_cast<To>(x);
}

template <class From, class To>
void cast(const void* const* in, unsigned, void* out, std::ptrdiff_t n) {
    const From* in_n = static_cast<const From*>(in[0]);
    To* out_n = static_cast<To*>(out);
    if constexpr (is_half<From> && std::is_same_v<To, float>) to_floats(in_n, out_n, n);
    else if constexpr (std::is_same_v<From, float> && is_half<To>) from_floats(in_n, out_n, n);
    else FLAMBEAU_EACH(n) out_n[i] = converted<To>(element(in_n, i));
}

template <int from, int to>
constexpr Loop cast_loop() {
    using From = typename ElementOf<from>::T;
    using To = typename ElementOf<to>::T;
    if constexpr (std::is_void_v<From> || std::is_void_v<To>) return nullptr;
    else return &cast<From, To>;
}

struct CastTable {
    Loop loops[StoredTypes][StoredTypes] = {};

    constexpr CastTable() { rows(std::make_integer_sequence<int, StoredTypes>()); }
    template <int... from>
    constexpr void rows(std::integer_sequence<int, from...> all) { (row<from>(all), ...); }
    template <int from, int... to>
    constexpr void row(std::integer_sequence<int, to...>) { ((loops[from][to] = cast_loop<from, to>()), ...); }
};
constexpr CastTable cast_table;

}  // namespace flambeau::FLAMBEAU_ISA
