// Draws of random numbers for elements of any type.
#include "draws.cuh"

#ifdef __CUDA_ARCH__
__device__ __forceinline__ unsigned long long high_product(unsigned long long a, unsigned long long b) {
    return __umul64hi(a, b);
}
#else
__device__ inline unsigned long long high_product(unsigned long long a, unsigned long long b) {
    return static_cast<unsigned long long>(static_cast<unsigned __int128>(a) * b >> 64);
}
#endif

// From integers, by two's complement.
template <class R> __device__ __forceinline__ R from_integer(long long x) { return static_cast<R>(x); }
template <> __device__ __forceinline__ half from_integer<half>(long long x) { return to_half(static_cast<float>(x)); }
template <> __device__ __forceinline__ bfloat16 from_integer<bfloat16>(long long x) {
    return to_bfloat16(static_cast<float>(x));
}

// out[i] = low + a number in [0, span), modulo 2^64; span 0 stands for 2^64. `inverse` is 2^64 / span rounded down, by
// which the quotient is right or one too small.
KERNEL(256) integers(T* out, long long n, unsigned long long seed, unsigned long long offset, unsigned long long span,
                     unsigned long long inverse, unsigned long long low) {
    draw<2>(out, n, seed, offset, [=](const Words& words, int j, long long) {
        unsigned long long rest = wide_word(words, j);
        if (span != 0) {
            rest -= high_product(rest, inverse) * span;
            if (rest >= span) rest -= span;
        }
        return from_integer<T>(static_cast<long long>(rest + low));
    });
}

// The uniform numbers behind elements of a type: of 53 bits for double, else of 24.
template <class R> struct WideIfDouble { using Type = float; };
template <> struct WideIfDouble<double> { using Type = double; };

// out[i] = u < p[i] or, where p is null, u < all.
KERNEL(256) bernoulli(T* out, long long n, unsigned long long seed, unsigned long long offset, const T* p, double all) {
    using C = typename WideIfDouble<T>::Type;
    const C chance = static_cast<C>(all);
    draw<Uniform<C>::count>(out, n, seed, offset, [=](const Words& words, int j, long long at) {
        const C limit = p == nullptr ? chance : static_cast<C>(load(p[at]));
        return from_integer<T>(Uniform<C>::at(words, j) < limit ? 1 : 0);
    });
}

// rate: log(1 - p)
KERNEL(256) geometric(T* out, long long n, unsigned long long seed, unsigned long long offset, double rate) {
    using U = Uniform<typename Behind<T>::Type>;
    draw<U::count>(out, n, seed, offset, [=](const Words& words, int j, long long) {
        const double trials = ceil(log1p(-static_cast<double>(U::at(words, j))) / rate);
        return from_double<T>(trials > 1 ? trials : 1.0);
    });
}
