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
constexpr std::ptrdiff_t BackwardTasks = 8;                               // at least so many, if there are keys enough

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

// Some blocks of keys of an item, all queries. The gradient of the queries is a sum over all keys: of several tasks, each
// has its own part of it.
template <class T>
struct Backward {
    const Attention& p;
    std::ptrdiff_t row, value_row;  // of sums, in whole vectors
    T *keys_across, *values_across, *keys, *queries, *grads, *weights, *slopes, *grad_key, *grad_value, *inner;

    static std::ptrdiff_t size(const Attention& p) {
        return carve(p, nullptr, nullptr);
    }
    Backward(const Attention& p, T* space)
        : p(p), row(round_up(p.width, lanes<T>)), value_row(round_up(p.value_width, lanes<T>)) {
        carve(p, this, space);
    }
    static std::ptrdiff_t carve(const Attention& p, Backward* to, T* space) {
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
        take(&Backward::inner, p.queries);
        return used;
    }

    // grad_query: rows of `row` numbers, which are added to.
    void run(const Item<T>& item, std::ptrdiff_t begin, std::ptrdiff_t end, T* grad_query) const {
        const T* out = static_cast<const T*>(p.out) + item.number * p.queries * p.value_width;
        for (std::ptrdiff_t i = 0; i < p.queries; ++i) {
            const T *out_n = out + i * p.value_width, *grad_n = item.grad + i * p.grad.row;
            inner[i] = sum_of<T>(p.value_width, [=](std::ptrdiff_t k) { return out_n[k] * grad_n[k]; });
        }
        for (std::ptrdiff_t j = begin; j < end; j += BackwardKeys) block(item, j, least(BackwardKeys, end - j), grad_query);
    }

    void block(const Item<T>& item, std::ptrdiff_t j, std::ptrdiff_t n, T* grad_query) const {
        pack_keys(p, item, j, n, keys_across);
        micro::pack_panels(item.value + j * p.value.row, std::ptrdiff_t(1), p.value.row, p.value_width, n, values_across);
        micro::pack_panels(item.key + j * p.key.row, p.key.row, std::ptrdiff_t(1), n, p.width, keys);
        const T scale = static_cast<T>(p.scale);
        for (std::ptrdiff_t k = 0; k < micro::panels_size<T>(n, p.width); ++k) keys[k] *= scale;
        for (std::ptrdiff_t k = 0; k < n * row; ++k) grad_key[k] = 0;
        for (std::ptrdiff_t k = 0; k < n * value_row; ++k) grad_value[k] = 0;
        const std::ptrdiff_t first = p.causal ? j / TileQueries * TileQueries : 0;
        for (std::ptrdiff_t i = first; i < p.queries; i += TileQueries)
            tile(item, i, least(TileQueries, p.queries - i), j, n, grad_query);
        store(grad_key, row, p.width, scale, n, static_cast<T*>(p.grad_key) + (item.number * p.keys + j) * p.width);
        store(grad_value, value_row, p.value_width, T(1), n,
              static_cast<T*>(p.grad_value) + (item.number * p.keys + j) * p.value_width);
    }

    static void store(const T* sums, std::ptrdiff_t row, std::ptrdiff_t width, T by, std::ptrdiff_t n, T* __restrict out) {
        for (std::ptrdiff_t r = 0; r < n; ++r)
            for (std::ptrdiff_t k = 0; k < width; ++k) out[r * width + k] = sums[r * row + k] * by;
    }

    void tile(const Item<T>& item, std::ptrdiff_t i, std::ptrdiff_t rows, std::ptrdiff_t j, std::ptrdiff_t n,
              T* grad_query) const {
        const T *query = item.query + i * p.query.row, *grad = item.grad + i * p.grad.row;
        micro::multiply_panels(rows, n, p.width, {query, p.query.row, 1, nullptr}, keys_across, weights, BackwardKeys, false);
        micro::multiply_panels(rows, n, p.value_width, {grad, p.grad.row, 1, nullptr}, values_across, slopes, BackwardKeys,
                               false);
        for (std::ptrdiff_t r = 0; r < rows; ++r)
            slope(item, i + r, j, n, weights + r * BackwardKeys, slopes + r * BackwardKeys);
        micro::pack_panels(grad, p.grad.row, std::ptrdiff_t(1), rows, p.value_width, grads);
        micro::multiply_panels(n, p.value_width, rows, {weights, 1, BackwardKeys, nullptr}, grads, grad_value, value_row, true);
        micro::pack_panels(query, p.query.row, std::ptrdiff_t(1), rows, p.width, queries);
        micro::multiply_panels(n, p.width, rows, {slopes, 1, BackwardKeys, nullptr}, queries, grad_key, row, true);
        micro::multiply_panels(rows, p.width, n, {slopes, BackwardKeys, 1, nullptr}, keys, grad_query + i * row, row, true);
    }

    // Scores of a row become weights, as they were used; the slopes of weights become those of scores.
    void slope(const Item<T>& item, std::ptrdiff_t i, std::ptrdiff_t j, std::ptrdiff_t n, T* __restrict weights_n,
               T* __restrict slopes_n) const {
        const std::ptrdiff_t count = seen(p, i, j, n), whole = round_up(n, lanes<T>);
        const T logsumexp = static_cast<const T*>(p.logsumexp)[item.number * p.queries + i], along = inner[i];
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

template <class T>
bool backward(const Attention& p) {
    if (p.batch == 0) return true;
    const std::ptrdiff_t row = round_up(p.width, lanes<T>), blocks = quotient_up(p.keys, BackwardKeys);
    const std::ptrdiff_t wanted = least(blocks, quotient_up(BackwardTasks, p.batch));
    const std::ptrdiff_t each = blocks == 0 ? 1 : quotient_up(blocks, wanted) * BackwardKeys;
    const std::ptrdiff_t parts = quotient_up(p.keys, each), item = p.queries * row, width = p.queries * p.width;
    T* const grad_query = static_cast<T*>(p.grad_query);
    if (parts == 0) {
        for (std::ptrdiff_t k = 0; k < p.batch * width; ++k) grad_query[k] = 0;
        return true;
    }
    // The result itself where its rows are whole vectors and only one task adds to them.
    const bool direct = parts == 1 && row == p.width;
    const Scratch partial(direct ? 64 : p.batch * parts * item * sizeof(T));
    if (partial.data == nullptr) return false;
    T* const sums = direct ? grad_query : static_cast<T*>(partial.data);
    bool done = true;
    parallel(p.batch * parts, 1, [&](std::ptrdiff_t begin, std::ptrdiff_t end) noexcept {
        const Scratch scratch(Backward<T>::size(p) * sizeof(T));
        if (scratch.data == nullptr) {
            __atomic_store_n(&done, false, __ATOMIC_RELAXED);
            return;
        }
        const Backward<T> work(p, static_cast<T*>(scratch.data));
        for (std::ptrdiff_t task = begin; task < end; ++task) {
            const std::ptrdiff_t j = task % parts * each;
            T* const to = sums + task * item;
            for (std::ptrdiff_t k = 0; k < item; ++k) to[k] = 0;
            work.run(Item<T>(p, task / parts), j, least(j + each, p.keys), to);
        }
    });
    if (done && !direct)
        parallel(p.batch * p.queries, quotient_up(1 << 14, p.width + 1), [&](std::ptrdiff_t begin, std::ptrdiff_t end) noexcept {
            for (std::ptrdiff_t i = begin; i < end; ++i)
                for (std::ptrdiff_t k = 0; k < p.width; ++k) {
                    const T* from = sums + i / p.queries * parts * item + i % p.queries * row + k;
                    T sum = from[0];
                    for (std::ptrdiff_t part = 1; part < parts; ++part) sum += from[part * item];
                    grad_query[i * p.width + k] = sum;
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
