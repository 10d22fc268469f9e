// Batch normalisation. A channel's elements are spread over the batch: in runs of `inner` each ("runs"), or one in each row
// of all channels ("rows", images with their channels innermost). Channels of few elements are done by one kernel; of more,
// chunks are reduced first, then their results in order, and all is applied in a third.
#include "moments.cuh"

using A = Compute<T>;

__device__ __forceinline__ A inverse_root(A x) { return A(1) / (sizeof(A) == 4 ? sqrtf(x) : sqrt(x)); }

// One channel's elements to their results.
struct Affine {
    A mean, scale, shift;
    __device__ __forceinline__ Affine() {}
    __device__ __forceinline__ Affine(A mean, A invstd, const U* weight, const U* bias, int channel)
        : mean(mean), scale(weight ? invstd * static_cast<A>(load(weight[channel])) : invstd),
          shift(bias ? static_cast<A>(load(bias[channel])) : A(0)) {}
    __device__ __forceinline__ A operator()(A x) const { return (x - mean) * scale + shift; }
};

// Gradients of one channel's results to those of its elements: what they have along mean and scale is taken out.
struct Slope {
    A mean, invstd, scale, first, second;
    __device__ __forceinline__ Slope() {}
    __device__ __forceinline__ Slope(A mean, A invstd, const U* weight, int channel, Pair<A> sums, A count)
        : mean(mean), invstd(invstd), scale(weight ? invstd * static_cast<A>(load(weight[channel])) : invstd),
          first(sums.first / count), second(sums.second / count) {}
    __device__ __forceinline__ A operator()(A g, A x) const {
        return (g - (first + (x - mean) * invstd * second)) * scale;
    }
};

__device__ __forceinline__ void keep(const Moments<A>& m, double eps, int channel, A* mean, A* invstd) {
    mean[channel] = m.mean;
    invstd[channel] = inverse_root(m.squares / m.n + static_cast<A>(eps));
}

__device__ __forceinline__ void keep(const Pair<A>& sums, int channel, U* grad_weight, U* grad_bias) {
    grad_bias[channel] = store<U>(static_cast<Compute<U>>(sums.first));
    grad_weight[channel] = store<U>(static_cast<Compute<U>>(sums.second));
}

// The results of chunks, one after the other for each channel: joined, for one channel by the lanes of a warp.
template <class Value>
__device__ __forceinline__ Value joined_chunks(const Value* partial, int chunks, int channels, int c) {
    const int lane = threadIdx.x % warp_size;
    Value value = {};
    for (int i = lane; i < chunks; i += warp_size) value.join(partial[static_cast<long long>(i) * channels + c]);
    return joined_lanes(value, warp_size);
}

KERNEL(256) join_moments(const Compute<T>* partial, int chunks, int channels, double eps, Compute<T>* mean,
                         Compute<T>* invstd) {
    const int c = static_cast<int>(global_thread() / warp_size);
    if (c >= channels) return;
    const Moments<A> m = joined_chunks(reinterpret_cast<const Moments<A>*>(partial), chunks, channels, c);
    if (threadIdx.x % warp_size == 0) keep(m, eps, c, mean, invstd);
}

KERNEL(256) join_sums(const Compute<T>* partial, int chunks, int channels, Compute<T>* sums, U* grad_weight,
                      U* grad_bias) {
    const int c = static_cast<int>(global_thread() / warp_size);
    if (c >= channels) return;
    const Pair<A> pair = joined_chunks(reinterpret_cast<const Pair<A>*>(partial), chunks, channels, c);
    if (threadIdx.x % warp_size != 0) return;
    reinterpret_cast<Pair<A>*>(sums)[c] = pair;
    keep(pair, c, grad_weight, grad_bias);
}

// Runs -----------------------------------------------------------------------------------------------------------

// So many vectors are read before the first is used.
constexpr int ahead = 4;

struct Runs {
    unsigned n, channels, inner;
    // Calls `use` with what `read(place, k)` gives for the places of a chunk of a channel, k elements each.
    template <int k, class Take, class Use>
    __device__ __forceinline__ void over(unsigned c, unsigned chunk, unsigned chunks, Take take, Use use) const {
        const unsigned run = inner / k;
        const unsigned long long all = static_cast<unsigned long long>(n) * run;
        const unsigned begin = static_cast<unsigned>(all * chunk / chunks);
        const auto read = [&](unsigned v) {
            const unsigned sample = v / run;
            const long long first = (static_cast<long long>(sample) * channels + c) * inner;
            return take(first + (v - sample * run) * k, IntegerConstant<k>());
        };
        in_batches<ahead>(begin + threadIdx.x, static_cast<unsigned>(all * (chunk + 1) / chunks), blockDim.x, read, use);
    }
    template <class Take, class Use>
    __device__ __forceinline__ void over_chunk(bool aligned, unsigned chunk, unsigned chunks, Take take, Use use) const {
        constexpr int length = vector_length<T>;
        if (sizeof(T) < 8 && aligned && inner % length == 0) over<length>(blockIdx.x, chunk, chunks, take, use);
        else over<1>(blockIdx.x, chunk, chunks, take, use);
    }
    template <class Use>
    __device__ __forceinline__ void over_one(const T* x, bool aligned, unsigned chunk, unsigned chunks, Use use) const {
        const auto take = [&](long long at, auto k) {
            constexpr int count = decltype(k)::count;
            return Read<T, count>{at, Packed<T, count>::at(x + at)};
        };
        over_chunk(aligned, chunk, chunks, take, use);
    }
    template <class Use>
    __device__ __forceinline__ void over_two(const T* g, const T* x, bool aligned, unsigned chunk, unsigned chunks,
                                             Use use) const {
        const auto take = [&](long long at, auto k) {
            using Several = Packed<T, decltype(k)::count>;
            return ReadTwo<T, decltype(k)::count>{at, Several::at(x + at), Several::at(g + at)};
        };
        over_chunk(aligned, chunk, chunks, take, use);
    }
    __device__ __forceinline__ Moments<A> moments(const T* x, unsigned chunk, unsigned chunks) const {
        Moments<A> own = {};
        over_one(x, misalignment(x) == 0, chunk, chunks, [&](const auto& read) { own.add(numbers(read.values)); });
        return joined(Block(), own);
    }
    __device__ __forceinline__ void apply(const T* x, T* out, const Affine& affine, unsigned chunk,
                                          unsigned chunks) const {
        const bool aligned = misalignment(x) == 0 && misalignment(out) == 0;
        over_one(x, aligned, chunk, chunks, [&](const auto& read) {
            auto values = numbers(read.values);
            for (auto& value : values.at) value = affine(value);
            stored(out + read.at, values);
        });
    }
    __device__ __forceinline__ Pair<A> sums(const T* g, const T* x, A mean, A invstd, unsigned chunk,
                                            unsigned chunks) const {
        Pair<A> own = {};
        over_two(g, x, misalignment(x) == 0 && misalignment(g) == 0, chunk, chunks, [&](const auto& read) {
            const auto values = numbers(read.values), grads = numbers(read.others);
            constexpr int count = sizeof(values) / sizeof(A);
            for (int i = 0; i < count; ++i) own.join({grads.at[i], grads.at[i] * ((values.at[i] - mean) * invstd)});
        });
        return joined(Block(), own);
    }
    __device__ __forceinline__ void slopes(const T* g, const T* x, T* out, const Slope& slope, unsigned chunk,
                                           unsigned chunks) const {
        const bool aligned = misalignment(x) == 0 && misalignment(g) == 0 && misalignment(out) == 0;
        over_two(g, x, aligned, chunk, chunks, [&](const auto& read) {
            auto values = numbers(read.values);
            const auto grads = numbers(read.others);
            constexpr int count = sizeof(values) / sizeof(A);
            for (int i = 0; i < count; ++i) values.at[i] = slope(grads.at[i], values.at[i]);
            stored(out + read.at, values);
        });
    }
};

KERNEL(512) runs_whole(const T* __restrict__ x, const U* weight, const U* bias, int n, int channels, int inner, double eps, T* __restrict__ out,
                       Compute<T>* mean, Compute<T>* invstd) {
    const Runs all = {static_cast<unsigned>(n), static_cast<unsigned>(channels), static_cast<unsigned>(inner)};
    const int c = blockIdx.x;
    const Moments<A> m = all.moments(x, 0, 1);
    if (threadIdx.x == 0) keep(m, eps, c, mean, invstd);
    const A factor = inverse_root(m.squares / m.n + static_cast<A>(eps));
    all.apply(x, out, Affine(m.mean, factor, weight, bias, c), 0, 1);
}

KERNEL(512) runs_moments(const T* __restrict__ x, int n, int channels, int inner, Compute<T>* partial) {
    const Runs all = {static_cast<unsigned>(n), static_cast<unsigned>(channels), static_cast<unsigned>(inner)};
    const Moments<A> m = all.moments(x, blockIdx.y, gridDim.y);
    if (threadIdx.x == 0) reinterpret_cast<Moments<A>*>(partial)[blockIdx.y * channels + blockIdx.x] = m;
}

KERNEL(512) runs_apply(const T* __restrict__ x, const Compute<T>* mean, const Compute<T>* invstd, const U* weight, const U* bias, int n,
                       int channels, int inner, T* __restrict__ out) {
    const Runs all = {static_cast<unsigned>(n), static_cast<unsigned>(channels), static_cast<unsigned>(inner)};
    const int c = blockIdx.x;
    all.apply(x, out, Affine(mean[c], invstd[c], weight, bias, c), blockIdx.y, gridDim.y);
}

KERNEL(512) runs_whole_backward(const T* __restrict__ g, const T* __restrict__ x, const U* weight, const Compute<T>* mean, const Compute<T>* invstd,
                                int n, int channels, int inner, T* __restrict__ out, U* grad_weight, U* grad_bias) {
    const Runs all = {static_cast<unsigned>(n), static_cast<unsigned>(channels), static_cast<unsigned>(inner)};
    const int c = blockIdx.x;
    const Pair<A> sums = all.sums(g, x, mean[c], invstd[c], 0, 1);
    if (threadIdx.x == 0) keep(sums, c, grad_weight, grad_bias);
    const A count = static_cast<A>(n) * static_cast<A>(inner);
    all.slopes(g, x, out, Slope(mean[c], invstd[c], weight, c, sums, count), 0, 1);
}

KERNEL(512) runs_sums(const T* __restrict__ g, const T* __restrict__ x, const Compute<T>* mean, const Compute<T>* invstd, int n, int channels,
                      int inner, Compute<T>* partial) {
    const Runs all = {static_cast<unsigned>(n), static_cast<unsigned>(channels), static_cast<unsigned>(inner)};
    const int c = blockIdx.x;
    const Pair<A> sums = all.sums(g, x, mean[c], invstd[c], blockIdx.y, gridDim.y);
    if (threadIdx.x == 0) reinterpret_cast<Pair<A>*>(partial)[blockIdx.y * channels + c] = sums;
}

KERNEL(512) runs_slopes(const T* __restrict__ g, const T* __restrict__ x, const U* weight, const Compute<T>* mean, const Compute<T>* invstd,
                        const Compute<T>* sums, int n, int channels, int inner, T* __restrict__ out) {
    const Runs all = {static_cast<unsigned>(n), static_cast<unsigned>(channels), static_cast<unsigned>(inner)};
    const int c = blockIdx.x;
    const A count = static_cast<A>(n) * static_cast<A>(inner);
    const Pair<A> pair = reinterpret_cast<const Pair<A>*>(sums)[c];
    all.slopes(g, x, out, Slope(mean[c], invstd[c], weight, c, pair, count), blockIdx.y, gridDim.y);
}

// Rows -----------------------------------------------------------------------------------------------------------

// A thread has k neighbouring channels of every blockDim.y-th row of its chunk.
template <int k> struct Rows {
    long long rows;
    int channels;
    __device__ __forceinline__ int first() const { return (blockIdx.x * blockDim.x + threadIdx.x) * k; }
    // Calls `use` with what `read(place)` gives in each row of a chunk.
    template <class Take, class Use>
    __device__ __forceinline__ void over(int chunk, int chunks, Take take, Use use) const {
        const int c = first();
        if (c >= channels) return;
        const unsigned end = static_cast<unsigned>(rows * (chunk + 1) / chunks);
        in_batches<ahead>(static_cast<unsigned>(rows * chunk / chunks) + threadIdx.y, end, blockDim.y,
                          [&](unsigned row) { return take(static_cast<long long>(row) * channels + c); }, use);
    }
    template <class Use> __device__ __forceinline__ void over_one(const T* x, bool aligned, int chunk, int chunks, Use use) const {
        over(chunk, chunks, [&](long long at) { return Read<T, k>{at, read_if<k>(x + at, aligned)}; }, use);
    }
    template <class Use>
    __device__ __forceinline__ void over_two(const T* g, const T* x, bool aligned, int chunk, int chunks, Use use) const {
        const auto take = [&](long long at) {
            return ReadTwo<T, k>{at, read_if<k>(x + at, aligned), read_if<k>(g + at, aligned)};
        };
        over(chunk, chunks, take, use);
    }
    __device__ __forceinline__ void moments(const T* x, int chunk, int chunks, Moments<A> (&own)[k]) const {
        A n = 0;
        over_one(x, k > 1 && misalignment(x) == 0, chunk, chunks, [&](const auto& read) {
            const A reciprocal = A(1) / (n += 1);
            const auto values = numbers(read.values);
            for (int i = 0; i < k; ++i) own[i].add(values.at[i], reciprocal);
        });
        join_rows<k>(own);
    }
    __device__ __forceinline__ void sums(const T* g, const T* x, const A (&mean)[k], const A (&invstd)[k], int chunk,
                                         int chunks, Pair<A> (&own)[k]) const {
        const bool aligned = k > 1 && misalignment(x) == 0 && misalignment(g) == 0;
        over_two(g, x, aligned, chunk, chunks, [&](const auto& read) {
            const auto values = numbers(read.values), grads = numbers(read.others);
            for (int i = 0; i < k; ++i)
                own[i].join({grads.at[i], grads.at[i] * ((values.at[i] - mean[i]) * invstd[i])});
        });
        join_rows<k>(own);
    }
    __device__ __forceinline__ void apply(const T* x, T* out, const Affine (&affine)[k], int chunk, int chunks) const {
        const bool aligned = k > 1 && misalignment(x) == 0 && misalignment(out) == 0;
        over_one(x, aligned, chunk, chunks, [&](const auto& read) {
            auto values = numbers(read.values);
            for (int i = 0; i < k; ++i) values.at[i] = affine[i](values.at[i]);
            stored_if<k>(out + read.at, values, aligned);
        });
    }
    __device__ __forceinline__ void slopes(const T* g, const T* x, T* out, const Slope (&slope)[k], int chunk,
                                           int chunks) const {
        const bool aligned = k > 1 && misalignment(x) == 0 && misalignment(g) == 0 && misalignment(out) == 0;
        over_two(g, x, aligned, chunk, chunks, [&](const auto& read) {
            auto values = numbers(read.values);
            const auto grads = numbers(read.others);
            for (int i = 0; i < k; ++i) values.at[i] = slope[i](grads.at[i], values.at[i]);
            stored_if<k>(out + read.at, values, aligned);
        });
    }
    // Of the channels of this thread; beyond the last one anything.
    __device__ __forceinline__ void take(const A* from, A (&to)[k]) const {
        for (int i = 0; i < k; ++i) to[i] = first() < channels ? from[first() + i] : A(0);
    }
    __device__ __forceinline__ void take(const A* mean, const A* invstd, const U* weight, const U* bias,
                                         Affine (&to)[k]) const {
        if (first() < channels)
            for (int i = 0; i < k; ++i) to[i] = Affine(mean[first() + i], invstd[first() + i], weight, bias, first() + i);
    }
    __device__ __forceinline__ void take(const A* mean, const A* invstd, const U* weight, const A* sums,
                                         Slope (&to)[k]) const {
        if (first() < channels)
            for (int i = 0; i < k; ++i)
                to[i] = Slope(mean[first() + i], invstd[first() + i], weight, first() + i,
                              reinterpret_cast<const Pair<A>*>(sums)[first() + i], static_cast<A>(rows));
    }
    __device__ __forceinline__ bool keeps() const { return threadIdx.y == 0 && first() < channels; }
};

// With k of 16 bytes where so many divide the channels, else 1.
template <class Run> __device__ __forceinline__ void with_rows(long long rows, int channels, Run run) {
    constexpr int length = vector_length<T>;
    if (sizeof(T) < 8 && channels % length == 0) run(Rows<length>{rows, channels}, IntegerConstant<length>());
    else run(Rows<1>{rows, channels}, IntegerConstant<1>());
}

KERNEL(256) rows_moments(const T* __restrict__ x, long long rows, int channels, Compute<T>* partial) {
    with_rows(rows, channels, [&](auto all, auto k) {
        Moments<A> own[decltype(k)::count] = {};
        all.moments(x, blockIdx.y, gridDim.y, own);
        Moments<A>* const to = reinterpret_cast<Moments<A>*>(partial) + static_cast<long long>(blockIdx.y) * channels;
        if (all.keeps())
            for (int i = 0; i < decltype(k)::count; ++i) to[all.first() + i] = own[i];
    });
}

KERNEL(256) rows_apply(const T* __restrict__ x, const Compute<T>* mean, const Compute<T>* invstd, const U* weight, const U* bias,
                       long long rows, int channels, T* __restrict__ out) {
    with_rows(rows, channels, [&](auto all, auto k) {
        Affine affine[decltype(k)::count];
        all.take(mean, invstd, weight, bias, affine);
        all.apply(x, out, affine, blockIdx.y, gridDim.y);
    });
}

KERNEL(256) rows_sums(const T* __restrict__ g, const T* __restrict__ x, const Compute<T>* mean, const Compute<T>* invstd, long long rows,
                      int channels, Compute<T>* partial) {
    with_rows(rows, channels, [&](auto all, auto k) {
        constexpr int count = decltype(k)::count;
        A means[count], factors[count];
        all.take(mean, means);
        all.take(invstd, factors);
        Pair<A> own[count] = {};
        all.sums(g, x, means, factors, blockIdx.y, gridDim.y, own);
        Pair<A>* const to = reinterpret_cast<Pair<A>*>(partial) + static_cast<long long>(blockIdx.y) * channels;
        if (all.keeps())
            for (int i = 0; i < count; ++i) to[all.first() + i] = own[i];
    });
}

KERNEL(256) rows_slopes(const T* __restrict__ g, const T* __restrict__ x, const U* weight, const Compute<T>* mean, const Compute<T>* invstd,
                        const Compute<T>* sums, long long rows, int channels, T* __restrict__ out) {
    with_rows(rows, channels, [&](auto all, auto k) {
        Slope slope[decltype(k)::count];
        all.take(mean, invstd, weight, sums, slope);
        all.slopes(g, x, out, slope, blockIdx.y, gridDim.y);
    });
}
