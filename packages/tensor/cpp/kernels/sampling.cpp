// Planes read at places that are computed. Some channels at a time share what an index costs.
#include "flambeau/sampling.hpp"

#include "flambeau/gemm/pack.hpp"
#include "flambeau/threads.hpp"

namespace flambeau::FLAMBEAU_ISA {
namespace {

using micro::least;
using micro::quotient_up;
using std::ptrdiff_t;

constexpr ptrdiff_t SamplingPart = 16 << 10;  // reads that are worth a thread
constexpr ptrdiff_t PointsPart = 1024;
constexpr int Together = 4;  // channels

// body<count of channels>(first channel) for some channels at a time: the count is known at compile time.
template <class F>
FLAMBEAU_INLINE void for_channels(const Sampling& s, ptrdiff_t block, const F& body) {
    const ptrdiff_t first = block * Together, count = least(Together, s.channels - first);
    switch (count) {
        case 1: return body.template operator()<1>(first);
        case 2: return body.template operator()<2>(first);
        case 3: return body.template operator()<3>(first);
        default: body.template operator()<Together>(first);
    }
}

FLAMBEAU_INLINE bool inside(std::int64_t index, ptrdiff_t size) {
    return static_cast<std::uint64_t>(index) < static_cast<std::uint64_t>(size);
}

template <class T>
void sample(const Sampling& s) {
    const ptrdiff_t blocks = quotient_up(s.channels, Together), parts = quotient_up(s.points, PointsPart);
    const ptrdiff_t grain = SamplingPart / (least(s.points, PointsPart) * s.reads * Together + 1) + 1;
    parallel(s.images * parts * blocks, grain, [&](ptrdiff_t begin, ptrdiff_t end) noexcept {
        for (ptrdiff_t item = begin; item < end; ++item) {
            const ptrdiff_t n = item / blocks / parts, from = item / blocks % parts * PointsPart;
            const ptrdiff_t to = least(from + PointsPart, s.points), places = n * s.reads * s.points;
            for_channels(s, item % blocks, [&]<int Count>(ptrdiff_t channel) {
                const T* const x = static_cast<const T*>(s.input) + (n * s.channels + channel) * s.size;
                T* const out = static_cast<T*>(s.out) + (n * s.channels + channel) * s.points;
                for (ptrdiff_t p = from; p < to; ++p) {
                    T sums[Count] = {};
                    for (ptrdiff_t k = 0; k < s.reads; ++k) {
                        const std::int64_t index = s.index[places + k * s.points + p];
                        const T weight = static_cast<const T*>(s.weight)[places + k * s.points + p];
                        if (inside(index, s.size))
                            for (int c = 0; c < Count; ++c) sums[c] += x[c * s.size + index] * weight;
                        else
                            for (int c = 0; c < Count; ++c) sums[c] += 0 * weight;
                    }
                    for (int c = 0; c < Count; ++c) out[c * s.points + p] = sums[c];
                }
            });
        }
    });
}

template <class T>
void input_gradient(const Sampling& s) {
    const ptrdiff_t blocks = quotient_up(s.channels, Together);
    const ptrdiff_t grain = SamplingPart / ((s.points * s.reads + s.size) * Together + 1) + 1;
    parallel(s.images * blocks, grain, [&](ptrdiff_t begin, ptrdiff_t end) noexcept {
        for (ptrdiff_t item = begin; item < end; ++item) {
            const ptrdiff_t n = item / blocks, places = n * s.reads * s.points;
            for_channels(s, item % blocks, [&]<int Count>(ptrdiff_t channel) {
                const T* const grad = static_cast<const T*>(s.grad) + (n * s.channels + channel) * s.points;
                T* const out = static_cast<T*>(s.out) + (n * s.channels + channel) * s.size;
                for (ptrdiff_t i = 0; i < Count * s.size; ++i) out[i] = 0;
                for (ptrdiff_t k = 0; k < s.reads; ++k)
                    for (ptrdiff_t p = 0; p < s.points; ++p) {
                        const std::int64_t index = s.index[places + k * s.points + p];
                        const T weight = static_cast<const T*>(s.weight)[places + k * s.points + p];
                        if (inside(index, s.size))
                            for (int c = 0; c < Count; ++c) out[c * s.size + index] += grad[c * s.points + p] * weight;
                    }
            });
        }
    });
}

template <class T>
void weight_gradient(const Sampling& s) {
    const ptrdiff_t blocks = quotient_up(s.channels, Together), parts = quotient_up(s.points, PointsPart);
    const ptrdiff_t grain = SamplingPart / (least(s.points, PointsPart) * s.reads * s.channels + 1) + 1;
    parallel(s.images * parts, grain, [&](ptrdiff_t begin, ptrdiff_t end) noexcept {
        for (ptrdiff_t item = begin; item < end; ++item) {
            const ptrdiff_t n = item / parts, from = item % parts * PointsPart, to = least(from + PointsPart, s.points);
            const ptrdiff_t places = n * s.reads * s.points;
            T* const out = static_cast<T*>(s.out) + places;
            for (ptrdiff_t k = 0; k < s.reads; ++k)
                for (ptrdiff_t p = from; p < to; ++p) out[k * s.points + p] = 0;
            for (ptrdiff_t block = 0; block < blocks; ++block)
                for_channels(s, block, [&]<int Count>(ptrdiff_t channel) {
                    const T* const x = static_cast<const T*>(s.input) + (n * s.channels + channel) * s.size;
                    const T* const grad = static_cast<const T*>(s.grad) + (n * s.channels + channel) * s.points;
                    for (ptrdiff_t k = 0; k < s.reads; ++k)
                        for (ptrdiff_t p = from; p < to; ++p) {
                            const std::int64_t index = s.index[places + k * s.points + p];
                            if (!inside(index, s.size)) continue;
                            T sum = out[k * s.points + p];
                            for (int c = 0; c < Count; ++c) sum += x[c * s.size + index] * grad[c * s.points + p];
                            out[k * s.points + p] = sum;
                        }
                });
        }
    });
}

constexpr SamplingKernels all_samplings() {
    SamplingKernels kernels = {};
    kernels.sample[Float32] = &sample<float>;
    kernels.sample[Float64] = &sample<double>;
    kernels.input_gradient[Float32] = &input_gradient<float>;
    kernels.input_gradient[Float64] = &input_gradient<double>;
    kernels.weight_gradient[Float32] = &weight_gradient<float>;
    kernels.weight_gradient[Float64] = &weight_gradient<double>;
    return kernels;
}

}  // namespace

extern const SamplingKernels sampling;
const SamplingKernels sampling = all_samplings();

}  // namespace flambeau::FLAMBEAU_ISA
