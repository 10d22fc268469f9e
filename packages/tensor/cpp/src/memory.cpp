// A pool of blocks in classes of size, four to a power of two.
//
// A block begins with a page of which only the last 64 bytes are used, its header; so data begins at a page, and at a
// huge page where there are any. Blocks kept of one class are a list through their headers, last in first out. When
// more is kept than is allowed, blocks go of the class that was not asked for longest.
//
// All state is static and trivially destructible: memory may be given back while the process ends.
#include "flambeau/memory.hpp"

#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <bit>
#include <cstdlib>
#include <cstring>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define FLAMBEAU_ALLOW(data, bytes) ASAN_UNPOISON_MEMORY_REGION(data, bytes)
#define FLAMBEAU_FORBID(data, bytes) ASAN_POISON_MEMORY_REGION(data, bytes)
#else
#define FLAMBEAU_ALLOW(data, bytes) ((void)(data), (void)(bytes))
#define FLAMBEAU_FORBID(data, bytes) ((void)(data), (void)(bytes))
#endif

namespace flambeau {
namespace {

constexpr std::size_t Page = 4096;  // at least; what the header takes
constexpr std::size_t HugePage = std::size_t(2) << 20;
constexpr std::size_t Huge = std::size_t(4) << 20;  // blocks from here on begin at a huge page
constexpr std::size_t Slack = std::size_t(256) << 20;  // what is kept even if so much was never in use
constexpr int Steps = 4;  // classes in a power of two
constexpr int FirstBit = 16;  // of PoolSmallest
constexpr int Classes = (47 - FirstBit) * Steps + 1;
constexpr int FromMalloc = -1;
constexpr std::uint64_t Window = 16384;  // allocations: how long a peak is recent, at least; twice that at most

struct alignas(64) Header {
    Header* next;
    std::size_t bytes;  // of data
    std::size_t used;  // of them, by who asked for the block
    int size_class;
};

Header* header_of(void* block) noexcept {
    return reinterpret_cast<Header*>(static_cast<char*>(block) - sizeof(Header));
}
void* data_of(Header* header) noexcept { return header + 1; }

// The data, of which so many bytes may be used: the address sanitizer sees to it.
void* given_out(Header* header, std::size_t bytes) noexcept {
    char* const data = static_cast<char*>(data_of(header));
    header->used = bytes;
    FLAMBEAU_ALLOW(data, bytes);
    FLAMBEAU_FORBID(data + bytes, header->bytes - bytes);
    return data;
}

int class_of(std::size_t bytes) noexcept {
    if (bytes <= PoolSmallest) return 0;
    const int bit = std::bit_width(bytes - 1) - 1;  // bytes is in (2^bit, 2^(bit+1)]
    const auto step = int((bytes - 1) >> (bit - 2)) - Steps;  // which quarter of it
    return (bit - FirstBit) * Steps + step + 1;
}

std::size_t class_bytes(int size_class) noexcept {
    return std::size_t(Steps + size_class % Steps) << (FirstBit - 2 + size_class / Steps);
}

// Held for some instructions only, never while the system is asked; so it may spin. A fork waits for it.
class Lock {
public:
    void lock() noexcept {
        while (taken.exchange(true, std::memory_order_acquire)) sched_yield();
    }
    void unlock() noexcept { taken.store(false, std::memory_order_release); }

private:
    std::atomic<bool> taken{false};
};

struct Pool {
    Lock lock;
    Header* kept[Classes] = {};
    std::uint64_t asked[Classes] = {};  // when, counted in allocations
    PoolStatistics statistics{};
    bool limited = false;  // whether statistics.limit says anything yet
    std::size_t this_peak = 0, last_peak = 0;  // of two windows of time
    std::uint64_t window_end = Window;
};

constinit Pool pool;

struct Guard {
    Guard() noexcept { pool.lock.lock(); }
    ~Guard() { pool.lock.unlock(); }
};

[[maybe_unused]] const int registered = pthread_atfork([] { pool.lock.lock(); }, [] { pool.lock.unlock(); },
                                                       [] { pool.lock.unlock(); });

// From the system: `front` bytes, then `bytes` of which the first is at a multiple of `alignment`.
char* map(std::size_t front, std::size_t bytes, std::size_t alignment) noexcept {
    const std::size_t extra = alignment > Page ? alignment : 0;
    void* const got = mmap(nullptr, extra + front + bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (got == MAP_FAILED) return nullptr;
    char* begin = static_cast<char*>(got);
    if (extra) {
        char* const end = begin + extra + front + bytes;
        const auto address = reinterpret_cast<std::uintptr_t>(begin) + front;
        char* const first = begin + ((address + alignment - 1) / alignment * alignment - address);
        if (first != begin) munmap(begin, std::size_t(first - begin));
        if (end != first + front + bytes) munmap(first + front + bytes, std::size_t(end - (first + front + bytes)));
        begin = first;
    }
    return begin;
}

std::size_t page() noexcept {
    static const std::size_t size = [] {
        const long n = sysconf(_SC_PAGESIZE);
        return n > long(Page) ? std::size_t(n) : Page;
    }();
    return size;
}

Header* from_system(int size_class, std::size_t asked) noexcept {
    const std::size_t bytes = class_bytes(size_class);
    char* const begin = map(page(), bytes, bytes >= Huge ? HugePage : 1);
    if (begin == nullptr) return nullptr;
#if defined(MADV_HUGEPAGE)
    // Only what is asked for whole: most of the last huge page might never be used, and would be taken all the same.
    if (bytes >= Huge) madvise(begin + page(), asked / HugePage * HugePage, MADV_HUGEPAGE);
#endif
    Header* const header = header_of(begin + page());
    header->bytes = bytes;
    header->size_class = size_class;
    return header;
}

void to_system(Header* list) noexcept {
    while (list != nullptr) {
        Header* const next = list->next;
        FLAMBEAU_ALLOW(data_of(list), list->bytes);
        munmap(static_cast<char*>(data_of(list)) - page(), page() + list->bytes);
        list = next;
    }
}

std::size_t default_limit() noexcept {
    const long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    return pages > 0 && size > 0 ? std::size_t(pages) / 4 * std::size_t(size) : Slack;
}

std::size_t limit() noexcept {
    if (!pool.limited) {
        pool.statistics.limit = default_limit();
        pool.limited = true;
    }
    return pool.statistics.limit;
}

// What may be kept now.
std::size_t allowance() noexcept {
    const std::size_t peak = pool.this_peak > pool.last_peak ? pool.this_peak : pool.last_peak;
    const std::size_t in_use = pool.statistics.in_use, most = limit();
    const std::size_t free = peak > in_use + Slack ? peak - in_use : Slack;
    return free < most ? free : most;
}

// Takes out blocks until no more than this is kept; gives them as a list.
Header* evict(std::size_t most) noexcept {
    Header* out = nullptr;
    while (pool.statistics.kept > most) {
        int oldest = -1;
        for (int c = 0; c < Classes; ++c)
            if (pool.kept[c] != nullptr && (oldest < 0 || pool.asked[c] < pool.asked[oldest])) oldest = c;
        while (pool.kept[oldest] != nullptr && pool.statistics.kept > most) {
            Header* const header = pool.kept[oldest];
            pool.kept[oldest] = header->next;
            pool.statistics.kept -= header->bytes;
            header->next = out;
            out = header;
        }
    }
    return out;
}

void* small(std::size_t bytes) noexcept {
    const std::size_t rounded = (bytes + 63) / 64 * 64;
    void* const block = std::aligned_alloc(64, sizeof(Header) + rounded);
    if (block == nullptr) return nullptr;
    Header* const header = static_cast<Header*>(block);
    header->bytes = rounded;
    header->size_class = FromMalloc;
    return given_out(header, bytes);
}

}  // namespace

void* pool_allocate(std::size_t bytes) noexcept {
    if (bytes < PoolSmallest) return small(bytes);
    if (bytes > class_bytes(Classes - 1)) return nullptr;
    const int size_class = class_of(bytes);
    const std::size_t size = class_bytes(size_class);
    Header *header, *out = nullptr;
    {
        Guard guard;
        PoolStatistics& s = pool.statistics;
        pool.asked[size_class] = ++s.allocations;
        s.in_use += size;
        if (s.in_use > s.peak) s.peak = s.in_use;
        if (s.allocations >= pool.window_end) {
            pool.window_end = s.allocations + Window;
            pool.last_peak = pool.this_peak;
            pool.this_peak = 0;
        }
        if (s.in_use > pool.this_peak) pool.this_peak = s.in_use;
        header = pool.kept[size_class];
        if (header != nullptr) {
            pool.kept[size_class] = header->next;
            s.kept -= size;
            ++s.hits;
        }
        if (header == nullptr || s.kept > Slack) out = evict(allowance());
    }
    to_system(out);  // before more is asked for: the total stays below its bound
    if (header == nullptr) header = from_system(size_class, bytes);
    if (header == nullptr) {
        pool_empty();
        header = from_system(size_class, bytes);
    }
    if (header == nullptr) {
        Guard guard;
        pool.statistics.in_use -= size;
        return nullptr;
    }
    return given_out(header, bytes);
}

void pool_release(void* block) noexcept {
    if (block == nullptr) return;
    Header* const header = header_of(block);
    if (header->size_class == FromMalloc) {
        FLAMBEAU_ALLOW(block, header->bytes);
        return std::free(header);
    }
    FLAMBEAU_FORBID(block, header->bytes);
    Header* out = nullptr;
    {
        Guard guard;
        pool.statistics.in_use -= header->bytes;
        header->next = pool.kept[header->size_class];
        pool.kept[header->size_class] = header;
        pool.statistics.kept += header->bytes;
        const std::size_t most = allowance();
        if (pool.statistics.kept > most) out = evict(most);
    }
    to_system(out);
}

void* pool_reallocate(void* block, std::size_t bytes) noexcept {
    if (block == nullptr) return pool_allocate(bytes);
    Header* const header = header_of(block);
    if (bytes <= header->bytes && bytes >= header->bytes / 2) return given_out(header, bytes);
    void* const other = pool_allocate(bytes);
    if (other == nullptr) return nullptr;
    std::memcpy(other, block, bytes < header->used ? bytes : header->used);
    pool_release(block);
    return other;
}

PoolStatistics pool_statistics() noexcept {
    Guard guard;
    limit();
    return pool.statistics;
}

void pool_reset_peak() noexcept {
    Guard guard;
    pool.statistics.peak = pool.statistics.in_use;
}

void pool_empty() noexcept {
    Header* out;
    {
        Guard guard;
        out = evict(0);
        pool.this_peak = pool.last_peak = pool.statistics.in_use;
    }
    to_system(out);
}

void pool_set_limit(std::size_t bytes) noexcept {
    Header* out;
    {
        Guard guard;
        pool.limited = true;
        pool.statistics.limit = bytes;
        out = evict(allowance());
    }
    to_system(out);
}

}  // namespace flambeau
