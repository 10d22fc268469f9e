// Draws of random numbers, and what follows from one each. Element i of a draw follows from seed, offset and i alone.
#include "draws.cuh"

// a b + c in two roundings, as on the CPU.
#ifdef __CUDA_ARCH__
__device__ __forceinline__ float product_and_sum(float a, float b, float c) { return __fadd_rn(__fmul_rn(a, b), c); }
__device__ __forceinline__ double product_and_sum(double a, double b, double c) { return __dadd_rn(__dmul_rn(a, b), c); }
#else
__device__ inline float product_and_sum(float a, float b, float c) { return a * b + c; }
__device__ inline double product_and_sum(double a, double b, double c) { return a * b + c; }
#endif

// out[i] = u * span + low, and low where that is rounded up to high.
KERNEL(256) uniform(T* out, long long n, unsigned long long seed, unsigned long long offset, double span, double low,
                    double high) {
    using C = Compute<T>;
    const C factor = static_cast<C>(span), least = static_cast<C>(low);
    const T first = store<T>(least);
    const C end = load(store<T>(static_cast<C>(high)));
    draw<Uniform<T>::count>(out, n, seed, offset, [=](const Words& words, int j, long long) {
        const T value = store<T>(product_and_sum(Uniform<T>::at(words, j), factor, least));
        return load(value) < end ? value : first;
    });
}

// Number j of the standard normal ones of a block, by Box and Muller's pairs: sqrt(-2 log u) cos(2 pi v) and the same
// with sin.
template <class C> struct Normal;
template <> struct Normal<float> {
    static constexpr int count = 4;
    static __device__ __forceinline__ float at(const Words& words, int j) {
        const float u = static_cast<float>((words.at[j & 2] >> 8) + 1) * 0x1p-24f;
        const float radius = sqrtf(-2 * logf(u));
        float sine, cosine;
        sincospif(static_cast<float>(words.at[(j & 2) + 1] >> 8) * 0x1p-23f, &sine, &cosine);
        return radius * (j & 1 ? sine : cosine);
    }
};
template <> struct Normal<double> {
    static constexpr int count = 2;
    static __device__ __forceinline__ double at(const Words& words, int j) {
        const double radius = sqrt(-2 * log(Uniform<double>::at(words, 0) + 0x1p-53));
        // Reduced to the nearest quarter turn while it is an exact number, so that small results are precise too.
        const double quarters = Uniform<double>::at(words, 1) * 4;
        const int nearest = static_cast<int>(quarters + 0.5);
        double sine, cosine;
        sincospi((quarters - nearest) * 0.5, &sine, &cosine);
        const double part = (nearest & 1) == j ? cosine : sine;
        return (nearest + 1 - j) & 2 ? -radius * part : radius * part;
    }
};

KERNEL(256) normal(T* out, long long n, unsigned long long seed, unsigned long long offset, double std, double mean) {
    using C = Compute<T>;
    const C scale = static_cast<C>(std), shift = static_cast<C>(mean);
    draw<Normal<C>::count>(out, n, seed, offset, [=](const Words& words, int j, long long) {
        return store<T>(product_and_sum(Normal<C>::at(words, j), scale, shift));
    });
}

// out[i] = u < p ? 0 : x[i] * scale, u of 24 bits.
KERNEL(256) dropout(const T* x, T* out, long long n, unsigned long long seed, unsigned long long offset, double p,
                    double scale) {
    using C = Compute<T>;
    constexpr int width = sizeof(T) == 2 ? 8 : 4;
    using V = Vector<T, width>;
    const unsigned limit = static_cast<unsigned>(ceilf(static_cast<float>(p) * 0x1p24f));
    const C factor = load(store<T>(static_cast<C>(scale)));
    const bool whole = is_aligned<V>(x) && is_aligned<V>(out);
    for (long long i = global_thread(); i * width < n; i += global_threads()) {
        const long long first = i * width;
        const bool full = whole && first + width <= n;
        Packed<T, width> read;
        if (full) {
            read = Packed<T, width>::at(x + first);
        } else {
            V each;
#pragma unroll
            for (int j = 0; j < width; ++j) each.at[j] = x[first + j < n ? first + j : n - 1];
            read = Packed<T, width>::of(each);
        }
        Words words[width / 4];  // drawn while the elements are on their way
#pragma unroll
        for (int b = 0; b < width / 4; ++b) words[b] = random_words(offset + i * (width / 4) + b, seed);
        auto numbers = read.numbers();
#pragma unroll
        for (int j = 0; j < width; ++j)
            numbers.at[j] = words[j / 4].at[j % 4] >> 8 < limit ? C(0) : numbers.at[j] * factor;
        const V values = store_all<T>(numbers);
        if (full) {
            write_vector(out + first, values);
        } else {
#pragma unroll
            for (int j = 0; j < width; ++j)
                if (first + j < n) out[first + j] = values.at[j];
        }
    }
}

// Draws from other distributions, computed as double.

KERNEL(256) exponential(T* out, long long n, unsigned long long seed, unsigned long long offset, double lambd) {
    using U = Uniform<typename Behind<T>::Type>;
    draw<U::count>(out, n, seed, offset, [=](const Words& words, int j, long long) {
        return from_double<T>(-log1p(-static_cast<double>(U::at(words, j))) / lambd);
    });
}

KERNEL(256) cauchy(T* out, long long n, unsigned long long seed, unsigned long long offset, double median,
                   double sigma) {
    using U = Uniform<typename Behind<T>::Type>;
    draw<U::count>(out, n, seed, offset, [=](const Words& words, int j, long long) {
        constexpr double pi = 3.14159265358979323846;
        return from_double<T>(median + sigma * tan(pi * (static_cast<double>(U::at(words, j)) - 0.5)));
    });
}

KERNEL(256) log_normal(T* out, long long n, unsigned long long seed, unsigned long long offset, double mean,
                       double std) {
    using N = Normal<typename Behind<T>::Type>;
    draw<N::count>(out, n, seed, offset, [=](const Words& words, int j, long long) {
        return from_double<T>(exp(static_cast<double>(N::at(words, j)) * std + mean));
    });
}
