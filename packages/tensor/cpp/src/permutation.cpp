// The order of random keys: what a random permutation is.
#include <bit>

#include "flambeau/memory.hpp"
#include "flambeau/philox.hpp"
#include "flambeau/threads.hpp"

namespace flambeau {
namespace {

struct Item {
    std::uint64_t key;
    std::int64_t place;
};

constexpr int MostBits = 13;  // more buckets would not each keep a line in the cache while items are dealt out
constexpr std::ptrdiff_t Few = 1024;  // items of a bucket, about, unless buckets are too many

// Stable, and quick where few neighbours are out of order.
void insertion_sort(Item* items, std::ptrdiff_t n) noexcept {
    for (std::ptrdiff_t i = 1; i < n; ++i) {
        const Item item = items[i];
        std::ptrdiff_t k = i;
        for (; k > 0 && items[k - 1].key > item.key; --k) items[k] = items[k - 1];
        items[k] = item;
    }
}

int bits_for(std::ptrdiff_t pieces) noexcept { return std::bit_width(static_cast<std::uint64_t>(pieces)); }

// Sorts a bucket whose keys agree in their first `used` bits: into a piece for each item or so by the bits that follow,
// then by insertion. counts has room for 2^bits + 1 numbers.
void sort_bucket(const Item* items, std::ptrdiff_t n, int used, int bits, std::ptrdiff_t* counts, Item* sorted) noexcept {
    const std::ptrdiff_t pieces = std::ptrdiff_t(1) << bits;
    const auto piece_of = [=](std::uint64_t key) { return key << used >> (64 - bits); };
    for (std::ptrdiff_t p = 0; p <= pieces; ++p) counts[p] = 0;
    for (std::ptrdiff_t i = 0; i < n; ++i) ++counts[piece_of(items[i].key) + 1];
    for (std::ptrdiff_t p = 0; p < pieces; ++p) counts[p + 1] += counts[p];
    for (std::ptrdiff_t i = 0; i < n; ++i) sorted[counts[piece_of(items[i].key)]++] = items[i];
    insertion_sort(sorted, n);
}

}  // namespace

bool order_random_keys(const std::uint64_t* keys, std::int64_t* places, std::ptrdiff_t n) noexcept {
    if (n <= 0) return true;
    const int wanted = bits_for(n / Few), used = wanted < 1 ? 1 : wanted > MostBits ? MostBits : wanted;
    const std::ptrdiff_t buckets = std::ptrdiff_t(1) << used;
    const Scratch space(sizeof(Item) * std::size_t(n)), ends(sizeof(std::ptrdiff_t) * std::size_t(buckets + 1));
    if (space.data == nullptr || ends.data == nullptr) return false;
    auto* const items = static_cast<Item*>(space.data);
    auto* const end = static_cast<std::ptrdiff_t*>(ends.data);  // of the bucket before, when all is dealt out

    for (std::ptrdiff_t b = 0; b <= buckets; ++b) end[b] = 0;
    for (std::ptrdiff_t i = 0; i < n; ++i) ++end[(keys[i] >> (64 - used)) + 1];
    std::ptrdiff_t largest = 0;
    for (std::ptrdiff_t b = 0; b < buckets; ++b) {
        if (end[b + 1] > largest) largest = end[b + 1];
        end[b + 1] += end[b];
    }
    for (std::ptrdiff_t i = 0; i < n; ++i) items[end[keys[i] >> (64 - used)]++] = {keys[i], i};

    const int bits = bits_for(largest);
    const std::size_t room = sizeof(Item) * std::size_t(largest) + sizeof(std::ptrdiff_t) * ((std::size_t(1) << bits) + 1);
    bool failed = false;
    parallel(buckets, 4, [&](std::ptrdiff_t first, std::ptrdiff_t last) noexcept {
        const Scratch own(room);
        if (own.data == nullptr) return __atomic_store_n(&failed, true, __ATOMIC_RELAXED);
        auto* const sorted = static_cast<Item*>(own.data);
        auto* const counts = reinterpret_cast<std::ptrdiff_t*>(sorted + largest);
        for (std::ptrdiff_t b = first; b < last; ++b) {
            const std::ptrdiff_t begin = b == 0 ? 0 : end[b - 1], size = end[b] - begin;
            sort_bucket(items + begin, size, used, bits, counts, sorted);
            for (std::ptrdiff_t i = 0; i < size; ++i) places[begin + i] = sorted[i].place;
        }
    });
    return !failed;
}

}  // namespace flambeau
