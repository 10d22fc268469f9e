// Batch normalisation. Where there is a plane for each channel it is done plane by plane, else row by row over channels.
#include "flambeau/normalization.hpp"

#include "flambeau/softmax.hpp"
#include "flambeau/threads.hpp"

namespace flambeau::FLAMBEAU_ISA {
namespace {

constexpr std::ptrdiff_t NormPart = 32 << 10;  // elements that one thread takes at a time

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

// The sums of g and of g (x - mean) over each channel; the second times invstd is the gradient of the weight.
template <class T>
void sum_channels(const BatchNorm& norm, const Channels<T>& channels) {
    const T *x = static_cast<const T*>(norm.input), *g = static_cast<const T*>(norm.grad);
    T *grad_weight = static_cast<T*>(norm.grad_weight), *grad_bias = static_cast<T*>(norm.grad_bias);
    const std::ptrdiff_t m = norm.inner, count = norm.channels;
    if (m > 1) {
        parallel(count, grain_of(norm.outer * m), [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
            for (std::ptrdiff_t c = begin; c < end; ++c) {
                const T mean = channels.mean[c];
                double sum = 0, product = 0;
                for (std::ptrdiff_t n = 0; n < norm.outer; ++n)
                    for (std::ptrdiff_t at = 0; at < m; at += BlockLength) {
                        const std::ptrdiff_t i = (n * count + c) * m + at, length = least(BlockLength, m - at);
                        const T *x_n = x + i, *g_n = g + i;
                        sum += combined_row<Add<T>>(g_n, length);
                        product += sum_of<T>(length, [=](std::ptrdiff_t k) { return g_n[k] * (x_n[k] - mean); });
                    }
                grad_bias[c] = static_cast<T>(sum);
                grad_weight[c] = static_cast<T>(product * channels.invstd[c]);
            }
        });
        return;
    }
    const std::ptrdiff_t eighth = (count / 8 + 15) / 16 * 16, tile = least(WidestLines, eighth > 32 ? eighth : 32);
    const std::ptrdiff_t tiles = (count + tile - 1) / tile;
    parallel(tiles, grain_of(norm.outer * tile), [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
        for (std::ptrdiff_t t = begin; t < end; ++t) {
            const std::ptrdiff_t first = t * tile, width = least(tile, count - first);
            const T* mean = channels.mean + first;
            sum_columns(norm.outer, width, grad_bias + first, [&](std::ptrdiff_t n, T* __restrict sums) {
                const T* g_n = g + n * count + first;
                for (std::ptrdiff_t c = 0; c < width; ++c) sums[c] += g_n[c];
            });
            sum_columns(norm.outer, width, grad_weight + first, [&](std::ptrdiff_t n, T* __restrict sums) {
                const T *g_n = g + n * count + first, *x_n = x + n * count + first;
                for (std::ptrdiff_t c = 0; c < width; ++c) sums[c] += g_n[c] * (x_n[c] - mean[c]);
            });
            for (std::ptrdiff_t c = first; c < first + width; ++c) grad_weight[c] *= channels.invstd[c];
        }
    });
}

// The mean and the scale depend on the input too: what the gradient has along them is taken out.
template <class T>
void backward(const BatchNorm& norm) {
    const Channels<T> channels(norm);
    sum_channels(norm, channels);
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
        return;
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
