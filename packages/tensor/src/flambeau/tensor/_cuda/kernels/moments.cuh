// Mean and variance in one pass: after Chan, Golub and LeVeque, "Algorithms for Computing the Sample Variance" (1983).
#pragma once
#include "teams.cuh"

// Of `n` numbers the mean, and the sum of squared distances from it.
template <class A> struct Moments {
    A mean, squares, n;
    __device__ __forceinline__ void add(A x, A reciprocal) {  // of n + 1
        const A apart = x - mean;
        mean += apart * reciprocal;
        squares += apart * (x - mean);
        n += 1;
    }
    __device__ __forceinline__ void join(const Moments& other) {
        if (other.n == 0) return;
        const A all = n + other.n, share = other.n / all, apart = other.mean - mean;
        const A none = apart - apart;  // or nan, of something infinite, which is then the mean
        mean += none == 0 ? apart * share : other.mean;
        squares += other.squares + apart * apart * n * share + none;
        n = all;
    }
    template <int k> __device__ __forceinline__ void add(const Vector<A, k>& x) {
        Moments part = {x.at[0], 0, k};
        if constexpr (k > 1) {
            for (int i = 1; i < k; ++i) part.mean += x.at[i];
            part.mean *= A(1) / k;
            for (int i = 0; i < k; ++i) part.squares += (x.at[i] - part.mean) * (x.at[i] - part.mean);
        }
        join(part);
    }
    __device__ __forceinline__ Moments below(int lanes) const {
        return {__shfl_down_sync(all_lanes, mean, lanes), __shfl_down_sync(all_lanes, squares, lanes),
                __shfl_down_sync(all_lanes, n, lanes)};
    }
    __device__ __forceinline__ Moments of_first(int lanes) const {
        return {__shfl_sync(all_lanes, mean, 0, lanes), __shfl_sync(all_lanes, squares, 0, lanes),
                __shfl_sync(all_lanes, n, 0, lanes)};
    }
};

template <class A> struct Pair {
    A first, second;
    __device__ __forceinline__ void join(const Pair& other) {
        first += other.first;
        second += other.second;
    }
    __device__ __forceinline__ Pair below(int lanes) const {
        return {__shfl_down_sync(all_lanes, first, lanes), __shfl_down_sync(all_lanes, second, lanes)};
    }
    __device__ __forceinline__ Pair of_first(int lanes) const {
        return {__shfl_sync(all_lanes, first, 0, lanes), __shfl_sync(all_lanes, second, 0, lanes)};
    }
};

// What the lanes of a team have, joined, in the first of them.
template <class Value> __device__ __forceinline__ Value joined_lanes(Value value, int lanes) {
    for (int offset = lanes / 2; offset > 0; offset /= 2) {
        const Value other = value.below(offset);
        value.join(other);
    }
    return value;
}

// The same value in all threads of the team: what theirs join to, in one order.
template <class Value> __device__ __forceinline__ Value joined(Lanes team, Value value) {
    return joined_lanes(value, team.size).of_first(team.size);
}

template <class Value> __device__ __forceinline__ Value joined(Block, Value value) {
    __shared__ Value parts[warp_size];
    const int lane = threadIdx.x % warp_size, warp = threadIdx.x / warp_size;
    value = joined_lanes(value, warp_size);
    __syncthreads();  // whoever still reads what an earlier call left there
    if (lane == 0) parts[warp] = value;
    __syncthreads();
    value = parts[0];
    for (int i = 1; i < static_cast<int>(blockDim.x) / warp_size; ++i) value.join(parts[i]);
    return value;
}

// What the rows of a block (blockDim.y of them, a power of two) have for k columns each, joined, in the first of them.
template <int k, class Value> __device__ __forceinline__ void join_rows(Value (&values)[k]) {
    __shared__ Value parts[128 * k];
    for (int half = blockDim.y / 2; half > 0; half /= 2) {
        const int y = threadIdx.y, place = (y % half * blockDim.x + threadIdx.x) * k;
        __syncthreads();
        if (y >= half && y < 2 * half)
            for (int i = 0; i < k; ++i) parts[place + i] = values[i];
        __syncthreads();
        if (y < half)
            for (int i = 0; i < k; ++i) values[i].join(parts[place + i]);
    }
}

// `k` neighbouring elements, whether they can be read at once or not.
template <int k, class X> __device__ __forceinline__ Vector<Compute<X>, k> loaded_if(const X* x, bool aligned) {
    constexpr int most = vector_length<X> < k ? vector_length<X> : k;
    Vector<Compute<X>, k> result;
    if (aligned) {
        for (int at = 0; at < k; at += most) {
            const Vector<Compute<X>, most> part = loaded<most>(x + at);
            for (int i = 0; i < most; ++i) result.at[at + i] = part.at[i];
        }
    } else {
        for (int i = 0; i < k; ++i) result.at[i] = load(x[i]);
    }
    return result;
}

template <int k, class X>
__device__ __forceinline__ void stored_if(X* x, const Vector<Compute<X>, k>& values, bool aligned) {
    if (aligned) return stored<k>(x, values);
    for (int i = 0; i < k; ++i) x[i] = store<X>(values.at[i]);
}
