// Planes put together anew. Of each set of columns the longest stretch that lies at equal distances is done together.
#include "flambeau/remapping.hpp"

#include "flambeau/gemm/pack.hpp"
#include "flambeau/memory.hpp"
#include "flambeau/threads.hpp"

namespace flambeau::FLAMBEAU_ISA {
namespace {

using micro::least;
using micro::quotient_up;
using std::ptrdiff_t;

constexpr ptrdiff_t RemappingPart = 32 << 10;  // elements that are worth a thread
constexpr ptrdiff_t FewPlanes = 16;            // of which parts are gathered by themselves

struct Wide {
    std::uint64_t low, high;
};

FLAMBEAU_INLINE bool inside(std::int64_t index, ptrdiff_t size) {
    return static_cast<std::uint64_t>(index) < static_cast<std::uint64_t>(size);
}

// Columns [begin, end) of a set, all in the plane and each `step` > 0 beyond the one before.
struct Stretch {
    ptrdiff_t begin, end, step;
};

Stretch longest_stretch(const std::int64_t* index, ptrdiff_t count, ptrdiff_t width) noexcept {
    Stretch best{0, 0, 1};
    for (ptrdiff_t begin = 0; begin < count;) {
        const ptrdiff_t step = begin + 1 < count ? index[begin + 1] - index[begin] : 1;
        ptrdiff_t end = begin;
        while (step > 0 && end < count && inside(index[end], width) && index[end] == index[begin] + (end - begin) * step) ++end;
        if (end - begin > best.end - best.begin) best = {begin, end, step};
        // The next may begin with the last of this one.
        begin = end > begin + 1 ? end - 1 : begin + 1;
        if (end == count) break;
    }
    return best;
}

// Calls body(stretches), one for each set of columns.
template <class F>
FLAMBEAU_INLINE bool with_stretches(const Remapping& m, const F& body) {
    const Scratch scratch(static_cast<std::size_t>(m.column_sets + 1) * sizeof(Stretch));
    Stretch* const stretches = static_cast<Stretch*>(scratch.data);
    if (stretches == nullptr) return false;
    for (ptrdiff_t b = 0; b < m.column_sets; ++b)
        stretches[b] = longest_stretch(m.column_index + b * m.columns, m.columns, m.width);
    body(stretches);
    return true;
}

template <class T>
FLAMBEAU_INLINE void copy_neighbours(const T* from, ptrdiff_t count, T* __restrict to) {
    if constexpr (sizeof(T) == 4 || sizeof(T) == 8) {
        constexpr int L = micro::lanes<T>;
        ptrdiff_t s = 0;
        for (; s + L <= count; s += L) micro::store(to + s, micro::load(from + s));
        if (s < count) micro::store_partial(to + s, micro::load_partial(from + s, count - s), count - s);
    } else {
        __builtin_memcpy(to, from, static_cast<std::size_t>(count) * sizeof(T));
    }
}

template <class T>
FLAMBEAU_INLINE void remap_row(const T* from, ptrdiff_t width, const std::int64_t* index, ptrdiff_t count, Stretch stretch,
                               T* __restrict to) {
    const auto one_by_one = [=](ptrdiff_t begin, ptrdiff_t end) {
        for (ptrdiff_t s = begin; s < end; ++s) to[s] = inside(index[s], width) ? from[index[s]] : T{};
    };
    one_by_one(0, stretch.begin);
    if (const ptrdiff_t length = stretch.end - stretch.begin, step = stretch.step; length > 0) {
        const T* const seen = from + index[stretch.begin];
        T* __restrict const made = to + stretch.begin;
        if (step == 1) copy_neighbours(seen, length, made);
        else
            for (ptrdiff_t s = 0; s < length; ++s) made[s] = seen[s * step];
    }
    one_by_one(stretch.end, count);
}

template <class T>
bool remap(const Remapping& m) {
    return with_stretches(m, [&](const Stretch* stretches) {
        const ptrdiff_t grain = RemappingPart / (m.columns + 1) + 1;
        parallel(m.planes * m.row_sets * m.column_sets * m.rows, grain, [&](ptrdiff_t begin, ptrdiff_t end) noexcept {
            ptrdiff_t r = begin % m.rows, b = begin / m.rows % m.column_sets;
            ptrdiff_t a = begin / m.rows / m.column_sets % m.row_sets, n = begin / m.rows / m.column_sets / m.row_sets;
            for (ptrdiff_t i = begin; i < end; ++i) {
                T* const to = static_cast<T*>(m.out) + i * m.columns;
                const std::int64_t row = m.row_index[a * m.rows + r];
                if (inside(row, m.height))
                    remap_row(static_cast<const T*>(m.input) + (n * m.height + row) * m.width, m.width,
                              m.column_index + b * m.columns, m.columns, stretches[b], to);
                else
                    for (ptrdiff_t s = 0; s < m.columns; ++s) to[s] = T{};
                if (++r < m.rows) continue;
                r = 0;
                if (++b < m.column_sets) continue;
                b = 0;
                if (++a < m.row_sets) continue;
                a = 0;
                ++n;
            }
        });
    });
}

template <class T>
FLAMBEAU_INLINE void add_row(const T* from, ptrdiff_t width, const std::int64_t* index, ptrdiff_t count, Stretch stretch,
                             T* __restrict to) {
    const auto one_by_one = [=](ptrdiff_t begin, ptrdiff_t end) {
        for (ptrdiff_t s = begin; s < end; ++s)
            if (inside(index[s], width)) to[index[s]] = static_cast<T>(to[index[s]] + from[s]);
    };
    one_by_one(0, stretch.begin);
    if (const ptrdiff_t length = stretch.end - stretch.begin, step = stretch.step; length > 0) {
        T* __restrict const seen = to + index[stretch.begin];
        const T* const made = from + stretch.begin;
        if (step == 1)
            for (ptrdiff_t s = 0; s < length; ++s) seen[s] = static_cast<T>(seen[s] + made[s]);
        else
            for (ptrdiff_t s = 0; s < length; ++s) seen[s * step] = static_cast<T>(seen[s * step] + made[s]);
    }
    one_by_one(stretch.end, count);
}

// A task gathers some rows of a plane. Each gets what is its own in the order of sets, however rows are cut.
template <class T>
bool gradient(const Remapping& m) {
    return with_stretches(m, [&](const Stretch* stretches) {
        const ptrdiff_t each = m.row_sets * m.column_sets * m.rows * m.columns + m.height * m.width;
        const ptrdiff_t parts = m.planes >= FewPlanes ? 1 : least(quotient_up(each, RemappingPart), FewPlanes);
        const ptrdiff_t high = quotient_up(m.height, parts);
        parallel(m.planes * parts, RemappingPart / (each / parts + 1) + 1, [&](ptrdiff_t begin, ptrdiff_t end) noexcept {
            for (ptrdiff_t i = begin; i < end; ++i) {
                const ptrdiff_t n = i / parts, first = i % parts * high, last = least(first + high, m.height);
                const T* from = static_cast<const T*>(m.input) + n * m.row_sets * m.column_sets * m.rows * m.columns;
                T* const plane = static_cast<T*>(m.out) + n * m.height * m.width;
                for (ptrdiff_t k = first * m.width; k < last * m.width; ++k) plane[k] = T{};
                for (ptrdiff_t a = 0; a < m.row_sets; ++a)
                    for (ptrdiff_t b = 0; b < m.column_sets; ++b)
                        for (ptrdiff_t r = 0; r < m.rows; ++r, from += m.columns) {
                            const std::int64_t row = m.row_index[a * m.rows + r];
                            if (row < first || row >= last) continue;
                            add_row(from, m.width, m.column_index + b * m.columns, m.columns, stretches[b],
                                    plane + row * m.width);
                        }
            }
        });
    });
}

constexpr RemappingKernels all_remappings() {
    RemappingKernels kernels = {{&remap<std::uint8_t>, &remap<std::uint16_t>, &remap<std::uint32_t>,
                                 &remap<std::uint64_t>, &remap<Wide>}, {}};
    kernels.gradient[Int8] = kernels.gradient[UInt8] = &gradient<std::uint8_t>;
    kernels.gradient[Int16] = kernels.gradient[UInt16] = &gradient<std::uint16_t>;
    kernels.gradient[Int32] = kernels.gradient[UInt32] = &gradient<std::uint32_t>;
    kernels.gradient[Int64] = kernels.gradient[UInt64] = &gradient<std::uint64_t>;
    kernels.gradient[Float32] = &gradient<float>;
    kernels.gradient[Float64] = &gradient<double>;
    return kernels;
}

}  // namespace

extern const RemappingKernels remapping;
const RemappingKernels remapping = all_remappings();

}  // namespace flambeau::FLAMBEAU_ISA
