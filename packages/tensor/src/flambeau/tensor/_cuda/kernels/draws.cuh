// Draws of random numbers: arrays whose elements follow from seed, offset and their place alone.
#pragma once
#include "philox.cuh"

template <class V> __device__ __forceinline__ bool is_aligned(const void* p) {
    return reinterpret_cast<unsigned long long>(p) % sizeof(V) == 0;
}

// out[i] = make(words, j, i) for all i, element i being number j of the `count` that its block makes.
template <int count, class T, class F>
__device__ __forceinline__ void draw(T* out, long long n, unsigned long long seed, unsigned long long offset,
                                     const F& make) {
    constexpr int blocks = count * sizeof(T) < 16 && sizeof(T) > 1 ? 16 / (count * sizeof(T)) : 1;
    constexpr int width = count * blocks;
    using V = Vector<T, width>;
    const bool whole = is_aligned<V>(out);
    for (long long i = global_thread(); i * width < n; i += global_threads()) {
        const long long first = i * width;
        V values;
#pragma unroll
        for (int b = 0; b < blocks; ++b) {
            const Words words = random_words(offset + i * blocks + b, seed);
#pragma unroll
            for (int j = 0; j < count; ++j) {
                const long long at = first + b * count + j;
                values.at[b * count + j] = make(words, j, at < n ? at : n - 1);
            }
        }
        if (whole && first + width <= n) {
            write_vector(out + first, values);
        } else {
#pragma unroll
            for (int j = 0; j < width; ++j)
                if (first + j < n) out[first + j] = values.at[j];
        }
    }
}

// The uniform or normal numbers behind elements of a type: of float for those of up to 32 bits, else of double.
template <class R> struct Behind { using Type = double; };
template <> struct Behind<half> { using Type = float; };
template <> struct Behind<bfloat16> { using Type = float; };
template <> struct Behind<float> { using Type = float; };

template <class R> __device__ __forceinline__ R from_double(double x) { return static_cast<R>(x); }
template <> __device__ __forceinline__ half from_double<half>(double x) { return to_half(x); }
template <> __device__ __forceinline__ bfloat16 from_double<bfloat16>(double x) { return to_bfloat16(static_cast<float>(x)); }
