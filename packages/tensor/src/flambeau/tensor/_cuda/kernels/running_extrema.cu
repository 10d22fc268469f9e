// Running extrema, and where they are: the last one of equal ones; after a nan everything is nan.
#include "scan.cuh"

// What elements are compared as.
template <class E> struct Comparable { using Type = Compute<E>; };
template <> struct Comparable<bool> { using Type = unsigned char; };
using C = Comparable<T>::Type;

struct Found {
    C value;
    long long at;  // -1: nothing yet
};

__device__ __forceinline__ Found shuffled(Found a, int mask) {
    return {shuffled(a.value, mask), __shfl_xor_sync(every_lane, a.at, mask)};
}
__device__ __forceinline__ Found shuffled_up(Found a, int by) {
    return {shuffled_up(a.value, by), __shfl_up_sync(every_lane, a.at, by)};
}
__device__ __forceinline__ Found shuffled_from(Found a, int lane) {
    return {shuffled_from(a.value, lane), __shfl_sync(every_lane, a.at, lane)};
}

template <bool greatest> struct Running {
    using A = Found;
    static constexpr bool plain = false;
    static constexpr int at_once = 2;
    T* values;
    long long* places;
    static __device__ __forceinline__ bool beats(C a, C b) {
        if (static_cast<C>(0.5) != 0 && a != a) return b == b;
        return greatest ? a > b : a < b;
    }
    __device__ __forceinline__ A start() const { return {0, -1}; }
    __device__ __forceinline__ A add(A a, C x, long long i) const { return join(a, {x, i}); }
    __device__ __forceinline__ A join(A a, A b) const {
        if (a.at < 0 || b.at < 0) return a.at < 0 ? b : a;
        if (beats(a.value, b.value)) return a;
        return beats(b.value, a.value) || b.at > a.at ? b : a;
    }
    template <int count> __device__ __forceinline__ void put(const A (&a)[count], long long place) const {
        T extreme[count];
        long long at[count];
#pragma unroll
        for (int j = 0; j < count; ++j) {
            extreme[j] = store<T>(a[j].value);
            at[j] = a[j].at;
        }
        write_all(values + place, extreme);
        write_all(places + place, at);
    }
    __device__ __forceinline__ void finish(A a, long long output) const { put({a}, output); }
};

KERNEL(256, 2) cummax_totals(const T* x, void* totals, Rows layout) {
    reduce_rows(Running<true>{nullptr, nullptr}, x, static_cast<Found*>(totals), layout);
}
KERNEL(256, 2) cummax_rows(const T* x, T* values, long long* places, const void* totals, Scan scan) {
    scan_rows(Running<true>{values, places}, x, static_cast<const Found*>(totals), scan);
}
KERNEL(256, 2) cummax_columns(const T* x, T* values, long long* places, long long columns, long long n,
                              long long inner, int width) {
    scan_columns(Running<true>{values, places}, x, columns, n, inner, width);
}

KERNEL(256, 2) cummin_totals(const T* x, void* totals, Rows layout) {
    reduce_rows(Running<false>{nullptr, nullptr}, x, static_cast<Found*>(totals), layout);
}
KERNEL(256, 2) cummin_rows(const T* x, T* values, long long* places, const void* totals, Scan scan) {
    scan_rows(Running<false>{values, places}, x, static_cast<const Found*>(totals), scan);
}
KERNEL(256, 2) cummin_columns(const T* x, T* values, long long* places, long long columns, long long n,
                              long long inner, int width) {
    scan_columns(Running<false>{values, places}, x, columns, n, inner, width);
}
