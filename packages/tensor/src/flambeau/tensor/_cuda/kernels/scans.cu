// Running sums and products. T: elements; U: results.
#include "scan.cuh"

// Integers are added up without signs: what is too great wraps.
template <class E> struct Gathered { using Type = Compute<E>; };
template <> struct Gathered<long long> { using Type = unsigned long long; };

template <bool product> struct Running {
    using A = typename Gathered<U>::Type;
    static constexpr bool plain = true;
    static constexpr int at_once = 4;
    U* out;
    __device__ __forceinline__ A start() const { return product; }
    template <class X> __device__ __forceinline__ A lift(X x) const { return static_cast<A>(x); }
    __device__ __forceinline__ A join(A a, A b) const { return product ? a * b : a + b; }
    template <int count> __device__ __forceinline__ void put(const A (&a)[count], long long place) const {
        U values[count];
#pragma unroll
        for (int j = 0; j < count; ++j) values[j] = store<U>(a[j]);
        write_all(out + place, values);
    }
    __device__ __forceinline__ void finish(A a, long long output) const { put({a}, output); }
};
using Sum = Running<false>;
using Product = Running<true>;

KERNEL(256, 2) cumsum_totals(const T* x, void* totals, Rows layout) {
    reduce_rows(Sum{nullptr}, x, static_cast<Sum::A*>(totals), layout);
}
KERNEL(256, 2) cumsum_rows(const T* x, U* out, const void* totals, Scan scan) {
    scan_rows(Sum{out}, x, static_cast<const Sum::A*>(totals), scan);
}
KERNEL(256, 2) cumsum_columns(const T* x, U* out, long long columns, long long n, long long inner, int width) {
    scan_columns(Sum{out}, x, columns, n, inner, width);
}

KERNEL(256, 2) cumprod_totals(const T* x, void* totals, Rows layout) {
    reduce_rows(Product{nullptr}, x, static_cast<Product::A*>(totals), layout);
}
KERNEL(256, 2) cumprod_rows(const T* x, U* out, const void* totals, Scan scan) {
    scan_rows(Product{out}, x, static_cast<const Product::A*>(totals), scan);
}
KERNEL(256, 2) cumprod_columns(const T* x, U* out, long long columns, long long n, long long inner, int width) {
    scan_columns(Product{out}, x, columns, n, inner, width);
}
