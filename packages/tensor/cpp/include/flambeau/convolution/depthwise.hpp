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

// Rows rows of what add_shifted computes: a factor is read once for all of them.
template <class T, int Rows>
FLAMBEAU_INLINE void add_shifted_rows(const T* plane, ptrdiff_t step, const ptrdiff_t* offsets, const T* factors,
                                      ptrdiff_t taps, T start, bool accumulate, ptrdiff_t columns, T* out,
                                      ptrdiff_t out_y, ptrdiff_t out_x) {
    constexpr int L = lanes<T>;
    for (ptrdiff_t x = 0; x < columns; x += L) {
        Vector<T> sums[Rows];
#pragma GCC unroll 8
        for (int y = 0; y < Rows; ++y) sums[y] = Vector<T>{} + start;
        for (ptrdiff_t tap = 0; tap < taps; ++tap) {
            const T* const seen = plane + x + offsets[tap];
            const T factor = factors[tap];
#pragma GCC unroll 8
            for (int y = 0; y < Rows; ++y) sums[y] += load(seen + y * step) * factor;
        }
        const ptrdiff_t count = least(L, columns - x);
#pragma GCC unroll 8
        for (int y = 0; y < Rows; ++y) {
            T* const to = out + y * out_y + x * out_x;
            if (out_x == 1) {
                if (accumulate) sums[y] += load_partial(to, count);
                store_partial(to, sums[y], count);
            } else {
                for (ptrdiff_t l = 0; l < count; ++l)
                    to[l * out_x] = accumulate ? to[l * out_x] + sums[y][l] : sums[y][l];
            }
        }
    }
}

// out[y, x] (+)= start + sum over taps of factors[tap] * plane[y * step + x + offsets[tap]].
template <class T>
void add_shifted(const T* plane, ptrdiff_t step, const ptrdiff_t* offsets, const T* factors, ptrdiff_t taps, T start,
                 bool accumulate, ptrdiff_t rows, ptrdiff_t columns, T* out, ptrdiff_t out_y,
                 ptrdiff_t out_x) noexcept {
    constexpr int Most = 7;  // divides 7, 14, 28 and 56, the usual sizes of small images
    ptrdiff_t y = 0;
    for (; y + Most <= rows; y += Most)
        add_shifted_rows<T, Most>(plane + y * step, step, offsets, factors, taps, start, accumulate, columns,
                                  out + y * out_y, out_y, out_x);
    for (; y < rows; ++y)
        add_shifted_rows<T, 1>(plane + y * step, step, offsets, factors, taps, start, accumulate, columns,
                               out + y * out_y, out_y, out_x);
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

    // The sums of all images stay in vectors, one for each place of each filter, until the last.
    bool weight_gradient(const T* grad, const T* input, T* result) const noexcept {
        constexpr int L = lanes<T>;
        const SortedPlane<T> plane = sorted();
        const ptrdiff_t all = filters * taps;
        return each(c.c, c.n, plane.size() + all * L, [&](ptrdiff_t channel, T* copy, ptrdiff_t* offsets) {
            T* const sums = copy + plane.size();
            __builtin_memset(sums, 0, all * L * sizeof(T));
            places(plane, offsets);
            for (ptrdiff_t n = 0; n < c.n; ++n) {
                plane.copy(input + (n * c.c + channel) * c.y.size * c.x.size, copy);
                for (ptrdiff_t f = 0; f < filters; ++f) {
                    const T* const from = grad + (n * c.o + channel * filters + f) * c.y.result * c.x.result;
                    ptrdiff_t tap = 0;
                    for (; tap + Taps <= taps; tap += Taps)
                        add_products<Taps>(from, copy, offsets + tap, c.y.stride * plane.line(),
                                           sums + (f * taps + tap) * L);
                    for (; tap < taps; ++tap)
                        add_products<1>(from, copy, offsets + tap, c.y.stride * plane.line(),
                                        sums + (f * taps + tap) * L);
                }
            }
            for (ptrdiff_t i = 0; i < all; ++i) {
                T total = 0;
                for (int l = 0; l < L; ++l) total += sums[i * L + l];
                result[channel * all + i] = total;
            }
        });
    }

  private:
    static constexpr int Taps = 9;  // of a 3x3 window, or a part of a larger one

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

    // To each sum, the products of the result's plane and what its windows see at one of Count places.
    template <int Count>
    FLAMBEAU_INLINE void add_products(const T* grad, const T* copy, const ptrdiff_t* offsets, ptrdiff_t step,
                                      T* sums_l) const {
        constexpr int L = lanes<T>;
        Vector<T> sums[Count];
#pragma GCC unroll 16
        for (int i = 0; i < Count; ++i) sums[i] = load(sums_l + i * L);
        for (ptrdiff_t y = 0; y < c.y.result; ++y)
            for (ptrdiff_t x = 0; x < c.x.result; x += L) {
                const T* const from = grad + y * c.x.result + x;
                const T* const seen = copy + y * step + x;
                if (const ptrdiff_t rest = c.x.result - x; rest < L) {
                    const Vector<T> g = load_partial(from, rest);
#pragma GCC unroll 16
                    for (int i = 0; i < Count; ++i) sums[i] += g * load_partial(seen + offsets[i], rest);
                } else {
                    const Vector<T> g = load(from);
#pragma GCC unroll 16
                    for (int i = 0; i < Count; ++i) sums[i] += g * load(seen + offsets[i]);
                }
            }
#pragma GCC unroll 16
        for (int i = 0; i < Count; ++i) store(sums_l + i * L, sums[i]);
    }
};

}  // namespace flambeau::FLAMBEAU_ISA::micro
