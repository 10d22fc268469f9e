// Reductions of any layout. What is reduced is an operation `Op`: an object with its outputs and parameters in it, and
//   A                    what it gathers elements in
//   at_once              how many loads are under way in a thread
//   A start()            nothing gathered
//   A lift(x)            one element gathered       } where `plain`: elements are lifted and joined in pairs,
//   A add(a, x, i)       one more, the i-th         } else they are added one by one
//   A join(a, b)         both
//   finish(a, output)    writes the result.
// The order of additions depends on the layout alone. Where a result is split over several blocks, these leave what
// they gathered in `partial`, and a second kernel joins it.
#pragma once
#include "types.cuh"

constexpr int reduce_threads = 256;
constexpr unsigned every_lane = 0xffffffffu;

// Dimensions that are walked through in C order, with strides in elements.
struct Dims {
    int count;
    unsigned size[5];
    long long stride[5];
};

// Each output is made of `segments` runs of `n` elements, `step` apart.
struct Rows {
    Dims kept, segment;
    long long n, step;
    long long chunk;  // how much of the run a block takes, or how many runs where there are several
    int outputs, segments;
    int splits;
    int lanes;      // threads for an output, a power of 2
    int run_lanes;  // of these, for a run
    int unused;
};

// Each output is a column of `segments` runs of `n` elements; neighbouring columns are neighbours in memory.
struct Columns {
    Dims kept, segment;
    long long n, step;
    long long chunk;
    int columns, segments;
    int splits;
    int blocks;   // next to each other, for all columns
    int width;    // of a block, in threads: a power of 2
    int vectors;  // whether columns can be read several at a time, if `x` is aligned
};

__device__ __forceinline__ long long offset_of(const Dims& dims, unsigned i) {
    if (dims.count == 0) return 0;
    long long at = 0;
#pragma unroll 1
    for (int d = dims.count - 1; d > 0; --d) {
        const unsigned next = i / dims.size[d];
        at += (i - next * dims.size[d]) * dims.stride[d];
        i = next;
    }
    return at + i * dims.stride[0];
}

template <class A> __device__ __forceinline__ A shuffled(A a, int mask) {
    if constexpr (sizeof(A) < 4)
        return static_cast<A>(__shfl_xor_sync(every_lane, static_cast<int>(a), mask));
    else
        return __shfl_xor_sync(every_lane, a, mask);
}

template <class Op, class T, int count>
__device__ __forceinline__ typename Op::A add_all(const Op& op, typename Op::A a, const Packed<T, count>& packed,
                                                  long long i) {
    const auto x = packed.numbers();
    if constexpr (Op::plain) {
        typename Op::A each[count];
#pragma unroll
        for (int j = 0; j < count; ++j) each[j] = op.lift(x.at[j]);
#pragma unroll
        for (int half = count / 2; half > 0; half /= 2)
#pragma unroll
            for (int j = 0; j < half; ++j) each[j] = op.join(each[j], each[j + half]);
        return op.join(a, each[0]);
    } else {
#pragma unroll
        for (int j = 0; j < count; ++j) a = op.add(a, x.at[j], i + j);
        return a;
    }
}

template <class Op, class X>
__device__ __forceinline__ typename Op::A add_one(const Op& op, typename Op::A a, X x, long long i) {
    if constexpr (Op::plain)
        return op.join(a, op.lift(x));
    else
        return op.add(a, x, i);
}

// Elements [first, last) of a run, those of one thread of `lanes`: first by vectors, where the run has no gaps, then
// what is left at both ends.
template <class Op, class T>
__device__ __forceinline__ typename Op::A add_run(const Op& op, typename Op::A a, const T* run, long long first,
                                                  long long last, long long step, int lane, int lanes, long long base) {
    constexpr int count = sizeof(T) == 1 ? 8 : vector_length<T>;
    constexpr int unrolled = Op::at_once;
    using Elements = Packed<T, count>;
    const int past = static_cast<int>(reinterpret_cast<unsigned long long>(run + first) / sizeof(T) % count);
    const int ahead = past == 0 ? 0 : count - past;
    const long long vectors = step == 1 && first + ahead < last ? (last - first - ahead) / count : 0;
    const long long begin = vectors == 0 ? last : first + ahead, end = begin + vectors * count;
    const Elements* from = reinterpret_cast<const Elements*>(run + begin);
#pragma unroll 1
    for (long long i = lane; i < vectors; i += unrolled * lanes) {
        Elements x[unrolled];
#pragma unroll
        for (int k = 0; k < unrolled; ++k)
            if (i + k * lanes < vectors) x[k] = from[i + k * lanes];
#pragma unroll
        for (int k = 0; k < unrolled; ++k)
            if (i + k * lanes < vectors) a = add_all(op, a, x[k], base + begin + (i + k * lanes) * count);
    }
#pragma unroll 1
    for (long long i = first + lane; i < last; i += lanes) {
        if (i >= begin && i < end) i += (end - i + lanes - 1) / lanes * lanes;
        if (i < last) a = add_one(op, a, load(run[i * step]), base + i);
    }
    return a;
}

template <class Op, class T>
__device__ __forceinline__ void reduce_rows(const Op& op, const T* x, typename Op::A* partial, const Rows& rows) {
    using A = typename Op::A;
    __shared__ A parts[reduce_threads / 32];
    const int lanes = rows.lanes, lane = threadIdx.x % lanes;
    const unsigned output = blockIdx.x * (reduce_threads / lanes) + threadIdx.x / lanes;
    A a = op.start();
    if (output < rows.outputs) {
        const T* row = x + offset_of(rows.kept, output);
        const long long from = blockIdx.y * rows.chunk, to = from + rows.chunk;
        const int run_lanes = rows.run_lanes, run_lane = lane % run_lanes;
        const bool cut = rows.segments == 1;  // a run is cut where there is just one
        const long long first = cut ? from : 0, last = cut && to < rows.n ? to : rows.n;
        const int segments = cut || to > rows.segments ? rows.segments : static_cast<int>(to);
#pragma unroll 1
        for (int s = (cut ? 0 : static_cast<int>(from)) + lane / run_lanes; s < segments; s += lanes / run_lanes) {
            const T* run = row + offset_of(rows.segment, s);
            a = add_run(op, a, run, first, last, rows.step, run_lane, run_lanes, s * rows.n);
        }
    }
#pragma unroll 1
    for (int mask = (lanes < 32 ? lanes : 32) / 2; mask > 0; mask /= 2) a = op.join(a, shuffled(a, mask));
    if (lanes > 32) {
        if (threadIdx.x % 32 == 0) parts[threadIdx.x / 32] = a;
        __syncthreads();
        if (lane == 0)
#pragma unroll 1
            for (int w = 1; w < lanes / 32; ++w) a = op.join(a, parts[threadIdx.x / 32 + w]);
    }
    if (lane != 0 || output >= rows.outputs) return;
    if (partial != nullptr)
        partial[static_cast<long long>(output) * rows.splits + blockIdx.y] = a;
    else
        op.finish(a, output);
}

// Elements of a row that a scan's thread takes at a time: with few, there are registers for what is gathered of each.
template <class T> constexpr int few = sizeof(T) == 8 ? 2 : 4;

// Columns that a thread takes at a time: those of a vector, but no more than there are registers for.
template <class T> constexpr int neighbours = sizeof(T) == 1 ? 8 : vector_length<T>;

template <class T>
__device__ __forceinline__ Packed<T, neighbours<T>> read(const T* from, int valid, bool aligned) {
    using Elements = Packed<T, neighbours<T>>;
    if (aligned) return Elements::at(from);
    Vector<T, neighbours<T>> result;
#pragma unroll
    for (int j = 0; j < neighbours<T>; ++j) result.at[j] = from[j < valid ? j : 0];
    return Elements::of(result);
}

template <class Op, class T>
__device__ __forceinline__ void reduce_columns(const Op& op, const T* x, typename Op::A* partial, const Columns& l) {
    using A = typename Op::A;
    constexpr int count = neighbours<T>, unrolled = Op::at_once;
    using Elements = Packed<T, count>;
    __shared__ A parts[reduce_threads];
    const int width = l.width, height = reduce_threads / width;
    const int tx = threadIdx.x % width, ty = threadIdx.x / width;
    const unsigned outer = blockIdx.x / l.blocks;
    const long long column = static_cast<long long>((blockIdx.x - outer * l.blocks) * width + tx) * count;
    const int valid = l.columns - column < count ? static_cast<int>(l.columns - column) : count;
    const bool aligned = l.vectors && reinterpret_cast<unsigned long long>(x) % sizeof(Elements) == 0;
    A a[count];
#pragma unroll
    for (int j = 0; j < count; ++j) a[j] = op.start();
    if (valid > 0) {
        const T* top = x + offset_of(l.kept, outer) + column;
        const long long from = blockIdx.y * l.chunk, to = from + l.chunk;
        const bool cut = l.segments == 1;
        const long long last = cut && to < l.n ? to : l.n;
        const int segments = cut || to > l.segments ? l.segments : static_cast<int>(to);
#pragma unroll 1
        for (int s = cut ? 0 : static_cast<int>(from); s < segments; ++s) {
            const T* run = top + offset_of(l.segment, s);
            const long long first = (cut ? from : 0) + ty, next = height * l.step;
            const T* at = run + first * l.step;
#pragma unroll 1
            for (int left = static_cast<int>(last - first); left > 0; left -= unrolled * height) {
                Elements x[unrolled];
#pragma unroll
                for (int k = 0; k < unrolled; ++k, at += next)
                    if (k * height < left) x[k] = read(at, valid, aligned);
#pragma unroll
                for (int k = 0; k < unrolled; ++k)
                    if (k * height < left) {
                        const auto values = x[k].numbers();
#pragma unroll
                        for (int j = 0; j < count; ++j)
                            a[j] = add_one(op, a[j], values.at[j], s * l.n + last - left + k * height);
                    }
            }
        }
    }
#pragma unroll
    for (int j = 0; j < count; ++j) {
        parts[threadIdx.x] = a[j];
        __syncthreads();
#pragma unroll 1
        for (int half = height / 2; half > 0; half /= 2) {
            if (ty < half) parts[threadIdx.x] = op.join(parts[threadIdx.x], parts[threadIdx.x + half * width]);
            __syncthreads();
        }
        if (ty == 0 && j < valid) {
            const long long output = column + j;
            if (partial != nullptr)
                partial[(static_cast<long long>(outer) * l.splits + blockIdx.y) * l.columns + output] = parts[tx];
            else
                op.finish(parts[tx], static_cast<long long>(outer) * l.columns + output);
        }
        __syncthreads();
    }
}

// What blocks have left, in the order (outer, splits, columns), `lanes` threads for an output.
template <class Op>
__device__ __forceinline__ void reduce_partial(const Op& op, const typename Op::A* partial, long long outputs,
                                               long long columns, int splits, int lanes) {
    const long long output = static_cast<long long>(blockIdx.x) * (blockDim.x / lanes) + threadIdx.x / lanes;
    const int lane = threadIdx.x % lanes;
    auto a = op.start();
    if (output < outputs) {
        const auto* first = partial + output / columns * splits * columns + output % columns;
#pragma unroll 1
        for (int s = lane; s < splits; s += lanes) a = op.join(a, first[s * columns]);
    }
#pragma unroll 1
    for (int mask = lanes / 2; mask > 0; mask /= 2) a = op.join(a, shuffled(a, mask));
    if (lane == 0 && output < outputs) op.finish(a, output);
}
