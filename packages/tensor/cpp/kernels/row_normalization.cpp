// Normalisation of rows. A row that fits the cache is read from memory once, forwards and backwards.
#include "flambeau/row_normalization.hpp"

#include "flambeau/memory.hpp"
#include "flambeau/softmax.hpp"
#include "flambeau/threads.hpp"

namespace flambeau::FLAMBEAU_ISA {
namespace {

constexpr std::ptrdiff_t NormPart = 32 << 10;  // elements that one thread takes at a time
constexpr std::ptrdiff_t MostRows = 256;       // of a chunk whose sums over rows are added up one by one
constexpr std::ptrdiff_t FewestRows = 32;      // so the sums of all chunks take a sixteenth of the rows' memory at most

FLAMBEAU_INLINE std::ptrdiff_t most(std::ptrdiff_t a, std::ptrdiff_t b) { return a > b ? a : b; }

constexpr std::ptrdiff_t NormBlock = 4096;     // elements of a row that are measured at once, in the first-level cache

// The mean of a row and the sum of squares of what is apart from it, or of all where it is not `centred`: block by block,
// merged as Chan et al. 1979, "Updating formulae and a pairwise algorithm for computing sample variances".
template <class T>
FLAMBEAU_INLINE void measure(const T* x, std::ptrdiff_t n, bool centred, double& mean, double& squares) {
    mean = squares = 0;
    for (std::ptrdiff_t at = 0; at < n; at += NormBlock) {
        const std::ptrdiff_t length = least(NormBlock, n - at);
        const T* x_n = x + at;
        const T level = centred ? combined_row<Add<T>>(x_n, length) / static_cast<T>(length) : T(0);
        T sums[1];
        sums_of<1, T>(length, sums, [=]<int lanes>(std::ptrdiff_t i, Vector<T, lanes>* parts) {
            const Vector<T, lanes> apart = load_vector<T, lanes>(x_n + i) - level;
            parts[0] += apart * apart;
        });
        const double step = level - mean, share = static_cast<double>(length) / static_cast<double>(at + length);
        mean += step * share;
        squares += sums[0] + step * step * share * static_cast<double>(at);
    }
}

// A parameter for each element, and one that is the same for all.
template <class T>
struct Given {
    const T* values;
    FLAMBEAU_INLINE T operator()(std::ptrdiff_t k) const { return values[k]; }
    template <int lanes>
    FLAMBEAU_INLINE Vector<T, lanes> at(std::ptrdiff_t k) const { return load_vector<T, lanes>(values + k); }
};
template <class T, int value>
struct Constant {
    FLAMBEAU_INLINE T operator()(std::ptrdiff_t) const { return value; }
    template <int lanes>
    FLAMBEAU_INLINE Vector<T, lanes> at(std::ptrdiff_t) const { return splat<T, lanes>(value); }
};

// Calls body(weight, bias), both functions of the element's number, in a version for each that there may be.
template <class T, class F>
FLAMBEAU_INLINE void with_parameters(const T* weight, const T* bias, const F& body) {
    if (weight != nullptr && bias != nullptr) body(Given<T>{weight}, Given<T>{bias});
    else if (weight != nullptr) body(Given<T>{weight}, Constant<T, 0>());
    else if (bias != nullptr) body(Constant<T, 1>(), Given<T>{bias});
    else body(Constant<T, 1>(), Constant<T, 0>());
}

template <class T>
FLAMBEAU_INLINE const T* offset(const void* data, std::ptrdiff_t by) {
    return data == nullptr ? nullptr : static_cast<const T*>(data) + by;
}

template <class T>
void forward(const RowNorm& norm) {
    const std::ptrdiff_t n = norm.channels * norm.inner;
    T *means = static_cast<T*>(norm.mean), *factors = static_cast<T*>(norm.invstd);
    parallel(norm.rows, most(1, NormPart / most(1, n)), [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
        for (std::ptrdiff_t r = begin; r < end; ++r) {
            const T* x = static_cast<const T*>(norm.input) + r * n;
            T* __restrict out = static_cast<T*>(norm.out) + r * n;
            double level, squares;
            measure(x, n, means != nullptr, level, squares);
            const T mean = static_cast<T>(level);
            if (means != nullptr) means[r] = mean;
            const T factor = static_cast<T>(1 / __builtin_sqrt(squares / static_cast<double>(most(1, n)) + norm.eps));
            factors[r] = factor;
            const std::ptrdiff_t first = r % norm.groups * norm.channels;
            const T *weight = offset<T>(norm.weight, first), *bias = offset<T>(norm.bias, first);
            if (norm.inner == 1) {
                with_parameters(weight, bias, [=](const auto& w, const auto& b) {
                    for (std::ptrdiff_t k = 0; k < n; ++k) out[k] = (x[k] - mean) * factor * w(k) + b(k);
                });
                continue;
            }
            for (std::ptrdiff_t c = 0; c < norm.channels; ++c) {
                const T scale = weight == nullptr ? factor : factor * weight[c], shift = bias == nullptr ? T(0) : bias[c];
                for (std::ptrdiff_t k = c * norm.inner; k < (c + 1) * norm.inner; ++k) out[k] = (x[k] - mean) * scale + shift;
            }
        }
    });
}

// The gradients of one row, where each element has a weight of its own; adds to those of weight and bias.
template <class T, class W>
FLAMBEAU_INLINE void one_row(const T* x, const T* g, T mean, T factor, bool centred, std::ptrdiff_t n, const W& w,
                             T* __restrict out, T* __restrict grad_weight, T* __restrict grad_bias) {
    double sum = 0, product = 0;
    for (std::ptrdiff_t at = 0; at < n; at += BlockLength) {
        T sums[2];
        sums_of<2, T>(least(BlockLength, n - at), sums, [=]<int lanes>(std::ptrdiff_t i, Vector<T, lanes>* parts) {
            const std::ptrdiff_t k = at + i;
            const Vector<T, lanes> slope = load_vector<T, lanes>(g + k);
            const Vector<T, lanes> steep = slope * ((load_vector<T, lanes>(x + k) - mean) * factor);
            store_vector<T, lanes>(grad_weight + k, load_vector<T, lanes>(grad_weight + k) + steep);
            store_vector<T, lanes>(grad_bias + k, load_vector<T, lanes>(grad_bias + k) + slope);
            const Vector<T, lanes> weight = w.template at<lanes>(k);
            parts[0] += slope * weight;
            parts[1] += steep * weight;
        });
        if (centred) sum += sums[0];
        product += sums[1];
    }
    const T level = static_cast<T>(sum / static_cast<double>(n)) * factor;
    const T tilt = static_cast<T>(product / static_cast<double>(n)) * factor * factor;
    for (std::ptrdiff_t k = 0; k < n; ++k) out[k] = g[k] * (w(k) * factor) - level - (x[k] - mean) * tilt;
}

// The mean and the factor depend on the input too: what the gradient has along them is taken out.
template <class T>
bool by_element(const RowNorm& norm) {
    const std::ptrdiff_t n = norm.channels, all = norm.groups * n;
    T *grad_weight = static_cast<T*>(norm.grad_weight), *grad_bias = static_cast<T*>(norm.grad_bias);
    const std::ptrdiff_t even = least(MostRows, most(FewestRows, norm.rows / 16));
    const std::ptrdiff_t grain = most(even, least(4 * MostRows, NormPart / most(1, n)));
    const std::ptrdiff_t chunks = (norm.rows + grain - 1) / grain;
    const Scratch scratch(static_cast<std::size_t>(most(1, chunks * 2 * all)) * sizeof(T));
    T* partial = static_cast<T*>(scratch.data);
    if (partial == nullptr) return false;
    parallel(norm.rows, grain, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
        T *sums_w = partial + begin / grain * 2 * all, *sums_b = sums_w + all;
        for (std::ptrdiff_t k = 0; k < 2 * all; ++k) sums_w[k] = 0;
        for (std::ptrdiff_t r = begin; r < end; ++r) {
            const T *x = static_cast<const T*>(norm.input) + r * n, *g = static_cast<const T*>(norm.grad) + r * n;
            const T mean = norm.mean == nullptr ? T(0) : static_cast<const T*>(norm.mean)[r];
            const T factor = static_cast<const T*>(norm.invstd)[r];
            const std::ptrdiff_t first = r % norm.groups * n;
            T* out = static_cast<T*>(norm.out) + r * n;
            with_parameters<T>(offset<T>(norm.weight, first), nullptr, [&](const auto& w, const auto&) {
                one_row(x, g, mean, factor, norm.mean != nullptr, n, w, out, sums_w + first, sums_b + first);
            });
        }
    });
    for (std::ptrdiff_t k = 0; k < all; ++k) grad_weight[k] = 0, grad_bias[k] = 0;
    for (std::ptrdiff_t i = 0; i < chunks; ++i) {
        const T *sums_w = partial + i * 2 * all, *sums_b = sums_w + all;
        for (std::ptrdiff_t k = 0; k < all; ++k) grad_weight[k] += sums_w[k], grad_bias[k] += sums_b[k];
    }
    return true;
}

// Where a channel has one weight for its `inner` elements.
template <class T>
bool by_channel(const RowNorm& norm) {
    const std::ptrdiff_t channels = norm.channels, m = norm.inner, n = channels * m, all = norm.groups * channels;
    const Scratch scratch(static_cast<std::size_t>(most(1, norm.rows * channels * 2)) * sizeof(T));
    T* partial = static_cast<T*>(scratch.data);
    if (partial == nullptr) return false;
    parallel(norm.rows, most(1, NormPart / most(1, n)), [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
        for (std::ptrdiff_t r = begin; r < end; ++r) {
            const T *x = static_cast<const T*>(norm.input) + r * n, *g = static_cast<const T*>(norm.grad) + r * n;
            const T mean = static_cast<const T*>(norm.mean)[r], factor = static_cast<const T*>(norm.invstd)[r];
            const T* weight = offset<T>(norm.weight, r % norm.groups * channels);
            T *sums_w = partial + r * channels * 2, *sums_b = sums_w + channels;
            double sum = 0, product = 0;
            for (std::ptrdiff_t c = 0; c < channels; ++c) {
                const T *x_c = x + c * m, *g_c = g + c * m, w = weight == nullptr ? T(1) : weight[c];
                double slopes = 0, along = 0;
                for (std::ptrdiff_t at = 0; at < m; at += BlockLength) {
                    T sums[2];
                    sums_of<2, T>(least(BlockLength, m - at), sums, [=]<int lanes>(std::ptrdiff_t i, Vector<T, lanes>* parts) {
                        const Vector<T, lanes> slope = load_vector<T, lanes>(g_c + at + i);
                        parts[0] += slope;
                        parts[1] += slope * (load_vector<T, lanes>(x_c + at + i) - mean);
                    });
                    slopes += sums[0];
                    along += sums[1] * factor;
                }
                sums_w[c] = static_cast<T>(along);
                sums_b[c] = static_cast<T>(slopes);
                sum += slopes * w;
                product += along * w;
            }
            const T level = static_cast<T>(sum / static_cast<double>(n)) * factor;
            const T tilt = static_cast<T>(product / static_cast<double>(n)) * factor * factor;
            T* __restrict out = static_cast<T*>(norm.out) + r * n;
            for (std::ptrdiff_t c = 0; c < channels; ++c) {
                const T scale = weight == nullptr ? factor : factor * weight[c];
                for (std::ptrdiff_t k = c * m; k < (c + 1) * m; ++k) out[k] = g[k] * scale - level - (x[k] - mean) * tilt;
            }
        }
    });
    T *grad_weight = static_cast<T*>(norm.grad_weight), *grad_bias = static_cast<T*>(norm.grad_bias);
    for (std::ptrdiff_t k = 0; k < all; ++k) {
        double along = 0, slopes = 0;
        for (std::ptrdiff_t r = k / channels; r < norm.rows; r += norm.groups) {
            along += partial[r * channels * 2 + k % channels];
            slopes += partial[r * channels * 2 + channels + k % channels];
        }
        grad_weight[k] = static_cast<T>(along);
        grad_bias[k] = static_cast<T>(slopes);
    }
    return true;
}

template <class T>
bool backward(const RowNorm& norm) {
    return norm.inner == 1 ? by_element<T>(norm) : by_channel<T>(norm);
}

constexpr RowNormalizationKernels all_row_normalizations() {
    RowNormalizationKernels kernels = {};
    kernels.forward[Float32] = &forward<float>;
    kernels.forward[Float64] = &forward<double>;
    kernels.backward[Float32] = &backward<float>;
    kernels.backward[Float64] = &backward<double>;
    return kernels;
}

}  // namespace

extern const RowNormalizationKernels row_normalization;
const RowNormalizationKernels row_normalization = all_row_normalizations();

}  // namespace flambeau::FLAMBEAU_ISA
