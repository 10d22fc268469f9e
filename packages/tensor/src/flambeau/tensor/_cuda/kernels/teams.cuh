// Teams of threads that share a row: some lanes of a warp, or a whole block; and rows read by 16 bytes.
#pragma once
#include "blocks.cuh"

// `size` neighbouring lanes, a power of two of 32 at most.
struct Lanes {
    int size;
    __device__ __forceinline__ int rank() const { return threadIdx.x & (size - 1); }
    __device__ __forceinline__ int index() const { return threadIdx.x / size; }
    __device__ __forceinline__ int count() const { return blockDim.x / size; }
    // What all threads of a block take part in, whether they have something to join or not.
    template <class Op, class A> __device__ __forceinline__ A over(A value, A) const {
        for (int offset = size / 2; offset > 0; offset /= 2)
            value = Op::join(value, __shfl_xor_sync(all_lanes, value, offset));
        return value;
    }
};

struct Block {
    __device__ __forceinline__ int rank() const { return threadIdx.x; }
    __device__ __forceinline__ int index() const { return 0; }
    __device__ __forceinline__ int count() const { return 1; }
    template <class Op, class A> __device__ __forceinline__ A over(A value, A neutral) const {
        return over_block<Op>(value, neutral);
    }
};

__device__ __forceinline__ int threads_of(Lanes team) { return team.size; }
__device__ __forceinline__ int threads_of(Block) { return blockDim.x; }

template <class X> __device__ __forceinline__ int misalignment(const X* x) {
    return static_cast<int>(reinterpret_cast<unsigned long long>(x) % 16);
}

// Calls `use(load(i))` for every i from the first to before the end; some are read before the first of them is used, so that
// more than one is on its way from memory.
template <int ahead, class Load, class Use>
__device__ __forceinline__ void in_batches(unsigned i, unsigned end, unsigned step, Load load, Use use) {
    while (i < end && end - i > (ahead - 1) * step) {
        decltype(load(i)) values[ahead];
#pragma unroll
        for (int j = 0; j < ahead; ++j) values[j] = load(i + j * step);
#pragma unroll
        for (int j = 0; j < ahead; ++j) use(values[j]);
        i += ahead * step;
    }
#pragma unroll 1
    for (; i < end; i += step) use(load(i));
}

// Elements as they are in memory, with where they are.
template <class X, int k> struct Read {
    long long at;
    Packed<X, k> values;
};
template <class X, int k> struct ReadTwo {
    long long at;
    Packed<X, k> values, others;
};

template <int k, class X> __device__ __forceinline__ Vector<Compute<X>, k> numbers(const Packed<X, k>& raw) {
    return raw.numbers();
}

template <int k, class X> __device__ __forceinline__ Packed<X, k> read_if(const X* x, bool aligned) {
    if (aligned) return Packed<X, k>::at(x);
    Vector<X, k> result;
    for (int i = 0; i < k; ++i) result.at[i] = x[i];
    return Packed<X, k>::of(result);
}

// Calls `part(place, k)` for all places of `n` elements with k, an IntegerConstant, of them each: as many as 16 bytes hold
// where `x` is aligned there, else 1. `together` says whether other rows in the same places are aligned as `x` is.
template <int value> struct IntegerConstant {
    static constexpr int count = value;
};

template <class X, class Team, class Part>
__device__ __forceinline__ void over_row(Team team, const X* x, long long n, bool together, Part part) {
    if constexpr (sizeof(X) == 8) {  // 8 bytes a thread are enough, and doubles need many registers
        for (long long i = team.rank(); i < n; i += threads_of(team)) part(i, IntegerConstant<1>());
    } else {
        constexpr int length = vector_length<X>;
        const int off = misalignment(x) / static_cast<int>(sizeof(X));
        long long head = off == 0 ? 0 : length - off;
        if (!together || head > n) head = n;
        const long long whole = head + (n - head) / length * length;
#pragma unroll 1
        for (long long i = team.rank(); i < head; i += threads_of(team)) part(i, IntegerConstant<1>());
#pragma unroll 1
        for (long long i = head + team.rank() * length; i < whole; i += threads_of(team) * length)
            part(i, IntegerConstant<length>());
#pragma unroll 1
        for (long long i = whole + team.rank(); i < n; i += threads_of(team)) part(i, IntegerConstant<1>());
    }
}

// The same in two steps: `use(read(place, k))`. Some are read before the first of them is used.
template <int ahead, class X, class Team, class Take, class Use>
__device__ __forceinline__ void over_row_ahead(Team team, const X* x, long long n, bool together, Take read, Use use) {
    constexpr int length = sizeof(X) == 8 ? 1 : vector_length<X>;
    const int off = misalignment(x) / static_cast<int>(sizeof(X));
    long long head = off == 0 || length == 1 ? 0 : length - off;
    if (!together || head > n) head = length == 1 ? 0 : n;
    const long long vectors = (n - head) / length;
    if constexpr (length > 1) {
#pragma unroll 1
        for (long long i = team.rank(); i < head; i += threads_of(team)) use(read(i, IntegerConstant<1>()));
    }
    in_batches<ahead>(team.rank(), static_cast<unsigned>(vectors), threads_of(team), [&](unsigned v) {
        return read(head + static_cast<long long>(v) * length, IntegerConstant<length>());
    }, use);
    if constexpr (length > 1) {
#pragma unroll 1
        for (long long i = head + vectors * length + team.rank(); i < n; i += threads_of(team))
            use(read(i, IntegerConstant<1>()));
    }
}

// What `read` may be for one row, and for two.
template <class X> struct ReadRow {
    const X* x;
    template <class K> __device__ __forceinline__ auto operator()(long long i, K) const {
        return Read<X, K::count>{i, Packed<X, K::count>::at(x + i)};
    }
};
template <class X> struct ReadRows {
    const X* x;
    const X* other;
    template <class K> __device__ __forceinline__ auto operator()(long long i, K) const {
        using Several = Packed<X, K::count>;
        return ReadTwo<X, K::count>{i, Several::at(x + i), Several::at(other + i)};
    }
};

// `k` neighbouring elements, as numbers to compute with.
template <int k, class X> __device__ __forceinline__ Vector<Compute<X>, k> loaded(const X* x) {
    return Packed<X, k>::at(x).numbers();
}

template <int k, class X> __device__ __forceinline__ void stored(X* x, const Vector<Compute<X>, k>& values) {
    write_vector(x, store_all<X>(values));
}
