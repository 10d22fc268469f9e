// How many elements are not zero, and whether any or all are.
#include "reduce.cuh"

struct Nonzero {
    using A = long long;
    static constexpr bool plain = true;
    static constexpr int at_once = 4;
    long long* counts;  // or null
    bool* enough;       // or null: whether there are `least`
    long long least;
    __device__ __forceinline__ A start() const { return 0; }
    template <class X> __device__ __forceinline__ A lift(X x) const { return x != 0; }
    __device__ __forceinline__ A join(A a, A b) const { return a + b; }
    __device__ __forceinline__ void finish(A a, long long output) const {
        if (counts != nullptr)
            counts[output] = a;
        else
            enough[output] = a >= least;
    }
};

KERNEL(256, 2) nonzero_rows(const T* x, long long* counts, bool* enough, void* partial, Rows layout, long long least) {
    reduce_rows(Nonzero{counts, enough, least}, x, static_cast<long long*>(partial), layout);
}
KERNEL(256, 2) nonzero_columns(const T* x, long long* counts, bool* enough, void* partial, Columns layout,
                               long long least) {
    reduce_columns(Nonzero{counts, enough, least}, x, static_cast<long long*>(partial), layout);
}
KERNEL(256) nonzero_partial(const void* partial, long long* counts, bool* enough, long long outputs, long long columns,
                            int splits, int lanes, long long least) {
    const Nonzero op{counts, enough, least};
    reduce_partial(op, static_cast<const long long*>(partial), outputs, columns, splits, lanes);
}
