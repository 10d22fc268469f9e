#include "flambeau/threads.hpp"

namespace flambeau {

int thread_count() noexcept { return 1; }
void set_thread_count(int) noexcept {}

void run_chunks(std::ptrdiff_t count, std::ptrdiff_t grain, ChunkBody body, void* context) noexcept {
    for (std::ptrdiff_t begin = 0; begin < count; begin += grain)
        body(context, begin, begin + grain < count ? begin + grain : count);
}

}  // namespace flambeau
