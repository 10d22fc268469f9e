// Variances, norms, and logarithms of sums of exponentials.
#include "numbers.cuh"
#include "reduce.cuh"

using C = Compute<T>;

struct Spread {
    C mean, squares, count;
};

__device__ __forceinline__ Spread shuffled(Spread a, int mask) {
    return {shuffled(a.mean, mask), shuffled(a.squares, mask), shuffled(a.count, mask)};
}

// B. P. Welford, "Note on a method for calculating corrected sums of squares and products", Technometrics 4, 1962;
// joined as by T. F. Chan, G. H. Golub and R. J. LeVeque, "Updating formulae and a pairwise algorithm for computing
// sample variances", Stanford University, 1979.
struct Variance {
    using A = Spread;
    static constexpr bool plain = false;
    static constexpr int at_once = 2;
    T* out;
    C divisor;
    bool root;
    __device__ __forceinline__ A start() const { return {0, 0, 0}; }
    __device__ __forceinline__ A add(A a, C x, long long) const {
        a.count += 1;
        const C distance = x - a.mean;
        a.mean += distance * about_reciprocal(a.count);
        a.squares += distance * (x - a.mean);
        return a;
    }
    __device__ __forceinline__ A join(A a, A b) const {
        if (a.count == 0 || b.count == 0) return a.count == 0 ? b : a;
        const C count = a.count + b.count, distance = b.mean - a.mean, share = b.count / count;
        return {a.mean + distance * share, a.squares + b.squares + distance * distance * a.count * share, count};
    }
    __device__ __forceinline__ void finish(A a, long long output) const {
        const C variance = a.squares / divisor;
        out[output] = store<T>(root ? square_root(variance) : variance);
    }
};

struct Squares {
    using A = C;
    static constexpr bool plain = true;
    static constexpr int at_once = 4;
    T* out;
    __device__ __forceinline__ A start() const { return 0; }
    __device__ __forceinline__ A lift(C x) const { return x * x; }
    __device__ __forceinline__ A join(A a, A b) const { return a + b; }
    __device__ __forceinline__ void finish(A a, long long output) const { out[output] = store<T>(square_root(a)); }
};

// Norms but the usual one.
struct Powers {
    using A = C;
    static constexpr bool plain = true;
    static constexpr int at_once = 1;
    T* out;
    C p;
    bool greatest, least;  // p is inf, -inf
    __device__ __forceinline__ A start() const { return least ? infinity<C>() : 0; }
    __device__ __forceinline__ A lift(C x) const {
        const C size = magnitude(x);
        return p == 1 || greatest || least ? size : p == 0 ? static_cast<C>(size != 0) : raised(size, p);
    }
    __device__ __forceinline__ A join(A a, A b) const {
        if (greatest) return a > b || a != a ? a : b;
        if (least) return a < b || a != a ? a : b;
        return a + b;
    }
    __device__ __forceinline__ void finish(A a, long long output) const {
        const bool is_sum = greatest || least || p == 1 || p == 0;
        out[output] = store<T>(is_sum ? a : raised(a, 1 / p));
    }
};

struct Exponentials {
    C top, sum;  // of exp(x - top), or of exp(x) where top is infinite
};

__device__ __forceinline__ Exponentials shuffled(Exponentials a, int mask) {
    return {shuffled(a.top, mask), shuffled(a.sum, mask)};
}

struct LogSumExp {
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
    __device__ __forceinline__ void finish(A a, long long output) const {
        out[output] = store<T>(logarithm(a.sum) + finite(a.top));
    }
};

KERNEL(256, 2) var_rows(const T* x, T* out, void* partial, Rows layout, double divisor, bool root) {
    reduce_rows(Variance{out, static_cast<C>(divisor), root}, x, static_cast<Spread*>(partial), layout);
}
KERNEL(256, 2) var_columns(const T* x, T* out, void* partial, Columns layout, double divisor, bool root) {
    reduce_columns(Variance{out, static_cast<C>(divisor), root}, x, static_cast<Spread*>(partial), layout);
}
KERNEL(256) var_partial(const void* partial, T* out, long long outputs, long long columns, int splits, int lanes,
                        double divisor, bool root) {
    reduce_partial(Variance{out, static_cast<C>(divisor), root}, static_cast<const Spread*>(partial), outputs,
                   columns, splits, lanes);
}

KERNEL(256, 2) squares_rows(const T* x, T* out, void* partial, Rows layout) {
    reduce_rows(Squares{out}, x, static_cast<C*>(partial), layout);
}
KERNEL(256, 2) squares_columns(const T* x, T* out, void* partial, Columns layout) {
    reduce_columns(Squares{out}, x, static_cast<C*>(partial), layout);
}
KERNEL(256) squares_partial(const void* partial, T* out, long long outputs, long long columns, int splits, int lanes) {
    reduce_partial(Squares{out}, static_cast<const C*>(partial), outputs, columns, splits, lanes);
}

__device__ __forceinline__ Powers powers(T* out, double p) {
    const double limit = infinity<double>();
    return {out, static_cast<C>(p), p == limit, p == -limit};
}

KERNEL(256, 2) powers_rows(const T* x, T* out, void* partial, Rows layout, double p) {
    reduce_rows(powers(out, p), x, static_cast<C*>(partial), layout);
}
KERNEL(256, 2) powers_columns(const T* x, T* out, void* partial, Columns layout, double p) {
    reduce_columns(powers(out, p), x, static_cast<C*>(partial), layout);
}
KERNEL(256) powers_partial(const void* partial, T* out, long long outputs, long long columns, int splits, int lanes,
                           double p) {
    reduce_partial(powers(out, p), static_cast<const C*>(partial), outputs, columns, splits, lanes);
}

KERNEL(256, 2) logsumexp_rows(const T* x, T* out, void* partial, Rows layout) {
    reduce_rows(LogSumExp{out}, x, static_cast<Exponentials*>(partial), layout);
}
KERNEL(256, 2) logsumexp_columns(const T* x, T* out, void* partial, Columns layout) {
    reduce_columns(LogSumExp{out}, x, static_cast<Exponentials*>(partial), layout);
}
KERNEL(256) logsumexp_partial(const void* partial, T* out, long long outputs, long long columns, int splits,
                              int lanes) {
    reduce_partial(LogSumExp{out}, static_cast<const Exponentials*>(partial), outputs, columns, splits, lanes);
}
