// Scaled dot-product attention in tiles, the softmax of each row kept up to date as its keys come in: T. Dao,
// "FlashAttention-2: Faster Attention with Better Parallelism and Work Partitioning", 2023, algorithms 1 and 2. The
// weights of a tile are computed anew in the backward pass, from the scores' logsumexp.
#include "flambeau/attention.hpp"

#include "flambeau/gemm/panels.hpp"
#include "flambeau/memory.hpp"
#include "flambeau/philox_words.hpp"
#include "flambeau/softmax.hpp"
#include "flambeau/threads.hpp"

namespace flambeau::FLAMBEAU_ISA {
namespace {

using micro::lanes;
using micro::NR;
using micro::Source;
using micro::quotient_up;
using micro::round_up;

constexpr std::ptrdiff_t ForwardKeys = 256, BackwardKeys = 128;           // of a tile
constexpr std::ptrdiff_t TaskQueries = 256;                               // of a task of the forward pass
constexpr std::ptrdiff_t TileQueries = 64 / micro::MR * micro::MR;        // of a tile of the backward pass
constexpr std::ptrdiff_t TaskKeys = 256;                                  // of one of the backward pass
constexpr std::ptrdiff_t BackwardTasks = 8;                               // items from which each is a task

template <class T>
constexpr T minus_infinity = -T(__builtin_inf());

// The numbers of one item of the batch.
template <class T>
struct Item {
    const T *query, *key, *value, *grad;
    const void* mask;
    std::ptrdiff_t number;

    Item(const Attention& p, std::ptrdiff_t b)
        : query(of(p.query, b)), key(of(p.key, b)), value(of(p.value, b)), grad(of(p.grad, b)), mask(nullptr), number(b) {
        if (p.mask.data != nullptr)
            mask = static_cast<const char*>(p.mask.data) + p.mask.at[b] * std::ptrdiff_t(p.mask.boolean ? 1 : sizeof(T));
    }
    FLAMBEAU_INLINE static const T* of(const Matrices& m, std::ptrdiff_t b) {
        return m.data == nullptr ? nullptr : static_cast<const T*>(m.data) + m.at[b];
    }
};

// Adds the mask to a row of scores.
template <class T>
void add_mask(const Attention& p, const Item<T>& item, std::ptrdiff_t i, std::ptrdiff_t j, std::ptrdiff_t n, T* scores) {
    const std::ptrdiff_t step = p.mask.column, at = i * p.mask.row + j * step;
    if (p.mask.boolean) {
        const std::uint8_t* m = static_cast<const std::uint8_t*>(item.mask) + at;
        for (std::ptrdiff_t k = 0; k < n; ++k) scores[k] = m[k * step] ? scores[k] : minus_infinity<T>;
    } else if (const T* m = static_cast<const T*>(item.mask) + at; step == 1) {
        for (std::ptrdiff_t k = 0; k < n; ++k) scores[k] += m[k];
    } else {
        for (std::ptrdiff_t k = 0; k < n; ++k) scores[k] += m[k * step];
    }
}

typedef std::uint32_t Word __attribute__((may_alias));

// Calls f(k, kept) for the n weights of query i from key j on: whether dropout keeps them.
template <class F>
FLAMBEAU_INLINE void for_kept(const Attention& p, std::ptrdiff_t number, std::ptrdiff_t i, std::ptrdiff_t j,
                              std::ptrdiff_t n, const F& f) {
    alignas(64) std::uint64_t pairs[philox::TileWords / 2];
    const std::uint64_t first = std::uint64_t((number * p.queries + i) * p.keys + j), skipped = first % 4;
    const std::ptrdiff_t blocks = round_up((n + std::ptrdiff_t(skipped) + 3) / 4, philox::Lanes);
    philox::fill_words(pairs, p.place.offset + first / 4, p.place.seed, blocks);
    const Word* words = reinterpret_cast<const Word*>(pairs) + skipped;
    const float dropped = static_cast<float>(p.dropout);
    for (std::ptrdiff_t k = 0; k < n; ++k) f(k, float(words[k] >> 8) * 0x1p-24f >= dropped);
}
// A tile's row and the words skipped before it must fit into `pairs`.
static_assert(ForwardKeys + 4 * philox::Lanes <= philox::TileWords);

// How many of the keys from j on query i sees.
FLAMBEAU_INLINE std::ptrdiff_t seen(const Attention& p, std::ptrdiff_t i, std::ptrdiff_t j, std::ptrdiff_t n) {
    if (!p.causal) return n;
    const std::ptrdiff_t most = i - j + 1;
    return most < 0 ? 0 : least(n, most);
}

// K' of a block of keys, times the scale.
template <class T>
void pack_keys(const Attention& p, const Item<T>& item, std::ptrdiff_t j, std::ptrdiff_t n, T* panels) {
    micro::pack_panels(item.key + j * p.key.row, std::ptrdiff_t(1), p.key.row, p.width, n, panels);
    const T scale = static_cast<T>(p.scale);
    for (std::ptrdiff_t k = 0; k < micro::panels_size<T>(p.width, n); ++k) panels[k] *= scale;
}

// Forward --------------------------------------------------------------------------------------------------------

// Some queries of an item, all keys.
template <class T>
struct Forward {
    const Attention& p;
    std::ptrdiff_t row;  // of the sums, in whole vectors
    T *keys, *values, *scores, *sums, *greatest, *total;

    static std::ptrdiff_t size(const Attention& p) {
        return micro::panels_size<T>(p.width, ForwardKeys) + micro::panels_size<T>(ForwardKeys, p.value_width) +
               micro::MR * ForwardKeys + TaskQueries * round_up(p.value_width, lanes<T>) + 2 * TaskQueries;
    }
    Forward(const Attention& p, T* space) : p(p), row(round_up(p.value_width, lanes<T>)) {
        keys = space;
        values = keys + micro::panels_size<T>(p.width, ForwardKeys);
        scores = values + micro::panels_size<T>(ForwardKeys, p.value_width);
        sums = scores + micro::MR * ForwardKeys;
        greatest = sums + TaskQueries * row;
        total = greatest + TaskQueries;
    }

    void run(const Item<T>& item, std::ptrdiff_t i0, std::ptrdiff_t count) const {
        for (std::ptrdiff_t k = 0; k < count * row; ++k) sums[k] = 0;
        for (std::ptrdiff_t k = 0; k < count; ++k) greatest[k] = minus_infinity<T>, total[k] = 0;
        const micro::RowTiles tiles(count);
        const std::ptrdiff_t end = p.causal ? least(p.keys, i0 + count) : p.keys;
        for (std::ptrdiff_t j = 0; j < end; j += ForwardKeys) {
            const std::ptrdiff_t n = least(ForwardKeys, end - j);
            pack_keys(p, item, j, n, keys);
            micro::pack_panels(item.value + j * p.value.row, p.value.row, std::ptrdiff_t(1), n, p.value_width, values);
            for (std::ptrdiff_t t = 0; t < tiles.count; ++t) tile(item, i0, tiles.begin(t), tiles.rows(t), j, n);
        }
        finish(item, i0, count);
    }

    void tile(const Item<T>& item, std::ptrdiff_t i0, std::ptrdiff_t first, std::ptrdiff_t rows, std::ptrdiff_t j,
              std::ptrdiff_t n) const {
        const std::ptrdiff_t i = i0 + first;
        if (seen(p, i + rows - 1, j, n) == 0) return;
        const Source<T> query = {item.query + i * p.query.row, p.query.row, 1, nullptr};
        micro::multiply_panels(rows, n, p.width, query, keys, scores, ForwardKeys, false);
        for (std::ptrdiff_t r = 0; r < rows; ++r) weigh(item, i + r, first + r, j, n, scores + r * ForwardKeys);
        const Source<T> weights = {scores, ForwardKeys, 1, nullptr};
        micro::multiply_panels(rows, p.value_width, n, weights, values, sums + first * row, row, true);
    }

    // Scores of a row become weights, relative to the greatest score so far; what was summed up before is adjusted.
    void weigh(const Item<T>& item, std::ptrdiff_t i, std::ptrdiff_t at, std::ptrdiff_t j, std::ptrdiff_t n, T* x) const {
        const std::ptrdiff_t count = seen(p, i, j, n);
        if (item.mask != nullptr) add_mask(p, item, i, j, count, x);
        const std::ptrdiff_t whole = round_up(n, lanes<T>);
        for (std::ptrdiff_t k = count; k < whole; ++k) x[k] = minus_infinity<T>;
        const T before = greatest[at], now = Greater<T>::combine(before, combined_row<Greater<T>>(x, whole));
        const T shift = shift_of(now);
        if (now != before) {
            const T by = math::exp(before - shift);
            T* __restrict sums_n = sums + at * row;
            for (std::ptrdiff_t k = 0; k < row; ++k) sums_n[k] *= by;
            total[at] *= by;
            greatest[at] = now;
        }
        total[at] += exps(x, whole, shift, x);
        if (p.dropout > 0) {
            const T by = static_cast<T>(1 / (1 - p.dropout));
            for_kept(p, item.number, i, j, count, [=](std::ptrdiff_t k, bool kept) { x[k] = kept ? x[k] * by : T(0); });
        }
    }

    void finish(const Item<T>& item, std::ptrdiff_t i0, std::ptrdiff_t count) const {
        T* out = static_cast<T*>(p.out) + (item.number * p.queries + i0) * p.value_width;
        T* logsumexp = static_cast<T*>(p.logsumexp) + item.number * p.queries + i0;
        for (std::ptrdiff_t r = 0; r < count; ++r) {
            // A query that sees no key gets zeros, and weights of zero in the backward pass.
            const bool sees = total[r] != 0;
            const T by = sees ? 1 / total[r] : T(0);
            logsumexp[r] = sees ? math::log(total[r]) + shift_of(greatest[r]) : -minus_infinity<T>;
            const T* sums_n = sums + r * row;
            T* __restrict out_n = out + r * p.value_width;
            for (std::ptrdiff_t k = 0; k < p.value_width; ++k) out_n[k] = sums_n[k] * by;
        }
    }
};

template <class T>
bool forward(const Attention& p) {
    const std::ptrdiff_t parts = quotient_up(p.queries, TaskQueries);
    bool done = true;
    parallel(p.batch * parts, 1, [&](std::ptrdiff_t begin, std::ptrdiff_t end) noexcept {
        const Scratch scratch(Forward<T>::size(p) * sizeof(T));
        if (scratch.data == nullptr) {
            __atomic_store_n(&done, false, __ATOMIC_RELAXED);
            return;
        }
        const Forward<T> work(p, static_cast<T*>(scratch.data));
        for (std::ptrdiff_t task = begin; task < end; ++task) {
            const std::ptrdiff_t i = task % parts * TaskQueries;
            work.run(Item<T>(p, task / parts), i, least(TaskQueries, p.queries - i));
        }
    });
    return done;
}

// Backward -------------------------------------------------------------------------------------------------------

// Some queries and some keys of an item: what the gradients of either have from the others.
template <class T>
struct Backward {
    const Attention& p;
    std::ptrdiff_t row, value_row;  // of sums, in whole vectors
    T *keys_across, *values_across, *keys, *queries, *grads, *weights, *slopes, *grad_key, *grad_value, *grad_query, *inner;

    static std::ptrdiff_t size(const Attention& p, std::ptrdiff_t queries) { return carve(p, queries, nullptr, nullptr); }
    Backward(const Attention& p, std::ptrdiff_t queries, T* space)
        : p(p), row(round_up(p.width, lanes<T>)), value_row(round_up(p.value_width, lanes<T>)) {
        carve(p, queries, this, space);
    }
    static std::ptrdiff_t carve(const Attention& p, std::ptrdiff_t queries, Backward* to, T* space) {
        std::ptrdiff_t used = 0;
        const auto take = [&](T* Backward::*part, std::ptrdiff_t size) {
            if (to != nullptr) to->*part = space + used;
            used += round_up(size, 64);
        };
        take(&Backward::keys_across, micro::panels_size<T>(p.width, BackwardKeys));
        take(&Backward::values_across, micro::panels_size<T>(p.value_width, BackwardKeys));
        take(&Backward::keys, micro::panels_size<T>(BackwardKeys, p.width));
        take(&Backward::queries, micro::panels_size<T>(TileQueries, p.width));
        take(&Backward::grads, micro::panels_size<T>(TileQueries, p.value_width));
        take(&Backward::weights, TileQueries * BackwardKeys);
        take(&Backward::slopes, TileQueries * BackwardKeys);
        take(&Backward::grad_key, BackwardKeys * round_up(p.width, lanes<T>));
        take(&Backward::grad_value, BackwardKeys * round_up(p.value_width, lanes<T>));
        // Where the rows of the result are no whole vectors.
        take(&Backward::grad_query, p.width % lanes<T> == 0 ? 0 : queries * round_up(p.width, lanes<T>));
        take(&Backward::inner, queries);
        return used;
    }

    struct Range {
        std::ptrdiff_t begin, end;
    };

    // The gradients of the queries, of the keys and values, or both; those of queries from all keys, and vice versa.
    void run(const Item<T>& item, Range i, Range j, bool for_queries, bool for_keys) const {
        const T* out = static_cast<const T*>(p.out) + item.number * p.queries * p.value_width;
        for (std::ptrdiff_t r = i.begin; r < i.end; ++r) {
            const T *out_n = out + r * p.value_width, *grad_n = item.grad + r * p.grad.row;
            inner[r - i.begin] = sum_of<T>(p.value_width, [=](std::ptrdiff_t k) { return out_n[k] * grad_n[k]; });
        }
        T* const result = static_cast<T*>(p.grad_query) + (item.number * p.queries + i.begin) * p.width;
        T* const sums = !for_queries ? nullptr : row == p.width ? result : grad_query;
        if (for_queries)
            for (std::ptrdiff_t k = 0; k < (i.end - i.begin) * row; ++k) sums[k] = 0;
        for (std::ptrdiff_t at = j.begin; at < j.end; at += BackwardKeys)
            block(item, i, at, least(BackwardKeys, j.end - at), sums, for_keys);
        if (for_queries && sums != result) store(sums, row, p.width, T(1), i.end - i.begin, result);
    }

    void block(const Item<T>& item, Range i, std::ptrdiff_t j, std::ptrdiff_t n, T* sums, bool for_keys) const {
        pack_keys(p, item, j, n, keys_across);
        micro::pack_panels(item.value + j * p.value.row, std::ptrdiff_t(1), p.value.row, p.value_width, n, values_across);
        const T scale = static_cast<T>(p.scale);
        if (sums != nullptr) {
            micro::pack_panels(item.key + j * p.key.row, p.key.row, std::ptrdiff_t(1), n, p.width, keys);
            for (std::ptrdiff_t k = 0; k < micro::panels_size<T>(n, p.width); ++k) keys[k] *= scale;
        }
        if (for_keys) {
            for (std::ptrdiff_t k = 0; k < n * row; ++k) grad_key[k] = 0;
            for (std::ptrdiff_t k = 0; k < n * value_row; ++k) grad_value[k] = 0;
        }
        for (std::ptrdiff_t at = i.begin; at < i.end; at += TileQueries) {
            const std::ptrdiff_t rows = least(TileQueries, i.end - at);
            if (seen(p, at + rows - 1, j, n) > 0)
                tile(item, at, at - i.begin, rows, j, n, sums == nullptr ? nullptr : sums + (at - i.begin) * row, for_keys);
        }
        if (!for_keys) return;
        store(grad_key, row, p.width, scale, n, static_cast<T*>(p.grad_key) + (item.number * p.keys + j) * p.width);
        store(grad_value, value_row, p.value_width, T(1), n,
              static_cast<T*>(p.grad_value) + (item.number * p.keys + j) * p.value_width);
    }

    static void store(const T* sums, std::ptrdiff_t row, std::ptrdiff_t width, T by, std::ptrdiff_t n, T* __restrict out) {
        for (std::ptrdiff_t r = 0; r < n; ++r)
            for (std::ptrdiff_t k = 0; k < width; ++k) out[r * width + k] = sums[r * row + k] * by;
    }

    void tile(const Item<T>& item, std::ptrdiff_t i, std::ptrdiff_t at, std::ptrdiff_t rows, std::ptrdiff_t j, std::ptrdiff_t n,
              T* sums, bool for_keys) const {
        const T *query = item.query + i * p.query.row, *grad = item.grad + i * p.grad.row;
        micro::multiply_panels(rows, n, p.width, {query, p.query.row, 1, nullptr}, keys_across, weights, BackwardKeys, false);
        micro::multiply_panels(rows, n, p.value_width, {grad, p.grad.row, 1, nullptr}, values_across, slopes, BackwardKeys,
                               false);
        for (std::ptrdiff_t r = 0; r < rows; ++r)
            slope(item, i + r, inner[at + r], j, n, weights + r * BackwardKeys, slopes + r * BackwardKeys);
        if (sums != nullptr)
            micro::multiply_panels(rows, p.width, n, {slopes, BackwardKeys, 1, nullptr}, keys, sums, row, true);
        if (!for_keys) return;
        micro::pack_panels(grad, p.grad.row, std::ptrdiff_t(1), rows, p.value_width, grads);
        micro::multiply_panels(n, p.value_width, rows, {weights, 1, BackwardKeys, nullptr}, grads, grad_value, value_row, true);
        micro::pack_panels(query, p.query.row, std::ptrdiff_t(1), rows, p.width, queries);
        micro::multiply_panels(n, p.width, rows, {slopes, 1, BackwardKeys, nullptr}, queries, grad_key, row, true);
    }

    // Scores of a row become weights, as they were used; the slopes of weights become those of scores.
    void slope(const Item<T>& item, std::ptrdiff_t i, T along, std::ptrdiff_t j, std::ptrdiff_t n, T* __restrict weights_n,
               T* __restrict slopes_n) const {
        const std::ptrdiff_t count = seen(p, i, j, n), whole = round_up(n, lanes<T>);
        const T logsumexp = static_cast<const T*>(p.logsumexp)[item.number * p.queries + i];
        if (item.mask != nullptr) add_mask(p, item, i, j, count, weights_n);
        for (std::ptrdiff_t k = 0; k < whole; ++k) weights_n[k] = math::exp(weights_n[k] - logsumexp);
        for (std::ptrdiff_t k = count; k < whole; ++k) weights_n[k] = 0, slopes_n[k] = 0;
        if (p.dropout > 0) {
            const T by = static_cast<T>(1 / (1 - p.dropout));
            for_kept(p, item.number, i, j, count, [=](std::ptrdiff_t k, bool kept) {
                const T weight = weights_n[k];
                weights_n[k] = kept ? weight * by : T(0);
                slopes_n[k] = weight * ((kept ? slopes_n[k] * by : T(0)) - along);
            });
        } else {
            for (std::ptrdiff_t k = 0; k < count; ++k) slopes_n[k] = weights_n[k] * (slopes_n[k] - along);
        }
    }
};

// Of many items each is a task. Of few, each is cut twice, into queries and into keys: the weights are then computed
// twice, but no task adds to what another one has.
template <class T>
bool backward(const Attention& p) {
    const bool whole = p.batch >= BackwardTasks;
    const std::ptrdiff_t queries = whole ? p.queries : TaskQueries, keys = whole ? p.keys : TaskKeys;
    const std::ptrdiff_t query_parts = whole ? 0 : quotient_up(p.queries, queries);
    const std::ptrdiff_t parts = whole ? 1 : query_parts + quotient_up(p.keys, keys);
    bool done = true;
    parallel(p.batch * parts, 1, [&](std::ptrdiff_t begin, std::ptrdiff_t end) noexcept {
        const Scratch scratch(Backward<T>::size(p, p.queries) * sizeof(T));
        if (scratch.data == nullptr) {
            __atomic_store_n(&done, false, __ATOMIC_RELAXED);
            return;
        }
        const Backward<T> work(p, p.queries, static_cast<T*>(scratch.data));
        for (std::ptrdiff_t task = begin; task < end; ++task) {
            const Item<T> item(p, task / parts);
            const std::ptrdiff_t part = task % parts, i = part * queries, j = (part - query_parts) * keys;
            if (whole) work.run(item, {0, p.queries}, {0, p.keys}, true, true);
            else if (part < query_parts) work.run(item, {i, least(i + queries, p.queries)}, {0, p.keys}, true, false);
            else work.run(item, {0, p.queries}, {j, least(j + keys, p.keys)}, false, true);
        }
    });
    return done;
}

constexpr AttentionKernels all_attentions() {
    AttentionKernels kernels = {};
    kernels.forward[Float32] = &forward<float>;
    kernels.forward[Float64] = &forward<double>;
    kernels.backward[Float32] = &backward<float>;
    kernels.backward[Float64] = &backward<double>;
    return kernels;
}

}  // namespace

extern const AttentionKernels attention;
const AttentionKernels attention = all_attentions();

}  // namespace flambeau::FLAMBEAU_ISA
