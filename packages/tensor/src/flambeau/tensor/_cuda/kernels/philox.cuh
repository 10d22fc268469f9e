// Random numbers from counters: Philox 4x32-10, as in _reference/_philox.py, which is the definition.
#pragma once
#include "types.cuh"

// A block of the stream: four words.
struct Words {
    unsigned at[4];
};

__device__ __forceinline__ Words random_words(unsigned long long block, unsigned long long seed) {
    unsigned c0 = static_cast<unsigned>(block), c1 = static_cast<unsigned>(block >> 32), c2 = 0, c3 = 0;
    unsigned k0 = static_cast<unsigned>(seed), k1 = static_cast<unsigned>(seed >> 32);
#pragma unroll
    for (int round = 0; round < 10; ++round) {
        const unsigned long long p0 = 0xD2511F53ull * c0, p1 = 0xCD9E8D57ull * c2;
        c0 = static_cast<unsigned>(p1 >> 32) ^ c1 ^ k0;
        c2 = static_cast<unsigned>(p0 >> 32) ^ c3 ^ k1;
        c1 = static_cast<unsigned>(p1);
        c3 = static_cast<unsigned>(p0);
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    return {{c0, c1, c2, c3}};
}

__device__ __forceinline__ unsigned long long wide_word(const Words& words, int i) {
    return words.at[2 * i] | static_cast<unsigned long long>(words.at[2 * i + 1]) << 32;
}

// Uniform numbers in [0, 1): `count` of a block, with as many bits as the significand has.
template <class T> struct Uniform;
template <> struct Uniform<float> {
    static constexpr int count = 4;
    static __device__ __forceinline__ float at(const Words& words, int i) {
        return static_cast<float>(words.at[i] >> 8) * 0x1p-24f;
    }
};
template <> struct Uniform<half> {
    static constexpr int count = 4;
    static __device__ __forceinline__ float at(const Words& words, int i) {
        return static_cast<float>(words.at[i] >> 21) * 0x1p-11f;
    }
};
template <> struct Uniform<bfloat16> {
    static constexpr int count = 4;
    static __device__ __forceinline__ float at(const Words& words, int i) {
        return static_cast<float>(words.at[i] >> 24) * 0x1p-8f;
    }
};
template <> struct Uniform<double> {
    static constexpr int count = 2;
    static __device__ __forceinline__ double at(const Words& words, int i) {
        const unsigned long long bits =
            static_cast<unsigned long long>(words.at[2 * i] >> 5) << 26 | words.at[2 * i + 1] >> 6;
        return static_cast<double>(static_cast<long long>(bits)) * 0x1p-53;
    }
};
