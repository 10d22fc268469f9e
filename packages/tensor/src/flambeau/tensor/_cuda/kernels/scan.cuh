// Running reductions. The operation is one of reduce.cuh, but that it has
//   void put(const A (&a)[count], long long place)    writes running results next to each other
// and that of its operands, order does not matter to join(): where it does, elements carry their number.
#pragma once
#include "reduce.cuh"
#include "vectors.cuh"

// Rows of `n` neighbours, each by `lanes` threads: one warp's, or all of a block. Where there are few rows they are cut
// into `splits` chunks, whose totals are in `totals` then.
struct Scan {
    long long rows, n, chunk;
    int lanes, splits;
};

template <class A> __device__ __forceinline__ A shuffled_up(A a, int by) {
    if constexpr (sizeof(A) < 4)
        return static_cast<A>(__shfl_up_sync(every_lane, static_cast<int>(a), by));
    else
        return __shfl_up_sync(every_lane, a, by);
}
template <class A> __device__ __forceinline__ A shuffled_from(A a, int lane) {
    if constexpr (sizeof(A) < 4)
        return static_cast<A>(__shfl_sync(every_lane, static_cast<int>(a), lane));
    else
        return __shfl_sync(every_lane, a, lane);
}

// All of the lanes' values joined; `parts` is for those of more than a warp.
template <class Op>
__device__ __forceinline__ typename Op::A joined(const Op& op, typename Op::A a, int lanes, typename Op::A* parts) {
#pragma unroll 1
    for (int mask = (lanes < 32 ? lanes : 32) / 2; mask > 0; mask /= 2) a = op.join(a, shuffled(a, mask));
    if (lanes <= 32) return a;
    __syncthreads();
    if (threadIdx.x % 32 == 0) parts[threadIdx.x / 32] = a;
    __syncthreads();
    a = parts[0];
#pragma unroll 1
    for (int w = 1; w < lanes / 32; ++w) a = op.join(a, parts[w]);
    return a;
}

template <class Op, class T>
__device__ __forceinline__ void scan_rows(const Op& op, const T* x, const typename Op::A* totals, const Scan& scan) {
    using A = typename Op::A;
    constexpr int count = few<T>;
    __shared__ A parts[reduce_threads / 32];
    const int lanes = scan.lanes, lane = threadIdx.x % lanes;
    const long long row = static_cast<long long>(blockIdx.x) * (blockDim.x / lanes) + threadIdx.x / lanes;
    const bool here = row < scan.rows;
    const long long start = (here ? row : 0) * scan.n, from = blockIdx.y * scan.chunk;
    const int n = static_cast<int>(from + scan.chunk < scan.n ? scan.chunk : scan.n - from);
    const AlignedRow<const T, count> source(x + start + from, n, AlignedRow<const T, count>::past_of(x + start + from));
    const int vectors = here ? source.vectors() : 0;
    A carry = op.start();
    if (blockIdx.y > 0) {
        for (int s = lane; s < static_cast<int>(blockIdx.y); s += lanes)
            carry = op.join(carry, totals[(here ? row : 0) * scan.splits + s]);
        carry = joined(op, carry, lanes, parts);
    }
    // As many rounds for all rows of a block, wherever they begin.
#pragma unroll 1
    for (int first = 0; first < (n + count - 1) / count + 1; first += lanes) {
        const int vector = first + lane, place = vector * count - source.past;
        A a[count];
        if (vector < vectors) {
            const auto values = source.read(vector, T{}).elements();
#pragma unroll
            for (int j = 0; j < count; ++j)
                a[j] = !source.inside(place + j)
                           ? op.start()
                           : add_one(op, op.start(), load(values.at[j]), from + place + j);
        } else {
#pragma unroll
            for (int j = 0; j < count; ++j) a[j] = op.start();
        }
#pragma unroll
        for (int j = 1; j < count; ++j) a[j] = op.join(a[j - 1], a[j]);
        A sum = a[count - 1];
#pragma unroll 1
        for (int by = 1; by < lanes && by < 32; by *= 2) {
            const A before = shuffled_up(sum, by);
            if (lane % 32 >= by) sum = op.join(before, sum);
        }
        A before = shuffled_up(sum, 1);
        if (lane % 32 == 0) before = op.start();
        before = op.join(carry, before);
        if (lanes <= 32) {
            carry = op.join(carry, shuffled_from(sum, threadIdx.x % 32 / lanes * lanes + lanes - 1));
        } else {
            __syncthreads();
            if (threadIdx.x % 32 == 31) parts[threadIdx.x / 32] = sum;
            __syncthreads();
#pragma unroll 1
            for (int w = 0; w < lanes / 32; ++w) {
                if (w < static_cast<int>(threadIdx.x) / 32) before = op.join(before, parts[w]);
                carry = op.join(carry, parts[w]);
            }
        }
        if (vector >= vectors) continue;
#pragma unroll
        for (int j = 0; j < count; ++j) a[j] = op.join(before, a[j]);
        if (place >= 0 && place + count <= n) {
            op.put(a, start + from + place);
        } else {
#pragma unroll
            for (int j = 0; j < count; ++j)
                if (source.inside(place + j)) op.put({a[j]}, start + from + place + j);
        }
    }
}

// Columns of `n` elements, `inner` apart: blocks of `width` neighbours, each by the threads of one row or of several,
// which first find out what is before their share.
template <class Op, class T>
__device__ __forceinline__ void scan_columns(const Op& op, const T* x, long long columns, long long n, long long inner,
                                             int width) {
    using A = typename Op::A;
    __shared__ A parts[reduce_threads];
    const int tx = threadIdx.x % width, ty = threadIdx.x / width, height = blockDim.x / width;
    const long long column = static_cast<long long>(blockIdx.x) * width + tx;
    const bool here = column < columns;
    const long long start = here ? column / inner * n * inner + column % inner : 0;
    const long long share = (n + height - 1) / height, first = ty * share;
    const long long last = !here ? 0 : first + share < n ? first + share : n;
    A a = op.start();
    if (height > 1) {
#pragma unroll 4
        for (long long i = first; i < last; ++i) a = add_one(op, a, load(x[start + i * inner]), i);
        parts[threadIdx.x] = a;
        __syncthreads();
        a = op.start();
#pragma unroll 1
        for (int k = 0; k < ty; ++k) a = op.join(a, parts[k * width + tx]);
    }
#pragma unroll 4
    for (long long i = first; i < last; ++i) {
        a = add_one(op, a, load(x[start + i * inner]), i);
        op.put({a}, start + i * inner);
    }
}
