// Softmax and its kin. A short row is done in the first-level cache; of a long one the blocks are measured first, their
// measures merged in order, and then applied, on several threads each.
#include "flambeau/memory.hpp"
#include "flambeau/rows.hpp"
#include "flambeau/softmax.hpp"
#include "flambeau/threads.hpp"

namespace flambeau::FLAMBEAU_ISA {
namespace {

constexpr std::ptrdiff_t RowPart = 16 << 10;    // elements that one thread takes at a time
constexpr std::ptrdiff_t NarrowLines = 8;       // fewer columns than these are done one by one

template <class Op, class T>
bool long_row(const T* a, const T* b, T* out_n, std::ptrdiff_t n) {
    using Measure = typename Op::Measure;
    const std::ptrdiff_t count = (n + BlockLength - 1) / BlockLength;
    const Scratch scratch(count * sizeof(Measure));
    Measure* measures = static_cast<Measure*>(scratch.data);
    if (measures == nullptr) return false;
    constexpr std::ptrdiff_t grain = RowPart / BlockLength;
    const auto length = [=](std::ptrdiff_t k) { return least(BlockLength, n - k * BlockLength); };
    parallel(count, grain, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
        for (std::ptrdiff_t k = begin; k < end; ++k)
            measures[k] = Op::measure(a + k * BlockLength, b + k * BlockLength, length(k));
    });
    for (std::ptrdiff_t apart = 1; apart < count; apart *= 2)
        for (std::ptrdiff_t k = 0; k + apart < count; k += 2 * apart) measures[k] = Op::merge(measures[k], measures[k + apart]);
    const Measure measure = measures[0];
    parallel(count, grain, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
        for (std::ptrdiff_t k = begin; k < end; ++k)
            Op::apply(a + k * BlockLength, b + k * BlockLength, out_n + k * BlockLength, length(k), measure);
    });
    return true;
}

FLAMBEAU_INLINE std::ptrdiff_t grain_of(std::ptrdiff_t elements) {
    return elements < RowPart ? RowPart / elements : 1;
}

template <class Op, class T>
bool run_rows(const RowLayout& layout) {
    const std::ptrdiff_t n = layout.n;
    const T *a = static_cast<const T*>(layout.in[0]), *b = static_cast<const T*>(layout.in[Op::inputs - 1]);
    T* out = static_cast<T*>(layout.out);
    if (layout.outer < 8 && n >= 4 * RowPart) {
        for (std::ptrdiff_t i = 0; i < layout.outer; ++i)
            if (!long_row<Op>(a + i * n, b + i * n, out + i * n, n)) return false;
        return true;
    }
    parallel(layout.outer, grain_of(n), [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
        for (std::ptrdiff_t i = begin; i < end; ++i) any_row<Op>(a + i * n, b + i * n, out + i * n, n);
    });
    return true;
}

template <class Op, class T>
bool run_columns(const RowLayout& layout) {
    const std::ptrdiff_t n = layout.n, m = layout.inner, eighth = (m / 8 + 15) / 16 * 16;
    const std::ptrdiff_t width = least(least(m, WidestLines), eighth > 32 ? eighth : 32);
    const std::ptrdiff_t tiles = (m + width - 1) / width;
    parallel(layout.outer * tiles, grain_of(n * width), [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
        for (std::ptrdiff_t i = begin; i < end; ++i) {
            const std::ptrdiff_t first = i % tiles * width, at = i / tiles * n * m + first;
            Op::columns({{static_cast<const T*>(layout.in[0]) + at, static_cast<const T*>(layout.in[Op::inputs - 1]) + at},
                         static_cast<T*>(layout.out) + at, m},
                        n, least(width, m - first));
        }
    });
    return true;
}

// Lines that are narrow, or of a type that is only stored, are loaded one by one.
template <class Op, class T, class In>
bool run_loaded(const RowLayout& layout) {
    const std::ptrdiff_t n = layout.n, m = layout.inner, size = sizeof(In), step = m * size;
    bool enough = true;
    parallel(layout.outer * m, grain_of(n), [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
        const Scratch scratch((Op::inputs + 1) * n * sizeof(T));
        T* values = static_cast<T*>(scratch.data);
        if (values == nullptr) {
            __atomic_store_n(&enough, false, __ATOMIC_RELAXED);
            return;
        }
        T* result = values + Op::inputs * n;
        for (std::ptrdiff_t i = begin; i < end; ++i) {
            const std::ptrdiff_t at = (i / m * n * m + i % m) * size;
            for (int k = 0; k < Op::inputs; ++k)
                load_values<In, T>(static_cast<const char*>(layout.in[k]) + at, step,
                                   reinterpret_cast<char*>(values + k * n), n);
            any_row<Op>(values, values + (Op::inputs - 1) * n, result, n);
            store_values<In>(static_cast<char*>(layout.out) + at, step, n, [&](std::ptrdiff_t j) { return result[j]; });
        }
    });
    return enough;
}

template <template <class> class Op, class In>
bool run(const RowLayout& layout) {
    using T = Real<In>;
    if (layout.outer == 0 || layout.n == 0 || layout.inner == 0) return true;
    if constexpr (std::is_same_v<T, In>) {
        if (layout.inner == 1) return run_rows<Op<T>, T>(layout);
        if (layout.inner >= NarrowLines) return run_columns<Op<T>, T>(layout);
    }
    return run_loaded<Op<T>, T, In>(layout);
}

template <template <class> class Op>
constexpr void fill(bool (**of_type)(const RowLayout&)) {
    of_type[Float32] = &run<Op, float>;
    of_type[Float64] = &run<Op, double>;
    of_type[Float16] = &run<Op, half>;
    of_type[BFloat16] = &run<Op, bfloat16>;
}

constexpr RowKernels all_rows() {
    RowKernels kernels = {};
    fill<Softmax>(kernels.run[RowSoftmax]);
    fill<LogSoftmax>(kernels.run[RowLogSoftmax]);
    fill<SoftmaxBackward>(kernels.run[RowSoftmaxBackward]);
    fill<LogSoftmaxBackward>(kernels.run[RowLogSoftmaxBackward]);
    return kernels;
}

}  // namespace

extern const RowKernels row;
const RowKernels row = all_rows();

}  // namespace flambeau::FLAMBEAU_ISA
