// Elements as unsigned integers in the same order, nan last: what is equal has one key.
#pragma once
#include "types.cuh"

template <int bytes> struct BitsOf { using Type = unsigned; };
template <> struct BitsOf<1> { using Type = unsigned char; };
template <> struct BitsOf<2> { using Type = unsigned short; };
template <> struct BitsOf<8> { using Type = unsigned long long; };

template <class E> struct Keys {
    using Bits = typename BitsOf<sizeof(E)>::Type;                               // an element in memory
    using Key = typename BitsOf<(sizeof(E) < 4 ? 4 : static_cast<int>(sizeof(E)))>::Type;
    static constexpr int width = 8 * sizeof(E);
    static constexpr Key sign = static_cast<Key>(1) << (width - 1), all = sign | (sign - 1);
    static constexpr bool is_signed = static_cast<E>(-1) < static_cast<E>(0);
    static constexpr Key infinity = 0;  // where there is one
};
template <class E, unsigned long long infinity_bits> struct FloatKeys {
    using Bits = typename BitsOf<sizeof(E)>::Type;
    using Key = typename BitsOf<(sizeof(E) < 4 ? 4 : static_cast<int>(sizeof(E)))>::Type;
    static constexpr int width = 8 * sizeof(E);
    static constexpr Key sign = static_cast<Key>(1) << (width - 1), all = sign | (sign - 1);
    static constexpr bool is_signed = true;
    static constexpr Key infinity = infinity_bits;
};
template <> struct Keys<half> : FloatKeys<half, 0x7c00> {};
template <> struct Keys<bfloat16> : FloatKeys<bfloat16, 0x7f80> {};
template <> struct Keys<float> : FloatKeys<float, 0x7f800000> {};
template <> struct Keys<double> : FloatKeys<double, 0x7ff0000000000000> {};

// With `descending` keys are in the opposite order.
template <class E>
__device__ __forceinline__ typename Keys<E>::Key key_of(typename Keys<E>::Bits bits, bool descending) {
    using K = Keys<E>;
    typename K::Key key = bits;
    if constexpr (K::infinity != 0) {
        const auto magnitude = key & (K::sign - 1);
        if (magnitude > K::infinity)
            key = K::all;
        else if (magnitude == 0)
            key = K::sign;
        else
            key = key & K::sign ? ~key & K::all : key | K::sign;
    } else if constexpr (K::is_signed) {
        key ^= K::sign;
    }
    return descending ? ~key & K::all : key;
}
