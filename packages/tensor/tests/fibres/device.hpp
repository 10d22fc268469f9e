// CUDA's C++ as far as kernels use it, for g++: what NVRTC knows by itself. Put before a kernel's source.
// Each CUDA thread is a fibre (see scheduler.hpp). Nothing here says anything about races, caches or speed.
#pragma once
#include "scheduler.hpp"

#define KERNEL(...) static void
#define __global__
#define __device__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __shared__ static

#define threadIdx (fibres::place.thread)
#define blockIdx (fibres::place.block)
#define blockDim (fibres::place.block_extent)
#define gridDim (fibres::place.grid_extent)
static constexpr int warpSize = 32;

using size_t = decltype(sizeof 0);

// ---- barriers, and what the lanes of a warp tell each other ----

#define __syncthreads() ((void)fibres::barrier(__LINE__, fibres::Vote::none, false))
#define __syncthreads_count(p) fibres::barrier(__LINE__, fibres::Vote::count, (p) != 0)
#define __syncthreads_or(p) fibres::barrier(__LINE__, fibres::Vote::any, (p) != 0)

namespace fibres {

template <class T> inline unsigned long long bits_of(T value) {
    static_assert(sizeof(T) <= 8);
    unsigned long long bits = 0;
    __builtin_memcpy(&bits, &value, sizeof value);
    return bits;
}

template <class T>
inline T shuffled(Collective what, unsigned mask, T value, int argument, int line, int width = 32) {
    const unsigned long long bits = together(what, mask, bits_of(value), argument, width, line);
    T result;
    __builtin_memcpy(&result, &bits, sizeof result);
    return result;
}

inline unsigned voted(Collective what, unsigned mask, unsigned long long value, int line) {
    return static_cast<unsigned>(together(what, mask, value, 0, 32, line));
}

template <class T, class Op>
inline T reduced(unsigned mask, T value, int line, Op op) {
    T result = value;
    const int lane = static_cast<int>((threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z)) % 32);
    for (int i = 0; i < 32; ++i)
        if (mask >> i & 1) {
            const T other = shuffled(Collective::shuffle, mask, value, i, line);
            if (i != lane) result = op(result, other);
        }
    return result;
}

}  // namespace fibres

#define FIBRES_PICK(_1, _2, _3, _4, name, ...) name
#define FIBRES_SHUFFLE3(what, mask, value, argument) \
    fibres::shuffled(fibres::Collective::what, mask, value, static_cast<int>(argument), __LINE__)
#define FIBRES_SHUFFLE4(what, mask, value, argument, width) \
    fibres::shuffled(fibres::Collective::what, mask, value, static_cast<int>(argument), __LINE__, width)
#define FIBRES_SHUFFLE(what, ...) \
    FIBRES_PICK(__VA_ARGS__, FIBRES_SHUFFLE4, FIBRES_SHUFFLE3, unused, unused)(what, __VA_ARGS__)
#define __shfl_sync(...) FIBRES_SHUFFLE(shuffle, __VA_ARGS__)
#define __shfl_up_sync(...) FIBRES_SHUFFLE(shuffle_up, __VA_ARGS__)
#define __shfl_down_sync(...) FIBRES_SHUFFLE(shuffle_down, __VA_ARGS__)
#define __shfl_xor_sync(...) FIBRES_SHUFFLE(shuffle_xor, __VA_ARGS__)
#define __ballot_sync(mask, p) fibres::voted(fibres::Collective::ballot, mask, (p) != 0, __LINE__)
#define __any_sync(mask, p) static_cast<int>(__ballot_sync(mask, p) != 0)
#define __all_sync(mask, p) static_cast<int>(__ballot_sync(mask, !(p)) == 0)
#define __match_any_sync(mask, value) fibres::voted(fibres::Collective::match, mask, fibres::bits_of(value), __LINE__)
#define __syncwarp(...) ((void)fibres::voted(fibres::Collective::synchronise, fibres::mask_or_all(__VA_ARGS__), 0, __LINE__))
#define __reduce_add_sync(mask, v) fibres::reduced(mask, v, __LINE__, [](auto a, auto b) { return a + b; })

namespace fibres {
constexpr unsigned mask_or_all(unsigned mask = 0xffffffffu) { return mask; }
}

inline void __threadfence_system() {}

// ---- atomics: fibres change only where they wait ----

namespace fibres {
template <class T, class Op>
inline T exchanged(T* address, Op op) {
    if (reinterpret_cast<unsigned long long>(address) % sizeof(T)) __builtin_trap();
    const T old = *address;
    *address = op(old);
    return old;
}
}  // namespace fibres

#define FIBRES_ATOMIC(T, name, ...) \
    inline T name(T* address, T value) { return fibres::exchanged(address, [=]([[maybe_unused]] T old) -> T { return __VA_ARGS__; }); }
#define FIBRES_ATOMICS(T)                                          \
    FIBRES_ATOMIC(T, atomicAdd, old + value)                       \
    FIBRES_ATOMIC(T, atomicMax, old > value ? old : value)         \
    FIBRES_ATOMIC(T, atomicMin, old < value ? old : value)         \
    FIBRES_ATOMIC(T, atomicExch, value)                            \
    inline T atomicCAS(T* address, T expected, T value) {          \
        return fibres::exchanged(address, [=](T old) -> T { return old == expected ? value : old; }); \
    }
FIBRES_ATOMICS(int)
FIBRES_ATOMICS(unsigned)
FIBRES_ATOMICS(unsigned long long)
FIBRES_ATOMIC(float, atomicAdd, old + value)
FIBRES_ATOMIC(float, atomicExch, value)
FIBRES_ATOMIC(double, atomicAdd, old + value)
FIBRES_ATOMIC(long long, atomicMax, old > value ? old : value)
FIBRES_ATOMIC(long long, atomicMin, old < value ? old : value)
inline unsigned short atomicCAS(unsigned short* address, unsigned short expected, unsigned short value) {
    return fibres::exchanged(address, [=](unsigned short old) { return old == expected ? value : old; });
}

// ---- memory ----

extern "C" {
void* memcpy(void*, const void*, size_t);
void* memset(void*, int, size_t);
}

// ---- bits ----

template <class To, class From> inline To fibres_cast(From value) { return __builtin_bit_cast(To, value); }
inline float __int_as_float(int x) { return fibres_cast<float>(x); }
inline int __float_as_int(float x) { return fibres_cast<int>(x); }
inline int __popc(unsigned x) { return __builtin_popcount(x); }
inline int __ffs(int x) { return __builtin_ffs(x); }
inline int __clz(int x) { return x ? __builtin_clz(static_cast<unsigned>(x)) : 32; }
inline unsigned __umulhi(unsigned a, unsigned b) { return static_cast<unsigned>(static_cast<unsigned long long>(a) * b >> 32); }
inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b) {
    return static_cast<unsigned long long>(static_cast<unsigned __int128>(a) * b >> 64);
}

#include "mathematics.hpp"
