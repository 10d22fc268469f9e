// Counts in bins, and of the most frequent elements. Parts of the elements are counted apart and added up in order, so that
// sums of weights are equal for any number of threads.
#include "flambeau/counting.hpp"

#include "flambeau/half.hpp"
#include "flambeau/memory.hpp"
#include "flambeau/threads.hpp"

namespace flambeau::FLAMBEAU_ISA {
namespace {

constexpr std::ptrdiff_t CountedPart = 128 << 10;  // elements that are counted together, at least
constexpr std::ptrdiff_t MostParts = 16;

template <class T>
struct Bins {
    const T* edges;
    std::ptrdiff_t count;
    T low, high, per_width;
    bool even;

    Bins(const T* edges, std::ptrdiff_t count) : edges(edges), count(count), low(edges[0]), high(edges[count]) {
        const T width = (high - low) / static_cast<T>(count);
        per_width = 1 / width;
        even = width > 0 && per_width - per_width == 0;
        // Nowhere further off than a bin from where even ones are.
        for (std::ptrdiff_t k = 0; even && k <= count; ++k) {
            const T off = edges[k] - (low + width * static_cast<T>(k));
            even = off <= width && -off <= width;
        }
    }

    // The last bin that begins at x or before, for low <= x <= high.
    FLAMBEAU_INLINE std::ptrdiff_t of(T x) const {
        std::ptrdiff_t bin = 0;
        if (even) {
            bin = static_cast<std::ptrdiff_t>((x - low) * per_width);
            bin = bin < count ? bin : count - 1;
            while (bin > 0 && x < edges[bin]) --bin;
            while (bin + 1 < count && x >= edges[bin + 1]) ++bin;
        } else {
            std::ptrdiff_t end = count;
            while (end - bin > 1) {
                const std::ptrdiff_t middle = (bin + end) / 2;
                (x >= edges[middle] ? bin : end) = middle;
            }
        }
        return x == high ? count - 1 : bin;
    }
};

template <class T, class Count, class Weight>
bool count_in(const HistogramLayout& layout, const Weight& weight) {
    const T* const in_n = static_cast<const T*>(layout.in);
    const Bins<T> bins(static_cast<const T*>(layout.edges), layout.bins);
    std::ptrdiff_t parts = layout.n / (layout.bins > CountedPart ? layout.bins : CountedPart);
    parts = parts < 1 ? 1 : parts > MostParts ? MostParts : parts;
    const Scratch scratch(parts * layout.bins * sizeof(Count));
    Count* const counts = static_cast<Count*>(scratch.data);
    if (counts == nullptr) return false;
    parallel(parts, 1, [&](std::ptrdiff_t first, std::ptrdiff_t last) {
        for (std::ptrdiff_t part = first; part < last; ++part) {
            Count* const own = counts + part * layout.bins;
            for (std::ptrdiff_t k = 0; k < layout.bins; ++k) own[k] = 0;
            const std::ptrdiff_t end = (part + 1) * layout.n / parts;
            for (std::ptrdiff_t i = part * layout.n / parts; i < end; ++i)
                if (in_n[i] >= bins.low && in_n[i] <= bins.high) own[bins.of(in_n[i])] += weight(i);
        }
    });
    T* const out = static_cast<T*>(layout.out);
    for (std::ptrdiff_t k = 0; k < layout.bins; ++k) {
        Count total = counts[k];
        for (std::ptrdiff_t part = 1; part < parts; ++part) total += counts[part * layout.bins + k];
        out[k] = static_cast<T>(total);
    }
    return true;
}

template <class T>
bool histogram(const HistogramLayout& layout) {
    if (layout.weights != nullptr)
        return count_in<T, double>(layout, [&](std::ptrdiff_t i) { return layout.weights[i]; });
    return count_in<T, std::int64_t>(layout, [](std::ptrdiff_t) { return std::int64_t(1); });
}

template <class In>
FLAMBEAU_INLINE bool equal(In one, In other) { return one == other; }
FLAMBEAU_INLINE bool equal(half one, half other) { return to_float(one) == to_float(other); }
FLAMBEAU_INLINE bool equal(bfloat16 one, bfloat16 other) { return to_float(one) == to_float(other); }

template <class In>
void mode(const ModeLayout& layout) {
    const std::ptrdiff_t n = layout.n, step = layout.inner, grain = 4096 / (n + 1) + 1;
    parallel(layout.outer * layout.inner, grain, [&](std::ptrdiff_t first, std::ptrdiff_t last) {
        for (std::ptrdiff_t line = first; line < last; ++line) {
            const std::ptrdiff_t at = line / step * n * step + line % step;
            const In* const sorted = static_cast<const In*>(layout.sorted) + at;
            std::ptrdiff_t begin = 0, best = 0, longest = 0;
            for (std::ptrdiff_t i = 0; i < n; ++i) {
                if (i > 0 && !equal(sorted[i * step], sorted[(i - 1) * step])) begin = i;
                if (i - begin + 1 > longest) {
                    longest = i - begin + 1;
                    best = i;
                }
            }
            static_cast<In*>(layout.values)[line] = sorted[best * step];
            layout.places[line] = layout.order[at + best * step];
        }
    });
}

constexpr CountingKernels all_counting() {
    CountingKernels kernels = {};
    kernels.histogram[Float32] = &histogram<float>;
    kernels.histogram[Float64] = &histogram<double>;
    kernels.mode[Bool] = kernels.mode[UInt8] = &mode<std::uint8_t>;
    kernels.mode[Int8] = &mode<std::int8_t>;
    kernels.mode[Int16] = kernels.mode[UInt16] = &mode<std::int16_t>;
    kernels.mode[Int32] = kernels.mode[UInt32] = &mode<std::int32_t>;
    kernels.mode[Int64] = kernels.mode[UInt64] = &mode<std::int64_t>;
    kernels.mode[Float32] = &mode<float>;
    kernels.mode[Float64] = &mode<double>;
    kernels.mode[Float16] = &mode<half>;
    kernels.mode[BFloat16] = &mode<bfloat16>;
    return kernels;
}

}  // namespace

extern const CountingKernels counting;
const CountingKernels counting = all_counting();

}  // namespace flambeau::FLAMBEAU_ISA
