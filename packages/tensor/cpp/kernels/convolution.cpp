// Convolution and its gradients: which way each goes.
#include "flambeau/convolution.hpp"

#include "flambeau/convolution/correlate.hpp"
#include "flambeau/convolution/depthwise.hpp"
#include "flambeau/convolution/phases.hpp"
#include "flambeau/convolution/weight_gradient.hpp"
#include "flambeau/convolution/winograd.hpp"
#include "flambeau/gemm.hpp"

namespace flambeau::FLAMBEAU_ISA {
namespace {

using namespace micro;

// Offsets are of 32 bits.
template <class T>
bool too_large(const Correlation<T>& c) noexcept {
    return c.planes.size() * (c.groups * c.channels + 1) * MR > 0x7fffffff;
}

// Windows of one pixel each: a product of matrices, the same for every image.
bool pointwise(const Convolution& c) noexcept {
    return window_size(c) == 1 && c.z.stride == 1 && c.y.stride == 1 && c.x.stride == 1 && planes_of(c).bare() &&
           c.groups == 1 && result_size(c) == image_size(c);  // (transposed ones may have pixels that no window sees)
}

// Of two dimensions, or one.
bool flat(const Convolution& c) noexcept { return c.z.result == 1 && c.z.kernel == 1 && planes_of(c).z.total() == 1; }

// Channels by themselves, with fewer filters each than would fill half a vector.
template <class T>
bool depthwise(const Convolution& c) noexcept {
    return flat(c) && c.groups > 1 && c.groups == c.c && c.o / c.groups < lanes<T> / 2;
}

// Where Winograd's transforms pay: enough channels for the products between them, enough tiles for those of filters.
template <class T>
bool transformable(const Convolution& c) noexcept {
    const ptrdiff_t tiles = c.n * quotient_up(c.y.result, 4) * quotient_up(c.x.result, 4);
    return !c.exact && sizeof(T) == 4 && flat(c) && c.y.kernel == 3 && c.x.kernel == 3 && c.y.stride == 1 && c.x.stride == 1 &&
           c.y.dilation == 1 && c.x.dilation == 1 && c.groups == 1 && c.y.before <= 2 && c.x.before <= 2 &&
           c.c >= 32 && c.o >= 32 && tiles >= 16;
}

bool batch(const Product<float>& p, const Batch& items) noexcept { return gemm_kernels().batch_float32(p, items); }
bool batch(const Product<double>& p, const Batch& items) noexcept { return gemm_kernels().batch_float64(p, items); }

// result[n] = matrix @ images[n], for images of `in` planes and results of `out` planes.
template <class T>
bool multiply_planes(const Convolution& c, const T* matrix, ptrdiff_t row, ptrdiff_t column, ptrdiff_t in,
                     ptrdiff_t out, const T* images, const T* bias, T* result) noexcept {
    const ptrdiff_t size = image_size(c), zero = 0, images_step = in * size, result_step = out * size;
    const Product<T> p{out, size, in, matrix, row, column, images, size, 1, result, size, 1, bias, 1, 0};
    return batch(p, {1, &c.n, &zero, &images_step, &result_step});
}

// Filters as a panel of `width` vectors' lanes, of which each has a row of numbers for every channel and for the places
// of the window that `chosen` names: by channels, or by places where tiles leave out those that lie in the padding.
template <class T>
void pack_filters(const T* weight, ptrdiff_t lane, ptrdiff_t width, ptrdiff_t channel, ptrdiff_t channels,
                  ptrdiff_t taps, const std::int32_t* chosen, ptrdiff_t count, bool by_taps, T* panel) noexcept {
    constexpr int L = lanes<T>;
    alignas(64) T block[L * L];
    const ptrdiff_t tap_rows = by_taps ? channels : 1, channel_rows = by_taps ? 1 : count;
    for (ptrdiff_t k = 0; k < channels; ++k)
        for (ptrdiff_t v = 0; v < width; v += L)
            for (ptrdiff_t tap = 0, next = 0; tap < taps && next < count; tap += L) {
                transpose_block<T, true>(weight + k * channel + v * lane + tap, lane, least(L, width - v),
                                         least(L, taps - tap), block, L);
                for (; next < count && chosen[next] < tap + L; ++next)
                    store(panel + (next * tap_rows + k * channel_rows) * NR<T> + v,
                          load(block + (chosen[next] - tap) * L));
            }
}

// The offsets of the first `count` places for every other channel.
template <class T>
void spread_offsets(const Correlation<T>& all, ptrdiff_t count, std::int32_t* offsets) noexcept {
    if (all.across_images()) return;  // one channel lies beside the other
    const std::int32_t plane = static_cast<std::int32_t>(all.planes.size());
    for (ptrdiff_t k = count; k < all.channels * count; ++k) offsets[k] = offsets[k - count] + plane;
}

template <class T>
bool forward(const Convolution& c, const T* input, const T* weight, const T* bias, T* result) noexcept {
    if (pointwise(c)) return multiply_planes(c, weight, c.c, 1, c.c, c.o, input, bias, result);
    if (depthwise<T>(c)) return Depthwise<T>(c).forward(input, weight, bias, result);
    if (transformable<T>(c))
        return Winograd<T>{c.n,          c.c,        c.o,          c.y.size, c.x.size, c.y.before,
                           c.x.before,   c.y.result, c.x.result,   input,    weight,   9,
                           9 * c.c,      false,      bias,         result}
            .run();
    const ptrdiff_t channels = c.c / c.groups, outputs = c.o / c.groups, taps = window_size(c);
    const ptrdiff_t steps = channels * taps;
    Correlation<T> all{};
    all.images = c.n, all.groups = c.groups;
    all.planes = planes_of(c);
    all.channels = channels, all.outputs = outputs, all.input = input;
    all.steps = all.longest = steps;
    all.step_z = c.z.stride, all.step_y = c.y.stride, all.step_x = c.x.stride;
    all.slices = c.z.result, all.rows = c.y.result, all.columns = c.x.result;
    all.bias = bias, all.result = result;
    all.result_image = c.o * result_size(c), all.result_plane = result_size(c);
    all.result_z = c.y.result * c.x.result, all.result_y = c.x.result, all.result_x = 1;
    if (too_large(all)) return false;

    const ptrdiff_t panels = all.panels(), panel_size = steps * NR<T>;
    Scratch scratch(c.groups * panels * panel_size * sizeof(T) + (steps + taps) * sizeof(std::int32_t));
    if (!scratch.data) return false;
    T* const filters = static_cast<T*>(scratch.data);
    std::int32_t* const offsets = reinterpret_cast<std::int32_t*>(filters + c.groups * panels * panel_size);
    std::int32_t* const every = offsets + steps;
    const bool across = all.across_images();
    for (ptrdiff_t tap = 0; tap < taps; ++tap) {
        every[tap] = static_cast<std::int32_t>(tap);
        offsets[tap] = static_cast<std::int32_t>(Tap(c, tap).offset(c, all.planes) * all.pixel_step());
    }
    spread_offsets(all, taps, offsets);
    parallel(c.groups * panels, quotient_up(1 << 14, panel_size + 1), [&](ptrdiff_t begin, ptrdiff_t end) noexcept {
        for (ptrdiff_t i = begin; i < end; ++i) {
            const ptrdiff_t o = i % panels * NR<T>, width = least(NR<T>, outputs - o);
            const T* const from = weight + (i / panels * outputs + o) * steps;
            T* const panel = filters + i * panel_size;
            if (across) pack_filters(from, steps, width, taps, channels, taps, every, taps, true, panel);
            else pack_panel(from, 1, steps, steps, width, panel);
        }
    });
    all.taps = taps;
    all.filters = filters, all.offsets = offsets;
    return all.run();
}

template <class T>
bool input_gradient(const Convolution& c, const T* grad, const T* weight, const T* bias, T* result) noexcept {
    if (pointwise(c)) return multiply_planes(c, weight, 1, c.c, c.o, c.c, grad, bias, result);
    if (depthwise<T>(c)) return Depthwise<T>(c).input_gradient(grad, weight, bias, result);
    if (transformable<T>(c))
        return Winograd<T>{c.n,            c.o,      c.c,      c.y.result, c.x.result, 2 - c.y.before,
                           2 - c.x.before, c.y.size, c.x.size, grad,       weight,     9 * c.c,
                           9,              true,     bias,     result}
            .run();
    const ptrdiff_t channels = c.c / c.groups, outputs = c.o / c.groups, taps = window_size(c);
    const Phases inward{c.z}, vertical{c.y}, horizontal{c.x};
    Correlation<T> all{};
    all.images = c.n, all.groups = c.groups;
    all.planes = {inward.padded(), vertical.padded(), horizontal.padded()};
    all.channels = outputs, all.outputs = channels, all.input = grad;
    all.longest = outputs * taps;
    all.step_z = all.step_y = all.step_x = 1;
    all.bias = bias;
    all.result_image = c.c * image_size(c), all.result_plane = image_size(c);
    all.result_z = c.z.stride * c.y.size * c.x.size, all.result_y = c.y.stride * c.x.size, all.result_x = c.x.stride;
    if (too_large(all)) return false;

    const ptrdiff_t panels = all.panels(), most = all.longest;
    Scratch scratch(c.groups * panels * most * NR<T> * sizeof(T) + (most + taps) * sizeof(std::int32_t));
    if (!scratch.data) return false;
    T* const filters = static_cast<T*>(scratch.data);
    std::int32_t* const offsets = reinterpret_cast<std::int32_t*>(filters + c.groups * panels * most * NR<T>);
    std::int32_t* const chosen = offsets + most;
    for (ptrdiff_t phase = 0; phase < c.z.stride * c.y.stride * c.x.stride; ++phase) {
        const ptrdiff_t px = phase % c.x.stride, py = phase / c.x.stride % c.y.stride;
        const ptrdiff_t pz = phase / c.x.stride / c.y.stride;
        all.slices = inward.count(pz), all.rows = vertical.count(py), all.columns = horizontal.count(px);
        if (all.slices == 0 || all.rows == 0 || all.columns == 0) continue;
        ptrdiff_t count = 0;
        for (ptrdiff_t i = 0; i < taps; ++i) {
            const Tap tap(c, i);
            if (!inward.meets(pz, tap.z) || !vertical.meets(py, tap.y) || !horizontal.meets(px, tap.x)) continue;
            chosen[count] = static_cast<std::int32_t>(i);
            const ptrdiff_t place = all.planes.at(inward.distance(pz, tap.z) + all.planes.z.low,
                                                  vertical.distance(py, tap.y) + all.planes.y.low,
                                                  horizontal.distance(px, tap.x) + all.planes.x.low);
            offsets[count++] = static_cast<std::int32_t>(place * all.pixel_step());
        }
        spread_offsets(all, count, offsets);
        const ptrdiff_t grain = quotient_up(1 << 14, most * NR<T>);
        parallel(c.groups * panels, grain, [&](ptrdiff_t begin, ptrdiff_t end) noexcept {
            for (ptrdiff_t i = begin; i < end; ++i) {
                const ptrdiff_t channel = i % panels * NR<T>;
                pack_filters(weight + (i / panels * outputs * channels + channel) * taps, taps,
                             least(NR<T>, channels - channel), channels * taps, outputs, taps, chosen, count,
                             all.across_images(), filters + i * outputs * count * NR<T>);
            }
        });
        all.taps = count;
        all.steps = outputs * count, all.filters = filters, all.offsets = offsets;
        all.result = result + (pz * c.y.size + py) * c.x.size + px;
        if (!all.run()) return false;
    }
    return true;
}

template <class T>
bool weight_gradient(const Convolution& c, const T* grad, const T* input, T* result) noexcept {
    if (depthwise<T>(c)) return Depthwise<T>(c).weight_gradient(grad, input, result);
    return WeightGradient<T>(c, grad, input, result).run();
}

template <class T>
constexpr ConvolutionPasses<T> passes{forward<T>, input_gradient<T>, weight_gradient<T>};

}  // namespace

extern const ConvolutionKernels convolution;
const ConvolutionKernels convolution = {passes<float>, passes<double>};

}  // namespace flambeau::FLAMBEAU_ISA
