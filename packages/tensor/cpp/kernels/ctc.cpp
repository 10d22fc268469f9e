// The forward and backward variables of Graves et al. 2006, in logarithms, one sample to a chunk.
#include "flambeau/ctc.hpp"

#include "flambeau/math/exponential.hpp"
#include "flambeau/math/power.hpp"
#include "flambeau/memory.hpp"
#include "flambeau/scalar.hpp"
#include "flambeau/threads.hpp"

namespace flambeau::FLAMBEAU_ISA {
namespace {

template <class T>
constexpr T Never = -__builtin_huge_val();

// One target between blanks.
struct Labels {
    const std::int64_t* target;
    std::ptrdiff_t blank, count;

    FLAMBEAU_INLINE std::ptrdiff_t operator[](std::ptrdiff_t s) const { return s % 2 ? target[s / 2] : blank; }
    // Whether a step may go from s - 2 to s.
    FLAMBEAU_INLINE bool skips(std::ptrdiff_t s) const { return s % 2 && s > 2 && target[s / 2] != target[s / 2 - 1]; }
};

// log(e^a + e^b + e^c), element by element.
template <class T>
void add_three(const T* a, const T* b, const T* c, std::ptrdiff_t n, T* __restrict out) {
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        const T top = scalar::maximum(scalar::maximum(a[i], b[i]), c[i]);
        const T shift = scalar::select(top == Never<T>, T(0), top);
        const T sum = math::exp(a[i] - shift) + math::exp(b[i] - shift) + math::exp(c[i] - shift);
        out[i] = math::log(sum) + shift;
    }
}

// What one sample has of everything.
template <class T>
struct Sample {
    const T* logs;
    T* alphas;
    std::ptrdiff_t steps, width, log_step, alpha_step;
    Labels labels;

    Sample(const Ctc& ctc, std::ptrdiff_t n)
        : logs(static_cast<const T*>(ctc.logs) + n * ctc.classes),
          alphas(static_cast<T*>(ctc.alphas) + n * (2 * ctc.length + 1)), steps(ctc.input_lengths[n]),
          width(2 * ctc.length + 1), log_step(ctc.samples * ctc.classes), alpha_step(ctc.samples * width),
          labels{ctc.targets + n * ctc.length, ctc.blank, 2 * ctc.target_lengths[n] + 1} {}
};

template <class T>
void forward(const Ctc& ctc) {
    parallel(ctc.samples, 1, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
        for (std::ptrdiff_t n = begin; n < end; ++n) {
            const Sample<T> sample(ctc, n);
            const Labels labels = sample.labels;
            const std::ptrdiff_t width = sample.width;
            T total = labels.count == 1 ? T(0) : Never<T>;
            for (std::ptrdiff_t t = 0; t < ctc.steps; ++t) {
                T* alpha = sample.alphas + t * sample.alpha_step;
                const T *before = alpha - sample.alpha_step, *logs = sample.logs + t * sample.log_step;
                if (t >= sample.steps) {
                    for (std::ptrdiff_t s = 0; s < width; ++s) alpha[s] = t == 0 ? Never<T> : before[s];
                    continue;
                }
                for (std::ptrdiff_t s = 0; s < width; ++s) alpha[s] = Never<T>;
                if (t == 0) {
                    for (std::ptrdiff_t s = 0; s < labels.count && s < 2; ++s) alpha[s] = logs[labels[s]];
                } else {
                    constexpr std::ptrdiff_t tile = 256;
                    for (std::ptrdiff_t first = 0; first < labels.count; first += tile) {
                        T one[tile], two[tile];
                        const std::ptrdiff_t m = labels.count - first < tile ? labels.count - first : tile;
                        for (std::ptrdiff_t i = 0; i < m; ++i) {
                            const std::ptrdiff_t s = first + i;
                            one[i] = s > 0 ? before[s - 1] : Never<T>;
                            two[i] = labels.skips(s) ? before[s - 2] : Never<T>;
                        }
                        add_three(before + first, one, two, m, alpha + first);
                        for (std::ptrdiff_t i = 0; i < m; ++i) alpha[first + i] += logs[labels[first + i]];
                    }
                }
                if (t == sample.steps - 1) {
                    const T last = alpha[labels.count - 1], never = Never<T>;
                    const T other = labels.count > 1 ? alpha[labels.count - 2] : never;
                    add_three(&last, &other, &never, 1, &total);
                }
            }
            static_cast<T*>(ctc.losses)[n] = -total;
        }
    });
}

template <class T>
bool backward(const Ctc& ctc) {
    const std::ptrdiff_t width = 2 * ctc.length + 1;
    const Scratch scratch(static_cast<std::size_t>(ctc.samples * 4 * width) * sizeof(T) + sizeof(T));
    if (scratch.data == nullptr) return false;
    parallel(ctc.samples, 1, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
        for (std::ptrdiff_t n = begin; n < end; ++n) {
            const Sample<T> sample(ctc, n);
            const Labels labels = sample.labels;
            T *beta = static_cast<T*>(scratch.data) + n * 4 * width, *after = beta + width, *one = after + width,
              *two = one + width;
            const T loss = static_cast<const T*>(ctc.losses)[n], grad = static_cast<const T*>(ctc.grad)[n];
            for (std::ptrdiff_t t = ctc.steps - 1; t >= 0; --t) {
                T* out = static_cast<T*>(ctc.out) + n * ctc.classes + t * sample.log_step;
                for (std::ptrdiff_t c = 0; c < ctc.classes; ++c) out[c] = 0;
                if (t >= sample.steps || !(loss < -Never<T>)) continue;
                // beta: the ways on from s after this step.
                if (t == sample.steps - 1) {
                    for (std::ptrdiff_t s = 0; s < labels.count; ++s) beta[s] = s + 2 < labels.count ? Never<T> : T(0);
                } else {
                    const T* logs = sample.logs + (t + 1) * sample.log_step;
                    for (std::ptrdiff_t s = 0; s < labels.count; ++s) after[s] = beta[s] + logs[labels[s]];
                    for (std::ptrdiff_t s = 0; s < labels.count; ++s) {
                        one[s] = s + 1 < labels.count ? after[s + 1] : Never<T>;
                        two[s] = s + 2 < labels.count && labels.skips(s + 2) ? after[s + 2] : Never<T>;
                    }
                    add_three(after, one, two, labels.count, beta);
                }
                const T* alpha = sample.alphas + t * sample.alpha_step;
                for (std::ptrdiff_t s = 0; s < labels.count; ++s) one[s] = math::exp(alpha[s] + beta[s] + loss) * grad;
                for (std::ptrdiff_t s = 0; s < labels.count; ++s) out[labels[s]] -= one[s];
            }
        }
    });
    return true;
}

constexpr CtcKernels all_ctc() {
    CtcKernels kernels = {};
    kernels.forward[Float32] = &forward<float>;
    kernels.forward[Float64] = &forward<double>;
    kernels.backward[Float32] = &backward<float>;
    kernels.backward[Float64] = &backward<double>;
    return kernels;
}

}  // namespace

extern const CtcKernels ctc;
const CtcKernels ctc = all_ctc();

}  // namespace flambeau::FLAMBEAU_ISA
