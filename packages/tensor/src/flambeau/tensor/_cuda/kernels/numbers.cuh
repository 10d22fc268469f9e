// Functions of numbers in the two types that are computed in.
#pragma once
#include "types.cuh"

__device__ __forceinline__ float exponential(float x) { return expf(x); }
__device__ __forceinline__ double exponential(double x) { return exp(x); }
__device__ __forceinline__ float logarithm(float x) { return logf(x); }
__device__ __forceinline__ double logarithm(double x) { return log(x); }
__device__ __forceinline__ float square_root(float x) { return sqrtf(x); }
__device__ __forceinline__ double square_root(double x) { return sqrt(x); }
__device__ __forceinline__ float raised(float x, float p) { return powf(x, p); }
__device__ __forceinline__ double raised(double x, double p) { return pow(x, p); }
__device__ __forceinline__ float magnitude(float x) { return fabsf(x); }
__device__ __forceinline__ double magnitude(double x) { return fabs(x); }

// Of two numbers the greater; of a nan and a number, the number.
__device__ __forceinline__ float greater(float a, float b) { return fmaxf(a, b); }
__device__ __forceinline__ double greater(double a, double b) { return fmax(a, b); }

// 2 to the power of x; of what is too small, 0.
__device__ __forceinline__ float power_of_two(float x) {
#ifdef __CUDA_ARCH__
    float result;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(x));
    return result;
#else
    return exp2f(x);
#endif
}
constexpr float log2_e = 1.442695041f;

// exp() as exact as results of type E need: for those of 16 bits the hardware's power of 2 will do.
template <class E> __device__ __forceinline__ Compute<E> exponential_for(Compute<E> x) {
    if constexpr (sizeof(E) == 2) return power_of_two(x * log2_e);
    else return exponential(x);
}

// exp(x - top) for elements x of 16 bits by one operation and a power of 2, but for a factor that all x have in common:
// what rounding top * log2(e) makes of it, next to 1 for usual numbers, 1/2 to 2 just below 2^24. From there on elements
// are so far from each other that all but the greatest give 0, with or without log2(e); without it nothing is rounded.
struct ShiftedExponentials {
    float factor, shift;
    __device__ __forceinline__ explicit ShiftedExponentials(float top)
        : factor(magnitude(top) < 0x1p24f ? log2_e : 1.0f), shift(top * factor) {}
    __device__ __forceinline__ float of(float x) const { return power_of_two(fmaf(x, factor, -shift)); }
};

// 1 / x, of which the last bits do not matter.
__device__ __forceinline__ float about_reciprocal(float x) {
#ifdef __CUDA_ARCH__
    float result;
    asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(x));
    return result;
#else
    return 1 / x;
#endif
}
__device__ __forceinline__ double about_reciprocal(double x) { return 1 / x; }

template <class A> __device__ __forceinline__ A infinity() { return __int_as_float(0x7f800000); }

template <class A> __device__ __forceinline__ A finite(A top) { return magnitude(top) == infinity<A>() ? A(0) : top; }

// A sum of exp(x - top), for another top: nothing was added (or only nan) while that was -inf.
template <class E>
__device__ __forceinline__ Compute<E> moved(Compute<E> sum, Compute<E> top, Compute<E> to) {
    return top == -infinity<Compute<E>>() ? sum : sum * exponential_for<E>(finite(top) - finite(to));
}
