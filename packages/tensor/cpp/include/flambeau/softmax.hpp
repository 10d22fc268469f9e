// Softmax and its kin, on rows and on columns, for one instruction set.
#pragma once

#include "flambeau/exp_sums.hpp"

namespace flambeau::FLAMBEAU_ISA {

constexpr std::ptrdiff_t WidestLines = 256;  // columns that are done together
constexpr std::ptrdiff_t SummedRows = 64;    // of a column, before their sum is added to the others

template <class T>
FLAMBEAU_INLINE T nan_unless(bool good, T x) {
    return good ? x : T(__builtin_nan(""));
}

// Column sums of f(r, c) for `rows` rows, in blocks so that rounding errors do not add up.
template <class T, class F>
FLAMBEAU_INLINE void sum_columns(std::ptrdiff_t rows, std::ptrdiff_t width, T* __restrict total, const F& f) {
    for (std::ptrdiff_t c = 0; c < width; ++c) total[c] = 0;
    for (std::ptrdiff_t at = 0; at < rows; at += SummedRows) {
        T sum[WidestLines];
        for (std::ptrdiff_t c = 0; c < width; ++c) sum[c] = 0;
        for (std::ptrdiff_t r = at; r < least(rows, at + SummedRows); ++r) f(r, sum);
        for (std::ptrdiff_t c = 0; c < width; ++c) total[c] += sum[c];
    }
}

// A sum of f over a row, in blocks.
template <class T, class F>
FLAMBEAU_INLINE T sum_of(std::ptrdiff_t n, const F& f) {
    T values[ExpBlock], sum = 0;
    for (std::ptrdiff_t at = 0; at < n; at += ExpBlock) {
        const std::ptrdiff_t length = least(ExpBlock, n - at);
        for (std::ptrdiff_t i = 0; i < length; ++i) values[i] = f(at + i);
        sum += combined_row<Add<T>>(values, length);
    }
    return sum;
}

// The inputs of a line, and of the lines beside it: `step` elements from one element of a line to the next.
template <class T>
struct Lines {
    const T* in[2];
    T* out;
    std::ptrdiff_t step;
};

template <class T>
struct Softmax {
    static constexpr int inputs = 1;
    using Measure = ExpSum<T>;

    static Measure measure(const T* x, const T*, std::ptrdiff_t n) { return exp_sum_of(x, n); }
    static Measure merge(Measure a, Measure b) { return merged(a, b); }
    static T scale(Measure m) { return nan_unless(is_finite(m.greatest), 1 / m.sum); }
    static void apply(const T* x, const T*, T* __restrict out_n, std::ptrdiff_t n, Measure m) {
        const T shift = shift_of(m.greatest), by = scale(m);
        exps_of(x, n, out_n, [=](T a) { return math::exp(a - shift) * by; });
    }
    static void row(const T* x, const T*, T* __restrict out_n, std::ptrdiff_t n) {
        const T greatest = combined_row<Greater<T>>(x, n);
        const T by = scale({greatest, exps(x, n, shift_of(greatest), out_n)});
        for (std::ptrdiff_t i = 0; i < n; ++i) out_n[i] *= by;
    }
    static void columns(Lines<T> lines, std::ptrdiff_t n, std::ptrdiff_t width) {
        T greatest[WidestLines], shift[WidestLines], sum[WidestLines];
        combined_columns<Greater<T>>(reinterpret_cast<const char*>(lines.in[0]), lines.step * sizeof(T), n, greatest, width);
        for (std::ptrdiff_t c = 0; c < width; ++c) shift[c] = shift_of(greatest[c]);
        sum_columns(n, width, sum, [&](std::ptrdiff_t r, T* __restrict sums) {
            const T* x = lines.in[0] + r * lines.step;
            T* __restrict out_n = lines.out + r * lines.step;
            for (std::ptrdiff_t c = 0; c < width; ++c) {
                const T power = math::exp(x[c] - shift[c]);
                out_n[c] = power;
                sums[c] += power;
            }
        });
        for (std::ptrdiff_t c = 0; c < width; ++c) sum[c] = scale({greatest[c], sum[c]});
        for (std::ptrdiff_t r = 0; r < n; ++r) {
            T* __restrict out_n = lines.out + r * lines.step;
            for (std::ptrdiff_t c = 0; c < width; ++c) out_n[c] *= sum[c];
        }
    }
};

template <class T>
struct LogSoftmax {
    static constexpr int inputs = 1;
    using Measure = ExpSum<T>;

    static Measure measure(const T* x, const T*, std::ptrdiff_t n) { return exp_sum_of(x, n); }
    static Measure merge(Measure a, Measure b) { return merged(a, b); }
    static void apply(const T* x, const T*, T* __restrict out_n, std::ptrdiff_t n, Measure m) {
        const T shift = m.greatest, log = math::log(m.sum);
        for (std::ptrdiff_t i = 0; i < n; ++i) out_n[i] = nan_unless(is_finite(shift), (x[i] - shift) - log);
    }
    static void row(const T* x, const T* y, T* out_n, std::ptrdiff_t n) { apply(x, y, out_n, n, measure(x, y, n)); }
    static void columns(Lines<T> lines, std::ptrdiff_t n, std::ptrdiff_t width) {
        T greatest[WidestLines], shift[WidestLines], sum[WidestLines];
        combined_columns<Greater<T>>(reinterpret_cast<const char*>(lines.in[0]), lines.step * sizeof(T), n, greatest, width);
        for (std::ptrdiff_t c = 0; c < width; ++c) shift[c] = shift_of(greatest[c]);
        sum_columns(n, width, sum, [&](std::ptrdiff_t r, T* __restrict sums) {
            const T* x = lines.in[0] + r * lines.step;
            for (std::ptrdiff_t c = 0; c < width; ++c) sums[c] += math::exp(x[c] - shift[c]);
        });
        for (std::ptrdiff_t c = 0; c < width; ++c) sum[c] = nan_unless(is_finite(greatest[c]), math::log(sum[c]));
        for (std::ptrdiff_t r = 0; r < n; ++r) {
            const T* x = lines.in[0] + r * lines.step;
            T* __restrict out_n = lines.out + r * lines.step;
            for (std::ptrdiff_t c = 0; c < width; ++c) out_n[c] = (x[c] - shift[c]) - sum[c];
        }
    }
};

// y (g - sum(g y)) for the result y and its gradient g.
template <class T>
struct SoftmaxBackward {
    static constexpr int inputs = 2;
    using Measure = T;

    static Measure measure(const T* g, const T* y, std::ptrdiff_t n) {
        return sum_of<T>(n, [=](std::ptrdiff_t i) { return g[i] * y[i]; });
    }
    static Measure merge(Measure a, Measure b) { return a + b; }
    static void apply(const T* g, const T* y, T* __restrict out_n, std::ptrdiff_t n, Measure dot) {
        for (std::ptrdiff_t i = 0; i < n; ++i) out_n[i] = y[i] * (g[i] - dot);
    }
    static void row(const T* g, const T* y, T* out_n, std::ptrdiff_t n) { apply(g, y, out_n, n, measure(g, y, n)); }
    static void columns(Lines<T> lines, std::ptrdiff_t n, std::ptrdiff_t width) {
        T dot[WidestLines];
        sum_columns(n, width, dot, [&](std::ptrdiff_t r, T* __restrict sums) {
            const T *g = lines.in[0] + r * lines.step, *y = lines.in[1] + r * lines.step;
            for (std::ptrdiff_t c = 0; c < width; ++c) sums[c] += g[c] * y[c];
        });
        for (std::ptrdiff_t r = 0; r < n; ++r) {
            const T *g = lines.in[0] + r * lines.step, *y = lines.in[1] + r * lines.step;
            T* __restrict out_n = lines.out + r * lines.step;
            for (std::ptrdiff_t c = 0; c < width; ++c) out_n[c] = y[c] * (g[c] - dot[c]);
        }
    }
};

// g - e^y sum(g) for the result y and its gradient g.
template <class T>
struct LogSoftmaxBackward {
    static constexpr int inputs = 2;
    using Measure = T;

    static Measure measure(const T* g, const T*, std::ptrdiff_t n) { return combined_row<Add<T>>(g, n); }
    static Measure merge(Measure a, Measure b) { return a + b; }
    static void apply(const T* g, const T* y, T* __restrict out_n, std::ptrdiff_t n, Measure sum) {
        exps_of(y, n, out_n, [=](T a) { return math::exp(a) * sum; });
        for (std::ptrdiff_t i = 0; i < n; ++i) out_n[i] = g[i] - out_n[i];
    }
    static void row(const T* g, const T* y, T* out_n, std::ptrdiff_t n) { apply(g, y, out_n, n, measure(g, y, n)); }
    static void columns(Lines<T> lines, std::ptrdiff_t n, std::ptrdiff_t width) {
        T sum[WidestLines];
        sum_columns(n, width, sum, [&](std::ptrdiff_t r, T* __restrict sums) {
            const T* g = lines.in[0] + r * lines.step;
            for (std::ptrdiff_t c = 0; c < width; ++c) sums[c] += g[c];
        });
        for (std::ptrdiff_t r = 0; r < n; ++r) {
            const T *g = lines.in[0] + r * lines.step, *y = lines.in[1] + r * lines.step;
            T* __restrict out_n = lines.out + r * lines.step;
            for (std::ptrdiff_t c = 0; c < width; ++c) out_n[c] = g[c] - math::exp(y[c]) * sum[c];
        }
    }
};

// One row of any length.
template <class Op, class T>
void any_row(const T* a, const T* b, T* out_n, std::ptrdiff_t n) {
    if (n <= BlockLength) return Op::row(a, b, out_n, n);
    auto measure = Op::measure(a, b, BlockLength);
    for (std::ptrdiff_t at = BlockLength; at < n; at += BlockLength)
        measure = Op::merge(measure, Op::measure(a + at, b + at, least(BlockLength, n - at)));
    for (std::ptrdiff_t at = 0; at < n; at += BlockLength)
        Op::apply(a + at, b + at, out_n + at, least(BlockLength, n - at), measure);
}

}  // namespace flambeau::FLAMBEAU_ISA
