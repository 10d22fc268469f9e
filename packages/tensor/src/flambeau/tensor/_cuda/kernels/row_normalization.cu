// Normalisation of rows, each by itself: over the last dimensions, or over groups of channels. T is the elements' type, U
// that of weight and bias.
#include "moments.cuh"

using A = Compute<T>;

__device__ __forceinline__ A inverse_root(A x) { return A(1) / (sizeof(A) == 4 ? sqrtf(x) : sqrt(x)); }

// So many vectors of a row are read before the first is used.
constexpr int ahead = 2;

template <int k> __device__ __forceinline__ Vector<A, k> filled(A value) {
    Vector<A, k> result;
    for (int i = 0; i < k; ++i) result.at[i] = value;
    return result;
}

// Which weight an element of a row has: one for each place in it...
struct ByPlace {
    template <int k>
    __device__ __forceinline__ Vector<A, k> of(const U* weights, A none, long long, long long place) const {
        if (!weights) return filled<k>(none);
        const auto found = loaded_if<k>(weights + place, k > 1 && misalignment(weights + place) == 0);
        Vector<A, k> result;
        for (int i = 0; i < k; ++i) result.at[i] = static_cast<A>(found.at[i]);
        return result;
    }
};

// ...or one for each channel of a row, which is a group of channels of `inner` elements each.
struct ByChannel {
    int groups, channels;  // of a sample, and of a group
    int inner;
    template <int k>
    __device__ __forceinline__ Vector<A, k> of(const U* weights, A none, long long row, long long place) const {
        if (!weights) return filled<k>(none);
        const U* const own = weights + row % groups * channels;
        const unsigned at = static_cast<unsigned>(place), size = static_cast<unsigned>(inner);
        const unsigned first = at / size;
        if ((at + k - 1) / size == first) return filled<k>(static_cast<A>(load(own[first])));
        Vector<A, k> result;
        for (int i = 0; i < k; ++i) result.at[i] = static_cast<A>(load(own[(at + i) / size]));
        return result;
    }
};

// Moments of a row; not centred, those about 0.
template <bool centred, class Team>
__device__ __forceinline__ Moments<A> row_moments(Team team, const T* from, long long n, bool together) {
    if constexpr (centred) {
        Moments<A> own = {};
        over_row_ahead<ahead>(team, from, n, together, ReadRow<T>{from},
                              [&](const auto& read) { own.add(numbers(read.values)); });
        return joined(team, own);
    } else {
        A squares = 0;
        over_row_ahead<ahead>(team, from, n, together, ReadRow<T>{from}, [&](const auto& read) {
            for (const T value : read.values.at) squares += load(value) * load(value);
        });
        return {0, team.template over<Sum>(squares, A(0)), static_cast<A>(n)};
    }
}

template <bool centred, class Team, class Which>
__device__ __forceinline__ void normal_rows(Team team, Which which, const T* x, const U* weight, const U* bias,
                                            long long rows, long long columns, double eps, T* out, A* mean, A* factor) {
    const bool together = misalignment(x) == misalignment(out);
    for (long long base = static_cast<long long>(blockIdx.x) * team.count(); base < rows;
         base += static_cast<long long>(gridDim.x) * team.count()) {
        const long long row = base + team.index();
        const bool exists = row < rows;
        const long long start = exists ? row * columns : 0, n = exists ? columns : 0;
        const T* const from = x + start;
        T* const to = out + start;
        const Moments<A> m = row_moments<centred>(team, from, n, together);
        const A invstd = inverse_root(m.squares / (m.n == 0 ? A(1) : m.n) + static_cast<A>(eps));
        if (exists && team.rank() == 0) {
            if (centred) mean[row] = m.mean;
            factor[row] = invstd;
        }
        over_row_ahead<ahead>(team, from, n, together, ReadRow<T>{from}, [&](const auto& read) {
            auto values = numbers(read.values);
            constexpr int count = sizeof(values) / sizeof(A);
            const auto scale = which.template of<count>(weight, A(1), row, read.at);
            const auto shift = which.template of<count>(bias, A(0), row, read.at);
            for (int j = 0; j < count; ++j)
                values.at[j] = (values.at[j] - (centred ? m.mean : A(0))) * invstd * scale.at[j] + shift.at[j];
            stored(to + read.at, values);
        });
    }
}

KERNEL(256, 4) layer_norm_lanes(const T* x, const U* weight, const U* bias, long long rows, long long columns, double eps,
                                int lanes, T* out, Compute<T>* mean, Compute<T>* invstd) {
    normal_rows<true>(Lanes{lanes}, ByPlace(), x, weight, bias, rows, columns, eps, out, mean, invstd);
}

KERNEL(512, 2) layer_norm_block(const T* x, const U* weight, const U* bias, long long rows, long long columns, double eps,
                                T* out, Compute<T>* mean, Compute<T>* invstd) {
    normal_rows<true>(Block(), ByPlace(), x, weight, bias, rows, columns, eps, out, mean, invstd);
}

KERNEL(256, 2) rms_norm_lanes(const T* x, const U* weight, long long rows, long long columns, double eps, int lanes, T* out,
                              Compute<T>* invrms) {
    normal_rows<false>(Lanes{lanes}, ByPlace(), x, weight, nullptr, rows, columns, eps, out, nullptr, invrms);
}

KERNEL(512, 1) rms_norm_block(const T* x, const U* weight, long long rows, long long columns, double eps, T* out,
                              Compute<T>* invrms) {
    normal_rows<false>(Block(), ByPlace(), x, weight, nullptr, rows, columns, eps, out, nullptr, invrms);
}

KERNEL(256, 4) group_norm_lanes(const T* x, const U* weight, const U* bias, int groups, int channels, int inner,
                                long long rows, double eps, int lanes, T* out, Compute<T>* mean, Compute<T>* invstd) {
    normal_rows<true>(Lanes{lanes}, ByChannel{groups, channels, inner}, x, weight, bias, rows,
                      static_cast<long long>(channels) * inner, eps, out, mean, invstd);
}

KERNEL(512, 2) group_norm_block(const T* x, const U* weight, const U* bias, int groups, int channels, int inner,
                                long long rows, double eps, T* out, Compute<T>* mean, Compute<T>* invstd) {
    normal_rows<true>(Block(), ByChannel{groups, channels, inner}, x, weight, bias, rows,
                      static_cast<long long>(channels) * inner, eps, out, mean, invstd);
}

// Gradients ------------------------------------------------------------------------------------------------------

// What gradients of normal rows have along mean and factor is taken out.
template <bool centred, class Team, class Which>
__device__ __forceinline__ void row_slopes(Team team, Which which, const T* g, const T* x, const U* weight, const A* mean,
                                           const A* factor, long long rows, long long columns, T* out) {
    const bool together = misalignment(x) == misalignment(out) && misalignment(x) == misalignment(g);
    for (long long base = static_cast<long long>(blockIdx.x) * team.count(); base < rows;
         base += static_cast<long long>(gridDim.x) * team.count()) {
        const long long row = base + team.index();
        const bool exists = row < rows;
        const long long start = exists ? row * columns : 0, n = exists ? columns : 0;
        const T* const from = x + start;
        const T* const grads = g + start;
        T* const to = out + start;
        const A middle = centred && exists ? mean[row] : A(0), scale = exists ? factor[row] : A(0);
        Pair<A> own = {};
        over_row_ahead<ahead>(team, from, n, together, ReadRows<T>{from, grads}, [&](const auto& read) {
            const auto values = numbers(read.values), slopes = numbers(read.others);
            constexpr int count = sizeof(values) / sizeof(A);
            const auto weights = which.template of<count>(weight, A(1), row, read.at);
            for (int j = 0; j < count; ++j) {
                const A slope = slopes.at[j] * weights.at[j];
                own.join({slope, slope * ((values.at[j] - middle) * scale)});
            }
        });
        own = joined(team, own);
        const A first = centred ? own.first / static_cast<A>(columns) : A(0);
        const A second = own.second / static_cast<A>(columns);
        over_row_ahead<ahead>(team, from, n, together, ReadRows<T>{from, grads}, [&](const auto& read) {
            auto values = numbers(read.values);
            const auto slopes = numbers(read.others);
            constexpr int count = sizeof(values) / sizeof(A);
            const auto weights = which.template of<count>(weight, A(1), row, read.at);
            for (int j = 0; j < count; ++j) {
                const A normal = (values.at[j] - middle) * scale;
                values.at[j] = (slopes.at[j] * weights.at[j] - (normal * second + first)) * scale;
            }
            stored(to + read.at, values);
        });
    }
}

KERNEL(256, 4) layer_norm_slopes_lanes(const T* g, const T* x, const U* weight, const Compute<T>* mean,
                                       const Compute<T>* invstd, long long rows, long long columns, int lanes, T* out) {
    row_slopes<true>(Lanes{lanes}, ByPlace(), g, x, weight, mean, invstd, rows, columns, out);
}

KERNEL(512, 2) layer_norm_slopes_block(const T* g, const T* x, const U* weight, const Compute<T>* mean,
                                       const Compute<T>* invstd, long long rows, long long columns, T* out) {
    row_slopes<true>(Block(), ByPlace(), g, x, weight, mean, invstd, rows, columns, out);
}

KERNEL(256, 4) rms_norm_slopes_lanes(const T* g, const T* x, const U* weight, const Compute<T>* invrms, long long rows,
                                     long long columns, int lanes, T* out) {
    row_slopes<false>(Lanes{lanes}, ByPlace(), g, x, weight, nullptr, invrms, rows, columns, out);
}

KERNEL(512, 2) rms_norm_slopes_block(const T* g, const T* x, const U* weight, const Compute<T>* invrms, long long rows,
                                     long long columns, T* out) {
    row_slopes<false>(Block(), ByPlace(), g, x, weight, nullptr, invrms, rows, columns, out);
}

KERNEL(256, 3) group_norm_slopes_lanes(const T* g, const T* x, const U* weight, const Compute<T>* mean,
                                       const Compute<T>* invstd, int groups, int channels, int inner, long long rows,
                                       int lanes, T* out) {
    row_slopes<true>(Lanes{lanes}, ByChannel{groups, channels, inner}, g, x, weight, mean, invstd, rows,
                     static_cast<long long>(channels) * inner, out);
}

KERNEL(512, 1) group_norm_slopes_block(const T* g, const T* x, const U* weight, const Compute<T>* mean,
                                       const Compute<T>* invstd, int groups, int channels, int inner, long long rows,
                                       T* out) {
    row_slopes<true>(Block(), ByChannel{groups, channels, inner}, g, x, weight, mean, invstd, rows,
                     static_cast<long long>(channels) * inner, out);
}

// Gradients of weight and bias: sums over rows. Of several chunks of rows they are put into `partial`, for join_sums().

__device__ __forceinline__ void keep(const Pair<A>& sums, long long column, U* grad_weight, U* grad_bias) {
    grad_weight[column] = store<U>(static_cast<Compute<U>>(sums.second));
    if (grad_bias) grad_bias[column] = store<U>(static_cast<Compute<U>>(sums.first));
}

KERNEL(256) join_sums(const Compute<T>* partial, int chunks, long long columns, U* grad_weight, U* grad_bias) {
    const long long column = global_thread() / warp_size;
    if (column >= columns) return;
    const int lane = threadIdx.x % warp_size;
    Pair<A> sums = {};
    for (int i = lane; i < chunks; i += warp_size) sums.join(reinterpret_cast<const Pair<A>*>(partial)[i * columns + column]);
    sums = joined_lanes(sums, warp_size);
    if (lane == 0) keep(sums, column, grad_weight, grad_bias);
}

// A thread has k neighbouring columns of every blockDim.y-th row of its chunk.
template <int k>
__device__ __forceinline__ void sums_of_columns(const T* g, const T* x, const A* mean, const A* factor, long long rows,
                                                long long columns, A* partial, U* grad_weight, U* grad_bias) {
    const long long first = (static_cast<long long>(blockIdx.x) * blockDim.x + threadIdx.x) * k;
    const bool aligned = k > 1 && misalignment(x) == 0 && misalignment(g) == 0;
    Pair<A> own[k] = {};
    if (first < columns) {
        const auto read = [&](unsigned row) {
            const long long at = row * columns + first;
            return ReadTwo<T, k>{row, read_if<k>(x + at, aligned), read_if<k>(g + at, aligned)};
        };
        const unsigned begin = static_cast<unsigned>(rows * blockIdx.y / gridDim.y);
        const unsigned end = static_cast<unsigned>(rows * (blockIdx.y + 1) / gridDim.y);
        in_batches<2 * ahead>(begin + threadIdx.y, end, blockDim.y, read, [&](const ReadTwo<T, k>& read) {
            const A middle = mean ? mean[read.at] : A(0), scale = factor[read.at];
            for (int i = 0; i < k; ++i) {
                const A slope = load(read.others.at[i]);
                own[i].join({slope, slope * ((load(read.values.at[i]) - middle) * scale)});
            }
        });
    }
    join_rows<k>(own);
    if (threadIdx.y != 0 || first >= columns) return;
    for (int i = 0; i < k; ++i) {
        if (partial) reinterpret_cast<Pair<A>*>(partial)[blockIdx.y * columns + first + i] = own[i];
        else keep(own[i], first + i, grad_weight, grad_bias);
    }
}

KERNEL(256) column_sums(const T* g, const T* x, const Compute<T>* mean, const Compute<T>* factor, long long rows,
                        long long columns, Compute<T>* partial, U* grad_weight, U* grad_bias) {
    constexpr int length = sizeof(T) == 8 ? 1 : vector_length<T>;
    if (columns % length == 0)
        sums_of_columns<length>(g, x, mean, factor, rows, columns, partial, grad_weight, grad_bias);
    else
        sums_of_columns<1>(g, x, mean, factor, rows, columns, partial, grad_weight, grad_bias);
}

// The same of a channel: blockIdx.x. Its elements are runs of `inner` in each sample.
template <int k>
__device__ __forceinline__ Pair<A> sums_of_channel(const T* g, const T* x, const A* mean, const A* invstd, int groups,
                                                   int channels, unsigned inner, long long samples) {
    const unsigned run = inner / k, all = static_cast<unsigned>(groups) * static_cast<unsigned>(channels);
    const unsigned c = blockIdx.x, group = c / static_cast<unsigned>(channels);
    const unsigned long long count = static_cast<unsigned long long>(samples) * run;
    const unsigned end = static_cast<unsigned>(count * (blockIdx.y + 1) / gridDim.y);
    Pair<A> own = {};
    for (unsigned v = static_cast<unsigned>(count * blockIdx.y / gridDim.y) + threadIdx.x; v < end; v += blockDim.x) {
        const unsigned sample = v / run;
        const long long at = (static_cast<long long>(sample) * all + c) * inner + (v - sample * run) * k;
        const long long row = static_cast<long long>(sample) * groups + group;
        const auto slopes = loaded<k>(g + at), values = loaded<k>(x + at);
        for (int i = 0; i < k; ++i)
            own.join({slopes.at[i], slopes.at[i] * ((values.at[i] - mean[row]) * invstd[row])});
    }
    return joined(Block(), own);
}

KERNEL(256) channel_sums(const T* g, const T* x, const Compute<T>* mean, const Compute<T>* invstd, int groups,
                         int channels, int inner, long long samples, Compute<T>* partial, U* grad_weight, U* grad_bias) {
    constexpr int length = sizeof(T) == 8 ? 1 : vector_length<T>;
    const bool aligned = inner % length == 0 && misalignment(x) == 0 && misalignment(g) == 0;
    const Pair<A> sums = aligned ? sums_of_channel<length>(g, x, mean, invstd, groups, channels, inner, samples)
                                 : sums_of_channel<1>(g, x, mean, invstd, groups, channels, inner, samples);
    if (threadIdx.x != 0) return;
    if (partial) reinterpret_cast<Pair<A>*>(partial)[static_cast<long long>(blockIdx.y) * gridDim.x + blockIdx.x] = sums;
    else keep(sums, blockIdx.x, grad_weight, grad_bias);
}
