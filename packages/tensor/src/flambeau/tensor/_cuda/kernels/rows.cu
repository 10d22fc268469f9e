// Softmax and its logarithm, and their gradients: along rows of `n` neighbours, or along columns, `inner` apart.
#include "numbers.cuh"
#include "teams.cuh"
#include "vectors.cuh"

using C = Compute<T>;
constexpr int length = vector_length<T>;
using Numbers = Vector<C, length>;

struct Top {  // the greatest but for nan, which the sum of exponentials is then
    static __device__ __forceinline__ C join(C a, C b) { return greater(a, b); }
};

// What is in all threads of a row, which are blockDim.x: a power of 2 of a warp's lanes, or all of the block's warps.
template <class Op> __device__ __forceinline__ C joined(C value, C neutral) {
    if (blockDim.x > warp_size) return over_block<Op>(value, neutral);
    return Lanes{static_cast<int>(blockDim.x)}.template over<Op>(value, neutral);
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

// The same of vectors.
__device__ __forceinline__ C parts(const Numbers& grad, const Numbers& y, bool logarithmic) {
    C sum = 0;
#pragma unroll
    for (int j = 0; j < length; ++j) sum += part(grad.at[j], y.at[j], logarithmic);
    return sum;
}
__device__ __forceinline__ Vector<T, length> slopes(const Numbers& grad, const Numbers& y, C sum, bool logarithmic) {
    Numbers result;
#pragma unroll
    for (int j = 0; j < length; ++j) result.at[j] = slope(grad.at[j], y.at[j], sum, logarithmic);
    return store_all<T>(result);
}

// Rows that fit into the registers of blockDim.x threads, `count` vectors in each; blockDim.y of them in a block.
template <int count, bool logarithmic>
__device__ __forceinline__ void softmax_kept(const T* x, T* out, long long rows, int n) {
    const long long row = static_cast<long long>(blockIdx.x) * blockDim.y + threadIdx.y;
    const int lane = threadIdx.x, lanes = blockDim.x;
    const long long start = row < rows ? row * n : 0;
    const int past = Row<T>::past_for(x + start, n);
    const Row<const T> from(x + start, n, past);
    const Row<T> to(out + start, n, past);
    const int vectors = row < rows ? from.vectors() : 0;
    Packed<T, length> read[count];
    Numbers values[count];
    C top = -infinity<C>(), sum = 0;
    from.read(read, lane, lanes, vectors, store<T>(-infinity<C>()));
#pragma unroll
    for (int k = 0; k < count; ++k)
        if (lane + k * lanes < vectors) {
            values[k] = read[k].numbers();
#pragma unroll
            for (int j = 0; j < length; ++j) top = Top::join(values[k].at[j], top);
        }
    top = joined<Top>(top, -infinity<C>());
    const ShiftedExponentials exponentials(static_cast<float>(top));
#pragma unroll
    for (int k = 0; k < count; ++k)
        if (lane + k * lanes < vectors)
#pragma unroll
            for (int j = 0; j < length; ++j) {
                C& value = values[k].at[j];
                if constexpr (sizeof(T) == 2 && !logarithmic) {
                    sum += value = exponentials.of(value);
                } else {
                    value -= top;
                    const C e = power(value);
                    sum += e;
                    if (!logarithmic) value = e;
                }
            }
    sum = joined<Sum>(sum, C(0));
    const C scale = scale_of(sum, logarithmic);
    Vector<T, length> results[count];
#pragma unroll
    for (int k = 0; k < count; ++k) {
#pragma unroll
        for (int j = 0; j < length; ++j)
            values[k].at[j] = logarithmic ? values[k].at[j] - scale : values[k].at[j] * scale;
        results[k] = store_all<T>(values[k]);
    }
    to.write(lane, lanes, vectors, results);
}

template <int count, bool logarithmic>
__device__ __forceinline__ void softmax_backward_kept(const T* grad, const T* y, T* out, long long rows, int n) {
    const long long row = static_cast<long long>(blockIdx.x) * blockDim.y + threadIdx.y;
    const int lane = threadIdx.x, lanes = blockDim.x;
    const long long start = row < rows ? row * n : 0;
    const int past = Row<T>::past_for(y + start, n);
    const Row<const T> from(y + start, n, past), grads(grad + start, n, past);
    const Row<T> to(out + start, n, past);
    const int vectors = row < rows ? from.vectors() : 0;
    Packed<T, length> ys[count], gs[count];
    C sum = 0;
    from.read(ys, lane, lanes, vectors, store<T>(0));
    grads.read(gs, lane, lanes, vectors, store<T>(0));
#pragma unroll
    for (int k = 0; k < count; ++k)
        if (lane + k * lanes < vectors) sum += parts(gs[k].numbers(), ys[k].numbers(), logarithmic);
    sum = joined<Sum>(sum, C(0));
    Vector<T, length> results[count];
#pragma unroll
    for (int k = 0; k < count; ++k) results[k] = slopes(gs[k].numbers(), ys[k].numbers(), sum, logarithmic);
    to.write(lane, lanes, vectors, results);
}

KERNEL(256, 4) softmax_short(const T* x, T* out, long long rows, int n, bool logarithmic) {
    if (logarithmic) softmax_kept<1, true>(x, out, rows, n);
    else softmax_kept<1, false>(x, out, rows, n);
}
KERNEL(256, 4) softmax_rows(const T* x, T* out, long long rows, int n, bool logarithmic) {
    if (logarithmic) softmax_kept<4, true>(x, out, rows, n);
    else softmax_kept<4, false>(x, out, rows, n);
}
KERNEL(256, 4) softmax_backward_short(const T* grad, const T* y, T* out, long long rows, int n, bool logarithmic) {
    if (logarithmic) softmax_backward_kept<1, true>(grad, y, out, rows, n);
    else softmax_backward_kept<1, false>(grad, y, out, rows, n);
}
KERNEL(256, 4) softmax_backward_rows(const T* grad, const T* y, T* out, long long rows, int n, bool logarithmic) {
    if (logarithmic) softmax_backward_kept<4, true>(grad, y, out, rows, n);
    else softmax_backward_kept<4, false>(grad, y, out, rows, n);
}

// Adds a vector to a sum of exponentials in which the greatest element so far is `top`.
__device__ __forceinline__ void add_powers(C& top, C& sum, const Numbers& x) {
    C highest = x.at[0];
#pragma unroll
    for (int j = 1; j < length; ++j) highest = Top::join(x.at[j], highest);
    if (highest > top) {
        sum = moved<T>(sum, top, highest);
        top = highest;
    }
    const C from = finite(top);
#pragma unroll
    for (int j = 0; j < length; ++j) sum += power(x.at[j] - from);
}

// A block for each row, which is read twice: backwards the second time, for its end is still in the caches. Loads are
// issued so many vectors ahead.
constexpr int ahead = 2;

template <bool logarithmic> __device__ __forceinline__ void softmax_twice(const T* x, T* out, int n) {
    const long long start = static_cast<long long>(blockIdx.x) * n;
    const int past = Row<T>::past_for(x + start, n);
    const Row<const T> from(x + start, n, past);
    const Row<T> to(out + start, n, past);
    const int vectors = from.vectors(), step = blockDim.x, rounds = (vectors + step - 1) / step;
    Packed<T, length> read[ahead];
    C top = -infinity<C>(), sum = 0;
#pragma unroll 1
    for (int i = threadIdx.x; i < vectors; i += ahead * step) {
#pragma unroll
        for (int k = 0; k < ahead; ++k)
            if (i + k * step < vectors) read[k] = from.read(i + k * step, store<T>(-infinity<C>()));
#pragma unroll
        for (int k = 0; k < ahead; ++k)
            if (i + k * step < vectors) add_powers(top, sum, read[k].numbers());
    }
    const C greatest = joined<Top>(top, -infinity<C>());
    sum = joined<Sum>(moved<T>(sum, top, greatest), C(0));
    const C scale = scale_of(checked(sum, greatest), logarithmic);
#pragma unroll 1
    for (int i = (rounds - 1) * step + threadIdx.x; i >= 0; i -= ahead * step) {
#pragma unroll
        for (int k = 0; k < ahead; ++k)
            if (i - k * step >= 0 && i - k * step < vectors) read[k] = from.read(i - k * step, store<T>(0));
#pragma unroll
        for (int k = 0; k < ahead; ++k)
            if (i - k * step >= 0 && i - k * step < vectors) {
                Numbers values = read[k].numbers();
#pragma unroll
                for (int j = 0; j < length; ++j) values.at[j] = normal(values.at[j], greatest, scale, logarithmic);
                to.write(i - k * step, store_all<T>(values));
            }
    }
}

template <bool logarithmic>
__device__ __forceinline__ void softmax_backward_twice(const T* grad, const T* y, T* out, int n) {
    const long long start = static_cast<long long>(blockIdx.x) * n;
    const int past = Row<T>::past_for(y + start, n);
    const Row<const T> from(y + start, n, past), grads(grad + start, n, past);
    const Row<T> to(out + start, n, past);
    const int vectors = from.vectors(), step = blockDim.x, rounds = (vectors + step - 1) / step;
    Packed<T, length> ys[ahead], gs[ahead];
    C sum = 0;
#pragma unroll 1
    for (int i = threadIdx.x; i < vectors; i += ahead * step) {
#pragma unroll
        for (int k = 0; k < ahead; ++k)
            if (i + k * step < vectors) {
                ys[k] = from.read(i + k * step, store<T>(0));
                gs[k] = grads.read(i + k * step, store<T>(0));
            }
#pragma unroll
        for (int k = 0; k < ahead; ++k)
            if (i + k * step < vectors) sum += parts(gs[k].numbers(), ys[k].numbers(), logarithmic);
    }
    sum = joined<Sum>(sum, C(0));
#pragma unroll 1
    for (int i = (rounds - 1) * step + threadIdx.x; i >= 0; i -= step)
        if (i < vectors) {
            const auto own = from.read(i, store<T>(0)), grad = grads.read(i, store<T>(0));
            to.write(i, slopes(grad.numbers(), own.numbers(), sum, logarithmic));
        }
}

KERNEL(512, 2) softmax_long(const T* x, T* out, int n, bool logarithmic) {
    if (logarithmic) softmax_twice<true>(x, out, n);
    else softmax_twice<false>(x, out, n);
}
KERNEL(512, 2) softmax_backward_long(const T* grad, const T* y, T* out, int n, bool logarithmic) {
    if (logarithmic) softmax_backward_twice<true>(grad, y, out, n);
    else softmax_backward_twice<false>(grad, y, out, n);
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
    for (int k = 1; k < height; ++k) top = Top::join(top, tops[k * width + tx]);
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
