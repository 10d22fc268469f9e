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

// `k` neighbouring elements, as numbers to compute with.
template <int k, class X> __device__ __forceinline__ Vector<Compute<X>, k> loaded(const X* x) {
    const Vector<X, k> raw = *reinterpret_cast<const Vector<X, k>*>(x);
    Vector<Compute<X>, k> result;
    for (int i = 0; i < k; ++i) result.at[i] = load(raw.at[i]);
    return result;
}

template <int k, class X> __device__ __forceinline__ void stored(X* x, const Vector<Compute<X>, k>& values) {
    Vector<X, k> raw;
    for (int i = 0; i < k; ++i) raw.at[i] = store<X>(values.at[i]);
    *reinterpret_cast<Vector<X, k>*>(x) = raw;
}
