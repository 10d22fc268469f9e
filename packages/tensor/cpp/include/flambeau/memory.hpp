// Memory for results and for scratch: a pool of kept blocks.
#pragma once

#include <cstddef>
#include <cstdint>

#include "flambeau/dispatch.hpp"

namespace flambeau {

// A block of at least `bytes` bytes at a multiple of 64, or null when there is no memory. It goes back by pool_release.
FLAMBEAU_EXPORT void* pool_allocate(std::size_t bytes) noexcept;
FLAMBEAU_EXPORT void pool_release(void* block) noexcept;

// Scratch memory for the time of one kernel; data is null when there is no memory.
struct Scratch {
    void* data;
    [[gnu::always_inline]] explicit Scratch(std::size_t bytes) noexcept : data(pool_allocate(bytes)) {}
    [[gnu::always_inline]] ~Scratch() { pool_release(data); }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
};

}  // namespace flambeau
