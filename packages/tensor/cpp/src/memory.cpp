#include "flambeau/memory.hpp"

#include <cstdlib>

namespace flambeau {

void* pool_allocate(std::size_t bytes) noexcept { return std::aligned_alloc(64, (bytes + 64) / 64 * 64); }
void pool_release(void* block) noexcept { std::free(block); }

}  // namespace flambeau
