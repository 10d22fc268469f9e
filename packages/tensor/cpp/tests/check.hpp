// What the tests here have in common: each is a program that ends with 0 when all is well.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <cstdint>

#define CHECK(condition)                                                              \
    do {                                                                              \
        if (!(condition)) {                                                           \
            std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);      \
            std::_Exit(1);                                                            \
        }                                                                             \
    } while (false)

// Ends a test compiled for an instruction set that this machine lacks, in the way that CMakeLists.txt calls skipped.
inline void skip_unless_supported() {
#ifdef __x86_64__
#if defined(__AVX512F__)
    const bool supported = __builtin_cpu_supports("x86-64-v4");
#elif defined(__AVX2__)
    const bool supported = __builtin_cpu_supports("x86-64-v3");
#else
    const bool supported = __builtin_cpu_supports("x86-64-v2");
#endif
    if (!supported) std::_Exit(77);
#endif
}

// xorshift64*: a stream of its own for each thread.
struct Random {
    std::uint64_t state;
    explicit Random(std::uint64_t seed) : state(seed * 0x9E3779B97F4A7C15u + 1) {}
    std::uint64_t next() {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        return state * 0x2545F4914F6CDD1Du >> 16;
    }
    std::ptrdiff_t below(std::ptrdiff_t n) { return std::ptrdiff_t(next() % std::uint64_t(n)); }
};
