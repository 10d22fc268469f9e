// Reading and writing at places. What several threads write is cut by where it goes, so that the order of writes to one
// place is that of the index whatever the number of threads.
#include "flambeau/indexing.hpp"

#include <cstring>
#include <type_traits>

#include "flambeau/compress.hpp"
#include "flambeau/half.hpp"
#include "flambeau/memory.hpp"
#include "flambeau/strided.hpp"
#include "flambeau/threads.hpp"

namespace flambeau::FLAMBEAU_ISA {
namespace {

using std::int64_t;
using std::ptrdiff_t;
using std::uint8_t;

constexpr ptrdiff_t PartBytes = 64 << 10;      // that one thread moves at a time
constexpr ptrdiff_t PartElements = 16 << 10;   // the same, where each is a place of its own
constexpr ptrdiff_t MaskPart = 16 << 10;
constexpr ptrdiff_t Ranges = 4;                // of rows that threads write to
constexpr ptrdiff_t NarrowRow = 32;            // bytes below which finding the range costs more than the row

struct alignas(16) Element16 {
    std::uint64_t word[2];
};

template <class T>
FLAMBEAU_INLINE T load(const char* from) {
    T x;
    std::memcpy(&x, from, sizeof(T));
    return x;
}

FLAMBEAU_INLINE ptrdiff_t at_least_one(ptrdiff_t n) { return n > 1 ? n : 1; }

// Whether all indices are in [low, high); with see(i, index) for each.
template <class F>
FLAMBEAU_INLINE bool all_inside(const int64_t* index_n, ptrdiff_t n, int64_t low, int64_t high, const F& see) {
    const std::uint64_t size = high - low;
    bool wrong = false;
    parallel(n, 256 << 10, [&](ptrdiff_t begin, ptrdiff_t end) {
        std::uint64_t bad = 0;
        for (ptrdiff_t i = begin; i < end; ++i) {
            bad |= std::uint64_t(index_n[i] - low) >= size;
            see(i, index_n[i]);
        }
        if (bad != 0) __atomic_store_n(&wrong, true, __ATOMIC_RELAXED);
    });
    return !wrong;
}

bool inside(const int64_t* index_n, ptrdiff_t n, int64_t low, int64_t high) {
    return all_inside(index_n, n, low, high, [](ptrdiff_t, int64_t) {});
}

bool narrow(const int64_t* index_n, ptrdiff_t n, int64_t size, std::uint16_t* out) {
    std::uint16_t* const __restrict out_n = out;
    return all_inside(index_n, n, 0, size, [out_n](ptrdiff_t i, int64_t index) { out_n[i] = std::uint16_t(index); });
}

void combine(int64_t* place_n, const int64_t* index_n, ptrdiff_t n, ptrdiff_t size) {
    for (ptrdiff_t i = 0; i < n; ++i) place_n[i] = place_n[i] * size + index_n[i] + (index_n[i] < 0 ? size : 0);
}

// Rows --------------------------------------------------------------------------------------------------------------

FLAMBEAU_INLINE ptrdiff_t from_front(int64_t i, ptrdiff_t size) { return i + (i < 0 ? size : 0); }

template <class T>
void take_elements(const RowsLayout& a) {
    parallel(a.outer * a.n, PartElements, [&](ptrdiff_t begin, ptrdiff_t end) {
        while (begin < end) {
            const ptrdiff_t o = begin / a.n, first = begin % a.n, last = least(a.n, first + end - begin);
            const T* const data = reinterpret_cast<const T*>(a.data) + o * a.size;
            T* const rows = reinterpret_cast<T*>(a.rows) + o * a.n;
            for (ptrdiff_t i = first; i < last; ++i) rows[i] = data[from_front(a.index[i], a.size)];
            begin += last - first;
        }
    });
}

void take(const RowsLayout& a) {
    if (a.outer == 0 || a.n == 0 || a.row == 0) return;
    switch (a.row) {
        case 1: return take_elements<std::uint8_t>(a);
        case 2: return take_elements<std::uint16_t>(a);
        case 4: return take_elements<std::uint32_t>(a);
        case 8: return take_elements<std::uint64_t>(a);
        default: break;
    }
    const ptrdiff_t row = a.row;
    parallel(a.outer * a.n, at_least_one(PartBytes / row), [&](ptrdiff_t begin, ptrdiff_t end) {
        for (ptrdiff_t i = begin; i < end; ++i) {
            const ptrdiff_t o = i / a.n, place = from_front(a.index[i % a.n], a.size);
            std::memcpy(a.rows + i * row, a.data + (o * a.size + place) * row, row);
        }
    });
}

// write(row of data, row of rows) for every index, in order for each row of data.
template <class F>
FLAMBEAU_INLINE void each_row(const RowsLayout& a, const F& write) {
    if (a.outer == 0 || a.n == 0 || a.row == 0) return;
    const auto one = [&](ptrdiff_t o, ptrdiff_t i, ptrdiff_t place) {
        write(a.data + (o * a.size + place) * a.row, a.rows + (o * a.n + i) * a.step);
    };
    if (a.outer >= Ranges || a.row < NarrowRow || a.n * a.row < 4 * PartBytes) {
        parallel(a.outer, at_least_one(PartBytes / (a.n * a.row)), [&](ptrdiff_t begin, ptrdiff_t end) {
            for (ptrdiff_t o = begin; o < end; ++o)
                for (ptrdiff_t i = 0; i < a.n; ++i) one(o, i, from_front(a.index[i], a.size));
        });
        return;
    }
    const ptrdiff_t range = (a.size + Ranges - 1) / Ranges;
    parallel(a.outer * Ranges, 1, [&](ptrdiff_t begin, ptrdiff_t end) {
        for (ptrdiff_t r = begin; r < end; ++r) {
            const ptrdiff_t low = r % Ranges * range;
            for (ptrdiff_t i = 0; i < a.n; ++i) {
                const ptrdiff_t place = from_front(a.index[i], a.size);
                if (place >= low && place < low + range) one(r / Ranges, i, place);
            }
        }
    });
}

template <class T>
void put_elements(const RowsLayout& a) {
    each_row(a, [](char* to, const char* from) {
        *reinterpret_cast<T*>(to) = *reinterpret_cast<const T*>(from);
    });
}

void put(const RowsLayout& a) {
    switch (a.row) {
        case 1: return put_elements<std::uint8_t>(a);
        case 2: return put_elements<std::uint16_t>(a);
        case 4: return put_elements<std::uint32_t>(a);
        case 8: return put_elements<std::uint64_t>(a);
        default: break;
    }
    each_row(a, [&](char* to, const char* from) { std::memcpy(to, from, a.row); });
}

template <class T>
FLAMBEAU_INLINE T sum(T one, T other) {
    if constexpr (std::is_same_v<T, half> || std::is_same_v<T, bfloat16>) {
        return from_float<T>(to_float(one) + to_float(other));
    } else if constexpr (std::is_same_v<T, bool>) {
        return one | other;
    } else {
        return T(one + other);
    }
}

template <class T>
void add(const RowsLayout& a) {
    const ptrdiff_t n = a.row / ptrdiff_t(sizeof(T));
    each_row(a, [n](char* to, const char* from) {
        T* const to_n = reinterpret_cast<T*>(to);
        const T* const from_n = reinterpret_cast<const T*>(from);
#pragma GCC ivdep
        for (ptrdiff_t i = 0; i < n; ++i) to_n[i] = sum(to_n[i], from_n[i]);
    });
}

// Along a dimension -------------------------------------------------------------------------------------------------

// The indices are looked at as they are used: they are the most of what is read.
template <class T>
bool gather(const AlongLayout& a) {
    const ptrdiff_t m = a.inner;
    if (a.outer == 0 || m == 0 || a.n == 0) return true;
    if (a.size == 0) return false;
    bool wrong = false;
    parallel(a.outer * a.n, at_least_one(PartElements / m), [&](ptrdiff_t begin, ptrdiff_t end) {
        T* const elements = reinterpret_cast<T*>(a.elements);
        const std::uint64_t size = a.size;
        std::uint64_t bad = 0;
        const auto inside = [&](int64_t i) {
            const bool outside = std::uint64_t(i) >= size;
            bad |= outside;
            return outside ? 0 : i;
        };
        while (begin < end) {
            // The rows of one outer index.
            const ptrdiff_t o = begin / a.n, last = least(end, (o + 1) * a.n);
            const T* const data = reinterpret_cast<const T*>(a.data) + o * a.size * m;
            if (m == 1) {
                for (ptrdiff_t i = begin; i < last; ++i) elements[i] = data[inside(a.index[i])];
            } else {
                for (ptrdiff_t i = begin; i < last; ++i)
                    for (ptrdiff_t k = 0; k < m; ++k) elements[i * m + k] = data[inside(a.index[i * m + k]) * m + k];
            }
            begin = last;
        }
        if (bad != 0) __atomic_store_n(&wrong, true, __ATOMIC_RELAXED);
    });
    return !wrong;
}

// write(element of data, element) for every index, in order for each place.
template <class T, class F>
FLAMBEAU_INLINE void each_along(const AlongLayout& a, const F& write) {
    const ptrdiff_t m = a.inner;
    if (a.n == 0 || m == 0) return;
    constexpr ptrdiff_t columns = 64 / sizeof(T);  // a line of the cache
    const auto run = [&](ptrdiff_t o, ptrdiff_t first, ptrdiff_t last) {
        T* const data = reinterpret_cast<T*>(a.data) + o * a.size * m;
        const int64_t* const index = a.index + o * a.n * m;
        const char* const elements = a.elements + o * a.n * m * a.step;
        const auto row = [&](const auto* places) {
            for (ptrdiff_t i = 0; i < a.n; ++i)
                write(data[places[i]], *reinterpret_cast<const T*>(elements + i * a.step));
        };
        if (m == 1) return a.narrow != nullptr ? row(a.narrow + o * a.n) : row(index);
        for (ptrdiff_t i = 0; i < a.n; ++i)
            for (ptrdiff_t k = first; k < last; ++k)
                write(data[index[i * m + k] * m + k], *reinterpret_cast<const T*>(elements + (i * m + k) * a.step));
    };
    if (a.outer >= 8 || m < 2 * columns) {
        parallel(a.outer, at_least_one(PartElements / (a.n * m)), [&](ptrdiff_t begin, ptrdiff_t end) {
            for (ptrdiff_t o = begin; o < end; ++o) run(o, 0, m);
        });
        return;
    }
    const ptrdiff_t eighth = (m / 8 + columns - 1) / columns * columns, width = eighth > columns ? eighth : columns;
    const ptrdiff_t blocks = (m + width - 1) / width;
    parallel(a.outer * blocks, at_least_one(PartElements / (a.n * width)), [&](ptrdiff_t begin, ptrdiff_t end) {
        for (ptrdiff_t i = begin; i < end; ++i)
            run(i / blocks, i % blocks * width, least(m, (i % blocks + 1) * width));
    });
}

template <class T>
void scatter(const AlongLayout& a) {
    each_along<T>(a, [](T& to, T from) { to = from; });
}

template <class T>
void scatter_add(const AlongLayout& a) {
    each_along<T>(a, [](T& to, T from) { to = sum(to, from); });
}

// Masks -------------------------------------------------------------------------------------------------------------

FLAMBEAU_INLINE ptrdiff_t count_part(const uint8_t* mask_n, ptrdiff_t n) {
    ptrdiff_t found = 0;
    for (ptrdiff_t i = 0; i < n; ++i) found += mask_n[i] != 0;
    return found;
}

ptrdiff_t count(const uint8_t* mask_n, ptrdiff_t n) {
    ptrdiff_t found = 0;
    parallel(n, 4 * MaskPart, [&](ptrdiff_t begin, ptrdiff_t end) {
        __atomic_fetch_add(&found, count_part(mask_n + begin, end - begin), __ATOMIC_RELAXED);
    });
    return found;
}

// run(begin, end, how many come before, how many there are) for parts of a mask. False when there is no memory.
template <class F>
FLAMBEAU_INLINE bool each_part(const uint8_t* mask_n, ptrdiff_t n, const F& run) {
    if (n <= MaskPart) {
        run(ptrdiff_t(0), n, ptrdiff_t(0), count_part(mask_n, n));
        return true;
    }
    const ptrdiff_t parts = (n + MaskPart - 1) / MaskPart;
    const Scratch scratch((parts + 1) * sizeof(ptrdiff_t));
    ptrdiff_t* const before = static_cast<ptrdiff_t*>(scratch.data);
    if (before == nullptr) return false;
    before[0] = 0;
    parallel(n, MaskPart, [&](ptrdiff_t begin, ptrdiff_t end) {
        before[begin / MaskPart + 1] = count_part(mask_n + begin, end - begin);
    });
    for (ptrdiff_t p = 0; p < parts; ++p) before[p + 1] += before[p];
    parallel(n, MaskPart, [&](ptrdiff_t begin, ptrdiff_t end) {
        const ptrdiff_t p = begin / MaskPart;
        run(begin, end, before[p], before[p + 1] - before[p]);
    });
    return true;
}

template <class T>
bool select_elements(const uint8_t* mask_n, ptrdiff_t n, const char* in, char* out) {
    return each_part(mask_n, n, [&](ptrdiff_t begin, ptrdiff_t end, ptrdiff_t before, ptrdiff_t found) {
        compress(mask_n + begin, end - begin, reinterpret_cast<const T*>(in) + begin, 0,
                 reinterpret_cast<T*>(out) + before, found);
    });
}

bool select(const uint8_t* mask_n, ptrdiff_t n, const char* in, ptrdiff_t row, char* out) {
    switch (row) {
        case 1: return select_elements<std::uint8_t>(mask_n, n, in, out);
        case 2: return select_elements<std::uint16_t>(mask_n, n, in, out);
        case 4: return select_elements<std::uint32_t>(mask_n, n, in, out);
        case 8: return select_elements<std::uint64_t>(mask_n, n, in, out);
        default: break;
    }
    return each_part(mask_n, n, [&](ptrdiff_t begin, ptrdiff_t end, ptrdiff_t before, ptrdiff_t) {
        for (ptrdiff_t i = begin; i < end; ++i)
            if (mask_n[i] != 0) std::memcpy(out + before++ * row, in + i * row, row);
    });
}

template <class T>
void fill_masked(const uint8_t* mask_n, ptrdiff_t n, char* data, const void* value) {
    const T x = load<T>(static_cast<const char*>(value));
    parallel(n, 4 * MaskPart, [&](ptrdiff_t begin, ptrdiff_t end) {
        T* const data_n = reinterpret_cast<T*>(data);
        const uint8_t* const from_n = mask_n;
        const T value = x;
        if constexpr (sizeof(T) == 16) {
            for (ptrdiff_t i = begin; i < end; ++i)
                if (from_n[i] != 0) data_n[i] = value;
        } else {
#pragma GCC ivdep
            for (ptrdiff_t i = begin; i < end; ++i) {
                // Bits, not a choice: that would become a branch, which random masks make wrong half of the time.
                const T chosen = T(0) - T(from_n[i] != 0);
                data_n[i] = (value & chosen) | (data_n[i] & T(~chosen));
            }
        }
    });
}

bool places(const uint8_t* mask_n, int ndim, const ptrdiff_t* shape, int64_t* out) {
    ptrdiff_t n = 1;
    for (int d = 0; d < ndim; ++d) n *= shape[d];
    return each_part(mask_n, n, [&](ptrdiff_t begin, ptrdiff_t end, ptrdiff_t before, ptrdiff_t found) {
        if (ndim <= 1) {
            if (ndim == 1)
                compress<int64_t>(mask_n + begin, end - begin, nullptr, begin, out + before, found);
            return;
        }
        // The places are counted through first, at the end of their own room, and then taken apart in front of it.
        int64_t* const own = out + before * ndim;
        int64_t* const counted = own + found * (ndim - 1);
        compress<int64_t>(mask_n + begin, end - begin, nullptr, begin, counted, found);
        for (ptrdiff_t k = 0; k < found; ++k) {
            std::uint64_t place = counted[k];
            for (int d = ndim - 1; d > 0; --d) {
                const std::uint64_t size = shape[d], rest = place / size;
                own[k * ndim + d] = place - rest * size;
                place = rest;
            }
            own[k * ndim] = place;
        }
    });
}

// Joining -----------------------------------------------------------------------------------------------------------

void join(const JoinLayout& a) {
    ptrdiff_t row = 0;
    for (ptrdiff_t k = 0; k < a.count; ++k) row += a.chunk[k];
    if (a.outer == 1) {
        char* out = a.out;
        for (ptrdiff_t k = 0; k < a.count; ++k) {
            parallel(a.chunk[k], 4 * PartBytes, [&](ptrdiff_t begin, ptrdiff_t end) {
                std::memcpy(out + begin, a.in[k] + begin, end - begin);
            });
            out += a.chunk[k];
        }
        return;
    }
    if (row == 0) return;
    parallel(a.outer, at_least_one(PartBytes / row), [&](ptrdiff_t begin, ptrdiff_t end) {
        char* out = a.out + begin * row;
        for (ptrdiff_t o = begin; o < end; ++o)
            for (ptrdiff_t k = 0; k < a.count; ++k) {
                std::memcpy(out, a.in[k] + o * a.chunk[k], a.chunk[k]);
                out += a.chunk[k];
            }
    });
}

template <class T>
constexpr void add_type(IndexingKernels& kernels, Type type) {
    kernels.add[type] = &add<T>;
    kernels.scatter_add[type] = &scatter_add<T>;
}

template <class T>
constexpr void add_size(IndexingKernels& kernels, int size) {
    kernels.gather[size] = &gather<T>;
    kernels.scatter[size] = &scatter<T>;
    kernels.fill[size] = &fill_masked<T>;
}

constexpr IndexingKernels all_indexing() {
    IndexingKernels kernels = {};
    kernels.inside = &inside;
    kernels.narrow = &narrow;
    kernels.combine = &combine;
    kernels.take = &take;
    kernels.put = &put;
    kernels.count = &count;
    kernels.select = &select;
    kernels.places = &places;
    kernels.join = &join;
    add_size<std::uint8_t>(kernels, 0);
    add_size<std::uint16_t>(kernels, 1);
    add_size<std::uint32_t>(kernels, 2);
    add_size<std::uint64_t>(kernels, 3);
    add_size<Element16>(kernels, 4);
    add_type<bool>(kernels, Bool);
    add_type<std::int8_t>(kernels, Int8);
    add_type<std::uint8_t>(kernels, UInt8);
    add_type<std::int16_t>(kernels, Int16);
    add_type<std::uint16_t>(kernels, UInt16);
    add_type<std::int32_t>(kernels, Int32);
    add_type<std::uint32_t>(kernels, UInt32);
    add_type<std::int64_t>(kernels, Int64);
    add_type<std::uint64_t>(kernels, UInt64);
    add_type<float>(kernels, Float32);
    add_type<double>(kernels, Float64);
    add_type<half>(kernels, Float16);
    add_type<bfloat16>(kernels, BFloat16);
    return kernels;
}

}  // namespace

extern const IndexingKernels indexing;
const IndexingKernels indexing = all_indexing();

}  // namespace flambeau::FLAMBEAU_ISA
