// Losses. Sums over targets are added up in double, chunk by chunk, in an order that depends on sizes alone.
#include "flambeau/losses.hpp"

#include "flambeau/memory.hpp"
#include "flambeau/softmax.hpp"
#include "flambeau/threads.hpp"

namespace flambeau::FLAMBEAU_ISA {
namespace {

constexpr std::ptrdiff_t LossPart = 16 << 10;  // elements that one thread takes at a time

FLAMBEAU_INLINE std::ptrdiff_t most(std::ptrdiff_t a, std::ptrdiff_t b) { return a > b ? a : b; }

struct Sums {
    double losses, weights;
    bool bad;
};

// body(begin, end) gives the Sums of a chunk of [0, count); `into` becomes all of them together.
template <class F>
LossStatus sum_chunks(std::ptrdiff_t count, std::ptrdiff_t grain, Sums& into, const F& body) {
    into = {0, 0, false};
    if (count <= grain) {
        if (count > 0) into = body(std::ptrdiff_t(0), count);
    } else {
        const std::ptrdiff_t chunks = (count + grain - 1) / grain;
        const Scratch scratch(chunks * sizeof(Sums));
        Sums* sums = static_cast<Sums*>(scratch.data);
        if (sums == nullptr) return LossStatus::NoMemory;
        parallel(count, grain, [&](std::ptrdiff_t begin, std::ptrdiff_t end) { sums[begin / grain] = body(begin, end); });
        for (std::ptrdiff_t k = 0; k < chunks; ++k) {
            into.losses += sums[k].losses;
            into.weights += sums[k].weights;
            into.bad |= sums[k].bad;
        }
    }
    return into.bad ? LossStatus::BadTarget : LossStatus::Done;
}

// How much a target counts: 0 where it is ignored. A wrong one is noted, and read as class 0.
template <class T>
FLAMBEAU_INLINE T weight_of(const ClassLoss& loss, std::int64_t& target, Sums& sums) {
    if (target == loss.ignored) {
        target = -1;
        return 0;
    }
    if (target < 0 || target >= loss.classes) {
        sums.bad = true;
        target = 0;
    }
    return loss.weight == nullptr ? T(1) : static_cast<const T*>(loss.weight)[target];
}

template <class T>
LossStatus finish(const ClassLoss& loss, LossStatus status, const Sums& sums) {
    if (status == LossStatus::Done && loss.reduction != LossNone)
        *static_cast<T*>(loss.out) = static_cast<T>(loss.reduction == LossMean ? sums.losses / sums.weights : sums.losses);
    return status;
}

// The losses of `width` neighbouring targets: -f(k, target, weight), which is the log-probability of target k's class times
// that class's weight.
template <class T, class F>
FLAMBEAU_INLINE void add_losses(const ClassLoss& loss, std::ptrdiff_t first, std::ptrdiff_t width, Sums& sums, const F& f) {
    for (std::ptrdiff_t k = 0; k < width; ++k) {
        std::int64_t target = loss.target[first + k];
        const T weight = weight_of<T>(loss, target, sums);
        const T value = target < 0 ? T(0) : -f(k, target, weight);
        if (loss.reduction == LossNone) static_cast<T*>(loss.out)[first + k] = value;
        sums.losses += value;
        sums.weights += weight;
    }
}

template <class T>
LossStatus nll(const ClassLoss& loss) {
    const T* x = static_cast<const T*>(loss.input);
    const std::ptrdiff_t inner = loss.inner;
    Sums sums;
    const LossStatus status = sum_chunks(loss.outer * inner, LossPart, sums, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
        Sums part{0, 0, false};
        add_losses<T>(loss, begin, end - begin, part, [&](std::ptrdiff_t k, std::int64_t target, T weight) {
            const std::ptrdiff_t i = begin + k;
            return x[(i / inner * loss.classes + target) * inner + i % inner] * weight;
        });
        return part;
    });
    return finish<T>(loss, status, sums);
}

// Neighbouring targets of one `outer` index: one where classes are contiguous, a tile of columns otherwise.
struct LossTiles {
    std::ptrdiff_t width, across, count, grain;

    explicit LossTiles(const ClassLoss& loss) {
        width = least(loss.inner, WidestLines);
        across = width == 0 ? 0 : (loss.inner + width - 1) / width;
        count = loss.outer * across;
        grain = most(1, LossPart / most(1, loss.classes * width));
    }
};

template <class T>
void measure(const T* x, std::ptrdiff_t classes, std::ptrdiff_t inner, std::ptrdiff_t width, ExpSum<T>* into) {
    if (inner == 1) {
        *into = exp_sum_of(x, least(classes, BlockLength));
        for (std::ptrdiff_t at = BlockLength; at < classes; at += BlockLength)
            *into = merged(*into, exp_sum_of(x + at, least(BlockLength, classes - at)));
        return;
    }
    alignas(64) char memory[2][WidestLines * 2 * 8];
    const States states{memory[0], WidestLines}, block{memory[1], WidestLines};
    const std::ptrdiff_t stride = inner * sizeof(T);
    for (std::ptrdiff_t at = 0; at < classes; at += BlockRows) {
        const char* rows = reinterpret_cast<const char*>(x + at * inner);
        ExpSums<T>::columns(rows, stride, least(BlockRows, classes - at), width, at, at == 0 ? states : block);
        if (at > 0) ExpSums<T>::merge(states, at, block, 0, BlockRows, width);
    }
    for (std::ptrdiff_t k = 0; k < width; ++k) into[k] = ExpSums<T>::get(states, k);
}

// The sum of the classes' weights.
template <class T>
T total_weight(const ClassLoss& loss) {
    if (loss.weight == nullptr) return static_cast<T>(loss.classes);
    return combined_row<Add<T>>(static_cast<const T*>(loss.weight), loss.classes);
}

// The weighted sums of x - greatest over the classes.
template <class T>
void spread(const T* x, const ClassLoss& loss, std::ptrdiff_t width, const ExpSum<T>* measures, T* sums) {
    const T* weights = static_cast<const T*>(loss.weight);
    if (loss.inner == 1) {
        const T greatest = measures->greatest;
        *sums = 0;
        for (std::ptrdiff_t at = 0; at < loss.classes; at += BlockLength) {
            T sum[1];
            sums_of<1, T>(least(BlockLength, loss.classes - at), sum, [=]<int lanes>(std::ptrdiff_t i, Vector<T, lanes>* parts) {
                const Vector<T, lanes> below = load_vector<T, lanes>(x + at + i) - greatest;
                parts[0] += weights == nullptr ? below : below * load_vector<T, lanes>(weights + at + i);
            });
            *sums += sum[0];
        }
        return;
    }
    sum_columns(loss.classes, width, sums, [&](std::ptrdiff_t c, T* __restrict sum) {
        const T *x_n = x + c * loss.inner, weight = weights == nullptr ? T(1) : weights[c];
        for (std::ptrdiff_t k = 0; k < width; ++k) sum[k] += weight * (x_n[k] - measures[k].greatest);
    });
}

template <class T>
LossStatus cross_entropy(const ClassLoss& loss) {
    const LossTiles tiles(loss);
    const T all_classes = total_weight<T>(loss);
    const T share = static_cast<T>(loss.smoothing / static_cast<double>(most(1, loss.classes)));
    const T rest = static_cast<T>(1 - loss.smoothing);
    Sums sums;
    const LossStatus status = sum_chunks(tiles.count, tiles.grain, sums, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
        Sums part{0, 0, false};
        for (std::ptrdiff_t i = begin; i < end; ++i) {
            const std::ptrdiff_t n = i / tiles.across, first = i % tiles.across * tiles.width;
            const std::ptrdiff_t width = least(tiles.width, loss.inner - first);
            const T* x = static_cast<const T*>(loss.input) + n * loss.classes * loss.inner + first;
            ExpSum<T> measures[WidestLines];
            measure(x, loss.classes, loss.inner, width, measures);
            const auto log_of = [&](std::ptrdiff_t k, std::int64_t target, T weight) {
                const ExpSum<T> m = measures[k];
                const T log = (x[target * loss.inner + k] - m.greatest) - math::log(m.sum);
                return nan_unless(is_finite(m.greatest), log) * weight;
            };
            if (loss.smoothing == 0) {
                add_losses<T>(loss, n * loss.inner + first, width, part, log_of);
                continue;
            }
            T spreads[WidestLines];
            spread(x, loss, width, measures, spreads);
            add_losses<T>(loss, n * loss.inner + first, width, part, [&](std::ptrdiff_t k, std::int64_t target, T weight) {
                const T all = spreads[k] - math::log(measures[k].sum) * all_classes;
                return log_of(k, target, weight) * rest + all * share;
            });
        }
        return part;
    });
    return finish<T>(loss, status, sums);
}

// (softmax(x) - 1 at the target) times what the target counts, and 0 where it is ignored.
template <class T>
LossStatus cross_entropy_backward(const ClassLoss& loss) {
    const LossTiles tiles(loss);
    const std::ptrdiff_t inner = loss.inner;
    const T* grad = static_cast<const T*>(loss.grad);
    Sums sums;
    const LossStatus status = sum_chunks(loss.outer * inner, LossPart, sums, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
        Sums part{0, 0, false};
        for (std::ptrdiff_t i = begin; i < end; ++i) {
            std::int64_t target = loss.target[i];
            part.weights += weight_of<T>(loss, target, part);
        }
        return part;
    });
    if (status != LossStatus::Done) return status;
    const T total = loss.reduction == LossMean ? static_cast<T>(sums.weights) : T(1);
    const T *weights = static_cast<const T*>(loss.weight), all_classes = total_weight<T>(loss);
    const T share = static_cast<T>(loss.smoothing / static_cast<double>(most(1, loss.classes)));
    const T rest = static_cast<T>(1 - loss.smoothing);
    parallel(tiles.count, tiles.grain, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
        for (std::ptrdiff_t i = begin; i < end; ++i) {
            const std::ptrdiff_t n = i / tiles.across, first = i % tiles.across * tiles.width;
            const std::ptrdiff_t width = least(tiles.width, inner - first), at = n * loss.classes * inner + first;
            const T* x = static_cast<const T*>(loss.input) + at;
            T* __restrict out = static_cast<T*>(loss.out) + at;
            if (inner == 1) any_row<Softmax<T>>(x, x, out, loss.classes);
            else Softmax<T>::columns({{x, x}, out, inner}, loss.classes, width);
            T scale[WidestLines], apart[WidestLines];  // apart: what smoothing leaves of the target's weight
            bool counts[WidestLines];
            std::int64_t target[WidestLines];
            Sums unused{0, 0, false};
            for (std::ptrdiff_t k = 0; k < width; ++k) {
                target[k] = loss.target[n * inner + first + k];
                const T weight = weight_of<T>(loss, target[k], unused);
                counts[k] = target[k] >= 0;
                scale[k] = grad[loss.reduction == LossNone ? n * inner + first + k : 0] / total;
                apart[k] = rest * weight * scale[k];
                if (counts[k] && loss.smoothing == 0) out[target[k] * inner + k] -= 1;
            }
            const auto scaled = [&](const auto& value) {
                if (inner == 1) {
                    const bool count = counts[0];
                    for (std::ptrdiff_t c = 0; c < loss.classes; ++c) out[c] = count ? value(out[c], c, 0) : T(0);
                    return;
                }
                for (std::ptrdiff_t c = 0; c < loss.classes; ++c)
                    for (std::ptrdiff_t k = 0; k < width; ++k)
                        out[c * inner + k] = counts[k] ? value(out[c * inner + k], c, k) : T(0);
            };
            if (loss.smoothing == 0) {
                scaled([&](T x, std::ptrdiff_t, std::ptrdiff_t k) { return x * apart[k]; });
                continue;
            }
            T steep[WidestLines];
            for (std::ptrdiff_t k = 0; k < width; ++k) {
                scale[k] *= share;
                steep[k] = apart[k] + all_classes * scale[k];
            }
            if (weights == nullptr)
                scaled([&](T x, std::ptrdiff_t, std::ptrdiff_t k) { return x * steep[k] - scale[k]; });
            else
                scaled([&](T x, std::ptrdiff_t c, std::ptrdiff_t k) { return x * steep[k] - weights[c] * scale[k]; });
            for (std::ptrdiff_t k = 0; k < width; ++k)
                if (counts[k]) out[target[k] * inner + k] -= apart[k];
        }
    });
    return LossStatus::Done;
}

template <class T>
LossStatus mse(const void* input, const void* target, std::ptrdiff_t n, LossReduction reduction, void* out) {
    const T *x = static_cast<const T*>(input), *y = static_cast<const T*>(target);
    Sums sums;
    const LossStatus status = sum_chunks(n, LossPart, sums, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
        Sums part{0, 0, false};
        for (std::ptrdiff_t at = begin; at < end; at += BlockLength)
            part.losses += sum_of<T>(least(BlockLength, end - at), [=](std::ptrdiff_t i) {
                const T apart = x[at + i] - y[at + i];
                return apart * apart;
            });
        return part;
    });
    *static_cast<T*>(out) = static_cast<T>(reduction == LossMean ? sums.losses / static_cast<double>(n) : sums.losses);
    return status;
}

constexpr LossKernels all_losses() {
    LossKernels kernels = {};
    kernels.cross_entropy[Float32] = &cross_entropy<float>;
    kernels.cross_entropy[Float64] = &cross_entropy<double>;
    kernels.cross_entropy_backward[Float32] = &cross_entropy_backward<float>;
    kernels.cross_entropy_backward[Float64] = &cross_entropy_backward<double>;
    kernels.nll[Float32] = &nll<float>;
    kernels.nll[Float64] = &nll<double>;
    kernels.mse[Float32] = &mse<float>;
    kernels.mse[Float64] = &mse<double>;
    return kernels;
}

}  // namespace

extern const LossKernels loss;
const LossKernels loss = all_losses();

}  // namespace flambeau::FLAMBEAU_ISA
