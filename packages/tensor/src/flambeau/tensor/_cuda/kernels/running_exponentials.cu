// Logarithms of running sums of exponentials.
#include "numbers.cuh"
#include "scan.cuh"

using C = Compute<T>;

struct Exponentials {
    C top, sum;  // of exp(x - top), or of exp(x) where top is infinite
};

__device__ __forceinline__ Exponentials shuffled(Exponentials a, int mask) {
    return {shuffled(a.top, mask), shuffled(a.sum, mask)};
}
__device__ __forceinline__ Exponentials shuffled_up(Exponentials a, int by) {
    return {shuffled_up(a.top, by), shuffled_up(a.sum, by)};
}
__device__ __forceinline__ Exponentials shuffled_from(Exponentials a, int lane) {
    return {shuffled_from(a.top, lane), shuffled_from(a.sum, lane)};
}

struct LogCumSumExp {
    using A = Exponentials;
    static constexpr bool plain = false;
    static constexpr int at_once = 2;
    T* out;
    __device__ __forceinline__ A start() const { return {-infinity<C>(), 0}; }
    __device__ __forceinline__ A add(A a, C x, long long) const {
        if (x > a.top) a = {x, moved<T>(a.sum, a.top, x)};
        a.sum += exponential_for<T>(x - finite(a.top));
        return a;
    }
    __device__ __forceinline__ A join(A a, A b) const {
        const C top = a.top > b.top ? a.top : b.top;
        return {top, moved<T>(a.sum, a.top, top) + moved<T>(b.sum, b.top, top)};
    }
    template <int count> __device__ __forceinline__ void put(const A (&a)[count], long long place) const {
        T values[count];
#pragma unroll
        for (int j = 0; j < count; ++j) values[j] = store<T>(logarithm(a[j].sum) + finite(a[j].top));
        write_all(out + place, values);
    }
    __device__ __forceinline__ void finish(A a, long long output) const { put({a}, output); }
};

KERNEL(256, 2) logcumsumexp_totals(const T* x, void* totals, Rows layout) {
    reduce_rows(LogCumSumExp{nullptr}, x, static_cast<Exponentials*>(totals), layout);
}
KERNEL(256, 2) logcumsumexp_rows(const T* x, T* out, const void* totals, Scan scan) {
    scan_rows(LogCumSumExp{out}, x, static_cast<const Exponentials*>(totals), scan);
}
KERNEL(256, 2) logcumsumexp_columns(const T* x, T* out, long long columns, long long n, long long inner, int width) {
    scan_columns(LogCumSumExp{out}, x, columns, n, inner, width);
}
