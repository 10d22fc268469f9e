// Losses: of a block's rows each, summed within the block; of several blocks by total(), in their order.
#include "teams.cuh"

using A = Compute<T>;

__device__ __forceinline__ float exponential(float x) { return expf(x); }
__device__ __forceinline__ double exponential(double x) { return exp(x); }
__device__ __forceinline__ float logarithm(float x) { return logf(x); }
__device__ __forceinline__ double logarithm(double x) { return log(x); }

constexpr int no_reduction = 0, mean_reduction = 1;

// Where a loss and the weight it counts by end: the sums of a block in its place, or the result if it is the only one.
__device__ __forceinline__ void finish(A loss, A weight, int reduction, A* partial, T* out) {
    loss = over_block<Sum>(loss, A(0));
    weight = over_block<Sum>(weight, A(0));
    if (threadIdx.x != 0) return;
    if (partial) {
        partial[2 * blockIdx.x] = loss;
        partial[2 * blockIdx.x + 1] = weight;
    } else {
        *out = store<T>(reduction == mean_reduction ? loss / weight : loss);
    }
}

KERNEL(256) total(const Compute<T>* partial, int count, int reduction, T* out) {
    A loss = 0, weight = 0;
    for (int i = threadIdx.x; i < count; i += blockDim.x) {
        loss += partial[2 * i];
        weight += partial[2 * i + 1];
    }
    finish(loss, weight, reduction, nullptr, out);
}

KERNEL(1024) mse(const T* x, const T* y, long long n, int reduction, Compute<T>* partial, T* out) {
    A sum = 0;
    constexpr int length = vector_length<T>;
    const bool aligned = misalignment(x) == 0 && misalignment(y) == 0;
    const long long whole = aligned ? n / length : 0;
    for (long long v = global_thread(); v < whole; v += global_threads()) {
        const auto a = loaded<length>(x + v * length), b = loaded<length>(y + v * length);
        for (int k = 0; k < length; ++k) sum += (a.at[k] - b.at[k]) * (a.at[k] - b.at[k]);
    }
    for (long long i = whole * length + global_thread(); i < n; i += global_threads()) {
        const A apart = load(x[i]) - load(y[i]);
        sum += apart * apart;
    }
    // What the mean is divided by is counted once.
    finish(sum, blockIdx.x == 0 && threadIdx.x == 0 ? static_cast<A>(n) : A(0), reduction, partial, out);
}

KERNEL(256) mse_each(const T* x, const T* y, long long n, T* out) {
    constexpr int length = vector_length<T>;
    const bool aligned = misalignment(x) == 0 && misalignment(y) == 0;
    const long long whole = aligned ? n / length : 0;
    for (long long v = global_thread(); v < whole; v += global_threads()) {
        auto a = loaded<length>(x + v * length);
        const auto b = loaded<length>(y + v * length);
        for (int k = 0; k < length; ++k) a.at[k] = (a.at[k] - b.at[k]) * (a.at[k] - b.at[k]);
        stored<length>(out + v * length, a);
    }
    for (long long i = whole * length + global_thread(); i < n; i += global_threads()) {
        const A apart = load(x[i]) - load(y[i]);
        out[i] = store<T>(apart * apart);
    }
}

// Classes --------------------------------------------------------------------------------------------------------

// Rows of classes: row r begins at r / inner * inner * classes + r % inner, and goes on in steps of `inner`. A target
// that is no class, which checks find before, gives nan and touches nothing.
struct Rows {
    long long rows;
    long long inner;
    long long classes;
    long long ignored;
    __device__ __forceinline__ long long start(long long row) const {
        return inner == 1 ? row * classes : row / inner * inner * classes + row % inner;
    }
    __device__ __forceinline__ bool is_class(long long target) const { return target >= 0 && target < classes; }
};

__device__ __forceinline__ A weight_of(const Rows& all, long long target, const A* weight) {
    if (target == all.ignored) return 0;
    return weight && all.is_class(target) ? weight[target] : A(1);
}

__device__ __forceinline__ A not_a_number() { return A(0) / (A(0) * A(0)); }

KERNEL(256) nll(const T* x, const long long* target, const Compute<T>* weight, long long rows, long long inner,
                long long classes, long long ignored, int reduction, Compute<T>* partial, T* out) {
    const Rows all = {rows, inner, classes, ignored};
    A losses = 0, weights = 0;
    for (long long row = global_thread(); row < rows; row += global_threads()) {
        const long long t = target[row];
        const A w = weight_of(all, t, weight);
        A loss = 0;
        if (t != ignored) loss = all.is_class(t) ? -load(x[all.start(row) + t * inner]) * w : not_a_number();
        if (reduction == no_reduction) out[row] = store<T>(loss);
        losses += loss;
        weights += w;
    }
    if (reduction != no_reduction) finish(losses, weights, reduction, partial, out);
}

// The sum of exponentials of numbers as they come, over that of the greatest so far: one pass over a row. After Milakov
// and Gimelshein, "Online normalizer calculation for softmax" (arXiv:1805.02867).
struct Exponentials {
    A greatest = sizeof(A) == 4 ? A(-3.402823466e38f) : A(-1.7976931348623157e308);
    A sum = 0;
    template <int k> __device__ __forceinline__ void add(const Vector<A, k>& x) {
        A most = x.at[0];
        for (int i = 1; i < k; ++i) most = x.at[i] > most ? x.at[i] : most;
        if (most > greatest) {
            sum *= exponential(greatest - most);
            greatest = most;
        }
        for (int i = 0; i < k; ++i) sum += exponential(x.at[i] - greatest);
    }
    template <class Team> __device__ __forceinline__ void over(Team team) {
        const A most = team.template over<Greatest>(greatest, greatest);
        sum = team.template over<Sum>(sum * exponential(greatest - most), A(0));
        greatest = most;
    }
};

// Of a loss, and the logarithms of all classes added up: a part of each class, and what is left to the target.
__device__ __forceinline__ A smoothed(A loss, A spread, double part, long long classes) {
    return loss * static_cast<A>(1 - part * static_cast<double>(classes)) - spread * static_cast<A>(part);
}

template <class Team>
__device__ __forceinline__ void class_losses(Team team, const Rows& all, const T* x, const long long* target,
                                             const A* weight, double part, int reduction, A* partial, T* out) {
    A losses = 0, weights = 0;
    for (long long base = static_cast<long long>(blockIdx.x) * team.count(); base < all.rows;
         base += static_cast<long long>(gridDim.x) * team.count()) {
        const long long row = base + team.index();
        const bool exists = row < all.rows;
        const T* const from = x + (exists ? row * all.classes : 0);
        const long long n = exists ? all.classes : 0;
        Exponentials e;
        over_row_ahead<2>(team, from, n, true, ReadRow<T>{from}, [&](const auto& read) { e.add(numbers(read.values)); });
        e.over(team);
        const A log_sum = logarithm(e.sum);
        A spread = 0;
        if (part != 0) {
#pragma unroll 1
            for (long long i = team.rank(); i < n; i += threads_of(team))
                spread += (load(from[i]) - e.greatest - log_sum) * (weight ? weight[i] : A(1));
            spread = team.template over<Sum>(spread, A(0));
        }
        if (!exists || team.rank() != 0) continue;
        const long long t = target[row];
        const A w = weight_of(all, t, weight);
        A loss = 0;
        if (t != all.ignored) {
            loss = all.is_class(t) ? -(load(from[t]) - e.greatest - log_sum) * w : not_a_number();
            if (part != 0) loss = smoothed(loss, spread, part, all.classes);
        }
        if (reduction == no_reduction) out[row] = store<T>(loss);
        losses += loss;
        weights += w;
    }
    if (reduction != no_reduction) finish(losses, weights, reduction, partial, out);
}

KERNEL(256) cross_entropy_lanes(const T* x, const long long* target, const Compute<T>* weight, long long rows,
                                long long classes, long long ignored, double part, int reduction, int lanes,
                                Compute<T>* partial, T* out) {
    class_losses(Lanes{lanes}, Rows{rows, 1, classes, ignored}, x, target, weight, part, reduction, partial, out);
}

KERNEL(256) cross_entropy_block(const T* x, const long long* target, const Compute<T>* weight, long long rows,
                                long long classes, long long ignored, double part, int reduction,
                                Compute<T>* partial, T* out) {
    class_losses(Block{}, Rows{rows, 1, classes, ignored}, x, target, weight, part, reduction, partial, out);
}

// A thread a row: of neighbouring rows the same class lies together.
__device__ __forceinline__ Exponentials exponentials_of(const Rows& all, const T* from) {
    Exponentials e;
    for (long long c = 0; c < all.classes; ++c) e.add(Vector<A, 1>{{load(from[c * all.inner])}});
    return e;
}

KERNEL(256) cross_entropy_columns(const T* x, const long long* target, const Compute<T>* weight, long long rows,
                                  long long inner, long long classes, long long ignored, double part, int reduction,
                                  Compute<T>* partial, T* out) {
    const Rows all = {rows, inner, classes, ignored};
    A losses = 0, weights = 0;
    for (long long row = global_thread(); row < rows; row += global_threads()) {
        const long long t = target[row];
        const A w = weight_of(all, t, weight);
        A loss = 0;
        if (t != ignored) {
            const T* const from = x + all.start(row);
            const Exponentials e = exponentials_of(all, from);
            const A log_sum = logarithm(e.sum);
            loss = all.is_class(t) ? -(load(from[t * inner]) - e.greatest - log_sum) * w : not_a_number();
            if (part != 0) {
                A spread = 0;
                for (long long c = 0; c < classes; ++c)
                    spread += (load(from[c * inner]) - e.greatest - log_sum) * (weight ? weight[c] : A(1));
                loss = smoothed(loss, spread, part, classes);
            }
        }
        if (reduction == no_reduction) out[row] = store<T>(loss);
        losses += loss;
        weights += w;
    }
    if (reduction != no_reduction) finish(losses, weights, reduction, partial, out);
}

// The gradient of cross entropy ------------------------------------------------------------------------------------

// How much all targets count together: the sum of each block, in `partial`.
KERNEL(256) target_weights(const long long* target, const Compute<T>* weight, long long rows, long long classes,
                           long long ignored, Compute<T>* partial) {
    const Rows all = {rows, 1, classes, ignored};
    A sum = 0;
    for (long long row = global_thread(); row < rows; row += global_threads()) sum += weight_of(all, target[row], weight);
    sum = over_block<Sum>(sum, A(0));
    if (threadIdx.x == 0) partial[blockIdx.x] = sum;
}

// What the slopes of all rows have in common.
struct Slopes {
    A part;           // of what is spread over the classes, one's
    A rest;           // what is left to the target
    A classes;        // the weights of all classes
    A total;          // that of all targets, which the mean is divided by; else 1
    __device__ __forceinline__ Slopes(const Rows& all, const long long* target, const A* weight, double part,
                                      int reduction, const A* partial, int partials)
        : part(static_cast<A>(part)),
          rest(static_cast<A>(1 - part * static_cast<double>(all.classes))),
          classes(static_cast<A>(all.classes)),
          total(1) {
        if (part != 0 && weight) {
            A sum = 0;
            for (long long c = threadIdx.x; c < all.classes; c += blockDim.x) sum += weight[c];
            classes = over_block<Sum>(sum, A(0));
        }
        if (reduction == mean_reduction) {
            A sum = 0;
            if (partial)
                for (int i = threadIdx.x; i < partials; i += blockDim.x) sum += partial[i];
            else
                for (long long i = threadIdx.x; i < all.rows; i += blockDim.x) sum += weight_of(all, target[i], weight);
            total = over_block<Sum>(sum, A(0));
        }
    }
};

// The slopes of one row: along class c `(exp(x - greatest) * factor - weight * part - (is target) * target) * scale`.
struct RowSlopes {
    A factor, target, scale;
    __device__ __forceinline__ RowSlopes(const Slopes& s, const Exponentials& e, A weight, A grad)
        : factor((s.rest * weight + s.part * s.classes) / e.sum), target(s.rest * weight), scale(grad / s.total) {}
    __device__ __forceinline__ A at(A x, A greatest, A spread, bool is_target) const {
        return (exponential(x - greatest) * factor - spread - (is_target ? target : A(0))) * scale;
    }
};

template <class Team>
__device__ __forceinline__ void class_slopes(Team team, const Rows& all, const T* grad, const T* x,
                                             const long long* target, const A* weight, double part, int reduction,
                                             const A* partial, int partials, T* out) {
    const Slopes slopes(all, target, weight, part, reduction, partial, partials);
    const bool together = (misalignment(x) == misalignment(out));
    for (long long base = static_cast<long long>(blockIdx.x) * team.count(); base < all.rows;
         base += static_cast<long long>(gridDim.x) * team.count()) {
        const long long row = base + team.index();
        const bool exists = row < all.rows;
        const long long start = exists ? row * all.classes : 0, n = exists ? all.classes : 0;
        const long long t = exists ? target[row] : all.ignored;
        const T* const from = x + start;
        T* const to = out + start;
        Exponentials e;
        over_row_ahead<2>(team, from, n, together, ReadRow<T>{from},
                          [&](const auto& read) { e.add(numbers(read.values)); });
        e.over(team);
        const A own = load(grad[reduction == no_reduction && exists ? row : 0]);
        const RowSlopes slope(slopes, e, weight_of(all, t, weight), own);
        over_row_ahead<2>(team, from, n, together, ReadRow<T>{from}, [&](const auto& read) {
            auto values = numbers(read.values);
            constexpr int count = sizeof(values) / sizeof(A);
            for (int j = 0; j < count; ++j) {
                const A spread = part != 0 ? slopes.part * (weight ? weight[read.at + j] : A(1)) : A(0);
                const A value = slope.at(values.at[j], e.greatest, spread, read.at + j == t);
                values.at[j] = t == all.ignored ? A(0) : value;
            }
            stored(to + read.at, values);
        });
    }
}

constexpr int blocks_for_doubles = sizeof(T) == 8 ? 3 : 0;  // a multiprocessor's, or any: doubles need registers
KERNEL(256, blocks_for_doubles) cross_entropy_backward_lanes(const T* grad, const T* x, const long long* target, const Compute<T>* weight,
                                         long long rows, long long classes, long long ignored, double part,
                                         int reduction, const Compute<T>* partial, int partials, int lanes, T* out) {
    class_slopes(Lanes{lanes}, Rows{rows, 1, classes, ignored}, grad, x, target, weight, part, reduction, partial,
                 partials, out);
}

KERNEL(256, 3) cross_entropy_backward_block(const T* grad, const T* x, const long long* target, const Compute<T>* weight,
                                         long long rows, long long classes, long long ignored, double part,
                                         int reduction, const Compute<T>* partial, int partials, T* out) {
    class_slopes(Block{}, Rows{rows, 1, classes, ignored}, grad, x, target, weight, part, reduction, partial,
                 partials, out);
}

KERNEL(256) cross_entropy_backward_columns(const T* grad, const T* x, const long long* target, const Compute<T>* weight,
                                           long long rows, long long inner, long long classes, long long ignored,
                                           double part, int reduction, const Compute<T>* partial, int partials,
                                           T* out) {
    const Rows all = {rows, inner, classes, ignored};
    const Slopes slopes(all, target, weight, part, reduction, partial, partials);
    for (long long row = global_thread(); row < rows; row += global_threads()) {
        const long long t = target[row], start = all.start(row);
        const T* const from = x + start;
        const Exponentials e = exponentials_of(all, from);
        const RowSlopes slope(slopes, e, weight_of(all, t, weight), load(grad[reduction == no_reduction ? row : 0]));
        for (long long c = 0; c < classes; ++c) {
            const A spread = part != 0 ? slopes.part * (weight ? weight[c] : A(1)) : A(0);
            const A value = slope.at(load(from[c * inner]), e.greatest, spread, c == t);
            out[start + c * inner] = store<T>(t == ignored ? A(0) : value);
        }
    }
}
