// Greatest and smallest elements, and where they are: the first one, or the first nan.
#include "reduce.cuh"

// What elements are compared as.
template <class E> struct Comparable { using Type = Compute<E>; };
template <> struct Comparable<bool> { using Type = unsigned char; };
using C = Comparable<T>::Type;

constexpr bool has_fractions = static_cast<C>(0.5) != 0;

__device__ __forceinline__ bool beats(C a, C b, bool greatest) {
    if (has_fractions && a != a) return b == b;
    return greatest ? a > b : a < b;
}

// What any other element beats.
__device__ __forceinline__ C worst(bool greatest) {
    if constexpr (has_fractions) {
        const C infinity = __int_as_float(0x7f800000);
        return greatest ? -infinity : infinity;
    } else {
        constexpr bool has_sign = static_cast<C>(-1) < 0;
        constexpr C top = static_cast<C>(~0ull >> (64 - 8 * static_cast<int>(sizeof(C)) + has_sign));
        return greatest ? static_cast<C>(has_sign ? -top - 1 : 0) : top;
    }
}

template <bool greatest> struct Extremum {
    using A = C;
    static constexpr bool plain = true;
    static constexpr int at_once = 4;
    T* out;
    __device__ __forceinline__ A start() const { return worst(greatest); }
    __device__ __forceinline__ A lift(C x) const { return x; }
    __device__ __forceinline__ A join(A a, A b) const { return beats(b, a, greatest) ? b : a; }
    __device__ __forceinline__ void finish(A a, long long output) const { out[output] = store<T>(a); }
};

struct Found {
    C value;
    long long at;  // -1: nothing yet
};

__device__ __forceinline__ Found shuffled(Found a, int mask) {
    return {shuffled(a.value, mask), __shfl_xor_sync(every_lane, a.at, mask)};
}

template <bool greatest> struct Place {
    using A = Found;
    static constexpr bool plain = false;
    static constexpr int at_once = 2;
    T* values;  // or null, where nobody asks
    long long* places;
    __device__ __forceinline__ A start() const { return {worst(greatest), -1}; }
    __device__ __forceinline__ A add(A a, C x, long long i) const {
        const bool first = beats(x, a.value, greatest) || (i < a.at && !beats(a.value, x, greatest));
        return a.at < 0 || first ? Found{x, i} : a;
    }
    __device__ __forceinline__ A join(A a, A b) const {
        if (a.at < 0 || b.at < 0) return a.at < 0 ? b : a;
        if (beats(a.value, b.value, greatest)) return a;
        return beats(b.value, a.value, greatest) || b.at < a.at ? b : a;
    }
    __device__ __forceinline__ void finish(A a, long long output) const {
        places[output] = a.at;
        if (values != nullptr) values[output] = store<T>(a.value);
    }
};

KERNEL(256, 2) amax_rows(const T* x, T* out, void* partial, Rows layout) {
    reduce_rows(Extremum<true>{out}, x, static_cast<C*>(partial), layout);
}
KERNEL(256, 2) amax_columns(const T* x, T* out, void* partial, Columns layout) {
    reduce_columns(Extremum<true>{out}, x, static_cast<C*>(partial), layout);
}
KERNEL(256) amax_partial(const void* partial, T* out, long long outputs, long long columns, int splits, int lanes) {
    reduce_partial(Extremum<true>{out}, static_cast<const C*>(partial), outputs, columns, splits, lanes);
}

KERNEL(256, 2) amin_rows(const T* x, T* out, void* partial, Rows layout) {
    reduce_rows(Extremum<false>{out}, x, static_cast<C*>(partial), layout);
}
KERNEL(256, 2) amin_columns(const T* x, T* out, void* partial, Columns layout) {
    reduce_columns(Extremum<false>{out}, x, static_cast<C*>(partial), layout);
}
KERNEL(256) amin_partial(const void* partial, T* out, long long outputs, long long columns, int splits, int lanes) {
    reduce_partial(Extremum<false>{out}, static_cast<const C*>(partial), outputs, columns, splits, lanes);
}

KERNEL(256, 2) argmax_rows(const T* x, T* values, long long* places, void* partial, Rows layout) {
    reduce_rows(Place<true>{values, places}, x, static_cast<Found*>(partial), layout);
}
KERNEL(256, 2) argmax_columns(const T* x, T* values, long long* places, void* partial, Columns layout) {
    reduce_columns(Place<true>{values, places}, x, static_cast<Found*>(partial), layout);
}
KERNEL(256) argmax_partial(const void* partial, T* values, long long* places, long long outputs, long long columns,
                           int splits, int lanes) {
    reduce_partial(Place<true>{values, places}, static_cast<const Found*>(partial), outputs, columns, splits, lanes);
}

KERNEL(256, 2) argmin_rows(const T* x, T* values, long long* places, void* partial, Rows layout) {
    reduce_rows(Place<false>{values, places}, x, static_cast<Found*>(partial), layout);
}
KERNEL(256, 2) argmin_columns(const T* x, T* values, long long* places, void* partial, Columns layout) {
    reduce_columns(Place<false>{values, places}, x, static_cast<Found*>(partial), layout);
}
KERNEL(256) argmin_partial(const void* partial, T* values, long long* places, long long outputs, long long columns,
                           int splits, int lanes) {
    reduce_partial(Place<false>{values, places}, static_cast<const Found*>(partial), outputs, columns, splits, lanes);
}
