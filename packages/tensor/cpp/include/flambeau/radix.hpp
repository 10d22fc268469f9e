// Stable sorting by the digits of keys, the least significant first (Knuth, The Art of Computer Programming, vol. 3,
// 5.2.5): elements become unsigned keys in the same order, beside the index they had.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "flambeau/half.hpp"
#include "flambeau/isa.hpp"
#include "flambeau/memory.hpp"
#include "flambeau/threads.hpp"

namespace flambeau::FLAMBEAU_ISA {

// Keys --------------------------------------------------------------------------------------------------------------

// Bits of a float in the order of its values: negative ones are turned round. Zeros are equal, and all NaN, as the
// greatest; so of these two keys the element cannot be told.
template <class U, class In, U infinity>
struct FloatKey {
    static constexpr U sign = U(U(1) << (8 * sizeof(U) - 1));
    static FLAMBEAU_INLINE U of(In x) {
        const U bits = __builtin_bit_cast(U, x), magnitude = bits & U(~sign);
        const U ordered = bits & sign ? U(~bits) : U(bits | sign);
        return magnitude > infinity ? U(~U(0)) : magnitude == 0 ? sign : ordered;
    }
    static FLAMBEAU_INLINE bool tells(U key) { return key != sign && key != U(~U(0)); }
    static FLAMBEAU_INLINE In element(U key) {
        return __builtin_bit_cast(In, key & sign ? U(key ^ sign) : U(~key));
    }
};

template <class U, class In>
struct IntegerKey {
    static constexpr U sign = In(-1) < In(0) ? U(U(1) << (8 * sizeof(U) - 1)) : U(0);
    static FLAMBEAU_INLINE U of(In x) { return U(x) ^ sign; }
    static FLAMBEAU_INLINE bool tells(U) { return true; }
    static FLAMBEAU_INLINE In element(U key) { return In(key ^ sign); }
};

template <class In> struct KeyOf;
template <> struct KeyOf<std::int8_t> : IntegerKey<std::uint8_t, std::int8_t> {};
template <> struct KeyOf<std::uint8_t> : IntegerKey<std::uint8_t, std::uint8_t> {};
template <> struct KeyOf<std::int16_t> : IntegerKey<std::uint16_t, std::int16_t> {};
template <> struct KeyOf<std::uint16_t> : IntegerKey<std::uint16_t, std::uint16_t> {};
template <> struct KeyOf<std::int32_t> : IntegerKey<std::uint32_t, std::int32_t> {};
template <> struct KeyOf<std::uint32_t> : IntegerKey<std::uint32_t, std::uint32_t> {};
template <> struct KeyOf<std::int64_t> : IntegerKey<std::uint64_t, std::int64_t> {};
template <> struct KeyOf<std::uint64_t> : IntegerKey<std::uint64_t, std::uint64_t> {};
template <> struct KeyOf<half> : FloatKey<std::uint16_t, half, 0x7c00> {};
template <> struct KeyOf<bfloat16> : FloatKey<std::uint16_t, bfloat16, 0x7f80> {};
template <> struct KeyOf<float> : FloatKey<std::uint32_t, float, 0x7f800000u> {};
template <> struct KeyOf<double> : FloatKey<std::uint64_t, double, 0x7ff0000000000000u> {};

// Records -----------------------------------------------------------------------------------------------------------

struct Narrow {
    std::uint64_t bits;
    static FLAMBEAU_INLINE Narrow make(std::uint64_t key, std::uint64_t index) { return {key << 32 | index}; }
    FLAMBEAU_INLINE std::uint64_t key() const { return bits >> 32; }
    FLAMBEAU_INLINE std::uint64_t index() const { return bits & 0xffffffffu; }
    FLAMBEAU_INLINE bool before(Narrow other) const { return bits < other.bits; }
};

struct Wide {
    std::uint64_t word[2];
    static FLAMBEAU_INLINE Wide make(std::uint64_t key, std::uint64_t index) { return {{key, index}}; }
    FLAMBEAU_INLINE std::uint64_t key() const { return word[0]; }
    FLAMBEAU_INLINE std::uint64_t index() const { return word[1]; }
    FLAMBEAU_INLINE bool before(Wide other) const {
        return word[0] < other.word[0] || (word[0] == other.word[0] && word[1] < other.word[1]);
    }
};

// Sorting -----------------------------------------------------------------------------------------------------------

constexpr int Digits = 256;  // values of one
constexpr std::ptrdiff_t InsertionLength = 40;
constexpr std::ptrdiff_t ShortLine = 32 << 10;  // what one thread sorts by itself

template <class R>
FLAMBEAU_INLINE int digit(R record, int pass) {
    return int(record.key() >> (8 * pass) & (Digits - 1));
}

template <class R>
void insertion_sort(R* a_n, std::ptrdiff_t n) {
    for (std::ptrdiff_t i = 1; i < n; ++i) {
        const R record = a_n[i];
        std::ptrdiff_t j = i;
        for (; j > 0 && record.before(a_n[j - 1]); --j) a_n[j] = a_n[j - 1];
        a_n[j] = record;
    }
}

// Sorts by `passes` digits; gives `a_n` or `b_n`, whichever holds the result.
template <class R>
R* sort_short(R* a_n, R* b_n, std::ptrdiff_t n, int passes) {
    if (n <= InsertionLength) {
        insertion_sort(a_n, n);
        return a_n;
    }
    std::uint32_t counts[8][Digits];
    std::memset(counts, 0, sizeof(counts[0]) * passes);
    for (std::ptrdiff_t i = 0; i < n; ++i)
        for (int p = 0; p < passes; ++p) ++counts[p][digit(a_n[i], p)];
    for (int p = 0; p < passes; ++p) {
        if (counts[p][digit(a_n[0], p)] == n) continue;
        std::uint32_t start = 0;
        for (int d = 0; d < Digits; ++d) {
            const std::uint32_t count = counts[p][d];
            counts[p][d] = start;
            start += count;
        }
        for (std::ptrdiff_t i = 0; i < n; ++i) b_n[counts[p][digit(a_n[i], p)]++] = a_n[i];
        R* const sorted = b_n;
        b_n = a_n;
        a_n = sorted;
    }
    return a_n;
}

// The same on several threads: every chunk counts its digits, and then knows where its records go. `differ` has the bits
// in which keys differ. Null when there is no memory.
template <class R>
R* sort_long(R* a_n, R* b_n, std::ptrdiff_t n, int passes, std::uint64_t differ) {
    const std::ptrdiff_t grain = n / 32 < ShortLine / 2 ? ShortLine / 2 : n / 32, chunks = (n + grain - 1) / grain;
    const Scratch scratch(chunks * Digits * sizeof(std::uint32_t));
    auto* const counts = static_cast<std::uint32_t(*)[Digits]>(scratch.data);
    if (counts == nullptr) return nullptr;
    for (int p = 0; p < passes; ++p) {
        if ((differ >> (8 * p) & (Digits - 1)) == 0) continue;
        parallel(n, grain, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
            std::uint32_t* const count = counts[begin / grain];
            std::memset(count, 0, sizeof(counts[0]));
            for (std::ptrdiff_t i = begin; i < end; ++i) ++count[digit(a_n[i], p)];
        });
        std::uint32_t start = 0;
        for (int d = 0; d < Digits; ++d)
            for (std::ptrdiff_t c = 0; c < chunks; ++c) {
                const std::uint32_t count = counts[c][d];
                counts[c][d] = start;
                start += count;
            }
        parallel(n, grain, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
            std::uint32_t* const place = counts[begin / grain];
            for (std::ptrdiff_t i = begin; i < end; ++i) b_n[place[digit(a_n[i], p)]++] = a_n[i];
        });
        R* const sorted = b_n;
        b_n = a_n;
        a_n = sorted;
    }
    return a_n;
}

}  // namespace flambeau::FLAMBEAU_ISA
