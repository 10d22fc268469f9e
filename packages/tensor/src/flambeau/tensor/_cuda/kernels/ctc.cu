// Connectionist temporal classification: a block for each sample, its threads spread over the labels: the classes of the
// target with blanks around all of them. After Graves et al. 2006, section 4.1, in logarithms.
#include "blocks.cuh"

using A = Compute<T>;

__device__ __forceinline__ float logarithm(float x) { return logf(x); }
__device__ __forceinline__ double logarithm(double x) { return log(x); }
__device__ __forceinline__ float exponential(float x) { return expf(x); }
__device__ __forceinline__ double exponential(double x) { return exp(x); }
__device__ __forceinline__ float successor_logarithm(float x) { return log1pf(x); }
__device__ __forceinline__ double successor_logarithm(double x) { return log1p(x); }

__device__ __forceinline__ A never() { return -A(__int_as_float(0x7f800000)); }

__device__ __forceinline__ A log_add(A a, A b) {
    const A most = a > b || a != a ? a : b, least = a > b || a != a ? b : a;
    return most == never() ? most : most + successor_logarithm(exponential(least - most));
}

// One sample.
struct Sample {
    const T* logs;             // of its classes at step 0
    const long long* targets;  // its row of them
    long long step;            // from one step to the next
    long long steps, length;
    long long classes, blank;
    __device__ __forceinline__ long long label(int s) const { return s % 2 ? targets[s / 2] : blank; }
    __device__ __forceinline__ bool skips(int s) const { return s % 2 && s >= 3 && targets[s / 2] != targets[s / 2 - 1]; }
    // A class that is none, which checks find, has no probability.
    __device__ __forceinline__ A emitted(long long t, int s) const {
        const long long c = label(s);
        return c >= 0 && c < classes ? load(logs[t * step + c]) : never();
    }
};

__device__ __forceinline__ long long within(long long n, long long most) { return n < 0 ? 0 : n > most ? most : n; }

__device__ __forceinline__ Sample sample_of(const T* logs, const long long* targets, const long long* input_lengths,
                                            const long long* target_lengths, long long samples, long long classes,
                                            long long steps, int length, long long blank) {
    const long long n = blockIdx.x;
    return {logs + n * classes, targets + n * length, samples * classes, within(input_lengths[n], steps),
            within(target_lengths[n], length), classes, blank};
}

KERNEL(256) ctc(const T* logs, const long long* targets, const long long* input_lengths, const long long* target_lengths,
                long long samples, long long classes, long long steps, int length, long long blank, T* out,
                Compute<T>* alphas) {
    const Sample own = sample_of(logs, targets, input_lengths, target_lengths, samples, classes, steps, length, blank);
    const int labels = 2 * length + 1;
    A* const alpha = alphas + static_cast<long long>(blockIdx.x) * labels;
    for (long long t = 0; t < steps; ++t) {
        A* const now = alpha + t * samples * labels;
        const A* const before = now - samples * labels;
        for (int s = threadIdx.x; s < labels; s += blockDim.x) {
            A reached = t > 0 ? before[s] : s < 2 ? A(0) : never();
            if (t < own.steps) {
                if (t > 0) {
                    if (s >= 1) reached = log_add(reached, before[s - 1]);
                    if (own.skips(s)) reached = log_add(reached, before[s - 2]);
                }
                reached += own.emitted(t, s);
            } else if (t == 0) {
                reached = never();
            }
            now[s] = reached;
        }
        __syncthreads();
    }
    if (threadIdx.x != 0) return;
    A total = own.length == 0 ? A(0) : never();
    if (own.steps > 0) {
        const A* const ends = alpha + (steps - 1) * samples * labels;
        total = log_add(ends[2 * own.length], own.length > 0 ? ends[2 * own.length - 1] : never());
    }
    out[blockIdx.x] = store<T>(-total);
}

// `betas` has two rows of labels for each sample, `shares` one, and `later` the next place of the same class in the target:
// 0 for none, negative (less 1) where it is not the first.
KERNEL(256, 4) ctc_backward(const T* grad, const T* logs, const long long* targets, const long long* input_lengths,
                         const long long* target_lengths, long long samples, long long classes, long long steps,
                         int length, long long blank, const T* loss, const Compute<T>* alphas, Compute<T>* betas,
                         int* later, T* out) {
    const Sample own = sample_of(logs, targets, input_lengths, target_lengths, samples, classes, steps, length, blank);
    const long long n = blockIdx.x;
    const int labels = 2 * length + 1;
    const A nll = load(loss[n]);
    const bool finite = nll - nll == 0;
    const A scale = finite ? -load(grad[n]) : A(0);
    A* const rows = betas + n * 3 * labels;
    A* const shares = rows + 2 * labels;
    int* const next = later + n * length;
    for (int j = threadIdx.x; j < length; j += blockDim.x) {
        const long long c = own.targets[j];
        int following = 0;
        for (int i = length - 1; i > j; --i)
            if (own.targets[i] == c) following = i;
        bool first = c != blank;
        for (int i = 0; i < j; ++i) first = first && own.targets[i] != c;
        next[j] = first ? following : -following - 1;
    }
    const long long last = 2 * own.length;
    for (long long t = steps - 1; t >= 0; --t) {
        const bool active = finite && t < own.steps;
        A* const now = rows + (t % 2) * labels;
        const A* const after = rows + ((t + 1) % 2) * labels;
        const A* const alpha = alphas + (t * samples + n) * labels;
        T* const to = out + (t * samples + n) * classes;
        for (long long c = threadIdx.x; c < classes; c += blockDim.x) to[c] = store<T>(A(0));
        if (!active) continue;  // the same for all threads
        A blanks = 0;
        for (int s = threadIdx.x; s < labels; s += blockDim.x) {
            A on = s == last || s == last - 1 ? A(0) : never();
            if (t + 1 < own.steps) {
                on = after[s] + own.emitted(t + 1, s);
                if (s + 1 < labels) on = log_add(on, after[s + 1] + own.emitted(t + 1, s + 1));
                if (s + 2 < labels && own.skips(s + 2)) on = log_add(on, after[s + 2] + own.emitted(t + 1, s + 2));
            }
            now[s] = on;
            const A share = exponential(alpha[s] + on + nll) * scale;
            shares[s] = share;
            if (own.label(s) == blank) blanks += share;
        }
        blanks = over_block<Sum>(blanks, A(0));  // after which the others' shares are there too
        if (threadIdx.x == 0) to[blank] = store<T>(blanks);
        for (int j = threadIdx.x; j < length; j += blockDim.x) {
            if (next[j] < 0 || own.targets[j] < 0 || own.targets[j] >= classes) continue;
            A sum = shares[2 * j + 1];
            for (int i = next[j]; i != 0; i = next[i] < 0 ? -next[i] - 1 : next[i]) sum += shares[2 * i + 1];
            to[own.targets[j]] = store<T>(sum);
        }
        __syncthreads();
    }
}
