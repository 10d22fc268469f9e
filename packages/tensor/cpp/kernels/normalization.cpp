// Batch normalisation. Where there is a plane for each channel it is done plane by plane, else row by row over channels.
#include "flambeau/normalization.hpp"

#include "flambeau/memory.hpp"
#include "flambeau/softmax.hpp"
#include "flambeau/threads.hpp"

namespace flambeau::FLAMBEAU_ISA {
namespace {

constexpr std::ptrdiff_t NormPart = 32 << 10;  // elements that one thread takes at a time
constexpr std::ptrdiff_t MostRows = 256;       // whose sums over channels are added up one by one

FLAMBEAU_INLINE std::ptrdiff_t grain_of(std::ptrdiff_t elements) { return elements < NormPart ? NormPart / elements : 1; }

// (x - centre) * scale + shift of a channel.
template <class T>
struct Channels {
    const T *mean, *invstd, *weight, *bias;

    explicit Channels(const BatchNorm& norm)
        : mean(static_cast<const T*>(norm.mean)), invstd(static_cast<const T*>(norm.invstd)),
          weight(static_cast<const T*>(norm.weight)), bias(static_cast<const T*>(norm.bias)) {}
    FLAMBEAU_INLINE T scale(std::ptrdiff_t c) const { return weight == nullptr ? invstd[c] : invstd[c] * weight[c]; }
    FLAMBEAU_INLINE T shift(std::ptrdiff_t c) const { return bias == nullptr ? T(0) : bias[c]; }
};

template <class T>
void apply(const BatchNorm& norm) {
    const Channels<T> channels(norm);
    const T* x = static_cast<const T*>(norm.input);
    T* out = static_cast<T*>(norm.out);
    const std::ptrdiff_t m = norm.inner, count = norm.channels;
    if (m > 1) {
        parallel(norm.outer * count, grain_of(m), [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
            for (std::ptrdiff_t i = begin; i < end; ++i) {
                const T *x_n = x + i * m, mean = channels.mean[i % count], scale = channels.scale(i % count);
                const T shift = channels.shift(i % count);
                T* __restrict out_n = out + i * m;
                for (std::ptrdiff_t k = 0; k < m; ++k) out_n[k] = (x_n[k] - mean) * scale + shift;
            }
        });
        return;
    }
    parallel(norm.outer, grain_of(count), [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
        for (std::ptrdiff_t first = 0; first < count; first += WidestLines) {
            const std::ptrdiff_t width = least(WidestLines, count - first);
            const T* mean = channels.mean + first;
            T scale[WidestLines], shift[WidestLines];
            for (std::ptrdiff_t c = 0; c < width; ++c) scale[c] = channels.scale(first + c), shift[c] = channels.shift(first + c);
            for (std::ptrdiff_t i = begin; i < end; ++i) {
                const T* x_n = x + i * count + first;
                T* __restrict out_n = out + i * count + first;
                for (std::ptrdiff_t c = 0; c < width; ++c) out_n[c] = (x_n[c] - mean[c]) * scale[c] + shift[c];
            }
        }
    });
}

// The sums of g and of g (x - mean) over each channel; the second times invstd is the gradient of the weight. Here over a
// plane for each channel.
template <class T>
void sum_planes(const BatchNorm& norm, const Channels<T>& channels) {
    const T *x = static_cast<const T*>(norm.input), *g = static_cast<const T*>(norm.grad);
    T *grad_weight = static_cast<T*>(norm.grad_weight), *grad_bias = static_cast<T*>(norm.grad_bias);
    const std::ptrdiff_t m = norm.inner, count = norm.channels;
    parallel(count, grain_of(norm.outer * m), [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
        for (std::ptrdiff_t c = begin; c < end; ++c) {
            const T mean = channels.mean[c];
            double sum = 0, product = 0;
            for (std::ptrdiff_t n = 0; n < norm.outer; ++n)
                for (std::ptrdiff_t at = 0; at < m; at += BlockLength) {
                    const T *x_n = x + (n * count + c) * m + at, *g_n = g + (n * count + c) * m + at;
                    T sums[2];
                    sums_of<2, T>(least(BlockLength, m - at), sums, [=]<int lanes>(std::ptrdiff_t k, Vector<T, lanes>* parts) {
                        const Vector<T, lanes> slope = load_vector<T, lanes>(g_n + k);
                        parts[0] += slope;
                        parts[1] += slope * (load_vector<T, lanes>(x_n + k) - mean);
                    });
                    sum += sums[0];
                    product += sums[1];
                }
            grad_bias[c] = static_cast<T>(sum);
            grad_weight[c] = static_cast<T>(product * channels.invstd[c]);
        }
    });
}

// And where the channels of a sample are neighbours: chunks of samples have sums of their own.
template <class T>
bool sum_rows(const BatchNorm& norm, const Channels<T>& channels) {
    const std::ptrdiff_t count = norm.channels, rows = norm.outer;
    const std::ptrdiff_t sixteenth = rows / 16 > 4 ? rows / 16 : 4;
    const std::ptrdiff_t even = least(MostRows, sixteenth), large = least(4 * MostRows, grain_of(count));
    const std::ptrdiff_t grain = even > large ? even : large, chunks = (rows + grain - 1) / grain;
    const Scratch scratch(static_cast<std::size_t>(chunks * 2 * count) * sizeof(T));
    T* partial = static_cast<T*>(scratch.data);
    if (partial == nullptr) return false;
    parallel(rows, grain, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
        T *products = partial + begin / grain * 2 * count, *sums = products + count;
        for (std::ptrdiff_t k = 0; k < 2 * count; ++k) products[k] = 0;
        for (std::ptrdiff_t n = begin; n < end; ++n) {
            const T *x = static_cast<const T*>(norm.input) + n * count, *g = static_cast<const T*>(norm.grad) + n * count;
            const T* mean = channels.mean;
            T* __restrict products_n = products;
            T* __restrict sums_n = sums;
            for (std::ptrdiff_t c = 0; c < count; ++c) {
                products_n[c] += g[c] * (x[c] - mean[c]);
                sums_n[c] += g[c];
            }
        }
    });
    T *grad_weight = static_cast<T*>(norm.grad_weight), *grad_bias = static_cast<T*>(norm.grad_bias);
    for (std::ptrdiff_t c = 0; c < count; ++c) grad_weight[c] = 0, grad_bias[c] = 0;
    for (std::ptrdiff_t i = 0; i < chunks; ++i) {
        const T *products = partial + i * 2 * count, *sums = products + count;
        for (std::ptrdiff_t c = 0; c < count; ++c) grad_weight[c] += products[c], grad_bias[c] += sums[c];
    }
    for (std::ptrdiff_t c = 0; c < count; ++c) grad_weight[c] *= channels.invstd[c];
    return true;
}

// The mean and the scale depend on the input too: what the gradient has along them is taken out.
template <class T>
bool backward(const BatchNorm& norm) {
    const Channels<T> channels(norm);
    if (norm.inner > 1) sum_planes(norm, channels);
    else if (!sum_rows(norm, channels)) return false;
    const T *x = static_cast<const T*>(norm.input), *g = static_cast<const T*>(norm.grad);
    const T *grad_weight = static_cast<const T*>(norm.grad_weight), *grad_bias = static_cast<const T*>(norm.grad_bias);
    T* out = static_cast<T*>(norm.out);
    const std::ptrdiff_t m = norm.inner, count = norm.channels;
    const T n = static_cast<T>(norm.outer * m);
    const auto along_scale = [&](std::ptrdiff_t c) { return channels.invstd[c] * grad_weight[c] / n; };
    if (m > 1) {
        parallel(norm.outer * count, grain_of(m), [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
            for (std::ptrdiff_t i = begin; i < end; ++i) {
                const std::ptrdiff_t c = i % count;
                const T *x_n = x + i * m, *g_n = g + i * m;
                const T mean = channels.mean[c], scale = channels.scale(c), bias = grad_bias[c] / n, along = along_scale(c);
                T* __restrict out_n = out + i * m;
                for (std::ptrdiff_t k = 0; k < m; ++k) out_n[k] = (g_n[k] - bias - (x_n[k] - mean) * along) * scale;
            }
        });
        return true;
    }
    parallel(norm.outer, grain_of(count), [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
        for (std::ptrdiff_t first = 0; first < count; first += WidestLines) {
            const std::ptrdiff_t width = least(WidestLines, count - first);
            const T* mean = channels.mean + first;
            T scale[WidestLines], bias[WidestLines], along[WidestLines];
            for (std::ptrdiff_t c = 0; c < width; ++c) {
                scale[c] = channels.scale(first + c);
                bias[c] = grad_bias[first + c] / n;
                along[c] = along_scale(first + c);
            }
            for (std::ptrdiff_t i = begin; i < end; ++i) {
                const T *x_n = x + i * count + first, *g_n = g + i * count + first;
                T* __restrict out_n = out + i * count + first;
                for (std::ptrdiff_t c = 0; c < width; ++c) out_n[c] = (g_n[c] - bias[c] - (x_n[c] - mean[c]) * along[c]) * scale[c];
            }
        }
    });
    return true;
}

constexpr NormalizationKernels all_normalizations() {
    NormalizationKernels kernels = {};
    kernels.apply[Float32] = &apply<float>;
    kernels.apply[Float64] = &apply<double>;
    kernels.backward[Float32] = &backward<float>;
    kernels.backward[Float64] = &backward<double>;
    return kernels;
}

}  // namespace

extern const NormalizationKernels normalization;
const NormalizationKernels normalization = all_normalizations();

}  // namespace flambeau::FLAMBEAU_ISA
