// Sums and products. T: elements; U: results.
#include "reduce.cuh"

// Integers are added up without signs: what is too great wraps.
template <class U> struct Gathered { using Type = Compute<U>; };
template <> struct Gathered<long long> { using Type = unsigned long long; };

struct Total {
    using A = typename Gathered<U>::Type;
    static constexpr bool plain = true;
    static constexpr int at_once = 4;
    U* out;
    double count;  // by which it is divided
    __device__ __forceinline__ A start() const { return 0; }
    template <class X> __device__ __forceinline__ A lift(X x) const { return static_cast<A>(x); }
    __device__ __forceinline__ A join(A a, A b) const { return a + b; }
    __device__ __forceinline__ void finish(A a, long long output) const {
        if constexpr (static_cast<A>(0.5) != 0) a /= static_cast<A>(count);
        out[output] = store<U>(a);
    }
};

struct Product {
    using A = typename Gathered<U>::Type;
    static constexpr bool plain = true;
    static constexpr int at_once = 4;
    U* out;
    __device__ __forceinline__ A start() const { return 1; }
    template <class X> __device__ __forceinline__ A lift(X x) const { return static_cast<A>(x); }
    __device__ __forceinline__ A join(A a, A b) const { return a * b; }
    __device__ __forceinline__ void finish(A a, long long output) const { out[output] = store<U>(a); }
};

KERNEL(256, 2) sum_rows(const T* x, U* out, void* partial, Rows layout, double count) {
    reduce_rows(Total{out, count}, x, static_cast<Total::A*>(partial), layout);
}
KERNEL(256, 2) sum_columns(const T* x, U* out, void* partial, Columns layout, double count) {
    reduce_columns(Total{out, count}, x, static_cast<Total::A*>(partial), layout);
}
KERNEL(256) sum_partial(const void* partial, U* out, long long outputs, long long columns, int splits, int lanes,
                        double count) {
    reduce_partial(Total{out, count}, static_cast<const Total::A*>(partial), outputs, columns, splits, lanes);
}

KERNEL(256, 2) prod_rows(const T* x, U* out, void* partial, Rows layout) {
    reduce_rows(Product{out}, x, static_cast<Product::A*>(partial), layout);
}
KERNEL(256, 2) prod_columns(const T* x, U* out, void* partial, Columns layout) {
    reduce_columns(Product{out}, x, static_cast<Product::A*>(partial), layout);
}
KERNEL(256) prod_partial(const void* partial, U* out, long long outputs, long long columns, int splits, int lanes) {
    reduce_partial(Product{out}, static_cast<const Product::A*>(partial), outputs, columns, splits, lanes);
}
