// Normalisation of rows, each by itself: over the last dimensions, or over groups of channels. T is the elements' type, U
// that of weight and bias.
//
// A row of up to 16 KiB is read once and kept in registers, by some lanes of a warp or by a block of its own; a longer
// one is read twice by a block, the second time mostly from the caches. Without a mean, values are not centred.
#include "kept_rows.cuh"
#include "moments.cuh"
#include "numbers.cuh"

constexpr bool early = sizeof(U) <= sizeof(T) && sizeof(T) < 8;  // registers are enough to read all weights ahead
using Weights = Packed<U, length>;

__device__ __forceinline__ A inverse_root(A x) { return A(1) / (sizeof(A) == 4 ? sqrtf(x) : sqrt(x)); }

// So many vectors of a row are read before the first is used.
constexpr int ahead = 2;

template <int k> __device__ __forceinline__ Vector<A, k> filled(A value) {
    Vector<A, k> result;
    for (int i = 0; i < k; ++i) result.at[i] = value;
    return result;
}

__device__ __forceinline__ Weights all_of(U value) {
    Vector<U, length> result;
#pragma unroll
    for (int j = 0; j < length; ++j) result.at[j] = value;
    return Weights::of(result);
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
    // Whether weights of vectors that are aligned in a row can be read at once, and those of such a one.
    __device__ __forceinline__ bool by_vectors(const U* weights) const {
        return reinterpret_cast<unsigned long long>(weights) % sizeof(Weights) == 0;
    }
    __device__ __forceinline__ Weights vector(const U* weights, long long, int place) const {
        return Weights::at(weights + place);
    }
    __device__ __forceinline__ U one(const U* weights, long long, int place) const { return weights[place]; }
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
    __device__ __forceinline__ bool by_vectors(const U*) const { return inner % length == 0; }
    __device__ __forceinline__ Weights vector(const U* weights, long long row, int place) const {
        return all_of(one(weights, row, place));
    }
    __device__ __forceinline__ U one(const U* weights, long long row, int place) const {
        return weights[row % groups * channels + static_cast<unsigned>(place) / static_cast<unsigned>(inner)];
    }
};

// The weights of the vector at `place`, which may begin before the row of n elements or end behind it where the row is
// not whole vectors; `none` where there are none.
template <bool whole, class Which>
__device__ __forceinline__ Weights weights_at(Which which, const U* weights, A none, long long row, int place, int n) {
    if (!weights) return all_of(store<U>(static_cast<Compute<U>>(none)));
    if constexpr (whole) {
        return which.vector(weights, row, place);
    } else {
        Vector<U, length> own;
#pragma unroll
        for (int j = 0; j < length; ++j) own.at[j] = which.one(weights, row, min(max(place + j, 0), n - 1));
        return Weights::of(own);
    }
}

// The mean of a row that is kept is found from its distances to `origin`, its first element, so that a large mean takes
// no digits from it; then the squares of distances from the mean are added up. Rows that are whole vectors, like those
// of weights, are read without looking at each vector, and weights before they are needed.
template <bool whole, class Which>
__device__ __forceinline__ void normal_kept(Which which, const T* x, const U* weight, const U* bias, long long rows,
                                            int n, double eps, T* out, A* mean, A* factor) {
    const long long row = static_cast<long long>(blockIdx.x) * blockDim.y + threadIdx.y;
    const int lane = threadIdx.x, lanes = blockDim.x;
    const long long start = row < rows ? row * n : 0;
    const Row<const T> from(x + start, n, whole ? 0 : Row<T>::past_for(x + start, n));
    const Row<T> to(out + start, n, from.past);
    const int vectors = row < rows ? from.vectors() : 0;
    T first = store<T>(0);
    if (mean && vectors > 0) first = x[start];
    if (finite(load(first)) != load(first)) first = store<T>(0);
    const A origin = load(first), count = n == 0 ? A(1) : A(n);
    Elements read[kept];
    Weights scales[kept], shifts[kept];
#pragma unroll
    for (int k = 0; k < kept; ++k)
        if (lane + k * lanes < vectors) read[k] = read_row<whole>(from, lane + k * lanes, first);
    const auto read_weights = [&](int k) {
        const int place = (lane + k * lanes) * length - from.past;
        scales[k] = weights_at<whole>(which, weight, A(1), row, place, n);
        shifts[k] = weights_at<whole>(which, bias, -A(0), row, place, n);
    };
    if constexpr (whole && early)
#pragma unroll
        for (int k = 0; k < kept; ++k)
            if (lane + k * lanes < vectors) read_weights(k);
    A middle = 0;
    if (mean) {
        A sum[1] = {0};
#pragma unroll
        for (int k = 0; k < kept; ++k)
            if (lane + k * lanes < vectors) {
                Numbers values = read[k].numbers();
#pragma unroll
                for (int j = 0; j < length; ++j) values.at[j] -= origin;
                sum[0] += total(values);
            }
        sum_over_row<0>(sum);
        middle = origin + sum[0] / count;
    }
    A squares[1] = {0};
#pragma unroll
    for (int k = 0; k < kept; ++k)
        if (lane + k * lanes < vectors) {
            Numbers values = read[k].numbers();
#pragma unroll
            for (int j = 0; j < length; ++j) {
                const A apart = values.at[j] - middle;
                values.at[j] = apart * apart;
            }
            squares[0] += total(values);
        }
    sum_over_row<1>(squares);
    if (!whole) squares[0] -= (origin - middle) * (origin - middle) * A(vectors * length - n);  // read beside the row
    const A scale = inverse_root(squares[0] / count + static_cast<A>(eps));
    if (row < rows && lane == 0) {
        if (mean) mean[row] = middle;
        factor[row] = scale;
    }
    Vector<T, length> results[kept];
#pragma unroll
    for (int k = 0; k < kept; ++k) {
        if (!(whole && early) && lane + k * lanes < vectors) read_weights(k);
        Numbers values = read[k].numbers();
        const auto weights = scales[k].numbers(), shift = shifts[k].numbers();
#pragma unroll
        for (int j = 0; j < length; ++j) {
            const A normal = (values.at[j] - middle) * scale;
            values.at[j] = normal * static_cast<A>(weights.at[j]) + static_cast<A>(shift.at[j]);
        }
        results[k] = store_all<T>(values);
    }
    write_row<whole>(to, lane, lanes, vectors, results);
}

template <class Which>
__device__ __forceinline__ void normal_kept(Which which, const T* x, const U* weight, const U* bias, long long rows,
                                            int n, double eps, T* out, A* mean, A* factor) {
    const bool whole = n % length == 0 && misalignment(x) == 0 && misalignment(out) == 0;
    if (whole && which.by_vectors(weight) && which.by_vectors(bias))
        normal_kept<true>(which, x, weight, bias, rows, n, eps, out, mean, factor);
    else
        normal_kept<false>(which, x, weight, bias, rows, n, eps, out, mean, factor);
}

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
            for (const A value : numbers(read.values).at) squares += value * value;
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

KERNEL(256, 3) norm_rows(const T* x, const U* weight, const U* bias, long long rows, int columns, double eps, T* out,
                         Compute<T>* mean, Compute<T>* factor) {
    normal_kept(ByPlace(), x, weight, bias, rows, columns, eps, out, mean, factor);
}

KERNEL(512, 2) norm_long(const T* x, const U* weight, const U* bias, long long rows, long long columns, double eps,
                         T* out, Compute<T>* mean, Compute<T>* factor) {
    if (mean) normal_rows<true>(Block(), ByPlace(), x, weight, bias, rows, columns, eps, out, mean, factor);
    else normal_rows<false>(Block(), ByPlace(), x, weight, bias, rows, columns, eps, out, mean, factor);
}

KERNEL(256, 3) group_norm_rows(const T* x, const U* weight, const U* bias, int groups, int channels, int inner,
                               long long rows, double eps, T* out, Compute<T>* mean, Compute<T>* factor) {
    normal_kept(ByChannel{groups, channels, inner}, x, weight, bias, rows, channels * inner, eps, out, mean, factor);
}

KERNEL(512, 2) group_norm_long(const T* x, const U* weight, const U* bias, int groups, int channels, int inner,
                               long long rows, double eps, T* out, Compute<T>* mean, Compute<T>* factor) {
    normal_rows<true>(Block(), ByChannel{groups, channels, inner}, x, weight, bias, rows,
                      static_cast<long long>(channels) * inner, eps, out, mean, factor);
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

// The same of rows that are kept.
template <bool whole, class Which>
__device__ __forceinline__ void slopes_kept(Which which, const T* g, const T* x, const U* weight, const A* mean,
                                            const A* factor, long long rows, int n, T* out) {
    const long long row = static_cast<long long>(blockIdx.x) * blockDim.y + threadIdx.y;
    const int lane = threadIdx.x, lanes = blockDim.x;
    const long long start = row < rows ? row * n : 0;
    const Row<const T> from(x + start, n, whole ? 0 : Row<T>::past_for(x + start, n)), grads(g + start, n, from.past);
    const Row<T> to(out + start, n, from.past);
    const int vectors = row < rows ? from.vectors() : 0;
    Elements values[kept], slopes[kept];
    Weights weights[kept];
    const auto read_weights = [&](int k) {
        weights[k] = weights_at<whole>(which, weight, A(1), row, (lane + k * lanes) * length - from.past, n);
    };
#pragma unroll
    for (int k = 0; k < kept; ++k)
        if (lane + k * lanes < vectors) {
            values[k] = read_row<whole>(from, lane + k * lanes, store<T>(0));
            slopes[k] = read_row<whole>(grads, lane + k * lanes, store<T>(0));
        }
    if constexpr (whole && early)
#pragma unroll
        for (int k = 0; k < kept; ++k)
            if (lane + k * lanes < vectors) read_weights(k);
    const A middle = mean && row < rows ? mean[row] : A(0), scale = row < rows ? factor[row] : A(0);
    A sums[2] = {0, 0};
#pragma unroll
    for (int k = 0; k < kept; ++k)
        if (lane + k * lanes < vectors) {
            if (!(whole && early)) read_weights(k);
            Numbers normal = values[k].numbers(), slope = slopes[k].numbers();
            const auto own = weights[k].numbers();
#pragma unroll
            for (int j = 0; j < length; ++j) {
                slope.at[j] *= static_cast<A>(own.at[j]);
                normal.at[j] = (normal.at[j] - middle) * scale * slope.at[j];
            }
            sums[0] += total(slope);
            sums[1] += total(normal);
        }
    sum_over_row<0>(sums);
    const A first = mean ? sums[0] / A(n) : A(0), second = sums[1] / A(n);
    Vector<T, length> results[kept];
#pragma unroll
    for (int k = 0; k < kept; ++k) {
        if (!(whole && early) && lane + k * lanes < vectors) read_weights(k);
        Numbers normal = values[k].numbers();
        const Numbers slope = slopes[k].numbers();
        const auto own = weights[k].numbers();
#pragma unroll
        for (int j = 0; j < length; ++j) {
            normal.at[j] = (normal.at[j] - middle) * scale;
            normal.at[j] = (slope.at[j] * static_cast<A>(own.at[j]) - (normal.at[j] * second + first)) * scale;
        }
        results[k] = store_all<T>(normal);
    }
    write_row<whole>(to, lane, lanes, vectors, results);
}

template <class Which>
__device__ __forceinline__ void slopes_kept(Which which, const T* g, const T* x, const U* weight, const A* mean,
                                            const A* factor, long long rows, int n, T* out) {
    const bool aligned = misalignment(x) == 0 && misalignment(g) == 0 && misalignment(out) == 0;
    if (n % length == 0 && aligned && which.by_vectors(weight))
        slopes_kept<true>(which, g, x, weight, mean, factor, rows, n, out);
    else
        slopes_kept<false>(which, g, x, weight, mean, factor, rows, n, out);
}

KERNEL(256, early ? 3 : 2) norm_slopes_rows(const T* g, const T* x, const U* weight, const Compute<T>* mean,
                                            const Compute<T>* factor, long long rows, int columns, T* out) {
    slopes_kept(ByPlace(), g, x, weight, mean, factor, rows, columns, out);
}

KERNEL(512, 2) norm_slopes_long(const T* g, const T* x, const U* weight, const Compute<T>* mean,
                                const Compute<T>* factor, long long rows, long long columns, T* out) {
    if (mean) row_slopes<true>(Block(), ByPlace(), g, x, weight, mean, factor, rows, columns, out);
    else row_slopes<false>(Block(), ByPlace(), g, x, weight, mean, factor, rows, columns, out);
}

KERNEL(256, 2) group_norm_slopes_rows(const T* g, const T* x, const U* weight, const Compute<T>* mean,
                                      const Compute<T>* factor, int groups, int channels, int inner, long long rows,
                                      T* out) {
    slopes_kept(ByChannel{groups, channels, inner}, g, x, weight, mean, factor, rows, channels * inner, out);
}

KERNEL(512, 1) group_norm_slopes_long(const T* g, const T* x, const U* weight, const Compute<T>* mean,
                                      const Compute<T>* factor, int groups, int channels, int inner, long long rows,
                                      T* out) {
    row_slopes<true>(Block(), ByChannel{groups, channels, inner}, g, x, weight, mean, factor, rows,
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

// What a thread reads of a row.
template <int k> struct NormalRow {
    Packed<T, k> values, slopes;
    A middle, scale;
};

// A thread has k neighbouring columns of every blockDim.y-th row of its chunk.
template <int k, bool aligned>
__device__ __forceinline__ void sums_of_columns(const T* __restrict__ g, const T* __restrict__ x,
                                                const A* __restrict__ mean, const A* __restrict__ factor,
                                                long long rows, long long columns, A* partial, U* grad_weight,
                                                U* grad_bias) {
    const long long first = (static_cast<long long>(blockIdx.x) * blockDim.x + threadIdx.x) * k;
    Pair<A> own[k] = {};
    if (first < columns) {
        const auto read = [&](unsigned row) {
            const long long at = row * columns + first;
            const A middle = (mean ? mean : factor)[row];  // a load that needs no branch
            return NormalRow<k>{
                read_if<k>(x + at, aligned), read_if<k>(g + at, aligned), mean ? middle : A(0), factor[row]};
        };
        const unsigned begin = static_cast<unsigned>(rows * blockIdx.y / gridDim.y);
        const unsigned end = static_cast<unsigned>(rows * (blockIdx.y + 1) / gridDim.y);
        in_batches<2 * ahead>(begin + threadIdx.y, end, blockDim.y, read, [&](const NormalRow<k>& read) {
            const auto values = read.values.numbers(), slopes = read.slopes.numbers();
            for (int i = 0; i < k; ++i)
                own[i].join({slopes.at[i], slopes.at[i] * ((values.at[i] - read.middle) * read.scale)});
        });
    }
    join_rows<k>(own);
    if (threadIdx.y != 0 || first >= columns) return;
    for (int i = 0; i < k; ++i) {
        if (partial) reinterpret_cast<Pair<A>*>(partial)[blockIdx.y * columns + first + i] = own[i];
        else keep(own[i], first + i, grad_weight, grad_bias);
    }
}

KERNEL(256) column_sums(const T* __restrict__ g, const T* __restrict__ x, const Compute<T>* __restrict__ mean,
                        const Compute<T>* __restrict__ factor, long long rows, long long columns, Compute<T>* partial,
                        U* grad_weight, U* grad_bias) {
    constexpr int length = sizeof(T) == 8 ? 1 : vector_length<T>;
    if (columns % length != 0)
        sums_of_columns<1, false>(g, x, mean, factor, rows, columns, partial, grad_weight, grad_bias);
    else if (misalignment(x) == 0 && misalignment(g) == 0)
        sums_of_columns<length, true>(g, x, mean, factor, rows, columns, partial, grad_weight, grad_bias);
    else
        sums_of_columns<length, false>(g, x, mean, factor, rows, columns, partial, grad_weight, grad_bias);
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
