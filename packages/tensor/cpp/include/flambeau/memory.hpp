// Memory for results and for scratch: a pool of kept blocks.
#pragma once

#include <cstddef>
#include <cstdint>

#include "flambeau/dispatch.hpp"

namespace flambeau {

// Smaller blocks come from malloc: it has no page faults to save there.
constexpr std::size_t PoolSmallest = std::size_t(64) << 10;

// A block of at least `bytes` bytes at a multiple of 64 (of 2 MiB from 4 MiB on), or null when there is no memory. Its
// contents are anything. It goes back by pool_release, from any thread.
FLAMBEAU_EXPORT void* pool_allocate(std::size_t bytes) noexcept;
FLAMBEAU_EXPORT void pool_release(void* block) noexcept;

// The block with another size, perhaps elsewhere, as realloc does it; null, and the block as it was, when there is no
// memory.
FLAMBEAU_EXPORT void* pool_reallocate(void* block, std::size_t bytes) noexcept;

// What the pool holds, in bytes, and what it did. Blocks below PoolSmallest are not counted.
struct PoolStatistics {
    std::size_t in_use;  // blocks given out, at their full size
    std::size_t kept;  // blocks given back and kept
    std::size_t peak;  // the most in use since the last pool_reset_peak
    std::size_t limit;  // of what is kept
    std::uint64_t allocations;
    std::uint64_t hits;  // those that a kept block served
};
FLAMBEAU_EXPORT PoolStatistics pool_statistics() noexcept;
FLAMBEAU_EXPORT void pool_reset_peak() noexcept;

// Gives all kept blocks back to the system.
FLAMBEAU_EXPORT void pool_empty() noexcept;

// Never keep more than this; at first a quarter of the machine's memory. Whatever the limit, what is kept does not bring
// the total above the recent peak of what was in use, or above 256 MiB more than what is in use, whichever is more.
FLAMBEAU_EXPORT void pool_set_limit(std::size_t bytes) noexcept;

// Scratch memory for the time of one kernel; data is null when there is no memory.
struct Scratch {
    void* data;
    [[gnu::always_inline]] explicit Scratch(std::size_t bytes) noexcept : data(pool_allocate(bytes)) {}
    [[gnu::always_inline]] ~Scratch() { pool_release(data); }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
};

}  // namespace flambeau
