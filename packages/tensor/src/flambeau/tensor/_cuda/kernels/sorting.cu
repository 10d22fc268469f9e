// Sorting rows, stably, and selecting from them. Short rows are sorted by a bitonic network in shared memory, with the
// places of elements as the last of their keys; long ones by their keys' bytes, the lowest first.
#include "keys.cuh"

using Bits = Keys<T>::Bits;
using Key = Keys<T>::Key;

constexpr int warps = 8;
constexpr int radix = 256;
constexpr int each = 16;  // elements of a thread
constexpr int tile = 256 * each;
constexpr unsigned everyone = 0xffffffffu;

__device__ __forceinline__ bool comes_after(Key a, unsigned i, Key b, unsigned j) { return a > b || (a == b && i > j); }

// Segments of `size` elements, a power of 2, `total` in all, each put in order.
template <class Place>
__device__ __forceinline__ void sort_segments(Key* keys, Place* places, int size, int total) {
    for (int width = 2; width <= size; width *= 2)
        for (int step = width / 2; step > 0; step /= 2) {
            __syncthreads();
            for (int t = threadIdx.x; t < total / 2; t += blockDim.x) {
                const int i = 2 * t - (t & (step - 1)), j = i + step;
                const bool upwards = (i & (size - 1) & width) == 0;
                const Key a = keys[i], b = keys[j];
                const Place p = places[i], q = places[j];
                if (comes_after(a, p, b, q) == upwards) {
                    keys[i] = b;
                    keys[j] = a;
                    places[i] = q;
                    places[j] = p;
                }
            }
        }
    __syncthreads();
}

// The first `k` of each row in order; rows of up to `size` elements, as many of them in a block as `capacity` holds.
template <int capacity>
__device__ __forceinline__ void sort_rows(const Bits* x, Bits* values, long long* indices, long long rows, int n, int k,
                                          int size, bool descending) {
    __shared__ Key keys[capacity];
    __shared__ unsigned short places[capacity];
    const int together = capacity / size;
    const long long first = static_cast<long long>(blockIdx.x) * together;
    for (int i = threadIdx.x; i < together * size; i += blockDim.x) {
        const long long row = first + i / size;
        const int place = i % size;
        keys[i] = row < rows && place < n ? key_of<T>(x[row * n + place], descending) : Keys<T>::all;
        places[i] = static_cast<unsigned short>(place);
    }
    sort_segments(keys, places, size, together * size);
    for (int i = threadIdx.x; i < together * size; i += blockDim.x) {
        const long long row = first + i / size;
        const int rank = i % size;
        if (row >= rows || rank >= k) continue;
        const int place = places[i];
        if (indices != nullptr) indices[row * k + rank] = place;
        if (values != nullptr) values[row * k + rank] = x[row * n + place];
    }
}

KERNEL(256) sort_few(const T* x, T* values, long long* indices, long long rows, int n, int k, int size,
                     bool descending) {
    sort_rows<512>(reinterpret_cast<const Bits*>(x), reinterpret_cast<Bits*>(values), indices, rows, n, k, size,
                   descending);
}
KERNEL(256) sort_block(const T* x, T* values, long long* indices, long long rows, int n, int k, int size,
                       bool descending) {
    sort_rows<4096>(reinterpret_cast<const Bits*>(x), reinterpret_cast<Bits*>(values), indices, rows, n, k, size,
                    descending);
}

// Long rows: in each pass blocks count the digits of their tiles, the counts are added up along the tiles, and tiles
// are spread. The first pass makes the keys.

__device__ __forceinline__ Key key_at(const T* x, const void* keys, long long at, bool descending) {
    if (keys != nullptr) return static_cast<const Key*>(keys)[at];
    return key_of<T>(reinterpret_cast<const Bits*>(x)[at], descending);
}

// The lanes that have the same digit.
__device__ __forceinline__ unsigned same_digit(int digit) { return __match_any_sync(everyone, digit); }

KERNEL(256) radix_count(const T* x, const void* keys, int* counts, int n, int shift, bool descending) {
    __shared__ int found[radix];
    found[threadIdx.x] = 0;
    __syncthreads();
    const long long row = blockIdx.y;
    for (int i = threadIdx.x; i < tile; i += blockDim.x) {
        const long long at = static_cast<long long>(blockIdx.x) * tile + i;
        const bool here = at < n;
        const int digit = here ? static_cast<int>(key_at(x, keys, row * n + at, descending) >> shift & 255) : radix;
        const unsigned peers = same_digit(digit);
        if (here && __ffs(peers) - 1 == static_cast<int>(threadIdx.x % 32)) atomicAdd(&found[digit], __popc(peers));
    }
    __syncthreads();
    counts[(row * radix + threadIdx.x) * gridDim.x + blockIdx.x] = found[threadIdx.x];
}

// What is before each thread's number, added up; and all of them.
__device__ __forceinline__ int before(int value, int& total) {
    __shared__ int sums[warps];
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    int sum = value;
    for (int by = 1; by < 32; by *= 2) {
        const int other = __shfl_up_sync(everyone, sum, by);
        if (lane >= by) sum += other;
    }
    __syncthreads();
    if (lane == 31) sums[warp] = sum;
    __syncthreads();
    int earlier = 0;
    total = 0;
    for (int w = 0; w < warps; ++w) {
        if (w < warp) earlier += sums[w];
        total += sums[w];
    }
    return earlier + sum - value;
}

KERNEL(256) radix_scan(int* counts, int* totals, int tiles) {
    int* here = counts + (static_cast<long long>(blockIdx.y) * radix + blockIdx.x) * tiles;
    int sum = 0;
    for (int first = 0; first < tiles; first += blockDim.x) {
        const int i = first + threadIdx.x;
        const int value = i < tiles ? here[i] : 0;
        int all;
        const int earlier = before(value, all);
        if (i < tiles) here[i] = sum + earlier;
        sum += all;
    }
    if (threadIdx.x == 0) totals[blockIdx.y * radix + blockIdx.x] = sum;
}

constexpr int blocks_for_wide_keys = sizeof(T) == 8 ? 2 : 0;  // a multiprocessor's, or any: they need registers
KERNEL(256, blocks_for_wide_keys) radix_spread(const T* x, const void* keys, const int* places, const int* counts, const int* totals,
                         void* keys_out, int* places_out, T* values, long long* indices, int n, int shift,
                         bool descending) {
    __shared__ int seen[warps][radix];
    __shared__ int starts[radix];
    const Bits* bits = reinterpret_cast<const Bits*>(x);
    const long long row = blockIdx.y;
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    for (int w = 0; w < warps; ++w) seen[w][threadIdx.x] = 0;
    int all;
    starts[threadIdx.x] = before(totals[row * radix + threadIdx.x], all) +
                          counts[(row * radix + threadIdx.x) * gridDim.x + blockIdx.x];
    __syncthreads();
    const long long first = static_cast<long long>(blockIdx.x) * tile + warp * 32 * each + lane;
    Key mine[each];
    int ranks[each];
#pragma unroll
    for (int e = 0; e < each; ++e) {
        const long long at = first + e * 32;
        mine[e] = at < n ? key_at(x, keys, row * n + at, descending) : 0;
    }
#pragma unroll
    for (int e = 0; e < each; ++e) {
        const bool here = first + e * 32 < n;
        const int digit = here ? static_cast<int>(mine[e] >> shift & 255) : radix;
        const unsigned peers = same_digit(digit);
        const int leader = __ffs(peers) - 1;
        int earlier = 0;
        if (here && lane == leader) {
            earlier = seen[warp][digit];
            seen[warp][digit] = earlier + __popc(peers);
        }
        __syncwarp();
        ranks[e] = __shfl_sync(everyone, earlier, leader) + __popc(peers & ((1u << lane) - 1));
    }
    __syncthreads();
    int sum = starts[threadIdx.x];
    for (int w = 0; w < warps; ++w) {
        const int count = seen[w][threadIdx.x];
        seen[w][threadIdx.x] = sum;
        sum += count;
    }
    __syncthreads();
#pragma unroll
    for (int e = 0; e < each; ++e) {
        const long long at = first + e * 32;
        if (at >= n) continue;
        const long long to = row * n + seen[warp][static_cast<int>(mine[e] >> shift & 255)] + ranks[e];
        const int place = places == nullptr ? static_cast<int>(at) : places[row * n + at];
        if (places_out != nullptr) {
            static_cast<Key*>(keys_out)[to] = mine[e];
            places_out[to] = place;
        } else {
            if (indices != nullptr) indices[to] = place;
            if (values != nullptr) reinterpret_cast<Bits*>(values)[to] = bits[row * n + place];
        }
    }
}

// Selecting: a block for each row.

// The digit within which the `rank`-th (from 1) of the counted elements is; `rank` becomes that within the digit, and
// `count` how many have it.
__device__ __forceinline__ int digit_of(const int* found, int& rank, int& count) {
    __shared__ int chosen[3];
    int all;
    const int value = threadIdx.x < radix ? found[threadIdx.x] : 0;
    const int earlier = before(value, all);
    if (earlier < rank && rank <= earlier + value) {
        chosen[0] = threadIdx.x;
        chosen[1] = rank - earlier;
        chosen[2] = value;
    }
    __syncthreads();
    rank = chosen[1];
    count = chosen[2];
    return chosen[0];
}

// Finds the `rank`-th of the elements for which `number` gives something, in order of what it gives.
template <class Number, class F>
__device__ __forceinline__ Number find(int n, int bytes, int& rank, int& count, const F& number) {
    __shared__ int found[radix];
    Number prefix = 0, mask = 0;
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
        __syncthreads();
        found[threadIdx.x] = 0;
        __syncthreads();
        for (int first = 0; first < n; first += blockDim.x) {
            const int i = first + threadIdx.x;
            Number value = 0;
            const bool here = i < n && number(i, value) && (value & mask) == prefix;
            const int digit = here ? static_cast<int>(value >> shift & 255) : radix;
            const unsigned peers = same_digit(digit);
            if (here && __ffs(peers) - 1 == static_cast<int>(threadIdx.x % 32)) atomicAdd(&found[digit], __popc(peers));
        }
        __syncthreads();
        prefix |= static_cast<Number>(digit_of(found, rank, count)) << shift;
        mask |= static_cast<Number>(255) << shift;
    }
    return prefix;
}

__device__ __forceinline__ int bytes_of(int n) { return n <= 1 << 8 ? 1 : n <= 1 << 16 ? 2 : n <= 1 << 24 ? 3 : 4; }

constexpr int most = 2048;

// The first `k` of each row in order, where `k` is `most` or less and not 0.
KERNEL(256) topk_rows(const T* x, T* values, long long* indices, int n, int k, int size, bool descending) {
    __shared__ Key keys[most];
    __shared__ int places[most];
    __shared__ int filled;
    const Bits* row = reinterpret_cast<const Bits*>(x) + static_cast<long long>(blockIdx.x) * n;
    int rank = k, count;
    const Key last = find<Key>(n, sizeof(T), rank, count, [&](int i, Key& value) {
        value = key_of<T>(row[i], descending);
        return true;
    });
    // Of those that equal the last one, the first ones.
    unsigned furthest = 0xffffffffu;
    if (rank < count)
        furthest = find<unsigned>(n, bytes_of(n), rank, count, [&](int i, unsigned& value) {
            value = i;
            return key_of<T>(row[i], descending) == last;
        });
    if (threadIdx.x == 0) filled = 0;
    for (int i = threadIdx.x; i < size; i += blockDim.x) {
        keys[i] = Keys<T>::all;
        places[i] = 0x7fffffff;
    }
    __syncthreads();
    for (int i = threadIdx.x; i < n; i += blockDim.x) {
        const Key key = key_of<T>(row[i], descending);
        if (key > last || (key == last && static_cast<unsigned>(i) > furthest)) continue;
        const int at = atomicAdd(&filled, 1);
        keys[at] = key;
        places[at] = i;
    }
    sort_segments(keys, places, size, size);
    for (int i = threadIdx.x; i < k; i += blockDim.x) {
        const long long to = static_cast<long long>(blockIdx.x) * k + i;
        indices[to] = places[i];
        if (values != nullptr) reinterpret_cast<Bits*>(values)[to] = row[places[i]];
    }
}

// The `rank`-th smallest of each row (from 1), and the first of those that equal it. Where `rank` is 0, the median, the
// lower one of two: nan where there is one, or with `skip` that of the others.
KERNEL(256) select_rows(const T* x, T* values, long long* indices, int n, int rank, bool skip) {
    const Bits* row = reinterpret_cast<const Bits*>(x) + static_cast<long long>(blockIdx.x) * n;
    __shared__ int missing, place;
    if (threadIdx.x == 0) {
        missing = 0;
        place = 0x7fffffff;
    }
    __syncthreads();
    if (rank == 0) {
        if (Keys<T>::infinity != 0) {
            int nan = 0;
            for (int i = threadIdx.x; i < n; i += blockDim.x) nan += key_of<T>(row[i], false) == Keys<T>::all;
            if (nan > 0) atomicAdd(&missing, nan);
            __syncthreads();
        }
        const int left = skip ? n - missing : n;
        rank = missing > 0 && !skip ? n : left > 0 ? (left - 1) / 2 + 1 : 1;
    }
    int count;
    const Key chosen = find<Key>(n, sizeof(T), rank, count, [&](int i, Key& value) {
        value = key_of<T>(row[i], false);
        return true;
    });
    int first = 0x7fffffff;
    for (int i = threadIdx.x; i < n && first == 0x7fffffff; i += blockDim.x)
        if (key_of<T>(row[i], false) == chosen) first = i;
    if (first != 0x7fffffff) atomicMin(&place, first);
    __syncthreads();
    if (threadIdx.x == 0) {
        indices[blockIdx.x] = place;
        reinterpret_cast<Bits*>(values)[blockIdx.x] = row[place];
    }
}
