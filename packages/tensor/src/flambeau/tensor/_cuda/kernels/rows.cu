// Softmax and its logarithm, and their gradients: along rows of `n` neighbours, or along columns, `inner` apart.
#include "numbers.cuh"
#include "vectors.cuh"

using C = Compute<T>;
constexpr int length = vector_length<T>;
using Elements = Vector<T, length>;

struct Sum {
    static __device__ __forceinline__ C join(C a, C b) { return a + b; }
};
struct Greatest {  // but for nan, which the sum of exponentials is then
    static __device__ __forceinline__ C join(C a, C b) { return a > b ? a : b; }
};

// What is in all of `lanes` threads, a power of 2: those of a warp, or more.
template <class Op> __device__ __forceinline__ C over_lanes(C value, int lanes, C* parts) {
#pragma unroll 1
    for (int mask = (lanes < 32 ? lanes : 32) / 2; mask > 0; mask /= 2)
        value = Op::join(value, __shfl_xor_sync(0xffffffffu, value, mask));
    if (lanes <= 32) return value;
    __syncthreads();  // whoever still reads what an earlier call left there
    if (threadIdx.x % 32 == 0) parts[threadIdx.x / 32] = value;
    __syncthreads();
    const int first = threadIdx.x / lanes * (lanes / 32);
    value = parts[first];
#pragma unroll 1
    for (int w = 1; w < lanes / 32; ++w) value = Op::join(value, parts[first + w]);
    return value;
}

template <class E> using Row = AlignedRow<E, length>;

__device__ __forceinline__ C power(C x) { return exponential_for<T>(x); }

// What sum a row has whose greatest element is `top`: none where that is infinite.
__device__ __forceinline__ C checked(C sum, C top) { return sum + (top - top); }

__device__ __forceinline__ C normal(C x, C top, C scale, bool logarithmic) {
    return logarithmic ? x - top - scale : power(x - top) * scale;
}
__device__ __forceinline__ C scale_of(C sum, bool logarithmic) { return logarithmic ? logarithm(sum) : 1 / sum; }

// What the sum in a gradient is made of, and what is made with it.
__device__ __forceinline__ C part(C grad, C y, bool logarithmic) { return logarithmic ? grad : grad * y; }
__device__ __forceinline__ C slope(C grad, C y, C sum, bool logarithmic) {
    return logarithmic ? grad - power(y) * sum : y * (grad - sum);
}

// Rows that fit into the registers of `lanes` threads, `count` vectors in each.
template <int count>
__device__ __forceinline__ void softmax_kept(const T* x, T* out, long long rows, int n, int lanes,
                                             bool logarithmic) {
    __shared__ C parts[8];
    const long long row = static_cast<long long>(blockIdx.x) * (blockDim.x / lanes) + threadIdx.x / lanes;
    const int lane = threadIdx.x % lanes;
    const long long start = row < rows ? row * n : 0;
    const int past = Row<T>::past_for(x + start, n);
    const Row<const T> from(x + start, n, past);
    const Row<T> to(out + start, n, past);
    const int vectors = row < rows ? from.vectors() : 0;
    C values[count][length], top = -infinity<C>(), sum = 0;
    Elements read[count];
#pragma unroll
    for (int k = 0; k < count; ++k)
        if (lane + k * lanes < vectors) read[k] = from.read(lane + k * lanes, store<T>(-infinity<C>()));
#pragma unroll
    for (int k = 0; k < count; ++k)
#pragma unroll
        for (int j = 0; j < length; ++j) {
            values[k][j] = lane + k * lanes < vectors ? load(read[k].at[j]) : -infinity<C>();
            top = Greatest::join(values[k][j], top);
        }
    top = over_lanes<Greatest>(top, lanes, parts);
#pragma unroll
    for (int k = 0; k < count; ++k)
#pragma unroll
        for (int j = 0; j < length; ++j) {
            values[k][j] -= top;
            const C e = power(values[k][j]);
            sum += e;
            if (!logarithmic) values[k][j] = e;
        }
    sum = over_lanes<Sum>(sum, lanes, parts);
    const C scale = scale_of(sum, logarithmic);
#pragma unroll
    for (int k = 0; k < count; ++k)
        if (lane + k * lanes < vectors) {
            Elements result;
#pragma unroll
            for (int j = 0; j < length; ++j)
                result.at[j] = store<T>(logarithmic ? values[k][j] - scale : values[k][j] * scale);
            to.write(lane + k * lanes, result);
        }
}

template <int count>
__device__ __forceinline__ void softmax_backward_kept(const T* grad, const T* y, T* out, long long rows, long long n,
                                                      int lanes, bool logarithmic) {
    __shared__ C parts[8];
    const long long row = static_cast<long long>(blockIdx.x) * (blockDim.x / lanes) + threadIdx.x / lanes;
    const int lane = threadIdx.x % lanes;
    const long long start = row < rows ? row * n : 0;
    const int past = Row<T>::past_for(y + start, n);
    const Row<const T> from(y + start, n, past), grads(grad + start, n, past);
    const Row<T> to(out + start, n, past);
    const int vectors = row < rows ? from.vectors() : 0;
    Elements ys[count], gs[count];
    C sum = 0;
#pragma unroll
    for (int k = 0; k < count; ++k)
        if (lane + k * lanes < vectors) {
            ys[k] = from.read(lane + k * lanes, store<T>(0));
            gs[k] = grads.read(lane + k * lanes, store<T>(0));
        }
#pragma unroll
    for (int k = 0; k < count; ++k)
        if (lane + k * lanes < vectors)
#pragma unroll
            for (int j = 0; j < length; ++j) sum += part(load(gs[k].at[j]), load(ys[k].at[j]), logarithmic);
    sum = over_lanes<Sum>(sum, lanes, parts);
#pragma unroll
    for (int k = 0; k < count; ++k)
        if (lane + k * lanes < vectors) {
            Elements result;
#pragma unroll
            for (int j = 0; j < length; ++j)
                result.at[j] = store<T>(slope(load(gs[k].at[j]), load(ys[k].at[j]), sum, logarithmic));
            to.write(lane + k * lanes, result);
        }
}

KERNEL(256, 2) softmax_short(const T* x, T* out, long long rows, int n, int lanes, bool logarithmic) {
    softmax_kept<1>(x, out, rows, n, lanes, logarithmic);
}
KERNEL(256, 2) softmax_rows(const T* x, T* out, long long rows, int n, int lanes, bool logarithmic) {
    softmax_kept<4>(x, out, rows, n, lanes, logarithmic);
}
KERNEL(256, 2) softmax_backward_short(const T* grad, const T* y, T* out, long long rows, int n, int lanes,
                                      bool logarithmic) {
    softmax_backward_kept<1>(grad, y, out, rows, n, lanes, logarithmic);
}
KERNEL(256, 2) softmax_backward_rows(const T* grad, const T* y, T* out, long long rows, int n, int lanes,
                                     bool logarithmic) {
    softmax_backward_kept<4>(grad, y, out, rows, n, lanes, logarithmic);
}

// Adds a vector to a sum of exponentials in which the greatest element so far is `top`.
__device__ __forceinline__ void add_powers(C& top, C& sum, const Elements& x) {
    C highest = load(x.at[0]);
#pragma unroll
    for (int j = 1; j < length; ++j) highest = Greatest::join(load(x.at[j]), highest);
    if (highest > top) {
        sum = moved<T>(sum, top, highest);
        top = highest;
    }
    const C from = finite(top);
#pragma unroll
    for (int j = 0; j < length; ++j) sum += power(load(x.at[j]) - from);
}

// A block for each row, which is read twice: backwards the second time, for its end is still in the caches.
KERNEL(512, 1) softmax_long(const T* x, T* out, int n, bool logarithmic) {
    __shared__ C parts[16];
    const long long start = static_cast<long long>(blockIdx.x) * n;
    const int past = Row<T>::past_for(x + start, n);
    const Row<const T> from(x + start, n, past);
    const Row<T> to(out + start, n, past);
    const int vectors = from.vectors();
    const int step = blockDim.x;
    C top = -infinity<C>(), sum = 0;
#pragma unroll 1
    for (int i = threadIdx.x; i < vectors; i += 2 * step) {
        const bool second = i + step < vectors;
        const Elements a = from.read(i, store<T>(-infinity<C>()));
        Elements b;
        if (second) b = from.read(i + step, store<T>(-infinity<C>()));
        add_powers(top, sum, a);
        if (second) add_powers(top, sum, b);
    }
    const C greatest = over_lanes<Greatest>(top, step, parts);
    sum = over_lanes<Sum>(moved<T>(sum, top, greatest), step, parts);
    const C scale = scale_of(checked(sum, greatest), logarithmic);
#pragma unroll 1
    for (int i = (vectors - 1) / step * step + threadIdx.x; i >= 0; i -= step) {
        if (i >= vectors) continue;
        const Elements values = from.read(i, store<T>(0));
        Elements result;
#pragma unroll
        for (int j = 0; j < length; ++j)
            result.at[j] = store<T>(normal(load(values.at[j]), greatest, scale, logarithmic));
        to.write(i, result);
    }
}

KERNEL(512, 1) softmax_backward_long(const T* grad, const T* y, T* out, int n, bool logarithmic) {
    __shared__ C parts[16];
    const long long start = static_cast<long long>(blockIdx.x) * n;
    const int past = Row<T>::past_for(y + start, n);
    const Row<const T> from(y + start, n, past), grads(grad + start, n, past);
    const Row<T> to(out + start, n, past);
    const int vectors = from.vectors();
    const int step = blockDim.x;
    C sum = 0;
#pragma unroll 2
    for (int i = threadIdx.x; i < vectors; i += step) {
        const Elements ys = from.read(i, store<T>(0)), gs = grads.read(i, store<T>(0));
#pragma unroll
        for (int j = 0; j < length; ++j) sum += part(load(gs.at[j]), load(ys.at[j]), logarithmic);
    }
    sum = over_lanes<Sum>(sum, step, parts);
#pragma unroll 1
    for (int i = (vectors - 1) / step * step + threadIdx.x; i >= 0; i -= step) {
        if (i >= vectors) continue;
        const Elements ys = from.read(i, store<T>(0)), gs = grads.read(i, store<T>(0));
        Elements result;
#pragma unroll
        for (int j = 0; j < length; ++j)
            result.at[j] = store<T>(slope(load(gs.at[j]), load(ys.at[j]), sum, logarithmic));
        to.write(i, result);
    }
}

// Columns: blocks of `width` neighbours, by the threads of one or more rows.
KERNEL(256, 2) softmax_columns(const T* x, T* out, long long columns, long long n, long long inner, int width,
                               bool logarithmic) {
    __shared__ C tops[256], sums[256];
    const int tx = threadIdx.x % width, ty = threadIdx.x / width, height = blockDim.x / width;
    const long long column = static_cast<long long>(blockIdx.x) * width + tx;
    const bool here = column < columns;
    const long long start = here ? column / inner * n * inner + column % inner : 0;
    C top = -infinity<C>(), sum = 0;
    if (here)
        for (long long i = ty; i < n; i += height) {
            const C value = load(x[start + i * inner]);
            if (value > top) {
                sum = moved<T>(sum, top, value);
                top = value;
            }
            sum += power(value - finite(top));
        }
    tops[threadIdx.x] = top;
    sums[threadIdx.x] = sum;
    __syncthreads();
    top = tops[tx];
#pragma unroll 1
    for (int k = 1; k < height; ++k) top = Greatest::join(top, tops[k * width + tx]);
    sum = 0;
#pragma unroll 1
    for (int k = 0; k < height; ++k) sum += moved<T>(sums[k * width + tx], tops[k * width + tx], top);
    if (!here) return;
    const C scale = scale_of(checked(sum, top), logarithmic);
    for (long long i = ty; i < n; i += height)
        out[start + i * inner] = store<T>(normal(load(x[start + i * inner]), top, scale, logarithmic));
}

KERNEL(256, 2) softmax_backward_columns(const T* grad, const T* y, T* out, long long columns, long long n,
                                        long long inner, int width, bool logarithmic) {
    __shared__ C sums[256];
    const int tx = threadIdx.x % width, ty = threadIdx.x / width, height = blockDim.x / width;
    const long long column = static_cast<long long>(blockIdx.x) * width + tx;
    const bool here = column < columns;
    const long long start = here ? column / inner * n * inner + column % inner : 0;
    C sum = 0;
    if (here)
        for (long long i = ty; i < n; i += height)
            sum += part(load(grad[start + i * inner]), load(y[start + i * inner]), logarithmic);
    sums[threadIdx.x] = sum;
    __syncthreads();
    if (!here) return;
    sum = 0;
#pragma unroll 1
    for (int k = 0; k < height; ++k) sum += sums[k * width + tx];
    for (long long i = ty; i < n; i += height) {
        const long long at = start + i * inner;
        out[at] = store<T>(slope(load(grad[at]), load(y[at]), sum, logarithmic));
    }
}
