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

// exp() as exact as results of type E need: for those of 16 bits the hardware's power of 2 will do.
template <class E> __device__ __forceinline__ Compute<E> exponential_for(Compute<E> x) {
#ifdef __CUDA_ARCH__
    if constexpr (sizeof(E) == 2) {
        float result;
        asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(x * 1.442695041f));
        return result;
    }
#endif
    return exponential(x);
}

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
