// Work cut into chunks, for the one pool of threads of the process.
#pragma once

#include <cstddef>

#include "flambeau/dispatch.hpp"
#include "flambeau/isa.hpp"

namespace flambeau {

constexpr int MaxThreads = 256;

// How many threads work on one call, the caller included: at first as many as there are processors for the process.
// They are started when first there is work for them.
FLAMBEAU_EXPORT int thread_count() noexcept;
FLAMBEAU_EXPORT void set_thread_count(int count) noexcept;

using ChunkBody = void (*)(void* context, std::ptrdiff_t begin, std::ptrdiff_t end) noexcept;

// Calls body(context, begin, end) for every chunk of `grain` items of [0, count), the last one perhaps shorter; returns
// when all are done. Bounds depend on count and grain alone, never on the number of threads, and which thread takes
// which chunk is nobody's business. One chunk runs in the caller; so do all of a call made from inside a chunk, or while
// another thread's call is running. A chunk of less than a few microseconds is not worth its while. Bodies do not fork.
FLAMBEAU_EXPORT void run_chunks(std::ptrdiff_t count, std::ptrdiff_t grain, ChunkBody body, void* context) noexcept;

// run_chunks for a callable body(begin, end).
template <class F>
FLAMBEAU_INLINE void parallel(std::ptrdiff_t count, std::ptrdiff_t grain, const F& body) noexcept {
    if (count <= grain) {
        if (count > 0) body(std::ptrdiff_t(0), count);
        return;
    }
    run_chunks(
        count, grain,
        [](void* context, std::ptrdiff_t begin, std::ptrdiff_t end) noexcept {
            (*static_cast<const F*>(context))(begin, end);
        },
        const_cast<F*>(&body));
}

}  // namespace flambeau
