// What the generated kernels of pointwise operations are made of: the elements a thread has in registers, and where they
// are in memory.
#pragma once
#include "types.cuh"

constexpr int pointwise_threads = 256;

// A bool of another library's may hold something else than 0 or 1.
template <class T> struct InMemory { using Type = T; };
template <> struct InMemory<bool> { using Type = unsigned char; };

template <class T>
__device__ __forceinline__ Compute<T> read(typename InMemory<T>::Type x) {
    if constexpr (sizeof(T) == 1) return static_cast<Compute<T>>(x);
    else return load<T>(x);
}

template <class T>
__device__ __forceinline__ Compute<T> element(const T* p) {
    return read<T>(*reinterpret_cast<const typename InMemory<T>::Type*>(p));
}

// What an expression gave, as an element. Of a double, half types take no rounding on the way: the float between has its
// last bit set where it is not exact (S. Boldo and G. Melquiond, "When double rounding is odd", 2005).
template <class T, class From>
__device__ __forceinline__ void put(T& to, From x) { to = store<T>(static_cast<Compute<T>>(x)); }
__device__ __forceinline__ void put(half& to, double x) { to = to_half(x); }
__device__ __forceinline__ void put(bfloat16& to, double x) {
    const float nearest = static_cast<float>(x);
    const double error = x - nearest;
    const int bits = __float_as_int(nearest), step = (error > 0) == (x > 0) ? 1 : -1;
    const bool to_odd = (error > 0 || error < 0) && (bits & 1) == 0;
    to = to_bfloat16(__int_as_float(to_odd ? bits + step : bits));
}

// U vectors of V elements each, of one operand.
template <class T, int V, int U>
struct Elements {
    using Memory = typename InMemory<T>::Type;
    Vector<Memory, V> part[U];

    __device__ __forceinline__ void take(int u, const T* p) { part[u] = *reinterpret_cast<const Vector<Memory, V>*>(p); }
    // One element for the whole vector.
    __device__ __forceinline__ void take_same(int u, const T* p) { part[u].at[0] = *reinterpret_cast<const Memory*>(p); }
    __device__ __forceinline__ Compute<T> operator[](int k) const { return read<T>(part[k / V].at[k % V]); }
    __device__ __forceinline__ Compute<T> same(int k) const { return read<T>(part[k / V].at[0]); }
};

template <class T, int V, int U>
struct Results {
    Vector<T, V> part[U];

    __device__ __forceinline__ T& operator[](int k) { return part[k / V].at[k % V]; }
    __device__ __forceinline__ void give(int u, T* p) const { write_vector(p, part[u]); }
};

template <int V, class... T>
__device__ __forceinline__ bool aligned(const T*... p) {
    return ((reinterpret_cast<unsigned long long>(p) % (sizeof(T) * V) == 0) && ...);
}

// n / d for n below 2^31, given a factor and a shift that the host found (T. Granlund and P. Montgomery, "Division by
// invariant integers using multiplication", PLDI 1994); by plain division where numbers are wider.
__device__ __forceinline__ int quotient(int n, int, int factor, int shift) {
    const unsigned wide = static_cast<unsigned>(n);
    return static_cast<int>((__umulhi(wide, static_cast<unsigned>(factor)) + wide) >> shift);
}
__device__ __forceinline__ long long quotient(long long n, long long d, long long, long long) { return n / d; }

// N operands of one shape of D dimensions, counted in vectors, with strides in elements. In numbers of type I.
template <class I, int D, int N>
struct Layout {
    I count, size[D], factor[D], shift[D], stride[N][D];

    __device__ __forceinline__ void find(I n, I (&place)[N]) const {
#pragma unroll
        for (int k = 0; k < N; ++k) place[k] = 0;
#pragma unroll
        for (int d = D - 1; d > 0; --d) {
            const I rest = quotient(n, size[d], factor[d], shift[d]), at = n - rest * size[d];
#pragma unroll
            for (int k = 0; k < N; ++k) place[k] += at * stride[k][d];
            n = rest;
        }
#pragma unroll
        for (int k = 0; k < N; ++k) place[k] += n * stride[k][0];
    }
};

// Many sets of N arrays of equal size each; `first` says with which block each set begins.
template <int capacity, int N>
struct Sets {
    long long count, first[capacity], size[capacity];
    void* data[capacity][N];

    __device__ __forceinline__ int find(long long block) const {
        int low = 0, high = static_cast<int>(count);
        while (high - low > 1) {
            const int middle = (low + high) / 2;
            if (first[middle] <= block) low = middle;
            else high = middle;
        }
        return low;
    }
};
