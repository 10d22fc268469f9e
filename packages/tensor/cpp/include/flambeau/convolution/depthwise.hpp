// Convolution of each channel by itself: no product of matrices, but sums of shifted planes, vectors along pixels.
#pragma once

#include "flambeau/convolution/phases.hpp"
#include "flambeau/convolution/planes.hpp"
#include "flambeau/memory.hpp"
#include "flambeau/threads.hpp"

namespace flambeau::FLAMBEAU_ISA::micro {

// A padded plane whose columns are sorted by their remainder modulo the stride, so that neighbouring windows read
// neighbouring numbers. Whole vectors may be read from any of them: there is room after the last.
template <class T>
struct SortedPlane {
    Planes planes;
    ptrdiff_t stride;

    FLAMBEAU_INLINE ptrdiff_t line() const { return quotient_up(planes.row(), stride); }
    FLAMBEAU_INLINE ptrdiff_t size() const { return planes.y.total() * line() * stride + lanes<T>; }
    FLAMBEAU_INLINE ptrdiff_t at(ptrdiff_t y, ptrdiff_t x) const {
        return (x % stride * planes.y.total() + y) * line() + x / stride;
    }
    FLAMBEAU_INLINE void copy(const T* plane, T* to) const {
        __builtin_memset(to, 0, size() * sizeof(T));
        for (ptrdiff_t first = 0; first < least(stride, planes.x.size); ++first) {
            T* const place = to + at(planes.y.low, planes.x.low + first);
            for (ptrdiff_t y = 0; y < planes.y.size; ++y) {
                const T* const from = plane + y * planes.x.size;
                T* const row = place + y * line();
                if (stride == 1) __builtin_memcpy(row, from, planes.x.size * sizeof(T));
                else
                    for (ptrdiff_t x = first, i = 0; x < planes.x.size; x += stride, ++i) row[i] = from[x];
            }
        }
    }
};

// out[y, x] (+)= start + sum over taps of factors[tap] * plane[y * step + x + offsets[tap]].
template <class T>
void add_shifted(const T* plane, ptrdiff_t step, const ptrdiff_t* offsets, const T* factors, ptrdiff_t taps, T start,
                 bool accumulate, ptrdiff_t rows, ptrdiff_t columns, T* out, ptrdiff_t out_y,
                 ptrdiff_t out_x) noexcept {
    constexpr int L = lanes<T>;
    for (ptrdiff_t y = 0; y < rows; ++y)
        for (ptrdiff_t x = 0; x < columns; x += L) {
            Vector<T> sum = Vector<T>{} + start;
            for (ptrdiff_t tap = 0; tap < taps; ++tap) sum += load(plane + y * step + x + offsets[tap]) * factors[tap];
            const ptrdiff_t count = least(L, columns - x);
            T* const to = out + y * out_y + x * out_x;
            if (out_x == 1) {
                if (accumulate) sum += load_partial(to, count);
                store_partial(to, sum, count);
            } else {
                for (ptrdiff_t l = 0; l < count; ++l) to[l * out_x] = accumulate ? to[l * out_x] + sum[l] : sum[l];
            }
        }
}

template <class T>
class Depthwise {
  public:
    explicit Depthwise(const Convolution& c) noexcept : c(c), filters(c.o / c.groups), taps(c.y.kernel * c.x.kernel) {}

    bool forward(const T* input, const T* weight, const T* bias, T* result) const noexcept {
        const SortedPlane<T> plane = sorted();
        return each(c.n * c.c, 1, plane.size(), [&](ptrdiff_t item, T* copy, ptrdiff_t* offsets) {
            plane.copy(input + item * c.y.size * c.x.size, copy);
            places(plane, offsets);
            for (ptrdiff_t f = 0; f < filters; ++f) {
                const ptrdiff_t o = item % c.c * filters + f;
                add_shifted(copy, c.y.stride * plane.line(), offsets, weight + o * taps, taps, bias ? bias[o] : T(0),
                            false, c.y.result, c.x.result, result + (item / c.c * c.o + o) * c.y.result * c.x.result, c.x.result, 1);
            }
        });
    }

    bool input_gradient(const T* grad, const T* weight, const T* bias, T* result) const noexcept {
        const Phases vertical{c.y}, horizontal{c.x};
        const SortedPlane<T> plane{{{1, 0, 0}, vertical.padded(), horizontal.padded()}, 1};
        return each(c.n * c.c, 1, plane.size() + taps, [&](ptrdiff_t item, T* copy, ptrdiff_t* offsets) {
            T* const factors = copy + plane.size();
            for (ptrdiff_t f = 0; f < filters; ++f) {
                const ptrdiff_t o = item % c.c * filters + f;
                plane.copy(grad + (item / c.c * c.o + o) * c.y.result * c.x.result, copy);
                for (ptrdiff_t py = 0; py < c.y.stride; ++py)
                    for (ptrdiff_t px = 0; px < c.x.stride; ++px) {
                        ptrdiff_t count = 0;
                        for (ptrdiff_t tap = 0; tap < taps; ++tap) {
                            const ptrdiff_t ky = tap / c.x.kernel, kx = tap % c.x.kernel;
                            if (!vertical.meets(py, ky) || !horizontal.meets(px, kx)) continue;
                            factors[count] = weight[o * taps + tap];
                            offsets[count++] = plane.at(vertical.distance(py, ky) + plane.planes.y.low,
                                                        horizontal.distance(px, kx) + plane.planes.x.low);
                        }
                        add_shifted(copy, plane.line(), offsets, factors, count,
                                    bias && f == 0 ? bias[item % c.c] : T(0), f > 0, vertical.count(py),
                                    horizontal.count(px), result + item * c.y.size * c.x.size + py * c.x.size + px,
                                    c.y.stride * c.x.size, c.x.stride);
                    }
            }
        });
    }

    bool weight_gradient(const T* grad, const T* input, T* result) const noexcept {
        const SortedPlane<T> plane = sorted();
        return each(c.c, c.n, plane.size(), [&](ptrdiff_t channel, T* copy, ptrdiff_t* offsets) {
            T* const to = result + channel * filters * taps;
            for (ptrdiff_t i = 0; i < filters * taps; ++i) to[i] = 0;
            places(plane, offsets);
            for (ptrdiff_t n = 0; n < c.n; ++n) {
                plane.copy(input + (n * c.c + channel) * c.y.size * c.x.size, copy);
                for (ptrdiff_t i = 0; i < filters * taps; ++i)
                    to[i] += inner(grad + (n * c.o + channel * filters + i / taps) * c.y.result * c.x.result,
                                   copy + offsets[i % taps], c.y.stride * plane.line());
            }
        });
    }

  private:
    const Convolution& c;
    ptrdiff_t filters, taps;  // of a channel

    FLAMBEAU_INLINE SortedPlane<T> sorted() const {
        return {planes_of(c), c.x.stride};
    }

    FLAMBEAU_INLINE void places(const SortedPlane<T>& plane, ptrdiff_t* offsets) const {
        for (ptrdiff_t tap = 0; tap < taps; ++tap)
            offsets[tap] = plane.at(tap / c.x.kernel * c.y.dilation, tap % c.x.kernel * c.x.dilation);
    }

    // work(item, scratch of `size` numbers, room for offsets) for every item, of `planes` planes each.
    template <class Work>
    FLAMBEAU_INLINE bool each(ptrdiff_t items, ptrdiff_t planes, ptrdiff_t size, const Work& work) const {
        bool done = true;
        const ptrdiff_t grain = quotient_up(1 << 16, (size + c.y.result * c.x.result * taps) * (planes + 1));
        const ptrdiff_t bytes = round_up(size * ptrdiff_t(sizeof(T)), 64);
        parallel(items, grain, [&](ptrdiff_t begin, ptrdiff_t end) noexcept {
            const Scratch scratch(bytes + taps * sizeof(ptrdiff_t));
            if (!scratch.data) {
                __atomic_store_n(&done, false, __ATOMIC_RELAXED);
                return;
            }
            ptrdiff_t* const offsets = reinterpret_cast<ptrdiff_t*>(static_cast<char*>(scratch.data) + bytes);
            for (ptrdiff_t i = begin; i < end; ++i) work(i, static_cast<T*>(scratch.data), offsets);
        });
        return done;
    }

    // The sum of the products of the result's plane and what its windows see at one place.
    FLAMBEAU_INLINE T inner(const T* grad, const T* seen, ptrdiff_t step) const {
        constexpr int L = lanes<T>;
        Vector<T> sum{};
        for (ptrdiff_t y = 0; y < c.y.result; ++y) {
            ptrdiff_t x = 0;
            for (; x + L <= c.x.result; x += L) sum += load(grad + y * c.x.result + x) * load(seen + y * step + x);
            if (const ptrdiff_t rest = c.x.result - x; rest > 0)
                sum += load_partial(grad + y * c.x.result + x, rest) * load_partial(seen + y * step + x, rest);
        }
        T total = 0;
        for (int l = 0; l < L; ++l) total += sum[l];
        return total;
    }
};

}  // namespace flambeau::FLAMBEAU_ISA::micro
