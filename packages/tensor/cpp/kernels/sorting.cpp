// Sorting and selecting the first of an order. Lines are shared among threads; a long one is sorted by all of them, and
// the first of a long one are those of the first of its parts.
#include "flambeau/sorting.hpp"

#include <type_traits>

#include "flambeau/radix.hpp"

namespace flambeau::FLAMBEAU_ISA {
namespace {

constexpr std::ptrdiff_t Block = 64;        // elements that are compared with the last of the first at once
constexpr std::ptrdiff_t Part = 64 << 10;   // of a long line, at least
constexpr int Together = 16;                // values that are searched for
constexpr std::ptrdiff_t Few = 16;          // are kept in order one by one

template <class In>
struct Line {
    using Key = KeyOf<In>;
    using Bits = decltype(Key::of(In()));
    using Stored = decltype(Key::element(Bits()));
    using Record = std::conditional_t<sizeof(In) == 8, Wide, Narrow>;
    static constexpr int passes = sizeof(In);

    const char* in;
    std::ptrdiff_t step;  // in bytes
    Bits turned;          // all ones to put the greatest first

    FLAMBEAU_INLINE In at(std::ptrdiff_t i) const { return *reinterpret_cast<const In*>(in + i * step); }
    FLAMBEAU_INLINE Bits key(std::ptrdiff_t i) const { return Key::of(at(i)) ^ turned; }

    FLAMBEAU_INLINE void keys(std::ptrdiff_t begin, std::ptrdiff_t count, Bits* keys_n) const {
        if (step == sizeof(In)) {
            const In* in_n = reinterpret_cast<const In*>(in) + begin;
            for (std::ptrdiff_t i = 0; i < count; ++i) keys_n[i] = Key::of(in_n[i]) ^ turned;
        } else {
            for (std::ptrdiff_t i = 0; i < count; ++i) keys_n[i] = key(begin + i);
        }
    }

    // The keys of up to Block elements; those that are missing come after all others.
    FLAMBEAU_INLINE void block(std::ptrdiff_t begin, std::ptrdiff_t count, Bits* keys_n) const {
        if (count == Block) return keys(begin, Block, keys_n);
        keys(begin, count, keys_n);
        for (std::ptrdiff_t i = count; i < Block; ++i) keys_n[i] = Bits(~Bits(0));
    }

    FLAMBEAU_INLINE void records(std::ptrdiff_t begin, std::ptrdiff_t end, Record* records_n) const {
        for (std::ptrdiff_t i = begin; i < end; ++i) records_n[i] = Record::make(key(i), i);
    }

    FLAMBEAU_INLINE Stored element(Record record) const {
        const Bits bits = Bits(record.key()) ^ turned;
        if (Key::tells(bits)) return Key::element(bits);
        return __builtin_bit_cast(Stored, at(record.index()));
    }

    // Writes records [begin, end) of the order.
    FLAMBEAU_INLINE void write(const Record* records_n, std::ptrdiff_t begin, std::ptrdiff_t end, char* values,
                               std::int64_t* indices, std::ptrdiff_t apart) const {
        if (values != nullptr)
            for (std::ptrdiff_t i = begin; i < end; ++i)
                reinterpret_cast<Stored*>(values)[i * apart] = element(records_n[i]);
        if (indices != nullptr)
            for (std::ptrdiff_t i = begin; i < end; ++i) indices[i * apart] = records_n[i].index();
    }
};

// The records of the first k <= Few of elements [begin, end), in order.
template <class In>
void few_of(const Line<In>& line, std::ptrdiff_t begin, std::ptrdiff_t end, std::ptrdiff_t k,
            typename Line<In>::Record* a_k) {
    using Bits = typename Line<In>::Bits;
    using Record = typename Line<In>::Record;
    std::ptrdiff_t count = 0;
    for (std::ptrdiff_t i = begin; i < end; i += Block) {
        const std::ptrdiff_t length = end - i < Block ? end - i : Block;
        Bits keys[Block];
        line.block(i, length, keys);
        if (count == k) {
            Bits least = keys[0];
            for (std::ptrdiff_t j = 1; j < Block; ++j) least = keys[j] < least ? keys[j] : least;
            if (least >= Bits(a_k[k - 1].key())) continue;
        }
        for (std::ptrdiff_t j = 0; j < length; ++j) {
            if (count == k && keys[j] >= Bits(a_k[k - 1].key())) continue;
            const Record record = Record::make(keys[j], i + j);
            std::ptrdiff_t at = count < k ? count++ : k - 1;
            for (; at > 0 && record.before(a_k[at - 1]); --at) a_k[at] = a_k[at - 1];
            a_k[at] = record;
        }
    }
}

// The records of the first k of elements [begin, end), in order, in `a` or `b`, which hold 2 k + 2 Block + 1.
template <class In>
typename Line<In>::Record* first_of(const Line<In>& line, std::ptrdiff_t begin, std::ptrdiff_t end, std::ptrdiff_t k,
                                    typename Line<In>::Record* a, typename Line<In>::Record* b) {
    using Bits = typename Line<In>::Bits;
    using Record = typename Line<In>::Record;
    if (k <= Few) {
        few_of(line, begin, end, k, a);
        return a;
    }
    const std::ptrdiff_t most = 2 * k + Block;
    std::ptrdiff_t count = 0;
    Bits last = Bits(~Bits(0));
    bool full = false;  // whether `last` is the key of the last of k
    for (std::ptrdiff_t i = begin; i < end; i += Block) {
        const std::ptrdiff_t length = end - i < Block ? end - i : Block;
        Bits keys[Block];
        line.block(i, length, keys);
        // Of equal keys the earlier come first: what only equals the last one is late.
        if (full) {
            bool any = false;
            for (std::ptrdiff_t j = 0; j < Block; ++j) any |= keys[j] < last;
            if (!any) continue;
        }
        for (std::ptrdiff_t j = 0; j < length; ++j) {
            a[count] = Record::make(keys[j], i + j);
            count += !full | (keys[j] < last);
        }
        if (count > most) {
            Record* const sorted = sort_short(a, b, count, Line<In>::passes);
            if (sorted != a) {
                b = a;
                a = sorted;
            }
            count = k;
            full = true;
            last = Bits(a[k - 1].key());
        }
    }
    return sort_short(a, b, count, Line<In>::passes);
}

template <class In>
bool sort_one(const SortLayout& layout, const Line<In>& line, char* values, std::int64_t* indices) {
    using Record = typename Line<In>::Record;
    using Bits = typename Line<In>::Bits;
    const std::ptrdiff_t n = layout.n;
    const Scratch scratch(2 * n * sizeof(Record));
    Record* const records = static_cast<Record*>(scratch.data);
    if (records == nullptr) return false;
    std::uint64_t differ = 0;
    const Bits first = line.key(0);
    parallel(n, ShortLine, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
        line.records(begin, end, records);
        Bits found = 0;
        for (std::ptrdiff_t i = begin; i < end; ++i) found |= Bits(records[i].key()) ^ first;
        __atomic_fetch_or(&differ, std::uint64_t(found), __ATOMIC_RELAXED);
    });
    const Record* const sorted = sort_long(records, records + n, n, Line<In>::passes, differ);
    if (sorted == nullptr) return false;
    parallel(layout.k, ShortLine, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
        line.write(sorted, begin, end, values, indices, layout.inner);
    });
    return true;
}

template <class In>
bool select_one(const SortLayout& layout, const Line<In>& line, char* values, std::int64_t* indices) {
    using Record = typename Line<In>::Record;
    const std::ptrdiff_t n = layout.n, k = layout.k, part = Part < 256 * k ? 256 * k : Part;
    const std::ptrdiff_t parts = (n + part - 1) / part, room = 2 * k + 2 * Block + 1;
    const Scratch scratch(2 * parts * k * sizeof(Record));
    Record* const chosen = static_cast<Record*>(scratch.data);
    if (chosen == nullptr) return false;
    bool enough = true;
    parallel(n, part, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
        const Scratch own(2 * room * sizeof(Record));
        Record* const a = static_cast<Record*>(own.data);
        if (a == nullptr) {
            __atomic_store_n(&enough, false, __ATOMIC_RELAXED);
            return;
        }
        const Record* const first = first_of(line, begin, end, k, a, a + room);
        // The last part may have fewer: those that are missing come after all others.
        const std::ptrdiff_t count = end - begin < k ? end - begin : k;
        Record* const mine = chosen + begin / part * k;
        for (std::ptrdiff_t i = 0; i < count; ++i) mine[i] = first[i];
        for (std::ptrdiff_t i = count; i < k; ++i) mine[i] = Record::make(typename Line<In>::Bits(~0ull), n);
    });
    if (!enough) return false;
    const Record* const sorted = sort_short(chosen, chosen + parts * k, parts * k, Line<In>::passes);
    line.write(sorted, 0, k, values, indices, layout.inner);
    return true;
}

template <class In>
FLAMBEAU_INLINE bool differ(In one, In other) {
    return one != other;
}
FLAMBEAU_INLINE bool differ(half one, half other) { return to_float(one) != to_float(other); }
FLAMBEAU_INLINE bool differ(bfloat16 one, bfloat16 other) { return to_float(one) != to_float(other); }

template <class In>
bool sort_lines(const SortLayout& layout) {
    using Record = typename Line<In>::Record;
    const std::ptrdiff_t n = layout.n, k = layout.k, inner = layout.inner, lines = layout.outer * inner;
    constexpr std::ptrdiff_t size = sizeof(In);
    const bool select = 4 * k + 4 * Block < n;
    if (n == 0 || k == 0 || lines == 0) return true;
    const auto line_of = [&](std::ptrdiff_t i) {
        using Bits = typename Line<In>::Bits;
        return Line<In>{layout.in + (i / inner * n * inner + i % inner) * size, inner * size,
                        layout.descending ? Bits(~Bits(0)) : Bits(0)};
    };
    const auto values_of = [&](std::ptrdiff_t i) -> char* {
        return layout.values == nullptr ? nullptr : layout.values + (i / inner * k * inner + i % inner) * size;
    };
    const auto indices_of = [&](std::ptrdiff_t i) -> std::int64_t* {
        return layout.indices == nullptr ? nullptr : layout.indices + i / inner * k * inner + i % inner;
    };
    if (lines < 4 && n > 2 * ShortLine && (!select || 4 * k < Part)) {
        for (std::ptrdiff_t i = 0; i < lines; ++i) {
            const auto one = select ? &select_one<In> : &sort_one<In>;
            if (!one(layout, line_of(i), values_of(i), indices_of(i))) return false;
        }
        return true;
    }
    const std::ptrdiff_t room = select ? 2 * k + 2 * Block + 1 : n;
    bool enough = true;
    parallel(lines, n < ShortLine / 4 ? ShortLine / 4 / n : 1, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
        const Scratch scratch(2 * room * sizeof(Record));
        Record* const records = static_cast<Record*>(scratch.data);
        if (records == nullptr) {
            __atomic_store_n(&enough, false, __ATOMIC_RELAXED);
            return;
        }
        for (std::ptrdiff_t i = begin; i < end; ++i) {
            const Line<In> line = line_of(i);
            const Record* sorted;
            if (select) {
                sorted = first_of(line, 0, n, k, records, records + room);
            } else {
                line.records(0, n, records);
                sorted = sort_short(records, records + room, n, Line<In>::passes);
            }
            line.write(sorted, 0, k, values_of(i), indices_of(i), inner);
        }
    });
    return enough;
}

// Runs of equal elements: each one's first element, where the elements went, how many they are.
template <class In>
std::ptrdiff_t find_runs(const RunLayout& layout) {
    const In* const in_n = static_cast<const In*>(layout.in);
    In* const values = static_cast<In*>(layout.values);
    std::ptrdiff_t run = -1, start = 0;
    for (std::ptrdiff_t i = 0; i < layout.n; ++i) {
        const bool begins = i == 0 || differ(in_n[i], in_n[i - 1]);
        if (layout.counts != nullptr && begins && i > 0) {
            layout.counts[run] = i - start;
            start = i;
        }
        run += begins;
        if (begins) values[run] = in_n[i];
        if (layout.inverse != nullptr) layout.inverse[layout.order == nullptr ? i : layout.order[i]] = run;
    }
    if (layout.counts != nullptr && layout.n > 0) layout.counts[run] = layout.n - start;
    return run + 1;
}

template <class In>
FLAMBEAU_INLINE In number(In x) {
    return x;
}
FLAMBEAU_INLINE float number(half x) { return to_float(x); }
FLAMBEAU_INLINE float number(bfloat16 x) { return to_float(x); }

template <class T>
FLAMBEAU_INLINE bool comes_before(T one, T other) {
    return (one < other) | ((one == one) & (other != other));
}

// Binary search of several values at a time: their steps have one length, and which half is a matter of arithmetic, not of
// prediction.
template <class In, bool right>
FLAMBEAU_INLINE void search_some(const In* sequence_n, std::ptrdiff_t n, const In* values, std::int64_t* out,
                                 std::ptrdiff_t count) {
    using Number = decltype(number(In()));
    std::int64_t base[Together] = {};
    Number wanted[Together] = {};
    for (std::ptrdiff_t j = 0; j < count; ++j) wanted[j] = number(values[j]);
    const auto later = [&](std::ptrdiff_t j, std::int64_t place) -> std::int64_t {
        const Number there = number(sequence_n[place]);
        return right ? !comes_before(wanted[j], there) : comes_before(there, wanted[j]);
    };
    for (std::ptrdiff_t length = n; length > 1;) {
        const std::int64_t half_length = length / 2;
        for (int j = 0; j < Together; ++j) base[j] += half_length & -later(j, base[j] + half_length - 1);
        length -= half_length;
    }
    for (std::ptrdiff_t j = 0; j < count; ++j) out[j] = base[j] + (n > 0 ? later(j, base[j]) : 0);
}

template <class In>
void search(const SearchLayout& layout) {
    const std::ptrdiff_t m = layout.m;
    if (m == 0) return;
    parallel(layout.rows * m, 4096, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
        while (begin < end) {
            const std::ptrdiff_t row = begin / m, rest = (row + 1) * m - begin;
            const std::ptrdiff_t some = rest < Together ? rest : Together, count = end - begin < some ? end - begin : some;
            const In* const sequence = static_cast<const In*>(layout.sequences) + row * layout.step;
            const In* const values = static_cast<const In*>(layout.values) + begin;
            if (layout.right)
                search_some<In, true>(sequence, layout.n, values, layout.out + begin, count);
            else
                search_some<In, false>(sequence, layout.n, values, layout.out + begin, count);
            begin += count;
        }
    });
}

template <class In>
constexpr void fill(SortingKernels& kernels, Type type) {
    kernels.sort[type] = &sort_lines<In>;
    kernels.runs[type] = &find_runs<In>;
    kernels.search[type] = &search<In>;
}

constexpr SortingKernels all_sorting() {
    SortingKernels kernels = {};
    fill<std::uint8_t>(kernels, Bool);
    fill<std::int8_t>(kernels, Int8);
    fill<std::uint8_t>(kernels, UInt8);
    fill<std::int16_t>(kernels, Int16);
    fill<std::uint16_t>(kernels, UInt16);
    fill<std::int32_t>(kernels, Int32);
    fill<std::uint32_t>(kernels, UInt32);
    fill<std::int64_t>(kernels, Int64);
    fill<std::uint64_t>(kernels, UInt64);
    fill<float>(kernels, Float32);
    fill<double>(kernels, Float64);
    fill<half>(kernels, Float16);
    fill<bfloat16>(kernels, BFloat16);
    return kernels;
}

}  // namespace

extern const SortingKernels sorting;
const SortingKernels sorting = all_sorting();

}  // namespace flambeau::FLAMBEAU_ISA
